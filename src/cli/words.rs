//! Words and moments as people write them on the command line.

use super::{Context, Trouble};
use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde::de::value::{Error as WordError, StrDeserializer};

/// A word of a closed list, as the configuration writes it.
pub(super) fn word<'a, T: Deserialize<'a>>(flag: &str, text: &'a str) -> Result<T, Trouble> {
    let read: Result<T, WordError> = T::deserialize(StrDeserializer::new(text));
    let said = |error: WordError| {
        let words = error.to_string().replacen("unknown variant", "there is no", 1);
        words.replacen("expected one of", "known are", 1)
    };
    read.map_err(|error| Trouble::Said(format!("{flag}: {}", said(error)), 64))
}

/// `name=value`.
pub(super) fn pair(flag: &str, text: &str) -> Result<(String, String), Trouble> {
    let pair = text.split_once('=').map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
    pair.ok_or_else(|| Trouble::Said(format!("{flag}: write it like 電源ランプ=消灯, not {text}"), 64))
}

/// A moment as people write it, in the site's zone.
pub(super) async fn moment(context: &Context, text: Option<String>) -> Result<Option<Timestamp>, Trouble> {
    let Some(text) = text else { return Ok(None) };
    parse_moment(&text, &context.zone().await?).map(Some)
}

/// `2026-09-20 02:50`, `02:50` (today) or RFC 3339.
pub(super) fn parse_moment(text: &str, zone: &TimeZone) -> Result<Timestamp, Trouble> {
    let said = || {
        Trouble::Said(format!("`{text}` is not a time; write 2026-09-20 02:50, 02:50 or 2026-09-20T02:50+09:00"), 64)
    };
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let spelled = text.trim().replacen(' ', "T", 1);
    // The date first: a time alone is also read out of a text that has both.
    let civil: DateTime = match spelled.parse() {
        Ok(civil) => civil,
        Err(_) => {
            let time: Time = spelled.parse().map_err(|_| said())?;
            crate::clock::Clock::real(None).wall().to_zoned(zone.clone()).date().to_datetime(time)
        }
    };
    civil.to_zoned(zone.clone()).map(|zoned| zoned.timestamp()).map_err(|_| said())
}

#[cfg(test)]
mod tests {
    use super::super::text;
    use super::*;

    #[test]
    fn a_moment_keeps_the_date_it_is_written_with() {
        let zone = text::zone("Asia/Tokyo");
        let read = |text: &str| parse_moment(text, &zone).ok().map(|at| at.to_string());
        assert_eq!(read("2026-09-20 02:15").as_deref(), Some("2026-09-19T17:15:00Z"));
        assert_eq!(read("2026-09-20T02:15:30").as_deref(), Some("2026-09-19T17:15:30Z"));
        assert_eq!(read("2026-09-20T02:15+09:00").as_deref(), Some("2026-09-19T17:15:00Z"));
        assert_eq!(read("2026-09-20").as_deref(), Some("2026-09-19T15:00:00Z"));
        let today = crate::clock::Clock::real(None).wall().to_zoned(zone.clone()).date();
        assert_eq!(read("02:15"), parse_moment(&format!("{today} 02:15"), &zone).ok().map(|at| at.to_string()));
        assert_eq!(read("yesterday"), None);
    }
}
