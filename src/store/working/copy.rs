//! A copy of a working state, to be looked at: opening sled changes its folder.
//!
//! The copy of one that a daemon is writing to may be torn. Then it does not fit what it says about itself, which is an error
//! here, never a wrong answer.

use super::super::open::COPY;
use super::super::record::StoreId;
use super::db::{self, Db};
use super::{Entities, FOLDER, Filed, Held, Search, owner};
use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// How long looking at one may take.
const LIMIT: Duration = Duration::from_secs(60);
/// How often one is copied anew that a daemon was writing to.
const MOST_TRIES: u32 = 3;

/// The copy; it is gone with this.
#[derive(Debug)]
pub struct WorkingCopy {
    folder: PathBuf,
    store: StoreId,
    /// The last frame in it.
    pub applied: u64,
}

impl WorkingCopy {
    /// Copies the working state of `store` in the state directory `dir`, and reads the things it holds.
    ///
    /// # Errors
    /// Says why it cannot be copied or is not usable.
    pub fn of(dir: &Path, store: StoreId) -> Result<(Self, Entities), String> {
        let from = dir.join(FOLDER);
        if !from.exists() {
            return Err("its folder is missing".to_owned());
        }
        let mut copy = Self { folder: dir.join(format!("{COPY}{}", std::process::id())), store, applied: 0 };
        let mut tries = 1..MOST_TRIES;
        loop {
            let made = copied(&from, &copy.folder).map_err(|error| format!("it could not be copied: {error}"));
            let read = made.and_then(|()| {
                look(&copy.folder, store, LIMIT, |db, entities| Ok((owner::held(db).applied, entities)))
            });
            match read {
                Ok(Some((applied, entities))) => {
                    copy.applied = applied;
                    return Ok((copy, entities));
                }
                Ok(None) => return Err("it is blank".to_owned()),
                Err(_) if tries.next().is_some() => {
                    // Ours, made a moment ago; where it stays, the next copy fails and says so.
                    let _ = fs::remove_dir_all(&copy.folder);
                }
                Err(why) => return Err(why),
            }
        }
    }

    /// What is filed under these ids, as far as there is any.
    ///
    /// # Errors
    /// Says why it cannot be looked for.
    pub fn filed(&self, ids: Vec<u64>) -> Result<Vec<Filed>, String> {
        let found = look(&self.folder, self.store, LIMIT, move |db, _| {
            let mut found = Vec::new();
            for id in ids {
                found.extend(db.catalogue.find(&Search::Id(id))?.into_iter().map(|found| found.filed));
            }
            Ok(found)
        });
        found.map(Option::unwrap_or_default)
    }
}

impl Drop for WorkingCopy {
    fn drop(&mut self) {
        // What stays is moved aside by the next start.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// What the working state in `copy` holds, or what is wrong with it.
pub(in super::super) fn inspect(copy: &Path, store: StoreId, limit: Duration) -> Result<Option<Held>, String> {
    look(copy, store, limit, |db, _| {
        db.catalogue.check(&|| ())?;
        Ok(owner::held(db))
    })
}

/// Opens a copy and looks at it; `None` when nothing is in it.
fn look<T: Send + 'static>(
    copy: &Path,
    store: StoreId,
    limit: Duration,
    work: impl FnOnce(&Db, Entities) -> Result<T, String> + Send + 'static,
) -> Result<Option<T>, String> {
    let (sender, answer) = mpsc::sync_channel(1);
    let copy = copy.to_owned();
    thread::Builder::new()
        .name("kiriwake-look".to_owned())
        .spawn(move || {
            let outcome = db::guarded(|| match db::open(&copy, 1 << 20, store, &|| ())? {
                db::Opened::Good(db, entities) => work(&db, entities).map(Some),
                db::Opened::Blank(_) => Ok(None),
            });
            // Nobody waits any more when it took too long.
            let _ = sender.send(outcome);
        })
        .map_err(|error| error.to_string())?;
    answer.recv_timeout(limit).unwrap_or_else(|_| Err(format!("no answer within {limit:?}")))
}

/// Copies a folder of files; torn snapshots are left out, as a start moves them aside.
pub(in super::super) fn copied(from: &Path, to: &Path) -> std::io::Result<()> {
    DirBuilder::new().mode(0o700).create(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        let kind = entry.file_type()?;
        if kind.is_dir() {
            copied(&entry.path(), &to.join(name))?;
        } else if !kind.is_file() {
            // Reading a pipe, say, would wait for ever.
            return Err(std::io::Error::other(format!("{} is not a regular file", entry.path().display())));
        } else if !name.to_string_lossy().ends_with(".generating") {
            fs::copy(entry.path(), to.join(name))?;
        }
    }
    Ok(())
}
