//! What explains a set of failing places: the fewest causes, each with the echoes it makes (波及).
//!
//! Pure functions over the graph. A failing place that needs no other failing place is a cause by its own sign. Where
//! several of them need one thing that shows no sign itself, that silent thing may be the cause of all: it is believed
//! when that needs fewer coincidences than so many faults at once ([`Silent`]). A thing that works is no cause,
//! whatever speaks for it; and what only warns does its work, so it stops nothing else ([`may_explain`]).

use super::apart;
pub(in crate::desk) use super::known::Known;
use super::silent::Silent;
use crate::desk::book::Book;
use crate::desk::ids::ComponentId;
use crate::desk::observation::Level;
use crate::desk::state::Place;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// What fails, each place with the level of the alert that stands for it.
pub(in crate::desk) type Failing = BTreeMap<Place, Level>;

/// It warns, and still does its work.
pub(in crate::desk) fn only_warns(level: Level) -> bool {
    matches!(level, Level::Information | Level::Warning)
}

/// Whether a thing in a state may be why something that needs it is in another: a warning explains warnings only, and what
/// is for information nothing.
pub(super) fn may_explain(cause: Level, effect: Level) -> bool {
    !only_warns(cause) || cause != Level::Information && only_warns(effect)
}

/// Whether it shows that a thing does not do its work: enough of what is watched behind it fails, itself counted.
pub(super) fn shows(book: &Book, cause: &ComponentId, failing: usize) -> bool {
    failing * SHOWN_BY >= book.watched_behind(cause) || failing >= SHOWN_BY_MANY
}

/// At least one in so many of those that need a thing that does not do its work shows it.
pub(super) const SHOWN_BY: usize = 3;
/// So many show it, however many others do not.
const SHOWN_BY_MANY: usize = 6;

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
pub(in crate::desk) fn causes(known: &Known, failing: &Failing) -> Vec<Cause> {
    let red = red(failing);
    let mut signs = red.clone();
    // What does not answer is a sign, too - of things that something failing needs; and so is what is red and kept apart.
    let needed = red.iter().filter(|(_, level)| !only_warns(**level)).flat_map(|(id, _)| known.book.graph.below(id));
    for id in needed.collect::<BTreeSet<_>>() {
        let silent = (known.is_silent(id) && !known.lives(id, &red)).then_some(Level::High);
        let kept = apart::sign(known, id, &red).filter(|_| !known.works_behind(id, &red));
        if let Some(shows) = silent.max(kept) {
            signs.entry(id).and_modify(|level| *level = shows.max(*level)).or_insert(shows);
        }
    }
    let mut roots = roots(known.book, &signs);
    while let Some((silent, level)) = Silent::best(known, &roots, &red) {
        roots.retain(|root, _| !known.book.graph.needs(root, silent));
        roots.insert(silent, level);
    }
    attribute(known.book, &roots, failing)
}

/// The things that may be a silent cause of what fails, the most likely first: worth a question each.
pub(in crate::desk) fn suspects(known: &Known, failing: &Failing) -> Vec<ComponentId> {
    let red = red(failing);
    Silent::suspects(known, &roots(known.book, &red), &red).into_iter().cloned().collect()
}

/// The components among `places`.
pub(in crate::desk) fn components<'a>(
    places: impl IntoIterator<Item = &'a Place>,
) -> impl Iterator<Item = &'a ComponentId> {
    places.into_iter().filter_map(|place| match place {
        Place::Component(component) => Some(component),
        Place::Host(_) => None,
    })
}

/// Components that show a sign, with its level.
pub(super) type Signs<'a> = BTreeMap<&'a ComponentId, Level>;

pub(super) fn red(failing: &Failing) -> Signs<'_> {
    let mut red = Signs::new();
    for (place, level) in failing {
        if let Place::Component(component) = place {
            red.insert(component, *level);
        }
    }
    red
}

/// Those that none of the others below them explains (things that need each other in a circle do not count).
fn roots<'a>(book: &Book, signs: &Signs<'a>) -> Signs<'a> {
    let graph = &book.graph;
    let explained = |id: &ComponentId, level: Level| {
        graph.below(id).iter().any(|below| {
            let sign = signs.get(below);
            sign.is_some_and(|sign| may_explain(*sign, level)) && below != id && !graph.needs(below, id)
        })
    };
    signs.iter().filter(|(id, level)| !explained(id, **level)).map(|(id, level)| (*id, *level)).collect()
}

/// Gives every failing place to one root: its own, else the one that explains most of all.
fn attribute(book: &Book, roots: &Signs, failing: &Failing) -> Vec<Cause> {
    let over = |id: &ComponentId, level: Level| {
        let below = book.graph.below(id);
        let explains = |(root, sign): &(&&ComponentId, &Level)| {
            **root == id || below.contains(**root) && may_explain(**sign, level)
        };
        roots.iter().filter(explains).map(|(root, _)| *root).collect::<Vec<_>>()
    };
    let explained: Vec<(&Place, Vec<&ComponentId>)> = failing
        .iter()
        .map(|(place, level)| match place {
            Place::Component(id) => (place, over(id, *level)),
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
    use crate::desk::cover::{Cover, Origin, Over};
    use crate::desk::graph::tests::{component, empty_rules};
    use crate::desk::ids::{CoverId, IncidentId};
    use crate::desk::incident::{Incident, Probe, Status};
    use crate::desk::letter::DetectedBy;
    use crate::desk::now::{Elapsed, Now};
    use crate::desk::rules::AlertMatch;
    use crate::desk::state::State;
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

    /// What fails; what only warns has a question mark.
    fn places(names: &str) -> Failing {
        let level = |name: &str| if name.ends_with('?') { Level::Warning } else { Level::High };
        let place = |name: &str| Place::Component(name.trim_end_matches('?').into());
        names.split_whitespace().map(|name| (place(name), level(name))).collect()
    }

    fn shown(causes: &[Cause]) -> String {
        let name = |place: &Place| match place {
            Place::Component(id) => id.to_string(),
            Place::Host(host) => host.to_string(),
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
            // What something behind it answers through is no cause. What answers itself may still fail to do its work, where
            // that explains several.
            ("h1 h2", &[("hub", true)], "h1 h2"),
            ("h1 h2 h3", &[("hub", true)], "hub"),
            ("h1 h2", &[("h3", true)], "h1 h2"),
            ("a1 a2 a3 a4", &[("a5", true)], "a1 a2 a3 a4"),
            // What does not answer is a sign, unless something answers through it.
            ("a1", &[("floor-1", false)], "floor-1"),
            ("a1", &[("floor-1", false), ("core", false)], "core"),
            ("a1", &[("floor-1", false), ("a2", true)], "a1"),
            ("a1", &[("ups", false)], "a1"),
            // An answer shows nothing of what lies beyond a thing that fails and is silent itself.
            ("a1", &[("floor-1", false), ("core", false), ("a2", true)], "a1"),
            ("floor-1 a1", &[("floor-1", false), ("core", false), ("a2", true)], "core"),
            // What only warns does its work, and stops nothing else; it may be part of what stops.
            ("core? a1", &[], "a1 core"),
            ("core? a1?", &[], "core"),
            ("a1? floor-1", &[], "floor-1"),
            ("h1? h2?", &[], "h1 h2"),
            ("h1? h2? h3? h4? h5?", &[], "hub"),
            ("h1 h2 h3 h4 h5", &[("hub", true), ("h6", true)], "h1 h2 h3 h4 h5"),
        ] {
            let incident = incident(answers);
            let state = State::default();
            let found = super::causes(&Known::of(&state, &book, &incident), &places(failing));
            assert_eq!(shown(&found), causes, "{failing} fail, {answers:?}");
            let explained: Vec<&Place> = found.iter().flat_map(|cause| &cause.explains).collect();
            assert_eq!(explained.len(), places(failing).len(), "{failing}: each is explained once");
        }
    }

    #[test]
    fn what_was_just_worked_on_is_believed_unless_something_behind_it_works() {
        let book = book();
        let mut state = State::default();
        state.put_cover(work_on("hub"));
        for (answers, causes) in [(&[][..], "hub"), (&[("h4", true)], "h1 h2 h3"), (&[("a1", true)], "hub")] {
            let incident = incident(answers);
            let found = super::causes(&Known::of(&state, &book, &incident), &places("h1 h2 h3"));
            assert_eq!(shown(&found), causes, "{answers:?}");
        }
    }

    fn work_on(component: &str) -> Cover {
        let hour = jiff::SignedDuration::from_hours(1);
        Cover {
            id: CoverId::Work(1),
            over: Over::Work { components: BTreeSet::from([component.into()]), hosts: BTreeSet::new() },
            name: "hub replaced".to_owned(),
            owner: "n".into(),
            reason: "age".to_owned(),
            from: Timestamp::UNIX_EPOCH - hour,
            until: Timestamp::UNIX_EPOCH,
            origin: Origin::Command { by: "k".to_owned() },
            registered: Timestamp::UNIX_EPOCH - hour,
            begun: true,
            ended: Some(Timestamp::UNIX_EPOCH),
            moved: false,
            hid: 0,
            warned: false,
            reminded: None,
        }
    }

    #[test]
    fn what_may_be_a_silent_cause_is_asked_in_order_of_likelihood() {
        let book = book();
        let incident = incident(&[]);
        let state = State::default();
        let suspects = super::suspects(&Known::of(&state, &book, &incident), &places("h1 h2 a1"));
        let names: Vec<&str> = suspects.iter().map(ComponentId::as_str).collect();
        assert_eq!(names, ["core", "hub", "floor-2"]);
    }
}
