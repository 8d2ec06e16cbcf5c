//! The clock: the only place that reads it. Everybody else is handed a moment.
//!
//! A clock may tell a story ([`Clock::story`]) instead of the world's time: the demonstration plays a night in half a
//! minute. Its pace may change while others sleep by it, and it may be told to go no further than some moment until
//! everybody has done what was due; every reading and every [`Clock::sleep`] follows.

use crate::desk::now::{Elapsed, Now};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// A clock; clones show the same time.
#[derive(Debug, Clone)]
pub struct Clock {
    /// What the desk's elapsed time was when this clock began.
    elapsed_then: Elapsed,
    face: Face,
}

#[derive(Debug, Clone)]
enum Face {
    World { began: Instant },
    Story { wall_then: Timestamp, passed_then: Duration, pace: Arc<watch::Sender<Pace>> },
}

/// How a story's time runs.
#[derive(Debug, Clone, Copy)]
struct Pace {
    since: Instant,
    /// Story time that had passed at `since`.
    passed: Duration,
    speed: u32,
    /// It stands still once so much has passed.
    limit: Duration,
}

impl Pace {
    fn passed(&self) -> Duration {
        (self.passed + self.since.elapsed().saturating_mul(self.speed)).min(self.limit.max(self.passed))
    }
}

impl Clock {
    /// The world's clock. `last` is the last moment on record: the desk's elapsed time goes on from it, plus the gap the
    /// wall clock shows - none, if the wall clock was set back.
    pub fn real(last: Option<Now>) -> Self {
        let elapsed_then = last.map_or(Elapsed::default(), |last| {
            let gap = Duration::try_from(Timestamp::now().duration_since(last.wall)).unwrap_or_default();
            last.elapsed + gap
        });
        Self { elapsed_then, face: Face::World { began: Instant::now() } }
    }

    /// A clock that shows `wall` now and runs `speed` times as fast as the world's.
    pub fn story(wall: Timestamp, speed: u32) -> Self {
        let pace = Pace { since: Instant::now(), passed: Duration::ZERO, speed: speed.max(1), limit: Duration::MAX };
        let pace = Arc::new(watch::Sender::new(pace));
        let face = Face::Story { wall_then: wall, passed_then: Duration::ZERO, pace };
        Self { elapsed_then: Elapsed::default(), face }
    }

    /// Lets a story run `speed` times as fast as the world from now on, as far as `until`, where it stands still until
    /// it is told to go further. The world's clock runs as it does.
    pub fn run(&self, speed: u32, until: Timestamp) {
        let Face::Story { wall_then, passed_then, pace } = &self.face else { return };
        let limit = *passed_then + Duration::try_from(until.duration_since(*wall_then)).unwrap_or_default();
        pace.send_modify(|pace| {
            *pace = Pace { since: Instant::now(), passed: pace.passed(), speed: speed.max(1), limit };
        });
    }

    /// The same clock, with the desk's elapsed time going on from `last`.
    pub fn resumed(&self, last: Option<Now>) -> Self {
        match &self.face {
            Face::World { .. } => Self::real(last),
            Face::Story { pace, .. } => {
                let passed_then = pace.borrow().passed();
                let face = Face::Story { wall_then: self.wall(), passed_then, pace: pace.clone() };
                Self { elapsed_then: last.map_or(Elapsed::default(), |last| last.elapsed), face }
            }
        }
    }

    /// Both readings of this moment.
    pub fn now(&self) -> Now {
        match &self.face {
            Face::World { began } => Now { wall: Timestamp::now(), elapsed: self.elapsed_then + began.elapsed() },
            Face::Story { wall_then, passed_then, pace } => {
                let passed = pace.borrow().passed().saturating_sub(*passed_then);
                let wall = wall_then.saturating_add(passed).unwrap_or(*wall_then);
                Now { wall, elapsed: self.elapsed_then + passed }
            }
        }
    }

    /// The wall clock.
    pub fn wall(&self) -> Timestamp {
        self.now().wall
    }

    /// Waits until `span` has passed by this clock.
    pub async fn sleep(&self, span: Duration) {
        let Face::Story { pace, .. } = &self.face else { return tokio::time::sleep(span).await };
        let mut changes = pace.subscribe();
        let until = changes.borrow_and_update().passed().saturating_add(span);
        loop {
            let Pace { speed, limit, .. } = *changes.borrow_and_update();
            let left = until.saturating_sub(pace.borrow().passed());
            if left.is_zero() {
                return;
            }
            let changed = if until > limit {
                changes.changed().await
            } else {
                // Rounded up to what a timer can tell apart, so that it does not wake a moment too early.
                let wait = left / speed + Duration::from_micros(100);
                tokio::time::timeout(wait, changes.changed()).await.unwrap_or(Ok(()))
            };
            if changed.is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    fn start() -> Timestamp {
        "2026-09-19T17:13:00Z".parse().expect("a timestamp")
    }

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
    fn a_story_goes_as_far_as_it_is_told_and_stands() {
        let clock = Clock::story(start(), 1);
        clock.run(u32::MAX, start() + DAY);
        std::thread::sleep(Duration::from_millis(2));
        assert_eq!(clock.wall(), start() + DAY);
        assert_eq!(clock.now().elapsed, Elapsed(86_400_000));
        clock.run(1, start());
        assert_eq!(clock.wall(), start() + DAY, "it never goes back");
    }

    #[test]
    fn a_resumed_story_shows_the_same_wall_and_its_own_elapsed_time() {
        let clock = Clock::story(start(), 1);
        clock.run(u32::MAX, start() + DAY);
        std::thread::sleep(Duration::from_millis(2));
        let resumed = clock.resumed(Some(Now { wall: start(), elapsed: Elapsed(7) }));
        assert_eq!(resumed.now(), Now { wall: start() + DAY, elapsed: Elapsed(7) });
        clock.run(u32::MAX, start() + 2 * DAY);
        std::thread::sleep(Duration::from_millis(2));
        assert_eq!(resumed.now(), Now { wall: start() + 2 * DAY, elapsed: Elapsed(86_400_007) });
    }

    #[tokio::test]
    async fn who_sleeps_by_a_story_wakes_when_its_pace_says_so() {
        let clock = Clock::story(start(), 1);
        clock.run(1, start());
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep(DAY).await }
        });
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        clock.run(u32::MAX, start() + 2 * DAY);
        let limit = Duration::from_secs(10);
        tokio::time::timeout(limit, sleeper).await.expect("it wakes").expect("it does not fail");
    }
}
