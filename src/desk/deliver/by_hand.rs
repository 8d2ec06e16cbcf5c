//! What somebody at the desk does to one row: tries it again, or gives it up for good.

use super::post::MAIL_LIFE;
use super::{approval, flow, never_known, shadow};
use crate::desk::ids::OwedId;
use crate::desk::owed::{Change, Owed, OwedState, Reason, Work};
use crate::desk::turn::Turn;

/// Tries a row again that was given up, in whole or at some addresses, or at once what waits for its next attempt.
///
/// # Errors
/// Why it is not tried.
pub(in crate::desk) fn revive(turn: &mut Turn, id: OwedId, by: &str) -> Result<(), String> {
    let row = known(turn, id)?;
    match &row.state {
        OwedState::Dead { .. } => {}
        OwedState::Waiting { .. } if row.attempts > 0 => {}
        OwedState::Waiting { .. } => return Err(format!("{id} was not given up: it leaves by itself.")),
        OwedState::Held { .. } => {
            return Err(format!("{id} waits for the desk to look at it: `outbox approve {id}` sends it now."));
        }
        OwedState::Started { .. } => return Err(format!("{id} is being sent at this moment.")),
        OwedState::Done { .. } if is_refused_in_part(row) => {}
        OwedState::Done { .. } => return Err(format!("{id} is done: there is nothing to try again.")),
        OwedState::Superseded => return Err(format!("{id} was never sent, because a later message says it better.")),
        OwedState::Dropped { .. } => {
            return Err(format!("{id} was dropped, and that is for good: what it said can be sent anew by an act."));
        }
    }
    if shadow::is_foreign(turn, row) {
        return Err(format!("{id} was decided in earnest, and the desk is on trial (mode = \"shadow\")."));
    }
    useful(turn, row)?;
    let at = turn.now.elapsed;
    let change = Change::Revived { owed: id, at, give_up: at + MAIL_LIFE };
    let unseen = row.hold.as_ref().is_some_and(|hold| hold.let_go.is_none());
    let channel = if let Work::Message { channel, .. } = &row.work { Some(channel.clone()) } else { None };
    turn.record(change, Reason::Act { by: by.to_owned() });
    if let Some(channel) = channel {
        flow::repaired(turn, Some(&channel));
    }
    if unseen {
        // Whoever wants it sent has looked at it.
        approval::let_go(turn, id, Some(by.to_owned()), Reason::Approved { by: by.to_owned() });
    }
    Ok(())
}

fn is_refused_in_part(row: &Owed) -> bool {
    matches!(&row.work, Work::Message { addresses, .. } if addresses.iter().any(|known| !known.accepted()))
}

/// What would tell a vendor or an office what is not so any more is not sent again.
pub(super) fn useful(turn: &Turn, row: &Owed) -> Result<(), String> {
    let asks = row.carried().filter_map(|id| turn.state.requests.get(&id)).map(|request| request.state.open());
    let asks: Vec<bool> = asks.collect();
    if !asks.is_empty() && !asks.contains(&true) {
        return Err(format!("{} asks for what is not asked any more; `incident assign` asks anew.", row.id));
    }
    let Some(incident) = row.incident else { return Ok(()) };
    let ends = |later: &&Owed| {
        later.id > row.id
            && later.party() == row.party()
            && matches!(later.kind(), "recovery" | "cancelled" | "merged" | "withdrawal")
            && !later.is_unread()
    };
    match turn.state.owed_of(incident).find(ends) {
        Some(later) => Err(format!(
            "{} comes too late: {} ({}) has told the same reader since how it ended.",
            row.id,
            later.id,
            later.kind()
        )),
        None => Ok(()),
    }
}

/// Gives a row up for good. What hangs on it is the act's to settle.
///
/// # Errors
/// Why it cannot be given up.
pub(in crate::desk) fn drop(turn: &mut Turn, id: OwedId, by: &str, reason: &str) -> Result<(), String> {
    let row = known(turn, id)?;
    let waited = match &row.state {
        OwedState::Waiting { .. } | OwedState::Held { .. } => true,
        OwedState::Dead { .. } => false,
        OwedState::Started { .. } => {
            return Err(format!(
                "{id} is being sent at this moment and may arrive: try again when the attempt has ended."
            ));
        }
        OwedState::Done { .. } => return Err(format!("{id} is done: it cannot be taken back.")),
        OwedState::Superseded => return Err(format!("{id} does not leave: a later message says it better.")),
        OwedState::Dropped { by, .. } => return Err(format!("{id} was dropped already, by {by}.")),
    };
    let state = OwedState::Dropped { at: turn.now.wall, by: by.to_owned(), reason: reason.to_owned() };
    for id in approval::held_with(turn, id) {
        turn.record(Change::Ended { owed: id, state: state.clone() }, Reason::Dropped);
    }
    if waited {
        never_known(turn, id, format!("dropped by {by}"));
    }
    Ok(())
}

pub(super) fn known<'a>(turn: &'a Turn, id: OwedId) -> Result<&'a Owed, String> {
    let row = turn.state.owed.get(&id);
    row.ok_or_else(|| format!("There is no row {id}. `kiriwake outbox list --all` shows them."))
}
