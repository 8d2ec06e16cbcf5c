//! Planned work (計画作業) and silences (通知抑止) begin and end: by the configuration's times, by the hour, by command.
//!
//! Each time planned work of the configuration takes place it becomes a thing of its own with a number, so that it can be
//! extended or ended by command like any other. Not here: which alerts it keeps apart (`held`).

use super::{Edit, Reason, Turn};
use super::{ease, held};
use crate::desk::alert::Alert;
use crate::desk::book::Book;
use crate::desk::cover::{self, Cover, Origin, Over};
use crate::desk::ids::{ComponentId, CoverId, IncidentId};
use crate::desk::incident::Incident;
use crate::desk::letter::{What, WorkStage};
use crate::desk::rules::{Maintenance, Window};
use crate::desk::state::Place;
use crate::desk::{house, notify};
use std::collections::BTreeSet;

/// Rules came into force: what they plan for now begins or changes, what they no longer plan for ends.
pub(in crate::desk) fn planned_by_rules(turn: &mut Turn) {
    end_over(turn);
    let present = by_rules(turn);
    let dropped: Vec<CoverId> = turn
        .state
        .covers
        .values()
        .filter(|cover| cover.open() && !cover.moved && matches!(cover.origin, Origin::Rules { .. }))
        .map(|cover| cover.id)
        .filter(|id| !present.contains(id))
        .collect();
    for cover in dropped {
        end_cover(turn, cover, cover::Reason::Configuration);
    }
    settle_covers(turn, house::Reason::Configuration);
}

/// An hour came at which planned work or a silence begins, is near its end, or ends.
pub(in crate::desk) fn planned_edge(turn: &mut Turn) {
    end_over(turn);
    by_rules(turn);
    settle_covers(turn, house::Reason::Hour);
}

/// Brings everything up to date after ends and beginnings: what is due begins, the desk is warned, what nothing covers any
/// more is released, and the next hour is set.
pub(in crate::desk) fn settle_covers(turn: &mut Turn, reason: house::Reason) {
    let now = turn.now.wall;
    let due = |cover: &&Cover| cover.open() && !cover.begun && cover.from <= now;
    let begin: Vec<CoverId> = turn.state.covers.values().filter(due).map(|cover| cover.id).collect();
    for cover in begin {
        turn.record(cover::Change::Began(cover), cover::Reason::Hour);
        tell_incidents(turn, cover, WorkStage::Began);
    }
    let near = |cover: &&Cover| cover.begun && cover.warn_at().is_some_and(|at| at <= now);
    let warn: Vec<CoverId> = turn.state.covers.values().filter(near).map(|cover| cover.id).collect();
    for cover in warn {
        turn.record(cover::Change::Warned(cover), cover::Reason::Hour);
        notify::cover_ends_soon(turn, cover);
    }
    held::release(turn);
    let next = next_edge(turn);
    if next != turn.state.house.planned_edge {
        turn.record(house::Change::PlannedEdge { next }, reason);
    }
}

fn next_edge(turn: &Turn) -> Option<jiff::Timestamp> {
    let now = turn.now.wall;
    let planned = turn.book.rules.maintenance.iter().filter_map(|work| work.times.next(now, &turn.book.zone));
    let planned = planned.map(|window| window.from);
    planned.chain(turn.state.covers.values().filter_map(|cover| cover.next_edge(now))).min()
}

/// Ends what is over by its own time.
fn end_over(turn: &mut Turn) {
    let now = turn.now.wall;
    let over = |cover: &&Cover| cover.open() && cover.until <= now;
    let over: Vec<CoverId> = turn.state.covers.values().filter(over).map(|cover| cover.id).collect();
    for cover in over {
        end_cover(turn, cover, cover::Reason::Hour);
    }
}

/// Ends one; what it kept apart is released by [`settle_covers`].
pub(in crate::desk) fn end_cover(turn: &mut Turn, id: CoverId, reason: cover::Reason) {
    let now = turn.now.wall;
    let Some(cover) = turn.state.covers.get(&id) else { return };
    let (at, begun) = (held::end_by(cover, now), cover.begun);
    turn.record(cover::Change::Ended { cover: id, at }, reason);
    if begun {
        tell_incidents(turn, id, WorkStage::Ended);
    }
}

/// Begins or changes what the configuration plans for now. Returns what it plans for.
fn by_rules(turn: &mut Turn) -> BTreeSet<CoverId> {
    let (now, book) = (turn.now.wall, turn.book);
    let mut present = BTreeSet::new();
    for work in &book.rules.maintenance {
        if let Some(window) = work.times.at(now, &book.zone) {
            present.insert(occurrence(turn, work, window));
        }
    }
    present
}

fn occurrence(turn: &mut Turn, work: &Maintenance, window: Window) -> CoverId {
    let by_name = |cover: &&Cover| matches!(&cover.origin, Origin::Rules { name } if *name == work.name);
    let same = |cover: &&Cover| by_name(cover) && cover.from == window.from;
    let known = turn.state.covers.values().find(same).cloned();
    let cover = planned(turn, work, window, known.as_ref());
    let id = cover.id;
    match known {
        // It was ended by command before its time, or has just ended.
        Some(known) if !known.open() => {}
        Some(known) if known == cover => {}
        Some(_) => turn.record(cover::Change::Registered(Box::new(cover)), cover::Reason::Configuration),
        None => {
            turn.record(cover::Change::Registered(Box::new(cover)), cover::Reason::Configuration);
            tell_incidents(turn, id, WorkStage::Began);
        }
    }
    id
}

/// The cover for one time that planned work of the configuration takes place; what is on record of it stays.
fn planned(turn: &Turn, work: &Maintenance, window: Window, known: Option<&Cover>) -> Cover {
    let over = Over::Work { components: work.components.clone(), hosts: BTreeSet::new() };
    let (name, owner, reason) = (work.name.clone(), work.owner.clone(), work.reason.clone());
    match known.cloned() {
        Some(known) => {
            let until = if known.moved { known.until } else { window.until };
            let warned = known.warned && known.until == until;
            Cover { over, name, owner, reason, until, warned, ..known }
        }
        None => Cover {
            id: turn.next_work(),
            over,
            owner,
            reason,
            from: window.from,
            until: window.until,
            origin: Origin::Rules { name: name.clone() },
            name,
            registered: turn.now.wall,
            begun: true,
            ended: None,
            moved: false,
            hid: 0,
            warned: false,
            reminded: None,
        },
    }
}

/// Open incidents where planned work begins, goes on or ends say so.
pub(in crate::desk) fn tell_incidents(turn: &mut Turn, id: CoverId, stage: WorkStage) {
    let Some(cover) = turn.state.covers.get(&id) else { return };
    let (name, until) = (cover.name.clone(), cover.end());
    for incident in touched_by(turn, cover) {
        let what = What::PlannedWork { name: name.clone(), stage, until };
        turn.edit(incident, Edit::happened(turn.now.wall, what), Reason::OnRecord);
        if stage == WorkStage::Ended {
            ease::work_ended(turn, incident);
        }
    }
}

/// Names of open incidents that were there before a cover: it does not touch them.
pub(in crate::desk) fn incidents_under(turn: &Turn, cover: &Cover) -> Vec<String> {
    let fits = |id: &IncidentId| {
        let Over::Alerts(matcher) = &cover.over else { return false };
        let fits = |alert: &Alert| matcher.fits(&alert.source, &alert.problem, alert.component.as_ref());
        turn.state.members_of(*id).any(|alert| alert.red() && fits(alert))
    };
    let under: BTreeSet<IncidentId> = match cover.over {
        Over::Work { .. } => touched_by(turn, cover),
        Over::Alerts(_) => turn.state.open.iter().copied().filter(fits).collect(),
    };
    under.iter().filter_map(|id| turn.state.incidents.get(id)).map(Incident::name).collect()
}

/// Numbered incidents that burn where the work is done, or behind it.
fn touched_by(turn: &Turn, cover: &Cover) -> BTreeSet<IncidentId> {
    let Over::Work { components, hosts } = &cover.over else { return BTreeSet::new() };
    let reached = reached(turn.book, components);
    let there = reached.iter().flat_map(|component| {
        let place = Place::Component(component.clone());
        turn.state.burning_at(&place).chain(turn.state.burning_from(component)).collect::<Vec<_>>()
    });
    // A host may be a component's.
    let burns = |id: &&IncidentId| {
        let mut members = turn.state.members_of(**id);
        members.any(|alert| alert.red() && hosts.contains(alert.problem.host.as_str()))
    };
    let hosts = turn.state.open.iter().filter(|_| !hosts.is_empty()).filter(burns).copied();
    let numbered = |id: &IncidentId| turn.state.incidents.get(id).is_some_and(|incident| incident.number.is_some());
    there.chain(hosts).filter(numbered).collect()
}

/// Components that are worked on, and everything that needs them.
fn reached(book: &Book, components: &BTreeSet<ComponentId>) -> BTreeSet<ComponentId> {
    components.iter().flat_map(|worked| book.graph.behind(worked).iter().chain([worked])).cloned().collect()
}
