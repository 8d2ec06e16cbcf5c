//! The thread that owns sled: takes batches, writes them behind, and starts over when sled fails.
//!
//! It never uses a handle that failed once, and never calls `flush_async`. Its progress is what the watchdog looks
//! at: a call into sled that does not return stops it.

use super::super::quarantine::Quarantine;
use super::db::{self, Db, Opened, guarded};
use super::{Changes, Command, Condition, Entities, FOLDER, Filed, Held, Search, Settings, Shared};
use std::collections::BTreeMap;
use std::fs;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// The thread shows itself at least this often.
const TICK: Duration = Duration::from_secs(1);
/// More than this is written without waiting for the write-behind time.
const ENOUGH: (usize, usize) = (4_096, 4 * 1024 * 1024);
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// The thread's state.
pub(super) struct Owner {
    settings: Settings,
    shared: Arc<Shared>,
    sled: Sled,
    waiting: Waiting,
}

enum Sled {
    Following(Db),
    Empty(Db),
    Broken {
        next: Instant,
        pause: Duration,
        /// Whether the folder holds at most what we began ourselves since, never a whole state.
        is_scrap: bool,
    },
}

impl Sled {
    fn broken(pause: Duration, is_scrap: bool) -> Self {
        Self::Broken { next: Instant::now() + pause, pause, is_scrap }
    }
}

/// Batches not yet written, merged.
#[derive(Default)]
struct Waiting {
    changes: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    filed: Vec<(u64, Filed)>,
    bytes: usize,
    seq: u64,
    since: Option<Instant>,
}

/// What `db` says it holds.
pub(super) fn held(db: &Db) -> Held {
    Held { applied: db.meta.applied, entries: db.meta.tally.entries, digest: db.meta.tally.sum }
}

impl Owner {
    pub(super) fn new(settings: Settings, shared: Arc<Shared>) -> Self {
        Self { settings, shared, sled: Sled::broken(FIRST_PAUSE, true), waiting: Waiting::default() }
    }

    fn path(&self) -> PathBuf {
        self.settings.state.join(FOLDER)
    }

    /// Opens what is there. `None` when it is blank although it should not be.
    pub(super) fn open(&mut self, is_new: bool) -> Result<Option<(Held, Entities)>, String> {
        let (path, Settings { cache, store, .. }) = (self.path(), self.settings.clone());
        match guarded(|| db::open(&path, cache, store, &|| self.shared.tick()))? {
            Opened::Good(db, entities) => {
                let held = held(&db);
                self.follow(db);
                Ok(Some((held, entities)))
            }
            Opened::Blank(sled) => {
                let db = guarded(|| Db::begin(sled, &path, store, is_new))?;
                Ok(self.begin(db, is_new))
            }
        }
    }

    /// Begins an empty one; the state of a new store is empty, so it already holds it.
    pub(super) fn create(&mut self, is_new: bool) -> Result<Option<(Held, Entities)>, String> {
        let (path, Settings { cache, store, .. }) = (self.path(), self.settings.clone());
        let db = guarded(|| Db::create(&path, cache, store, is_new))?;
        Ok(self.begin(db, is_new))
    }

    fn begin(&mut self, db: Db, is_new: bool) -> Option<(Held, Entities)> {
        if is_new {
            self.follow(db);
            return Some((Held::default(), Entities::default()));
        }
        self.shared.set(Condition::Empty);
        self.sled = Sled::Empty(db);
        None
    }

    fn follow(&mut self, db: Db) {
        self.shared.unfiled.store(!db.catalogue.is_complete(), Ordering::Release);
        self.shared.set(Condition::Following { applied: db.meta.applied });
        self.sled = Sled::Following(db);
    }

    /// Works until every sender is gone, then writes what waits.
    pub(super) fn run(mut self, commands: &Receiver<Command>) {
        loop {
            let received = commands.recv_timeout(self.patience());
            self.shared.tick();
            match received {
                Ok(Command::Apply(seqs, changes)) => self.take(seqs, changes),
                Ok(Command::File(filed)) => {
                    self.catalogue(|db| db.catalogue.write(filed.iter().map(|(seq, filed)| (*seq, filed))))
                }
                Ok(Command::Complete) => self.complete(),
                // Whoever asked may have stopped waiting.
                Ok(Command::Forget(ids, reply)) => drop(reply.send(self.forget(&ids))),
                Ok(Command::Find(search, answer)) => answer(self.find(&search)),
                Ok(Command::Fill(seq, entities)) => self.fill(seq, &entities),
                // Whoever asked may have stopped waiting.
                Ok(Command::Checkpoint(reply)) => drop(reply.send(self.checkpoint())),
                Err(RecvTimeoutError::Timeout) => {}
                Ok(Command::End) | Err(RecvTimeoutError::Disconnected) => break,
            }
            if self.shared.behind.swap(false, Ordering::AcqRel) {
                self.break_down("it fell behind and batches were dropped".to_owned());
            }
            if self.waiting.is_due(self.settings.write_behind) {
                self.write();
            }
            self.retry();
            self.shared.tick();
        }
        self.write();
        // Without a flush here the tail is read from the journal at the next start; checkpoints flush.
        let Self { sled, .. } = self;
        if let Err(why) = guarded(move || {
            drop(sled);
            Ok(())
        }) {
            tracing::warn!(%why, "closing the working state failed; its tail will be read from the journal");
        }
    }

    fn patience(&self) -> Duration {
        let due = self
            .waiting
            .since
            .map(|since| (since + self.settings.write_behind).saturating_duration_since(Instant::now()));
        due.unwrap_or(TICK).min(TICK)
    }

    /// Does something with the catalogue; one that fails takes everything with it, and is filed anew.
    fn catalogue(&mut self, work: impl FnOnce(&mut Db) -> Result<(), String>) {
        let Sled::Following(db) = &mut self.sled else { return };
        if let Err(why) = guarded(|| work(db)) {
            self.break_down(why);
        }
    }

    fn complete(&mut self) {
        self.catalogue(|db| db.catalogue.complete());
        if matches!(self.sled, Sled::Following(_)) {
            self.shared.unfiled.store(false, Ordering::Release);
        }
    }

    /// Looks in the catalogue, what waits to be written included.
    fn find(&mut self, search: &Search) -> Result<Vec<super::Archived>, String> {
        self.write();
        let Sled::Following(db) = &self.sled else {
            return Err("the working state is not usable at the moment".to_owned());
        };
        if matches!(search, Search::After { .. }) && !db.catalogue.is_complete() {
            return Err("not everything that is over is filed yet".to_owned());
        }
        let found = guarded(|| db.catalogue.find(search));
        found.inspect_err(|why| self.break_down(why.clone()))
    }

    /// Takes things out of the catalogue for good: what frames have filed is not filed again by a start.
    fn forget(&mut self, ids: &[u64]) -> Result<u64, String> {
        self.write();
        let Sled::Following(db) = &mut self.sled else {
            return Err("the working state is not usable at the moment".to_owned());
        };
        let outcome = guarded(|| {
            let count = db.catalogue.forget(ids)?;
            db.sync()?;
            Ok(count)
        });
        outcome.inspect_err(|why| self.break_down(why.clone()))
    }

    fn take(&mut self, seqs: RangeInclusive<u64>, changes: Changes) {
        let Sled::Following(db) = &self.sled else { return };
        let last = db.meta.applied.max(self.waiting.seq);
        if *seqs.end() <= last {
            // A state handed over in full already includes what was sent before it.
        } else if *seqs.start() > last + 1 {
            self.break_down(format!("frames {} to {} were not handed to it", last + 1, seqs.start() - 1));
        } else {
            self.waiting.bytes += db::merge(&mut self.waiting.changes, changes.entities);
            self.waiting.bytes += changes.filed.iter().map(|(_, filed)| filed.line.len()).sum::<usize>();
            self.waiting.filed.extend(changes.filed);
            self.waiting.seq = *seqs.end();
            self.waiting.since.get_or_insert_with(Instant::now);
        }
    }

    fn write(&mut self) {
        let Sled::Following(db) = &mut self.sled else { return };
        let waiting = std::mem::take(&mut self.waiting);
        if waiting.since.is_none() {
            return;
        }
        match guarded(|| {
            let filed = waiting.filed.iter().map(|(seq, filed)| (*seq, filed));
            db.write(waiting.seq, waiting.changes.iter(), filed)
        }) {
            Ok(()) => self.shared.set(Condition::Following { applied: waiting.seq }),
            Err(why) => self.break_down(why),
        }
    }

    fn fill(&mut self, seq: u64, entities: &Entities) {
        let (Sled::Empty(db), shared) = (&mut self.sled, &self.shared) else { return };
        match guarded(|| db.fill(seq, entities, &|| shared.tick())) {
            Ok(()) => {
                let sled = std::mem::replace(&mut self.sled, Sled::broken(FIRST_PAUSE, true));
                if let Sled::Empty(db) = sled {
                    self.follow(db);
                }
            }
            Err(why) => self.break_down(why),
        }
    }

    fn checkpoint(&mut self) -> Result<Held, String> {
        self.write();
        let Sled::Following(db) = &self.sled else {
            return Err(match &*super::lock(&self.shared.condition) {
                Condition::Broken { why } => why.clone(),
                _ => "it is empty and waits for the whole state".to_owned(),
            });
        };
        let outcome = guarded(|| {
            db.sync()?;
            self.shared.tick();
            db.check(&|| self.shared.tick())?;
            Ok(held(db))
        });
        outcome.inspect_err(|why| self.break_down(why.clone()))
    }

    /// Drops the handle that failed and says so; what is on the disk is moved away when the next one is opened.
    pub(super) fn break_down(&mut self, why: String) {
        tracing::error!(%why, "the working state failed; the journal goes on without it");
        self.waiting = Waiting::default();
        self.shared.set(Condition::Broken { why });
        let is_scrap = match &self.sled {
            Sled::Following(_) => false,
            Sled::Empty(_) => true,
            Sled::Broken { is_scrap, .. } => *is_scrap,
        };
        let broken = Sled::broken(FIRST_PAUSE, is_scrap);
        if let Sled::Following(db) | Sled::Empty(db) = std::mem::replace(&mut self.sled, broken) {
            // Dropping a sled that failed may hang or panic: not on this thread.
            let dropped = thread::Builder::new().name("kiriwake-drop".to_owned()).spawn(move || {
                let _ = guarded(move || {
                    drop(db);
                    Ok(())
                });
            });
            if let Err(error) = dropped {
                tracing::warn!(%error, "no thread for dropping the failed working state");
            }
        }
    }

    fn retry(&mut self) {
        let Sled::Broken { next, pause, is_scrap } = self.sled else { return };
        if !self.shared.mend.swap(false, Ordering::AcqRel) && Instant::now() < next {
            return;
        }
        let room = self.make_room(is_scrap);
        // Once there is room, what stands in the folder is ours.
        let is_scrap = is_scrap || room.is_ok();
        if let Err(why) = room.and_then(|()| self.create(false)) {
            let pause = (pause * 2).min(LONGEST_PAUSE);
            tracing::warn!(%why, ?pause, "the working state cannot be begun anew yet");
            self.shared.set(Condition::Broken { why });
            self.sled = Sled::broken(pause, is_scrap);
        }
    }

    /// Moves the failed folder away. Only scrap of ours is removed: on a full disk each attempt would otherwise
    /// leave one more in quarantine.
    fn make_room(&self, is_scrap: bool) -> Result<(), String> {
        let path = self.path();
        if !path.exists() {
            return Ok(());
        }
        if is_scrap {
            return fs::remove_dir_all(&path).map_err(|error| format!("removing {}: {error}", path.display()));
        }
        let moved = Quarantine::of(&self.settings.state).take(&path).map_err(|error| error.to_string())?;
        tracing::error!(moved_to = %moved.display(), "the failed working state was set aside");
        Ok(())
    }
}

impl Waiting {
    fn is_due(&self, behind: Duration) -> bool {
        let enough = self.changes.len() >= ENOUGH.0 || self.bytes >= ENOUGH.1;
        enough || self.since.is_some_and(|since| since.elapsed() >= behind)
    }
}
