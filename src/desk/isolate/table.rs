//! The responsibility table (責任分界表): where no rule holds, whoever keeps the root component.
//!
//! It is less sure than a rule: a warning is a sign, not proof, and a component that answers ping is not plainly down.

use super::case::Case;
use crate::desk::book::Book;
use crate::desk::ids::{ComponentId, PartyId};
use crate::desk::incident::Verdict;
use crate::desk::letter::{Because, By, Fact};
use crate::desk::modification::{Modification, RECENT};
use crate::desk::now::Now;
use crate::desk::observation::Level;
use crate::desk::rules::{Component, Confidence, ContractScope, PartyKind, VerdictCode};

/// The verdict of the table: the keeper of the likeliest component that has not answered that it is not its part.
pub(super) fn verdict(now: Now, book: &Book, case: &Case) -> Verdict {
    let free = |id: &ComponentId| {
        book.rules.components.get(id).is_some_and(|component| !case.incident.is_handed_back_by(&component.party))
    };
    let changed = Changed::of(case, free);
    let candidate = changed.as_ref().map(|changed| changed.component.clone());
    let candidate = candidate.or_else(|| case.candidates().into_iter().find(free));
    let (code, parties, because) = match candidate.as_ref().and_then(|id| book.rules.components.get(id)) {
        Some(component) => match &changed {
            Some(changed) => changed.answer(book, component),
            None => {
                let (code, parties) = answer(book, component);
                let because = match component.scope {
                    ContractScope::Other => Because::OtherContract {
                        component: component.name.clone(),
                        owner: book.party_name(&component.party),
                    },
                    ContractScope::In | ContractScope::Out => because(case, candidate.as_ref(), component, code),
                };
                (code, parties, because)
            }
        },
        None => (VerdictCode::Unknown, vec![book.rules.site.desk.clone()], nobody(case)),
    };
    let mut evidence = case.basic_facts(candidate.as_ref().or(case.root.as_ref()));
    match &changed {
        Some(changed) => evidence.push(Fact::changed(changed.change)),
        None => evidence.extend(candidate.iter().flat_map(|id| case.changed(id))),
    }
    let against = case.contradictions();
    let confidence = match code {
        VerdictCode::Unknown => Confidence::Unknown,
        _ if doubtful(case) => Confidence::Possible,
        _ => confidence(case),
    };
    Verdict {
        at: now.wall,
        code,
        confidence,
        parties,
        component: candidate.clone().or_else(|| case.root.clone()),
        cause: None,
        by: By::Machine,
        rule: None,
        echo_of: None,
        because,
        evidence,
        against,
        not_known: case.unknowns(),
        unknown: None,
        would_change: Vec::new(),
        tried: [].into(),
        rules_hash: book.rules.hash.clone(),
    }
}

fn nobody(case: &Case) -> Because {
    if case.root.is_none() { Because::NoComponent } else { Because::NobodyLeft }
}

/// What was changed shortly before: without an alert nothing points nearer to the cause; nor does mere topology once whoever keeps
/// what shows the fault has answered that it is not its part.
struct Changed<'a> {
    component: ComponentId,
    change: &'a Modification,
}

impl<'a> Changed<'a> {
    fn of(case: &Case<'a>, free: impl Fn(&ComponentId) -> bool) -> Option<Self> {
        let seen = !case.members.is_empty();
        if seen && !is_left_to_topology(case, &free) {
            return None;
        }
        // Where there is an alert, what was taken back is no reason to pass over what lies nearer.
        case.changes(RECENT).filter(|change| !seen || !change.is_rolled_back()).find_map(|change| {
            let component = change.components.iter().find(|id| case.concerns(id) && free(id))?;
            let refused = change.party.as_ref().is_some_and(|party| case.incident.is_handed_back_by(party));
            (!refused).then(|| Self { component: component.clone(), change })
        })
    }

    /// Whoever made the change is asked first; its keeper where that is not on record.
    fn answer(&self, book: &Book, component: &Component) -> (VerdictCode, Vec<PartyId>, Because) {
        let (code, parties) = answer(book, component);
        let maker = self.change.party.clone().filter(|party| {
            code == VerdictCode::Single && book.party(party).is_some_and(|party| party.kind == PartyKind::Vendor)
        });
        let (change, state) = (self.change.summary.clone(), self.change.state);
        let because = Because::Changed { component: component.name.clone(), change, state };
        (code, maker.map_or(parties, |maker| vec![maker]), because)
    }
}

/// Somebody has answered that it is not its part, and what would be asked next shows nothing itself.
fn is_left_to_topology(case: &Case, free: impl Fn(&ComponentId) -> bool) -> bool {
    let shows = |id: &ComponentId| case.members.iter().any(|alert| alert.component.as_ref() == Some(id));
    case.incident.refusals().next().is_some() && case.candidates().into_iter().find(free).is_some_and(|id| !shows(&id))
}

/// Why it is asked: what it is to the desk, else how its fault shows.
fn because(case: &Case, candidate: Option<&ComponentId>, component: &Component, code: VerdictCode) -> Because {
    let shows = case.members.iter().any(|alert| alert.component.as_ref() == candidate);
    let component = component.name.clone();
    match code {
        VerdictCode::ScopeOut => Because::OutOfScope { component },
        VerdictCode::Own => Because::Own { component },
        _ if candidate != case.root.as_ref() && !shows => Because::Next { component },
        _ if case.members.is_empty() && candidate.is_none_or(|id| case.is_told_of(id)) => Because::Report { component },
        _ if case.members.is_empty() => Because::Unanswered { component },
        _ if shows => Because::Alert { component },
        _ if candidate.is_some_and(|id| case.lately_worked_on(id)) => Because::Worked { component },
        _ => Because::Behind { component },
    }
}

pub(super) fn answer(book: &Book, component: &Component) -> (VerdictCode, Vec<PartyId>) {
    let party = component.party.clone();
    let kind = book.party(&party).map(|party| party.kind);
    match (component.scope, kind) {
        (ContractScope::Out | ContractScope::Other, _) => (VerdictCode::ScopeOut, vec![party]),
        (ContractScope::In, Some(PartyKind::Vendor)) => (VerdictCode::Single, vec![party]),
        (ContractScope::In, Some(PartyKind::External)) => (VerdictCode::External, vec![party]),
        (ContractScope::In, Some(PartyKind::Desk | PartyKind::Office | PartyKind::DataCentre) | None) => {
            (VerdictCode::Own, vec![book.rules.site.desk.clone()])
        }
    }
}

/// Something about the fault leaves room for another cause.
fn doubtful(case: &Case) -> bool {
    !case.contradictions().is_empty()
        || case.incident.refusals().next().is_some()
        || case.has_rival()
        || case.has_several_causes()
        || case.amid_another_fault()
}

/// 可能性大 for a fault the root itself reports or that shows in its silence when asked; 可能性あり for a mere warning,
/// for what is only inferred from what it drags along, for what monitoring calls sound and a probe does not, and where
/// something that nobody sees may be behind it.
fn confidence(case: &Case) -> Confidence {
    let own = case.members.iter().filter(|alert| alert.component == case.root);
    match own.map(|alert| alert.problem.level).max() {
        Some(Level::Average | Level::High | Level::Disaster) => Confidence::Probable,
        None if !case.members.is_empty() && case.root_is_silent() && !case.root_is_watched() => Confidence::Probable,
        Some(Level::NotClassified | Level::Information | Level::Warning) | None => Confidence::Possible,
    }
}
