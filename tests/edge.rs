//! The daemon's edge with a real process: how it ends, what it takes on while it runs, what it never says.
//!
//! Its neighbours are a mail server that never answers and operators who hang. Not here: what is decided.

mod support;

use sha2::Digest as _;
use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};
use support::daemon::Daemon;
use support::log_writer::LogWriter;
use support::site::{Neighbours, Site};
use support::smtp_sink::SmtpSink;
use support::{Scratch, figure, free_port, wait_for};

const SOON: Duration = Duration::from_secs(30);

/// A mail server that takes connections and says nothing; they stay open as long as it is kept.
fn silent_server() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
    let address = listener.local_addr().expect("it is bound");
    (listener, address)
}

fn site(scratch: &Scratch, smtp: SocketAddr) -> Site {
    Site::a_town(scratch.path(), &Neighbours { zabbix: None, smtp, webhook: None })
}

fn call(daemon: &Daemon, summary: &str) {
    daemon.tell(&["incident", "open", summary, "--severity", "1"]);
}

/// Rows that are not at their end, with what they are.
fn waiting(daemon: &Daemon) -> BTreeSet<(String, String)> {
    let rows: serde_json::Value = serde_json::from_str(&daemon.tell(&["outbox", "list", "--json"])).expect("JSON");
    let rows = rows.as_array().expect("a list").iter();
    rows.map(|row| (row["id"].to_string(), row["kind"].to_string())).collect()
}

/// P23: nobody who hangs keeps it from ending, and nothing that was owed is forgotten.
#[test]
fn a_stop_waits_for_nobody_who_hangs_and_forgets_nothing() {
    let scratch = Scratch::new("stop");
    let (_server, smtp) = silent_server();
    let site = site(&scratch, smtp);
    let mut daemon = Daemon::start(&site.config, &scratch);
    for summary in ["一", "二", "三", "四"] {
        call(&daemon, summary);
    }
    let owed = waiting(&daemon);
    assert!(owed.len() > 4, "more is owed than may be under way: {owed:?}");
    let mut operators = Vec::new();
    for begun in ["", "GET /sta", "POST /acts HTTP/1.1\r\nhost: x\r\ncontent-length: 99\r\n\r\n{"] {
        let mut operator = UnixStream::connect(&site.socket).expect("it listens");
        operator.write_all(begun.as_bytes()).expect("it reads");
        operators.push(operator);
    }
    let began = Instant::now();
    assert!(daemon.terminate().success());
    figure("stop with a mail server and three operators that hang", &format!("{:.1} s", began.elapsed().as_secs_f64()));
    assert!(!site.socket.exists(), "the socket goes with the daemon");

    daemon.restart();
    let after = waiting(&daemon);
    assert!(owed.is_subset(&after), "owed before: {owed:?}, after: {after:?}");
    daemon.assert_books_balance();
}

/// P23: what could be begun is not, and what is not begun has no unknown outcome.
#[test]
fn a_stop_with_nothing_under_way_is_quick() {
    let scratch = Scratch::new("quick");
    let sink = SmtpSink::start();
    let site = site(&scratch, SocketAddr::from((Ipv4Addr::LOCALHOST, sink.port())));
    let mut daemon = Daemon::start(&site.config, &scratch);
    call(&daemon, "電話");
    wait_for("the mails", SOON, || (daemon.status()["waiting"] == 0).then_some(()));
    let began = Instant::now();
    assert!(daemon.terminate().success());
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

/// P11: a secret that is gone keeps everything as it was; P14: and no address of a webhook is ever written down.
#[test]
fn a_reload_takes_all_or_nothing_and_secrets_stay_secret() {
    let scratch = Scratch::new("reload");
    let sink = SmtpSink::start();
    let site = site(&scratch, SocketAddr::from((Ipv4Addr::LOCALHOST, sink.port())));
    let url = |canary: &str| format!("http://127.0.0.1:{}/hooks/{canary}", free_port());
    let hook = site.config.join("hook.url");
    private(&hook, &url("canaryOne1234567"));
    site.add("zz-hook.toml", "[[channel.webhook]]\nname = \"hook\"\nparty = \"soumu-joho\"\nurl_file = \"hook.url\"\n");
    let mut daemon = Daemon::stopped(&site.config, &scratch);
    daemon.verbosity = Some("trace,reqwest::connect=trace,hyper_util=trace,kiriwake=trace");
    daemon.spawn();
    daemon.wait_ready();
    call(&daemon, "一");
    wait_for("an attempt at the webhook", SOON, || daemon.log().contains("127.0.0.1").then_some(()));

    let rules = || daemon.status()["rules"].clone();
    let before = rules();
    fs::remove_file(&hook).expect("ours");
    site.add(
        "zz-policy.toml",
        "[[maintenance]]\nname = \"n\"\nowner = \"n-sha\"\nreason = \"r\"\ncomponents = [\"core-switch\"]\n\
        from = \"2026-01-01T00:00\"\nuntil = \"2026-01-01T01:00\"\n",
    );
    let refused = daemon.ask(&["reload"]);
    let said = String::from_utf8_lossy(&refused.stdout).into_owned();
    assert_eq!(refused.status.code(), Some(78), "{said}");
    assert!(said.contains("hook.url"), "{said}");
    assert_eq!(rules(), before, "all or nothing");
    // Counted before: the mail may leave before the call is answered.
    let told = sink.mails().len();
    call(&daemon, "二");
    wait_for("mails over the old ways", SOON, || (sink.mails().len() > told).then_some(()));

    fs::remove_file(site.config.join("zz-policy.toml")).expect("ours");
    private(&hook, &url("canaryTwo1234567"));
    daemon.tell(&["reload"]);
    call(&daemon, "三");
    wait_for("an attempt at the new address", SOON, || (daemon.log().matches("127.0.0.1").count() > 2).then_some(()));
    let mut everything = daemon.log();
    for question in [vec!["status"], vec!["outbox", "list", "--all"], vec!["incident", "list", "--all"]] {
        everything.push_str(&daemon.tell(&question));
        everything.push_str(&daemon.tell(&[question, vec!["--json"]].concat()));
    }
    assert!(daemon.terminate().success());
    assert!(!everything.contains("canary"), "{everything}");
    let foreign = everything.lines().find(|line| line.contains("DEBUG hyper") || line.contains("TRACE "));
    assert_eq!(foreign, None, "only our own words below a warning");
}

fn private(path: &Path, text: &str) {
    fs::write(path, text).expect("ours");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("ours");
}

/// Planned work and silences are registered, refused with help, listed, counted and ended by command; who did it is on record.
#[test]
fn planned_work_and_silences_are_kept_by_command() {
    let scratch = Scratch::new("covers");
    let sink = SmtpSink::start();
    let site = site(&scratch, SocketAddr::from((Ipv4Addr::LOCALHOST, sink.port())));
    let daemon = Daemon::start(&site.config, &scratch);
    let add =
        ["maintenance", "add", "メモリ増設", "--component", "hypervisor-4", "--reason", "増設作業", "--for", "2h"];
    let refused = daemon.ask(&add);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(65), "{said}");
    assert!(said.contains("--owner") && said.contains("s-sha"), "{said}");
    let said = daemon.tell(&[&add[..], &["--owner", "s-sha", "--by", "佐藤"]].concat());
    assert!(said.starts_with("P-1: active until"), "{said}");
    daemon.tell(&["silence", "add", "--host", "prn-*", "--owner", "k-sha", "--reason", "用紙切れ", "--for", "1h"]);
    let wrong = daemon.ask(&["silence", "end", "P-1"]);
    assert_eq!(wrong.status.code(), Some(64), "{}", String::from_utf8_lossy(&wrong.stderr));

    let list = |of: &str| -> serde_json::Value {
        serde_json::from_str(&daemon.tell(&[of, "list", "--all", "--json"])).expect("JSON")
    };
    let work = &list("maintenance")[0];
    assert_eq!((&work["id"], &work["stage"]), (&"P-1".into(), &"active".into()), "{work}");
    assert!(work["by"].as_str().is_some_and(|by| by.starts_with("佐藤 (")), "{work}");
    assert_eq!(daemon.status()["covers"].as_array().map(Vec::len), Some(2));
    daemon.tell(&["maintenance", "extend", "P-1", "--for", "3h"]);
    let said = daemon.tell(&["maintenance", "end", "P-1"]);
    assert!(said.starts_with("P-1: ended"), "{said}");
    assert_eq!(list("maintenance")[0]["stage"], "ended");
    assert_eq!(list("silence")[0]["over"], "host prn-*");
    daemon.assert_books_balance();
}

/// Lines around a fault are kept with their hash, as the bytes they are, and quoted to the one vendor whose host wrote them,
/// without secrets; they are still there after a restart, and the store finds its bodies whole.
#[test]
fn evidence_is_read_from_the_log_kept_and_quoted() {
    let scratch = Scratch::new("evidence");
    let sink = SmtpSink::start();
    let site = site(&scratch, SocketAddr::from((Ipv4Addr::LOCALHOST, sink.port())));
    let mut log = LogWriter::at(&site.log_of(0, "core-sw-01"));
    let mut other = LogWriter::at(&site.log_of(0, "srv-hv-01"));
    log.syslog("core-sw-01", "the first look finds this");
    let mut daemon = Daemon::start(&site.config, &scratch);
    wait_for("the first look", SOON, || (daemon.status()["sources"][0]["sight"] == "sees").then_some(()));
    for n in 0..40 {
        log.syslog("core-sw-01", &format!("{n} %SNMP-3-AUTHFAIL: community: geheim from 192.0.2.{n}"));
    }
    log.syslog("core-sw-01", "4021: %LINK-3-UPDOWN: Interface Te1/1, changed state to down");
    other.syslog("srv-hv-01", "nobody else's business");

    let request = wait_for("the request", SOON, || {
        sink.mails().into_iter().find(|mail| mail.subject.contains("対応依頼") || mail.subject.contains("調査依頼"))
    });
    assert!(request.mailbox.ends_with("@n.example"), "{}", request.mailbox);
    assert!(request.text.contains("ログ抜粋　：（以下30行。全42行は窓口で保管）"), "{}", request.text);
    assert!(request.text.contains("%LINK-3-UPDOWN: Interface Te1/1") && !request.text.contains("geheim"));
    assert!(!request.text.contains("nobody else's"), "{}", request.text);

    let number = daemon.numbers().remove(0);
    let listed = || -> serde_json::Value {
        serde_json::from_str(&daemon.tell(&["incident", "evidence", &number, "--json"])).expect("JSON")
    };
    let found = wait_for("the record", SOON, || Some(listed()).filter(|it| it["pack"]["out"] == serde_json::json!({})));
    let parts = found["pack"]["parts"].as_array().expect("a list").clone();
    let lines = &parts[0];
    assert_eq!((&lines["kind"], &lines["host"], &lines["lines"]), (&"lines".into(), &"core-sw-01".into(), &42.into()));
    assert_eq!((&parts[1]["kind"], parts.len()), (&"record".into(), 2), "{found}");
    let page = daemon.tell(&["incident", "evidence", &number]);
    let hash = lines["sha256"].as_str().expect("a hash").to_owned();
    assert!(page.contains(&hash) && page.contains("alerts 1,"), "{page}");
    assert!(daemon.tell(&["incident", "show", &number]).contains("evidence      2 files"));

    assert!(daemon.terminate().success());
    daemon.restart();
    let out = scratch.join("lines");
    daemon.tell(&["incident", "evidence", &number, "--part", "1", "--out", &out.to_string_lossy()]);
    let kept = fs::read(&out).expect("written");
    assert_eq!(kept, fs::read(log.path()).expect("ours"), "byte for byte");
    assert_eq!(format!("{:x}", sha2::Sha256::digest(&kept)), hash);
    let shown = daemon.tell(&["incident", "evidence", &number, "--part", "1"]);
    assert_eq!(shown, String::from_utf8(kept).expect("UTF-8"));
    let record = daemon.tell(&["incident", "evidence", &number, "--part", "2"]);
    let record: serde_json::Value = serde_json::from_str(&record).expect("the record is JSON");
    assert_eq!((&record["incident"], &record["alerts_in_all"]), (&number.as_str().into(), &1.into()));
    assert_eq!(daemon.ask(&["incident", "evidence", &number, "--part", "3"]).status.code(), Some(65));
    daemon.assert_books_balance();
    assert!(daemon.terminate().success());
    daemon.tell(&["store", "verify"]);
    lost(&sink, &mut daemon, &site.state, &number);
}

/// P10: what was gathered is lost, with the messages as worded.
fn lost(sink: &SmtpSink, daemon: &mut Daemon, state: &Path, number: &str) {
    for folder in ["bodies", "messages"] {
        fs::remove_dir_all(state.join(folder)).expect("ours");
    }
    let told = || {
        let mails = sink.mails().into_iter().filter(|mail| mail.subject.contains("記録の一部を読み取れませんでした"));
        mails.map(|mail| mail.text).collect::<Vec<_>>()
    };
    daemon.restart();
    let mails = wait_for("the word of it", SOON, || Some(told()).filter(|mails| !mails.is_empty()));
    let text = mails[0].replace('\n', "");
    assert!(text.contains("2 files in bodies/") && text.contains(number) && text.contains("messages/"), "{}", mails[0]);
    let page = daemon.tell(&["incident", "evidence", number]);
    assert!(page.contains("NOT THERE, although nobody removed it") && page.contains(": 1, 2"), "{page}");
    assert!(!page.contains("To read a file"), "{page}");
    let part = daemon.ask(&["incident", "evidence", number, "--part", "1"]);
    assert!(part.status.code() == Some(65) && String::from_utf8_lossy(&part.stderr).contains("missing"), "{part:?}");
    // All in one, and once: the next start has nothing new to tell.
    assert!(daemon.terminate().success());
    daemon.restart();
    let looked = "files the record refers to are not there";
    wait_for("the second look", SOON, || (daemon.log().matches(looked).count() >= 2).then_some(()));
    daemon.tell(&["incident", "note", number, "確認中"]);
    assert_eq!(told().len(), 1);
    assert!(daemon.terminate().success());
    assert_eq!(daemon.ask(&["store", "verify"]).status.code(), Some(1));
}
