//! Escalate: time passes and nobody answers - the next rung of the ladder.
//!
//! A stage. The ladder of one request has three rungs, each the same span after the one before; what is on hold is
//! raised again. Whom a rung reaches is resolved when it fires. [`phone`] knows who was called in vain, [`closure`] what is
//! done while a vendor is closed for long.

mod closure;
mod phone;

pub(super) use closure::{begin, holds_first_report, is_long, settle, step};
pub(super) use phone::{called, whose_turn};

use super::ids::{IncidentId, RequestId};
use super::incident::{Edit, Reason, Status, StatusName};
use super::letter::{Ask, What};
use super::request::{self, RequestState};
use super::turn::Turn;
use super::{assign, correlate, deliver, notify};

/// Rungs of the ladder: next contact; vendor's last contact and 運用責任者; 相談 to the office. Then only the digest.
const RUNGS: u32 = 3;

/// An unanswered question about a minor fault is repeated once; nobody's manager or office is troubled with it.
fn rungs(ask: Ask, severity: u8) -> u32 {
    if ask == Ask::Inquiry && severity > 2 { 1 } else { RUNGS }
}

/// 受領 is overdue: the next rung.
pub(super) fn chase(turn: &mut Turn, id: RequestId) {
    let Some(request) = turn.state.requests.get(&id) else { return };
    let (incident, party, ask, rung) = (request.incident, request.party.clone(), request.ask, request.chased + 1);
    let silent = matches!(request.state, RequestState::Unsent | RequestState::Sent);
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let (status, severity) = (known.status.name(), known.severity_value());
    let held = status == StatusName::OnHold;
    let normal = status == StatusName::Verifying || correlate::has_ended(turn, known, request);
    if !silent || !status.may_recover() || held || normal {
        // Monitoring shows normal, the office decides first, or it is over: nobody is reminded now. If it goes on, they are.
        let goes_on = silent && (held || normal);
        let next = goes_on.then(|| assign::next_chase(turn, &party, severity));
        let postponed = request::Change::Postponed { request: id, next };
        let reason = if held { request::Reason::OnHold } else { request::Reason::ShowsNormal };
        return turn.record(postponed, reason);
    }
    if turn.book.rules.site.shadow.is_some() {
        let postponed = request::Change::Postponed { request: id, next: None };
        return turn.record(postponed, request::Reason::OnTrial);
    }
    let next = (rung < rungs(ask, severity)).then(|| assign::next_chase(turn, &party, severity));
    turn.record(request::Change::Chased { request: id, next }, request::Reason::NotAcknowledged);
    // Whoever has heard nothing is asked by phone, not reminded.
    let lost = turn.state.requests.get(&id).is_some_and(|request| deliver::is_request_lost(turn.state, request));
    if !lost {
        let what = What::Chased { party: turn.book.party_name(&party) };
        turn.edit(incident, Edit::happened(turn.now.wall, what), Reason::OnRecord);
    }
    notify::chaser(turn, id);
    if rung >= 2 {
        notify::manager(turn, id);
    }
    if rung == RUNGS {
        notify::consultation(turn, incident, 1, None);
    }
    turn.touched.news.insert(incident);
}

/// What is on hold has waited long enough: 相談 once more.
pub(super) fn hold_over(turn: &mut Turn, incident: IncidentId) {
    let on_hold =
        turn.state.incidents.get(&incident).is_some_and(|incident| matches!(incident.status, Status::OnHold { .. }));
    if on_hold {
        assign::hold(turn, incident, None, Reason::HoldElapsed, None);
    }
}
