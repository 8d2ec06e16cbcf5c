//! Keeping: groups onto the record, things into the working state, and what the store wants from time to time.
//!
//! Two modes (P20, DECISIONS 6):
//!
//! ```text
//! durable      a group is synced first; then its effects leave and its answers say: on record
//! not durable  (the journal cannot be written) groups wait in a `Backlog`; their effects leave all the same, their
//!              answers say: not on record yet. Sources look on with cursors that are not on record: whatever ends the
//!              process now, the next one looks again from the cursor that is. A full backlog takes nothing more.
//! ```
//!
//! It ends by itself: the journal is tried again, the backlog is written in order. The desk hears of it once when it
//! begins, and once when it has been over for [`SETTLED`].

use super::backlog::Written;
use super::behind::Behind;
use super::{Core, GROUP, Reserve};
use crate::desk::Frame;
use crate::desk::storage::{Cause, Storage};
use crate::record::{self, archive};
use crate::store;
use jiff::Timestamp;
use std::borrow::Cow;
use std::io::ErrorKind;
use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

/// Counts and digests are written to the journal this often.
const CHECKPOINT: Duration = Duration::from_secs(3600);
/// New journal files tried at once when one fails.
const NEW_FILES: usize = 2;
/// Pause before the journal is tried again; it doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// The journal must take everything for so long before it is told that it does: a disk that is full now and then is
/// one trouble, not many.
const SETTLED: Duration = Duration::from_secs(30);
/// How long the working state may take, at the end, to be begun anew after a failure.
const MENDING: Duration = Duration::from_secs(5);

/// A time in which the record cannot be written, or just could not.
#[derive(Debug)]
pub(super) struct Outage {
    /// When the journal is tried again.
    next: Instant,
    pause: Duration,
    /// The first step that waited and is written now, but not in the working state.
    first: Option<u64>,
    /// Steps that waited and are written.
    steps: u64,
    /// Since when nothing waits any more.
    over: Option<(Timestamp, Instant)>,
}

impl Outage {
    fn new() -> Self {
        Self { next: Instant::now() + FIRST_PAUSE, pause: FIRST_PAUSE, first: None, steps: 0, over: None }
    }

    /// It failed once more.
    fn again(&mut self) {
        self.over = None;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        self.next = Instant::now() + self.pause;
    }
}

impl Core {
    /// Puts a group on record; what it changed reaches the working state a little later.
    pub(super) fn commit(&mut self, steps: Vec<Written>) {
        let Some(seqs) = self.record(steps) else { return };
        self.behind.note(&mut self.desk, seqs);
        self.hand_over_in_time();
        self.house_keeping();
    }

    /// Hands what changed to the working state, if it has waited long enough.
    pub(super) fn hand_over_in_time(&mut self) {
        if self.hand_over_due().is_some_and(|due| due.is_zero()) {
            self.hand_over();
        }
    }

    /// How long from now until something is to be handed to the working state; `None` = there is nothing.
    pub(super) fn hand_over_due(&self) -> Option<Duration> {
        self.behind.due().filter(|_| self.backlog.is_empty())
    }

    /// Hands what changed to the working state. Not while steps wait for the record: the desk is ahead of it then, and
    /// whoever ended there would begin again with half of what it had done.
    pub(super) fn hand_over(&mut self) {
        if self.backlog.is_empty() {
            self.behind.hand_over(&self.desk, &self.store);
        }
    }

    /// Puts a group on record; `None` when it waits for that, or is none.
    pub(super) fn record(&mut self, steps: Vec<Written>) -> Option<RangeInclusive<u64>> {
        if steps.is_empty() {
            return None;
        }
        // What waits was decided earlier.
        if self.backlog.is_empty() {
            match self.write(&steps) {
                Ok(seqs) => return Some(seqs),
                Err(error) => self.fails(&error),
            }
        }
        self.backlog.push(steps);
        self.pulse.waits(self.backlog.len());
        if self.backlog.is_full() {
            tracing::error!(steps = self.backlog.len(), "too much waits for the record; nothing more is taken");
        }
        None
    }

    /// Writes a group, with a new file if the one in use fails.
    fn write(&mut self, steps: &[Written]) -> Result<RangeInclusive<u64>, store::Error> {
        let mut first = None;
        for new_files in 0..=NEW_FILES {
            // Words of people first: what the frames refer to is on the disk before them.
            let written = self.apart(steps).and_then(|payloads| self.store.commit(&payloads));
            let error = match written {
                Ok(seqs) => {
                    self.pulse.committed(steps.len());
                    self.tell(steps);
                    return Ok(seqs);
                }
                Err(error) => error,
            };
            self.pulse.refused();
            if cause(&error) == Cause::Full && self.reserve.as_ref().is_some_and(Reserve::give_up) {
                self.news.push(Storage::ReserveUsed);
            }
            let error = first.get_or_insert(error);
            if new_files < NEW_FILES {
                tracing::debug!(%error, "a new journal file is tried");
                if let Err(error) = self.store.reopen() {
                    tracing::debug!(%error, "no new journal file");
                }
            }
        }
        // At least one try was made, so there is an error.
        Err(first.unwrap_or(store::Error::JournalDown { path: self.folder.clone() }))
    }

    /// Steps as they are written, words of people kept apart.
    fn apart<'a>(&self, steps: &'a [Written]) -> Result<Vec<Cow<'a, [u8]>>, store::Error> {
        steps.iter().map(|step| record::apart(&step.payload, self.store.bodies())).collect()
    }

    /// The record cannot be written.
    fn fails(&mut self, error: &store::Error) {
        let cause = cause(error);
        let why = super::super::work::full(error);
        match &mut self.outage {
            Some(outage) => {
                tracing::warn!(error = why, "the record cannot be written once more");
                outage.again();
            }
            None => {
                tracing::error!(
                    error = why,
                    "the record cannot be written; messages leave all the same, not on record"
                );
                self.outage = Some(Outage::new());
                self.news.push(Storage::Unwritable { cause });
            }
        }
    }

    /// Writes what waits, if it is time to try; tells when that has been so for a while.
    pub(super) fn recover(&mut self) {
        let Some(outage) = &mut self.outage else { return };
        if self.backlog.is_empty() {
            if let Some((at, since)) = outage.over
                && since.elapsed() >= SETTLED
            {
                let steps = outage.steps;
                tracing::info!(steps, "the record is written again, for good");
                self.news.push(Storage::Written { at, steps });
                self.outage = None;
            }
            return;
        }
        if Instant::now() < outage.next {
            return;
        }
        while !self.backlog.is_empty() {
            let steps = self.backlog.take(GROUP);
            let written = self.write(&steps);
            let Some(outage) = &mut self.outage else { return };
            match written {
                Ok(seqs) => {
                    outage.first.get_or_insert(*seqs.start());
                    outage.steps += steps.len() as u64;
                }
                Err(error) => {
                    tracing::debug!(%error, waiting = self.backlog.len(), "the record cannot be written yet");
                    outage.again();
                    self.backlog.put_back(steps);
                    return;
                }
            }
            self.pulse.waits(self.backlog.len());
            self.pulse.beat(self.store.working_progress());
        }
        let Some(outage) = &mut self.outage else { return };
        tracing::warn!(steps = outage.steps, "the record is written again; all that waited is on it");
        outage.over = Some((self.clock.wall(), Instant::now()));
        outage.pause = FIRST_PAUSE;
        if let Some(first) = outage.first.take() {
            self.behind.note(&mut self.desk, first..=self.store.last_seq());
        }
        // It may have failed with the disk, and would wait for minutes by itself.
        self.store.mend();
        self.house_keeping();
    }

    /// Folds what waits into a state that was read again from the record.
    pub(super) fn fold_backlog(&mut self, recorded: u64, found: &mut Vec<String>) {
        // Of a group whose sync failed, steps may be readable all the same: they are the first that wait.
        let readable = usize::try_from(self.store.last_seq().saturating_sub(recorded)).unwrap_or(usize::MAX);
        self.backlog.take(readable);
        let bodies = self.store.bodies().clone();
        for payload in self.backlog.payloads() {
            match record::read::<Frame>(payload, &bodies) {
                Ok(frame) => self.desk.fold(&frame),
                Err(error) => found.push(format!("a step that waits for the record: {error}")),
            }
        }
        if let Some(outage) = &mut self.outage {
            outage.first = None;
        }
    }

    /// The working state anew, if it waits for that.
    pub(super) fn refill(&mut self) {
        if self.backlog.is_empty() && self.store.needs_refill() {
            self.behind = Behind::default();
            match record::entities(self.desk.state(), self.store.bodies()) {
                Ok(entities) => self.store.refill(self.store.last_seq(), entities),
                Err(error) => tracing::error!(%error, "the working state cannot be written anew"),
            }
        }
    }

    /// Has the archive filed anew from the journal when its catalogue is not whole: on a thread of its own, nobody waits
    /// for it.
    fn file_what_is_not(&mut self) {
        if self.filing.as_ref().is_some_and(|filing| !filing.is_finished()) {
            return;
        }
        let Some(filer) = self.store.unfiled() else { return };
        let (folder, rules) = (self.folder.clone(), self.desk.book().rules.clone());
        let unlisted = self.desk.state().house.removals.unlisted;
        let filing = std::thread::Builder::new().name("kiriwake-filing".to_owned()).spawn(move || {
            match archive::file_all(&folder, rules, unlisted, &filer) {
                Ok(incidents) => tracing::info!(incidents, "the archive was filed anew from the journal"),
                Err(error) => tracing::error!(%error, "the archive cannot be filed anew from the journal"),
            }
        });
        match filing {
            Ok(filing) => self.filing = Some(filing),
            Err(error) => tracing::error!(%error, "no thread for filing the archive"),
        }
    }

    /// What the store wants from time to time: its working state anew, a new journal file, a checkpoint.
    fn house_keeping(&mut self) {
        self.refill();
        self.file_what_is_not();
        let today = self.desk.book().date(self.clock.wall());
        // A state that is too large for a frame is not put into words anew with every step.
        let rests = self.too_large.is_some_and(|seen| seen.elapsed() < CHECKPOINT);
        if self.store.roll_due() && !rests || today != self.day {
            self.day = today;
            let bodies = self.store.bodies().clone();
            let snapshot = record::payload(self.desk.state());
            match snapshot.and_then(|inline| Ok(record::apart(&inline, &bodies)?.into_owned())) {
                Ok(snapshot) => {
                    self.too_large = (snapshot.len() > store::MAX_PAYLOAD).then(Instant::now);
                    if let Err(error) = self.store.roll(&snapshot) {
                        tracing::error!(%error, "no new journal file was begun");
                    }
                }
                Err(error) => tracing::error!(%error, "the state cannot be written as a snapshot"),
            }
        }
        if self.checkpointed.is_none_or(|made| made.elapsed() >= CHECKPOINT) {
            self.checkpointed = Some(Instant::now());
            self.hand_over();
            if let Err(error) = self.store.checkpoint() {
                tracing::error!(%error, "no checkpoint was made");
            }
        }
    }

    /// Writes what can be written, and closes the store.
    ///
    /// # Errors
    /// When it could not be closed well.
    pub(super) fn close(mut self) -> Result<(), store::Error> {
        if let Some(outage) = &mut self.outage {
            outage.next = Instant::now();
            self.recover();
        }
        if !self.backlog.is_empty() {
            let steps = self.backlog.len();
            tracing::error!(
                steps,
                "ending with steps that are not on record; the sources are read again from where it ends"
            );
        }
        self.hand_over();
        let until = Instant::now() + MENDING;
        while self.backlog.is_empty()
            && !matches!(self.store.working(), store::Condition::Following { .. })
            && Instant::now() < until
        {
            self.store.mend();
            self.refill();
            std::thread::sleep(Duration::from_millis(20));
        }
        self.store.close()
    }
}

/// Why the journal fails, as far as it can be told to people.
fn cause(error: &store::Error) -> Cause {
    match error.kind() {
        // A limit of the user or of the process is as good as no room.
        Some(ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge) => Cause::Full,
        Some(ErrorKind::ReadOnlyFilesystem) => Cause::ReadOnly,
        _ => Cause::Failing,
    }
}
