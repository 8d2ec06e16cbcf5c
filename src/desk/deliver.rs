//! Deliver: the outbox. When an attempt is made, what its outcome means, which path comes next.
//!
//! A stage, the last. A worker does one attempt and brings back a fact; retry, paths and giving up are decided here, so
//! that they are simulated like everything else. Every started attempt is on record before anything leaves (P3).

mod approval;
mod by_hand;
mod deadline;
mod flow;
mod hold;
mod identity;
mod lasting;
mod line;
mod lost;
mod needless;
mod order;
mod path;
mod post;
mod readdress;
mod schedule;
mod shadow;
mod waits;

pub(super) use approval::{approve, is_request_held, let_all_go, limit_over, request_leaves_by, take_back};
pub(super) use by_hand::{drop, revive};
pub(super) use flow::repaired;
pub(super) use hold::hold;
pub(super) use lost::{is_request_lost, lost_requests};
pub(super) use post::{Post, forgo, owe, owe_beat, post, supersede};
pub(super) use readdress::by_rules as readdress;
pub(super) use shadow::switch;
pub use waits::Waits;

use super::evidence::Gathered;
use super::ids::{ChannelId, OwedId};
use super::letter::{Notice, Undelivered};
use super::outcome::{Delivery, Outcome, Probed, Refused, WriteBack};
use super::owed::{Addressed, Change, OwedState, Reason, Why, Work};
use super::probe;
use super::request;
use super::rules::Carries;
use super::turn::Turn;
use super::{isolate, notify};
use line::Line;
use path::{free_path, next_path, paths};
use schedule::{COPY_PAUSES, EVIDENCE_PAUSES, MAIL_PAUSES, pause, pause_after};

/// Starts every row that is due, the gravest first, as far as its destination has room.
pub(super) fn start_due(turn: &mut Turn) {
    approval::hold_due(turn);
    let mut line = Line::of(turn);
    let mut held = flow::Held::new();
    while let Some(id) = line.next(turn) {
        deadline::hurry(turn, id);
        sidestep(turn, id);
        let Some(row) = turn.state.owed.get(&id) else { continue };
        match flow::capped(row) {
            Some((channel, party)) if !flow::admits(turn, row) => {
                held.entry((channel.clone(), party.clone())).or_default().push(id);
            }
            _ => start(turn, id),
        }
    }
    flow::settle(turn, held);
}

fn start(turn: &mut Turn, id: OwedId) {
    let Some(row) = turn.state.owed.get(&id) else { return };
    let now = turn.now.elapsed;
    if shadow::is_foreign(turn, row) {
        return shadow::hold(turn, id);
    }
    if let Some(reason) = needless::needless(turn, row) {
        return turn.record(Change::Ended { owed: id, state: OwedState::Superseded }, reason);
    }
    if row.give_up <= now {
        return dead(turn, id, "its time is over".to_owned(), Reason::GivenUp);
    }
    if row.deliver_by <= now
        && let Some(next) = free_path(turn, row)
    {
        turn.record(Change::Rerouted { owed: id, channel: next, at: now }, Reason::Late);
    }
    readdress::set_right(turn, id);
    let Some(row) = turn.state.owed.get(&id) else { return };
    let to = row.destination();
    let busy = turn.state.queues.get(&*to).is_some_and(|queue| queue.room(turn.book.at_once(&to)) == 0);
    if busy || order::earlier(&*turn, row).next().is_some() {
        return;
    }
    if flow::closed(turn, id) {
        return around(turn, id);
    }
    flow::passes(turn, id);
    let Some(row) = turn.state.owed.get(&id) else { return };
    let attempt = row.attempts.saturating_add(1);
    turn.record(Change::Started { owed: id, attempt, at: now }, Reason::Due);
}

/// What is critical and has never been tried goes around a channel that fails before the caps are looked at: it counts where
/// it leaves.
fn sidestep(turn: &mut Turn, id: OwedId) {
    let Some(row) = turn.state.owed.get(&id).filter(|row| row.critical && row.attempts == 0) else { return };
    let Work::Message { channel, .. } = &row.work else { return };
    let closed = |channel: &ChannelId| turn.state.house.flows.closed_until(channel);
    let waits = matches!(row.state, OwedState::Waiting { .. }) && row.give_up > turn.now.elapsed;
    if !waits || closed(channel).is_none_or(|until| until <= turn.now.elapsed) {
        return;
    }
    let Some(next) = next_path(turn, row).filter(|next| closed(next).is_none()) else { return };
    if shadow::is_foreign(turn, row) || order::earlier(&*turn, row).next().is_some() {
        return;
    }
    let reason = Reason::PathFailed { why: "the channel fails".to_owned() };
    turn.record(Change::Rerouted { owed: id, channel: next, at: turn.now.elapsed }, reason);
}

/// The channel fails: what is critical takes another that does not, the rest waits.
fn around(turn: &mut Turn, id: OwedId) {
    let Some(row) = turn.state.owed.get(&id).filter(|row| row.critical) else { return };
    let Some(next) = next_path(turn, row).filter(|next| turn.state.house.flows.closed_until(next).is_none()) else {
        return;
    };
    let reason = Reason::PathFailed { why: "the channel fails".to_owned() };
    turn.record(Change::Rerouted { owed: id, channel: next, at: turn.now.elapsed }, reason);
    start(turn, id);
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
        (Outcome::Echoes(echoes), Work::Echoes { .. }) => {
            settle(turn, id, attempt, Vec::new(), false, done);
            isolate::echoes_came(turn, &echoes);
        }
        (Outcome::Probe(probed), Work::Probe { probe, .. }) => {
            settle(turn, id, attempt, Vec::new(), false, done);
            isolate::probe_came(turn, &probe, probed, probe::Reason::AsReported);
        }
        (Outcome::Evidence(gathered), Work::Evidence(_)) => {
            let incident = row.incident;
            let again = OwedState::Waiting { at: turn.now.elapsed + pause(row, &EVIDENCE_PAUSES, paths(turn)) };
            let state = if matches!(gathered, Gathered::Later { .. }) { again } else { done };
            settle(turn, id, attempt, Vec::new(), false, state);
            if let Some(incident) = incident {
                isolate::gathered(turn, incident, id, gathered);
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

fn message_came(turn: &mut Turn, id: OwedId, attempt: u32, told: Vec<(String, Delivery)>) {
    let Some(row) = turn.state.owed.get(&id) else { return };
    let results = path::elsewhere(turn, row, &told);
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
        let at = turn.now.elapsed + pause_after(row, pauses, &results, paths(turn));
        OwedState::Waiting { at: deadline::no_later(turn, row, at) }
    };
    // Each path is tried once in a row; when all of them failed, the pause before the next round is kept.
    let paths_left = !row.attempts.is_multiple_of(paths(turn));
    let turned_away = results != told;
    let reroute = (row.critical
        && (row.failures == 0 && paths_left || turned_away)
        && matches!(state, OwedState::Waiting { .. }))
    .then(|| Some((next_path(turn, row)?, no_path?)))
    .flatten();
    let channel = channel.clone();
    let requests: Vec<_> = row.carried().collect();
    flow::tell(turn, &channel, &told);
    settle(turn, id, attempt, results, unknown, state);
    if let Some((channel, why)) = reroute {
        turn.record(Change::Rerouted { owed: id, channel, at: turn.now.elapsed }, Reason::PathFailed { why });
    }
    for request in requests.into_iter().filter(|_| accepted) {
        let unsent =
            turn.state.requests.get(&request).is_some_and(|known| known.state == request::RequestState::Unsent);
        if unsent {
            turn.record(request::Change::Sent(request), request::Reason::Delivered);
        }
    }
    // Where nobody of the party has got it, somebody else of it is tried.
    let unheard = turn.state.owed.get(&id).is_some_and(|row| matches!(row.state, OwedState::Dead { .. }));
    let no_address = unheard && results_refuse_addresses(turn, id);
    let next = if no_address { readdress::next_contact(turn, id) } else { None };
    for (address, why) in refused {
        announce(turn, id, Failed { address, why, next: next.clone() });
    }
}

/// Whether it is the addresses that no server takes, and not the message.
fn results_refuse_addresses(turn: &Turn, id: OwedId) -> bool {
    let Some(Work::Message { addresses, .. }) = turn.state.owed.get(&id).map(|row| &row.work) else { return false };
    let no_such = |known: &Addressed| matches!(known.result, Some(Delivery::Refused { what: Refused::Recipient, .. }));
    addresses.iter().all(no_such)
}

/// What is told of an address that was not reached.
struct Failed {
    address: String,
    why: String,
    /// Who gets it instead: name and address.
    next: Option<(String, String)>,
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
        Work::Echoes { addresses } => addresses.values().cloned().collect::<Vec<_>>().join(", "),
        Work::Probe { target, .. } => target.clone(),
        Work::Evidence(ask) => ask.source_name().to_owned(),
        Work::WriteBack { source, .. } => source.to_string(),
    };
    let is_message = matches!(row.work, Work::Message { .. });
    let state = OwedState::Dead { at: turn.now.wall, why: why.clone() };
    turn.record(Change::Ended { owed: id, state }, reason);
    if is_message {
        announce(turn, id, Failed { address, why, next: None });
    } else {
        never_known(turn, id, why);
    }
}

/// What was to be learnt is not known, and whoever waits for it hears so.
fn never_known(turn: &mut Turn, id: OwedId, why: String) {
    let Some(row) = turn.state.owed.get(&id) else { return };
    match (row.work.clone(), row.incident) {
        (Work::Probe { probe, .. }, _) => {
            isolate::probe_came(turn, &probe, Probed::NotKnown { why }, probe::Reason::GivenUp);
        }
        (Work::Evidence(ask), Some(incident)) => isolate::evidence_lost(turn, incident, id, &ask, &why),
        (
            Work::Evidence(_) | Work::Ping { .. } | Work::Echoes { .. } | Work::WriteBack { .. } | Work::Message { .. },
            _,
        ) => {}
    }
}

/// Tells the desk that somebody was not reached - unless the undelivered message is such a notice itself.
fn announce(turn: &mut Turn, id: OwedId, failed: Failed) {
    if failed.next.is_none() {
        lost::on_record(turn, id);
    }
    let Some(row) = turn.state.owed.get(&id) else { return };
    let Work::Message { party, letter, addresses, .. } = &row.work else { return };
    // The desk's next contact reads in that very mail why it came; a word of it besides would go to the address that failed.
    if failed.next.is_some() && *party == turn.book.rules.site.desk {
        return;
    }
    let notice_itself = matches!(
        &letter.matter,
        super::letter::Matter::Internal { notice: Notice::NotDelivered(_), .. } | super::letter::Matter::Digest { .. }
    );
    // Of signs of life that are not taken the first is enough.
    let told = || {
        let before = turn.state.owed.range(..id).rev().map(|(_, other)| other).find(|other| other.why == row.why);
        before.is_some_and(|before| matches!(before.state, OwedState::Dead { .. }))
    };
    if notice_itself || row.why == Why::Heartbeat && told() {
        return;
    }
    let (incident, kind, others) = (row.incident, row.kind().to_owned(), addresses.iter().any(Addressed::accepted));
    let call = readdress::to_call(turn, row, &failed.address);
    let Failed { address, why, next } = failed;
    let message = Undelivered { kind, address, why, others, next, call };
    notify::internal(turn, incident, Notice::NotDelivered(message), Why::NotDelivered);
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
            Work::Ping { .. }
            | Work::Echoes { .. }
            | Work::Evidence(_)
            | Work::Probe { .. }
            | Work::WriteBack { .. } => Vec::new(),
        };
        let state = OwedState::Waiting { at: turn.now.elapsed };
        let unknown = !results.is_empty();
        turn.record(Change::Came { owed: id, attempt, results, unknown, state }, Reason::CutOff);
    }
}
