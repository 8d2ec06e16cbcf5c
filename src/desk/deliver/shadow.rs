//! On trial (試行, 並行稼働): every message goes to one address, and says to whom it would have gone.
//!
//! What is decided on trial is owed to that address from the start. What was decided in earnest before does not leave
//! while the trial lasts: it is held, visible and re-sendable afterwards. When the trial ends, what was asked and reported
//! on it counts as not asked and not reported, so that nobody is reminded of a request he never had; the desk gets a list.

use super::post::Post;
use crate::desk::ids::{ChannelId, IncidentId, OwedId, RequestId};
use crate::desk::incident::{Edit, Reason as IncidentReason, StatusName};
use crate::desk::letter::{Meant, MeantFor};
use crate::desk::owed::{Addressed, Change, Owed, OwedState, Reason, Why, Work};
use crate::desk::request::{self, Request, RequestState};
use crate::desk::turn::Turn;
use crate::desk::{assign, correlate, house, notify};
use jiff::Timestamp;

/// To whom a message would have gone.
pub(super) fn meant(post: &Post, mail: Option<&ChannelId>, copies: &[ChannelId]) -> Meant {
    let organization = &post.letter.to.organization;
    let to = post.to.iter().map(|known| MeantFor {
        organization: organization.clone(),
        name: known.name.clone(),
        address: known.address.clone(),
    });
    let mail = mail.filter(|_| !post.to.is_empty());
    Meant { to: to.collect(), channels: mail.into_iter().chain(copies).map(ToString::to_string).collect() }
}

/// The one reader of a message that has no party's contact.
pub(super) fn reader(address: &str) -> Addressed {
    Addressed { name: address.to_owned(), address: address.to_owned(), must_act: true, result: None }
}

/// Whether a row would reach somebody else than the one address although the desk is on trial.
pub(super) fn is_foreign(turn: &Turn, row: &Owed) -> bool {
    turn.book.rules.site.shadow.is_some()
        && match &row.work {
            // A dead desk is dead on trial, too.
            Work::Message { letter, .. } => letter.meant.is_none() && row.why != Why::Heartbeat,
            Work::WriteBack { .. } => true,
            Work::Ping { .. } | Work::Echoes { .. } | Work::Probe { .. } | Work::Evidence(_) => false,
        }
}

/// It was decided in earnest: it waits for a person.
pub(super) fn hold(turn: &mut Turn, id: OwedId) {
    let why = "decided in earnest, before the trial (mode = \"shadow\")".to_owned();
    turn.record(Change::Ended { owed: id, state: OwedState::Dead { at: turn.now.wall, why } }, Reason::OnTrial);
}

/// The rules in force say otherwise than before whether the desk is on trial: that is settled before anything else is done
/// under them.
pub(in crate::desk) fn switch(turn: &mut Turn) {
    let on = turn.book.rules.site.shadow.is_some();
    match (turn.state.house.shadow, on) {
        (None, true) => begins(turn),
        (Some(since), false) => ends(turn, since),
        (None, false) | (Some(_), true) => {}
    }
}

fn begins(turn: &mut Turn) {
    let since = Some(turn.now.wall);
    turn.record(house::Change::Shadow { since }, house::Reason::Configuration);
    let waits =
        |row: &&Owed| matches!(row.state, OwedState::Waiting { .. } | OwedState::Held { .. }) && is_foreign(turn, row);
    let held: Vec<OwedId> = turn.state.owed.values().filter(waits).map(|row| row.id).collect();
    for id in &held {
        hold(turn, *id);
    }
    notify::trial_begins(turn, held.len());
}

fn ends(turn: &mut Turn, since: Timestamp) {
    turn.record(house::Change::Shadow { since: None }, house::Reason::Configuration);
    let mut untold = Vec::new();
    for incident in turn.state.open.iter().copied().collect::<Vec<_>>() {
        if forget(turn, incident, since) {
            untold.push(incident);
        }
    }
    notify::trial_ends(turn, &untold);
}

/// What was asked and told on trial only counts as not asked and not told. Returns whether there was any.
fn forget(turn: &mut Turn, incident: IncidentId, since: Timestamp) -> bool {
    let requests: Vec<Request> =
        turn.state.requests_of(incident).filter(|request| request.state.open()).cloned().collect();
    let (tried, asked): (Vec<Request>, Vec<Request>) = requests.into_iter().partition(|one| one.asked >= since);
    for request in &tried {
        end(turn, request.id, request.closure.is_some());
    }
    // Whoever was asked in earnest before the trial is reminded again.
    for request in asked.iter().filter(|one| one.acknowledged.is_none() && one.started.is_none()) {
        let severity = turn.state.incidents.get(&incident).map_or(3, |known| known.severity_value());
        let next = Some(assign::next_chase(turn, &request.party, severity));
        turn.record(request::Change::Postponed { request: request.id, next }, request::Reason::TrialOver);
    }
    let Some(known) = turn.state.incidents.get(&incident).filter(|known| known.detected.wall >= since) else {
        return !tried.is_empty();
    };
    let (status, waits) = (known.status.name(), known.inquire_at.is_some());
    turn.edit(incident, Edit::OnlyTried, IncidentReason::TrialOver);
    if waits {
        turn.edit(incident, Edit::InquireAt(None), IncidentReason::TrialOver);
    }
    if matches!(status, StatusName::Requested | StatusName::InProgress) {
        let to = correlate::status_by_requests(turn, incident);
        if to.name() != status {
            turn.edit(incident, Edit::Status { to, at: turn.now.wall, by: None }, IncidentReason::TrialOver);
        }
    }
    if status.may_recover() {
        let desk = turn.book.rules.site.desk.clone();
        turn.edit(incident, Edit::Owner(desk), IncidentReason::TrialOver);
    }
    true
}

fn end(turn: &mut Turn, request: RequestId, closed: bool) {
    if closed {
        turn.record(request::Change::Closed { request, closure: None }, request::Reason::TrialOver);
    }
    let ended = request::Change::Ended { request, state: RequestState::Withdrawn };
    turn.record(ended, request::Reason::TrialOver);
}
