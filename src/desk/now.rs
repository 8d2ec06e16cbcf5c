//! Time as the desk knows it: an argument, never a question asked of a clock.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

/// The two readings of one moment.
///
/// Intervals (windows, back-off) use `elapsed`; calendars and promised hours use `wall`: the wall clock may be
/// stepped, `elapsed` never runs backwards and goes on across restarts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Now {
    /// The wall clock, an instant in UTC.
    pub wall: Timestamp,
    /// Milliseconds of this desk's life so far.
    pub elapsed: Elapsed,
}

/// Milliseconds of the desk's life: monotonic while running, plus max(0, wall gap) across restarts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Elapsed(pub u64);

impl Elapsed {
    /// Time since `earlier`; zero when `earlier` lies ahead.
    pub fn since(self, earlier: Elapsed) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Elapsed {
    type Output = Elapsed;
    fn add(self, span: Duration) -> Elapsed {
        Elapsed(self.0.saturating_add(u64::try_from(span.as_millis()).unwrap_or(u64::MAX)))
    }
}

impl Sub<Duration> for Elapsed {
    type Output = Elapsed;
    fn sub(self, span: Duration) -> Elapsed {
        Elapsed(self.0.saturating_sub(u64::try_from(span.as_millis()).unwrap_or(u64::MAX)))
    }
}

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.0)
    }
}
