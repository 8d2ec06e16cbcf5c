//! The look, told as stories against a Zabbix made of memory.
//!
//! After every look, successful or not, what the desk has on record must be exactly what the source remembers.
#![allow(clippy::unwrap_used, reason = "a failed test should stop")]

use super::api::Api;
use super::config::Access;
use super::fake::{Fake, FakeWire, PASSWORD, TOKEN, timeout};
use super::memory::Memory;
use super::poll::{Manner, Poll, Record, Stop};
use crate::desk::now::{Elapsed, Now};
use crate::desk::observation::{Cursor, Evidence, Failure, FailureKind, Key, Observation, OpenProblem, Report, Seen};
use crate::inbox::Closed;
use crate::source::Standing;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Second 0 of every story.
const START: i64 = 1_789_838_000;

/// What the desk would have on record.
#[derive(Default)]
struct Book {
    reports: Vec<Report>,
    cursor: Option<Cursor>,
    open: BTreeMap<Key, OpenProblem>,
}

impl Record for Book {
    async fn put(&mut self, report: Report) -> Result<(), Closed> {
        self.cursor = report.cursor.clone().or(self.cursor.take());
        for Observation { key, seen, .. } in &report.observations {
            match seen {
                Seen::Problem(problem) => {
                    let open = OpenProblem {
                        key: key.clone(),
                        object: problem.object.clone(),
                        level: problem.level,
                        acknowledged: problem.acknowledged,
                        suppressed: problem.suppressed,
                        monitored: true,
                    };
                    assert!(self.open.insert(key.clone(), open).is_none(), "{key} came twice");
                }
                Seen::Changed { level, acknowledged, suppressed, monitored } => {
                    let open = self.open.get_mut(key).unwrap();
                    open.level = level.unwrap_or(open.level);
                    open.acknowledged = acknowledged.unwrap_or(open.acknowledged);
                    open.suppressed = suppressed.unwrap_or(open.suppressed);
                    open.monitored = monitored.unwrap_or(open.monitored);
                }
                Seen::Recovered { .. } => assert!(self.open.remove(key).is_some(), "{key} recovered twice"),
                Seen::Unreadable { .. } => {}
            }
        }
        self.reports.push(report);
        Ok(())
    }
}

/// A story: a Zabbix, a source that looks at it, and the desk's book.
struct Story {
    zabbix: FakeWire,
    api: Api<FakeWire>,
    poll: Poll,
    book: Book,
    /// Seconds since the start of the story.
    time: u64,
    /// Seconds since the task began.
    begun: u64,
}

fn token() -> Access {
    Access::Token(TOKEN.into())
}

impl Story {
    fn new() -> Self {
        Self::of_version(6, 0, token())
    }

    fn of_version(major: u16, minor: u16, access: Access) -> Self {
        let fake = Fake { version: (major, minor), hosts: 10, ..Default::default() };
        let zabbix = FakeWire(Arc::new(Mutex::new(fake)));
        let api = Api::new(zabbix.clone(), access);
        let now = Now { wall: Timestamp::from_second(START).unwrap(), elapsed: Elapsed(0) };
        let poll = Poll::new(manner(), &Standing::default(), now);
        Self { zabbix, api, poll, book: Book::default(), time: 0, begun: 0 }
    }

    fn now(&self) -> Now {
        let wall = Timestamp::from_second(START + self.time as i64).unwrap();
        Now { wall, elapsed: Elapsed((self.time - self.begun) * 1_000) }
    }

    /// Stops the source and starts it again from the book.
    fn restart(&mut self, down_since: Option<u64>) {
        self.begun = self.time;
        let down_since = down_since.map(|second| Timestamp::from_second(START + second as i64).unwrap());
        let standing = Standing { down_since, ..self.standing() };
        self.poll = Poll::new(manner(), &standing, self.now());
    }

    fn standing(&self) -> Standing {
        let open = self.book.open.values().cloned().collect();
        Standing { cursor: self.book.cursor.clone(), open, down_since: None }
    }

    /// One look, 15 seconds after the last one: what was seen, in words.
    fn look(&mut self) -> Result<Vec<String>, Failure> {
        self.time += 15;
        let from = self.book.reports.len();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let now = self.now();
        let outcome = runtime.block_on(self.poll.look(&mut self.api, &mut self.book, now));
        // The book and the memory are the same.
        let (recorded, read) = Memory::restore(&self.standing(), self.now());
        read.unwrap();
        let mut remembered = self.poll.memory.open.clone();
        remembered.values_mut().for_each(|open| open.missed = false);
        assert_eq!(recorded.open, remembered);
        assert_eq!(recorded.lost, self.poll.memory.lost);
        assert_eq!(self.book.cursor, self.poll.memory.cursor());
        match outcome {
            Ok(()) => {
                assert!(self.book.reports.last().unwrap().complete);
                Ok(self.words(from))
            }
            Err(Stop::Failed(failure)) => {
                assert!(self.book.reports[from..].iter().all(|report| !report.complete));
                Err(failure)
            }
            Err(Stop::Closed(_)) => unreachable!("the book is always open"),
        }
    }

    /// What the reports since `from` say.
    fn words(&self, from: usize) -> Vec<String> {
        let observations = self.book.reports[from..].iter().flat_map(|report| &report.observations);
        observations.map(words).collect()
    }

    fn quiet(&mut self) {
        assert_eq!(self.look().unwrap(), Vec::<String>::new());
    }

    /// A story whose first look is over.
    fn begun() -> Self {
        let mut story = Self::new();
        story.quiet();
        story
    }

    fn clock(&self) -> i64 {
        START + self.time as i64 + 10
    }

    /// A problem that happens 5 seconds before the next look.
    fn problem(&mut self, id: u64, trigger: u64) {
        let clock = self.clock();
        self.zabbix.fake().problem(id, trigger, clock);
    }

    fn recovery(&mut self, id: u64, trigger: u64) {
        let clock = self.clock();
        self.zabbix.fake().recovery(id, trigger, clock);
    }

    fn last(&self) -> &Report {
        self.book.reports.last().unwrap()
    }

    fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.zabbix.fake().calls)
    }
}

fn manner() -> Manner {
    Manner { source: "zabbix".into(), every: Duration::from_secs(15), expected_hosts: None }
}

fn words(observation: &Observation) -> String {
    let Observation { key, at, seen } = observation;
    let second = at.as_second() - START;
    match seen {
        Seen::Problem(problem) => {
            let late = if problem.late { " late" } else { "" };
            format!("{key} problem {} on {} at {second}{late}", problem.level.as_str(), problem.host)
        }
        Seen::Recovered { evidence: Evidence::RecoveryEvent { event } } => format!("{key} over by {event} at {second}"),
        Seen::Recovered { evidence } => format!("{key} over, {evidence:?}, at {second}"),
        Seen::Changed { level, acknowledged, suppressed, monitored } => {
            let parts = [
                level.map(|level| level.as_str().to_owned()),
                acknowledged.map(|yes| format!("acknowledged={yes}")),
                suppressed.map(|yes| format!("suppressed={yes}")),
                monitored.map(|yes| format!("monitored={yes}")),
            ];
            format!("{key} changed {}", parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
        }
        Seen::Unreadable { why, .. } => format!("{key} unreadable: {why}"),
    }
}

// P8
#[test]
fn the_first_look_adopts_what_is_open_and_replays_nothing() {
    let mut story = Story::new();
    story.zabbix.fake().problem(3, 1, START - 9_000);
    story.zabbix.fake().recovery(4, 1, START - 8_000);
    story.zabbix.fake().problem(5, 2, START - 7_000);
    assert_eq!(story.look().unwrap(), ["5 problem high on host-3 at -7000"]);
    assert!(story.last().first_look && story.last().complete);
    let Seen::Problem(problem) = &story.last().observations[0].seen else { panic!() };
    assert_eq!((problem.host_name.as_str(), problem.groups.as_slice()), ("ホスト3", &["Vendor/Test".to_owned()][..]));
    story.problem(6, 3);
    assert_eq!(story.look().unwrap(), ["6 problem high on host-4 at 25"]);
    assert!(!story.last().first_look);
}

#[test]
fn a_first_look_that_fails_is_still_the_first_look_when_it_succeeds() {
    let mut story = Story::new();
    for id in 1..=1_200 {
        story.zabbix.fake().problem(id, id, START - 9_000);
    }
    // Version, newest, two pages of the list, hosts, details, groups, then the second page of details.
    story.zabbix.fake().trouble = std::iter::repeat_n(None, 7).chain([Some(Err(timeout()))]).collect();
    assert_eq!(story.look().unwrap_err().kind, FailureKind::Timeout);
    let adopted = story.book.open.len();
    assert_eq!(adopted, 500, "what was read is on record");
    assert!(story.book.cursor.is_none());
    story.restart(None);
    assert_eq!(story.look().unwrap().len(), 1_200 - adopted);
    assert!(story.book.reports.iter().all(|report| report.first_look));
}

#[test]
fn problems_and_recoveries_come_once_and_in_order() {
    let mut story = Story::begun();
    story.problem(1, 1);
    story.problem(2, 2);
    story.recovery(3, 1);
    story.problem(4, 1);
    let seen = story.look().unwrap();
    assert_eq!(
        seen,
        [
            "1 problem high on host-2 at 25",
            "2 problem high on host-3 at 25",
            "1 over by 3 at 25",
            "4 problem high on host-2 at 25"
        ]
    );
    story.quiet();
    assert!(story.last().cursor.is_none(), "nothing new, nothing to record");
    story.recovery(5, 1);
    assert_eq!(story.look().unwrap(), ["4 over by 5 at 55"]);
    story.quiet();
}

#[test]
fn a_flap_faster_than_the_poll_is_seen_in_full() {
    let mut story = Story::begun();
    for n in 0..8 {
        story.problem(1 + 2 * n, 1);
        story.recovery(2 + 2 * n, 1);
    }
    let seen = story.look().unwrap();
    assert_eq!(seen.len(), 16);
    assert!(seen[14].starts_with("15 problem") && seen[15].starts_with("15 over by 16"));
}

#[test]
fn one_recovery_may_close_several_problems() {
    let mut story = Story::begun();
    story.problem(1, 1);
    story.problem(2, 1);
    story.look().unwrap();
    story.recovery(3, 1);
    assert_eq!(story.look().unwrap(), ["1 over by 3 at 40", "2 over by 3 at 40"]);
}

// P1
#[test]
fn an_id_that_becomes_visible_after_a_higher_one_is_not_lost() {
    let mut story = Story::begun();
    story.problem(100, 1);
    story.look().unwrap();
    story.problem(2_100, 2);
    for id in 101..2_100 {
        story.problem(id, 3 + id);
        story.zabbix.fake().event(id).visible = false;
    }
    assert_eq!(story.look().unwrap().len(), 1);
    for id in 101..2_100 {
        story.zabbix.fake().event(id).visible = true;
    }
    // Even a late problem that is over before we look is found, which the list of open problems would not show.
    story.recovery(2_101, 3 + 150);
    story.restart(None);
    let seen = story.look().unwrap();
    assert_eq!(seen.len(), 1_999 + 1);
    assert!(seen.iter().any(|line| line.starts_with("150 over by 2101")));
    story.quiet();
}

// P8
#[test]
fn after_an_outage_the_gap_is_read_in_pages_with_true_times_and_marked_late() {
    let mut story = Story::begun();
    story.problem(1, 1);
    story.look().unwrap();
    story.zabbix.fake().trouble = [Some(Err(timeout()))].into();
    story.look().unwrap_err();
    for id in 2..=12_000 {
        story.problem(id, id);
    }
    story.time += 1_800;
    story.problem(12_001, 12_001);
    let from = story.book.reports.len();
    let seen = story.look().unwrap();
    assert_eq!(seen.len(), 12_000);
    assert_eq!(seen[0], "2 problem high on host-3 at 55 late");
    assert_eq!(seen[11_999], "12001 problem high on host-2 at 1855", "what has just happened is not late");
    let pages = &story.book.reports[from..];
    assert!(pages.iter().all(|page| page.observations.len() < 1_000));
    assert_eq!(pages.iter().filter(|page| page.complete).count(), 1);
    assert!(pages[3].cursor.is_some(), "every page moves the place");
    story.quiet();
    story.problem(12_002, 1);
    story.zabbix.fake().event(12_002).clock = START;
    assert!(!story.look().unwrap()[0].contains("late"), "an old clock alone is not late");
}

// P8
#[test]
fn after_a_restart_only_what_the_downtime_hid_is_late() {
    let mut story = Story::begun();
    story.time = 4_000;
    let clocks = [(1, 100), (2, 1_100), (3, 3_000), (4, 4_010)];
    for (id, clock) in clocks {
        story.zabbix.fake().problem(id, id, START + clock);
    }
    story.restart(Some(1_200));
    let late: Vec<bool> = story.look().unwrap().iter().map(|line| line.ends_with(" late")).collect();
    assert_eq!(late, [false, true, true, false], "a clock from before the downtime is just wrong");
}

// P1
#[test]
fn a_failure_in_the_middle_of_the_gap_goes_on_where_the_record_ends() {
    for restarted in [false, true] {
        let mut story = Story::begun();
        for id in 1..=3_000 {
            story.problem(id, id);
        }
        // The tail, two pages of details, one of groups, then nothing.
        story.zabbix.fake().trouble = [None, None, None, None, Some(Err(timeout()))].into();
        story.look().unwrap_err();
        let recorded = story.book.open.len();
        assert!((500..3_000).contains(&recorded), "{recorded}");
        if restarted {
            story.restart(Some(story.time));
        }
        assert_eq!(story.look().unwrap().len(), 3_000 - recorded);
        story.quiet();
    }
}

#[test]
fn what_was_certain_before_a_failure_is_handed_over_with_it() {
    let mut story = Story::begun();
    story.problem(1, 1);
    // The tail, details, groups; the list of open problems fails.
    story.zabbix.fake().trouble = [None, None, None, Some(Err(timeout()))].into();
    let from = story.book.reports.len();
    assert_eq!(story.look().unwrap_err().detail, "problem.get: no answer");
    assert_eq!(story.words(from), ["1 problem high on host-2 at 25"]);
    story.quiet();
}

// P6
#[test]
fn a_failed_page_closes_nothing() {
    let mut story = Story::begun();
    for id in 1..=1_500 {
        story.problem(id, id);
    }
    story.look().unwrap();
    story.poll.reconciled = None;
    story.zabbix.fake().trouble = [None, None, Some(Err(timeout()))].into();
    story.look().unwrap_err();
    assert_eq!(story.book.open.len(), 1_500);
    story.quiet();
}

#[test]
fn a_deleted_trigger_closes_without_a_recovery_after_two_complete_looks() {
    let mut story = Story::begun();
    story.problem(1, 1);
    story.problem(2, 2);
    story.look().unwrap();
    story.zabbix.fake().deleted.insert(1);
    story.quiet();
    // A failure between them: the two looks are not in a row.
    story.zabbix.fake().trouble = [Some(Err(timeout()))].into();
    story.look().unwrap_err();
    story.quiet();
    assert_eq!(story.look().unwrap(), ["1 over, NoRecoveryEvent, at 90"]);
    story.quiet();
}

#[test]
fn a_problem_that_is_listed_again_was_not_gone() {
    let mut story = Story::begun();
    story.problem(1, 1);
    story.problem(2, 2);
    story.look().unwrap();
    for _ in 0..3 {
        story.zabbix.fake().deleted.insert(1);
        story.quiet();
        story.zabbix.fake().deleted.clear();
        story.quiet();
    }
}

#[test]
fn a_disabled_trigger_is_not_monitored_and_not_recovered() {
    let mut story = Story::begun();
    story.problem(1, 1);
    story.look().unwrap();
    story.zabbix.fake().disabled.insert(1);
    assert_eq!(story.look().unwrap(), ["1 changed monitored=false"]);
    story.quiet();
    story.restart(None);
    story.quiet();
    story.zabbix.fake().disabled.clear();
    assert_eq!(story.look().unwrap(), ["1 changed monitored=true"]);
}

#[test]
fn maintenance_severity_and_acknowledgement_are_found_without_any_event() {
    let mut story = Story::begun();
    story.problem(1, 1);
    story.zabbix.fake().event(1).suppressed = true;
    story.look().unwrap();
    story.zabbix.fake().event(1).suppressed = false;
    assert_eq!(story.look().unwrap(), ["1 changed suppressed=false"]);
    story.zabbix.fake().event(1).severity = 5;
    story.zabbix.fake().event(1).acknowledged = true;
    assert_eq!(story.look().unwrap(), ["1 changed disaster acknowledged=true"]);
    story.quiet();
}

#[test]
fn a_right_granted_late_brings_the_problems_it_shows() {
    let mut story = Story::new();
    story.zabbix.fake().hidden.insert(2);
    story.zabbix.fake().problem(1, 1, START - 100);
    story.zabbix.fake().problem(2, 2, START - 100);
    assert_eq!(story.look().unwrap().len(), 1);
    story.zabbix.fake().hidden.clear();
    assert_eq!(story.look().unwrap(), ["1 problem high on host-2 at -100"]);
}

// P6
#[test]
fn lost_rights_are_a_failure_and_close_nothing() {
    for hidden in [1..=10, 1..=3] {
        let mut story = Story::begun();
        story.problem(1, 1);
        story.problem(2, 2);
        story.look().unwrap();
        story.zabbix.fake().hidden = hidden.collect();
        for _ in 0..100 {
            assert_eq!(story.look().unwrap_err().kind, FailureKind::RightsLost);
        }
        assert_eq!(story.book.open.len(), 2);
        story.zabbix.fake().hidden.clear();
        story.quiet();
    }
}

#[test]
fn hosts_removed_on_purpose_are_accepted_when_the_configuration_says_so() {
    let mut story = Story::begun();
    story.zabbix.fake().hidden = (1..=3).collect();
    let failure = story.look().unwrap_err();
    assert!(failure.detail.contains("only 7 of 10 hosts") && failure.detail.contains("expected_hosts = 7"));
    story.poll.manner.expected_hosts = Some(7);
    story.quiet();
    story.poll.manner.expected_hosts = None;
    story.quiet();
}

#[test]
fn without_any_visible_host_there_is_no_first_look() {
    let mut story = Story::new();
    story.zabbix.fake().hidden = (1..=10).collect();
    assert_eq!(story.look().unwrap_err().kind, FailureKind::RightsLost);
    assert!(story.book.cursor.is_none());
}

// P6
#[test]
fn all_problems_gone_at_once_without_a_word_is_not_believed_for_ten_minutes() {
    let mut story = Story::begun();
    story.problem(1, 1);
    story.problem(2, 2);
    story.problem(3, 3);
    story.look().unwrap();
    story.recovery(4, 3);
    let events = std::mem::take(&mut story.zabbix.fake().events);
    story.zabbix.fake().events = events.into_iter().filter(|(id, _)| *id >= 3).collect();
    let from = story.book.reports.len();
    let failure = story.look().unwrap_err();
    assert_eq!(failure.kind, FailureKind::RightsLost);
    assert_eq!(story.words(from), ["3 over by 4 at 40"], "what recovered by its event did recover");
    while story.time < 630 {
        story.look().unwrap_err();
    }
    story.quiet();
    assert_eq!(story.look().unwrap().len(), 2);
}

#[test]
fn a_restored_database_is_told_and_nothing_is_closed_by_it() {
    let mut story = Story::begun();
    for id in 1..=20 {
        story.problem(id, id);
    }
    story.look().unwrap();
    story.recovery(21, 1);
    story.look().unwrap();
    // Back to the state of event 10.
    story.zabbix.fake().events.retain(|id, _| *id <= 10);
    story.zabbix.fake().event(1).recovery = 0;
    let seen = story.look().unwrap();
    assert_eq!(seen, ["1@1 problem high on host-2 at 25"], "what is open again is told again");
    let remark = &story.last().remarks[0];
    assert!(remark.contains("the newest event is 10 although 21 was read") && remark.contains("10 open problems"));
    assert_eq!(story.book.open.len(), 20);
    story.quiet();
    // The ids come again and mean something else.
    story.problem(11, 4);
    story.recovery(12, 2);
    assert_eq!(story.look().unwrap(), ["11@1 problem high on host-5 at 85", "2 over by 12 at 85"]);
    story.restart(None);
    story.quiet();
    assert!(story.book.open.contains_key(&Key("11".into())), "the old 11 waits for somebody to close it");
}

#[test]
fn a_database_with_the_same_ids_but_other_events_is_noticed() {
    let mut story = Story::begun();
    story.problem(5, 1);
    story.look().unwrap();
    story.zabbix.fake().event(5).clock += 1;
    story.zabbix.fake().event(5).trigger = 7;
    assert_eq!(story.look().unwrap(), ["5@1 problem high on host-8 at 26"]);
    assert_eq!(story.last().remarks.len(), 1);
    assert_eq!(story.book.open.len(), 2);
    // The place is unknown there, but an open problem belongs to another trigger.
    story.zabbix.fake().event(5).trigger = 8;
    assert_eq!(story.look().unwrap(), ["5@2 problem high on host-9 at 26"]);
}

#[test]
fn with_many_open_problems_they_are_compared_once_a_minute() {
    let mut story = Story::begun();
    for id in 1..=2_000 {
        story.problem(id, id);
    }
    story.look().unwrap();
    story.calls();
    let compared: Vec<bool> = (0..12)
        .map(|_| {
            story.quiet();
            story.calls().iter().any(|call| call.starts_with("problem.get"))
        })
        .collect();
    assert_eq!(compared.iter().filter(|compared| **compared).count(), 3, "{compared:?}");
    story.recovery(2_001, 7);
    assert_eq!(story.look().unwrap().len(), 1, "recoveries do not wait for it");
}

#[test]
fn one_strange_event_is_told_once_and_hides_nothing() {
    let mut story = Story::begun();
    story.problem(1, 1);
    story.zabbix.fake().event(1).severity = 9;
    story.problem(2, 2);
    let seen = story.look().unwrap();
    assert!(seen[0].starts_with("1 unreadable") && seen[1].starts_with("2 problem"), "{seen:?}");
    story.quiet();
}

#[test]
fn every_version_is_spoken_to_in_its_own_way() {
    for version in [(5, 0), (5, 2), (5, 4), (6, 0), (6, 2), (6, 4), (7, 0), (7, 2), (7, 4), (8, 0)] {
        let login = Access::Login { user: "kiriwake".into(), password: PASSWORD.into() };
        for access in [token(), login] {
            let mut story = Story::of_version(version.0, version.1, access);
            story.problem(1, 1);
            assert_eq!(story.look().unwrap().len(), 1, "{version:?}");
            story.recovery(2, 1);
            assert_eq!(story.look().unwrap(), ["1 over by 2 at 25"], "{version:?}");
            let calls = story.calls();
            assert!(calls[0].starts_with("apiinfo.version"));
            assert_eq!(calls.iter().filter(|call| call.starts_with("apiinfo.version")).count(), 1);
            assert!(!calls.iter().any(|call| call.contains("expandDescription") || call.contains("extend")));
        }
    }
}

#[test]
fn version_seven_pages_open_problems_by_time_where_ids_are_beyond_2038() {
    for version in [(6, 0), (7, 0)] {
        let mut story = Story::of_version(version.0, version.1, token());
        let large = 1 << 33;
        for n in 1..=3_500 {
            // Many share one second.
            story.zabbix.fake().problem(large + n, n, START - 9_000 + (n as i64 / 900));
        }
        assert_eq!(story.look().unwrap().len(), 3_500, "{version:?}");
        let by_time = story.calls().iter().filter(|call| call.contains("time_from")).count();
        assert_eq!(by_time > 0, version == (7, 0));
        assert!(by_time < 40, "{by_time} calls");
    }
}

#[test]
fn an_upgrade_between_two_looks_is_noticed_by_the_refusal() {
    let mut story = Story::begun();
    story.problem(1, 1);
    story.zabbix.fake().version = (7, 2);
    assert_eq!(story.look().unwrap(), ["1 problem high on host-2 at 25"]);
}

#[test]
fn a_session_that_ended_is_opened_again() {
    let login = Access::Login { user: "kiriwake".into(), password: PASSWORD.into() };
    let mut story = Story::of_version(6, 0, login);
    story.quiet();
    story.zabbix.fake().sessions = 100;
    story.problem(1, 1);
    assert_eq!(story.look().unwrap().len(), 1);
    let wrong = Access::Login { user: "kiriwake".into(), password: "wrong".into() };
    let mut story = Story::of_version(6, 0, wrong);
    assert_eq!(story.look().unwrap_err().kind, FailureKind::LoggedOut);
}

#[test]
fn a_revoked_token_and_a_refused_request_are_told_apart() {
    for version in [(5, 4), (6, 0), (7, 2)] {
        let mut story = Story::of_version(version.0, version.1, token());
        story.quiet();
        story.zabbix.fake().token_gone = true;
        assert_eq!(story.look().unwrap_err().kind, FailureKind::LoggedOut, "{version:?}");
        story.zabbix.fake().token_gone = false;
        let refused = r#"{"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params.","data":"x"},"id":1}"#;
        story.zabbix.fake().trouble = [None, Some(Ok(refused.into()))].into();
        let failure = story.look().unwrap_err();
        assert_eq!(failure.kind, FailureKind::SourceError, "{version:?}: {failure:?}");
    }
}

#[test]
fn each_form_of_blindness_has_its_kind() {
    let broken = |text: &str| Some(Ok(text.to_owned()));
    let not_set_up = r#"{"jsonrpc":"2.0","error":{"code":1,"message":"x","data":"no database"},"id":1}"#;
    for (instead, kind) in [
        (broken("<html>Maintenance</html>"), FailureKind::Garbled),
        (broken(r#"{"jsonrpc":"2.0","result":[{"eventid":"1","clo"#), FailureKind::Garbled),
        (broken(r#"{"jsonrpc":"2.0","result":[],"id":999}"#), FailureKind::Garbled),
        (broken(r#"{"jsonrpc":"2.0","result":[]}"#), FailureKind::Garbled),
        (broken(r#"{"jsonrpc":"2.0","id":1}"#), FailureKind::Garbled),
        (broken(r#"{"jsonrpc":"2.0","result":null,"id":1}"#), FailureKind::Garbled),
        (broken("[]"), FailureKind::Garbled),
        (broken(&"[".repeat(10_000)), FailureKind::Garbled),
        (broken(not_set_up), FailureKind::SourceError),
        (Some(Err(timeout())), FailureKind::Timeout),
    ] {
        let mut story = Story::begun();
        story.problem(1, 1);
        story.look().unwrap();
        story.zabbix.fake().trouble = [instead].into();
        let failure = story.look().unwrap_err();
        assert_eq!(failure.kind, kind, "{failure:?}");
        story.quiet();
    }
}

// P14
#[test]
fn no_failure_and_no_debug_text_holds_a_secret() {
    let login = Access::Login { user: "kiriwake".into(), password: PASSWORD.into() };
    let mut story = Story::of_version(6, 0, login);
    // The version, then a login whose answer is cut.
    story.zabbix.fake().trouble = [None, Some(Ok(r#"{"jsonrpc":"2.0","result":"session-secr"#.into()))].into();
    let failure = story.look().unwrap_err();
    assert!(!failure.detail.contains("session-secr"), "{}", failure.detail);
    story.quiet();
    let login = Access::Login { user: "kiriwake".into(), password: PASSWORD.into() };
    let debug = format!("{:?} {login:?} {:?}", story.poll, token());
    for secret in [PASSWORD, "session1", TOKEN] {
        assert!(!debug.contains(secret));
    }
}
