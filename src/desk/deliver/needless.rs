//! What surely nobody has read, and what would not be so any more if it left now.
//!
//! Looked at before each attempt: minutes or a night may have passed since it was decided.

use super::order;
use crate::desk::ids::IncidentId;
use crate::desk::letter::{Call, Matter, Purpose};
use crate::desk::owed::{Owed, Reason, Work};
use crate::desk::request::{Request, RequestState};
use crate::desk::turn::Turn;

/// Why `row` need not leave; `None` = it must.
pub(super) fn needless(turn: &Turn, row: &Owed) -> Option<Reason> {
    if let Some(channel) = order::says_fails(row).filter(|_| row.is_unread()) {
        let fails = turn.state.house.flows.0.iter().any(|(id, flow)| id.as_str() == channel && flow.fails());
        return (!fails).then_some(Reason::Needless);
    }
    let incident = row.incident.filter(|_| row.is_unread())?;
    let Work::Message { letter, .. } = &row.work else { return None };
    match &letter.matter {
        Matter::PhoneNote { calls, .. } if !calls.iter().any(|call| is_to_be_made(turn, incident, call)) => {
            Some(Reason::Needless)
        }
        Matter::OnSite { .. } if is_over(turn, incident) => Some(Reason::Needless),
        _ if row.kind() == "chaser" && is_answered(turn, incident, row) => Some(Reason::Answered),
        _ => None,
    }
}

/// A vendor is called while it has not answered, an office while it must know or decide.
fn is_to_be_made(turn: &Turn, incident: IncidentId, call: &Call) -> bool {
    match call.purpose {
        Purpose::Ask(_) | Purpose::Chase => turn
            .state
            .requests_of(incident)
            .any(|request| is_silent(request) && turn.book.party_name(&request.party) == call.organization),
        Purpose::Inform | Purpose::Decide | Purpose::Consult { .. } => !is_over(turn, incident),
    }
}

/// 受領 has come, or nothing is asked any more.
fn is_answered(turn: &Turn, incident: IncidentId, row: &Owed) -> bool {
    // A copy to the desk has no request of its own.
    let mut asked = turn.state.requests_of(incident).filter(|request| Some(&request.party) == row.party()).peekable();
    asked.peek().is_some() && !asked.any(is_silent)
}

fn is_silent(request: &Request) -> bool {
    matches!(request.state, RequestState::Unsent | RequestState::Sent)
}

fn is_over(turn: &Turn, incident: IncidentId) -> bool {
    turn.state.incidents.get(&incident).is_none_or(|known| !known.status.name().burning())
}
