//! What explains a set of failing places: the fewest causes, each with the echoes it makes (波及).
//!
//! Pure functions over the graph. A failing place that needs no other failing place is a cause by its own sign. Where
//! several of them need one thing that shows no sign itself, that silent thing may be the cause of all: it is believed
//! when that needs fewer coincidences than so many faults at once ([`Silent`]). A thing that works is no cause,
//! whatever speaks for it.

use crate::desk::book::Book;
use crate::desk::ids::ComponentId;
use crate::desk::incident::{Incident, Probe};
use crate::desk::state::Place;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// One fault more at the same moment is as unlikely as this many watched things staying silent behind a dead one.
///
/// A component fails by itself in one grouping window in a thousand at most; a monitored one behind a dead one has
/// raised its alert by the end of the window in half of all cases: ln 1000 / ln 2 ≈ 10.
const ONE_MORE_FAULT: usize = 10;

/// What is known of components beside their alerts.
pub(in crate::desk) struct Known<'a> {
    pub(super) book: &'a Book,
    /// Answer (or not) when asked.
    answers: BTreeMap<&'a ComponentId, bool>,
}

impl<'a> Known<'a> {
    /// What was found out for `incident`.
    pub(in crate::desk) fn of(book: &'a Book, incident: &'a Incident) -> Self {
        let mut known = Self { book, answers: BTreeMap::new() };
        known.extend(&incident.pings);
        known
    }

    /// What was found out elsewhere.
    pub(in crate::desk) fn extend(&mut self, pings: &'a BTreeMap<ComponentId, Probe>) {
        self.answers.extend(pings.iter().filter_map(|(id, probe)| Some((id, probe.answered()?))));
    }

    fn is_silent(&self, component: &ComponentId) -> bool {
        self.answers.get(component) == Some(&false)
    }

    /// It answers, or something that needs it does: whatever it is, it is not dead.
    pub(super) fn lives(&self, component: &ComponentId) -> bool {
        self.answers.iter().any(|(id, answers)| *answers && (*id == component || self.book.graph.needs(id, component)))
    }
}

/// One cause and what it explains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::desk) struct Cause {
    /// Where the fault is.
    pub(in crate::desk) place: Place,
    /// The failing places it explains, itself included where it shows a sign.
    pub(in crate::desk) explains: BTreeSet<Place>,
    /// How many failing places it would explain if it were alone.
    pub(in crate::desk) reach: usize,
}

/// The fewest causes that explain everything that fails, the one that explains most first. Every failing place is
/// explained by exactly one of them.
pub(in crate::desk) fn causes(known: &Known, failing: &BTreeSet<Place>) -> Vec<Cause> {
    let red: BTreeSet<&ComponentId> = components(failing).collect();
    let mut signs: BTreeSet<&ComponentId> = red.clone();
    // What does not answer is a sign, too - of things that something failing needs.
    signs.extend(
        red.iter().flat_map(|id| known.book.graph.below(id)).filter(|id| known.is_silent(id) && !known.lives(id)),
    );
    let mut roots: BTreeSet<&ComponentId> =
        signs.iter().copied().filter(|id| nothing_below(known.book, id, &signs)).collect();
    while let Some(silent) = Silent::best(known, &roots, &red) {
        roots.retain(|root| !known.book.graph.needs(root, silent));
        roots.insert(silent);
    }
    attribute(known.book, &roots, failing)
}

/// The things that may be a silent cause of what fails, the most likely first: worth a question each.
pub(in crate::desk) fn suspects(known: &Known, failing: &BTreeSet<Place>) -> Vec<ComponentId> {
    let red: BTreeSet<&ComponentId> = components(failing).collect();
    let roots: BTreeSet<&ComponentId> = red.iter().copied().filter(|id| nothing_below(known.book, id, &red)).collect();
    let mut all = Silent::all(known, &roots, &red);
    all.sort_by_key(|silent| (Reverse(silent.roots), silent.behind, silent.component.clone()));
    all.into_iter().map(|silent| silent.component.clone()).collect()
}

/// The components among `places`.
pub(in crate::desk) fn components(places: &BTreeSet<Place>) -> impl Iterator<Item = &ComponentId> {
    places.iter().filter_map(|place| match place {
        Place::Component(component) => Some(component),
        Place::Host(_) => None,
    })
}

/// It needs none of the others (things that need each other in a circle do not count).
fn nothing_below(book: &Book, id: &ComponentId, others: &BTreeSet<&ComponentId>) -> bool {
    let graph = &book.graph;
    !graph.below(id).iter().any(|below| others.contains(below) && below != id && !graph.needs(below, id))
}

/// A thing without any sign of its own that several roots need.
struct Silent<'a> {
    component: &'a ComponentId,
    /// Roots that need it.
    roots: usize,
    /// Watched things behind it, itself included where it is watched.
    behind: usize,
    /// How many of those fail.
    failing: usize,
    /// It is watched and shows nothing: its own alert would be due first of all.
    watched: bool,
}

impl<'a> Silent<'a> {
    fn all(known: &Known<'a>, roots: &BTreeSet<&'a ComponentId>, red: &BTreeSet<&'a ComponentId>) -> Vec<Self> {
        let needing = |ids: &BTreeSet<&'a ComponentId>| {
            let mut needed: BTreeMap<&'a ComponentId, usize> = BTreeMap::new();
            for below in ids.iter().flat_map(|id| known.book.graph.below(id)) {
                *needed.entry(below).or_default() += 1;
            }
            needed
        };
        let failing = needing(red);
        needing(roots)
            .into_iter()
            .filter(|(id, count)| *count > 1 && !roots.contains(*id) && !known.lives(id))
            .map(|(component, roots)| Silent {
                component,
                roots,
                behind: known.book.watched_behind(component),
                failing: failing.get(component).copied().unwrap_or_default(),
                watched: known.book.watched(component),
            })
            .collect()
    }

    /// How many coincidences fewer it takes to believe in it than in a fault of each root.
    fn spares(&self) -> Option<usize> {
        let silence = self.behind.saturating_sub(self.failing) + if self.watched { ONE_MORE_FAULT } else { 0 };
        ((self.roots - 1) * ONE_MORE_FAULT).checked_sub(silence + self.roots).filter(|spares| *spares > 0)
    }

    /// The one worth believing in, if any: it spares most coincidences, and is the nearest to what fails.
    fn best(
        known: &Known<'a>,
        roots: &BTreeSet<&'a ComponentId>,
        red: &BTreeSet<&'a ComponentId>,
    ) -> Option<&'a ComponentId> {
        let all = Self::all(known, roots, red).into_iter().filter_map(|silent| Some((silent.spares()?, silent)));
        all.min_by_key(|(spares, silent)| (Reverse(*spares), silent.behind, silent.component))
            .map(|(_, silent)| silent.component)
    }
}

/// Gives every failing place to one root: its own, else the one that explains most of all.
fn attribute(book: &Book, roots: &BTreeSet<&ComponentId>, failing: &BTreeSet<Place>) -> Vec<Cause> {
    let over = |id: &ComponentId| {
        let below = book.graph.below(id);
        roots.iter().copied().filter(|root| *root == id || below.contains(*root)).collect::<Vec<_>>()
    };
    let explained: Vec<(&Place, Vec<&ComponentId>)> = failing
        .iter()
        .map(|place| match place {
            Place::Component(id) => (place, over(id)),
            Place::Host(_) => (place, Vec::new()),
        })
        .collect();
    let mut reach: BTreeMap<&ComponentId, usize> = BTreeMap::new();
    for root in explained.iter().flat_map(|(_, roots)| roots) {
        *reach.entry(root).or_default() += 1;
    }
    let mut causes: BTreeMap<Place, Cause> = BTreeMap::new();
    for (place, roots) in explained {
        let own = roots.iter().find(|root| matches!(place, Place::Component(id) if id == **root));
        let most = || roots.iter().min_by_key(|root| (Reverse(reach.get(**root)), **root));
        let root = own.or_else(most).copied();
        let cause = root.map_or_else(|| place.clone(), |root| Place::Component(root.clone()));
        let reach = root.and_then(|root| reach.get(root)).copied().unwrap_or(1);
        let new = || Cause { place: cause.clone(), explains: BTreeSet::new(), reach };
        causes.entry(cause.clone()).or_insert_with(new).explains.insert(place.clone());
    }
    let mut causes: Vec<Cause> = causes.into_values().collect();
    causes.sort_by_key(|cause| Reverse(cause.reach));
    causes
}
