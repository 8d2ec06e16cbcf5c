//! Which alert stands for a component that is suspected: each party reads of its own part.

use super::case::Case;
use crate::desk::alert::Alert;
use crate::desk::ids::ComponentId;
use crate::desk::state::{Here, Place};

impl<'a> Case<'a> {
    /// The alert that stands for `about`: its own, else one of what needs it, else the incident's.
    pub(super) fn speaks_for(&self, about: Option<&ComponentId>) -> Option<&'a Alert> {
        let incidents = self.incident.representative.and_then(|id| self.state.alerts.get(&id));
        let Some(about) = about else { return incidents };
        let places = self.state.places.get(&self.incident.id)?;
        if let Some((.., own)) = places.get(&Place::Component(about.clone())).and_then(Here::best) {
            return self.state.alerts.get(&own);
        }
        let echoes = |place: &Place| match place {
            Place::Component(id) => self.book.graph.needs(id, about),
            Place::Host(_) => false,
        };
        if incidents.is_some_and(|alert| echoes(&alert.place())) {
            return incidents;
        }
        let best = places.iter().filter(|(place, _)| echoes(place)).filter_map(|(_, here)| here.best()).min();
        best.and_then(|(.., alert)| self.state.alerts.get(&alert)).or(incidents)
    }
}
