//! The heartbeat: sent while all is well, withheld while something is not.

use super::Doctor;
use super::trouble::in_one_line;
use crate::channel::heartbeat::Heartbeat;
use crate::desk::outcome::Delivery;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

/// Sends one at once and then every so often, until it is told to stop.
pub(super) async fn beat(heartbeat: Heartbeat, every: Duration, doctor: Doctor, mut stop: watch::Receiver<bool>) {
    let mut ticks = interval(every);
    // After a sleep of the machine one is due, not all that were missed.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut count = 0_u64;
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        let troubles = doctor.look().await.troubles();
        if !troubles.is_empty() {
            tracing::warn!(troubles = in_one_line(&troubles), "the heartbeat is withheld");
            continue;
        }
        count = count.saturating_add(1);
        let id = format!("heartbeat-{}-{count}", std::process::id());
        let sent = tokio::select! {
            sent = heartbeat.send(&id) => sent,
            _ = stop.wait_for(|stop| *stop) => return,
        };
        match sent {
            Delivery::Accepted { .. } => tracing::debug!(count, "heartbeat"),
            failed => tracing::warn!(outcome = ?failed, "the heartbeat was not taken"),
        }
    }
}
