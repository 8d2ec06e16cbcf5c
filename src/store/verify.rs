//! `store verify`: reads everything there is and says what is wrong, without changing anything.
//!
//! On a stopped store everything is looked at, sled through a copy. Beside a running daemon the journal is read up
//! to its witness, and sled is left alone: the daemon reads all of it at each checkpoint.

use super::Refers;
use super::beginning::{self, Beginning};
use super::bodies::{self, Bodies};
use super::checkpoint::Checkpoint;
use super::digest::Digest;
use super::erasing;
use super::error::Error;
use super::finding::Finding;
use super::gone::Removed;
use super::head::{self, Mark};
use super::identity::{self, Found, Identity};
use super::ink::{self, Inked, Inking};
use super::lock::{self, Lock};
use super::open::{COPY, JOURNAL, left_overs, witness};
use super::restore::{self, RESTORING, RestoreMark};
use super::segment::Segment;
use super::walk::{self, Course, Walk};
use super::working::{self, Held};
use serde::Serialize;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// How long looking at the working state may take.
const LIMIT: Duration = Duration::from_secs(60);
/// How often it is begun anew when a running daemon removed something meanwhile.
const MOST_TRIES: u32 = 3;

/// How far verifying has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being read: `journal`, `working state` or `bodies`.
    pub what: &'static str,
    /// Bytes of the journal, or bodies, done.
    pub done: u64,
    /// And how many there are.
    pub total: u64,
}

/// What became of looking at the working state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum WorkingCheck {
    /// Every entry was read and fits.
    Whole {
        /// The last frame in it.
        applied: u64,
        /// How many entries it has.
        entries: u64,
    },
    /// It will be set aside and built anew at the next start; the finding tells why.
    Unusable,
    /// It was not looked at.
    NotChecked {
        /// Why.
        why: String,
    },
}

/// What verifying found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// Whose store this is, as far as it says.
    pub identity: Option<Identity>,
    /// Whether a daemon was running.
    pub is_live: bool,
    /// How many journal files there are.
    pub files: u64,
    /// How many bytes of them were read.
    pub bytes: u64,
    /// The first number the files may hold.
    pub first_seq: u64,
    /// What was removed before it, because its time was over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub begins: Option<Beginning>,
    /// The last frame.
    pub last_seq: u64,
    /// How many frames were read.
    pub frames: u64,
    /// How many snapshots.
    pub snapshots: u64,
    /// How many checkpoints.
    pub checkpoints: u64,
    /// The working state.
    pub working: WorkingCheck,
    /// How many bodies were read.
    pub bodies: u64,
    /// Bodies that were removed: who did it, and why.
    pub removed: Vec<Removed>,
    /// What was erased in the journal itself: who did it, and why.
    pub inked: Vec<Inking>,
    /// How many things lie in quarantine.
    pub quarantined: u64,
    /// Everything that is wrong.
    pub findings: Vec<Finding>,
}

impl VerifyReport {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }
}

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    /// A state directory.
    State,
    /// The same, of which we hold the lock; bodies are left out.
    Held,
    /// A backup: there is no working state in it.
    Backup,
}

/// Reads the store in `dir` and reports; `progress` is called now and then. `refers` tells which bodies a payload of the
/// journal refers to.
///
/// # Errors
/// [`Error::Missing`], [`Error::NotADirectory`], [`Error::NotWritable`] when it may not be read, [`Error::Newer`] when
/// it has a later format, or a later schema than `schema`.
pub fn verify(
    dir: &Path,
    schema: u32,
    refers: Refers,
    progress: &mut dyn FnMut(Progress),
) -> Result<VerifyReport, Error> {
    lock::check(dir)?;
    examine(dir, schema, Subject::State, refers, progress)
}

/// Reads a state directory or a backup and reports.
pub(super) fn examine(
    dir: &Path,
    schema: u32,
    subject: Subject,
    refers: Refers,
    progress: &mut dyn FnMut(Progress),
) -> Result<VerifyReport, Error> {
    for _ in 0..MOST_TRIES {
        let went = || (Beginning::read(dir), Inked::read(dir));
        let before = went();
        let report = examine_once(dir, schema, subject, refers, progress)?;
        // What a daemon removed meanwhile, because its time was over or somebody had it erased, is not missing.
        if report.is_sound() || !report.is_live || before == went() {
            return Ok(report);
        }
    }
    examine_once(dir, schema, subject, refers, progress)
}

fn examine_once(
    dir: &Path,
    schema: u32,
    subject: Subject,
    refers: Refers,
    progress: &mut dyn FnMut(Progress),
) -> Result<VerifyReport, Error> {
    let is_live = subject != Subject::Held && Lock::is_held(dir);
    let mut findings = Vec::new();
    let journal = dir.join(JOURNAL);
    // The witness first: what it tells of is in the files by then, whatever a daemon writes meanwhile.
    let mark = Mark::read(dir);
    let begins = match Beginning::read(dir) {
        Ok(begins) => begins,
        Err(why) => unreadable(&mut findings, beginning::NAME, &why),
    };
    let inked = match Inked::read(dir) {
        Ok(inked) => inked,
        Err(why) => unreadable(&mut findings, ink::NAME, &why).unwrap_or_default(),
    };
    let mut segments = beginning::remaining(&journal, begins)?;
    if let (true, Ok(Some(mark))) = (is_live, &mark) {
        segments.retain(|segment| *segment <= Segment { first: mark.first, turn: mark.turn });
    }
    let identity = match Identity::read(dir)? {
        Found::Good(identity) => {
            identity.admit(dir, schema)?;
            Some(identity)
        }
        Found::Absent if segments.is_empty() => None,
        Found::Absent => unreadable(&mut findings, identity::NAME, "it is missing"),
        Found::Damaged(why) => unreadable(&mut findings, identity::NAME, &why),
        Found::Unreadable(error) => unreadable(&mut findings, identity::NAME, &error.to_string()),
    };
    let mark = match mark {
        Ok(Some(mark)) => mark,
        Ok(None) if segments.is_empty() => Mark::default(),
        Ok(None) => unreadable(&mut findings, head::NAME, "it is missing").unwrap_or_default(),
        Err(why) => unreadable(&mut findings, head::NAME, &why).unwrap_or_default(),
    };

    let total = segments.iter().map(|s| s.path(&journal).metadata().map_or(0, |found| found.len())).sum();
    let course = Course {
        journal: &journal,
        segments: &segments,
        from: 0,
        begins,
        inked: &inked,
        schema,
        store: identity.map(|identity| identity.store_id),
        limit: is_live.then_some(mark.length),
        refers: Some(refers),
    };
    let mut bytes = 0;
    let mut walk = walk::walk(course, &mut |done| {
        bytes = done;
        progress(Progress { what: "journal", done, total });
    })?;
    findings.append(&mut walk.findings);

    progress(Progress { what: "working state", done: 0, total: 1 });
    let (working, held) = match (subject, is_live) {
        (Subject::Backup, _) => (not_checked("a backup has none; it is built from the journal"), None),
        (_, true) => (not_checked("the daemon is running and checks it at each checkpoint"), None),
        // A kill must leave no copy that is kept.
        (Subject::Held, false) => look(dir, &dir.join(erasing::PREPARED), &walk, &mut findings),
        (Subject::State, false) => {
            let copy = dir.join(format!("{COPY}{}", std::process::id()));
            let mut found = Vec::new();
            let looked = look(dir, &copy, &walk, &mut found);
            if Lock::is_held(dir) {
                (not_checked("a daemon started meanwhile"), None)
            } else {
                findings.append(&mut found);
                looked
            }
        }
    };
    findings.extend(witness(mark, &journal, &segments, &walk, held.map_or(0, |held| held.applied)));
    if let Some(checkpoint) = walk.checkpoint.as_deref() {
        match serde_json::from_slice::<Checkpoint>(checkpoint) {
            Ok(checkpoint) => findings.extend(checkpoint.compare(&journal, &segments, begins, held)),
            Err(error) => drop(unreadable::<()>(&mut findings, "the last checkpoint", &error.to_string())),
        }
    }
    if !is_live {
        for path in left_overs(dir)? {
            let file = path.strip_prefix(dir).unwrap_or(&path).display().to_string();
            findings.push(Finding::LeftOver { file, moved_to: None });
        }
    }
    let unfinished =
        [RESTORING, erasing::PREPARED, erasing::DECIDED].into_iter().filter(|name| dir.join(name).exists());
    findings.extend(unfinished.map(|name| Finding::LeftOver { file: name.to_owned(), moved_to: None }));
    if let Err(why) = RestoreMark::read(dir) {
        findings.push(Finding::Unreadable { file: restore::MARK.to_owned(), why });
    }
    let (bodies, removed) = match subject {
        Subject::Held => (0, Vec::new()),
        Subject::State | Subject::Backup => {
            let bodies = look_at_bodies(dir, &mut findings, progress)?;
            (bodies, look_at_references(dir, &walk.referred, &mut findings)?)
        }
    };
    let quarantined = super::files::names(&dir.join("quarantine"))?
        .iter()
        .map(|name| super::files::names(&dir.join("quarantine").join(name)).map_or(0, |names| names.len() as u64))
        .sum();
    Ok(VerifyReport {
        identity,
        is_live,
        files: segments.len() as u64,
        bytes,
        first_seq: segments.first().map_or(0, |segment| segment.first),
        begins,
        last_seq: walk.last_seq,
        frames: walk.frames,
        snapshots: walk.snapshots,
        checkpoints: walk.checkpoints,
        working,
        bodies,
        removed,
        inked: inked.all,
        quarantined,
        findings,
    })
}

fn unreadable<T>(findings: &mut Vec<Finding>, file: &str, why: &str) -> Option<T> {
    findings.push(Finding::Unreadable { file: file.to_owned(), why: why.to_owned() });
    None
}

fn not_checked(why: &str) -> WorkingCheck {
    WorkingCheck::NotChecked { why: why.to_owned() }
}

/// Looks at the working state in `dir` through a copy.
fn look(dir: &Path, copy: &Path, walk: &Walk, findings: &mut Vec<Finding>) -> (WorkingCheck, Option<Held>) {
    let (folder, is_new) = (dir.join(working::FOLDER), walk.last_seq == 0);
    if !folder.exists() {
        return match is_new {
            true => (not_checked("there is none yet"), None),
            false => judged(Err("its folder is missing".to_owned()), is_new, findings),
        };
    }
    let store = walk.store.unwrap_or_default();
    let outcome = working::copied(&folder, copy).map(|()| working::inspect(copy, store, LIMIT));
    // Ours, made a moment ago.
    let _ = fs::remove_dir_all(copy);
    match outcome {
        Err(error) => (not_checked(&format!("it could not be copied: {error}")), None),
        Ok(held) => judged(held, is_new, findings),
    }
}

fn judged(
    held: Result<Option<Held>, String>,
    is_new: bool,
    findings: &mut Vec<Finding>,
) -> (WorkingCheck, Option<Held>) {
    let why = match held {
        Ok(Some(held)) => {
            let Held { applied, entries, .. } = held;
            return (WorkingCheck::Whole { applied, entries }, Some(held));
        }
        Ok(None) if is_new => return (not_checked("there is nothing in it yet"), None),
        Ok(None) => "it is blank".to_owned(),
        Err(why) => why,
    };
    findings.push(Finding::WorkingRebuilt { why, moved_to: None });
    (WorkingCheck::Unusable, None)
}

fn look_at_bodies(dir: &Path, findings: &mut Vec<Finding>, progress: &mut dyn FnMut(Progress)) -> Result<u64, Error> {
    let bodies = Bodies::look(dir);
    let digests = bodies.list()?;
    let total = digests.len() as u64;
    for (digest, done) in digests.iter().zip(1..) {
        let path = bodies.path(digest);
        let file = path.strip_prefix(dir).unwrap_or(Path::new(bodies::FOLDER)).display().to_string();
        match bodies.is_whole(digest) {
            Ok(true) => {}
            Ok(false) => findings.push(Finding::DamagedBody { file }),
            // Removed meanwhile, by retention.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => findings.push(Finding::Unreadable { file, why: error.to_string() }),
        }
        progress(Progress { what: "bodies", done, total });
    }
    Ok(total)
}

/// Bodies that were removed; what the record refers to and is neither there nor told as removed is missing.
fn look_at_references(
    dir: &Path,
    referred: &BTreeSet<Digest>,
    findings: &mut Vec<Finding>,
) -> Result<Vec<Removed>, Error> {
    let bodies = Bodies::look(dir);
    let file = |path: &Path| path.strip_prefix(dir).unwrap_or(Path::new(bodies::FOLDER)).display().to_string();
    let mut told = Vec::new();
    for digest in bodies.list_gone()? {
        match bodies.gone(&digest) {
            Ok(gone) => told.extend(gone),
            Err(error) => {
                let (path, why) = (bodies.trace(&digest), error.to_string());
                findings.push(Finding::Unreadable { file: file(&path), why });
            }
        }
    }
    for digest in referred {
        let path = bodies.path(digest);
        // A removal that does not read was told above.
        if !path.exists() && !bodies.trace(digest).exists() {
            findings.push(Finding::MissingBody { file: file(&path) });
        }
    }
    Ok(Removed::together(told))
}
