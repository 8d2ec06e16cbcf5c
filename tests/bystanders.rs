//! Trouble of one is nobody else's: a destination that hangs, and a log that speaks of the desk itself.

mod support;

use serde_json::Value;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use support::daemon::Daemon;
use support::site::{Neighbours, Site};
use support::smtp_sink::{Manner, SmtpSink};
use support::{Scratch, figure, wait_for};

const SOON: Duration = Duration::from_secs(30);
/// Attempts that fail and are logged.
const ATTEMPTS: usize = 10;

/// A web server that takes every connection and never answers.
struct Hanging {
    port: u16,
    held: Arc<Mutex<Vec<TcpStream>>>,
}

impl Hanging {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let held = Arc::new(Mutex::new(Vec::new()));
        let theirs = Arc::clone(&held);
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                theirs.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            }
        });
        Self { port, held }
    }

    fn connections(&self) -> usize {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

fn outbox(daemon: &Daemon) -> Vec<Value> {
    let rows: Value = serde_json::from_str(&daemon.tell(&["outbox", "list", "--all", "--json"])).expect("JSON");
    rows.as_array().expect("a list").clone()
}

fn by<'a>(rows: &'a [Value], channel: &'a str) -> impl Iterator<Item = &'a Value> {
    rows.iter().filter(move |row| row["destination"].to_string().contains(channel))
}

/// Opens an incident and waits for its mail to the office; how long that took.
fn told(daemon: &Daemon, sink: &SmtpSink, nth: usize) -> Duration {
    let before = SystemTime::now();
    let name = format!("{nth}番窓口の端末が動かない");
    daemon.tell(&["incident", "open", &name, "--severity", "1"]);
    let mail = wait_for(&name, SOON, || {
        sink.mails().into_iter().find(|mail| mail.text.contains(&name) && mail.mailbox.ends_with("@a-town.example"))
    });
    mail.at.duration_since(before).unwrap_or_default()
}

/// P4: a chat that never answers and a program that never ends hold up neither mails nor each other; they are bounded, and
/// what they were to tell still waits for them.
#[test]
fn destinations_that_hang_delay_nobody_else() {
    const TOLD: usize = 20;
    let scratch = Scratch::new("bystanders");
    let (sink, chat) = (SmtpSink::start(), Hanging::start());
    let smtp = SocketAddr::from((Ipv4Addr::LOCALHOST, sink.port()));
    let site = Site::a_town(scratch.path(), &Neighbours { zabbix: None, smtp, webhook: None });
    // Not the caps are to be seen here.
    site.lift_caps();
    let daemon = Daemon::start(&site.config, &scratch);
    let mut alone: Vec<Duration> = (0..TOLD).map(|nth| told(&daemon, &sink, nth)).collect();
    alone.sort();

    let lamp = scratch.join("lamp");
    fs::write(&lamp, "#!/bin/sh\nexec sleep 600\n").expect("ours");
    fs::set_permissions(&lamp, fs::Permissions::from_mode(0o755)).expect("ours");
    site.add(
        "zz-hanging.toml",
        &format!(
            "[[channel.webhook]]\nname = \"chat\"\nparty = \"soumu-joho\"\nurl = \"http://127.0.0.1:{}/\"\n\
             [[channel.command]]\nname = \"lamp\"\nparty = \"soumu-joho\"\ncommand = [\"{}\"]\n",
            chat.port,
            lamp.display()
        ),
    );
    daemon.tell(&["reload"]);
    let mut beside: Vec<Duration> = (TOLD..2 * TOLD).map(|nth| told(&daemon, &sink, nth)).collect();
    beside.sort();
    let rows = outbox(&daemon);
    for channel in ["chat", "lamp"] {
        let done = by(&rows, channel).filter(|row| row["state"].to_string().to_lowercase().contains("done")).count();
        assert!(by(&rows, channel).count() >= TOLD && done == 0, "{channel}: {done} done");
    }
    // A program takes one message at a time: of what waits for it nothing counts as tried.
    let started = by(&rows, "lamp").filter(|row| row["state"].to_string().to_lowercase().contains("started")).count();
    assert!(started <= 1, "{started} started at once");
    // Each destination has room for four attempts, however many wait; an attempt is given up after 20 s.
    let rounds = 1 + beside.iter().sum::<Duration>().as_secs() as usize / 20;
    assert!((1..=4 * rounds).contains(&chat.connections()), "{} connections to the chat", chat.connections());
    let p99 = |times: &[Duration]| times.last().copied().unwrap_or_default();
    figure(
        "one destination hanging",
        &format!(
            "{TOLD} mails beside it, the slowest after {} ms; {} ms without it",
            p99(&beside).as_millis(),
            p99(&alone).as_millis()
        ),
    );
    daemon.assert_books_balance();
}

/// P22: the daemon's own log, watched with a pattern that meets everything it says of failing mails, is one incident, and the
/// mails about it do not feed it.
#[test]
fn its_own_log_fed_back_is_one_incident_and_does_not_grow() {
    let scratch = Scratch::new("own-log");
    let sink = SmtpSink::start();
    let smtp = SocketAddr::from((Ipv4Addr::LOCALHOST, sink.port()));
    let site = Site::a_town(scratch.path(), &Neighbours { zabbix: None, smtp, webhook: None });
    site.add(
        "zz-own.toml",
        &format!(
            "[[source.logfile]]\nname = \"own-log\"\npaths = [\"{}\"]\npatterns = [\"own\"]\nencoding = \"utf-8\"\n\
             time = \"none\"\n\
             [[pattern]]\nname = \"own\"\nset = \"own\"\nopens = 'WARN|ERROR|INFO'\nlevel = \"high\"\n",
            scratch.join("daemon.log").display()
        ),
    );
    sink.behave(Manner::TryLater);
    let daemon = Daemon::start(&site.config, &scratch);
    let json = |arguments: &[&str]| -> Value { serde_json::from_str(&daemon.tell(arguments)).expect("JSON") };
    let seen = || json(&["ledger", "--json"])["observations"]["accepted"].as_u64().unwrap_or_default();
    let incidents = || json(&["incident", "list", "--json"]).as_array().map_or(0, Vec::len);
    daemon.tell(&["incident", "open", "3階のプリンタが動かない", "--severity", "1"]);
    let waiting = wait_for("its own words, and mails that failed", SOON, || {
        let rows = outbox(&daemon);
        let failed = rows.iter().find(|row| row["attempts"].as_u64() > Some(0)).map(|row| row["id"].to_string());
        failed.filter(|_| incidents() == 2)
    });
    // Every further attempt is a line more, and every line an alert more.
    let again = || {
        for _ in 0..ATTEMPTS {
            let before = seen();
            daemon.tell(&["outbox", "retry", &waiting]);
            wait_for("the line about the attempt", SOON, || (seen() > before).then_some(()));
        }
    };
    again();
    // Decided once: evidence is gathered, and the desk is told of it.
    let rows = wait_for("what follows from the verdict", SOON, || {
        let rows = outbox(&daemon);
        let evidence = rows.iter().rposition(|row| row["kind"] == "evidence")?;
        rows[evidence..].iter().any(|row| row["kind"] == "internal").then_some(rows.len())
    });
    again();
    assert_eq!((incidents(), outbox(&daemon).len()), (2, rows), "{}", daemon.log());
    figure("own log fed back", &format!("{} own lines taken, 1 incident, 0 more mails", seen()));
    daemon.assert_books_balance();
}
