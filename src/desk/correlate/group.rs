//! Which of the failing things explain the others: roots, and groups that share them.
//!
//! Pure functions over the graph. A root is a failing place that needs no other failing place; everything behind it
//! that fails, too, is an echo (波及).

use crate::desk::alert::Alert;
use crate::desk::book::Book;
use crate::desk::ids::{ComponentId, IncidentId};
use crate::desk::state::{Place, State};
use std::collections::{BTreeMap, BTreeSet};

/// The failing places of an incident: where a member has not ended; all places if every member has.
pub(in crate::desk) fn failing(state: &State, incident: IncidentId) -> BTreeSet<Place> {
    let live: BTreeSet<Place> =
        state.members_of(incident).filter(|alert| alert.gone.is_none()).map(Alert::place).collect();
    if live.is_empty() { state.members_of(incident).map(Alert::place).collect() } else { live }
}

/// The roots of `place` within `failing`: itself, or what it needs that needs nothing failing.
pub(in crate::desk) fn roots_of(book: &Book, place: &Place, failing: &BTreeSet<Place>) -> BTreeSet<Place> {
    let Place::Component(component) = place else { return BTreeSet::from([place.clone()]) };
    let needed: Vec<&ComponentId> =
        components(failing).filter(|other| *other != component && book.graph.needs(component, other)).collect();
    let roots: BTreeSet<Place> = needed
        .iter()
        .filter(|candidate| {
            !needed.iter().any(|other| {
                other != *candidate && book.graph.needs(candidate, other) && !book.graph.needs(other, candidate)
            })
        })
        .map(|root| Place::Component((*root).clone()))
        .collect();
    if roots.is_empty() { BTreeSet::from([place.clone()]) } else { roots }
}

/// The components among `places`.
pub(in crate::desk) fn components(places: &BTreeSet<Place>) -> impl Iterator<Item = &ComponentId> {
    places.iter().filter_map(|place| match place {
        Place::Component(component) => Some(component),
        Place::Host(_) => None,
    })
}

/// Groups of places that are one fault: they share a root, or their roots are kept by one party and need a common
/// thing (which may be the silent cause). Each group with its roots, in a fixed order.
pub(in crate::desk) fn partition(book: &Book, places: &BTreeSet<Place>, failing: &BTreeSet<Place>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for place in places {
        let roots = roots_of(book, place, failing);
        let mut group = Group { places: BTreeSet::from([place.clone()]), roots };
        let mut apart = Vec::new();
        for other in groups {
            if same_fault(book, &group, &other) {
                group.places.extend(other.places);
                group.roots.extend(other.roots);
            } else {
                apart.push(other);
            }
        }
        apart.push(group);
        groups = apart;
    }
    groups
}

/// One fault: its places and its roots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::desk) struct Group {
    /// Where it shows.
    pub(in crate::desk) places: BTreeSet<Place>,
    /// What explains it.
    pub(in crate::desk) roots: BTreeSet<Place>,
}

fn same_fault(book: &Book, one: &Group, other: &Group) -> bool {
    one.roots.intersection(&other.roots).next().is_some()
        || components(&one.roots).any(|a| {
            components(&other.roots).any(|b| {
                let party = |id: &ComponentId| book.rules.components.get(id).map(|component| &component.party);
                party(a) == party(b) && common_need(book, a, b).is_some()
            })
        })
}

/// Something both need, if there is any.
pub(in crate::desk) fn common_need(book: &Book, one: &ComponentId, other: &ComponentId) -> Option<ComponentId> {
    book.graph.below(one).intersection(book.graph.below(other)).next().cloned()
}

/// Every component of an incident that needs nothing else that fails in it.
pub(in crate::desk) fn root_components(state: &State, book: &Book, incident: IncidentId) -> BTreeSet<ComponentId> {
    let failing = failing(state, incident);
    let roots: BTreeSet<Place> = failing.iter().flat_map(|place| roots_of(book, place, &failing)).collect();
    components(&roots).cloned().collect()
}

/// The root that explains most of an incident: most failing places behind it, then the earliest alert, then the name.
pub(in crate::desk) fn main_root(state: &State, book: &Book, incident: IncidentId) -> Option<Place> {
    let failing = failing(state, incident);
    let mut explained: BTreeMap<Place, usize> = BTreeMap::new();
    for place in &failing {
        for root in roots_of(book, place, &failing) {
            *explained.entry(root).or_default() += 1;
        }
    }
    let earliest =
        |place: &Place| state.members_of(incident).filter(|alert| alert.place() == *place).map(|alert| alert.at).min();
    explained
        .into_iter()
        .min_by_key(|(place, count)| (std::cmp::Reverse(*count), earliest(place), place.clone()))
        .map(|(place, _)| place)
}
