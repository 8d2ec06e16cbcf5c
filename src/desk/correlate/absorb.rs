//! A fault that shows in two parts: what came after the window joins the young incident that has the same cause.
//!
//! Monitoring shows one fault over minutes, and the grouping window is shorter than that. An incident without a number
//! gives its alerts to the numbered one when a single cause explains both; that cause may be new to both, and then the
//! verdict is decided anew.

use super::cause::{self, Known};
use super::group::{self, Group};
use super::{Edit, LATE_CAUSE, Reason, Turn, call, isolate, settled};
use crate::desk::alert::{self, Standing};
use crate::desk::ids::{AlertId, ComponentId, IncidentId};
use crate::desk::incident::{Status, StatusName};
use crate::desk::letter::What;
use crate::desk::observation::Level;
use crate::desk::state::Place;

/// Gives the alerts of `group`, a part of the incident `from`, to a young incident with the same cause. `false` when
/// there is none.
pub(super) fn absorb(turn: &mut Turn, from: IncidentId, group: &Group) -> bool {
    let Some((into, of)) = same_cause(turn, from, group) else { return false };
    let members = group.members(turn.state, from);
    let alerts = members.len();
    // What fails by itself there is for its keeper to know, if that was asked.
    let own = |id: &AlertId| {
        let alert = turn.state.alerts.get(id);
        alert.is_some_and(|alert| group.roots.contains(&alert.place()) && !cause::only_warns(alert.weight()))
    };
    let roots: Vec<AlertId> = members.iter().copied().filter(own).collect();
    for alert in members {
        let stands = alert::Change::Stands { alert, standing: Standing::Member(into) };
        turn.record(stands, alert::Reason::SameCause { of: of.clone() });
    }
    if is_looked_at_now(turn, into) {
        // Nobody has been told of it yet, and its turn is next.
        return true;
    }
    turn.touched.more.entry(into).or_default().extend(roots);
    turn.edit(into, Edit::happened(turn.now.wall, What::Spread { alerts }), Reason::OnRecord);
    let known = turn.state.incidents.get(&into);
    if known.is_some_and(|known| known.root.as_ref() != Some(&of)) {
        isolate::owe_probes(turn, into);
        turn.touched.to_judge.insert(into);
    }
    turn.touched.stirred.insert(into);
    turn.touched.unmarked(into);
    true
}

/// Ends an incident that gave all its alerts away.
pub(super) fn emptied(turn: &mut Turn, incident: IncidentId, reason: Reason) {
    let to = Status::Closed;
    turn.edit(incident, Edit::Status { to, at: turn.now.wall, by: None }, reason);
}

/// Its own window is over as well, and it is about to be decided what it is.
fn is_looked_at_now(turn: &Turn, incident: IncidentId) -> bool {
    let status = turn.state.incidents.get(&incident).map(|known| &known.status);
    matches!(status, Some(Status::Detected { until }) if *until <= turn.now.elapsed)
}

/// A young numbered incident, or one that is decided now, of which one cause explains the root and all of `group`.
fn same_cause(turn: &Turn, from: IncidentId, group: &Group) -> Option<(IncidentId, ComponentId)> {
    cause::components(&group.places).next()?;
    let pings = &turn.state.incidents.get(&from)?.pings;
    let there = turn.state.places.get(&from)?;
    let part = || group.places.iter().filter_map(|place| Some((place.clone(), there.get(place)?.shown()?)));
    let others = turn.state.open.iter().chain(&turn.state.detecting).copied();
    others.filter(|id| *id != from).find_map(|id| {
        let other = turn.state.incidents.get(&id)?;
        let handled = matches!(
            other.status.name(),
            StatusName::Accepted | StatusName::Isolating | StatusName::Requested | StatusName::InProgress
        );
        let undecided = is_looked_at_now(turn, id);
        let young = handled && turn.now.elapsed.since(call::seen_since(turn.state, other)) <= LATE_CAUSE;
        if !(young || undecided) {
            // Of thousands that are open most are neither.
            return None;
        }
        let root = Place::Component(other.root.clone()?);
        let mut own = part().filter(|(place, _)| group.roots.contains(place));
        let shut_out = |(place, level): (Place, Level)| match &place {
            Place::Component(component) => settled::shuts_out(turn, id, component, level),
            Place::Host(_) => false,
        };
        if own.any(shut_out) {
            return None;
        }
        let mut failing = group::failing(turn.state, id);
        failing.extend(part());
        let mut known = Known::of(turn.state, turn.book, other);
        known.extend(pings);
        let causes = cause::causes(&known, &failing);
        let cause = causes.iter().find(|cause| group.places.is_subset(&cause.explains))?;
        let Place::Component(of) = &cause.place else { return None };
        (cause.place == root || cause.explains.contains(&root)).then(|| (id, of.clone()))
    })
}
