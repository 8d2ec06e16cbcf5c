//! The books (P24): every observation and every row is accounted for exactly once.
//!
//! Pure figures over the state, used by `kiriwake ledger --check` and by every test that broke something.

use super::alert::Standing;
use super::owed::OwedState;
use super::state::State;
use serde::{Deserialize, Serialize};

/// The books of observations and rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Observations ever taken in.
    pub observed: u64,
    /// … that belong to an incident.
    pub members: u64,
    /// … that repeat a known one.
    pub duplicates: u64,
    /// … that nobody is told of, with a reason.
    pub suppressed: u64,
    /// … that could not be read.
    pub set_aside: u64,
    /// … whose place is not decided (never, between two steps).
    pub pending: u64,
    /// Recoveries and changes of what is not known; not observations of a problem.
    pub strays: u64,
    /// Rows ever owed.
    pub owed: u64,
    /// … that are done.
    pub done: u64,
    /// … that wait for an attempt, or have one under way.
    pub waiting: u64,
    /// … that were given up.
    pub dead: u64,
    /// … that a later one said better.
    pub superseded: u64,
    /// Both sums are right and nothing is pending.
    pub balanced: bool,
}

/// Draws up the books.
pub fn balance(state: &State) -> Ledger {
    let tally = &state.tally;
    let alerts = |fits: fn(&Standing) -> bool| count(state.alerts.values().filter(|alert| fits(&alert.standing)).count());
    let rows = |fits: fn(&OwedState) -> bool| count(state.owed.values().filter(|row| fits(&row.state)).count());
    let mut ledger = Ledger {
        observed: tally.observed,
        members: alerts(|standing| matches!(standing, Standing::Member(_))) + tally.forgotten_members,
        duplicates: tally.duplicates,
        suppressed: alerts(|standing| matches!(standing, Standing::Suppressed(_))) + tally.forgotten_suppressed,
        set_aside: tally.set_aside,
        pending: alerts(|standing| matches!(standing, Standing::Pending)) + tally.forgotten_pending,
        strays: tally.strays,
        owed: tally.owed,
        done: rows(|state| matches!(state, OwedState::Done { .. })) + tally.forgotten_done,
        waiting: rows(|state| matches!(state, OwedState::Waiting { .. } | OwedState::Started { .. })),
        dead: rows(|state| matches!(state, OwedState::Dead { .. })) + tally.forgotten_dead,
        superseded: rows(|state| matches!(state, OwedState::Superseded)) + tally.forgotten_superseded,
        balanced: false,
    };
    let observations = ledger.members + ledger.duplicates + ledger.suppressed + ledger.set_aside + ledger.pending;
    let rows = ledger.done + ledger.waiting + ledger.dead + ledger.superseded;
    ledger.balanced = observations == ledger.observed && rows == ledger.owed && ledger.pending == 0;
    ledger
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
