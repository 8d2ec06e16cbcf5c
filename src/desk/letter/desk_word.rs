//! What stands on the desk's word, where monitoring says nothing of it or something else.

use super::KeptBy;
use crate::desk::words::Words;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What the desk said of how an incident stands.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DeskWord {
    /// That it is being checked whether it works again; monitoring did not show it.
    pub verifies: bool,
    /// Monitoring shows what it is about all the same.
    pub still_burns: bool,
    /// While it is checked, monitoring shows it again since then, and something keeps that apart.
    pub red_apart: Option<(Timestamp, KeptBy)>,
    /// Why it took the incident up again, where it was the last to do so.
    pub reopened: Option<Words>,
}
