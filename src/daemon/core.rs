//! The core: takes what is queued, steps each, commits all as one group, then releases what follows.
//!
//! It owns desk and store on one thread of its own. Nobody is answered and nothing leaves before the group is synced.
//! Not here: what a step means (`desk`), how an effect is carried out (`work`).

use super::record;
use super::work::Effect;
use crate::clock::Clock;
use crate::desk::now::Now;
use crate::desk::owed;
use crate::desk::rules::Rules;
use crate::desk::state::State;
use crate::desk::{Change, Desk, Entry, Frame, Input, Reply};
use crate::inbox::Waiting;
use crate::store::{self, Store};
use jiff::civil::Date;
use std::os::unix::fs::DirBuilderExt;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::{broadcast, mpsc, oneshot};

/// Inputs of one group.
const GROUP: usize = 500;
/// The core looks up at least this often, so that the watchdog sees it alive.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// Counts and digests are written to the journal this often.
const CHECKPOINT: Duration = Duration::from_secs(3600);
/// Pause between tries while the journal cannot be written.
const RETRY: Duration = Duration::from_millis(500);

/// Something that wants to read the desk between two groups.
pub(super) type Query = Box<dyn FnOnce(&Desk, Now) + Send>;

/// What reaches the core.
pub(super) struct Ends {
    pub(super) inputs: mpsc::Receiver<Waiting>,
    pub(super) queries: mpsc::Receiver<Query>,
    pub(super) rules: mpsc::Receiver<(Rules, oneshot::Sender<()>)>,
    pub(super) effects: mpsc::UnboundedSender<Effect>,
    /// Counts up with every round: the watchdog is fed only while it moves.
    pub(super) pulse: Arc<AtomicU64>,
}

/// Desk and store, opened.
pub(super) struct Core {
    pub(super) desk: Desk,
    store: Store,
    folder: PathBuf,
    clock: Clock,
    checkpointed: Instant,
    day: Date,
    progress: Progress,
    followers: Followers,
}

/// Who hears of every frame that is on record.
pub(super) type Followers = Option<broadcast::Sender<Arc<Frame>>>;

/// Why the core could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The rules could not be put beside it.
    #[error("writing the rule set {path}: the disk is full or the folder not writable")]
    Rules {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl Core {
    /// Opens the store and brings the desk to where the record ends. Also returns what was found damaged.
    pub(super) fn open(
        folder: &Path,
        rules: Rules,
        clock: &Clock,
        followers: Followers,
    ) -> Result<(Self, Group, Vec<String>), Error> {
        let options = store::Options { schema: record::SCHEMA, ..store::Options::default() };
        let (store, start) = Store::open(folder, options)?;
        let mut found: Vec<String> = start.findings.iter().map(ToString::to_string).collect();
        let mut state = State::default();
        if let Some(snapshot) = &start.snapshot {
            match record::read(snapshot) {
                Ok(read) => state = read,
                Err(error) => found.push(format!("the snapshot of the journal: {error}")),
            }
        }
        for (key, value) in &start.entities {
            if let Err(error) = record::restore(&mut state, key, value) {
                found.push(error.to_string());
            }
        }
        keep_rules(folder, &rules)?;
        let mut desk = Desk::new(state, rules);
        let mut folded = 0_u64;
        for frame in start.frames {
            match record::read::<Frame>(&frame.payload) {
                Ok(read) => desk.fold(&read),
                Err(error) => found.push(format!("frame {}: {error}", frame.seq)),
            }
            store.apply(frame.seq..=frame.seq, batch(&mut desk, &mut found));
            folded += 1;
        }
        tracing::info!(entities = start.entities.len(), folded, last = start.last_seq, "state restored");
        let clock = clock.resumed(desk.state().house.last_step);
        let day = desk.book().date(clock.wall());
        let progress = Progress(Arc::new(std::sync::Mutex::new(store.working_progress())));
        let checkpointed = Instant::now();
        let folder = folder.to_owned();
        let mut core = Self { desk, store, folder, clock, checkpointed, day, progress, followers };
        let started = Input::Started { store: start.store_id.to_string(), epoch: start.epoch };
        let loaded = Input::RulesLoaded { hash: core.desk.book().rules.hash.clone() };
        let damage = found.iter().cloned().map(|what| Input::Damaged { what });
        let inputs: Vec<Input> = [started, loaded].into_iter().chain(damage).collect();
        let first = core.group(inputs).unwrap_or_else(|failed| failed.group);
        Ok((core, first, found))
    }

    /// Steps `inputs` as one group and commits it.
    ///
    /// # Errors
    /// [`Failed`] when the desk failed on an input: everything before it is committed, the state is not to be trusted.
    fn group(&mut self, inputs: Vec<Input>) -> Result<Group, Failed> {
        let mut group = Group::default();
        let (mut payloads, mut frames) = (Vec::new(), Vec::new());
        let mut inputs = inputs.into_iter();
        while let Some(input) = inputs.next() {
            let now = self.clock.now();
            let kept = input.clone();
            let stepped = std::panic::catch_unwind(AssertUnwindSafe(|| self.desk.step(now, input)));
            let Ok(step) = stepped else {
                self.commit(&payloads);
                self.tell(frames);
                return Err(Failed { group, what: kept.kind(), rest: inputs.collect() });
            };
            group.replies.push(step.reply);
            if step.entries.is_empty() {
                continue;
            }
            for entry in &step.entries {
                tracing::debug!(change = ?entry.change, reason = ?entry.reason, "recorded");
            }
            group.effects.extend(step.entries.iter().filter_map(|entry| self.effect(entry)));
            let rules = self.desk.book().rules.hash.clone();
            let frame = Frame { at: now, rules, input: kept, entries: step.entries };
            match record::payload(&frame) {
                Ok(payload) => {
                    payloads.push(payload);
                    frames.push(frame);
                }
                Err(error) => tracing::error!(%error, "a frame cannot be written as JSON"),
            }
        }
        self.commit(&payloads);
        self.tell(frames);
        Ok(group)
    }

    /// Tells the followers of what is on record now.
    fn tell(&self, frames: Vec<Frame>) {
        let Some(followers) = &self.followers else { return };
        for frame in frames {
            // Nobody listening at the moment is no error.
            let _ = followers.send(Arc::new(frame));
        }
    }

    /// When the working state's thread last moved on.
    pub(super) fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// The work an entry asks for.
    fn effect(&self, entry: &Entry) -> Option<Effect> {
        let Change::Owed(owed::Change::Started { owed, attempt, .. }) = &entry.change else { return None };
        let row = self.desk.state().owed.get(owed)?.clone();
        Some(Effect { row, attempt: *attempt })
    }

    /// Puts a group on record. While the journal cannot be written, nothing goes on: what was decided waits here.
    fn commit(&mut self, payloads: &[Vec<u8>]) {
        let mut found = Vec::new();
        if payloads.is_empty() {
            return;
        }
        let seqs = loop {
            match self.store.commit(payloads) {
                Ok(seqs) => break seqs,
                Err(error) => {
                    tracing::error!(%error, "the journal cannot be written; nothing is acknowledged or sent until it can");
                    std::thread::sleep(RETRY);
                    if let Err(error) = self.store.reopen() {
                        tracing::error!(%error, "no new journal file");
                    }
                }
            }
        };
        self.store.apply(seqs, batch(&mut self.desk, &mut found));
        for error in found {
            tracing::error!(error, "a thing cannot be stored; the journal has it");
        }
        self.house_keeping();
    }

    /// What the store wants from time to time: its working state anew, a new journal file, a checkpoint.
    fn house_keeping(&mut self) {
        if self.store.needs_refill() {
            match record::entities(self.desk.state()) {
                Ok(entities) => self.store.refill(self.store.last_seq(), entities),
                Err(error) => tracing::error!(%error, "the working state cannot be written anew"),
            }
        }
        let today = self.desk.book().date(self.clock.wall());
        if self.store.roll_due() || today != self.day {
            self.day = today;
            match record::payload(self.desk.state()) {
                Ok(snapshot) => {
                    if let Err(error) = self.store.roll(&snapshot) {
                        tracing::error!(%error, "no new journal file was begun");
                    }
                }
                Err(error) => tracing::error!(%error, "the state cannot be written as a snapshot"),
            }
        }
        if self.checkpointed.elapsed() >= CHECKPOINT {
            self.checkpointed = Instant::now();
            if let Err(error) = self.store.checkpoint() {
                tracing::error!(%error, "no checkpoint was made");
            }
        }
    }

    /// Rebuilds the desk from the record after it failed on an input, sets that input aside and steps the rest.
    fn reopen(self, failed: Failed) -> Result<(Self, Group), Error> {
        let Failed { mut group, what, rest } = failed;
        tracing::error!(input = what, "the desk failed on an input; it is set aside and the state rebuilt");
        let (folder, clock, rules) = (self.folder, self.clock, self.desk.book().rules.clone());
        let (progress, followers) = (self.progress, self.followers);
        if let Err(error) = self.store.close() {
            tracing::error!(%error, "closing the store");
        }
        let (mut core, first, _) = Self::open(&folder, rules, &clock, followers)?;
        group.effects.extend(first.effects);
        core.progress = progress;
        group.replies.push(Reply::Refused(format!(
            "The desk failed on this {what}; it was set aside, an administrator is told."
        )));
        let inputs: Vec<Input> = [Input::Failed { what: what.to_owned() }].into_iter().chain(rest).collect();
        match core.group(inputs) {
            Ok(more) => {
                group.replies.extend(more.replies.into_iter().skip(1));
                group.effects.extend(more.effects);
                Ok((core, group))
            }
            // Fails again at once: the next one in turn is set aside as well.
            Err(mut again) => {
                again.group.replies.drain(..1.min(again.group.replies.len()));
                group.replies.append(&mut again.group.replies);
                group.effects.append(&mut again.group.effects);
                core.reopen(Failed { group, ..again })
            }
        }
    }

    /// Runs until every sender of inputs is gone or `stop` is told; returns the store's last word.
    pub(super) fn run(mut self, mut ends: Ends, runtime: &Handle, found: Group) -> Result<(), Error> {
        release(&ends, found, Vec::new());
        let mut open = true;
        while open {
            ends.pulse.fetch_add(1, Ordering::Relaxed);
            self.progress.set(self.store.working_progress());
            let wait = self.desk.next_wakeup(self.clock.now()).unwrap_or(Duration::MAX);
            let mut waiting = Vec::new();
            runtime.block_on(async {
                tokio::select! {
                    biased;
                    Some((rules, done)) = ends.rules.recv() => {
                        if let Err(error) = keep_rules(&self.folder, &rules) {
                            tracing::error!(%error, "the rule set is not stored");
                        }
                        self.desk.set_rules(rules);
                        let _ = done.send(());
                    }
                    Some(query) = ends.queries.recv() => query(&self.desk, self.clock.now()),
                    input = ends.inputs.recv() => match input {
                        Some(input) => waiting.push(input),
                        None => open = false,
                    },
                    () = self.clock.sleep(wait) => {}
                    () = tokio::time::sleep(HEARTBEAT) => {}
                }
            });
            if !open {
                // Nothing new is begun: its outcome could not be put on record any more.
                break;
            }
            while waiting.len() < GROUP && !waiting.is_empty() {
                match ends.inputs.try_recv() {
                    Ok(input) => waiting.push(input),
                    Err(_) => break,
                }
            }
            let (mut inputs, mut done) = (Vec::with_capacity(waiting.len() + 1), Vec::with_capacity(waiting.len()));
            for Waiting { input, done: answer } in waiting {
                inputs.push(input);
                done.push(answer);
            }
            inputs.push(Input::Tick);
            let group = match self.group(inputs) {
                Ok(group) => group,
                Err(failed) => {
                    let (core, group) = self.reopen(failed)?;
                    self = core;
                    group
                }
            };
            release(&ends, group, done);
        }
        self.store.close()?;
        Ok(())
    }
}

/// When the thread of the working state last moved on, readable from outside the core.
#[derive(Clone)]
pub(super) struct Progress(Arc<std::sync::Mutex<Instant>>);

impl Progress {
    /// How long ago that was.
    pub(super) fn age(&self) -> Duration {
        self.0.lock().map_or_else(|poisoned| poisoned.into_inner().elapsed(), |at| at.elapsed())
    }

    fn set(&self, at: Instant) {
        match self.0.lock() {
            Ok(mut last) => *last = at,
            Err(poisoned) => *poisoned.into_inner() = at,
        }
    }
}

/// What a group led to.
#[derive(Debug, Default)]
pub(super) struct Group {
    replies: Vec<Reply>,
    effects: Vec<Effect>,
}

/// The desk failed on an input.
#[derive(Debug)]
struct Failed {
    group: Group,
    what: &'static str,
    rest: Vec<Input>,
}

/// The group is on record: answers and effects leave.
fn release(ends: &Ends, group: Group, done: Vec<oneshot::Sender<Reply>>) {
    for effect in group.effects {
        // The worker ends only with the daemon; what it does not get stays started and is cut off at the next start.
        let _ = ends.effects.send(effect);
    }
    for (answer, reply) in done.into_iter().zip(group.replies) {
        let _ = answer.send(reply);
    }
}

fn batch(desk: &mut Desk, found: &mut Vec<String>) -> store::Batch {
    let things = desk.take_dirty();
    let mut batch = Vec::with_capacity(things.len());
    for thing in things {
        match record::entity(desk.state(), &thing) {
            Ok(entity) => batch.push(entity),
            Err(error) => found.push(error.to_string()),
        }
    }
    batch
}

/// Keeps the rule set beside the record, named by its hash: frames name it.
fn keep_rules(folder: &Path, rules: &Rules) -> Result<(), Error> {
    let directory = folder.join("rules");
    let path = directory.join(format!("{}.json", rules.hash));
    let failed = |source| Error::Rules { path: path.clone(), source };
    if path.exists() {
        return Ok(());
    }
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&directory).map_err(failed)?;
    let text = serde_json::to_vec(rules).map_err(|error| failed(error.into()))?;
    let temporary = directory.join(".new");
    std::fs::write(&temporary, text).map_err(failed)?;
    std::fs::rename(&temporary, &path).map_err(failed)
}
