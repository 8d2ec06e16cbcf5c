//! 影響範囲 in Japanese: words of office work first (拠点, 部署, 業務, 住民), then systems; what goes on all the same.
//!
//! What the configuration says of a system is an expectation (見込み), not an observation; what it does not say is 確認中.
//! Not here: which machines fail. Source: `DOMAIN.md` §8, §14.

use super::facts::listed;
use super::instead;
use super::layout::{Name, Page};
use super::text;
use super::time::{Clock, lasting};
use super::words;
use crate::desk::letter::{Facts, Stage, Stopped};
use crate::desk::rules::{DataImpact, Effect, ImpactScope};
use jiff::Timestamp;
use std::time::Duration;

/// A lost redundancy or a mere sign: nothing of an effect is on record, and no more is said.
const NO_EFFECT: &str = "現時点で影響は確認されておりません。";
/// The same, where something is feared for the data.
const RUNS: &str = "システムは稼働しておりますが、データへの影響のおそれがあります。";
/// The same where a spare carries on.
const CARRIED: &str = "二重化した機器の片方（片系）で運転を継続しており、現時点で影響は確認されておりません。";

/// Times of being hit that are told one by one.
const TOLD_SPANS: usize = 2;

/// For an office: everything that is known.
pub(super) fn office(page: &mut Page, facts: &Facts, clock: &Clock) {
    let wide = scope(facts).into_iter().chain(over(facts, clock)).collect();
    page.section(Name::Impact).lines("影響範囲", wide, "確認中");
    let (work_label, systems_label) = labels(facts);
    if !facts.impact.work.is_empty() {
        page.lines(work_label, work(facts), "確認中");
    }
    let systems = systems(facts);
    if !systems.is_empty() {
        page.lines(systems_label, systems, "確認中");
    }
    page.field("業務影響", office_work(facts, clock));
    page.field("住民影響", residents(facts));
    data(page, facts);
    page.lines("代替手段", instead::substitutes(facts), "確認中");
    instead::one_sided(page, facts, clock);
    let untouched = listed(&facts.impact.untouched, "システム");
    if !untouched.is_empty() && facts.effect != Some(Effect::None) {
        let except = cut_off(facts).filter(|_| !facts.impact.everywhere);
        let except = except.map(|places| format!("{places}以外では、")).unwrap_or_default();
        page.field(
            "継続利用",
            format!(
                "{untouched}は、{except}引き続きご利用いただける見込みです（障害が疑われる箇所を使用しないため）。"
            ),
        );
    }
}

/// What monitoring sees no more of, while that is checked; and when it hit anybody, where that was not from 発生 until now.
fn over(facts: &Facts, clock: &Clock) -> Option<String> {
    let impact = &facts.impact;
    let before = &impact.hit_before;
    if facts.effect == Some(Effect::None) {
        return (!before.is_empty()).then(|| format!("（監視上、{}影響が生じておりました）", spans(before, clock)));
    }
    let Some(from) = impact.hit_since else {
        if !before.is_empty() {
            return Some(format!("（監視上の影響は、{}です）", spans(before, clock)));
        }
        return impact.over_since.map(|until| format!("（監視上は、{}に解消しております）", clock.short(until)));
    };
    if let Some(until) = impact.over_since {
        let all: Vec<_> = before.iter().copied().chain([(from, until)]).collect();
        return Some(format!("（監視上の影響は、{}です）", spans(&all, clock)));
    }
    let (from, before) = (clock.short(from), spans(before, clock));
    let hits = if facts.stage == Stage::Restored {
        "影響が生じておりました"
    } else {
        "影響が生じております"
    };
    Some(match before.as_str() {
        "" => format!("（{from}から{hits}）"),
        before => format!("（{from}から再び{hits}。これに先立つ影響は、監視上、{before}です）"),
    })
}

/// 「2時50分から3時20分まで、および5時10分から5時30分まで」; of many how often, and the last.
fn spans(spans: &[(Timestamp, Timestamp)], clock: &Clock) -> String {
    let span =
        |(from, until): &(Timestamp, Timestamp)| format!("{}から{}まで", clock.short(*from), clock.short(*until));
    match spans {
        [.., last] if spans.len() > TOLD_SPANS => format!("計{}回、直近は{}", spans.len(), span(last)),
        spans => spans.iter().map(span).collect::<Vec<_>>().join("、および"),
    }
}

/// For an office that has read it all before: how wide, and what work; the systems only where no work is known.
pub(super) fn again(page: &mut Page, facts: &Facts, clock: &Clock) {
    let scope = scope(facts).into_iter().chain(over(facts, clock)).collect();
    page.section(Name::Impact).lines("影響範囲", scope, "確認中");
    let (work_label, systems_label) = labels(facts);
    match systems(facts) {
        _ if !facts.impact.work.is_empty() => page.lines(work_label, work(facts), "確認中"),
        systems if !systems.is_empty() => page.lines(systems_label, systems, "確認中"),
        _ => page,
    };
    data(page, facts);
    redundancy(page, facts, clock);
}

/// 冗長性 of one who has read of it before, or only has to act.
fn redundancy(page: &mut Page, facts: &Facts, clock: &Clock) {
    match facts.stage {
        // 復旧報 has it among what remains.
        Stage::Restored => {}
        Stage::Verifying => {
            let left: Vec<String> = instead::left_on_one_side(facts, clock).collect();
            if !left.is_empty() {
                page.lines("冗長性", left, "確認中");
            }
        }
        _ => instead::one_sided(page, facts, clock),
    }
}

/// データ影響, where something is known of it.
fn data(page: &mut Page, facts: &Facts) {
    if let Some(data) = facts.data {
        page.field("データ影響", words::data(data));
    }
}

fn data_feared(facts: &Facts) -> bool {
    facts.data.is_some_and(DataImpact::feared)
}

/// What is not hit is only concerned.
fn labels(facts: &Facts) -> (&'static str, &'static str) {
    if facts.effect == Some(Effect::None) {
        ("関係業務", "関係システム")
    } else {
        ("対象業務", "対象システム")
    }
}

/// For vendors and the desk.
pub(super) fn brief(page: &mut Page, facts: &Facts, clock: &Clock) {
    let mut lines: Vec<String> = scope(facts).into_iter().chain(over(facts, clock)).collect();
    if !facts.impact.work.is_empty() {
        lines.push(format!("業務：{}", work(facts).join("／")));
    }
    let systems = systems(facts).join("／");
    lines.extend((!systems.is_empty()).then(|| format!("システム：{systems}")));
    page.section(Name::Impact).lines("影響", lines, "確認中");
    data(page, facts);
    redundancy(page, facts, clock);
}

/// How wide, where, who; empty = nothing is known.
fn scope(facts: &Facts) -> Vec<String> {
    let impact = &facts.impact;
    let mut lines = Vec::new();
    match facts.effect {
        Some(Effect::None)
            if matches!(facts.stage, Stage::Verifying | Stage::Restored) && impact.hit_before.is_empty() =>
        {
            return vec!["影響は確認されておりません。".to_owned()];
        }
        Some(Effect::None) if impact.one_sided.is_some() => lines.push(CARRIED.to_owned()),
        Some(Effect::None) if data_feared(facts) => lines.push(RUNS.to_owned()),
        Some(Effect::None) => lines.push(NO_EFFECT.to_owned()),
        _ => {}
    }
    let everybody = facts.scope == Some(ImpactScope::All);
    let places = match listed(&impact.locations, "拠点") {
        _ if impact.everywhere => "全拠点".to_owned(),
        // Of everybody, a part of the places tells nothing.
        _ if everybody => String::new(),
        places if impact.elsewhere && !places.is_empty() => format!("{places}ほか"),
        places => places,
    };
    let wide = facts.scope.map(words::scope);
    let around = |inside: &str| if inside.is_empty() { String::new() } else { format!("（{inside}）") };
    let scope = match wide {
        Some(wide) => format!("{wide}{}", around(&places)),
        None if !places.is_empty() => format!("{places}（影響の範囲は確認中）"),
        None => String::new(),
    };
    // A 拠点 that is also called a 部署 is not said twice, nor every single one of a whole town hall.
    let departments: Vec<String> =
        impact.departments.iter().filter(|department| !impact.locations.contains(department)).cloned().collect();
    let departments = match !impact.everywhere && !everybody {
        true => listed(&departments, "部署"),
        false => String::new(),
    };
    let users = impact.users.map(|users| match users.at_least {
        true => format!("少なくとも約{}名", users.about),
        false => format!("約{}名", users.about),
    });
    let users = users.unwrap_or_default();
    if lines.is_empty() {
        lines.extend((!scope.is_empty()).then_some(scope));
        lines.extend((!departments.is_empty()).then(|| format!("部署：{departments}")));
        lines.extend((!users.is_empty()).then(|| format!("利用者：{users}")));
        return lines;
    }
    // Nobody is hit: whoever would be is told in one breath with the "if", so that no line reads like a loss of now.
    let who = [("", places), ("部署 ", departments), ("利用者 ", users)];
    let who = who.iter().filter(|(_, who)| !who.is_empty()).map(|(label, who)| format!("{label}{who}"));
    let who = who.collect::<Vec<_>>().join("、");
    match wide {
        Some(wide) => lines.push(format!("影響が及ぶ場合の範囲：{wide}{}", around(&who))),
        None if !who.is_empty() => lines.push(format!("影響が及ぶ場合の範囲：{who}")),
        None => {}
    }
    lines
}

fn work(facts: &Facts) -> Vec<String> {
    if facts.systems.is_empty() && !facts.impact.by_place.is_empty() {
        let done = facts.impact.by_place.iter().filter(|stopped| !stopped.work.is_empty());
        let told =
            |stopped: &Stopped| format!("{}における{}", listed(&stopped.places, "拠点"), listed(&stopped.work, "業務"));
        return done.map(told).collect();
    }
    let work = listed(&facts.impact.work, "業務");
    // Of a location the work is that of the systems used there.
    match (cut_off(facts), facts.systems.is_empty()) {
        (Some(there), true) => vec![format!("{there}における{work}")],
        _ => vec![work],
    }
}

/// The systems hit; where only locations are cut off, those used there.
fn systems(facts: &Facts) -> Vec<String> {
    if facts.systems.is_empty() && !facts.impact.by_place.is_empty() {
        let told = |stopped: &Stopped| {
            let used = listed(&stopped.systems, "システム");
            let used = if used.is_empty() { "業務システム" } else { &used };
            format!("{}でご利用の{used}", listed(&stopped.places, "拠点"))
        };
        return facts.impact.by_place.iter().map(told).collect();
    }
    used(facts).into_iter().collect()
}

fn used(facts: &Facts) -> Option<String> {
    let there = cut_off(facts).map(|place| {
        let used = listed(&facts.impact.there, "システム");
        if used.is_empty() {
            format!("{place}でご利用の業務システム")
        } else {
            format!("{place}でご利用の{used}")
        }
    });
    let systems = listed(&facts.systems, "システム");
    match (systems.is_empty(), there) {
        (true, there) => there,
        (false, Some(there)) if !facts.impact.everywhere => Some(format!("{systems}。ほかに、{there}")),
        (false, _) => Some(systems),
    }
}

/// The locations that are cut off.
fn cut_off(facts: &Facts) -> Option<String> {
    let places = listed(&facts.impact.cut_off, "拠点");
    (!places.is_empty()).then_some(places)
}

/// What cannot be used, in a few words that go into a sentence; empty = not known.
fn objects(facts: &Facts) -> String {
    let systems = match facts.systems.len() {
        0 => String::new(),
        1 | 2 => listed(&facts.systems, "システム"),
        // A long list stands in the line above.
        _ => "上記の各システム".to_owned(),
    };
    match cut_off(facts) {
        Some(places) if systems.is_empty() => format!("{places}における業務システム"),
        Some(places) if !facts.impact.everywhere => format!("{systems}、および{places}における業務システム"),
        _ => systems,
    }
}

fn office_work(facts: &Facts, clock: &Clock) -> String {
    if facts.effect == Some(Effect::None) && data_feared(facts) {
        return "現時点で業務の停止は確認されておりません。".to_owned();
    }
    if facts.effect == Some(Effect::None) {
        return "現時点で業務への影響は確認されておりません。".to_owned();
    }
    let objects = objects(facts);
    let hours = &facts.impact.hours;
    if all_in_service(facts) {
        let serving = in_hours(&hours.in_service).unwrap_or_default();
        return format!("{serving}は利用時間内のため、ご利用に支障が生じている可能性があります。詳細は確認中です。");
    }
    // What has hours of its own goes by these, whatever the office's are.
    if let (Some(resting), Some(hit)) = (in_hours(&hours.out_of_service), went_by(facts)) {
        return format!(
            "{resting}は現在利用時間外ですが、発生以降の利用時間（計{hit}）には、ご利用に支障が生じていた可能性があります。\
             詳細は確認中です。"
        );
    }
    if let Some(resting) = in_hours(&hours.out_of_service) {
        return format!("{resting}の利用時間外のため、現時点で業務への影響はない見込みです。詳細は確認中です。");
    }
    if facts.office_closed {
        let closed = if hours.closed_day { "閉庁日" } else { "閉庁時間" };
        let opening = hours.opens.map(|at| format!("（{}）", clock.short(at))).unwrap_or_default();
        let later = if objects.is_empty() {
            String::new()
        } else {
            format!("開庁{opening}までに復旧しない場合は、{objects}のご利用に支障が生じる見込みです。")
        };
        let serving = match in_hours(&hours.in_service) {
            Some(serving) => {
                format!("ただし、{serving}は利用時間内のため、支障が生じている可能性があります。")
            }
            None => String::new(),
        };
        let now = match went_by(facts) {
            Some(hit) => format!(
                "現在は{closed}ですが、発生以降の開庁時間（計{hit}）には、業務に支障が生じていた可能性があります。"
            ),
            None => format!("{closed}のため、通常の窓口業務への影響はない見込みです。"),
        };
        return format!("{now}{serving}宿日直業務への影響は確認中です。{later}");
    }
    match facts.effect {
        _ if objects.is_empty() => "確認中".to_owned(),
        Some(Effect::Stopped) => format!("{objects}をご利用いただけない見込みです。詳細は確認中です。"),
        Some(Effect::Partial) => {
            format!("{objects}の一部の機能または場所で、ご利用に支障が生じている可能性があります。詳細は確認中です。")
        }
        Some(Effect::Degraded | Effect::None) => {
            format!("{objects}のご利用に支障が生じている可能性があります。詳細は確認中です。")
        }
        None => format!("{objects}のご利用に支障が生じているおそれがあります。詳細は確認中です。"),
    }
}

/// How long somebody has been hit although nobody is now, in whole minutes; `None` = nobody has.
fn went_by(facts: &Facts) -> Option<String> {
    let minutes = facts.impact.hours.went_by.as_secs() / 60;
    (minutes > 0).then(|| lasting(Duration::from_secs(minutes * 60)))
}

/// The office is closed, and everything that is hit has hours of its own, which run.
fn all_in_service(facts: &Facts) -> bool {
    let in_service = facts.impact.hours.in_service.len();
    in_service > 0 && in_service >= facts.systems.len() + facts.impact.cut_off.len()
}

/// `図書館（火〜金 9:30〜19:00）`; `None` where there is none.
fn in_hours(known: &[(String, String)]) -> Option<String> {
    let named: Vec<String> =
        known.iter().map(|(name, hours)| format!("{}（{}）", text::name(name), text::name(hours))).collect();
    (!named.is_empty()).then(|| listed(&named, "システム"))
}

fn residents(facts: &Facts) -> &'static str {
    match facts.residents {
        _ if facts.effect == Some(Effect::None) => "現時点で確認されておりません",
        Some(true) if !facts.impact.hours.out_of_service.is_empty() => match went_by(facts) {
            Some(_) => "有の見込み（現在は利用時間外）",
            None => "利用時間内は有の見込み（現在は利用時間外）",
        },
        Some(true) if facts.office_closed && facts.impact.hours.in_service.is_empty() => match went_by(facts) {
            Some(_) => "有の見込み（閉庁中の影響は確認中）",
            None => "開庁時は有の見込み（閉庁中の影響は確認中）",
        },
        Some(true) => "有の見込み",
        Some(false) => "無の見込み",
        None => "確認中",
    }
}
