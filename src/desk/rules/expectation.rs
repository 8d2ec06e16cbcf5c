//! What must come: a sign that all is well, by its hour.

use super::AlertMatch;
use crate::desk::calendar::Calendar;
use crate::desk::cron::Cron;
use crate::desk::ids::{CalendarId, ComponentId, SourceId};
use crate::desk::observation::{Level, Problem};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::time::Duration;

/// Nothing graver is ever taken as a sign that all is well: a loose pattern must not hide a fault.
pub const HIGHEST_OF_A_SIGN: Level = Level::Information;

/// So many hours are looked at for one on a day on which the calendar is open: more than a year of daily ones.
const HOURS: usize = 400;

/// Something that must come by its hour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Expectation {
    /// What comes, as it is called in letters.
    pub name: String,
    /// What is at fault when it does not come.
    pub component: ComponentId,
    /// What shows that it came.
    pub sign: AlertMatch,
    /// Where that may be seen; never empty.
    pub sources: BTreeSet<SourceId>,
    /// The hours by which it must have come, in the site's zone.
    pub by: Cron,
    /// On days on which this calendar is open; `None` = on all.
    pub calendar: Option<CalendarId>,
    /// How long before the hour it may come.
    pub within: Duration,
    /// How grave it is for monitoring when it does not come.
    pub level: Level,
    /// What its alert says when it does not come.
    pub unseen: Unseen,
}

/// What an alert says about something that did not come, in the site's language; the hour stands between the two.
///
/// An alert's text is matched, compared and quoted like that of any other alert, so it cannot be worded when it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unseen {
    /// Until the hour.
    pub before: String,
    /// From the hour on.
    pub behind: String,
}

impl Unseen {
    /// With the hour, as a clock shows it.
    pub fn by(&self, hour: &str) -> String {
        format!("{}{hour}{}", self.before, self.behind)
    }
}

impl Expectation {
    /// The first hour later than `after`, on a day that counts.
    pub fn next(&self, after: Timestamp, zone: &TimeZone, calendar: Option<&Calendar>) -> Option<Timestamp> {
        let counts = |hour: &Timestamp| {
            calendar.is_none_or(|calendar| calendar.is_business_day(hour.to_zoned(zone.clone()).date()))
        };
        self.by.starts(after, zone).take(HOURS).find(counts)
    }

    /// Whether a problem of a source is the sign.
    pub fn is_shown_by(&self, source: &SourceId, problem: &Problem, component: Option<&ComponentId>) -> bool {
        problem.level <= HIGHEST_OF_A_SIGN && self.sign.fits(source, problem, component)
    }
}
