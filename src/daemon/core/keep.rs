//! Keeping: groups onto the record, things into the working state, and what the store wants from time to time.

use super::super::{archive, record};
use super::Core;
use crate::desk::Desk;
use crate::desk::turn::Thing;
use crate::store;
use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

/// Counts and digests are written to the journal this often.
const CHECKPOINT: Duration = Duration::from_secs(3600);
/// Pause between tries while the journal cannot be written.
const RETRY: Duration = Duration::from_millis(500);

impl Core {
    /// Puts a group on record, and what it changed into the working state.
    pub(super) fn commit(&mut self, payloads: &[Vec<u8>]) {
        let Some(seqs) = self.record(payloads) else { return };
        let mut found = Vec::new();
        self.store.apply(seqs, changes(&mut self.desk, &mut found));
        for error in found {
            tracing::error!(error, "a thing cannot be stored; the journal has it");
        }
        self.house_keeping();
    }

    /// Puts a group on record. While the journal cannot be written, nothing goes on: what was decided waits here, and
    /// the daemon stays alive so that it goes on by itself once it can.
    pub(super) fn record(&mut self, payloads: &[Vec<u8>]) -> Option<RangeInclusive<u64>> {
        if payloads.is_empty() {
            return None;
        }
        let mut tries = 0_u32;
        loop {
            match self.store.commit(payloads) {
                Ok(seqs) => {
                    self.pulse.committed(payloads.len());
                    return Some(seqs);
                }
                Err(error) => {
                    self.pulse.refused();
                    // Twice a second for days would fill the log that may share the disk.
                    if tries.is_multiple_of(120) {
                        tracing::error!(%error, tries, "the journal cannot be written; nothing is acknowledged or sent until it can");
                    }
                    tries = tries.saturating_add(1);
                    self.pulse.beat(self.store.working_progress());
                    std::thread::sleep(RETRY);
                    if let Err(error) = self.store.reopen() {
                        tracing::debug!(%error, "no new journal file");
                    }
                }
            }
        }
    }

    /// Has the archive filed anew from the journal when its catalogue is not whole: on a thread of its own, nobody waits
    /// for it.
    fn file_what_is_not(&mut self) {
        if self.filing.as_ref().is_some_and(|filing| !filing.is_finished()) {
            return;
        }
        let Some(filer) = self.store.unfiled() else { return };
        let (folder, rules) = (self.folder.clone(), self.desk.book().rules.clone());
        let filing = std::thread::Builder::new().name("kiriwake-filing".to_owned()).spawn(move || {
            match archive::file_all(&folder, rules, &filer) {
                Ok(incidents) => tracing::info!(incidents, "the archive was filed anew from the journal"),
                Err(error) => tracing::error!(%error, "the archive cannot be filed anew from the journal"),
            }
        });
        match filing {
            Ok(filing) => self.filing = Some(filing),
            Err(error) => tracing::error!(%error, "no thread for filing the archive"),
        }
    }

    /// What the store wants from time to time: its working state anew, a new journal file, a checkpoint.
    fn house_keeping(&mut self) {
        if self.store.needs_refill() {
            match record::entities(self.desk.state()) {
                Ok(entities) => self.store.refill(self.store.last_seq(), entities),
                Err(error) => tracing::error!(%error, "the working state cannot be written anew"),
            }
        }
        self.file_what_is_not();
        let today = self.desk.book().date(self.clock.wall());
        if self.store.roll_due() || today != self.day {
            self.day = today;
            match record::payload(self.desk.state()) {
                Ok(snapshot) => {
                    if let Err(error) = self.store.roll(&snapshot) {
                        tracing::error!(%error, "no new journal file was begun");
                    }
                }
                Err(error) => tracing::error!(%error, "the state cannot be written as a snapshot"),
            }
        }
        if self.checkpointed.elapsed() >= CHECKPOINT {
            self.checkpointed = Instant::now();
            if let Err(error) = self.store.checkpoint() {
                tracing::error!(%error, "no checkpoint was made");
            }
        }
    }
}

/// The stored form of everything that changed since the last call.
pub(super) fn changes(desk: &mut Desk, found: &mut Vec<String>) -> store::Changes {
    let mut changes = store::Changes::default();
    for thing in desk.take_dirty() {
        match record::entity(desk.state(), &thing) {
            Ok(entity) => changes.entities.push(entity),
            Err(error) => found.push(error.to_string()),
        }
        if let Thing::Incident(id) = thing {
            match archive::filed(desk.state(), id) {
                Some(Ok(filed)) => changes.filed.push(filed),
                Some(Err(error)) => found.push(error.to_string()),
                None => {}
            }
        }
    }
    changes
}
