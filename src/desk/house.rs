//! What belongs to the desk as a whole: its start, its rules, its daily hours.
//!
//! A thing.

use super::ids::{ComponentId, SourceId};
use super::now::{Elapsed, Now};
use super::state::{State, Wakeup, When};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A change of the desk as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// The daemon started.
    Started {
        /// Names the store.
        store: String,
        /// Term of ownership.
        epoch: u64,
    },
    /// We were down.
    WasDown {
        /// The last step before.
        from: Timestamp,
        /// The start.
        until: Timestamp,
    },
    /// Rules came into force.
    Rules {
        /// Their revision.
        hash: String,
    },
    /// When the next daily digest is due; `made` = one was made now.
    Digest {
        /// The next hour.
        next: Timestamp,
        /// When one was made.
        made: Option<Timestamp>,
    },
    /// When the desk's reception next closes, and what is open is handed over; `None` = it never closes.
    HandOver {
        /// The next closing.
        next: Option<Timestamp>,
    },
    /// When certificates are next looked at.
    Certificates {
        /// The next hour.
        next: Timestamp,
    },
    /// When addresses are next asked.
    Addresses {
        /// The next hour.
        next: Timestamp,
    },
    /// The address of a component answers no ping when all is well.
    Mute {
        /// Which.
        component: ComponentId,
        /// Since when; `None` = it answers.
        since: Option<Timestamp>,
    },
    /// When planned work next begins or ends.
    PlannedEdge {
        /// The next edge, if any.
        next: Option<Timestamp>,
    },
    /// When what ended long ago is next forgotten.
    Sweep {
        /// The next time.
        next: Elapsed,
    },
    /// A source went blind or sees again, for the books of blind times.
    BlindTime {
        /// Which source.
        source: SourceId,
        /// From.
        from: Timestamp,
        /// Until; `None` = it begins.
        until: Option<Timestamp>,
    },
    /// A reminder named planned work of the configuration.
    WorkDoubted {
        /// Its name there.
        work: String,
        /// When.
        at: Timestamp,
    },
    /// Planned work is in the configuration no longer.
    WorkDropped {
        /// Its name there.
        work: String,
    },
    /// An input made the desk fail and was set aside.
    SetAside {
        /// What kind of input.
        what: String,
    },
}

/// Why it changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The daemon started.
    Start,
    /// The configuration was read.
    Configuration,
    /// The hour came.
    Hour,
    /// As observed.
    Observed,
    /// As observed while nothing fails there.
    Calm,
    /// It answered.
    Answered,
    /// Planned work or a silence changed.
    Planned,
    /// The desk failed on it.
    Failed,
}

/// Blind times kept for the next digest.
const BLIND_TIMES: usize = 200;

/// Applies `change` to the state. Total.
pub(super) fn apply(state: &mut State, change: &Change) {
    match change {
        Change::Started { store, epoch } => {
            state.house.store.clone_from(store);
            state.house.epoch = *epoch;
        }
        Change::WasDown { .. } => {}
        Change::Rules { hash } => state.house.rules_hash.clone_from(hash),
        Change::Digest { next, made } => {
            state.house.digest_due = Some(*next);
            if made.is_some() {
                state.house.digest_last = *made;
                state.house.blind_times.retain(|(_, _, until)| until.is_none());
            }
            state.agenda.set(Wakeup::Digest, Some(When::Wall(*next)));
        }
        Change::HandOver { next } => {
            state.house.hand_over_due = *next;
            state.agenda.set(Wakeup::HandOver, next.map(When::Wall));
        }
        Change::Certificates { next } => {
            state.house.certificates_due = Some(*next);
            state.agenda.set(Wakeup::Certificates, Some(When::Wall(*next)));
        }
        Change::Addresses { next } => {
            state.house.addresses_due = Some(*next);
            state.agenda.set(Wakeup::Addresses, Some(When::Wall(*next)));
        }
        Change::Mute { component, since: Some(since) } => {
            state.house.mute.insert(component.clone(), *since);
        }
        Change::Mute { component, since: None } => {
            state.house.mute.remove(component);
        }
        Change::PlannedEdge { next } => {
            state.house.planned_edge = *next;
            state.agenda.set(Wakeup::PlannedEdge, next.map(When::Wall));
        }
        Change::Sweep { next } => {
            state.house.sweep_due = Some(*next);
            state.agenda.set(Wakeup::Sweep, Some(When::Elapsed(*next)));
        }
        Change::BlindTime { source, from, until } => {
            let times = &mut state.house.blind_times;
            let room = times.len() < BLIND_TIMES;
            match times.iter_mut().find(|(known, begun, end)| known == source && begun == from && end.is_none()) {
                Some((_, _, end)) => *end = *until,
                None if room => times.push((source.clone(), *from, *until)),
                None => state.tally.strays += 1,
            }
        }
        Change::WorkDoubted { work, at } => drop(state.house.reminded.insert(work.clone(), *at)),
        Change::WorkDropped { work } => {
            state.house.idle.remove(work);
            state.house.reminded.remove(work);
        }
        Change::SetAside { .. } => {
            state.tally.observed += 1;
            state.tally.set_aside += 1;
        }
    }
}

impl Change {
    /// The start of a fresh desk.
    pub fn first_sweep(now: Now) -> Self {
        Change::Sweep { next: now.elapsed + SWEEP_EVERY }
    }
}

/// How often what ended long ago is forgotten.
pub const SWEEP_EVERY: std::time::Duration = std::time::Duration::from_secs(3600);
