//! The task that looks at one Zabbix until it is told to stop.
//!
//! It owns the clock readings, the pauses and the queue to the desk; the look itself is `poll.rs`. Not here: what is
//! seen, and when the source counts as blind (the desk decides that from what this task reports).

use super::api::Api;
use super::config::{Access, Config};
use super::poll::{Manner, Poll, Record, Stop};
use super::wire::Http;
use crate::clock::Clock;
use crate::desk::Input;
use crate::desk::ids::SourceId;
use crate::desk::observation::Report;
use crate::inbox::{Closed, Inbox};
use crate::source::{Standing, pause};
use std::time::Duration;
use tokio::sync::watch;

/// Looks at the Zabbix of `config` every `config.poll` and puts what it sees into `inbox`, from where `standing` ends.
///
/// Every complete look puts a complete report, an empty one too; every failed look puts an `Input::SourceFailed` and is
/// repeated after a pause that grows from one second to a minute. Returns when `stop` becomes true or its sender is
/// gone, at once even in the middle of a look, and when the desk takes nothing more. Pauses and readings are those of
/// `clock`; the time limits of calls are the world's.
pub async fn run(
    config: Config,
    access: Access,
    standing: Standing,
    inbox: Inbox,
    clock: Clock,
    mut stop: watch::Receiver<bool>,
) {
    let name = config.name.clone();
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => tracing::debug!(source = %name, "told to stop"),
        Closed = look_for_ever(config, access, standing, inbox, clock) => tracing::debug!(source = %name, "the desk is closed"),
    }
}

async fn look_for_ever(config: Config, access: Access, standing: Standing, inbox: Inbox, clock: Clock) -> Closed {
    let every = config.poll.0.max(Duration::from_millis(100));
    let source = SourceId::from(config.name.as_str());
    let manner = Manner {
        source: source.clone(),
        every,
        expected_hosts: config.expected_hosts,
        maintenance: config.maintenance,
    };
    let mut api = Api::new(Http::new(&config), access);
    let mut poll = Poll::new(manner, &standing, clock.now());
    let mut record = Desk(inbox);
    let mut failures: u32 = 0;
    loop {
        let now = clock.now();
        match poll.look(&mut api, &mut record, now).await {
            Ok(()) => {
                if failures > 0 {
                    tracing::info!(%source, failures, "looking again");
                }
                failures = 0;
                clock.sleep((now.elapsed + every).since(clock.now().elapsed)).await;
            }
            Err(Stop::Closed(closed)) => return closed,
            Err(Stop::Failed(failure)) => {
                failures = failures.saturating_add(1);
                let again = pause(source.as_str(), failures);
                tracing::warn!(%source, failures, kind = ?failure.kind, detail = %failure.detail, ?again, "could not look");
                if let Err(closed) = record.0.put(Input::SourceFailed { source: source.clone(), failure }).await {
                    return closed;
                }
                clock.sleep(again).await;
            }
        }
    }
}

struct Desk(Inbox);

impl Record for Desk {
    async fn put(&mut self, report: Report) -> Result<(), Closed> {
        self.0.put(Input::Report(report)).await.map(drop)
    }
}
