//! The working state: sled, on one thread of its own, written behind the journal.
//!
//! It spares the start a long replay, nothing more: whatever is wrong with it, it is set aside and filled again from
//! the owner's state. So nothing here is waited for when frames are committed, and no failure reaches the desk.

mod catalogue;
mod copy;
mod db;
mod entities;
mod entry;
mod owner;

pub use catalogue::{Filed, Found as Archived, Search};
pub use copy::WorkingCopy;
pub(super) use copy::{copied, inspect};
pub use entities::Entities;

use super::error::Error;
use super::quarantine::Quarantine;
use super::record::StoreId;
use serde::Serialize;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Changes of entities: a key and its new value, or `None` when it is gone.
pub type Batch = Vec<(Vec<u8>, Option<Vec<u8>>)>;

/// How many batches may wait for the thread; beyond it, it has fallen behind and is filled anew later.
const DEPTH: usize = 4_096;

/// The folder of sled in the state directory.
pub(super) const FOLDER: &str = "db";

/// How the working state is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "working", rename_all = "snake_case")]
pub enum Condition {
    /// It follows the journal.
    Following {
        /// The last frame written to it.
        applied: u64,
    },
    /// It is empty and waits for the owner to hand over the whole state ([`super::Store::refill`]).
    Empty,
    /// It failed; batches are dropped until it could be opened anew, which is tried with growing pauses.
    Broken {
        /// What happened.
        why: String,
    },
}

/// Settings of the working state.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    /// The state directory.
    pub(super) state: PathBuf,
    /// Whose entities they are.
    pub(super) store: StoreId,
    /// How long opening may take.
    pub(super) open_limit: Duration,
    /// How long a batch may wait before it is written.
    pub(super) write_behind: Duration,
    /// The cache of sled, in bytes.
    pub(super) cache: u64,
}

/// What opening found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// What it holds; `None` when it could not be used and begins empty.
    pub(super) held: Option<(Held, Entities)>,
    /// Why it could not be used.
    pub(super) why: Option<String>,
    /// Where what was there is now.
    pub(super) moved_to: Option<PathBuf>,
}

/// What a working state holds, after all of it was read and compared with what it says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Held {
    /// The last frame in it.
    pub(super) applied: u64,
    /// How many entries.
    pub(super) entries: u64,
    /// The sum of their digests.
    pub(super) digest: u128,
}

/// Takes what a search found, or why it could not be looked for.
pub type Answer = Box<dyn FnOnce(Result<Vec<Archived>, String>) + Send>;

/// What frames changed: the things, and what of them is over.
#[derive(Debug, Default)]
pub struct Changes {
    /// Things with their new values.
    pub entities: Batch,
    /// What is over now, or was and changed: to be filed, as it was after this frame.
    pub filed: Vec<(u64, Filed)>,
}

enum Command {
    Apply(RangeInclusive<u64>, Changes),
    File(Vec<(u64, Filed)>),
    Complete,
    Forget(Vec<u64>, SyncSender<Result<u64, String>>),
    Find(Search, Answer),
    Fill(u64, Entities),
    Checkpoint(SyncSender<Result<Held, String>>),
    End,
}

/// What the thread and its callers share.
#[derive(Debug)]
struct Shared {
    condition: Mutex<Condition>,
    progress: Mutex<Instant>,
    behind: AtomicBool,
    mend: AtomicBool,
    /// Not everything that is over is filed.
    unfiled: AtomicBool,
}

impl Shared {
    fn set(&self, condition: Condition) {
        *lock(&self.condition) = condition;
    }
    fn tick(&self) {
        *lock(&self.progress) = Instant::now();
    }
}

/// A poisoned lock still holds a whole value: each is one assignment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The handle of the thread that owns sled.
#[derive(Debug)]
pub(super) struct Working {
    commands: Option<SyncSender<Command>>,
    ended: mpsc::Receiver<()>,
    shared: Arc<Shared>,
}

impl Working {
    /// Opens what is there, or begins empty: whatever fails or takes too long is moved to quarantine.
    ///
    /// A folder that is not there is no fault when `is_new`.
    pub(super) fn open(settings: &Settings, is_new: bool) -> Result<(Self, Found), Error> {
        let path = settings.state.join(FOLDER);
        let mut found = Found::default();
        if path.exists() {
            match Self::spawn(settings, move |owner| owner.open(is_new)) {
                Ok((working, held)) => {
                    found.why = held.is_none().then(|| "it is blank".to_owned());
                    found.held = held;
                    return Ok((working, found));
                }
                Err(why) => {
                    found.moved_to = Some(Quarantine::of(&settings.state).take(&path)?);
                    found.why = Some(why);
                }
            }
        } else if !is_new {
            found.why = Some("its folder is missing".to_owned());
        }
        let is_new = is_new && found.why.is_none();
        match Self::spawn(settings, move |owner| owner.create(is_new)) {
            Ok((working, held)) => {
                found.held = held;
                Ok((working, found))
            }
            Err(why) => {
                // Not even an empty one: go on without, and try again with growing pauses.
                found.why = Some(why.clone());
                Ok((Self::spawn_broken(settings, why)?, found))
            }
        }
    }

    fn spawn(
        settings: &Settings,
        begin: impl FnOnce(&mut owner::Owner) -> Result<Option<(Held, Entities)>, String> + Send + 'static,
    ) -> Result<(Self, Option<(Held, Entities)>), String> {
        let (opened, answer) = mpsc::sync_channel(1);
        let working = Self::start(settings, move |owner| {
            let outcome = begin(owner);
            let usable = outcome.is_ok();
            // Nobody waits any more when opening took too long; then the thread ends too.
            opened.send(outcome).is_ok() && usable
        })
        .map_err(|error| error.to_string())?;
        match answer.recv_timeout(settings.open_limit) {
            Ok(Ok(held)) => Ok((working, held)),
            Ok(Err(why)) => Err(why),
            Err(RecvTimeoutError::Timeout) => Err(format!("opening took longer than {:?}", settings.open_limit)),
            Err(RecvTimeoutError::Disconnected) => Err("its thread ended while opening".to_owned()),
        }
    }

    fn spawn_broken(settings: &Settings, why: String) -> Result<Self, Error> {
        let begin = move |owner: &mut owner::Owner| {
            owner.break_down(why);
            true
        };
        Self::start(settings, begin).map_err(Error::io("starting a thread for", &settings.state))
    }

    fn start(
        settings: &Settings,
        begin: impl FnOnce(&mut owner::Owner) -> bool + Send + 'static,
    ) -> std::io::Result<Self> {
        let (commands, received) = mpsc::sync_channel(DEPTH);
        let (ending, ended) = mpsc::channel();
        let shared = Arc::new(Shared {
            condition: Mutex::new(Condition::Empty),
            progress: Mutex::new(Instant::now()),
            behind: AtomicBool::new(false),
            mend: AtomicBool::new(false),
            unfiled: AtomicBool::new(false),
        });
        let mut owner = owner::Owner::new(settings.clone(), Arc::clone(&shared));
        thread::Builder::new().name("kiriwake-sled".to_owned()).spawn(move || {
            let _ending = ending;
            if begin(&mut owner) {
                owner.run(&received);
            }
        })?;
        Ok(Self { commands: Some(commands), ended, shared })
    }

    /// Sets aside what was opened, although it is whole in itself, and begins empty.
    pub(super) fn discard(mut self, settings: &Settings, why: String) -> Result<(Self, Found), Error> {
        self.close(settings.open_limit);
        let moved_to = Some(Quarantine::of(&settings.state).take(&settings.state.join(FOLDER))?);
        let (working, found) = Self::open(settings, false)?;
        Ok((working, Found { moved_to, why: Some(why), ..found }))
    }

    /// Hands over what the frames `seqs` changed. Never waits: a thread that cannot follow is filled anew later.
    pub(super) fn apply(&self, seqs: RangeInclusive<u64>, changes: Changes) {
        self.send(Command::Apply(seqs, changes));
    }

    /// Hands over the whole state after frame `seq`.
    pub(super) fn fill(&self, seq: u64, entities: Entities) {
        self.send(Command::Fill(seq, entities));
    }

    fn send(&self, command: Command) {
        let Some(commands) = &self.commands else { return };
        match commands.try_send(command) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => self.shared.behind.store(true, Ordering::Release),
            Err(TrySendError::Disconnected(_)) => {
                self.shared.set(Condition::Broken { why: "its thread has ended".to_owned() });
            }
        }
    }

    /// Writes what waits, syncs it, reads everything again.
    pub(super) fn checkpoint(&self, limit: Duration) -> Result<Held, String> {
        let (reply, answer) = mpsc::sync_channel(1);
        let commands = self.commands.as_ref().ok_or("it is closed")?;
        if commands.try_send(Command::Checkpoint(reply)).is_err() {
            return Err("its thread does not take commands".to_owned());
        }
        answer.recv_timeout(limit).unwrap_or_else(|_| Err(format!("no answer within {limit:?}")))
    }

    /// If it failed, it is begun anew soon.
    pub(super) fn mend(&self) {
        if matches!(self.condition(), Condition::Broken { .. }) {
            self.shared.mend.store(true, Ordering::Release);
        }
    }

    /// Looks for what is archived; never waits.
    pub(super) fn find(&self, search: Search, answer: Answer) {
        let taken = self.commands.as_ref().map(|commands| commands.try_send(Command::Find(search, answer)));
        let refused = match taken {
            Some(Ok(())) => return,
            Some(Err(TrySendError::Full(command) | TrySendError::Disconnected(command))) => Some(command),
            None => None,
        };
        if let Some(Command::Find(_, answer)) = refused {
            answer(Err("its thread takes no more questions at the moment".to_owned()));
        }
    }

    /// Whether not everything that is over is filed; then the owner reads the journal and hands it to a [`Filer`].
    pub(super) fn is_unfiled(&self) -> bool {
        self.shared.unfiled.load(Ordering::Acquire)
    }

    /// For filing what is found in the journal, from any thread.
    pub(super) fn filer(&self) -> Option<Filer> {
        self.commands.clone().map(Filer)
    }

    /// How it is.
    pub(super) fn condition(&self) -> Condition {
        lock(&self.shared.condition).clone()
    }

    /// When the thread last moved on.
    pub(super) fn progress(&self) -> Instant {
        *lock(&self.shared.progress)
    }

    /// Ends the thread after what waits was written; gives up after `limit`, and then the journal has it all.
    pub(super) fn close(&mut self, limit: Duration) {
        // Not by dropping the sender alone: a filer may hold another.
        // A thread that takes nothing is waited for no longer than the limit.
        if let Some(commands) = self.commands.take() {
            let _ = commands.try_send(Command::End);
        }
        if self.ended.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
            tracing::error!(?limit, "the working state did not close in time; its tail will be read from the journal");
        }
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        if self.commands.is_some() {
            self.close(Duration::from_secs(5));
        }
    }
}

/// Files what is found in the journal.
#[derive(Debug, Clone)]
pub struct Filer(SyncSender<Command>);

impl Filer {
    /// Files things that were over at the frames named beside them. Waits while the thread has much to do; `false` when
    /// it has ended, and nothing needs to be filed any more.
    pub fn file(&self, filed: Vec<(u64, Filed)>) -> bool {
        self.0.send(Command::File(filed)).is_ok()
    }

    /// Looks for what is archived, and waits for the answer.
    ///
    /// # Errors
    /// Says why it cannot be looked for at the moment.
    pub fn find(&self, search: Search) -> Result<Vec<Archived>, String> {
        let (reply, answer) = mpsc::sync_channel(1);
        let answered = Box::new(move |found| drop(reply.send(found)));
        self.0.send(Command::Find(search, answered)).map_err(|_| ended())?;
        answer.recv().map_err(|_| ended())?
    }

    /// Takes these ids out of the catalogue, on the disk on return: how many were there.
    ///
    /// # Errors
    /// Says why that cannot be done at the moment; it can be done again.
    pub fn forget(&self, ids: Vec<u64>) -> Result<u64, String> {
        let (reply, answer) = mpsc::sync_channel(1);
        self.0.send(Command::Forget(ids, reply)).map_err(|_| ended())?;
        answer.recv().map_err(|_| ended())?
    }

    /// Says that everything is filed.
    pub fn complete(&self) {
        // A thread that has ended is told by whoever opens the store again.
        let _ = self.0.send(Command::Complete);
    }
}

fn ended() -> String {
    "the thread of the working state has ended".to_owned()
}
