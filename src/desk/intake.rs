//! Intake (受付): accepts each observation once, and watches whether the sources see at all.
//!
//! A stage, the first. It opens alerts and ends them on evidence; which incident they belong to is decided in
//! `correlate`. Absence of anything is never evidence here (P6).

mod expected;

pub(super) use expected::due as expected_due;

use super::alert::{self, Alert, Gone, Standing, Suppression};
use super::house;
use super::ids::{AlertId, SourceId};
use super::letter::{Notice, Unseeing};
use super::observation::{Evidence, Failure, Observation, Problem, Report, Seen};
use super::owed;
use super::source::{self, BLIND_FAILURES, BLIND_SPAN, Sight, Source};
use super::state::When;
use super::turn::Turn;
use super::{correlate, deliver, normalize, notify, retention, storage};
use jiff::{SignedDuration, Timestamp};

/// A stop shorter than this is not worth a word.
const SHORT_STOP: SignedDuration = SignedDuration::from_secs(60);

/// The daemon started: every source is expected again, attempts under way are cut off, a stop is told.
pub(super) fn started(turn: &mut Turn, store: String, epoch: u64) {
    let now = turn.now;
    let last = turn.state.house.last_step;
    turn.record(house::Change::Started { store, epoch }, house::Reason::Start);
    expect_all(turn);
    if let Some(last) = last
        && now.wall.duration_since(last.wall) > SHORT_STOP
    {
        turn.record(house::Change::WasDown { from: last.wall, until: now.wall }, house::Reason::Start);
        notify::was_down(turn, last.wall, now.wall);
    }
    storage::started(turn);
    deliver::cut_off(turn);
    if turn.state.house.sweep_due.is_none() {
        turn.record(house::Change::first_sweep(now), house::Reason::Start);
    }
}

/// The record was restored from a backup; `false` when that is on record already.
pub(super) fn restored(turn: &mut Turn, mark: String, made: Timestamp) -> bool {
    if turn.state.house.restored.as_ref().is_some_and(|known| known.mark == mark) {
        return false;
    }
    turn.record(house::Change::Restored { mark, made }, house::Reason::Restore);
    expect_all(turn);
    true
}

/// While we were down nobody looked: that is told as our stop, not as blindness of the sources.
fn expect_all(turn: &mut Turn) {
    let now = turn.now;
    let silent = |source: &Source| matches!(source.due(), Some(When::Elapsed(due)) if due <= now.elapsed);
    let unheard = turn.state.sources.iter().filter(|(_, source)| silent(source));
    for source in unheard.map(|(id, _)| id.clone()).collect::<Vec<_>>() {
        turn.record((source, source::Change::Expected { at: now }), source::Reason::Started);
    }
}

/// Rules came into force: new sources are expected, the daily hours are set again.
pub(super) fn rules_loaded(turn: &mut Turn, hash: String) {
    let now = turn.now;
    turn.record(house::Change::Rules { hash }, house::Reason::Configuration);
    for source in turn.book.rules.sources.keys() {
        let known = turn.state.sources.get(source);
        if known.is_none_or(|source| !matches!(source.sight, Sight::Blind { .. })) {
            turn.record((source.clone(), source::Change::Expected { at: now }), source::Reason::Started);
        }
    }
    // An hour that passed while we were down stays due: its digest leaves late, not never.
    let overdue = turn.state.house.digest_due.is_some_and(|due| due <= now.wall);
    if !overdue && let Some(next) = turn.book.next_hour(now.wall, turn.book.rules.policy.digest_at) {
        turn.record(house::Change::Digest { next, made: None }, house::Reason::Configuration);
    }
    let overdue = turn.state.house.hand_over_due.is_some_and(|due| due <= now.wall);
    let next = notify::next_hand_over(turn);
    if !overdue && next != turn.state.house.hand_over_due {
        turn.record(house::Change::HandOver { next }, house::Reason::Configuration);
    }
    let overdue = turn.state.house.certificates_due.is_some_and(|due| due <= now.wall);
    let watched = turn.book.rules.probes.values().any(|probe| probe.watched_by.is_some());
    if watched
        && !overdue
        && let Some(next) = turn.book.next_hour(now.wall, turn.book.rules.policy.certificates_at)
    {
        turn.record(house::Change::Certificates { next }, house::Reason::Configuration);
    }
    let overdue = turn.state.house.addresses_due.is_some_and(|due| due <= now.wall);
    let asked = turn.book.rules.components.values().any(|component| component.ping.is_some());
    if asked
        && !overdue
        && let Some(next) = turn.book.next_hour(now.wall, turn.book.rules.policy.addresses_at)
    {
        turn.record(house::Change::Addresses { next }, house::Reason::Configuration);
    }
    notify::heartbeat_by_rules(turn);
    retention::by_rules(turn);
    expected::by_rules(turn);
    correlate::planned_by_rules(turn);
    deliver::readdress(turn);
    deliver::repaired(turn, None);
}

/// A source looked.
pub(super) fn report(turn: &mut Turn, report: Report) {
    let now = turn.now;
    let id = report.source;
    let known = turn.state.sources.get(&id).cloned();
    let first_look = report.first_look && known.as_ref().is_none_or(|source| !source.looked);
    if let Some(known) = report.maintenance {
        correlate::planned_by_source(turn, &id, known);
    }
    let mut adopted = Vec::new();
    for observation in report.observations {
        observe(turn, &id, observation, first_look, &mut adopted);
    }
    for text in report.remarks {
        if turn.state.sources.get(&id).is_some_and(|source| source.said_lately(&text, now.elapsed)) {
            continue;
        }
        let remarked = source::Change::Remarked { text: text.clone(), at: now.elapsed };
        turn.record((id.clone(), remarked), source::Reason::AsReported);
        notify::remark(turn, &id, text);
    }
    if !adopted.is_empty() {
        notify::adopted(turn, &id, &adopted);
    }
    let cursor =
        report.cursor.filter(|cursor| known.as_ref().and_then(|source| source.cursor.as_ref()) != Some(cursor));
    let heartbeat = report.complete && known.as_ref().is_none_or(|source| source.heartbeat_due(now.elapsed));
    if cursor.is_some() || heartbeat {
        let reason = match known.as_ref().map(|source| &source.sight) {
            Some(Sight::Failing { .. } | Sight::Blind { .. }) if report.complete => source::Reason::SeesAgain,
            _ if cursor.is_some() => source::Reason::SomethingNew,
            _ => source::Reason::Heartbeat,
        };
        turn.record((id.clone(), source::Change::Looked { at: now, cursor, complete: report.complete }), reason);
    }
    if report.complete {
        expected::looked(turn, &id);
    }
    if report.complete
        && let Some(Source { sight: Sight::Blind { since, incident }, .. }) = known
    {
        correlate::sees_again(turn, &id, since, incident);
    }
}

/// Handles one observation.
fn observe(turn: &mut Turn, source: &SourceId, seen: Observation, first_look: bool, adopted: &mut Vec<AlertId>) {
    let known = turn.state.known_by(source, &seen.key);
    match (seen.seen, known) {
        (Seen::Problem(problem), Some(alert)) => {
            turn.record(alert::Change::Repeated(alert), alert::Reason::SeenBefore);
            let (level, acknowledged, suppressed) = (problem.level, problem.acknowledged, problem.suppressed);
            alter(turn, alert, Some(level), Some(acknowledged), Some(suppressed), None);
        }
        (Seen::Problem(problem), None) => {
            let id = open(turn, source, seen.key, seen.at, problem, first_look);
            let adopts = Standing::Suppressed(Suppression::Adopted);
            adopted.extend(turn.state.alerts.get(&id).filter(|alert| alert.standing == adopts).map(|alert| alert.id));
        }
        (Seen::Changed { level, acknowledged, suppressed, monitored }, Some(alert)) => {
            alter(turn, alert, level, acknowledged, suppressed, monitored);
        }
        (Seen::Recovered { evidence }, Some(alert)) => {
            gone(turn, alert, seen.at, evidence, alert::Reason::AsReported);
        }
        (Seen::Changed { .. } | Seen::Recovered { .. }, None) => {
            let stray = alert::Change::Stray { source: source.clone(), key: seen.key };
            turn.record(stray, alert::Reason::NotKnown);
        }
        (Seen::Unreadable { text, why }, _) => {
            turn.record((source.clone(), source::Change::Unreadable { text, why }), source::Reason::AsReported);
        }
    }
}

/// Ends an alert, unless it has ended.
fn gone(turn: &mut Turn, alert: AlertId, at: Timestamp, evidence: Evidence, reason: alert::Reason) {
    let Some(open) = turn.state.alerts.get(&alert).filter(|alert| alert.gone.is_none()) else { return };
    let gone = Gone { at: at.max(open.at), learnt: turn.now.elapsed, evidence };
    turn.touched.stirred.extend(open.incident());
    let by_work = matches!(open.standing, Standing::Suppressed(Suppression::PlannedWork { .. }));
    if open.held_back() || open.standing == Standing::Suppressed(Suppression::SourceMaintenance) {
        // What burns there looked calm but for this one.
        for incident in turn.state.burning_at(&open.place()) {
            turn.touched.stirred.insert(incident);
            if !by_work && !correlate::cause::only_warns(open.weight()) {
                turn.touched.unseen_over.insert(incident, gone.at);
            }
        }
    }
    let apart = open.incident().is_none().then(|| open.component.clone()).flatten();
    turn.record(alert::Change::Gone { alert, gone: Box::new(gone) }, reason);
    if turn.state.alerts.get(&alert).is_some_and(Alert::vanished) {
        notify::not_seen(turn, alert, Unseeing::Deleted);
    }
    if let Some(component) = apart {
        correlate::apart::is_over(turn, &component);
    }
}

fn open(
    turn: &mut Turn,
    source: &SourceId,
    key: super::observation::Key,
    at: Timestamp,
    problem: Problem,
    first_look: bool,
) -> AlertId {
    let (at, estimated) = normalize::occurred(at, turn.now.wall, problem.late || first_look);
    let id = turn.next_alert();
    let component = turn.book.index.component(source, &problem);
    let shares = normalize::shares(turn.book, &problem);
    let mild = turn.book.is_mild(source, &problem, component.as_ref());
    let mut alert = Alert {
        id,
        source: source.clone(),
        key,
        problem,
        monitored: true,
        at,
        estimated,
        received: turn.now,
        component,
        standing: Standing::Pending,
        gone: None,
        repeats: 0,
        after: None,
        began: None,
        shares,
        missed: None,
        mild,
    };
    let mut hidden = false;
    let sign_of = expected::sign_of(turn, &alert);
    if !sign_of.is_empty() {
        alert.standing = Standing::Suppressed(Suppression::Expected);
    } else if alert.problem.level < turn.book.min_level(source) {
        alert.standing = Standing::Suppressed(Suppression::BelowLevel);
    } else if first_look {
        alert.standing = Standing::Suppressed(Suppression::Adopted);
    } else if alert.problem.suppressed && correlate::covering(turn.state, turn.book, &alert).is_none() {
        alert.standing = Standing::Suppressed(Suppression::SourceMaintenance);
        hidden = true;
    } else {
        turn.touched.pending.insert(id);
    }
    turn.record(alert::Change::Opened(Box::new(alert)), alert::Reason::FirstSeen);
    if hidden {
        correlate::apart::kept_apart(turn, id);
    }
    for expectation in sign_of {
        expected::came(turn, expectation, id);
    }
    id
}

/// Records what really changed about an alert, and what follows for its standing.
fn alter(
    turn: &mut Turn,
    id: AlertId,
    level: Option<super::observation::Level>,
    acknowledged: Option<bool>,
    suppressed: Option<bool>,
    monitored: Option<bool>,
) {
    let Some(alert) = turn.state.alerts.get(&id) else { return };
    let level = level.filter(|level| *level != alert.problem.level);
    let acknowledged = acknowledged.filter(|flag| *flag != alert.problem.acknowledged);
    let suppressed = suppressed.filter(|flag| *flag != alert.problem.suppressed);
    let monitored = monitored.filter(|flag| *flag != alert.monitored);
    if level.is_none() && acknowledged.is_none() && suppressed.is_none() && monitored.is_none() {
        return;
    }
    turn.touched.stirred.extend(alert.incident());
    let change = alert::Change::Altered { alert: id, level, acknowledged, suppressed, monitored };
    turn.record(change, alert::Reason::AsReported);
    if monitored == Some(false) {
        notify::not_seen(turn, id, Unseeing::Unmonitored);
    }
    let Some(alert) = turn.state.alerts.get(&id) else { return };
    let released = match &alert.standing {
        Standing::Suppressed(Suppression::SourceMaintenance) => !alert.problem.suppressed,
        Standing::Suppressed(Suppression::BelowLevel) => alert.problem.level >= turn.book.min_level(&alert.source),
        Standing::Suppressed(Suppression::Adopted) => level.is_some(),
        Standing::Suppressed(
            Suppression::PlannedWork { .. } | Suppression::Silenced { .. } | Suppression::Over | Suppression::Expected,
        )
        | Standing::Member(_)
        | Standing::Pending => false,
    };
    if released && alert.gone.is_none() {
        let hidden = alert.standing == Standing::Suppressed(Suppression::SourceMaintenance);
        if hidden && alert.after.is_none() && alert.at < turn.now.wall {
            // Nobody was to be told of it before: it counts from the end of what hid it.
            let counts = alert::Change::CountsFrom { alert: id, at: turn.now.wall, after: None };
            turn.record(counts, alert::Reason::SuppressionEnded);
        }
        let stands = alert::Change::Stands { alert: id, standing: Standing::Pending };
        turn.record(stands, alert::Reason::SuppressionEnded);
        turn.touched.pending.insert(id);
    }
}

/// A source could not look.
pub(super) fn failed(turn: &mut Turn, id: SourceId, failure: Failure) {
    let now = turn.now;
    if turn.state.sources.get(&id).is_some_and(|source| matches!(source.sight, Sight::Blind { .. })) {
        return;
    }
    turn.record((id.clone(), source::Change::Failed { at: now, failure }), source::Reason::LookFailed);
    let Some(Source { sight: Sight::Failing { first, count, failure }, last_complete, .. }) =
        turn.state.sources.get(&id)
    else {
        return;
    };
    if *count >= BLIND_FAILURES && now.elapsed.since(first.elapsed) >= BLIND_SPAN {
        let (since, count, detail) = (last_complete.wall, *count, failure.detail.clone());
        correlate::blind(turn, &id, since, detail, source::Reason::FailedTooOften { count });
    }
}

/// No complete look for too long.
pub(super) fn silent(turn: &mut Turn, id: &SourceId) {
    let Some(source) = turn.state.sources.get(id) else { return };
    // A source that is no longer configured is not missed.
    if !turn.book.rules.sources.contains_key(id) {
        return;
    }
    let since = source.last_complete.wall;
    let detail = match &source.sight {
        Sight::Failing { failure, .. } => failure.detail.clone(),
        Sight::Sees | Sight::Blind { .. } => String::new(),
    };
    correlate::blind(turn, id, since, detail, source::Reason::SilentTooLong);
}

/// An input made the desk fail.
pub(super) fn set_aside(turn: &mut Turn, what: String) {
    turn.record(house::Change::SetAside { what: what.clone() }, house::Reason::Failed);
    notify::internal(turn, None, Notice::SetAside { what }, owed::Why::Notice);
}
