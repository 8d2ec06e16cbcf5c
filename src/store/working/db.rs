//! sled itself: open and check everything, write a batch, checkpoint.
//!
//! Every function may panic inside sled; they are called on the thread that owns sled, through
//! [`guarded`]. Nothing here decides what happens after a failure.

use super::super::files;
use super::super::record::StoreId;
use super::catalogue::{Catalogue, Filed};
use super::entry::{self, Assembly, META, Meta, Tally};
use super::{Batch, Entities};
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// How often, and with what pauses, sled's own lock is waited for.
const LOCK_TRIES: u32 = 200;
const LOCK_PAUSE: Duration = Duration::from_millis(10);
/// How often each entry is looked at once more when all are read. sled thinks of letting go of pages only after 64 looks at one of
/// the 256 shares of them: whoever reads all once keeps all of it in memory, however small the cache may be.
const LOOKS: u32 = 2;

/// An open sled with what it says about itself.
pub(super) struct Db {
    sled: sled::Db,
    path: PathBuf,
    /// What is archived.
    pub(super) catalogue: Catalogue,
    /// As stored.
    pub(super) meta: Meta,
}

/// What an existing sled turned out to be.
pub(super) enum Opened {
    /// Whole: everything in it was checked.
    Good(Db, Entities),
    /// Nothing in it, not even its own record: a first start that was killed at once.
    Blank(sled::Db),
}

/// Runs `work`, turning a panic within sled into an error.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no text");
        Err(format!("sled panicked: {text}"))
    })
}

pub(super) fn said(error: sled::Error) -> String {
    format!("sled: {error}")
}

/// Opens the folder `path`, checks every entry against its checksum and all of them against the tally.
pub(super) fn open(path: &Path, cache: u64, store: StoreId, tick: &dyn Fn()) -> Result<Opened, String> {
    let sled = sled(path, cache)?;
    tick();
    let mut assembly = Assembly::default();
    let (meta, tally) = read(&sled, tick, |chunk| assembly.add(chunk))?;
    match meta {
        Some(meta) if meta.store != store => Err(format!("it belongs to the store {}", meta.store)),
        Some(meta) if meta.tally != tally => Err(differs(meta.tally, tally)),
        Some(meta) => {
            let catalogue = Catalogue::open(&sled, false)?;
            if catalogue.is_small() {
                catalogue.check(tick)?;
            }
            Ok(Opened::Good(Db { sled, path: path.to_owned(), catalogue, meta }, assembly.finish()?))
        }
        None if tally.entries == 0 => Ok(Opened::Blank(sled)),
        None => Err("its own record is missing".to_owned()),
    }
}

fn sled(path: &Path, cache: u64) -> Result<sled::Db, String> {
    // sled makes its folder with the umask's mode; made here first, it is private.
    files::ensure_dir(path).map_err(|error| error.to_string())?;
    // No flush in the background: it would sync nothing (RELIABILITY §2), and checkpoints do it properly.
    let config = sled::Config::new().path(path).cache_capacity(cache).flush_every_ms(None);
    // sled's own lock outlives its handle for a moment, while its threads finish. Ours is held, so it is only that.
    let mut tries = 0..LOCK_TRIES;
    loop {
        match config.open() {
            Err(sled::Error::Io(error)) if tries.next().is_some() && error.to_string().contains("acquire lock") => {
                thread::sleep(LOCK_PAUSE);
            }
            other => return other.map_err(said),
        }
    }
}

fn differs(stored: Tally, found: Tally) -> String {
    format!("it holds {} entries where {} were stored, or other ones", found.entries, stored.entries)
}

/// Reads and checks every entry; `keep` takes the parts of entities.
fn read(
    sled: &sled::Db,
    tick: &dyn Fn(),
    mut keep: impl FnMut(&entry::Chunk<'_>) -> Result<(), String>,
) -> Result<(Option<Meta>, Tally), String> {
    let (mut meta, mut tally) = (None, Tally::default());
    for (nth, entry) in sled.iter().enumerate() {
        let (key, value) = entry.map_err(said)?;
        if nth % 256 == 0 {
            tick();
        }
        for _ in 0..LOOKS {
            sled.contains_key(&key).map_err(said)?;
        }
        if *key == *META {
            meta = Some(Meta::decode(&value)?);
        } else {
            keep(&entry::chunk(&key, &value)?)?;
            tally.add(&key, &value);
        }
    }
    Ok((meta, tally))
}

impl Db {
    /// Makes a new one in `path`, which is empty or not there. It says at once, on the disk, that it holds nothing.
    pub(super) fn create(path: &Path, cache: u64, store: StoreId, is_new: bool) -> Result<Self, String> {
        Self::begin(sled(path, cache)?, path, store, is_new)
    }

    /// Makes a blank one ours.
    pub(super) fn begin(sled: sled::Db, path: &Path, store: StoreId, is_new: bool) -> Result<Self, String> {
        let meta = Meta { store, applied: 0, tally: Tally::default() };
        let mut catalogue = Catalogue::open(&sled, is_new)?;
        if is_new {
            catalogue.complete()?;
        }
        let db = Self { sled, path: path.to_owned(), catalogue, meta };
        db.sled.insert(META, meta.encode()).map_err(said)?;
        db.sync()?;
        Ok(db)
    }

    /// Applies changes with `applied` and the tally in one batch: whole or not at all. What is archived is filed before:
    /// frames that are applied again file it again.
    pub(super) fn write<'a>(
        &mut self,
        applied: u64,
        changes: impl Iterator<Item = (&'a Vec<u8>, &'a Option<Vec<u8>>)>,
        filed: impl Iterator<Item = (u64, &'a Filed)>,
    ) -> Result<(), String> {
        self.catalogue.write(filed)?;
        let mut batch = sled::Batch::default();
        let mut tally = self.meta.tally;
        for (key, value) in changes {
            let entries = match value {
                Some(value) if value.len() > entry::MAX_VALUE => {
                    return Err(format!("an entity of {} bytes is too large", value.len()));
                }
                Some(value) => entry::split(key, value),
                None => Vec::new(),
            };
            for (nth, (chunk, old)) in self.stored(key)?.into_iter().enumerate() {
                tally.sub(&chunk, &old);
                if nth >= entries.len() {
                    batch.remove(chunk);
                }
            }
            for (key, value) in entries {
                tally.add(&key, &value);
                batch.insert(key, value);
            }
        }
        let meta = Meta { applied, tally, ..self.meta };
        batch.insert(META, meta.encode());
        self.sled.apply_batch(batch).map_err(said)?;
        self.meta = meta;
        Ok(())
    }

    /// The chunks of an entity as they are, in order.
    fn stored(&self, key: &[u8]) -> Result<Vec<(Vec<u8>, sled::IVec)>, String> {
        let first = entry::chunk_key(key, 0);
        let Some(value) = self.sled.get(&first).map_err(said)? else { return Ok(Vec::new()) };
        let total = entry::chunk(&first, &value)?.total;
        let mut stored = vec![(first, value)];
        for index in 1..total {
            let chunk = entry::chunk_key(key, index);
            let value =
                self.sled.get(&chunk).map_err(said)?.ok_or_else(|| format!("chunk {index} of an entity is missing"))?;
            stored.push((chunk, value));
        }
        Ok(stored)
    }

    /// Takes a whole state into an empty sled. Its own record is absent until the last entry is in, so that an
    /// interrupted fill is seen as such.
    pub(super) fn fill(&mut self, applied: u64, entities: &Entities, tick: &dyn Fn()) -> Result<(), String> {
        self.sled.remove(META).map_err(said)?;
        let mut tally = Tally::default();
        let mut entities = entities.iter().peekable();
        while entities.peek().is_some() {
            let mut batch = sled::Batch::default();
            for (key, value) in entities.by_ref().take(500) {
                if value.len() > entry::MAX_VALUE {
                    return Err(format!("an entity of {} bytes is too large", value.len()));
                }
                for (key, value) in entry::split(key, value) {
                    tally.add(&key, &value);
                    batch.insert(key, value);
                }
            }
            self.sled.apply_batch(batch).map_err(said)?;
            tick();
        }
        self.meta = Meta { applied, tally, ..self.meta };
        self.sled.insert(META, self.meta.encode()).map_err(said)?;
        self.sync()
    }

    /// Brings everything to the disk: sled's `flush()` alone does not (RELIABILITY §2).
    pub(super) fn sync(&self) -> Result<(), String> {
        self.sled.flush().map_err(said)?;
        let file = self.path.join("db");
        File::open(&file)
            .and_then(|file| file.sync_data())
            .map_err(|error| format!("syncing {}: {error}", file.display()))
    }

    /// Reads everything again and compares it with the tally.
    pub(super) fn check(&self, tick: &dyn Fn()) -> Result<(), String> {
        let (meta, tally) = read(&self.sled, tick, |_| Ok(()))?;
        match meta {
            Some(meta) if meta == self.meta && meta.tally == tally => self.catalogue.check(tick),
            _ => Err(differs(self.meta.tally, tally)),
        }
    }
}

/// Adds `batch` to what waits; the last word on a key counts.
pub(super) fn merge(waiting: &mut std::collections::BTreeMap<Vec<u8>, Option<Vec<u8>>>, batch: Batch) -> usize {
    let bytes = batch.iter().map(|(key, value)| key.len() + value.as_ref().map_or(0, Vec::len)).sum();
    waiting.extend(batch);
    bytes
}
