//! What planned work or a silence covers is kept apart while it lasts; what still burns at its end is a fault.

use super::cause::only_warns;
use super::{LATE_CAUSE, Turn, apart};
use crate::desk::alert::{self, Alert, Standing, Suppression};
use crate::desk::book::Book;
use crate::desk::cover::{self, Cover, Origin, Over};
use crate::desk::ids::{AlertId, CoverId, SourceId};
use crate::desk::incident::Incident;
use crate::desk::state::{Here, Place, State};
use jiff::Timestamp;

/// What covers an alert now: planned work, else a silence.
pub(in crate::desk) fn covering(state: &State, book: &Book, alert: &Alert) -> Option<CoverId> {
    let covers = |id: &CoverId| state.covers.get(id).is_some_and(|cover| covers(book, cover, alert));
    state.active.iter().copied().find(covers)
}

fn covers(book: &Book, cover: &Cover, alert: &Alert) -> bool {
    match &cover.over {
        Over::Work { components, hosts } => {
            // Maintenance of a source may be of some problems of a host only: what it does not hide is none of it.
            let hidden = alert.problem.suppressed && hosts.contains(alert.problem.host.as_str());
            let from_there = |source: &SourceId| *source == alert.source && hidden;
            alert.component.as_ref().is_some_and(|component| {
                components.contains(component) || components.iter().any(|worked| book.graph.needs(component, worked))
            }) || matches!(&cover.origin, Origin::Source { source, .. } if from_there(source))
        }
        Over::Alerts(matcher) => matcher.fits(&alert.source, &alert.problem, alert.component.as_ref()),
    }
}

/// Keeps an alert apart because of `by`.
pub(super) fn keep_apart(turn: &mut Turn, alert: AlertId, by: CoverId) {
    let why = match by {
        CoverId::Work(_) => {
            let name = turn.state.covers.get(&by).map(|cover| cover.name.clone()).unwrap_or_default();
            Suppression::PlannedWork { name, by: Some(by) }
        }
        CoverId::Silence(_) => Suppression::Silenced { by },
    };
    let standing = Standing::Suppressed(why);
    turn.record(alert::Change::Stands { alert, standing }, alert::Reason::Suppressed);
    *turn.touched.hidden.entry(by).or_default() += 1;
    apart::kept_apart(turn, alert);
}

/// Counts what this turn kept apart, once for each planned work and silence.
pub(super) fn count(turn: &mut Turn) {
    for (cover, alerts) in std::mem::take(&mut turn.touched.hidden) {
        turn.record(cover::Change::Hid { cover, alerts }, cover::Reason::Alerts);
    }
}

/// Looks again at everything that is kept apart: what nothing covers any more and still burns counts from the end of what
/// covered it.
pub(super) fn release(turn: &mut Turn) {
    let now = turn.now.wall;
    let held: Vec<AlertId> = turn.state.held_back.iter().copied().collect();
    for id in held {
        let Some(alert) = turn.state.alerts.get(&id).filter(|alert| alert.red()) else { continue };
        let before = alert.held_by();
        match covering(turn.state, turn.book, alert) {
            Some(by) if Some(by) == before => {}
            Some(by) => keep_apart(turn, id, by),
            None => {
                let end = before.and_then(|by| turn.state.covers.get(&by)).map_or(now, |cover| cover.end().min(now));
                let suppressed = alert.problem.suppressed;
                let at = end.max(alert.at);
                let change = alert::Change::CountsFrom { alert: id, at, after: before };
                turn.record(change, alert::Reason::SuppressionEnded);
                set_free(turn, id, suppressed);
            }
        }
    }
}

/// What the monitoring system still hides waits for its word.
fn set_free(turn: &mut Turn, alert: AlertId, suppressed: bool) {
    let standing = if suppressed { Standing::Suppressed(Suppression::SourceMaintenance) } else { Standing::Pending };
    turn.record(alert::Change::Stands { alert, standing }, alert::Reason::SuppressionEnded);
    if !suppressed {
        turn.touched.pending.insert(alert);
    }
}

/// Red alerts that `by` keeps apart, the gravest first.
pub(in crate::desk) fn still_held(state: &State, by: CoverId) -> Vec<&Alert> {
    let held = state.held_back.iter().filter_map(|id| state.alerts.get(id));
    let mut held: Vec<&Alert> = held.filter(|alert| alert.red() && alert.held_by() == Some(by)).collect();
    held.sort_by_key(|alert| (std::cmp::Reverse(alert.problem.level), alert.at, alert.id));
    held
}

/// What is red at a place of an incident and kept apart: it must not be taken for calm. Planned work says so of all it covers;
/// a silence may stand for weeks, and maintenance of a source, too: what they keep apart counts where it came with the incident, or
/// after it, and is no lesser thing beside what it showed.
pub(in crate::desk) fn unseen<'a>(
    state: &'a State,
    incident: &'a Incident,
    place: &'a Place,
) -> impl Iterator<Item = &'a Alert> {
    let here = state.places.get(&incident.id).and_then(|places| places.get(place));
    let shown = here.and_then(Here::level);
    let since = incident.occurred.checked_sub(LATE_CAUSE).unwrap_or(incident.occurred);
    let counts = move |alert: &&Alert| match &alert.standing {
        Standing::Suppressed(Suppression::PlannedWork { .. }) => true,
        Standing::Suppressed(Suppression::Silenced { .. } | Suppression::SourceMaintenance) => {
            let lesser = only_warns(alert.weight()) && shown > Some(alert.weight());
            alert.began.unwrap_or(alert.at) >= since && !lesser
        }
        Standing::Suppressed(
            Suppression::BelowLevel | Suppression::Adopted | Suppression::Over | Suppression::Expected,
        )
        | Standing::Member(_)
        | Standing::Pending => false,
    };
    state.live_at(place).filter(|alert| alert.red()).filter(counts)
}

/// What is red again at the root of an incident (anywhere, where none is known), and only a silence or the monitoring system keeps
/// from telling.
pub(in crate::desk) fn red_again<'a>(state: &'a State, incident: &'a Incident) -> Option<&'a Alert> {
    let places = state.places.get(&incident.id)?;
    let root = incident.root.clone().map(Place::Component).filter(|root| places.contains_key(root));
    let decides = move |place: &&Place| root.as_ref().is_none_or(|root| root == *place);
    let by_work = |alert: &Alert| matches!(alert.standing, Standing::Suppressed(Suppression::PlannedWork { .. }));
    places.keys().filter(decides).flat_map(|place| unseen(state, incident, place)).find(|alert| !by_work(alert))
}

/// Whether something is kept apart that still burns at a place of an incident.
pub(in crate::desk) fn burns_unseen(state: &State, incident: &Incident, place: &Place) -> bool {
    unseen(state, incident, place).next().is_some()
}

/// The end of `cover`, as it counts for what it kept apart.
pub(super) fn end_by(cover: &Cover, now: Timestamp) -> Timestamp {
    cover.until.min(now).max(cover.from.min(now))
}
