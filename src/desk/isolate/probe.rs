//! Pings: owed while the grouping window is open, so that they are back when the verdict is due (`DECISIONS.md` 15).

use super::case::fits;
use crate::desk::correlate::cause::{self, Known};
use crate::desk::deliver;
use crate::desk::ids::{ComponentId, IncidentId};
use crate::desk::incident::{Edit, Probe, Reason};
use crate::desk::outcome::Ping;
use crate::desk::owed::{Why, Work};
use crate::desk::rules::{Condition, Rule};
use crate::desk::state::{Place, State};
use crate::desk::turn::Turn;
use std::collections::BTreeSet;

/// Pings per incident; more than that would tell no more and load the network when it is weakest.
const MOST: usize = 8;

/// Owes a ping to every component of the incident that has an address and needs nothing that fails here, and to
/// every component a rule asks about whose alert is here, or that something here needs.
pub(in crate::desk) fn owe_pings(turn: &mut Turn, incident: IncidentId) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let room = MOST.saturating_sub(known.pings.len());
    let here: BTreeSet<&ComponentId> = turn
        .state
        .places
        .get(&incident)
        .into_iter()
        .flatten()
        .filter_map(|(place, _)| match place {
            Place::Component(component) => Some(component),
            Place::Host(_) => None,
        })
        .collect();
    let graph = &turn.book.graph;
    let roots = here.iter().copied().filter(|id| !here.iter().any(|other| graph.needs(id, other)));
    // One rung down the ladder: what a root needs may be dead without an alert.
    let needs = |id: &ComponentId| turn.book.rules.components.get(id).map(|component| component.needs.iter());
    let next = roots.clone().filter_map(needs).flatten();
    let near = |component: &ComponentId| here.iter().any(|id| *id == component || graph.needs(id, component));
    // A rule whose alert is here may also ask about something beside it: what still answers there is evidence, too.
    let concerned = |rule: &Rule| {
        let mut alerts = rule.when.iter().filter_map(Condition::opening);
        alerts.any(|matcher| turn.state.members_of(incident).any(|alert| fits(matcher, alert)))
    };
    let rules = turn.book.rules.isolation.iter().map(|rule| (rule, rule.when.iter().flat_map(Condition::pings)));
    let asked: Vec<&ComponentId> = rules
        .flat_map(|(rule, pings)| {
            let pings: Vec<&ComponentId> = pings.collect();
            let all = !pings.is_empty() && concerned(rule);
            pings.into_iter().filter(move |component| all || near(component)).collect::<Vec<_>>()
        })
        .collect();
    let places = here.iter().map(|id| Place::Component((*id).clone())).collect();
    let suspects = cause::suspects(&Known::of(turn.book, known), &places);
    let owed: BTreeSet<(ComponentId, String)> = roots
        .chain(asked)
        .chain(&suspects)
        .chain(next)
        .filter(|component| !known.pings.contains_key(*component))
        .filter_map(|id| Some((id.clone(), turn.book.rules.components.get(id)?.ping.clone()?)))
        .take(room)
        .collect();
    for (component, address) in owed {
        let probe = Edit::Probe { component: component.clone(), probe: Probe::Awaited };
        turn.edit(incident, probe, Reason::Probe);
        deliver::owe(turn, Some(incident), Work::Ping { component, address }, Why::Evidence);
    }
}

/// Whether pings of the incident are still out.
pub(in crate::desk) fn awaits_pings(state: &State, incident: IncidentId) -> bool {
    state
        .incidents
        .get(&incident)
        .is_some_and(|incident| incident.pings.values().any(|probe| matches!(probe, Probe::Awaited)))
}

/// A ping came back; the verdict follows when it was the last one it waited for.
pub(in crate::desk) fn came(turn: &mut Turn, incident: IncidentId, component: ComponentId, ping: &Ping) {
    let probe = match ping {
        Ping::Answered { .. } => Probe::Came { answered: true, at: turn.now.wall },
        Ping::Silent => Probe::Came { answered: false, at: turn.now.wall },
        Ping::NotKnown { why } => Probe::NotKnown { why: why.clone() },
    };
    turn.edit(incident, Edit::Probe { component, probe }, Reason::Probe);
    let waits =
        turn.state.incidents.get(&incident).is_some_and(|incident| {
            matches!(incident.status, crate::desk::incident::Status::Isolating { until: Some(_) })
        });
    if waits && !awaits_pings(turn.state, incident) {
        turn.touched.to_judge.insert(incident);
    }
}
