//! What years of records cost a start: 10,000 open incidents, and a million that are archived.
//!
//! `cargo bench --bench million`; `KW_ARCHIVED=n` files another number. The open ones are made by the desk and read from the
//! journal once (`store rebuild`); the archived ones are filed as a daemon files them. Then the built binary is started:
//! the time until it says that it is ready (sources are asked from then on), the memory it holds then, and what lies on the
//! disk. The file system's cache is warm.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot set itself up should stop")]

#[path = "../tests/support/mod.rs"]
mod support;

use jiff::{SignedDuration, Timestamp};
use kiriwake::config::{self, Environment};
use kiriwake::daemon;
use kiriwake::desk::now::{Elapsed, Now};
use kiriwake::desk::owed::Owed;
use kiriwake::desk::rules::Rules;
use kiriwake::desk::{Frame, Input};
use kiriwake::store::{self, Changes, Filed, Store};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use support::Scratch;
use support::daemon::Daemon;
use support::day::{Day, alone};
use support::desk::{arrived, payload};
use support::site::{Neighbours, Site};
use support::smtp_sink::SmtpSink;

/// Incidents that are open, each of a host of its own.
const OPEN: usize = 10_000;
/// Archived ones that a frame files.
const TOGETHER: usize = 500;

fn main() {
    let archived: usize = std::env::var("KW_ARCHIVED").ok().and_then(|count| count.parse().ok()).unwrap_or(1_000_000);
    let scratch = Scratch::new("million");
    let mail = SmtpSink::start();
    let smtp = SocketAddr::from((Ipv4Addr::LOCALHOST, mail.port()));
    let site = Site::a_town(scratch.path(), &Neighbours { zabbix: None, smtp, webhook: None });
    let today = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let loaded = config::load(&site.config, &Environment::default(), today);
    let rules = loaded
        .map(|(settings, _)| Arc::unwrap_or_clone(settings.rules))
        .map_err(|_| "the configuration is faulty")
        .unwrap();

    let open = record(&site.state, &rules);
    daemon::rebuild(&site.state, rules.clone()).unwrap();
    let began = Instant::now();
    file(&site.state, &rules, archived);
    let filing = began.elapsed().as_secs_f64();
    println!("{open} open incidents, {archived} archived ones; filed in {filing:.1} s");

    let mut daemon = Daemon::stopped(&site.config, &scratch);
    for round in 1..=3 {
        let began = Instant::now();
        daemon.spawn();
        daemon.wait_ready();
        let ready = began.elapsed().as_secs_f64();
        let memory = daemon.memory();
        let began = Instant::now();
        let from = Timestamp::from_second(1_000_000_000).unwrap();
        let until = from + SignedDuration::from_hours(1);
        let listed =
            daemon.tell(&["--json", "incident", "list", "--from", &from.to_string(), "--to", &until.to_string()]);
        let asked = began.elapsed().as_millis();
        let lines = listed.matches("\"number\"").count();
        println!(
            "start {round}: ready after {ready:.2} s; {memory}; an hour of the archive ({lines} lines) in {asked} ms"
        );
        daemon.terminate();
    }
    println!(
        "on the disk: journal {} MiB, working state and catalogue {} MiB",
        size(&site.state.join("journal")),
        size(&site.state.join("db"))
    );
}

fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let bytes = entries.map(|entry| match entry.metadata() {
        Ok(known) if known.is_file() => known.len(),
        Ok(_) => size(&entry.path()) << 20,
        Err(_) => 0,
    });
    bytes.sum::<u64>() >> 20
}

/// Puts the open incidents on record; how many there are.
fn record(state: &Path, rules: &Rules) -> usize {
    let wall = Timestamp::now() - SignedDuration::from_mins(30);
    let arrives = |row: &Owed| Some(arrived(&row.work));
    let mut day = Day::begin(state, rules, wall, &arrives);
    day.look((0..OPEN).map(alone).collect());
    for _ in 0..20 {
        day.pass(60);
    }
    day.end().state().open.len()
}

/// Files incidents of earlier years, ten seconds apart.
fn file(state: &Path, rules: &Rules, count: usize) {
    let (mut store, start) = Store::open(state, store::Options::default()).unwrap();
    assert_eq!(start.frames.count(), 0, "the working state was built");
    let line = serde_json::json!({
        "status": "closed", "severity": 3, "occurred": "2020-01-01T00:00:00Z", "owner": "s-sha", "alerts": 3,
        "summary": "業務系共有ストレージ ディスク故障（住民記録システムほか）",
    });
    let line = serde_json::to_vec(&line).unwrap();
    let tick = Frame {
        at: Now { wall: Timestamp::now(), elapsed: Elapsed(30 * 60_000) },
        rules: rules.hash.clone(),
        input: Input::Tick,
        entries: Vec::new(),
    };
    let payload = payload(&tick);
    for from in (0..count).step_by(TOGETHER) {
        let filed = (from..count.min(from + TOGETHER)).map(|nth| Filed {
            id: 1_000_000 + nth as u64,
            name: Some(format!("KW-{:08}-{:04}", 20_000_101 + nth / 1_000, nth % 1_000)),
            moment: 1_000_000_000_000 + 10_000 * nth as u64,
            line: line.clone(),
        });
        let seqs = store.commit(&[&payload]).unwrap();
        let last = *seqs.end();
        let filed = filed.map(|filed| (last, filed)).collect();
        store.apply(seqs, Changes { entities: Vec::new(), filed });
        // A million at once is more than may wait; in earnest they come one by one.
        while !matches!(store.working(), store::Condition::Following { applied } if applied + 200 > last) {
            std::thread::yield_now();
        }
    }
    store.close().unwrap();
}
