//! Assign (対応依頼): a verdict becomes requests, a consultation, or work for the desk.
//!
//! A stage. Who is told in which words follows in `notify`.

mod left;

pub(super) use left::hold;

use super::act::CancelKind;
use super::contact;
use super::ids::{IncidentId, PartyId, RequestId};
use super::incident::{Edit, Reason, Status, StatusName, Verdict};
use super::letter::{Ask, AskedBefore, By, Notice, What};
use super::owed::Why;
use super::request::{self, Request, RequestState};
use super::rules::{Confidence, VerdictCode};
use super::turn::Turn;
use super::{correlate, deliver, escalate, isolate, notify};
use jiff::Timestamp;
use left::{desk_leads, out_of_scope};

/// Acts on every verdict of this turn.
pub(super) fn follow_verdicts(turn: &mut Turn) {
    while let Some(incident) = turn.touched.judged.pop_first() {
        follow(turn, incident);
    }
}

fn follow(turn: &mut Turn, incident: IncidentId) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let Some(verdict) = known.verdict().cloned() else { return };
    let severity = known.severity_value();
    if known.inquire_at.is_some() {
        turn.edit(incident, Edit::InquireAt(None), Reason::OnRecord);
    }
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    // That another rule says the same is for the record, not for the office.
    let before = known.verdicts.iter().rev().nth(1);
    let told = |verdict: &Verdict| (verdict.code, verdict.echo_of);
    let same = before.is_some_and(|before| told(before) == told(&verdict) && before.parties == verdict.parties);
    // That it is an echo is told in its own words.
    if known.reporting.count > 0 && !same && verdict.echo_of.is_none() {
        // Where nobody outside is to act, there is nobody to name.
        let named = matches!(verdict.code, VerdictCode::Single | VerdictCode::Multi | VerdictCode::External);
        let parties = verdict.parties.iter().filter(|_| named).map(|party| turn.book.party_name(party)).collect();
        let what = What::Verdict { code: verdict.code, parties };
        turn.edit(incident, Edit::happened(turn.now.wall, what), Reason::OnRecord);
    }
    let withdrawn = withdraw_others(turn, incident, &verdict);
    let asks = verdict.echo_of.is_none() && matches!(verdict.code, VerdictCode::Single | VerdictCode::Multi);
    if withdrawn && !asks {
        step_back(turn, incident);
    }
    // Before anybody is asked, so that the request can say that somebody looks.
    notify::look(turn, incident);
    // A severity that went up in this very step rings the phones its new rank rings, in the same note.
    let raised = turn.touched.raised.contains_key(&incident);
    // What is the desk's already, and no graver, is not put before it again because of another rule, or of its own word.
    let led =
        same && !asks && !raised && !withdrawn && (verdict.by == By::Machine || is_followed(turn, incident, &verdict));
    match verdict.echo_of {
        Some(of) => echo(turn, incident, of),
        None if led => {}
        None => act_on(turn, incident, &verdict, severity, same),
    }
    if withdrawn && asks {
        step_back(turn, incident);
    }
    // That something works on purpose may be no news; that it stops others is.
    let told = verdict.because.rests_on_what_is_kept_apart()
        || !matches!(
            verdict.code,
            VerdictCode::ScopeOut
                | VerdictCode::Security
                | VerdictCode::Monitor
                | VerdictCode::Planned
                | VerdictCode::User
        );
    if told && !escalate::holds_first_report(turn, incident) && !notify::is_reported_elsewhere(turn, incident) {
        notify::first_report(turn, incident);
    }
    notify::phone_note(turn, incident, raised);
    turn.touched.news.insert(incident);
}

/// What follows from a verdict that leaves the next step to others is done already: the office is consulted once.
fn is_followed(turn: &Turn, incident: IncidentId, verdict: &Verdict) -> bool {
    let status = turn.state.incidents.get(&incident).map(|known| known.status.name());
    verdict.code != VerdictCode::ScopeOut || status == Some(StatusName::OnHold)
}

/// Requests were taken back: nothing is said to be asked, or worked on, that is not.
fn step_back(turn: &mut Turn, incident: IncidentId) {
    let to = correlate::status_by_requests(turn, incident);
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let handled = matches!(known.status, Status::Requested | Status::InProgress);
    if handled && known.status != to {
        turn.edit(incident, Edit::Status { to, at: turn.now.wall, by: None }, Reason::TakenBack);
    }
}

/// `same` = it says what the one before said.
fn act_on(turn: &mut Turn, incident: IncidentId, verdict: &Verdict, severity: u8, same: bool) {
    match verdict.code {
        VerdictCode::Single | VerdictCode::Multi => vendors(turn, incident, verdict, severity),
        VerdictCode::ScopeOut => out_of_scope(turn, incident),
        VerdictCode::External => {
            desk_leads(turn, incident);
            if !same {
                notify::external(turn, incident, verdict);
            }
        }
        VerdictCode::Own | VerdictCode::Unknown | VerdictCode::User | VerdictCode::Planned | VerdictCode::Monitor => {
            desk_leads(turn, incident)
        }
        VerdictCode::Security => notify::security(turn, incident),
    }
}

/// 波及: who should act is asked under the number of the cause; whether the two become one (統合) is the desk's to decide.
fn echo(turn: &mut Turn, incident: IncidentId, of: IncidentId) {
    let desk = turn.book.rules.site.desk.clone();
    turn.edit(incident, Edit::Owner(desk), Reason::EchoOf { of });
    let cause = turn.state.incidents.get(&of);
    if let Some(of) = cause.and_then(|cause| cause.number.clone()) {
        notify::internal(turn, Some(incident), Notice::EchoOf { of }, Why::DeskLeads);
    }
}

/// Who should act is asked under the number of the cause, and has not taken this one up.
fn is_asked_elsewhere(verdict: &Verdict, request: &Request) -> bool {
    verdict.echo_of.is_some() && matches!(request.state, RequestState::Unsent | RequestState::Sent)
}

/// Requests to parties the verdict no longer names are withdrawn in words. What the desk asked for only its own word takes back;
/// nor is a request taken back because its part is over, and something else is not.
/// Whether there were any.
fn withdraw_others(turn: &mut Turn, incident: IncidentId, verdict: &Verdict) -> bool {
    let asks = matches!(verdict.code, VerdictCode::Single | VerdictCode::Multi);
    let behind =
        |request: &Request| request.component.as_ref().is_some_and(|id| correlate::is_behind(turn, incident, id));
    let stands = |request: &Request| verdict.by == By::Machine && (request.ordered || behind(request));
    let others: Vec<RequestId> = turn
        .state
        .requests_of(incident)
        .filter(|request| request.state.open() && !stands(request))
        .filter(|request| !(asks && verdict.parties.contains(&request.party)) || is_asked_elsewhere(verdict, request))
        .map(|request| request.id)
        .collect();
    for request in &others {
        withdraw(turn, *request, None);
    }
    !others.is_empty()
}

/// Withdraws one request; the vendor hears of it only if it was asked at all.
pub(super) fn withdraw(turn: &mut Turn, request: RequestId, cancelled: Option<CancelKind>) {
    let ended = request::Change::Ended { request, state: RequestState::Withdrawn };
    turn.record(ended, request::Reason::NoLongerAsked);
    notify::withdrawal(turn, request, cancelled);
}

/// 対応依頼 for 可能性大 and better; 調査依頼 for 可能性あり: for 重大度 1-2 at any hour, else in the desk's hours.
fn vendors(turn: &mut Turn, incident: IncidentId, verdict: &Verdict, severity: u8) {
    let ask = if verdict.confidence >= Confidence::Probable { Ask::Repair } else { Ask::Inquiry };
    if ask == Ask::Inquiry && severity > 2 && verdict.by == By::Machine {
        let reception = turn.book.reception();
        if !reception.is_open(turn.now.wall, &turn.book.zone) {
            let opening = reception.next_opening(turn.now.wall, &turn.book.zone);
            turn.edit(incident, Edit::InquireAt(opening), Reason::DeskClosed);
            let desk = turn.book.rules.site.desk.clone();
            turn.edit(incident, Edit::Owner(desk), Reason::DeskClosed);
            return;
        }
    }
    // Where somebody at the desk was faster than the first verdict, and said who is to act, nobody else is asked.
    let first = turn.state.incidents.get(&incident).is_some_and(|known| known.verdicts.len() == 1);
    let is_order = |request: &Request| request.ordered && request.ask == Ask::Repair && request.state.open();
    let order = turn.state.requests_of(incident).find(|request| is_order(request)).map(|request| request.party.clone());
    if let Some(party) = order.filter(|_| first) {
        return turn.edit(incident, Edit::Owner(party), Reason::Requested);
    }
    for party in &verdict.parties {
        ask_party(turn, incident, party, ask, By::Machine);
    }
    if let Some(lead) = verdict.parties.first() {
        turn.edit(incident, Edit::Owner(lead.clone()), Reason::Requested);
    }
    isolate::tell_uncovered(turn, incident);
}

/// Asks one party, unless it is asked already.
pub(super) fn ask_party(turn: &mut Turn, incident: IncidentId, party: &PartyId, ask: Ask, by: By) {
    let asked = turn.state.requests_of(incident).any(|request| {
        let enough = request.ask == ask || request.ask == Ask::Repair;
        request.party == *party && request.state.open() && enough && !is_about_what_ended(turn, request)
    });
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    if asked {
        return;
    }
    let severity = known.severity_value();
    outgrown(turn, incident, party, request::Reason::AskedForMore);
    let before = notify::asked_before(turn, incident, party);
    let (why, reason) = match by {
        By::Machine => (Why::Verdict, request::Reason::Verdict),
        By::Desk => (Why::Act, request::Reason::Act),
    };
    let Some(id) = decide_request(turn, incident, party, ask, reason) else { return };
    escalate::begin(turn, id, severity);
    notify::request(turn, id, why, before);
    was_asked(turn, id);
    let status = turn.state.incidents.get(&incident).map(|incident| incident.status.name());
    let moves =
        ask == Ask::Repair && matches!(status, Some(StatusName::Accepted | StatusName::Isolating | StatusName::OnHold));
    if moves {
        if status == Some(StatusName::OnHold) {
            let resumed = What::Resumed { decision: String::new().into() };
            turn.edit(incident, Edit::happened(turn.now.wall, resumed), Reason::OnRecord);
        }
        let to = correlate::status_by_requests(turn, incident);
        turn.edit(incident, Edit::Status { to, at: turn.now.wall, by: None }, Reason::Requested);
    }
}

/// Whoever was asked about a thing of its own that is over believes that its part is done, although something that needs it is
/// not. What failed beside it was named in the request.
fn is_about_what_ended(turn: &Turn, request: &Request) -> bool {
    let known = turn.state.incidents.get(&request.incident);
    let now = known.and_then(|known| known.verdict()?.component.as_ref().or(known.root.as_ref()));
    let Some((component, now)) = request.component.as_ref().zip(now) else { return false };
    turn.book.keeper(component) == Some(&request.party)
        && turn.book.graph.needs(now, component)
        && correlate::is_behind(turn, request.incident, component)
}

fn decide_request(
    turn: &mut Turn,
    incident: IncidentId,
    party: &PartyId,
    ask: Ask,
    reason: request::Reason,
) -> Option<RequestId> {
    let known = turn.state.incidents.get(&incident)?;
    let severity = known.severity_value();
    let component = known.verdict().and_then(|verdict| verdict.component.clone()).or_else(|| known.root.clone());
    let acknowledge_by = acknowledge_by(turn, party, severity);
    // Asked anew because it has become graver, it is still the desk's word.
    let before = turn.state.requests_of(incident).any(|request| request.party == *party && request.ordered);
    let ordered = before || matches!(reason, request::Reason::Act);
    let id = turn.next_request();
    let request = Request {
        id,
        incident,
        party: party.clone(),
        ask,
        ordered,
        component,
        asked: turn.now.wall,
        acknowledge_by,
        chased: 0,
        chase_at: Some(chase_at(turn, acknowledge_by, severity)),
        state: RequestState::Unsent,
        acknowledged: None,
        started: None,
        closure: None,
    };
    turn.record(request::Change::Decided(Box::new(request)), reason);
    Some(id)
}

/// For the record and the next 続報 - unless the desk looks at the request first: then when it has left.
fn was_asked(turn: &mut Turn, id: RequestId) {
    let asked = turn.state.requests.get(&id).filter(|request| !deliver::is_request_held(turn.state, request));
    if let Some((incident, party, ask)) = asked.map(|request| (request.incident, &request.party, request.ask)) {
        let what = What::Asked { party: turn.book.party_name(party), ask };
        turn.edit(incident, Edit::happened(turn.now.wall, what), Reason::OnRecord);
    }
}

/// The desk has looked at a request, or its limit is over: its party is asked now, and what was agreed runs from now.
/// Returns until when 受領 is expected. A copy follows its mail.
pub(super) fn let_go(turn: &mut Turn, id: RequestId, is_copy: bool) -> Option<Timestamp> {
    let request = turn.state.requests.get(&id)?.clone();
    if request.state != RequestState::Unsent || (is_copy && request.chase_at.is_some()) {
        return Some(request.acknowledge_by);
    }
    let severity = turn.state.incidents.get(&request.incident).map_or(3, |incident| incident.severity_value());
    let acknowledge_by = acknowledge_by(turn, &request.party, severity);
    let chase_at = chase_at(turn, acknowledge_by, severity);
    let change = request::Change::LetGo { request: id, asked: turn.now.wall, acknowledge_by, chase_at };
    turn.record(change, request::Reason::LetGo);
    let what = What::Asked { party: turn.book.party_name(&request.party), ask: request.ask };
    turn.edit(request.incident, Edit::happened(turn.now.wall, what), Reason::OnRecord);
    turn.touched.news.insert(request.incident);
    Some(acknowledge_by)
}

/// What could wait for an opening cannot any more: whoever has not answered yet is asked anew, by the hours and phones of
/// the new severity.
pub(super) fn ask_graver(turn: &mut Turn) {
    for (incident, from) in turn.touched.raised.clone() {
        let to = turn.state.incidents.get(&incident).map_or(from, |incident| incident.severity_value());
        if from <= 2 || to > 2 {
            continue;
        }
        let waits = |request: &&Request| {
            matches!(request.state, RequestState::Unsent | RequestState::Sent) && request.asked < turn.now.wall
        };
        let silent: Vec<Request> = turn.state.requests_of(incident).filter(waits).cloned().collect();
        for before in &silent {
            outgrown(turn, incident, &before.party, request::Reason::Graver);
            let asked = decide_request(turn, incident, &before.party, before.ask, request::Reason::Graver);
            if let Some(id) = asked {
                notify::request(
                    turn,
                    id,
                    Why::Graver,
                    Some(AskedBefore { at: before.asked, severity: from, withdrawn: None, not_ours: None }),
                );
                was_asked(turn, id);
            }
        }
        let noted = turn.state.owed_of(incident).any(|row| row.kind() == "phone_note" && row.decided == turn.now);
        if !silent.is_empty() && !noted {
            notify::phone_note(turn, incident, true);
        }
    }
}

/// A request that became another one is not withdrawn in words: the new mail says it.
fn outgrown(turn: &mut Turn, incident: IncidentId, party: &PartyId, reason: request::Reason) {
    let inquiries: Vec<RequestId> = turn
        .state
        .requests_of(incident)
        .filter(|request| request.party == *party && request.state.open())
        .map(|request| request.id)
        .collect();
    for request in inquiries {
        let ended = request::Change::Ended { request, state: RequestState::Withdrawn };
        turn.record(ended, reason.clone());
    }
}

/// When the next rung is due, if nobody answers: the same span again.
pub(super) fn next_chase(turn: &Turn, party: &PartyId, severity: u8) -> Timestamp {
    chase_at(turn, acknowledge_by(turn, party, severity), severity)
}

/// 督促 is not sent in the night for 重大度 3 and 4: it waits for the desk's own opening.
fn chase_at(turn: &Turn, acknowledge_by: Timestamp, severity: u8) -> Timestamp {
    if severity <= 2 {
        return acknowledge_by;
    }
    turn.book.reception().next_opening(acknowledge_by, &turn.book.zone).unwrap_or(acknowledge_by)
}

/// The fault is back after 復旧: whoever the verdict names is asked anew.
pub(super) fn ask_again(turn: &mut Turn, incident: IncidentId) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let Some(verdict) = known.verdict().cloned() else { return };
    let severity = known.severity_value();
    let asked = turn.state.requests_of(incident).any(|request| request.state.open());
    if !asked && verdict.echo_of.is_none() && matches!(verdict.code, VerdictCode::Single | VerdictCode::Multi) {
        vendors(turn, incident, &verdict, severity);
        notify::phone_note(turn, incident, false);
    }
}

/// When 受領 is expected: at any hour where somebody answers now for 重大度 1-2, else within the vendor's own hours.
fn acknowledge_by(turn: &Turn, party: &PartyId, severity: u8) -> Timestamp {
    let now = turn.now.wall;
    let policy = &turn.book.rules.policy.severity[usize::from(severity.clamp(1, 4)) - 1];
    let within = policy.acknowledge_within;
    let resolved = contact::resolve(&turn.book.rules, party, &turn.book.zone, now, severity, policy.phone_at_any_hour);
    let answers_now = severity <= 2 && !resolved.open.is_empty();
    let by_hours = turn
        .book
        .party(party)
        .map(|party| turn.book.calendar(&party.hours))
        .and_then(|hours| hours.add(now, within, &turn.book.zone));
    match by_hours {
        Some(at) if !answers_now => at,
        _ => now.saturating_add(within).unwrap_or(now),
    }
}
