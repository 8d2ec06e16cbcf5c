//! Storms: systems on which more alerts come than anybody reads one by one.

use crate::desk::ids::SystemId;
use crate::desk::now::{Elapsed, Now};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// All storms, and when they are looked at and told of.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Storms {
    /// Under way, or over and not told of yet.
    pub all: Vec<Storm>,
    /// When arrivals were last counted.
    pub looked: Option<Elapsed>,
    /// When they are counted again, whether or not more come.
    pub due: Option<Elapsed>,
    /// When the desk last heard of them; `None` = not since they began.
    pub told: Option<Elapsed>,
}

/// One storm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Storm {
    /// Of which system; `None` = of what no system is known to need.
    pub system: Option<SystemId>,
    /// Since when.
    pub since: Now,
    /// Until when, and how many alerts it brought; `None` = it goes on.
    pub over: Option<(Timestamp, u64)>,
}

impl Storms {
    /// The storm of a system that goes on.
    pub fn of(&self, system: Option<&SystemId>) -> Option<&Storm> {
        self.going_on().find(|storm| storm.system.as_ref() == system)
    }

    /// Storms that go on.
    pub fn going_on(&self) -> impl Iterator<Item = &Storm> {
        self.all.iter().filter(|storm| storm.over.is_none())
    }
}
