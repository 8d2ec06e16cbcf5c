//! What is red and kept apart (planned work, a silence, maintenance of a source, the desk's word that it is planned): a member
//! of nothing that burns, and evidence all the same for what fails behind it.

use super::cause::{Known, Signs, only_warns};
use super::{Edit, LATE_CAUSE, Reason, Turn, held};
use crate::desk::act::CancelKind;
use crate::desk::alert::{Alert, Standing, Suppression};
use crate::desk::cover::Cover;
use crate::desk::ids::{AlertId, ComponentId, IncidentId};
use crate::desk::incident::StatusName;
use crate::desk::letter::{Fact, Kept, KeptBy};
use crate::desk::notify;
use crate::desk::observation::Level;
use crate::desk::state::{Place, State};
use jiff::{SignedDuration, Timestamp};

/// What has been red for longer than this while what needs it worked is not why that fails now.
const TELLING: SignedDuration = SignedDuration::from_hours(24);

/// What keeps a red alert apart, and the cover it is, where it has a number; `None` = nothing does, or nothing that says that
/// it is a fault.
fn kept_by<'a>(state: &'a State, alert: &Alert) -> Option<(KeptBy, Option<&'a Cover>)> {
    let cover = alert.held_by().and_then(|by| state.covers.get(&by));
    match &alert.standing {
        Standing::Suppressed(Suppression::PlannedWork { .. }) => Some((KeptBy::Work, cover)),
        Standing::Suppressed(Suppression::Silenced { .. }) => Some((KeptBy::Silence, cover)),
        Standing::Suppressed(Suppression::SourceMaintenance) => Some((KeptBy::Source, None)),
        Standing::Member(incident) => {
            let known = state.incidents.get(incident)?;
            let planned = known.status.name() == StatusName::Cancelled && known.called_off == Some(CancelKind::Planned);
            planned.then_some((KeptBy::Desk, None))
        }
        Standing::Suppressed(
            Suppression::BelowLevel | Suppression::Adopted | Suppression::Over | Suppression::Expected,
        )
        | Standing::Pending => None,
    }
}

/// The gravest alert of `component` that is kept apart, shows a fault, and had not stood there for long at `at`.
pub(in crate::desk) fn gravest<'a>(
    state: &'a State,
    component: &ComponentId,
    at: Timestamp,
) -> Option<(&'a Alert, KeptBy, Option<&'a Cover>)> {
    let place = Place::Component(component.clone());
    let telling = |alert: &&Alert| {
        alert.red() && !only_warns(alert.weight()) && at.duration_since(alert.received.wall) <= TELLING
    };
    let kept = state.live_at(&place).filter(telling).filter_map(|alert| {
        let (by, cover) = kept_by(state, alert)?;
        Some((alert, by, cover))
    });
    kept.min_by_key(|(alert, ..)| (std::cmp::Reverse(alert.weight()), alert.id))
}

/// How grave it is where something that fails cannot do without it.
pub(super) fn sign(known: &Known, component: &ComponentId, red: &Signs) -> Option<Level> {
    let level = gravest(known.state, component, known.at).map(|(alert, ..)| alert.weight())?;
    let stops =
        |(id, level): (&&ComponentId, &Level)| !only_warns(*level) && known.book.graph.depends_wholly(id, component);
    red.iter().any(stops).then_some(level)
}

/// It as a fact: with its own time, and what keeps it apart.
pub(in crate::desk) fn fact(turn: &Turn, alert: &Alert, by: KeptBy, cover: Option<&Cover>) -> Fact {
    Fact::Kept(Box::new(kept(turn, alert, by, cover)))
}

fn kept(turn: &Turn, alert: &Alert, by: KeptBy, cover: Option<&Cover>) -> Kept {
    Kept {
        host: alert.problem.host_name.to_string(),
        summary: alert.problem.summary.to_string(),
        at: alert.began.unwrap_or(alert.at),
        by,
        name: cover.map(|cover| cover.name.clone()).unwrap_or_default(),
        owner: cover.map(|cover| turn.book.party_name(&cover.owner)).unwrap_or_default(),
        times: cover.map(|cover| (cover.from, cover.end())),
        over: alert.after.is_some(),
    }
}

/// An alert was kept apart: what has failed behind it for a short while is judged anew.
pub(in crate::desk) fn kept_apart(turn: &mut Turn, alert: AlertId) {
    let Some(alert) = turn.state.alerts.get(&alert).filter(|alert| alert.red() && !only_warns(alert.weight())) else {
        return;
    };
    let (id, component) = (alert.id, alert.component.clone());
    deny_calm(turn, id);
    let Some(component) = &component else { return };
    let graph = &turn.book.graph;
    let behind = graph.behind(component).iter().filter(|id| graph.depends_wholly(id, component));
    let young = |id: &IncidentId| {
        turn.state.incidents.get(id).is_some_and(|known| {
            known.verdict().is_some()
                && known.status.name().may_recover()
                && turn.now.elapsed.since(known.detected.elapsed) <= LATE_CAUSE
        })
    };
    let echoes = behind.flat_map(|id| turn.state.burning_from(id)).filter(young);
    let echoes: Vec<IncidentId> = echoes.collect();
    turn.touched.to_judge.extend(echoes);
}

/// What is said to be normal, and is being checked, is not: the desk is told.
fn deny_calm(turn: &mut Turn, id: AlertId) {
    let Some(alert) = turn.state.alerts.get(&id) else { return };
    let place = alert.place();
    let checked = turn.state.burning_at(&place).filter(|incident| {
        turn.state.incidents.get(incident).is_some_and(|known| {
            known.status.name() == StatusName::Verifying && held::red_again(turn.state, known).is_some()
        })
    });
    let checked: Vec<IncidentId> = checked.collect();
    let Some((by, cover)) = kept_by(turn.state, alert) else { return };
    let (kept, cover) = (kept(turn, alert, by, cover), cover.map(|cover| cover.id.to_string()));
    for incident in checked {
        notify::red_apart(turn, incident, kept.clone(), cover.clone());
    }
}

/// What was kept apart at `component` is over: what still fails behind it after a while has another cause.
pub(in crate::desk) fn is_over(turn: &mut Turn, component: &ComponentId) {
    let at = turn.now.wall.saturating_add(turn.book.rules.policy.window).unwrap_or(turn.now.wall);
    let waits = |id: &IncidentId| {
        turn.state
            .incidents
            .get(id)
            .is_some_and(|known| known.verdict().is_some_and(|verdict| verdict.because.rests_on_what_is_kept_apart()))
    };
    let waiting: Vec<IncidentId> = turn.state.burning_from(component).filter(waits).collect();
    for incident in waiting {
        turn.edit(incident, Edit::JudgeAt(Some(at)), Reason::TimeTells);
    }
}
