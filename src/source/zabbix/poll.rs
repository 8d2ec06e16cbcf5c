//! One look at Zabbix: what happened since the last one, and whether what is open still is.
//!
//! The steps are those of the poll algorithm in `tests/zabbix/FACTS.md` §4: first look or tail, then the comparison of
//! `reconcile.rs`. What was seen is handed over in pages; the memory moves on with what is pending and a failure hands
//! over what was already certain before it is told, so that memory and record never part. Not here: the network, the
//! clock, when to look again.

use super::api::{Api, Error};
use super::ask::DETAILS;
use super::known::Surroundings;
use super::maintenance;
use super::memory::{Memory, Open, Place};
use super::parse::{EventRow, Mark, Nameless, Readable};
use super::wire::Wire;
use crate::desk::ids::SourceId;
use crate::desk::now::{Elapsed, Now};
use crate::desk::observation::{Cursor, Evidence, Failure, Key, Level, Maintenance, Observation, Report, Seen};
use crate::inbox::Closed;
use crate::source::Standing;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What happened less long ago than this is not called late, even after an outage.
const LATE_AFTER: Duration = Duration::from_secs(45);
/// How much earlier than the outage something may have happened and still be part of what it hid.
const LATE_SLACK: Duration = Duration::from_secs(600);

/// Takes what was seen and returns once it is on record.
pub(super) trait Record: Send {
    /// Hands over one report.
    fn put(&mut self, report: Report) -> impl Future<Output = Result<(), Closed>> + Send;
}

/// Why a look ended early.
#[derive(Debug, thiserror::Error)]
pub(super) enum Stop {
    /// Nothing may be concluded from it.
    #[error("{}", .0.detail)]
    Failed(Failure),
    /// The daemon is going down.
    #[error(transparent)]
    Closed(#[from] Closed),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Stop::Failed(error.into())
    }
}

/// How to look.
#[derive(Debug, Clone)]
pub(super) struct Manner {
    /// Who looks.
    pub(super) source: SourceId,
    /// How often.
    pub(super) every: Duration,
    /// What the administrator says about the number of hosts.
    pub(super) expected_hosts: Option<u64>,
    /// Whether maintenance is told, too.
    pub(super) maintenance: bool,
}

/// A time in which nothing was seen.
#[derive(Debug, Clone, Copy)]
struct Gap {
    /// When it began, if that is known.
    since: Option<Timestamp>,
}

/// Looks, and remembers.
#[derive(Debug)]
pub(super) struct Poll {
    pub(super) manner: Manner,
    pub(super) memory: Memory,
    /// An outage that ends with the next complete look.
    gap: Option<Gap>,
    last_complete: Option<Timestamp>,
    /// When the open problems were last compared; `None` after a failure.
    pub(super) reconciled: Option<Elapsed>,
    /// Since when every open problem is missing without a word.
    pub(super) vanished: Option<Elapsed>,
    /// Problems that could not be read and were told once.
    pub(super) strange: BTreeSet<u64>,
    known: Surroundings,
    first_look: bool,
    /// Seen, in the memory, but not yet on record.
    pub(super) pending: Vec<Observation>,
    pub(super) remarks: Vec<String>,
    /// Maintenance that is to be told.
    maintenance: Option<Vec<Maintenance>>,
    /// Maintenance as it was told last; `None` before the first time and after a failure.
    maintenance_told: Option<Vec<Maintenance>>,
    recorded: Option<Cursor>,
}

impl Poll {
    /// Goes on where the desk's record ends.
    pub(super) fn new(manner: Manner, standing: &Standing, now: Now) -> Self {
        let (memory, outcome) = Memory::restore(standing, now);
        let remarks = outcome.err().map(|why| {
            format!("the place in the stream of events could not be read ({why}): what is red now is adopted anew")
        });
        Self {
            manner,
            gap: memory.place.is_some().then_some(Gap { since: standing.down_since }),
            last_complete: None,
            reconciled: None,
            vanished: None,
            strange: BTreeSet::new(),
            known: Surroundings::new(now),
            first_look: memory.place.is_none(),
            pending: Vec::new(),
            remarks: remarks.into_iter().collect(),
            maintenance: None,
            maintenance_told: None,
            recorded: standing.cursor.clone(),
            memory,
        }
    }

    /// Looks once and has everything that was seen put on record.
    pub(super) async fn look<W: Wire>(
        &mut self,
        api: &mut Api<W>,
        record: &mut impl Record,
        now: Now,
    ) -> Result<(), Stop> {
        match self.read(api, record, now).await {
            Ok(()) => {
                self.flush(record, true).await?;
                (self.gap, self.first_look, self.last_complete) = (None, false, Some(now.wall));
                Ok(())
            }
            Err(Stop::Closed(closed)) => Err(closed.into()),
            Err(Stop::Failed(failure)) => {
                self.flush(record, false).await?;
                api.forget_version();
                self.reconciled = None;
                self.maintenance_told = None;
                self.memory.open.values_mut().for_each(|open| open.missed = false);
                if self.gap.is_none() && self.memory.place.is_some() {
                    self.gap = Some(Gap { since: self.last_complete });
                }
                Err(Stop::Failed(failure))
            }
        }
    }

    async fn read<W: Wire>(&mut self, api: &mut Api<W>, record: &mut impl Record, now: Now) -> Result<(), Stop> {
        if self.manner.maintenance {
            self.read_maintenance(api, record, now).await?;
        }
        if self.memory.place.is_none() {
            // The newest event first, what is open second: what happens in between is in both, and lost in neither.
            let newest = api.newest().await?.unwrap_or(Mark { eventid: 0, clock: 0 });
            let hosts = self.reconcile(api, record, now).await?;
            self.memory.place = Some(Place::at(newest.eventid, newest.clock, hosts, 0, now));
            return Ok(());
        }
        self.tail(api, record, now).await?;
        if self.reconcile_is_due(now) {
            let hosts = self.reconcile(api, record, now).await?;
            if let Some(place) = &mut self.memory.place {
                place.hosts = hosts;
            }
        }
        Ok(())
    }

    /// Maintenance comes before what it explains. A lost right must not look like the end of all maintenance.
    async fn read_maintenance<W: Wire>(
        &mut self,
        api: &mut Api<W>,
        record: &mut impl Record,
        now: Now,
    ) -> Result<(), Stop> {
        let known = maintenance::read(api, now).await?;
        if self.maintenance_told.as_ref() == Some(&known) {
            return Ok(());
        }
        let hosts = api.host_count().await?;
        self.guard_hosts(hosts)?;
        self.maintenance = Some(known.clone());
        self.flush(record, false).await?;
        self.maintenance_told = Some(known);
        Ok(())
    }

    /// Reads the events since the last look and, once more, those of the overlap.
    async fn tail<W: Wire>(&mut self, api: &mut Api<W>, record: &mut impl Record, now: Now) -> Result<(), Stop> {
        let Some(mut from) = self.memory.place.as_ref().map(Place::floor) else { return Ok(()) };
        let mut first = true;
        loop {
            let mut page = api.tail(from).await?;
            if std::mem::take(&mut first)
                && let Some(newest) = self.other_database(api, &page).await?
            {
                self.start_over(api, newest, now).await?;
                page.clear();
            }
            let new: Vec<u64> = (page.iter().map(|mark| mark.eventid))
                .filter(|id| self.memory.place.as_ref().is_some_and(|place| !place.knows(*id)))
                .collect();
            for chunk in new.chunks(DETAILS) {
                self.take(api, chunk, now).await?;
                self.flush_when_full(record).await?;
            }
            match page.last().and_then(|last| last.eventid.checked_add(1)) {
                Some(next) if page.len() >= super::ask::IDS && next <= from => {
                    return Err(Stop::Failed(super::ask::no_progress("event.get", next)));
                }
                Some(next) if page.len() >= super::ask::IDS => from = next,
                _ => break,
            }
        }
        if let Some(place) = &mut self.memory.place {
            place.advance(now);
        }
        Ok(())
    }

    /// Reads these events in full: problems open, and recoveries close the problems that name them.
    pub(super) async fn take<W: Wire>(&mut self, api: &mut Api<W>, ids: &[u64], now: Now) -> Result<(), Stop> {
        let rows = api.events(ids).await?;
        self.known.learn(api, &rows, now).await?;
        let mut seen: Vec<(u64, Observation)> = Vec::new();
        let mut recoveries: BTreeMap<u64, Timestamp> = BTreeMap::new();
        let mut objects = BTreeSet::new();
        let asked: BTreeSet<u64> = ids.iter().copied().collect();
        let mut nameless = Nameless::default();
        for row in rows {
            let row = match row.of(&asked) {
                Readable::Row(row) => row,
                Readable::Strange { eventid: Some(id), text, why } => {
                    if self.strange.insert(id) {
                        let seen_now = Seen::Unreadable { text, why };
                        seen.push((id, Observation { key: self.memory.key(id), at: now.wall, seen: seen_now }));
                    }
                    if let Some(place) = &mut self.memory.place {
                        place.processed(id, 0);
                    }
                    continue;
                }
                Readable::Strange { eventid: None, text, why } => {
                    nameless.add(text, why);
                    continue;
                }
            };
            let (id, clock) = (row.eventid, row.clock);
            if row.value == 0 {
                recoveries.insert(id, row.at().unwrap_or(now.wall));
                objects.insert(row.objectid);
            } else if !self.memory.open.contains_key(&id) {
                seen.push((id, self.opened(row, now)));
            }
            if let Some(place) = &mut self.memory.place {
                place.processed(id, clock);
            }
        }
        // What was opened above is in the memory by now: it goes on record even when the rest cannot be read. A recovery
        // that is not read now is found by the comparison of what is open.
        let (closed, outcome) = match self.recovered(api, ids, &objects, recoveries, now).await {
            Ok(closed) => (closed, Ok(())),
            Err(stop) => (Vec::new(), Err(stop)),
        };
        seen.extend(closed);
        if let Some(unreadable) = nameless.told()
            && self.strange.insert(0)
        {
            seen.push((0, Observation { key: self.memory.key(0), at: now.wall, seen: unreadable }));
        }
        seen.sort_by_key(|(order, _)| *order);
        self.pending.extend(seen.into_iter().map(|(_, observation)| observation));
        outcome
    }

    /// Closes what the recoveries among the events `ids` end; `objects` are their triggers.
    async fn recovered<W: Wire>(
        &mut self,
        api: &mut Api<W>,
        ids: &[u64],
        objects: &BTreeSet<u64>,
        recoveries: BTreeMap<u64, Timestamp>,
        now: Now,
    ) -> Result<Vec<(u64, Observation)>, Stop> {
        let perhaps: Vec<u64> =
            (self.memory.open.iter()).filter(|(_, open)| objects.contains(&open.object)).map(|(id, _)| *id).collect();
        if perhaps.is_empty() {
            return Ok(Vec::new());
        }
        let last = ids.last().copied().unwrap_or_default();
        // A recovery beyond this page is read with its own page.
        let over = api.fates(&perhaps).await?;
        let over: Vec<(u64, u64)> = (over.iter().map(|fate| (fate.eventid, fate.r_eventid)))
            .filter(|(_, recovery)| *recovery != 0 && *recovery <= last)
            .collect();
        self.closed(api, &over, recoveries, now).await
    }

    fn opened(&mut self, row: EventRow, now: Now) -> Observation {
        let (id, object, severity) = (row.eventid, row.objectid, row.severity);
        let key = self.memory.key(id);
        let (acknowledged, suppressed) = (row.acknowledged, row.suppressed);
        let gap = self.gap;
        let observation = row.problem(key.clone(), &self.known, |at| is_late(gap, at, now.wall), now.wall);
        match (Level::from_zabbix(severity), &observation.seen) {
            (Some(level), Seen::Problem(_)) => {
                let open = Open { key, object, level, acknowledged, suppressed, monitored: true, missed: false };
                self.memory.open.insert(id, open);
            }
            _ => drop(self.strange.insert(id)),
        }
        observation
    }

    /// Closes problems by their recovery events, `(problem, recovery)`; `known` has the times of some recoveries.
    pub(super) async fn closed<W: Wire>(
        &mut self,
        api: &mut Api<W>,
        over: &[(u64, u64)],
        mut known: BTreeMap<u64, Timestamp>,
        now: Now,
    ) -> Result<Vec<(u64, Observation)>, Stop> {
        let unknown: BTreeSet<u64> =
            over.iter().map(|(_, recovery)| *recovery).filter(|id| !known.contains_key(id)).collect();
        if !unknown.is_empty() {
            for row in api.moments(&Vec::from_iter(unknown)).await? {
                if let Readable::Row(row) = row {
                    known.extend(row.at().map(|at| (row.eventid, at)));
                }
            }
        }
        let mut seen = Vec::with_capacity(over.len());
        for (id, recovery) in over {
            let Some(open) = self.memory.open.remove(id) else { continue };
            let evidence = Evidence::RecoveryEvent { event: recovery.to_string() };
            let at = known.get(recovery).copied().unwrap_or(now.wall);
            // Whatever number its recovery has, it ends after it began.
            let order = (*recovery).max(*id);
            seen.push((order, Observation { key: open.key, at, seen: Seen::Recovered { evidence } }));
        }
        Ok(seen)
    }

    /// Hands over what is pending once it fills a page.
    pub(super) async fn flush_when_full(&mut self, record: &mut impl Record) -> Result<(), Stop> {
        if self.pending.len() >= DETAILS { self.flush(record, false).await } else { Ok(()) }
    }

    async fn flush(&mut self, record: &mut impl Record, complete: bool) -> Result<(), Stop> {
        let cursor = self.memory.cursor().filter(|cursor| Some(cursor) != self.recorded.as_ref());
        let nothing = self.pending.is_empty() && self.remarks.is_empty() && self.maintenance.is_none();
        if !complete && nothing && cursor.is_none() {
            return Ok(());
        }
        let report = Report {
            source: self.manner.source.clone(),
            cursor: cursor.clone(),
            first_look: self.first_look,
            complete,
            observations: std::mem::take(&mut self.pending),
            remarks: std::mem::take(&mut self.remarks),
            maintenance: self.maintenance.take(),
        };
        record.put(report).await?;
        self.recorded = cursor.or(self.recorded.take());
        Ok(())
    }

    /// An observation about a known problem, made now.
    pub(super) fn now_seen(key: &Key, now: Now, seen: Seen) -> Observation {
        Observation { key: key.clone(), at: now.wall, seen }
    }
}

/// Whether something that happened at `at` was hidden by an outage: it is older than what a normal look brings, and
/// not older than the outage. A wrong clock of a measured device alone makes nothing late.
fn is_late(gap: Option<Gap>, at: Timestamp, now: Timestamp) -> bool {
    let Some(Gap { since }) = gap else { return false };
    at.saturating_add(LATE_AFTER).is_ok_and(|fresh_until| fresh_until < now)
        && since.is_none_or(|since| since.saturating_sub(LATE_SLACK).is_ok_and(|earliest| at >= earliest))
}
