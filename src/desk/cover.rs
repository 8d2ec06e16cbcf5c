//! What keeps alerts apart for a time: planned work (計画作業) and silences (通知抑止).
//!
//! A thing. Planned work comes from the configuration - each time it takes place is one of these -, from the desk's
//! command or from a source; a silence only by command. While it lasts, alerts it covers are on record and nobody is
//! told; what still burns at its end counts from then. Not here: which alerts it covers and what follows
//! (`correlate/held`, `correlate/planned`).

use super::ids::{ComponentId, CoverId, PartyId, SourceId};
use super::rules::AlertMatch;
use super::state::State;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// An ended one is kept this long in the working state: it explains what came in its time, and soon after.
pub const REMEMBERED: SignedDuration = SignedDuration::from_hours(35 * 24);
/// A silence lasts at most this long from now; whoever still wants it then says so again.
pub const LONGEST_SILENCE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Planned work by command or from a source lasts at most this long.
pub const LONGEST_WORK: SignedDuration = SignedDuration::from_hours(31 * 24);
/// Somebody is told this long before the end, if something still burns …
pub const WARNING: SignedDuration = SignedDuration::from_mins(15);
/// … unless it lasts no longer than this.
pub const TOO_SHORT: SignedDuration = SignedDuration::from_mins(30);
/// Active and coming ones at most: each alert is held against every active one.
pub const MOST: usize = 500;

/// Planned work at one time, or a silence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cover {
    /// Its number.
    pub id: CoverId,
    /// What it covers.
    pub over: Over,
    /// What is done, in words for people; of a silence its reason.
    pub name: String,
    /// Who answers for it.
    pub owner: PartyId,
    /// Why.
    pub reason: String,
    /// Start, included.
    pub from: Timestamp,
    /// End, excluded.
    pub until: Timestamp,
    /// Where it comes from.
    pub origin: Origin,
    /// When it came on record.
    pub registered: Timestamp,
    /// It has begun.
    pub begun: bool,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Its end was moved by command: the configuration and the source no longer say when it ends.
    pub moved: bool,
    /// Alerts it kept apart so far.
    pub hid: u64,
    /// The desk was told that the end is near.
    pub warned: bool,
    /// When a reminder last named it.
    pub reminded: Option<Timestamp>,
}

/// What a cover covers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Over {
    /// Alerts of these components and of everything that needs them; and, of work a source told of, alerts of that source
    /// on these hosts.
    Work {
        /// Components that are worked on.
        components: BTreeSet<ComponentId>,
        /// Technical names of hosts that are worked on.
        #[serde(default)]
        hosts: BTreeSet<String>,
    },
    /// Alerts that fit.
    Alerts(Box<AlertMatch>),
}

/// Where a cover comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// The configuration's planned work of this name.
    Rules {
        /// Its name there.
        name: String,
    },
    /// Somebody's command.
    Command {
        /// Who.
        by: String,
    },
    /// A source's own maintenance.
    Source {
        /// Which source.
        source: SourceId,
        /// Its id of it.
        key: String,
    },
}

/// A change of a cover.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// It is known; a known one is now as said here.
    Registered(Box<Cover>),
    /// It began.
    Began(CoverId),
    /// Its end moved.
    Moved {
        /// Which.
        cover: CoverId,
        /// The end now.
        until: Timestamp,
        /// By command.
        by_command: bool,
    },
    /// It kept more alerts apart.
    Hid {
        /// Which.
        cover: CoverId,
        /// How many more.
        alerts: u64,
    },
    /// The desk was told that the end is near, or there was nothing to tell.
    Warned(CoverId),
    /// A reminder names it.
    Reminded {
        /// Which.
        cover: CoverId,
        /// When.
        at: Timestamp,
    },
    /// It ended.
    Ended {
        /// Which.
        cover: CoverId,
        /// When; never later than the change.
        at: Timestamp,
    },
    /// It ended long ago.
    Forgotten(CoverId),
}

/// Why a cover changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// The configuration says so.
    Configuration,
    /// The source says so.
    Source,
    /// Somebody's command.
    Act {
        /// Who.
        by: String,
    },
    /// Its hour came.
    Hour,
    /// Alerts came.
    Alerts,
    /// It ended long ago.
    Old,
}

impl Cover {
    /// It has begun and not ended.
    pub fn active(&self) -> bool {
        self.begun && self.ended.is_none()
    }

    /// It has not ended.
    pub fn open(&self) -> bool {
        self.ended.is_none()
    }

    /// When the desk is to be told that the end is near, if it still is to be told.
    pub fn warn_at(&self) -> Option<Timestamp> {
        let long = self.until.duration_since(self.from) > TOO_SHORT;
        let at = self.until.checked_sub(WARNING).ok().filter(|_| long && !self.warned && self.open());
        at.map(|at| at.max(self.from))
    }

    /// Whether it is work on this component itself.
    pub fn is_of(&self, component: &ComponentId) -> bool {
        matches!(&self.over, Over::Work { components, .. } if components.contains(component))
    }

    /// What it is: planned work, else a silence.
    pub fn is_work(&self) -> bool {
        matches!(self.id, CoverId::Work(_))
    }

    /// When it ended, or will end.
    pub fn end(&self) -> Timestamp {
        self.ended.unwrap_or(self.until)
    }

    /// When something about it is next due after `now`.
    pub(super) fn next_edge(&self, now: Timestamp) -> Option<Timestamp> {
        let begin = (!self.begun).then_some(self.from);
        let edges = [begin, self.warn_at().filter(|_| self.begun), Some(self.until)];
        edges.into_iter().flatten().filter(|edge| self.open() && *edge > now).min()
    }
}

/// Applies `change` to the state. Total: a change to an unknown one is counted.
pub(super) fn apply(state: &mut State, change: &Change) {
    match change {
        Change::Registered(cover) => {
            let last = match cover.id {
                CoverId::Work(number) => (&mut state.counters.work, number),
                CoverId::Silence(number) => (&mut state.counters.silence, number),
            };
            *last.0 = (*last.0).max(last.1);
            state.put_cover((**cover).clone());
        }
        Change::Began(id) => state.alter_cover(*id, |cover| cover.begun = true),
        Change::Moved { cover, until, by_command } => state.alter_cover(*cover, |cover| {
            cover.until = *until;
            cover.moved |= by_command;
            cover.warned = false;
        }),
        Change::Hid { cover, alerts } => {
            state.alter_cover(*cover, |cover| cover.hid = cover.hid.saturating_add(*alerts));
        }
        Change::Warned(id) => state.alter_cover(*id, |cover| cover.warned = true),
        Change::Reminded { cover, at } => state.alter_cover(*cover, |cover| cover.reminded = Some(*at)),
        Change::Ended { cover, at } => {
            let ended = state.covers.get(cover).filter(|cover| cover.begun).cloned();
            if let Some(Cover { origin: Origin::Rules { name }, hid, .. }) = ended {
                match hid {
                    0 => *state.house.idle.entry(name).or_default() += 1,
                    _ => drop(state.house.idle.remove(&name)),
                }
            }
            state.alter_cover(*cover, |cover| cover.ended = Some(*at));
        }
        Change::Forgotten(id) => {
            state.active.remove(id);
            state.remove_cover(*id);
        }
    }
}

impl Change {
    /// Which cover it is about.
    pub fn cover(&self) -> CoverId {
        match self {
            Change::Registered(cover) => cover.id,
            Change::Began(cover)
            | Change::Warned(cover)
            | Change::Forgotten(cover)
            | Change::Moved { cover, .. }
            | Change::Hid { cover, .. }
            | Change::Reminded { cover, .. }
            | Change::Ended { cover, .. } => *cover,
        }
    }
}
