//! Planned work that is under way (計画作業の実施中): what somebody calls about meanwhile, of what it is done on or of what needs
//! that, is taken for its effect - as alerts are, which it keeps apart. The desk decides; no vendor is woken for it.

use super::case::Case;
use crate::desk::cover::{Cover, Over};
use crate::desk::ids::ComponentId;
use crate::desk::incident::{Told, Verdict};
use crate::desk::letter::{Because, Fact};
use crate::desk::rules::{Confidence, VerdictCode};

/// The name under which this stands among the rules.
const RULE: &str = "計画作業の実施中";

/// Where nothing but calls tells of it, and planned work there explains them, that is the verdict. Returns whether it is.
pub(super) fn consider(case: &Case, verdict: &mut Verdict) -> bool {
    if !case.members.is_empty() || verdict.code == VerdictCode::Security {
        return false;
    }
    let covers = case.state.active.iter().filter_map(|id| case.state.covers.get(id));
    let Some(cover) = covers.filter(|cover| cover.is_work()).find(|cover| explains(case, cover)) else { return false };
    let fact = Fact::WorkBefore { name: cover.name.clone(), from: cover.from, until: cover.end() };
    if !verdict.evidence.contains(&fact) {
        verdict.evidence.insert(0, fact);
    }
    verdict.code = VerdictCode::Planned;
    verdict.parties = vec![case.book.rules.site.desk.clone()];
    verdict.confidence = Confidence::Possible;
    verdict.cause = None;
    verdict.rule = Some(RULE.to_owned());
    verdict.because = Because::UnderWork { work: cover.name.clone() };
    true
}

/// Everything that was told is about what the work reaches, and began no earlier than the work.
fn explains(case: &Case, cover: &Cover) -> bool {
    let Over::Work { components, .. } = &cover.over else { return false };
    let reached = |id: &ComponentId| components.iter().any(|worked| worked == id || case.book.graph.needs(id, worked));
    let fits = |told: &Told| told.component.as_ref().is_some_and(reached) && told.from().0 >= cover.from;
    let told = &case.incident.told;
    !told.is_empty() && told.iter().all(fits)
}
