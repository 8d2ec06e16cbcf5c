//! What a verdict leaves open, in Japanese: which kind of 不明 it is, what each side says, what would change it.
//!
//! For the desk, which goes on from there; an office hears only which kind it is.

use super::layout::Page;
use super::time::Clock;
use super::{because, commands, evidence, facts, text, words};
use crate::desk::letter::{Claim, Facts, Lever, Need, Unknown, VerdictFacts};
use crate::desk::rules::VerdictCode;

/// Hosts named in one sentence.
const UNIT: &str = "台";

/// Why the machine stopped at 不明, for the desk.
pub(super) fn stopped(unknown: Option<&Unknown>) -> String {
    match unknown {
        None => "自動の一次切り分けでは、担当先を特定できませんでした。".to_owned(),
        Some(Unknown::NothingKnown { hosts }) if hosts.is_empty() => {
            "該当するルールも、担当する構成要素もないため、自動の一次切り分けでは担当先を特定できませんでした。".to_owned()
        }
        Some(Unknown::NothingKnown { hosts }) => format!(
            "該当するルールがなく、{}が責任分界表（設定）に登録されていないため、自動の一次切り分けでは担当先を特定できませんでした。",
            facts::listed(hosts, UNIT)
        ),
        Some(Unknown::NobodyLeft) => {
            "依頼した業者から対応範囲外との回答があり、ほかに該当する業者が見当たらないため、自動の切り分けを終了しました。"
                .to_owned()
        }
        Some(Unknown::Disagreement { .. }) => {
            "切り分けの根拠が食い違っており、自動では担当先を決めておりません（業者への依頼は行っておりません）。".to_owned()
        }
        Some(Unknown::ByRule { rule }) => {
            format!("ルール「{}」により、窓口で調査する事象と判定しました。", text::name(rule))
        }
    }
}

/// 根拠 in the names of what fails, where nothing is registered for it.
pub(super) fn unregistered(verdict: &VerdictFacts) -> Option<String> {
    match &verdict.unknown {
        Some(Unknown::NothingKnown { hosts }) if !hosts.is_empty() => {
            Some(format!("{}が責任分界表（設定）に登録されていないため", facts::listed(hosts, UNIT)))
        }
        _ => None,
    }
}

/// The same for an office, as 切り分け.
pub(super) fn told_to_office(verdict: &VerdictFacts) -> String {
    let by = format!("（{}）", words::by(verdict.by));
    match &verdict.unknown {
        Some(Unknown::Disagreement { .. }) => {
            format!("複数の可能性を示す情報があり、現時点では原因を一つに特定できておりません{by}。")
        }
        Some(Unknown::NobodyLeft) => {
            format!("照会した業者から対応範囲外との回答があり、現時点では原因を特定できておりません{by}。")
        }
        Some(Unknown::NothingKnown { .. } | Unknown::ByRule { .. }) | None => {
            format!("現時点では原因を特定できておりません{by}。")
        }
    }
}

/// What each side says, where evidence disagrees; what would change the verdict.
pub(super) fn open_ends(page: &mut Page, verdict: &VerdictFacts, incident: &Facts, clock: &Clock) {
    if let Some(Unknown::Disagreement { claims }) = &verdict.unknown {
        page.items("食い違いの内容", claims.iter().map(claim).collect(), "確認中");
    }
    if !verdict.would_change.is_empty() {
        let levers = verdict.would_change.iter().map(|known| lever(known, incident, clock)).collect();
        page.items("判断の決め手となる確認事項", levers, "該当なし");
    }
}

fn claim(claim: &Claim) -> String {
    let because = text::summary(&because::japanese(&claim.because));
    format!(
        "{}（確度：{}）　{}（ルール「{}」）",
        text::or(facts::listed(&claim.parties, "者"), "窓口"),
        words::confidence(claim.confidence),
        because.trim_end_matches('。'),
        text::name(&claim.rule)
    )
}

/// What is to be found out, and what follows from it.
fn lever(lever: &Lever, incident: &Facts, clock: &Clock) -> String {
    let parties = facts::listed(&lever.parties, "者");
    let then = match lever.code {
        VerdictCode::Single | VerdictCode::Multi if !parties.is_empty() => format!("{parties}の対応範囲"),
        VerdictCode::External if !parties.is_empty() => format!("外部サービス（{parties}）の事象"),
        VerdictCode::Own => "窓口の対応範囲".to_owned(),
        VerdictCode::Unknown => "担当先を決めず、窓口で調査".to_owned(),
        _ => words::verdict(lever.code).to_owned(),
    };
    match &lever.need {
        Need::Rule { rule, at: Some(at), .. } => {
            let (rule, at) = (text::name(rule), clock.short(*at));
            format!("{at}の時点で続いているか（自動で判定し直します）：ルール「{rule}」に該当すれば、{then}")
        }
        Need::Rule { rule, facts, .. } => {
            let told = facts.iter().map(|fact| evidence::question(&evidence::fact(fact, incident, clock)));
            let questions = text::or(told.collect::<Vec<_>>().join("、"), "未確認の条件");
            format!("{questions}：結果がルール「{}」に該当すれば、{then}", text::name(rule))
        }
        Need::NotTheirs { party } => {
            format!("{}の対応範囲かどうか：範囲外であれば、{then}", text::name(party))
        }
        Need::Covered { hosts } => {
            format!("{}の保守業者：判明すれば、その業者へ依頼（設定は未登録）", facts::listed(hosts, UNIT))
        }
    }
}

/// The commands that settle it: one for each party that is named.
pub(super) fn decisions(incident: &Facts) -> Vec<String> {
    let named: Vec<&String> = match incident.verdict.as_ref().and_then(|verdict| verdict.unknown.as_ref()) {
        Some(Unknown::Disagreement { claims }) => claims.iter().filter_map(|claim| claim.parties.first()).collect(),
        _ => Vec::new(),
    };
    match named.is_empty() {
        true => vec![commands::decide(&incident.number)],
        false => named.into_iter().map(|party| commands::decide_for(&incident.number, party)).collect(),
    }
}
