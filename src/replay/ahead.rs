//! Frames with a look ahead: what pings will bring in the next minutes, because the tried rules may ask a little earlier.

use super::Recorded;
use crate::desk::ids::OwedId;
use crate::desk::outcome::{Outcome, Ping};
use crate::desk::owed::{self, Work};
use crate::desk::{Change, Input};
use jiff::Timestamp;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// How far it looks: an answer holds that long in either direction.
pub(super) const HOLDS: Duration = Duration::from_secs(300);

/// What a ping brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heard {
    pub(super) address: String,
    pub(super) at: Timestamp,
    pub(super) ping: Ping,
}

/// The frames, each with what was newly heard.
pub(super) struct Ahead<I> {
    frames: I,
    buffer: VecDeque<Recorded>,
    addresses: BTreeMap<OwedId, String>,
    heard: Vec<Heard>,
}

impl<I: Iterator<Item = Recorded>> Ahead<I> {
    pub(super) fn new(frames: I) -> Self {
        Self { frames, buffer: VecDeque::new(), addresses: BTreeMap::new(), heard: Vec::new() }
    }

    fn far_enough(&self) -> bool {
        let (Some(first), Some(last)) = (self.buffer.front(), self.buffer.back()) else { return false };
        last.frame.at.elapsed.since(first.frame.at.elapsed) >= HOLDS
    }

    fn note(&mut self, recorded: &Recorded) {
        if let Input::Outcome { owed, outcome: Outcome::Ping(ping), .. } = &recorded.frame.input
            && let Some(address) = self.addresses.remove(owed)
        {
            self.heard.push(Heard { address, at: recorded.frame.at.wall, ping: ping.clone() });
        }
        for entry in &recorded.frame.entries {
            if let Change::Owed(owed::Change::Owed(row)) = &entry.change
                && let Work::Ping { address, .. } = &row.work
            {
                self.addresses.insert(row.id, address.clone());
            }
        }
    }
}

impl<I: Iterator<Item = Recorded>> Iterator for Ahead<I> {
    type Item = (Recorded, Vec<Heard>);

    fn next(&mut self) -> Option<Self::Item> {
        while !self.far_enough() {
            let Some(recorded) = self.frames.next() else { break };
            self.note(&recorded);
            self.buffer.push_back(recorded);
        }
        Some((self.buffer.pop_front()?, std::mem::take(&mut self.heard)))
    }
}
