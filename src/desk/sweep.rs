//! Sweeping: what ended long ago leaves the desk's memory; the record keeps it.
//!
//! A stage, once an hour. Alerts and rows leave first, then the incidents they belonged to (see [`past`]).

use super::alert;
use super::cover;
use super::house;
use super::ids::{AlertId, ComponentId, CoverId, IncidentId, OwedId};
use super::incident::{self, Edit};
use super::modification;
use super::owed;
use super::past::{self, Past};
use super::request;
use super::turn::Turn;
use std::collections::BTreeSet;

/// Forgets what ended long ago and belongs to nothing that burns.
pub(super) fn sweep(turn: &mut Turn) {
    alerts(turn);
    rows(turn);
    incidents(turn);
    beside(turn);
    turn.record(house::Change::first_sweep(turn.now), house::Reason::Hour);
}

/// Whether something belongs to an incident that goes on.
fn goes_on(turn: &Turn, incident: Option<IncidentId>) -> bool {
    let name = incident.and_then(|id| Some(turn.state.incidents.get(&id)?.status.name()));
    name.is_some_and(|name| name.open() || name.burning())
}

fn alerts(turn: &mut Turn) {
    let now = turn.now.elapsed;
    let old = turn.state.over.iter().take_while(|(since, _)| now.since(*since) >= alert::REMEMBERED);
    let old = old.filter_map(|(_, id)| turn.state.alerts.get(id));
    let old: BTreeSet<AlertId> = old.filter(|alert| !goes_on(turn, alert.incident())).map(|alert| alert.id).collect();
    for alert in old {
        turn.record(alert::Change::Forgotten(alert), alert::Reason::Old);
    }
}

fn rows(turn: &mut Turn) {
    let now = turn.now.elapsed;
    let old = turn.state.settled.iter().take_while(|(from, _)| *from <= now);
    let old = old.filter_map(|(_, id)| turn.state.owed.get(id));
    let old: BTreeSet<OwedId> = old.filter(|row| !goes_on(turn, row.incident)).map(|row| row.id).collect();
    for row in old {
        turn.record(owed::Change::Forgotten(row), owed::Reason::Old);
    }
}

/// Ended incidents are archived: what is told of like faults stays for a year, the rest is in the record.
fn incidents(turn: &mut Turn) {
    let (now, recurrence) = (turn.now.wall, turn.book.rules.policy.recurrence);
    for id in past::due(turn.state, recurrence, now) {
        let Some(incident) = turn.state.incidents.get(&id) else { continue };
        let kept = incident.root.clone().zip(Past::of(turn.state, incident));
        let requests: Vec<_> = turn.state.requests_of(id).map(|request| request.id).collect();
        if let Some((component, past)) = kept {
            turn.record(past::Change::Kept { component, past: Box::new(past) }, past::Reason::Old);
        }
        for request in requests {
            turn.record(request::Change::Forgotten(request), request::Reason::Old);
        }
        turn.edit(id, Edit::Archived, incident::Reason::Old);
    }
    let long_ago = now - past::LOOK_BACK;
    let faded = turn.state.past.iter().filter(|(_, known)| known.iter().any(|past| past.restored < long_ago));
    let faded: Vec<ComponentId> = faded.map(|(component, _)| component.clone()).collect();
    for component in faded {
        turn.record(past::Change::Forgotten { component, before: long_ago }, past::Reason::Old);
    }
}

/// Planned work, silences, and changes.
fn beside(turn: &mut Turn) {
    let wall = turn.now.wall;
    let old = |cover: &&cover::Cover| cover.ended.is_some_and(|ended| wall.duration_since(ended) >= cover::REMEMBERED);
    let old_covers: Vec<CoverId> = turn.state.covers.values().filter(old).map(|cover| cover.id).collect();
    for cover in old_covers {
        turn.record(cover::Change::Forgotten(cover), cover::Reason::Old);
    }
    let old_modifications: Vec<_> = turn
        .state
        .modifications
        .values()
        .filter(|known| known.at < wall && wall.duration_since(known.at).unsigned_abs() >= modification::REMEMBERED)
        .map(|known| known.id)
        .collect();
    for id in old_modifications {
        turn.record(modification::Change::Forgotten(id), modification::Reason::Old);
    }
}
