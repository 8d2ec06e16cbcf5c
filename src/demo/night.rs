//! The night that is played: what the stand-in Zabbix shows and what arrives in the log files, as data.
//!
//! Read from `problems.txt` and `log.txt` beside this file. Times are those of Sunday 20 September 2026 in the town.
//! Not here: what the desk makes of it, and what people do ([`super::people`]).

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

/// Where the story is set.
pub(super) const ZONE: &str = "Asia/Tokyo";
/// The Sunday in the middle of a five-day closure.
pub(super) const DATE: Date = Date::constant(2026, 9, 20);

/// A host of the site and the one problem it may have that night.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Host {
    /// Technical name.
    pub(super) host: &'static str,
    /// The name people know.
    pub(super) name: &'static str,
    /// Its groups in Zabbix.
    pub(super) groups: Vec<&'static str>,
    /// What goes wrong with it; `None` = nothing.
    pub(super) problem: Option<Problem>,
}

/// A problem as Zabbix shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    /// When it begins.
    pub(super) begins: Moment,
    /// When it is over; `None` = not in this story.
    pub(super) over: Option<Moment>,
    /// Its tag `component`.
    pub(super) component: &'static str,
    /// Zabbix' severity, 1 to 5.
    pub(super) severity: u8,
    /// Its text.
    pub(super) summary: &'static str,
}

/// An event that is seen later than it happened, if it came through a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    /// When Zabbix shows it.
    pub(super) seen: Timestamp,
    /// The time it carries.
    pub(super) clock: Timestamp,
}

/// A line of a log file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// When it is there.
    pub(super) arrives: Timestamp,
    /// The time in it.
    pub(super) written: Timestamp,
    /// The host that wrote it.
    pub(super) host: &'static str,
    /// It opens a problem, by the patterns of the example configuration.
    pub(super) opens: bool,
    /// What follows host and time.
    pub(super) text: &'static str,
}

/// All hosts.
pub(super) fn hosts() -> Vec<Host> {
    rows(include_str!("problems.txt")).map(host).collect()
}

/// All lines, in the order they arrive.
pub(super) fn log() -> Vec<Line> {
    let line = |row: Vec<&'static str>| {
        let [arrives, written, opens, host, text] = cells(&row);
        Line { arrives: at(arrives), written: at(written), opens: opens == "opens", host, text }
    };
    rows(include_str!("log.txt")).map(line).collect()
}

/// `HH:MM:SS` of that Sunday.
#[allow(clippy::expect_used, reason = "the times are constants of this folder, each read by a test")]
pub(super) fn at(time: &str) -> Timestamp {
    let time: Time = time.parse().expect("a time of the night is HH:MM:SS");
    let zone = TimeZone::get(ZONE).expect("the zone is built in");
    DATE.to_datetime(time).to_zoned(zone).expect("no time of that day is missing").timestamp()
}

fn rows(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines.map(|line| line.split('|').map(str::trim).collect())
}

#[allow(clippy::expect_used, reason = "the tables are constants of this folder, read by a test")]
fn cells<const N: usize>(row: &[&'static str]) -> [&'static str; N] {
    row.try_into().expect("a row of the night has all its columns")
}

#[allow(clippy::expect_used, reason = "the tables are constants of this folder, read by a test")]
fn host(row: Vec<&'static str>) -> Host {
    let [begins, over, host, name, groups, component, severity, summary] = cells(&row);
    let problem = moment(begins).map(|begins| Problem {
        begins,
        over: moment(over),
        component,
        severity: severity.parse().expect("a severity is a number"),
        summary,
    });
    Host { host, name, groups: groups.split(", ").collect(), problem }
}

/// `HH:MM:SS`, with the time it carries in brackets where that is another one; `-` is never.
fn moment(text: &str) -> Option<Moment> {
    if text == "-" {
        return None;
    }
    let (seen, clock) = match text.split_once(" (") {
        Some((seen, clock)) => (at(seen), at(clock.trim_end_matches(')'))),
        None => (at(text), at(text)),
    };
    Some(Moment { seen, clock })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forty_of_forty_five_hosts_fail_and_two_stay_red() {
        let hosts = hosts();
        assert_eq!(hosts.len(), 45);
        let problems: Vec<&Problem> = hosts.iter().filter_map(|host| host.problem.as_ref()).collect();
        assert_eq!(problems.len(), 40);
        assert_eq!(problems.iter().filter(|problem| problem.over.is_none()).count(), 2);
        assert!(problems.iter().all(|problem| problem.begins.clock <= problem.begins.seen));
        assert!(problems.iter().all(|problem| problem.over.is_none_or(|over| over.seen > problem.begins.seen)));
    }

    #[test]
    fn the_log_is_in_order_and_nothing_is_written_after_it_arrives() {
        let log = log();
        assert!(log.is_sorted_by_key(|line| line.arrives));
        assert!(log.iter().all(|line| line.written <= line.arrives));
    }
}
