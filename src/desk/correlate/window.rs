//! The end of the grouping window: split what is several faults, then 静観 or 受付 (`DECISIONS.md` 16).

use super::absorb;
use super::cause::{Known, only_warns};
use super::group::{self, Group};
use super::{Edit, Incident, Reason, Status, Turn, flap, grade, reframe, relapse};
use crate::desk::alert::{self, Alert, Standing};
use crate::desk::book::Watch;
use crate::desk::ids::{AlertId, ComponentId, IncidentId, Number};
use crate::desk::incident::Link;
use crate::desk::isolate;
use crate::desk::now::Elapsed;
use crate::desk::state::{Here, Place};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Fewer places are nothing to wait for.
const LARGE: usize = 3;

/// A verdict waits this long for pings and evidence that are still out; what has not come by then is "not known".
const PING_PATIENCE: Duration = Duration::from_secs(10);

/// The window of `incident` is over.
pub(in crate::desk) fn window_over(turn: &mut Turn, incident: IncidentId) {
    let Some(places) = turn.state.places.get(&incident) else { return settle(turn, incident) };
    let places: BTreeSet<Place> = places.keys().cloned().collect();
    let mut groups = faults(turn, incident, &places);
    let size = |group: &Group| {
        let members = || turn.state.members_of(incident).filter(|alert| group.places.contains(&alert.place()));
        (std::cmp::Reverse(members().count()), members().map(|alert| alert.id).min())
    };
    groups.sort_by_key(size);
    let (mut ripe, mut young): (Vec<Group>, Vec<Group>) =
        groups.into_iter().partition(|group| group_until(turn, incident, group) <= turn.now.elapsed);
    let patient: Vec<Group> = ripe.extract_if(.., |group| has_time(turn, incident, group, &young)).collect();
    young.extend(patient);
    // What the same cause may be behind is looked at when that is, together.
    let mut awaited = Vec::new();
    let patient = ripe.extract_if(.., |group| match cause_until(turn, incident, group) {
        Some(until) => {
            awaited.push(until);
            true
        }
        None => false,
    });
    young.extend(patient.collect::<Vec<Group>>());
    ripe.retain(|group| !absorb::absorb(turn, incident, group));
    let until = young.iter().map(|group| group_until(turn, incident, group)).filter(|at| *at > turn.now.elapsed);
    let until = until.chain(awaited).min();
    let mut ripe = ripe.into_iter();
    let mut settled = Vec::new();
    match (until, ripe.next()) {
        (None, None) => return absorb::emptied(turn, incident, Reason::SharesCause),
        (None, Some(_)) => settled.push(incident),
        (Some(until), None) => wait(turn, incident, until),
        (Some(until), Some(_)) => {
            settled.push(incident);
            // What came too late to show what it is stays together for a window of its own.
            let late = young.into_iter().reduce(Group::with);
            let late = late.map(|group| split(turn, incident, &group));
            late.into_iter().for_each(|late| wait(turn, late, until));
        }
    }
    for group in ripe {
        settled.push(split(turn, incident, &group));
    }
    for incident in settled {
        settle(turn, incident);
    }
}

/// When the window of a part of an incident ends, counted from its own first alert. How long it is, its root says: what a
/// rule wants to watch is watched, and an effect that would be watched alone does not keep its cause waiting.
fn group_until(turn: &Turn, incident: IncidentId, group: &Group) -> Elapsed {
    let members = group.members(turn.state, incident);
    let members = || members.iter().filter_map(|id| turn.state.alerts.get(id));
    let at_root = || members().filter(|alert| group.roots.contains(&alert.place()));
    let lasts = |alert: &Alert| window_of(turn, alert);
    let lasts = at_root().map(lasts).max().or_else(|| members().map(lasts).min());
    let first = members().map(|alert| alert.received.elapsed).min();
    let until = first.zip(lasts).map_or(turn.now.elapsed, |(first, lasts)| first + lasts);
    if is_ending(turn, incident, group) { until + turn.book.rules.policy.window } else { until }
}

/// What explains the group is over, and what it explained is not yet: that may only be late in showing it.
fn is_ending(turn: &Turn, incident: IncidentId, group: &Group) -> bool {
    let Some(places) = turn.state.places.get(&incident) else { return false };
    let here = |place: &Place| places.get(place);
    group.roots.iter().all(|root| here(root).is_some_and(Here::over))
        && group.places.iter().filter_map(here).any(Here::live)
}

/// What joined an incident that is watched for longer is looked at when its own window is over: it may be another fault.
pub(super) fn shorten(turn: &mut Turn, incident: IncidentId, alert: AlertId) {
    let Some(Status::Detected { until }) = turn.state.incidents.get(&incident).map(|known| known.status.clone()) else {
        return;
    };
    let Some(own) = turn.state.alerts.get(&alert).map(|alert| turn.now.elapsed + window_of(turn, alert)) else {
        return;
    };
    if own < until {
        let to = Status::Detected { until: own };
        turn.edit(incident, Edit::Status { to, at: turn.now.wall, by: None }, Reason::OwnWindow);
    }
}

/// A warning waits one window longer for what stops meanwhile, and something small for something much larger: it may be
/// the first of its effects.
fn has_time(turn: &Turn, incident: IncidentId, group: &Group, young: &[Group]) -> bool {
    let failing = group::failing(turn.state, incident);
    let warns = group.only_warns(&failing);
    let overshadows = |young: &Group| {
        !young.only_warns(&failing) && (warns || young.places.len() >= LARGE.max(2 * group.places.len()))
    };
    let longer = group_until(turn, incident, group) + turn.book.rules.policy.window;
    young.iter().any(overshadows) && turn.now.elapsed < longer
}

/// When another incident without a number is looked at in which that fails which all of the group needs: until then nobody knows
/// whether it is the cause. As long as one window, and no longer.
fn cause_until(turn: &Turn, incident: IncidentId, group: &Group) -> Option<Elapsed> {
    let longer = group_until(turn, incident, group) + turn.book.rules.policy.window;
    let behind = |cause: &ComponentId| {
        group.roots.iter().all(|root| matches!(root, Place::Component(root) if turn.book.graph.needs(root, cause)))
    };
    let stops = |here: &Here| here.live_level().is_some_and(|level| !only_warns(level));
    let explains = |places: &BTreeMap<Place, Here>| {
        let mut failing = places.iter().filter(|(_, here)| stops(here));
        failing.any(|(place, _)| matches!(place, Place::Component(cause) if behind(cause)))
    };
    let ends = turn.state.detecting.iter().filter(|id| **id != incident).filter_map(|id| {
        let Status::Detected { until } = turn.state.incidents.get(id)?.status else { return None };
        let soon = until > turn.now.elapsed && until <= longer;
        turn.state.places.get(id).filter(|places| soon && explains(places)).map(|_| until)
    });
    ends.min()
}

/// How long what begins with `alert` is looked at before anything is decided.
pub(super) fn window_of(turn: &Turn, alert: &Alert) -> Duration {
    let fits = |watch: &&Watch| isolate::case::fits(&watch.alert, alert);
    let watched = turn.book.watches.iter().filter(fits).map(|watch| watch.lasts).max().unwrap_or_default();
    watched.max(turn.book.rules.policy.window)
}

fn wait(turn: &mut Turn, incident: IncidentId, until: Elapsed) {
    reframe(turn, incident);
    let status = Edit::Status { to: Status::Detected { until }, at: turn.now.wall, by: None };
    turn.edit(incident, status, Reason::TooYoung);
    isolate::owe_probes(turn, incident);
}

/// The faults among the places of an incident. What one echo joins stays together where a rule names several parties for
/// it; without such a rule they are independent.
fn faults(turn: &Turn, incident: IncidentId, places: &BTreeSet<Place>) -> Vec<Group> {
    let Some(known) = turn.state.incidents.get(&incident) else { return Vec::new() };
    let failing = group::failing(turn.state, incident);
    let groups = group::partition(&Known::of(turn.state, turn.book, known), places, &failing);
    let groups = group::joined_by_shares(turn.state, incident, groups);
    if groups.len() > 1 && isolate::several_by_rule(turn, incident) {
        return group::joined_by_echoes(turn.book, groups);
    }
    groups
}

/// Makes `group` an incident of its own.
fn split(turn: &mut Turn, from: IncidentId, group: &Group) -> IncidentId {
    let id = turn.next_incident();
    let members = group.members(turn.state, from);
    if let Some(parent) = turn.state.incidents.get(&from) {
        let first = members.iter().filter_map(|id| turn.state.alerts.get(id)).map(|alert| alert.received);
        let detected = first.min_by_key(|now| now.elapsed).unwrap_or(parent.detected);
        let mut incident =
            Incident::new(id, detected, Status::Detected { until: turn.now.elapsed }, parent.detected_by);
        incident.pings.clone_from(&parent.pings);
        let back = parent.probes.iter().filter(|(_, trial)| !trial.is_out());
        incident.probes = back.map(|(name, trial)| (name.clone(), trial.clone())).collect();
        incident.links.insert((Link::SplitFrom, from));
        turn.edit(id, Edit::Opened(Box::new(incident)), Reason::Independent { of: from });
    }
    for alert in members {
        turn.record(alert::Change::Stands { alert, standing: Standing::Member(id) }, alert::Reason::Independent);
    }
    id
}

/// 静観 or 受付.
fn settle(turn: &mut Turn, incident: IncidentId) {
    reframe(turn, incident);
    let present = turn.state.members_of(incident).filter(|alert| alert.gone.is_none()).count();
    let until = turn.now.elapsed + turn.book.rules.policy.watch_quiet;
    let at = turn.now.wall;
    if present == 0
        && let Some(times) = flap::repeated(turn.state.members_of(incident), &turn.book.rules.policy)
    {
        grade(turn, incident);
        return relapse::take_in(turn, incident, Reason::Repeated { times });
    }
    if present == 0 && lasted_unseen(turn, incident) {
        grade(turn, incident);
        if turn.state.incidents.get(&incident).is_some_and(|incident| incident.severity_value() < 4) {
            // Nothing more will be seen of it: that it is over is looked at with what is there.
            turn.touched.stirred.insert(incident);
            return relapse::take_in(turn, incident, Reason::LastedUnseen);
        }
    }
    if present == 0 {
        mark_first(turn, incident);
        turn.edit(incident, Edit::Status { to: Status::Watched { until }, at, by: None }, Reason::WindowOverAllGone);
        return;
    }
    if let Some((before, alert)) = relapse::restored_lately(turn, incident) {
        return relapse::go_on(turn, incident, before, alert);
    }
    grade(turn, incident);
    if turn.state.incidents.get(&incident).is_some_and(|incident| incident.severity_value() == 4) {
        mark_first(turn, incident);
        turn.edit(incident, Edit::Status { to: Status::Watched { until }, at, by: None }, Reason::LowSeverity);
    } else {
        accept(turn, incident, Reason::WindowOverStillRed { red: present });
    }
}

/// It came late (a gap was read afterwards), and by its own hours it lasted for as long as would have been waited: it was no blink.
fn lasted_unseen(turn: &Turn, incident: IncidentId) -> bool {
    let lasted = |alert: &Alert| {
        let gone = alert.gone.as_ref().map(|gone| gone.at.duration_since(alert.at).unsigned_abs());
        gone.is_some_and(|lasted| lasted >= window_of(turn, alert))
    };
    turn.state.members_of(incident).any(|alert| !only_warns(alert.weight()) && lasted(alert))
}

/// The occurrence that opened the incident is the first that counts; later ones are counted when they join.
fn mark_first(turn: &mut Turn, incident: IncidentId) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    if known.watch_marks.is_empty() {
        let first = known.detected.elapsed;
        turn.edit(incident, Edit::WatchMark(first), Reason::OnRecord);
    }
}

/// An alert joined while the incident was watched: look again for as long as at the first time, and accept when it keeps
/// coming.
pub(super) fn watched_again(turn: &mut Turn, incident: IncidentId, alert: AlertId) {
    let policy = &turn.book.rules.policy;
    let now = turn.now.elapsed;
    let span = policy.watch_span;
    let repeats = policy.watch_repeats;
    let window = turn.state.alerts.get(&alert).map_or(policy.window, |alert| window_of(turn, alert));
    turn.edit(incident, Edit::WatchMark(now), Reason::OnRecord);
    let marks = turn
        .state
        .incidents
        .get(&incident)
        .map_or(0, |incident| incident.watch_marks.iter().filter(|mark| now.since(**mark) <= span).count());
    let times = u32::try_from(marks).unwrap_or(u32::MAX);
    if times >= repeats {
        reframe(turn, incident);
        grade(turn, incident);
        relapse::take_in(turn, incident, Reason::Repeated { times });
    } else {
        let to = Status::Detected { until: now + window };
        turn.edit(incident, Edit::Status { to, at: turn.now.wall, by: None }, Reason::WatchedGotWorse);
    }
}

/// How often a watched incident that is still red is looked at again; when it ends, the quiet time begins anew.
const STILL_WATCHED: Duration = Duration::from_secs(24 * 3600);

/// Nothing happened while watched: 完了. What is still red (重大度4) goes on being watched.
pub(in crate::desk) fn watch_over(turn: &mut Turn, incident: IncidentId) {
    let at = turn.now.wall;
    let (to, reason) = if turn.state.members_of(incident).any(|alert| alert.red()) {
        (Status::Watched { until: turn.now.elapsed + STILL_WATCHED }, Reason::LowSeverity)
    } else {
        (Status::Closed, Reason::Quiet)
    };
    turn.edit(incident, Edit::Status { to, at, by: None }, reason);
}

/// The alerts of a watched incident changed: when the last red one ended, its quiet time begins; when it got worse, it
/// is taken in.
pub(super) fn watched_changed(turn: &mut Turn, incident: IncidentId) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let Status::Watched { until } = known.status else { return };
    let quiet = turn.now.elapsed + turn.book.rules.policy.watch_quiet;
    if turn.state.members_of(incident).any(|alert| alert.red()) {
        reframe(turn, incident);
        grade(turn, incident);
        if turn.state.incidents.get(&incident).is_some_and(|incident| incident.severity_value() < 4) {
            relapse::take_in(turn, incident, Reason::WatchedGotWorse);
        }
    } else if until != quiet {
        let to = Status::Watched { until: quiet };
        turn.edit(incident, Edit::Status { to, at: turn.now.wall, by: None }, Reason::RootGone);
    }
}

/// 受付: the incident gets its number and goes into isolation.
pub(in crate::desk) fn accept(turn: &mut Turn, incident: IncidentId, reason: Reason) {
    let at = turn.now.wall;
    turn.edit(incident, Edit::Status { to: Status::Accepted, at, by: None }, reason);
    let date = turn.book.date(at);
    let nth = turn.state.counters.numbers.get(&date).copied().unwrap_or_default() + 1;
    let number = Number::of(date, nth);
    turn.edit(incident, Edit::Numbered { number, date, nth }, Reason::NextNumber);
    isolate::owe_evidence(turn, incident);
    let awaited = isolate::awaits_evidence(turn.state, incident);
    // Of what somebody calls about nothing has been asked yet: it gets as long as the window gives an alert.
    let called = turn.state.incidents.get(&incident).is_some_and(|known| !known.told.is_empty());
    let patience = if called { PING_PATIENCE.max(turn.book.rules.policy.window) } else { PING_PATIENCE };
    let until = awaited.then(|| turn.now.elapsed + patience);
    turn.edit(incident, Edit::Status { to: Status::Isolating { until }, at, by: None }, Reason::Accepted);
    if !awaited {
        turn.touched.to_judge.insert(incident);
    }
    turn.touched.unmarked(incident);
}
