//! Planned work (計画作業): alerts it explains are kept apart while it lasts; what still burns at its end is a fault.

use super::Turn;
use crate::desk::alert::{self, Alert, Standing, Suppression};
use crate::desk::book::Book;
use crate::desk::house;
use crate::desk::ids::AlertId;
use jiff::Timestamp;

/// The planned work that covers an alert at `now`: its component, or something it needs, is worked on.
pub(super) fn covering(book: &Book, alert: &Alert, now: Timestamp) -> Option<String> {
    let component = alert.component.as_ref()?;
    book.rules
        .maintenance
        .iter()
        .filter(|work| work.from <= now && now < work.until)
        .find(|work| work.components.iter().any(|worked| worked == component || book.graph.needs(component, worked)))
        .map(|work| work.name.clone())
}

/// Sets when planned work next begins or ends.
pub(in crate::desk) fn set_planned_edge(turn: &mut Turn, reason: house::Reason) {
    let now = turn.now.wall;
    let edges = turn.book.rules.maintenance.iter().flat_map(|work| [work.from, work.until]);
    let next = edges.filter(|edge| *edge > now).min();
    if next != turn.state.house.planned_edge {
        turn.record(house::Change::PlannedEdge { next }, reason);
    }
}

/// Planned work began or ended: what is no longer covered and still burns counts from the end of the work.
pub(in crate::desk) fn planned_edge(turn: &mut Turn) {
    set_planned_edge(turn, house::Reason::Hour);
    let now = turn.now.wall;
    let released: Vec<(AlertId, Timestamp)> = turn
        .state
        .held_back
        .iter()
        .filter_map(|id| turn.state.alerts.get(id))
        .filter(|alert| alert.red())
        .filter_map(|alert| {
            let Standing::Suppressed(Suppression::PlannedWork { name }) = &alert.standing else { return None };
            if covering(turn.book, alert, now).is_some() {
                return None;
            }
            let work = turn.book.rules.maintenance.iter().find(|work| work.name == *name);
            Some((alert.id, work.map_or(now, |work| work.until.min(now))))
        })
        .collect();
    for (alert, at) in released {
        turn.record(alert::Change::CountsFrom { alert, at }, alert::Reason::SuppressionEnded);
        let pending = alert::Change::Stands { alert, standing: Standing::Pending };
        turn.record(pending, alert::Reason::SuppressionEnded);
        turn.touched.pending.insert(alert);
    }
}
