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
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
    use super::*;
    use jiff::ToSpan;
    use jiff::civil::date;

    /// Weekdays 08:00-18:00, holidays, year-end: the reception of the desk.
    pub(super) fn reception() -> Calendar {
        Calendar::weekly(["Mon-Fri 08:00-18:00".parse().unwrap()])
            .with_holidays(Holidays::Japan)
            .with_closure(Closure::parse("12-29", "01-03", "年末年始").unwrap())
    }

    fn business_days(calendar: &Calendar, from: Date, until: Date) -> usize {
        from.series(1.day()).take_while(|day| *day < until).filter(|day| calendar.is_business_day(*day)).count()
    }

    #[test]
    fn each_fiscal_year_has_its_number_of_business_days() {
        let calendar = reception();
        let counts = [(2015, 243), (2019, 240), (2024, 243), (2025, 242), (2026, 241), (2027, 243)];
        for (year, expected) in counts {
            let days = business_days(&calendar, date(year, 4, 1), date(year + 1, 4, 1));
            assert_eq!(days, expected, "fiscal year {year}");
        }
    }

    #[test]
    fn each_month_of_2026_has_its_number_of_business_days() {
        let calendar = reception();
        let months: Vec<_> = (1..=12)
            .map(|month| {
                let first = date(2026, month, 1);
                business_days(&calendar, first, first.last_of_month().tomorrow().unwrap())
            })
            .collect();
        assert_eq!(months, [19, 18, 21, 21, 18, 22, 22, 20, 19, 21, 19, 20]);
    }

    #[test]
    fn a_closed_day_says_why() {
        let calendar = reception();
        for (day, why) in [
            (date(2026, 9, 19), "closed on Saturdays"),
            (date(2026, 9, 20), "closed on Sundays"),
            (date(2026, 9, 21), "closed on the holiday 敬老の日"),
            (date(2026, 9, 22), "closed on the holiday 国民の休日"),
            (date(2026, 9, 23), "closed on the holiday 秋分の日"),
            (date(2026, 5, 3), "closed on the holiday 憲法記念日"),
            (date(2026, 12, 29), "closed for 年末年始"),
            (date(2026, 12, 31), "closed for 年末年始"),
            (date(2027, 1, 1), "closed for 年末年始"),
            (date(2027, 1, 3), "closed for 年末年始"),
        ] {
            match calendar.day(day) {
                Day::Closed(closed) => assert_eq!(closed.to_string(), why, "{day}"),
                open @ Day::Open { .. } => panic!("{day}: {open:?}"),
            }
        }
        for open in [date(2026, 9, 18), date(2026, 9, 24), date(2026, 12, 28), date(2027, 1, 4)] {
            assert!(calendar.is_business_day(open), "{open}");
        }
    }

    #[test]
    fn the_day_of_the_law_can_be_moved_by_configuration() {
        let moved = reception()
            .with_cancelled_holiday(date(2030, 3, 20), "春分の日は21日と公告")
            .with_extra_holiday(date(2030, 3, 21), "春分の日");
        assert!(!reception().is_business_day(date(2030, 3, 20)));
        assert!(reception().is_business_day(date(2030, 3, 21)));
        let hours = ["08:00-18:00".parse().unwrap()];
        assert_eq!(
            moved.day(date(2030, 3, 20)),
            Day::Open { hours: &hours, because: WhyOpen::HolidayCancelled("春分の日は21日と公告") }
        );
        assert_eq!(moved.day(date(2030, 3, 21)), Day::Closed(WhyClosed::Holiday("春分の日")));
    }

    #[test]
    fn an_extra_holiday_closes_a_calendar_that_keeps_no_holidays() {
        let calendar = Calendar::always().with_extra_holiday(date(2026, 6, 1), "創立記念日");
        assert_eq!(calendar.day(date(2026, 6, 1)), Day::Closed(WhyClosed::Holiday("創立記念日")));
        assert!(calendar.is_business_day(date(2026, 1, 1)));
    }

    #[test]
    fn an_extra_open_day_overrides_every_closing() {
        let own: Hours = "09:00-12:00".parse().unwrap();
        let weekday: Hours = "08:00-18:00".parse().unwrap();
        let calendar = reception()
            .with_open_day(date(2026, 12, 30), "年末開庁", [own])
            .with_open_day(date(2026, 9, 23), "休日開庁", [])
            .with_open_day(date(2026, 3, 29), "休日開庁", [])
            .with_open_day(date(2026, 4, 1), "短縮", [own]);
        for (day, hours, name) in [
            (date(2026, 12, 30), own, "年末開庁"),
            (date(2026, 9, 23), weekday, "休日開庁"),
            (date(2026, 3, 29), weekday, "休日開庁"),
            (date(2026, 4, 1), own, "短縮"),
        ] {
            let expected = Day::Open { hours: &[hours], because: WhyOpen::Extra(name) };
            assert_eq!(calendar.day(day), expected, "{day}");
            assert!(calendar.is_business_day(day));
        }
    }

    #[test]
    fn business_days_are_counted_over_closings_in_both_directions() {
        let calendar = reception();
        for (from, n, expected) in [
            (date(2026, 11, 20), 0, date(2026, 11, 20)),
            (date(2026, 11, 20), 1, date(2026, 11, 24)),
            (date(2026, 11, 20), 3, date(2026, 11, 26)),
            (date(2026, 11, 22), 0, date(2026, 11, 22)),
            (date(2026, 11, 22), 1, date(2026, 11, 24)),
            (date(2026, 9, 19), -1, date(2026, 9, 18)),
            (date(2026, 12, 28), 1, date(2027, 1, 4)),
            (date(2027, 1, 4), -1, date(2026, 12, 28)),
            (date(2028, 2, 28), 1, date(2028, 2, 29)),
        ] {
            assert_eq!(calendar.add_business_days(from, n), Some(expected), "{from} {n:+}");
        }
        assert_eq!(calendar.next_business_day(date(2026, 9, 18)), Some(date(2026, 9, 24)));
    }

    #[test]
    fn a_calendar_that_never_opens_has_no_business_day() {
        let never = Calendar::weekly([]);
        assert_eq!(never.next_business_day(date(2026, 1, 1)), None);
        assert_eq!(never.with_open_day(date(2026, 2, 1), "開庁", []).next_business_day(date(2026, 1, 1)), None);
        assert_eq!(reception().next_business_day(Date::MAX), None);
    }

    #[test]
    fn overlapping_spans_of_a_day_are_one() {
        let openings = ["Mon 12:00-18:00", "Mon-Tue 08:00-12:00", "Mon 09:00-13:00", "Mon 20:00-22:00"];
        let calendar = Calendar::weekly(openings.map(|text| text.parse().unwrap()));
        let text = |day| calendar.hours_of(day).iter().map(Hours::to_string).collect::<Vec<_>>();
        assert_eq!(text(Weekday::Monday), ["08:00-18:00", "20:00-22:00"]);
        assert_eq!(text(Weekday::Tuesday), ["08:00-12:00"]);
    }

    #[test]
    fn years_the_law_is_not_known_for_are_told_apart() {
        assert!(reception().knows(date(2099, 12, 31)) && !reception().knows(date(2100, 1, 1)));
        assert!(Calendar::always().knows(date(2100, 1, 1)));
        assert!(reception().is_business_day(date(2100, 1, 11)), "treated as no holiday");
    }

    #[test]
    fn a_calendar_survives_being_stored() {
        let calendar = reception().with_extra_holiday(date(2026, 6, 1), "創立記念日").with_open_day(
            date(2026, 12, 30),
            "年末開庁",
            ["22:00-06:00".parse().unwrap()],
        );
        let stored = serde_json::to_string(&calendar).unwrap();
        assert_eq!(serde_json::from_str::<Calendar>(&stored).unwrap(), calendar);
    }
}
