//! The sources' tasks: started with what the desk remembers of them, watched, started again when they end.

use super::core::Query;
use super::work::full;
use crate::clock::Clock;
use crate::config::Settings;
use crate::config::kinds::Sources;
use crate::desk::Input;
use crate::desk::ids::SourceId;
use crate::desk::observation::{Failure, FailureKind};
use crate::inbox::Inbox;
use crate::source::{Standing, logfile, zabbix};
use std::future::Future;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;

/// How long sources may take to stop; then they are broken off. What they had read is not on record and read again.
const STOPPING: Duration = Duration::from_secs(5);
/// Pause before a source that ended, or could not begin, is started again.
const AGAIN: Duration = Duration::from_secs(15);

/// The running sources.
pub(super) struct Running {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

/// Starts every configured source.
pub(super) fn start(settings: &Settings, inbox: &Inbox, queries: &mpsc::Sender<Query>, clock: &Clock) -> Running {
    let (stop, stopped) = watch::channel(false);
    let mut tasks = JoinSet::new();
    for config in settings.kinds.sources.zabbix.clone() {
        let (inbox, folders, clock) = (inbox.clone(), settings.kinds.folders.clone(), clock.clone());
        let id = SourceId::from(config.name.as_str());
        let stopped = stopped.clone();
        tasks.spawn(keep_running(id.clone(), queries.clone(), stopped.clone(), clock.clone(), move |standing| {
            let (config, inbox, clock, stopped) = (config.clone(), inbox.clone(), clock.clone(), stopped.clone());
            let access = Sources::access(&config, &folders);
            let id = id.clone();
            async move {
                match access {
                    Ok(access) => zabbix::run(config, access, standing, inbox, clock, stopped).await,
                    Err(error) => {
                        let failure = Failure { kind: FailureKind::LoggedOut, detail: full(&error) };
                        let _ = inbox.put(Input::SourceFailed { source: id, failure }).await;
                    }
                }
            }
        }));
    }
    for config in settings.kinds.sources.logfile.clone() {
        let (inbox, patterns, clock) = (inbox.clone(), settings.kinds.sources.patterns.clone(), clock.clone());
        let id = config.name().clone();
        let stopped = stopped.clone();
        tasks.spawn(keep_running(id, queries.clone(), stopped.clone(), clock.clone(), move |standing| {
            let clock = clock.clone();
            logfile::run(config.clone(), patterns.clone(), standing, inbox.clone(), clock, stopped.clone())
        }));
    }
    Running { stop, tasks }
}

/// What keeps sources from being begun as configured: secrets that are not there or not safe.
pub(super) fn faults(settings: &Settings) -> Vec<String> {
    let zabbixes = settings.kinds.sources.zabbix.iter();
    let access = zabbixes.filter_map(|config| {
        let error = Sources::access(config, &settings.kinds.folders).err()?;
        Some(format!("source {}: {}", config.name, full(&error)))
    });
    access.collect()
}

impl Running {
    /// Tells every source to stop and waits until they have; one that hangs (a log on a dead network disk) is broken
    /// off.
    pub(super) async fn stop(mut self) {
        let _ = self.stop.send(true);
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(STOPPING, all).await.is_err() {
            tracing::warn!(sources = self.tasks.len(), "sources that did not stop were broken off");
            self.tasks.shutdown().await;
        }
    }
}

/// Runs a source until it is told to stop; when it ends by itself, or panics, it begins again from the record.
async fn keep_running<F, T>(
    id: SourceId,
    queries: mpsc::Sender<Query>,
    mut stopped: watch::Receiver<bool>,
    clock: Clock,
    begin: F,
) where
    F: Fn(Standing) -> T,
    T: Future<Output = ()> + Send + 'static,
{
    while !*stopped.borrow() {
        let Some(standing) = standing(&id, &queries).await else { return };
        // A set of one: it is broken off together with this task.
        let mut alone = JoinSet::new();
        alone.spawn(begin(standing));
        let ended = alone.join_next().await;
        if *stopped.borrow() {
            return;
        }
        match ended.unwrap_or(Ok(())) {
            Ok(()) => tracing::warn!(source = %id, "the source ended; it begins again"),
            Err(error) => tracing::error!(source = %id, %error, "the source failed; it begins again from the record"),
        }
        tokio::select! {
            () = clock.sleep(AGAIN) => {}
            _ = stopped.wait_for(|stopped| *stopped) => {}
        }
    }
}

/// What the desk remembers of a source.
async fn standing(id: &SourceId, queries: &mpsc::Sender<Query>) -> Option<Standing> {
    let (answer, answered) = oneshot::channel();
    let id = id.clone();
    let query: Query = Box::new(move |desk, _| {
        let known = desk.state().sources.get(&id);
        let standing = Standing {
            cursor: known.and_then(|source| source.cursor.clone()),
            open: desk.open_problems(&id),
            down_since: known.filter(|source| source.looked).map(|source| source.last_complete.wall),
        };
        let _ = answer.send(standing);
    });
    queries.send(query).await.ok()?;
    answered.await.ok()
}
