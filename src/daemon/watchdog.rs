//! What systemd is told: ready, reloading, stopping - and alive, only while the core really moves (P7).

use sd_notify::NotifyState;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The working state's thread may be busy this long (a checkpoint) before it counts as stuck.
const STUCK: Duration = Duration::from_secs(45);
/// The core moves at least once a second; twice that is no sign of anything.
const SURELY_MOVES: Duration = Duration::from_secs(2);

/// When the core's thread and that of the working state last moved on, and how the journal is; clones show the same.
#[derive(Debug, Clone)]
pub(super) struct Pulse(Arc<Mutex<Beats>>);

#[derive(Debug, Clone, Copy)]
struct Beats {
    core: Instant,
    working: Instant,
    committed: Option<Instant>,
    refused: Option<Instant>,
    steps: u64,
    waiting: usize,
}

/// How core and journal are at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Vitals {
    /// Since the core last moved.
    pub(super) core: Duration,
    /// Whether core and working state are not stuck.
    pub(super) alive: bool,
    /// Since the last commit to the journal; `None` before the first since the start.
    pub(super) committed: Option<Duration>,
    /// Since when the journal refuses to be written.
    pub(super) refused: Option<Duration>,
    /// Steps put on record since the start.
    pub(super) steps: u64,
    /// Steps in force that wait for the record.
    pub(super) waiting: usize,
}

impl Pulse {
    /// A core that begins now.
    pub(super) fn new(working: Instant) -> Self {
        let core = Instant::now();
        Self(Arc::new(Mutex::new(Beats { core, working, committed: None, refused: None, steps: 0, waiting: 0 })))
    }

    fn beats(&self) -> MutexGuard<'_, Beats> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The core moves; `working` is when the working state's thread last did.
    pub(super) fn beat(&self, working: Instant) {
        let mut beats = self.beats();
        (beats.core, beats.working) = (Instant::now(), working);
    }

    /// So many steps are on record now.
    pub(super) fn committed(&self, steps: usize) {
        let mut beats = self.beats();
        (beats.committed, beats.refused) = (Some(Instant::now()), None);
        beats.steps = beats.steps.saturating_add(u64::try_from(steps).unwrap_or(u64::MAX));
    }

    /// The journal could not be written.
    pub(super) fn refused(&self) {
        self.beats().refused.get_or_insert_with(Instant::now);
    }

    /// So many steps wait for the record.
    pub(super) fn waits(&self, steps: usize) {
        self.beats().waiting = steps;
    }

    /// How things are now.
    pub(super) fn vitals(&self) -> Vitals {
        let Beats { core, committed, refused, steps, waiting, .. } = *self.beats();
        let [committed, refused] = [committed, refused].map(|at| at.map(|at| at.elapsed()));
        Vitals { core: core.elapsed(), alive: self.is_alive(STUCK), committed, refused, steps, waiting }
    }

    /// Whether the core moved within `limit` and the working state's thread is not stuck.
    fn is_alive(&self, limit: Duration) -> bool {
        let Beats { core, working, .. } = *self.beats();
        core.elapsed() < limit && working.elapsed() < STUCK
    }
}

/// The daemon answers.
pub(super) fn ready() {
    tell(&[NotifyState::Ready]);
}

/// The configuration is being read again.
pub(super) fn reloading() {
    tell(&[NotifyState::Status("reading the configuration again")]);
}

/// How reading it again ended.
pub(super) fn reloaded(status: &str) {
    tell(&[NotifyState::Status(status)]);
}

/// The daemon ends.
pub(super) fn stopping() {
    tell(&[NotifyState::Stopping]);
}

fn tell(states: &[NotifyState]) {
    // Without systemd there is nobody to tell, and that is no error.
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "systemd was not told");
    }
}

/// Feeds the watchdog while the core's rounds go on and the working state's thread answers. A core that is legitimately
/// busy (a checkpoint, up to 20 s) misses one feeding of four and is fed again after it.
pub(super) async fn feed(pulse: Pulse) {
    let Some(limit) = sd_notify::watchdog_enabled() else { return };
    let every = limit / 4;
    loop {
        tokio::time::sleep(every).await;
        if pulse.is_alive(every.max(SURELY_MOVES)) {
            tell(&[NotifyState::Watchdog]);
        } else {
            tracing::error!("the core does not move; the watchdog is not fed");
        }
    }
}
