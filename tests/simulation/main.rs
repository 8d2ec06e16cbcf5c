//! Seeded random days at the desk of A町: problems, flaps, blindness, acts, failing channels, crashes at any frame
//! boundary, a clock that is stepped - and what must hold all the same.
//!
//! `SEED=n` plays one day, `SEEDS=n` as many as wanted. The seed of a day that fails is in the message.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its own data should stop")]

use jiff::{SignedDuration, Timestamp};
use kiriwake::config::{self, Environment};
use kiriwake::desk::act::{Act, Actor, Deed, Role};
use kiriwake::desk::alert::{self, Alert};
use kiriwake::desk::ids::{AlertId, IncidentId, OwedId, SourceId};
use kiriwake::desk::incident::{self, Edit, StatusName};
use kiriwake::desk::letter::{Ask, CallResult, DetectedBy, Matter};
use kiriwake::desk::now::{Elapsed, Now};
use kiriwake::desk::observation::{Evidence, Failure, FailureKind, Key, Level, Observation, Problem, Report, Seen};
use kiriwake::desk::outcome::{Delivery, Outcome, Refused, WriteBack};
use kiriwake::desk::owed::{self, OwedState, Work};
use kiriwake::desk::request;
use kiriwake::desk::rules::{PartyKind, Rules};
use kiriwake::desk::state::State;
use kiriwake::desk::{Change, Desk, Entry, Frame, Input, Reason, ledger};
use kiriwake::render;
use kiriwake::render::sentences::{Names, sentence};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

mod dice;
mod gathering;
mod happenings;
mod promises;
mod rules;

use dice::Dice;

/// Days that are played when nothing else is asked for.
const DAYS: u64 = 100;
/// Things that happen in one day.
const EVENTS: usize = 120;

/// Sources look at least this often; rarer than in earnest, but often enough not to be blind.
const LOOK: u64 = 240_000;

/// One day and everything around the desk in it.
struct Day<'a> {
    rules: &'a Rules,
    hosts: &'a [String],
    dice: Dice,
    desk: Desk,
    /// What a restart would find: the frames, folded.
    stored: Desk,
    frames: Vec<Frame>,
    wall: Timestamp,
    elapsed: u64,
    /// Attempts that are under way.
    under_way: Vec<(OwedId, u32)>,
    /// Problems that are red in the monitored world: key, host, summary.
    red: Vec<(SourceId, Key, String, String)>,
    recovered: BTreeSet<(SourceId, Key)>,
    keys: u64,
    blind: bool,
    down: BTreeSet<String>,
    /// Every channel works.
    calm: bool,
    /// Copies that reached an address, by row.
    copies: BTreeMap<(OwedId, String), u32>,
    addresses: BTreeSet<String>,
}

fn day<'a>(rules: &'a Rules, hosts: &'a [String], seed: u64) -> Day<'a> {
    let contacts = rules.parties.values().flat_map(|party| &party.contacts);
    let mut addresses: BTreeSet<String> = contacts.filter_map(|contact| contact.mail.clone()).collect();
    addresses.extend(rules.channels.iter().map(|channel| channel.id.to_string()));
    Day {
        rules,
        hosts,
        dice: Dice(seed),
        desk: Desk::new(State::default(), rules.clone()),
        stored: Desk::new(State::default(), rules.clone()),
        frames: Vec::new(),
        wall: "2026-10-09T07:00:00+09:00".parse().unwrap(),
        elapsed: 0,
        under_way: Vec::new(),
        red: Vec::new(),
        recovered: BTreeSet::new(),
        keys: 0,
        blind: false,
        down: BTreeSet::new(),
        calm: false,
        copies: BTreeMap::new(),
        addresses,
    }
}

impl Day<'_> {
    fn now(&self) -> Now {
        Now { wall: self.wall, elapsed: Elapsed(self.elapsed) }
    }

    fn step(&mut self, input: Input) {
        let now = self.now();
        let step = self.desk.step(now, input.clone());
        if step.entries.is_empty() {
            return;
        }
        for entry in &step.entries {
            self.look_at(entry);
        }
        let frame = Frame { at: now, rules: self.rules.hash.clone(), input, entries: step.entries };
        self.stored.fold(&frame);
        self.frames.push(frame);
        if self.frames.len().is_multiple_of(8) {
            self.books_balance();
        }
    }

    fn advance(&mut self, by: SignedDuration) {
        let target = self.elapsed + u64::try_from(by.as_millis()).unwrap();
        let mut wakeups = 0;
        loop {
            let wait = self.desk.next_wakeup(self.now()).map(|wait| u64::try_from(wait.as_millis()).unwrap().max(1));
            // Whoever is asked answers sooner or later; sources look from time to time.
            let next = self.elapsed + wait.unwrap_or(u64::MAX / 4).min(LOOK);
            if next > target {
                break;
            }
            wakeups += 1;
            assert!(wakeups < 50_000, "a deadline never settles");
            self.pass(next - self.elapsed);
            self.step(Input::Tick);
            self.answer(false);
            if !self.blind {
                self.look();
            } else if wakeups % 3 == 0 {
                let failure = Failure { kind: FailureKind::Timeout, detail: "no answer".to_owned() };
                self.step(Input::SourceFailed { source: "zabbix".into(), failure });
            }
        }
        self.pass(target - self.elapsed);
    }

    fn pass(&mut self, milliseconds: u64) {
        self.elapsed += milliseconds;
        self.wall += SignedDuration::from_millis(i64::try_from(milliseconds).unwrap());
    }

    fn look(&mut self) {
        for source in ["zabbix", "network-log"] {
            self.report(source, Vec::new());
        }
    }

    fn report(&mut self, source: &str, observations: Vec<Observation>) {
        let complete = !(self.blind && source == "zabbix");
        self.step(Input::Report(Report {
            source: source.into(),
            cursor: None,
            first_look: false,
            complete,
            observations,
            remarks: Vec::new(),
            maintenance: None,
        }));
    }

    /// Some of the attempts under way come back - all of them when `all`.
    fn answer(&mut self, all: bool) {
        for _ in 0..4 {
            let pending = std::mem::take(&mut self.under_way);
            if pending.is_empty() {
                return;
            }
            for (owed, attempt) in pending {
                if !all && self.dice.one_in(4) {
                    self.under_way.push((owed, attempt));
                    continue;
                }
                if let Some(outcome) = self.outcome(owed) {
                    self.step(Input::Outcome { owed, attempt, outcome });
                }
            }
        }
    }

    fn outcome(&mut self, owed: OwedId) -> Option<Outcome> {
        let row = self.desk.state().owed.get(&owed)?;
        Some(match row.work.clone() {
            work @ (Work::Ping { .. } | Work::Echoes { .. } | Work::Probe { .. } | Work::Evidence(_)) => {
                gathering::brought(&mut self.dice, self.calm, &work)?
            }
            Work::WriteBack { .. } => {
                let later = self.dice.one_in(5);
                Outcome::WriteBack(if later { WriteBack::Later { why: "busy".to_owned() } } else { WriteBack::Written })
            }
            Work::Message { channel, addresses, .. } => {
                let down = self.down.contains(channel.as_str());
                let open: Vec<String> =
                    addresses.iter().filter(|known| known.open()).map(|known| known.address.clone()).collect();
                let results = open.into_iter().map(|address| {
                    let delivery = self.delivery(down);
                    self.count(owed, &address, &delivery);
                    (address, delivery)
                });
                Outcome::Message(results.collect())
            }
        })
    }

    fn count(&mut self, owed: OwedId, address: &str, delivery: &Delivery) {
        if matches!(delivery, Delivery::Accepted { .. } | Delivery::Unknown { .. }) {
            *self.copies.entry((owed, address.to_owned())).or_default() += 1;
        }
    }

    fn delivery(&mut self, down: bool) -> Delivery {
        let why = || "as the dice fell".to_owned();
        if self.calm {
            return Delivery::Accepted { answer: "250 ok".to_owned() };
        }
        match (down, self.dice.below(40)) {
            (true, 0..20) => Delivery::Unreachable { why: why() },
            (true, _) => Delivery::Later { why: why(), after: None },
            (false, 0) => Delivery::Refused { what: Refused::Recipient, why: why() },
            (false, 1) => Delivery::Unknown { why: why() },
            (false, 2) => Delivery::Later { why: why(), after: Some(std::time::Duration::from_secs(120)) },
            (false, 3) => Delivery::Refused { what: Refused::Destination, why: why() },
            (false, 4) => Delivery::TooBig { why: why() },
            (false, _) => Delivery::Accepted { answer: "250 ok".to_owned() },
        }
    }

    /// The daemon is killed: what was not stored is gone, attempts are cut off - delivered or not.
    fn crash(&mut self) {
        for (owed, _) in std::mem::take(&mut self.under_way) {
            let Some(Work::Message { addresses, .. }) = self.desk.state().owed.get(&owed).map(|row| row.work.clone())
            else {
                continue;
            };
            if self.dice.one_in(2) {
                for known in addresses.iter().filter(|known| known.open()) {
                    *self.copies.entry((owed, known.address.clone())).or_default() += 1;
                }
            }
        }
        assert!(self.stored.state() == self.desk.state(), "folding the frames gives another state");
        // Writing and reading is slow without optimization; once in a while is enough.
        let read = if self.dice.one_in(4) {
            let text = serde_json::to_string(self.stored.state()).unwrap();
            serde_json::from_str(&text).unwrap()
        } else {
            self.stored.state().clone()
        };
        self.desk = Desk::new(read, self.rules.clone());
        assert!(self.stored.state() == self.desk.state(), "a stored state reads differently");
        if self.dice.one_in(3) {
            let down = 1_000 * self.dice.below(1_800);
            self.pass(down);
        }
        if self.dice.one_in(6) {
            self.restored();
        }
        self.start();
    }

    fn start(&mut self) {
        self.step(Input::Started { store: "simulated".to_owned(), epoch: 1 });
        self.step(Input::RulesLoaded { hash: self.rules.hash.clone() });
    }

    fn event(&mut self) {
        match self.dice.below(100) {
            0..34 => self.problem(),
            34..62 => self.recovery(),
            62..66 => self.change(),
            66..69 => self.again(),
            69..72 => self.blind = !self.blind,
            72..77 => {
                let channel = if self.dice.one_in(2) { "relay" } else { "mgmt-relay" };
                if !self.down.remove(channel) {
                    self.down.insert(channel.to_owned());
                }
            }
            77..81 => self.crash(),
            81..83 => {
                let minutes = i64::try_from(self.dice.below(240)).unwrap() - 120;
                self.wall += SignedDuration::from_mins(minutes);
            }
            _ => self.act(),
        }
    }

    /// The day ends: everything works again, and time passes until nothing is owed any more.
    fn close(&mut self) {
        self.down.clear();
        self.blind = false;
        self.calm = true;
        // Long enough that what ended is forgotten, once in a while.
        let hours = if self.dice.one_in(8) { 80 } else { 7 };
        for _ in 0..hours {
            self.advance(SignedDuration::from_hours(1));
            self.answer(true);
        }
        self.check_end();
    }
}

fn play(rules: &Rules, hosts: &[String], seed: u64) -> usize {
    let mut day = day(rules, hosts, seed);
    day.start();
    for source in ["zabbix", "network-log"] {
        day.step(Input::Report(Report {
            source: source.into(),
            cursor: None,
            first_look: true,
            complete: true,
            observations: Vec::new(),
            remarks: Vec::new(),
            maintenance: None,
        }));
    }
    for _ in 0..EVENTS {
        let seconds = match day.dice.below(4) {
            0 => day.dice.below(10),
            1 => day.dice.below(90),
            2 => day.dice.below(600),
            _ => day.dice.below(1_200),
        };
        day.advance(SignedDuration::from_secs(i64::try_from(seconds).unwrap()));
        day.event();
        if day.dice.one_in(2) {
            day.answer(false);
        }
    }
    day.close();
    if seed.is_multiple_of(3) || std::env::var_os("SEED").is_some() {
        promises::replays(rules, &day.frames);
    }
    day.frames.len()
}

/// How a day went: what was recorded, or the promise that was broken.
fn outcome_of(rules: &Rules, hosts: &[String], seed: u64) -> Result<usize, String> {
    catch_unwind(AssertUnwindSafe(|| play(rules, hosts, seed))).map_err(|cause| {
        let text = cause.downcast_ref::<String>().cloned();
        text.or(cause.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
    })
}

#[test]
fn random_days_keep_every_promise() {
    let held = rules::rules(rules::HELD);
    let rules = rules::rules("");
    let mut hosts: Vec<String> = rules
        .components
        .values()
        .flat_map(|component| &component.matches)
        .flat_map(|matcher| &matcher.host)
        .filter_map(|pattern| pattern.exact().map(str::to_owned))
        .collect();
    hosts.extend(["floor-sw-1f-01".to_owned(), "unknown-host".to_owned()]);
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seeds: Vec<u64> = match number("SEED") {
        Some(seed) => vec![seed],
        None => (0..number("SEEDS").unwrap_or(DAYS)).collect(),
    };
    let begun = Instant::now();
    let workers = std::thread::available_parallelism().map_or(2, usize::from).min(8);
    let outcomes: Vec<(u64, Result<usize, String>)> = std::thread::scope(|scope| {
        let (rules, hosts, seeds) = ([&rules, &held], &hosts, &seeds);
        let share = |worker: usize| seeds.iter().copied().skip(worker).step_by(workers);
        let run = move |worker: usize| {
            share(worker).map(|seed| (seed, outcome_of(rules[usize::from(seed % 2 == 1)], hosts, seed))).collect()
        };
        let threads: Vec<_> = (0..workers).map(|worker| scope.spawn(move || -> Vec<_> { run(worker) })).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let mut failed = Vec::new();
    let mut frames = 0;
    for (seed, outcome) in outcomes {
        match outcome {
            Ok(recorded) => frames += recorded,
            Err(why) => failed.push(format!("SEED={seed}: {}", why.chars().take(1_500).collect::<String>())),
        }
    }
    println!("{frames} frames in {:?}", begun.elapsed());
    assert!(failed.is_empty(), "{} days failed:\n{}", failed.len(), failed[..failed.len().min(5)].join("\n"));
    assert!(frames > 0, "nothing happened");
}
