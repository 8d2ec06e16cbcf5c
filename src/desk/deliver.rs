//! Deliver: the outbox. When an attempt is made, what its outcome means, which path comes next.
//!
//! A stage, the last. A worker does one attempt and brings back a fact; retry, paths and giving up are decided here, so
//! that they are simulated like everything else. Every started attempt is on record before anything leaves (P3).

use super::ids::{ChannelId, IncidentId, OwedId, PartyId, RequestId};
use super::letter::{Letter, Notice};
use super::now::Elapsed;
use super::outcome::{Delivery, Outcome, Refused, WriteBack};
use super::owed::{Addressed, Change, Owed, OwedState, Reason, Why, Work};
use super::request;
use super::rules::Carries;
use super::state::Wakeup;
use super::turn::Turn;
use super::{isolate, notify};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::time::Duration;

/// Attempts under way per destination.
const IN_FLIGHT: i64 = 4;
/// A mail is worth sending this long.
const MAIL_LIFE: Duration = Duration::from_secs(48 * 3600);
/// A copy on a webhook is worth sending this long.
const COPY_LIFE: Duration = Duration::from_secs(24 * 3600);
/// A ping is evidence only while isolation waits.
const PING_LIFE: Duration = Duration::from_secs(60);

/// Pauses after a failed attempt, then the last one again and again. Source: RELIABILITY §3.5 (mail: greylisting first).
const MAIL_PAUSES: [u64; 4] = [60, 5 * 60, 15 * 60, 30 * 60];
const COPY_PAUSES: [u64; 7] = [5, 30, 2 * 60, 5 * 60, 15 * 60, 30 * 60, 3600];
/// A destination fault is repaired by a person: no hurry, and no locked account.
const REPAIR_PAUSE: u64 = 30 * 60;
/// The longest `Retry-After` that is obeyed.
const LONGEST_AFTER: Duration = Duration::from_secs(3600);

/// A message to be sent.
pub(super) struct Post {
    pub(super) incident: Option<IncidentId>,
    pub(super) request: Option<RequestId>,
    pub(super) party: PartyId,
    pub(super) to: Vec<Addressed>,
    pub(super) letter: Letter,
    pub(super) not_before: Option<Timestamp>,
    pub(super) critical: bool,
    pub(super) deliver_by: Duration,
    pub(super) why: Why,
}

/// Owes a message over the usual path, and a copy on every channel that belongs to the party.
pub(super) fn post(turn: &mut Turn, post: Post) -> Option<OwedId> {
    let thread = thread(turn, post.incident, &post.party);
    let mail = turn
        .book
        .rules
        .channels
        .iter()
        .find(|channel| channel.carries == Carries::Mail)
        .map(|channel| channel.id.clone());
    let row = |turn: &mut Turn, channel: ChannelId, addresses: Vec<Addressed>, life, why| {
        let party = post.party.clone();
        let letter = Box::new(post.letter.clone());
        let work = Work::Message { party, channel, addresses, thread: thread.clone(), letter };
        let mut owed = blank(turn, post.incident, work, why);
        owed.request = post.request;
        owed.not_before = post.not_before.filter(|at| *at > turn.now.wall);
        owed.critical = post.critical;
        owed.deliver_by = turn.now.elapsed + post.deliver_by;
        let waits = owed.not_before.map(|at| at.duration_since(turn.now.wall).unsigned_abs()).unwrap_or_default();
        owed.give_up = turn.now.elapsed + waits + life;
        let id = owed.id;
        let why = owed.why.clone();
        turn.record(Change::Owed(Box::new(owed)), Reason::Because(why));
        id
    };
    let first = match mail {
        Some(channel) if !post.to.is_empty() => Some(row(turn, channel, post.to.clone(), MAIL_LIFE, post.why.clone())),
        _ => None,
    };
    let copies: Vec<ChannelId> = turn
        .book
        .rules
        .channels
        .iter()
        .filter(|channel| matches!(&channel.carries, Carries::CopiesFor { party } if *party == post.party))
        .map(|channel| channel.id.clone())
        .collect();
    for channel in copies {
        let address =
            Addressed { name: channel.to_string(), address: channel.to_string(), must_act: false, result: None };
        let why = first.map_or_else(|| post.why.clone(), Why::CopyOf);
        row(turn, channel, vec![address], COPY_LIFE, why);
    }
    first
}

/// Owes a ping or a write-back.
pub(super) fn owe(turn: &mut Turn, incident: Option<IncidentId>, work: Work, why: Why) {
    let life = if matches!(work, Work::Ping { .. }) { PING_LIFE } else { COPY_LIFE };
    let mut owed = blank(turn, incident, work, why.clone());
    owed.give_up = turn.now.elapsed + life;
    turn.record(Change::Owed(Box::new(owed)), Reason::Because(why));
}

fn blank(turn: &Turn, incident: Option<IncidentId>, work: Work, why: Why) -> Owed {
    let id = turn.next_owed();
    let now = turn.now.elapsed;
    Owed {
        id,
        key: key(turn, id, incident, &work),
        incident,
        request: None,
        why,
        work,
        decided: turn.now,
        not_before: None,
        critical: false,
        deliver_by: now + MAIL_LIFE,
        give_up: now + MAIL_LIFE,
        attempts: 0,
        failures: 0,
        unknowns: 0,
        state: OwedState::Waiting { at: now },
    }
}

/// The identity all copies of a row carry: SHA-256 of the store, its epoch (counters repeat after a restore), the row,
/// and what it is about.
fn key(turn: &Turn, id: OwedId, incident: Option<IncidentId>, work: &Work) -> String {
    let mut hash = Sha256::new();
    let house = &turn.state.house;
    let about = match work {
        Work::Message { party, channel, letter, .. } => {
            format!("{}/{party}/{channel}", super::owed::kind_of(&letter.matter))
        }
        Work::Ping { component, .. } => format!("ping/{component}"),
        Work::WriteBack { source, .. } => format!("write-back/{source}"),
    };
    let incident = incident.map_or_else(String::new, |incident| incident.to_string());
    for part in [house.store.as_str(), &house.epoch.to_string(), &id.to_string(), &incident, &about] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Keys of earlier mails of the incident to the same party.
fn thread(turn: &Turn, incident: Option<IncidentId>, party: &PartyId) -> Vec<String> {
    let Some(incident) = incident else { return Vec::new() };
    let earlier = turn.state.owed_of(incident).filter(|row| row.party() == Some(party));
    earlier.filter(|row| row.state != OwedState::Superseded).map(|row| row.key.clone()).collect()
}

/// Starts every row that is due, the gravest first, as far as its destination has room.
pub(super) fn start_due(turn: &mut Turn) {
    let mut due: Vec<(bool, Elapsed, OwedId)> = turn
        .state
        .agenda
        .due(turn.now)
        .into_iter()
        .filter_map(|wakeup| match wakeup {
            Wakeup::Owed(id) => turn.state.owed.get(&id).map(|row| (!row.critical, row.decided.elapsed, id)),
            _ => None,
        })
        .collect();
    due.sort();
    for (_, _, id) in due {
        start(turn, id);
    }
}

fn start(turn: &mut Turn, id: OwedId) {
    let Some(row) = turn.state.owed.get(&id) else { return };
    let now = turn.now.elapsed;
    if row.give_up <= now {
        return dead(turn, id, "its time is over".to_owned(), Reason::GivenUp);
    }
    if row.critical
        && row.deliver_by <= now
        && row.failures > 0
        && let Some(next) = next_path(turn, row)
    {
        turn.record(Change::Rerouted { owed: id, channel: next, at: now }, Reason::Late);
    }
    let Some(row) = turn.state.owed.get(&id) else { return };
    let busy = turn.state.in_flight.get(&row.destination()).is_some_and(|busy| *busy >= IN_FLIGHT);
    if busy || waits_for_earlier(turn, row) {
        return;
    }
    let attempt = row.attempts.saturating_add(1);
    turn.record(Change::Started { owed: id, attempt, at: now }, Reason::Due);
}

/// Messages of one incident reach one party in their order: never 復旧 before 発生.
fn waits_for_earlier(turn: &Turn, row: &Owed) -> bool {
    let (Some(incident), Some(party)) = (row.incident, row.party()) else { return false };
    turn.state.owed_of(incident).take_while(|earlier| earlier.id < row.id).any(|earlier| {
        earlier.party() == Some(party)
            && earlier.destination() == row.destination()
            && !earlier.state.ended()
            && earlier.not_before.is_none()
    })
}

/// An attempt came back.
pub(super) fn came(turn: &mut Turn, id: OwedId, attempt: u32, outcome: Outcome) {
    let Some(row) = turn.state.owed.get(&id) else { return };
    if row.attempts != attempt || !matches!(row.state, OwedState::Started { .. }) {
        return;
    }
    let done = OwedState::Done { at: turn.now.wall };
    match (outcome, row.work.clone()) {
        (Outcome::Ping(ping), Work::Ping { component, .. }) => {
            let incident = row.incident;
            settle(turn, id, attempt, Vec::new(), false, done);
            if let Some(incident) = incident {
                isolate::came(turn, incident, component, &ping);
            }
        }
        (Outcome::WriteBack(result), Work::WriteBack { .. }) => {
            let state = match result {
                WriteBack::Written => done,
                WriteBack::Later { .. } => {
                    OwedState::Waiting { at: turn.now.elapsed + pause(row, &MAIL_PAUSES, paths(turn)) }
                }
                WriteBack::Refused { why } => OwedState::Dead { at: turn.now.wall, why },
            };
            settle(turn, id, attempt, Vec::new(), false, state);
        }
        (Outcome::Message(results), Work::Message { .. }) => message_came(turn, id, attempt, results),
        // A worker answered something else than it was asked: tried again.
        (_, _) => {
            let state = OwedState::Waiting { at: turn.now.elapsed + pause(row, &MAIL_PAUSES, paths(turn)) };
            settle(turn, id, attempt, Vec::new(), false, state);
        }
    }
}

fn settle(
    turn: &mut Turn,
    id: OwedId,
    attempt: u32,
    results: Vec<(String, Delivery)>,
    unknown: bool,
    state: OwedState,
) {
    turn.record(Change::Came { owed: id, attempt, results, unknown, state }, Reason::AsReported);
}

fn message_came(turn: &mut Turn, id: OwedId, attempt: u32, results: Vec<(String, Delivery)>) {
    let Some(row) = turn.state.owed.get(&id) else { return };
    let Work::Message { addresses, channel, .. } = &row.work else { return };
    let mut after = addresses.clone();
    for known in &mut after {
        if let Some((_, delivery)) = results.iter().find(|(address, _)| *address == known.address) {
            known.result = Some(delivery.clone());
        }
    }
    let unknown = results.iter().any(|(_, delivery)| matches!(delivery, Delivery::Unknown { .. }));
    let accepted = after.iter().any(Addressed::accepted);
    let is_copy = turn.book.rules.channels.iter().any(|known| known.id == *channel && known.carries != Carries::Mail);
    let refused: Vec<(String, String)> = results
        .iter()
        .filter_map(|(address, delivery)| match delivery {
            Delivery::Refused { what: Refused::Recipient | Refused::Message, why } | Delivery::TooBig { why } => {
                Some((address.clone(), why.clone()))
            }
            _ => None,
        })
        .collect();
    let no_path = results.iter().find_map(|(_, delivery)| match delivery {
        Delivery::Unreachable { why } | Delivery::Refused { what: Refused::Destination, why } => Some(why.clone()),
        _ => None,
    });
    let state = if !after.iter().any(Addressed::open) {
        if accepted {
            OwedState::Done { at: turn.now.wall }
        } else {
            let why = refused.first().map_or_else(String::new, |(_, why)| why.clone());
            OwedState::Dead { at: turn.now.wall, why }
        }
    } else {
        let pauses: &[u64] = if is_copy { &COPY_PAUSES } else { &MAIL_PAUSES };
        OwedState::Waiting { at: turn.now.elapsed + pause_after(row, pauses, &results, paths(turn)) }
    };
    // Each path is tried once in a row; when all of them failed, the pause before the next round is kept.
    let paths_left = !row.attempts.is_multiple_of(paths(turn));
    let reroute = (row.critical && row.failures == 0 && paths_left && matches!(state, OwedState::Waiting { .. }))
        .then(|| Some((next_path(turn, row)?, no_path?)))
        .flatten();
    let request = row.request;
    let dead = matches!(state, OwedState::Dead { .. });
    settle(turn, id, attempt, results, unknown, state);
    if let Some((channel, why)) = reroute {
        turn.record(Change::Rerouted { owed: id, channel, at: turn.now.elapsed }, Reason::PathFailed { why });
    }
    if accepted && let Some(request) = request {
        let unsent =
            turn.state.requests.get(&request).is_some_and(|known| known.state == request::RequestState::Unsent);
        if unsent {
            turn.record(request::Change::Sent(request), request::Reason::Delivered);
        }
    }
    for (address, why) in refused {
        announce(turn, id, address, why, dead);
    }
}

/// The desk wants a row that was given up tried again.
///
/// # Errors
/// Why it is not tried.
pub(super) fn revive(turn: &mut Turn, id: OwedId, by: &str) -> Result<(), String> {
    let Some(row) = turn.state.owed.get(&id) else {
        return Err(format!("There is no row {id}. `kiriwake outbox list --all` shows them."));
    };
    if !matches!(row.state, OwedState::Dead { .. }) {
        return Err(format!("{id} was not given up: it is tried by itself, or done."));
    }
    let at = turn.now.elapsed;
    let change = Change::Revived { owed: id, at, give_up: at + MAIL_LIFE };
    turn.record(change, Reason::Act { by: by.to_owned() });
    Ok(())
}

/// How many mail channels there are, at least 1.
fn paths(turn: &Turn) -> u32 {
    let mails = turn.book.rules.channels.iter().filter(|known| known.carries == Carries::Mail).count();
    u32::try_from(mails).unwrap_or(u32::MAX).max(1)
}

/// The mail channel after the present one; `None` for copies and where there is only one.
fn next_path(turn: &Turn, row: &Owed) -> Option<ChannelId> {
    let Work::Message { channel, .. } = &row.work else { return None };
    let mails: Vec<&ChannelId> =
        turn.book.rules.channels.iter().filter(|known| known.carries == Carries::Mail).map(|known| &known.id).collect();
    let here = mails.iter().position(|known| *known == channel)?;
    let next = mails.get((here + 1) % mails.len()).copied().filter(|next| *next != channel)?;
    Some(next.clone())
}

/// Gives a row up: visible, re-sendable, and told by another path.
fn dead(turn: &mut Turn, id: OwedId, why: String, reason: Reason) {
    let Some(row) = turn.state.owed.get(&id) else { return };
    let address = match &row.work {
        Work::Message { addresses, .. } => addresses
            .iter()
            .filter(|known| known.open())
            .map(|known| known.address.clone())
            .collect::<Vec<_>>()
            .join(", "),
        Work::Ping { address, .. } => address.clone(),
        Work::WriteBack { source, .. } => source.to_string(),
    };
    let is_message = matches!(row.work, Work::Message { .. });
    let state = OwedState::Dead { at: turn.now.wall, why: why.clone() };
    turn.record(Change::Ended { owed: id, state }, reason);
    if is_message {
        announce(turn, id, address, why, true);
    }
}

/// Tells the desk that somebody was not reached - unless the undelivered message is such a notice itself.
fn announce(turn: &mut Turn, id: OwedId, address: String, why: String, dead: bool) {
    let Some(row) = turn.state.owed.get(&id) else { return };
    let Work::Message { letter, .. } = &row.work else { return };
    let notice_itself = matches!(
        &letter.matter,
        super::letter::Matter::Internal { notice: Notice::NotDelivered { .. }, .. }
            | super::letter::Matter::Digest { .. }
    );
    if notice_itself {
        return;
    }
    let (incident, kind) = (row.incident, row.kind().to_owned());
    let why = if dead || why.is_empty() { why } else { format!("{why}（他の宛先には送達）") };
    notify::internal(turn, incident, Notice::NotDelivered { kind, address, why }, Why::NotDelivered);
}

/// At a start: attempts that were under way ended without an answer.
pub(super) fn cut_off(turn: &mut Turn) {
    let started: Vec<(OwedId, u32)> = turn
        .state
        .owed
        .values()
        .filter(|row| matches!(row.state, OwedState::Started { .. }))
        .map(|row| (row.id, row.attempts))
        .collect();
    for (id, attempt) in started {
        let Some(row) = turn.state.owed.get(&id) else { continue };
        let unknown = |known: &Addressed| {
            (known.address.clone(), Delivery::Unknown { why: "the daemon ended during the attempt".to_owned() })
        };
        let results: Vec<_> = match &row.work {
            Work::Message { addresses, .. } => addresses.iter().filter(|known| known.open()).map(unknown).collect(),
            Work::Ping { .. } | Work::WriteBack { .. } => Vec::new(),
        };
        let state = OwedState::Waiting { at: turn.now.elapsed };
        let unknown = !results.is_empty();
        turn.record(Change::Came { owed: id, attempt, results, unknown, state }, Reason::CutOff);
    }
}

/// Rows about `incident` to `party` that nobody has tried yet and a later message says better.
pub(super) fn supersede(turn: &mut Turn, by: OwedId, earlier: &[OwedId]) {
    for id in earlier {
        let untried = turn.state.owed.get(id).is_some_and(|row| row.attempts == 0 && !row.state.ended());
        if untried {
            turn.record(Change::Ended { owed: *id, state: OwedState::Superseded }, Reason::SaidBetter { by });
        }
    }
}

fn pause_after(row: &Owed, pauses: &[u64], results: &[(String, Delivery)], paths: u32) -> Duration {
    let asked = results.iter().filter_map(|(_, delivery)| match delivery {
        Delivery::Later { after, .. } => *after,
        _ => None,
    });
    if let Some(asked) = asked.max() {
        return asked.min(LONGEST_AFTER);
    }
    let repair =
        results.iter().any(|(_, delivery)| matches!(delivery, Delivery::Refused { what: Refused::Destination, .. }));
    if repair { Duration::from_secs(REPAIR_PAUSE) } else { pause(row, pauses, paths) }
}

/// The pause before the next attempt, spread by ±20 % so that a thousand rows don't knock at once. The spread is a hash
/// of row and attempt: the desk throws no dice.
///
/// What was tried on several paths pauses by its rounds: a change of path is no reason to begin to hurry again.
fn pause(row: &Owed, pauses: &[u64], paths: u32) -> Duration {
    let rounds = row.attempts.saturating_sub(1) / paths.max(1);
    let index = usize::try_from(row.failures.max(rounds)).unwrap_or(usize::MAX).min(pauses.len().saturating_sub(1));
    let seconds = pauses.get(index).copied().unwrap_or(REPAIR_PAUSE);
    let spread = crc(row.id.0, row.attempts) % 401;
    Duration::from_millis(seconds * (800 + u64::from(spread)))
}

fn crc(row: u64, attempt: u32) -> u32 {
    let mut hash = crc32fast::Hasher::new();
    hash.update(&row.to_be_bytes());
    hash.update(&attempt.to_be_bytes());
    hash.finalize()
}
