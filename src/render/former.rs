//! 復旧: what an incident was about before, how long it took for each reader, and what remains.

use super::frame::number_of;
use super::layout::Page;
use super::symptom::Symptom;
use super::time::{Clock, span};
use super::{facts, instead, shown};
use crate::desk::letter::{Facts, Former, RecoveryFacts};

/// To an office: what the number was about at first, and until when.
pub(super) fn at_first(page: &mut Page, recovery: &RecoveryFacts, clock: &Clock, to_office: bool) {
    if to_office && !recovery.before.is_empty() {
        let of = |former: &Former| format!("{}（{}）", Symptom::titled(&former.sign), between(former, clock));
        page.lines("当初の事象", recovery.before.iter().map(of).collect(), "確認中");
    }
}

/// How long it took, and of what came and went (断続) how much of that it was down; to a vendor also how long its own part did, where the incident went on without it or began before it.
pub(super) fn took(incident: &Facts, recovery: &RecoveryFacts, clock: &Clock, to_office: bool) -> Vec<String> {
    let own = recovery.before.iter().filter(|_| !to_office);
    let own = own.map(|own| format!("（貴社保守対象の異常：{}、{}）", between(own, clock), span(own.from, own.until)));
    let flapping = incident.flapping.as_ref();
    let down =
        flapping.map(|known| format!("（断続：発生{}回、異常の時間は{}）", known.times, shown::down_in_all(known)));
    std::iter::once(span(incident.occurred, recovery.restored)).chain(down).chain(own).collect()
}

fn between(former: &Former, clock: &Clock) -> String {
    format!("{}〜{}", clock.short(former.from), clock.short(former.until))
}

/// What is not over with it. What it stands on one side without is told to an office, and to a vendor that is asked about that, too.
pub(super) fn remaining(incident: &Facts, recovery: &RecoveryFacts, clock: &Clock, to_office: bool) -> Vec<String> {
    let related: Vec<String> = incident.related.iter().map(number_of).collect();
    let related = related.join("、");
    let mut lines: Vec<String> = instead::left_on_one_side(incident, clock).collect();
    match (lines.is_empty(), related.is_empty(), to_office) {
        (false, false, true) => lines.push(format!("別の受付番号（{related}）にて対応しております。")),
        (false, false, false) => lines.push(format!("引き続き、受付番号{related}にてご対応をお願いいたします。")),
        // It is another vendor's.
        (false, true, false) => lines = vec!["貴社保守対象については、該当なし".to_owned()],
        (false, true, true) | (true, ..) => {}
    }
    let numbers: Vec<String> = recovery.goes_on_under().map(number_of).collect();
    if !incident.still_red.is_empty() || !numbers.is_empty() && lines.is_empty() {
        lines.insert(0, facts::still_red(&incident.still_red));
    }
    if !numbers.is_empty() {
        lines.push(format!("別の受付番号（{}）にて対応いたします。", numbers.join("、")));
    }
    vec![lines.concat()].into_iter().filter(|all| !all.is_empty()).collect()
}
