//! A machine on which a security incident is suspected holds what may be evidence: whoever is asked about it for another
//! reason is asked to call the desk before it is restarted or changed. Why is for few (`least.rs`), and is not told.

use super::target;
use crate::desk::ids::{ComponentId, PartyId};
use crate::desk::incident::Incident;
use crate::desk::state::Place;
use crate::desk::turn::Turn;
use std::collections::BTreeSet;

/// Whether what `party` is asked about in `incident` is, stands right on or carries such a machine.
pub(super) fn of(turn: &Turn, incident: &Incident, party: &PartyId) -> bool {
    let requests = turn.state.requests_of(incident.id).filter(|request| request.party == *party);
    let asked = requests.filter_map(|request| request.component.clone());
    let mut things: BTreeSet<ComponentId> = asked.collect();
    things.extend(target::ids(turn, incident, party));
    things.iter().any(|thing| near(turn, thing).iter().any(|id| is_suspected(turn, incident, id)))
}

/// The thing, what it stands on and what stands on it: what is further away can be restarted without touching it.
fn near(turn: &Turn, thing: &ComponentId) -> BTreeSet<ComponentId> {
    let needs = |id: &ComponentId| turn.book.rules.components.get(id).map_or(&[][..], |known| &known.needs[..]);
    let above = turn.book.graph.behind(thing).iter().filter(|id| needs(id).contains(thing));
    above.chain(needs(thing)).chain([thing]).cloned().collect()
}

/// Another incident there is one of those few may know of, and is not closed.
fn is_suspected(turn: &Turn, incident: &Incident, component: &ComponentId) -> bool {
    let shown = turn.state.incidents_at.get(&Place::Component(component.clone()));
    let there = shown.into_iter().chain(turn.state.rooted.get(component));
    let open = there.flat_map(|all| all.intersection(&turn.state.open)).filter(|id| **id != incident.id);
    let mut others = open.filter_map(|id| turn.state.incidents.get(id));
    others.any(Incident::is_secret)
}
