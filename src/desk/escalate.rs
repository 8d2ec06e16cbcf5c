//! Escalate: time passes and nobody answers - the next rung of the ladder.
//!
//! A stage. One rung of 督促 so far; what is on hold is raised again.

use super::ids::{IncidentId, RequestId};
use super::incident::{Edit, Reason, Status};
use super::letter::What;
use super::request::{self, RequestState};
use super::turn::Turn;
use super::{assign, notify};

/// 受領 is overdue.
pub(super) fn chase(turn: &mut Turn, id: RequestId) {
    let Some(request) = turn.state.requests.get(&id) else { return };
    let (incident, party) = (request.incident, request.party.clone());
    let silent = matches!(request.state, RequestState::Unsent | RequestState::Sent);
    turn.record(request::Change::Chased { request: id, next: None }, request::Reason::NotAcknowledged);
    if !silent {
        return;
    }
    let what = What::Chased { party: turn.book.party_name(&party) };
    turn.edit(incident, Edit::happened(turn.now.wall, what), Reason::OnRecord);
    notify::chaser(turn, id);
}

/// What is on hold has waited long enough: 相談 once more.
pub(super) fn hold_over(turn: &mut Turn, incident: IncidentId) {
    let on_hold =
        turn.state.incidents.get(&incident).is_some_and(|incident| matches!(incident.status, Status::OnHold { .. }));
    if on_hold {
        assign::hold(turn, incident, None, Reason::HoldElapsed);
    }
}
