//! What is known of components beside their alerts: answers, and what these prove of what lies below.

use super::cause::{Signs, only_warns};
use crate::desk::book::Book;
use crate::desk::ids::ComponentId;
use crate::desk::incident::{Incident, Link, Probe};
use crate::desk::state::{Here, Place, State};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of components beside their alerts.
pub(in crate::desk) struct Known<'a> {
    pub(super) book: &'a Book,
    pub(super) state: &'a State,
    /// What the incident shows, by place.
    pub(super) places: Option<&'a BTreeMap<Place, Here>>,
    /// When this is.
    pub(super) at: Timestamp,
    /// It is what stayed red after something larger: that several things fail at once is no coincidence then.
    pub(super) remainder: bool,
    /// Answer (or not) when asked.
    pub(super) answers: BTreeMap<&'a ComponentId, bool>,
}

impl<'a> Known<'a> {
    /// What was found out for `incident`.
    pub(in crate::desk) fn of(state: &'a State, book: &'a Book, incident: &'a Incident) -> Self {
        let left = incident.links.iter().any(|(link, _)| *link == Link::RemainderOf);
        let remainder = left || incident.eased.is_some();
        let (at, places) = (incident.detected.wall, state.places.get(&incident.id));
        let mut known = Self { book, state, places, at, remainder, answers: BTreeMap::new() };
        known.extend(&incident.pings);
        // A conversation tells more than an echo, and one that fails more than one that does not.
        for good in [true, false] {
            let probed = incident.probes.iter().filter(|(_, trial)| trial.good() == Some(good));
            let about = probed.filter_map(|(name, _)| Some((&book.rules.probes.get(name)?.component, good)));
            known.answers.extend(about);
        }
        if incident.eased.is_some() {
            known.forget_bygone();
        }
        known
    }

    /// What was found out elsewhere.
    pub(in crate::desk) fn extend(&mut self, pings: &'a BTreeMap<ComponentId, Probe>) {
        self.answers.extend(pings.iter().filter_map(|(id, probe)| Some((id, probe.answered()?))));
    }

    /// What did not answer when it was asked does its work again where something works again that cannot do without it.
    pub(super) fn forget_bygone(&mut self) {
        let back = |(place, here): (&'a Place, &'a Here)| match place {
            Place::Component(id) if here.over() && !here.vanished() => Some(id),
            _ => None,
        };
        let back: Vec<&ComponentId> = self.places.into_iter().flatten().filter_map(back).collect();
        let graph = &self.book.graph;
        self.answers.retain(|id, answers| *answers || !back.iter().any(|back| graph.depends_wholly(back, id)));
    }

    /// Whether it answers as it should, where that is known.
    pub(in crate::desk) fn answers(&self, component: &ComponentId) -> Option<bool> {
        self.answers.get(component).copied()
    }

    pub(super) fn is_silent(&self, component: &ComponentId) -> bool {
        self.answers.get(component) == Some(&false)
    }

    /// It was asked, and answers as it should.
    pub(super) fn is_sound(&self, component: &ComponentId) -> bool {
        self.answers.get(component) == Some(&true)
    }

    /// Something that needs it answers and shows no fault: what only warns does its work.
    pub(super) fn works_behind(&self, component: &ComponentId, red: &Signs) -> bool {
        let works = |id: &ComponentId| self.is_sound(id) && red.get(id).is_none_or(|level| only_warns(*level));
        self.answers.keys().any(|id| works(id) && self.rests_on(id, component, |id| red.contains_key(id)))
    }

    /// It answers, or something that needs it does: whatever it is, it is not dead.
    pub(super) fn lives(&self, component: &ComponentId, red: &Signs) -> bool {
        let shows = |id: &ComponentId| id == component || self.rests_on(id, component, |id| red.contains_key(id));
        self.answers.iter().any(|(id, answers)| *answers && shows(id))
    }

    /// That `above` answers shows that `below` does its work: it cannot do without it, and not everything between them fails
    /// and is silent itself. A host may answer an echo although its storage is dead, and what the storage stands on.
    pub(in crate::desk) fn rests_on(
        &self,
        above: &ComponentId,
        below: &ComponentId,
        fails: impl Fn(&ComponentId) -> bool,
    ) -> bool {
        if !self.book.graph.depends_wholly(above, below) {
            return false;
        }
        let leads = |id: &ComponentId| id == below || !(self.is_silent(id) && fails(id));
        let mut open = vec![above];
        let mut seen = BTreeSet::new();
        while let Some(next) = open.pop() {
            if next == below {
                return true;
            }
            let needs = self.book.rules.components.get(next).map(|known| known.needs.as_slice()).unwrap_or_default();
            open.extend(needs.iter().filter(|id| leads(id)).filter(|id| seen.insert(*id)));
        }
        false
    }
}
