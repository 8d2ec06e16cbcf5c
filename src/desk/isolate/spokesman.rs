//! Which alert stands for a component that is suspected, and how it is told: each party reads of its own part.

use super::case::Case;
use crate::desk::alert::Alert;
use crate::desk::correlate::cause;
use crate::desk::ids::{ComponentId, CoverId};
use crate::desk::incident::Link;
use crate::desk::letter::{Fact, Kept, KeptBy};
use crate::desk::likeness::distinct;
use crate::desk::state::{Here, Place};
use std::cmp::Reverse;

/// Alerts told beside the one that stands for a thing.
const BESIDE: usize = 3;

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

    /// What else `about` shows at the same time, another symptom each, the gravest first.
    pub(super) fn beside(&self, about: Option<&ComponentId>, speaker: Option<&Alert>) -> Vec<&'a Alert> {
        let own = |alert: &&Alert| about.is_some() && alert.component.as_ref() == about && alert.red();
        let fails = |alert: &&Alert| !cause::only_warns(alert.weight());
        let others = self.members.iter().copied().filter(|alert| own(alert) && fails(alert));
        let mut others = distinct(speaker, others);
        others.truncate(BESIDE);
        others
    }

    /// What `about` showed first, where that is the 発生 and the alert that stands for it is another that came later: why it stopped
    /// may stand in it.
    pub(super) fn first_sign(&self, about: Option<&ComponentId>, speaker: Option<&'a Alert>) -> Option<&'a Alert> {
        let (about, speaker) = about.zip(speaker)?;
        let own = |alert: &&Alert| alert.component.as_ref() == Some(about) && alert.at == self.incident.occurred;
        let first = self.members.iter().copied().filter(own).filter(|alert| alert.at < speaker.at);
        distinct(Some(speaker), first).into_iter().next()
    }

    /// What failed below `about` and is over: what needs it may only have to be started again. Of each thing its gravest.
    pub(super) fn was_down(&self, about: &ComponentId) -> Vec<Fact> {
        // What stayed red when another was over fell with that one's cause.
        let from = self.incident.links.iter().filter(|(link, _)| *link == Link::RemainderOf).map(|(_, from)| *from);
        let incidents = [self.incident.id].into_iter().chain(from);
        let places = incidents.filter_map(|id| self.state.places.get(&id)).flatten();
        let over = places.filter_map(|(place, here)| match place {
            Place::Component(id) if self.book.graph.needs(about, id) => Some((id, here)),
            Place::Component(_) | Place::Host(_) => None,
        });
        let ended = |here: &Here| {
            let members = here.members().filter_map(|id| self.state.alerts.get(&id)).filter(|alert| alert.recovered());
            let stopped = members.filter(|alert| !cause::only_warns(alert.weight()));
            stopped.max_by_key(|alert| (alert.weight(), Reverse(alert.id)))
        };
        let fails = |here: &Here| here.live_level().is_some_and(|level| !cause::only_warns(level));
        over.filter(|(_, here)| !fails(here))
            .filter_map(|(id, here)| {
                let alert = ended(here)?;
                let until = alert.gone.as_ref()?.at;
                Some(Fact::WasDown { target: self.book.component_name(id), from: alert.at, until })
            })
            .collect()
    }
}

/// An alert as a fact for the mail, with its own time: what something hid until its end was there before.
pub fn fact_of(alert: &Alert) -> Fact {
    let (host, summary) = (alert.problem.host_name.clone(), alert.problem.summary.clone());
    let Some(at) = alert.began else {
        return Fact::Alert { host: host.to_string(), summary: summary.to_string(), at: alert.at };
    };
    let by = match alert.after {
        Some(CoverId::Work(_)) => KeptBy::Work,
        Some(CoverId::Silence(_)) => KeptBy::Silence,
        None => KeptBy::Source,
    };
    Fact::Kept(Box::new(Kept {
        host: host.to_string(),
        summary: summary.to_string(),
        at,
        by,
        name: String::new(),
        owner: String::new(),
        times: None,
        over: true,
    }))
}
