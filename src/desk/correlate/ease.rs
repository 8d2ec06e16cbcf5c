//! Easing: what an incident was reported as is over, and something else of it stays red. No recovery - but whoever reads
//! that a database cannot be reached must hear that it can, and what stays may be another one's to repair.
//!
//! What ends comes back more often than not in its first minutes, and what needs it ends a little later. So nothing follows
//! before it has been over for as long as a recovery waits: until then it counts as failing ([`super::group::failing`]).

use super::cause::only_warns;
use super::recovery::{flapping, is_calm, is_over_at, stir_explained};
use super::{Edit, Reason, Turn, covering, grade, group, outlived, reframe, remainder};
use crate::desk::alert::Alert;
use crate::desk::ids::{AlertId, ComponentId, CoverId, IncidentId};
use crate::desk::letter::{Notice, UnderWork, What};
use crate::desk::notify;
use crate::desk::now::Elapsed;
use crate::desk::request::{Request, RequestState};
use crate::desk::source::Sight;
use crate::desk::state::{Here, Place};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use std::time::Duration;

/// What needs a thing has this long to work again after it: machines start, services connect anew, checks come round.
pub(super) const ECHOES_END: Duration = Duration::from_secs(15 * 60);

/// The end of planned work is waited for if it is no further off: what is out of use for days is asked about.
const LONGEST_WORK: SignedDuration = SignedDuration::from_hours(8);

/// Whether something began, or ceased, to be over for the time being.
pub(super) fn look(turn: &mut Turn, incident: IncidentId) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let over = over(turn, incident).map(|alert| alert.id);
    match (over, known.eased, known.eases_at) {
        (_, Some(told), _) if is_back(turn, incident, told) => {
            forget(turn, incident);
            turn.edit(incident, Edit::happened(turn.now.wall, What::Relapsed), Reason::OnRecord);
            // Who should act may be another one again.
            reframe_anew(turn, incident);
            turn.touched.to_judge.insert(incident);
            notify::reopened(turn, incident);
        }
        (Some(now), before, None) if before != Some(now) || outlived::last(turn, incident).is_some() => {
            let at = Some(turn.now.elapsed + wait(turn, incident));
            turn.edit(incident, Edit::Eases { at, over: before }, Reason::Lesser);
            stir_explained(turn, incident);
        }
        (None, before, Some(_)) => {
            // All of it is over by now, or what was about to count as over is not.
            let reason = if is_calm(turn, incident) { Reason::RootGone } else { Reason::CameBack };
            turn.edit(incident, Edit::Eases { at: None, over: before }, reason);
        }
        _ => {}
    }
}

/// How long it has to be over.
fn wait(turn: &Turn, incident: IncidentId) -> Duration {
    let policy = &turn.book.rules.policy;
    let root = turn.state.incidents.get(&incident).and_then(|known| known.root.as_ref());
    let next = group::main_root(turn.state, turn.book, incident);
    let echo = match (root, &next) {
        // By what it does it would be believed to be the cause still, although it shows nothing any more.
        (Some(root), Some(Place::Component(next))) if root == next => is_over_at(turn, incident, root),
        (Some(root), Some(Place::Component(next))) => turn.book.graph.needs(next, root),
        _ => false,
    };
    // That what it was reported as is over, is told before it is decided that its cause is another.
    let told = turn.state.incidents.get(&incident).is_some_and(|known| known.eased.is_some());
    let outlived = outlived::last(turn, incident).is_some() && (told || ended(turn, incident).is_none());
    let usual = if echo || outlived { policy.stable.max(ECHOES_END) } else { policy.stable };
    if flapping(turn, incident).is_some() { policy.flap_quiet.max(usual) } else { usual }
}

/// What was told as over is red again, or something as grave at the same place.
fn is_back(turn: &Turn, incident: IncidentId, told: AlertId) -> bool {
    let Some(told) = turn.state.alerts.get(&told) else { return false };
    let as_grave = |alert: &Alert| alert.red() && alert.place() == told.place() && alert.weight() >= told.weight();
    turn.state.members_of(incident).any(as_grave)
}

/// Something is back. Where it had been left behind as over, whoever was asked about it hears of it, and who should act is decided
/// anew. Whether it had.
pub(super) fn reframe_anew(turn: &mut Turn, incident: IncidentId) -> bool {
    let root = |turn: &Turn| turn.state.incidents.get(&incident).and_then(|known| known.root.clone());
    let before = root(turn);
    reframe(turn, incident);
    let told = turn.state.incidents.get(&incident).and_then(|known| known.representative);
    let told = told.filter(|id| turn.state.alerts.get(id).is_some_and(Alert::red));
    let Some(alert) = told.filter(|_| root(turn) != before) else { return false };
    turn.touched.more.entry(incident).or_default().insert(alert);
    turn.touched.to_judge.insert(incident);
    turn.touched.moved.insert(incident);
    true
}

/// Another alert stands for an incident now. Where the one before had been over for as long as a recovery waits, and nobody was told
/// (what stays was kept apart until now), that is news.
pub(super) fn left_behind(turn: &mut Turn, incident: IncidentId, before: AlertId) {
    let Some(known) = turn.state.incidents.get(&incident).filter(|known| known.number.is_some()) else { return };
    let Some(alert) = turn.state.alerts.get(&before).filter(|alert| alert.recovered()) else { return };
    let Some(since) = alert.gone.as_ref().map(|gone| gone.at) else { return };
    let lasted = Duration::try_from(turn.now.wall.duration_since(since)).unwrap_or_default();
    let now = known.representative.and_then(|id| turn.state.alerts.get(&id));
    let sign = notify::sign(turn, alert);
    // What is back under the same name is no other thing that stays.
    let another = |now: &Alert| now.red() && notify::sign(turn, now) != sign;
    let goes_on = known.status.name().may_recover() && now.is_some_and(another);
    let told = known.happenings.iter().any(|known| match &known.what {
        What::Eased { sign: told, .. } => told.as_deref() == Some(&sign),
        _ => false,
    });
    if goes_on && !told && lasted >= turn.book.rules.policy.stable {
        let what = What::Eased { since, sign: Some(Box::new(sign)), work: None };
        turn.edit(incident, Edit::happened(turn.now.wall, what), Reason::OnRecord);
    }
}

/// Nothing of it counts as over any more.
pub(super) fn forget(turn: &mut Turn, incident: IncidentId) {
    let known = turn.state.incidents.get(&incident);
    if known.is_some_and(|known| known.eased.is_some() || known.eases_at.is_some()) {
        turn.edit(incident, Edit::Eases { at: None, over: None }, Reason::CameBack);
    }
}

/// It has been over for long enough - unless its source sees nothing, and would not know better. Who should act on what stays
/// is decided anew where that is another thing.
pub(in crate::desk) fn eased(turn: &mut Turn, incident: IncidentId) {
    let Some(alert) = over(turn, incident) else { return forget(turn, incident) };
    let before = turn.state.incidents.get(&incident).and_then(|known| known.eased);
    let (id, since) = (alert.id, alert.gone.as_ref().map_or(turn.now.wall, |gone| gone.at));
    let sign = notify::sign(turn, alert);
    let source = turn.state.sources.get(&alert.source);
    if source.is_some_and(|source| matches!(source.sight, Sight::Blind { .. })) {
        let at = Some(turn.now.elapsed + turn.book.rules.policy.stable);
        return turn.edit(incident, Edit::Eases { at, over: before }, Reason::Blind);
    }
    if let Some(more) = still_ending(turn, incident, since) {
        let at = Some(turn.now.elapsed + more);
        return turn.edit(incident, Edit::Eases { at, over: before }, Reason::Lesser);
    }
    let told = before == Some(id);
    let work = under_work(turn, incident);
    let cause_waits = outlived::waits(turn, incident);
    let next = work.as_ref().map(|(_, work)| wait_for(turn, work.until));
    let next = next.or(cause_waits.map(|more| turn.now.elapsed + more));
    let reason = work.as_ref().map_or(Reason::Stable, |(cover, _)| Reason::UnderWork { work: *cover });
    turn.edit(incident, Edit::Eases { at: next, over: Some(id) }, reason);
    let work = work.map(|(_, work)| work);
    if !told {
        let what = What::Eased { since, sign: Some(Box::new(sign.clone())), work: work.clone().map(Box::new) };
        turn.edit(incident, Edit::happened(turn.now.wall, what), Reason::OnRecord);
    }
    if work.is_some() {
        if !told {
            turn.touched.eased.insert(incident, Notice::GoesOn { over: sign, since, work });
        }
        return;
    }
    let root = |turn: &Turn| turn.state.incidents.get(&incident).and_then(|known| known.root.clone());
    let before = root(turn);
    if cause_waits.is_none() && outlived::last(turn, incident).is_some() {
        outlived::give_up(turn, incident, id);
    }
    reframe(turn, incident);
    grade(turn, incident);
    let moved = root(turn) != before;
    if moved {
        remainder::leave_apart(turn, incident);
        turn.touched.to_judge.insert(incident);
        turn.touched.moved.insert(incident);
    }
    let notice = if moved { Notice::GoesOn { over: sign, since, work: None } } else { Notice::Eased };
    if moved || !told {
        turn.touched.eased.insert(incident, notice);
    }
}

/// Planned work is over at an incident that waited for it: what stays has as long as after any end.
pub(super) fn work_ended(turn: &mut Turn, incident: IncidentId) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    // What was told as over is waited on once more for the sake of planned work only.
    let waits = |told: &AlertId| over(turn, incident).is_some_and(|alert| alert.id == *told);
    if let (Some(at), Some(over)) = (known.eases_at, known.eased.filter(waits)) {
        let soon = wait_for(turn, turn.now.wall);
        if soon < at {
            turn.edit(incident, Edit::Eases { at: Some(soon), over: Some(over) }, Reason::Lesser);
        }
    }
}

/// `stable` after `until`, or after now where that is past.
fn wait_for(turn: &Turn, until: Timestamp) -> Elapsed {
    let more = Duration::try_from(until.duration_since(turn.now.wall)).unwrap_or_default();
    turn.now.elapsed + (more + turn.book.rules.policy.stable)
}

/// The planned work that all that stays is under, or needs a thing that is: its vendor works there already, and what it works
/// on shows red as planned. The one that ends last.
fn under_work(turn: &Turn, incident: IncidentId) -> Option<(CoverId, UnderWork)> {
    let (mut covers, mut worked, mut others) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for alert in turn.state.members_of(incident).filter(|alert| alert.red() && !only_warns(alert.weight())) {
        match covering(turn.state, turn.book, alert) {
            Some(cover @ CoverId::Work(_)) => {
                covers.insert(cover);
                worked.extend(alert.component.as_ref());
            }
            Some(CoverId::Silence(_)) | None => others.push(alert),
        }
    }
    let explained = |alert: &&Alert| {
        alert.component.as_ref().is_some_and(|id| worked.iter().any(|worked| turn.book.graph.needs(id, worked)))
    };
    if !others.iter().all(explained) {
        return None;
    }
    let last = covers.iter().filter_map(|id| turn.state.covers.get(id)).max_by_key(|cover| cover.until)?;
    if last.until.duration_since(turn.now.wall) > LONGEST_WORK {
        return None;
    }
    let owner = turn.book.party_name(&last.owner);
    let work = UnderWork { number: last.id.to_string(), name: last.name.clone(), owner, until: last.until };
    Some((last.id, work))
}

/// Something of it ended a moment ago, and what needs that may end as well: how long to look on. Not without end - `since` is
/// when that which is told as over was.
fn still_ending(turn: &Turn, incident: IncidentId, since: Timestamp) -> Option<Duration> {
    let stable = turn.book.rules.policy.stable;
    let passed = |from: Timestamp| Duration::try_from(turn.now.wall.duration_since(from)).unwrap_or_default();
    let ended = turn.state.members_of(incident).filter(|alert| alert.recovered() && !only_warns(alert.weight()));
    let last = ended.filter_map(|alert| alert.gone.as_ref()).map(|gone| gone.at).max()?;
    let more = stable.checked_sub(passed(last)).filter(|more| !more.is_zero())?;
    (passed(since) < stable.max(ECHOES_END) * 2).then_some(more)
}

/// What is over of an incident while something else of it is still red: the alert that stands for it - or the last one that bore
/// out a cause which nothing bears out any more.
fn over<'a>(turn: &'a Turn, incident: IncidentId) -> Option<&'a Alert> {
    let known = turn.state.incidents.get(&incident)?;
    let stays = || turn.state.places.get(&incident).is_some_and(|places| places.values().any(Here::red));
    let so = known.number.is_some() && stays() && !is_calm(turn, incident);
    let told = || ended(turn, incident).or_else(|| outlived::last(turn, incident));
    told().filter(|told| so && !is_back(turn, incident, told.id))
}

/// The alert that stands for an incident, where it has ended on evidence.
fn ended<'a>(turn: &'a Turn, incident: IncidentId) -> Option<&'a Alert> {
    let known = turn.state.incidents.get(&incident)?;
    let told = turn.state.alerts.get(&known.representative?)?;
    (told.recovered() && !told.problem.momentary).then_some(told)
}

/// An incident is about `component`, or somebody was asked about it who was not told since that it is another's part: it was the
/// cause, and is over.
pub(super) fn was_about(turn: &Turn, incident: IncidentId, component: &ComponentId) -> bool {
    let root = turn.state.incidents.get(&incident).and_then(|known| known.root.as_ref());
    // A request that gave way to another of the same vendor was taken back without a word.
    let replaced = |request: &Request| {
        let same = |other: &Request| other.party == request.party && other.state.open();
        request.state == RequestState::Withdrawn && turn.state.requests_of(incident).any(same)
    };
    let stands = |request: &Request| {
        !matches!(request.state, RequestState::Withdrawn | RequestState::NotOurs) || replaced(request)
    };
    let asked = |request: &Request| stands(request) && request.component.as_ref() == Some(component);
    root == Some(component) || turn.state.requests_of(incident).any(asked)
}

/// An incident was about `component` before, and is about what stayed when that was over: it was the cause all the same - or is
/// one of its own still, as it shows something yet that nothing below it explains.
pub(in crate::desk) fn is_behind(turn: &Turn, incident: IncidentId, component: &ComponentId) -> bool {
    let Some(known) = turn.state.incidents.get(&incident) else { return false };
    let moved_on = known.root.as_ref() != Some(component);
    let fails_still =
        || known.eased.is_some() && group::root_components(turn.state, turn.book, incident).contains(component);
    moved_on && (is_over_at(turn, incident, component) || fails_still())
}
