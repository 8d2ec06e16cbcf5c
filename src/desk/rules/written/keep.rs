//! How long something is kept, as an administrator writes it: `1y`, `18mo`, `400d`, `5fy`, or `forever`.
//!
//! By the calendar, in whole days of the site: a year that began on 28 February ends on 28 February. Fiscal years (年度) begin on
//! 1 April; the one in which something ends does not count.

use jiff::Span;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

/// The month a fiscal year begins with.
const FIRST_MONTH: i8 = 4;

/// A time by the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// So many years.
    Years(u16),
    /// So many months.
    Months(u16),
    /// So many days.
    Days(u16),
    /// So many fiscal years after the one it ended in.
    FiscalYears(u16),
    /// It is never over.
    Forever,
}

/// Why a text is no such time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{found:?} is no time by the calendar; write it like \"1y\", \"18mo\", \"400d\" or \"5fy\" (fiscal years), or \"forever\""
)]
pub struct Error {
    found: String,
}

impl Keep {
    /// The first day on which what ended on `day` is kept no longer; `None` = never.
    pub fn over(self, day: Date) -> Option<Date> {
        let span = match self {
            Keep::Years(years) => Span::new().try_years(years),
            Keep::Months(months) => Span::new().try_months(months),
            Keep::Days(days) => Span::new().try_days(days),
            Keep::FiscalYears(years) => {
                let ended_in = day.year() - i16::from(day.month() < FIRST_MONTH);
                let year = ended_in.checked_add(1)?.checked_add(i16::try_from(years).ok()?)?;
                return Date::new(year, FIRST_MONTH, 1).ok();
            }
            Keep::Forever => return None,
        };
        // The day it ends on belongs to it; beyond the end of all calendars nothing is over.
        day.checked_add(span.ok()?).ok()?.tomorrow().ok()
    }

    /// At least so many days, whatever the calendar.
    pub fn least_days(self) -> u32 {
        match self {
            // What ends on 31 March is kept little longer than that.
            Keep::Years(years) | Keep::FiscalYears(years) => u32::from(years) * 365,
            Keep::Months(months) => u32::from(months) * 28,
            Keep::Days(days) => u32::from(days),
            Keep::Forever => u32::MAX,
        }
    }
}

impl FromStr for Keep {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || Error { found: text.to_owned() };
        if text == "forever" {
            return Ok(Keep::Forever);
        }
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, unit) = text.split_at(digits);
        let number: u16 = number.parse().map_err(|_| wrong())?;
        match unit {
            "fy" => Ok(Keep::FiscalYears(number)),
            "y" => Ok(Keep::Years(number)),
            "mo" => Ok(Keep::Months(number)),
            "d" => Ok(Keep::Days(number)),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Keep::Years(years) => write!(f, "{years}y"),
            Keep::Months(months) => write!(f, "{months}mo"),
            Keep::Days(days) => write!(f, "{days}d"),
            Keep::FiscalYears(years) => write!(f, "{years}fy"),
            Keep::Forever => f.write_str("forever"),
        }
    }
}

impl Serialize for Keep {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Keep {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_calendar_says_when_it_is_over() {
        for (keep, ended, over) in [
            ("1y", date(2027, 3, 31), date(2028, 4, 1)),
            ("1y", date(2027, 4, 1), date(2028, 4, 2)),
            ("1y", date(2027, 2, 28), date(2028, 2, 29)),
            ("1y", date(2028, 2, 29), date(2029, 3, 1)),
            ("4y", date(2028, 2, 29), date(2032, 3, 1)),
            ("13mo", date(2027, 1, 31), date(2028, 3, 1)),
            ("1mo", date(2027, 12, 31), date(2028, 2, 1)),
            ("5fy", date(2026, 10, 7), date(2032, 4, 1)),
            ("5fy", date(2027, 3, 31), date(2032, 4, 1)),
            ("5fy", date(2027, 4, 1), date(2033, 4, 1)),
            ("5fy", date(2028, 2, 29), date(2033, 4, 1)),
            ("1fy", date(2026, 12, 31), date(2028, 4, 1)),
            ("0fy", date(2026, 12, 31), date(2027, 4, 1)),
            ("90d", date(2027, 12, 31), date(2028, 3, 31)),
        ] {
            assert_eq!(keep.parse::<Keep>().map(|keep| keep.over(ended)), Ok(Some(over)), "{keep} from {ended}");
        }
        assert_eq!(Keep::Forever.over(date(2027, 1, 1)), None);
        for keep in [Keep::Years(u16::MAX), Keep::FiscalYears(u16::MAX), Keep::FiscalYears(8_000)] {
            assert_eq!(keep.over(date(2027, 1, 1)), None, "beyond all calendars");
        }
    }

    #[test]
    fn it_reads_back_and_nothing_else_reads() {
        for text in ["1y", "18mo", "400d", "5fy", "forever"] {
            assert_eq!(text.parse::<Keep>().map(|keep| keep.to_string()), Ok(text.to_owned()));
        }
        for text in
            ["", "1", "y", "1m", "1h", "-1y", "1y2mo", "70000d", "1 y", "Forever", "fy", "5 fiscal years", "-1fy"]
        {
            assert!(text.parse::<Keep>().is_err(), "{text}");
        }
    }
}
