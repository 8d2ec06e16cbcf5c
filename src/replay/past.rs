//! The record as a replay needs it: the state at some moment, and the frames from there on.
//!
//! Reads the journal beside a running daemon and changes nothing.

use super::Recorded;
use crate::desk::now::Now;
use crate::desk::rules::Rules;
use crate::desk::state::State;
use crate::desk::{Desk, Frame};
use crate::record;
use crate::store::{self, Bodies, Frames, History};
use jiff::Timestamp;
use serde::Deserialize;
use std::iter::Peekable;
use std::path::Path;
use std::sync::mpsc;
use std::thread;

/// Frames handed over at once: one by one, whoever plays them would be woken for each.
const BATCH: usize = 64;
/// Batches read ahead of whoever plays them.
const AHEAD: usize = 16;

/// A frame, or the number of one that could not be understood with the reason.
type Item = Result<Recorded, (u64, String)>;

/// The desk at some moment, and what was recorded from there on.
pub struct Past {
    /// The state before the first frame.
    pub state: State,
    /// The record does not reach back as far as was asked; it begins here with a snapshot, or with what frames there are.
    pub begins_late: bool,
    /// What could not be understood on the way there.
    pub found: Vec<String>,
    frames: Peekable<Reader>,
}

/// Reads frames on a thread of its own: understanding them is half the work of a replay.
struct Reader {
    batches: mpsc::Receiver<Vec<Item>>,
    batch: std::vec::IntoIter<Item>,
}

impl Reader {
    fn of(mut frames: Frames, bodies: Bodies) -> Self {
        let (send, batches) = mpsc::sync_channel(AHEAD);
        let read = move |frame: store::Frame| match record::read::<Frame>(&frame.payload, &bodies) {
            Ok(read) => Ok(Recorded { seq: frame.seq, frame: read }),
            Err(error) => Err((frame.seq, error.to_string())),
        };
        thread::spawn(move || {
            loop {
                let batch: Vec<Item> = frames.by_ref().take(BATCH).map(&read).collect();
                if batch.is_empty() || send.send(batch).is_err() {
                    return;
                }
            }
        });
        Self { batches, batch: Vec::new().into_iter() }
    }
}

impl Iterator for Reader {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        loop {
            match self.batch.next() {
                None => self.batch = self.batches.recv().ok()?.into_iter(),
                item => return item,
            }
        }
    }
}

/// The only part of a snapshot that is needed to choose one.
#[derive(Deserialize)]
struct Glance {
    house: House,
}

#[derive(Deserialize)]
struct House {
    last_step: Option<Now>,
}

impl Past {
    /// Looks back into the state directory `folder`, to the desk at `from`; to the beginning where none is given.
    ///
    /// # Errors
    /// When the journal cannot be read, or is of a later version.
    pub fn open(folder: &Path, from: Option<Timestamp>, rules: &Rules) -> Result<Self, store::Error> {
        let history = History::open(folder, record::SCHEMA)?;
        let bodies = Bodies::look(folder);
        let mut found = Vec::new();
        let early = |payload: &[u8], from: Timestamp| {
            let glance: Result<Glance, _> = record::read(payload, &bodies);
            let last = glance.ok().and_then(|glance| glance.house.last_step);
            last.is_none_or(|last| last.wall <= from)
        };
        let whole = history.is_whole();
        // Without a moment, or before the first snapshot, it is the oldest there is. Snapshots are large: none is read in vain.
        let snapshot = from.and_then(|from| history.snapshots().find(|(_, payload)| early(payload, from)));
        let reached = snapshot.is_some() || whole;
        let snapshot = snapshot.or_else(|| if whole { None } else { history.snapshots().last() });
        let (after, state) = match snapshot.map(|(seq, payload)| (seq, record::read::<State>(&payload, &bodies))) {
            Some((seq, Ok(state))) => (seq, state),
            Some((seq, Err(error))) => {
                found.push(format!("the snapshot after frame {seq}: {error}"));
                (seq, State::default())
            }
            None => (0, State::default()),
        };
        let mut frames = Reader::of(history.frames(after), bodies).peekable();
        let mut desk = Desk::new(state, rules.clone());
        let before = |item: &Item| match item {
            Ok(recorded) => from.is_some_and(|from| recorded.frame.at.wall < from),
            Err(_) => true,
        };
        while let Some(item) = frames.next_if(before) {
            match item {
                Ok(recorded) => desk.fold(&recorded.frame),
                Err((seq, error)) => found.push(format!("frame {seq}: {error}")),
            }
        }
        let begins_late = from.is_some() && !reached;
        Ok(Self { state: desk.state().clone(), begins_late, found, frames })
    }

    /// The state, and the frames from there to the end. What could not be understood leaves a gap in their numbers.
    pub fn frames(self) -> (State, impl Iterator<Item = Recorded>) {
        (self.state, self.frames.filter_map(Result::ok))
    }
}
