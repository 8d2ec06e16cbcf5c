//! Fetches evidence and keeps it: one attempt, bounded in time, the bodies on disk before anything is said of them.
//!
//! Not here: when something is fetched and what its absence means (`desk/isolate/gather.rs`), what a source can tell.

use crate::clock::Clock;
use crate::config::Settings;
use crate::config::kinds::Sources;
use crate::desk::evidence::{Ask, Gathered, Kind, Lack, Part, Wanted};
use crate::desk::ids::SourceId;
use crate::render::quote::Body;
use crate::source::{Find, logfile, zabbix};
use crate::store::{self, Bodies};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// No fetch takes longer: whoever waits for it has other things to do.
const LONGEST: Duration = Duration::from_secs(60);

/// Who can tell something, and where it is kept.
pub(super) struct Gatherer {
    values: BTreeMap<SourceId, Arc<Mutex<zabbix::Values>>>,
    logs: BTreeMap<SourceId, logfile::Settings>,
    bodies: Bodies,
    clock: Clock,
}

impl Gatherer {
    /// The sources as configured. A Zabbix whose secret cannot be read is told when it is asked.
    pub(super) fn of(settings: &Settings, bodies: Bodies, clock: Clock) -> Self {
        let sources = &settings.kinds.sources;
        let zone = jiff::tz::TimeZone::get(&settings.rules.site.timezone).unwrap_or(jiff::tz::TimeZone::UTC);
        let values = sources.zabbix.iter().filter_map(|config| {
            let access = Sources::access(config, &settings.kinds.folders).ok()?;
            let values = zabbix::Values::new(config, access, zone.clone());
            Some((SourceId::from(config.name.as_str()), Arc::new(Mutex::new(values))))
        });
        let logs = sources.logfile.iter().map(|log| (log.name().clone(), log.clone()));
        Self { values: values.collect(), logs: logs.collect(), bodies, clock }
    }

    /// One attempt. `record` is what the desk has on record, where that is asked for.
    pub(super) async fn gather(&self, ask: &Ask, record: Option<String>) -> Gathered {
        match tokio::time::timeout(LONGEST, self.find(ask, record)).await {
            Ok(Ok(find)) => self.keep(find).await,
            Ok(Err(why)) => Gathered::Later { why },
            Err(_) => Gathered::Later { why: format!("no answer within {} s", LONGEST.as_secs()) },
        }
    }

    /// What `ask` asks for.
    ///
    /// # Errors
    /// Why it is not to be had now.
    async fn find(&self, ask: &Ask, record: Option<String>) -> Result<Find, String> {
        let gone = || Find { gaps: vec![ask.nothing(Lack::NotThere)], ..Find::default() };
        match (&ask.wanted, &ask.source) {
            (Wanted::Values { objects }, Some(source)) => match self.values.get(source) {
                Some(values) => values.lock().await.read(ask, objects).await,
                None => Err(format!("source {source} cannot be asked as configured")),
            },
            (Wanted::Lines { hosts }, Some(source)) => {
                let Some(settings) = self.logs.get(source).cloned() else { return Ok(gone()) };
                let (ask, hosts, now) = (ask.clone(), hosts.clone(), self.clock.wall());
                let read = tokio::task::spawn_blocking(move || logfile::extract(&settings, &ask, &hosts, now));
                read.await.map_err(|error| format!("reading the files failed: {error}"))
            }
            (Wanted::Record, _) => Ok(record.map_or_else(gone, |record| recorded(ask, record))),
            (Wanted::Values { .. } | Wanted::Lines { .. }, None) => Ok(gone()),
        }
    }

    /// Puts every file on the disk; one that the disk does not take is told as not had.
    async fn keep(&self, find: Find) -> Gathered {
        let bodies = self.bodies.clone();
        let kept = tokio::task::spawn_blocking(move || {
            let Find { files, mut gaps } = find;
            let mut parts: Vec<Part> = Vec::with_capacity(files.len());
            for (part, content) in files {
                match bodies.put(&content) {
                    Ok(digest) => {
                        let bytes = u64::try_from(content.len()).unwrap_or(u64::MAX);
                        parts.push(Part { bytes, sha256: digest.to_string(), ..part });
                    }
                    Err(error) => return Err(format!("it cannot be kept: {}", super::work::full(&error))),
                }
            }
            gaps.sort();
            gaps.dedup();
            Ok(Gathered::Came { parts, gaps })
        });
        match kept.await {
            Ok(Ok(gathered)) => gathered,
            Ok(Err(why)) => Gathered::Later { why },
            Err(error) => Gathered::Later { why: format!("keeping it failed: {error}") },
        }
    }

    /// The lines of a body that is kept, fit to be shown, or that it was removed; `None` where it is not there.
    pub(super) async fn quotable(&self, sha256: &str, encoding: &str) -> Option<Body> {
        let (bodies, digest, encoding) = (self.bodies.clone(), sha256.parse().ok()?, encoding.to_owned());
        let look = move || match bodies.get(&digest)? {
            Some(content) => Ok(Some(Body::Lines(logfile::shown(&content, &encoding)))),
            None => Ok(bodies.gone(&digest)?.map(|gone| Body::Gone(gone.at))),
        };
        let read = tokio::task::spawn_blocking(move || match look() {
            Ok(found) => found,
            Err(error) => {
                let error: store::Error = error;
                tracing::error!(%error, "a body cannot be read");
                None
            }
        });
        read.await.ok().flatten()
    }
}

fn recorded(ask: &Ask, record: String) -> Find {
    let lines = u64::try_from(record.lines().count()).unwrap_or(u64::MAX);
    let part = Part {
        kind: Kind::Record,
        source: String::new(),
        host: String::new(),
        origin: "the record".to_owned(),
        from: ask.from,
        until: ask.until,
        encoding: logfile::Encoding::Utf8.as_str().to_owned(),
        lines,
        of: lines,
        before: 0,
        bytes: 0,
        sha256: String::new(),
    };
    Find { files: vec![(part, record.into_bytes())], gaps: Vec::new() }
}
