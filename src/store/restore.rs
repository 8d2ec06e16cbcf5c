//! `store restore`: puts a backup in the place of the record, as a new term that says so.
//!
//! Everything is copied and compared beside what is there before anything of it is moved; while the folder
//! `restoring` exists no daemon starts, so that a half restored record is never taken for a whole one. Nothing is deleted:
//! what was there goes to quarantine, where that is asked for. What the desk does after a restore is its own matter; it
//! learns of it from [`RestoreMark`].

use super::backup::{self, Copied, Manifest};
use super::digest::Digest;
use super::erasing;
use super::error::Error;
use super::files;
use super::identity::{self, Identity};
use super::lock::{self, Lock};
use super::open::known;
use super::quarantine::Quarantine;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fs::{self, DirBuilder};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// The folder of a restore that has not ended.
pub(super) const RESTORING: &str = "restoring";
/// The file that says a record was restored.
pub(super) const MARK: &str = "restored.json";
/// What may lie in a state directory without being part of a record.
const NO_RECORD: [&str; 5] = ["lock", "quarantine", "lost+found", RESERVE, RESTORING];
/// The daemon's reserve for a full disk.
pub const RESERVE: &str = "reserve";
/// What is put into its place last: without it the rest is no record to anybody.
const LAST: &str = identity::NAME;

/// That a record was restored, from what: read by the next start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreMark {
    /// Drawn at the restore. Part of every later outbox key: a backup may be restored twice, and then counters and
    /// terms repeat.
    pub mark: String,
    /// When the backup was made.
    pub made: Timestamp,
    /// When it was restored.
    pub at: Timestamp,
    /// The last frame of the backup.
    pub last_seq: u64,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    restored: RestoreMark,
    sha256: Digest,
}

impl RestoreMark {
    fn text(&self) -> serde_json::Result<Vec<u8>> {
        let sha256 = Digest::of(&[&serde_json::to_vec(self)?]);
        serde_json::to_vec_pretty(&Sealed { restored: self.clone(), sha256 })
    }

    fn write(&self, folder: &Path) -> Result<(), Error> {
        let path = folder.join(MARK);
        let text = self.text().map_err(|error| Error::io("writing", &path)(std::io::Error::other(error)))?;
        files::replace(&path, &text)
    }

    /// The mark in the state directory `dir`, if its record was ever restored; `Err` tells why it cannot be read.
    pub(super) fn read(dir: &Path) -> Result<Option<Self>, String> {
        let bytes = match fs::read(dir.join(MARK)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.to_string()),
        };
        let Sealed { restored, .. } = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
        let is_whole = restored.text().is_ok_and(|text| text == bytes);
        if is_whole { Ok(Some(restored)) } else { Err("its checksum is wrong".to_owned()) }
    }
}

/// What a restore needs to know besides the places.
#[derive(Debug, Clone, Copy)]
pub struct Restoring {
    /// When it is done.
    pub now: Timestamp,
    /// The newest schema this binary knows; a backup or a record of a later one is refused.
    pub schema: u32,
    /// Move a record that is there to quarantine.
    pub set_aside: bool,
}

/// What became of a restore.
#[derive(Debug, Clone, Serialize)]
pub struct RestoreReport {
    /// The list of the backup.
    pub backup: Manifest,
    /// Since which term the record goes on.
    pub epoch: u64,
    /// Where the record that was there is now.
    pub set_aside: Option<PathBuf>,
}

/// Puts the backup in the folder `from` into the state directory `dir`, which is made when it is absent.
///
/// # Errors
/// [`Error::Backup`] when the backup is not whole; [`Error::InUse`] while a daemon runs; [`Error::NotEmpty`];
/// [`Error::Newer`]; [`Error::Io`]. Until the copy is whole and compared nothing that was there is touched.
pub fn restore(dir: &Path, from: &Path, how: Restoring) -> Result<RestoreReport, Error> {
    match lock::check(dir) {
        Err(Error::Missing { .. }) => {}
        checked => {
            checked?;
            if Lock::is_held(dir) {
                // Says who holds it.
                Lock::take(dir).map(drop)?;
            }
        }
    }
    let backup = backup::check(from, how.schema)?;
    match DirBuilder::new().mode(0o700).create(dir) {
        Ok(()) => files::sync_dir(dir.parent().unwrap_or(dir))?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(source) => return Err(Error::io("creating directory", dir)(source)),
    }
    let (present, _) = known(dir, how.schema)?;
    let is_taken = !record(dir)?.is_empty();
    if is_taken && !how.set_aside {
        return Err(Error::NotEmpty { dir: dir.to_owned() });
    }
    let lock = Lock::take(dir)?;
    let quarantine = Quarantine::of(dir);
    let restoring = dir.join(RESTORING);
    if restoring.exists() {
        quarantine.take(&restoring)?;
    }
    let prepared = prepare(&backup, from, &restoring, present, how);
    let epoch = match prepared {
        Ok(epoch) => epoch,
        Err(error) => {
            // Ours, made a moment ago; the record that was there is as it was.
            let _ = fs::remove_dir_all(&restoring);
            return Err(error);
        }
    };
    let set_aside = if is_taken { Some(quarantine.take_all(&record(dir)?)?) } else { None };
    let mut names = files::names(&restoring)?;
    names.sort_by_key(|name| name == LAST);
    for name in names {
        let (from, to) = (restoring.join(&name), dir.join(&name));
        fs::rename(&from, &to).map_err(Error::io("moving into place", &from))?;
    }
    files::sync_dir(dir)?;
    fs::remove_dir(&restoring).map_err(Error::io("removing", &restoring))?;
    files::sync_dir(dir)?;
    files::give_to_owner(dir)?;
    drop(lock);
    Ok(RestoreReport { backup, epoch, set_aside })
}

/// What of a state directory belongs to a record.
fn record(dir: &Path) -> Result<Vec<PathBuf>, Error> {
    let names = files::names(dir)?.into_iter().filter(|name| !NO_RECORD.contains(&name.as_str()));
    Ok(names.map(|name| dir.join(name)).collect())
}

/// Copies the backup into `restoring`, compared byte by byte with its list, and begins the new term there.
fn prepare(
    backup: &Manifest,
    from: &Path,
    restoring: &Path,
    present: Option<Identity>,
    how: Restoring,
) -> Result<u64, Error> {
    files::ensure_dir(restoring)?;
    for ((entry, source), (_, target)) in backup.places(from)?.into_iter().zip(backup.places(restoring)?) {
        let folder = target.parent().unwrap_or(restoring);
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(Error::io("creating directory", folder))?;
        let Copied { sha256, .. } = backup::copy(&source, Some(&target), None)?;
        if sha256 != entry.sha256 {
            return Err(Error::Backup { file: source, why: "changed while it was being read".to_owned() });
        }
    }
    let unknown =
        || Error::Backup { file: from.join(identity::NAME), why: "does not say whose record it is".to_owned() };
    let identity = known(restoring, how.schema)?.0.ok_or_else(unknown)?;
    // The terms of a record that is there and goes away count too, if it is the same one.
    let before = present.filter(|present| present.store_id == identity.store_id).map_or(0, |present| present.epoch);
    let epoch = identity.epoch.max(before) + 1;
    Identity { epoch, ..identity }.write(restoring)?;
    let mark = RestoreMark { mark: draw()?, made: backup.made, at: how.now, last_seq: backup.last_seq };
    mark.write(restoring)?;
    backup::sync(restoring)?;
    Ok(epoch)
}

/// 32 hexadecimal digits from the kernel's randomness.
///
/// # Errors
/// [`Error::Io`] where the system gives none.
pub fn draw() -> Result<String, Error> {
    let mut bytes = [0; 16];
    let path = Path::new("/dev/urandom");
    fs::File::open(path).and_then(|mut file| file.read_exact(&mut bytes)).map_err(Error::io("reading", path))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Moves the working state to quarantine, so that it is built anew from the journal; `None` when there is none.
///
/// # Errors
/// [`Error::Missing`], [`Error::InUse`] while a daemon runs, [`Error::Newer`], [`Error::NoRecord`], [`Error::Io`].
pub fn set_working_aside(dir: &Path, schema: u32) -> Result<Option<PathBuf>, Error> {
    lock::check(dir)?;
    if Lock::is_held(dir) {
        Lock::take(dir).map(drop)?;
    }
    let (identity, _) = known(dir, schema)?;
    if identity.is_none() {
        return Err(Error::NoRecord { dir: dir.to_owned() });
    }
    let _lock = Lock::take(dir)?;
    // Before it goes where nobody erases anything.
    erasing::settle(dir)?;
    let folder = dir.join(super::working::FOLDER);
    if folder.exists() { Quarantine::of(dir).take(&folder).map(Some) } else { Ok(None) }
}

/// Gives everything in the state directory `dir` to its owner, after somebody worked on it as root.
///
/// # Errors
/// [`Error::Io`].
pub fn give_to_owner(dir: &Path) -> Result<(), Error> {
    files::give_to_owner(dir)
}
