//! Letting go of what was played, on a thread of its own: a frame is thousands of small things made on another one, and whoever
//! plays the next does not wait until all of them are put back.

use crate::desk::Frame;
use std::sync::mpsc;
use std::thread;

/// Frames let go of at once: one by one, whoever takes them would be woken for each.
const BATCH: usize = 64;
/// Batches that may wait; memory stays bounded.
const WAITING: usize = 16;

/// Whoever takes what was played.
pub(super) struct Aside {
    played: Vec<Frame>,
    taken: mpsc::SyncSender<Box<dyn Send>>,
}

impl Aside {
    pub(super) fn new() -> Self {
        let (taken, let_go) = mpsc::sync_channel(WAITING);
        thread::spawn(move || let_go.into_iter().for_each(drop::<Box<dyn Send>>));
        Self { played: Vec::with_capacity(BATCH), taken }
    }

    /// A frame was played.
    pub(super) fn put(&mut self, frame: Frame) {
        self.played.push(frame);
        if self.played.len() >= BATCH {
            let played = std::mem::replace(&mut self.played, Vec::with_capacity(BATCH));
            self.put_all(played);
        }
    }

    /// Something large is not needed any more.
    pub(super) fn put_all(&self, all: impl Send + 'static) {
        // Where nobody takes it any more, it is let go of here.
        drop(self.taken.send(Box::new(all)));
    }
}
