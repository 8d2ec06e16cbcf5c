//! What each act changes.

use super::confirm::{Confirmed, confirm};
use super::covers;
use super::finish::{accept, restore};
use super::{Act, Actor, Deed, Leads, Role, allowed, possible};
use crate::desk::ids::{ComponentId, IncidentId, PartyId, RequestId};
use crate::desk::incident::{Edit, HandedBack, Incident, Reason, Severity, Status, StatusName};
use crate::desk::letter::{By, DetectedBy, OccurredMark, What};
use crate::desk::request::{self, RequestState};
use crate::desk::turn::Turn;
use crate::desk::{Reply, assign, correlate, deliver, notify};
use jiff::Timestamp;

/// Carries out an act, or says why not.
pub(in crate::desk) fn perform(turn: &mut Turn, actor: Actor, act: Act) -> Reply {
    if actor.role == Role::Auditor {
        return Reply::Refused("An auditor reads and changes nothing.".to_owned());
    }
    let result = match act {
        Act::Retry { owed } => {
            return match deliver::revive(turn, owed, &actor.name) {
                Ok(()) => Reply::Recorded,
                Err(why) => Reply::Refused(why),
            };
        }
        Act::Cover(act) => return covers::perform(turn, &actor, act).unwrap_or_else(Reply::Refused),
        Act::Open { summary, component, detected_by, occurred, severity } => {
            open(turn, &actor, Call { summary, component, detected_by, occurred, severity })
        }
        Act::On { incident, deed } => on(turn, &actor, &incident, deed),
    };
    match result {
        Ok(incident) => done(turn, incident),
        Err(why) => Reply::Refused(why),
    }
}

fn done(turn: &Turn, incident: IncidentId) -> Reply {
    match turn.state.incidents.get(&incident) {
        Some(known) => Reply::Done { incident: known.name(), status: known.status.name() },
        None => Reply::Recorded,
    }
}

struct Call {
    summary: String,
    component: Option<ComponentId>,
    detected_by: DetectedBy,
    occurred: Option<Timestamp>,
    severity: Option<u8>,
}

/// 起票: a call at the desk gets its number at once and is isolated like an alert.
fn open(turn: &mut Turn, actor: &Actor, call: Call) -> Result<IncidentId, String> {
    let now = turn.now;
    if call.summary.trim().is_empty() {
        return Err("Say what is wrong: the summary is empty.".to_owned());
    }
    if let Some(component) = &call.component
        && !turn.book.rules.components.contains_key(component)
    {
        return Err(format!("There is no component `{component}` in the configuration."));
    }
    check_severity(call.severity)?;
    check_time(call.occurred, now.wall)?;
    let id = turn.next_incident();
    let mut incident = Incident::new(id, now, Status::Detected { until: now.elapsed }, call.detected_by);
    incident.occurred = call.occurred.unwrap_or(now.wall);
    incident.occurred_mark = if call.occurred.is_some() { OccurredMark::Reported } else { OccurredMark::Estimated };
    incident.summary = call.summary;
    incident.root = call.component;
    turn.edit(id, Edit::Opened(Box::new(incident)), Reason::Call);
    if let Some(value) = call.severity {
        let severity = Severity { value, by: By::Desk, why: format!("set by {}", actor.name) };
        turn.edit(id, Edit::Severity(severity), act_by(actor));
    } else {
        correlate::grade(turn, id, None);
    }
    correlate::accept(turn, id, Reason::Call);
    Ok(id)
}

fn on(turn: &mut Turn, actor: &Actor, name: &str, deed: Deed) -> Result<IncidentId, String> {
    let id =
        find(turn, name).ok_or_else(|| format!("There is no incident {name}. `kiriwake incident list` shows them."))?;
    let status = turn.state.incidents.get(&id).map(|incident| incident.status.name()).unwrap_or(StatusName::Closed);
    let leads = allowed(deed.name(), status)
        .map_err(|why| format!("{} is not possible for {name}: {why}. {}", deed.name().as_str(), possible(status)))?;
    match deed {
        Deed::Confirm { verdict, parties, severity, because } => {
            let parties = parties.iter().map(|party| named(turn, party)).collect::<Result<_, _>>()?;
            confirm(turn, actor, id, status, Confirmed { verdict, parties, severity, because })?;
        }
        Deed::Acknowledge { party, at } => {
            let party = party.map(|party| named(turn, &party)).transpose()?;
            acknowledge(turn, id, party, at, leads)?;
        }
        Deed::Start { party, at } => {
            let party = party.map(|party| named(turn, &party)).transpose()?;
            start(turn, actor, id, party, at, leads)?;
        }
        Deed::Note { text } => note(turn, id, text)?,
        Deed::Verify => correlate::verify(turn, id, Some(actor.name.clone()), act_by(actor)),
        Deed::Restore { check, usable, treatment } => restore(turn, actor, id, check, usable, treatment)?,
        Deed::Reopen { reason } => {
            needs_words("reopen", &reason)?;
            note_words(turn, id, reason);
            correlate::resume(turn, id, Some(actor.name.clone()), act_by(actor));
        }
        Deed::Submit => move_to(turn, actor, id, Status::AwaitingAcceptance),
        Deed::Accept { name, at } => accept(turn, actor, id, status, name, at)?,
        Deed::Hold { reason } => {
            needs_words("hold", &reason)?;
            note_words(turn, id, reason);
            assign::hold(turn, id, Some(actor.name.clone()), act_by(actor));
        }
        Deed::Resume { decision } => {
            needs_words("resume", &decision)?;
            note_words(turn, id, decision);
            let to = correlate::status_by_requests(turn, id);
            move_to(turn, actor, id, to);
        }
        Deed::Cancel { reason } => cancel(turn, actor, id, reason)?,
        Deed::HandBack { party, reason, at } => {
            let party = party.map(|party| named(turn, &party)).transpose()?;
            hand_back(turn, actor, id, party, Answer { reason, at })?;
        }
        Deed::Assign { party, ask } => {
            let party = named(turn, &party)?;
            assign::ask_party(turn, id, &party, ask, By::Desk);
            notify::phone_note(turn, id, false);
        }
    }
    turn.touched.news.insert(id);
    Ok(id)
}

/// The party somebody means: by its id in the configuration, or by the name the mails show.
pub(super) fn named(turn: &Turn, party: &PartyId) -> Result<PartyId, String> {
    let parties = &turn.book.rules.parties;
    if parties.contains_key(party) {
        return Ok(party.clone());
    }
    let by_name = parties.iter().find(|(_, known)| known.name == party.as_str());
    by_name.map(|(id, _)| id.clone()).ok_or_else(|| {
        let known: Vec<&str> = parties.keys().map(PartyId::as_str).collect();
        format!("There is no party `{party}`. Known: {}.", known.join(", "))
    })
}

fn find(turn: &Turn, name: &str) -> Option<IncidentId> {
    let by_number = turn.state.by_number.get(&crate::desk::ids::Number(name.to_owned())).copied();
    by_number.or_else(|| {
        let id = IncidentId(name.strip_prefix("I-")?.parse().ok()?);
        turn.state.incidents.contains_key(&id).then_some(id)
    })
}

pub(super) fn act_by(actor: &Actor) -> Reason {
    Reason::Act { by: actor.name.clone() }
}

pub(super) fn move_to(turn: &mut Turn, actor: &Actor, id: IncidentId, to: Status) {
    if turn.state.incidents.get(&id).is_some_and(|incident| incident.status == to) {
        return;
    }
    let edit = Edit::Status { to, at: turn.now.wall, by: Some(actor.name.clone()) };
    turn.edit(id, edit, act_by(actor));
}

pub(super) fn needs_words(deed: &str, words: &str) -> Result<(), String> {
    if words.trim().is_empty() { Err(format!("`{deed}` needs a reason in words.")) } else { Ok(()) }
}

pub(super) fn check_severity(severity: Option<u8>) -> Result<(), String> {
    match severity {
        Some(value) if !(1..=4).contains(&value) => Err(format!("Severity is 1 (gravest) to 4, not {value}.")),
        Some(_) | None => Ok(()),
    }
}

pub(super) fn check_time(at: Option<Timestamp>, now: Timestamp) -> Result<(), String> {
    match at {
        Some(at) if at > now => Err(format!("{at} lies in the future.")),
        Some(_) | None => Ok(()),
    }
}

fn note_words(turn: &mut Turn, id: IncidentId, text: String) {
    turn.edit(id, Edit::happened(turn.now.wall, What::Note { text }), Reason::OnRecord);
}

fn note(turn: &mut Turn, id: IncidentId, text: String) -> Result<(), String> {
    needs_words("note", &text)?;
    note_words(turn, id, text);
    Ok(())
}

/// The open request to `party`, or the only open one.
fn request_of(turn: &Turn, id: IncidentId, party: Option<&PartyId>) -> Result<RequestId, String> {
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

fn acknowledge(
    turn: &mut Turn,
    id: IncidentId,
    party: Option<PartyId>,
    at: Option<Timestamp>,
    leads: Leads,
) -> Result<(), String> {
    check_time(at, turn.now.wall)?;
    let request = request_of(turn, id, party.as_ref())?;
    let at = at.unwrap_or(turn.now.wall);
    turn.record(request::Change::Acknowledged { request, at }, request::Reason::Act);
    happened_at_party(turn, id, request, at, |party| What::Acknowledged { party });
    if leads == Leads::ByRequests {
        by_requests(turn, id);
    }
    Ok(())
}

fn start(
    turn: &mut Turn,
    actor: &Actor,
    id: IncidentId,
    party: Option<PartyId>,
    at: Option<Timestamp>,
    leads: Leads,
) -> Result<(), String> {
    check_time(at, turn.now.wall)?;
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
struct Answer {
    reason: String,
    at: Option<Timestamp>,
}

/// 範囲外の回答: the request ends, and the verdict is decided anew with that fact. Also the desk's own verdict is open
/// again when the party it named says no.
fn hand_back(
    turn: &mut Turn,
    actor: &Actor,
    id: IncidentId,
    party: Option<PartyId>,
    answer: Answer,
) -> Result<(), String> {
    check_time(answer.at, turn.now.wall)?;
    needs_words("hand-back", &answer.reason)?;
    let request = request_of(turn, id, party.as_ref())?;
    let Some(party) = turn.state.requests.get(&request).map(|request| request.party.clone()) else { return Ok(()) };
    let at = answer.at.unwrap_or(turn.now.wall);
    let ended = request::Change::Ended { request, state: RequestState::NotOurs };
    turn.record(ended, request::Reason::HandedBack);
    happened_at_party(turn, id, request, at, |party| What::HandedBack { party });
    turn.edit(id, Edit::HandedBack(HandedBack { party, at, reason: answer.reason }), act_by(actor));
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

fn by_requests(turn: &mut Turn, id: IncidentId) {
    let to = correlate::status_by_requests(turn, id);
    let moves =
        turn.state.incidents.get(&id).is_some_and(|incident| {
            incident.status.name() != to.name() && incident.status.name() != StatusName::OnHold
        });
    if moves && to.name() != StatusName::Isolating {
        turn.edit(id, Edit::Status { to, at: turn.now.wall, by: None }, Reason::OnRecord);
    }
}

/// 取消: requests are taken back in words, the number stays.
fn cancel(turn: &mut Turn, actor: &Actor, id: IncidentId, reason: String) -> Result<(), String> {
    needs_words("cancel", &reason)?;
    note_words(turn, id, reason);
    let open: Vec<RequestId> =
        turn.state.requests_of(id).filter(|request| request.state.open()).map(|request| request.id).collect();
    for request in open {
        assign::withdraw(turn, request);
    }
    move_to(turn, actor, id, Status::Cancelled);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::DeedName;
    use super::*;

    #[test]
    fn every_deed_has_an_answer_in_every_state() {
        let mut answers = 0;
        for deed in DeedName::ALL {
            for status in StatusName::ALL {
                match allowed(deed, status) {
                    Ok(_) => answers += 1,
                    Err(why) => assert!(!why.is_empty(), "{deed:?} in {status:?}"),
                }
            }
        }
        assert!(answers > DeedName::ALL.len());
    }
}
