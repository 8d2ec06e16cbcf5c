//! What stays red when the cause of an incident is over: it goes on under the number of what explains it now, or under one of
//! its own (`DECISIONS.md` 19). At 復旧 all of it; when monitoring has shown the cause normal for a while, what fails - whoever
//! keeps that must be asked, and nobody can say 復旧 before it works.

use super::cause::{Known, only_warns};
use super::go_on_elsewhere;
use super::group::{self, Group};
use crate::desk::alert::{self, Alert, Standing};
use crate::desk::correlate;
use crate::desk::ids::{AlertId, IncidentId, Number};
use crate::desk::incident::{Edit, Incident, Link, Reason, Status};
use crate::desk::rules::VerdictCode;
use crate::desk::state::Place;
use crate::desk::turn::Turn;
use std::collections::BTreeSet;

/// What burns in an incident.
fn red(turn: &Turn, of: IncidentId) -> Vec<AlertId> {
    turn.state.members_of(of).filter(|alert| alert.red()).map(|alert| alert.id).collect()
}

/// Something of it does more than warn.
pub(super) fn is_grave(turn: &Turn, of: IncidentId) -> bool {
    turn.state.members_of(of).any(|alert| alert.red() && !only_warns(alert.weight()))
}

/// Something of it does more than warn, and no other number explains it.
pub(super) fn is_unexplained(turn: &Turn, of: IncidentId) -> bool {
    let fails = |alert: &Alert| alert.red() && !only_warns(alert.weight());
    let explained = |alert: &Alert| correlate::explained_elsewhere(turn, &alert.place(), alert.weight(), of).is_some();
    turn.state.members_of(of).any(|alert| fails(alert) && !explained(alert))
}

/// Something fails although its cause has been normal for a while: all that is red leaves.
pub(super) fn leave_if_grave(turn: &mut Turn, of: IncidentId) {
    if is_grave(turn, of) {
        go_on(turn, of);
        leave(turn, of);
    }
}

/// Red alerts that another incident explains go on there. The numbers of those incidents.
pub(in crate::desk) fn go_on(turn: &mut Turn, of: IncidentId) -> BTreeSet<Number> {
    red(turn, of).into_iter().filter_map(|alert| go_on_elsewhere(turn, alert, of)).collect()
}

/// An incident goes on as what stayed of it: whatever else stayed, and has nothing to do with that, gets a number of its own, and
/// is asked about. What was joined by the desk, or by a rule for several parties, stays together.
pub(super) fn leave_apart(turn: &mut Turn, of: IncidentId) {
    let Some(known) = turn.state.incidents.get(&of) else { return };
    let merged = known.links.iter().any(|(link, _)| *link == Link::Merged);
    let several = known.verdict().is_some_and(|verdict| verdict.code == VerdictCode::Multi);
    let Some(root) = known.root.clone().filter(|_| !merged && !several).map(Place::Component) else { return };
    let failing = group::failing(turn.state, of);
    let places: BTreeSet<Place> = failing.keys().cloned().collect();
    let groups = group::partition(&Known::of(turn.state, turn.book, known), &places, &failing);
    let stays = |group: &&Group| group.places.contains(&root) || group.roots.contains(&root);
    if !groups.iter().any(|group| stays(&group)) {
        return;
    }
    for group in groups.iter().filter(|group| !stays(group) && !group.only_warns(&failing)) {
        let red = |alert: &AlertId| turn.state.alerts.get(alert).is_some_and(Alert::red);
        let members = group.members(turn.state, of).into_iter().filter(red).collect();
        leave_with(turn, of, members);
    }
}

/// The other red alerts become a linked incident with its own number.
pub(in crate::desk) fn leave(turn: &mut Turn, of: IncidentId) -> Option<IncidentId> {
    let red = red(turn, of);
    leave_with(turn, of, red)
}

fn leave_with(turn: &mut Turn, of: IncidentId, red: Vec<AlertId>) -> Option<IncidentId> {
    let detected_by = turn.state.incidents.get(&of)?.detected_by;
    if red.is_empty() {
        return None;
    }
    let id = turn.next_incident();
    let status = Status::Detected { until: turn.now.elapsed };
    let mut incident = Incident::new(id, turn.now, status, detected_by);
    incident.links.insert((Link::RemainderOf, of));
    turn.edit(id, Edit::Opened(Box::new(incident)), Reason::StillRed { of });
    turn.edit(of, Edit::Linked { link: Link::Remainder, other: id }, Reason::StillRed { of });
    for alert in red {
        turn.record(alert::Change::Stands { alert, standing: Standing::Member(id) }, alert::Reason::StillRed);
    }
    correlate::reframe(turn, id);
    correlate::grade(turn, id);
    correlate::accept(turn, id, Reason::StillRed { of });
    Some(id)
}

/// The numbers under which what left before 復旧 still burns.
pub(in crate::desk) fn left_before(turn: &Turn, of: IncidentId) -> BTreeSet<Number> {
    let links = turn.state.incidents.get(&of).into_iter().flat_map(|known| &known.links);
    let left = links.filter(|(link, _)| *link == Link::Remainder).filter_map(|(_, id)| turn.state.incidents.get(id));
    left.filter(|known| known.status.name().burning()).filter_map(|known| known.number.clone()).collect()
}
