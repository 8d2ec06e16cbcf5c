//! What belongs to the desk as a whole: its start, its rules, its daily hours.
//!
//! A thing.

mod flow;

pub use flow::FlowChange;

use super::ids::{ComponentId, OwedId, SourceId, SystemId};
use super::now::{Elapsed, Now};
use super::removal;
use super::state::{Expected, Restored, State, Storm, Storms, Wakeup, When};
use super::storage;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

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
    /// The record was restored from a backup.
    Restored {
        /// Drawn at the restore.
        mark: String,
        /// When the backup was made.
        made: Timestamp,
    },
    /// Rules came into force.
    Rules {
        /// Their revision.
        hash: String,
    },
    /// The desk is on trial (試行) from now on; `None` = in earnest.
    Shadow {
        /// Since when.
        since: Option<Timestamp>,
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
    /// Something about storms.
    Storm(StormChange),
    /// Something about what leaves.
    Flow(FlowChange),
    /// Something about the disk the record is on.
    Disk(storage::Change),
    /// Something about what must come by its hour.
    Expected {
        /// Its name.
        name: String,
        /// What.
        what: ExpectedChange,
    },
    /// When certificates are next looked at.
    Certificates {
        /// The next hour.
        next: Timestamp,
    },
    /// A sign of life was owed or kept back, or the rules say otherwise.
    Heartbeat {
        /// When the next is due; `None` = none goes to a mailbox.
        next: Option<Elapsed>,
        /// The last one.
        last: Option<OwedId>,
        /// None was owed although one was due.
        kept_back: bool,
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
    /// Something about what is removed of the record.
    Removal(removal::Change),
    /// An input made the desk fail and was set aside.
    SetAside {
        /// What kind of input.
        what: String,
    },
}

/// What changed about storms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StormChange {
    /// Arrivals were counted, or are to be counted sooner.
    Looked {
        /// When they were counted.
        at: Elapsed,
        /// When they are counted again; `None` = when more come.
        next: Option<Elapsed>,
    },
    /// A storm began.
    Began {
        /// Of which system; `None` = of what no system is known to need.
        system: Option<SystemId>,
        /// When.
        at: Now,
    },
    /// A storm is over.
    Ended {
        /// Of which system.
        system: Option<SystemId>,
        /// When.
        at: Timestamp,
        /// Alerts it brought.
        alerts: u64,
    },
    /// The desk heard of the storms.
    Told {
        /// When.
        at: Elapsed,
    },
}

/// A change of how things stand with what must come by its hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExpectedChange {
    /// It is expected by an hour; `None` = no more, as far as the calendar goes.
    By {
        /// Since when its coming would have been seen.
        since: Timestamp,
        /// The hour.
        due: Option<Timestamp>,
    },
    /// It came.
    Came {
        /// By the source's clock.
        at: Timestamp,
    },
    /// The hour is over: these sources look once more.
    Over {
        /// Which.
        awaits: BTreeSet<SourceId>,
    },
    /// The hour is over, and whether it came is not known until these sources see again.
    Held {
        /// Which.
        awaits: BTreeSet<SourceId>,
    },
    /// The configuration expects it no more.
    Dropped,
}

/// Why it changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The daemon started.
    Start,
    /// A backup was put in the place of the record.
    Restore,
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
    /// More alerts may have come, or came, than is usual for one system.
    TooMany {
        /// So many within the span of the policy.
        most: u32,
    },
    /// Fewer come.
    Fewer,
    /// It came in time.
    InTime,
    /// It did not come by its hour.
    NotCome,
    /// It may have come before the desk could see it.
    NotWatched,
    /// A source that may bring it sees nothing.
    NotSeen,
    /// The desk failed on it.
    Failed,
    /// As the disk is.
    Disk,
    /// A message leaves.
    Left,
    /// More would leave than may.
    TooMuch,
    /// It fails.
    Failing,
    /// A critical mail is stuck.
    Stuck,
    /// Somebody asked for it.
    Asked,
    /// Its files are removed.
    Removed,
    /// Its time is over.
    TimeIsOver,
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
        Change::Restored { mark, made } => {
            state.house.restored = Some(Restored { mark: mark.clone(), made: *made });
        }
        Change::Rules { hash } => state.house.rules_hash.clone_from(hash),
        Change::Shadow { since } => state.house.shadow = *since,
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
        Change::Storm(change) => {
            storm(&mut state.house.storms, change);
            state.agenda.set(Wakeup::Storm, state.house.storms.due.map(When::Elapsed));
        }
        Change::Flow(change) => flow::apply(state, change),
        Change::Disk(change) => storage::apply(&mut state.house.disk, change),
        Change::Expected { name, what } => {
            expected(&mut state.house.expected, name, what);
            state.agenda.set(Wakeup::Expected, state.house.expected_due());
        }
        Change::Certificates { next } => {
            state.house.certificates_due = Some(*next);
            state.agenda.set(Wakeup::Certificates, Some(When::Wall(*next)));
        }
        Change::Addresses { next } => {
            state.house.addresses_due = Some(*next);
            state.agenda.set(Wakeup::Addresses, Some(When::Wall(*next)));
        }
        Change::Heartbeat { next, last, .. } => {
            state.house.heartbeat.due = *next;
            state.house.heartbeat.last = *last;
            state.agenda.set(Wakeup::Heartbeat, next.map(When::Elapsed));
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
        Change::Removal(change) => removal::apply(state, change),
        Change::SetAside { .. } => {
            state.tally.observed += 1;
            state.tally.set_aside += 1;
        }
    }
}

/// Total: what is not known is passed over, but for a first hour.
fn expected(all: &mut BTreeMap<String, Expected>, name: &str, what: &ExpectedChange) {
    match what {
        ExpectedChange::By { since, due } => {
            let came = all.get(name).and_then(|known| known.came);
            all.insert(name.to_owned(), Expected { since: *since, due: *due, awaits: BTreeSet::new(), came });
        }
        ExpectedChange::Came { at } => {
            if let Some(known) = all.get_mut(name) {
                known.came = known.came.max(Some(*at));
            }
        }
        ExpectedChange::Over { awaits } | ExpectedChange::Held { awaits } => {
            if let Some(known) = all.get_mut(name) {
                known.awaits.clone_from(awaits);
            }
        }
        ExpectedChange::Dropped => drop(all.remove(name)),
    }
}

fn storm(storms: &mut Storms, change: &StormChange) {
    match change {
        StormChange::Looked { at, next } => {
            storms.looked = Some(*at);
            storms.due = *next;
        }
        StormChange::Began { system, at } => {
            storms.all.push(Storm { system: system.clone(), since: *at, over: None });
        }
        StormChange::Ended { system, at, alerts } => {
            let going_on = storms.all.iter_mut().filter(|storm| storm.over.is_none());
            for storm in going_on.filter(|storm| storm.system == *system) {
                storm.over = Some((*at, *alerts));
            }
        }
        StormChange::Told { at } => {
            storms.all.retain(|storm| storm.over.is_none());
            storms.told = (!storms.all.is_empty()).then_some(*at);
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
