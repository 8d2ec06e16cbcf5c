//! 影響範囲 of a letter beyond the systems' names: what offices do with them, who and where, what goes on.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What is known of whom a fault hits, in the words of the configuration. Empty = not known (確認中), or nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Impact {
    /// 業務 that are hit, of the gravest system first.
    pub work: Vec<String>,
    /// 拠点 where what is hit is used.
    pub locations: Vec<String>,
    /// Of some that is hit it is not stated where it is used.
    pub elsewhere: bool,
    /// These are all there are.
    pub everywhere: bool,
    /// Of these, those that are cut off: nothing can be used there.
    pub cut_off: Vec<String>,
    /// Systems that go on elsewhere and are used at those.
    pub there: Vec<String>,
    /// What stops at which of those, where not the same stops at all of them.
    pub by_place: Vec<Stopped>,
    /// 部署
    pub departments: Vec<String>,
    /// 利用者数(概数)
    pub users: Option<Users>,
    /// 代替手段 in words, each with the system it is for.
    pub substitutes: Vec<(String, String)>,
    /// Those that need what fails as well.
    #[serde(default)]
    pub unusable: Vec<(String, String)>,
    /// A redundancy is lost, and it goes on on one side (片系).
    pub one_sided: Option<OneSided>,
    /// What would carry on fails as well, since then.
    pub beside: Vec<(String, Timestamp)>,
    /// Systems that demonstrably do not depend on what fails, and go on except where they are cut off.
    pub untouched: Vec<String>,
    /// Hours at the time of writing.
    pub hours: Hours,
    /// From when until when it hit somebody before a spare carried all of it.
    #[serde(default)]
    pub hit_before: Vec<(Timestamp, Timestamp)>,
    /// Since when it hits anybody, where that was not 発生: until then a spare carried it, or nothing had stopped.
    #[serde(default)]
    pub hit_since: Option<Timestamp>,
    /// Since when monitoring sees nobody hit any more, while that is checked. Not for vendors.
    #[serde(default)]
    pub over_since: Option<Timestamp>,
}

/// What stops at locations that are cut off.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Stopped {
    /// The locations.
    pub places: Vec<String>,
    /// Systems used there.
    pub systems: Vec<String>,
    /// 業務 done with these.
    pub work: Vec<String>,
}

/// About how many people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Users {
    /// So many.
    pub about: u32,
    /// There are more: of some it is not stated, or different people use several systems.
    pub at_least: bool,
}

/// What carries on in place of what failed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OneSided {
    /// Components that carry on; empty = the failing thing's own other side.
    pub on: Vec<String>,
    /// Systems and locations that go on thanks to them.
    pub kept: Vec<String>,
}

/// Whether anybody works now with what is hit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Hours {
    /// The office's whole day is closed (閉庁日), not only the hour.
    pub closed_day: bool,
    /// When the office opens next; `None` = it is open, or never opens.
    pub opens: Option<Timestamp>,
    /// What is hit within its own hours (計画サービス時間) although the office is closed, with those hours in words.
    pub in_service: Vec<(String, String)>,
    /// Everything hit states its own hours, and none runs now: those hours in words.
    pub out_of_service: Vec<(String, String)>,
    /// How long whoever works with it has been hit since 発生 although nobody is now: of its own hours where it states any, else of
    /// the office's.
    pub went_by: Duration,
}
