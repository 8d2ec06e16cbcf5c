//! The office by phone (`DOMAIN.md` §5): at any hour for the gravest; for what can wait for its opening a while before that, unless
//! residents are hit, or a system in its own hours of service.

use super::phone::{at_any_hour, call, note};
use super::{impact, policy, reach};
use crate::desk::ids::{IncidentId, PartyId};
use crate::desk::incident::{Edit, Incident, Reason};
use crate::desk::letter::{Call, CallResult, Purpose};
use crate::desk::turn::Turn;
use jiff::Timestamp;

/// The calls to make now, one for each office that was told.
pub(super) fn calls_now(turn: &Turn, incident: IncidentId) -> Vec<Call> {
    let Some(known) = turn.state.incidents.get(&incident) else { return Vec::new() };
    let severity = known.severity_value();
    let policy = policy(turn, severity);
    let offices = known.reporting.offices.iter().filter(|office| !has_answered(known, office));
    let called = offices.filter_map(|office| {
        let resolved = if policy.phone_at_any_hour {
            reach(turn, office, severity)
        } else if policy.phone_before_opening.is_some() && is_closed(turn, office) && cannot_wait(turn, known, office) {
            at_any_hour(turn, office, severity)
        } else {
            return None;
        };
        Some(call(turn, office, resolved.phone.first()?, Purpose::Inform))
    });
    called.collect()
}

/// Offices that are closed, and need not be called before they are about to open: when the first of them is.
pub(super) fn plan(turn: &mut Turn, incident: IncidentId) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let policy = policy(turn, known.severity_value());
    let Some(before) = policy.phone_before_opening.filter(|_| !policy.phone_at_any_hour) else { return };
    let waits = |office: &&PartyId| is_closed(turn, office) && !cannot_wait(turn, known, office);
    let hours = known.reporting.offices.iter().filter(waits).filter_map(|office| opens(turn, office));
    let at = hours.min().and_then(|opens| opens.checked_sub(before).ok()).map(|at| at.max(turn.now.wall));
    if at.is_some() && at != known.call_office_at {
        turn.edit(incident, Edit::CallOfficeAt(at), Reason::OfficeClosed);
    }
}

/// The hour has come: whoever has not been spoken to is called, if it still goes on.
pub(in crate::desk) fn call_office(turn: &mut Turn, incident: IncidentId) {
    turn.edit(incident, Edit::CallOfficeAt(None), Reason::OnRecord);
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let severity = known.severity_value();
    let offices = known.reporting.offices.iter().filter(|office| !has_answered(known, office));
    let called = offices.filter_map(|office| {
        let resolved = at_any_hour(turn, office, severity);
        Some(call(turn, office, resolved.phone.first()?, Purpose::Inform))
    });
    let calls: Vec<Call> = called.collect();
    if !calls.is_empty() {
        note(turn, incident, calls);
    }
}

fn has_answered(known: &Incident, office: &PartyId) -> bool {
    known.calls.iter().any(|call| call.party == *office && call.result == CallResult::Answered)
}

fn is_closed(turn: &Turn, office: &PartyId) -> bool {
    !turn.book.party_open(office, turn.now.wall)
}

fn opens(turn: &Turn, office: &PartyId) -> Option<Timestamp> {
    let party = turn.book.party(office)?;
    turn.book.calendar(&party.hours).next_opening(turn.now.wall, &turn.book.zone)
}

/// Somebody is hit now, although the office is closed: residents, unless all that is hit is out of its hours, or whoever works
/// with a system in its own hours.
fn cannot_wait(turn: &Turn, known: &Incident, office: &PartyId) -> bool {
    let reach = known.severity.as_ref().and_then(|severity| severity.reach.as_deref());
    let residents = reach.is_some_and(|reach| reach.residents == Some(true));
    let hours = impact::hours(turn, known.id, office, turn.now.wall);
    !hours.in_service.is_empty() || residents && hours.out_of_service.is_empty()
}
