//! A stand for the reader: real files, and a record of what it brought.

use super::super::super::config::Config;
use super::super::super::pattern::PatternConfig;
use super::super::*;
use crate::desk::observation::{Evidence, Key, Level, OpenProblem};
use jiff::tz::TimeZone;
use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use tempfile::TempDir;

const PATTERNS: [&str; 2] = [
    "name = 'item'\nset = 's'\nopens = 'item (?P<what>\\S+)'\nsummary = '{what}'",
    "name = 'door'\nset = 's'\nopens = 'door (?P<door>\\S+) open'\ncloses = 'door (?P<door>\\S+) shut'\nkey = ['door']",
];

/// A folder of logs, a reader, and a desk that records what the reader brings, as the loop does.
pub(super) struct Stand {
    pub(super) folder: TempDir,
    pub(super) config: String,
    pub(super) reader: Reader,
    pub(super) cursor: Option<Cursor>,
    pub(super) open: BTreeSet<Key>,
    pub(super) seconds: u64,
    pub(super) failures: Vec<String>,
    pub(super) remarks: Vec<String>,
    pub(super) keys: Vec<Key>,
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
    pub(super) fn new(old: &str) -> Self {
        Self::with("name = 'l'\npaths = ['DIR/log']\npatterns = ['s']\ntime = 'none'", old)
    }

    pub(super) fn with(config: &str, old: &str) -> Self {
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

    pub(super) fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn append(&self, name: &str, text: impl AsRef<[u8]>) {
        let mut file = OpenOptions::new().create(true).append(true).open(self.at(name)).expect("opened");
        file.write_all(text.as_ref()).expect("written");
    }

    pub(super) fn rename(&self, from: &str, to: &str) {
        fs::rename(self.at(from), self.at(to)).expect("renamed");
    }

    /// Copies and empties, as logrotate's `copytruncate` does.
    pub(super) fn copy_truncate(&self, from: &str, to: &str) {
        fs::copy(self.at(from), self.at(to)).expect("copied");
        OpenOptions::new().write(true).truncate(true).open(self.at(from)).expect("emptied");
    }

    /// One look, a second after the last: what items were seen, `+door` opened, `-door` closed.
    pub(super) fn look(&mut self) -> Vec<String> {
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
                    Seen::Problem(problem) if problem.momentary => problem.summary.into(),
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
    pub(super) fn restart(&mut self) {
        self.reader = reader(self.folder.path(), &self.config, self.cursor.as_ref(), &self.open);
    }
}

pub(super) fn all_files() -> Stand {
    Stand::with("name = 'l'\npaths = ['DIR/log*']\npatterns = ['s']\ntime = 'none'", "item old\n")
}

pub(super) fn items(range: std::ops::Range<u32>) -> String {
    range.map(|nth| format!("item {nth}\n")).collect()
}

pub(super) fn names(range: std::ops::Range<u32>) -> Vec<String> {
    range.map(|nth| nth.to_string()).collect()
}
