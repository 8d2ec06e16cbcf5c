//! What people said of a fault beside what stands for it in words: callers in their own words, the desk why it goes on.

use super::frame::number_of;
use super::layout::Page;
use super::symptom::{is_reported, teller};
use super::time::Clock;
use super::{facts, text};
use crate::desk::letter::{Because, Facts, Said, Stage};

/// Calls quoted.
const QUOTES: usize = 3;

/// The sentences after that of the symptom; empty where nobody said more. `over`: it is told of in the past.
pub(super) fn sentences(facts: &Facts, over: bool, clock: &Clock) -> String {
    let mut out = String::new();
    if let (false, Some(reason), Some(at)) = (over, &facts.desk.reopened, facts.returned) {
        let reason = text::note(reason);
        out += &format!("{}に、窓口にて対応を再開しております（{}）。", clock.short(at), reason.trim_end_matches('。'));
    }
    let calls = calls(facts);
    if !calls.is_empty() {
        out += &format!("また、{calls}との申告を受け{}。", if over { "ました" } else { "ております" });
    }
    out
}

/// 「利用者等から「印刷ができない」」, without the call that is the symptom itself.
fn calls(facts: &Facts) -> String {
    let first = |said: &&Said| is_reported(facts) && *said.text == *facts.summary;
    let told: Vec<&Said> = facts.told.iter().filter(|said| !first(said)).collect();
    let Some(one) = told.first() else { return String::new() };
    let by = teller(one.by);
    let by = if told.iter().all(|said| teller(said.by) == by) { by } else { "関係者" };
    let quotes: String =
        told.iter().take(QUOTES).map(|said| format!("「{}」", quoted(&text::note(&said.text)))).collect();
    let more = told.len().saturating_sub(QUOTES);
    let more = if more > 0 { format!("ほか{more}件") } else { String::new() };
    format!("{by}から{quotes}{more}")
}

/// As it stands between 「 and 」.
fn quoted(said: &str) -> String {
    said.replace('「', "『").replace('」', "』")
}

/// Numbers that may have to do with it, where there are any.
pub(super) fn related(page: &mut Page, facts: &Facts, clock: &Clock) {
    let numbers = facts.related.iter().map(number_of).collect::<Vec<_>>().join("、");
    let over = facts.restored_before.iter().map(|(number, began, restored)| {
        let (began, restored) = (clock.short(*began), clock.short(*restored));
        format!("{}（{began}発生、{restored}復旧）", number_of(number))
    });
    let lines: Vec<String> = Some(numbers).filter(|numbers| !numbers.is_empty()).into_iter().chain(over).collect();
    if !lines.is_empty() {
        page.lines("関連の障害", lines, "該当なし");
    }
}

/// It is over, or may be by the desk's word, and monitoring shows nothing else.
pub(super) fn is_over(facts: &Facts) -> bool {
    matches!(facts.stage, Stage::Verifying | Stage::Restored) && !facts.desk.still_burns
}

/// What is red all the same, beside the desk's word that it may work again.
pub(super) fn red_in_monitoring(hosts: &[String]) -> String {
    format!("なお、監視では、{}の異常を引き続き検知しております。", text::or(facts::listed(hosts, "台"), "一部の機器"))
}

/// What 確認済みの事実 says where nothing beyond the first sign is on record.
pub(super) fn only_known(facts: &Facts) -> &'static str {
    if is_reported(facts) {
        "申告の内容のみ（詳細は確認中）"
    } else {
        "監視の警報のみ（詳細は確認中）"
    }
}

/// The desk asked, and nothing on record says that it is this reader's part.
pub(super) fn is_ordered(incident: &Facts) -> bool {
    incident.verdict.as_ref().is_some_and(|verdict| verdict.because == Because::Ordered)
}
