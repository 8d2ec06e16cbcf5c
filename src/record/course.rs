//! The record from its beginning to its end, as steps: what can be read of it, and what cannot.
//!
//! After frames that are missing, what they changed is known again from the next file on: each begins with the whole state. The
//! working state may know it, too.
//! Not here: what becomes of the steps ([`super::archive`], `store export`).

use super::Error;
use crate::desk::Frame;
use crate::desk::state::State;
use crate::store::{Bodies, Frames, History};
use std::collections::VecDeque;

/// One step.
pub(crate) enum Step {
    /// These frames are nowhere.
    Missing {
        /// The first.
        from: u64,
        /// The last.
        to: u64,
    },
    /// The state the record begins with does not read.
    NoBeginning {
        /// After which frame it would have been.
        seq: u64,
    },
    /// What is there and does not read: a frame, or the state after it.
    Unread {
        /// Its number.
        seq: u64,
        /// It is a frame.
        is_frame: bool,
        /// Why.
        error: Error,
    },
    /// The whole state after a frame: where the record begins, or after something was missing. It takes the place of what
    /// the steps before have led to.
    Whole {
        /// The frame.
        seq: u64,
        /// The state.
        state: Box<State>,
    },
    /// The next frame.
    Frame {
        /// Its number.
        seq: u64,
        /// What it says.
        frame: Box<Frame>,
    },
}

/// Reads a state that is kept elsewhere: the frame after which it was so, and the state.
pub(crate) type Elsewhere<'a> = Box<dyn FnMut() -> Option<(u64, Box<State>)> + 'a>;

/// A way through the record.
pub(crate) struct Course<'a> {
    history: &'a History,
    bodies: &'a Bodies,
    frames: Frames,
    steps: VecDeque<Step>,
    last: u64,
    /// Of which frame on the state is not known, and up to which.
    doubt: Option<(u64, u64)>,
    /// Asked once, when something turns out to be missing.
    elsewhere: Option<Elsewhere<'a>>,
    /// What it answered, until the way is there.
    kept: Option<(u64, Box<State>)>,
    ended: bool,
}

impl<'a> Course<'a> {
    /// From the beginning; up to frame `removed` the record was removed because its time was over. What frames that are
    /// missing have changed may also be known `elsewhere`.
    pub(crate) fn new(
        history: &'a History,
        bodies: &'a Bodies,
        removed: u64,
        elsewhere: Option<Elsewhere<'a>>,
    ) -> Self {
        let last = history.before();
        let (frames, steps) = (history.frames(last), VecDeque::new());
        let mut course =
            Self { history, bodies, frames, steps, last, doubt: None, elsewhere, kept: None, ended: false };
        if last > removed {
            course.missing(removed + 1, last);
        }
        if last > 0 {
            match history.at(last).filter(|(seq, _)| *seq == last) {
                Some((seq, payload)) => course.begin_with(seq, &payload),
                None => {
                    course.steps.push_back(Step::NoBeginning { seq: last });
                    course.doubt_to(last, last);
                }
            }
        }
        course
    }

    /// The last frame there is.
    pub(crate) fn last_seq(&self) -> u64 {
        self.last
    }

    /// The stretch of frames whose effect is not in the state now: it is not to be relied on from the first of them on.
    pub(crate) fn doubt(&self) -> Option<(u64, u64)> {
        self.doubt
    }

    fn missing(&mut self, from: u64, to: u64) {
        self.steps.push_back(Step::Missing { from, to });
        self.doubt_to(from, to);
    }

    fn doubt_to(&mut self, from: u64, to: u64) {
        self.doubt = Some((self.doubt.map_or(from, |(first, _)| first), to));
        self.ask();
    }

    /// Asks elsewhere, once.
    fn ask(&mut self) {
        if let Some(mut elsewhere) = self.elsewhere.take() {
            self.kept = elsewhere();
        }
    }

    fn begin_with(&mut self, seq: u64, payload: &[u8]) {
        match super::read::<State>(payload, self.bodies) {
            Ok(state) => self.is_known(seq, Box::new(state)),
            Err(error) => {
                self.steps.push_back(Step::Unread { seq, is_frame: false, error });
                self.doubt_to(seq, seq);
            }
        }
    }

    /// After something was missing: what the file says that begins behind `seq`, or in what is missing before it; or what is
    /// known elsewhere.
    fn make_up(&mut self, seq: u64, is_gap: bool) {
        let kept = if self.kept.as_ref().is_some_and(|(kept, _)| *kept <= seq) { self.kept.take() } else { None };
        let Some((first, _)) = self.doubt else { return };
        let found = if is_gap || self.history.begins_after(seq) { self.history.at(seq) } else { None };
        let found = found.filter(|(found, _)| *found >= first);
        let kept = kept.filter(|(kept, _)| *kept >= first.max(self.last));
        match (kept, found) {
            (Some((kept, state)), found) if found.as_ref().is_none_or(|(found, _)| *found <= kept) => {
                self.is_known(kept, state);
            }
            (_, Some((found, payload))) => self.begin_with(found, &payload),
            (_, None) => {}
        }
    }

    fn is_known(&mut self, seq: u64, state: Box<State>) {
        self.doubt = self.doubt.filter(|(_, to)| *to > seq).map(|(_, to)| (seq + 1, to));
        self.steps.push_back(Step::Whole { seq, state });
    }

    fn advance(&mut self) {
        let Some(stored) = self.frames.next() else {
            self.ended = true;
            let recorded = self.history.recorded();
            if recorded.is_none() {
                self.ask();
            }
            let kept = self.kept.as_ref().map_or(0, |(kept, _)| *kept);
            let end = recorded.unwrap_or(0).max(kept);
            let is_gap = end > self.last;
            if is_gap {
                self.missing(self.last + 1, end);
            }
            self.make_up(self.last.max(end), is_gap);
            return;
        };
        let is_gap = stored.seq > self.last + 1;
        if is_gap {
            self.missing(self.last + 1, stored.seq - 1);
        }
        self.make_up(stored.seq - 1, is_gap);
        self.last = stored.seq;
        match super::read(&stored.payload, self.bodies) {
            Ok(frame) => self.steps.push_back(Step::Frame { seq: stored.seq, frame: Box::new(frame) }),
            Err(error) => {
                self.steps.push_back(Step::Unread { seq: stored.seq, is_frame: true, error });
                self.doubt_to(stored.seq, stored.seq);
            }
        }
    }
}

impl Iterator for Course<'_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        while self.steps.is_empty() && !self.ended {
            self.advance();
        }
        self.steps.pop_front()
    }
}
