//! Planned work and silences in the state, with the index of those that are under way.

use super::State;
use crate::desk::cover::Cover;
use crate::desk::ids::CoverId;

impl State {
    pub(in crate::desk) fn put_cover(&mut self, cover: Cover) {
        if cover.active() {
            self.active.insert(cover.id);
        } else {
            self.active.remove(&cover.id);
        }
        self.covers.insert(cover.id, cover);
    }

    /// Changes a cover and what depends on it. A change to an unknown one is counted.
    pub(in crate::desk) fn alter_cover(&mut self, id: CoverId, change: impl FnOnce(&mut Cover)) {
        match self.covers.remove(&id) {
            Some(mut cover) => {
                change(&mut cover);
                self.put_cover(cover);
            }
            None => self.tally.strays += 1,
        }
    }
}
