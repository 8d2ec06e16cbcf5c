//! Overrun of planned work (計画作業の超過): what it kept apart still burns after its end, so whoever did it is asked.
//!
//! This knows more than any rule on alerts: the fault was there while the owner worked on it. A rule that suspects a
//! security incident stands all the same. After a silence nothing is known of who did what; its end is a fact among others.

use super::case::Case;
use crate::desk::alert::Alert;
use crate::desk::book::Book;
use crate::desk::correlate::cause::only_warns;
use crate::desk::cover::{Cover, Over};
use crate::desk::ids::{ComponentId, CoverId};
use crate::desk::incident::Verdict;
use crate::desk::letter::{Because, Fact};
use crate::desk::rules::{Confidence, PartyKind, VerdictCode};

/// The name under which this stands among the rules.
pub(in crate::desk) const RULE: &str = "計画作業の超過";

/// Adds what is known of planned work or a silence before the fault; where a vendor's work overran, gives the verdict.
/// Returns that work.
pub(super) fn consider(book: &Book, case: &Case, verdict: &mut Verdict) -> Option<CoverId> {
    let cover = before(case)?;
    let fact = Fact::Planned {
        name: cover.name.clone(),
        from: cover.from,
        until: cover.end(),
        silence: !cover.is_work(),
        owner: book.party_name(&cover.owner),
    };
    if !verdict.evidence.contains(&fact) {
        verdict.evidence.insert(0, fact);
    }
    let code = match book.party(&cover.owner).map(|party| party.kind) {
        Some(PartyKind::Vendor) => VerdictCode::Single,
        Some(PartyKind::External) => VerdictCode::External,
        Some(PartyKind::Desk | PartyKind::Office | PartyKind::DataCentre) | None => return None,
    };
    // Whoever answered that it is not its part is not asked again; and a mere warning that came meanwhile is no sign that
    // the work went wrong.
    let refused = case.incident.is_handed_back_by(&cover.owner);
    let warns = case.members.iter().all(|alert| only_warns(alert.weight()));
    let speaks_against = refused || warns || is_done(book, case, cover);
    if !cover.is_work() || verdict.code == VerdictCode::Security || speaks_against {
        return None;
    }
    verdict.code = code;
    verdict.parties = vec![cover.owner.clone()];
    verdict.confidence = Confidence::Probable;
    verdict.rule = Some(RULE.to_owned());
    verdict.because = Because::Overrun { work: cover.name.clone() };
    Some(cover.id)
}

/// What kept the fault apart until its end: the root's alerts, or all where it shows none, must have been under it.
fn before<'a>(case: &Case<'a>) -> Option<&'a Cover> {
    let of_root = |alert: &&&Alert| case.root.is_some() && alert.component == case.root;
    let own: Vec<&Alert> = case.members.iter().filter(of_root).copied().collect();
    let telling = if own.is_empty() { &case.members } else { &own };
    if telling.is_empty() || telling.iter().any(|alert| alert.after.is_none()) {
        return None;
    }
    telling.iter().find_map(|alert| case.state.covers.get(&alert.after?))
}

/// What was worked on failed meanwhile and works again, and what still fails is another's: then the work explains no more than what
/// ended with it.
fn is_done(book: &Book, case: &Case, cover: &Cover) -> bool {
    let Over::Work { components, .. } = &cover.over else { return false };
    let others = case.root.as_ref().is_some_and(|root| {
        !components.contains(root) && book.keeper(root).is_some_and(|keeper| *keeper != cover.owner)
    });
    let came_back = |component: &ComponentId| {
        let here = |alert: &&Alert| alert.component.as_ref() == Some(component) && alert.received.wall >= cover.from;
        let mut shown = case.state.alerts.values().filter(here).peekable();
        shown.peek().is_some() && shown.all(|alert| alert.gone.is_some())
    };
    others && !components.is_empty() && components.iter().all(came_back)
}
