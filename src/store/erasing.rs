//! `store erase`: text in the journal of a stopped store is written over, all of it or none.
//!
//! What will be another is made beside the record, in `erasing/`: an inked copy of each file of the journal that holds the text, compared
//! with it record by record, [`Inked`] as it will be, and the names of messages that go. Then that folder is called `erased/`, and
//! this decides: before it nothing has changed and the folder only has to go; after it every start, and whoever works on the stopped
//! store, puts it in its place first ([`settle`]), again where that was cut short. The working state goes with it, in one move.
//! Not here: where the text stands, and what forbids to erase it (`record`); building the working state anew (`daemon`).

use super::error::Error;
use super::files;
use super::finding::Finding;
use super::history::History;
use super::ink::{self, Inked, Inking, Spot};
use super::lock::{self, Lock};
use super::messages::Messages;
use super::open::{JOURNAL, known};
use super::restore::RESTORING;
use super::segment::{Segment, list};
use super::verify::{self, Subject};
use super::working;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The folder of what is being made.
pub(super) const PREPARED: &str = "erasing";
/// The folder of what is decided.
pub(super) const DECIDED: &str = "erased";
/// In these folders, the folder whose files are named like messages that go.
const MESSAGES: &str = "messages";
/// Room that is left beside the copies: for names, and what tells of them.
const SPARE: u64 = 4 * 1024 * 1024;

/// What is to be erased.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// In the journal.
    pub spots: Vec<Spot>,
    /// Messages as first worded, by their keys.
    pub messages: Vec<String>,
}

/// A stopped store in which something is erased: while this lives nobody else works on it.
#[derive(Debug)]
pub struct Erasing {
    dir: PathBuf,
    lock: Lock,
    /// An erasure that had been cut short was finished first.
    pub finished: bool,
}

impl Erasing {
    /// Takes the store in the state directory `dir`, and puts in its place what was decided before and cut short.
    ///
    /// # Errors
    /// [`Error::InUse`] while a daemon runs, [`Error::Missing`], [`Error::NoRecord`], [`Error::Newer`], [`Error::Restoring`],
    /// [`Error::Io`].
    pub fn begin(dir: &Path, schema: u32) -> Result<Self, Error> {
        lock::check(dir)?;
        let lock = Lock::take(dir)?;
        if dir.join(RESTORING).exists() {
            return Err(Error::Restoring { dir: dir.to_owned() });
        }
        if known(dir, schema)?.0.is_none() {
            return Err(Error::NoRecord { dir: dir.to_owned() });
        }
        let finished = settle(dir)?;
        Ok(Self { dir: dir.to_owned(), lock, finished })
    }

    /// The lock once more, for whoever opens the store meanwhile: it is let go of when both are.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn lock(&self) -> Result<Lock, Error> {
        self.lock.share(&self.dir)
    }

    /// The journal, up to its end.
    ///
    /// # Errors
    /// As [`History::open`].
    pub fn history(&self, schema: u32) -> Result<History, Error> {
        History::of(&self.dir, schema, false)
    }

    /// What is wrong with journal and working state. Where it is of the journal, not all could be read from that anew.
    ///
    /// # Errors
    /// As [`verify::verify`].
    pub fn check(&self, schema: u32) -> Result<Vec<Finding>, Error> {
        Ok(verify::examine(&self.dir, schema, Subject::Held, |_| Vec::new(), &mut |_| ())?.findings)
    }

    /// Whether there is a working state.
    pub fn has_working(&self) -> bool {
        self.dir.join(working::FOLDER).exists()
    }

    /// Erases what is planned. The working state is gone afterwards; what the journal says is otherwise the same.
    ///
    /// # Errors
    /// [`Error::Room`], [`Error::Erase`], [`Error::Io`]: nothing has changed. [`Error::Unfinished`]: it is decided, and the next start
    /// or the next [`Erasing::begin`] does the rest.
    pub fn erase(&self, plan: &Plan, inking: &Inking) -> Result<(), Error> {
        room(&self.dir, &plan.spots)?;
        let prepared = self.dir.join(PREPARED);
        // What a disk kept of a look at the working state must not be taken for a part of it.
        remove(&prepared)?;
        let decide = || {
            // Whoever finishes it may be another user than whoever began it. What is given away is synced with the rest.
            files::give_folder(&self.dir, &prepared)?;
            let all = File::open(&prepared).and_then(|folder| Ok(rustix::fs::syncfs(folder)?));
            all.map_err(Error::io("syncing", &prepared))?;
            fs::rename(&prepared, self.dir.join(DECIDED)).map_err(Error::io("renaming", &prepared))
        };
        if let Err(error) = prepare(&self.dir, &prepared, plan, inking).and_then(|()| decide()) {
            // It may hold what was to be erased. What the disk keeps of it now, the next start removes.
            let _ = remove(&prepared);
            return Err(error);
        }
        files::sync_dir(&self.dir)
            .and_then(|()| settle(&self.dir).map(drop))
            .map_err(|error| Error::Unfinished { dir: self.dir.clone(), source: Some(Box::new(error)) })
    }
}

/// How much room erasing at `spots` takes for a while, in bytes.
///
/// # Errors
/// [`Error::Room`] when there is less; [`Error::Io`].
pub fn room(dir: &Path, spots: &[Spot]) -> Result<u64, Error> {
    let journal = dir.join(JOURNAL);
    let mut needed = SPARE;
    for segment in by_file(&journal, spots)?.keys() {
        let path = segment.path(&journal);
        needed = needed.saturating_add(path.metadata().map_err(Error::io("looking at", &path))?.len());
    }
    let found = rustix::fs::statvfs(dir).map_err(|error| Error::io("looking at", dir)(error.into()))?;
    let free = found.f_bavail.saturating_mul(found.f_frsize);
    if free < needed { Err(Error::Room { dir: dir.to_owned(), needed, free }) } else { Ok(needed) }
}

/// The spots in each file of the journal.
fn by_file<'a>(journal: &Path, spots: &'a [Spot]) -> Result<BTreeMap<Segment, Vec<&'a Spot>>, Error> {
    let mut all: BTreeMap<String, Vec<&Spot>> = BTreeMap::new();
    for spot in spots {
        all.entry(spot.file.clone()).or_default().push(spot);
    }
    let named = |segment: Segment| Some((segment, all.remove(&segment.to_string())?));
    Ok(list(journal)?.into_iter().filter_map(named).collect())
}

fn prepare(dir: &Path, prepared: &Path, plan: &Plan, inking: &Inking) -> Result<(), Error> {
    let why = |why: String| Error::Erase { dir: dir.to_owned(), why };
    let mut inked = Inked::read(dir).map_err(|told| why(format!("{}: {told}", ink::NAME)))?;
    let (from, to) = (dir.join(JOURNAL), prepared.join(JOURNAL));
    for folder in [prepared, &to, &prepared.join(MESSAGES)] {
        files::ensure_dir(folder)?;
    }
    for (segment, spots) in by_file(&from, &plan.spots)? {
        let (path, copy) = (segment.path(&from), segment.path(&to));
        ink::copy(&path, &copy, &spots).map_err(Error::io("copying", &path))?;
        ink::compare(&path, &copy, &spots, &mut inked)?.map_err(why)?;
    }
    files::sync_dir(&to)?;
    let messages = prepared.join(MESSAGES);
    for key in &plan.messages {
        let path = messages.join(key);
        files::create_new(&path).map_err(Error::io("creating", &path))?;
    }
    files::sync_dir(&messages)?;
    inked.all.push(inking.clone());
    let path = prepared.join(ink::NAME);
    let text = inked.text().map_err(|error| Error::io("writing", &path)(error.into()))?;
    files::replace(&path, &text)
}

/// Removes what an erasure has left that was not decided yet, and puts in its place what was. Whoever holds the lock does it,
/// before anything is read; it can be done again after any part of it. Whether anything was put in its place.
pub(super) fn settle(dir: &Path) -> Result<bool, Error> {
    if let Err(error) = remove(&dir.join(PREPARED)) {
        // It keeps nobody from anything: the record is as it was.
        tracing::warn!(%error, "what an erasure has left that was not decided stays where it is");
    }
    if !is_unfinished(dir)? {
        return Ok(false);
    }
    let decided = dir.join(DECIDED);
    // What tells of the files before them.
    put(&decided, dir, |name| name == ink::NAME)?;
    put(&decided.join(JOURNAL), &dir.join(JOURNAL), |_| true)?;
    for key in files::names(&decided.join(MESSAGES))? {
        Messages::of(dir).remove(&key)?;
    }
    let (working, gone) = (dir.join(working::FOLDER), decided.join(working::FOLDER));
    if working.exists() {
        remove(&gone)?;
        fs::rename(&working, &gone).map_err(Error::io("removing", &working))?;
        files::sync_dir(dir)?;
    }
    remove(&decided)?;
    Ok(true)
}

/// Whether an erasure is decided and not yet in its place.
pub(super) fn is_unfinished(dir: &Path) -> Result<bool, Error> {
    let decided = dir.join(DECIDED);
    decided.try_exists().map_err(Error::io("looking at", &decided))
}

/// Moves files of one folder into another, over those that are there.
fn put(from: &Path, to: &Path, which: impl Fn(&str) -> bool) -> Result<(), Error> {
    for name in files::names(from)?.into_iter().filter(|name| which(name)) {
        let path = from.join(&name);
        fs::rename(&path, to.join(&name)).map_err(Error::io("moving into place", &path))?;
    }
    files::sync_dir(to)
}

/// Removes a folder of ours, with all that is in it.
fn remove(folder: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(folder) {
        Ok(()) => files::sync_dir(folder.parent().unwrap_or(folder)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(source) => Err(Error::io("removing", folder)(source)),
    }
}

#[cfg(test)]
mod tests;
