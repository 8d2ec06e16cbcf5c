//! A backup of a running daemon, restored after it was lost: numbers and books are the same, nothing is sent twice, and
//! what waited is the desk's to send (P2, P3, P14, P24).
//!
//! Not here: damage and refusals (`backup.rs`).

mod support;

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use support::daemon::Daemon;
use support::log_writer::LogWriter;
use support::mail::Mail;
use support::site::{Neighbours, Site};
use support::smtp_sink::{Manner, SmtpSink};
use support::{Scratch, wait_for};

const SOON: Duration = Duration::from_secs(60);
/// Pause between two lines of the load.
const LINE_EVERY: Duration = Duration::from_millis(20);

/// Every line is a fault of its own that never closes.
const PATTERNS: &str = r#"
[[pattern]]
name = "kw-load"
set = "kw-load"
opens = "KWLOAD (?P<event>[0-9]+) failed"
closes = "KWLOAD (?P<event>[0-9]+) works"
key = ["host", "event"]
level = "average"
"#;

/// Stand in secrets only: where one is found, a secret got out.
const CANARIES: [&str; 2] = ["CANARY-TOKEN-5d1f", "CANARY-HOOK-a77e"];

/// A daemon with a log and a mail server.
fn town(scratch: &Scratch, sink: &SmtpSink) -> (Site, Daemon) {
    let smtp = SocketAddr::from((Ipv4Addr::LOCALHOST, sink.port()));
    // Nobody listens there; the secrets are read and used all the same.
    let (url, hook) = ("http://127.0.0.1:9/api_jsonrpc.php", format!("http://127.0.0.1:9/{}", CANARIES[1]));
    let neighbours = Neighbours { zabbix: Some((url, CANARIES[0])), smtp, webhook: Some(&hook) };
    let site = Site::a_town(scratch.path(), &neighbours);
    site.add("zz-load.toml", PATTERNS);
    site.use_patterns("kw-load");
    let daemon = Daemon::stopped(&site.config, scratch);
    (site, daemon)
}

/// A line every few milliseconds until it is told to end.
fn load(log: &Path) -> (Arc<AtomicBool>, std::thread::JoinHandle<u64>) {
    let (mut log, stop) = (LogWriter::at(log), Arc::new(AtomicBool::new(false)));
    let stopped = Arc::clone(&stop);
    let writing = std::thread::spawn(move || {
        let mut n = 0;
        while !stopped.load(Ordering::Relaxed) {
            n += 1;
            log.syslog("srv-load-01", &format!("KWLOAD {n:08} failed"));
            std::thread::sleep(LINE_EVERY);
        }
        n
    });
    (stop, writing)
}

/// Opens a call, of which several parties are told.
fn call(daemon: &Daemon, summary: &str) {
    daemon.tell(&["incident", "open", summary, "--component", "core-switch", "--severity", "1", "--separate"]);
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

fn rows<'a>(lines: &'a [Value], state: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["kind"] == "row" && line["state"] == state).collect()
}

/// Copies of each mail, by its id and mailbox.
fn copies(mails: &[Mail]) -> BTreeMap<(String, String), usize> {
    let mut copies = BTreeMap::new();
    for mail in mails {
        *copies.entry((mail.id.clone(), mail.mailbox.clone())).or_insert(0) += 1;
    }
    copies
}

#[test]
fn a_backup_of_a_running_daemon_restores_to_the_same_books_and_sends_nothing_twice() {
    let (scratch, sink) = (Scratch::new("restore"), SmtpSink::start());
    let (site, mut daemon) = town(&scratch, &sink);
    let log = site.log_of(0, "srv-load-01");
    LogWriter::at(&log).syslog("srv-load-01", "the first look finds this");
    daemon.spawn();
    daemon.wait_ready();
    call(&daemon, "the first call");
    wait_for("mails of the first call", SOON, || (!sink.mails().is_empty()).then_some(()));
    // From now on mails wait.
    sink.behave(Manner::TryLater);
    call(&daemon, "the second call");
    let (stop, writing) = load(&log);
    let kept = scratch.join("kept");
    let backup = kept.display().to_string();
    wait_for("rows that wait, and rows that are done", SOON, || {
        let known = lines(&daemon.tell(&["store", "export"]));
        let mails = |state| rows(&known, state).iter().any(|row| row["party"].is_string());
        (mails("waiting") && mails("done")).then_some(())
    });

    let numbers = daemon.numbers();
    let made = daemon.ask(&["store", "backup", &backup]);
    let (told, complaint) = (String::from_utf8_lossy(&made.stdout), String::from_utf8_lossy(&made.stderr));
    assert!(made.status.success() && complaint.is_empty(), "the daemon was asked: {complaint}{told}");
    assert!(told.contains("daemon         running") && told.contains("result         sound"), "{told}");
    daemon.tell(&["store", "verify", "--backup", &backup]);
    assert_eq!(daemon.ask(&["store", "restore", &backup, "--set-aside"]).status.code(), Some(75), "while it runs");
    assert_eq!(daemon.ask(&["store", "rebuild"]).status.code(), Some(75), "while it runs");

    // The original goes on: what waited is sent, and then it is lost.
    sink.behave(Manner::Accept);
    let waited: BTreeSet<String> = {
        let known = lines(&daemon.tell(&["store", "export"]));
        rows(&known, "waiting").into_iter().filter_map(key).collect()
    };
    let sent = wait_for("a mail that had waited", SOON + SOON, || {
        let mails = sink.mails();
        mails.iter().any(|mail| waited.iter().any(|key| mail.id.starts_with(key.as_str()))).then_some(mails)
    });
    stop.store(true, Ordering::Relaxed);
    let written = writing.join().expect("the log could be written");
    assert!(written > 10, "{written} lines");
    assert!(daemon.kill_dash_nine());
    let before = sink.mails();
    assert!(before.len() >= sent.len());

    let told = daemon.tell(&["store", "restore", &backup, "--set-aside"]);
    assert!(told.contains("term 2"), "{told}");
    assert!(daemon.tell(&["store", "verify"]).contains("result         sound"));
    let backed_up = lines(&daemon.tell(&["store", "export"]));
    daemon.restart();
    let notice = wait_for("the desk to be told", SOON, || {
        sink.mails().into_iter().find(|mail| mail.subject.contains("バックアップから復元しました"))
    });
    assert!(notice.text.contains("kiriwake outbox retry"), "{}", notice.text);

    // Incidents and numbers are those of the backup, and the log is read again from there.
    let after = lines(&daemon.tell(&["store", "export"]));
    let known = daemon.numbers();
    assert!(numbers.iter().all(|number| known.contains(number)), "{numbers:?} {known:?}");
    let by_id = |lines: &[Value]| -> BTreeMap<String, Value> {
        let incidents = lines.iter().filter(|line| line["kind"] == "incident");
        incidents.map(|line| (line["id"].to_string(), line["number"].clone())).collect()
    };
    for (id, number) in by_id(&backed_up).into_iter().filter(|(_, number)| number.is_string()) {
        assert_eq!(by_id(&after)[&id], number);
    }
    wait_for("the whole log to be on record", SOON, || {
        let known = lines(&daemon.tell(&["store", "export"]));
        let seen = known.iter().filter(|line| line["kind"] == "alert");
        let seen: BTreeSet<String> = seen.map(|line| line["summary"].to_string()).collect();
        (1..=written).all(|n| seen.iter().any(|text| text.contains(&format!("KWLOAD {n:08}")))).then_some(())
    });
    daemon.assert_books_balance();

    // What was done stays done, what waited is held with its reason, and no mail of before comes a second time.
    let state: BTreeMap<String, &Value> = after.iter().filter_map(|line| Some((key(line)?, &line["state"]))).collect();
    assert!(rows(&backed_up, "done").into_iter().filter_map(key).all(|key| state[&key] == "done"));
    let open = ["waiting", "started"].into_iter().flat_map(|state| rows(&backed_up, state));
    let open: Vec<String> = open.filter(|row| row["party"].is_string()).filter_map(key).collect();
    assert!(!open.is_empty() && open.iter().all(|key| *state[key] == "dead"), "{open:?}");
    let held = daemon.tell(&["outbox", "list"]);
    assert!(held.contains("restored from a backup of"), "{held}");
    let ids: BTreeSet<String> = before.iter().map(|mail| mail.id.clone()).collect();
    let again = |mails: &[Mail]| mails[before.len()..].iter().filter(|mail| ids.contains(&mail.id)).count();
    assert_eq!(again(&sink.mails()), 0);

    // Sent again when the desk says so: the same mail, which says that it may be a repeat.
    let wanted = |line: &&Value| key(line).is_some_and(|key| ids.iter().any(|id| id.starts_with(&key)));
    let row = after.iter().filter(|line| line["state"] == "dead").find(wanted).expect("one that had been sent");
    daemon.tell(&["outbox", "retry", row["id"].as_str().expect("a name")]);
    let key = key(row).expect("a key");
    let repeat = wait_for("the mail that was wanted again", SOON, || {
        sink.mails().into_iter().skip(before.len()).find(|mail| mail.id.starts_with(&key))
    });
    assert!(repeat.text.contains("再送"), "{}", repeat.text);
    let twice = copies(&sink.mails()).into_iter().filter(|((id, _), count)| *count > 1 && *id != repeat.id);
    let twice: Vec<_> = twice.collect();
    assert!(twice.is_empty(), "{twice:?}, the repeat is {} {}", repeat.id, repeat.subject);
    daemon.assert_books_balance();
    assert!(daemon.terminate().success());
    assert!(daemon.tell(&["store", "verify"]).contains("result         sound"));

    // P14: secrets were used all the time, and are nowhere in what leaves.
    let exported = daemon.tell(&["store", "export", "--entries"]);
    assert!(exported.len() > 10_000);
    let mut leaked: Vec<String> = CANARIES
        .iter()
        .filter(|canary| exported.contains(**canary))
        .map(|canary| format!("export: {canary}"))
        .collect();
    for folder in [kept.as_path(), site.state.as_path()] {
        leaked.extend(found_below(folder));
    }
    assert_eq!(leaked, Vec::<String>::new());
}

fn key(line: &Value) -> Option<String> {
    (line["kind"] == "row").then(|| line["key"].as_str().map(str::to_owned)).flatten()
}

/// Files below `folder` that hold a canary.
fn found_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for path in fs::read_dir(folder).expect("it is there").map(|entry| entry.expect("readable").path()) {
        if path.is_dir() {
            found.extend(found_below(&path));
        } else if let Ok(bytes) = fs::read(&path) {
            let text = String::from_utf8_lossy(&bytes);
            found.extend(CANARIES.iter().filter(|canary| text.contains(**canary)).map(|_| path.display().to_string()));
        }
    }
    found
}
