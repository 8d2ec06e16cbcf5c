//! Compares what we hold open with what Zabbix holds open.
//!
//! Some things make no event: a maintenance begins or ends, a severity is changed, a trigger is disabled or deleted, a
//! right is granted late. Only reading the open problems again shows them. Everything is read first and guarded second;
//! then conclusions are drawn, so that half an answer or a lost right never closes anything. Not here: the tail.

use super::api::Api;
use super::ask::DETAILS;
use super::memory::Open;
use super::parse::{Fate, Mark, OpenRow};
use super::poll::{Poll, Record, Stop};
use super::wire::Wire;
use crate::desk::now::Now;
use crate::desk::observation::{Evidence, Failure, FailureKind, Level, Seen};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// With at most so many open problems they are compared at every look.
const CHEAP: usize = 1_000;
/// Otherwise at least this often.
const AT_LEAST: Duration = Duration::from_secs(60);
/// How long it is taken for lost rights when every open problem is missing without a word, although hosts are visible.
/// After that it is believed: problems whose events were removed for good must not keep the source blind for ever.
const VANISHED: Duration = Duration::from_secs(600);

impl Poll {
    /// Whether this look has to compare.
    pub(super) fn reconcile_is_due(&self, now: Now) -> bool {
        self.memory.open.len() <= CHEAP
            || self.reconciled.is_none_or(|last| now.elapsed.since(last) + self.manner.every > AT_LEAST)
    }

    /// Reads what is open in Zabbix and draws the conclusions. Returns how many hosts are visible.
    pub(super) async fn reconcile<W: Wire>(
        &mut self,
        api: &mut Api<W>,
        record: &mut impl Record,
        now: Now,
    ) -> Result<u64, Stop> {
        let listed: BTreeMap<u64, OpenRow> =
            api.open_problems().await?.into_iter().map(|row| (row.eventid, row)).collect();
        let reused = |(id, open): (&u64, &Open)| {
            listed.get(id).is_some_and(|row| open.object != 0 && row.objectid != open.object)
        };
        if self.memory.place.is_some() && self.memory.open.iter().any(reused) {
            // Our ids mean something else there.
            let hosts = api.host_count().await?;
            self.guard_hosts(hosts)?;
            let newest = api.newest().await?.unwrap_or(Mark { eventid: 0, clock: 0 });
            self.start_over(api, newest, now).await?;
        }
        let missing: Vec<u64> = self.memory.open.keys().filter(|id| !listed.contains_key(id)).copied().collect();
        let fates: BTreeMap<u64, Fate> = if missing.is_empty() {
            BTreeMap::new()
        } else {
            api.fates(&missing).await?.into_iter().map(|fate| (fate.eventid, fate)).collect()
        };
        let triggers: BTreeSet<u64> =
            (self.memory.open.iter()).filter(|(id, _)| listed.contains_key(id)).map(|(_, open)| open.object).collect();
        let watched: BTreeSet<u64> = if triggers.is_empty() {
            BTreeSet::new()
        } else {
            api.monitored(&Vec::from_iter(triggers)).await?.into_iter().map(|row| row.triggerid).collect()
        };
        // Last, so that a right lost during the reads above shows here.
        let hosts = api.host_count().await?;
        self.guard_hosts(hosts)?;

        // A named recovery is proof, whatever else is missing.
        let over: Vec<(u64, u64)> =
            fates.values().filter(|fate| fate.r_eventid != 0).map(|fate| (fate.eventid, fate.r_eventid)).collect();
        let mut seen = self.closed(api, &over, BTreeMap::new(), now).await?;
        seen.sort_by_key(|(order, _)| *order);
        self.pending.extend(seen.into_iter().map(|(_, observation)| observation));
        let silent: Vec<u64> =
            missing.into_iter().filter(|id| fates.get(id).is_none_or(|fate| fate.r_eventid == 0)).collect();
        let wordless = silent.iter().all(|id| !fates.contains_key(id));
        self.guard_vanished(listed.is_empty() && wordless, silent.len(), now)?;

        self.close_silent(&silent, now);
        self.compare(&listed, &watched, now);
        self.reconciled = Some(now.elapsed);
        self.strange.retain(|id| listed.contains_key(id));
        let unknown: Vec<u64> = (listed.keys())
            .filter(|id| !self.memory.open.contains_key(id) && !self.strange.contains(id))
            .copied()
            .collect();
        for chunk in unknown.chunks(DETAILS) {
            self.take(api, chunk, now).await?;
            self.flush_when_full(record).await?;
        }
        Ok(hosts)
    }

    /// Problems neither listed nor recovered: closed when this is the second complete look in a row to miss them.
    fn close_silent(&mut self, silent: &[u64], now: Now) {
        for id in silent {
            match self.memory.open.get_mut(id) {
                Some(open) if !open.missed => open.missed = true,
                Some(_) => {
                    if let Some(open) = self.memory.open.remove(id) {
                        let seen = Seen::Recovered { evidence: Evidence::NoRecoveryEvent };
                        self.pending.push(Self::now_seen(&open.key, now, seen));
                    }
                }
                None => {}
            }
        }
    }

    /// Tells what changed on problems that are open here and there.
    fn compare(&mut self, listed: &BTreeMap<u64, OpenRow>, watched: &BTreeSet<u64>, now: Now) {
        for (id, open) in &mut self.memory.open {
            let Some(row) = listed.get(id) else { continue };
            let before = open.clone();
            open.missed = false;
            open.level = Level::from_zabbix(row.severity).unwrap_or(open.level);
            (open.acknowledged, open.suppressed) = (row.acknowledged, row.suppressed);
            open.monitored = watched.contains(&open.object);
            let changed = Seen::Changed {
                level: (open.level != before.level).then_some(open.level),
                acknowledged: (open.acknowledged != before.acknowledged).then_some(open.acknowledged),
                suppressed: (open.suppressed != before.suppressed).then_some(open.suppressed),
                monitored: (open.monitored != before.monitored).then_some(open.monitored),
            };
            let nothing = Seen::Changed { level: None, acknowledged: None, suppressed: None, monitored: None };
            if changed != nothing {
                self.pending.push(Self::now_seen(&open.key, now, changed));
            }
        }
    }

    /// Hosts that vanish in numbers mean a lost right, another user's token or an empty database.
    pub(super) fn guard_hosts(&self, visible: u64) -> Result<(), Stop> {
        let remembered = self.memory.place.as_ref().map_or(0, |place| place.hosts);
        let known = self.manner.expected_hosts.unwrap_or(remembered);
        if visible == 0 {
            return Err(rights_lost(
                "no host is visible: the user of the token has no read access to any host group".to_owned(),
            ));
        }
        if u128::from(visible) * 5 < u128::from(known) * 4 {
            return Err(rights_lost(format!(
                "only {visible} of {known} hosts are visible: give the user of the token its rights back, or, if \
                 hosts were removed on purpose, set expected_hosts = {visible}"
            )));
        }
        Ok(())
    }

    /// Every open problem gone at once, and not even their events are left: nobody repairs like that.
    fn guard_vanished(&mut self, nothing_left: bool, silent: usize, now: Now) -> Result<(), Stop> {
        if !nothing_left || silent == 0 {
            self.vanished = None;
            return Ok(());
        }
        let since = *self.vanished.get_or_insert(now.elapsed);
        if now.elapsed.since(since) >= VANISHED {
            return Ok(());
        }
        Err(rights_lost(format!(
            "all {silent} open problems vanished without recovery and their events are not visible any more, although \
             hosts are: has the user of the token changed, or was the database replaced?"
        )))
    }

    /// Whether another database answers: the newest event in it if so. `page` is the first page of the tail.
    pub(super) async fn other_database<W: Wire>(
        &mut self,
        api: &mut Api<W>,
        page: &[Mark],
    ) -> Result<Option<Mark>, Stop> {
        let Some(place) = &self.memory.place else { return Ok(None) };
        let (highest, clock) = (place.highest, place.clock);
        let same = page.iter().find(|mark| mark.eventid == highest).map(|mark| mark.clock == clock || clock == 0);
        let beyond = page.last().is_some_and(|last| last.eventid > highest);
        if highest == 0 || same == Some(true) || (same.is_none() && beyond) {
            return Ok(None);
        }
        // Events also vanish from view with the right to see them: that is told first, and as what it is.
        let hosts = api.host_count().await?;
        self.guard_hosts(hosts)?;
        let newest = api.newest().await?.unwrap_or(Mark { eventid: 0, clock: 0 });
        Ok((same == Some(false) || newest.eventid < highest).then_some(newest))
    }

    /// Goes on in a database that was put back, or on another server. Nothing is closed by that.
    pub(super) async fn start_over<W: Wire>(&mut self, api: &mut Api<W>, newest: Mark, now: Now) -> Result<(), Stop> {
        let before = self.memory.place.as_ref().map_or(0, |place| place.highest);
        let ids: Vec<u64> = self.memory.open.keys().copied().collect();
        let there: BTreeMap<u64, u64> =
            api.fates(&ids).await?.into_iter().map(|fate| (fate.eventid, fate.objectid)).collect();
        let known = |id: u64, open: &Open| there.get(&id) == Some(&open.object);
        let apart = self.memory.start_over(newest.eventid, newest.clock, known, now);
        self.strange.clear();
        self.remarks.push(format!(
            "the newest event is {} although {before} was read before: the database was restored from a backup, or \
             another server answers. Reading goes on from there. {apart} open problems are not in it any more: they \
             stay open until somebody closes them",
            newest.eventid
        ));
        Ok(())
    }
}

fn rights_lost(detail: String) -> Stop {
    Stop::Failed(Failure { kind: FailureKind::RightsLost, detail })
}
