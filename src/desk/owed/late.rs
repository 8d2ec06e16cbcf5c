//! Whether a row should have been accepted by now.

use super::Owed;
use super::known::is_mail;
use crate::desk::now::Now;
use crate::desk::rules::Rules;
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
        self.critical && is_mail(self, rules) && self.is_late(now)
    }

    /// It should have been accepted by now, however grave it is.
    pub(in crate::desk) fn is_late(&self, now: Now) -> bool {
        let late = self.ready_for(now).is_some_and(|age| age > self.deliver_by.since(self.decided.elapsed));
        late && !self.state.ended() && !self.is_held()
    }
}
