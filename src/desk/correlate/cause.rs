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
        // A conversation tells more than an echo, and one that fails more than one that does not.
        for good in [true, false] {
            let probed = incident.probes.iter().filter(|(_, trial)| trial.good() == Some(good));
            let about = probed.filter_map(|(name, _)| Some((&book.rules.probes.get(name)?.component, good)));
            known.answers.extend(about);
        }
        known
    }

    /// What was found out elsewhere.
    pub(in crate::desk) fn extend(&mut self, pings: &'a BTreeMap<ComponentId, Probe>) {
        self.answers.extend(pings.iter().filter_map(|(id, probe)| Some((id, probe.answered()?))));
    }

    /// Whether it answers as it should, where that is known.
    pub(in crate::desk) fn answers(&self, component: &ComponentId) -> Option<bool> {
        self.answers.get(component).copied()
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

impl Cause {
    /// The component it is, where one covers its place.
    pub(in crate::desk) fn component(&self) -> Option<&ComponentId> {
        match &self.place {
            Place::Component(component) => Some(component),
            Place::Host(_) => None,
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::graph::tests::{component, empty_rules};
    use crate::desk::ids::IncidentId;
    use crate::desk::incident::Status;
    use crate::desk::letter::DetectedBy;
    use crate::desk::now::{Elapsed, Now};
    use crate::desk::rules::AlertMatch;
    use jiff::Timestamp;

    /// A core switch, two floor switches behind it, machines behind those. `hub` is not watched; eight machines hang on it.
    fn book() -> Book {
        let mut rules = empty_rules();
        component(&mut rules, "core", &[]);
        component(&mut rules, "floor-1", &["core"]);
        component(&mut rules, "floor-2", &["core"]);
        component(&mut rules, "hub", &["floor-2"]);
        for (below, names) in [
            ("floor-1", ["a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8"]),
            ("hub", ["h1", "h2", "h3", "h4", "h5", "h6", "h7", "h8"]),
        ] {
            for name in names {
                component(&mut rules, name, &[below]);
            }
        }
        component(&mut rules, "app", &["a1", "h1"]);
        component(&mut rules, "ups", &[]);
        for (id, component) in &mut rules.components {
            if id.as_str() != "hub" {
                component.matches.push(AlertMatch::default());
            }
        }
        Book::new(rules)
    }

    fn incident(answers: &[(&str, bool)]) -> Incident {
        let now = Now { wall: Timestamp::UNIX_EPOCH, elapsed: Elapsed(0) };
        let status = Status::Detected { until: Elapsed(0) };
        let mut incident = Incident::new(IncidentId(1), now, status, DetectedBy::Zabbix);
        for (id, answered) in answers {
            incident.pings.insert((*id).into(), Probe::Came { answered: *answered, at: now.wall });
        }
        incident
    }

    fn places(names: &str) -> BTreeSet<Place> {
        names.split_whitespace().map(|name| Place::Component(name.into())).collect()
    }

    fn shown(causes: &[Cause]) -> String {
        let name = |place: &Place| match place {
            Place::Component(id) => id.to_string(),
            Place::Host(host) => host.clone(),
        };
        let mut names: Vec<String> = causes.iter().map(|cause| name(&cause.place)).collect();
        names.sort();
        names.join(" ")
    }

    #[test]
    fn the_fewest_causes_explain_what_fails() {
        let book = book();
        for (failing, answers, causes) in [
            // What fails below explains what fails above.
            ("core floor-1 a1 a2 app", &[][..], "core"),
            ("a1 app", &[], "a1"),
            // Faults on two branches are two faults, also where they hit one thing together.
            ("a1 ups", &[], "a1 ups"),
            ("a1 h1 app", &[], "a1 h1"),
            // A thing that is not watched is believed to be the cause of two.
            ("h1 h2", &[], "hub"),
            ("h1 h2 h3 ups", &[], "hub ups"),
            // A watched one should have shown itself: two are a coincidence, four of eight are not.
            ("a1 a2", &[], "a1 a2"),
            ("a1 a2 a3 a4", &[], "floor-1"),
            // The nearest thing that explains all, not everything above it.
            ("h1 h2 h3 h4 h5 h6", &[], "hub"),
            ("floor-1 floor-2 h1 h2", &[], "floor-1 floor-2"),
            // What answers is no cause, nor is what something behind it answers through.
            ("h1 h2", &[("hub", true)], "h1 h2"),
            ("h1 h2", &[("h3", true)], "h1 h2"),
            ("a1 a2 a3 a4", &[("a5", true)], "a1 a2 a3 a4"),
            // What does not answer is a sign, unless something answers through it.
            ("a1", &[("floor-1", false)], "floor-1"),
            ("a1", &[("floor-1", false), ("core", false)], "core"),
            ("a1", &[("floor-1", false), ("a2", true)], "a1"),
            ("a1", &[("ups", false)], "a1"),
        ] {
            let incident = incident(answers);
            let found = super::causes(&Known::of(&book, &incident), &places(failing));
            assert_eq!(shown(&found), causes, "{failing} fail, {answers:?}");
            let explained: Vec<&Place> = found.iter().flat_map(|cause| &cause.explains).collect();
            assert_eq!(explained.len(), places(failing).len(), "{failing}: each is explained once");
        }
    }

    #[test]
    fn what_may_be_a_silent_cause_is_asked_in_order_of_likelihood() {
        let book = book();
        let incident = incident(&[]);
        let suspects = super::suspects(&Known::of(&book, &incident), &places("h1 h2 a1"));
        let names: Vec<&str> = suspects.iter().map(ComponentId::as_str).collect();
        assert_eq!(names, ["core", "hub", "floor-2"]);
    }
}
