//! Which burning incident an alert belongs to, by the graph and by what it shares - and when it is a fault of its own.

use super::apart;
use super::cause::{self, may_explain, only_warns};
use super::{LATE_CAUSE, call, ease, group, is_accepted, is_warning, settled};
use crate::desk::alert::{self, Alert};
use crate::desk::ids::{ComponentId, IncidentId};
use crate::desk::incident::{Incident, StatusName};
use crate::desk::observation::Level;
use crate::desk::state::{Here, Place};
use crate::desk::turn::Turn;
use std::collections::BTreeMap;

/// The burning incident an alert belongs to, the closest relation first: by the graph, then by what it shares.
pub(super) fn related(turn: &Turn, alert: &Alert) -> Option<(IncidentId, alert::Reason)> {
    let found = by_place(turn, &alert.place(), alert.weight(), None).or_else(|| sharing(turn, alert));
    found.filter(|(incident, _)| !settled::is_another_matter(turn, *incident, alert))
}

/// The burning incident that covers a component somebody calls about.
pub(in crate::desk) fn burning_about(turn: &Turn, component: &ComponentId) -> Option<IncidentId> {
    // How bad it is nobody knows from a call; whatever burns there may be what is meant.
    match by_place(turn, &Place::Component(component.clone()), Level::Warning, None)? {
        (incident, alert::Reason::SameComponent | alert::Reason::Echo { .. }) => Some(incident),
        // That two things may have a cause in common is a guess; a caller's word is no part of it.
        _ => None,
    }
}

/// A burning incident whose alerts have a tag or field in common with this one that the configuration takes for a sign of
/// one fault, and that is young enough for it.
fn sharing(turn: &Turn, alert: &Alert) -> Option<(IncidentId, alert::Reason)> {
    let young = |id: &IncidentId| {
        turn.state.incidents.get(id).is_some_and(|incident| {
            incident.status.name().burning() && turn.now.elapsed.since(incident.detected.elapsed) <= LATE_CAUSE
        })
    };
    alert.shares.iter().find_map(|share| {
        let mut alike = turn.state.sharing.get(share)?.iter().filter_map(|id| turn.state.alerts.get(id)?.incident());
        let incident = alike.rfind(young)?;
        Some((incident, alert::Reason::Shares { what: share.to_string() }))
    })
}

/// The incident other than `over` that burns at `place`, or that explains what fails there.
pub(super) fn by_place(
    turn: &Turn,
    place: &Place,
    level: Level,
    over: Option<IncidentId>,
) -> Option<(IncidentId, alert::Reason)> {
    let state = &turn.state;
    let another = |id: &IncidentId| over != Some(*id);
    let Place::Component(component) = place else {
        return state.burning_at(place).find(another).map(|same| (same, alert::Reason::SameComponent));
    };
    let goes_on = |id: &IncidentId| another(id) && !settled::shuts_out(turn, *id, component, level);
    // What only warned until now is another matter than what stops.
    let stops = |id: &IncidentId| goes_on(id) && (only_warns(level) || !is_warning(turn, *id));
    // Unless it began there a moment ago as something harmless: then it is that, grown worse.
    let grew = |id: &IncidentId| {
        let young = |known: &Incident| turn.now.elapsed.since(known.detected.elapsed) <= LATE_CAUSE;
        let mild = || state.live_at(place).any(|alert| alert.mild && alert.incident() == Some(*id));
        goes_on(id) && state.incidents.get(id).is_some_and(young) && mild()
    };
    // Something lesser that has stood there for a while is passed over: a later incident at the same place may be meant.
    let lesser = |id: &IncidentId| is_outgrown(turn, *id, place, level) || is_bygone(turn, *id, component, level);
    let fits = |id: &IncidentId| stops(id) && !lesser(id) || grew(id);
    let is_on = |id: &IncidentId| !is_over(turn, *id);
    // What came of a thing that showed nothing itself, and is over, does not come back with what that thing shows now.
    let from = |id| state.burning_from(id).filter(is_on);
    let here = || state.burning_at(place).chain(from(component)).filter(fits);
    // Of several that are over the one that is about the component, not one of which it was an echo.
    let about = |id: &IncidentId| state.incidents.get(id).is_some_and(|known| known.root.as_ref() == Some(component));
    let same = here().find(is_on).or_else(|| here().find(about)).or_else(|| here().next());
    // A warning that has stood there for a while is no reason to overlook that something below fails now; nor is what has
    // been over for a while.
    if let Some(same) = same.filter(|id| (!is_warning(turn, *id) || grew(id)) && is_on(id)) {
        return Some((same, alert::Reason::SameComponent));
    }
    let graph = &turn.book.graph;
    for needed in graph.below(component) {
        let there = Place::Component(needed.clone());
        let red = |id: &IncidentId| {
            let mut members = state.live_at(&there).filter(|member| member.incident() == Some(*id));
            let burns = members.any(|member| explains_still(turn, *id, (member, needed), level));
            goes_on(id) && (burns || was_red_lately(turn, *id, &there, level)) && !is_warning(turn, *id)
        };
        // A root without an alert of its own is over when the first of its effects is: then it works again - unless it is
        // red, and only kept apart.
        let is_apart = || apart::gravest(state, needed, turn.now.wall).is_some();
        let silent = |id: &IncidentId| {
            let places = state.places.get(id);
            let over = |places: &BTreeMap<Place, Here>| places.values().any(Here::over) && !is_apart();
            places.is_none_or(|places| !places.contains_key(&there) && !over(places)) && stops(id)
        };
        let by_root = from(needed).filter(silent);
        // Where something lesser stands beside what stopped later, that is what explains it.
        let worst = gravest(turn, &there);
        let outgrown =
            |id: &IncidentId| is_outgrown(turn, *id, &there, worst) || settled::shuts_out(turn, *id, needed, worst);
        let stopped = |id: &IncidentId| !outgrown(id);
        let burning = || state.burning_at(&there).filter(red);
        if let Some(incident) = burning().find(stopped).or_else(|| burning().chain(by_root).next()) {
            return Some((incident, alert::Reason::Echo { of: needed.clone() }));
        }
    }
    if let Some(same) = same {
        return Some((same, alert::Reason::SameComponent));
    }
    for behind in graph.behind(component) {
        let early = |id: &IncidentId| {
            stops(id)
                && (!only_warns(level) || !is_accepted(turn, *id) || is_warning(turn, *id))
                && state.incidents.get(id).is_some_and(|incident| {
                    incident.status.name() != StatusName::Verifying
                        && turn.now.elapsed.since(call::seen_since(state, incident)) <= LATE_CAUSE
                })
        };
        let there = Place::Component(behind.clone());
        if let Some(incident) = state.burning_at(&there).chain(state.burning_from(behind)).find(early) {
            return Some((incident, alert::Reason::Cause { of: behind.clone() }));
        }
    }
    state.detecting.iter().find_map(|incident| {
        let places = state.places.get(incident)?;
        places.keys().find_map(|place| match place {
            Place::Component(other) => {
                group::common_need(turn.book, component, other).map(|of| (*incident, alert::Reason::CommonNeed { of }))
            }
            Place::Host(_) => None,
        })
    })
}

/// By all that is seen it is over, and only to be checked.
fn is_over(turn: &Turn, incident: IncidentId) -> bool {
    turn.state.incidents.get(&incident).is_some_and(|known| known.status.name() == StatusName::Verifying)
}

/// The gravest that burns at a place.
fn gravest(turn: &Turn, place: &Place) -> Level {
    turn.state.live_at(place).map(Alert::weight).max().unwrap_or(Level::Information)
}

/// What stops at a place where something lesser has been handled for a while is a fault of its own, with its own hour of
/// occurrence and its own request. What is only watched handles nothing at all.
fn is_outgrown(turn: &Turn, incident: IncidentId, place: &Place, level: Level) -> bool {
    let Some(known) = turn.state.incidents.get(&incident) else { return false };
    let handled = known.number.is_some() && turn.now.elapsed.since(known.detected.elapsed) > LATE_CAUSE;
    let old = handled || known.status.name() == StatusName::Watched;
    let here = turn.state.places.get(&incident).and_then(|places| places.get(place)?.level());
    old && level >= Level::High && here.is_some_and(|shown| shown < level && shown < Level::High)
}

/// What an incident was reported as is over, with it what it had taken along, and that for a while: what stops there now is a
/// fault of its own, though something lesser keeps the number open. The cause itself goes on under its number.
fn is_bygone(turn: &Turn, incident: IncidentId, component: &ComponentId, level: Level) -> bool {
    let eased = turn.state.incidents.get(&incident).is_some_and(|known| known.eased.is_some());
    let place = Place::Component(component.clone());
    let here = turn.state.places.get(&incident).and_then(|places| places.get(&place));
    let Some(here) = here.filter(|here| eased && !only_warns(level) && here.over()) else { return false };
    let long = |alert: &Alert| {
        let gone = alert.gone.as_ref().map(|gone| turn.now.wall.duration_since(gone.at).unsigned_abs());
        gone.is_some_and(|gone| gone > LATE_CAUSE)
    };
    here.members().filter_map(|id| turn.state.alerts.get(&id)).all(long) && !ease::was_about(turn, incident, component)
}

/// Whether a member at `cause` may be why something behind it that is told of now fails. What stopped explains all that
/// follows, however late. What monitoring calls a minor fault (軽度の障害) may be a service that is down or a fan: it explains
/// what comes soon after it, and later only what enough others behind it bear out.
fn explains_still(turn: &Turn, incident: IncidentId, (member, cause): (&Alert, &ComponentId), level: Level) -> bool {
    let sign = member.weight();
    let stale = || turn.now.elapsed.since(member.received.elapsed) > LATE_CAUSE;
    let doubtful = sign == Level::Average && !only_warns(level) && stale();
    if !doubtful || !may_explain(sign, level) {
        return may_explain(sign, level);
    }
    let places = turn.state.places.get(&incident).into_iter().flatten();
    let fails = |here: &Here| here.live() && here.shown().is_some_and(|level| !only_warns(level));
    let behind = places.filter(|(place, here)| match place {
        Place::Component(id) => fails(here) && (id == cause || turn.book.graph.needs(id, cause)),
        Place::Host(_) => false,
    });
    // With the one that is told of now.
    cause::shows(turn.book, cause, behind.count() + 1)
}

/// What is watched because it came and went may be coming again: its effects show first now and then.
fn was_red_lately(turn: &Turn, incident: IncidentId, there: &Place, level: Level) -> bool {
    let watched = turn.state.incidents.get(&incident).is_some_and(|known| known.status.name() == StatusName::Watched);
    let span = turn.book.rules.policy.watch_span;
    let lately = |alert: &Alert| {
        let gone = alert.gone.as_ref().is_some_and(|gone| turn.now.wall.duration_since(gone.at).unsigned_abs() <= span);
        gone && alert.place() == *there && may_explain(alert.weight(), level)
    };
    watched && turn.state.members_of(incident).any(lately)
}
