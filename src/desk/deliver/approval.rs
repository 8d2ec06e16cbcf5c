//! 送信前承認: what the desk looks at before it leaves.
//!
//! Whether a message is held is decided once, when it is owed, by the rules in force and the hour at which it would leave. It
//! is held from the moment at which it could leave until somebody approves it, or until its limit; then it leaves by
//! itself, so that nobody is kept from hearing by a desk that looks elsewhere. Until then nothing counts on it: a vendor's
//! time for 受領 runs from when its request is let go, and nobody is reminded of a request that waits here.
//!
//! Never held: what goes to the desk itself; what a request says by the desk's own word; everything on trial (only the one
//! address reads it) and while the record cannot be written (nobody may be kept from hearing).

use super::by_hand::{known, useful};
use super::post::Post;
use crate::desk::ids::{OwedId, RequestId};
use crate::desk::letter::{By, facts_of};
use crate::desk::owed::{Change, Hold, LetGo, Owed, OwedState, Reason, Why, kind_of};
use crate::desk::state::{State, Wakeup};
use crate::desk::turn::Turn;
use crate::desk::{assign, notify, request};
use jiff::Timestamp;

/// Whether the rules want a message held.
pub(super) fn wanted(turn: &Turn, post: &Post) -> Option<Hold> {
    let (rules, matter) = (&turn.book.rules, &post.letter.matter);
    if post.party == rules.site.desk || rules.site.shadow.is_some() || turn.state.house.disk.unwritable.is_some() {
        return None;
    }
    let (kind, facts) = (kind_of(matter), facts_of(matter));
    let own_word = || facts.and_then(|facts| facts.verdict.as_ref()).is_some_and(|verdict| verdict.by == By::Desk);
    if matches!(kind, "request" | "inquiry") && (post.why == Why::Act || own_word()) {
        return None;
    }
    let leaves = post.not_before.map_or(turn.now.wall, |at| at.max(turn.now.wall));
    let open = turn.book.reception().is_open(leaves, &turn.book.zone);
    let severity = facts.map(|facts| facts.severity);
    let rule = rules.policy.approval.iter().find(|rule| rule.applies(kind, severity, &post.party, open))?;
    Some(Hold { limit: rule.limit, let_go: None })
}

/// Holds what is due and to be looked at, and shows it to the desk, in one notice.
pub(super) fn hold_due(turn: &mut Turn) {
    let is_pending = |row: &&Owed| matches!(row.state, OwedState::Waiting { .. }) && row.awaits_approval();
    let due = turn.state.agenda.due(turn.now).into_iter().filter_map(|wakeup| match wakeup {
        Wakeup::Owed(id) => turn.state.owed.get(&id).filter(is_pending).map(|row| row.id),
        _ => None,
    });
    let mut due: Vec<OwedId> = due.collect();
    due.sort();
    let mut held = Vec::new();
    for id in due {
        let Some(row) = turn.state.owed.get(&id) else { continue };
        if super::shadow::is_foreign(turn, row) {
            continue;
        }
        let limit = row.hold.as_ref().map(|hold| hold.limit).unwrap_or_default();
        let carried: Vec<RequestId> = row.carried().collect();
        // What takes the place of another that was held waits no longer than that one would have.
        let until = turn.now.elapsed + limit;
        let until = turn.touched.limits.get(&mail_of(row)).map_or(until, |nearer| until.min(*nearer));
        if turn.state.house.disk.unwritable.is_some() {
            let_go(turn, id, None, Reason::Unwritable);
        } else if until <= turn.now.elapsed {
            let_go(turn, id, None, Reason::LimitOver);
        } else {
            let left = until.since(turn.now.elapsed);
            let wall = turn.now.wall.saturating_add(left).unwrap_or(turn.now.wall);
            turn.record(Change::ForApproval { owed: id, until, wall }, Reason::ForApproval);
            for request in carried {
                wait(turn, request);
            }
            held.push(id);
        }
    }
    if !held.is_empty() {
        notify::held(turn, &held);
    }
}

/// Nobody is reminded of a request that has not left.
fn wait(turn: &mut Turn, request: RequestId) {
    let chases = |known: &&request::Request| known.chase_at.is_some() && known.state.open();
    if turn.state.requests.get(&request).filter(chases).is_some() {
        turn.record(request::Change::Postponed { request, next: None }, request::Reason::ForApproval);
    }
}

/// What was held against a row that takes its place is carried over.
pub(super) fn inherit(turn: &mut Turn, by: OwedId, earlier: OwedId) {
    let Some(row) = turn.state.owed.get(&earlier) else { return };
    let limit = match (&row.state, row.hold.as_ref().and_then(|hold| hold.let_go.as_ref())) {
        (OwedState::Held { until, .. }, _) => *until,
        // Its limit is over; what somebody approved says nothing of other words.
        (_, Some(LetGo { by: None, .. })) => turn.now.elapsed,
        _ => return,
    };
    let nearer = turn.touched.limits.entry(by).or_insert(limit);
    *nearer = limit.min(*nearer);
}

/// The limit of a held row is over: it leaves by itself.
pub(in crate::desk) fn limit_over(turn: &mut Turn, id: OwedId) {
    let over = |row: &&Owed| matches!(row.state, OwedState::Held { until, .. } if until <= turn.now.elapsed);
    let Some(row) = turn.state.owed.get(&id).filter(over) else { return };
    let asks: Vec<bool> =
        row.carried().filter_map(|id| turn.state.requests.get(&id)).map(|known| known.state.open()).collect();
    if !asks.is_empty() && !asks.contains(&true) {
        // What it asks for was settled meanwhile.
        return super::supersede(turn, id, &[id]);
    }
    let_go(turn, id, None, Reason::LimitOver);
}

/// The record cannot be written: what is held leaves.
pub(in crate::desk) fn let_all_go(turn: &mut Turn) {
    let held: Vec<OwedId> = turn.state.owed.values().filter(|row| row.is_held()).map(|row| row.id).collect();
    for id in held {
        let_go(turn, id, None, Reason::Unwritable);
    }
}

/// Somebody at the desk has looked at it: it leaves now, with its copies.
///
/// # Errors
/// Why it does not.
pub(in crate::desk) fn approve(turn: &mut Turn, id: OwedId, by: &str) -> Result<(), String> {
    let row = known(turn, id)?;
    match &row.state {
        OwedState::Held { .. } => {}
        OwedState::Waiting { .. } if row.awaits_approval() => {
            return Err(format!(
                "{id} waits for its hour; it is shown to the desk then, and can be approved from then on."
            ));
        }
        OwedState::Waiting { .. } | OwedState::Started { .. } | OwedState::Done { .. } => {
            return Err(match row.hold.as_ref().and_then(|hold| hold.let_go.as_ref()) {
                Some(LetGo { by: Some(by), .. }) => format!("{id} was approved already, by {by}."),
                Some(LetGo { by: None, .. }) => format!("{id} has left by itself, before anybody approved it."),
                None => format!("{id} is not held: it leaves by itself."),
            });
        }
        OwedState::Dead { .. } => {
            return Err(format!("{id} was given up; `outbox retry {id}` tries it again."));
        }
        OwedState::Superseded => return Err(format!("{id} does not leave: a later message says it better.")),
        OwedState::Dropped { by, .. } => return Err(format!("{id} was dropped, by {by}: it does not leave.")),
    }
    useful(turn, row)?;
    for id in held_with(turn, id) {
        let_go(turn, id, Some(by.to_owned()), Reason::Approved { by: by.to_owned() });
    }
    Ok(())
}

/// What is done to a held row is done to the mail and the copies that are held with it; any other row is alone.
pub(super) fn held_with(turn: &Turn, id: OwedId) -> Vec<OwedId> {
    let Some(row) = turn.state.owed.get(&id).filter(|row| row.is_held()) else { return vec![id] };
    let mail = mail_of(row);
    // A mail and its copies are owed in a row.
    let same = turn.state.owed.range(mail..).take_while(|(_, other)| mail_of(other) == mail).map(|(_, other)| other);
    same.filter(|other| other.is_held()).map(|other| other.id).collect()
}

/// The mail a row is a copy of; itself where it is none.
fn mail_of(row: &Owed) -> OwedId {
    if let Why::CopyOf(mail) = row.why { mail } else { row.id }
}

/// It need not wait for the desk any more. What it asks for counts from now.
pub(super) fn let_go(turn: &mut Turn, id: OwedId, by: Option<String>, reason: Reason) {
    let Some(row) = turn.state.owed.get(&id) else { return };
    let (now, carried): (_, Vec<RequestId>) = (turn.now, row.carried().collect());
    let deliver_by = now.elapsed + row.deliver_by.since(row.decided.elapsed);
    let is_copy = matches!(row.why, Why::CopyOf(_));
    let acknowledge_by = carried.into_iter().filter_map(|request| assign::let_go(turn, request, is_copy)).min();
    let let_go = LetGo { at: now.wall, by };
    turn.record(Change::LetGo { owed: id, let_go, at: now.elapsed, deliver_by, acknowledge_by }, reason);
}

/// Whether a request has not left because the desk is to look at it first.
pub(in crate::desk) fn is_request_held(state: &State, request: &request::Request) -> bool {
    held_row(state, request).is_some()
}

/// Until when a request has left that the desk is to look at first.
pub(in crate::desk) fn request_leaves_by(
    state: &State,
    now: Timestamp,
    request: &request::Request,
) -> Option<Timestamp> {
    let row = held_row(state, request)?;
    match (&row.state, &row.hold) {
        (OwedState::Held { wall, .. }, _) => Some(*wall),
        (_, Some(hold)) => row.not_before.unwrap_or(now).max(now).checked_add(hold.limit).ok(),
        (_, None) => None,
    }
}

fn held_row<'a>(state: &'a State, request: &request::Request) -> Option<&'a Owed> {
    let unsent = request.state == request::RequestState::Unsent;
    let mut rows = state.owed_of(request.incident).filter(|row| row.request == Some(request.id));
    rows.find(|row| unsent && row.awaits_approval())
}

/// Takes back the mail of a request that nobody has seen but the desk. Whether there was one.
pub(in crate::desk) fn take_back(turn: &mut Turn, id: RequestId) -> bool {
    let Some(request) = turn.state.requests.get(&id).filter(|request| is_request_held(turn.state, request)) else {
        return false;
    };
    let rows: Vec<OwedId> =
        turn.state.owed_of(request.incident).filter(|row| row.request == Some(id)).map(|row| row.id).collect();
    for row in rows {
        super::supersede(turn, row, &[row]);
    }
    true
}
