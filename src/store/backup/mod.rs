//! `store backup`: a copy of the record, taken beside a running daemon, that shows by itself whether it is whole.
//!
//! The journal only grows, so a copy up to what was acknowledged at one moment is consistent whatever is written
//! meanwhile: bodies are on the disk before the frame that names them. The copy is made under a name that says it is not
//! finished, synced, read again, and only then gets its own. What is damaged is copied as it is and told; sled is made
//! from the journal and left out. Whoever runs this reads the state directory with its own rights: the daemon tells how
//! far its journal is ([`Point`]) and writes nothing for others.

mod copy;
mod manifest;

pub(super) use copy::{Copied, copy};
pub use manifest::{Entry, Manifest};

use super::Refers;
use super::beginning;
use super::bodies::{self, Bodies};
use super::erasing;
use super::error::Error;
use super::files;
use super::finding::Finding;
use super::head::{self, Mark};
use super::identity;
use super::ink;
use super::lock::{self, Lock};
use super::messages::FOLDER as MESSAGES;
use super::open::{JOURNAL, known};
use super::record::StoreId;
use super::segment::{self, Segment};
use super::verify::{self, Subject};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fs::{self, DirBuilder};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// The folder of rule sets, in the state directory.
const RULES: &str = "rules";

/// How far a journal is written and acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// Whose journal.
    pub store_id: StoreId,
    /// The last frame.
    pub seq: u64,
    /// The file written to: the first number it may hold.
    pub first: u64,
    /// Which file of that number.
    pub turn: u32,
    /// How long it is.
    pub length: u64,
}

impl Point {
    fn mark(self) -> Mark {
        Mark { seq: self.seq, first: self.first, turn: self.turn, length: self.length }
    }
}

/// What a backup needs to know besides the places.
pub struct Making<'a> {
    /// When it is made.
    pub now: Timestamp,
    /// The version of the program.
    pub version: &'a str,
    /// The newest schema this binary knows; a record of a later one is refused.
    pub schema: u32,
    /// What the running daemon says of its journal, where it was asked.
    pub point: Option<Point>,
    /// The bodies a payload of the journal refers to.
    pub refers: Refers,
}

/// What became of a backup.
#[derive(Debug, Clone, Serialize)]
pub struct BackupReport {
    /// Where it lies.
    pub folder: PathBuf,
    /// Its list.
    pub manifest: Manifest,
}

/// Copies the record in `dir` to `target`, which must not exist yet, and verifies the copy.
///
/// # Errors
/// [`Error::Target`] when `target` is taken or lies where it may not, [`Error::NoRecord`], [`Error::Newer`], and
/// [`Error::Io`] when something cannot be written. Then nothing is left at `target`. What of the record cannot be read is
/// no error but stands in the list.
pub fn backup(dir: &Path, target: &Path, making: &Making<'_>) -> Result<BackupReport, Error> {
    lock::check(dir)?;
    let (identity, _) = known(dir, making.schema)?;
    let identity = identity.ok_or_else(|| Error::NoRecord { dir: dir.to_owned() })?;
    if erasing::is_unfinished(dir)? {
        return Err(Error::Unfinished { dir: dir.to_owned(), source: None });
    }
    let unfinished = unfinished(dir, target)?;
    let mut manifest = Manifest::new(making.now, making.version, identity);
    manifest.is_live = Lock::is_held(dir);
    let source = Source::look(dir, manifest.is_live, making.point.filter(|point| point.store_id == identity.store_id))?;
    DirBuilder::new().mode(0o700).create(&unfinished).map_err(Error::io("creating directory", &unfinished))?;
    let made = write(&source, &unfinished, making, &mut manifest).and_then(|()| {
        // The name was free a moment ago; a folder with something in it is not replaced by this either.
        fs::rename(&unfinished, target).map_err(Error::io("naming", target))?;
        files::sync_dir(parent(target))
    });
    if let Err(error) = made {
        // Ours, made a moment ago; a half backup helps nobody and may be what fills the disk.
        let _ = fs::remove_dir_all(&unfinished);
        return Err(error);
    }
    Ok(BackupReport { folder: target.to_owned(), manifest })
}

/// Whether the folder `backup` is a whole and unchanged backup; its list.
///
/// # Errors
/// [`Error::Backup`] with the file and what is wrong with it, [`Error::Newer`].
pub fn check(backup: &Path, schema: u32) -> Result<Manifest, Error> {
    let manifest = Manifest::read(backup, schema)?;
    compare(backup, &manifest)?;
    Ok(manifest)
}

/// The name of a backup while it is not finished; `target` itself must be free, and outside of what is copied.
fn unfinished(dir: &Path, target: &Path) -> Result<PathBuf, Error> {
    let refused = |why: &str| Error::Target { path: target.to_owned(), why: why.to_owned() };
    if fs::symlink_metadata(target).is_ok() {
        return Err(refused("it exists already, and nothing is overwritten"));
    }
    let name = target.file_name().and_then(|name| name.to_str()).ok_or_else(|| refused("it is no name of a folder"))?;
    let home = parent(target);
    let place = home.canonicalize().map_err(|error| match error.kind() {
        ErrorKind::NotFound => refused("the folder it should lie in does not exist"),
        _ => Error::io("looking at", home)(error),
    })?;
    if dir.canonicalize().is_ok_and(|state| place.starts_with(state)) {
        return Err(refused("it would lie in the state directory itself"));
    }
    Ok(home.join(format!("{name}.unfinished.{}", std::process::id())))
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// What is copied.
struct Source<'a> {
    dir: &'a Path,
    /// `None` when the witness cannot be read; the next start writes it anew.
    mark: Option<Mark>,
    segments: Vec<Segment>,
    /// Of the last file only so much was acknowledged.
    limit: Option<u64>,
}

impl<'a> Source<'a> {
    fn look(dir: &'a Path, is_live: bool, point: Option<Point>) -> Result<Self, Error> {
        // The witness first: what it tells of is in the files by then, whatever a daemon writes meanwhile.
        let mark = point.map(Point::mark).or_else(|| Mark::read(dir).ok().flatten());
        let mut segments = segment::list(&dir.join(JOURNAL))?;
        let mut limit = None;
        if let (true, Some(mark)) = (is_live, mark) {
            segments.retain(|segment| *segment <= Segment { first: mark.first, turn: mark.turn });
            limit = Some(mark.length);
        } else if let Some(last) = segments.last() {
            // A daemon may start any time.
            limit = last.path(&dir.join(JOURNAL)).metadata().ok().map(|found| found.len());
        }
        Ok(Self { dir, mark, segments, limit })
    }
}

/// Writes everything into `folder`, the list last.
fn write(source: &Source<'_>, folder: &Path, making: &Making<'_>, manifest: &mut Manifest) -> Result<(), Error> {
    let mut findings = Vec::new();
    let mut copier = Copier { source: source.dir, folder, files: Vec::new(), findings: &mut findings };
    files::ensure_dir(&folder.join(JOURNAL))?;
    for (nth, segment) in source.segments.iter().enumerate() {
        let limit = source.limit.filter(|_| nth + 1 == source.segments.len());
        copier.take(&format!("{JOURNAL}/{segment}"), limit)?;
    }
    copier.take(identity::NAME, None)?;
    if let Some(mark) = source.mark {
        mark.write(folder)?;
        let Copied { bytes, sha256, .. } = copy(&folder.join(head::NAME), None, None)?;
        copier.files.push(Entry { path: head::NAME.to_owned(), bytes, sha256 });
    }
    for part in [MESSAGES, RULES] {
        files::ensure_dir(&folder.join(part))?;
        for name in files::names(&source.dir.join(part))?.iter().filter(|name| name.ends_with(".json")) {
            copier.take(&format!("{part}/{name}"), None)?;
        }
    }
    let kept = Bodies::look(source.dir);
    files::ensure_dir(&folder.join(bodies::FOLDER))?;
    for digest in kept.list()? {
        let path = kept.path(&digest);
        let name = path.strip_prefix(source.dir).unwrap_or(&path).display().to_string();
        copier.take(&name, None)?;
    }
    // After the bodies: of one that is removed meanwhile its trace is there by now.
    for digest in kept.list_gone()? {
        let path = kept.trace(&digest);
        let name = path.strip_prefix(source.dir).unwrap_or(&path).display().to_string();
        copier.take(&name, None)?;
    }
    // Last of all: where it is there, what it covers may have been removed meanwhile; where it is not, nothing was.
    if source.dir.join(beginning::NAME).exists() {
        copier.take(beginning::NAME, None)?;
    }
    // What it tells of may not be copied yet; what was erased before it was copied it tells of.
    if source.dir.join(ink::NAME).exists() {
        copier.take(ink::NAME, None)?;
    }
    manifest.files = copier.files;
    manifest.files.sort_by(|one, other| one.path.cmp(&other.path));
    sync(folder)?;

    // The copy as it is on the disk, by the checks of `store verify`.
    let report = verify::examine(folder, making.schema, Subject::Backup, making.refers, &mut |_| ())?;
    compare(folder, manifest)?;
    manifest.last_seq = report.last_seq;
    manifest.removed = report.begins.iter().map(ToString::to_string).collect();
    manifest.removed.extend(report.removed.iter().map(ToString::to_string));
    manifest.removed.extend(report.inked.iter().map(ToString::to_string));
    findings.extend(report.findings);
    manifest.findings = findings.iter().map(ToString::to_string).collect();
    manifest.write(folder)
}

/// Copies files of the state directory, each into its own place, and lists them.
struct Copier<'a> {
    source: &'a Path,
    folder: &'a Path,
    files: Vec<Entry>,
    findings: &'a mut Vec<Finding>,
}

impl Copier<'_> {
    /// Copies the file `name`; what cannot be read of it is told, not an error.
    fn take(&mut self, name: &str, limit: Option<u64>) -> Result<(), Error> {
        let (from, to) = (self.source.join(name), self.folder.join(name));
        files::ensure_dir(parent(&to))?;
        let unreadable = |why: String| Finding::Unreadable { file: name.to_owned(), why };
        match copy(&from, Some(&to), limit) {
            Ok(Copied { bytes, sha256, unreadable: lost }) => {
                self.files.push(Entry { path: name.to_owned(), bytes, sha256 });
                if lost > 0 {
                    self.findings.push(unreadable(format!("the disk did not give {lost} bytes of it")));
                }
                Ok(())
            }
            Err(Error::Io { path, source, .. }) if path == from => {
                // Removed meanwhile, by retention or erasure; of the identity `examine` tells.
                if source.kind() != ErrorKind::NotFound {
                    self.findings.push(unreadable(source.to_string()));
                }
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}

/// Reads every file of `backup` again and compares it with the list.
fn compare(backup: &Path, manifest: &Manifest) -> Result<(), Error> {
    for (entry, path) in manifest.places(backup)? {
        let refused = |why: String| Error::Backup { file: path.clone(), why };
        match fs::symlink_metadata(&path) {
            Ok(found) if !found.is_file() => return Err(refused("is not a file".to_owned())),
            Ok(found) if found.len() != entry.bytes => {
                return Err(refused(format!("has {} bytes where {} were written", found.len(), entry.bytes)));
            }
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(refused("is missing".to_owned())),
            Err(source) => return Err(Error::io("looking at", &path)(source)),
        }
        let Copied { sha256, unreadable, .. } = copy(&path, None, None)?;
        if unreadable > 0 {
            return Err(refused(format!("cannot be read: the disk did not give {unreadable} bytes of it")));
        }
        if sha256 != entry.sha256 {
            return Err(refused("was altered: its content is not what was written".to_owned()));
        }
    }
    Ok(())
}

/// Makes every name below `folder` durable.
pub(super) fn sync(folder: &Path) -> Result<(), Error> {
    for name in files::names(folder)? {
        let path = folder.join(name);
        if path.is_dir() {
            sync(&path)?;
        }
    }
    files::sync_dir(folder)
}

#[cfg(test)]
mod tests;
