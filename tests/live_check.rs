//! `check --live`: the built binary tries sources and channels without sending anything, and lists the holes.
//!
//! Against a Zabbix of a few lines and a mail server of a few lines; against the real ones where they run.

mod support;

use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Output;
use support::daemon::Daemon;
use support::fake_zabbix::FakeZabbix;
use support::site::{Neighbours, Site};
use support::smtp_sink::SmtpSink;
use support::zabbix::Zabbix;
use support::{Scratch, free_port, skip};

const TOKEN: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A switch the example covers, a host nobody heard of, and a database host one of whose alarms is about nothing.
fn zabbix() -> FakeZabbix {
    let host = |id: &str, host: &str, name: &str| {
        json!({
            "hostid": id, "host": host, "name": name, "groups": [{ "name": "Vendor/Network" }], "tags": [],
            "inheritedTags": [], "inventory": [],
        })
    };
    let trigger = |id: &str, host: &str, name: &str, text: &str| {
        json!({
            "triggerid": id, "description": text, "priority": "4", "tags": [],
            "hosts": [{ "hostid": host, "host": name, "name": name }],
            "items": [{ "itemid": id, "name": "Ping", "key_": "icmpping" }],
        })
    };
    let hosts = json!([host("1", "core-sw-01", "コアスイッチ"), host("2", "new-sw-09", "新設スイッチ")]);
    let triggers = json!([
        trigger("11", "1", "core-sw-01", "Ping応答なし"),
        trigger("12", "2", "new-sw-09", "Ping応答なし"),
        trigger("13", "2", "new-sw-09", "温度異常"),
    ]);
    FakeZabbix::start(
        TOKEN,
        &[
            ("apiinfo.version", json!("6.0.14")),
            ("host.get", hosts),
            ("trigger.get", triggers),
            ("item.get", json!([{ "itemid": "11", "tags": [{ "tag": "component", "value": "network" }] }])),
        ],
    )
}

fn site(scratch: &Scratch, zabbix: (&str, &str), smtp: u16) -> Site {
    let smtp = SocketAddr::from((Ipv4Addr::LOCALHOST, smtp));
    let site = Site::a_town(scratch.path(), &Neighbours { zabbix: Some(zabbix), smtp, webhook: None });
    std::fs::create_dir_all(site.log_of(0, "core-sw-01").parent().expect("a folder")).expect("ours");
    std::fs::write(site.log_of(0, "core-sw-01"), "").expect("ours");
    // The case of the example is of its own times, which the rewritten site has not.
    std::fs::remove_dir_all(site.config.join("cases")).expect("ours");
    site
}

fn check(stopped: &Daemon, more: &[&str]) -> (Option<i32>, String) {
    let output: Output = stopped.ask(&[&["check", "--live"][..], more].concat());
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    (output.status.code(), text)
}

#[test]
fn what_answers_is_told_nothing_is_sent_and_holes_are_warnings() {
    let scratch = Scratch::new("live-check");
    let (zabbix, mail) = (zabbix(), SmtpSink::start());
    let site = site(&scratch, (&zabbix.url(), TOKEN), mail.port());
    let stopped = Daemon::stopped(&site.config, &scratch);
    let (code, said) = check(&stopped, &[]);
    assert_eq!(code, Some(0), "{said}");
    for part in [
        "ok     source zabbix: Zabbix 6.0: 2 hosts, 3 triggers",
        "ok     source network-log: 1 files can be read",
        "ok     channel relay: 127.0.0.1 answers without TLS and asks for no login",
        "責任分界の穴",
        "new-sw-09",
        "2 of 2",
        "Ping応答なし / 温度異常",
    ] {
        assert!(said.contains(part), "{part} is missing:\n{said}");
    }
    assert!(!said.contains("core-sw-01 "), "what is covered is no hole:\n{said}");
    assert_eq!(mail.mails(), []);
    assert!(zabbix.calls().iter().all(|method| method.ends_with(".get") || method.starts_with("apiinfo")));

    assert_eq!(check(&stopped, &["--strict"]).0, Some(1));
    let (code, said) = check(&stopped, &["--json"]);
    let said: Value = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"));
    assert_eq!((code, &said["live"]["holes"][0]["host"]), (Some(0), &json!("new-sw-09")));
    assert!(said["live"]["tried"].as_array().is_some_and(|tried| tried.iter().all(|one| one["ok"] == true)));

    // With a component for it, nothing is left.
    site.add("zz-new.toml", "[component.new-switch]\nparty = \"n-sha\"\nhosts = [\"new-sw-*\"]\n");
    let (code, said) = check(&stopped, &["--strict"]);
    assert!(said.contains("Every alarm of Zabbix is about a component."), "{said}");
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn what_cannot_be_used_is_told_each_with_its_reason() {
    let scratch = Scratch::new("live-check-faults");
    let zabbix = zabbix();
    let site = site(&scratch, (&zabbix.url(), &"f".repeat(64)), free_port());
    let stopped = Daemon::stopped(&site.config, &scratch);
    std::fs::remove_file(site.log_of(0, "core-sw-01")).expect("ours");
    let (code, said) = check(&stopped, &[]);
    assert_eq!(code, Some(69), "{said}");
    for part in [
        "FAULT  source zabbix: Zabbix 6.0 does not know us any more: Invalid params. Not authorized.",
        "FAULT  source network-log: no file fits",
        "FAULT  channel relay: 127.0.0.1:",
    ] {
        assert!(said.contains(part), "{part} is missing:\n{said}");
    }
    assert!(!said.contains(&"f".repeat(64)), "a secret is never shown");

    // A configuration with faults is not tried at all.
    site.add("zz-fault.toml", "[component.x]\nparty = \"nobody\"\n");
    let calls = zabbix.calls().len();
    assert_eq!(check(&stopped, &[]).0, Some(78));
    assert_eq!(zabbix.calls().len(), calls);
}

#[test]
fn the_real_zabbix_of_a_town_has_no_hole_and_the_small_one_is_one() {
    let zabbix = match Zabbix::take() {
        Ok(zabbix) => zabbix,
        Err(why) => return skip(&why),
    };
    let scratch = Scratch::new("live-check-real");
    let mail = SmtpSink::start();
    let site = site(&scratch, (zabbix.url(), zabbix.token()), mail.port());
    let stopped = Daemon::stopped(&site.config, &scratch);
    let (code, said) = check(&stopped, &["--json"]);
    let said: Value = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"));
    assert_eq!(code, Some(0), "{said:#}");
    // Beside A町 the small site may stand, which the example knows nothing of.
    const SMALL: [&str; 6] = ["net-core-sw01", "net-fw01", "srv-ap01", "srv-db01", "app-portal", "app-batch"];
    let holes: Vec<&str> =
        said["live"]["holes"].as_array().into_iter().flatten().filter_map(|hole| hole["host"].as_str()).collect();
    assert!(holes.iter().all(|host| SMALL.contains(host) || host.starts_with("bulk-")), "{holes:?}");
    assert_eq!(mail.mails(), []);
}
