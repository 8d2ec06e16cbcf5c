//! The core: takes what is queued, steps each, commits all as one group, then releases what follows.
//!
//! It owns desk and store on one thread of its own. Nobody is answered and nothing leaves before the group is synced -
//! unless the record cannot be written at all: then it goes on in a declared mode of its own (P20, `keep`).
//! An input the desk fails on is set aside and the state is read again from the record (DECISIONS 6). Not here: what a
//! step means (`desk`), how an effect is carried out (`work`).

mod backlog;
mod bare;
mod behind;
mod keep;
mod loud;
mod rebuild;
mod removal;
mod reserve;
mod retire;
mod start;
#[cfg(test)]
mod tests;

pub use bare::{Bare, Taken};
pub use rebuild::{Rebuilt, rebuild, rebuild_locked};
pub(super) use reserve::Reserve;

use super::watchdog::Pulse;
use super::work::Effect;
use crate::clock::Clock;
use crate::control::evidence as view;
use crate::control::server::Ask;
use crate::desk::evidence::Wanted;
use crate::desk::now::Now;
use crate::desk::owed::{self, Work};
use crate::desk::rules::Rules;
use crate::desk::state::Queue;
use crate::desk::storage::Storage;
use crate::desk::{Change, Desk, Entry, Frame, Input, Reply};
use crate::inbox::{Answer, Waiting};
use crate::record;
use crate::store::{self, Bodies, Search, Store};
use backlog::{Backlog, Written};
use behind::Behind;
use jiff::SignedDuration;
use jiff::civil::Date;
use keep::Outage;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

/// Inputs of one group.
const GROUP: usize = 500;
/// The core looks up at least this often, so that the watchdog sees it alive.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// From this on a difference between the two clocks is a step of the wall clock (or a suspended machine), not drift.
const CLOCK_STEP: SignedDuration = SignedDuration::from_secs(60);

/// Something that wants to read the desk between two groups.
pub(super) type Query = Box<dyn FnOnce(&Desk, Now) + Send>;

/// What reaches the core.
pub(super) struct Ends {
    pub(super) inputs: mpsc::Receiver<Waiting>,
    pub(super) queries: mpsc::Receiver<Query>,
    pub(super) rules: mpsc::Receiver<(Arc<Rules>, oneshot::Sender<()>)>,
    /// Those who ask something of the store.
    pub(super) asks: mpsc::Receiver<Ask>,
    pub(super) effects: mpsc::UnboundedSender<Effect>,
    /// Told when it is to end: as soon as nothing is under way, at that moment at the latest.
    pub(super) stop: watch::Receiver<Option<Instant>>,
}

/// Desk and store, opened.
pub(super) struct Core {
    pub(super) desk: Desk,
    store: Store,
    folder: PathBuf,
    clock: Clock,
    looked: Now,
    /// When the last checkpoint was made; `None` = the next one is due.
    checkpointed: Option<Instant>,
    /// When the state was last found too large for a snapshot.
    too_large: Option<Instant>,
    /// Files the archive anew.
    filing: Option<JoinHandle<()>>,
    day: Date,
    /// What the working state has not heard of yet.
    behind: Behind,
    pulse: Pulse,
    followers: Followers,
    /// Steps that are not on record, because it cannot be written.
    backlog: Backlog,
    /// Why there may be any.
    outage: Option<Outage>,
    /// The file system of the record, where it is looked after.
    pub(super) reserve: Option<Reserve>,
    remover: removal::Remover,
    salts: record::Salts,
    /// What the desk is to hear of the disk.
    news: Vec<Storage>,
    /// Tests make the desk fail on inputs of these kinds.
    #[cfg(test)]
    trip: Vec<&'static str>,
}

/// Who hears of every frame that is on record.
pub(super) type Followers = Option<broadcast::Sender<Arc<Frame>>>;

/// Why the core could not be opened, or cannot go on.
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
    /// It fails whatever it is given: nothing more can be done here.
    #[error("the desk fails on every input ({what}); the record is whole, keep the state directory and report this")]
    Desk {
        /// On what it failed last.
        what: &'static str,
    },
}

/// What a group led to.
#[derive(Debug, Default)]
pub(super) struct Group {
    replies: Vec<Reply>,
    effects: Vec<Effect>,
}

/// The desk failed on an input: what came before it is on record, the state is not to be trusted.
#[derive(Debug)]
struct Failed {
    group: Group,
    input: Box<Input>,
    rest: Vec<Input>,
}

/// One step, ready to be committed.
struct Stepped {
    reply: Reply,
    frame: Option<(Frame, Vec<u8>)>,
}

impl Core {
    /// Steps `inputs` as one group and commits it.
    ///
    /// # Errors
    /// [`Failed`] when the desk failed on an input: everything before it is committed, the state is not to be trusted.
    fn group(&mut self, inputs: Vec<Input>) -> Result<Group, Failed> {
        let mut group = Group::default();
        let mut steps = Vec::new();
        let mut inputs = inputs.into_iter();
        while let Some(input) = inputs.next() {
            let Some(Stepped { reply, frame }) = self.step(&input) else {
                // The half-made step may have touched what earlier ones changed, so none of it reaches the working
                // state: that is made again from the frames.
                self.record(steps);
                return Err(Failed { group, input: Box::new(input), rest: inputs.collect() });
            };
            group.replies.push(reply);
            let Some((frame, payload)) = frame else { continue };
            group.effects.extend(frame.entries.iter().filter_map(|entry| self.effect(entry)));
            let frame = self.followers.is_some().then(|| Arc::new(frame));
            steps.push(Written { payload, frame });
        }
        self.commit(steps);
        Ok(group)
    }

    /// One step; `None` when the desk failed on it, or what it led to cannot be put on record.
    fn step(&mut self, input: &Input) -> Option<Stepped> {
        let now = self.clock.now();
        let stepped = std::panic::catch_unwind(AssertUnwindSafe(|| {
            let step = self.desk.step(now, input.clone());
            #[cfg(test)]
            assert!(!self.trip.contains(&input.kind()), "tripped by a test");
            step
        }));
        let step = stepped.ok()?;
        if step.entries.is_empty() {
            return Some(Stepped { reply: step.reply, frame: None });
        }
        for entry in &step.entries {
            tracing::debug!(change = ?entry.change, reason = ?entry.reason, "recorded");
            loud::tell(self.desk.state(), &entry.change);
        }
        let rules = self.desk.book().rules.hash.clone();
        let frame = Frame { at: now, rules, input: input.clone(), entries: step.entries };
        match record::salted(&frame, &self.salts.next()) {
            Ok(payload) if payload.len() <= store::MAX_PAYLOAD => {
                Some(Stepped { reply: step.reply, frame: Some((frame, payload)) })
            }
            Ok(payload) => {
                tracing::error!(bytes = payload.len(), limit = store::MAX_PAYLOAD, "a frame is too large to be kept");
                None
            }
            Err(error) => {
                tracing::error!(%error, "a frame cannot be written as JSON");
                None
            }
        }
    }

    /// Tells the followers of what is on record now.
    fn tell(&self, steps: &[Written]) {
        let Some(followers) = &self.followers else { return };
        for frame in steps.iter().filter_map(|step| step.frame.clone()) {
            // Nobody listening at the moment is no error.
            let _ = followers.send(frame);
        }
    }

    /// The work an entry asks for.
    fn effect(&self, entry: &Entry) -> Option<Effect> {
        let Change::Owed(owed::Change::Started { owed, attempt, .. }) = &entry.change else { return None };
        let row = self.desk.state().owed.get(owed)?.clone();
        let record = match &row.work {
            Work::Evidence(ask) if ask.wanted == Wanted::Record => {
                view::record(&self.desk, row.incident?, self.clock.wall())
            }
            _ => None,
        };
        Some(Effect { row, attempt: *attempt, record })
    }

    /// Where bodies are kept.
    pub(super) fn bodies(&self) -> Bodies {
        self.store.bodies().clone()
    }

    /// When its thread and that of the working state last moved on.
    pub(super) fn pulse(&self) -> Pulse {
        self.pulse.clone()
    }

    /// Runs until every sender of inputs is gone, or until it was told to stop and nothing is under way any more.
    ///
    /// # Errors
    /// When the record could not be closed well (the frames are safe), or the desk cannot go on.
    pub(super) fn run(mut self, mut ends: Ends, runtime: &Handle, found: Group) -> Result<(), Error> {
        release(&ends, found, Vec::new(), self.backlog.is_empty());
        loop {
            self.pulse.beat(self.store.working_progress());
            if self.may_end(&ends) {
                break;
            }
            self.recover();
            self.refill();
            self.hand_over_in_time();
            // Pushed back: whoever brings something waits, and so does what is due.
            let full = self.backlog.is_full();
            let removed = if full { Vec::new() } else { self.remove() };
            if !full && let Some(reserve) = &mut self.reserve {
                self.news.extend(reserve.look());
            }
            let wait = match self.desk.next_wakeup(self.clock.now()) {
                _ if full => Duration::MAX,
                _ if !self.news.is_empty() || !removed.is_empty() => Duration::ZERO,
                _ if self.remover.is_busy() => removal::BUSY,
                due => due.unwrap_or(Duration::MAX),
            };
            let look_up = self.hand_over_due().unwrap_or(HEARTBEAT);
            let mut waiting = Vec::new();
            let mut open = true;
            runtime.block_on(async {
                tokio::select! {
                    biased;
                    Some((rules, done)) = ends.rules.recv() => {
                        if let Err(error) = start::keep_rules(&self.folder, &rules) {
                            tracing::error!(%error, "the rule set is not stored");
                        }
                        self.desk.set_rules(rules);
                        let _ = done.send(());
                    }
                    Some(query) = ends.queries.recv() => self.answer(query),
                    Some(ask) = ends.asks.recv() => self.ask(ask),
                    Ok(()) = ends.stop.changed() => {}
                    input = ends.inputs.recv(), if !full => match input {
                        Some(input) => waiting.push(input),
                        None => open = false,
                    },
                    () = self.clock.sleep(wait) => {}
                    () = tokio::time::sleep(look_up) => {}
                }
            });
            if !open {
                // Nothing new is begun: its outcome could not be put on record any more.
                break;
            }
            if full {
                continue;
            }
            // Whatever woke it: who reads much must not keep inputs waiting.
            while waiting.len() < GROUP
                && let Ok(input) = ends.inputs.try_recv()
            {
                waiting.push(input);
            }
            let (mut inputs, done): (Vec<Input>, Vec<_>) =
                waiting.into_iter().map(|Waiting { input, done }| (input, done)).unzip();
            inputs.extend(self.clock_stepped());
            inputs.extend(self.news.drain(..).map(Input::Storage));
            inputs.extend(removed);
            inputs.push(Input::Tick);
            let group = match self.group(inputs) {
                Ok(group) => group,
                Err(failed) => {
                    let (core, group) = self.reopen(failed)?;
                    self = core;
                    group
                }
            };
            release(&ends, group, done, self.backlog.is_empty());
        }
        self.close()?;
        Ok(())
    }

    /// Whether it was told to stop and may do so: every attempt came back and everything that was brought is stepped,
    /// or the time for that is over.
    fn may_end(&self, ends: &Ends) -> bool {
        let Some(by) = *ends.stop.borrow() else { return false };
        (!self.desk.state().queues.values().any(Queue::is_busy) && ends.inputs.is_empty()) || Instant::now() >= by
    }

    /// Lets somebody read. A reader that fails is answered by silence and harms nobody: it cannot change anything.
    fn answer(&self, query: Query) {
        let now = self.clock.now();
        if std::panic::catch_unwind(AssertUnwindSafe(|| query(&self.desk, now))).is_err() {
            tracing::error!("a query failed; nothing was changed");
        }
    }

    /// Answers what only the store knows. Whoever asked may have stopped waiting.
    fn ask(&mut self, ask: Ask) {
        match ask {
            Ask::Point(answer) => drop(answer.send(self.store.point())),
            Ask::Archived(search, answer) => self.find(search, Box::new(|found| drop(answer.send(found)))),
        }
    }

    /// Looks for what is archived, what has changed just now and is on record included. Never waits.
    fn find(&mut self, search: Search, answer: store::Answer) {
        self.hand_over();
        self.store.find(search, answer);
    }

    /// What follows when the wall clock was set, or the machine slept (P12): intervals do not notice, the daily hours
    /// are set anew as at a start.
    fn clock_stepped(&mut self) -> Option<Input> {
        let now = self.clock.now();
        let before = std::mem::replace(&mut self.looked, now);
        let passed = SignedDuration::try_from(now.elapsed.since(before.elapsed)).unwrap_or(SignedDuration::MAX);
        let step = now.wall.duration_since(before.wall).saturating_sub(passed);
        (step.abs() >= CLOCK_STEP).then(|| {
            tracing::warn!(seconds = step.as_secs(), now = %now.wall, "the wall clock was set, or the machine slept");
            Input::RulesLoaded { hash: self.desk.book().rules.hash.clone() }
        })
    }
}

/// The group is on record, or waits for that: answers and effects leave.
fn release(ends: &Ends, group: Group, done: Vec<oneshot::Sender<Answer>>, on_record: bool) {
    for effect in group.effects {
        // The worker ends only with the daemon; what it does not get stays started and is cut off at the next start.
        let _ = ends.effects.send(effect);
    }
    for (answer, reply) in done.into_iter().zip(group.replies) {
        let _ = answer.send(Answer { reply, on_record });
    }
}
