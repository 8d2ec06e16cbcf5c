//! What may leave now: caps by party and channel, bundles of what is too much, and channels that fail.
//!
//! Source of the numbers: `RELIABILITY.md` §3 (P4, P5). Retries are paced by their own pauses and pass; what has never been
//! tried passes the gates, the critical first. What does not pass is held and leaves together.

use super::{order, path, post, schedule, start};
use crate::desk::house::{self, FlowChange};
use crate::desk::ids::{ChannelId, OwedId, PartyId};
use crate::desk::letter::{BundleLine, BundleReader, Letter, Matter, Meant, Notice, facts_of};
use crate::desk::notify;
use crate::desk::now::Elapsed;
use crate::desk::outcome::{Delivery, Refused};
use crate::desk::owed::{Addressed, Bundle, Change, Owed, OwedState, Reason, Why, Work};
use crate::desk::rules::{Carries, PartyKind};
use crate::desk::state::{FAILURES, Flow};
use crate::desk::turn::Turn;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Unbounded};
use std::time::Duration;

/// A channel that is left alone is tried once in this time.
const PROBE_EVERY: Duration = Duration::from_secs(60);
/// What is critical is not held back for longer.
const CRITICAL_EVERY: Duration = Duration::from_secs(60);
/// Messages told in one.
const IN_ONE: usize = 500;

/// What is held back, by channel and party, in the order in which it would have left.
pub(super) type Held = BTreeMap<(ChannelId, PartyId), Vec<OwedId>>;

/// Channel and party of a message nobody has tried to send yet, and that a line can stand for. A bundle is what the caps
/// make of the rest: it passes.
pub(super) fn capped(row: &Owed) -> Option<(&ChannelId, &PartyId)> {
    match &row.work {
        Work::Message { channel, party, letter, .. } if row.attempts == 0 && row.bundle.is_none() => {
            fits_a_line(&letter.matter).then_some((channel, party))
        }
        _ => None,
    }
}

/// What is a list itself, asks for a decision or says what only few may know is read as it is; there is never much of it.
fn fits_a_line(matter: &Matter) -> bool {
    match matter {
        Matter::Consultation { .. } => false,
        Matter::Blind { .. } | Matter::Sighted { .. } => true,
        _ => facts_of(matter).is_some(),
    }
}

/// Whether a message nobody has tried yet may leave by itself.
pub(super) fn admits(turn: &Turn, row: &Owed) -> bool {
    let Some((channel, party)) = capped(row) else { return true };
    let (now, caps, flows) = (turn.now.elapsed, &turn.book.rules.policy.caps, &turn.state.house.flows);
    let known = flows.party(channel, party);
    // What waits to be told together is not overtaken, but for what is critical.
    let holds = known.is_some_and(|known| known.held_until.is_some());
    let gate = known.map(|known| known.gate).unwrap_or_default();
    let all = flows.0.get(channel).map(|flow| flow.gate).unwrap_or_default();
    let urgent = order::urgent(turn, row);
    (urgent || !holds) && gate.admits(now, caps.party, urgent) && all.admits(now, caps.channel, urgent)
}

/// A message leaves for the first time.
pub(super) fn passes(turn: &mut Turn, id: OwedId) {
    // A sign of life takes nobody's place.
    let counts = |row: &&Owed| row.attempts == 0 && row.why != Why::Heartbeat;
    let Some(row) = turn.state.owed.get(&id).filter(counts) else { return };
    let Work::Message { channel, party, .. } = &row.work else { return };
    let (now, caps, flows) = (turn.now.elapsed, &turn.book.rules.policy.caps, &turn.state.house.flows);
    let gate = flows.party(channel, party).map(|known| known.gate).unwrap_or_default();
    let all = flows.0.get(channel).map(|flow| flow.gate).unwrap_or_default();
    let change = FlowChange::Passed {
        channel: channel.clone(),
        party: party.clone(),
        gate: gate.passed(now, caps.party),
        all: all.passed(now, caps.channel),
    };
    turn.record(house::Change::Flow(change), house::Reason::Left);
}

/// What did not pass waits until it is told together, or is told now.
pub(super) fn settle(turn: &mut Turn, held: Held) {
    let now = turn.now.elapsed;
    let over: Vec<(ChannelId, PartyId)> = turn
        .state
        .house
        .flows
        .0
        .iter()
        .flat_map(|(channel, flow)| {
            let over = flow.parties.iter().filter(|(_, known)| known.held_until.is_some_and(|at| at <= now));
            over.map(|(party, _)| (channel.clone(), party.clone())).collect::<Vec<_>>()
        })
        .collect();
    for ((channel, party), rows) in &held {
        let until = turn.state.house.flows.party(channel, party).and_then(|known| known.held_until);
        let critical = rows.iter().any(|id| turn.state.owed.get(id).is_some_and(|row| order::urgent(turn, row)));
        let every = turn.book.rules.policy.caps.every;
        let soon = now + if critical { every.min(CRITICAL_EVERY) } else { every };
        if until.is_none_or(|until| until > soon) {
            hold(turn, channel, party, Some(soon));
        }
    }
    for (channel, party) in over {
        hold(turn, &channel, &party, None);
        if let Some(rows) = held.get(&(channel, party)) {
            let ready = ready(turn, rows);
            together(turn, &ready);
        }
    }
}

/// Those that wait for nothing but each other, in the order in which they were decided: what follows something that is being tried waits for that.
fn ready(turn: &Turn, rows: &[OwedId]) -> Vec<OwedId> {
    let mut ready = BTreeSet::new();
    let mut in_order: Vec<&Owed> = rows.iter().filter_map(|id| turn.state.owed.get(id)).collect();
    in_order.sort_by_key(|row| row.id);
    for row in in_order {
        if order::earlier(turn, row).all(|earlier| ready.contains(&earlier)) {
            ready.insert(row.id);
        }
    }
    ready.into_iter().collect()
}

fn hold(turn: &mut Turn, channel: &ChannelId, party: &PartyId, until: Option<Elapsed>) {
    let change = FlowChange::Held { channel: channel.clone(), party: party.clone(), until };
    let reason = if until.is_some() { house::Reason::TooMuch } else { house::Reason::Hour };
    turn.record(house::Change::Flow(change), reason);
}

/// Tells in one what was held back for one party on one channel; one alone leaves as it is.
fn together(turn: &mut Turn, rows: &[OwedId]) {
    for some in rows.chunks(IN_ONE) {
        match some {
            [one] => start(turn, *one),
            _ => {
                if let Some(bundle) = bundle(turn, some) {
                    super::supersede(turn, bundle, some);
                    start(turn, bundle);
                }
            }
        }
    }
}

fn bundle(turn: &mut Turn, rows: &[OwedId]) -> Option<OwedId> {
    let known: Vec<&Owed> = rows.iter().filter_map(|id| turn.state.owed.get(id)).collect();
    let last = known.last()?;
    let Work::Message { party, channel, letter, .. } = &last.work else { return None };
    let mut to: Vec<Addressed> = Vec::new();
    for row in &known {
        let Work::Message { addresses, .. } = &row.work else { continue };
        to.extend(
            addresses
                .iter()
                .filter(|one| !to.iter().any(|other| other.address == one.address))
                .cloned()
                .collect::<Vec<_>>(),
        );
    }
    let kind = turn.book.party(party).map(|party| party.kind);
    let reader = match kind {
        Some(PartyKind::Desk) => BundleReader::Desk,
        Some(PartyKind::Office) => BundleReader::Office,
        Some(PartyKind::Vendor | PartyKind::External | PartyKind::DataCentre) | None => BundleReader::Vendor,
    };
    let lines = known.iter().filter_map(|row| line(row)).collect();
    let meant = meant(&known);
    let matter = Matter::Bundle { lines, reader };
    let letter = Letter { written: turn.now.wall, matter, meant, ..(**letter).clone() };
    let work = Work::Message {
        party: party.clone(),
        channel: channel.clone(),
        addresses: to,
        thread: Vec::new(),
        letter: Box::new(letter),
    };
    let bundle = Bundle {
        requests: known.iter().filter_map(|row| row.request).collect(),
        incidents: known.iter().filter_map(|row| row.incident).collect(),
    };
    let critical = known.iter().any(|row| row.critical);
    let deliver_by = known.iter().map(|row| row.deliver_by).min();
    let give_up = known.iter().map(|row| row.give_up).max();
    let mut owed = post::blank(turn, None, work, Why::TooMuch);
    owed.bundle = Some(bundle);
    owed.critical = critical;
    owed.deliver_by = deliver_by.unwrap_or(owed.deliver_by);
    owed.give_up = give_up.unwrap_or(owed.give_up);
    let id = owed.id;
    turn.record(Change::Owed(Box::new(owed)), Reason::Because(Why::TooMuch));
    Some(id)
}

/// On trial: to whom all of them would have gone.
fn meant(rows: &[&Owed]) -> Option<Meant> {
    let mut all: Option<Meant> = None;
    for row in rows {
        if let Work::Message { letter, .. } = &row.work
            && let Some(meant) = &letter.meant
        {
            all.get_or_insert_default().join(meant);
        }
    }
    all
}

fn line(row: &Owed) -> Option<BundleLine> {
    let Work::Message { letter, .. } = &row.work else { return None };
    let facts = facts_of(&letter.matter);
    let acknowledge_by = match &letter.matter {
        Matter::Request { acknowledge_by, .. } => Some(*acknowledge_by),
        _ => None,
    };
    let number = match &letter.matter {
        Matter::Blind { number, .. } | Matter::Sighted { number, .. } => number.clone(),
        _ => facts.map(|facts| facts.number.clone()),
    };
    let summary = match &letter.matter {
        Matter::Blind { source, .. } | Matter::Sighted { source, .. } => source.clone(),
        _ => facts.map(|facts| facts.summary.clone()).unwrap_or_default(),
    };
    Some(BundleLine {
        row: row.id.to_string(),
        kind: row.kind().to_owned(),
        number,
        severity: facts.map(|facts| facts.severity),
        at: facts.map_or(row.decided.wall, |facts| facts.occurred),
        summary,
        host: facts.map(|facts| facts.host.clone()).unwrap_or_default(),
        component: facts.and_then(|facts| facts.shown_by.clone().or_else(|| facts.component.clone())),
        acknowledge_by,
    })
}

/// Whether the channel of a row fails, and is left alone for now. The one attempt that is made is noted.
pub(super) fn closed(turn: &mut Turn, id: OwedId) -> bool {
    let Some(Work::Message { channel, .. }) = turn.state.owed.get(&id).map(|row| &row.work) else { return false };
    let Some(until) = turn.state.house.flows.closed_until(channel) else { return false };
    if until > turn.now.elapsed {
        return true;
    }
    let tried = FlowChange::Tried { channel: channel.clone(), probe_at: turn.now.elapsed + PROBE_EVERY };
    turn.record(house::Change::Flow(tried), house::Reason::Hour);
    false
}

/// What an attempt says of its channel.
pub(super) fn tell(turn: &mut Turn, channel: &ChannelId, results: &[(String, Delivery)]) {
    let is_copy = turn.book.rules.channels.iter().any(|known| known.id == *channel && known.carries != Carries::Mail);
    // A mail server that says "later" (greylisting) is there, and says it of one address; a web hook speaks for itself.
    let fails = |delivery: &Delivery| match delivery {
        Delivery::Unreachable { .. }
        | Delivery::Unknown { .. }
        | Delivery::Refused { what: Refused::Destination, .. } => true,
        Delivery::Later { .. } => is_copy,
        Delivery::Accepted { .. } | Delivery::Refused { .. } | Delivery::TooBig { .. } => false,
    };
    let failed = !results.is_empty() && results.iter().all(|(_, delivery)| fails(delivery));
    let before = turn.state.house.flows.0.get(channel).map_or(0, |flow| flow.failures);
    if failed {
        fails_again(turn, channel, before.saturating_add(1), results);
    } else if before > 0 && !results.is_empty() {
        let was_left = is_told(turn, channel);
        let answered = FlowChange::Answered { channel: channel.clone(), was_left };
        turn.record(house::Change::Flow(answered), house::Reason::Answered);
        if was_left {
            let before = OwedId(turn.state.counters.owed);
            notify::internal(turn, None, Notice::ChannelWorks { channel: channel.to_string() }, Why::ChannelFails);
            overtake(turn, channel, before);
            release(turn, channel);
        }
    }
}

/// That it works again is to be told by what was owed after `before`: that it fails need not be told any more, and must not be read
/// last. What is just being sent, or may have been read, holds the new word up ([`order`]); what comes back unread is needless
/// ([`super::needless`]).
fn overtake(turn: &mut Turn, channel: &ChannelId, before: OwedId) {
    let new = turn.state.owed.range((Excluded(before), Unbounded)).map(|(_, row)| row);
    let new: Vec<(String, OwedId)> = new.map(|row| (row.destination().into_owned(), row.id)).collect();
    let old = turn.state.owed.range(..=before).map(|(_, row)| row);
    let old = old.filter(|row| row.why == Why::ChannelFails || matches!(row.why, Why::CopyOf(_)));
    let old = old.filter(|row| row.is_unread() && !row.state.ended());
    let old = old.filter(|row| order::says_fails(row) == Some(channel.as_str()));
    let is_mail = |row: &Owed| path::is_mail(&turn.book.rules, row);
    let mail = new.iter().find(|(_, id)| turn.state.owed.get(id).is_some_and(is_mail)).map(|(_, id)| *id);
    let pairs: Vec<(OwedId, OwedId)> = old
        .filter_map(|row| {
            let same = new.iter().find(|(to, _)| **to == *row.destination()).map(|(_, id)| *id);
            Some((row.id, same.or_else(|| mail.filter(|_| is_mail(row)))?))
        })
        .collect();
    for (owed, by) in pairs {
        turn.record(Change::Ended { owed, state: OwedState::Superseded }, Reason::SaidBetter { by });
    }
}

/// A channel that had failed works again: what hung on it does not keep its own pause, and what is critical and hangs on another one
/// that still fails comes over.
fn release(turn: &mut Turn, channel: &ChannelId) {
    let now = turn.now.elapsed;
    let waits = |row: &&Owed| matches!(row.state, OwedState::Waiting { at } if at > now) && row.attempts > 0;
    let flows = &turn.state.house.flows;
    let mails = path::carries_mail(&turn.book.rules, channel);
    let mut here = Vec::new();
    let mut beside = Vec::new();
    for row in turn.state.owed.values().filter(waits) {
        let Work::Message { channel: on, .. } = &row.work else { continue };
        if on == channel {
            here.push(row.id);
        } else if mails && row.critical && path::carries_mail(&turn.book.rules, on) && flows.closed_until(on).is_some()
        {
            beside.push(row.id);
        }
    }
    for owed in here {
        turn.record(Change::Again { owed, at: now }, Reason::Repaired);
    }
    for owed in beside {
        turn.record(Change::Rerouted { owed, channel: channel.clone(), at: now }, Reason::Repaired);
    }
}

fn is_told(turn: &Turn, channel: &ChannelId) -> bool {
    turn.state.house.flows.0.get(channel).is_some_and(Flow::fails)
}

/// It failed once more. What is set up wrongly is told at once, and waits for its repair: no mail server, for there what is urgent
/// must get through whatever one of them thinks of us.
fn fails_again(turn: &mut Turn, channel: &ChannelId, failures: u32, results: &[(String, Delivery)]) {
    let at_fault = schedule::is_at_fault(results);
    let is_copy = turn.book.rules.channels.iter().any(|known| known.id == *channel && known.carries != Carries::Mail);
    let often = (failures >= FAILURES).then_some(PROBE_EVERY);
    let repair = (at_fault && is_copy).then_some(Duration::from_secs(schedule::REPAIR_PAUSE));
    let pause = [often, schedule::asked(results), repair].into_iter().flatten().max();
    let told_before = is_told(turn, channel);
    let told = told_before || at_fault || failures >= FAILURES;
    let probe_at = pause.map(|pause| turn.now.elapsed + pause);
    let failed = FlowChange::Failed { channel: channel.clone(), failures, probe_at, told };
    turn.record(house::Change::Flow(failed), house::Reason::Failing);
    if told && !told_before {
        let why = results.first().map(|(_, delivery)| delivery.why().to_owned()).unwrap_or_default();
        let notice = Notice::ChannelFails { channel: channel.to_string(), why, at_fault };
        notify::internal(turn, None, notice, Why::ChannelFails);
    }
}

/// The configuration was read anew, or somebody wants a message tried again: channels that are left alone are tried now. One
/// attempt shows whether they work; then all follows that waited.
pub(in crate::desk) fn repaired(turn: &mut Turn, channel: Option<&ChannelId>) {
    let now = turn.now.elapsed;
    // A mail server that refuses the login is not left alone, and told of all the same.
    let fails = |flow: &Flow| flow.told || flow.probe_at.is_some_and(|at| at > now);
    let left = turn.state.house.flows.0.iter().filter(|(_, flow)| fails(flow));
    let left = left.map(|(id, _)| id.clone()).filter(|id| channel.is_none_or(|one| one == id));
    for channel in left.collect::<BTreeSet<_>>() {
        let waits = |row: &&Owed| {
            let paused = matches!(row.state, OwedState::Waiting { at } if at > now) && row.attempts > 0;
            paused && row.destination() == channel.as_str()
        };
        let rows: Vec<OwedId> = turn.state.owed.values().filter(waits).map(|row| row.id).collect();
        let tried = FlowChange::Tried { channel, probe_at: now };
        turn.record(house::Change::Flow(tried), house::Reason::Configuration);
        for owed in rows {
            turn.record(Change::Again { owed, at: now }, Reason::Repaired);
        }
    }
}
