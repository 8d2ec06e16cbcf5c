//! What vendors answered, as the desk records it: 受領, 着手, 範囲外.

use super::perform::{act_by, check_time, move_to, needs_words};
use super::{Actor, Leads};
use crate::desk::correlate;
use crate::desk::ids::{IncidentId, PartyId, RequestId};
use crate::desk::incident::{Edit, HandedBack, Reason, Status, StatusName};
use crate::desk::letter::What;
use crate::desk::request::{self, RequestState};
use crate::desk::turn::Turn;
use crate::desk::words::Words;
use jiff::Timestamp;

/// The open request to `party`, or the only open one.
pub(super) fn request_of(turn: &Turn, id: IncidentId, party: Option<&PartyId>) -> Result<RequestId, String> {
    let open: Vec<_> = turn.state.requests_of(id).filter(|request| request.state.open()).collect();
    let fits = |request: &&&crate::desk::request::Request| party.is_none_or(|party| request.party == *party);
    let fitting: Vec<_> = open.iter().filter(fits).collect();
    match fitting.as_slice() {
        [only] => Ok(only.id),
        [] if open.is_empty() => Err("Nobody has an open request for this incident; `assign` asks a party.".to_owned()),
        [] | [_, _, ..] => {
            let names: Vec<String> = open.iter().map(|request| request.party.to_string()).collect();
            Err(format!("Name one of the parties that were asked: {}.", names.join(", ")))
        }
    }
}

pub(super) fn acknowledge(
    turn: &mut Turn,
    id: IncidentId,
    party: Option<PartyId>,
    at: Option<Timestamp>,
    leads: Leads,
) -> Result<(), String> {
    check_time(turn, at)?;
    let request = request_of(turn, id, party.as_ref())?;
    let known = turn.state.requests.get(&request).and_then(|known| known.acknowledged);
    if let Some(known) = known.filter(|_| at.is_none()) {
        // Two people at once, or the next shift: the hour on record is the one that counts.
        return Err(format!(
            "受領 is on record already, at {}. Where that hour is wrong, give the right one with `--at`.",
            super::perform::said(turn, known)
        ));
    }
    let at = at.unwrap_or(turn.now.wall);
    turn.record(request::Change::Acknowledged { request, at }, request::Reason::Act);
    happened_at_party(turn, id, request, at, |party| What::Acknowledged { party });
    if leads == Leads::ByRequests {
        by_requests(turn, id);
    }
    Ok(())
}

pub(super) fn start(
    turn: &mut Turn,
    actor: &Actor,
    id: IncidentId,
    party: Option<PartyId>,
    at: Option<Timestamp>,
    leads: Leads,
) -> Result<(), String> {
    check_time(turn, at)?;
    let at = at.unwrap_or(turn.now.wall);
    let desk = turn.book.rules.site.desk.clone();
    match party.filter(|party| *party != desk) {
        Some(party) => {
            let request = request_of(turn, id, Some(&party))?;
            turn.record(request::Change::Started { request, at }, request::Reason::Act);
            happened_at_party(turn, id, request, at, |party| What::Started { party });
        }
        None => {
            turn.edit(id, Edit::DeskStarted(at), act_by(actor));
            turn.edit(id, Edit::happened(at, What::DeskStarted), Reason::OnRecord);
        }
    }
    if let Leads::To(StatusName::InProgress) = leads {
        move_to(turn, actor, id, Status::InProgress);
    }
    Ok(())
}

/// What a vendor answered, and when.
pub(super) struct Answer {
    pub(super) reason: Words,
    pub(super) at: Option<Timestamp>,
}

/// 範囲外の回答: the request ends, and the verdict is decided anew with that fact. Also the desk's own verdict is open
/// again when the party it named says no.
pub(super) fn hand_back(
    turn: &mut Turn,
    actor: &Actor,
    id: IncidentId,
    party: Option<PartyId>,
    answer: Answer,
) -> Result<(), String> {
    check_time(turn, answer.at)?;
    needs_words("hand-back", &answer.reason)?;
    let request = request_of(turn, id, party.as_ref())?;
    let Some(party) = turn.state.requests.get(&request).map(|request| request.party.clone()) else { return Ok(()) };
    let at = answer.at.unwrap_or(turn.now.wall);
    let ended = request::Change::Ended { request, state: RequestState::NotOurs };
    turn.record(ended, request::Reason::HandedBack);
    happened_at_party(turn, id, request, at, |party| What::HandedBack { party });
    let about = turn.state.requests.get(&request).and_then(|request| request.component.clone());
    let earlier = about.is_some_and(|component| correlate::is_behind(turn, id, &component));
    turn.edit(id, Edit::HandedBack(HandedBack { party, at, reason: answer.reason, earlier }), act_by(actor));
    let to = correlate::status_by_requests(turn, id);
    move_to(turn, actor, id, to);
    turn.touched.to_judge.insert(id);
    Ok(())
}

fn happened_at_party(turn: &mut Turn, id: IncidentId, request: RequestId, at: Timestamp, what: fn(String) -> What) {
    let party = turn.state.requests.get(&request).map(|request| turn.book.party_name(&request.party));
    if let Some(party) = party {
        turn.edit(id, Edit::happened(at, what(party)), Reason::OnRecord);
    }
}

pub(super) fn by_requests(turn: &mut Turn, id: IncidentId) {
    let to = correlate::status_by_requests(turn, id);
    let moves =
        turn.state.incidents.get(&id).is_some_and(|incident| {
            incident.status.name() != to.name() && incident.status.name() != StatusName::OnHold
        });
    if moves && to.name() != StatusName::Isolating {
        turn.edit(id, Edit::Status { to, at: turn.now.wall, by: None }, Reason::OnRecord);
    }
}
