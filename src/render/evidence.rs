//! What is on record for a judgement: facts, what was changed shortly before, like faults.

use super::frame::number_of;
use super::layout::Page;
use super::symptom::{Symptom, teller};
use super::time::{Clock, day_of, lasting};
use super::{probe, text, words};
use crate::desk::letter::{By, Fact, Facts, Kept, KeptBy, NearestContract, Said, Similar};
use crate::desk::modification::ModificationState;
use jiff::Timestamp;

/// One fact on record, as an entry of 確認済みの事実 or 確認できなかった事項.
pub(super) fn fact(fact: &Fact, facts: &Facts, clock: &Clock) -> String {
    match fact {
        Fact::Alert { host, summary, at } => {
            format!("{}（{}、監視による）", Symptom::from(summary, "", host, "").title(), clock.short(*at))
        }
        Fact::Told(Said { by, text, at }) => {
            format!("{}から「{}」との申告（{}）", teller(*by), text::note(text), clock.short(*at))
        }
        Fact::Kept(kept) => kept_apart(kept, clock),
        Fact::Behind { failing, of } => {
            let component = facts.component.as_deref().map(text::name).unwrap_or_default();
            let component = text::or(component, "対象機器");
            match (failing, of) {
                (_, 1) => format!("警報が発生しているのは{component}のみであること"),
                _ if failing == of => {
                    format!("異常を検知した構成要素{of}件のすべてが、{component}またはその配下であること")
                }
                _ => format!("異常を検知した構成要素{of}件のうち{failing}件が、{component}またはその配下であること"),
            }
        }
        Fact::OfAllBehind { failing, all } => {
            let component = facts.component.as_deref().map(text::name).unwrap_or_default();
            let component = text::or(component, "対象機器");
            format!("{component}とその配下の監視対象{all}件のうち、{failing}件に異常を検知していること")
        }
        Fact::NothingBeside { target } => {
            format!("{}に関係しない機器には異常を検知していないこと", text::name(target))
        }
        Fact::Alone { target } => {
            format!("{}の配下の機器には異常を検知していないこと", text::name(target))
        }
        Fact::Counted { summary, times, hosts, within } => {
            let title = Symptom::from(summary, "", "", "").title();
            let within = lasting(*within);
            if *hosts {
                format!("「{title}」等の警報が{within}以内に{times}台で発生したこと")
            } else {
                format!("「{title}」等の警報が{within}以内に{times}回発生したこと")
            }
        }
        Fact::WasDown { target, from, until } => {
            let (from, until) = (clock.short(*from), clock.short(*until));
            format!("依存先の{}に{from}から異常があり、{until}に監視上の回復を確認していること", text::name(target))
        }
        Fact::Lasting { since } => format!("{}から異常が継続していること", clock.short(*since)),
        Fact::Ping { target, answered, at } => {
            let answered = if *answered { "応答あり" } else { "応答なし" };
            format!("監視装置から {} への ping に{answered}（{}）", text::name(target), clock.short(*at))
        }
        Fact::PingNotKnown { target } => format!("監視装置から {} への ping（確認できず）", text::name(target)),
        Fact::Probe { kind, target, seen, at } => probe::japanese(kind, target, seen, &clock.short(*at), clock.zone()),
        Fact::Noticed { at } => {
            let days: Vec<String> = at.iter().map(|at| clock.day(*at)).collect();
            format!("証明書の有効期限に関する予防通知を送付済み（{}）", days.join("、"))
        }
        Fact::ProbeNotKnown { kind, target } => probe::not_known(kind, target),
        Fact::Quiet { target } => format!("{}には異常を検知していないこと", text::name(target)),
        Fact::OnSite { item, words, at } => {
            format!("現地にて、{}：{}（{}）", text::name(item), text::note(words), clock.short(*at))
        }
        Fact::NotLooked { item } => format!("現地の{}（確認待ち）", text::name(item)),
        Fact::Changed { summary, at, state, .. } => {
            let (what, at) = (text::summary(summary), clock.western(*at));
            let (place, done, what) = match what.as_str() {
                "" => ("関連する機器で、", "貴社以外の者による作業", String::new()),
                what => ("", "変更", format!("{what}、")),
            };
            match state {
                ModificationState::Planned => {
                    format!("{place}直前に{done}が予定されていたこと（{what}{at}の予定、実施の有無は未確認）")
                }
                ModificationState::Done => format!("{place}直前に{done}が行われていること（{what}{at}）"),
                ModificationState::RolledBack { at: back } => format!(
                    "{place}発生の前に{done}が行われ、その後切り戻されていること（{what}{at}、{}に切り戻し済み）",
                    clock.western(*back)
                ),
            }
        }
        Fact::Recurred { number, at } => {
            format!("{}の事象（{}）と同様の事象であること", clock.western(*at), text::name(number))
        }
        Fact::HandedBack { party, at } => {
            format!("{}から対応範囲外との回答があったこと（{}）", text::name(party), clock.short(*at))
        }
        Fact::Planned { name, from, until, silence, owner } => {
            let what = if *silence { "通知抑止" } else { "計画作業" };
            format!(
                "{what}「{}」の期間（{}〜{}{}）の終了後も、対象の警報が継続していること",
                text::name(name),
                clock.short(*from),
                clock.short(*until),
                in_charge(owner)
            )
        }
        Fact::WorkBefore { name, from, until } => {
            let (from, until) = (clock.short(*from), clock.short(*until));
            format!("発生時または直前に計画作業「{}」（{from}〜{until}）があること", text::name(name))
        }
        Fact::NoContract { party, nearest: NearestContract { number, ended, day } } => {
            let whose = text::name(party);
            let whose = if whose.is_empty() { whose } else { format!("{whose}との、") };
            let (number, day) = (text::name(number), day_of(*day));
            let why =
                if *ended { format!("{number}は{day}で満了") } else { format!("{number}は{day}から有効") };
            format!("{whose}発生日に有効な保守契約（{why}）")
        }
        Fact::Words(words) => text::summary(words),
    }
}

fn kept_by(by: KeptBy) -> &'static str {
    match by {
        KeptBy::Work => "計画作業",
        KeptBy::Silence => "通知抑止",
        KeptBy::Source => "監視装置の保守設定",
        KeptBy::Desk => "計画作業に伴うものとの窓口の判断",
    }
}

/// 「通知抑止の期間中」
pub(super) fn during(by: KeptBy) -> String {
    format!("{}の期間中", kept_by(by))
}

/// 「srv-hv-02 Ping応答なし（23時50分、監視による。通知抑止の期間中に検知し、その終了後も継続）」
pub(super) fn kept_apart(kept: &Kept, clock: &Clock) -> String {
    let title = Symptom::from(&kept.summary, "", &kept.host, "").title();
    let what = kept_by(kept.by);
    let name = match kept.name.as_str() {
        "" => String::new(),
        name => format!("「{}」", text::name(name)),
    };
    let times = kept.times.map_or_else(String::new, |(from, until)| {
        format!("（{}〜{}{}）", clock.short(from), clock.short(until), in_charge(&kept.owner))
    });
    let how = match (kept.over, kept.by) {
        (true, KeptBy::Desk) => format!("{what}により通知対象外とした異常が継続"),
        (true, _) => format!("{what}{name}の期間中に検知し、その終了後も継続"),
        (false, _) => format!("{what}{name}{times}により通知の対象外"),
    };
    format!("{title}（{}、監視による。{how}）", clock.short(kept.at))
}

/// 「、担当 S株式会社」
fn in_charge(owner: &str) -> String {
    match text::name(owner) {
        owner if owner.is_empty() => owner,
        owner => format!("、担当 {owner}"),
    }
}

/// A fact that is not known as what is to be found out: that the machine could not is no word against a person.
pub(super) fn question(told: &str) -> String {
    told.replace("（確認できず）", "（自動では確認できず）")
}

/// 直前の変更 and 類似事例, for whoever looks for the cause. `date` writes a time in the reader's form.
pub(super) fn before(page: &mut Page, facts: &Facts, date: impl Fn(Timestamp) -> String) {
    let changes: Vec<String> = facts
        .changes
        .iter()
        .map(|change| {
            let by = text::name(&change.party);
            let by = if by.is_empty() { String::new() } else { format!("、{by}") };
            let state = match (change.rolled_back, change.done) {
                (Some(at), _) => format!("、{}に切り戻し済み", date(at)),
                (None, true) => String::new(),
                (None, false) => "、予定（実施の記録なし）".to_owned(),
            };
            let what = text::summary(&change.summary);
            format!("{}（{}{by}{state}）", text::or(what, "貴社以外の者による作業"), date(change.at))
        })
        .collect();
    // What others changed is not for a vendor to know, so that there is none cannot be claimed either.
    let none = if facts.other_changes {
        "貴社実施分および貴社保守対象への変更は登録なし"
    } else {
        "登録なし"
    };
    // Planned work stands among the facts.
    let planned = |fact: &Fact| matches!(fact, Fact::Planned { silence: false, .. } | Fact::Kept(_));
    let worked_on = facts.verdict.as_ref().is_some_and(|verdict| verdict.evidence.iter().any(planned));
    let beside = if worked_on { "上記の作業のほかは、" } else { "" };
    page.lines("直前の変更", changes, &format!("{beside}{none}（過去72時間）"));
    let similar: Vec<String> = facts
        .similar
        .iter()
        .map(|similar| {
            let treatment = text::note(&similar.treatment);
            let treatment = text::or(treatment, "対処内容の記録なし");
            format!("{}（{}）　{treatment}", number_of(&similar.number), date(similar.occurred))
        })
        .collect();
    page.lines("類似事例", similar, "該当なし");
}

/// The sentence of a recurrence (再発) for a vendor.
pub(super) fn recurrence(before: &Similar, by: By, clock: &Clock) -> String {
    format!(
        "なお、本件は、{}の事象（{}）と同様の事象の再発と判定しております（{}）。恒久対策もあわせてご検討をお願いいたします。",
        clock.day(before.occurred),
        number_of(&before.number),
        words::by(by)
    )
}
