//! Addresses: where a mail that waits goes when the configuration names another address than at its decision (P17), and who else
//! of its party gets it where an address does not exist (DECISIONS 13).

use super::{by_hand, path, post, shadow};
use crate::desk::contact::{self, MailTo, Resolution};
use crate::desk::ids::{OwedId, PartyId};
use crate::desk::incident::Incident;
use crate::desk::letter::{Addressee, Letter, facts_of};
use crate::desk::notify;
use crate::desk::outcome::{Delivery, Refused};
use crate::desk::owed::{Addressed, Change, Owed, OwedState, Reason, Why, Work};
use crate::desk::turn::Turn;

/// The configuration was read anew: what waits, or is looked at by the desk, goes where it says now.
pub(in crate::desk) fn by_rules(turn: &mut Turn) {
    let waits = |row: &&Owed| matches!(row.state, OwedState::Waiting { .. } | OwedState::Held { .. });
    let rows: Vec<OwedId> = turn.state.owed.values().filter(waits).map(|row| row.id).collect();
    for id in rows {
        set_right(turn, id);
    }
}

/// A mail on a channel that is not configured any more leaves by one that is: nothing can have been tried there since, and there is
/// nothing to be repaired. What has been tried does not wait for its next try.
fn leave_gone_channel(turn: &mut Turn, id: OwedId) {
    let Some(row) = turn.state.owed.get(&id) else { return };
    let (Work::Message { channel, .. }, OwedState::Waiting { at }) = (&row.work, &row.state) else { return };
    if turn.book.rules.channels.iter().any(|known| known.id == *channel) {
        return;
    }
    let at = if row.attempts > 0 { turn.now.elapsed.min(*at) } else { *at };
    if let Some(channel) = path::next_path(turn, row) {
        turn.record(Change::Rerouted { owed: id, channel, at }, Reason::Configuration);
    }
}

/// Before an attempt: what was under way when the configuration was read anew, or was given up before.
pub(super) fn set_right(turn: &mut Turn, id: OwedId) {
    leave_gone_channel(turn, id);
    let Some(to) = turn.state.owed.get(&id).and_then(|row| as_configured(turn, row)) else { return };
    turn.record(Change::Readdressed { owed: id, to }, Reason::Configuration);
}

/// Its addresses as the configuration has them now; `None` = they are as they were. A contact that is still there by its name keeps the
/// message; instead of one that is gone, whoever reads the party's mail now gets it.
fn as_configured(turn: &Turn, row: &Owed) -> Option<Vec<Addressed>> {
    let Work::Message { party, addresses, letter, .. } = &row.work else { return None };
    if !is_addressed_by_contacts(turn, row) {
        return None;
    }
    let contacts = &turn.book.party(party)?.contacts;
    let is_known = |known: &&Addressed| {
        known.accepted() || contacts.iter().any(|contact| contact.mail.as_ref() == Some(&known.address))
    };
    if addresses.iter().all(|known| is_known(&known)) {
        return None;
    }
    let corrected = |known: &Addressed| {
        let contact = contacts.iter().find(|contact| contact.name == known.name)?;
        Some(Addressed { address: contact.mail.clone()?, result: None, ..known.clone() })
    };
    let mut to: Vec<Addressed> = Vec::new();
    for known in addresses {
        let now = if is_known(&known) { Some(known.clone()) } else { corrected(known) };
        to.extend(now.filter(|now| !to.iter().any(|other| other.address == now.address)));
    }
    if !to.iter().any(|known| known.open() || known.accepted()) {
        to.extend(reads_now(turn, party, letter).mail.as_ref().map(reader));
    }
    // Where nobody of the party has an address, the old one is as good as any.
    (!to.is_empty()).then_some(to)
}

/// None of its addresses takes the message: the next contact of the party that has another address gets it, in a message of its own.
pub(super) fn next_contact(turn: &mut Turn, id: OwedId) -> Option<(String, String)> {
    let row = turn.state.owed.get(&id)?;
    let Work::Message { party, channel, letter, thread, .. } = &row.work else { return None };
    // What was taken back while the attempt was under way is asked of nobody else; what has become secret is told to nobody else.
    let secret = row.incident.and_then(|id| turn.state.incidents.get(&id)).is_some_and(Incident::is_secret);
    let stands = by_hand::useful(turn, row).is_ok() && !(secret && facts_of(&letter.matter).is_some());
    if !stands || !is_addressed_by_contacts(turn, row) || row.bundle.is_some() {
        return None;
    }
    let tried = tried(turn, row);
    let (party, channel, thread, mut letter) = (party.clone(), channel.clone(), thread.clone(), letter.clone());
    let resolved = reads_now(turn, &party, &letter);
    let next = resolved.mails.iter().find(|mail| !tried.contains(&mail.address))?;
    let before = letter.to.contact.take().unwrap_or_default();
    letter.to = Addressee { instead_of: Some(before), ..notify::addressee(turn, &party, Some(next.contact)) };
    letter.written = turn.now.wall;
    let to = reader(next);
    let told = (to.name.clone(), to.address.clone());
    // Two notices of the same words that failed together come to the next contact as one.
    let says_so = |other: &Owed| {
        let Work::Message { party: reader, letter: said, addresses, .. } = &other.work else { return false };
        let waits = other.incident == row.incident && *reader == party && !other.state.ended();
        let to_same = || addresses.iter().any(|known| known.address == to.address && known.open());
        waits && to_same() && said.matter == letter.matter
    };
    let mut later = turn.state.owed.values().rev().take_while(|other| other.id > id);
    if row.request.is_none() && later.any(says_so) {
        return Some(told);
    }
    let work = Work::Message { party, channel, addresses: vec![to], thread, letter };
    let next = Owed {
        request: row.request,
        critical: row.critical,
        deliver_by: turn.now.elapsed + row.deliver_by.since(row.decided.elapsed),
        ..post::blank(turn, row.incident, work, Why::NextContact(id))
    };
    turn.record(Change::Owed(Box::new(next)), Reason::Because(Why::NextContact(id)));
    Some(told)
}

/// Whom to call of a party that was not reached by mail: the contact with that address, else the first that has a phone. Not
/// for the desk's own mail, nor for a request: its phone note says whom to call first.
pub(super) fn to_call(turn: &Turn, row: &Owed, address: &str) -> Option<(String, String)> {
    let party = row.party().filter(|party| row.request.is_none() && **party != turn.book.rules.site.desk)?;
    let contacts = &turn.book.party(party)?.contacts;
    let own = contacts.iter().filter(|contact| contact.mail.as_deref() == Some(address));
    let (who, phone) = own.chain(contacts).find_map(|contact| Some((&contact.name, contact.phone.as_ref()?)))?;
    Some((who.clone(), phone.clone()))
}

/// The addresses of the party that took nothing about this incident, and those of this message and of those it is sent instead of.
fn tried<'a>(turn: &'a Turn, row: &'a Owed) -> Vec<&'a str> {
    let before = |row: &&'a Owed| match row.why {
        Why::NextContact(before) => turn.state.owed.get(&before),
        _ => None,
    };
    let same = std::iter::successors(Some(row), before);
    let about = row.incident.into_iter().flat_map(|incident| turn.state.owed_of(incident));
    let theirs = about.filter(|other| other.party() == row.party() && other.id != row.id);
    let refused = theirs
        .flat_map(addresses)
        .filter(|known| matches!(known.result, Some(Delivery::Refused { what: Refused::Recipient, .. })));
    refused.chain(same.flat_map(addresses)).map(|known| known.address.as_str()).collect()
}

fn addresses(row: &Owed) -> &[Addressed] {
    if let Work::Message { addresses, .. } = &row.work { addresses } else { &[] }
}

/// Mail to a party, in earnest. On trial one address stands for all, and a sign of life goes where its rule says.
fn is_addressed_by_contacts(turn: &Turn, row: &Owed) -> bool {
    let on_trial = turn.book.rules.site.shadow.is_some() || shadow::is_foreign(turn, row);
    path::is_mail(&turn.book.rules, row) && row.why != Why::Heartbeat && !on_trial
}

fn reads_now<'a>(turn: &'a Turn, party: &PartyId, letter: &Letter) -> Resolution<'a> {
    let severity = facts_of(&letter.matter).map_or(1, |facts| facts.severity).clamp(1, 4);
    let any_hour = turn.book.rules.policy.severity[usize::from(severity) - 1].phone_at_any_hour;
    contact::resolve(&turn.book.rules, party, &turn.book.zone, turn.now.wall, severity, any_hour)
}

fn reader(mail: &MailTo) -> Addressed {
    Addressed { name: mail.contact.name.clone(), address: mail.address.to_owned(), must_act: true, result: None }
}
