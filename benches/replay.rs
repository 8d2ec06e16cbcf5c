//! What trying rules on recorded days costs: the journal is read, understood, stepped under the rules on trial, compared.
//!
//! `cargo bench --bench replay`. One item is one alert. The days are made first, with 1,000 alerts each: half of them in
//! bursts behind one switch, half alone, some gone within the window; looks every minute, a desk that checks operation and
//! closes. `KW_DAYS=90` measures a quarter of a year instead of nine days.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot set itself up should stop")]

use divan::Bencher;
use divan::counter::ItemsCount;
use jiff::{SignedDuration, Timestamp};
use kiriwake::config::{self, Environment};
use kiriwake::desk::act::{Act, Actor, Deed, Role};
use kiriwake::desk::evidence::{Gathered, Lack};
use kiriwake::desk::incident::StatusName;
use kiriwake::desk::now::{Elapsed, Now};
use kiriwake::desk::observation::{Evidence, Key, Level, Observation, Problem, Report, Seen};
use kiriwake::desk::outcome::{Delivery, Outcome, Ping, Probed, WriteBack};
use kiriwake::desk::owed::{self, Work};
use kiriwake::desk::rules::Rules;
use kiriwake::desk::state::State;
use kiriwake::desk::{Change, Desk, Frame, Input};
use kiriwake::replay::past::Past;
use kiriwake::replay::replay;
use kiriwake::store::{self, Store};
use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Switches, and hosts behind each.
const SWITCHES: usize = 40;
const HOSTS: usize = 25;
/// Alerts of a day.
const ALERTS: usize = 1_000;
/// Rules of isolation beside those of the example.
const RULES: usize = 100;

fn main() {
    divan::main();
}

fn rules(confidence: &str) -> Rules {
    let mut text = String::new();
    for switch in 0..SWITCHES {
        writeln!(text, "[component.s{switch}]\nhosts = [\"s{switch}\"]\nparty = \"n-sha\"\nneeds = [\"core-switch\"]")
            .unwrap();
        for host in 0..HOSTS {
            let name = format!("h{switch}-{host}");
            writeln!(text, "[component.{name}]\nhosts = [\"{name}\"]\nparty = \"s-sha\"\nneeds = [\"s{switch}\"]")
                .unwrap();
        }
    }
    for rule in 0..RULES {
        let (switch, host) = (rule % SWITCHES, rule % HOSTS);
        write!(
            text,
            "[[rule]]\nname = \"r{rule}\"\nwhen.alert = {{ component = \"h{switch}-{host}\", summary = \"/disk {rule} /\" }}\n\
             then = {{ verdict = \"single\", party = \"s-sha\", confidence = \"{confidence}\" }}\nbecause = \"検証のため\"\n"
        )
        .unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    for (name, example) in config::EXAMPLE {
        fs::write(folder.path().join(name), example).unwrap();
    }
    fs::write(folder.path().join("zz-estate.toml"), text).unwrap();
    let loaded = config::load(folder.path(), &Environment::default(), "2026-09-01".parse().unwrap());
    loaded.map(|(settings, _)| Arc::unwrap_or_clone(settings.rules)).map_err(|_| "the rules are faulty").unwrap()
}

/// As the daemon writes it: with the version in front.
fn payload(value: &impl serde::Serialize) -> Vec<u8> {
    let json = serde_json::to_string(value).unwrap();
    format!("{{\"format\":1,{}", &json[1..]).into_bytes()
}

/// The desk while the days are made, and the journal they go to.
struct Days {
    desk: Desk,
    hash: String,
    now: Now,
    store: Store,
    waiting: Vec<Vec<u8>>,
    keys: u64,
    /// The state fits into a snapshot.
    fits: bool,
}

impl Days {
    fn new(folder: &Path, rules: &Rules) -> Self {
        let wall: Timestamp = "2026-09-01T00:00:00+09:00".parse().unwrap();
        let (store, _) = Store::open(folder, store::Options::default()).unwrap();
        let desk = Desk::new(State::default(), rules.clone());
        let now = Now { wall, elapsed: Elapsed::default() };
        let mut days = Self { desk, hash: rules.hash.clone(), now, store, waiting: Vec::new(), keys: 0, fits: true };
        days.step(Input::Started { store: "bench".to_owned(), epoch: 1 });
        days.step(Input::RulesLoaded { hash: days.hash.clone() });
        days.look(Vec::new(), true);
        days
    }

    fn step(&mut self, input: Input) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let step = self.desk.step(self.now, input.clone());
            if step.entries.is_empty() {
                continue;
            }
            for entry in &step.entries {
                let Change::Owed(owed::Change::Started { owed, attempt, .. }) = &entry.change else { continue };
                let outcome = match &self.desk.state().owed[owed].work {
                    Work::Ping { .. } => Outcome::Ping(Ping::Silent),
                    Work::Echoes { .. } => Outcome::Echoes(BTreeMap::new()),
                    Work::Probe { .. } => Outcome::Probe(Probed::NotKnown { why: "not tried".to_owned() }),
                    Work::Evidence(ask) => {
                        let gaps = vec![ask.nothing(Lack::NotThere)];
                        Outcome::Evidence(Gathered::Came { parts: Vec::new(), gaps })
                    }
                    Work::WriteBack { .. } => Outcome::WriteBack(WriteBack::Written),
                    Work::Message { addresses, .. } => {
                        let accepted = || Delivery::Accepted { answer: "250 ok".to_owned() };
                        Outcome::Message(addresses.iter().map(|known| (known.address.clone(), accepted())).collect())
                    }
                };
                inputs.push_back(Input::Outcome { owed: *owed, attempt: *attempt, outcome });
            }
            let frame = Frame { at: self.now, rules: self.hash.clone(), input, entries: step.entries };
            self.waiting.push(payload(&frame));
        }
        if self.waiting.len() >= 500 {
            self.commit();
        }
    }

    fn commit(&mut self) {
        if !self.waiting.is_empty() {
            self.store.commit(&std::mem::take(&mut self.waiting)).unwrap();
        }
    }

    /// Lets time pass, deadline by deadline and minute by minute.
    fn pass(&mut self, seconds: u64) {
        let target = self.now.elapsed.0 + 1_000 * seconds;
        while self.now.elapsed.0 < target {
            let due = self.desk.next_wakeup(self.now).map_or(u64::MAX, |wait| wait.as_millis() as u64);
            let minute = 60_000 - self.now.elapsed.0 % 60_000;
            let wait = due.clamp(1, minute).min(target - self.now.elapsed.0);
            self.now.elapsed = Elapsed(self.now.elapsed.0 + wait);
            self.now.wall += SignedDuration::from_millis(wait as i64);
            if wait == minute {
                self.look(Vec::new(), false);
            }
            self.step(Input::Tick);
        }
    }

    fn look(&mut self, observations: Vec<Observation>, first_look: bool) {
        for source in ["network-log", "zabbix"] {
            let observations = if source == "zabbix" { observations.clone() } else { Vec::new() };
            let (source, remarks) = (source.into(), Vec::new());
            self.step(Input::Report(Report {
                source,
                cursor: None,
                first_look,
                complete: true,
                observations,
                remarks,
                maintenance: None,
            }));
        }
    }

    fn fails(&mut self, host: &str, summary: &str) -> Observation {
        self.keys += 1;
        let problem = Problem {
            host: host.into(),
            host_name: host.into(),
            summary: summary.into(),
            level: Level::High,
            tags: vec![("component".to_owned(), "os".to_owned())].into(),
            groups: vec!["Vendor/Server".to_owned()].into(),
            object: Some(format!("{host} {summary}").into()),
            fields: Default::default(),
            items: None,
            inventory: Default::default(),
            raw: Default::default(),
            acknowledged: false,
            suppressed: false,
            momentary: false,
            late: false,
        };
        Observation { key: Key(self.keys.to_string().into()), at: self.now.wall, seen: Seen::Problem(problem) }
    }

    fn recover(&mut self, keys: Vec<Key>) {
        let at = self.now.wall;
        let over = |key: Key| {
            let evidence = Evidence::RecoveryEvent { event: format!("{key} ok") };
            Observation { key, at, seen: Seen::Recovered { evidence } }
        };
        self.look(keys.into_iter().map(over).collect(), false);
    }

    /// The desk checks what shows normal, and closes what is restored.
    fn desk(&mut self) {
        let standing = |status| move |(name, known): &(String, StatusName)| (*known == status).then(|| name.clone());
        let open: Vec<(String, StatusName)> = self
            .desk
            .state()
            .open
            .iter()
            .map(|id| &self.desk.state().incidents[id])
            .map(|incident| (incident.name(), incident.status.name()))
            .collect();
        let check = Deed::Restore { check: "確認".into(), usable: None, treatment: None };
        let accept = Deed::Accept { name: "情報係".into(), at: None };
        for (status, deed) in [(StatusName::Restored, accept), (StatusName::Verifying, check)] {
            for incident in open.iter().filter_map(standing(status)) {
                let actor = Actor { name: "田中".to_owned(), role: Role::Operator };
                self.step(Input::Act { actor, act: Act::On { incident, deed: deed.clone() } });
            }
        }
    }

    fn day(&mut self, nth: usize) {
        const ROUNDS: usize = 20;
        let alone = ALERTS / 2 / ROUNDS;
        for round in 0..ROUNDS {
            let switch = (nth * ROUNDS + round) % SWITCHES;
            let mut burst = vec![self.fails(&format!("s{switch}"), "Ping応答なし")];
            burst.extend((1..HOSTS).map(|host| self.fails(&format!("h{switch}-{host}"), "Ping応答なし")));
            let mut red: Vec<Key> = burst.iter().map(|seen| seen.key.clone()).collect();
            self.look(burst, false);
            self.pass(300);
            for host in 0..alone {
                let host = format!("h{}-{}", (switch + 1 + host) % SWITCHES, host % HOSTS);
                let seen = self.fails(&host, &format!("disk {} full", host.len() + round));
                let key = seen.key.clone();
                self.look(vec![seen], false);
                self.pass(60);
                if round % 2 == 0 {
                    self.recover(vec![key]);
                } else {
                    red.push(key);
                }
            }
            self.pass(600);
            self.recover(red);
            self.pass(86_400 / ROUNDS as u64 - 900 - 60 * alone as u64);
            self.desk();
        }
        self.commit();
        if self.fits {
            // As with the daemon, the journal goes on in the same file where it does not.
            self.fits = match self.store.roll(&payload(self.desk.state())) {
                Err(store::Error::TooLarge { .. }) => false,
                rolled => rolled.map(|()| true).unwrap(),
            };
        }
    }
}

#[divan::bench(args = ["probable", "possible"], sample_count = 1, sample_size = 1)]
fn recorded_days(bencher: Bencher, confidence: &str) {
    let days = std::env::var("KW_DAYS").ok().and_then(|days| days.parse().ok()).unwrap_or(9);
    let folder = tempfile::tempdir().unwrap();
    let mut made = Days::new(folder.path(), &rules("probable"));
    (0..days).for_each(|nth| made.day(nth));
    made.store.close().unwrap();
    let trial = rules(confidence);
    bencher.counter(ItemsCount::new(days * ALERTS)).bench_local(|| {
        let past = Past::open(folder.path(), None, &trial).unwrap();
        let (state, frames) = past.frames();
        let replayed = replay(state, &trial, frames, None);
        assert!(replayed.alerts as usize >= days * ALERTS && replayed.limits.missing == 0);
        println!("{} inputs, {} the same, {} changes", replayed.inputs, replayed.same, replayed.changes.len());
    });
}
