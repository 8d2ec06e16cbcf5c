//! What an incident was about before, at 復旧: how long it took for each reader.

use super::layout::Page;
use super::symptom::Symptom;
use super::time::{Clock, span};
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
