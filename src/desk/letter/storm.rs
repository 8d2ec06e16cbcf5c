//! Storms (警報の多発) as a letter tells of them.

use super::DigestLine;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Storms at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Storms {
    /// A source sees nothing: whether fewer come is not known.
    #[serde(default)]
    pub blind: bool,
    /// How far they are.
    pub stage: StormStage,
    /// Each of them; those that are over since the last word, too.
    pub storms: Vec<StormLine>,
    /// Open incidents on those systems, gravest first (the list may be cut).
    pub incidents: Vec<DigestLine>,
    /// How many there are in all.
    pub total: usize,
    /// So many alerts …
    pub most: u32,
    /// … within this time make a storm.
    pub span: Duration,
    /// When the desk hears of it again, while it goes on.
    pub again: Duration,
}

/// How far storms are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StormStage {
    /// They began.
    Began,
    /// At least one goes on.
    GoesOn,
    /// All are over.
    Over,
}

/// One storm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StormLine {
    /// The system; `None` = what no system is known to need.
    pub system: Option<String>,
    /// Since when.
    pub since: Timestamp,
    /// Until when; `None` = it goes on.
    pub until: Option<Timestamp>,
    /// Alerts so far.
    pub alerts: u64,
}
