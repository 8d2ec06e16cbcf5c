//! Counters, and the books.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Counters for ids and numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counters {
    /// Last alert.
    pub alert: u64,
    /// Last incident.
    pub incident: u64,
    /// Last request.
    pub request: u64,
    /// Last modification.
    #[serde(default)]
    pub modification: u64,
    /// Last row.
    pub owed: u64,
    /// Last planned work.
    #[serde(default)]
    pub work: u64,
    /// Last silence.
    #[serde(default)]
    pub silence: u64,
    /// Last KW number of each date.
    pub numbers: BTreeMap<Date, u32>,
}

/// The books (P24): each observation is exactly one of member, duplicate, suppressed, set aside, pending; each row
/// exactly one of done, waiting, dead, dropped, superseded.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Problems observed, and what could not be read.
    pub observed: u64,
    /// Observed again.
    pub duplicates: u64,
    /// Could not be read, or made the desk fail.
    pub set_aside: u64,
    /// Members no longer in memory.
    pub forgotten_members: u64,
    /// Suppressed ones no longer in memory.
    pub forgotten_suppressed: u64,
    /// Pending ones no longer in memory: always 0, else the books do not balance.
    pub forgotten_pending: u64,
    /// Recoveries and changes of what is not known.
    pub strays: u64,
    /// Rows ever owed.
    pub owed: u64,
    /// Done rows no longer in memory.
    pub forgotten_done: u64,
    /// Dead rows no longer in memory.
    pub forgotten_dead: u64,
    /// Superseded rows no longer in memory.
    pub forgotten_superseded: u64,
    /// Dropped rows no longer in memory.
    #[serde(default)]
    pub forgotten_dropped: u64,
}
