//! Whether a row should have been accepted by now.

use super::{Owed, Work};
use crate::desk::now::Now;
use crate::desk::rules::{Carries, Rules};
use std::time::Duration;

impl Owed {
    /// How long it has been able to leave; `None` while it waits for its reader's opening.
    pub fn ready_for(&self, now: Now) -> Option<Duration> {
        match self.not_before {
            Some(at) => Duration::try_from(now.wall.duration_since(at)).ok(),
            None => Some(now.elapsed.since(self.decided.elapsed)),
        }
    }

    /// A critical mail that should have been accepted by now (`deliver_by`). What waits for the desk is in time, and a copy does
    /// not count: it is never the only way.
    pub fn is_overdue(&self, rules: &Rules, now: Now) -> bool {
        let Work::Message { channel, .. } = &self.work else { return false };
        let copy = rules.channels.iter().any(|known| known.id == *channel && known.carries != Carries::Mail);
        let late = self.ready_for(now).is_some_and(|age| age > self.deliver_by.since(self.decided.elapsed));
        self.critical && !copy && late && !self.state.ended() && !self.is_held()
    }
}
