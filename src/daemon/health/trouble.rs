//! What may be wrong, and the word of it in the log: for whoever reads no page and awaits no heartbeat.

use super::Doctor;
use std::fmt;
use std::mem::{Discriminant, discriminant};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

/// How often it is looked.
const EVERY: Duration = Duration::from_secs(10);

/// Why messages may not leave as they should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Nothing can be put on record.
    Unwritable { since: Duration },
    /// Critical mails wait beyond their time.
    Overdue { mails: usize },
    /// Critical mails were given up, and so was the word of it.
    Untold { mails: usize },
    /// No channel for mail works.
    CutOff { mails: usize },
    /// The core or its working state does not move.
    Stuck,
    /// The core does not answer.
    Silent,
}

impl Trouble {
    /// Of no mail at all there is none.
    pub(super) fn is_there(&self) -> bool {
        match self {
            Trouble::Overdue { mails } | Trouble::Untold { mails } | Trouble::CutOff { mails } => *mails > 0,
            Trouble::Unwritable { .. } | Trouble::Stuck | Trouble::Silent => true,
        }
    }

    /// Told here. Of the rest those tell who see it first: the record's keeper and the watchdog.
    fn is_of_the_outbox(&self) -> bool {
        match self {
            Trouble::Overdue { .. } | Trouble::Untold { .. } | Trouble::CutOff { .. } => true,
            Trouble::Unwritable { .. } | Trouble::Stuck | Trouble::Silent => false,
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::Unwritable { since } => write!(f, "the journal cannot be written for {} s", since.as_secs()),
            Trouble::Overdue { mails } => write!(f, "{mails} critical mails were not accepted in their time"),
            Trouble::Untold { mails } => write!(
                f,
                "{mails} critical mails were given up and the desk could not be told: see `kiriwake outbox list`, then retry or \
                 drop them"
            ),
            Trouble::CutOff { mails } => {
                write!(f, "no channel for mail works, and {mails} mails wait beyond their time")
            }
            Trouble::Stuck => f.write_str("the core or its working state is stuck"),
            Trouble::Silent => f.write_str("the core does not answer"),
        }
    }
}

/// All of them in one line.
pub(super) fn in_one_line(troubles: &[Trouble]) -> String {
    troubles.iter().map(Trouble::to_string).collect::<Vec<_>>().join("; ")
}

/// Writes into the log when messages begin not to leave, and when they do again.
pub(super) async fn watch(doctor: Doctor, mut stop: watch::Receiver<bool>) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut known: Vec<Trouble> = Vec::new();
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        let look = doctor.look().await;
        // Who does not answer says nothing of the outbox, neither good nor bad.
        if look.health.is_none() {
            continue;
        }
        let now: Vec<Trouble> = look.troubles().into_iter().filter(Trouble::is_of_the_outbox).collect();
        for begun in others(&now, &known) {
            tracing::error!(trouble = %begun, "messages do not leave");
        }
        for over in others(&known, &now) {
            tracing::info!(trouble = %over, "this is over");
        }
        known = now;
    }
}

/// Those of `some` of a kind that is not in `rest`.
fn others<'a>(some: &'a [Trouble], rest: &[Trouble]) -> impl Iterator<Item = &'a Trouble> {
    let kinds: Vec<Discriminant<Trouble>> = rest.iter().map(discriminant).collect();
    some.iter().filter(move |one| !kinds.contains(&discriminant(*one)))
}
