//! What an estate that is red all over costs: 100,000 problems of Zabbix open at once.
//!
//! `cargo bench --bench open`; `KW_OPEN=n` opens another number. 5,000 hosts behind 250 switches, each a component, with 20
//! problems each, described as Zabbix describes them: tags, groups, items, inventory. They come site by site, the switch first,
//! and belong to the incident of its switch. The record is made by the desk; then the built binary is started on it: the time
//! until it answers, and the memory it holds then.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot set itself up should stop")]

#[path = "../tests/support/mod.rs"]
mod support;

use jiff::{SignedDuration, Timestamp};
use kiriwake::config::{self, Environment};
use kiriwake::daemon;
use kiriwake::desk::observation::{Item, Key, Level, Problem};
use kiriwake::desk::owed::Owed;
use kiriwake::desk::rules::Rules;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use support::Scratch;
use support::daemon::Daemon;
use support::day::Day;
use support::desk::arrived;
use support::site::{Neighbours, Site};
use support::smtp_sink::SmtpSink;

/// Switches, and hosts behind each.
const SWITCHES: usize = 250;
const HOSTS: usize = 20;
/// The aim, in MiB.
const AIM: u64 = 96;

fn main() {
    let wanted: usize = std::env::var("KW_OPEN").ok().and_then(|count| count.parse().ok()).unwrap_or(100_000);
    let scratch = Scratch::new("open");
    let mail = SmtpSink::start();
    let smtp = SocketAddr::from((Ipv4Addr::LOCALHOST, mail.port()));
    let site = Site::a_town(scratch.path(), &Neighbours { zabbix: None, smtp, webhook: None });
    site.add("estate.toml", &estate());
    let rules = rules(&site);
    let mut daemon = Daemon::stopped(&site.config, &scratch);

    daemon.spawn();
    daemon.wait_ready();
    let before = daemon.memory();
    daemon.terminate();
    std::fs::remove_dir_all(&site.state).unwrap();
    std::fs::create_dir(&site.state).unwrap();
    println!("with {} components and nothing open: {before}", SWITCHES * (HOSTS + 1));

    let (alerts, incidents, rows) = record(&site.state, &rules, wanted);
    daemon::rebuild(&site.state, rules).unwrap();
    println!("{alerts} problems open, {incidents} incidents, {rows} rows of the outbox; aim {AIM} MiB");
    for round in 1..=3 {
        let began = Instant::now();
        daemon.spawn();
        daemon.wait_ready();
        let ready = began.elapsed().as_secs_f64();
        println!("start {round}: ready after {ready:.2} s; {}", daemon.memory());
        daemon.terminate();
    }
}

fn rules(site: &Site) -> Rules {
    let today = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let loaded = config::load(&site.config, &Environment::default(), today);
    loaded.map(|(settings, _)| Arc::unwrap_or_clone(settings.rules)).map_err(|_| "the configuration is faulty").unwrap()
}

fn estate() -> String {
    let mut text = String::new();
    let mut component = |name: &str, needs: &str| {
        let party = if needs == "core-switch" { "n-sha" } else { "s-sha" };
        writeln!(text, "[component.{name}]\nhosts = [\"{name}\"]\nparty = \"{party}\"\nneeds = [\"{needs}\"]").unwrap();
    };
    for switch in 0..SWITCHES {
        component(&format!("sw{switch}"), "core-switch");
        for host in 0..HOSTS {
            component(&format!("h{switch}-{host}"), &format!("sw{switch}"));
        }
    }
    text
}

/// Puts the problems on record; how many there are, in how many incidents, and the rows of the outbox.
fn record(state: &Path, rules: &Rules, wanted: usize) -> (usize, usize, usize) {
    let arrives = |row: &Owed| Some(arrived(&row.work));
    let wall = Timestamp::now() - SignedDuration::from_hours(11);
    let mut day = Day::begin(state, rules, wall, &arrives);
    let mut keys = 10_000_000..;
    let mut next = |host: &str, nth: usize| {
        let key = keys.next().unwrap_or_default();
        (Key(key.to_string().into()), problem(host, nth, key))
    };
    let each = wanted.div_ceil(SWITCHES * HOSTS);
    for switch in 0..SWITCHES {
        let mut look = vec![next(&format!("sw{switch}"), 0)];
        for host in 0..HOSTS {
            let host = format!("h{switch}-{host}");
            look.extend((0..each).map(|nth| next(&host, nth)));
        }
        day.look(look);
        day.pass(60);
        day.pass(90);
    }
    let desk = day.end();
    let state = desk.state();
    (state.alerts.values().filter(|alert| alert.red()).count(), state.open.len(), state.owed.len())
}

/// As Zabbix tells of it.
fn problem(host: &str, nth: usize, key: u64) -> Problem {
    let (summary, item, level) = match nth {
        0 => ("Ping応答なし".to_owned(), ("ICMP ping", "icmpping".to_owned()), Level::High),
        1 => (
            "Zabbixエージェントが応答しません（5分間）".to_owned(),
            ("Zabbix agent availability", "zabbix[host,agent,available]".to_owned()),
            Level::Average,
        ),
        2 => (
            "CPU使用率が高い状態です（5分平均90%以上）".to_owned(),
            ("CPU utilization", "system.cpu.util".to_owned()),
            Level::Warning,
        ),
        _ => {
            let disk = format!("vfs.fs.size[/data{nth},pused]");
            let summary = format!("/data{nth} のディスク使用率が90%を超えています");
            (summary, ("Space utilization", disk), Level::Warning)
        }
    };
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Problem {
        host_name: format!("庁舎サーバ {host}").into(),
        level,
        tags: vec![
            pair("class", "os"),
            pair("component", "storage"),
            pair("scope", "availability"),
            pair("target", "linux"),
        ]
        .into(),
        groups: vec!["Linux servers".to_owned(), "Vendor/Server".to_owned()].into(),
        object: Some((key + 20_000).to_string().into()),
        items: Some(vec![Item { name: item.0.to_owned(), key: item.1 }].into()),
        inventory: BTreeMap::from([
            pair("location", "本庁舎2階 サーバ室 ラック3"),
            pair("os", "Debian GNU/Linux 12"),
            pair("serialno_a", &format!("SN-{host}")),
        ])
        .into(),
        ..support::desk::problem(host, &summary)
    }
}
