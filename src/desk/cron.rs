//! When something begins again and again: five fields as in a crontab, read in the site's zone.
//!
//! `minute hour day month weekday`. A field is `*`, a value, a range `1-5`, either of the last with a step `*/2`, or a list
//! of them with commas. Months also go by name (`JAN`), weekdays by name only (`SUN`, in any case): numbers there mean
//! other days in other programs. Where both day and weekday say something, both must fit, so that `15-21 * SAT` is the third
//! Saturday; planned work that took place on every day of either would hide faults nobody planned.
//!
//! A start that the clock skips (summer time begins) takes place when the clock has jumped; one that it shows twice
//! takes place the first time. The library underneath would skip the one and double the other, so it is only asked about
//! dates and hours without a zone. Nothing here reads a clock.

use chrono::{DateTime, Utc};
use cron::Schedule;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// No clock is set back or forward by more.
const MOST_SHIFTED: SignedDuration = SignedDuration::from_hours(3);

/// A crontab expression of five fields.
#[derive(Clone)]
pub struct Cron {
    text: String,
    // Large: it holds every value of every field.
    schedule: Box<Schedule>,
}

impl Cron {
    /// Reads `minute hour day month weekday`.
    ///
    /// # Errors
    /// A sentence that says which field makes no sense.
    pub fn parse(text: &str) -> Result<Self, String> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields.as_slice() else {
            return Err(format!("has {} fields instead of 5: minute hour day month weekday", fields.len()));
        };
        let fixed = [MINUTE.expand(minute)?, HOUR.expand(hour)?, DAY.expand(day)?, MONTH.expand(month)?];
        // The library counts weekdays from 1, Sunday.
        let weekdays: Vec<u8> = WEEKDAY.expand(weekday)?.into_iter().map(|weekday| weekday + 1).collect();
        let [minute, hour, day, month] = fixed.map(|values| list(&values));
        let spelled = format!("0 {minute} {hour} {day} {month} {}", list(&weekdays));
        let schedule = Schedule::from_str(&spelled).map_err(|why| why.to_string())?;
        Ok(Self { text: fields.join(" "), schedule: Box::new(schedule) })
    }

    /// As written, with single spaces.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Starts later than `after`, in order, each once; none after the year 2100.
    pub fn starts<'a>(&'a self, after: Timestamp, zone: &TimeZone) -> impl Iterator<Item = Timestamp> + use<'a> {
        let local = after.to_zoned(zone.clone()).datetime();
        let from = local.to_zoned(TimeZone::UTC).map_or(after, |local| local.timestamp());
        let from = from.saturating_sub(MOST_SHIFTED).unwrap_or(Timestamp::MIN);
        let from: DateTime<Utc> = DateTime::from_timestamp(from.as_second(), 0).unwrap_or_default();
        let zone = zone.clone();
        let mut last = after;
        self.schedule.after(&from).filter_map(move |hour| moment(hour, &zone)).filter(move |at| {
            let later = *at > last;
            last = last.max(*at);
            later
        })
    }
}

/// The moment at which the clock of `zone` shows `hour`, or has jumped over it.
fn moment(hour: DateTime<Utc>, zone: &TimeZone) -> Option<Timestamp> {
    let local = Timestamp::from_second(hour.timestamp()).ok()?.to_zoned(TimeZone::UTC).datetime();
    let there = zone.to_ambiguous_zoned(local);
    let jumped = matches!(there.offset(), AmbiguousOffset::Gap { .. });
    let at = there.compatible().ok()?.timestamp();
    if jumped { zone.preceding(at).next().map(|jump| jump.timestamp()) } else { Some(at) }
}

fn list(values: &[u8]) -> String {
    values.iter().map(u8::to_string).collect::<Vec<_>>().join(",")
}

/// What a field may say.
struct Field {
    what: &'static str,
    least: u8,
    most: u8,
    names: &'static [&'static str],
    /// Values go by name only, and a range may go round the end.
    named: bool,
}

const MINUTE: Field = Field { what: "minute", least: 0, most: 59, names: &[], named: false };
const HOUR: Field = Field { what: "hour", least: 0, most: 23, names: &[], named: false };
const DAY: Field = Field { what: "day", least: 1, most: 31, names: &[], named: false };
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const MONTH: Field = Field { what: "month", least: 1, most: 12, names: &MONTHS, named: false };
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const WEEKDAY: Field = Field { what: "weekday", least: 0, most: 6, names: &WEEKDAYS, named: true };

impl Field {
    /// Every value the field stands for, in order.
    fn expand(&self, text: &str) -> Result<Vec<u8>, String> {
        let mut values = BTreeSet::new();
        for part in text.split(',') {
            let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
            let step: u8 = match step.map(str::parse) {
                None => 1,
                Some(Ok(step)) if step > 0 => step,
                Some(_) => return Err(format!("the step of {} `{part}` is no number above 0", self.what)),
            };
            let (first, last) = match range.split_once('-') {
                Some((first, last)) => (self.value(first)?, self.value(last)?),
                None if range == "*" => (self.least, self.most),
                None if part.contains('/') => {
                    let what = self.what;
                    return Err(format!("{what} `{part}` has a step without a range; write */{step} or 1-9/{step}"));
                }
                None => (self.value(range)?, self.value(range)?),
            };
            let round = if first > last && self.named { self.most + 1 } else { 0 };
            if first > last + round {
                return Err(format!("{} `{part}` runs backwards", self.what));
            }
            values.extend((first..=last + round).step_by(step.into()).map(|value| match round {
                0 => value,
                round => value % round,
            }));
        }
        Ok(values.into_iter().collect())
    }

    fn value(&self, text: &str) -> Result<u8, String> {
        let named = self.names.iter().position(|name| name.eq_ignore_ascii_case(text));
        let named = named.and_then(|place| u8::try_from(place).ok()).map(|place| place + self.least);
        if self.named {
            return named.ok_or_else(|| {
                let why = if text.parse::<u8>().is_ok() { ": a number means other days in other programs" } else { "" };
                format!("{} `{text}` is none of {}{why}", self.what, WEEKDAYS.join(", ").to_uppercase())
            });
        }
        let value = named.or_else(|| text.parse().ok());
        value.filter(|value| (self.least..=self.most).contains(value)).ok_or_else(|| {
            let names = if self.names.is_empty() { "" } else { " or its English name in three letters" };
            format!("{} `{text}` is no number from {} to {}{names}", self.what, self.least, self.most)
        })
    }
}

impl PartialEq for Cron {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Cron {}

impl fmt::Debug for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Cron {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Cron {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Cron::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should stop")]
    use super::*;

    fn starts(text: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
        let zone = TimeZone::get(zone).unwrap();
        let after = after.parse::<jiff::civil::DateTime>().unwrap().to_zoned(zone.clone()).unwrap().timestamp();
        let starts = Cron::parse(text).unwrap().starts(after, &zone).take(count).collect::<Vec<_>>();
        starts.iter().map(|at| at.to_zoned(zone.clone()).strftime("%a %Y-%m-%d %H:%M %:z").to_string()).collect()
    }

    #[test]
    fn fields_mean_what_they_mean_in_a_crontab() {
        let tokyo = |text: &str, count| {
            let starts = starts(text, "Asia/Tokyo", "2026-09-18T12:00", count);
            starts.iter().map(|at| at[..20].to_owned()).collect::<Vec<_>>().join(", ")
        };
        for (text, count, expected) in [
            ("0 2 * * SUN", 2, "Sun 2026-09-20 02:00, Sun 2026-09-27 02:00"),
            ("30 22 * * mon-fri", 2, "Fri 2026-09-18 22:30, Mon 2026-09-21 22:30"),
            ("0 0 * * SAT-SUN", 3, "Sat 2026-09-19 00:00, Sun 2026-09-20 00:00, Sat 2026-09-26 00:00"),
            ("*/20 12 * * *", 3, "Fri 2026-09-18 12:20, Fri 2026-09-18 12:40, Sat 2026-09-19 12:00"),
            ("0 3 1 * *", 2, "Thu 2026-10-01 03:00, Sun 2026-11-01 03:00"),
            ("0 3 1,15 APR,oct *", 3, "Thu 2026-10-01 03:00, Thu 2026-10-15 03:00, Thu 2027-04-01 03:00"),
            ("0 0 * * FRI-MON/3", 3, "Mon 2026-09-21 00:00, Fri 2026-09-25 00:00, Mon 2026-09-28 00:00"),
            // Both must fit: the third Saturday.
            ("0 22 15-21 * SAT", 2, "Sat 2026-09-19 22:00, Sat 2026-10-17 22:00"),
            ("0 3 29 2 *", 1, "Tue 2028-02-29 03:00"),
            ("12 12 18 9 *", 1, "Fri 2026-09-18 12:12"),
        ] {
            assert_eq!(tokyo(text, count), expected, "{text}");
        }
        assert_eq!(tokyo("0 3 30 2 *", 1), "", "a day that never comes");
    }

    #[test]
    fn a_start_the_clock_skips_takes_place_when_it_has_jumped() {
        let berlin = |text| starts(text, "Europe/Berlin", "2027-03-27T12:00", 2);
        assert_eq!(berlin("30 2 * * *"), ["Sun 2027-03-28 03:00 +02:00", "Mon 2027-03-29 02:30 +02:00"]);
        // What the gap swallows comes once, not once per line.
        assert_eq!(berlin("*/30 2-3 28 3 *"), ["Sun 2027-03-28 03:00 +02:00", "Sun 2027-03-28 03:30 +02:00"]);
    }

    #[test]
    fn a_start_the_clock_shows_twice_takes_place_the_first_time() {
        let berlin = |after| starts("30 2 * * *", "Europe/Berlin", after, 2);
        let expected = ["Sun 2027-10-31 02:30 +02:00", "Mon 2027-11-01 02:30 +01:00"];
        assert_eq!(berlin("2027-10-30T12:00"), expected);
        assert_eq!(berlin("2027-10-31T02:30")[0], expected[1], "later than the first time is later than both");
    }

    #[test]
    fn what_makes_no_sense_is_told_by_its_field() {
        for (text, part) in [
            ("", "has 0 fields"),
            ("0 0 2 * * SUN", "has 6 fields"),
            ("60 2 * * *", "minute `60` is no number from 0 to 59"),
            ("0 24 * * *", "hour `24`"),
            ("0 2 0 * *", "day `0`"),
            ("0 2 * 13 *", "month `13`"),
            ("0 2 * * 0", "weekday `0` is none of SUN, MON, TUE, WED, THU, FRI, SAT: a number means other days"),
            ("0 2 * * 日", "weekday `日` is none of SUN, MON, TUE, WED, THU, FRI, SAT"),
            ("0 2 L * *", "day `L`"),
            ("0 2 ? * *", "day `?`"),
            ("0 2 * * FRI#2", "weekday `FRI#2`"),
            ("0 5-2 * * *", "hour `5-2` runs backwards"),
            ("0 */0 * * *", "the step of hour `*/0`"),
            ("0 5/2 * * *", "hour `5/2` has a step without a range"),
            ("0 2 * *  ", "has 4 fields"),
        ] {
            let why = Cron::parse(text).unwrap_err();
            assert!(why.contains(part), "{text}: {why}");
        }
    }

    #[test]
    fn it_is_stored_as_it_is_written() {
        let cron = Cron::parse("0  2 * * SUN").unwrap();
        assert_eq!(serde_json::to_string(&cron).unwrap(), "\"0 2 * * SUN\"");
        assert_eq!(serde_json::from_str::<Cron>("\"0 2 * * SUN\"").unwrap(), cron);
        assert!(serde_json::from_str::<Cron>("\"0 2 *\"").is_err());
    }
}
