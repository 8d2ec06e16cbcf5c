//! The other side of what is doubled (冗長構成): what of it fails as well, and since when one of them works again.

use super::cause::only_warns;
use super::reach::{self, Standings};
use crate::desk::book::Book;
use crate::desk::ids::ComponentId;
use crate::desk::incident::Incident;
use crate::desk::scope::Standing;
use crate::desk::state::{Here, Place, State};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What would carry on in place of what fails here and fails as well, with the hour since when: of every group of which
/// nothing works any more.
pub(in crate::desk) fn failing_beside(
    state: &State,
    book: &Book,
    incident: &Incident,
) -> BTreeMap<ComponentId, Timestamp> {
    let (rules, graph) = (&book.rules, &book.graph);
    let roots = reach::roots(state, book, incident);
    let standings = Standings::of(state, book, incident);
    let mut found = BTreeMap::new();
    for root in &roots {
        let systems = graph.systems_of(root).iter().filter_map(|id| rules.systems.get(id)).map(|known| &known.spares);
        let locations =
            graph.locations_of(root).iter().filter_map(|id| rules.locations.get(id)).map(|known| &known.spares);
        let behind = graph.behind(root).iter().filter_map(|id| rules.components.get(id)).map(|known| &known.spares);
        for group in systems.chain(locations).chain(behind).flatten() {
            let mine = |id: &ComponentId| roots.iter().any(|root| root == id || graph.depends_wholly(id, root));
            let (own, others): (Vec<&ComponentId>, Vec<&ComponentId>) = group.iter().partition(|id| mine(id));
            if own.is_empty() || others.iter().any(|id| standings.standing(id) != Standing::Fails) {
                continue;
            }
            found.extend(others.into_iter().filter_map(|id| Some((id.clone(), red_since(state, book, id)?))));
        }
    }
    found
}

/// Since when it is seen to fail, or what it stands on.
fn red_since(state: &State, book: &Book, id: &ComponentId) -> Option<Timestamp> {
    let red = stands_on(book, id).flat_map(|place| state.live_at(&place).collect::<Vec<_>>());
    red.filter(|alert| alert.red() && !only_warns(alert.weight())).map(|alert| alert.began.unwrap_or(alert.at)).min()
}

/// It, and all without which it does not work.
fn stands_on<'a>(book: &'a Book, id: &'a ComponentId) -> impl Iterator<Item = Place> + 'a {
    let below = book.graph.below(id).iter().filter(move |below| book.graph.depends_wholly(id, below));
    [id].into_iter().chain(below).map(|id| Place::Component(id.clone()))
}

/// When the last of what stood at a place, or below it, ended.
fn ended_at(state: &State, book: &Book, id: &ComponentId) -> Option<Timestamp> {
    let ended = stands_on(book, id).flat_map(|place| {
        let incidents = state.incidents_at.get(&place).into_iter().flatten();
        let here = incidents.filter_map(|id| state.places.get(id)?.get(&place));
        let alerts = here.flat_map(Here::members).filter_map(|id| state.alerts.get(&id));
        let grave = alerts.filter(|alert| !only_warns(alert.weight()) && alert.recovered());
        grave.filter_map(|alert| Some(alert.gone.as_ref()?.at)).max()
    });
    ended.max()
}

/// When what an incident hit could be used again, if it came back at `back`: where another side carries all of it, that was
/// when this came back.
pub(in crate::desk) fn usable_since(state: &State, book: &Book, incident: &Incident, back: Timestamp) -> Timestamp {
    let roots = reach::roots(state, book, incident);
    let reach = reach::reach(state, book, incident, &roots);
    if !reach.is_carried() {
        return back;
    }
    let since = |id: &ComponentId| ended_at(state, book, id).filter(|at| *at > incident.occurred);
    reach.carried_by.iter().filter_map(since).max().map_or(back, |at| at.min(back))
}
