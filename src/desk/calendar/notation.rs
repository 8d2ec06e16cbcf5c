//! How the configuration writes times and days: `Mon-Fri 08:00-18:00`, `daily 00:00-24:00`, `12-29`, `2026-08-13`.
//!
//! The configuration parses with these and shows [`NotationError`] beside the line; nothing here reads files.

use super::index;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

const DAY_MINUTES: u16 = 24 * 60;
const WEEK: [(&str, Weekday); 7] = [
    ("Mon", Weekday::Monday),
    ("Tue", Weekday::Tuesday),
    ("Wed", Weekday::Wednesday),
    ("Thu", Weekday::Thursday),
    ("Fri", Weekday::Friday),
    ("Sat", Weekday::Saturday),
    ("Sun", Weekday::Sunday),
];

/// Text that is no such notation: the part that can't be read, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotationError {
    /// The part that can't be read, as written.
    pub found: String,
    /// What is wrong with it and what would be right, going on from "`found` ".
    pub wrong: String,
}

impl NotationError {
    fn new(found: &str, wrong: &str) -> Self {
        Self { found: found.to_owned(), wrong: wrong.to_owned() }
    }
}

impl fmt::Display for NotationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}", self.found, self.wrong)
    }
}

impl std::error::Error for NotationError {}

/// Days of the week and the hours on them: `Mon-Fri 08:00-18:00`, `Sat,Sun 10:00-12:00`, `daily 00:00-24:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// Days on which it begins.
    pub days: Weekdays,
    /// From when until when.
    pub hours: Hours,
}

impl FromStr for Opening {
    type Err = NotationError;

    fn from_str(text: &str) -> Result<Self, NotationError> {
        let Some((days, hours)) = text.trim().rsplit_once(char::is_whitespace) else {
            return Err(NotationError::new(
                text,
                "is not opening hours: write days, a space and hours, like \"Mon-Fri 08:00-18:00\" or \"daily 00:00-24:00\"",
            ));
        };
        Ok(Self { days: days.parse()?, hours: hours.parse()? })
    }
}

/// A set of days of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weekdays(u8);

impl Weekdays {
    /// All seven.
    pub const DAILY: Weekdays = Weekdays(0b111_1111);

    /// Whether `day` is in it.
    pub fn contains(self, day: Weekday) -> bool {
        self.0 & 1 << index(day) != 0
    }

    /// Its days, Monday first.
    pub fn iter(self) -> impl Iterator<Item = Weekday> {
        WEEK.into_iter().map(|(_, day)| day).filter(move |day| self.contains(*day))
    }
}

impl FromStr for Weekdays {
    type Err = NotationError;

    /// `daily`, or days and ranges of days with commas between; a range may run over Sunday (`Fri-Mon`).
    fn from_str(text: &str) -> Result<Self, NotationError> {
        if text.trim().eq_ignore_ascii_case("daily") {
            return Ok(Self::DAILY);
        }
        let mut set = 0;
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (mut at, last) = (position(first)?, position(last)?);
            set |= 1 << at;
            while at != last {
                at = (at + 1) % WEEK.len();
                set |= 1 << at;
            }
        }
        Ok(Self(set))
    }
}

fn position(text: &str) -> Result<usize, NotationError> {
    let text = text.trim();
    WEEK.iter().position(|(name, _)| name.eq_ignore_ascii_case(text)).ok_or_else(|| {
        NotationError::new(
            text,
            "is not a day of the week: write Mon, Tue, Wed, Thu, Fri, Sat or Sun, a range like Mon-Fri, or daily",
        )
    })
}

/// From one minute of a day, included, until another, excluded, which may lie on the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hours {
    /// Minutes after midnight, 0-1439.
    from: u16,
    /// Minutes after the midnight before `from`; more than `from`, at most 24 hours later.
    until: u16,
}

impl Hours {
    /// 00:00-24:00
    pub const WHOLE_DAY: Hours = Hours { from: 0, until: DAY_MINUTES };

    /// Minutes from the midnight on which the day begins to the opening; it is open at that minute.
    pub fn from_minute(self) -> u16 {
        self.from
    }

    /// Minutes from the midnight on which the day begins to the closing, more than 1,440 when it closes on the next
    /// day; it is closed at that minute.
    pub fn until_minute(self) -> u16 {
        self.until
    }

    /// Both as one span, when `later` begins within or at the end of `self`.
    pub(super) fn join(self, later: Hours) -> Option<Hours> {
        (self.from <= later.from && later.from <= self.until)
            .then(|| Hours { from: self.from, until: self.until.max(later.until) })
    }
}

impl FromStr for Hours {
    type Err = NotationError;

    /// `08:00-18:00`; until 24:00 for the end of the day; `22:00-06:00` closes on the next day.
    fn from_str(text: &str) -> Result<Self, NotationError> {
        let text = text.trim();
        let Some((from, until)) = text.split_once('-') else {
            return Err(NotationError::new(text, "is not a span of hours: write it like 08:00-18:00"));
        };
        let (from, until) = (minute(from)?, minute(until)?);
        if from == DAY_MINUTES {
            return Err(NotationError::new(text, "begins at 24:00: write 00:00 of the next day"));
        }
        match until {
            until if until == from => {
                Err(NotationError::new(text, "is never open: write 00:00-24:00 for the whole day"))
            }
            until if until < from => Ok(Self { from, until: until + DAY_MINUTES }),
            until => Ok(Self { from, until }),
        }
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let until = if self.until > DAY_MINUTES { self.until - DAY_MINUTES } else { self.until };
        write!(f, "{:02}:{:02}-{:02}:{:02}", self.from / 60, self.from % 60, until / 60, until % 60)
    }
}

/// `08:00` to `24:00` as minutes after midnight; one-digit hours are read too.
fn minute(text: &str) -> Result<u16, NotationError> {
    let text = text.trim();
    let minute = text.split_once(':').and_then(|(hour, minute)| {
        let (hour, minute) = (digits(hour, 1..=2)?, digits(minute, 2..=2)?);
        let total = hour * 60 + minute;
        (minute < 60 && total <= DAY_MINUTES).then_some(total)
    });
    minute.ok_or_else(|| NotationError::new(text, "is not a time of day: write it like 08:00, from 00:00 to 24:00"))
}

fn digits(text: &str, length: std::ops::RangeInclusive<usize>) -> Option<u16> {
    let plain = length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// Days on which a calendar is closed, with a name people can be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closure {
    /// For example `年末年始`.
    pub name: String,
    /// Which days.
    pub when: When,
}

/// Days of a closing; both ends count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Every year; runs over the end of the year when `until` comes before `from`.
    Yearly {
        /// Month and day of the first day.
        from: (i8, i8),
        /// Month and day of the last day.
        until: (i8, i8),
    },
    /// Once.
    Dated {
        /// First day.
        from: Date,
        /// Last day.
        until: Date,
    },
}

impl Closure {
    /// A closing from its configured ends, both `12-29` (every year) or both `2026-08-13` (once).
    ///
    /// # Errors
    /// When an end is no such day, one is yearly and the other dated, or a dated range ends before it begins.
    pub fn parse(from: &str, until: &str, name: &str) -> Result<Self, NotationError> {
        let when = match (end(from)?, end(until)?) {
            (End::Yearly(from), End::Yearly(until)) => When::Yearly { from, until },
            (End::Dated(from), End::Dated(until)) if from <= until => When::Dated { from, until },
            (End::Dated(from), End::Dated(until)) => {
                let wrong = format!("lies before the first day, {from}: exchange the two");
                return Err(NotationError { found: until.to_string(), wrong });
            }
            _ => {
                let wrong = format!(
                    "and {until:?} don't fit together: write both with a year (2026-08-13) for once, or both without (08-13) for every year"
                );
                return Err(NotationError { found: from.to_owned(), wrong });
            }
        };
        Ok(Self { name: name.to_owned(), when })
    }

    /// Whether it is closed on `date`.
    pub fn covers(&self, date: Date) -> bool {
        match self.when {
            When::Dated { from, until } => from <= date && date <= until,
            When::Yearly { from, until } => {
                let day = (date.month(), date.day());
                if from <= until { from <= day && day <= until } else { from <= day || day <= until }
            }
        }
    }
}

enum End {
    Yearly((i8, i8)),
    Dated(Date),
}

fn end(text: &str) -> Result<End, NotationError> {
    let text = text.trim();
    let wrong = || NotationError::new(text, "is not a day: write 12-29 for every year or 2026-12-29 for once");
    let numbers: Option<Vec<i16>> =
        text.split('-').map(|part| digits(part, 1..=4).and_then(|number| i16::try_from(number).ok())).collect();
    let small = |number: i16| i8::try_from(number).map_err(|_| wrong());
    match numbers.as_deref() {
        // Any leap year: 02-29 is a day that comes every four years.
        Some([month, day]) => {
            let date = Date::new(2000, small(*month)?, small(*day)?).map_err(|_| wrong())?;
            Ok(End::Yearly((date.month(), date.day())))
        }
        Some([year, month, day]) if *year >= 1000 => {
            Ok(End::Dated(Date::new(*year, small(*month)?, small(*day)?).map_err(|_| wrong())?))
        }
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn shown(text: &str) -> String {
        match text.parse::<Opening>() {
            Ok(opening) => {
                let days: Vec<_> = opening.days.iter().map(|day| WEEK[index(day)].0).collect();
                format!("{} {}", days.join(","), opening.hours)
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn opening_hours_are_read_as_people_write_them() {
        for (text, read) in [
            ("Mon-Fri 08:00-18:00", "Mon,Tue,Wed,Thu,Fri 08:00-18:00"),
            ("Sat,Sun 10:00-12:00", "Sat,Sun 10:00-12:00"),
            ("daily 00:00-24:00", "Mon,Tue,Wed,Thu,Fri,Sat,Sun 00:00-24:00"),
            ("Fri-Mon 22:00-06:00", "Mon,Fri,Sat,Sun 22:00-06:00"),
            ("mon, wed-thu  9:00-17:30", "Mon,Wed,Thu 09:00-17:30"),
            ("Sun 18:00-00:00", "Sun 18:00-24:00"),
        ] {
            assert_eq!(shown(text), read, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_with_what_would_be_right() {
        for (text, said) in [
            (
                "",
                "\"\" is not opening hours: write days, a space and hours, like \"Mon-Fri 08:00-18:00\" or \"daily 00:00-24:00\"",
            ),
            (
                "Mon-Fry 08:00-18:00",
                "\"Fry\" is not a day of the week: write Mon, Tue, Wed, Thu, Fri, Sat or Sun, a range like Mon-Fri, or daily",
            ),
            ("Mon 08:00", "\"08:00\" is not a span of hours: write it like 08:00-18:00"),
            ("Mon 08:00~18:00", "\"08:00~18:00\" is not a span of hours: write it like 08:00-18:00"),
            ("Mon 08:00-24:01", "\"24:01\" is not a time of day: write it like 08:00, from 00:00 to 24:00"),
            ("Mon 08:00-18:60", "\"18:60\" is not a time of day: write it like 08:00, from 00:00 to 24:00"),
            ("Mon +8:00-18:00", "\"+8:00\" is not a time of day: write it like 08:00, from 00:00 to 24:00"),
            ("Mon 08:00-08:00", "\"08:00-08:00\" is never open: write 00:00-24:00 for the whole day"),
            ("Mon 24:00-06:00", "\"24:00-06:00\" begins at 24:00: write 00:00 of the next day"),
        ] {
            assert_eq!(shown(text), said, "{text}");
        }
    }

    #[test]
    fn a_closing_covers_both_its_ends_and_the_turn_of_the_year() {
        let closure = Closure::parse("12-29", "01-03", "年末年始").unwrap();
        for (day, covered) in [
            (date(2026, 12, 28), false),
            (date(2026, 12, 29), true),
            (date(2026, 12, 31), true),
            (date(2027, 1, 1), true),
            (date(2027, 1, 3), true),
            (date(2027, 1, 4), false),
        ] {
            assert_eq!(closure.covers(day), covered, "{day}");
        }
        let bon = Closure::parse("2026-08-13", "2026-08-15", "お盆休業").unwrap();
        let days = [date(2026, 8, 12), date(2026, 8, 13), date(2026, 8, 15), date(2026, 8, 16), date(2027, 8, 14)];
        assert_eq!(days.map(|day| bon.covers(day)), [false, true, true, false, false]);
        let leap = Closure::parse("02-29", "02-29", "閏日").unwrap();
        assert!(leap.covers(date(2028, 2, 29)) && !leap.covers(date(2027, 2, 28)) && !leap.covers(date(2027, 3, 1)));
    }

    #[test]
    fn a_closing_that_makes_no_sense_is_told() {
        let said = |from, until| Closure::parse(from, until, "x").unwrap_err().to_string();
        assert_eq!(said("12-32", "01-03"), "\"12-32\" is not a day: write 12-29 for every year or 2026-12-29 for once");
        assert_eq!(
            said("2026-02-29", "2026-03-01"),
            "\"2026-02-29\" is not a day: write 12-29 for every year or 2026-12-29 for once"
        );
        assert_eq!(
            said("2026-08-15", "2026-08-13"),
            "\"2026-08-13\" lies before the first day, 2026-08-15: exchange the two"
        );
        assert_eq!(
            said("12-29", "2027-01-03"),
            "\"12-29\" and \"2027-01-03\" don't fit together: write both with a year (2026-08-13) for once, or both without (08-13) for every year"
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parsers_panic(text in ".{0,40}", other in ".{0,12}") {
            let _ = (text.parse::<Opening>(), Closure::parse(&text, &other, "x"));
        }

        #[test]
        fn hours_are_read_back_as_written(from in 0u16..1440, length in 1u16..1440) {
            let until = if from + length > DAY_MINUTES { (from + length) % DAY_MINUTES } else { from + length };
            let text = format!("{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, until / 60, until % 60);
            prop_assert_eq!(text.parse::<Hours>().unwrap().to_string(), text);
        }
    }
}
