//! The end of an incident: 復旧 with what stays red, and 報告確認.

use super::Actor;
use super::perform::{act_by, check_time, move_to, needs_words};
use crate::desk::correlate::remainder;
use crate::desk::ids::{IncidentId, RequestId};
use crate::desk::incident::{Edit, Incident, Reason, Restored, Status, StatusName, Transition};
use crate::desk::letter::{RecoveryFacts, What};
use crate::desk::likeness;
use crate::desk::request::{self, RequestState};
use crate::desk::turn::Turn;
use crate::desk::words::Words;
use crate::desk::{correlate, deliver, isolate, notify};
use jiff::Timestamp;

/// 復旧: what is still red becomes an incident of its own, then everybody concerned hears.
pub(super) fn restore(
    turn: &mut Turn,
    actor: &Actor,
    id: IncidentId,
    check: Words,
    usable: Option<Timestamp>,
    treatment: Option<Words>,
) -> Result<(), String> {
    needs_words("restore --check", &check)?;
    check_time(turn, usable)?;
    contradicted(turn, id)?;
    let now = turn.now;
    let still_red = correlate::still_red(turn, id);
    let mut elsewhere = remainder::left_before(turn, id);
    elsewhere.extend(remainder::go_on(turn, id));
    let remainder = remainder::leave(turn, id);
    let Some(known) = turn.state.incidents.get(&id) else { return Ok(()) };
    // Usable when the last of what came back had come back; what stayed red has left by now. What had come back before the desk took
    // it up again is the first time's.
    let gone = turn.state.members_of(id).filter_map(|alert| alert.gone.as_ref()).map(|gone| gone.at);
    let back = gone.filter(|gone| known.reopened.is_none_or(|reopened| *gone > reopened)).max();
    let back = back.map(|back| known.usable.map_or(back, |usable| usable.max(back)));
    let carried = back.map(|back| correlate::usable_since(turn.state, turn.book, known, back));
    let normal = back.filter(|back| carried.is_some_and(|carried| carried < *back));
    let back = carried;
    let usable = usable.or(back).or(known.usable).or_else(|| said_to_work(known));
    let usable = usable.unwrap_or(now.wall).min(now.wall).max(known.occurred);
    if let Some(text) = treatment {
        turn.edit(id, Edit::Treatment(text), act_by(actor));
    }
    let calm = Edit::Calm { since: Some(now.elapsed), stable_at: None, usable: Some(usable) };
    turn.edit(id, calm, Reason::OnRecord);
    let symptom = turn.state.incidents.get(&id).and_then(|known| likeness::symptom_of(turn.state, known));
    let by = Some(actor.name.clone());
    let restored = Restored { at: now.wall, elapsed: now.elapsed, by, check: check.clone(), symptom };
    turn.edit(id, Edit::Restored(restored), act_by(actor));
    let open: Vec<RequestId> =
        turn.state.requests_of(id).filter(|request| request.state.open()).map(|request| request.id).collect();
    for request in open {
        // Whom only the desk knows to be asked has nothing to hear.
        let state = if deliver::take_back(turn, request) { RequestState::Withdrawn } else { RequestState::Checked };
        let ended = request::Change::Ended { request, state };
        turn.record(ended, request::Reason::Restored);
    }
    move_to(turn, actor, id, Status::Restored);
    let facts = RecoveryFacts {
        usable,
        normal,
        restored: now.wall,
        checked_by: Some(actor.person().to_owned()),
        check,
        treatment: turn.state.incidents.get(&id).map(|incident| incident.treatment.clone()).unwrap_or_default(),
        cause: turn
            .state
            .incidents
            .get(&id)
            .and_then(|incident| incident.cause.as_ref())
            .map(|cause| (cause.class, cause.direct.clone())),
        remaining: remainder.and_then(|id| turn.state.incidents.get(&id)?.number.clone()),
        elsewhere: elsewhere.into_iter().collect(),
        before: Vec::new(),
    };
    for echo in isolate::told_echoes(turn, id) {
        correlate::verify(turn, echo, Some(actor.name.clone()), act_by(actor));
    }
    isolate::judge_echoes(turn, id);
    notify::recovery(turn, id, facts, &still_red);
    let low = turn.state.incidents.get(&id).is_some_and(|incident| incident.severity_value() == 4);
    if low {
        move_to(turn, actor, id, Status::Closed);
    }
    Ok(())
}

/// When the desk said of what it had taken up again that it may work: nothing else tells.
fn said_to_work(known: &Incident) -> Option<Timestamp> {
    let reopened = known.reopened?;
    let verifies = |to: &&Transition| to.to == StatusName::Verifying && to.at > reopened;
    known.transitions.iter().rev().find(verifies).map(|to| to.at)
}

/// Monitoring showed normal, and what it showed is red again where nobody hears of it: 復旧 would say the opposite.
fn contradicted(turn: &Turn, id: IncidentId) -> Result<(), String> {
    let Some(known) = turn.state.incidents.get(&id) else { return Ok(()) };
    let word = known.happenings.iter().rev().find_map(|happening| match happening.what {
        What::DeskVerifies { .. } => Some(true),
        What::BackToNormal { .. } => Some(false),
        _ => None,
    });
    match correlate::red_again(turn.state, known).filter(|_| word != Some(true)) {
        Some(alert) => Err(format!(
            "{} on {} is red again, and only kept apart: {} is not restored by what monitoring shows. End what keeps it \
             apart, or `reopen` it; if it works all the same, say so with `verify` then.",
            alert.problem.summary,
            alert.problem.host,
            known.name()
        )),
        None => Ok(()),
    }
}

pub(super) fn accept(
    turn: &mut Turn,
    actor: &Actor,
    id: IncidentId,
    status: StatusName,
    name: Words,
    at: Option<Timestamp>,
) -> Result<(), String> {
    check_time(turn, at)?;
    if name.trim().is_empty() {
        return Err("Say who accepted the report (`--name`).".to_owned());
    }
    if status == StatusName::Restored {
        move_to(turn, actor, id, Status::AwaitingAcceptance);
    }
    let at = at.unwrap_or(turn.now.wall);
    turn.edit(id, Edit::AcceptedBy { name, at }, act_by(actor));
    move_to(turn, actor, id, Status::Closed);
    Ok(())
}
