//! What must come by its hour (`[[expect]]`): the sign that it came, and the alert that it did not.
//!
//! A sign is a harmless alert that fits; it opens nothing. An hour is judged a little later, when every source that could
//! have brought the sign has looked once more: what a source that sees nothing did not bring is not known to be missing. What did not come is an alert like any other, and is over when the sign comes after all.

use super::gone;
use crate::desk::alert::{self, Alert, Standing};
use crate::desk::house::{self, ExpectedChange};
use crate::desk::ids::{AlertId, SourceId};
use crate::desk::incident;
use crate::desk::letter::What;
use crate::desk::observation::{Evidence, Key, Problem};
use crate::desk::rules::Expectation;
use crate::desk::source::Sight;
use crate::desk::state::{Expected, GRACE};
use crate::desk::text::Text;
use crate::desk::turn::Turn;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::sync::Arc;

/// So many hours that passed unjudged are judged one by one; of more (a source was blind for days) only the last ones.
const MOST_AT_ONCE: usize = 31;

/// Rules came into force: their hours are set, and what they expect no more is missed no more.
pub(super) fn by_rules(turn: &mut Turn) {
    let now = turn.now.wall;
    for expectation in &turn.book.rules.expected {
        let known = turn.state.house.expected.get(&expectation.name);
        // An hour that passed while we were down is judged late, not never.
        if known.is_some_and(|known| known.due.is_some_and(|due| due <= now)) {
            continue;
        }
        let since = known.map_or(now, |known| known.since);
        let due = next(turn, expectation, now);
        if known.is_none_or(|known| known.due != due) {
            record(turn, &expectation.name, ExpectedChange::By { since, due }, house::Reason::Configuration);
        }
    }
    let is_expected = |name: &String| turn.book.rules.expected.iter().any(|known| known.name == *name);
    let dropped: Vec<String> = turn.state.house.expected.keys().filter(|name| !is_expected(name)).cloned().collect();
    for name in dropped {
        for alert in missed(turn, &name) {
            gone(turn, alert, now, Evidence::NoRecoveryEvent, alert::Reason::Configuration);
        }
        record(turn, &name, ExpectedChange::Dropped, house::Reason::Configuration);
    }
}

/// What an alert is the sign of.
pub(super) fn sign_of<'b>(turn: &Turn<'b>, alert: &Alert) -> Vec<&'b Expectation> {
    let fits = |known: &&Expectation| known.is_shown_by(&alert.source, &alert.problem, alert.component.as_ref());
    turn.book.rules.expected.iter().filter(fits).collect()
}

/// The sign came: what missed it is over.
pub(super) fn came(turn: &mut Turn, expectation: &Expectation, sign: AlertId) {
    let Some(sign) = turn.state.alerts.get(&sign) else { return };
    let at = sign.at;
    let text = [&sign.problem.raw, &sign.problem.summary].into_iter().find(|text| !text.is_empty());
    let evidence = Evidence::Sign { text: text.map(String::from).unwrap_or_default() };
    record(turn, &expectation.name, ExpectedChange::Came { at }, house::Reason::Observed);
    let counts = |alert: &Alert| at > earliest(expectation, alert.at);
    let mut over = missed(turn, &expectation.name);
    over.retain(|alert| turn.state.alerts.get(alert).is_some_and(counts));
    for alert in over {
        gone(turn, alert, at, evidence.clone(), alert::Reason::Came);
    }
}

/// An hour is over: its sources look once more before it is judged.
pub(in crate::desk) fn due(turn: &mut Turn) {
    let now = turn.now.wall;
    for expectation in &turn.book.rules.expected {
        let known = turn.state.house.expected.get(&expectation.name);
        if known.and_then(Expected::over_at).is_none_or(|at| at > now) {
            continue;
        }
        let sees = |source| turn.state.sources.get(source).is_some_and(|known| known.sight == Sight::Sees);
        let awaits = expectation.sources.clone();
        let (what, reason) = match awaits.iter().all(sees) {
            true => (ExpectedChange::Over { awaits }, house::Reason::Hour),
            false => (ExpectedChange::Held { awaits }, house::Reason::NotSeen),
        };
        record(turn, &expectation.name, what, reason);
    }
}

/// A source looked at everything: what waited only for it is judged.
pub(super) fn looked(turn: &mut Turn, source: &SourceId) {
    for expectation in turn.book.rules.expected.iter().filter(|known| known.sources.contains(source)) {
        let known = turn.state.house.expected.get(&expectation.name);
        let Some(known) = known.filter(|known| !known.awaits.is_empty()) else { continue };
        // A source that the configuration no longer names is not waited for.
        let awaits = known.awaits.iter().filter(|other| *other != source && expectation.sources.contains(*other));
        let awaits: BTreeSet<SourceId> = awaits.cloned().collect();
        if awaits.is_empty() {
            judge(turn, expectation);
        } else if known.awaits != awaits {
            record(turn, &expectation.name, ExpectedChange::Over { awaits }, house::Reason::Observed);
        }
    }
}

/// Judges every hour of one that is over.
fn judge(turn: &mut Turn, expectation: &Expectation) {
    let name = expectation.name.as_str();
    let Some(Expected { since, due, came, .. }) = turn.state.house.expected.get(name).cloned() else { return };
    let over = turn.now.wall.saturating_sub(GRACE).unwrap_or(Timestamp::MIN);
    let mut hours: Vec<Timestamp> = Vec::new();
    let mut coming = due;
    while let Some(hour) = coming.filter(|hour| *hour <= over) {
        hours.push(hour);
        coming = next(turn, expectation, hour);
    }
    let passed = hours.len().saturating_sub(MOST_AT_ONCE);
    for hour in hours.into_iter().skip(passed) {
        let from = earliest(expectation, hour);
        let reason = match came {
            Some(came) if came > from => house::Reason::InTime,
            // Whether it came before the desk could see it, nobody can say.
            _ if since > from => house::Reason::NotWatched,
            _ => {
                miss(turn, expectation, hour);
                house::Reason::NotCome
            }
        };
        let due = next(turn, expectation, hour);
        record(turn, name, ExpectedChange::By { since, due }, reason);
    }
}

/// It did not come: an alert of its own, or one more time of the same where that still burns.
fn miss(turn: &mut Turn, expectation: &Expectation, hour: Timestamp) {
    let goes_on = missed(turn, &expectation.name).into_iter().find(|alert| {
        turn.state.alerts.get(alert).is_some_and(|alert| match alert.incident() {
            Some(id) => turn.state.incidents.get(&id).is_some_and(|incident| incident.status.name().burning()),
            None => alert.held_back() || alert.standing == Standing::Pending,
        })
    });
    if let Some(alert) = goes_on {
        turn.record(alert::Change::Repeated(alert), alert::Reason::DidNotCome);
        if let Some(incident) = turn.state.alerts.get(&alert).and_then(Alert::incident) {
            let again = incident::Edit::happened(turn.now.wall, What::MissedAgain { hour });
            turn.edit(incident, again, incident::Reason::OnRecord);
            turn.touched.news.insert(incident);
        }
        return;
    }
    let Some(source) = expectation.sources.first().cloned() else { return };
    let id = turn.next_alert();
    let component = turn.book.rules.components.get(&expectation.component);
    let host = expectation.sign.host.iter().find_map(|host| host.exact());
    let host = host.or_else(|| component?.matches.iter().flat_map(|known| &known.host).find_map(|host| host.exact()));
    let by = hour.to_zoned(turn.book.zone.clone()).strftime("%H:%M").to_string();
    let alert = Alert {
        id,
        source,
        key: Key(format!("expected {} {hour}", expectation.name).into()),
        problem: Problem {
            host: host.unwrap_or_default().into(),
            host_name: component.map(|component| component.name.clone()).unwrap_or_default().into(),
            summary: expectation.unseen.by(&by).into(),
            level: expectation.level,
            tags: vec![("expect".to_owned(), expectation.name.clone())].into(),
            groups: Arc::default(),
            object: None,
            fields: Arc::default(),
            items: Some(Arc::default()),
            inventory: Arc::default(),
            raw: Text::default(),
            acknowledged: false,
            suppressed: false,
            momentary: false,
            late: false,
        },
        monitored: true,
        at: hour,
        // What is at fault failed earlier; when, nobody knows.
        estimated: true,
        received: turn.now,
        component: Some(expectation.component.clone()),
        standing: Standing::Pending,
        gone: None,
        repeats: 0,
        after: None,
        began: None,
        shares: Vec::new(),
        missed: Some(expectation.name.as_str().into()),
        mild: false,
    };
    turn.touched.pending.insert(id);
    turn.record(alert::Change::Opened(Box::new(alert)), alert::Reason::DidNotCome);
}

/// From when on it counts for an hour.
fn earliest(expectation: &Expectation, hour: Timestamp) -> Timestamp {
    hour.saturating_sub(expectation.within).unwrap_or(Timestamp::MIN)
}

/// Alerts about what did not come that have not ended.
fn missed(turn: &Turn, name: &str) -> Vec<AlertId> {
    let open = |alert: &&Alert| alert.missed.as_deref() == Some(name) && alert.gone.is_none();
    turn.state.alerts.values().filter(open).map(|alert| alert.id).collect()
}

fn next(turn: &Turn, expectation: &Expectation, after: Timestamp) -> Option<Timestamp> {
    let calendar = expectation.calendar.as_ref().map(|id| turn.book.calendar(id));
    expectation.next(after, &turn.book.zone, calendar)
}

fn record(turn: &mut Turn, name: &str, what: ExpectedChange, reason: house::Reason) {
    turn.record(house::Change::Expected { name: name.to_owned(), what }, reason);
}
