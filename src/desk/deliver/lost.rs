//! Requests that reached nobody: every mail of theirs was given up.

use crate::desk::ids::{IncidentId, OwedId, PartyId};
use crate::desk::incident::{Edit, Reason as IncidentReason};
use crate::desk::letter::{Ask, What};
use crate::desk::owed::{Owed, OwedState};
use crate::desk::request::{Request, RequestState};
use crate::desk::state::State;
use crate::desk::turn::Turn;

/// Whether nothing of a request has reached its vendor, or is under way.
pub(in crate::desk) fn is_request_lost(state: &State, request: &Request) -> bool {
    let mut rows = rows(state, request).peekable();
    let unsent = request.state == RequestState::Unsent && !state.is_bundled(request.id);
    unsent && rows.peek().is_some() && rows.all(|row| matches!(row.state, OwedState::Dead { .. }))
}

/// Whoever reads of the incident next hears that a request of this row has reached nobody.
pub(super) fn on_record(turn: &mut Turn, id: OwedId) {
    let Some(row) = turn.state.owed.get(&id) else { return };
    let Some((incident, request)) = row.incident.zip(row.request.and_then(|id| turn.state.requests.get(&id))) else {
        return;
    };
    if !is_request_lost(turn.state, request) {
        return;
    }
    let what = What::NotReached { party: turn.book.party_name(&request.party) };
    let known = turn.state.incidents.get(&incident);
    if known.is_some_and(|known| known.happenings.last().is_none_or(|last| last.what != what)) {
        turn.edit(incident, Edit::happened(turn.now.wall, what), IncidentReason::OnRecord);
    }
}

/// The last mail of each such request to `party` that asks for at least as much as `ask`.
pub(in crate::desk) fn lost_requests(state: &State, incident: IncidentId, party: &PartyId, ask: Ask) -> Vec<OwedId> {
    let enough = |request: &&Request| request.party == *party && (request.ask == ask || request.ask == Ask::Repair);
    let lost = state.requests_of(incident).filter(enough).filter(|request| is_request_lost(state, request));
    lost.filter_map(|request| rows(state, request).map(|row| row.id).max()).collect()
}

fn rows<'a>(state: &'a State, request: &'a Request) -> impl Iterator<Item = &'a Owed> {
    state.owed_of(request.incident).filter(|row| row.request == Some(request.id) && !row.state.is_dropped())
}
