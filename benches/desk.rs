//! What one alert costs the desk: placed, counted, recorded, and recovered, with many open alerts and many rules.
//!
//! `cargo bench --bench desk`. One item is one alert with its recovery. The desk alone: no journal, no sources, one core. What it
//! wants done is done at once, and comes back with the next step.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot set itself up should stop")]

#[path = "../tests/support/mod.rs"]
mod support;

use divan::Bencher;
use divan::counter::ItemsCount;
use jiff::{SignedDuration, Timestamp};
use kiriwake::config::{self, Environment};
use kiriwake::desk::now::{Elapsed, Now};
use kiriwake::desk::observation::{Evidence, Key, Observation, Problem, Seen};
use kiriwake::desk::owed;
use kiriwake::desk::rules::Rules;
use kiriwake::desk::state::State;
use kiriwake::desk::{Change, Desk, Input};
use std::collections::VecDeque;
use std::fmt::Write;
use std::fs;
use std::sync::Arc;
use support::desk::{arrived, problem, report};

/// Access switches below each distribution switch, hosts below each access switch: 2,000 components with the core.
const DISTRIBUTION: usize = 20;
const ACCESS: usize = 10;
const HOSTS: usize = 9;
/// Alerts of one look, as a poll brings them.
const BATCH: usize = 100;

fn main() {
    divan::main();
}

fn rules(number: usize) -> Rules {
    let mut text = String::new();
    let mut component = |name: &str, needs: &str| {
        let host = format!("hosts = [\"{name}\"]\nparty = \"s-sha\"");
        writeln!(text, "[component.{name}]\n{host}\nneeds = [\"{needs}\"]").unwrap();
    };
    for distribution in 0..DISTRIBUTION {
        component(&format!("d{distribution}"), "core-switch");
        for access in 0..ACCESS {
            component(&format!("a{distribution}-{access}"), &format!("d{distribution}"));
            for host in 0..HOSTS {
                component(&format!("h{distribution}-{access}-{host}"), &format!("a{distribution}-{access}"));
            }
        }
    }
    for rule in 0..number {
        let host = host(rule);
        write!(
            text,
            "[[rule]]\nname = \"r{rule}\"\nwhen.alert = {{ component = \"{host}\", summary = \"/disk {rule} /\" }}\n\
             then = {{ verdict = \"single\", party = \"s-sha\", confidence = \"probable\" }}\nbecause = \"検証のため\"\n"
        )
        .unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    for (name, example) in config::EXAMPLE.iter().filter(|(name, _)| *name != "isolation.toml") {
        fs::write(folder.path().join(name), example).unwrap();
    }
    fs::write(folder.path().join("zz-estate.toml"), text).unwrap();
    let loaded = config::load(folder.path(), &Environment::default(), "2026-09-01".parse().unwrap());
    loaded.map(|(settings, _)| Arc::unwrap_or_clone(settings.rules)).map_err(|_| "the rules are faulty").unwrap()
}

fn host(nth: usize) -> String {
    let (distribution, rest) = (nth % DISTRIBUTION, nth / DISTRIBUTION);
    format!("h{distribution}-{}-{}", rest % ACCESS, rest / ACCESS % HOSTS)
}

/// A desk with open alerts, and the clock it goes by.
struct Stand {
    desk: Desk,
    began: Timestamp,
    seconds: u64,
    keys: u64,
}

impl Stand {
    fn new(rules: &Rules, open: usize) -> Self {
        let began: Timestamp = "2026-10-07T01:00:00Z".parse().unwrap();
        let mut stand = Self { desk: Desk::new(State::default(), rules.clone()), began, seconds: 0, keys: 0 };
        stand.step(Input::Started { store: "bench".into(), epoch: 1 });
        stand.step(Input::RulesLoaded { hash: rules.hash.clone() });
        // As an estate fills up: look by look, with the windows of what came before over.
        for look in 0..open.div_ceil(BATCH) {
            let observations = (0..BATCH).map(|nth| stand.problem(look * BATCH + nth).1).collect();
            stand.report(observations);
            stand.seconds += 120;
            stand.step(Input::Tick);
        }
        stand
    }

    fn step(&mut self, input: Input) {
        let wall = self.began + SignedDuration::from_secs(i64::try_from(self.seconds).unwrap());
        let now = Now { wall, elapsed: Elapsed(self.seconds * 1000) };
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let entries = self.desk.step(now, input).entries;
            for entry in &entries {
                let Change::Owed(owed::Change::Started { owed, attempt, .. }) = &entry.change else { continue };
                let outcome = arrived(&self.desk.state().owed[owed].work);
                inputs.push_back(Input::Outcome { owed: *owed, attempt: *attempt, outcome });
            }
            divan::black_box(entries);
        }
    }

    fn report(&mut self, observations: Vec<Observation>) {
        self.step(report("zabbix", observations));
    }

    fn at(&self) -> Timestamp {
        self.began + SignedDuration::from_secs(i64::try_from(self.seconds).unwrap())
    }

    fn problem(&mut self, nth: usize) -> (Key, Observation) {
        self.keys += 1;
        let key = Key(self.keys.to_string().into());
        let host = host(nth);
        let problem = Problem {
            host_name: format!("{host} of the estate").into(),
            tags: [("component".into(), "os".into())].into(),
            groups: ["Estate".into()].into(),
            object: Some(nth.to_string().into()),
            ..problem(&host, &format!("disk of {host} is nearly full"))
        };
        (key.clone(), Observation { key, at: self.at(), seen: Seen::Problem(problem) })
    }

    /// One look brings new alerts, the next their recoveries.
    fn come_and_go(&mut self, from: usize) {
        self.seconds += 1;
        let (keys, observations): (Vec<Key>, Vec<Observation>) = (0..BATCH).map(|nth| self.problem(from + nth)).unzip();
        self.report(observations);
        self.seconds += 1;
        let at = self.at();
        let recovered = |key: Key| {
            let evidence = Evidence::RecoveryEvent { event: format!("{key} ok") };
            Observation { key, at, seen: Seen::Recovered { evidence } }
        };
        self.report(keys.into_iter().map(recovered).collect());
    }
}

#[divan::bench(args = [(100, 100), (1_000, 100), (10_000, 100), (1_000, 10), (1_000, 1_000)], sample_count = 20)]
fn alerts(bencher: Bencher, (open, number): (usize, usize)) {
    let rules = rules(number);
    let mut stand = Stand::new(&rules, open);
    let mut from = 0;
    bencher.counter(ItemsCount::new(BATCH)).bench_local(|| {
        from = (from + BATCH) % open.max(BATCH);
        stand.come_and_go(from);
    });
}
