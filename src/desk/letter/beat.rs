//! A sign of life.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a sign of life tells whoever raises the alarm when it stays away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beat {
    /// When the next one is to be expected.
    pub next: Timestamp,
    /// Rows that wait or are under way.
    pub waiting: usize,
    /// Rows given up, of the last days.
    pub dead: usize,
    /// Open incidents with a number.
    pub open: usize,
}
