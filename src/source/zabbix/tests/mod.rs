//! The look, told as stories against a Zabbix made of memory.
//!
//! After every look, successful or not, what the desk has on record must be exactly what the source remembers.
#![allow(clippy::unwrap_used, reason = "a failed test should stop")]

mod fuzz;
mod open;
mod server;
mod tail;

use super::api::Api;
use super::config::Access;
use super::fake::{Fake, FakeWire, TOKEN};
use super::memory::Memory;
use super::poll::{Manner, Poll, Record, Stop};
use crate::desk::now::{Elapsed, Now};
use crate::desk::observation::{
    Cursor, Evidence, Failure, FailureKind, Key, Observation, OpenProblem, Problem, Report, Seen,
};
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
    Manner { source: "zabbix".into(), every: Duration::from_secs(15), expected_hosts: None, maintenance: false }
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
