//! A vendor that is closed for long (長期休業): its phones are tried now, then 運用責任者 and, as 相談, the office hear of it, and at
//! its opening the desk is reminded to call. The office gets 第一報 in the same mail.
//!
//! Each step has its time, so that it is taken also when nobody records a call; a call that ends the tries takes it at once.

use super::phone::{TRIES, phones};
use crate::desk::ids::{IncidentId, RequestId};
use crate::desk::incident::StatusName;
use crate::desk::letter::Ask;
use crate::desk::notify;
use crate::desk::request::{self, Closure, Request, RequestState, Step};
use crate::desk::rules::Policy;
use crate::desk::turn::Turn;
use jiff::Timestamp;
use std::time::Duration;

/// Whether a vendor that opens then is closed for long.
pub(in crate::desk) fn is_long(policy: &Policy, now: Timestamp, opens: Option<Timestamp>) -> bool {
    opens.is_some_and(|opens| opens.duration_since(now).unsigned_abs() >= policy.long_closure && opens > now)
}

/// A fresh request to repair of a vendor that is closed for long. What the policy lets ring at any hour (重大度1) climbs the ladder
/// anyway, and minor questions can wait.
pub(in crate::desk) fn begin(turn: &mut Turn, id: RequestId, severity: u8) {
    let Some(request) = turn.state.requests.get(&id) else { return };
    let hours = turn.book.party(&request.party).map(|party| turn.book.calendar(&party.hours));
    let opens = hours.and_then(|hours| hours.next_opening(turn.now.wall, &turn.book.zone));
    let policy = &turn.book.rules.policy;
    let waits = severity == 3 || severity == 2 && !policy.severity[1].phone_at_any_hour;
    let Some(opens) = opens.filter(|_| waits && request.ask == Ask::Repair) else { return };
    if !is_long(policy, turn.now.wall, Some(opens)) {
        return;
    }
    let tries = u32::try_from(phones(turn, &request.party, severity).len() * TRIES).unwrap_or(u32::MAX);
    let closure = Closure { opens, next: Step::Manager, due: after(turn.now.wall, policy.call_again * tries) };
    turn.record(request::Change::Closed { request: id, closure: Some(closure) }, request::Reason::LongClosure);
}

fn after(now: Timestamp, span: Duration) -> Timestamp {
    now.saturating_add(span).unwrap_or(now)
}

/// 第一報 of what is not reported at once waits for the 相談 that carries it.
pub(in crate::desk) fn holds_first_report(turn: &Turn, incident: IncidentId) -> bool {
    let severity = turn.state.incidents.get(&incident).map_or(3, |known| known.severity_value());
    severity > 2
        && turn.state.requests_of(incident).any(|request| {
            request.closure.as_ref().is_some_and(|closure| matches!(closure.next, Step::Manager | Step::Consult))
        })
}

/// Every call was in vain: the next step is not waited for.
pub(super) fn nobody_answers(turn: &mut Turn, id: RequestId) {
    let waits = |request: &Request| request.closure.as_ref().is_some_and(|closure| closure.next == Step::Manager);
    if turn.state.requests.get(&id).is_some_and(waits) {
        step(turn, id);
    }
}

/// The time of the next step has come, or the vendor has answered, or it is over.
pub(in crate::desk) fn step(turn: &mut Turn, id: RequestId) {
    let Some(request) = turn.state.requests.get(&id).cloned() else { return };
    let Some(closure) = request.closure.clone() else { return };
    let silent = matches!(request.state, RequestState::Unsent | RequestState::Sent);
    let status = turn.state.incidents.get(&request.incident).map(|it| it.status.name());
    let held = status == Some(StatusName::OnHold);
    let handled = status.is_some_and(StatusName::may_recover) && !(held && closure.next == Step::Opening);
    if !silent || !handled {
        return end(turn, &request, request::Reason::NoLongerWaited);
    }
    if held {
        // The office decides already, and was asked to.
        let opening = Closure { next: Step::Opening, due: closure.opens, ..closure };
        let change = request::Change::Closed { request: id, closure: Some(opening) };
        return turn.record(change, request::Reason::OnHold);
    }
    let call_again = turn.book.rules.policy.call_again;
    let next = |next, due| Some(Closure { next, due, ..closure.clone() });
    let (then, reason) = match closure.next {
        Step::Manager => (next(Step::Consult, after(turn.now.wall, call_again)), request::Reason::NobodyAnswers),
        Step::Consult => (next(Step::Opening, closure.opens), request::Reason::NobodyAnswers),
        Step::Opening => (None, request::Reason::Opens),
    };
    turn.record(request::Change::Closed { request: id, closure: then }, reason);
    match closure.next {
        Step::Manager => notify::closed_to_manager(turn, id),
        Step::Consult => notify::consult_closed(turn, id),
        Step::Opening => notify::call_at_opening(turn, id),
    }
}

/// The vendor answered, or is no longer asked: a first report that waited for the 相談 leaves now.
pub(in crate::desk) fn settle(turn: &mut Turn) {
    let over = |request: &&Request| {
        request.closure.is_some() && !matches!(request.state, RequestState::Unsent | RequestState::Sent)
    };
    let ended: Vec<Request> =
        turn.state.closed.iter().filter_map(|id| turn.state.requests.get(id)).filter(over).cloned().collect();
    for request in ended {
        end(turn, &request, request::Reason::NoLongerWaited);
    }
}

fn end(turn: &mut Turn, request: &Request, reason: request::Reason) {
    let held = holds_first_report(turn, request.incident);
    turn.record(request::Change::Closed { request: request.id, closure: None }, reason);
    if held && !holds_first_report(turn, request.incident) {
        notify::first_report(turn, request.incident);
    }
}
