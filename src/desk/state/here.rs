//! The members of one incident at one place, counted and in the orders in which they are asked for.

use super::super::alert::Alert;
use super::super::ids::AlertId;
use super::super::observation::Level;
use jiff::Timestamp;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// How well an alert stands for its place: one that lasts, is grave and came first stands best.
type Rank = (bool, bool, Reverse<Level>, Timestamp, AlertId);

/// What of an alert counts where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sign {
    rank: Rank,
    live: bool,
    red: bool,
    vanished: bool,
}

impl Sign {
    /// Of an alert as it is now.
    pub(super) fn of(alert: &Alert) -> Self {
        let live = alert.gone.is_none();
        let rank = (!live, alert.problem.momentary, Reverse(alert.weight()), alert.at, alert.id);
        Self { rank, live, red: alert.red(), vanished: alert.vanished() }
    }

    fn time(&self) -> (Timestamp, AlertId) {
        (self.rank.3, self.rank.4)
    }
}

/// The members of one incident at one place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Here {
    by_time: BTreeSet<(Timestamp, AlertId)>,
    ranked: BTreeSet<Rank>,
    live: usize,
    red: usize,
    vanished: usize,
}

impl Here {
    /// Takes an alert in; whether that changed the picture: something fails now, began earlier, or is graver.
    pub(super) fn enter(&mut self, sign: Sign) -> bool {
        let before = self.picture();
        self.by_time.insert(sign.time());
        self.ranked.insert(sign.rank);
        self.live += usize::from(sign.live);
        self.red += usize::from(sign.red);
        self.vanished += usize::from(sign.vanished);
        before != self.picture()
    }

    /// Lets an alert go as it was taken in; whether that changed the picture.
    pub(super) fn leave(&mut self, sign: Sign) -> bool {
        let before = self.picture();
        self.by_time.remove(&sign.time());
        self.ranked.remove(&sign.rank);
        self.live = self.live.saturating_sub(usize::from(sign.live));
        self.red = self.red.saturating_sub(usize::from(sign.red));
        self.vanished = self.vanished.saturating_sub(usize::from(sign.vanished));
        before != self.picture()
    }

    fn picture(&self) -> (bool, Option<Timestamp>, Option<Rank>) {
        (self.live > 0, self.first().map(|(at, _)| at), self.ranked.first().copied())
    }

    /// Nobody is here.
    pub fn is_empty(&self) -> bool {
        self.by_time.is_empty()
    }

    /// Something here has not ended.
    pub fn live(&self) -> bool {
        self.live > 0
    }

    /// Something here lasts and has not ended.
    pub fn red(&self) -> bool {
        self.red > 0
    }

    /// Something here has ended.
    pub fn ended(&self) -> bool {
        self.by_time.len() > self.live
    }

    /// Something here is not seen any more.
    pub fn vanished(&self) -> bool {
        self.vanished > 0
    }

    /// It failed and does not any more.
    pub fn over(&self) -> bool {
        self.ended() && !self.live()
    }

    /// When the first of them began.
    pub fn first(&self) -> Option<(Timestamp, AlertId)> {
        self.by_time.first().copied()
    }

    /// They, in order of time.
    pub fn members(&self) -> impl ExactSizeIterator<Item = AlertId> + '_ {
        self.by_time.iter().map(|(_, alert)| *alert)
    }

    /// The one that stands for the place in words.
    pub(in crate::desk) fn best(&self) -> Option<Rank> {
        self.ranked.first().copied()
    }

    /// The level of the one that stands for the place.
    pub(in crate::desk) fn shown(&self) -> Option<Level> {
        self.best().map(|(_, _, level, ..)| level.0)
    }

    /// The gravest level of them, ended ones included.
    pub fn level(&self) -> Option<Level> {
        self.gravest([(false, false), (false, true), (true, false), (true, true)])
    }

    /// The gravest level of those that last and have not ended.
    pub(in crate::desk) fn red_level(&self) -> Option<Level> {
        self.gravest([(false, false)])
    }

    /// The gravest level of those that lasted and have ended.
    pub(in crate::desk) fn ended_level(&self) -> Option<Level> {
        self.gravest([(true, false)])
    }

    /// The gravest level of those that have not ended.
    pub(in crate::desk) fn live_level(&self) -> Option<Level> {
        self.gravest([(false, false), (false, true)])
    }

    /// Within what lives and what has ended, and what lasts and what only happened, the gravest comes first.
    fn gravest<const N: usize>(&self, kinds: [(bool, bool); N]) -> Option<Level> {
        let first = |(gone, momentary)| {
            let from = (gone, momentary, Reverse(Level::Disaster), Timestamp::MIN, AlertId(0));
            let best = self.ranked.range(from..).next()?;
            (best.0 == gone && best.1 == momentary).then_some(best.2.0)
        };
        kinds.into_iter().filter_map(first).max()
    }
}
