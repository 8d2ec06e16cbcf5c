//! Whom to ask: pings are owed while the grouping window is open, so that they are back when the verdict is due
//! (`DECISIONS.md` 15). Named probes have a ladder of their own (`trial`).

use super::call;
use super::case::fits;
use super::mute;
use super::trial;
use crate::desk::correlate::cause::{self, Known};
use crate::desk::correlate::group;
use crate::desk::deliver;
use crate::desk::graph::Graph;
use crate::desk::ids::{ComponentId, IncidentId};
use crate::desk::incident::{Edit, Incident, Probe, Reason, Status};
use crate::desk::observation::Level;
use crate::desk::outcome::Ping;
use crate::desk::owed::{Why, Work};
use crate::desk::phrase::Phrase;
use crate::desk::probe::Trial;
use crate::desk::rules::{Condition, Fit, Rule};
use crate::desk::state::{Here, Place, State};
use crate::desk::turn::Turn;
use std::collections::BTreeSet;

/// Pings per incident; more than that would tell no more and load the network when it is weakest. What was asked because of
/// bystanders, which leave the incident with the verdict, must not keep the cause from being asked.
const MOST: usize = 16;

/// An incident as far as it matters for whom to ask.
pub(super) struct Scene<'a> {
    pub(super) incident: &'a Incident,
    state: &'a State,
    graph: &'a Graph,
    /// Components with alerts in it, or that somebody called about.
    here: BTreeSet<&'a ComponentId>,
}

impl<'a> Scene<'a> {
    pub(super) fn of(turn: &'a Turn, id: IncidentId) -> Option<Self> {
        let incident = turn.state.incidents.get(&id)?;
        let places = turn.state.places.get(&id).into_iter().flatten();
        let here = places.filter_map(|(place, _)| match place {
            Place::Component(component) => Some(component),
            Place::Host(_) => None,
        });
        let told = incident.told.iter().filter_map(|told| told.component.as_ref());
        Some(Self { incident, state: turn.state, graph: &turn.book.graph, here: here.chain(told).collect() })
    }

    /// It is here or the root, or something of these needs it.
    pub(super) fn is_near(&self, component: &ComponentId) -> bool {
        let mut all = self.here.iter().copied().chain(&self.incident.root);
        all.any(|id| id == component || self.graph.needs(id, component))
    }

    /// An alert of the rule is here, or a call that says as much: it may also ask about something beside it, as what still answers there is evidence,
    /// too.
    pub(super) fn concerns(&self, rule: &Rule) -> bool {
        let mut alerts = rule.when.iter().filter_map(Condition::opening);
        let told = |matcher| self.incident.told.iter().any(|told| call::fit(matcher, told) == Fit::Yes);
        alerts.any(|matcher| told(matcher) || self.state.members_of(self.incident.id).any(|alert| fits(matcher, alert)))
    }
}

/// Owes a ping to every component of the incident that has an address and needs nothing that fails here, and to
/// every component a rule asks about whose alert is here, or that something here needs. Named probes as rules ask.
pub(in crate::desk) fn owe_probes(turn: &mut Turn, incident: IncidentId) {
    for (component, address) in pings(turn, incident) {
        let probe = Edit::Probe { component: component.clone(), probe: Probe::Awaited };
        turn.edit(incident, probe, Reason::Probe);
        deliver::owe(turn, Some(incident), Work::Ping { component, address }, Why::Evidence);
    }
    trial::owe(turn, incident);
}

/// The components to ping, with their addresses.
fn pings(turn: &Turn, incident: IncidentId) -> BTreeSet<(ComponentId, String)> {
    let Some(scene) = Scene::of(turn, incident) else { return BTreeSet::new() };
    let (here, known, graph) = (&scene.here, scene.incident, scene.graph);
    let room = MOST.saturating_sub(known.pings.len());
    let mut once = BTreeSet::new();
    let roots = here.iter().copied().filter(|id| !here.iter().any(|other| graph.needs(id, other)));
    // One rung down the ladder: what a root needs may be dead without an alert.
    let needs = |id: &ComponentId| turn.book.rules.components.get(id).map(|component| component.needs.iter());
    let next = roots.clone().filter_map(needs).flatten();
    let rules = turn.book.rules.isolation.iter().map(|rule| (rule, rule.when.iter().flat_map(Condition::pings)));
    let asked: Vec<&ComponentId> = rules
        .flat_map(|(rule, pings)| {
            let pings: Vec<&ComponentId> = pings.collect();
            let all = !pings.is_empty() && scene.concerns(rule);
            pings.into_iter().filter(|component| all || scene.is_near(component)).collect::<Vec<_>>()
        })
        .collect();
    let suspects = cause::suspects(&Known::of(turn.state, turn.book, known), &group::signs(turn.state, incident));
    // What else needs a suspect, or what is said to be down, and still works clears it: two of them tell enough.
    let behind = |id| turn.book.pinged_behind(id).iter().filter(|id| !here.contains(id)).take(2);
    let beside = suspects.iter().take(2).flat_map(behind);
    let down = roots.clone().filter(|id| says_down(turn, incident, id)).take(2).flat_map(behind);
    roots
        .chain(asked)
        .chain(&suspects)
        .chain(beside)
        .chain(next)
        .chain(down)
        .filter(|component| !known.pings.contains_key(*component) && once.insert(*component))
        .filter_map(|id| Some((id.clone(), turn.book.rules.components.get(id)?.ping.clone()?)))
        .take(room)
        .collect()
}

/// Its own alerts say that it stopped.
fn says_down(turn: &Turn, incident: IncidentId, component: &ComponentId) -> bool {
    let places = turn.state.places.get(&incident);
    let here = places.and_then(|places| places.get(&Place::Component(component.clone())));
    here.and_then(Here::shown).is_some_and(|level| level >= Level::High)
}

/// Whether pings, named probes or evidence of the incident are still out.
pub(in crate::desk) fn awaits_probes(state: &State, incident: IncidentId) -> bool {
    state.incidents.get(&incident).is_some_and(|incident| {
        incident.pings.values().any(|probe| matches!(probe, Probe::Awaited))
            || incident.probes.values().any(Trial::is_out)
            || incident.evidence.is_awaited()
    })
}

/// A ping came back; the verdict follows when it was the last one it waited for.
pub(in crate::desk) fn came(turn: &mut Turn, incident: IncidentId, component: ComponentId, ping: &Ping) {
    if matches!(ping, Ping::Answered { .. }) {
        mute::speaks(turn, &component);
    }
    let probe = match ping {
        Ping::Silent if mute::is_mute(turn, &component) => Probe::NotKnown {
            why: Phrase::new("it does not answer when all is well either", "平常時にも応答しない"),
        },
        Ping::Answered { .. } => Probe::Came { answered: true, at: turn.now.wall },
        Ping::Silent => Probe::Came { answered: false, at: turn.now.wall },
        Ping::NotKnown { why } => Probe::NotKnown { why: Phrase::as_told(why.clone()) },
    };
    turn.edit(incident, Edit::Probe { component, probe }, Reason::Probe);
    judge_when_all_is_in(turn, incident);
}

/// The verdict follows when the last thing it waited for is back.
pub(super) fn judge_when_all_is_in(turn: &mut Turn, incident: IncidentId) {
    let known = turn.state.incidents.get(&incident);
    let waits = known.is_some_and(|known| matches!(known.status, Status::Isolating { until: Some(_) }));
    if waits && !awaits_probes(turn.state, incident) {
        turn.touched.to_judge.insert(incident);
    }
}
