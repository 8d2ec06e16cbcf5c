//! What the desk changed and the working state has not heard of yet.
//!
//! In a storm one incident changes hundreds of times a second; it is written out in its stored form once in [`PAUSE`], and
//! not after every group. What a crash takes of this is read again from the journal (DECISIONS 2). What is over is filed
//! as it was at its own frame: a few frames on it may be archived and gone from memory.

use crate::desk::Desk;
use crate::desk::turn::Thing;
use crate::record::{self, archive};
use crate::store::{Changes, Filed, Store};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

/// Changes are handed over together after this long.
const PAUSE: Duration = Duration::from_millis(200);
/// What could not be brought into its stored form is tried again after this long.
const AGAIN: Duration = Duration::from_secs(5);

/// Things that changed, by frames.
#[derive(Debug, Default)]
pub(super) struct Behind {
    things: BTreeSet<Thing>,
    filed: Vec<(u64, Filed)>,
    /// The frames, and when they are due.
    frames: Option<(RangeInclusive<u64>, Instant)>,
}

impl Behind {
    /// The frames `seqs`, which follow on those before, are on record: what they changed is to be handed over.
    pub(super) fn note(&mut self, desk: &mut Desk, seqs: RangeInclusive<u64>) {
        let last = *seqs.end();
        for thing in desk.take_dirty() {
            if let Thing::Incident(id) = thing {
                match archive::filed(desk.state(), id) {
                    Some(Ok(filed)) => self.filed.push((last, filed)),
                    Some(Err(error)) => tracing::error!(%error, "an incident cannot be filed; the journal has it"),
                    None => {}
                }
            }
            self.things.insert(thing);
        }
        self.frames = Some(match self.frames.take() {
            Some((before, due)) => (*before.start()..=last, due),
            None => (seqs, Instant::now() + PAUSE),
        });
    }

    /// How long from now until it is to be handed over; `None` = there is nothing.
    pub(super) fn due(&self) -> Option<Duration> {
        self.frames.as_ref().map(|(_, due)| due.saturating_duration_since(Instant::now()))
    }

    /// Hands over what there is, as it is now: the desk must know no more than the record does.
    ///
    /// All of it or nothing: a working state that says it is at a frame, and lacks one thing of it, would pass for whole at
    /// the next start.
    pub(super) fn hand_over(&mut self, desk: &Desk, store: &Store) {
        let Some((seqs, _)) = &self.frames else { return };
        let stored = self.things.iter().map(|thing| record::entity(desk.state(), thing, store.bodies()));
        match stored.collect::<Result<Vec<_>, _>>() {
            Ok(entities) => {
                let changes = Changes { entities, filed: std::mem::take(&mut self.filed) };
                store.apply(seqs.clone(), changes);
                self.things.clear();
                self.frames = None;
            }
            Err(error) => {
                tracing::error!(%error, again_in = ?AGAIN, "what changed cannot be stored; the journal has it");
                self.frames = Some((seqs.clone(), Instant::now() + AGAIN));
            }
        }
    }
}
