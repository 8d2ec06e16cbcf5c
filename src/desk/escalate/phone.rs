//! Calls that were made: two tries at a contact, then the next one; when nobody is left to be called, the ladder goes on.

use super::closure;
use crate::desk::contact;
use crate::desk::ids::{IncidentId, PartyId, RequestId};
use crate::desk::incident::Called;
use crate::desk::letter::CallResult;
use crate::desk::notify;
use crate::desk::request::{Request, RequestState};
use crate::desk::turn::Turn;

/// So often nobody may answer at one contact before the next is called.
pub(super) const TRIES: usize = 2;

/// The names of the contacts of `party` whose phones answer now, in order of calling.
pub(super) fn phones(turn: &Turn, party: &PartyId, severity: u8) -> Vec<String> {
    let (rules, zone) = (&turn.book.rules, &turn.book.zone);
    let resolved = contact::resolve(rules, party, zone, turn.now.wall, severity, true);
    resolved.phone.iter().map(|phone| phone.contact.name.clone()).collect()
}

/// Nobody is to be expected at a contact any more: it was tried twice, or has our message.
fn is_exhausted(calls: &[&Called], contact: &str) -> bool {
    let of = |result: &[CallResult]| {
        calls.iter().filter(|call| call.contact == contact && result.contains(&call.result)).count()
    };
    of(&[CallResult::VoiceMail]) > 0 || of(&[CallResult::NoAnswer, CallResult::Busy]) >= TRIES
}

/// Calls about a request: since it was decided, to its party.
fn calls<'a>(turn: &'a Turn, request: &Request) -> Vec<&'a Called> {
    let known = turn.state.incidents.get(&request.incident);
    let calls = known.into_iter().flat_map(|incident| &incident.calls);
    calls.filter(|call| call.party == request.party && call.at >= request.asked).collect()
}

fn silent_request<'a>(turn: &'a Turn, incident: IncidentId, party: &PartyId) -> Option<&'a Request> {
    let silent = |request: &&Request| matches!(request.state, RequestState::Unsent | RequestState::Sent);
    turn.state.requests_of(incident).filter(silent).find(|request| request.party == *party)
}

/// The contact of `party` that is to be called next: the first that was not tried in vain, else the last.
pub(in crate::desk) fn whose_turn(turn: &Turn, incident: IncidentId, party: &PartyId) -> Option<String> {
    let severity = turn.state.incidents.get(&incident)?.severity_value();
    let all = phones(turn, party, severity);
    let tried = silent_request(turn, incident, party).map(|request| calls(turn, request)).unwrap_or_default();
    let next = all.iter().find(|contact| !is_exhausted(&tried, contact));
    next.or(all.last()).cloned()
}

/// A call to `contact` was recorded. When it was the last one that could be made, whoever is above hears of it at once.
pub(in crate::desk) fn called(turn: &mut Turn, incident: IncidentId, party: &PartyId, contact: &str) {
    let Some(request) = silent_request(turn, incident, party) else { return };
    let severity = turn.state.incidents.get(&incident).map_or(3, |incident| incident.severity_value());
    let tried = calls(turn, request);
    let Some((_, before)) = tried.split_last() else { return };
    let ended_now = is_exhausted(&tried, contact) && !is_exhausted(before, contact);
    let nobody_left = phones(turn, party, severity).iter().all(|contact| is_exhausted(&tried, contact));
    if ended_now && nobody_left {
        nobody_answers(turn, request.id);
    }
}

fn nobody_answers(turn: &mut Turn, id: RequestId) {
    match turn.state.requests.get(&id).map(|request| request.closure.is_some()) {
        Some(true) => closure::nobody_answers(turn, id),
        Some(false) => notify::manager(turn, id),
        None => {}
    }
}
