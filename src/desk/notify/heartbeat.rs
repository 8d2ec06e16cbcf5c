//! The sign of life to a mailbox: a message like any other, so that whatever keeps messages from leaving keeps it back.
//!
//! Its absence is the alarm, so it is never caught up: one that has not left when the next is due is out of date, and while
//! a critical mail is stuck, or was given up without anybody knowing, none is written. Nothing counts it: no cap, no bundle, no trial.

use super::letter;
use crate::desk::deliver;
use crate::desk::house::{Change, Reason};
use crate::desk::letter::{Beat, Matter};
use crate::desk::owed::{self, Owed, OwedState, Why, cut_off, untold};
use crate::desk::turn::Turn;

/// The rules say whether, and how often.
pub(in crate::desk) fn heartbeat_by_rules(turn: &mut Turn) {
    let (now, due) = (turn.now.elapsed, turn.state.house.heartbeat.due);
    let wanted = turn.book.rules.heartbeat.as_ref().map(|beat| due.map_or(now, |due| due.min(now + beat.every)));
    if wanted.is_none() && due.is_some() {
        out_of_date(turn);
    }
    if wanted != due {
        let last = turn.state.house.heartbeat.last;
        turn.record(Change::Heartbeat { next: wanted, last, kept_back: false }, Reason::Configuration);
    }
}

/// It is due.
pub(in crate::desk) fn heartbeat(turn: &mut Turn) {
    let Some(rule) = turn.book.rules.heartbeat.clone() else { return };
    out_of_date(turn);
    let (now, next) = (turn.now, turn.now.elapsed + rule.every);
    let rules = &turn.book.rules;
    let open = || turn.state.owed.values().filter(|row| !row.state.ended() && row.why != Why::Heartbeat);
    let is_stuck = open().any(|row| row.is_overdue(rules, now)) || cut_off(turn.state, rules, now) > 0;
    if is_stuck || untold(turn.state, rules).next().is_some() {
        return turn.record(Change::Heartbeat { next: Some(next), last: None, kept_back: true }, Reason::Stuck);
    }
    let beat = Beat {
        next: now.wall.saturating_add(rule.every).unwrap_or(now.wall),
        waiting: open().count(),
        dead: turn.state.owed.values().filter(|row| matches!(row.state, OwedState::Dead { .. })).count(),
        open: turn.state.open.len(),
    };
    let desk = rules.site.desk.clone();
    let letter = letter(turn, &desk, None, Matter::Heartbeat { beat }, now.wall);
    let row = deliver::owe_beat(turn, &rule, letter);
    turn.record(Change::Heartbeat { next: Some(next), last: Some(row), kept_back: false }, Reason::Hour);
}

/// A sign of life that has not left says nothing any more.
fn out_of_date(turn: &mut Turn) {
    let waits = |row: &&Owed| matches!(row.state, OwedState::Waiting { .. });
    let last = turn.state.house.heartbeat.last.and_then(|id| turn.state.owed.get(&id)).filter(waits);
    if let Some(owed) = last.map(|row| row.id) {
        let ended = owed::Change::Ended { owed, state: OwedState::Superseded };
        turn.record(ended, owed::Reason::GivenUp);
    }
}
