//! The facts of an incident as labelled Japanese sentences: what several kinds of mail say in the same way.
//!
//! Fact, inference (推定, 見込み) and unknown (確認中) are kept apart, and nobody is blamed. Not here: who may know what -
//! a letter only holds what its reader may know.

use super::frame::number_of;
use super::layout::{Name, Page};
use super::symptom::Symptom;
use super::time::{Clock, minute_after};
use super::{because, doubt, evidence, outside, text, told, words};
use crate::desk::letter::{Asked, Because, By, Fact, Facts, Stage, VerdictFacts};
use crate::desk::rules::{Confidence, DataImpact, Effect, VerdictCode};
use jiff::Timestamp;

/// Names of a list that are shown before 「ほか」.
const LISTED: usize = 5;

/// `A、B、CほかN件`; empty for an empty list. `unit` as in 「ほか3システム」.
pub(super) fn listed(raw: &[String], unit: &str) -> String {
    let names = text::names(raw);
    let shown = names.iter().take(LISTED).cloned().collect::<Vec<_>>().join("、");
    if names.len() > LISTED { format!("{shown}ほか{}{unit}", names.len() - LISTED) } else { shown }
}

/// Subject's symptom for an office: what is hit first, then what fails.
pub(super) fn office_title(facts: &Facts) -> String {
    let symptom = Symptom::of(facts).title();
    if facts.effect == Some(Effect::None) {
        // Nobody is to read a system's name and think that it has stopped.
        let over = matches!(facts.stage, Stage::Verifying | Stage::Restored);
        return match facts.impact.one_sided {
            Some(_) if !over => format!("{symptom}（片系運転）"),
            // What is feared for the data is an effect, too.
            _ if facts.data.is_some_and(|data| data != DataImpact::None) => symptom,
            _ => format!("{symptom}（業務影響なし）"),
        };
    }
    // A 拠点 where nothing works any more tells more than a system of which that is a part.
    let there = if facts.impact.everywhere { &[] } else { facts.impact.cut_off.as_slice() };
    let systems = text::names(&[there, &facts.systems].concat());
    match systems.as_slice() {
        [] => symptom,
        [only] if symptom.contains(only.as_str()) => symptom,
        [only] => format!("{only} {symptom}"),
        [first, ..] if symptom.contains(first.as_str()) => symptom,
        [first, ..] => format!("{first}ほか {symptom}"),
    }
}

/// 受付番号 and 重大度.
pub(super) fn number(page: &mut Page, facts: &Facts) {
    page.section(Name::Number).field(
        "受付番号",
        format!(
            "{}　　重大度：{}（{}）",
            number_of(&facts.number),
            severity(facts.severity),
            words::by(facts.severity_by)
        ),
    );
}

/// `1（重大）`
pub(super) fn severity(severity: u8) -> String {
    format!("{severity}（{}）", words::severity(severity))
}

/// 発生日時, and when it came back; `date` writes the hour as the reader does.
pub(super) fn occurred(page: &mut Page, facts: &Facts, date: impl Fn(Timestamp) -> String) {
    let whole = format!("{}（{}）", date(facts.occurred), words::mark(facts.occurred_mark));
    let mut lines = match facts.part_since {
        Some(part) => vec![format!("{}（監視による）", date(part)), format!("本件全体の発生は{whole}")],
        None => vec![whole],
    };
    lines.extend(facts.returned.map(|at| format!("{}（{}）", date(at), returned(facts))));
    page.section(Name::Time).lines("発生日時", lines, "確認中");
}

/// How it is known that it came back.
pub(super) fn returned(facts: &Facts) -> &'static str {
    if facts.desk.reopened.is_some() { "窓口にて対応を再開" } else { "再び異常を確認" }
}

/// A thing with the others of its keeper that fail by themselves.
pub(super) fn with_others(component: String, facts: &Facts) -> String {
    let others: Vec<String> = facts.also.iter().map(|target| text::name(&target.name)).collect();
    if others.is_empty() {
        component
    } else {
        format!("{component}ほか{}件（{}）", others.len(), others.join("、"))
    }
}

/// Those asked who have not answered yet.
pub(super) fn unanswered(facts: &Facts) -> Vec<String> {
    let silent = facts
        .asked
        .iter()
        .filter(|asked| asked.acknowledged.is_none() && asked.started.is_none() && asked.by.is_none());
    silent.map(|asked| asked.party.clone()).collect()
}

/// 切り分け結果 in a sentence without blame, with 確度 and who said so.
pub(super) fn isolation(facts: &Facts, clock: &Clock) -> String {
    let Some(verdict) = &facts.verdict else { return "切り分け中です。原因は確認中です。".to_owned() };
    let suspect = suspect(facts, verdict);
    let mark = format!("（確度：{}、{}）", words::confidence(verdict.confidence), words::by(verdict.by));
    let by = format!("（{}）", words::by(verdict.by));
    let likely = likelihood(verdict.confidence);
    if let Some(late) = overran(facts, clock) {
        return format!("{late}同作業に起因する{likely}{mark}。原因は確認中です。");
    }
    match verdict.code {
        VerdictCode::Single | VerdictCode::Multi => match cause(facts) {
            Some(known) => known,
            None => {
                let answers = verdict.answers.map(|at| {
                    format!("なお、監視装置からの別の確認では正常な応答を得ております（{}）。", clock.short(at))
                });
                let answers = answers.unwrap_or_default();
                format!("{}{suspect}に起因する{likely}{mark}。{answers}原因は確認中です。", apart(verdict))
            }
        },
        VerdictCode::External if verdict.parties.is_empty() => format!("外部サービスに起因する{likely}{mark}。"),
        VerdictCode::External => format!("外部サービス（{suspect}）に起因する{likely}{mark}。"),
        // The desk says whose it is not, and no more.
        VerdictCode::ScopeOut if verdict.by == By::Desk => {
            format!("保守契約の対象範囲外の事象と判断しております{mark}。")
        }
        VerdictCode::ScopeOut => outside::isolation(verdict, &suspect, &format!("{likely}{mark}")),
        VerdictCode::Own => format!(
            "窓口にて対応する事象と判断しております{by}。{}",
            cause(facts).unwrap_or_else(|| "原因は確認中です。".to_owned())
        ),
        VerdictCode::Unknown => doubt::told_to_office(verdict),
        VerdictCode::User => format!("ご利用の端末または操作に起因する{likely}{mark}。"),
        VerdictCode::Planned if verdict.confidence == Confidence::Possible => {
            let why = apart(verdict);
            format!("{why}計画作業に伴う事象である{likely}{mark}。原因は確認中です。")
        }
        VerdictCode::Planned => format!("計画作業に伴う事象と判断しております{by}。"),
        VerdictCode::Monitor if verdict.confidence == Confidence::Confirmed => {
            format!("監視側の事象と判断しております{mark}。")
        }
        VerdictCode::Monitor => format!("監視側の事象である{likely}{mark}。"),
        VerdictCode::Security => "窓口にて確認しております。".to_owned(),
    }
}

/// The ground, where it is what is kept apart: nobody but the desk has heard of that.
fn apart(verdict: &VerdictFacts) -> String {
    match &verdict.because {
        known @ Because::Apart { .. } => format!("{}、", because::japanese(known)),
        _ => String::new(),
    }
}

/// 「計画作業「…」の終了予定（12時00分）を過ぎても、異常が継続しております。」
fn overran(facts: &Facts, clock: &Clock) -> Option<String> {
    let (work, until) = overrun(facts)?;
    let until = clock.short(until);
    Some(format!("計画作業「{work}」の終了予定（{until}）を過ぎても、異常が継続しております。"))
}

/// Planned work (of a vendor that reads: its own), where what it kept apart still burns: its name and its end.
pub(super) fn overrun(facts: &Facts) -> Option<(String, Timestamp)> {
    let verdict = facts.verdict.as_ref().filter(|verdict| verdict.overrun)?;
    verdict.evidence.iter().find_map(|fact| match fact {
        Fact::Planned { name, until, silence: false, .. } => Some((text::name(name), *until)),
        _ => None,
    })
}

/// 可能性… so that it follows 「に起因する」.
pub(super) fn likelihood(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Confirmed => "ものと判断しております",
        Confidence::Probable => "可能性が高いと判断しております",
        Confidence::Possible => "可能性があると考えております",
        Confidence::Unknown => "かどうかを確認しております",
    }
}

/// What is suspected, by the name of the thing rather than of its keeper.
fn suspect(facts: &Facts, verdict: &VerdictFacts) -> String {
    let parties = listed(&verdict.parties, "者");
    let component = facts.component.as_deref().map(text::name).filter(|name| !name.is_empty());
    match (component, verdict.code) {
        (_, VerdictCode::Multi) if !parties.is_empty() => format!("複数の保守対象（{parties}）"),
        (_, VerdictCode::Multi) => "複数の保守対象".to_owned(),
        (_, VerdictCode::External) if !parties.is_empty() => parties,
        _ if verdict.unplaced && !parties.is_empty() => format!("{parties}の保守対象"),
        (Some(component), _) => with_others(component, facts),
        (None, _) => text::or(Symptom::of(facts).thing, "対象機器"),
    }
}

/// 現在の状況 for the desk itself, which knows whether it has begun.
pub(super) fn state_at_desk(facts: &Facts, clock: &Clock) -> Vec<String> {
    // Before it came back is not now.
    let began = facts.desk_started.filter(|at| facts.returned.is_none_or(|back| *at >= back));
    let by_desk = began.map_or_else(
        || "窓口の着手待ちです。".to_owned(),
        |at| format!("窓口にて調査中です（{}着手）。", clock.short(at)),
    );
    let asked = facts
        .asked
        .iter()
        .map(|asked| held_at_desk(asked, clock).unwrap_or_else(|| asked_sentence(asked, facts.stage, clock)));
    stands(facts, asked.collect(), &by_desk, if began.is_some() { &by_desk } else { WORKED_ON })
}

/// 現在の状況: where the incident stands, and what those asked have answered.
pub(super) fn state(facts: &Facts, clock: &Clock) -> Vec<String> {
    let asked = facts.asked.iter().map(|asked| asked_sentence(asked, facts.stage, clock));
    if let Some((at, by)) = facts.desk.red_apart {
        let (at, by) = (clock.short(at), evidence::during(by));
        return asked
            .chain([format!("監視上は一度正常に戻りましたが、{at}から再び異常を検知しております（{by}）。")])
            .collect();
    }
    stands(facts, asked.collect(), left_to_desk(facts), WORKED_ON)
}

/// What the desk does where nobody is asked: what it has settled itself, it isolates no more.
fn left_to_desk(facts: &Facts) -> &'static str {
    match facts.verdict.as_ref().filter(|verdict| verdict.by == By::Desk).map(|verdict| verdict.code) {
        None | Some(VerdictCode::Unknown) => "引き続き、窓口にて切り分けを行います。",
        Some(VerdictCode::External) => "事業者の障害情報および復旧状況を、窓口にて確認いたします。",
        Some(_) => "窓口にて対応いたします。",
    }
}

/// Somebody works on it.
const WORKED_ON: &str = "復旧に向けて対応しております。";

/// `out` of those asked, `left_to_desk` where the machine has said what it can say, `worked_on` where work goes on and no vendor is known to do it.
fn stands(facts: &Facts, mut out: Vec<String>, left_to_desk: &str, worked_on: &str) -> Vec<String> {
    let elsewhere = echo_of(facts).filter(|_| out.is_empty());
    if let (Stage::Isolating | Stage::Requested | Stage::InProgress, Some(of)) = (facts.stage, elsewhere) {
        out.push(format!("{of}の障害の波及とみられるため、同番号にて対応しております。"));
        return out;
    }
    match facts.stage {
        Stage::Isolating if facts.verdict.is_some() && out.is_empty() => {
            out.push(left_to_desk.to_owned());
        }
        Stage::Isolating => out.push("一次切り分けを行っております。".to_owned()),
        Stage::Requested if out.is_empty() => out.push("対応を依頼しております。".to_owned()),
        Stage::InProgress if worked_on == WORKED_ON && waits(facts) => {}
        // A vendor that has said 受領 has not said yet that it works.
        Stage::InProgress if worked_on == WORKED_ON && is_only_received(&facts.asked) => {
            out.push("調査の状況と復旧見込みの連絡を待っております。".to_owned());
        }
        Stage::InProgress if facts.asked.iter().all(|asked| asked.started.is_none()) => {
            out.push(worked_on.to_owned());
        }
        Stage::Requested | Stage::InProgress => {}
        Stage::WorkedAround => out.push(format!(
            "{}完全な復旧には至っておらず、引き続き対応しております。",
            match facts.workaround.as_deref().map(text::note).filter(|done| !done.is_empty()) {
                Some(done) => {
                    let done = done.trim_end_matches('。');
                    format!("暫定対応（{done}）の範囲でご利用いただける状態です。")
                }
                None => "暫定対応により、一部をご利用いただける状態です。".to_owned(),
            }
        )),
        Stage::Verifying if facts.desk.verifies => {
            out.push("窓口の判断により復旧したとみられるため、動作を確認中です。".to_owned());
            if !facts.still_red.is_empty() {
                out.push(told::red_in_monitoring(&facts.still_red));
            }
        }
        Stage::Verifying => {
            out.push("監視上は正常に戻っておりますが、動作を確認中です。".to_owned());
            if !facts.still_red.is_empty() {
                out.push(still_red(&facts.still_red));
            }
        }
        Stage::Restored => out.push("復旧し、動作確認が完了しております。".to_owned()),
        Stage::OnHold => out.push("今後の対応について、ご判断をお待ちしております。".to_owned()),
    }
    out
}

fn is_only_received(asked: &[Asked]) -> bool {
    let received = |asked: &Asked| asked.acknowledged.is_some() && asked.over.is_none();
    asked.iter().all(|asked| asked.started.is_none()) && asked.iter().any(received)
}

/// Whoever has answered was asked about what is over, and of the rest nobody has.
fn waits(facts: &Facts) -> bool {
    let (over, rest): (Vec<_>, Vec<_>) = facts.asked.iter().partition(|asked| asked.over.is_some());
    !over.is_empty() && !rest.is_empty() && rest.iter().all(|asked| asked.acknowledged.is_none())
}

/// The number of the incident that this one is an echo (波及) of.
fn echo_of(facts: &Facts) -> Option<String> {
    facts.verdict.as_ref()?.echo_of.as_ref().map(|of| text::name(&of.0))
}

/// 「○○では引き続き異常を検知しております。」
pub(super) fn still_red(hosts: &[String]) -> String {
    format!("{}では引き続き異常を検知しております。", text::or(listed(hosts, "台"), "一部の機器"))
}

/// What the desk itself is to look at, told to the desk.
fn held_at_desk(asked: &Asked, clock: &Clock) -> Option<String> {
    let by = asked.held_until()?;
    let (party, kind) = (text::name(&asked.party), words::ask(asked.ask));
    Some(format!("保守業者（{party}）への{kind}は、送信前承認待ちです（{}に自動送信）。", clock.short(by)))
}

fn asked_sentence(asked: &Asked, stage: Stage, clock: &Clock) -> String {
    let party = text::name(&asked.party);
    let kind = words::asked_for(asked.ask);
    let unsettled = matches!(stage, Stage::Isolating | Stage::Requested | Stage::InProgress);
    let over = asked.over.filter(|_| unsettled).map(|over| clock.short(over));
    match (answer(&party, asked.acknowledged, asked.started, clock), asked.by) {
        (Some(answer), _) => match over {
            Some(over) => format!("{answer}対象機器は、{over}に監視上の回復を確認しております。"),
            None => answer,
        },
        (None, None) if over.is_some() => format!(
            "保守業者（{party}）へ{kind}を依頼しました（{}）。対象機器は、{}に監視上の回復を確認しております。",
            clock.short(asked.at),
            over.unwrap_or_default()
        ),
        (None, Some(by)) => format!(
            "保守業者（{party}）へは、窓口にて内容を確認のうえ、{}までに{kind}を依頼いたします。",
            clock.short(minute_after(by))
        ),
        (None, None) if asked.lost => {
            format!(
                "保守業者（{party}）への{kind}の依頼は、メールでは届いておりません。電話による依頼を窓口で進めておりますが、受領の連絡は、まだ確認できておりません。"
            )
        }
        (None, None) => format!(
            "保守業者（{party}）へ{kind}を依頼しました（{}）。{}",
            clock.short(asked.at),
            // Nobody is reminded while the office decides.
            if stage == Stage::OnHold { "" } else { "受領の連絡を待っております。" }
        ),
    }
}

/// 「株式会社Nが2時50分に受領し、2時55分に調査に着手しました。」
pub(super) fn answer(
    party: &str,
    acknowledged: Option<Timestamp>,
    started: Option<Timestamp>,
    clock: &Clock,
) -> Option<String> {
    match (acknowledged.map(|at| clock.short(at)), started.map(|at| clock.short(at))) {
        (None, None) => None,
        (Some(had), None) => Some(format!("{party}が{had}に受領しました。")),
        (None, Some(began)) => Some(format!("{party}が{began}に調査に着手しました。")),
        (Some(had), Some(began)) => Some(format!("{party}が{had}に受領し、{began}に調査に着手しました。")),
    }
}

/// 復旧見込み: no letter carries an estimate yet, so none is given.
pub(super) fn outlook(facts: &Facts) -> &'static str {
    match facts.stage {
        Stage::Restored => "復旧済み",
        Stage::Verifying => "動作確認が完了し次第、復旧のご報告をいたします。",
        _ => "確認中",
    }
}

/// The 原因 the desk has recorded, as a sentence; it is no guess any more.
fn cause(facts: &Facts) -> Option<String> {
    let (class, direct) = facts.cause.as_ref()?;
    let direct = text::note(direct);
    let direct = direct.trim_end_matches('。');
    Some(format!("原因は、{direct}（{}）と判明しております（窓口確認済）。", words::cause(*class)))
}

/// 次回報告.
pub(super) fn next_report(next: Option<Timestamp>, clock: &Clock) -> String {
    match next {
        Some(at) => format!("{}頃に続報をお送りいたします。", clock.short(at)),
        None => "状況に変化があり次第、ご報告いたします。".to_owned(),
    }
}

/// The rule's sentence (it ends with ため) as the ground of a judgement.
pub(super) fn ground(verdict: &VerdictFacts) -> String {
    let because = text::summary(&because::japanese(&verdict.because));
    let because = because.trim_end_matches('。');
    if because.is_empty() {
        "窓口に記録しております。".to_owned()
    } else {
        format!("{because}（{}）", words::by(verdict.by))
    }
}
