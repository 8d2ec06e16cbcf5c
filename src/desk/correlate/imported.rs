//! A source's own maintenance becomes planned work of ours, with a number, for as long as the source says so.
//!
//! The desk answers for it: the source does not say who works. A problem there counts as planned while the source itself
//! hides it, so that maintenance of some problems of a host hides no others.

use super::held;
use super::planned::{end_cover, settle_covers, tell_incidents};
use super::{Turn, covering};
use crate::desk::alert::{Standing, Suppression};
use crate::desk::cover::{self, Cover, MOST, Origin, Over};
use crate::desk::house;
use crate::desk::ids::{AlertId, CoverId, SourceId};
use crate::desk::letter::WorkStage;
use crate::desk::observation::Maintenance;
use std::collections::BTreeSet;

/// Everything that is under maintenance in `source` now.
pub(in crate::desk) fn planned_by_source(turn: &mut Turn, source: &SourceId, known: Vec<Maintenance>) {
    let now = turn.now.wall;
    let mut present = BTreeSet::new();
    let mut changed = false;
    for work in known.into_iter().filter(|work| work.until > now) {
        let (cover, new) = cover_of(turn, source, work);
        let Some(cover) = cover else { continue };
        present.insert(cover.id);
        let id = cover.id;
        changed |= record(turn, cover);
        if new {
            tell_incidents(turn, id, WorkStage::Began);
        }
    }
    let over = |cover: &&Cover| {
        let of_source = matches!(&cover.origin, Origin::Source { source: of, .. } if of == source);
        of_source && cover.open() && !cover.moved && !present.contains(&cover.id)
    };
    let over: Vec<CoverId> = turn.state.covers.values().filter(over).map(|cover| cover.id).collect();
    for cover in over {
        end_cover(turn, cover, cover::Reason::Source);
        changed = true;
    }
    if changed {
        adopt(turn, source);
        settle_covers(turn, house::Reason::Observed);
    }
}

/// Puts what is new about a cover on record. Returns whether anything was.
fn record(turn: &mut Turn, cover: Cover) -> bool {
    let (id, until) = (cover.id, cover.until);
    let moved = turn.state.covers.get(&id).is_some_and(|known| known.until != until);
    if moved {
        turn.record(cover::Change::Moved { cover: id, until, by_command: false }, cover::Reason::Source);
    }
    let known = turn.state.covers.get(&id);
    // What was said about the end was said about the end as it was.
    let cover = Cover { warned: known.is_some_and(|known| known.warned), ..cover };
    let same = known == Some(&cover);
    if !same {
        turn.record(cover::Change::Registered(Box::new(cover)), cover::Reason::Source);
    }
    moved || !same
}

/// The cover for `work`, and whether it is a new one; none where it was ended here and the source says nothing new.
fn cover_of(turn: &Turn, source: &SourceId, work: Maintenance) -> (Option<Cover>, bool) {
    let of_it = |cover: &&Cover| matches!(&cover.origin, Origin::Source { source: of, key } if of == source && *key == work.key);
    let latest = turn.state.covers.values().filter(of_it).max_by_key(|cover| (cover.from, cover.id));
    let over = Over::Work { components: BTreeSet::new(), hosts: work.hosts };
    let from = match latest {
        Some(known) if known.open() => {
            let until = if known.moved { known.until } else { work.until };
            let cover = Cover { over, name: work.name, reason: work.reason, until, ..known.clone() };
            return (Some(cover), false);
        }
        Some(known) if work.from <= known.end() && work.until <= known.until => return (None, false),
        Some(known) => work.from.max(known.end()),
        None => work.from,
    };
    // What is too much stands as hidden by the source itself.
    if turn.state.active.len() >= MOST {
        return (None, false);
    }
    let cover = Cover {
        id: turn.next_work(),
        over,
        name: work.name,
        owner: turn.book.rules.site.desk.clone(),
        reason: work.reason,
        from,
        until: work.until,
        origin: Origin::Source { source: source.clone(), key: work.key },
        registered: turn.now.wall,
        begun: true,
        ended: None,
        moved: false,
        hid: 0,
        warned: false,
        reminded: None,
    };
    (Some(cover), true)
}

/// What the source hid before it told of the maintenance belongs to it, too.
fn adopt(turn: &mut Turn, source: &SourceId) {
    let hidden = turn.state.alerts.values().filter(|alert| {
        let by_source = alert.standing == Standing::Suppressed(Suppression::SourceMaintenance);
        by_source && alert.source == *source && alert.red()
    });
    let covered: Vec<(AlertId, CoverId)> =
        hidden.filter_map(|alert| Some((alert.id, covering(turn.state, turn.book, alert)?))).collect();
    for (alert, cover) in covered {
        held::keep_apart(turn, alert, cover);
    }
}
