//! The one way into the desk: a bounded queue, and the word that what was put in is on record.
//!
//! Sources, channels' workers and the control socket all use it; one queue keeps the order. Putting something in
//! waits for room (pushing back instead of growing) and then for the frame that holds it to be synced. While the record
//! cannot be written, the answer says so.

use crate::desk::{Input, Reply};
use tokio::sync::{mpsc, oneshot};

/// How many inputs may wait; beyond it, whoever brings one waits.
pub const DEPTH: usize = 1_000;

/// The sending end; clones share one queue.
#[derive(Clone, Debug)]
pub struct Inbox(mpsc::Sender<Waiting>);

/// A way to the queue that does not keep it open: for whoever serves as long as others bring something.
#[derive(Clone, Debug)]
pub struct Slot(mpsc::WeakSender<Waiting>);

impl Slot {
    /// The queue, unless the daemon is going down.
    pub fn inbox(&self) -> Option<Inbox> {
        self.0.upgrade().map(Inbox)
    }
}

/// An input and whoever waits for it to be on record.
#[derive(Debug)]
pub struct Waiting {
    /// What to step.
    pub input: Input,
    /// Answered once the frame is synced, or waits because the record cannot be written.
    pub done: oneshot::Sender<Answer>,
}

/// What whoever brought an input is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What the desk says.
    pub reply: Reply,
    /// Whether it is on record. If not, it is in force, and lost if the daemon ends before the disk takes it (P20): whoever
    /// passes this on must not call it kept, and whoever read it somewhere must be able to read it again.
    pub on_record: bool,
}

/// The daemon is going down: nothing more is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the daemon is stopping and takes nothing more")]
pub struct Closed;

impl Inbox {
    /// A queue and its receiving end.
    pub fn new() -> (Self, mpsc::Receiver<Waiting>) {
        let (sender, receiver) = mpsc::channel(DEPTH);
        (Self(sender), receiver)
    }

    /// A way to this queue that does not keep it open.
    pub fn slot(&self) -> Slot {
        Slot(self.0.downgrade())
    }

    /// Hands `input` to the desk and waits until it is on record, or stepped while the record cannot be written.
    ///
    /// # Errors
    /// [`Closed`] when the daemon stops before that: whoever brought it must assume it was lost.
    pub async fn put(&self, input: Input) -> Result<Answer, Closed> {
        let (done, answer) = oneshot::channel();
        self.0.send(Waiting { input, done }).await.map_err(|_| Closed)?;
        answer.await.map_err(|_| Closed)
    }
}
