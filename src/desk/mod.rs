//! The desk: pure. No clock, no I/O, no dice.

pub mod calendar;
pub mod contact;
pub mod graph;
pub mod ids;
pub mod letter;
pub mod now;
pub mod observation;
pub mod outcome;
pub mod pattern;
pub mod rules;
pub mod scope;
pub mod severity;

use ids::{OwedId, SourceId};
use observation::{Failure, Report};
use outcome::Outcome;
use serde::{Deserialize, Serialize};

/// Everything that can happen to the desk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(clippy::large_enum_variant, reason = "inputs are moved, not stored in numbers")]
pub enum Input {
    /// A source looked.
    Report(Report),
    /// A source could not look.
    SourceFailed {
        /// Which source.
        source: SourceId,
        /// What happened.
        failure: Failure,
    },
    /// A worker comes back with what became of one attempt.
    Outcome {
        /// Which row.
        owed: OwedId,
        /// Which attempt.
        attempt: u32,
        /// What became of it.
        outcome: Outcome,
    },
    /// Time has passed.
    Tick,
}

/// What whoever put an input in is told once it is on record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// It is on record.
    Recorded,
    /// An act was refused: why, and what is possible now.
    Refused(String),
}
