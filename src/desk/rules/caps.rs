//! How much may leave at once: a storm must never become a mail bomb.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How much may leave. What does not fit is told together, in one message that names every incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caps {
    /// To one party over one channel.
    pub party: Rate,
    /// Over one channel in all.
    pub channel: Rate,
    /// How often what was held back is told together.
    pub every: Duration,
}

/// A rate with a burst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// So many may leave at once after a quiet time; 30 % of them only if they are critical.
    pub burst: u32,
    /// In the long run so many a minute.
    pub per_minute: u32,
    /// And so many an hour.
    pub per_hour: u32,
}

impl Default for Caps {
    fn default() -> Self {
        Self {
            party: Rate { burst: 20, per_minute: 10, per_hour: 200 },
            channel: Rate { burst: 100, per_minute: 60, per_hour: 1_000 },
            every: Duration::from_secs(300),
        }
    }
}
