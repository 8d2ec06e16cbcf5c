//! Which failing things are one fault: the causes of an incident, and groups of places that share them.

use super::apart;
pub(in crate::desk) use super::cause::components;
use super::cause::{self, Cause, Failing, Known, only_warns};
use crate::desk::book::Book;
use crate::desk::ids::{AlertId, ComponentId, IncidentId};
use crate::desk::incident::{Incident, Link};
use crate::desk::likeness;
use crate::desk::observation::Level;
use crate::desk::state::{Here, Place, State};
use crate::desk::text::Text;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// The failing places of an incident: where a member has not ended; all places if every member has. Until the first
/// verdict all count: what ended a moment ago may be why something else still burns, and what flaps is one fault. After it the
/// root counts as what it was until something else has become what the incident is about.
pub(in crate::desk) fn failing(state: &State, incident: IncidentId) -> Failing {
    let Some(places) = state.places.get(&incident) else { return Failing::new() };
    let known = state.incidents.get(&incident);
    let decided = known.is_some_and(|known| known.verdict().is_some());
    let root = known.filter(|known| known.verdict().is_some()).and_then(|known| known.root.as_ref());
    let waits = known.is_some_and(|known| known.eases_at.is_some() || known.calm_since.is_some());
    let at_root = |place: &Place| matches!(place, Place::Component(id) if Some(id) == root);
    // What is not seen any more has not been seen to end.
    let unseen = |place: &Place, here: &Here| at_root(place) && here.vanished() && !here.live();
    let any = decided && places.iter().any(|(place, here)| here.live() || unseen(place, here));
    let ends = |place: &Place, here: &Here| at_root(place) && waits || unseen(place, here);
    let failing = places.iter().filter(|(place, here)| here.live() || !any || ends(place, here));
    let level = |place, here: &Here| if ends(place, here) { here.level() } else { here.shown() };
    failing.filter_map(|(place, here)| Some((place.clone(), level(place, here)?))).collect()
}

/// What shows that something fails: alerts, and where there is none what people told of. How bad that is nobody knows; that it
/// is more than a warning they say by calling.
pub(in crate::desk) fn signs(state: &State, incident: IncidentId) -> Failing {
    let failing = failing(state, incident);
    if !failing.is_empty() {
        return failing;
    }
    let told = state.incidents.get(&incident).map(|known| known.told.as_slice()).unwrap_or_default();
    let about = told.iter().filter_map(|told| told.component.clone());
    about.map(|component| (Place::Component(component), Level::Average)).collect()
}

/// Groups of places that are one fault: what one cause explains, and causes that are kept by one party and need a common
/// thing (which may be the silent cause) - where they only warn, or are minor, those that show the same. Each group with its
/// causes, the one with most places first.
pub(in crate::desk) fn partition(known: &Known, places: &BTreeSet<Place>, failing: &Failing) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for cause in cause::causes(known, failing) {
        let group = Group { places: cause.explains, roots: BTreeSet::from([cause.place]) };
        gather(&mut groups, group, |one, other| {
            let grade = one.grade(failing);
            let like = || grade == Some(Grade::Stops) || alike(known, one, other);
            grade == other.grade(failing) && same_hand(known.book, one, other) && like()
        });
    }
    for over in places.iter().filter(|place| !failing.contains_key(place)) {
        let explained = groups.iter_mut().find(|group| group.roots.iter().any(|root| explains(known.book, root, over)));
        match explained {
            Some(group) => group.places.extend([over.clone()]),
            None => {
                groups.push(Group { places: BTreeSet::from([over.clone()]), roots: BTreeSet::from([over.clone()]) })
            }
        }
    }
    groups
}

/// Joins groups that have a place in common behind both of their causes: what hits one thing from two sides may be one
/// fault that only a rule knows.
pub(in crate::desk) fn joined_by_echoes(book: &Book, groups: Vec<Group>) -> Vec<Group> {
    let mut joined: Vec<Group> = Vec::new();
    for group in groups {
        gather(&mut joined, group, |one, other| {
            let reached = |of: &Group, place: &Place| of.roots.iter().any(|root| explains(book, root, place));
            one.places.iter().any(|place| reached(other, place)) || other.places.iter().any(|place| reached(one, place))
        });
    }
    joined
}

/// Joins groups whose alerts have something in common that the configuration takes for a sign of one fault.
pub(in crate::desk) fn joined_by_shares(state: &State, incident: IncidentId, groups: Vec<Group>) -> Vec<Group> {
    if groups.len() < 2 {
        return groups;
    }
    let mut shares: BTreeMap<Place, BTreeSet<&str>> = BTreeMap::new();
    for alert in state.members_of(incident).filter(|alert| !alert.shares.is_empty()) {
        shares.entry(alert.place()).or_default().extend(alert.shares.iter().map(Text::as_str));
    }
    let of = |group: &Group| -> BTreeSet<&str> {
        group.places.iter().filter_map(|place| shares.get(place)).flatten().copied().collect()
    };
    let mut joined: Vec<Group> = Vec::new();
    for group in groups {
        gather(&mut joined, group, |one, other| !of(one).is_disjoint(&of(other)));
    }
    joined
}

fn gather(groups: &mut Vec<Group>, mut group: Group, together: impl Fn(&Group, &Group) -> bool) {
    let (same, apart): (Vec<Group>, Vec<Group>) = groups.drain(..).partition(|other| together(&group, other));
    // The first that came keeps its place in the order.
    for other in same {
        group = group.with(other);
    }
    groups.extend(apart);
    groups.push(group);
}

fn explains(book: &Book, root: &Place, place: &Place) -> bool {
    root == place
        || matches!((root, place), (Place::Component(root), Place::Component(place)) if book.graph.needs(place, root))
}

/// How bad a fault is by its gravest sign. What is not alike in this is not taken for one fault without a cause that is seen.
#[derive(PartialEq, Eq)]
enum Grade {
    Warns,
    Minor,
    Stops,
}

/// One fault: its places and its causes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::desk) struct Group {
    /// Where it shows.
    pub(in crate::desk) places: BTreeSet<Place>,
    /// What explains it.
    pub(in crate::desk) roots: BTreeSet<Place>,
}

impl Group {
    /// Nothing of it does more than warn.
    pub(super) fn only_warns(&self, failing: &Failing) -> bool {
        self.places.iter().filter_map(|place| failing.get(place)).all(|level| only_warns(*level))
    }

    /// It warns, is a minor fault, or stops.
    fn grade(&self, failing: &Failing) -> Option<Grade> {
        let gravest = self.places.iter().filter_map(|place| failing.get(place)).max()?;
        Some(match gravest {
            level if only_warns(*level) => Grade::Warns,
            Level::Average => Grade::Minor,
            _ => Grade::Stops,
        })
    }

    /// Both of them.
    pub(super) fn with(mut self, other: Group) -> Group {
        self.places.extend(other.places);
        self.roots.extend(other.roots);
        self
    }

    /// The alerts of `incident` that are part of this fault.
    pub(in crate::desk) fn members(&self, state: &State, incident: IncidentId) -> Vec<AlertId> {
        let part = state.members_of(incident).filter(|alert| self.places.contains(&alert.place()));
        part.map(|alert| alert.id).collect()
    }
}

/// One party keeps both causes, and both need the same thing.
fn same_hand(book: &Book, one: &Group, other: &Group) -> bool {
    let party = |id: &ComponentId| book.keeper(id);
    components(&one.roots)
        .any(|a| components(&other.roots).any(|b| party(a) == party(b) && common_need(book, a, b).is_some()))
}

/// Some cause of the one shows the same as one of the other.
fn alike(known: &Known, one: &Group, other: &Group) -> bool {
    let shows = |root: &Place| {
        let (.., best) = known.places?.get(root)?.best()?;
        known.state.alerts.get(&best)
    };
    let shown = |group: &Group| group.roots.iter().filter_map(shows).collect::<Vec<_>>();
    let others = shown(other);
    shown(one).into_iter().any(|alert| others.iter().any(|other| likeness::is_alike(alert, other)))
}

/// Something both need, if there is any.
pub(in crate::desk) fn common_need(book: &Book, one: &ComponentId, other: &ComponentId) -> Option<ComponentId> {
    book.graph.below(one).intersection(book.graph.below(other)).next().cloned()
}

/// The causes of an incident, the one that explains most first, then the earliest.
pub(in crate::desk) fn causes_of(state: &State, book: &Book, incident: IncidentId) -> Vec<Cause> {
    let Some(known) = state.incidents.get(&incident) else { return Vec::new() };
    let learnt = Known::of(state, book, known);
    if let Some(root) = standing_root(state, &learnt, known) {
        let explains: BTreeSet<Place> = failing(state, incident).into_keys().collect();
        return vec![Cause { reach: explains.len(), place: root, explains }];
    }
    let fails = signs(state, incident);
    let mut causes = cause::causes(&learnt, &fails);
    if causes.len() > 1 {
        let places = state.places.get(&incident);
        let earliest = |place: &Place| places.and_then(|places| places.get(place)?.first()).map(|(at, _)| at);
        // What the desk made one of several numbers goes by the gravest of them, whichever was first.
        let merged = known.links.iter().any(|(link, _)| *link == Link::Merged);
        let level = |cause: &Cause| cause.explains.iter().filter_map(|place| fails.get(place)).max().copied();
        causes.sort_by_key(|cause| {
            let gravest = Reverse(level(cause).filter(|_| merged));
            (gravest, Reverse(cause.reach), earliest(&cause.place), cause.place.clone())
        });
    }
    causes
}

/// A root without an alert of its own stays the root while its effects recover one by one, unless something says that it
/// lives or that there is more to it.
fn standing_root(state: &State, learnt: &Known, known: &Incident) -> Option<Place> {
    let root = known.root.as_ref().filter(|_| known.number.is_some())?;
    let place = Place::Component(root.clone());
    let places = state.places.get(&known.id)?;
    let behind = |place: &Place| matches!(place, Place::Component(other) if learnt.book.graph.needs(other, root));
    let silent = !places.contains_key(&place) && places.keys().all(behind);
    // What was believed because of something that was kept apart is not when that is over.
    let kept = known.verdict().is_some_and(|verdict| verdict.because.rests_on_what_is_kept_apart());
    let over = kept && apart::gravest(state, root, learnt.at).is_none();
    let failing = failing(state, known.id);
    (silent && !over && !learnt.works_behind(root, &cause::red(&failing))).then_some(place)
}

/// An incident has a root without an alert of its own that stays the root.
pub(super) fn stands_silent(state: &State, book: &Book, incident: IncidentId) -> bool {
    let known = state.incidents.get(&incident);
    known.is_some_and(|known| standing_root(state, &Known::of(state, book, known), known).is_some())
}

/// The components that are causes of an incident.
pub(in crate::desk) fn root_components(state: &State, book: &Book, incident: IncidentId) -> BTreeSet<ComponentId> {
    let causes = causes_of(state, book, incident);
    let places: BTreeSet<Place> = causes.into_iter().map(|cause| cause.place).collect();
    components(&places).cloned().collect()
}

/// The cause that explains most of an incident: most failing places behind it, then the earliest alert, then the name.
pub(in crate::desk) fn main_root(state: &State, book: &Book, incident: IncidentId) -> Option<Place> {
    causes_of(state, book, incident).into_iter().next().map(|cause| cause.place)
}
