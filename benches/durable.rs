//! What it costs until an event is on record: stepped, written, synced, handed to the working state.
//!
//! `cargo bench --bench durable`. The daemon's own path ([`kiriwake::daemon::Bare`]) without sources and channels, with 1,000
//! alerts open and 100 rules. One event is one observation, a problem or its recovery; a batch is what one look brings. Each
//! figure stands beside the disk's own rate in the same run: 4 KiB appended and `fdatasync`ed, again and again, in the same
//! folder. What the desk sends arrives with the next group. CPU time is that of the whole process, the thread of the working state included.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot set itself up should stop")]

#[path = "../tests/support/mod.rs"]
mod support;

use jiff::{SignedDuration, Timestamp};
use kiriwake::clock::Clock;
use kiriwake::config::{self, Environment};
use kiriwake::daemon::{Bare, Taken};
use kiriwake::desk::Input;
use kiriwake::desk::observation::{Evidence, Key, Observation, Problem, Seen};
use kiriwake::desk::owed::Owed;
use kiriwake::desk::rules::Rules;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};
use support::desk::{arrived, report};

/// Hosts, each with an alert that stays open.
const HOSTS: usize = 1_000;
/// Rules of isolation.
const RULES: usize = 100;
/// Inputs that are committed together at most, as in the daemon.
const GROUP: usize = 500;
/// Writers that wait for their own event at the same time.
const WRITERS: usize = 16;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let disk = syncs_per_second(folder.path());
    println!("the disk: {disk:.0} syncs/s");
    println!(
        "{:<12} {:>10} {:>12} {:>10} {:>22}",
        "events", "events/s", "CPU s/100 k", "of disk", "longest until synced"
    );
    let rules = rules();
    for (name, batch, events) in
        [("one by one", 1, 4_000), ("by 10", 10, 20_000), ("by 100", 100, 50_000), ("by 500", 500, 100_000)]
    {
        let looks = |stand: &mut Stand| {
            let look = |stand: &mut Stand| {
                let began = Instant::now();
                stand.look(batch);
                began.elapsed()
            };
            (0..events / batch).map(|_| look(stand)).max().unwrap_or_default()
        };
        measure(&rules, events, looks).print(name, disk);
    }
    let events = 16_000;
    measure(&rules, events, |stand| stand.writers(events)).print("16 writers", disk);
}

/// What a measurement came to.
struct Figures {
    events: usize,
    took: f64,
    cpu: f64,
    longest: Duration,
}

impl Figures {
    fn print(&self, name: &str, disk: f64) {
        let rate = self.events as f64 / self.took;
        let cpu = self.cpu * 100_000.0 / self.events as f64;
        println!("{name:<12} {rate:>10.0} {cpu:>12.2} {:>9.2}x {:>19} ms", rate / disk, self.longest.as_millis());
    }
}

/// Runs what is measured on a desk and a record of its own: what has ended is remembered and has its price.
fn measure(rules: &Rules, events: usize, run: impl FnOnce(&mut Stand) -> Duration) -> Figures {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::story("2026-10-07T01:00:00Z".parse().unwrap(), 1);
    let bare = Bare::open(folder.path(), rules.clone(), &clock).unwrap();
    let mut stand = Stand { bare, clock, keys: 0, next: 0, outcomes: Vec::new() };
    stand.fill();
    let (began, cpu) = (Instant::now(), cpu_seconds());
    let longest = run(&mut stand);
    let figures = Figures { events, took: began.elapsed().as_secs_f64(), cpu: cpu_seconds() - cpu, longest };
    stand.bare.close().unwrap();
    figures
}

/// CPU time of this process so far. Source: proc(5), `utime` and `stime` in ticks of 10 ms.
fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = stat.rsplit(") ").next().unwrap();
    let ticks = |nth: usize| after_name.split(' ').nth(nth).unwrap().parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) / 100.0
}

fn syncs_per_second(folder: &Path) -> f64 {
    let mut file = File::create(folder.join("beside")).unwrap();
    let (began, mut syncs) = (Instant::now(), 0);
    while began.elapsed() < Duration::from_secs(2) {
        file.write_all(&[b'x'; 4096]).unwrap();
        file.sync_data().unwrap();
        syncs += 1;
    }
    f64::from(syncs) / began.elapsed().as_secs_f64()
}

fn rules() -> Rules {
    let mut text = String::new();
    for host in 0..HOSTS {
        writeln!(text, "[component.h{host}]\nhosts = [\"h{host}\"]\nparty = \"s-sha\"\nneeds = [\"core-switch\"]")
            .unwrap();
    }
    for rule in 0..RULES {
        write!(
            text,
            "[[rule]]\nname = \"r{rule}\"\nwhen.alert = {{ component = \"h{rule}\", summary = \"/disk {rule} /\" }}\n\
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

/// Desk and record with open alerts, and the clock they go by.
struct Stand {
    bare: Bare,
    clock: Clock,
    keys: u64,
    next: usize,
    /// What became of attempts, not yet brought back.
    outcomes: Vec<Input>,
}

impl Stand {
    /// As an estate fills up: look by look, with the windows of what came before over.
    fn fill(&mut self) {
        for _ in 0..HOSTS / 100 {
            let observations = (0..100).map(|_| self.problem()).collect();
            self.report(observations);
            self.pass(120);
        }
        // What that led to has left before anything is measured.
        self.take(Vec::new());
        while !self.outcomes.is_empty() {
            self.take(Vec::new());
        }
    }

    /// Lets time pass, at once.
    fn pass(&self, seconds: i64) {
        let until = self.clock.wall() + SignedDuration::from_secs(seconds);
        self.clock.run(u32::MAX, until);
        while self.clock.wall() < until {
            thread::yield_now();
        }
    }

    fn report(&mut self, observations: Vec<Observation>) {
        self.take(vec![report("zabbix", observations)]);
    }

    fn take(&mut self, mut inputs: Vec<Input>) {
        inputs.append(&mut self.outcomes);
        let Taken { begun, on_record } = self.bare.take(inputs).unwrap();
        assert!(on_record);
        let outcome =
            |(row, attempt): (Owed, u32)| Input::Outcome { owed: row.id, attempt, outcome: arrived(&row.work) };
        self.outcomes = begun.into_iter().map(outcome).collect();
    }

    /// One look: as many events as `batch`, half of them problems and half the recoveries of those before.
    fn look(&mut self, batch: usize) {
        self.pass(1);
        let observations = self.events(batch);
        self.report(observations);
    }

    fn events(&mut self, count: usize) -> Vec<Observation> {
        (0..count).map(|_| self.event()).collect()
    }

    /// A problem, or the recovery of the one before.
    fn event(&mut self) -> Observation {
        self.next += 1;
        if self.next % 2 == 1 {
            return self.problem();
        }
        let key = Key(self.keys.to_string().into());
        let evidence = Evidence::RecoveryEvent { event: format!("{key} ok") };
        Observation { key, at: self.clock.wall(), seen: Seen::Recovered { evidence } }
    }

    fn problem(&mut self) -> Observation {
        self.keys += 1;
        problem(self.keys, self.clock.wall())
    }

    /// Writers each wait for their event to be on record; what waits meanwhile is committed together.
    fn writers(&mut self, events: usize) -> Duration {
        let (send, receive) = mpsc::channel::<(Input, mpsc::Sender<()>)>();
        let lots: Vec<Vec<Observation>> = (0..WRITERS).map(|_| self.events(events / WRITERS)).collect();
        // Time runs as in the world.
        self.clock.run(1, self.clock.wall() + SignedDuration::from_hours(1));
        let writers: Vec<_> = lots
            .into_iter()
            .map(|lot| {
                let send = send.clone();
                thread::spawn(move || {
                    let mut longest = Duration::ZERO;
                    for observation in lot {
                        let (done, kept) = mpsc::channel();
                        let began = Instant::now();
                        send.send((report("zabbix", vec![observation]), done)).unwrap();
                        kept.recv().unwrap();
                        longest = longest.max(began.elapsed());
                    }
                    longest
                })
            })
            .collect();
        drop(send);
        while let Ok(first) = receive.recv() {
            let (inputs, waiting): (Vec<Input>, Vec<_>) =
                std::iter::once(first).chain(receive.try_iter().take(GROUP - 1)).unzip();
            self.take(inputs);
            waiting.into_iter().for_each(|done| done.send(()).unwrap());
        }
        writers.into_iter().map(|writer| writer.join().unwrap()).max().unwrap()
    }
}

fn problem(nth: u64, at: Timestamp) -> Observation {
    let host = format!("h{}", nth % HOSTS as u64);
    let problem = Problem {
        host_name: format!("{host} of the estate").into(),
        tags: vec![("component".into(), "os".into())].into(),
        groups: vec!["Estate".into()].into(),
        object: Some(nth.to_string().into()),
        ..support::desk::problem(&host, &format!("disk of {host} is nearly full"))
    };
    Observation { key: Key(nth.to_string().into()), at, seen: Seen::Problem(problem) }
}
