//! Deadlines: what is to be looked at again, on which of the two clocks, and when.

use super::super::ids::{ChannelId, IncidentId, OwedId, RequestId, SourceId};
use super::super::now::{Elapsed, Now};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// What is to be looked at again at some time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wakeup {
    /// A source may be blind.
    Blind(SourceId),
    /// The grouping window of an incident ends.
    Window(IncidentId),
    /// Isolation waits no longer.
    Isolation(IncidentId),
    /// Time tells what a rule could not know.
    Judge(IncidentId),
    /// An office that is closed is to be called before it opens.
    CallOffice(IncidentId),
    /// A watched incident may be closed.
    Watch(IncidentId),
    /// Calm may have lasted long enough.
    Stable(IncidentId),
    /// What an incident was reported as may have been over for long enough.
    Eased(IncidentId),
    /// 相談 is raised again.
    Hold(IncidentId),
    /// Planned work begins or ends.
    PlannedEdge,
    /// 受領 is overdue.
    Chase(RequestId),
    /// A party that is closed for long stays silent.
    Closure(RequestId),
    /// 次回報告予定
    Report(IncidentId),
    /// The daily digest.
    Digest,
    /// The reception closes: what is open is handed over.
    HandOver,
    /// Certificates are looked at.
    Certificates,
    /// Addresses are asked.
    Addresses,
    /// A message's hour has come, or it is to be looked at by the desk.
    Owed(OwedId),
    /// What is no message may be tried, or is useless from now on, at one destination.
    Queue(String),
    /// What was held back on a channel is told together.
    Held(ChannelId),
    /// A channel that fails may be tried again.
    Channel(ChannelId),
    /// Something must have come.
    Expected,
    /// A sign of life is due.
    Heartbeat,
    /// Alerts are counted, and storms told of.
    Storm,
    /// What ended long ago may be forgotten.
    Sweep,
    /// It is looked what is kept no longer.
    Retention,
}

/// On which of the two clocks something is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// An interval.
    Elapsed(Elapsed),
    /// A promised hour.
    Wall(Timestamp),
}

/// Deadlines, ordered on both clocks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Agenda {
    by_elapsed: BTreeSet<(Elapsed, Wakeup)>,
    by_wall: BTreeSet<(Timestamp, Wakeup)>,
    entries: BTreeMap<Wakeup, When>,
}

impl Agenda {
    /// Sets (or takes away) when `wakeup` is due.
    pub fn set(&mut self, wakeup: Wakeup, when: Option<When>) {
        if self.entries.get(&wakeup).copied() == when {
            return;
        }
        match self.entries.remove(&wakeup) {
            Some(When::Elapsed(at)) => _ = self.by_elapsed.remove(&(at, wakeup.clone())),
            Some(When::Wall(at)) => _ = self.by_wall.remove(&(at, wakeup.clone())),
            None => {}
        }
        if let Some(when) = when {
            match when {
                When::Elapsed(at) => self.by_elapsed.insert((at, wakeup.clone())),
                When::Wall(at) => self.by_wall.insert((at, wakeup.clone())),
            };
            self.entries.insert(wakeup, when);
        }
    }

    /// What is due, intervals first, oldest first.
    pub fn due(&self, now: Now) -> Vec<Wakeup> {
        let elapsed = self.by_elapsed.iter().take_while(|(at, _)| *at <= now.elapsed).map(|(_, wakeup)| wakeup);
        let wall = self.by_wall.iter().take_while(|(at, _)| *at <= now.wall).map(|(_, wakeup)| wakeup);
        elapsed.chain(wall).cloned().collect()
    }

    /// How long after `now` the next of them is due.
    pub(super) fn next(&self, now: Now) -> Option<std::time::Duration> {
        // The least wakeup there is.
        let first = || Wakeup::Blind(SourceId::from(""));
        let elapsed = self.by_elapsed.range((Elapsed(now.elapsed.0.saturating_add(1)), first())..).next();
        let elapsed = elapsed.map(|(at, _)| at.since(now.elapsed));
        let wall = now.wall.checked_add(SignedDuration::from_nanos(1)).ok();
        let wall = wall.and_then(|from| self.by_wall.range((from, first())..).next());
        let wall = wall.map(|(at, _)| std::time::Duration::try_from(at.duration_since(now.wall)).unwrap_or_default());
        elapsed.into_iter().chain(wall).min()
    }
}
