//! Rows that are under way or wait for room where they go: one queue for each destination.
//!
//! Of what is no message (pings, probes, evidence, notes in the monitoring system) hundreds may wait while four are under
//! way. They stand in their queue and not on the agenda, so that a step does not look at each of them: the queue is due when
//! its first row may begin, or when a row that waits is useless from now on. Messages wait for more than room (order, caps,
//! channels that fail) and are on the agenda each by itself.

use super::{State, Wakeup, When};
use crate::desk::ids::OwedId;
use crate::desk::now::Elapsed;
use crate::desk::owed::{Owed, OwedState, Work};
use std::collections::BTreeSet;

/// Attempts under way to one destination, at most.
const ROOM: usize = 4;

/// What goes to one destination.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Queue {
    under_way: usize,
    by_time: BTreeSet<(Elapsed, OwedId)>,
    by_end: BTreeSet<(Elapsed, OwedId)>,
}

impl Queue {
    /// How many more attempts may begin.
    pub fn room(&self) -> usize {
        ROOM.saturating_sub(self.under_way)
    }

    /// Whether attempts are under way.
    pub fn is_busy(&self) -> bool {
        self.under_way > 0
    }

    /// Rows to look at: those whose time is over, and as many of those that may begin as there is room for, first come
    /// first served.
    pub fn due(&self, now: Elapsed) -> impl Iterator<Item = OwedId> {
        let over = self.by_end.iter().take_while(move |(end, _)| *end <= now);
        let over: BTreeSet<OwedId> = over.map(|(_, id)| *id).collect();
        let begins = self.by_time.iter().take_while(move |(at, _)| *at <= now).map(|(_, id)| *id);
        let begins: Vec<OwedId> = begins.filter(|id| !over.contains(id)).take(self.room()).collect();
        over.into_iter().chain(begins)
    }

    fn next(&self) -> Option<When> {
        let rows = if self.room() > 0 { &self.by_time } else { &self.by_end };
        rows.first().map(|(at, _)| When::Elapsed(*at))
    }

    fn is_empty(&self) -> bool {
        self.under_way == 0 && self.by_time.is_empty()
    }
}

impl State {
    /// A row comes, or is what it is now after a change.
    pub(in crate::desk) fn queue(&mut self, id: OwedId) {
        let Some(row) = self.owed.get(&id) else { return self.agenda.set(Wakeup::Owed(id), None) };
        let due = if matches!(row.work, Work::Message { .. }) { row.due() } else { None };
        self.agenda.set(Wakeup::Owed(id), due);
        let Some(stand) = Stand::of(row) else { return };
        let to = row.destination().into_owned();
        let queue = self.queues.entry(to.clone()).or_default();
        match stand {
            Stand::UnderWay => queue.under_way += 1,
            Stand::Waits { at, end } => {
                queue.by_time.insert((at, id));
                queue.by_end.insert((end, id));
            }
        }
        let next = queue.next();
        self.agenda.set(Wakeup::Queue(to), next);
    }

    /// A row goes, or is about to change.
    pub(in crate::desk) fn unqueue(&mut self, id: OwedId) {
        let Some(row) = self.owed.get(&id) else { return };
        let Some(stand) = Stand::of(row) else { return };
        let to = row.destination().into_owned();
        let Some(queue) = self.queues.get_mut(&to) else { return };
        match stand {
            Stand::UnderWay => queue.under_way = queue.under_way.saturating_sub(1),
            Stand::Waits { at, end } => {
                queue.by_time.remove(&(at, id));
                queue.by_end.remove(&(end, id));
            }
        }
        let next = queue.next();
        if queue.is_empty() {
            self.queues.remove(&to);
        }
        self.agenda.set(Wakeup::Queue(to), next);
    }
}

/// Where a row stands in its queue.
enum Stand {
    UnderWay,
    Waits { at: Elapsed, end: Elapsed },
}

impl Stand {
    fn of(row: &Owed) -> Option<Self> {
        match (&row.state, &row.work) {
            (OwedState::Started { .. }, _) => Some(Stand::UnderWay),
            (OwedState::Waiting { .. }, Work::Message { .. }) => None,
            // One that waits beyond its time is given up when it would be tried.
            (OwedState::Waiting { at }, _) => Some(Stand::Waits { at: *at, end: row.give_up.max(*at) }),
            (
                OwedState::Held { .. }
                | OwedState::Done { .. }
                | OwedState::Dead { .. }
                | OwedState::Superseded
                | OwedState::Dropped { .. },
                _,
            ) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(queue: &Queue, now: u64) -> Vec<u64> {
        queue.due(Elapsed(now)).map(|id| id.0).collect()
    }

    #[test]
    fn as_many_begin_as_there_is_room_for_and_what_is_useless_always_comes_up() {
        let mut queue = Queue { under_way: 2, ..Queue::default() };
        for (id, at, end) in [(1, 50, 900), (2, 10, 100), (3, 20, 900), (4, 30, 900)] {
            queue.by_time.insert((Elapsed(at), OwedId(id)));
            queue.by_end.insert((Elapsed(end), OwedId(id)));
        }
        assert_eq!(ids(&queue, 5), [] as [u64; 0]);
        assert_eq!(queue.next(), Some(When::Elapsed(Elapsed(10))));
        assert_eq!(ids(&queue, 60), [2, 3], "in the order of their times");
        assert_eq!(ids(&queue, 100), [2, 3, 4], "what is over takes nobody's room");
        queue.under_way = ROOM;
        assert_eq!(ids(&queue, 60), [] as [u64; 0]);
        assert_eq!(ids(&queue, 100), [2]);
        assert_eq!(queue.next(), Some(When::Elapsed(Elapsed(100))), "without room only the end matters");
    }
}
