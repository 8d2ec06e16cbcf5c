//! What is owed, and under which identity: messages with their copies, pings, write-backs.

use super::identity::key;
use super::{approval, shadow};
use crate::desk::ids::{ChannelId, IncidentId, OwedId, PartyId, RequestId};
use crate::desk::letter::{Letter, Matter, Notice};
use crate::desk::owed::{Addressed, Change, Owed, OwedState, Reason, Why, Work};
use crate::desk::rules::{Carries, MailBeat};
use crate::desk::turn::Turn;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::time::Duration;

/// A mail is worth sending this long.
pub(super) const MAIL_LIFE: Duration = Duration::from_secs(48 * 3600);
/// A copy on a webhook is worth sending this long.
const COPY_LIFE: Duration = Duration::from_secs(24 * 3600);
/// Values and lines are tried for this long: a source may be slow in the very minutes of a fault.
const EVIDENCE_LIFE: Duration = Duration::from_secs(15 * 60);
/// A ping or probe is evidence only while isolation waits.
const PING_LIFE: Duration = Duration::from_secs(60);

/// A message to be sent.
pub(in crate::desk) struct Post {
    pub(in crate::desk) incident: Option<IncidentId>,
    pub(in crate::desk) request: Option<RequestId>,
    pub(in crate::desk) party: PartyId,
    pub(in crate::desk) to: Vec<Addressed>,
    pub(in crate::desk) letter: Letter,
    pub(in crate::desk) not_before: Option<Timestamp>,
    pub(in crate::desk) critical: bool,
    pub(in crate::desk) deliver_by: Duration,
    pub(in crate::desk) why: Why,
}

/// Owes a message over the usual path, and a copy on every channel that belongs to the party. What two stages have to say
/// in the same words in one step is said once, to all whom either means.
pub(in crate::desk) fn post(turn: &mut Turn, mut post: Post) -> Option<OwedId> {
    let said = said_already(turn, &post);
    let mails = said.iter().filter_map(|id| turn.state.owed.get(id)).filter(|row| !matches!(row.why, Why::CopyOf(_)));
    let (mut first, mut to): (Option<OwedId>, Vec<Addressed>) = (None, Vec::new());
    for row in mails {
        if let Work::Message { addresses, .. } = &row.work {
            first = first.or(Some(row.id));
            to.extend(addresses.iter().cloned());
        }
    }
    let known = to.len();
    to.extend(std::mem::take(&mut post.to));
    let mut seen = BTreeSet::new();
    to.retain(|one| seen.insert(one.address.clone()));
    if first.is_some() && to.len() == known {
        return first;
    }
    post.to = to;
    let id = post_once(turn, post);
    if let Some(by) = id {
        supersede(turn, by, &said);
    }
    id
}

/// Rows of this very step with the same words to the same party.
fn said_already(turn: &Turn, post: &Post) -> Vec<OwedId> {
    let rows = post.incident.and_then(|incident| turn.state.owed_of.get(&incident));
    // On trial one address stands for all, and each letter says whom it means; and of each message that was not delivered
    // somebody hears, whatever it has in common with another.
    let each = match &post.letter.matter {
        Matter::Internal { notice, .. } => matches!(notice, Notice::NotDelivered(_)),
        _ => false,
    };
    if each || post.request.is_some() || turn.book.rules.site.shadow.is_some() {
        return Vec::new();
    }
    let rows = rows.into_iter().flatten().rev().filter_map(|id| turn.state.owed.get(id));
    let same = |row: &&Owed| {
        let Work::Message { party, letter, .. } = &row.work else { return false };
        *party == post.party && letter.matter == post.letter.matter && row.attempts == 0 && !row.state.ended()
    };
    rows.take_while(|row| row.decided == turn.now).filter(same).map(|row| row.id).collect()
}

fn post_once(turn: &mut Turn, post: Post) -> Option<OwedId> {
    let thread = thread(turn, post.incident, &post.party);
    let shadow = turn.book.rules.site.shadow.clone();
    let mail = turn
        .book
        .rules
        .channels
        .iter()
        .find(|channel| channel.carries == Carries::Mail)
        .map(|channel| channel.id.clone());
    let copies: Vec<ChannelId> = turn
        .book
        .rules
        .channels
        .iter()
        .filter(|channel| matches!(&channel.carries, Carries::CopiesFor { party } if *party == post.party))
        .map(|channel| channel.id.clone())
        .collect();
    let hold = approval::wanted(turn, &post);
    let row = |turn: &mut Turn, channel: ChannelId, addresses: Vec<Addressed>, life, why| {
        let party = post.party.clone();
        let mut letter = Box::new(post.letter.clone());
        if shadow.is_some() {
            letter.meant = Some(shadow::meant(&post, mail.as_ref(), &copies));
        }
        let work = Work::Message { party, channel, addresses, thread: thread.clone(), letter };
        let mut owed = blank(turn, post.incident, work, why);
        owed.request = post.request;
        owed.not_before = post.not_before.filter(|at| *at > turn.now.wall);
        owed.critical = post.critical;
        owed.deliver_by = turn.now.elapsed + post.deliver_by;
        let waits = owed.not_before.map(|at| at.duration_since(turn.now.wall).unsigned_abs()).unwrap_or_default();
        owed.give_up = turn.now.elapsed + waits + life;
        owed.hold.clone_from(&hold);
        let id = owed.id;
        let why = owed.why.clone();
        turn.record(Change::Owed(Box::new(owed)), Reason::Because(why));
        id
    };
    if let Some(address) = &shadow {
        // One mail to the one address stands for the mail and all its copies.
        let channel = mail.clone().filter(|_| !post.to.is_empty() || !copies.is_empty())?;
        let id = row(turn, channel, vec![shadow::reader(address)], MAIL_LIFE, post.why.clone());
        return (!post.to.is_empty()).then_some(id);
    }
    let first = match &mail {
        Some(channel) if !post.to.is_empty() => {
            Some(row(turn, channel.clone(), post.to.clone(), MAIL_LIFE, post.why.clone()))
        }
        _ => None,
    };
    for channel in &copies {
        let address =
            Addressed { name: channel.to_string(), address: channel.to_string(), must_act: false, result: None };
        let why = first.map_or_else(|| post.why.clone(), Why::CopyOf);
        row(turn, channel.clone(), vec![address], COPY_LIFE, why);
    }
    first
}

/// Owes a sign of life: one mail over one channel, useless when the next is due.
pub(in crate::desk) fn owe_beat(turn: &mut Turn, rule: &MailBeat, letter: Letter) -> OwedId {
    let work = Work::Message {
        party: turn.book.rules.site.desk.clone(),
        channel: rule.channel.clone(),
        addresses: vec![shadow::reader(&rule.to)],
        thread: Vec::new(),
        letter: Box::new(letter),
    };
    let mut owed = blank(turn, None, work, Why::Heartbeat);
    owed.give_up = turn.now.elapsed + rule.every;
    let id = owed.id;
    turn.record(Change::Owed(Box::new(owed)), Reason::Because(Why::Heartbeat));
    id
}

/// Owes a ping, a probe, evidence or a write-back; on trial nothing is written onto others' problems.
pub(in crate::desk) fn owe(turn: &mut Turn, incident: Option<IncidentId>, work: Work, why: Why) {
    if turn.book.rules.site.shadow.is_some() && matches!(work, Work::WriteBack { .. }) {
        return;
    }
    let life = match (&work, &why) {
        (Work::Evidence(_), _) => EVIDENCE_LIFE,
        (_, Why::Evidence) => PING_LIFE,
        (..) => COPY_LIFE,
    };
    let mut owed = blank(turn, incident, work, why.clone());
    owed.give_up = turn.now.elapsed + life;
    turn.record(Change::Owed(Box::new(owed)), Reason::Because(why));
}

pub(super) fn blank(turn: &Turn, incident: Option<IncidentId>, work: Work, why: Why) -> Owed {
    let id = turn.next_owed();
    let now = turn.now.elapsed;
    Owed {
        id,
        key: key(turn, id, incident, &work),
        incident,
        request: None,
        bundle: None,
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
        ahead_of: None,
        hold: None,
        state: OwedState::Waiting { at: now },
    }
}

/// Keys of earlier mails of the incident to the same party.
fn thread(turn: &Turn, incident: Option<IncidentId>, party: &PartyId) -> Vec<String> {
    let Some(incident) = incident else { return Vec::new() };
    let earlier = turn.state.owed_of(incident).filter(|row| row.party() == Some(party));
    let left = |row: &&Owed| row.state != OwedState::Superseded && !(row.state.is_dropped() && row.is_unread());
    earlier.filter(left).map(|row| row.key.clone()).collect()
}

/// Rows that surely nobody has read, and that have nothing to say any more: whoever has heard nothing needs no correction.
pub(in crate::desk) fn forgo(turn: &mut Turn, rows: &[OwedId]) {
    for id in rows {
        if turn.state.owed.get(id).is_some_and(|row| row.is_unread() && !row.state.ended()) {
            turn.record(Change::Ended { owed: *id, state: OwedState::Superseded }, Reason::Needless);
        }
    }
}

/// What takes over from a row that was tried in vain is due when that one was.
fn hasten(turn: &mut Turn, by: OwedId, earlier: OwedId) {
    let rows = (turn.state.owed.get(&by), turn.state.owed.get(&earlier));
    let (Some(row), Some(before)) = rows else { return };
    let OwedState::Waiting { at } = row.state else { return };
    if before.critical && before.attempts > 0 && before.deliver_by < row.deliver_by {
        let hurried = Change::Hurried { owed: by, deliver_by: before.deliver_by, at, ahead_of: None };
        turn.record(hurried, Reason::TakesOver { from: earlier });
    }
}

/// Rows about `incident` to `party` that surely nobody has read and a later message says better. It has no more time than they had: news
/// that comes again and again must not keep a failing path from being left.
pub(in crate::desk) fn supersede(turn: &mut Turn, by: OwedId, earlier: &[OwedId]) {
    for id in earlier {
        let unread = turn.state.owed.get(id).is_some_and(|row| row.is_unread() && !row.state.ended());
        if unread {
            approval::inherit(turn, by, *id);
            hasten(turn, by, *id);
            turn.record(Change::Ended { owed: *id, state: OwedState::Superseded }, Reason::SaidBetter { by });
        }
    }
}
