//! What each act changes.

use super::at_open;
use super::call;
use super::confirm::{Confirmed, confirm};
use super::covers;
use super::erase::erase;
use super::finish::{accept, restore};
use super::join;
use super::modify::{self, Step};
use super::open::{Call, open};
use super::outbox;
use super::record::{cancel, cause, looked, note, note_words, work_around};
use super::timely::untimely;
use super::vendor::{Answer, acknowledge, hand_back, start};
use super::{Act, Actor, Deed, Role, allowed, possible};
use crate::desk::ids::{IncidentId, Number, PartyId};
use crate::desk::incident::{Cause, Edit, Reason, Status, StatusName};
use crate::desk::letter::{By, What};
use crate::desk::rules::VerdictCode;
use crate::desk::turn::Turn;
use crate::desk::{Reply, assign, correlate, deliver, notify};
use jiff::Timestamp;

/// Carries out an act, or says why not. What is `on_record` was taken with the times it says.
pub(in crate::desk) fn perform(turn: &mut Turn, actor: Actor, act: Act, on_record: bool) -> Reply {
    if !on_record && let Err(why) = untimely(turn, &act) {
        return Reply::Refused(why);
    }
    if actor.role == Role::Auditor {
        return Reply::Refused("An auditor reads and changes nothing.".to_owned());
    }
    let result = match act {
        Act::Retry { owed } => return recorded(deliver::revive(turn, owed, &actor.name)),
        Act::Approve { owed } => return recorded(deliver::approve(turn, owed, &actor.name)),
        Act::Drop { owed, reason } => {
            return outbox::drop(turn, &actor, owed, reason).unwrap_or_else(Reply::Refused);
        }
        Act::Erase(asked) => return erase(turn, &actor, asked).unwrap_or_else(Reply::Refused),
        Act::Cover(act) => return covers::perform(turn, &actor, act).unwrap_or_else(Reply::Refused),
        Act::Register(told) => {
            return match modify::register(turn, &actor, told) {
                Ok(id) => Reply::Registered { name: id.to_string() },
                Err(why) => Reply::Refused(why),
            };
        }
        Act::Done { modification, at } => return recorded(modify::go_on(turn, &actor, modification, &Step::Done, at)),
        Act::RollBack { modification, at } => {
            return recorded(modify::go_on(turn, &actor, modification, &Step::RolledBack, at));
        }
        Act::Open { summary, component, detected_by, occurred, severity, separate } => {
            let call = Call { summary, component, detected_by, occurred, severity, separate };
            return match open(turn, &actor, call) {
                Ok(incident) => opened(turn, incident),
                Err(why) => Reply::Refused(why),
            };
        }
        Act::On { incident, deed } => on(turn, &actor, &incident, deed),
    };
    match result {
        Ok(incident) => done(turn, incident),
        Err(why) => Reply::Refused(why),
    }
}

fn recorded(result: Result<(), String>) -> Reply {
    match result {
        Ok(()) => Reply::Recorded,
        Err(why) => Reply::Refused(why),
    }
}

fn done(turn: &Turn, incident: IncidentId) -> Reply {
    match turn.state.incidents.get(&incident) {
        Some(known) => Reply::Done { incident: known.name(), status: known.status.name(), at_open: None },
        None => Reply::Recorded,
    }
}

fn opened(turn: &Turn, id: IncidentId) -> Reply {
    match done(turn, id) {
        Reply::Done { incident, status, .. } => {
            Reply::Done { incident, status, at_open: at_open::of(turn, id).map(Box::new) }
        }
        other => other,
    }
}

fn on(turn: &mut Turn, actor: &Actor, name: &str, deed: Deed) -> Result<IncidentId, String> {
    let id = known(turn, name)?;
    let status = turn.state.incidents.get(&id).map(|incident| incident.status.name()).unwrap_or(StatusName::Closed);
    let leads = allowed(deed.name(), status)
        .map_err(|why| format!("{} is not possible for {name}: {why}. {}", deed.name().as_str(), possible(status)))?;
    let awaited = awaits_a_verdict(turn, id);
    match deed {
        Deed::Confirm { verdict, parties, severity, data, because } => {
            let parties = parties.iter().map(|party| named(turn, party)).collect::<Result<_, _>>()?;
            confirm(turn, actor, id, status, Confirmed { verdict, parties, severity, data, because })?;
        }
        Deed::Acknowledge { party, at } => {
            let party = party.map(|party| named(turn, &party)).transpose()?;
            acknowledge(turn, id, party, at, leads)?;
        }
        Deed::Start { party, at } => {
            let party = party.map(|party| named(turn, &party)).transpose()?;
            start(turn, actor, id, party, at, leads)?;
        }
        Deed::Called { party, contact, result, at } => {
            let party = named(turn, &party)?;
            call::called(turn, actor, id, party, call::Made { contact, result, at })?;
        }
        Deed::Note { text } => note(turn, id, text)?,
        Deed::Verify => correlate::verify(turn, id, Some(actor.name.clone()), act_by(actor)),
        Deed::Restore { check, usable, treatment } => restore(turn, actor, id, check, usable, treatment)?,
        Deed::Reopen { reason } => {
            needs_words("reopen", &reason)?;
            let reopened = What::Reopened { reason };
            correlate::resume(turn, id, Some(actor.name.clone()), reopened, act_by(actor));
        }
        Deed::Submit => move_to(turn, actor, id, Status::AwaitingAcceptance),
        Deed::Accept { name, at } => accept(turn, actor, id, status, name, at)?,
        Deed::Hold { reason } => {
            needs_words("hold", &reason)?;
            note_words(turn, id, reason.clone());
            assign::hold(turn, id, Some(actor.name.clone()), act_by(actor), Some(reason));
        }
        Deed::Resume { decision } => {
            needs_words("resume", &decision)?;
            turn.edit(id, Edit::happened(turn.now.wall, What::Resumed { decision }), Reason::OnRecord);
            let to = correlate::status_by_requests(turn, id);
            move_to(turn, actor, id, to);
            let verdict = turn.state.incidents.get(&id).and_then(|known| known.verdict()).map(|verdict| verdict.code);
            let asks = matches!(verdict, Some(VerdictCode::Single | VerdictCode::Multi));
            if verdict.is_none() {
                // It was put on hold before anybody had decided what it is.
                turn.touched.to_judge.insert(id);
            } else if asks && turn.state.requests_of(id).next().is_none() {
                // It was put on hold before anybody was asked.
                turn.touched.judged.insert(id);
            }
        }
        Deed::Cancel { reason, kind } => cancel(turn, actor, id, reason, kind)?,
        Deed::HandBack { party, reason, at } => {
            let party = party.map(|party| named(turn, &party)).transpose()?;
            hand_back(turn, actor, id, party, Answer { reason, at })?;
        }
        Deed::WorkAround { text, at } => work_around(turn, actor, id, text, at)?,
        Deed::Looked { findings, at } => looked(turn, actor, id, findings, at)?,
        Deed::Cause { class, direct, root, contract } => {
            let by = actor.name.clone();
            cause(turn, actor, id, Cause { class, direct, root, contract, by, at: turn.now.wall })?;
        }
        Deed::Merge { into, reason } => {
            let into = known(turn, &into)?;
            join::merge(turn, actor, id, into, reason)?;
        }
        Deed::Split { places, reason } => return join::split(turn, actor, id, &places, reason),
        Deed::Link { to, recurrence } => {
            let to = known(turn, &to)?;
            join::link(turn, actor, id, to, recurrence)?;
        }
        Deed::Assign { party, ask } => {
            let party = named(turn, &party)?;
            // What was asked of it already and reached nobody is tried again, wherever the configuration says now.
            for row in deliver::lost_requests(turn.state, id, &party, ask) {
                deliver::revive(turn, row, &actor.name)?;
            }
            assign::ask_party(turn, id, &party, ask, By::Desk);
            notify::phone_note(turn, id, false);
        }
    }
    let goes_on = |status: StatusName| {
        matches!(status, StatusName::Requested | StatusName::InProgress | StatusName::WorkedAround)
    };
    if awaited && turn.state.incidents.get(&id).is_some_and(|known| goes_on(known.status.name())) {
        // Nothing waits any more for what was to be learnt: who is asked and who is told follows from what is known now.
        turn.touched.to_judge.insert(id);
    }
    turn.touched.news.insert(id);
    Ok(id)
}

/// Whether it was taken in and nobody has decided yet what it is.
fn awaits_a_verdict(turn: &Turn, id: IncidentId) -> bool {
    let known = turn.state.incidents.get(&id);
    known.is_some_and(|known| {
        matches!(known.status, Status::Accepted | Status::Isolating { until: Some(_) }) && known.verdict().is_none()
    })
}

/// The party somebody means: by its id in the configuration, or by the name the mails show.
pub(super) fn named(turn: &Turn, party: &PartyId) -> Result<PartyId, String> {
    let parties = &turn.book.rules.parties;
    if parties.contains_key(party) {
        return Ok(party.clone());
    }
    // Whoever was asked may have gone from the configuration, or got another id in it: its answer counts all the same.
    if turn.state.requests.values().any(|request| request.party == *party && request.state.open()) {
        return Ok(party.clone());
    }
    let by_name = parties.iter().find(|(_, known)| known.name == party.as_str());
    by_name.map(|(id, _)| id.clone()).ok_or_else(|| {
        let known: Vec<&str> = parties.keys().map(PartyId::as_str).collect();
        format!("There is no party `{party}`. Known: {}.", known.join(", "))
    })
}

fn known(turn: &Turn, name: &str) -> Result<IncidentId, String> {
    known_or_archived(turn, name)?.ok_or_else(|| {
        format!("{name} is archived: it can be read (`kiriwake incident show {name}`), but is changed no more.")
    })
}

/// The incident called `name`; `None` where it is archived.
pub(super) fn known_or_archived(turn: &Turn, name: &str) -> Result<Option<IncidentId>, String> {
    match find(turn, name) {
        None if !was_given(turn, name) => {
            Err(format!("There is no incident {name}. `kiriwake incident list` shows them."))
        }
        found => Ok(found),
    }
}

/// Whether `name` was once given to an incident: then it has left the desk's memory.
fn was_given(turn: &Turn, name: &str) -> bool {
    let counters = &turn.state.counters;
    match name.strip_prefix("I-").map(str::parse) {
        Some(Ok(id)) => (1..=counters.incident).contains(&id),
        Some(Err(_)) => false,
        None => Number(name.to_owned())
            .parts()
            .is_some_and(|(date, nth)| nth >= 1 && counters.numbers.get(&date).is_some_and(|last| nth <= *last)),
    }
}

pub(super) fn find(turn: &Turn, name: &str) -> Option<IncidentId> {
    let by_number = turn.state.by_number.get(&Number(name.to_owned())).copied();
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

/// A time as people at the desk read it, in the zone of the site.
pub(super) fn said(turn: &Turn, at: Timestamp) -> String {
    at.to_zoned(turn.book.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
}

pub(super) fn check_time(turn: &Turn, at: Option<Timestamp>) -> Result<(), String> {
    match at {
        Some(at) if at > turn.now.wall => Err(format!("{} lies in the future.", said(turn, at))),
        Some(_) | None => Ok(()),
    }
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
