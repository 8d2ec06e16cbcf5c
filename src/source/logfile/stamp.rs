//! The head of a line: when it was written, by which host, and what remains.
//!
//! Called only for lines that fit a pattern. Not here: what is done when there is no time (the caller uses the time of
//! reading).

use super::config::Stamps;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use regex::{Captures, Regex};
use std::sync::LazyLock;

/// What the head of a line says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head<'a> {
    /// When the line was written, if that can be read.
    pub(super) at: Option<Timestamp>,
    /// The host that wrote it, if the head names one.
    pub(super) host: Option<&'a str>,
    /// The line without its head.
    pub(super) message: &'a str,
}

/// The date and time of ISO 8601 and RFC 3339, as loosely as logs write them.
const ISO: &str = r"(?x) (?P<year>[0-9]{4}) [-/] (?P<month>[0-9]{1,2}) [-/] (?P<day>[0-9]{1,2}) [T\ ]+
    (?P<hour>[0-9]{1,2}) : (?P<minute>[0-9]{2}) : (?P<second>[0-9]{2}) (?: [.,] (?P<fraction>[0-9]{1,9}) [0-9]* )?
    (?P<zone> Z | \ ?(?:UTC|GMT)\b | [+-][0-9]{2}:?[0-9]{2} )?";
/// RFC 3164's, with what routers add: a mark of an unset clock, a year, a fraction.
const BSD: &str = r"(?x) [*.]? (?P<name>[A-Z][a-z]{2}) \ +(?P<day>[0-9]{1,2}) (?: \ (?P<year>[0-9]{4}) )?
    \ (?P<hour>[0-9]{2}) : (?P<minute>[0-9]{2}) : (?P<second>[0-9]{2}) (?: [.,] (?P<fraction>[0-9]{1,9}) [0-9]* )?";
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

static PRIORITY: LazyLock<Regex> = LazyLock::new(|| own(r"\A<[0-9]{1,3}>"));
static NEW_STYLE: LazyLock<Regex> =
    LazyLock::new(|| own(&format!(r"\A1 (?:{ISO}|-) (?P<host>\S+) \S+ \S+ \S+ (?P<rest>.*)\z")));
static OLD_STYLE: LazyLock<Regex> = LazyLock::new(|| own(&format!(r"\A{BSD}(?P<rest>.*)\z")));
static ISO_STYLE: LazyLock<Regex> = LazyLock::new(|| own(&format!(r"\A\[?{ISO}\]?(?P<rest>.*)\z")));
static STRUCTURED: LazyLock<Regex> = LazyLock::new(|| own(r#"\A(?:-|(?:\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\])+)(?: |\z)"#));
static HOST: LazyLock<Regex> =
    LazyLock::new(|| own(r"\A\s+(?P<host>[0-9A-Za-z][0-9A-Za-z._:-]*[0-9A-Za-z]|[0-9A-Za-z])(?:\s+|\z)"));

#[allow(clippy::expect_used, reason = "the expressions are constants of this file, each used by a test")]
fn own(expression: &str) -> Regex {
    Regex::new(&format!("(?s){expression}")).expect("an expression of ours compiles")
}

/// Reads the head of `line`. `read` is the time of reading, which supplies a missing year; `zone` supplies a missing zone.
pub(super) fn head<'a>(line: &'a str, stamps: Stamps, read: Timestamp, zone: &TimeZone) -> Head<'a> {
    match stamps {
        Stamps::None => Head { at: None, host: None, message: line },
        Stamps::Iso8601 => match ISO_STYLE.captures(line) {
            Some(found) => Head { at: iso(&found, zone), host: None, message: rest(&found).trim_start() },
            None => Head { at: None, host: None, message: line },
        },
        Stamps::Syslog => syslog(line, read, zone),
    }
}

fn syslog<'a>(line: &'a str, read: Timestamp, zone: &TimeZone) -> Head<'a> {
    let line = PRIORITY.find(line).map_or(line, |priority| &line[priority.end()..]);
    if let Some(found) = NEW_STYLE.captures(line) {
        let host = found.name("host").map(|host| host.as_str()).filter(|host| *host != "-");
        let rest = rest(&found);
        let message = STRUCTURED.find(rest).map_or(rest, |data| &rest[data.end()..]);
        return Head { at: iso(&found, zone), host, message: message.trim_start_matches('\u{feff}') };
    }
    let (at, rest) = if let Some(found) = ISO_STYLE.captures(line) {
        (iso(&found, zone), rest(&found))
    } else if let Some(found) = OLD_STYLE.captures(line) {
        (bsd(&found, read, zone), rest(&found))
    } else {
        return Head { at: None, host: None, message: line };
    };
    // A word that ends in a colon is a tag (`kernel:`), not a host; a router that writes no host puts the colon at once.
    match HOST.captures(rest) {
        Some(found) => {
            let end = found.get(0).map_or(0, |all| all.end());
            Head { at, host: found.name("host").map(|host| host.as_str()), message: &rest[end..] }
        }
        None => Head { at, host: None, message: rest.trim_start_matches([':', ' ']) },
    }
}

fn rest<'a>(found: &Captures<'a>) -> &'a str {
    found.name("rest").map_or("", |rest| rest.as_str())
}

fn number(found: &Captures<'_>, name: &str) -> Option<i16> {
    found.name(name)?.as_str().parse().ok()
}

fn iso(found: &Captures<'_>, zone: &TimeZone) -> Option<Timestamp> {
    let date = date(number(found, "year")?, number(found, "month")?, number(found, "day")?)?;
    let moment = date.to_datetime(time(found)?);
    match found.name("zone").map(|zone| zone.as_str().trim_start()) {
        None => in_zone(moment, zone),
        Some("Z" | "UTC" | "GMT") => in_zone(moment, &TimeZone::UTC),
        Some(offset) => {
            let digits: String = offset.chars().filter(char::is_ascii_digit).collect();
            let hours: i32 = digits.get(..2)?.parse().ok()?;
            let minutes: i32 = digits.get(2..)?.parse().ok()?;
            let seconds = (hours * 60 + minutes) * 60;
            let offset = Offset::from_seconds(if offset.starts_with('-') { -seconds } else { seconds }).ok()?;
            offset.to_timestamp(moment).ok()
        }
    }
}

/// RFC 3164 has no year: it is the one that puts the line nearest to the time of reading, so that a line of 31 December
/// read on 1 January is a second old and not a year ahead.
fn bsd(found: &Captures<'_>, read: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let name = found.name("name")?.as_str();
    let month = i16::try_from(MONTHS.iter().position(|month| *month == name)? + 1).ok()?;
    let (day, time) = (number(found, "day")?, time(found)?);
    let in_year = |year| in_zone(date(year, month, day)?.to_datetime(time), zone);
    match number(found, "year") {
        Some(year) => in_year(year),
        None => {
            let year = read.to_zoned(zone.clone()).year();
            let years = [year.checked_sub(1)?, year, year.checked_add(1)?];
            years.into_iter().filter_map(in_year).min_by_key(|at| at.duration_since(read).abs())
        }
    }
}

fn date(year: i16, month: i16, day: i16) -> Option<Date> {
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn time(found: &Captures<'_>) -> Option<Time> {
    let part = |name| number(found, name).and_then(|number| i8::try_from(number).ok());
    // A leap second is the last second that clocks know.
    let second = part("second")?.min(59);
    let fraction = found.name("fraction").map_or("", |fraction| fraction.as_str());
    let nanoseconds: i32 = format!("{fraction:0<9}").parse().ok()?;
    Time::new(part("hour")?, part("minute")?, second, nanoseconds).ok()
}

fn in_zone(moment: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_timestamp(moment).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_at(line: &str, stamps: Stamps, read: &str) -> (Option<String>, Option<String>, String) {
        let zone = TimeZone::get("Asia/Tokyo").expect("the zone");
        let head = head(line, stamps, read.parse().expect("a time"), &zone);
        (head.at.map(|at| at.to_string()), head.host.map(str::to_owned), head.message.to_owned())
    }

    #[test]
    fn syslog_heads_of_every_style_give_time_host_and_message() {
        let at = "2026-09-19T17:13:40Z";
        for (line, host, message) in [
            ("Sep 20 02:13:40 core-sw-01 %LINK-3-UPDOWN: down", Some("core-sw-01"), "%LINK-3-UPDOWN: down"),
            ("<187>Sep 20 02:13:40 core-sw-01 ifmgr[12]: down", Some("core-sw-01"), "ifmgr[12]: down"),
            ("2026-09-20T02:13:40+09:00 srv-db-01 kernel: oom", Some("srv-db-01"), "kernel: oom"),
            ("<34>1 2026-09-19T17:13:40Z srv-db-01 su - ID47 - failed", Some("srv-db-01"), "failed"),
            ("1 2026-09-19T17:13:40Z h su 1 - [a b=\"x]\\\"\"][c] failed", Some("h"), "failed"),
            ("1 2026-09-19T17:13:40Z - su 1 - -", None, ""),
            ("Sep 20 02:13:40 kernel: oom", None, "kernel: oom"),
            ("*Sep 20 2026 02:13:40: %SYS-5-RESTART: up", None, "%SYS-5-RESTART: up"),
            ("Sep 20 02:13:40 192.0.2.7 x", Some("192.0.2.7"), "x"),
            ("Sep 20 02:13:40 2001:db8::1 x", Some("2001:db8::1"), "x"),
        ] {
            let expected = (Some(at.to_owned()), host.map(str::to_owned), message.to_owned());
            assert_eq!(read_at(line, Stamps::Syslog, "2026-09-20T00:00:00Z"), expected, "{line}");
        }
    }

    #[test]
    fn a_missing_year_is_the_nearest_one() {
        for (line, read, expected) in [
            ("Dec 31 23:59:59 h x", "2026-12-31T15:00:05Z", Some("2026-12-31T14:59:59Z")),
            ("Jan  1 00:00:02 h x", "2026-12-31T14:59:58Z", Some("2026-12-31T15:00:02Z")),
            ("Feb 29 12:00:00 h x", "2028-02-29T03:00:01Z", Some("2028-02-29T03:00:00Z")),
            ("Feb 29 12:00:00 h x", "2026-03-01T00:00:00Z", None),
            ("Sep 31 12:00:00 h x", "2026-10-01T00:00:00Z", None),
            ("Xyz 20 12:00:00 h x", "2026-10-01T00:00:00Z", None),
            ("Sep 20 25:00:00 h x", "2026-10-01T00:00:00Z", None),
        ] {
            assert_eq!(read_at(line, Stamps::Syslog, read).0.as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn iso_stamps_are_read_as_loosely_as_logs_write_them() {
        for (line, at, message) in [
            ("2026-09-20T02:13:40Z x", "2026-09-20T02:13:40Z", "x"),
            ("2026-09-20 02:13:40,123 ERROR x", "2026-09-19T17:13:40.123Z", "ERROR x"),
            ("[2026/09/20 02:13:40] x", "2026-09-19T17:13:40Z", "x"),
            ("2026-09-20 02:13:40.5+0000 x", "2026-09-20T02:13:40.5Z", "x"),
            ("2026-09-20 02:13:40 UTC x", "2026-09-20T02:13:40Z", "x"),
            ("2026-06-30T23:59:60Z x", "2026-06-30T23:59:59Z", "x"),
            ("2026-09-20T02:13:40-05:30 x", "2026-09-20T07:43:40Z", "x"),
        ] {
            let found = read_at(line, Stamps::Iso8601, "2026-09-20T00:00:00Z");
            assert_eq!((found.0.as_deref(), found.2.as_str()), (Some(at), message), "{line}");
        }
    }

    #[test]
    fn what_has_no_readable_time_is_all_message() {
        for stamps in [Stamps::Syslog, Stamps::Iso8601, Stamps::None] {
            for line in ["", "<", "at com.example.Main(Main.java:12)", "表示できません", "1 - "] {
                let found = read_at(line, stamps, "2026-09-20T00:00:00Z");
                assert_eq!(found, (None, None, line.to_owned()), "{line}");
            }
        }
    }
}
