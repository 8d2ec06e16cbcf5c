//! What lay outside the desk then: answers to messages, pings and probes, as far as the tried desk asks the same.
//!
//! An attempt of the tried desk waits for the recorded outcome of the same work where that was under way at that moment.
//! Otherwise it is answered at once: a ping or probe by what the same brought within minutes, a message as delivered.

use super::Limits;
use super::ahead::{HOLDS, Heard, asked};
use crate::desk::evidence::{Gathered, Lack};
use crate::desk::ids::{IncidentId, OwedId};
use crate::desk::outcome::{Delivery, Outcome, Ping, Probed, WriteBack};
use crate::desk::owed::{self, Addressed, Owed, OwedState, Work};
use crate::desk::state::State;
use crate::desk::{Change, Frame, Input};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What is done, to whom, by which way: rows that are alike in this do the same.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Like {
    kind: &'static str,
    whom: String,
    way: String,
}

impl Like {
    fn of(row: &Owed) -> Self {
        let (whom, way) = match &row.work {
            Work::Message { party, channel, .. } => (party.to_string(), channel.to_string()),
            Work::Ping { component, address } => (component.to_string(), address.clone()),
            Work::Echoes { addresses } => {
                (addresses.keys().next().map(ToString::to_string).unwrap_or_default(), String::new())
            }
            Work::Probe { probe, .. } => (probe.to_string(), String::new()),
            work @ Work::Evidence(_) => (asked(work).unwrap_or_default(), String::new()),
            Work::WriteBack { source, .. } => (source.to_string(), String::new()),
        };
        Self { kind: row.kind(), whom, way }
    }
}

/// The world around the desk, as recorded.
#[derive(Debug, Default)]
pub(super) struct Outside {
    rows: BTreeMap<OwedId, (Like, Option<IncidentId>)>,
    under_way: BTreeSet<OwedId>,
    /// Recorded rows under way, and the rows of the tried desk that wait for the same outcome.
    awaited: BTreeMap<OwedId, OwedId>,
    heard: BTreeMap<String, VecDeque<(Timestamp, Outcome)>>,
}

impl Outside {
    /// What is under way in `state`.
    pub(super) fn of(state: &State) -> Self {
        let mut outside = Self::default();
        for row in state.owed.values().filter(|row| !matches!(row.state, OwedState::Done { .. })) {
            outside.rows.insert(row.id, (Like::of(row), row.incident));
            if matches!(row.state, OwedState::Started { .. }) {
                outside.under_way.insert(row.id);
                outside.awaited.insert(row.id, row.id);
            }
        }
        outside
    }

    /// Takes down what a recorded frame says about rows.
    pub(super) fn record(&mut self, frame: &Frame) {
        for entry in &frame.entries {
            let Change::Owed(change) = &entry.change else { continue };
            let id = change.owed();
            match change {
                owed::Change::Owed(row) => {
                    self.rows.insert(id, (Like::of(row), row.incident));
                }
                owed::Change::Started { .. } => {
                    self.under_way.insert(id);
                }
                owed::Change::Came { .. }
                | owed::Change::Ended { .. }
                | owed::Change::Held { .. }
                | owed::Change::ForApproval { .. }
                | owed::Change::LetGo { .. }
                | owed::Change::Revived { .. } => {
                    self.under_way.remove(&id);
                }
                // It waits on, only not for so long.
                owed::Change::Hurried { .. } | owed::Change::Again { .. } | owed::Change::Readdressed { .. } => {}
                owed::Change::Rerouted { channel, .. } => {
                    self.under_way.remove(&id);
                    if let Some((like, _)) = self.rows.get_mut(&id) {
                        like.way = channel.to_string();
                    }
                }
                owed::Change::Forgotten(_) => {
                    self.rows.remove(&id);
                }
            }
        }
    }

    /// Pings and probes that came back, now or in the next minutes.
    pub(super) fn hear(&mut self, heard: Vec<Heard>) {
        for Heard { asked, at, brought } in heard {
            let known = self.heard.entry(asked).or_default();
            known.retain(|(before, _)| at.duration_since(*before).unsigned_abs() <= 3 * HOLDS);
            known.push_back((at, brought));
        }
    }

    /// The daemon ended: nothing under way comes back.
    pub(super) fn cut_off(&mut self) {
        self.under_way.clear();
        self.awaited.clear();
    }

    /// Whether the recorded outcome of the same work will answer this attempt of the tried desk; `same` tells whether a
    /// recorded row's incident is this one's.
    pub(super) fn awaits(&mut self, row: &Owed, same: impl Fn(Option<IncidentId>) -> bool) -> bool {
        let like = Like::of(row);
        let fits = |id: &OwedId| {
            !self.awaited.contains_key(id)
                && self.rows.get(id).is_some_and(|(known, incident)| *known == like && same(*incident))
        };
        let own = Some(row.id).filter(|id| self.under_way.contains(id) && fits(id));
        let found = own.or_else(|| self.under_way.iter().copied().find(fits));
        if let Some(recorded) = found {
            self.awaited.insert(recorded, row.id);
        }
        found.is_some()
    }

    /// A recorded outcome as an input of the tried desk; `None` when that did not ask.
    pub(super) fn answer_to(&mut self, recorded: OwedId, outcome: &Outcome, state: &State) -> Option<Input> {
        let row = state.owed.get(&self.awaited.remove(&recorded)?)?;
        if !matches!(row.state, OwedState::Started { .. }) {
            return None;
        }
        let mut outcome = outcome.clone();
        if let (Outcome::Message(results), Work::Message { addresses, .. }) = (&mut outcome, &row.work) {
            // Other contacts may stand in the rules on trial: nobody knows how they would have answered.
            let open = addresses.iter().filter(|known| known.open());
            for known in open {
                if !results.iter().any(|(address, _)| *address == known.address) {
                    results.push((known.address.clone(), accepted()));
                }
            }
        }
        Some(Input::Outcome { owed: row.id, attempt: row.attempts, outcome })
    }

    /// The answer to an attempt nobody made then.
    pub(super) fn answer(&self, row: &Owed, at: Timestamp, limits: &mut Limits) -> Input {
        let outcome = match &row.work {
            work @ (Work::Ping { .. } | Work::Probe { .. } | Work::Evidence(_)) => {
                let asked = asked(work).unwrap_or_default();
                let known = self.heard.get(&asked).into_iter().flatten();
                let near = known.map(|(heard, brought)| (at.duration_since(*heard).unsigned_abs(), brought));
                let near = near.filter(|(away, _)| *away <= HOLDS).min_by_key(|(away, _)| *away);
                near.map(|(_, brought)| brought.clone()).unwrap_or_else(|| {
                    let why = "nobody asked at the time".to_owned();
                    if let Work::Evidence(ask) = work {
                        let gaps = vec![ask.nothing(Lack::Failed { detail: why })];
                        return Outcome::Evidence(Gathered::Came { parts: Vec::new(), gaps });
                    }
                    *limits.pings.entry(asked).or_default() += 1;
                    match work {
                        Work::Probe { .. } => Outcome::Probe(Probed::NotKnown { why }),
                        _ => Outcome::Ping(Ping::NotKnown { why }),
                    }
                })
            }
            Work::Message { addresses, .. } => {
                limits.deliveries += 1;
                let open = addresses.iter().filter(|known| known.open());
                Outcome::Message(open.map(|known| (known.address.clone(), accepted())).collect())
            }
            Work::Echoes { .. } => Outcome::Echoes(BTreeMap::new()),
            Work::WriteBack { .. } => Outcome::WriteBack(WriteBack::Written),
        };
        Input::Outcome { owed: row.id, attempt: row.attempts, outcome }
    }

    /// The row of the tried desk that does what a recorded row did and did not arrive, either: one that was given up, else
    /// one that waits.
    pub(super) fn row_like(&self, recorded: OwedId, state: &State) -> Option<OwedId> {
        let (like, _) = self.rows.get(&recorded)?;
        let dead = |row: &&Owed| matches!(row.state, OwedState::Dead { .. });
        let waits = |row: &&Owed| matches!(row.state, OwedState::Waiting { .. } | OwedState::Held { .. });
        let alike = |row: &&Owed| Like::of(row) == *like;
        // What followed from the act may have sent it another way.
        let same = |row: &&Owed| Like { way: like.way.clone(), ..Like::of(row) } == *like;
        // Done, but for addresses that refused it.
        let in_part = |row: &&Owed| {
            let short = |addresses: &[Addressed]| addresses.iter().any(|known| !known.accepted());
            matches!((&row.state, &row.work), (OwedState::Done { .. }, Work::Message { addresses, .. }) if short(addresses))
        };
        let own = state.owed.get(&recorded).filter(|row| dead(row) || waits(row) || in_part(row)).filter(same);
        let others = || state.owed.values().rev();
        own.or_else(|| others().filter(alike).find(dead))
            .or_else(|| others().filter(alike).find(waits))
            .map(|row| row.id)
    }
}

fn accepted() -> Delivery {
    Delivery::Accepted { answer: "taken as delivered".to_owned() }
}
