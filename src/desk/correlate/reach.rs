//! Whom an incident hits now: its causes, and how everything else stands that may carry on in their place.

use super::apart;
use super::cause::{Known, only_warns};
use super::group;
use crate::desk::book::Book;
use crate::desk::ids::{ComponentId, IncidentId, LocationId, SystemId};
use crate::desk::incident::{Incident, StatusName};
use crate::desk::scope::{self, Reach, Standing};
use crate::desk::source::Sight;
use crate::desk::state::{Here, Place, State};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// What the failure of an incident's causes reaches, taken together.
pub(in crate::desk) fn reach_of(state: &State, book: &Book, incident: &Incident) -> Reach {
    let roots = match (&incident.root, incident.status.name()) {
        // Once the root is normal again, what is told of it still says whom it hit.
        (Some(root), StatusName::Verifying) => shown(state, book, incident, root.clone()),
        _ => roots(state, book, incident),
    };
    let reach = reach(state, book, incident, &roots);
    if incident.status.name().may_recover() { reach } else { as_it_was(incident, reach) }
}

/// When it is over, spares would carry what it hit: that they did not while it lasted is what is told.
fn as_it_was(incident: &Incident, reach: Reach) -> Reach {
    let Reach { mut systems, mut locations, kept, kept_locations, carried_by, .. } = reach;
    let (hit, kept): (Vec<SystemId>, Vec<SystemId>) = kept.into_iter().partition(|id| incident.hit.contains(id));
    let (cut_off, kept_locations): (Vec<LocationId>, Vec<LocationId>) =
        kept_locations.into_iter().partition(|id| incident.hit_locations.contains(id));
    systems.extend(hit);
    locations.extend(cut_off);
    let carried_by = if kept.is_empty() && kept_locations.is_empty() { BTreeSet::new() } else { carried_by };
    Reach { systems, locations, kept, kept_locations, carried_by, ..reach }
}

/// What an incident hits others through: its causes; its root where no alert shows any.
pub(super) fn roots(state: &State, book: &Book, incident: &Incident) -> BTreeSet<ComponentId> {
    let roots = group::root_components(state, book, incident.id);
    let roots = if roots.is_empty() { incident.root.iter().cloned().collect() } else { roots };
    roots.into_iter().flat_map(|root| shown(state, book, incident, root)).collect()
}

/// What was just worked on, or is kept apart, is believed to be the cause with little evidence. Where it is watched, shows nothing itself and is
/// not known to be silent, it hits nobody beyond what it explains.
fn shown(state: &State, book: &Book, incident: &Incident, root: ComponentId) -> BTreeSet<ComponentId> {
    let silent = Known::of(state, book, incident).answers(&root) == Some(false);
    let places = state.places.get(&incident.id);
    let own = places.is_none_or(|places| places.contains_key(&Place::Component(root.clone())));
    let at = incident.detected.wall;
    let worked_on = state.lately_worked_on(&root, at) || apart::gravest(state, &root, at).is_some();
    if own || silent || !worked_on || !book.watched(&root) {
        return BTreeSet::from([root]);
    }
    let failing = group::failing(state, incident.id);
    let behind = group::components(failing.keys()).filter(|id| book.graph.needs(id, &root));
    let behind: BTreeSet<ComponentId> = behind.cloned().collect();
    if behind.is_empty() { BTreeSet::from([root]) } else { behind }
}

/// What the failure of some of an incident's causes reaches.
pub(super) fn reach<'a>(
    state: &State,
    book: &Book,
    incident: &Incident,
    roots: impl IntoIterator<Item = &'a ComponentId>,
) -> Reach {
    let standings = Standings::of(state, book, incident);
    let roots: BTreeSet<&ComponentId> = roots.into_iter().collect();
    let goes_on = !roots.is_empty() && roots.iter().all(|root| works_on(state, incident, root));
    let reach = scope::scope_of(&book.rules, &book.graph, roots, &|id| standings.standing(id));
    // Nothing has to carry on in place of what works on.
    if goes_on { Reach { carried_by: BTreeSet::new(), ..reach } } else { reach }
}

/// All it shows is a sign (警告): it works on.
fn works_on(state: &State, incident: &Incident, root: &ComponentId) -> bool {
    let here = state.places.get(&incident.id).and_then(|places| places.get(&Place::Component(root.clone())));
    here.and_then(Here::level).is_some_and(only_warns)
}

/// Systems that demonstrably do not depend on what fails, nor on what is suspected.
pub(in crate::desk) fn untouched(state: &State, book: &Book, incident: &Incident, reach: &Reach) -> Vec<SystemId> {
    let blind = state.sources.values().any(|source| matches!(source.sight, Sight::Blind { .. }));
    if blind || !reach.hits() && !reach.is_carried() {
        // Nobody can tell what works while something is not seen, nor what is beside an unknown.
        return Vec::new();
    }
    let standings = Standings::of(state, book, incident);
    let named = incident.verdict().and_then(|verdict| verdict.component.as_ref());
    let apart = |root: &&ComponentId| named.is_some_and(|named| named != *root && !book.graph.needs(root, named));
    if incident.root.as_ref().is_some_and(|root| apart(&root)) {
        // What is suspected serves what fails in a way that nobody has written down: what else it serves is not known.
        return Vec::new();
    }
    let suspected = |id: &ComponentId| incident.root.as_ref() == Some(id) || named == Some(id);
    // Where people say that something fails, nobody is told that it goes on, though monitoring shows nothing.
    let told = |id: &ComponentId| state.burning_from(id).any(|other| is_told_of(state, other));
    let doubtful = |id: &ComponentId| suspected(id) || told(id);
    let standing = |id: &ComponentId| if doubtful(id) { Standing::Fails } else { standings.standing(id) };
    scope::untouched(&book.rules, &book.graph, reach, &standing)
}

/// Somebody told the desk of it, and it is not over.
fn is_told_of(state: &State, incident: IncidentId) -> bool {
    state.incidents.get(&incident).is_some_and(|known| !known.told.is_empty() && known.status.name().may_recover())
}

/// How components are now, whichever incident their alerts belong to; each is looked at once, as many systems need the
/// same ones.
pub(super) struct Standings<'a> {
    known: Known<'a>,
    state: &'a State,
    book: &'a Book,
    fails: RefCell<BTreeMap<ComponentId, bool>>,
    found: RefCell<BTreeMap<ComponentId, Standing>>,
}

impl<'a> Standings<'a> {
    pub(super) fn of(state: &'a State, book: &'a Book, incident: &'a Incident) -> Self {
        let known = Known::of(state, book, incident);
        Self { known, state, book, fails: RefCell::default(), found: RefCell::default() }
    }

    pub(super) fn standing(&self, id: &ComponentId) -> Standing {
        once(&self.found, id, || self.find(id))
    }

    fn find(&self, id: &ComponentId) -> Standing {
        if self.fails(id) {
            return Standing::Fails;
        }
        let graph = &self.book.graph;
        let stands_on_it = || graph.below(id).iter().any(|below| self.fails(below) && graph.depends_wholly(id, below));
        match self.known.answers(id) {
            Some(false) => Standing::Fails,
            Some(true) => Standing::Works,
            None if !self.book.watched(id) => Standing::NotKnown,
            None if stands_on_it() => Standing::Fails,
            None => Standing::Works,
        }
    }

    /// It shows more than a warning, or is taken for the cause of something that burns and shows nothing itself.
    fn fails(&self, id: &ComponentId) -> bool {
        once(&self.fails, id, || {
            let place = Place::Component(id.clone());
            let shown = self.state.live_at(&place).any(|alert| alert.red() && !only_warns(alert.weight()));
            shown || self.state.burning_from(id).any(|incident| self.is_silent_cause(incident, &place))
        })
    }

    fn is_silent_cause(&self, incident: IncidentId, place: &Place) -> bool {
        let known = self.state.incidents.get(&incident);
        let handled = known.is_some_and(|known| known.status.name() != StatusName::Verifying);
        handled && self.state.places.get(&incident).is_some_and(|places| !places.contains_key(place))
    }
}

fn once<T: Copy>(known: &RefCell<BTreeMap<ComponentId, T>>, id: &ComponentId, find: impl FnOnce() -> T) -> T {
    if let Some(known) = known.borrow().get(id) {
        return *known;
    }
    let found = find();
    known.borrow_mut().insert(id.clone(), found);
    found
}
