//! Words to the desk about planned work and silences: their end is near and something still burns, what they keep apart
//! (日次まとめ), and what seems forgotten or useless.

use super::house::internal;
use super::reach;
use crate::desk::correlate;
use crate::desk::cover::{self, Cover};
use crate::desk::house;
use crate::desk::ids::CoverId;
use crate::desk::letter::{CoverDoubt, CoverFacts, CoverState, Doubt, Notice};
use crate::desk::owed::Why;
use crate::desk::rules::Maintenance;
use crate::desk::turn::Turn;
use jiff::{SignedDuration, Timestamp};

/// Messages quoted of what still burns.
const RED: usize = 20;
/// A silence no alert fits for so long is doubted.
const USELESS_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// What lasts so long may be forgotten.
const OLD_AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);
/// What is doubted is named again after this time.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Recurring work no alert fits so often in a row is doubted.
const USELESS_TIMES: u32 = 3;
/// Lines of one list.
const LINES: usize = 100;

/// 内部連絡: it ends soon and something it keeps apart still burns; nothing where all is well.
pub(in crate::desk) fn cover_ends_soon(turn: &mut Turn, id: CoverId) {
    let Some(cover) = turn.state.covers.get(&id) else { return };
    let held = correlate::still_held(turn.state, id);
    let (total, cover) = (held.len(), facts(turn, cover));
    let words = |alert: &&crate::desk::alert::Alert| format!("{} {}", alert.problem.host_name, alert.problem.summary);
    let red: Vec<String> = held.iter().take(RED).map(words).collect();
    if total > 0 {
        internal(turn, None, Notice::CoverEnds { cover, red, total }, Why::CoverEnds);
    }
}

/// One as the desk reads of it.
pub(super) fn facts(turn: &Turn, cover: &Cover) -> CoverFacts {
    // Of whoever answers now: the desk is to call.
    let phone = reach(turn, &cover.owner, 1).phone.first().map(|phone| phone.number.to_owned());
    CoverFacts {
        id: cover.id.to_string(),
        silence: !cover.is_work(),
        name: cover.name.clone(),
        owner: turn.book.party_name(&cover.owner),
        phone,
        from: cover.from,
        until: cover.until,
    }
}

/// Planned work and silences for 日次まとめ: under way, or over since the last one.
pub(super) fn states(turn: &Turn, since: Option<Timestamp>) -> Vec<CoverState> {
    let told = |cover: &&Cover| cover.begun && cover.ended.is_none_or(|ended| since.is_none_or(|since| ended > since));
    let state = |cover: &Cover| CoverState {
        cover: facts(turn, cover),
        hid: cover.hid,
        red: correlate::still_held(turn.state, cover.id).len(),
        ended: cover.ended.is_some(),
    };
    turn.state.covers.values().filter(told).map(state).take(LINES).collect()
}

/// 内部連絡: what seems forgotten or useless, each at most once a week.
pub(super) fn review(turn: &mut Turn) {
    let now = turn.now.wall;
    let rested = |reminded: Option<&Timestamp>| reminded.is_none_or(|at| now.duration_since(*at) >= AGAIN_AFTER);
    let active = turn.state.active.iter().filter_map(|id| turn.state.covers.get(id));
    let doubtful = active.filter(|cover| rested(cover.reminded.as_ref()));
    let doubtful: Vec<(CoverId, CoverDoubt)> = doubtful
        .filter_map(|cover| Some((cover.id, CoverDoubt { why: doubt(cover, now)?, cover: facts(turn, cover) })))
        .take(LINES)
        .collect();
    let house = &turn.state.house;
    let useless = turn.book.rules.maintenance.iter().filter_map(|work| {
        let times = house.idle.get(&work.name).copied().filter(|times| *times >= USELESS_TIMES)?;
        rested(house.reminded.get(&work.name)).then_some((work, times))
    });
    let useless: Vec<(String, CoverDoubt)> = useless
        .filter_map(|(work, times)| Some((work.name.clone(), again(turn, work, times, now)?)))
        .take(LINES)
        .collect();
    let dropped = |name: &&String| !turn.book.rules.maintenance.iter().any(|work| work.name == **name);
    let dropped: Vec<String> = house.idle.keys().chain(house.reminded.keys()).filter(dropped).cloned().collect();
    for work in dropped {
        turn.record(house::Change::WorkDropped { work }, house::Reason::Configuration);
    }
    let mut covers = Vec::new();
    for (cover, doubt) in doubtful {
        turn.record(cover::Change::Reminded { cover, at: now }, cover::Reason::Hour);
        covers.push(doubt);
    }
    for (work, doubt) in useless {
        turn.record(house::Change::WorkDoubted { work, at: now }, house::Reason::Hour);
        covers.push(doubt);
    }
    if !covers.is_empty() {
        internal(turn, None, Notice::CoversDoubtful { covers }, Why::Notice);
    }
}

fn doubt(cover: &Cover, now: Timestamp) -> Option<Doubt> {
    let age = now.duration_since(cover.from);
    if !cover.is_work() && cover.hid == 0 && age >= USELESS_AFTER {
        return Some(Doubt::Useless);
    }
    let days = u32::try_from(age.as_hours() / 24).unwrap_or(u32::MAX);
    (age >= OLD_AFTER).then_some(Doubt::Old { days })
}

/// Planned work of the configuration that comes again, although no alert fitted the last times.
fn again(turn: &Turn, work: &Maintenance, times: u32, now: Timestamp) -> Option<CoverDoubt> {
    let next = work.times.next(now, &turn.book.zone)?;
    let cover = CoverFacts {
        id: String::new(),
        silence: false,
        name: work.name.clone(),
        owner: turn.book.party_name(&work.owner),
        phone: None,
        from: next.from,
        until: next.until,
    };
    Some(CoverDoubt { cover, why: Doubt::UselessAgain { times } })
}
