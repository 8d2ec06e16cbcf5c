//! Planned work as the configuration says it: who, why, where, and when - once or again and again.

use crate::desk::cron::Cron;
use crate::desk::ids::{ComponentId, PartyId};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::time::Duration;

/// Planned work (計画作業): alerts of these components within it are its consequence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintenance {
    /// What is done.
    pub name: String,
    /// Who answers for it.
    pub owner: PartyId,
    /// Why it is done; empty only in rule sets stored before there was a reason.
    #[serde(default)]
    pub reason: String,
    /// Where; with everything that needs it, directly or not.
    pub components: BTreeSet<ComponentId>,
    /// When.
    #[serde(flatten)]
    pub times: Times,
}

/// When planned work takes place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Times {
    /// Once.
    Once {
        /// Start, included.
        from: Timestamp,
        /// End, excluded.
        until: Timestamp,
    },
    /// Again and again.
    Recurring {
        /// When it begins, in the site's zone.
        cron: Cron,
        /// How long it lasts, in hours that pass: a clock that is set back or forward meanwhile changes nothing.
        lasts: Duration,
        /// The first day on which it may begin, included.
        first: Option<Date>,
        /// The last day on which it may begin, included.
        last: Option<Date>,
    },
}

/// One time it takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    /// Start, included.
    pub from: Timestamp,
    /// End, excluded.
    pub until: Timestamp,
}

impl Times {
    /// The window that holds `now`, if it takes place then.
    pub fn at(&self, now: Timestamp, zone: &TimeZone) -> Option<Window> {
        let before = match self {
            Times::Once { .. } => now,
            Times::Recurring { lasts, .. } => now.saturating_sub(*lasts).unwrap_or(Timestamp::MIN),
        };
        self.after(before, zone).take_while(|window| window.from <= now).last().filter(|window| now < window.until)
    }

    /// The first window that begins later than `now`.
    pub fn next(&self, now: Timestamp, zone: &TimeZone) -> Option<Window> {
        self.after(now, zone).find(|window| window.from > now)
    }

    /// Windows that begin later than `time`, in order; work that takes place once always comes.
    pub fn after<'a>(&'a self, time: Timestamp, zone: &TimeZone) -> impl Iterator<Item = Window> + use<'a> {
        let (once, again) = match self {
            Times::Once { from, until } => (Some(Window { from: *from, until: *until }), None),
            Times::Recurring { cron, lasts, first, last } => {
                let opening = first.and_then(|first| first.to_zoned(zone.clone()).ok());
                // One second earlier, so that a start at the first midnight counts.
                let opening = opening.and_then(|opening| opening.timestamp().checked_sub(Duration::from_secs(1)).ok());
                let time = opening.map_or(time, |opening| opening.max(time));
                let (lasts, last, zone) = (*lasts, *last, zone.clone());
                let starts = cron.starts(time, &zone);
                let starts =
                    starts.take_while(move |from| last.is_none_or(|last| from.to_zoned(zone.clone()).date() <= last));
                let until = move |from: Timestamp| from.saturating_add(lasts).unwrap_or(Timestamp::MAX);
                (None, Some(starts.map(move |from| Window { from, until: until(from) })))
            }
        };
        once.into_iter().chain(again.into_iter().flatten())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should stop")]
    use super::*;

    fn at(text: &str, zone: &TimeZone) -> Timestamp {
        text.parse::<jiff::civil::DateTime>().unwrap().to_zoned(zone.clone()).unwrap().timestamp()
    }

    fn weekly(hours: u64, first: Option<&str>, last: Option<&str>) -> Times {
        Times::Recurring {
            cron: Cron::parse("0 22 * * SAT").unwrap(),
            lasts: Duration::from_secs(hours * 3600),
            first: first.map(|day| day.parse().unwrap()),
            last: last.map(|day| day.parse().unwrap()),
        }
    }

    #[test]
    fn a_window_over_midnight_holds_both_days_and_not_its_end() {
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        let times = weekly(6, None, None);
        for (now, inside) in [
            ("2026-09-19T21:59:59", false),
            ("2026-09-19T22:00", true),
            ("2026-09-20T03:59:59", true),
            ("2026-09-20T04:00", false),
        ] {
            assert_eq!(times.at(at(now, &zone), &zone).is_some(), inside, "{now}");
        }
        let next = times.next(at("2026-09-19T22:00", &zone), &zone).unwrap();
        assert_eq!((next.from, next.until), (at("2026-09-26T22:00", &zone), at("2026-09-27T04:00", &zone)));
    }

    #[test]
    fn first_and_last_are_days_on_which_it_may_begin() {
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        let times = weekly(6, Some("2026-09-26"), Some("2026-10-03"));
        let all: Vec<_> = times.after(at("2026-09-01T00:00", &zone), &zone).map(|window| window.from).collect();
        assert_eq!(all, [at("2026-09-26T22:00", &zone), at("2026-10-03T22:00", &zone)]);
        assert!(times.at(at("2026-10-04T03:00", &zone), &zone).is_some(), "the last night ends on the day after");
        assert_eq!(times.at(at("2026-09-20T03:00", &zone), &zone), None);
        assert_eq!(times.next(at("2026-10-03T22:00", &zone), &zone), None);
    }

    #[test]
    fn hours_that_pass_count_when_the_clock_is_changed() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        // Six hours from 22:00 end at 05:00 when summer time begins, at 03:00 when it ends.
        for (night, end) in [("2027-03-27T22:00", "2027-03-28T05:00"), ("2027-10-30T22:00", "2027-10-31T03:00")] {
            let window = weekly(6, None, None).at(at(night, &zone), &zone).unwrap();
            assert_eq!(window.until, at(end, &zone), "{night}");
        }
    }

    #[test]
    fn work_stored_before_there_were_recurring_ones_is_read_as_once() {
        let stored = r#"{"name":"更新","owner":"n-sha","components":["sw"],
            "from":"2026-10-10T13:00:00Z","until":"2026-10-10T17:00:00Z"}"#;
        let read: Maintenance = serde_json::from_str(stored).unwrap();
        assert!(matches!(read.times, Times::Once { .. }) && read.reason.is_empty());
        let again = Maintenance { times: weekly(4, Some("2026-09-26"), None), ..read.clone() };
        for work in [read, again] {
            let text = serde_json::to_string(&work).unwrap();
            assert_eq!(serde_json::from_str::<Maintenance>(&text).unwrap(), work, "{text}");
        }
    }
}
