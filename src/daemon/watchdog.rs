//! What systemd is told: ready, reloading, stopping - and alive, only while the core really moves (P7).

use super::core::Progress;
use sd_notify::NotifyState;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The working state's thread may be busy this long (a checkpoint) before it counts as stuck.
const STUCK: Duration = Duration::from_secs(45);

/// The daemon answers.
pub(super) fn ready() {
    tell(&[NotifyState::Ready]);
}

/// The configuration is being read again.
pub(super) fn reloading() {
    tell(&[NotifyState::Status("reading the configuration again")]);
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

/// Feeds the watchdog while the core's rounds go on and the working state's thread answers.
pub(super) async fn feed(pulse: Arc<AtomicU64>, progress: Progress) {
    let Some(limit) = sd_notify::watchdog_enabled() else { return };
    let mut seen = None;
    loop {
        tokio::time::sleep(limit / 4).await;
        let rounds = pulse.load(Ordering::Relaxed);
        if seen != Some(rounds) && progress.age() < STUCK {
            tell(&[NotifyState::Watchdog]);
        } else {
            tracing::error!("the core does not move; the watchdog is not fed");
        }
        seen = Some(rounds);
    }
}
