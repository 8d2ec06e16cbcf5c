//! A desk's day and the frames that tell of it, for records that are made before a daemon reads them.

use super::desk::{payload, problem, report};
use jiff::{SignedDuration, Timestamp};
use kiriwake::desk::now::{Elapsed, Now};
use kiriwake::desk::observation::{Key, Observation, Problem, Seen};
use kiriwake::desk::outcome::Outcome;
use kiriwake::desk::owed::{self, Owed};
use kiriwake::desk::rules::Rules;
use kiriwake::desk::state::State;
use kiriwake::desk::{Change, Desk, Frame, Input};
use kiriwake::store::{self, Store};
use std::collections::VecDeque;
use std::path::Path;

/// Frames that are synced together.
const TOGETHER: usize = 500;

/// The desk's day so far, on record.
pub(crate) struct Day<'a> {
    pub(crate) desk: Desk,
    pub(crate) now: Now,
    store: Store,
    /// What becomes of what is begun; `None` = nothing yet.
    becomes: &'a dyn Fn(&Owed) -> Option<Outcome>,
    frames: Vec<String>,
}

impl<'a> Day<'a> {
    /// Begins a record in the state folder `state` as of `wall`.
    pub(crate) fn begin(
        state: &Path,
        rules: &Rules,
        wall: Timestamp,
        becomes: &'a dyn Fn(&Owed) -> Option<Outcome>,
    ) -> Self {
        let (store, start) = Store::open(state, store::Options::default()).expect("an empty folder");
        let desk = Desk::new(State::default(), rules.clone());
        let now = Now { wall, elapsed: Elapsed::default() };
        let mut day = Self { desk, now, store, becomes, frames: Vec::new() };
        day.step(Input::Started { store: start.store_id.to_string(), epoch: 1 });
        day.step(Input::RulesLoaded { hash: rules.hash.clone() });
        day
    }

    pub(crate) fn step(&mut self, input: Input) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let entries = self.desk.step(self.now, input.clone()).entries;
            for entry in &entries {
                if let Change::Owed(owed::Change::Started { owed, attempt, .. }) = &entry.change
                    && let Some(outcome) = (self.becomes)(&self.desk.state().owed[owed])
                {
                    inputs.push_back(Input::Outcome { owed: *owed, attempt: *attempt, outcome });
                }
            }
            let rules = self.desk.book().rules.hash.clone();
            let frame = Frame { at: self.now, rules, input, entries };
            self.frames.push(payload(&frame));
        }
        if self.frames.len() >= TOGETHER {
            self.commit();
        }
    }

    pub(crate) fn pass(&mut self, seconds: u64) {
        self.now.elapsed = Elapsed(self.now.elapsed.0 + seconds * 1000);
        self.now.wall += SignedDuration::from_secs(i64::try_from(seconds).expect("not that long"));
        self.step(Input::Tick);
    }

    /// One look brings all of them.
    pub(crate) fn look(&mut self, problems: Vec<(Key, Problem)>) {
        let at = self.now.wall;
        let seen = |(key, problem)| Observation { key, at, seen: Seen::Problem(problem) };
        self.step(report("zabbix", problems.into_iter().map(seen).collect()));
    }

    fn commit(&mut self) {
        self.store.commit(&std::mem::take(&mut self.frames)).expect("a disk with room");
    }

    /// Puts the rest on record and closes it; the desk as it ends.
    pub(crate) fn end(mut self) -> Desk {
        if !self.frames.is_empty() {
            self.commit();
        }
        self.store.close().expect("a disk with room");
        self.desk
    }
}

/// A full disk of a host that no component stands for: an incident of its own.
pub(crate) fn alone(nth: usize) -> (Key, Problem) {
    let summary = format!("ディスク使用率が {}% を超えています", 80 + nth % 20);
    let problem = Problem {
        host_name: format!("部署{nth}のサーバ").into(),
        tags: vec![("component".to_owned(), "os".to_owned())].into(),
        groups: vec!["Vendor/Server".to_owned()].into(),
        object: Some(nth.to_string().into()),
        ..problem(&format!("host-{nth}"), &summary)
    };
    (Key(nth.to_string().into()), problem)
}
