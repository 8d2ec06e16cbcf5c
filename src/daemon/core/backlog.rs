//! Steps that wait for the record, in order and in bounded memory (DECISIONS 6).

use crate::desk::Frame;
use std::collections::VecDeque;
use std::sync::Arc;

/// So many steps wait at most ...
const STEPS: usize = 20_000;
/// ... and so many bytes of them, give or take one group.
const BYTES: usize = 64 * 1024 * 1024;

/// A step as it is written, and for those who follow the record.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) payload: Vec<u8>,
    /// Only where somebody follows.
    pub(super) frame: Option<Arc<Frame>>,
}

impl AsRef<[u8]> for Written {
    fn as_ref(&self) -> &[u8] {
        &self.payload
    }
}

/// What waits.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    waiting: VecDeque<Written>,
    bytes: usize,
}

impl Backlog {
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Nothing more may be stepped before some of it is written.
    pub(super) fn is_full(&self) -> bool {
        self.waiting.len() >= STEPS || self.bytes >= BYTES
    }

    /// A group is never split by the bound: its effects belong together.
    pub(super) fn push(&mut self, group: Vec<Written>) {
        self.bytes += group.iter().map(|step| step.payload.len()).sum::<usize>();
        self.waiting.extend(group);
    }

    /// The first `most` steps, to be written.
    pub(super) fn take(&mut self, most: usize) -> Vec<Written> {
        let first: Vec<Written> = self.waiting.drain(..most.min(self.waiting.len())).collect();
        self.bytes -= first.iter().map(|step| step.payload.len()).sum::<usize>();
        first
    }

    /// What was taken could not be written.
    pub(super) fn put_back(&mut self, first: Vec<Written>) {
        self.bytes += first.iter().map(|step| step.payload.len()).sum::<usize>();
        for step in first.into_iter().rev() {
            self.waiting.push_front(step);
        }
    }

    /// All that waits, in order.
    pub(super) fn payloads(&self) -> impl Iterator<Item = &[u8]> {
        self.waiting.iter().map(AsRef::as_ref)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(names: &[u8], bytes: usize) -> Vec<Written> {
        names.iter().map(|name| Written { payload: vec![*name; bytes], frame: None }).collect()
    }

    fn first_bytes(backlog: &Backlog) -> Vec<u8> {
        backlog.payloads().filter_map(|payload| payload.first().copied()).collect()
    }

    /// P21: it is full by number or by size, whichever comes first, and has room again once some is written.
    #[test]
    fn it_is_bounded_in_steps_and_bytes() {
        for (what, groups, step, full) in [
            ("nothing", 0, 0, false),
            ("many small ones", STEPS - 1, 1, false),
            ("as many as may be", STEPS, 1, true),
            ("some large ones", 15, 4 * 1024 * 1024, false),
            ("as large as may be", 16, 4 * 1024 * 1024, true),
        ] {
            let mut backlog = Backlog::default();
            for _ in 0..groups {
                backlog.push(steps(b"a", step));
            }
            assert_eq!((backlog.len(), backlog.is_full()), (groups, full), "{what}");
            backlog.take(1);
            assert!(!backlog.is_full(), "{what}: one is written");
        }
    }

    /// Order survives tries that fail.
    #[test]
    fn what_could_not_be_written_comes_first_again() {
        let mut backlog = Backlog::default();
        backlog.push(steps(b"abc", 3));
        let taken = backlog.take(2);
        backlog.push(steps(b"d", 3));
        assert_eq!(first_bytes(&backlog), b"cd");
        backlog.put_back(taken);
        assert_eq!((first_bytes(&backlog), backlog.bytes), (b"abcd".to_vec(), 12));
        assert_eq!(backlog.take(usize::MAX).len(), 4);
        assert!(backlog.is_empty() && backlog.bytes == 0);
    }
}
