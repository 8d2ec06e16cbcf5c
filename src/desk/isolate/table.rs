//! The responsibility table (責任分界表): where no rule holds, whoever keeps the root component.
//!
//! It is less sure than a rule: a warning is a sign, not proof, and a component that answers ping is not plainly down.

use super::case::Case;
use crate::desk::book::Book;
use crate::desk::ids::{ComponentId, PartyId};
use crate::desk::incident::Verdict;
use crate::desk::letter::By;
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
            None => answer(book, component, Seen::of(case, candidate.as_ref())),
        },
        None => (VerdictCode::Unknown, vec![book.rules.site.desk.clone()], nobody(case)),
    };
    let mut evidence = case.basic_facts(candidate.as_ref().or(case.root.as_ref()));
    evidence.extend(candidate.as_ref().and_then(|id| case.changed(id)));
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
        tried: Vec::new(),
        rules_hash: book.rules.hash.clone(),
    }
}

fn nobody(case: &Case) -> String {
    if case.root.is_none() {
        "責任分界表に該当する構成要素がないため".to_owned()
    } else {
        "対応を依頼した業者から対応範囲外との回答があり、ほかに該当する業者がないため".to_owned()
    }
}

/// What was changed shortly before a call: without an alert nothing points nearer to the cause.
struct Changed<'a> {
    component: ComponentId,
    change: &'a Modification,
}

impl<'a> Changed<'a> {
    fn of(case: &Case<'a>, free: impl Fn(&ComponentId) -> bool) -> Option<Self> {
        if !case.members.is_empty() {
            return None;
        }
        case.changes(RECENT).find_map(|change| {
            let component = change.components.iter().find(|id| case.concerns(id) && free(id))?;
            let refused = change.party.as_ref().is_some_and(|party| case.incident.is_handed_back_by(party));
            (!refused).then(|| Self { component: component.clone(), change })
        })
    }

    /// Whoever made the change is asked first; its keeper where that is not on record.
    fn answer(&self, book: &Book, component: &Component) -> (VerdictCode, Vec<PartyId>, String) {
        let (code, parties, _) = answer(book, component, Seen::Report);
        let maker = self.change.party.clone().filter(|party| {
            code == VerdictCode::Single && book.party(party).is_some_and(|party| party.kind == PartyKind::Vendor)
        });
        let because = format!("発生の直前に、{}の変更（{}）が行われているため", component.name, self.change.summary);
        (code, maker.map_or(parties, |maker| vec![maker]), because)
    }
}

/// How the fault of the root shows.
#[derive(Debug, Clone, Copy)]
enum Seen {
    /// It raised an alert itself.
    Alert,
    /// Everything that fails needs it; it shows nothing itself.
    Behind,
    /// People told of it and monitoring did not, so no alert may be spoken of.
    Report,
    /// Everything that fails needs it; it shows nothing itself, and was just worked on.
    Worked,
    /// The keeper of what fails says that it is not its part; what fails needs this.
    Next,
}

impl Seen {
    fn of(case: &Case, candidate: Option<&ComponentId>) -> Self {
        let shows = case.members.iter().any(|alert| alert.component.as_ref() == candidate);
        if candidate != case.root.as_ref() && !shows {
            Seen::Next
        } else if case.members.is_empty() {
            Seen::Report
        } else if shows {
            Seen::Alert
        } else if candidate.is_some_and(|id| case.lately_worked_on(id)) {
            Seen::Worked
        } else {
            Seen::Behind
        }
    }

    fn because(self, name: &str) -> String {
        match self {
            Seen::Alert => format!("{name}に関する警報が発生しているため"),
            Seen::Behind => format!("警報が発生している構成要素が、いずれも{name}を前提に稼働しているため"),
            Seen::Worked => {
                format!(
                    "警報が発生している構成要素が、いずれも{name}を前提に稼働しており、直前に{name}の作業が行われているため"
                )
            }
            Seen::Report => format!("{name}に関する申告を受けているため"),
            Seen::Next => {
                format!("先に確認した範囲には原因がないとの回答があり、{name}がその稼働の前提となっているため")
            }
        }
    }
}

fn answer(book: &Book, component: &Component, seen: Seen) -> (VerdictCode, Vec<PartyId>, String) {
    let party = component.party.clone();
    let kind = book.party(&party).map(|party| party.kind);
    let name = &component.name;
    match (component.scope, kind) {
        (ContractScope::Out | ContractScope::Other, _) => {
            (VerdictCode::ScopeOut, vec![party], format!("{name}が保守契約の対象範囲に含まれていないため"))
        }
        (ContractScope::In, Some(PartyKind::Vendor)) => (VerdictCode::Single, vec![party], seen.because(name)),
        (ContractScope::In, Some(PartyKind::External)) => (VerdictCode::External, vec![party], seen.because(name)),
        (ContractScope::In, Some(PartyKind::Desk | PartyKind::Office | PartyKind::DataCentre) | None) => {
            (VerdictCode::Own, vec![book.rules.site.desk.clone()], format!("{name}が窓口の対応範囲に含まれるため"))
        }
    }
}

/// Something about the fault leaves room for another cause.
fn doubtful(case: &Case) -> bool {
    !case.contradictions().is_empty()
        || !case.incident.handed_back.is_empty()
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
