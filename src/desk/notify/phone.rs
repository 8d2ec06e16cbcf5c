//! 電話連絡票: the calls the desk should make - for a request, when a vendor opens, beside a 相談 - and those that were made.

use super::facts::{Reader, contract_of, facts};
use super::hours::hours_in_words;
use super::{Draft, office_call, policy, reach, send};
use crate::desk::contact::{self, PhoneTo, Resolution};
use crate::desk::deliver;
use crate::desk::escalate;
use crate::desk::ids::{IncidentId, PartyId, RequestId};
use crate::desk::letter::{Call, Closure, Matter, NextContact, Notice, Part, Purpose, Tried};
use crate::desk::owed::Why;
use crate::desk::request::{Request, RequestState, Step};
use crate::desk::turn::Turn;

/// Contacts named behind the first.
const FURTHER: usize = 3;
/// Calls told of at most, the latest.
const TRIED: usize = 20;

/// 電話連絡票: whom the desk should call for the requests and the office of this incident, if anybody.
///
/// A vendor is called when its severity asks for the phone at any hour, or when nobody reads its mail now but somebody
/// answers its phone. An office is called for the severities that use the phone at any hour.
/// So does a vendor whose opening is far away, because nobody would read its mail for days. `again` = not only what is new
/// in this step: the severity went up.
pub(in crate::desk) fn phone_note(turn: &mut Turn, incident: IncidentId, again: bool) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let severity = known.severity_value();
    let any_hour = policy(turn, severity).phone_at_any_hour;
    let now = turn.now.wall;
    let fresh = |request: &&Request| request.state == RequestState::Unsent && request.asked == now;
    let silent = |request: &&Request| matches!(request.state, RequestState::Unsent | RequestState::Sent);
    let requests: Vec<Request> = turn
        .state
        .requests_of(incident)
        .filter(|request| if again { silent(request) } else { fresh(request) })
        .cloned()
        .collect();
    let mut calls = Vec::new();
    for request in &requests {
        let mut resolved = reach(turn, &request.party, severity);
        if severity <= 3 && escalate::is_long(&turn.book.rules.policy, now, resolved.opens_at) {
            resolved = at_any_hour(turn, &request.party, severity);
        }
        let unread = resolved.mail.as_ref().is_none_or(|mail| mail.waits);
        let closed = resolved.opens_at != Some(now);
        if let Some(phone) = resolved.phone.first().filter(|_| any_hour || unread || closed) {
            let ask = to_vendor(turn, request, phone, Purpose::Ask(request.ask));
            calls.push(Call { then: then(&resolved, 1), ..ask });
        }
    }
    let told_now = known.reporting.count == 1 && known.reporting.last == Some(now);
    if again || told_now {
        calls.extend(office_call::calls_now(turn, incident));
        office_call::plan(turn, incident);
    }
    if !calls.is_empty() {
        note(turn, incident, calls);
    }
}

/// Who of `party` answers the phone now, whatever the hour.
pub(super) fn at_any_hour<'a>(turn: &'a Turn, party: &PartyId, severity: u8) -> Resolution<'a> {
    contact::resolve(&turn.book.rules, party, &turn.book.zone, turn.now.wall, severity, true)
}

/// Whom to call when those before `from` do not answer.
pub(super) fn then(resolved: &Resolution, from: usize) -> Vec<NextContact> {
    let further = resolved.phone.iter().skip(from).take(FURTHER);
    let next = |phone: &PhoneTo| NextContact {
        contact: phone.contact.name.clone(),
        person: phone.contact.person,
        phone: phone.number.to_owned(),
    };
    further.map(next).collect()
}

/// A note of these calls, in their order, with those that were made so far.
pub(super) fn note(turn: &mut Turn, incident: IncidentId, mut calls: Vec<Call>) {
    for (rank, call) in (1..).zip(&mut calls) {
        call.rank = rank;
    }
    let desk = turn.book.rules.site.desk.clone();
    let Some(incident_facts) = facts(turn, incident, Reader::House(&desk)) else { return };
    let severity = incident_facts.severity;
    let tried = tried(turn, incident, None);
    let matter = Matter::PhoneNote { incident: Box::new(incident_facts), calls, tried };
    send(turn, &desk, Draft::new(Some(incident), severity, matter, Why::Call));
}

/// Calls that were made about an incident, to one party or to all.
pub(super) fn tried(turn: &Turn, incident: IncidentId, party: Option<&PartyId>) -> Vec<Tried> {
    let known = turn.state.incidents.get(&incident).into_iter().flat_map(|incident| &incident.calls);
    let mut tried: Vec<Tried> = known
        .filter(|call| party.is_none_or(|party| call.party == *party))
        .map(|call| Tried {
            organization: turn.book.party_name(&call.party),
            contact: call.contact.clone(),
            result: call.result,
            at: call.at,
        })
        .collect();
    tried.sort_by_key(|call| call.at);
    let more = tried.len().saturating_sub(TRIED);
    tried.split_off(more)
}

/// A call about a request: its contract, and the part that the vendor is asked about.
pub(super) fn to_vendor(turn: &Turn, request: &Request, phone: &PhoneTo, purpose: Purpose) -> Call {
    let occurred = turn.state.incidents.get(&request.incident).map(|incident| incident.occurred);
    let day = turn.book.date(occurred.unwrap_or(turn.now.wall));
    let part = facts(turn, request.incident, Reader::Vendor(&request.party)).map(Part::of);
    Call {
        contract: contract_of(turn.book, &request.party, request.component.as_ref(), day),
        nth: if purpose == Purpose::Chase { request.chased } else { 0 },
        part: part.map(Box::new),
        only_word: deliver::is_request_lost(turn.state, request),
        ..call(turn, &request.party, phone, purpose)
    }
}

pub(super) fn call(turn: &Turn, party: &PartyId, phone: &PhoneTo, purpose: Purpose) -> Call {
    Call {
        organization: turn.book.party_name(party),
        contact: phone.contact.name.clone(),
        person: phone.contact.person,
        phone: phone.number.to_owned(),
        hours: hours_in_words(turn.book, &phone.contact.hours),
        contract: String::new(),
        purpose,
        rank: 1,
        then: Vec::new(),
        nth: 0,
        part: None,
        only_word: false,
    }
}

/// 運用責任者 hears that a vendor is closed for long, and that nobody of it answers.
pub(in crate::desk) fn closed_to_manager(turn: &mut Turn, id: RequestId) {
    let Some(request) = turn.state.requests.get(&id).cloned() else { return };
    let Some(closure) = closure_of(turn, &request) else { return };
    super::vendor::to_manager(turn, request.incident, Notice::ClosedForLong { closure });
}

/// What a letter says of a party that is closed for long.
pub(super) fn closure_of(turn: &Turn, request: &Request) -> Option<Closure> {
    let closure = request.closure.as_ref()?;
    let tried = tried(turn, request.incident, Some(&request.party));
    let consults_at = (closure.next == Step::Consult).then_some(closure.due);
    Some(Closure { party: turn.book.party_name(&request.party), opens: closure.opens, tried, consults_at })
}

/// A vendor that was closed for long opens: the desk is to call, before it is reminded in writing.
pub(in crate::desk) fn call_at_opening(turn: &mut Turn, id: RequestId) {
    let Some(request) = turn.state.requests.get(&id).cloned() else { return };
    let severity = turn.state.incidents.get(&request.incident).map_or(3, |incident| incident.severity_value());
    let resolved = reach(turn, &request.party, severity);
    let Some(phone) = resolved.phone.first() else { return };
    let ask = to_vendor(turn, &request, phone, Purpose::Ask(request.ask));
    let calls = vec![Call { then: then(&resolved, 1), ..ask }];
    note(turn, request.incident, calls);
}

/// The call that goes with a 相談 to an office that is closed: its emergency contact's.
pub(super) fn consultation_call(turn: &Turn, office: &PartyId, closure: &Closure) -> Option<Call> {
    if turn.book.party_open(office, turn.now.wall) {
        return None;
    }
    let resolved = at_any_hour(turn, office, 3);
    let phone = resolved.phone.first()?;
    Some(call(turn, office, phone, Purpose::Consult { opens: closure.opens }))
}
