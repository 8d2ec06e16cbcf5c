//! 復旧: what an incident was about before, how long it took for each reader, and what remains.

use super::frame::number_of;
use super::layout::Page;
use super::symptom::Symptom;
use super::time::{Clock, span};
use super::{facts, impact};
use crate::desk::letter::{Facts, Former, RecoveryFacts};

/// To an office: what the number was about at first, and until when.
pub(super) fn at_first(page: &mut Page, recovery: &RecoveryFacts, clock: &Clock, to_office: bool) {
    if to_office && !recovery.before.is_empty() {
        let of = |former: &Former| format!("{}（{}）", Symptom::titled(&former.sign), between(former, clock));
        page.lines("当初の事象", recovery.before.iter().map(of).collect(), "確認中");
    }
}

/// How long it took; to a vendor also how long its own part did, where the incident went on without it or began before it.
pub(super) fn took(incident: &Facts, recovery: &RecoveryFacts, clock: &Clock, to_office: bool) -> Vec<String> {
    let own = recovery.before.iter().filter(|_| !to_office);
    let own = own.map(|own| format!("（貴社保守対象の異常：{}、{}）", between(own, clock), span(own.from, own.until)));
    std::iter::once(span(incident.occurred, recovery.restored)).chain(own).collect()
}

fn between(former: &Former, clock: &Clock) -> String {
    format!("{}〜{}", clock.short(former.from), clock.short(former.until))
}

/// What is not over with it: what it stands on one side without is told to an office (`office` = its clock).
pub(super) fn remaining(incident: &Facts, recovery: &RecoveryFacts, office: Option<&Clock>) -> Vec<String> {
    let numbers: Vec<String> = recovery.goes_on_under().map(number_of).collect();
    let one_sided = office.into_iter().flat_map(|clock| impact::left_on_one_side(incident, clock));
    let mut lines: Vec<String> = one_sided.collect();
    if !lines.is_empty() && !incident.related.is_empty() {
        let related: Vec<String> = incident.related.iter().map(number_of).collect();
        lines.push(format!("別の受付番号（{}）にて対応しております。", related.join("、")));
    }
    if !incident.still_red.is_empty() || !numbers.is_empty() && lines.is_empty() {
        lines.insert(0, facts::still_red(&incident.still_red));
    }
    if !numbers.is_empty() {
        lines.push(format!("別の受付番号（{}）にて対応いたします。", numbers.join("、")));
    }
    vec![lines.concat()].into_iter().filter(|all| !all.is_empty()).collect()
}
