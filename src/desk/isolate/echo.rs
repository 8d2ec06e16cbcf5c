//! An incident with a number of its own that turns out to be an echo (波及) of another one.
//!
//! A cause that comes late joins one incident; others it explains, too, may have their numbers already. To make them one
//! (統合) is the desk's to decide. Until then the echo takes over the verdict of its cause, and nobody is asked under two
//! numbers.

use super::case::Case;
use crate::desk::correlate::{LATE_CAUSE, call, is_warning};
use crate::desk::ids::{ComponentId, IncidentId};
use crate::desk::incident::{Edit, Incident, Link, Reason, StatusName, Verdict};
use crate::desk::letter::{Because, By, What};
use crate::desk::rules::VerdictCode;
use crate::desk::state::State;
use crate::desk::turn::Turn;
use std::collections::BTreeSet;

/// Where the verdict just given names what other young incidents need, they are tied to it; those tied before are judged
/// anew with it.
pub(super) fn tie(turn: &mut Turn, cause: IncidentId) {
    let component = turn.state.incidents.get(&cause).and_then(named);
    let behind = component.into_iter().flat_map(|component| turn.book.graph.behind(component));
    let rooted = behind.filter_map(|id| turn.state.rooted.get(id));
    // Of all that ever had its root there, few are open.
    let rooted = rooted.flat_map(|all| all.intersection(&turn.state.open)).copied();
    let found: BTreeSet<IncidentId> = rooted.filter(|other| explains(turn, cause, *other)).collect();
    for echo in found {
        tie_to(turn, cause, echo);
    }
    judge_echoes(turn, cause);
}

fn tie_to(turn: &mut Turn, cause: IncidentId, echo: IncidentId) {
    let reason = Reason::EchoOf { of: cause };
    turn.edit(echo, Edit::Linked { link: Link::EchoOf, other: cause }, reason.clone());
    turn.edit(cause, Edit::Linked { link: Link::Echo, other: echo }, reason);
    let name = |id: IncidentId| turn.state.incidents.get(&id).map(Incident::name).unwrap_or_default();
    let (of, by) = (What::EchoOf { number: name(cause) }, What::Echo { number: name(echo) });
    turn.edit(echo, Edit::happened(turn.now.wall, of), Reason::OnRecord);
    turn.edit(cause, Edit::happened(turn.now.wall, by), Reason::OnRecord);
}

/// Where monitoring has begun to show what somebody called about, and what it needs burns under a number already, it is tied to that
/// before anybody is asked about an effect.
pub(super) fn tie_call(turn: &mut Turn, echo: IncidentId) {
    let Some(known) = turn.state.incidents.get(&echo).filter(|known| call::is_call(known)) else { return };
    let Some(root) = known.root.as_ref().filter(|_| turn.state.members_of(echo).next().is_some()) else { return };
    let below = turn.book.graph.below(root).iter().filter_map(|id| turn.state.rooted.get(id));
    let cause = below.flatten().copied().find(|cause| explains(turn, *cause, echo));
    if let Some(cause) = cause {
        tie_to(turn, cause, echo);
    }
}

/// What was tied to an incident is judged anew: its verdict is another one, or it is over.
pub(in crate::desk) fn judge_echoes(turn: &mut Turn, cause: IncidentId) {
    let links = turn.state.incidents.get(&cause).map(|known| &known.links);
    let echoes = links.into_iter().flatten().filter(|(link, _)| *link == Link::Echo).map(|(_, echo)| *echo);
    let open =
        |echo: &IncidentId| turn.state.incidents.get(echo).is_some_and(|known| known.status.name().may_recover());
    turn.touched.to_judge.extend(echoes.filter(open).collect::<Vec<_>>());
}

/// Echoes of an incident of which people told and monitoring shows nothing: that their cause is over is the desk's to check there.
pub(in crate::desk) fn told_echoes(turn: &Turn, cause: IncidentId) -> Vec<IncidentId> {
    let explained = |id: &IncidentId| {
        let known = turn.state.incidents.get(id).filter(|known| known.status.name().may_recover());
        let shown = turn.state.members_of(*id).next().is_some();
        !shown && known.and_then(|known| known.verdict()?.echo_of) == Some(cause)
    };
    let links = turn.state.incidents.get(&cause).map(|known| &known.links);
    let echoes = links.into_iter().flatten().filter(|(link, _)| *link == Link::Echo).map(|(_, echo)| *echo);
    echoes.filter(explained).collect()
}

/// Takes over the verdict of the incident this one is an echo of, if it is one. Returns that incident.
pub(super) fn consider(case: &Case, verdict: &mut Verdict) -> Option<IncidentId> {
    if verdict.code == VerdictCode::Security {
        return None;
    }
    let tied = case.incident.links.iter().filter(|(link, _)| *link == Link::EchoOf);
    let (of, cause, component) = tied.rev().find_map(|(_, of)| {
        let cause = case.state.incidents.get(&goes_on_as(case.state, *of))?;
        let component = named(cause)?;
        let open = cause.status.name().burning();
        (open && needs(case, component)).then_some((cause.id, cause, component))
    })?;
    let theirs = cause.verdict()?;
    // Nobody is asked under this number, so it does not matter who answered here that it is not its part.
    verdict.parties.clone_from(&theirs.parties);
    verdict.code = theirs.code;
    verdict.confidence = theirs.confidence;
    verdict.component = Some(component.clone());
    // No rule gave it here, and none counts as used.
    verdict.rule = None;
    verdict.echo_of = Some(of);
    let name = case.book.rules.components.get(component).map_or(component.as_str(), |known| known.name.as_str());
    verdict.because = Because::Echo { component: name.to_owned(), incident: cause.name() };
    Some(of)
}

fn needs(case: &Case, component: &ComponentId) -> bool {
    case.root.as_ref().is_some_and(|root| root == component || case.book.graph.needs(root, component))
}

/// What a verdict names as the cause, where it says who should act on it.
fn named(cause: &Incident) -> Option<&ComponentId> {
    use VerdictCode::{External, Multi, Own, Planned, ScopeOut, Security, Single, Unknown, User};
    let verdict = cause.verdict().filter(|verdict| verdict.echo_of.is_none())?;
    match verdict.code {
        Single | Multi | External | Own | ScopeOut => verdict.component.as_ref(),
        Unknown | User | Planned | VerdictCode::Monitor | Security => None,
    }
}

/// Under which incident one goes on after 統合.
fn goes_on_as(state: &State, mut id: IncidentId) -> IncidentId {
    // A merged incident goes on in an open one, so this ends.
    while let Some(known) = state.incidents.get(&id).filter(|known| known.status.name() == StatusName::Merged) {
        match known.links.iter().find(|(link, _)| *link == Link::MergedInto) {
            Some((_, into)) => id = *into,
            None => break,
        }
    }
    id
}

/// `other` has a number, nobody has said yet what it is, and its root needs what `cause` is about; it is as young, or nobody
/// knows what it is: then a cause may show itself at any time.
fn explains(turn: &Turn, cause: IncidentId, other: IncidentId) -> bool {
    let (Some(of), Some(echo)) = (turn.state.incidents.get(&cause), turn.state.incidents.get(&other)) else {
        return false;
    };
    let (began, there) = (call::seen_since(turn.state, of), call::seen_since(turn.state, echo));
    let handled = matches!(
        echo.status.name(),
        StatusName::Accepted | StatusName::Isolating | StatusName::Requested | StatusName::InProgress
    );
    let judged = |by: By| echo.verdict().is_none_or(|verdict| verdict.by != by);
    let puzzles = echo.verdict().is_some_and(|verdict| verdict.code == VerdictCode::Unknown);
    // A number beside a caller's is named there before monitoring shows what he meant.
    let named_beside = |link: &Link| *link == Link::Related && call::is_call(echo);
    let tied = echo.links.iter().any(|(link, linked)| *linked == cause && !named_beside(link));
    let needs = || {
        let (root, component) = (echo.root.as_ref()?, named(of)?);
        Some(of.root.as_ref() == Some(component) && turn.book.graph.needs(root, component))
    };
    cause != other
        && echo.number.is_some()
        && handled
        && !tied
        && judged(By::Desk)
        && (began.since(there).max(there.since(began)) <= LATE_CAUSE || puzzles)
        && needs() == Some(true)
        && !is_warning(turn, cause)
}
