//! Frames with a look ahead: what pings, probes and evidence will bring in the next minutes, because the tried rules may ask a little earlier.

use super::Recorded;
use crate::desk::evidence::{Ask, Wanted};
use crate::desk::ids::OwedId;
use crate::desk::outcome::Outcome;
use crate::desk::owed::{self, Work};
use crate::desk::{Change, Input};
use jiff::Timestamp;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// How far it looks: an answer holds that long in either direction.
pub(super) const HOLDS: Duration = Duration::from_secs(300);

/// What a ping, a probe or a gathering of evidence brought.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Heard {
    pub(super) asked: String,
    pub(super) at: Timestamp,
    pub(super) brought: Outcome,
}

/// The frames, each with what was newly heard.
pub(super) struct Ahead<I> {
    frames: I,
    buffer: VecDeque<Recorded>,
    asked: BTreeMap<OwedId, String>,
    heard: Vec<Heard>,
}

impl<I: Iterator<Item = Recorded>> Ahead<I> {
    pub(super) fn new(frames: I) -> Self {
        Self { frames, buffer: VecDeque::new(), asked: BTreeMap::new(), heard: Vec::new() }
    }

    fn far_enough(&self) -> bool {
        let (Some(first), Some(last)) = (self.buffer.front(), self.buffer.back()) else { return false };
        last.frame.at.elapsed.since(first.frame.at.elapsed) >= HOLDS
    }

    fn note(&mut self, recorded: &Recorded) {
        if let Input::Outcome {
            owed,
            outcome: brought @ (Outcome::Ping(_) | Outcome::Probe(_) | Outcome::Evidence(_)),
            ..
        } = &recorded.frame.input
            && let Some(asked) = self.asked.remove(owed)
        {
            self.heard.push(Heard { asked, at: recorded.frame.at.wall, brought: brought.clone() });
        }
        for entry in &recorded.frame.entries {
            if let Change::Owed(owed::Change::Owed(row)) = &entry.change
                && let Some(asked) = asked(&row.work)
            {
                self.asked.insert(row.id, asked);
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

/// Evidence is the same where it is asked of the same source about the same.
fn gathering(ask: &Ask) -> String {
    let about = match &ask.wanted {
        Wanted::Values { objects } => objects.join(" "),
        Wanted::Lines { hosts } => hosts.join(" "),
        // The record of one incident is not that of another.
        Wanted::Record => ask.about.to_string(),
    };
    format!("evidence {} {about}", ask.source_name())
}

/// What a ping, a probe or a gathering of evidence asks; `None` of other work. What is asked alike is answered alike.
pub(super) fn asked(work: &Work) -> Option<String> {
    match work {
        Work::Ping { address, .. } => Some(address.clone()),
        Work::Probe { probe, .. } => Some(format!("probe {probe}")),
        Work::Evidence(ask) => Some(gathering(ask)),
        Work::Message { .. } | Work::Echoes { .. } | Work::WriteBack { .. } => None,
    }
}
