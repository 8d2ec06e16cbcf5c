//! Moments and business time: is it open now, when does it open or close, and how long was it open between.
//!
//! Deadlines that count only working hours and the 受付時間内換算 of reports come from here. Hours are local times of
//! the zone given; a span runs from its opening, included, to its closing, excluded. Where a zone skips or repeats an
//! hour, a local time means what it means to most clocks (after the gap, the first of the two).

use super::{Calendar, Hours};
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::iter::successors;
use std::time::Duration;

/// How far an opening, a closing or a business day is looked for: ten years. What does not come by then never comes.
pub const SEARCH_DAYS: usize = 3_660;

/// How far business time is added up: twenty years of days, more than any promise.
const ADD_DAYS: usize = 7_310;

/// One stretch of open time: from `open`, included, to `close`, excluded. Always longer than nothing.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    open: Timestamp,
    close: Timestamp,
}

impl Stretch {
    fn length(self) -> SignedDuration {
        self.close.duration_since(self.open)
    }
}

impl Calendar {
    /// Whether it is open at this moment.
    pub fn is_open(&self, at: Timestamp, zone: &TimeZone) -> bool {
        // A span begun yesterday may still run; none lasts longer than a day.
        self.stretches(at, zone, 2).next().is_some_and(|stretch| stretch.open == at)
    }

    /// The first open moment from `at` on: `at` itself when open; `None` when none comes within [`SEARCH_DAYS`].
    pub fn next_opening(&self, at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        self.stretches(at, zone, SEARCH_DAYS).next().map(|stretch| stretch.open)
    }

    /// The first closed moment from `at` on: `at` itself when closed, else the end of the hours that run (over
    /// midnight where one span follows on another); `None` when none comes within [`SEARCH_DAYS`].
    pub fn next_closing(&self, at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        if self.is_always() {
            return None;
        }
        let mut close = at;
        for stretch in self.stretches(at, zone, SEARCH_DAYS) {
            if stretch.open > close {
                return Some(close);
            }
            close = stretch.close;
        }
        // Nothing follows: either it has closed for good, or it is open as far as we look.
        let horizon = SignedDuration::from_hours(24 * (SEARCH_DAYS as i64 - 2));
        (close.duration_since(at) < horizon).then_some(close)
    }

    /// The moment at which it has been open for `time` since `at`. Time that is used up exactly at closing ends at
    /// that closing, not at the next opening; no time at all ends at the first open moment from `at` on.
    /// `None` when it is not open that long within twenty years.
    pub fn add(&self, at: Timestamp, time: Duration, zone: &TimeZone) -> Option<Timestamp> {
        let mut left = SignedDuration::try_from(time).ok()?;
        if self.is_always() {
            return at.checked_add(left).ok();
        }
        for stretch in self.stretches(at, zone, ADD_DAYS) {
            let length = stretch.length();
            if left <= length {
                return stretch.open.checked_add(left).ok();
            }
            left -= length;
        }
        None
    }

    /// How long it was open from `from`, included, until `until`, excluded; nothing when `until` is not later.
    /// Takes time in proportion to the days between.
    pub fn between(&self, from: Timestamp, until: Timestamp, zone: &TimeZone) -> Duration {
        if until <= from {
            return Duration::ZERO;
        }
        if self.is_always() {
            return until.duration_since(from).unsigned_abs();
        }
        self.stretches(from, zone, usize::MAX)
            .take_while(|stretch| stretch.open < until)
            .map(|stretch| Stretch { close: stretch.close.min(until), ..stretch }.length().unsigned_abs())
            .sum()
    }

    /// Open at every moment, so that no day needs to be looked at.
    fn is_always(&self) -> bool {
        self.week.iter().all(|hours| hours.as_slice() == [Hours::WHOLE_DAY])
            && self.holidays == super::Holidays::None
            && self.closures.is_empty()
            && self.extra_holidays.is_empty()
            && self.open_days.is_empty()
    }

    /// What is open from `at` on, in order and without overlap (one may begin where another ends), looking at so many
    /// `days` from the one before `at`'s.
    fn stretches(&self, at: Timestamp, zone: &TimeZone, days: usize) -> impl Iterator<Item = Stretch> {
        let today = zone.to_datetime(at).date();
        let mut past = at;
        successors(Some(today.yesterday().unwrap_or(today)), |date| date.tomorrow().ok())
            .take(days)
            .flat_map(|date| self.hours_on(date).iter().map(move |hours| (date, *hours)))
            .filter_map(move |(date, hours)| {
                let close = moment(date, hours.until_minute(), zone)?;
                if close <= past {
                    return None;
                }
                let open = moment(date, hours.from_minute(), zone)?.max(past);
                past = close;
                (open < close).then_some(Stretch { open, close })
            })
    }
}

/// So many minutes by the clock after the midnight with which `date` begins; `None` beyond the years we can count.
fn moment(date: Date, minutes: u16, zone: &TimeZone) -> Option<Timestamp> {
    let local = date.to_datetime(Time::midnight()).checked_add(SignedDuration::from_mins(minutes.into())).ok()?;
    zone.to_ambiguous_timestamp(local).compatible().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
    use super::super::tests::reception;
    use super::super::{Closure, Holidays};
    use super::*;
    use jiff::civil::DateTime;
    use jiff::tz;
    use proptest::prelude::*;

    const HOUR: Duration = Duration::from_secs(3600);
    const MINUTE: Duration = Duration::from_secs(60);

    fn tokyo() -> TimeZone {
        TimeZone::fixed(tz::offset(9))
    }

    fn jst(text: &str) -> Timestamp {
        tokyo().to_timestamp(text.parse::<DateTime>().unwrap()).unwrap()
    }

    fn shown(at: Option<Timestamp>) -> String {
        at.map_or("never".to_owned(), |at| tokyo().to_datetime(at).strftime("%Y-%m-%d %H:%M:%S").to_string())
    }

    fn calendar<const N: usize>(openings: [&str; N]) -> Calendar {
        Calendar::weekly(openings.map(|text| text.parse().unwrap()))
    }

    #[test]
    fn business_hours_add_up_as_agreed() {
        let calendar = reception();
        for (from, time, expected) in [
            ("2026-11-20 17:30", 4 * HOUR, "2026-11-24 11:30:00"),
            ("2026-11-20 17:30", 12 * HOUR, "2026-11-25 09:30:00"),
            ("2026-09-20 02:13", 4 * HOUR, "2026-09-24 12:00:00"),
            ("2026-12-28 16:00", 4 * HOUR, "2027-01-04 10:00:00"),
            ("2026-11-24 14:00", 4 * HOUR, "2026-11-24 18:00:00"),
            ("2026-11-24 14:00", 4 * HOUR + Duration::from_secs(1), "2026-11-25 08:00:01"),
            ("2026-11-24 18:00", MINUTE, "2026-11-25 08:01:00"),
            ("2026-11-24 07:59:59", MINUTE, "2026-11-24 08:01:00"),
            ("2026-11-24 12:00", Duration::ZERO, "2026-11-24 12:00:00"),
            ("2026-11-24 18:00", Duration::ZERO, "2026-11-25 08:00:00"),
            ("2028-02-28 17:00", 2 * HOUR, "2028-02-29 09:00:00"),
        ] {
            assert_eq!(shown(calendar.add(jst(from), time, &tokyo())), expected, "{from} + {time:?}");
        }
    }

    #[test]
    fn business_time_between_two_moments_counts_only_open_hours() {
        let calendar = reception();
        for (from, until, expected) in [
            ("2026-11-20 17:30", "2026-11-24 09:00", HOUR + 30 * MINUTE),
            ("2026-09-20 02:13", "2026-09-20 07:48", Duration::ZERO),
            ("2026-09-18 17:59", "2026-09-24 08:01", 2 * MINUTE),
            ("2026-11-24 08:00", "2026-11-24 18:00", 10 * HOUR),
            ("2026-11-24 09:00", "2026-11-24 09:00", Duration::ZERO),
            ("2026-11-24 10:00", "2026-11-24 09:00", Duration::ZERO),
            ("2026-04-01 00:00", "2027-04-01 00:00", 2410 * HOUR),
        ] {
            assert_eq!(calendar.between(jst(from), jst(until), &tokyo()), expected, "{from} to {until}");
        }
    }

    #[test]
    fn it_is_open_at_the_opening_and_closed_at_the_closing() {
        let calendar = reception();
        for (at, open, opening, closing) in [
            ("2026-11-20 07:59:59", false, "2026-11-20 08:00:00", "2026-11-20 07:59:59"),
            ("2026-11-20 08:00:00", true, "2026-11-20 08:00:00", "2026-11-20 18:00:00"),
            ("2026-11-20 17:59:59", true, "2026-11-20 17:59:59", "2026-11-20 18:00:00"),
            ("2026-11-20 18:00:00", false, "2026-11-24 08:00:00", "2026-11-20 18:00:00"),
            ("2026-12-31 23:59:59", false, "2027-01-04 08:00:00", "2026-12-31 23:59:59"),
            ("2027-01-01 00:00:00", false, "2027-01-04 08:00:00", "2027-01-01 00:00:00"),
        ] {
            let at_time = jst(at);
            assert_eq!(calendar.is_open(at_time, &tokyo()), open, "{at}");
            assert_eq!(shown(calendar.next_opening(at_time, &tokyo())), opening, "{at}");
            assert_eq!(shown(calendar.next_closing(at_time, &tokyo())), closing, "{at}");
        }
        assert!(!calendar.is_open(jst("2026-11-20 17:59:59.999999999") + Duration::from_nanos(1), &tokyo()));
    }

    #[test]
    fn a_span_over_midnight_belongs_to_the_day_it_begins_on() {
        // Saturday 2026-09-19 is not in the list and Monday the 21st is a holiday.
        let calendar = calendar(["Mon-Fri 22:00-06:00"]).with_holidays(Holidays::Japan);
        for (at, open) in [
            ("2026-09-18 21:59:59", false),
            ("2026-09-18 22:00", true),
            ("2026-09-19 00:00", true),
            ("2026-09-19 05:59:59", true),
            ("2026-09-19 06:00", false),
            ("2026-09-19 23:00", false),
            ("2026-09-21 23:00", false),
            ("2026-09-24 05:00", false),
            ("2026-09-24 22:00", true),
        ] {
            assert_eq!(calendar.is_open(jst(at), &tokyo()), open, "{at}");
        }
        assert_eq!(calendar.between(jst("2026-09-18 00:00"), jst("2026-09-21 00:00"), &tokyo()), 14 * HOUR);
        assert_eq!(shown(calendar.next_closing(jst("2026-09-18 23:00"), &tokyo())), "2026-09-19 06:00:00");
    }

    #[test]
    fn spans_that_follow_on_or_overlap_across_midnight_count_once() {
        let calendar = calendar(["Mon 20:00-24:00", "Tue 00:00-02:00", "Tue 18:00-10:00", "Wed 08:00-12:00"]);
        // Monday 2026-06-01.
        assert_eq!(shown(calendar.next_closing(jst("2026-06-01 21:00"), &tokyo())), "2026-06-02 02:00:00");
        assert_eq!(shown(calendar.next_closing(jst("2026-06-02 23:00"), &tokyo())), "2026-06-03 12:00:00");
        assert_eq!(calendar.between(jst("2026-06-01 00:00"), jst("2026-06-08 00:00"), &tokyo()), 24 * HOUR);
        assert_eq!(shown(calendar.add(jst("2026-06-02 23:00"), 12 * HOUR, &tokyo())), "2026-06-03 11:00:00");
    }

    #[test]
    fn always_is_always() {
        let (always, at) = (Calendar::always(), jst("2027-01-01 00:00"));
        assert!(always.is_open(at, &tokyo()));
        assert_eq!(always.next_opening(at, &tokyo()), Some(at));
        assert_eq!(always.next_closing(at, &tokyo()), None);
        assert_eq!(always.add(at, 36 * HOUR, &tokyo()), Some(at + 36 * HOUR));
        assert_eq!(always.between(at, at + 36 * HOUR, &tokyo()), 36 * HOUR);
    }

    #[test]
    fn one_closing_interrupts_a_calendar_that_is_otherwise_always_open() {
        let calendar = Calendar::always().with_closure(Closure::parse("2026-08-13", "2026-08-13", "全館停電").unwrap());
        let at = jst("2026-08-12 23:00");
        assert_eq!(shown(calendar.next_closing(at, &tokyo())), "2026-08-13 00:00:00");
        assert_eq!(shown(calendar.add(at, 2 * HOUR, &tokyo())), "2026-08-14 01:00:00");
        assert_eq!(shown(calendar.next_opening(jst("2026-08-13 12:00"), &tokyo())), "2026-08-14 00:00:00");
        assert_eq!(calendar.next_closing(jst("2026-08-14 00:00"), &tokyo()), None);
    }

    #[test]
    fn what_never_opens_answers_within_bounds() {
        let (never, at) = (Calendar::weekly([]), jst("2026-01-01 00:00"));
        assert!(!never.is_open(at, &tokyo()));
        assert_eq!(never.next_opening(at, &tokyo()), None);
        assert_eq!(never.next_closing(at, &tokyo()), Some(at));
        assert_eq!(never.add(at, HOUR, &tokyo()), None);
        assert_eq!(never.between(at, at + 1000 * HOUR, &tokyo()), Duration::ZERO);
        let once = never.with_open_day("2026-01-02".parse().unwrap(), "開庁", ["09:00-10:00".parse().unwrap()]);
        assert_eq!(shown(once.next_closing(jst("2026-01-02 09:30"), &tokyo())), "2026-01-02 10:00:00");
        assert_eq!(once.next_opening(jst("2026-01-02 10:00"), &tokyo()), None);
    }

    #[test]
    fn absurd_times_neither_panic_nor_hang() {
        let calendar = reception();
        for at in [Timestamp::MIN, Timestamp::MAX] {
            calendar.is_open(at, &tokyo());
            calendar.next_opening(at, &tokyo());
            calendar.next_closing(at, &tokyo());
            calendar.add(at, HOUR, &tokyo());
        }
        assert_eq!(calendar.add(jst("2026-01-01 00:00"), Duration::MAX, &tokyo()), None);
        assert_eq!(Calendar::always().add(Timestamp::MAX, HOUR, &tokyo()), None);
    }

    #[test]
    fn an_hour_the_zone_skips_or_repeats_is_counted_as_it_passes() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let at = |text: &str| zone.to_timestamp(text.parse::<DateTime>().unwrap()).unwrap();
        let whole = calendar(["daily 00:00-24:00"]).with_closure(Closure::parse("06-01", "06-01", "x").unwrap());
        assert_eq!(whole.between(at("2026-03-29 00:00"), at("2026-03-30 00:00"), &zone), 23 * HOUR);
        assert_eq!(whole.between(at("2026-10-25 00:00"), at("2026-10-26 00:00"), &zone), 25 * HOUR);
        let gap = calendar(["daily 02:15-02:45", "daily 02:50-03:00"]);
        assert_eq!(gap.between(at("2026-03-29 00:00"), at("2026-03-30 00:00"), &zone), 30 * MINUTE);
    }

    fn calendars() -> impl Strategy<Value = Calendar> {
        prop_oneof![
            Just(reception()),
            Just(Calendar::always()),
            Just(calendar(["daily 22:00-06:00", "Sat,Sun 05:00-23:00"]).with_holidays(Holidays::Japan)),
            Just(calendar(["Mon-Fri 09:00-12:00", "Mon-Fri 13:00-17:30"]).with_holidays(Holidays::Japan)),
            Just(calendar(["Wed 00:00-24:00"])),
        ]
    }

    proptest! {
        #[test]
        fn adding_and_measuring_business_time_are_inverse(
            calendar in calendars(),
            at in 1_700_000_000i64..2_000_000_000,
            seconds in 1u64..1_500_000,
        ) {
            let (zone, at, time) = (tokyo(), Timestamp::from_second(at).unwrap(), Duration::from_secs(seconds));
            let end = calendar.add(at, time, &zone).unwrap();
            prop_assert_eq!(calendar.between(at, end, &zone), time);
            prop_assert_eq!(calendar.add(at, calendar.between(at, end, &zone), &zone), Some(end));
            // Not a moment earlier: what ends at `end` was open just before.
            prop_assert!(calendar.is_open(end - Duration::from_nanos(1), &zone));
        }

        #[test]
        fn openings_and_closings_are_where_open_changes(
            calendar in calendars(),
            at in 1_700_000_000i64..2_000_000_000,
        ) {
            let (zone, at) = (tokyo(), Timestamp::from_second(at).unwrap());
            let opening = calendar.next_opening(at, &zone).unwrap();
            prop_assert!(calendar.is_open(opening, &zone));
            prop_assert_eq!(calendar.is_open(at, &zone), opening == at);
            prop_assert_eq!(calendar.between(at, opening, &zone), Duration::ZERO);
            if let Some(closing) = calendar.next_closing(at, &zone) {
                prop_assert!(!calendar.is_open(closing, &zone));
                let open = calendar.between(at, closing, &zone);
                prop_assert_eq!(open, closing.duration_since(at).unsigned_abs());
            }
        }

        #[test]
        fn business_time_of_parts_is_that_of_the_whole(
            calendar in calendars(),
            from in 1_700_000_000i64..2_000_000_000,
            first in 0u64..2_000_000,
            second in 0u64..2_000_000,
        ) {
            let (zone, from) = (tokyo(), Timestamp::from_second(from).unwrap());
            let middle = from + Duration::from_secs(first);
            let until = middle + Duration::from_secs(second);
            let parts = calendar.between(from, middle, &zone) + calendar.between(middle, until, &zone);
            prop_assert_eq!(parts, calendar.between(from, until, &zone));
        }
    }
}
