//! Where faults come from: each source looks at one thing and reports what it saw as observations.
//!
//! Sources are tasks of the daemon; they reach the desk through `crate::inbox`. Not here: what an observation means.

pub mod logfile;

use crate::desk::observation::{Cursor, OpenProblem};

/// What the desk remembers of a source when it starts.
pub struct Standing {
    /// Where to go on reading; `None`: this source has never looked.
    pub cursor: Option<Cursor>,
    /// The problems the desk holds open for it.
    pub open: Vec<OpenProblem>,
    /// Since when the source could not look, if it could not when the desk last ran.
    pub down_since: Option<jiff::Timestamp>,
}
