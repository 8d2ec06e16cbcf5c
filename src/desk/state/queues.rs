//! Rows that are under way or wait where they go: one queue for each destination.
//!
//! Thousands may wait while four are under way, so no step looks at each of them. What is no message (pings, probes, evidence,
//! notes in the monitoring system) waits for room alone: its queue is on the agenda, due when its first row may begin, or when
//! a row that waits is useless from now on. Messages wait for more than room (order, caps, channels that fail):
//! `deliver::line` looks at them, the first first, as far as there is anything to be done. Only those that wait for an hour or
//! for the desk's approval are on the agenda, each by itself.

use super::{State, Wakeup, When};
use crate::desk::ids::OwedId;
use crate::desk::now::{Elapsed, Now};
use crate::desk::owed::{Owed, OwedState, Work};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Included, Unbounded};
use std::time::Duration;

/// Attempts under way to one destination, at most, where nothing else is configured.
pub(crate) const ROOM: usize = 4;

/// A row's place among others: the critical first, then what was decided first.
pub(in crate::desk) type Rank = (bool, Elapsed, OwedId);

/// Where what is not critical begins.
const LESSER: Rank = (true, Elapsed(0), OwedId(0));

impl Owed {
    /// Its place among others.
    pub(in crate::desk) fn rank(&self) -> Rank {
        (!self.critical, self.decided.elapsed, self.id)
    }
}

/// What goes to one destination.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Queue {
    under_way: usize,
    by_time: BTreeSet<(Elapsed, OwedId)>,
    by_end: BTreeSet<(Elapsed, OwedId)>,
    messages: Messages,
}

/// Messages that wait for no hour and no approval, and when each may be tried.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Messages {
    ranked: BTreeMap<Rank, Elapsed>,
    by_time: BTreeSet<(Elapsed, OwedId)>,
    by_end: BTreeSet<(Elapsed, Rank)>,
}

impl Queue {
    /// How many more attempts may begin where so many may be under way.
    pub(in crate::desk) fn room(&self, at_once: usize) -> usize {
        at_once.saturating_sub(self.under_way)
    }

    /// Whether attempts are under way.
    pub fn is_busy(&self) -> bool {
        self.under_way > 0
    }

    /// What is no message and to be looked at: rows whose time is over, and as many of those that may begin as there is room
    /// for, first come first served.
    pub fn due(&self, now: Elapsed) -> impl Iterator<Item = OwedId> {
        let over = self.by_end.iter().take_while(move |(end, _)| *end <= now);
        let over: BTreeSet<OwedId> = over.map(|(_, id)| *id).collect();
        let begins = self.by_time.iter().take_while(move |(at, _)| *at <= now).map(|(_, id)| *id);
        let begins: Vec<OwedId> = begins.filter(|id| !over.contains(id)).take(self.room(ROOM)).collect();
        over.into_iter().chain(begins)
    }

    /// Critical messages that may be tried.
    pub(in crate::desk) fn critical(&self, now: Elapsed) -> impl Iterator<Item = Rank> {
        self.messages.ranked.range(..LESSER).filter(move |(_, at)| **at <= now).map(|(rank, _)| *rank)
    }

    /// Messages that may be tried and are useless from now on.
    pub(in crate::desk) fn useless(&self, now: Elapsed) -> impl Iterator<Item = Rank> {
        let over = self.messages.by_end.iter().take_while(move |(end, _)| *end <= now).map(|(_, rank)| *rank);
        over.filter(move |rank| self.messages.ranked.get(rank).is_some_and(|at| *at <= now))
    }

    /// The message after `place` that may be tried and is not critical.
    pub(in crate::desk) fn next_message(&self, place: Option<Rank>, now: Elapsed) -> Option<Rank> {
        self.messages.by_time.first().filter(|(at, _)| *at <= now)?;
        let after = (place.map_or(Included(LESSER), Excluded), Unbounded);
        self.messages.ranked.range(after).find(|(_, at)| **at <= now).map(|(rank, _)| *rank)
    }

    /// When a message may be tried that may not yet.
    fn next_time(&self, now: Elapsed) -> Option<Elapsed> {
        let later = (Excluded((now, OwedId(u64::MAX))), Unbounded);
        self.messages.by_time.range(later).next().map(|(at, _)| *at)
    }

    fn next(&self) -> Option<When> {
        let rows = if self.room(ROOM) > 0 { &self.by_time } else { &self.by_end };
        rows.first().map(|(at, _)| When::Elapsed(*at))
    }

    fn is_empty(&self) -> bool {
        self.under_way == 0 && self.by_time.is_empty() && self.messages.ranked.is_empty()
    }
}

impl State {
    /// How long after `now` the next thing is due. A step handles what is due; what it left (a full destination) waits for
    /// another input, not for time.
    pub fn next_due(&self, now: Now) -> Option<Duration> {
        let messages = self.queues.values().filter_map(|queue| queue.next_time(now.elapsed));
        self.agenda.next(now).into_iter().chain(messages.map(|at| at.since(now.elapsed))).min()
    }

    /// Whether anything is due.
    pub fn is_due(&self, now: Now) -> bool {
        let any = |queue: &Queue| queue.messages.by_time.first().is_some_and(|(at, _)| *at <= now.elapsed);
        !self.agenda.due(now).is_empty() || self.queues.values().any(any)
    }

    /// A row comes, or is what it is now after a change.
    pub(in crate::desk) fn queue(&mut self, id: OwedId) {
        let Some(row) = self.owed.get(&id) else { return self.agenda.set(Wakeup::Owed(id), None) };
        self.settled.extend(row.forgotten_from().map(|from| (from, id)));
        let stand = Stand::of(row);
        let alone = if matches!(row.work, Work::Message { .. }) && stand.is_none() { row.due() } else { None };
        self.agenda.set(Wakeup::Owed(id), alone);
        let Some(stand) = stand else { return };
        let to = row.destination().into_owned();
        let queue = self.queues.entry(to.clone()).or_default();
        match stand {
            Stand::UnderWay => queue.under_way += 1,
            Stand::Waits { at, end } => {
                queue.by_time.insert((at, id));
                queue.by_end.insert((end, id));
            }
            Stand::InLine { at, end, rank } => {
                queue.messages.ranked.insert(rank, at);
                queue.messages.by_time.insert((at, id));
                queue.messages.by_end.insert((end, rank));
            }
        }
        let next = queue.next();
        self.agenda.set(Wakeup::Queue(to), next);
    }

    /// A row goes, or is about to change.
    pub(in crate::desk) fn unqueue(&mut self, id: OwedId) {
        let Some(row) = self.owed.get(&id) else { return };
        if let Some(from) = row.forgotten_from() {
            self.settled.remove(&(from, id));
        }
        let Some(stand) = Stand::of(row) else { return };
        let to = row.destination().into_owned();
        let Some(queue) = self.queues.get_mut(&to) else { return };
        match stand {
            Stand::UnderWay => queue.under_way = queue.under_way.saturating_sub(1),
            Stand::Waits { at, end } => {
                queue.by_time.remove(&(at, id));
                queue.by_end.remove(&(end, id));
            }
            Stand::InLine { at, end, rank } => {
                queue.messages.ranked.remove(&rank);
                queue.messages.by_time.remove(&(at, id));
                queue.messages.by_end.remove(&(end, rank));
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
    InLine { at: Elapsed, end: Elapsed, rank: Rank },
}

impl Stand {
    fn of(row: &Owed) -> Option<Self> {
        match (&row.state, &row.work) {
            (OwedState::Started { .. }, _) => Some(Stand::UnderWay),
            (OwedState::Waiting { at }, Work::Message { .. }) => {
                let alone = row.not_before.is_some() || row.awaits_approval();
                (!alone).then(|| Stand::InLine { at: *at, end: row.give_up, rank: row.rank() })
            }
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

    #[test]
    fn messages_come_up_by_rank_as_far_as_they_may_be_tried() {
        let mut queue = Queue::default();
        for (id, lesser, at, end) in [(1, true, 50, 900), (2, true, 10, 100), (3, false, 20, 900), (4, true, 10, 900)] {
            let rank = (lesser, Elapsed(id), OwedId(id));
            queue.messages.ranked.insert(rank, Elapsed(at));
            queue.messages.by_time.insert((Elapsed(at), OwedId(id)));
            queue.messages.by_end.insert((Elapsed(end), rank));
        }
        let line = |now| {
            let next = |place: &Option<Rank>| queue.next_message(*place, Elapsed(now)).map(Some);
            let line = std::iter::successors(next(&None), next).flatten();
            line.map(|(.., id)| id.0).collect::<Vec<_>>()
        };
        let ids = |ranks: Vec<Rank>| ranks.into_iter().map(|(.., id)| id.0).collect::<Vec<_>>();
        assert_eq!(line(5), [] as [u64; 0]);
        assert_eq!(line(10), [2, 4], "the first is for later");
        assert_eq!(line(60), [1, 2, 4], "what is critical comes up by itself");
        assert_eq!(ids(queue.critical(Elapsed(10)).collect()), [] as [u64; 0]);
        assert_eq!(ids(queue.critical(Elapsed(20)).collect()), [3]);
        assert_eq!(ids(queue.useless(Elapsed(100)).collect()), [2]);
        assert_eq!(queue.next_time(Elapsed(20)), Some(Elapsed(50)));
        assert_eq!(queue.next_time(Elapsed(50)), None);
    }
}
