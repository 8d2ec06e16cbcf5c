//! The store: the journal, which is the truth, and sled, which spares the start a long replay.
//!
//! Its place: below the daemon loop. The desk's changes come as opaque payloads and leave as such; the order is
//! [`Store::commit`] (synced on return), then acknowledge and send, then [`Store::apply`] (written behind).
//! It deliberately does not know what is stored, does not retry by itself after the journal failed
//! ([`Store::reopen`] is the owner's decision, promise P20), keeps no time but that of its own thread, and deletes
//! nothing by itself: damaged things move to `quarantine/`, and what somebody decided to be kept no longer goes when the owner
//! says so ([`Bodies::remove`], [`Beginning::put`]).
//!
//! ```text
//! <state>/lock          held while the daemon runs         <state>/journal/…kwj   the truth
//! <state>/store.json    whose store this is                <state>/db/            sled: the working state
//! <state>/head          how far the journal was written    <state>/bodies/ab/…    bodies, by hash
//! <state>/quarantine/<time>/   what was damaged     <state>/restored.json   from which backup it comes, if any
//! <state>/begins.json   what was removed of it when its time was over     <state>/inked.json   what was erased in it
//! <state>/erasing/      an erasure that is being made      <state>/erased/        one that is decided, and put in its place next
//! <state>/reserve       blocks the daemon keeps back for a full disk; part of no record and no backup
//! ```

mod backup;
mod beginning;
mod bodies;
mod checkpoint;
mod digest;
mod erasing;
mod error;
mod files;
mod finding;
#[cfg(test)]
mod fuzz;
mod gone;
mod head;
mod history;
mod identity;
mod ink;
mod journal;
mod lock;
mod messages;
mod open;
mod quarantine;
mod record;
mod restore;
mod segment;
mod shown;
mod verify;
mod walk;
mod working;

pub use backup::{BackupReport, Entry, Making, Manifest, Point, backup, check as check_backup};
pub use beginning::{Beginning, remove_what_went};
pub use bodies::Bodies;
pub use checkpoint::{Checkpoint, ClosedFiles, WorkingDigest};
pub use digest::{Digest, NotHex};
pub use erasing::{Erasing, Plan, room};
pub use error::Error;
pub use finding::Finding;
pub use gone::{Gone, GoneBy, Removed};
pub use history::{History, Seen, Stretch};
pub use identity::Identity;
pub use ink::{Inked, Inking, Spot, ink};
pub use lock::{Lock, check};
pub use messages::Messages;
pub use record::{MAX_PAYLOAD, StoreId};
pub use restore::RESERVE;
pub use restore::{RestoreMark, RestoreReport, Restoring, draw, give_to_owner, restore, set_working_aside};
pub use verify::{Progress, VerifyReport, WorkingCheck, verify};
pub use walk::{Frame, Frames};
pub use working::{Answer, Archived, Batch, Changes, Condition, Entities, Filed, Filer, Search, WorkingCopy};

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Tells which bodies a payload of the journal refers to.
pub type Refers = fn(&[u8]) -> Vec<Digest>;

/// Settings of a store; the defaults are those of the daemon.
#[derive(Debug, Clone)]
pub struct Options {
    /// The version of what payloads and entities mean; a store with a later one is refused (promise P19).
    pub schema: u32,
    /// A journal file is due to be closed from this size on, in bytes (DECISIONS 4: 64 MiB).
    pub file_limit: u64,
    /// How long a change may wait before sled has it (RELIABILITY §2.2: 1 s).
    pub write_behind: Duration,
    /// How long opening the working state may take before it is set aside.
    pub open_limit: Duration,
    /// How long a checkpoint of the working state may take.
    pub checkpoint_limit: Duration,
    /// The cache of sled in bytes. Small: the desk holds the state in memory, sled is read at the start and at checkpoints only.
    pub cache: u64,
    /// Begin a new term of ownership: when another node takes over. A restore has begun its own already.
    pub new_term: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            schema: 1,
            file_limit: 64 * 1024 * 1024,
            write_behind: Duration::from_secs(1),
            open_limit: Duration::from_secs(30),
            checkpoint_limit: Duration::from_secs(20),
            cache: 2 * 1024 * 1024,
            new_term: false,
        }
    }
}

/// What a start begins from: the state is `entities` (or `snapshot`, when the working state was not usable) and then
/// `frames` folded in, in order.
#[derive(Debug)]
pub struct Start {
    /// The working state after frame `applied_seq`; empty when it was not usable.
    pub entities: Entities,
    /// The last frame whose effect `entities` or `snapshot` holds.
    pub applied_seq: u64,
    /// The open state after frame `applied_seq`, as the owner wrote it at [`Store::roll`]; only when the working
    /// state was not usable.
    pub snapshot: Option<Vec<u8>>,
    /// The frames after `applied_seq`, read as they are asked for.
    pub frames: Frames,
    /// What was found wrong, and what was done about it; to be told to a person.
    pub findings: Vec<Finding>,
    /// The term of ownership (DECISIONS 7).
    pub epoch: u64,
    /// Whose store this is.
    pub store_id: StoreId,
    /// The last frame; the next one is one more.
    pub last_seq: u64,
    /// The schema the store had before this start: lower than [`Options::schema`] after an upgrade.
    pub schema_found: u32,
    /// Whether nothing was ever recorded here.
    pub is_new: bool,
    /// That the record was restored from a backup, at some time; whether the owner knows already is in its frames.
    pub restored: Option<RestoreMark>,
}

/// An open store. One thread owns it; [`Store::bodies`] may be shared.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    options: Options,
    journal: journal::Journal,
    working: working::Working,
    bodies: Bodies,
    roll_wanted: bool,
    _lock: Lock,
}

impl Store {
    /// Opens the store in the state directory `dir`, or begins one there; `dir` itself must exist.
    ///
    /// Damage never stops this; it is repaired as far as possible and told in [`Start::findings`].
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::NotADirectory`], [`Error::NotWritable`], [`Error::InUse`], [`Error::Newer`]
    /// (nothing was touched), [`Error::Io`] when the disk does not let the journal be read or written.
    pub fn open(dir: &Path, options: Options) -> Result<(Self, Start), Error> {
        open::open(dir, options, None)
    }

    /// The same for whoever holds the lock already; it is let go of with the store.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_locked(dir: &Path, options: Options, lock: Lock) -> Result<(Self, Start), Error> {
        open::open(dir, options, Some(lock))
    }

    /// Writes a group of frames with one write and one sync, and returns their numbers. On return they survive
    /// SIGKILL and a power cut (promise P1).
    ///
    /// # Errors
    /// [`Error::JournalFailed`]: nothing of the group counts as recorded, and the file is not used again; call
    /// [`Store::reopen`] and commit the same frames again. [`Error::JournalDown`] until then.
    /// [`Error::TooLarge`]: nothing was written.
    pub fn commit<P: AsRef<[u8]>>(&mut self, group: &[P]) -> Result<RangeInclusive<u64>, Error> {
        self.journal.append(group)
    }

    /// Begins a new journal file after the last good record, after a commit failed.
    ///
    /// # Errors
    /// [`Error::Io`] while the disk takes no new file; try again later.
    pub fn reopen(&mut self) -> Result<(), Error> {
        self.roll_wanted = true;
        self.journal.reopen()
    }

    /// Makes the next writes to the current journal file fail, as a full disk does.
    #[cfg(test)]
    pub(crate) fn break_disk(&mut self) {
        self.journal.break_disk();
    }

    /// Whether the journal takes frames; `false` between a failed commit and a successful [`Store::reopen`].
    pub fn is_up(&self) -> bool {
        self.journal.length().is_some()
    }

    /// Whether a new file is due: the current one is full, or begins without a snapshot after damage or a failure.
    /// That a day has ended the owner knows best, and calls [`Store::roll`] then too.
    pub fn roll_due(&self) -> bool {
        self.journal.is_full(self.options.file_limit).is_some_and(|full| self.roll_wanted || full)
    }

    /// Closes the journal file and begins the next one with `snapshot`, the open state after frame
    /// [`Store::last_seq`], so that older files are not needed to rebuild it. Waiting frames are committed before.
    ///
    /// # Errors
    /// As [`Store::commit`]. When no file can be created ([`Error::Io`]) the current one goes on being used.
    pub fn roll(&mut self, snapshot: &[u8]) -> Result<(), Error> {
        self.journal.roll(snapshot)?;
        self.roll_wanted = false;
        Ok(())
    }

    /// Hands to the working state what the frames `seqs` changed together: those just committed, or, at the start,
    /// one of [`Start::frames`] (these too, or the working state would skip them). Frames that changed nothing are
    /// handed over with no changes.
    ///
    /// Never waits and never fails: a working state that cannot follow, or for which frames were skipped, is filled
    /// anew ([`Store::needs_refill`]).
    pub fn apply(&self, seqs: RangeInclusive<u64>, changes: Changes) {
        self.working.apply(seqs, changes);
    }

    /// Looks for what is archived; `answer` is called when it is found. Never waits.
    pub fn find(&self, search: Search, answer: Answer) {
        self.working.find(search, answer);
    }

    /// A [`Filer`], when not everything that is over is in the catalogue of the working state: it was begun anew, or by a
    /// version without one. To be asked after each commit; the owner then files what it finds in the journal.
    pub fn unfiled(&self) -> Option<Filer> {
        self.working.is_unfiled().then(|| self.working.filer()).flatten()
    }

    /// For asking and changing the catalogue from any thread; `None` once the store is closing.
    pub fn filer(&self) -> Option<Filer> {
        self.working.filer()
    }

    /// Whether the working state is empty and waits for [`Store::refill`]: after it was not usable at the start, or
    /// failed later. To be asked after each commit.
    pub fn needs_refill(&self) -> bool {
        self.working.condition() == Condition::Empty
    }

    /// Hands over all entities as they are after frame `seq`, in answer to [`Store::needs_refill`].
    pub fn refill(&self, seq: u64, entities: Entities) {
        self.working.fill(seq, entities);
    }

    /// How the working state is, for the status and for telling a person.
    pub fn working(&self) -> Condition {
        self.working.condition()
    }

    /// Begins a working state that failed anew soon, without the rest of its pause: what made it fail is over.
    pub fn mend(&self) {
        self.working.mend();
    }

    /// When the thread of the working state last moved on (at least once a second); old when a call into sled does
    /// not return. The watchdog is fed only while this is young.
    pub fn working_progress(&self) -> Instant {
        self.working.progress()
    }

    /// Syncs the working state, reads all of it again, and writes counts and digest into the journal. Hourly and at
    /// the end (RELIABILITY §2.4). Waits for the disk.
    ///
    /// # Errors
    /// As [`Store::commit`], or [`Error::Working`] when the working state is not usable; the journal then holds a
    /// checkpoint without it.
    pub fn checkpoint(&mut self) -> Result<Checkpoint, Error> {
        let held = self.working.checkpoint(self.options.checkpoint_limit);
        let journal = self.folder.join(open::JOURNAL);
        let begins = Beginning::of(&self.folder);
        let segments = beginning::remaining(&journal, begins)?;
        let Some(current) = self.journal.segment() else {
            return Err(Error::JournalDown { path: journal });
        };
        let closed = ClosedFiles::of(&journal, &segments, current)?;
        let working = held.as_ref().ok().copied().map(WorkingDigest::from);
        let checkpoint = Checkpoint { working, closed };
        let payload = serde_json::to_vec(&checkpoint)
            .map_err(|error| Error::io("writing", &journal)(std::io::Error::other(error)))?;
        self.journal.checkpoint(&payload)?;
        held.map(|_| checkpoint).map_err(|why| Error::Working { why })
    }

    /// Writes a last checkpoint and ends. Whatever fails here, the committed frames are safe.
    ///
    /// # Errors
    /// Those of [`Store::checkpoint`].
    pub fn close(mut self) -> Result<(), Error> {
        let checkpoint = self.checkpoint();
        self.working.close(self.options.checkpoint_limit);
        checkpoint.map(|_| ())
    }

    /// How far the journal is acknowledged, for a backup beside it; `None` while it is down.
    pub fn point(&self) -> Option<Point> {
        self.journal.point()
    }

    /// The last frame committed.
    pub fn last_seq(&self) -> u64 {
        self.journal.last_seq()
    }

    /// The bodies; clones may be used from any thread.
    pub fn bodies(&self) -> &Bodies {
        &self.bodies
    }
}

#[cfg(test)]
mod tests;
