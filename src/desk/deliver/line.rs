//! The line: in which order rows are looked at in one step, and how far.
//!
//! The critical first, then what was decided first, whatever the destination. All that is due is looked at where looking may
//! lead to anything; but of thousands that wait for nothing but room, no more than there is room for.

use crate::desk::ids::{ChannelId, OwedId};
use crate::desk::owed::Owed;
use crate::desk::state::{PartyFlow, Queue, Rank, Wakeup};
use crate::desk::turn::Turn;
use std::collections::BTreeSet;

/// Rows that are due, one after the other. Rows that are decided meanwhile are for the next step.
pub(super) struct Line {
    /// Looked at in any case.
    listed: BTreeSet<Rank>,
    /// Everything that was ever listed.
    known: BTreeSet<OwedId>,
    /// Destinations of messages, and how far their rows were looked at.
    places: Vec<(ChannelId, Option<Rank>)>,
    /// The last row that is looked at.
    last: OwedId,
    /// What is critical was looked at.
    lesser: bool,
}

impl Line {
    /// What is due now.
    pub(super) fn of(turn: &Turn) -> Self {
        let (state, now) = (&*turn.state, turn.now.elapsed);
        let due = state.agenda.due(turn.now).into_iter().flat_map(|wakeup| match wakeup {
            Wakeup::Owed(id) => vec![id],
            Wakeup::Queue(to) => state.queues.get(&to).into_iter().flat_map(|queue| queue.due(now)).collect(),
            _ => Vec::new(),
        });
        let due = due.filter_map(|id| state.owed.get(&id)).map(Owed::rank);
        let pressing = |queue: &Queue| queue.critical(now).chain(queue.useless(now)).collect::<Vec<_>>();
        let listed: BTreeSet<Rank> = due.chain(state.queues.values().flat_map(pressing)).collect();
        let waits = state.queues.iter().filter(|(_, queue)| queue.next_message(None, now).is_some());
        Self {
            known: listed.iter().map(|(.., id)| *id).collect(),
            listed,
            places: waits.map(|(to, _)| (to.as_str().into(), None)).collect(),
            last: OwedId(state.counters.owed),
            lesser: false,
        }
    }

    /// The next to look at.
    pub(super) fn next(&mut self, turn: &Turn) -> Option<OwedId> {
        let now = turn.now.elapsed;
        let critical = |rank: Option<&Rank>| rank.is_some_and(|(lesser, ..)| !lesser);
        if !self.lesser && !critical(self.listed.first()) {
            self.lesser = true;
            // Something critical made these critical as well: they keep their turn.
            let hurried: Vec<Rank> = turn.state.queues.values().flat_map(|queue| queue.critical(now)).collect();
            for (_, decided, id) in hurried {
                if id <= self.last && self.known.insert(id) {
                    self.listed.insert((true, decided, id));
                }
            }
        }
        let mut next = self.listed.first().map(|rank| (*rank, None));
        if self.lesser {
            for (nth, (channel, place)) in self.places.iter().enumerate() {
                let Some(queue) =
                    turn.state.queues.get(channel.as_str()).filter(|queue| may_leave(turn, channel, queue))
                else {
                    continue;
                };
                let mut place = *place;
                let ahead = std::iter::from_fn(|| {
                    place = Some(queue.next_message(place, now)?);
                    place
                });
                let mut ahead = ahead.take_while(|(.., id)| *id <= self.last);
                let first = ahead.find(|(.., id)| !self.known.contains(id));
                if let Some(rank) = first.filter(|rank| next.is_none_or(|(least, _)| *rank < least)) {
                    next = Some((rank, Some(nth)));
                }
            }
        }
        let (rank, nth) = next?;
        match nth.and_then(|nth| self.places.get_mut(nth)) {
            Some((_, place)) => *place = Some(rank),
            None => _ = self.listed.remove(&rank),
        }
        Some(rank.2)
    }
}

/// Whether anything may come of looking at what waits for a channel: it has room, or holds back what is too much.
fn may_leave(turn: &Turn, channel: &ChannelId, queue: &Queue) -> bool {
    let (now, flows) = (turn.now.elapsed, &turn.state.house.flows);
    let left_alone = flows.closed_until(channel).is_some_and(|until| until > now);
    if turn.book.rules.site.shadow.is_some() || (queue.room(turn.book.at_once(channel.as_str())) > 0 && !left_alone) {
        return true;
    }
    let caps = &turn.book.rules.policy.caps;
    flows.0.get(channel).is_some_and(|flow| {
        let holds = |known: &PartyFlow| known.held_until.is_some() || !known.gate.admits(now, caps.party, false);
        !flow.gate.admits(now, caps.channel, false) || flow.parties.values().any(holds)
    })
}
