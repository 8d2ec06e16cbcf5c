//! How the desk itself is, for those outside: pages on loopback, and a heartbeat whose absence is an alarm.
//!
//! Off unless configured, but for the word in the log that messages do not leave. Everything shown is a state, a count or an age. It asks the core as any reader does; that the
//! core does not answer is an answer, too. Not here: what systemd is told (`watchdog`), and what becomes of a blind source,
//! which is an incident and told as one.

mod heartbeat;
mod pages;
mod serve;
mod trouble;

use super::core::Query;
use super::watchdog::{Pulse, Vitals};
use super::work::full;
use crate::config::Settings;
use crate::control::health::{Health, health};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;
use trouble::Trouble;

/// How long the core may take to answer before it counts as not answering.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long those who are just being answered may take when it stops.
const STOPPING: Duration = Duration::from_secs(1);

/// Looks at the core from outside.
#[derive(Debug, Clone)]
pub(super) struct Doctor {
    pub(super) queries: mpsc::Sender<Query>,
    pub(super) pulse: Pulse,
}

/// What a look found.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Look {
    vitals: Vitals,
    /// What the core said; `None` when it did not answer.
    health: Option<Health>,
}

impl Doctor {
    async fn look(&self) -> Look {
        let (answer, answered) = oneshot::channel();
        let query: Query = Box::new(move |desk, now| {
            let _gave_up_waiting = answer.send(health(desk, now));
        });
        let asked = async {
            self.queries.send(query).await.ok()?;
            answered.await.ok()
        };
        let health = tokio::time::timeout(PATIENCE, asked).await.ok().flatten();
        Look { vitals: self.pulse.vitals(), health }
    }
}

impl Look {
    /// Why messages may not leave as they should; empty when all is well.
    fn troubles(&self) -> Vec<Trouble> {
        let unwritable = self.vitals.refused.map(|since| Trouble::Unwritable { since });
        let core = match &self.health {
            Some(_) if self.vitals.alive => None,
            Some(_) => Some(Trouble::Stuck),
            None => Some(Trouble::Silent),
        };
        let outbox = self.health.iter().flat_map(|health| {
            let Health { overdue, untold, cut_off, .. } = *health;
            [Trouble::Overdue { mails: overdue }, Trouble::Untold { mails: untold }, Trouble::CutOff { mails: cut_off }]
        });
        unwritable.into_iter().chain(outbox.filter(Trouble::is_there)).chain(core).collect()
    }
}

/// What runs of it.
pub(super) struct Running {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

/// Starts what is configured. Nothing of it can keep the desk from working: what cannot be begun is in the log.
pub(super) fn start(settings: &Settings, doctor: &Doctor) -> Running {
    let (stop, stopped) = watch::channel(false);
    let mut tasks = JoinSet::new();
    tasks.spawn(trouble::watch(doctor.clone(), stopped.clone()));
    let configured = &settings.kinds.health;
    if let Some(address) = configured.listen {
        tasks.spawn(serve::serve(address, doctor.clone(), stopped.clone()));
    }
    if let Some(config) = &configured.heartbeat {
        match configured.open_heartbeat(&settings.kinds.folders) {
            Some(Ok(heartbeat)) => {
                tasks.spawn(heartbeat::beat(heartbeat, config.every.0, doctor.clone(), stopped));
            }
            Some(Err(error)) => tracing::error!(error = full(&error), "the heartbeat cannot be sent"),
            None => {}
        }
    }
    Running { stop, tasks }
}

/// What keeps it from being begun as configured.
pub(super) fn faults(settings: &Settings) -> Option<String> {
    let opened = settings.kinds.health.open_heartbeat(&settings.kinds.folders)?;
    Some(full(&opened.err()?))
}

impl Running {
    /// Stops it; its port is free when this returns.
    pub(super) async fn stop(mut self) {
        let _all_ended = self.stop.send(true);
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(STOPPING, all).await.is_err() {
            self.tasks.shutdown().await;
        }
    }
}

#[cfg(test)]
mod tests;
