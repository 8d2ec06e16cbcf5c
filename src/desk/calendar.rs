//! When somebody works: opening hours, holidays, closings, and the time that counts between two moments.
//!
//! Reception, parties and single contacts each have a calendar; contact resolution, deadlines and reports ask it.
//! It says whether a day is open and why not ([`Calendar::day`]); the clockwork on top of that is in
//! [`business_time`], what the configuration may write in [`notation`], the law in [`holidays`].
//! It knows no time zone of its own (hours are local time of the zone a caller brings) and formats nothing for letters.

pub mod business_time;
pub mod holidays;
pub mod notation;

pub use notation::{Closure, Hours, NotationError, Opening, Weekdays, When};

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Opening hours with their exceptions.
///
/// For one date the first of these decides: an extra open day, a closing, a holiday, the hours of the week. Whoever
/// asks for a date outside [`holidays::KNOWN_YEARS`] is answered as if it were no holiday; see [`Calendar::knows`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// Monday first; each day's spans in order, apart from each other. A span past midnight stays with its first day.
    week: [Vec<Hours>; 7],
    holidays: Holidays,
    closures: Vec<Closure>,
    extra_holidays: BTreeMap<Date, String>,
    cancelled_holidays: BTreeMap<Date, String>,
    open_days: BTreeMap<Date, OpenDay>,
}

/// Whose public holidays close a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holidays {
    /// Nobody's: 24/365.
    #[default]
    None,
    /// 国民の祝日に関する法律.
    Japan,
}

/// A day that is open although the rules close it (休日開庁), or has hours of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct OpenDay {
    name: String,
    hours: Vec<Hours>,
}

/// What a calendar says of one date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Day<'a> {
    /// It opens on this date.
    Open {
        /// In order, apart from each other.
        hours: &'a [Hours],
        /// What makes it open.
        because: WhyOpen<'a>,
    },
    /// It does not open on this date. A span that began the evening before may still run into it.
    Closed(WhyClosed<'a>),
}

/// Why a date is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyOpen<'a> {
    /// The hours of the week.
    Weekly,
    /// The holiday that would close it is cancelled, under this name.
    HolidayCancelled(&'a str),
    /// It is an extra open day of this name.
    Extra(&'a str),
}

/// Why a date is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyClosed<'a> {
    /// A closing of this name (年末年始, お盆休業).
    Closure(&'a str),
    /// A holiday of this name.
    Holiday(&'a str),
    /// No hours on this day of the week.
    Weekday(Weekday),
}

impl fmt::Display for WhyClosed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WhyClosed::Closure(name) => write!(f, "closed for {name}"),
            WhyClosed::Holiday(name) => write!(f, "closed on the holiday {name}"),
            WhyClosed::Weekday(day) => write!(f, "closed on {day:?}s"),
        }
    }
}

impl Calendar {
    /// Open at every moment: 24 hours, 365 days.
    pub fn always() -> Self {
        Self::weekly([Opening { days: Weekdays::DAILY, hours: Hours::WHOLE_DAY }])
    }

    /// Open in these hours every week, whatever the day is called. Overlapping spans of a day are joined.
    pub fn weekly(openings: impl IntoIterator<Item = Opening>) -> Self {
        let mut week: [Vec<Hours>; 7] = Default::default();
        for opening in openings {
            for day in opening.days.iter() {
                week[index(day)].push(opening.hours);
            }
        }
        Self {
            week: week.map(joined),
            holidays: Holidays::None,
            closures: Vec::new(),
            extra_holidays: BTreeMap::new(),
            cancelled_holidays: BTreeMap::new(),
            open_days: BTreeMap::new(),
        }
    }

    /// Closed on these public holidays too.
    #[must_use]
    pub fn with_holidays(mut self, holidays: Holidays) -> Self {
        self.holidays = holidays;
        self
    }

    /// Closed in this range too.
    #[must_use]
    pub fn with_closure(mut self, closure: Closure) -> Self {
        self.closures.push(closure);
        self
    }

    /// `date` is a holiday, whatever the law computes. Other days that would follow from it (a 振替休日) are to be
    /// given too: what is written here says exactly one day.
    #[must_use]
    pub fn with_extra_holiday(mut self, date: Date, name: &str) -> Self {
        self.extra_holidays.insert(date, name.to_owned());
        self
    }

    /// `date` is no holiday although the law computes one (an equinox day announced otherwise); `name` says why.
    #[must_use]
    pub fn with_cancelled_holiday(mut self, date: Date, name: &str) -> Self {
        self.cancelled_holidays.insert(date, name.to_owned());
        self
    }

    /// `date` is open whatever else closes it. Without hours of its own it has those of its day of the week, or, where
    /// that day has none, those of the first day of the week (from Monday) that has some.
    #[must_use]
    pub fn with_open_day(mut self, date: Date, name: &str, hours: impl IntoIterator<Item = Hours>) -> Self {
        let hours = joined(hours.into_iter().collect());
        self.open_days.insert(date, OpenDay { name: name.to_owned(), hours });
        self
    }

    /// The ordinary hours of a day of the week, in order, apart from each other.
    pub fn hours_of(&self, day: Weekday) -> &[Hours] {
        &self.week[index(day)]
    }

    /// What this calendar says of `date`, for people who ask why.
    pub fn day(&self, date: Date) -> Day<'_> {
        let weekly = self.hours_of(date.weekday());
        if let Some(open) = self.open_days.get(&date) {
            let hours = self.hours_of_open_day(open, weekly);
            return match hours {
                [] => Day::Closed(WhyClosed::Weekday(date.weekday())),
                hours => Day::Open { hours, because: WhyOpen::Extra(&open.name) },
            };
        }
        if let Some(closure) = self.closures.iter().find(|closure| closure.covers(date)) {
            return Day::Closed(WhyClosed::Closure(&closure.name));
        }
        if let Some(name) = self.holiday(date) {
            return Day::Closed(WhyClosed::Holiday(name));
        }
        match (weekly, self.cancelled_holidays.get(&date)) {
            ([], _) => Day::Closed(WhyClosed::Weekday(date.weekday())),
            (hours, Some(name)) => Day::Open { hours, because: WhyOpen::HolidayCancelled(name) },
            (hours, None) => Day::Open { hours, because: WhyOpen::Weekly },
        }
    }

    /// The holiday that closes `date`, by this calendar's own list first.
    fn holiday(&self, date: Date) -> Option<&str> {
        if let Some(name) = self.extra_holidays.get(&date) {
            return Some(name);
        }
        match self.holidays {
            Holidays::None => None,
            Holidays::Japan if self.cancelled_holidays.contains_key(&date) => None,
            Holidays::Japan => holidays::holiday(date).ok().flatten().map(|holiday| holiday.name),
        }
    }

    /// Spans that begin on `date`, in order; empty when it does not open.
    fn hours_on(&self, date: Date) -> &[Hours] {
        // The common closed day is a weekend: answered before anything is looked up.
        if self.hours_of(date.weekday()).is_empty() && self.open_days.is_empty() {
            return &[];
        }
        match self.day(date) {
            Day::Open { hours, .. } => hours,
            Day::Closed(_) => &[],
        }
    }

    fn hours_of_open_day<'a>(&'a self, open: &'a OpenDay, weekly: &'a [Hours]) -> &'a [Hours] {
        if !open.hours.is_empty() {
            &open.hours
        } else if !weekly.is_empty() {
            weekly
        } else {
            self.week.iter().find(|hours| !hours.is_empty()).map_or(&[], Vec::as_slice)
        }
    }

    /// Whether `date` counts as a business day: the calendar opens on it.
    pub fn is_business_day(&self, date: Date) -> bool {
        !self.hours_on(date).is_empty()
    }

    /// The first business day after `date`; `None` when there is none within [`business_time::SEARCH_DAYS`].
    pub fn next_business_day(&self, date: Date) -> Option<Date> {
        self.add_business_days(date, 1)
    }

    /// The `n`th business day after `date`, or before it where `n` is negative; `date` itself for 0, open or not.
    /// `None` when a business day does not come within [`business_time::SEARCH_DAYS`] of the one before.
    pub fn add_business_days(&self, date: Date, n: i32) -> Option<Date> {
        let step = |date: Date| if n < 0 { date.yesterday().ok() } else { date.tomorrow().ok() };
        let next = |from: &Date| {
            std::iter::successors(step(*from), |date| step(*date))
                .take(business_time::SEARCH_DAYS)
                .find(|date| self.is_business_day(*date))
        };
        (0..n.unsigned_abs()).try_fold(date, |date, _| next(&date))
    }

    /// Whether the holidays of `date` are known; where they are not, `date` is treated as none.
    pub fn knows(&self, date: Date) -> bool {
        self.holidays == Holidays::None || holidays::KNOWN_YEARS.contains(&date.year())
    }
}

fn index(day: Weekday) -> usize {
    usize::from(day.to_monday_zero_offset().unsigned_abs())
}

/// The same time in order, with overlapping and touching spans made one.
fn joined(mut spans: Vec<Hours>) -> Vec<Hours> {
    spans.sort();
    let mut joined: Vec<Hours> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut().and_then(|last| last.join(span).map(|both| (last, both))) {
            Some((last, both)) => *last = both,
            None => joined.push(span),
        }
    }
    joined
}

#[cfg(test)]
mod tests;
