//! The books (P24): every observation and every row is in exactly one place, and nothing is lost on the way.
//!
//! A pure helper over the state, for `ledger --check` and for the proofs. It does not repair anything.

use super::alert::Standing;
use super::owed::OwedState;
use super::state::State;
use serde::{Deserialize, Serialize};

/// The books, added up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Observations of problems, and what became of them.
    pub observations: Observations,
    /// Rows of owed effects, and where they stand.
    pub rows: Rows,
    /// Both sums agree, and every member belongs to an incident that exists.
    pub balanced: bool,
}

/// `accepted` is the sum of all the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observations {
    /// Ever observed.
    pub accepted: u64,
    /// Member of an incident.
    pub members: u64,
    /// The same problem once more.
    pub duplicates: u64,
    /// On record without being told, each with its reason.
    pub suppressed: u64,
    /// Could not be read, or made the desk fail.
    pub set_aside: u64,
    /// Not decided yet: 0 after every step.
    pub pending: u64,
    /// Members whose incident is not known: always 0.
    pub orphans: u64,
}

/// `owed` is the sum of all the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// Ever owed.
    pub owed: u64,
    /// Done.
    pub done: u64,
    /// Waiting - for an attempt or for the desk - or under way.
    pub waiting: u64,
    /// Given up, and announced.
    pub dead: u64,
    /// Given up by somebody at the desk.
    #[serde(default)]
    pub dropped: u64,
    /// A later one says it better.
    pub superseded: u64,
}

/// Adds up the books of `state`.
pub fn balance(state: &State) -> Ledger {
    let tally = &state.tally;
    let mut observations = Observations {
        accepted: tally.observed,
        members: tally.forgotten_members,
        duplicates: tally.duplicates,
        suppressed: tally.forgotten_suppressed,
        set_aside: tally.set_aside,
        pending: tally.forgotten_pending,
        orphans: 0,
    };
    for alert in state.alerts.values() {
        match alert.standing {
            Standing::Member(incident) => {
                observations.members += 1;
                observations.orphans += u64::from(!state.incidents.contains_key(&incident));
            }
            Standing::Suppressed(_) => observations.suppressed += 1,
            Standing::Pending => observations.pending += 1,
        }
    }
    let mut rows = Rows {
        owed: tally.owed,
        done: tally.forgotten_done,
        waiting: 0,
        dead: tally.forgotten_dead,
        dropped: tally.forgotten_dropped,
        superseded: tally.forgotten_superseded,
    };
    for row in state.owed.values() {
        match row.state {
            OwedState::Done { .. } => rows.done += 1,
            OwedState::Waiting { .. } | OwedState::Held { .. } | OwedState::Started { .. } => rows.waiting += 1,
            OwedState::Dead { .. } => rows.dead += 1,
            OwedState::Dropped { .. } => rows.dropped += 1,
            OwedState::Superseded => rows.superseded += 1,
        }
    }
    let counted = observations.members
        + observations.duplicates
        + observations.suppressed
        + observations.set_aside
        + observations.pending;
    let ended = rows.done + rows.waiting + rows.dead + rows.dropped + rows.superseded;
    let balanced = counted == observations.accepted
        && ended == rows.owed
        && observations.pending == 0
        && observations.orphans == 0;
    Ledger { observations, rows, balanced }
}
