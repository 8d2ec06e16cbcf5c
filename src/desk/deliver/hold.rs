//! After a restore: what waited when the backup was made may have left since, so it does not leave by itself again.
//!
//! Only what others see is held: messages, and notes in the monitoring system. Pings, probes and evidence are asked again
//! as after any start; they disturb nobody. What is held is the desk's to decide: it is listed as given up, and
//! `outbox retry` sends it, under its own key and with the word that it may be a repeat.

use crate::desk::ids::OwedId;
use crate::desk::owed::{Change, Owed, OwedState, Reason, Why, Work};
use crate::desk::turn::Turn;
use jiff::Timestamp;

/// Holds every such row that has not ended; returns which. A sign of life of then says nothing now.
pub(in crate::desk) fn hold(turn: &mut Turn, made: Timestamp) -> Vec<OwedId> {
    let is_seen = |row: &&Owed| matches!(row.work, Work::Message { .. } | Work::WriteBack { .. });
    let open = turn.state.owed.values().filter(|row| !row.state.ended()).filter(is_seen);
    let (beats, rows): (Vec<&Owed>, Vec<&Owed>) = open.partition(|row| row.why == Why::Heartbeat);
    let ids = |rows: Vec<&Owed>| rows.into_iter().map(|row| row.id).collect::<Vec<OwedId>>();
    let (beats, rows) = (ids(beats), ids(rows));
    let of = made.to_zoned(turn.book.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    for owed in &rows {
        let state = OwedState::Dead { at: turn.now.wall, why: format!("restored from a backup of {of}") };
        turn.record(Change::Held { owed: *owed, state }, Reason::Restored { made });
    }
    for owed in beats {
        turn.record(Change::Ended { owed, state: OwedState::Superseded }, Reason::Restored { made });
    }
    rows
}
