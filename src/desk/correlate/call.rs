//! A call at the desk, and what monitoring shows of it later. The caller's word was asked about at once; what a machine says has
//! its window like any other alert, so that nobody is asked to repair an effect seconds before its cause shows.

use super::cause::only_warns;
use crate::desk::alert::Alert;
use crate::desk::ids::{AlertId, IncidentId};
use crate::desk::incident::Incident;
use crate::desk::letter::DetectedBy;
use crate::desk::now::Elapsed;
use crate::desk::state::{Place, State};
use crate::desk::turn::Turn;
use std::time::Duration;

/// The wait is over this long at most when its end is acted on.
const JUST_NOW: Duration = Duration::from_secs(5);

/// Somebody told of it; no monitoring did.
fn is_call(incident: &Incident) -> bool {
    !matches!(incident.detected_by, DetectedBy::Zabbix | DetectedBy::Log | DetectedBy::Product)
}

fn first_sign(state: &State, incident: &Incident) -> Option<Elapsed> {
    state.members_of(incident.id).map(|alert| alert.received.elapsed).min()
}

/// Since when a late cause of an incident is waited for: its first sign. A call is none: monitoring may show much later what a
/// caller felt first.
pub(super) fn seen_since(state: &State, incident: &Incident) -> Elapsed {
    let first = is_call(incident).then(|| first_sign(state, incident)).flatten();
    first.unwrap_or(incident.detected.elapsed)
}

/// How much longer what monitoring has begun to show of a call waits for its cause before anybody is asked for more; `None` = no
/// longer, or it does not.
pub(super) fn waits_for_cause(turn: &Turn, incident: IncidentId) -> Option<Duration> {
    let known = turn.state.incidents.get(&incident).filter(|known| is_call(known) && known.verdict().is_some())?;
    let until = first_sign(turn.state, known)? + turn.book.rules.policy.window;
    (until > turn.now.elapsed).then(|| until.since(turn.now.elapsed))
}

/// What the thing a call is about has shown while its cause was waited for: whoever is asked hears of it.
pub(in crate::desk) fn shown_meanwhile(turn: &Turn, incident: IncidentId) -> Vec<AlertId> {
    let Some(known) = turn.state.incidents.get(&incident).filter(|known| is_call(known)) else { return Vec::new() };
    let over = first_sign(turn.state, known).map(|first| first + turn.book.rules.policy.window);
    if over.is_none_or(|over| over > turn.now.elapsed || turn.now.elapsed.since(over) > JUST_NOW) {
        return Vec::new();
    }
    let root = known.root.clone().map(Place::Component);
    let own = |alert: &&Alert| Some(alert.place()) == root && alert.red() && !only_warns(alert.weight());
    turn.state.members_of(incident).filter(own).map(|alert| alert.id).collect()
}
