//! How a row changes: every change, every reason, and how a change is applied.

use super::super::ids::{ChannelId, OwedId};
use super::super::letter::Matter;
use super::super::now::Elapsed;
use super::super::outcome::Delivery;
use super::super::state::State;
use super::{Addressed, LetGo, Owed, OwedState, Why, Work};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A change of a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// It is owed from now on.
    Owed(Box<Owed>),
    /// Attempt `attempt` begins. On record before anything leaves.
    Started {
        /// Which row.
        owed: OwedId,
        /// Which attempt, from 1.
        attempt: u32,
        /// When.
        at: Elapsed,
    },
    /// An attempt came back (or never will).
    Came {
        /// Which row.
        owed: OwedId,
        /// Which attempt.
        attempt: u32,
        /// What became of each address; empty for pings and write-backs.
        results: Vec<(String, Delivery)>,
        /// It may have been delivered without an answer.
        unknown: bool,
        /// Where the row stands now.
        state: OwedState,
    },
    /// The next path is taken.
    Rerouted {
        /// Which row.
        owed: OwedId,
        /// The channel from now on.
        channel: ChannelId,
        /// When it is tried there.
        at: Elapsed,
    },
    /// Something that must not wait stands behind it: it is as pressing itself.
    Hurried {
        /// Which row.
        owed: OwedId,
        /// Not accepted by then: the next path gets it.
        deliver_by: Elapsed,
        /// When it is tried.
        at: Elapsed,
        /// What stands behind it, where it was pulled onto the path of that one.
        #[serde(default)]
        ahead_of: Option<OwedId>,
    },
    /// What it hung on may be repaired: it does not keep its pause.
    Again {
        /// Which row.
        owed: OwedId,
        /// When it is tried.
        at: Elapsed,
    },
    /// The configuration names other addresses than at its decision.
    Readdressed {
        /// Which row.
        owed: OwedId,
        /// Its addresses from now on.
        to: Vec<Addressed>,
    },
    /// The desk wants it tried again after it was given up.
    Revived {
        /// Which row.
        owed: OwedId,
        /// When it is tried.
        at: Elapsed,
        /// Useless after that.
        give_up: Elapsed,
    },
    /// The desk is to look at it before it leaves.
    ForApproval {
        /// Which row.
        owed: OwedId,
        /// It leaves by itself then.
        until: Elapsed,
        /// The same on the wall clock, for people.
        wall: Timestamp,
    },
    /// It need not wait for the desk any more.
    LetGo {
        /// Which row.
        owed: OwedId,
        /// When, and who approved it.
        let_go: LetGo,
        /// When it is tried.
        at: Elapsed,
        /// Not accepted by then: the next path gets it.
        deliver_by: Elapsed,
        /// A request's time for 受領 runs from now: until then.
        acknowledge_by: Option<Timestamp>,
    },
    /// It may have been carried out since, by the desk a backup was made of: it does not leave by itself.
    Held {
        /// Which row.
        owed: OwedId,
        /// Where it stands now.
        state: OwedState,
    },
    /// It ended without a further attempt.
    Ended {
        /// Which row.
        owed: OwedId,
        /// How.
        state: OwedState,
    },
    /// It ended long ago: only its count is kept.
    Forgotten(OwedId),
}

/// Why a row changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Reason {
    /// Why it is owed.
    Because(Why),
    /// It is due.
    Due,
    /// As the worker reports.
    AsReported,
    /// The first path surely delivered nothing.
    PathFailed {
        /// What happened.
        why: String,
    },
    /// Not accepted by its time.
    Late,
    /// What must not wait stands behind it.
    Ahead {
        /// Which row.
        of: OwedId,
    },
    /// It says what a row was to say that was tried in vain: it is due when that one was.
    TakesOver {
        /// Which row.
        from: OwedId,
    },
    /// The daemon ended before the attempt came back.
    CutOff,
    /// Its time is over.
    GivenUp,
    /// A later message says it better.
    SaidBetter {
        /// Which row.
        by: OwedId,
    },
    /// Surely nobody has read it, and what it says is not so any more.
    Needless,
    /// It reminds of what has been answered since.
    Answered,
    /// The configuration was read anew, or somebody wants something on its channel tried again.
    Repaired,
    /// The configuration says so now.
    Configuration,
    /// It ended long ago.
    Old,
    /// The record was restored from a backup.
    Restored {
        /// When the backup was made.
        made: Timestamp,
    },
    /// The desk's act.
    Act {
        /// Who.
        by: String,
    },
    /// It was decided in earnest, and the desk is on trial.
    OnTrial,
    /// Somebody gave it up; the state says who and why.
    Dropped,
    /// The desk looks at such a message before it leaves.
    ForApproval,
    /// Somebody at the desk approved it.
    Approved {
        /// Who.
        by: String,
    },
    /// Nobody had looked at it by its limit.
    LimitOver,
    /// The record cannot be written: nothing is held.
    Unwritable,
}

impl Change {
    /// Which row it is about.
    pub fn owed(&self) -> OwedId {
        match self {
            Change::Owed(owed) => owed.id,
            Change::Started { owed, .. }
            | Change::Came { owed, .. }
            | Change::Rerouted { owed, .. }
            | Change::Hurried { owed, .. }
            | Change::Again { owed, .. }
            | Change::Readdressed { owed, .. }
            | Change::Revived { owed, .. }
            | Change::ForApproval { owed, .. }
            | Change::LetGo { owed, .. }
            | Change::Held { owed, .. }
            | Change::Ended { owed, .. }
            | Change::Forgotten(owed) => *owed,
        }
    }
}

/// Applies `change` to the state. Total.
pub(in crate::desk) fn apply(state: &mut State, change: &Change) {
    let id = change.owed();
    state.unqueue(id);
    match change {
        Change::Owed(owed) => {
            state.counters.owed = state.counters.owed.max(owed.id.0);
            state.tally.owed += 1;
            if let Some(incident) = owed.incident {
                state.owed_of.entry(incident).or_default().insert(owed.id);
            }
            if owed.bundle.is_some() {
                state.bundles.insert(id);
            }
            state.owed.insert(id, (**owed).clone());
        }
        Change::Started { attempt, at, .. } => with(state, id, |row| {
            row.attempts = *attempt;
            row.not_before = None;
            row.state = OwedState::Started { at: *at };
        }),
        Change::Came { results, unknown, state: next, .. } => with(state, id, |row| {
            if let Work::Message { addresses, .. } = &mut row.work {
                for (address, delivery) in results {
                    for known in addresses.iter_mut().filter(|known| known.address == *address) {
                        known.result = Some(delivery.clone());
                    }
                }
            }
            row.unknowns = row.unknowns.saturating_add(u32::from(*unknown));
            row.failures = if matches!(next, OwedState::Done { .. }) { 0 } else { row.failures.saturating_add(1) };
            row.state = next.clone();
        }),
        Change::Rerouted { channel, at, .. } => with(state, id, |row| {
            if let Work::Message { channel: present, .. } = &mut row.work {
                *present = channel.clone();
            }
            row.failures = 0;
            row.state = OwedState::Waiting { at: *at };
        }),
        Change::Readdressed { to, .. } => with(state, id, |row| {
            if let Work::Message { addresses, .. } = &mut row.work {
                addresses.clone_from(to);
            }
        }),
        Change::Again { at, .. } => with(state, id, |row| {
            row.failures = 0;
            row.state = OwedState::Waiting { at: *at };
        }),
        Change::Hurried { deliver_by, at, ahead_of, .. } => with(state, id, |row| {
            row.critical = true;
            row.deliver_by = *deliver_by;
            row.ahead_of = ahead_of.or(row.ahead_of);
            if matches!(row.state, OwedState::Waiting { .. }) {
                row.state = OwedState::Waiting { at: *at };
            }
        }),
        Change::Revived { at, give_up, .. } => with(state, id, |row| {
            if let Work::Message { addresses, .. } = &mut row.work {
                for known in addresses.iter_mut().filter(|known| !known.accepted()) {
                    known.result = None;
                }
            }
            row.failures = 0;
            row.give_up = *give_up;
            row.state = OwedState::Waiting { at: *at };
        }),
        Change::ForApproval { until, wall, .. } => with(state, id, |row| {
            row.not_before = None;
            row.state = OwedState::Held { until: *until, wall: *wall };
        }),
        Change::LetGo { let_go, at, deliver_by, acknowledge_by, .. } => with(state, id, |row| {
            if let Work::Message { letter, .. } = &mut row.work {
                letter.approved |= let_go.by.is_some();
                if let (Matter::Request { acknowledge_by: told, .. }, Some(by)) = (&mut letter.matter, acknowledge_by) {
                    *told = *by;
                }
            }
            if let Some(hold) = &mut row.hold {
                hold.let_go = Some(let_go.clone());
            }
            row.deliver_by = *deliver_by;
            row.not_before = None;
            row.state = OwedState::Waiting { at: *at };
        }),
        Change::Held { state: held, .. } => with(state, id, |row| {
            row.unknowns = row.unknowns.saturating_add(1);
            row.not_before = None;
            row.state = held.clone();
        }),
        Change::Ended { state: end, .. } => with(state, id, |row| row.state = end.clone()),
        Change::Forgotten(_) => {
            state.bundles.remove(&id);
            if let Some(row) = state.owed.remove(&id) {
                if let Some(rows) = row.incident.and_then(|incident| state.owed_of.get_mut(&incident)) {
                    rows.remove(&id);
                }
                if let Some(incident) = row.incident
                    && state.owed_of.get(&incident).is_some_and(std::collections::BTreeSet::is_empty)
                {
                    state.owed_of.remove(&incident);
                }
                match row.state {
                    OwedState::Done { .. } => state.tally.forgotten_done += 1,
                    OwedState::Dead { .. } => state.tally.forgotten_dead += 1,
                    OwedState::Superseded => state.tally.forgotten_superseded += 1,
                    OwedState::Dropped { .. } => state.tally.forgotten_dropped += 1,
                    OwedState::Waiting { .. } | OwedState::Held { .. } | OwedState::Started { .. } => {}
                }
            }
        }
    }
    state.queue(id);
}

fn with(state: &mut State, id: OwedId, edit: impl FnOnce(&mut Owed)) {
    if let Some(row) = state.owed.get_mut(&id) {
        edit(row);
    }
}
