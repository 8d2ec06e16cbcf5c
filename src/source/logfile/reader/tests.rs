//! The reader against real files.

use super::super::config::Config;
use super::super::pattern::PatternConfig;
use super::*;
use crate::desk::observation::{Evidence, Key, Level, OpenProblem};
use jiff::tz::TimeZone;
use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const PATTERNS: [&str; 2] = [
    "name = 'item'\nset = 's'\nopens = 'item (?P<what>\\S+)'\nsummary = '{what}'",
    "name = 'door'\nset = 's'\nopens = 'door (?P<door>\\S+) open'\ncloses = 'door (?P<door>\\S+) shut'\nkey = ['door']",
];

/// A folder of logs, a reader, and a desk that records what the reader brings, as the loop does.
struct Stand {
    folder: TempDir,
    config: String,
    reader: Reader,
    cursor: Option<Cursor>,
    open: BTreeSet<Key>,
    seconds: u64,
    failures: Vec<String>,
    remarks: Vec<String>,
    keys: Vec<Key>,
}

fn reader(folder: &Path, config: &str, cursor: Option<&Cursor>, open: &BTreeSet<Key>) -> Reader {
    let config: Config = toml::from_str(&config.replace("DIR", &folder.display().to_string())).expect("sound TOML");
    let settings = config.check(TimeZone::UTC).expect("sound settings");
    let patterns: Vec<Pattern> = PATTERNS
        .iter()
        .map(|text| toml::from_str::<PatternConfig>(text).expect("sound TOML").check().expect("sound pattern"))
        .collect();
    let open = open.iter().map(|key| OpenProblem {
        key: key.clone(),
        object: None,
        level: Level::Warning,
        acknowledged: false,
        suppressed: false,
        monitored: true,
    });
    let standing = Standing { cursor: cursor.cloned(), open: open.collect(), down_since: None };
    Reader::new(&settings, &patterns, &standing)
}

impl Stand {
    /// Logs `log`; the first look is done when `old` already stands in it.
    fn new(old: &str) -> Self {
        Self::with("name = 'l'\npaths = ['DIR/log']\npatterns = ['s']\ntime = 'none'", old)
    }

    fn with(config: &str, old: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("log"), old).expect("written");
        let reader = reader(folder.path(), config, None, &BTreeSet::new());
        let mut stand = Self {
            folder,
            config: config.to_owned(),
            reader,
            cursor: None,
            open: BTreeSet::new(),
            seconds: 0,
            failures: Vec::new(),
            remarks: Vec::new(),
            keys: Vec::new(),
        };
        assert!(stand.look().is_empty(), "a first look alarms nothing");
        stand
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn append(&self, name: &str, text: impl AsRef<[u8]>) {
        let mut file = OpenOptions::new().create(true).append(true).open(self.at(name)).expect("opened");
        file.write_all(text.as_ref()).expect("written");
    }

    fn rename(&self, from: &str, to: &str) {
        fs::rename(self.at(from), self.at(to)).expect("renamed");
    }

    /// Copies and empties, as logrotate's `copytruncate` does.
    fn copy_truncate(&self, from: &str, to: &str) {
        fs::copy(self.at(from), self.at(to)).expect("copied");
        OpenOptions::new().write(true).truncate(true).open(self.at(from)).expect("emptied");
    }

    /// One look, a second after the last: what items were seen, `+door` opened, `-door` closed.
    fn look(&mut self) -> Vec<String> {
        self.seconds += 1;
        let wall = "2026-09-19T17:13:40Z".parse().expect("a time");
        let now = Now { wall, elapsed: Elapsed(self.seconds * 1_000) };
        let mut seen = Vec::new();
        self.failures.clear();
        self.remarks.clear();
        loop {
            let batch = self.reader.batch(now);
            if batch.findings.first_look || !batch.observations.is_empty() || !batch.findings.remarks.is_empty() {
                self.cursor = self.reader.cursor();
            }
            self.failures.extend(batch.findings.failures);
            self.remarks.extend(batch.findings.remarks);
            for observation in batch.observations {
                self.keys.push(observation.key.clone());
                seen.push(match observation.seen {
                    Seen::Problem(problem) if problem.momentary => problem.summary,
                    Seen::Problem(problem) => {
                        self.open.insert(observation.key);
                        format!("+{}", problem.fields[0].1)
                    }
                    Seen::Recovered { evidence: Evidence::Line { text } } => {
                        assert!(self.open.remove(&observation.key));
                        format!("-{text}")
                    }
                    other => panic!("{other:?}"),
                });
            }
            if !batch.more {
                return seen;
            }
        }
    }

    /// Killed and started again: only what is on record is known.
    fn restart(&mut self) {
        self.reader = reader(self.folder.path(), &self.config, self.cursor.as_ref(), &self.open);
    }
}

fn all_files() -> Stand {
    Stand::with("name = 'l'\npaths = ['DIR/log*']\npatterns = ['s']\ntime = 'none'", "item old\n")
}

fn items(range: std::ops::Range<u32>) -> String {
    range.map(|nth| format!("item {nth}\n")).collect()
}

fn names(range: std::ops::Range<u32>) -> Vec<String> {
    range.map(|nth| nth.to_string()).collect()
}

#[test]
fn what_stood_there_before_is_old_and_what_comes_after_is_seen_once() {
    let mut stand = Stand::new("item old\n");
    stand.append("log", "item 1\nnothing\nitem 2\n");
    assert_eq!(stand.look(), ["1", "2"]);
    assert!(stand.look().is_empty());
}

#[test]
fn a_half_line_waits_for_its_end_even_over_a_restart() {
    let mut stand = Stand::new("item old\nitem be");
    stand.append("log", "gun\nite");
    assert_eq!(stand.look(), ["begun"]);
    stand.restart();
    assert!(stand.look().is_empty());
    stand.append("log", "m 2\n");
    assert_eq!(stand.look(), ["2"]);
}

#[test]
fn after_a_rename_the_old_file_is_read_to_its_end_before_the_new_one() {
    let mut stand = Stand::new("item old\n");
    stand.append("log", "item 1\n");
    assert_eq!(stand.look(), ["1"]);
    stand.append("log", "item 2\n");
    stand.rename("log", "rotated");
    stand.append("log", "item 4\n");
    stand.append("rotated", "item 3\n");
    assert_eq!(stand.look(), ["2", "3", "4"]);
    stand.append("rotated", "item 5\n");
    stand.append("log", "item 6\n");
    let mut seen = stand.look();
    seen.sort();
    assert_eq!(seen, ["5", "6"], "a writer that still has the old file open is heard");
}

#[test]
fn a_renamed_file_that_still_fits_the_glob_is_not_read_again() {
    let mut stand = all_files();
    stand.append("log", "item 1\n");
    assert_eq!(stand.look(), ["1"]);
    stand.rename("log", "log.1");
    stand.append("log.1", "item 2\n");
    stand.append("log", "item 3\n");
    assert_eq!(stand.look(), ["2", "3"]);
    stand.rename("log.1", "log.2");
    stand.rename("log", "log.1");
    stand.restart();
    assert!(stand.look().is_empty());
    stand.append("log.1", "item 4\n");
    assert_eq!(stand.look(), ["4"]);
}

#[test]
fn copytruncate_loses_nothing_as_long_as_the_copy_can_be_had() {
    for mut stand in [Stand::new("item old\n"), all_files()] {
        stand.append("log", "item 1\n");
        assert_eq!(stand.look(), ["1"]);
        stand.append("log", "item 2\n");
        stand.copy_truncate("log", "log.1");
        stand.append("log", "item 3\n");
        assert_eq!(stand.look(), ["2", "3"]);
        stand.append("log", "item 4\n");
        assert_eq!(stand.look(), ["4"]);
        stand.restart();
        assert!(stand.look().is_empty());
        assert_eq!(stand.keys.iter().collect::<BTreeSet<_>>().len(), stand.keys.len(), "each line has its own key");
    }
}

#[test]
fn copytruncate_is_seen_although_the_file_is_already_longer_than_before() {
    for mut stand in [Stand::new("item old\n"), all_files()] {
        stand.append("log", "item 1\n");
        assert_eq!(stand.look(), ["1"]);
        stand.append("log", "item 2\n");
        stand.copy_truncate("log", "log.1");
        stand.append("log", items(100..200));
        let mut expected = vec!["2".to_owned()];
        expected.extend(names(100..200));
        assert_eq!(stand.look(), expected);
    }
}

#[test]
fn a_copy_that_waits_for_its_original_to_be_emptied_is_not_read_twice() {
    let mut stand = all_files();
    stand.append("log", "item 1\n");
    assert_eq!(stand.look(), ["1"]);
    stand.append("log", "item 2\n");
    fs::copy(stand.at("log"), stand.at("log.1")).expect("copied");
    assert_eq!(stand.look(), ["2"]);
    OpenOptions::new().write(true).truncate(true).open(stand.at("log")).expect("emptied");
    assert!(stand.look().is_empty());
    stand.append("log", "item 3\n");
    assert_eq!(stand.look(), ["3"]);
}

#[test]
fn emptying_without_a_copy_begins_anew() {
    let mut stand = Stand::new("item old\n");
    stand.append("log", items(0..50));
    stand.look();
    fs::write(stand.at("log"), "item new\n").expect("rewritten");
    assert_eq!(stand.look(), ["new"]);
}

#[test]
fn a_deleted_file_is_a_failure_until_it_is_made_again_and_its_last_lines_are_read() {
    let mut stand = Stand::new("item old\n");
    stand.append("log", "item 1\nitem unfinished");
    fs::remove_file(stand.at("log")).expect("deleted");
    assert_eq!(stand.look(), ["1"], "the handle still reads it");
    assert!(stand.failures[0].contains("no file fits"), "{:?}", stand.failures);
    stand.append("log", "item 2\n");
    assert_eq!(stand.look(), ["2"]);
    assert!(stand.failures.is_empty());
    stand.seconds += 60;
    assert_eq!(stand.look(), ["unfinished"], "nothing can follow any more, so it is a line");
}

#[test]
fn what_is_put_in_the_place_of_a_file_is_not_read_and_is_told_at_every_look() {
    let mut stand = Stand::new("item old\n");
    stand.append("secret", "item secret\n");
    for kind in ["a symbolic link", "a pipe"] {
        stand.append("log", "item last\n");
        stand.rename("log", "moved");
        if kind == "a pipe" {
            assert!(Command::new("mkfifo").arg(stand.at("log")).status().expect("mkfifo runs").success());
        } else {
            std::os::unix::fs::symlink(stand.at("secret"), stand.at("log")).expect("linked");
        }
        assert_eq!(stand.look(), ["last"]);
        for _ in 0..100 {
            assert!(stand.look().is_empty());
            assert!(stand.failures[0].contains(kind), "{:?}", stand.failures);
        }
        stand.restart();
        assert!(stand.look().is_empty());
        fs::remove_file(stand.at("log")).expect("removed");
        fs::remove_file(stand.at("moved")).expect("removed");
        stand.append("log", "item back\n");
        assert_eq!(stand.look(), ["back"]);
        assert!(stand.failures.is_empty());
    }
}

#[test]
fn a_restart_in_the_middle_of_everything_neither_loses_nor_repeats() {
    let mut stand = Stand::new("item old\n");
    stand.append("log", items(0..1_200));
    assert_eq!(stand.look(), names(0..1_200), "three batches");
    stand.append("log", items(1_200..1_300));
    stand.rename("log", "log.1");
    stand.append("log", items(1_300..1_400));
    stand.restart();
    assert_eq!(stand.look(), names(1_200..1_400), "rotated while it was down");
    stand.append("log", items(1_400..1_410));
    stand.copy_truncate("log", "log.1");
    stand.append("log", items(1_410..1_800));
    stand.restart();
    assert_eq!(stand.look(), names(1_400..1_800), "copied and emptied while it was down");
    let keys: BTreeSet<_> = stand.keys.iter().collect();
    assert_eq!(keys.len(), 1_800);
}

#[test]
fn a_batch_that_was_not_recorded_is_read_again_with_the_same_keys() {
    let mut stand = Stand::new("");
    stand.append("log", items(0..700));
    let (cursor, open) = (stand.cursor.clone(), stand.open.clone());
    stand.look();
    let first = std::mem::take(&mut stand.keys);
    (stand.cursor, stand.open) = (cursor, open);
    stand.restart();
    stand.look();
    assert_eq!(stand.keys, first);
}

#[test]
fn an_open_problem_is_closed_by_its_line_in_another_file_after_a_restart() {
    let mut stand = Stand::new("");
    stand.append("log", "door north open\ndoor north open\n");
    assert_eq!(stand.look(), ["+north", "+north"]);
    assert_eq!(stand.open.len(), 1, "a repeated line is the same problem");
    stand.rename("log", "log.1");
    stand.append("log", "door south shut\ndoor north shut\n");
    stand.restart();
    assert_eq!(stand.look(), ["-door north shut"]);
}

#[test]
fn a_lost_rest_is_told() {
    let mut stand = Stand::new("item old\n");
    stand.append("log", "item 1\n");
    stand.look();
    // Another file is made first, so that the inode is not used again.
    stand.append("next", "item 2\n");
    stand.rename("next", "log");
    stand.restart();
    assert_eq!(stand.look(), ["2"]);
    assert!(stand.remarks[0].contains("can't be found"), "{:?}", stand.remarks);
}

#[test]
fn files_that_appear_later_are_read_from_their_beginning_and_the_path_names_the_host() {
    let config = "name = 'l'\npaths = ['DIR/*/messages']\npatterns = ['s']\ntime = 'none'\nhost_from_path = 1\nencoding = 'cp932'";
    let mut stand = Stand::with(config, "");
    assert!(stand.failures.is_empty(), "{:?}", stand.failures);
    assert!(stand.remarks[0].contains("no file fits"), "{:?}", stand.remarks);
    assert!(stand.look().is_empty());
    assert!(stand.remarks.is_empty(), "it is told once");
    fs::create_dir(stand.at("ap01")).expect("made");
    // 表 and ソ end in 0x5C.
    stand.append("ap01/messages", b"item \x95\x5c\x83\x5c\nitem \xff\xff\n");
    let batch = stand.reader.batch(Now { wall: jiff::Timestamp::UNIX_EPOCH, elapsed: Elapsed(5_000) });
    let problems = batch.observations.iter().map(|seen| match &seen.seen {
        Seen::Problem(problem) => (problem.host.as_str(), problem.summary.as_str()),
        other => panic!("{other:?}"),
    });
    let problems: Vec<_> = problems.collect();
    assert_eq!(problems, [("ap01", "表ソ"), ("ap01", "\u{fffd}\u{fffd}")]);
    assert!(batch.findings.remarks[0].starts_with("2 places could not be decoded"), "{:?}", batch.findings.remarks);
}

#[test]
fn a_glob_added_later_does_not_alarm_what_stands_in_its_files() {
    let mut stand = Stand::new("item old\n");
    stand.append("other", "item old\n");
    stand.config = stand.config.replace("['DIR/log']", "['DIR/log', 'DIR/other']");
    stand.restart();
    assert!(stand.look().is_empty());
    stand.append("other", "item new\n");
    assert_eq!(stand.look(), ["new"]);
}

#[test]
fn a_path_that_leads_out_of_the_roots_is_a_failure() {
    let elsewhere = tempfile::tempdir().expect("a folder");
    fs::write(elsewhere.path().join("log"), "item 1\n").expect("written");
    let mut stand = Stand::with("name='l'\npaths=['DIR/sub/log']\nroots=['DIR']\npatterns=['s']\ntime='none'", "");
    std::os::unix::fs::symlink(elsewhere.path(), stand.at("sub")).expect("linked");
    assert!(stand.look().is_empty());
    assert!(stand.failures[0].contains("outside the allowed roots"), "{:?}", stand.failures);
}

#[test]
fn compressed_files_and_endless_lines_do_no_harm() {
    let mut stand = all_files();
    stand.append("log.1.gz", b"\x1f\x8bitem packed\n");
    assert!(stand.look().is_empty());
    stand.append("log", format!("item long {}", "x".repeat(3 * CHUNK)));
    assert_eq!(stand.look(), ["long"]);
    stand.append("log", "item hidden\nitem next\n");
    assert_eq!(stand.look(), ["next"], "what belongs to the long line is left out");
    assert!(stand.remarks.is_empty(), "told already: {:?}", stand.remarks);
}

#[test]
fn a_flooding_file_does_not_silence_another() {
    let mut stand = all_files();
    stand.append("log", format!("{}\n", "x".repeat(999)).repeat(2 * BYTES / 1_000));
    stand.append("log-b", "item 1\n");
    let batch = stand.reader.batch(Now { wall: jiff::Timestamp::UNIX_EPOCH, elapsed: Elapsed(2_000) });
    assert!(batch.more);
    assert_eq!(batch.observations.len(), 1);
}

/// A small generator of numbers, so that a failing run can be repeated from its seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Shifts the older files and puts the log to `log.1`.
fn rotate(stand: &Stand, by_copy: bool) {
    for nth in (1..6).rev() {
        let (from, to) = (stand.at(&format!("log.{nth}")), stand.at(&format!("log.{}", nth + 1)));
        if from.exists() {
            fs::rename(from, to).expect("shifted");
        }
    }
    if by_copy {
        stand.copy_truncate("log", "log.1");
    } else {
        stand.rename("log", "log.1");
        stand.append("log", "");
    }
}

#[test]
fn any_order_of_writing_rotating_and_restarting_neither_loses_nor_repeats_a_line() {
    for seed in 0..30 {
        let mut dice = Dice(seed);
        // Odd seeds: the rotated names do not fit the glob, so a rotation must not outrun the looks.
        let within = seed % 2 == 0;
        let mut stand = if within { all_files() } else { Stand::new("item old\n") };
        let (mut next, mut seen, mut half) = (0, Vec::new(), false);
        let mut trace = Vec::new();
        for _ in 0..60 {
            let act = dice.below(10);
            trace.push((act, next));
            match act {
                0..4 => {
                    for _ in 0..dice.below(40) {
                        stand.append("log", if half { format!("{next}\n") } else { format!("item {next}\n") });
                        (next, half) = (next + 1, false);
                    }
                }
                4 if !half => {
                    stand.append("log", "item ");
                    half = true;
                }
                5 if !half => {
                    if !within {
                        stand.append("log", format!("item {next}\n"));
                        next += 1;
                        seen.extend(stand.look());
                        stand.append("log", format!("item {next}\n"));
                        next += 1;
                    }
                    rotate(&stand, dice.below(2) == 0);
                    if !within {
                        seen.extend(stand.look());
                    }
                }
                6 => stand.restart(),
                _ => seen.extend(stand.look()),
            }
        }
        if half {
            stand.append("log", format!("{next}\n"));
            next += 1;
        }
        // Twice: what begins like half a line of another file is taken for its copy until that line is finished.
        seen.extend(stand.look());
        seen.extend(stand.look());
        let mut count: std::collections::BTreeMap<String, u32> = names(0..next).into_iter().map(|n| (n, 0)).collect();
        for text in seen {
            *count.entry(text).or_default() += 1;
        }
        count.retain(|_, times| *times != 1);
        assert!(count.is_empty(), "seed {seed}: lines seen another number of times than once: {count:?}\n{trace:?}");
        let keys: BTreeSet<_> = stand.keys.iter().collect();
        assert_eq!(keys.len(), stand.keys.len(), "seed {seed}: each line has its own key");
        assert!(stand.failures.is_empty(), "seed {seed}: {:?}", stand.failures);
    }
}

#[test]
fn swapping_a_link_in_during_a_thousand_looks_never_lets_it_be_read() {
    let mut stand = Stand::new("");
    let outside = tempfile::tempdir().expect("a folder");
    fs::write(outside.path().join("secret"), "item secret\n").expect("written");
    let (log, link, secret) = (stand.at("log"), stand.at("link"), outside.path().join("secret"));
    let swapper = std::thread::spawn(move || {
        for _ in 0..2_000 {
            std::os::unix::fs::symlink(&secret, &link).expect("linked");
            fs::rename(&link, &log).expect("swapped in");
            fs::write(&link, "item fine\n").expect("written");
            fs::rename(&link, &log).expect("swapped out");
        }
    });
    for _ in 0..1_000 {
        assert!(!stand.look().contains(&"secret".to_owned()));
    }
    swapper.join().expect("the swapper ends");
}

/// Not asserted, since it depends on the machine: `cargo test --lib throughput -- --nocapture --ignored`.
#[test]
#[ignore = "a measurement"]
fn throughput_of_100_000_lines() {
    let mut stand = Stand::new("");
    let lines: String = (0..100_000)
        .map(|nth| match nth % 100 {
            0 => format!("Sep 20 02:13:40 core-sw-01 app[1]: item {nth} is broken, please look at it\n"),
            _ => {
                format!("Sep 20 02:13:40 core-sw-01 app[1]: request {nth} served in 12 ms to 192.0.2.7, all is well\n")
            }
        })
        .collect();
    stand.append("log", &lines);
    let begun = std::time::Instant::now();
    let seen = stand.look().len();
    let took = begun.elapsed();
    assert_eq!(seen, 1_000);
    println!("{:.0} lines/s, {:.1} MB/s", 1e5 / took.as_secs_f64(), lines.len() as f64 / 1e6 / took.as_secs_f64());
}
