//! What the outbox gets through: messages a second, each recorded before and after its attempt.
//!
//! `cargo bench --bench outbox`; `KW_MESSAGES=n` sends about that many. A record is made in which they are owed, by the desk
//! itself, with nothing sent yet. Then the built binary is started on it, and sends over loopback to a mail server, or a web
//! server, in this process: the whole path, with the attempt synced to the journal before, the message kept as worded, the
//! conversation, and the outcome synced after it. Then it is stopped and started once more, which must send nothing again.
//! CPU time is the daemon's own; the far end works beside it on the same machine.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot set itself up should stop")]

mod sink;
#[path = "../../tests/support/mod.rs"]
mod support;

use jiff::{SignedDuration, Timestamp};
use kiriwake::config::{self, Environment};
use kiriwake::desk::ids::OwedId;
use kiriwake::desk::owed::{Owed, Work};
use kiriwake::desk::rules::Rules;
use sink::{Arrived, Sink};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::daemon::Daemon;
use support::day::{Day, alone};
use support::desk::arrived;
use support::site::{Neighbours, Site};
use support::{Scratch, wait_for};

/// The engineering aim.
const AIM: f64 = 4_600.0;
/// Messages under way at once; 4 if nothing is configured.
const AT_ONCE: i64 = 32;
/// Incidents that come with one look.
const TOGETHER: usize = 100;
/// How long it may take in all.
const LIMIT: Duration = Duration::from_secs(120);
/// The channel that takes copies of what goes to the desk.
const HOOK: &str = "desk-hook";

/// The way that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Mail,
    Web,
}

fn main() {
    let wanted: usize = std::env::var("KW_MESSAGES").ok().and_then(|count| count.parse().ok()).unwrap_or(5_000);
    println!(
        "set: at_once = {AT_ONCE} for both ways, caps of 100,000, no storm notices; aim {AIM} a second, each recorded"
    );
    println!("the disk: {:.0} syncs/s", syncs_per_second());
    for way in [Way::Mail, Way::Web] {
        measure(way, wanted);
    }
}

fn measure(way: Way, wanted: usize) {
    let scratch = Scratch::new("outbox");
    let (mail, web) = (Sink::mail(), Sink::web());
    let site = Site::a_town(scratch.path(), &Neighbours { zabbix: None, smtp: mail.address, webhook: None });
    site.lift_caps();
    site.no_storms();
    site.send_at_once(AT_ONCE);
    let hook = format!(
        "[[channel.webhook]]\nname = \"{HOOK}\"\nparty = \"k-sha\"\nurl = \"http://{}/\"\nat_once = {AT_ONCE}\n",
        web.address
    );
    site.add("hook.toml", &hook);
    let today = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let loaded = config::load(&site.config, &Environment::default(), today);
    let rules = loaded
        .map(|(settings, _)| Arc::unwrap_or_clone(settings.rules))
        .map_err(|_| "the configuration is faulty")
        .unwrap();
    let rows = record(&site.state, &rules, way, wanted);
    let owed: BTreeSet<&String> = rows.values().collect();

    let sink = if way == Way::Mail { &mail } else { &web };
    let mut daemon = Daemon::stopped(&site.config, &scratch);
    daemon.spawn();
    wait_for("the first message", LIMIT, || sink.arrived().span);
    let cpu = cpu_seconds(daemon.pid());
    wait_for("every message", LIMIT, || all_arrived(&sink.arrived(), &owed));
    let cpu = cpu_seconds(daemon.pid()) - cpu;
    let (first, last) = sink.arrived().span.unwrap();
    daemon.wait_ready();
    let left = wait_for("the last outcome", LIMIT, || {
        let found = daemon.tell(&["outbox", "list", "--json"]);
        let found: Vec<serde_json::Value> = serde_json::from_str(&found).unwrap();
        let left =
            found.iter().filter_map(|row| row["id"].as_u64()).filter(|id| rows.contains_key(&OwedId(*id))).count();
        (left == 0).then_some(left)
    });
    daemon.assert_books_balance();
    daemon.terminate();
    daemon.restart();
    daemon.terminate();

    let arrived = sink.arrived();
    let beyond: u32 = owed.iter().map(|key| arrived.copies[*key] - 1).sum();
    assert_eq!(beyond, 0, "nothing was sent twice");
    let (took, count) = (last.duration_since(first).as_secs_f64(), owed.len() as f64);
    let rate = count / took;
    println!(
        "{way:?}: {count} messages in {took:.2} s: {rate:.0} a second ({:.2} of the aim), {:.2} CPU s for 1,000; \
         {beyond} copies beyond one, {left} rows left",
        rate / AIM,
        cpu * 1_000.0 / count,
    );
}

fn all_arrived(arrived: &Arrived, owed: &BTreeSet<&String>) -> Option<()> {
    // Looking for each of thousands again and again would take time from those that are measured.
    (arrived.copies.len() >= owed.len() && owed.iter().all(|key| arrived.copies.contains_key(*key))).then_some(())
}

/// Puts messages on record that are owed over one way and were not tried, or hardly; their numbers and keys.
fn record(state: &Path, rules: &Rules, way: Way, wanted: usize) -> BTreeMap<OwedId, String> {
    let is_measured = |row: &Owed| match &row.work {
        // What waits for its reader's opening is not sent now.
        Work::Message { channel, .. } => row.not_before.is_none() && (channel.as_str() == HOOK) == (way == Way::Web),
        _ => false,
    };
    let becomes = |row: &Owed| (!is_measured(row)).then(|| arrived(&row.work));
    let mut day = Day::begin(state, rules, Timestamp::now() - SignedDuration::from_mins(10), &becomes);
    let mut next = 0;
    let open = |day: &Day<'_>| {
        let rows = day.desk.state().owed.values().filter(|row| !row.state.ended() && is_measured(row));
        rows.map(|row| (row.id, row.key.clone())).collect::<BTreeMap<_, _>>()
    };
    while open(&day).len() < wanted && next < wanted {
        day.look((next..next + TOGETHER).map(alone).collect());
        next += TOGETHER;
        day.pass(6);
        day.pass(1);
    }
    let owed = open(&day);
    day.end();
    owed
}

/// CPU time of a process so far. Source: proc(5), `utime` and `stime` in ticks of 10 ms.
fn cpu_seconds(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let after_name = stat.rsplit(") ").next().unwrap();
    let ticks = |nth: usize| after_name.split(' ').nth(nth).unwrap().parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) / 100.0
}

fn syncs_per_second() -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let mut file = File::create(folder.path().join("beside")).unwrap();
    let (began, mut syncs) = (Instant::now(), 0);
    while began.elapsed() < Duration::from_secs(2) {
        file.write_all(&[b'x'; 4096]).unwrap();
        file.sync_data().unwrap();
        syncs += 1;
    }
    f64::from(syncs) / began.elapsed().as_secs_f64()
}
