//! P10, P20: the n-th system call on the record's files fails, of every kind, at a start, at work and at the end.
//!
//! Whatever fails, there is never a daemon that lives and neither tells nor records: it goes on, or it ends with an error
//! that says what and where, or the watchdog sees that it stands still. The next start, without faults, has all that was
//! on record, finds it whole, and its books balance. The faults are made by `support/faults.c`. `KW_CALLS` sets how many
//! are tried (`all` = each), `KW_SEED` repeats a choice. Not here: disks that stay full or fail for good (`disk.rs`).

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use support::daemon::Daemon;
use support::dice::Dice;
use support::faults::{Call, Error, Faults};
use support::log_writer::LogWriter;
use support::site::{Neighbours, Site};
use support::smtp_sink::SmtpSink;
use support::{Scratch, figure, signal, skip, wait_for};

/// How many are tried when nobody says otherwise.
const CALLS: usize = 40;
/// Towns that are tried at the same time.
const TOWNS: usize = 3;
/// Faults of one town.
const LIFE: usize = 40;
/// For a start, or for what a fault is followed by to be told and on record: longer than any pause of the store.
const LIMIT: Duration = Duration::from_secs(45);
/// So long without a sign to the watchdog, and an init system has ended it (the tests' watchdog has two seconds).
const STANDS_STILL: Duration = Duration::from_secs(8);

/// So many failures in a row: more than new files are tried, so the record counts as unwritable for a while.
const OUTAGE: u32 = 5;

/// Every line is a fault of its own.
const PATTERNS: &str = r#"
[[pattern]]
name = "kw-load"
set = "kw-load"
opens = "KWLOAD (?P<event>[0-9]+) failed"
key = ["host", "event"]
level = "disaster"
"#;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum During {
    Start,
    Work,
    End,
}

#[derive(Debug, Clone, Copy)]
struct Case {
    during: During,
    call: Call,
    error: Error,
    nth: u32,
    times: u32,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Became {
    WentOn,
    EndedAndSaidWhy,
    LeftToTheWatchdog,
}

/// Each kind with each error that fits, early and late, alone and several in a row.
fn all() -> Vec<Case> {
    let kinds: [(Call, &[Error]); 9] = [
        (Call::Open, &[Error::NoSpace, Error::Io, Error::TooManyFiles]),
        (Call::Write, &[Error::NoSpace, Error::Io, Error::Half]),
        (Call::Sync, &[Error::Io, Error::NoSpace]),
        (Call::Rename, &[Error::Io, Error::NoSpace]),
        (Call::Length, &[Error::Io, Error::NoSpace]),
        (Call::Unlink, &[Error::Io, Error::ReadOnly]),
        (Call::Mkdir, &[Error::NoSpace, Error::Io]),
        (Call::Read, &[Error::Io]),
        (Call::Stat, &[Error::Io]),
    ];
    let mut all = Vec::new();
    for during in [During::Start, During::Work, During::End] {
        for (call, errors) in kinds {
            for error in errors {
                for nth in [1, 2, 3, 5, 8, 13, 21, 34] {
                    for times in [1, OUTAGE] {
                        all.push(Case { during, call, error: *error, nth, times });
                    }
                }
            }
        }
    }
    all
}

struct Town {
    _scratch: Scratch,
    site: Site,
    sink: SmtpSink,
    faults: Faults,
    daemon: Daemon,
    events: u64,
}

impl Town {
    fn new(nth: usize) -> Result<Self, String> {
        let scratch = Scratch::new(&format!("calls-{nth}"));
        let sink = SmtpSink::start();
        let smtp = SocketAddr::from((Ipv4Addr::LOCALHOST, sink.port()));
        let site = Site::a_town(scratch.path(), &Neighbours { zabbix: None, smtp, webhook: None });
        site.set_policy("window", "500ms");
        site.lift_caps();
        site.add("zz-load.toml", PATTERNS);
        site.use_patterns("kw-load");
        LogWriter::at(&site.log_of(0, "srv-load-01")).syslog("srv-load-01", "the first look finds this");
        let faults = Faults::below(&site.state, &scratch)?;
        let mut daemon = Daemon::stopped(&site.config, &scratch);
        daemon.through = Some(faults.through.clone());
        daemon.restart();
        wait_for("the first look", LIMIT, || (daemon.status()["sources"][0]["sight"] == "sees").then_some(()));
        Ok(Self { _scratch: scratch, site, sink, faults, daemon, events: 0 })
    }

    /// Something happens.
    fn fire(&mut self) {
        self.events += 1;
        // On a host of its own: it belongs to nothing that burns already.
        let host = format!("srv-{:06}", self.events);
        LogWriter::at(&self.site.log_of(0, &host)).syslog(&host, &format!("KWLOAD {:08} failed", self.events));
    }

    fn is_told(&self) -> bool {
        let marker = format!("KWLOAD {:08} failed", self.events);
        self.sink.mails().iter().any(|mail| mail.subject.contains(&marker) || mail.text.contains(&marker))
    }

    /// It runs, without faults, and is heard and on record.
    fn is_well(&mut self) -> bool {
        let Ok(status) = serde_json::from_slice::<serde_json::Value>(&self.daemon.ask(&["status", "--json"]).stdout)
        else {
            return false;
        };
        self.is_told() && status["disk"]["unwritable"].is_null()
    }

    /// One fault, and what became of it; `None` = so many calls of the kind are not made.
    fn try_one(&mut self, case: Case) -> Result<Option<Became>, String> {
        let Case { during, call, error, nth, times } = case;
        let said = self.daemon.log().len();
        let arm = |town: &Self| town.faults.arm(call, error, nth, times);
        match during {
            During::Start => {
                assert!(self.daemon.terminate().success(), "{}", self.daemon.log());
                arm(self);
                self.daemon.spawn();
                self.fire();
            }
            During::Work => {
                arm(self);
                self.fire();
            }
            During::End => {
                self.fire();
                wait_for("to be told", LIMIT, || self.is_told().then_some(()));
                arm(self);
                signal(self.daemon.pid(), "TERM");
            }
        }
        let became = self.outcome(during, said)?;
        let reached = self.faults.hits() > 0;
        self.faults.disarm();
        self.look_again(became)?;
        Ok(reached.then_some(became))
    }

    fn outcome(&mut self, during: During, said: usize) -> Result<Became, String> {
        let began = Instant::now();
        let mut fed = (self.daemon.told_manager().len(), Instant::now());
        loop {
            if let Some(status) = self.daemon.has_ended() {
                let log = self.daemon.log().split_off(said);
                if during == During::End && status.success() {
                    return Ok(Became::WentOn);
                }
                let told = log
                    .lines()
                    .any(|line| line.contains("ERROR") || line.starts_with("kiriwake:") || line.starts_with("error"));
                let why = format!("it ended with {status} and did not say why:\n{log}");
                return if !status.success() && told { Ok(Became::EndedAndSaidWhy) } else { Err(why) };
            }
            if during != During::End && self.is_well() {
                return Ok(Became::WentOn);
            }
            let signs = self.daemon.told_manager().len();
            if signs > fed.0 {
                fed = (signs, Instant::now());
            }
            if fed.1.elapsed() > STANDS_STILL && self.daemon.told_manager().iter().any(|sign| sign == "WATCHDOG=1") {
                return Ok(Became::LeftToTheWatchdog);
            }
            if began.elapsed() > LIMIT {
                let why = format!("it lives, and after {LIMIT:?} has not told and recorded what happened");
                return Err(format!("{why}:\n{}", self.daemon.log().split_off(said)));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The next start has everything. One in two ends by a kill, so that nothing is put right at the end.
    fn look_again(&mut self, became: Became) -> Result<(), String> {
        if became == Became::WentOn && self.daemon.has_ended().is_none() && self.events.is_multiple_of(2) {
            assert!(self.daemon.terminate().success(), "{}", self.daemon.log());
        }
        self.daemon.kill_dash_nine();
        self.daemon.restart();
        let began = Instant::now();
        while !self.is_well() {
            if began.elapsed() > LIMIT {
                return Err(format!("after a start without faults it does not tell:\n{}", self.daemon.log()));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let listed = self.daemon.tell(&["incident", "list", "--all", "--json"]);
        let lost: Vec<u64> = (1..=self.events).filter(|n| !listed.contains(&format!("KWLOAD {n:08} failed"))).collect();
        if !lost.is_empty() {
            return Err(format!("not on record any more: {lost:?}"));
        }
        for what in [&["ledger", "--check"][..], &["store", "verify"]] {
            let looked = self.daemon.ask(what);
            if !looked.status.success() {
                let said = [looked.stdout, looked.stderr].concat();
                return Err(format!("{what:?}: {}", String::from_utf8_lossy(&said)));
            }
        }
        // Whoever fails on an answer of the disk has forgotten that it may fail.
        let log = self.daemon.log();
        let failed = log.lines().find(|line| line.contains("panicked at src/"));
        failed.map_or(Ok(()), |line| Err(line.to_owned()))
    }
}

#[test]
fn whichever_call_fails_it_goes_on_or_says_why_and_nothing_is_lost() {
    let mut dice = Dice::new(1_726_766_021);
    let wanted = std::env::var("KW_CALLS").unwrap_or_default();
    let mut cases = all();
    let number = if wanted == "all" { cases.len() } else { wanted.parse().unwrap_or(CALLS) };
    println!("seed {} ({number} of {} faults); KW_SEED={} repeats it", dice.seed, cases.len(), dice.seed);
    // A sample takes each kind of call, during each time, as often as another.
    let mut queue = Vec::new();
    while !cases.is_empty() {
        let groups: BTreeSet<_> = cases.iter().map(|case| (case.during, case.call)).collect();
        for group in groups {
            let of_group: Vec<usize> =
                (0..cases.len()).filter(|at| (cases[*at].during, cases[*at].call) == group).collect();
            let at = of_group[usize::try_from(dice.below(of_group.len() as u64)).expect("small")];
            queue.push(cases.swap_remove(at));
        }
    }
    if wanted != "all" {
        // Each takes half a minute, and disk.rs has it.
        queue.retain(|case| (case.during, case.call, case.times) != (During::Work, Call::Sync, OUTAGE));
    }
    queue.reverse();
    let shared = Arc::new(Mutex::new(Shared { queue, number, ..Shared::default() }));
    let mut towns = Vec::new();
    for nth in 0..TOWNS {
        let town = match Town::new(nth) {
            Ok(town) => town,
            Err(why) => return skip(&why),
        };
        let shared = Arc::clone(&shared);
        towns.push(std::thread::spawn(move || live(nth, town, &shared)));
    }
    for town in towns {
        town.join().expect("a town's story can be told");
    }
    let Shared { ends, failures, .. } = &*shared.lock().expect("no town holds it");
    let of = |became| ends.get(&became).copied().unwrap_or_default();
    let survived: u64 = ends.values().sum();
    figure(
        "failing system calls survived / made / went on / ended and said why / left to the watchdog",
        &format!(
            "{survived} / {} / {} / {} / {}",
            survived + failures.len() as u64,
            of(Became::WentOn),
            of(Became::EndedAndSaidWhy),
            of(Became::LeftToTheWatchdog)
        ),
    );
    assert!(failures.is_empty(), "{} faults were not survived:\n{}", failures.len(), failures.join("\n----\n"));
}

/// What the towns share: what is to be tried, and what came of it.
#[derive(Default)]
struct Shared {
    /// The last is the next.
    queue: Vec<Case>,
    /// So many more faults are to be made.
    number: usize,
    /// So many calls of a kind are not made: what fails later than that never fails.
    beyond: BTreeMap<(During, Call), u32>,
    ends: BTreeMap<Became, u64>,
    failures: Vec<String>,
}

impl Shared {
    fn next(&mut self) -> Option<Case> {
        let beyond = |case: &Case| self.beyond.get(&(case.during, case.call)).is_some_and(|nth| case.nth >= *nth);
        while self.queue.last().is_some_and(beyond) {
            self.queue.pop();
        }
        self.number = self.number.checked_sub(1)?;
        self.queue.pop()
    }

    fn came(&mut self, case: Case, became: Option<Result<Became, String>>) -> bool {
        let failed = matches!(became, Some(Err(_)));
        match became {
            Some(Ok(became)) => *self.ends.entry(became).or_default() += 1,
            Some(Err(why)) => self.failures.push(format!("{case:?}: {why}")),
            None => {
                self.number += 1;
                let nth = self.beyond.entry((case.during, case.call)).or_insert(case.nth);
                *nth = case.nth.min(*nth);
            }
        }
        failed
    }
}

fn live(nth: usize, mut town: Town, shared: &Mutex<Shared>) {
    for tried in 1.. {
        let Some(case) = shared.lock().expect("no town fails with it").next() else { break };
        let began = Instant::now();
        let became = town.try_one(case);
        println!("{case:?}: {became:?} ({} ms)", began.elapsed().as_millis());
        let failed = shared.lock().expect("no town fails with it").came(case, became.transpose());
        // Whatever a failure left behind is not the next one's, and a long life makes each look a long one.
        if failed || tried % LIFE == 0 {
            let Ok(new) = Town::new(nth) else { break };
            town = new;
        }
    }
}
