//! The root is red but kept apart: known to fail, and somebody has said that nobody is to be asked about it.
//!
//! This knows more than any rule on what fails behind it: nobody is asked with 可能性大 for an echo. Whoever answers for the
//! planned work or the silence hears what it does - the desk, where the work is nobody else's; after a silence of the desk's own
//! whoever keeps the thing. A rule that suspects a security incident stands all the same.

use super::case::Case;
use super::table;
use crate::desk::correlate::apart;
use crate::desk::ids::ComponentId;
use crate::desk::incident::Verdict;
use crate::desk::letter::{Because, KeptBy};
use crate::desk::rules::{Confidence, PartyKind, VerdictCode};
use crate::desk::turn::Turn;

/// Gives the verdict where the root is kept apart. Returns that root.
pub(super) fn consider(turn: &Turn, case: &Case, verdict: &mut Verdict) -> Option<ComponentId> {
    let root = case.root.as_ref().filter(|root| !case.failing.contains(*root))?;
    let (alert, by, cover) = apart::gravest(case.state, root, case.incident.detected.wall)?;
    let component = case.book.rules.components.get(root)?;
    if verdict.code == VerdictCode::Security {
        return None;
    }
    verdict.evidence.insert(0, apart::fact(turn, alert, by, cover));
    verdict.confidence = verdict.confidence.min(Confidence::Possible);
    let owner = cover.map(|cover| cover.owner.clone());
    let kind = owner.as_ref().and_then(|owner| case.book.party(owner)).map(|party| party.kind);
    let (code, parties) = match (kind, owner) {
        (Some(PartyKind::Vendor), Some(owner)) => (VerdictCode::Single, vec![owner]),
        (Some(PartyKind::External), Some(owner)) => (VerdictCode::External, vec![owner]),
        _ if by == KeptBy::Silence => table::answer(case.book, component),
        _ => (VerdictCode::Planned, vec![case.book.rules.site.desk.clone()]),
    };
    // Whoever answered that it is not its part is not asked again.
    if parties.iter().any(|party| case.incident.is_handed_back_by(party)) {
        return None;
    }
    verdict.code = code;
    verdict.parties = parties;
    verdict.component = Some(root.clone());
    verdict.rule = None;
    verdict.cause = None;
    verdict.confidence = Confidence::Possible;
    let name = cover.map(|cover| cover.name.clone()).unwrap_or_default();
    verdict.because = Because::Apart { component: component.name.clone(), by, name };
    Some(root.clone())
}
