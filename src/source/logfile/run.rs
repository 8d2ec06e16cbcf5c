//! The task: looks in turn, hands over what was read, and goes on only once it is on record.
//!
//! Not here: reading (`reader`), and when a source counts as blind (the desk).

use super::config::Settings;
use super::pattern::Pattern;
use super::reader::{Batch, Reader};
use crate::clock::Clock;
use crate::desk::Input;
use crate::desk::ids::SourceId;
use crate::desk::now::Elapsed;
use crate::desk::observation::{Failure, FailureKind, Report};
use crate::inbox::{Closed, Inbox};
use crate::source::Standing;
use std::panic;
use std::time::Duration;
use tokio::sync::watch;

/// How often a source with nothing to tell says that it looked, or that it still can't. The files are looked at every
/// `poll`; a frame in the journal for each of these looks would bury everything else.
const SAY_EVERY: Duration = Duration::from_secs(15);
/// How often the position is recorded when nothing was observed. Reading lines again that meant nothing is harmless.
const RECORD_EVERY: Duration = Duration::from_secs(300);
/// How many failures one report names.
const NAMED: usize = 5;

/// Follows the files until `stop` turns true (or its sender is gone) or the desk takes nothing more.
///
/// What is observed is put together with the position after it, and nothing more is read until that is on record.
/// Pauses and readings are those of `clock`.
pub async fn run(
    settings: Settings,
    patterns: Vec<Pattern>,
    standing: Standing,
    inbox: Inbox,
    clock: Clock,
    mut stop: watch::Receiver<bool>,
) {
    let source = settings.name.clone();
    let mut reader = Reader::new(&settings, &patterns, &standing);
    let mut talk = Talk::new(source.clone());
    loop {
        let now = clock.now();
        let work = tokio::task::spawn_blocking(move || {
            let batch = reader.batch(now);
            (reader, batch)
        });
        let batch = match work.await {
            Ok((returned, batch)) => {
                reader = returned;
                batch
            }
            // A broken invariant of ours: the daemon sees the task end and tells.
            Err(error) if error.is_panic() => panic::resume_unwind(error.into_panic()),
            Err(_) => return,
        };
        let more = batch.more;
        for input in talk.inputs(batch, now.elapsed, || reader.cursor()) {
            let Ok(_) = put(&inbox, input).await else {
                tracing::info!(%source, "the daemon stops; what was read last is read again after the next start");
                return;
            };
        }
        if *stop.borrow() {
            return;
        }
        if !more {
            tokio::select! {
                () = clock.sleep((now.elapsed + settings.poll).since(clock.now().elapsed)) => {}
                // An error means that whoever could say stop is gone.
                stopped = stop.wait_for(|stop| *stop) => { let _ = stopped; return }
            }
        }
    }
}

async fn put(inbox: &Inbox, input: Input) -> Result<(), Closed> {
    inbox.put(input).await.map(|_| ())
}

/// What is said to the desk, and when it was last said.
struct Talk {
    source: SourceId,
    /// When a complete report or a failure was last put.
    said: Option<Elapsed>,
    recorded: Option<Elapsed>,
    failing: bool,
}

impl Talk {
    fn new(source: SourceId) -> Self {
        Self { source, said: None, recorded: None, failing: false }
    }

    /// What `batch` has to say. `cursor` is the position after it.
    fn inputs(
        &mut self,
        batch: Batch,
        now: Elapsed,
        cursor: impl FnOnce() -> Option<crate::desk::observation::Cursor>,
    ) -> Vec<Input> {
        let is_due = |last: Option<Elapsed>, every| last.is_none_or(|last| now.since(last) >= every);
        let failed = !batch.findings.failures.is_empty();
        let turned = failed != self.failing;
        let news = batch.findings.first_look || !batch.observations.is_empty() || !batch.findings.remarks.is_empty();
        let complete = !failed && !batch.more;
        let due = is_due(self.said, SAY_EVERY) || turned;

        let mut inputs = Vec::new();
        if news || (complete && due) {
            let record = news || is_due(self.recorded, RECORD_EVERY);
            self.recorded = if record { Some(now) } else { self.recorded };
            inputs.push(Input::Report(Report {
                source: self.source.clone(),
                cursor: if record { cursor() } else { None },
                first_look: batch.findings.first_look,
                complete,
                observations: batch.observations,
                remarks: batch.findings.remarks,
                maintenance: None,
            }));
        }
        if failed && due {
            let detail = detail(&batch.findings.failures);
            tracing::warn!(source = %self.source, %detail, "log files can't be read");
            let failure = Failure { kind: FailureKind::Unreadable, detail };
            inputs.push(Input::SourceFailed { source: self.source.clone(), failure });
        }
        if failed && due || complete && (news || due) {
            self.said = Some(now);
        }
        self.failing = failed;
        inputs
    }
}

fn detail(failures: &[String]) -> String {
    let mut detail = failures.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join("; ");
    if failures.len() > NAMED {
        detail.push_str(&format!("; and {} more", failures.len() - NAMED));
    }
    detail
}

#[cfg(test)]
mod tests;
