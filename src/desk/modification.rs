//! Modifications (変更・リリース): what was changed on components, or is planned to be.
//!
//! A thing. Whoever changes something registers it (`change add`); isolation takes it for evidence, because what was just
//! changed is the first suspect. It is no planned work: alerts are not suppressed by it.

use super::ids::{ComponentId, ModificationId, PartyId};
use super::state::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long before 発生 a modification counts as recent (直前の変更). Source: the incident record of the domain's law.
pub const RECENT: Duration = Duration::from_secs(72 * 3600);
/// A modification is kept this long after it was made, so that a fault that shows late still finds it.
pub const REMEMBERED: Duration = Duration::from_secs(90 * 24 * 3600);

/// One modification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Modification {
    /// Its number.
    pub id: ModificationId,
    /// What is changed, in words.
    pub summary: String,
    /// On which components.
    pub components: Vec<ComponentId>,
    /// Who does it, where that is known.
    pub party: Option<PartyId>,
    /// When it is planned for, or was made.
    pub at: Timestamp,
    /// Where it stands.
    pub state: ModificationState,
    /// Who registered it.
    pub by: String,
}

/// Where a modification stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModificationState {
    /// 予定: nobody has said yet that it was made.
    Planned,
    /// 実施済み; records from before this was written down told of every change as made.
    #[default]
    Done,
    /// 切り戻し済み
    RolledBack {
        /// When.
        at: Timestamp,
    },
}

/// A change of a modification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// It was registered.
    Registered(Box<Modification>),
    /// It was made.
    Done {
        /// Which.
        modification: ModificationId,
        /// When.
        at: Timestamp,
    },
    /// It was taken back.
    RolledBack {
        /// Which.
        modification: ModificationId,
        /// When.
        at: Timestamp,
    },
    /// It was made long ago.
    Forgotten(ModificationId),
}

/// Why it changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// Somebody at the desk said so.
    Act {
        /// Who.
        by: String,
    },
    /// It was made long ago.
    Old,
}

impl Change {
    /// Which modification it is about.
    pub fn modification(&self) -> ModificationId {
        match self {
            Change::Registered(modification) => modification.id,
            Change::Done { modification, .. }
            | Change::RolledBack { modification, .. }
            | Change::Forgotten(modification) => *modification,
        }
    }
}

impl Modification {
    /// It was taken back.
    pub fn is_rolled_back(&self) -> bool {
        matches!(self.state, ModificationState::RolledBack { .. })
    }

    /// It was taken back before `occurred`, so it is a lesser suspect than what stood then. Taken back afterwards it is no less
    /// of one: that is a try to repair, and what it brings nobody has seen yet.
    pub fn was_gone_by(&self, occurred: Timestamp) -> bool {
        matches!(self.state, ModificationState::RolledBack { at } if at <= occurred)
    }

    /// Whether it may have a part in what began at `occurred`: made, or planned to be made by then, within [`RECENT`]
    /// before it. One that was planned and not reported as done counts: people forget to report.
    pub fn precedes(&self, occurred: Timestamp, within: Duration) -> bool {
        let touched = match self.state {
            ModificationState::RolledBack { at } if at <= occurred => at,
            ModificationState::RolledBack { .. } | ModificationState::Planned | ModificationState::Done => self.at,
        };
        touched <= occurred && occurred.duration_since(touched).unsigned_abs() <= within
    }
}

/// Applies `change` to the state. Total: a change of something unknown is counted.
pub(super) fn apply(state: &mut State, change: &Change) {
    let id = change.modification();
    match change {
        Change::Registered(modification) => {
            state.counters.modification = state.counters.modification.max(id.0);
            state.modifications.insert(id, (**modification).clone());
        }
        Change::Done { at, .. } => match state.modifications.get_mut(&id) {
            Some(modification) => {
                modification.at = *at;
                modification.state = ModificationState::Done;
            }
            None => state.tally.strays += 1,
        },
        Change::RolledBack { at, .. } => match state.modifications.get_mut(&id) {
            Some(modification) => modification.state = ModificationState::RolledBack { at: *at },
            None => state.tally.strays += 1,
        },
        Change::Forgotten(_) => {
            state.modifications.remove(&id);
        }
    }
}
