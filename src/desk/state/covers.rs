//! Planned work and silences in the state, with the index of those that are under way.

use super::State;
use crate::desk::cover::{Cover, Over};
use crate::desk::ids::{ComponentId, CoverId};
use jiff::{SignedDuration, Timestamp};

/// What work on a thing leaves behind shows within this time.
const LATELY: SignedDuration = SignedDuration::from_hours(2);

impl State {
    pub(in crate::desk) fn put_cover(&mut self, cover: Cover) {
        if cover.active() {
            self.active.insert(cover.id);
        } else {
            self.active.remove(&cover.id);
        }
        for component in components(&cover) {
            self.worked.entry(component.clone()).or_default().insert(cover.id);
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

    /// Forgets a cover.
    pub(in crate::desk) fn remove_cover(&mut self, id: CoverId) {
        let Some(cover) = self.covers.remove(&id) else { return };
        for component in components(&cover) {
            if let Some(there) = self.worked.get_mut(component) {
                there.remove(&id);
                if there.is_empty() {
                    self.worked.remove(component);
                }
            }
        }
    }

    /// Planned work on the component itself went on at `at`, or had ended not long before.
    pub(in crate::desk) fn lately_worked_on(&self, component: &ComponentId, at: Timestamp) -> bool {
        let works = self.worked.get(component).into_iter().flatten().filter_map(|id| self.covers.get(id));
        let mut lately = works.filter(|work| work.from <= at && at.duration_since(work.end()) <= LATELY);
        lately.any(|work| work.begun && components(work).any(|worked| worked == component))
    }
}

fn components(cover: &Cover) -> impl Iterator<Item = &ComponentId> {
    let components = match &cover.over {
        Over::Work { components, .. } => Some(components),
        Over::Alerts(_) => None,
    };
    components.into_iter().flatten()
}
