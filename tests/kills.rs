//! SIGKILL at random instants under load: what was acknowledged is on record (P1), and the books balance (P24).
//!
//! The load is a log file being written; the mail server takes everything. `KW_KILLS` sets how often, `KW_SEED` repeats
//! a run. Not here: power cuts, which the store simulates at every write.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use support::daemon::Daemon;
use support::dice::Dice;
use support::log_writer::LogWriter;
use support::site::{Neighbours, Site};
use support::smtp_sink::SmtpSink;
use support::{Scratch, figure, wait_for};

/// How often it is killed when nobody says otherwise.
const KILLS: u64 = 300;
/// The books are looked at after one in so many starts, and at the end: that takes longer than the rest of a short life.
const BOOKS: u64 = 4;
/// It lives at most so long once it answers.
const LIFE: Duration = Duration::from_millis(250);
/// Pause between two lines of the load.
const LINE_EVERY: Duration = Duration::from_millis(25);
/// For the last lines to be on record.
const CATCH_UP: Duration = Duration::from_secs(120);

/// The pattern of the load: every line is a fault of its own. The odd ones never close.
const PATTERNS: &str = r#"
[[pattern]]
name = "kw-load"
set = "kw-load"
opens = "KWLOAD (?P<event>[0-9]+) failed"
closes = "KWLOAD (?P<event>[0-9]+) works"
key = ["host", "event"]
level = "disaster"
"#;

/// The text that stands for event `n` in a line and nowhere else.
fn marker(n: u64) -> String {
    format!("KWLOAD {n:08} failed")
}

#[test]
fn no_acknowledged_event_is_lost_to_hundreds_of_kills() {
    let kills: u64 = std::env::var("KW_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(KILLS);
    let mut dice = Dice::new(1_726_766_020);
    println!("seed {} ({kills} kills); KW_SEED={} repeats it", dice.seed, dice.seed);
    let scratch = Scratch::new("kills");
    let sink = SmtpSink::start();
    let smtp = SocketAddr::from((Ipv4Addr::LOCALHOST, sink.port()));
    let site = Site::a_town(scratch.path(), &Neighbours { zabbix: None, smtp, webhook: None });
    site.add("zz-load.toml", PATTERNS);
    site.use_patterns("kw-load");
    // Mails leave while it dies, too.
    site.set_policy("window", "500ms");
    site.lift_caps();
    let mut daemon = Daemon::stopped(&site.config, &scratch);
    // What stands in a log at the first look ever is old by rule, so the load begins after it.
    let log = site.log_of(0, "srv-load-01");
    LogWriter::at(&log).syslog("srv-load-01", "the first look finds this");
    daemon.spawn();
    daemon.wait_ready();
    wait_for("the first look at the log", CATCH_UP, || {
        let status = daemon.status();
        let sources = status["sources"].as_array().expect("a list");
        sources.iter().all(|source| source["sight"] == "sees").then_some(())
    });
    assert!(daemon.kill_dash_nine());
    let load = Load::begin(&log);

    let mut starts = Vec::new();
    let mut killed = 0;
    while killed < kills {
        let ready = readies(&daemon);
        daemon.spawn();
        // One in four dies while it starts, before it has answered anybody.
        if dice.below(4) == 0 {
            pause(dice.time_below(Duration::from_millis(300)));
        } else {
            let began = Instant::now();
            // As its service manager is told: a command that asks would take as long as the start.
            wait_for("the daemon to be ready", CATCH_UP, || (readies(&daemon) > ready).then_some(()));
            starts.push(began.elapsed());
            if killed % BOOKS == 0 {
                daemon.assert_books_balance();
            }
            pause(dice.time_below(LIFE));
        }
        assert!(daemon.kill_dash_nine(), "it ended by itself:\n{}", daemon.log());
        killed += 1;
    }
    let written = load.end();
    daemon.restart();
    // Each line is on record, whatever became of it: the offset never ran ahead of the journal.
    let missing = |state: &Path| -> Vec<u64> {
        let found = markers_below(state);
        (1..=written).filter(|n| !found.contains(n)).collect()
    };
    let began = Instant::now();
    while !missing(&site.state).is_empty() && began.elapsed() < CATCH_UP {
        pause(Duration::from_millis(500));
    }
    let lost = missing(&site.state);
    assert!(
        lost.is_empty(),
        "{} of {written} events are not on record: {:?} …",
        lost.len(),
        &lost[..lost.len().min(20)]
    );
    daemon.assert_books_balance();
    assert!(daemon.terminate().success());

    let copies = most_copies(&sink);
    assert!(copies <= 1 + usize::try_from(kills).expect("a small number"), "{copies} copies of one mail");
    starts.sort();
    let median = starts.get(starts.len() / 2).copied().unwrap_or_default();
    figure("kills / events written / events lost", &format!("{killed} / {written} / 0"));
    figure("start after a kill until it is ready, median", &format!("{} ms", median.as_millis()));
    figure("copies of one mail at most after the kills", &copies.to_string());
}

/// How often it said that it is ready.
fn readies(daemon: &Daemon) -> usize {
    daemon.told_manager().iter().filter(|word| *word == "READY=1").count()
}

/// A thread that writes one line after the other until it is told to end.
struct Load {
    stop: Arc<AtomicBool>,
    written: Arc<AtomicU64>,
    thread: std::thread::JoinHandle<()>,
}

impl Load {
    fn begin(log: &Path) -> Self {
        let mut log = LogWriter::at(log);
        let (stop, written) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (stopped, count) = (Arc::clone(&stop), Arc::clone(&written));
        let thread = std::thread::spawn(move || {
            let mut n = 0;
            while !stopped.load(Ordering::Relaxed) {
                n += 1;
                log.syslog("srv-load-01", &marker(n));
                if n % 2 == 0 {
                    log.syslog("srv-load-01", &format!("KWLOAD {n:08} works"));
                }
                // As logrotate would, now and then.
                if n % 400 == 0 {
                    log.rotate();
                }
                count.store(n, Ordering::Relaxed);
                std::thread::sleep(LINE_EVERY);
            }
        });
        Self { stop, written, thread }
    }

    /// Ends the load and says how many events were written.
    fn end(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("the log could be written");
        self.written.load(Ordering::Relaxed)
    }
}

/// The instant is random on purpose; there is nothing to wait for.
fn pause(time: Duration) {
    let until = Instant::now() + time;
    wait_for("a random instant", time + Duration::from_secs(60), || (Instant::now() >= until).then_some(()));
}

/// Numbers of the events whose text lies anywhere in the state folder.
fn markers_below(folder: &Path) -> BTreeSet<u64> {
    let mut found = BTreeSet::new();
    let Ok(entries) = fs::read_dir(folder) else { return found };
    for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
        if path.is_dir() {
            found.extend(markers_below(&path));
        } else if let Ok(bytes) = fs::read(&path) {
            let text = String::from_utf8_lossy(&bytes);
            let numbers =
                text.match_indices("KWLOAD ").filter_map(|(at, word)| text.get(at + word.len()..at + word.len() + 8));
            found.extend(numbers.filter_map(|number| number.parse::<u64>().ok()));
        }
    }
    found
}

/// Copies per reader of the mail that was copied most often.
fn most_copies(sink: &SmtpSink) -> usize {
    let mut copies = std::collections::BTreeMap::new();
    for mail in sink.mails() {
        *copies.entry((mail.id, mail.mailbox)).or_insert(0) += 1;
    }
    copies.into_values().max().unwrap_or(0)
}
