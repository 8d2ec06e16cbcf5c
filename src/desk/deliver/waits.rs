//! Why a row that is due has not left: for whoever looks at the outbox.
//!
//! It reads what the other parts of `deliver` go by, and decides nothing.

use super::{flow, order};
use crate::desk::Desk;
use crate::desk::ids::OwedId;
use crate::desk::now::Now;
use crate::desk::owed::{Owed, OwedState, Work};
use serde::{Deserialize, Serialize};

/// What a row waits for although its time has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waits {
    /// An earlier one to the same party about the same incident ends first.
    Behind(OwedId),
    /// Too much at once for its party or channel: it leaves together with others in so many seconds.
    Together(u64),
    /// Its channel fails: one attempt over it is made in so many seconds.
    Channel(u64),
    /// As many are under way as may be at once.
    Room,
}

impl Desk {
    /// Why `row` waits although its time has come; `None` where it has not, or it leaves in this moment.
    pub fn waits(&self, row: &Owed, now: Now) -> Option<Waits> {
        let is_due = matches!(row.state, OwedState::Waiting { at } if at <= now.elapsed);
        if !is_due || row.not_before.is_some_and(|at| at > now.wall) {
            return None;
        }
        let sight = order::Sight { state: &self.state, rules: &self.book.rules, now: now.elapsed };
        if let Some(earlier) = order::earlier(sight, row).min() {
            return Some(Waits::Behind(earlier));
        }
        let (flows, to) = (&self.state.house.flows, row.destination());
        let held = flow::capped(row).and_then(|(channel, party)| flows.party(channel, party)?.held_until);
        if let Some(until) = held {
            return Some(Waits::Together(until.since(now.elapsed).as_secs()));
        }
        if let Work::Message { channel, .. } = &row.work
            && let Some(until) = flows.closed_until(channel)
        {
            return Some(Waits::Channel(until.since(now.elapsed).as_secs()));
        }
        let queue = self.state.queues.get(&*to)?;
        (queue.room(self.book.at_once(&to)) == 0).then_some(Waits::Room)
    }
}
