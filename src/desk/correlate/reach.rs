//! Whom an incident hits now: its causes, and how everything else stands that may carry on in their place.

use super::cause::{Known, only_warns};
use super::group;
use crate::desk::book::Book;
use crate::desk::ids::{ComponentId, SystemId};
use crate::desk::incident::{Incident, StatusName};
use crate::desk::scope::{self, Reach, Standing};
use crate::desk::source::Sight;
use crate::desk::state::{Place, State};
use std::collections::BTreeSet;

/// What the failure of an incident's causes reaches, taken together.
pub(in crate::desk) fn reach_of(state: &State, book: &Book, incident: &Incident) -> Reach {
    let roots = match (&incident.root, incident.status.name()) {
        // Once the root is normal again, what is told of it still says whom it hit.
        (Some(root), StatusName::Verifying) => BTreeSet::from([root.clone()]),
        _ => roots(state, book, incident),
    };
    reach(state, book, incident, &roots)
}

/// The causes of an incident; its root where no alert shows any.
pub(super) fn roots(state: &State, book: &Book, incident: &Incident) -> BTreeSet<ComponentId> {
    let roots = group::root_components(state, book, incident.id);
    if roots.is_empty() { incident.root.iter().cloned().collect() } else { roots }
}

/// What the failure of some of an incident's causes reaches.
pub(super) fn reach<'a>(
    state: &State,
    book: &Book,
    incident: &Incident,
    roots: impl IntoIterator<Item = &'a ComponentId>,
) -> Reach {
    let known = Known::of(state, book, incident);
    scope::scope_of(&book.rules, &book.graph, roots, &|id| standing(&known, state, book, id))
}

/// Systems that demonstrably do not depend on what fails.
pub(in crate::desk) fn untouched(state: &State, book: &Book, incident: &Incident, reach: &Reach) -> Vec<SystemId> {
    let blind = state.sources.values().any(|source| matches!(source.sight, Sight::Blind { .. }));
    if blind || !reach.hits() && !reach.is_carried() {
        // Nobody can tell what works while something is not seen, nor what is beside an unknown.
        return Vec::new();
    }
    let known = Known::of(state, book, incident);
    scope::untouched(&book.rules, &book.graph, reach, &|id| standing(&known, state, book, id))
}

/// How a component is now, whichever incident its alerts belong to.
fn standing(known: &Known, state: &State, book: &Book, id: &ComponentId) -> Standing {
    if fails(state, id) {
        return Standing::Fails;
    }
    match known.answers(id) {
        Some(false) => Standing::Fails,
        Some(true) => Standing::Works,
        None if !book.watched(id) => Standing::NotKnown,
        None if book
            .graph
            .below(id)
            .iter()
            .any(|below| book.graph.depends_wholly(id, below) && fails(state, below)) =>
        {
            Standing::Fails
        }
        None => Standing::Works,
    }
}

/// It shows more than a warning, or is taken for the cause of something that burns and shows nothing itself.
fn fails(state: &State, id: &ComponentId) -> bool {
    let place = Place::Component(id.clone());
    let shown = state.live_at(&place).any(|alert| alert.red() && !only_warns(alert.problem.level));
    let silent = || {
        state.burning_from(id).any(|incident| {
            let handled = state.incidents.get(&incident).is_some_and(|it| it.status.name() != StatusName::Verifying);
            handled && state.places.get(&incident).is_some_and(|places| !places.contains_key(&place))
        })
    };
    shown || silent()
}
