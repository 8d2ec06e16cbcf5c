//! A cause that shows too late to take the numbers of its effects along: these stay numbers of their own, and each names the other.

use super::case;
use crate::desk::correlate::cause::only_warns;
use crate::desk::ids::{ComponentId, IncidentId};
use crate::desk::incident::{Edit, Incident, Link, Reason};
use crate::desk::state::{Here, Place};
use crate::desk::turn::Turn;
use std::collections::BTreeSet;

/// Links an incident with those that are open, began before it, and need what fails in it.
pub(super) fn link(turn: &mut Turn, incident: IncidentId) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let Some(root) = known.root.as_ref().filter(|root| stops(turn, incident, root)) else { return };
    let (state, graph) = (&*turn.state, &turn.book.graph);
    // Whatever needs it shows, or is suspected, at it or behind it: of thousands that are open few do.
    let there = graph.behind(root).iter().chain([root]);
    let near: BTreeSet<IncidentId> = there
        .flat_map(|id| {
            let shown = state.incidents_at.get(&Place::Component(id.clone()));
            let all = shown.into_iter().chain(state.rooted.get(id));
            all.flat_map(|all| all.intersection(&state.open)).copied()
        })
        .collect();
    let needs_it = |id: &ComponentId| graph.needs(id, root);
    let meant = |other: &&Incident| {
        let suspected = other.verdict().and_then(|verdict| verdict.component.as_ref());
        let suspected = suspected.filter(|id| other.root.as_ref() != Some(*id));
        let guessed = suspected.is_some_and(|id| id == root || needs_it(id));
        let fails = case::failing(turn.state, other.id).iter().chain(&other.root).any(needs_it);
        other.id != incident
            && other.number.is_some()
            && other.status.name().may_recover()
            && other.detected.elapsed <= known.detected.elapsed
            && (guessed || fails)
            && !known.links.iter().any(|(_, id)| *id == other.id)
    };
    let open = near.iter().filter_map(|id| turn.state.incidents.get(id));
    let others: Vec<IncidentId> = open.filter(meant).map(|other| other.id).collect();
    for other in others {
        turn.edit(incident, Edit::Linked { link: Link::Related, other }, Reason::NeededThere);
        turn.edit(other, Edit::Linked { link: Link::Related, other: incident }, Reason::NeededThere);
    }
}

/// It does more than warn, or shows nothing itself and is taken for the cause.
fn stops(turn: &Turn, incident: IncidentId, root: &ComponentId) -> bool {
    let here = turn.state.places.get(&incident).and_then(|places| places.get(&Place::Component(root.clone())));
    here.and_then(Here::level).is_none_or(|level| !only_warns(level))
}
