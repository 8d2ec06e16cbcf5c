//! After a restore: what waited when the backup was made may have left since, so it does not leave by itself again.
//!
//! Only what others see is held: messages, and notes in the monitoring system. Pings, probes and evidence are asked again
//! as after any start; they disturb nobody. What is held is the desk's to decide: it is listed as given up, and
//! `outbox retry` sends it, under its own key and with the word that it may be a repeat.

use crate::desk::ids::OwedId;
use crate::desk::owed::{Change, Owed, OwedState, Reason, Why, Work};
use crate::desk::turn::Turn;
use jiff::Timestamp;

/// Holds every such row that has not ended; returns which.
pub(in crate::desk) fn hold(turn: &mut Turn, made: Timestamp) -> Vec<OwedId> {
    let is_seen =
        |row: &&Owed| matches!(row.work, Work::Message { .. } | Work::WriteBack { .. }) && row.why != Why::Heartbeat;
    let open = turn.state.owed.values().filter(|row| !row.state.ended()).filter(is_seen);
    let rows: Vec<OwedId> = open.map(|row| row.id).collect();
    let of = made.to_zoned(turn.book.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    for owed in &rows {
        let state = OwedState::Dead { at: turn.now.wall, why: format!("restored from a backup of {of}") };
        turn.record(Change::Held { owed: *owed, state }, Reason::Restored { made });
    }
    rows
}
