//! What belongs together by the desk's word: 統合, splitting, links.

use super::Actor;
use super::perform::{act_by, move_to, needs_words};
use super::record::note_words;
use super::vendor::by_requests;
use crate::desk::alert::{self, Standing};
use crate::desk::book::Book;
use crate::desk::ids::{AlertId, IncidentId, RequestId};
use crate::desk::incident::{Edit, Incident, Link, Reason, Status, StatusName};
use crate::desk::letter::{Ask, What};
use crate::desk::request::{self, Request, RequestState};
use crate::desk::turn::Turn;
use crate::desk::words::Words;
use crate::desk::{correlate, isolate, notify};
use std::collections::BTreeSet;

/// 統合: the alerts go to `into`, whose verdict is decided anew; whoever was told of `id` hears the number it goes on under.
pub(super) fn merge(
    turn: &mut Turn,
    actor: &Actor,
    id: IncidentId,
    into: IncidentId,
    reason: Words,
) -> Result<(), String> {
    needs_words("merge", &reason)?;
    let name = |turn: &Turn, id: IncidentId| turn.state.incidents.get(&id).map(Incident::name).unwrap_or_default();
    if id == into {
        return Err(format!("{} cannot be merged into itself.", name(turn, id)));
    }
    let Some(target) = turn.state.incidents.get(&into) else { return Ok(()) };
    let status = target.status.name();
    let Some(number) = target.number.clone().filter(|_| status.may_recover() || status == StatusName::Verifying) else {
        return Err(format!(
            "{} is {}: what is merged must go on in an open incident. `reopen` it first, or merge it the other way round.",
            name(turn, into),
            status.as_str()
        ));
    };
    note_words(turn, id, reason);
    let members: Vec<AlertId> = turn.state.members_of(id).map(|alert| alert.id).collect();
    let alerts = members.len();
    for alert in members {
        turn.record(alert::Change::Stands { alert, standing: Standing::Member(into) }, alert::Reason::Act);
    }
    let open: Vec<RequestId> =
        turn.state.requests_of(id).filter(|request| request.state.open()).map(|request| request.id).collect();
    turn.edit(id, Edit::Linked { link: Link::MergedInto, other: into }, act_by(actor));
    turn.edit(into, Edit::Linked { link: Link::Merged, other: id }, act_by(actor));
    let offices = turn.state.incidents.get(&id).map(|known| known.reporting.offices.clone()).unwrap_or_default();
    if !offices.is_empty() {
        turn.edit(into, Edit::AlsoTell(offices), act_by(actor));
    }
    let told = turn.state.incidents.get(&id).map(|known| known.told.clone()).unwrap_or_default();
    for told in told {
        correlate::told(turn, into, told, act_by(actor));
    }
    let merged = What::Merged { number: name(turn, id), alerts };
    turn.edit(into, Edit::happened(turn.now.wall, merged), Reason::OnRecord);
    correlate::reframe(turn, into);
    let mut kept = Vec::new();
    for request in &open {
        if carry_over(turn, *request, into) {
            kept.push(*request);
        }
        let ended = request::Change::Ended { request: *request, state: RequestState::Withdrawn };
        turn.record(ended, request::Reason::Merged);
    }
    move_to(turn, actor, id, Status::Merged);
    notify::merged(turn, id, &open, &kept, &number);
    if !kept.is_empty() {
        by_requests(turn, into);
    }
    // Whoever was asked under either number has been asked as its own part was; that they are one now rings no phone.
    correlate::grade(turn, into);
    turn.touched.raised.remove(&into);
    turn.touched.stirred.insert(into);
    turn.touched.to_judge.insert(into);
    turn.touched.unmarked(into);
    turn.touched.news.insert(into);
    Ok(())
}

/// What a vendor was asked whose part still fails, or that the desk said is to be asked, goes on under the number `into` as it
/// is: with 受領 and 着手, and the hours agreed. Returns whether the vendor need not be asked anew.
fn carry_over(turn: &mut Turn, request: RequestId, into: IncidentId) -> bool {
    let Some(known) = turn.state.requests.get(&request).cloned() else { return false };
    // Nobody has read yet what has not left: then the new number asks.
    if known.state == RequestState::Unsent {
        return false;
    }
    let kept = isolate::several::kept_by_vendors(turn, into);
    if !known.ordered && !kept.iter().any(|(_, party, _)| *party == known.party) {
        return false;
    }
    let same = |other: &&Request| other.party == known.party && other.state.open();
    let asked = turn.state.requests_of(into).find(same).map(|other| (other.id, other.state, other.ask));
    match asked {
        Some((other, state, ask)) if ask == known.ask || ask == Ask::Repair => {
            // What was answered to the one is an answer to the other.
            if let Some(at) = known.acknowledged.filter(|_| state < RequestState::Acknowledged) {
                turn.record(request::Change::Acknowledged { request: other, at }, request::Reason::Merged);
            }
            if let Some(at) = known.started.filter(|_| state < RequestState::Started) {
                turn.record(request::Change::Started { request: other, at }, request::Reason::Merged);
            }
        }
        Some(_) | None => {
            let id = turn.next_request();
            let request = Request { id, incident: into, ..known };
            turn.record(request::Change::Decided(Box::new(request)), request::Reason::Merged);
        }
    }
    true
}

/// Alerts of the named components or hosts become an incident of their own; both verdicts are decided anew.
pub(super) fn split(
    turn: &mut Turn,
    actor: &Actor,
    id: IncidentId,
    places: &[String],
    reason: Words,
) -> Result<IncidentId, String> {
    needs_words("split", &reason)?;
    let named = |alert: &alert::Alert| {
        let component = alert.component.as_ref().map(|component| component.as_str());
        places.iter().any(|place| *place == alert.problem.host || Some(place.as_str()) == component)
    };
    let (go, stay): (Vec<_>, Vec<_>) = turn.state.members_of(id).partition(|alert| named(alert));
    let Some(known) = turn.state.incidents.get(&id) else { return Ok(id) };
    if go.is_empty() {
        return Err(format!("No alert of {} is at {}.", known.name(), places.join(", ")));
    }
    if stay.is_empty() {
        return Err(format!("All alerts of {} are at {}: nothing would stay.", known.name(), places.join(", ")));
    }
    let about: BTreeSet<String> = go.iter().map(|alert| name_of(turn.book, alert)).collect();
    let go: Vec<AlertId> = go.into_iter().map(|alert| alert.id).collect();
    let status = Status::Detected { until: turn.now.elapsed };
    let mut part = Incident::new(turn.next_incident(), known.detected, status, known.detected_by);
    part.pings.clone_from(&known.pings);
    part.links.insert((Link::SplitFrom, id));
    let new = part.id;
    turn.edit(new, Edit::Opened(Box::new(part)), act_by(actor));
    turn.edit(id, Edit::Linked { link: Link::Split, other: new }, act_by(actor));
    for alert in go {
        turn.record(alert::Change::Stands { alert, standing: Standing::Member(new) }, alert::Reason::Act);
    }
    correlate::reframe(turn, new);
    correlate::grade(turn, new);
    correlate::accept(turn, new, act_by(actor));
    let number = turn.state.incidents.get(&new).map(Incident::name).unwrap_or_default();
    let parted = What::SplitOff { number, about: about.into_iter().collect(), reason };
    turn.edit(id, Edit::happened(turn.now.wall, parted), Reason::OnRecord);
    // Whoever reads of the one may have read of the other under its number.
    link(turn, actor, id, new, false)?;
    correlate::reframe(turn, id);
    turn.touched.stirred.insert(id);
    turn.touched.to_judge.insert(id);
    turn.touched.parted.insert(id);
    turn.touched.news.insert(id);
    Ok(new)
}

/// What an alert is about, by the name people know.
fn name_of(book: &Book, alert: &alert::Alert) -> String {
    let host = || alert.problem.host_name.to_string();
    alert.component.as_ref().map_or_else(host, |component| book.component_name(component))
}

/// Two incidents belong together without being one.
pub(super) fn link(
    turn: &mut Turn,
    actor: &Actor,
    id: IncidentId,
    to: IncidentId,
    recurrence: bool,
) -> Result<(), String> {
    if id == to {
        return Err("An incident is not linked to itself.".to_owned());
    }
    let (here, there) =
        if recurrence { (Link::RecurrenceOf, Link::Recurrence) } else { (Link::Related, Link::Related) };
    turn.edit(id, Edit::Linked { link: here, other: to }, act_by(actor));
    turn.edit(to, Edit::Linked { link: there, other: id }, act_by(actor));
    Ok(())
}
