//! How things stand with what must come by its hour.

use crate::desk::ids::SourceId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::time::Duration;

/// So long after the hour it is judged, by the next complete look of its source: what was in time is seen a little later.
pub const GRACE: Duration = Duration::from_secs(120);

/// How things stand with one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// Since when its coming would have been seen.
    pub since: Timestamp,
    /// The next hour that is not judged yet; `None` = it is expected no more.
    pub due: Option<Timestamp>,
    /// That hour is over, and these sources did not look since: whether it came is not known.
    pub awaits: BTreeSet<SourceId>,
    /// When it came last, by the source's clock.
    pub came: Option<Timestamp>,
}

impl Expected {
    /// When the hour counts as over.
    pub fn over_at(&self) -> Option<Timestamp> {
        self.due.filter(|_| self.awaits.is_empty()).map(|due| due.saturating_add(GRACE).unwrap_or(Timestamp::MAX))
    }
}
