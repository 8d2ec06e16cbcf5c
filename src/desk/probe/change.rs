//! How what is known of a probe changes.

use super::super::ids::{IncidentId, OwedId, ProbeName};
use super::super::now::Now;
use super::super::outcome::Probed;
use super::super::state::State;
use super::{Certificate, Noticed};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// An attempt is owed.
    Owed {
        /// The row.
        row: OwedId,
    },
    /// An incident waits for the attempt under way.
    Awaited {
        /// Which.
        by: IncidentId,
    },
    /// It shows another certificate than before.
    Certificate {
        /// Which.
        shown: Box<Certificate>,
    },
    /// 予防通知 about its certificate.
    Noticed {
        /// For how many days before the end; 0 = it has ended.
        days: u16,
        /// When.
        at: Timestamp,
    },
    /// It came back, or never will.
    Came {
        /// What came.
        probed: Probed,
        /// When.
        at: Now,
    },
}

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A rule asks for it.
    Isolation,
    /// As the worker reports.
    AsReported,
    /// As the worker reports, to nobody but the daily look at certificates.
    Daily,
    /// Its time is over.
    GivenUp,
    /// The hour at which certificates are looked at.
    Hour,
    /// A certificate ends soon.
    EndsSoon,
}

/// Applies `change` to the state. Total.
pub(in crate::desk) fn apply(state: &mut State, probe: &ProbeName, change: &Change) {
    let record = state.probes.entry(probe.clone()).or_default();
    match change {
        Change::Owed { row } => record.under_way = Some(*row),
        Change::Awaited { by } => {
            record.waiting.insert(*by);
        }
        Change::Certificate { shown } => {
            record.certificate = Some((**shown).clone());
            record.noticed.clear();
        }
        Change::Noticed { days, at } => record.noticed.push(Noticed { days: *days, at: *at }),
        Change::Came { probed, at } => {
            record.last = Some((probed.clone(), *at));
            record.under_way = None;
            record.waiting.clear();
        }
    }
}
