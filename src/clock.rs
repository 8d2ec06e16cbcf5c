//! The clock: the only place that reads it. Everybody else is handed a moment.
//!
//! A clock may run faster than the world's ([`Clock::story`]): the demonstration plays a night in half a minute, and
//! every wait and every reading follows.

use crate::desk::now::{Elapsed, Now};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A clock; clones show the same time.
#[derive(Debug, Clone)]
pub struct Clock(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    began: Instant,
    elapsed_then: Elapsed,
    story: Option<Story>,
}

#[derive(Debug)]
struct Story {
    wall_then: Timestamp,
    speed: u32,
}

impl Clock {
    /// The world's clock. `last` is the last moment on record: the desk's elapsed time goes on from it, plus the gap the
    /// wall clock shows - none, if the wall clock was set back.
    pub fn real(last: Option<Now>) -> Self {
        let elapsed_then = last.map_or(Elapsed::default(), |last| {
            let gap = Duration::try_from(Timestamp::now().duration_since(last.wall)).unwrap_or_default();
            last.elapsed + gap
        });
        Self(Arc::new(Inner { began: Instant::now(), elapsed_then, story: None }))
    }

    /// A clock that shows `wall` now and runs `speed` times as fast as the world's.
    pub fn story(wall: Timestamp, speed: u32) -> Self {
        let story = Some(Story { wall_then: wall, speed: speed.max(1) });
        Self(Arc::new(Inner { began: Instant::now(), elapsed_then: Elapsed::default(), story }))
    }

    /// The same pace, with the desk's elapsed time going on from `last`.
    pub fn resumed(&self, last: Option<Now>) -> Self {
        match &self.0.story {
            None => Self::real(last),
            Some(story) => {
                let elapsed_then = last.map_or(Elapsed::default(), |last| last.elapsed);
                let story = Some(Story { wall_then: self.wall(), speed: story.speed });
                Self(Arc::new(Inner { began: Instant::now(), elapsed_then, story }))
            }
        }
    }

    /// Both readings of this moment.
    pub fn now(&self) -> Now {
        let passed = self.passed();
        let wall = match &self.0.story {
            None => Timestamp::now(),
            Some(story) => story.wall_then.saturating_add(passed).unwrap_or(story.wall_then),
        };
        Now { wall, elapsed: self.0.elapsed_then + passed }
    }

    /// The wall clock.
    pub fn wall(&self) -> Timestamp {
        self.now().wall
    }

    /// How long the world takes for `span` of this clock.
    pub fn in_world(&self, span: Duration) -> Duration {
        self.0.story.as_ref().map_or(span, |story| span / story.speed)
    }

    fn passed(&self) -> Duration {
        let passed = self.0.began.elapsed();
        self.0.story.as_ref().map_or(passed, |story| passed * story.speed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elapsed_time_goes_on_over_a_stop_and_never_back() {
        let hour = Duration::from_secs(3600);
        let past = Now { wall: Timestamp::now() - hour, elapsed: Elapsed(5_000) };
        assert!(Clock::real(Some(past)).now().elapsed >= Elapsed(5_000) + hour);
        let set_back = Now { wall: Timestamp::now() + hour, elapsed: Elapsed(5_000) };
        let elapsed = Clock::real(Some(set_back)).now().elapsed;
        assert!(elapsed >= Elapsed(5_000) && elapsed < Elapsed(5_000) + hour);
    }

    #[test]
    fn a_story_runs_faster() {
        let start: Timestamp = "2026-09-19T17:13:00Z".parse().expect("a timestamp");
        let clock = Clock::story(start, 1_000);
        let first = clock.now();
        std::thread::yield_now();
        assert!(clock.now().wall >= first.wall && first.wall >= start);
        assert_eq!(clock.in_world(Duration::from_secs(10)), Duration::from_millis(10));
    }
}
