//! A length of time as an administrator writes it: `15s`, `1h30m`, `500ms`.
//!
//! Used by every table of the configuration that has a duration. Not here: moments, calendars, promised hours.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A duration in the configuration; written with units, largest first, each at most once: `d`, `h`, `m`, `s`, `ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(pub Duration);

/// The units, largest first, in milliseconds. A day is 24 hours.
const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Why a text is not a duration, and what would be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is not a duration: {why}; write it like \"15s\", \"5m\", \"1h30m\" or \"500ms\"")]
pub struct Error {
    found: String,
    why: String,
}

impl FromStr for Span {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = |why: String| Error { found: text.to_owned(), why };
        let mut rest = text.trim();
        if rest.is_empty() {
            return Err(wrong("it is empty".into()));
        }
        let mut total: u64 = 0;
        let mut units = UNITS.as_slice();
        while !rest.is_empty() {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, tail) = rest.split_at(digits);
            let letters = tail.len() - tail.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
            let (unit, tail) = tail.split_at(letters);
            match (number, unit) {
                ("", _) => return Err(wrong(format!("a whole number is expected at {rest:?}"))),
                (_, "") => return Err(wrong(format!("{number:?} has no unit (d, h, m, s, ms)"))),
                _ => {}
            }
            let Some(place) = units.iter().position(|(name, _)| *name == unit) else {
                return Err(wrong(if UNITS.iter().any(|(name, _)| *name == unit) {
                    format!("{unit:?} comes twice or after a smaller unit")
                } else {
                    format!("{unit:?} is no unit (d, h, m, s, ms)")
                }));
            };
            total = number
                .parse::<u64>()
                .ok()
                .and_then(|number| number.checked_mul(units[place].1))
                .and_then(|part| total.checked_add(part))
                .ok_or_else(|| wrong("it is too long".into()))?;
            units = &units[place + 1..];
            rest = tail;
        }
        Ok(Self(Duration::from_millis(total)))
    }
}

impl fmt::Display for Span {
    /// The shortest form that reads back as the same span; parts of a millisecond are left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        if rest == 0 {
            return f.write_str("0s");
        }
        for (unit, length) in UNITS {
            if rest >= length {
                write!(f, "{}{unit}", rest / length)?;
                rest %= length;
            }
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = Span;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a duration in quotes, like \"15s\" or \"1h30m\"")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Span, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should stop")]
    use super::*;

    #[test]
    fn every_form_reads_and_is_written_back() {
        for (text, milliseconds, written) in [
            ("15s", 15_000, "15s"),
            ("5m", 300_000, "5m"),
            ("90s", 90_000, "1m30s"),
            ("1h30m", 5_400_000, "1h30m"),
            ("500ms", 500, "500ms"),
            ("2d", 172_800_000, "2d"),
            ("1d2h3m4s5ms", 93_784_005, "1d2h3m4s5ms"),
            (" 1m ", 60_000, "1m"),
            ("0s", 0, "0s"),
        ] {
            let span: Span = text.parse().unwrap();
            assert_eq!(span.0, Duration::from_millis(milliseconds), "{text}");
            assert_eq!(span.to_string(), written);
            assert_eq!(written.parse::<Span>().unwrap(), span);
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_what_would_be_right() {
        for (text, why) in [
            ("", "it is empty"),
            ("15", "\"15\" has no unit"),
            ("s", "a whole number is expected at \"s\""),
            ("1.5h", "\"1\" has no unit"),
            ("15 s", "\"15\" has no unit"),
            ("-1s", "a whole number is expected at \"-1s\""),
            ("3w", "\"w\" is no unit"),
            ("15S", "\"S\" is no unit"),
            ("1m1h", "\"h\" comes twice or after a smaller unit"),
            ("1s1s", "\"s\" comes twice"),
            ("99999999999999999999d", "too long"),
            ("18446744073709551615d", "too long"),
        ] {
            let error = text.parse::<Span>().unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
            assert!(error.contains("\"1h30m\""), "{error}");
        }
    }

    #[test]
    fn a_bare_number_in_the_file_is_refused_with_the_right_form() {
        let error = serde_json::from_str::<Span>("15").unwrap_err().to_string();
        assert!(error.contains("a duration in quotes"), "{error}");
        assert_eq!(serde_json::to_string(&Span(Duration::from_secs(90))).unwrap(), "\"1m30s\"");
    }
}
