//! What is left in the desk's memory of an incident that is archived: a like fault (類似事例) for a year.
//!
//! A thing, kept by component. An incident leaves the desk's memory a while after its end ([`due`]); the journal keeps all
//! of it, and the store's index finds it there. Only what a letter tells of like faults stays here, and of each component
//! only the latest ([`KEPT`]), so that memory does not grow with the years.

use super::ids::{ComponentId, IncidentId, Number, PartyId};
use super::incident::Incident;
use super::request::RequestState;
use super::state::State;
use super::words::Words;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::time::Duration;

/// How many are kept of one component: the latest.
pub const KEPT: usize = 20;
/// How far back like faults are looked for.
pub const LOOK_BACK: Duration = Duration::from_secs(365 * 24 * 3600);

const DAY: Duration = Duration::from_secs(24 * 3600);
/// A numbered incident stays in memory for so long after its end: people correct records and ask about what was a month
/// ago, and a fault that returns within `policy.recurrence` is linked on both sides.
const NUMBERED: Duration = Duration::from_secs(35 * 24 * 3600);
/// What never got a number: until it stood in a daily digest.
const UNNUMBERED: Duration = Duration::from_secs(3 * 24 * 3600);

/// A fault that was restored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Past {
    /// Internal id.
    pub incident: IncidentId,
    /// Its number.
    pub number: Number,
    /// 発生
    pub occurred: Timestamp,
    /// 復旧
    pub restored: Timestamp,
    /// What showed it, without what differs from time to time; `None` for what no alert showed.
    pub symptom: Option<String>,
    /// 対処内容
    pub treatment: Words,
    /// Vendors that were asked, and whose request was not taken back: they may read of it.
    pub asked: BTreeSet<PartyId>,
}

impl Past {
    /// `incident` as a like fault; `None` when it was never restored, or has no number to be named by.
    pub fn of(state: &State, incident: &Incident) -> Option<Self> {
        let restored = incident.restored.as_ref()?;
        let counts = |state: RequestState| !matches!(state, RequestState::Withdrawn | RequestState::NotOurs);
        let asked = state.requests_of(incident.id).filter(|request| counts(request.state));
        Some(Self {
            incident: incident.id,
            number: incident.number.clone()?,
            occurred: incident.occurred,
            restored: restored.at,
            symptom: restored.symptom.clone(),
            treatment: if incident.is_secret() { Words::default() } else { incident.treatment.clone() },
            asked: asked.map(|request| request.party.clone()).collect(),
        })
    }
}

/// A change of what is remembered about a component.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// A fault of it is archived.
    Kept {
        /// The root component.
        component: ComponentId,
        /// What is kept.
        past: Box<Past>,
    },
    /// What was restored before this is no example any more.
    Forgotten {
        /// The component.
        component: ComponentId,
        /// The moment.
        before: Timestamp,
    },
}

/// Why it changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It is over for long.
    Old,
}

impl Change {
    /// Of which component.
    pub fn component(&self) -> &ComponentId {
        match self {
            Change::Kept { component, .. } | Change::Forgotten { component, .. } => component,
        }
    }
}

/// Applies `change` to the state. Total.
pub(super) fn apply(state: &mut State, change: &Change) {
    match change {
        Change::Kept { component, past } => {
            let known = state.past.entry(component.clone()).or_default();
            known.push((**past).clone());
            known.sort_by_key(|past| (past.restored, past.incident));
            let surplus = known.len().saturating_sub(KEPT);
            known.drain(..surplus);
        }
        Change::Forgotten { component, before } => {
            if let Some(known) = state.past.get_mut(component) {
                known.retain(|past| past.restored >= *before);
                if known.is_empty() {
                    state.past.remove(component);
                }
            }
        }
    }
}

/// The ended incidents that leave the desk's memory at `now`, in their order: their alerts and rows have left before, and
/// neither a recurrence nor a correction is to be expected. A message that never arrived keeps one until somebody gives
/// that up.
pub(super) fn due(state: &State, recurrence: Duration, now: Timestamp) -> BTreeSet<IncidentId> {
    let old = |numbered: bool, stays: Duration| {
        let before = now.checked_sub(stays).unwrap_or(Timestamp::MIN);
        let from = (numbered, Timestamp::MIN, IncidentId(0));
        state.ended.range(from..=(numbered, before, IncidentId(u64::MAX)))
    };
    old(false, UNNUMBERED)
        .chain(old(true, NUMBERED.max(recurrence + DAY)))
        .map(|(.., id)| *id)
        .filter(|id| state.members_of(*id).next().is_none() && state.owed_of(*id).next().is_none())
        .collect()
}
