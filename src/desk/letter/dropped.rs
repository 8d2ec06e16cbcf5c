//! A message that somebody at the desk gave up.

use serde::{Deserialize, Serialize};

/// What was given up, by whom, and what follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DroppedMessage {
    /// Its row (`O-12`).
    pub row: String,
    /// What it was (`request`, `first_report` …).
    pub kind: String,
    /// To whom.
    pub to: String,
    /// Who gave it up.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Surely nobody has read it.
    pub unread: bool,
    /// Vendors that count as not asked.
    pub not_asked: Vec<String>,
    /// Vendors whose request goes on all the same.
    pub still_asked: Vec<String>,
}
