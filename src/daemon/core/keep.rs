//! Keeping: groups onto the record, things into the working state, and what the store wants from time to time.

use super::super::record;
use super::Core;
use crate::desk::Desk;
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
        self.store.apply(seqs, batch(&mut self.desk, &mut found));
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

    /// What the store wants from time to time: its working state anew, a new journal file, a checkpoint.
    fn house_keeping(&mut self) {
        if self.store.needs_refill() {
            match record::entities(self.desk.state()) {
                Ok(entities) => self.store.refill(self.store.last_seq(), entities),
                Err(error) => tracing::error!(%error, "the working state cannot be written anew"),
            }
        }
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
pub(super) fn batch(desk: &mut Desk, found: &mut Vec<String>) -> store::Batch {
    let things = desk.take_dirty();
    let mut batch = Vec::with_capacity(things.len());
    for thing in things {
        match record::entity(desk.state(), &thing) {
            Ok(entity) => batch.push(entity),
            Err(error) => found.push(error.to_string()),
        }
    }
    batch
}
