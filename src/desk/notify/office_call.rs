//! The office by phone (`DOMAIN.md` §5): at any hour for the gravest; for what can wait for its opening a while before that, unless
//! residents are hit, or a system in its own hours of service.

use super::phone::{at_any_hour, call, note};
use super::{impact, policy, reach};
use crate::desk::ids::{IncidentId, PartyId};
use crate::desk::incident::{Edit, Incident, Reason, StatusName};
use crate::desk::letter::{Call, CallResult, Purpose};
use crate::desk::rules::VerdictCode;
use crate::desk::turn::Turn;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// The calls to make now, one for each office that was told.
pub(super) fn calls_now(turn: &Turn, incident: IncidentId) -> Vec<Call> {
    calls(turn, incident, |_| true)
}

fn calls(turn: &Turn, incident: IncidentId, wanted: impl Fn(&PartyId) -> bool) -> Vec<Call> {
    let Some(known) = turn.state.incidents.get(&incident) else { return Vec::new() };
    let severity = known.severity_value();
    let any_hour = policy(turn, severity).phone_at_any_hour;
    let called = known.reporting.offices.iter().filter(|office| wanted(office)).filter_map(|office| {
        let resolved = if any_hour {
            reach(turn, office, severity)
        } else if calls_at(turn, known, office).is_some_and(|at| at <= turn.now.wall) {
            at_any_hour(turn, office, severity)
        } else {
            return None;
        };
        let nth = known.reporting.count;
        let purpose = if is_decided_there(known) { Purpose::Decide } else { Purpose::Inform };
        Some(Call { nth, ..call(turn, office, resolved.phone.first()?, purpose) })
    });
    called.collect()
}

/// No contract of this desk covers it, and the office has not said yet what is to be done.
fn is_decided_there(known: &Incident) -> bool {
    let outside = known.verdict().is_some_and(|verdict| verdict.code == VerdictCode::ScopeOut);
    outside && known.status.name() == StatusName::OnHold
}

/// The next time at which an office that need not be called yet is.
pub(super) fn plan(turn: &mut Turn, incident: IncidentId) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let hours = known.reporting.offices.iter().filter_map(|office| calls_at(turn, known, office));
    let at = hours.filter(|at| *at > turn.now.wall).min();
    if at != known.call_office_at {
        let reason = if at.is_some() { Reason::OfficeClosed } else { Reason::OnRecord };
        turn.edit(incident, Edit::CallOfficeAt(at), reason);
    }
}

/// The hour has come: whoever is about to open and has not been spoken to is called, if it still goes on.
pub(in crate::desk) fn call_office(turn: &mut Turn, incident: IncidentId) {
    let known = turn.state.incidents.get(&incident);
    let spoken = known.into_iter().flat_map(|known| &known.calls).filter(|call| call.result == CallResult::Answered);
    let spoken: BTreeSet<PartyId> = spoken.map(|call| call.party.clone()).collect();
    let calls = calls(turn, incident, |office| !spoken.contains(office));
    if !calls.is_empty() {
        note(turn, incident, calls);
    }
    plan(turn, incident);
}

/// When a closed office is called: now where somebody is hit, else a while before it opens; `None` = not for this severity, or it
/// is open and reads its mail.
fn calls_at(turn: &Turn, known: &Incident, office: &PartyId) -> Option<Timestamp> {
    let policy = policy(turn, known.severity_value());
    let before = policy.phone_before_opening.filter(|_| !policy.phone_at_any_hour)?;
    let now = turn.now.wall;
    if turn.book.party_open(office, now) {
        return None;
    }
    if cannot_wait(turn, known, office) {
        return Some(now);
    }
    let party = turn.book.party(office)?;
    turn.book.calendar(&party.hours).next_opening(now, &turn.book.zone)?.checked_sub(before).ok()
}

/// Somebody is hit now, although the office is closed: residents, unless all that is hit is out of its hours, or whoever works
/// with a system in its own hours.
fn cannot_wait(turn: &Turn, known: &Incident, office: &PartyId) -> bool {
    let reach = known.severity.as_ref().and_then(|severity| severity.reach.as_deref());
    let residents = reach.is_some_and(|reach| reach.residents == Some(true));
    let hours = impact::hours(turn, known.id, office, turn.now.wall);
    !hours.in_service.is_empty() || residents && hours.out_of_service.is_empty()
}
