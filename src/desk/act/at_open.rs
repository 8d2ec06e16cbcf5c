//! What the desk should know when somebody calls (起票): what burns on the same systems already, what is done or was done there, what
//! the like was, and what monitoring shows.

use crate::desk::alert::Alert;
use crate::desk::ids::{ComponentId, IncidentId};
use crate::desk::incident::{Edit, Incident, Link, Reason};
use crate::desk::isolate::case;
use crate::desk::likeness;
use crate::desk::scope::Reach;
use crate::desk::source::Sight;
use crate::desk::state::Place;
use crate::desk::turn::Turn;
use crate::desk::{AtOpen, Named, correlate, cover::Over};
use std::collections::BTreeSet;

/// Of each kind named at most.
const MOST: usize = 5;

/// Links what is called about now to what hits the same systems already: the desk decides whether it is one fault.
pub(super) fn link(turn: &mut Turn, id: IncidentId) {
    for other in on_the_same(turn, id).into_iter().chain(restored_there(turn, id)) {
        turn.edit(id, Edit::Linked { link: Link::Related, other }, Reason::Call);
        turn.edit(other, Edit::Linked { link: Link::Related, other: id }, Reason::Call);
    }
}

/// Numbered incidents that burn and hit a system that this one hits, too, the latest first.
fn on_the_same(turn: &Turn, id: IncidentId) -> Vec<IncidentId> {
    let Some(known) = turn.state.incidents.get(&id) else { return Vec::new() };
    let own = correlate::reach_of(turn.state, turn.book, known);
    let shares = |other: &&Incident| {
        let reach = other.severity.as_ref().and_then(|severity| severity.reach.as_deref());
        reach.is_some_and(|reach: &Reach| reach.systems.iter().any(|system| own.systems.contains(system)))
    };
    let others = turn.state.burning.iter().rev().filter(|other| **other != id);
    let others = others.filter_map(|other| turn.state.incidents.get(other)).filter(|other| other.number.is_some());
    others.filter(shares).map(|other| other.id).take(MOST).collect()
}

/// Numbers of the same component that were restored within the reopen window, or before, and went on when the caller says that it
/// began; the latest first.
fn restored_there(turn: &Turn, id: IncidentId) -> Vec<IncidentId> {
    let Some(known) = turn.state.incidents.get(&id) else { return Vec::new() };
    let Some(root) = &known.root else { return Vec::new() };
    let reopen = turn.book.rules.policy.reopen;
    let is_meant = |other: &&Incident| {
        let over = other.number.is_some() && other.status.name().is_over();
        over && other.restored.as_ref().is_some_and(|restored| {
            let lately = known.detected.elapsed.since(restored.elapsed) <= reopen;
            lately || (other.occurred..=restored.at).contains(&known.occurred)
        })
    };
    let there = turn.state.rooted.get(root).into_iter().flatten().rev();
    let there = there.filter(|other| **other != id).filter_map(|other| turn.state.incidents.get(other));
    there.filter(is_meant).map(|other| other.id).take(MOST).collect()
}

/// What is to be said with the number.
pub(super) fn of(turn: &Turn, id: IncidentId) -> Option<AtOpen> {
    let known = turn.state.incidents.get(&id)?;
    let root = known.told.last().and_then(|told| told.component.clone()).or_else(|| known.root.clone());
    let parts: BTreeSet<ComponentId> =
        root.iter().flat_map(|root| turn.book.graph.below(root).iter().chain([root])).cloned().collect();
    let related = known.links.iter().filter(|(link, _)| *link == Link::Related);
    let related = related.filter_map(|(_, other)| turn.state.incidents.get(other));
    let (open, over): (Vec<&Incident>, Vec<&Incident>) = related.partition(|other| other.status.name().burning());
    let over = over.into_iter().filter(|other| other.status.name().is_over());
    let named = |other: &Incident| Named { name: other.name(), words: words(turn, other) };
    let changes = case::recent_changes(turn.state, turn.book, known);
    let places: Vec<Place> = parts.iter().cloned().map(Place::Component).collect();
    let red = places.iter().flat_map(|place| turn.state.live_at(place)).filter(|alert| alert.red());
    let red: BTreeSet<String> = red.map(|alert| alert.problem.host_name.to_string()).collect();
    let like = likeness::like(turn.state, turn.book, known);
    Some(AtOpen {
        open: open.into_iter().map(named).take(MOST).collect(),
        restored: over.map(named).take(MOST).collect(),
        works: works(turn, &parts),
        changes: changes
            .into_iter()
            .map(|change| Named { name: change.id.to_string(), words: change.summary.clone() })
            .take(MOST)
            .collect(),
        like: like
            .into_iter()
            .map(|like| Named { name: like.past.number.to_string(), words: like.past.treatment.to_string() })
            .take(MOST)
            .collect(),
        red: red.into_iter().take(MOST).collect(),
        watched: root.as_ref().is_some_and(|root| turn.book.watched(root)),
        blind: turn.state.sources.values().any(|source| matches!(source.sight, Sight::Blind { .. })),
    })
}

/// The alert that stands for it, or the caller's words.
fn words(turn: &Turn, incident: &Incident) -> String {
    let alert: Option<&Alert> = incident.representative.and_then(|id| turn.state.alerts.get(&id));
    alert.map_or_else(|| incident.summary.clone(), |alert| alert.problem.summary.to_string())
}

/// Planned work that is under way on it, or on what it needs.
fn works(turn: &Turn, parts: &BTreeSet<ComponentId>) -> Vec<Named> {
    let covers = turn.state.active.iter().filter_map(|id| turn.state.covers.get(id));
    let there = covers.filter(|cover| match &cover.over {
        Over::Work { components, .. } => components.iter().any(|worked| parts.contains(worked)),
        Over::Alerts(_) => false,
    });
    there.map(|cover| Named { name: cover.id.to_string(), words: cover.name.clone() }).take(MOST).collect()
}
