//! Notify (連絡): who hears of which change, with which facts.
//!
//! A stage. [`facts`] fixes what a reader may know, [`reports`] tells the offices, [`vendor`] asks and reminds, [`ends`] says
//! that it is called off or goes on elsewhere, [`least`] that there is something to hide, [`onsite`] asks for a look, [`house`] and
//! [`covers`] tell the desk itself. When and by which path it leaves
//! is `deliver`'s, the wording `render`'s.

mod approval;
mod certificates;
mod changes;
mod consult;
mod covers;
mod desk_word;
mod digest;
mod ends;
mod external;
mod facts;
mod former;
mod heartbeat;
mod hours;
mod house;
mod impact;
mod judged;
mod least;
mod office_call;
mod onsite;
mod owner;
mod phone;
mod reports;
mod signs;
mod storm;
mod target;
mod trial;
mod unread;
mod unseen;
mod untouched;
mod vendor;

pub(super) use approval::held;
pub(super) use certificates::certificate_seen;
pub(super) use consult::{consult_closed, consultation};
pub(super) use covers::cover_ends_soon;
pub(super) use digest::{digest, hand_over, next_hand_over};
pub(super) use ends::{cancelled, merged};
pub(super) use external::external;
pub(super) use heartbeat::{heartbeat, heartbeat_by_rules};
pub(super) use house::{
    adopted, blind, damaged, internal, remark, restored, rules_refused, sighted, was_down, write_numbers_back,
};
pub(crate) use impact::whom_it_hits;
pub(super) use least::security;
pub(super) use office_call::call_office;
pub(super) use onsite::look;
pub(super) use phone::{call_at_opening, closed_to_manager, phone_note};
pub(super) use reports::{
    first_report, is_reported_elsewhere, promised_report, recovery, reopened, severity_raised, tell_eased, tell_news,
    verifying,
};
pub(super) use signs::sign;
pub(super) use storm::storm;
pub(super) use trial::{trial_begins, trial_ends};
pub(super) use unseen::{not_seen, red_apart};
pub(super) use vendor::{addition, asked_before, chaser, manager, request, withdrawal};

use super::contact::{self, Resolution};
use super::deliver::{self, Post};
use super::ids::{IncidentId, OwedId, PartyId, RequestId};
use super::letter::{Addressee, Letter, Matter, Signature};
use super::owed::{Addressed, Why};
use super::rules::{Contact, PartyKind, SeverityPolicy};
use super::turn::Turn;
use jiff::Timestamp;

/// A letter to a party, before it has addresses.
struct Draft {
    incident: Option<IncidentId>,
    request: Option<RequestId>,
    matter: Matter,
    severity: u8,
    critical: bool,
    not_before: Option<Timestamp>,
    why: Why,
}

impl Draft {
    fn new(incident: Option<IncidentId>, severity: u8, matter: Matter, why: Why) -> Self {
        Self { incident, request: None, matter, severity, critical: severity <= 2, not_before: None, why }
    }
}

/// The policy of a severity.
fn policy<'a>(turn: &'a Turn, severity: u8) -> &'a SeverityPolicy {
    &turn.book.rules.policy.severity[usize::from(severity.clamp(1, 4)) - 1]
}

/// Who of `party` is reached now.
fn reach<'a>(turn: &'a Turn, party: &PartyId, severity: u8) -> Resolution<'a> {
    let any_hour = policy(turn, severity).phone_at_any_hour;
    contact::resolve(&turn.book.rules, party, &turn.book.zone, turn.now.wall, severity, any_hour)
}

/// Who of `party` reads a draft. What can wait for an office goes to whoever is there at its opening: its emergency
/// contact is for what cannot wait.
fn reach_to_read<'a>(turn: &'a Turn, party: &PartyId, draft: &Draft) -> Resolution<'a> {
    let known = turn.book.party(party).filter(|known| known.kind == PartyKind::Office && !draft.critical);
    let from = draft.not_before.map_or(turn.now.wall, |at| at.max(turn.now.wall));
    let opening =
        known.and_then(|known| turn.book.calendar(&known.hours).next_opening(from, &turn.book.zone)).unwrap_or(from);
    let any_hour = policy(turn, draft.severity).phone_at_any_hour;
    contact::resolve(&turn.book.rules, party, &turn.book.zone, opening, draft.severity, any_hour)
}

/// Sends a draft to whoever of `party` is reached now. `None` when the party has no mail address at all.
fn send(turn: &mut Turn, party: &PartyId, draft: Draft) -> Option<OwedId> {
    let resolved = reach_to_read(turn, party, &draft);
    let to = resolved.mail.map(|mail| (mail.contact.clone(), mail.address.to_owned()));
    send_to(turn, party, to, draft)
}

/// Sends a draft to one contact of `party`.
fn send_to(turn: &mut Turn, party: &PartyId, to: Option<(Contact, String)>, draft: Draft) -> Option<OwedId> {
    let draft = least::said(turn, party, draft)?;
    let contact = to.as_ref().map(|(contact, _)| contact);
    let written = draft.not_before.map_or(turn.now.wall, |at| at.max(turn.now.wall));
    let letter = letter(turn, party, contact, draft.matter, written);
    let to = to
        .into_iter()
        .map(|(contact, address)| Addressed { name: contact.name, address, must_act: true, result: None })
        .collect();
    let deliver_by = policy(turn, draft.severity).deliver_by;
    let post = Post {
        incident: draft.incident,
        request: draft.request,
        party: party.clone(),
        to,
        letter,
        not_before: draft.not_before,
        critical: draft.critical,
        deliver_by,
        why: draft.why,
    };
    deliver::post(turn, post)
}

fn letter(turn: &Turn, party: &PartyId, contact: Option<&Contact>, matter: Matter, written: Timestamp) -> Letter {
    let site = &turn.book.rules.site;
    Letter {
        language: site.language,
        timezone: site.timezone.clone(),
        written,
        to: addressee(turn, party, contact),
        from: signature(turn, written),
        matter,
        meant: None,
        approved: false,
    }
}

/// Whom a letter addresses: an office and the desk as a whole, a vendor at its reception; a person always by name.
pub(in crate::desk) fn addressee(turn: &Turn, party: &PartyId, contact: Option<&Contact>) -> Addressee {
    let vendor = turn
        .book
        .party(party)
        .is_some_and(|party| matches!(party.kind, PartyKind::Vendor | PartyKind::External | PartyKind::DataCentre));
    let named = contact.filter(|contact| contact.person || vendor);
    Addressee {
        organization: turn.book.party_name(party),
        contact: named.map(|contact| contact.name.clone()),
        person: named.is_some_and(|contact| contact.person),
        instead_of: None,
    }
}

fn signature(turn: &Turn, written: Timestamp) -> Signature {
    let site = &turn.book.rules.site;
    let desk = turn.book.party(&site.desk);
    let reception = &turn.book.rules.policy.reception;
    let phones = || {
        desk.into_iter().flat_map(|desk| &desk.contacts).filter_map(|contact| Some((contact, contact.phone.clone()?)))
    };
    let by_day = phones().find(|(contact, _)| contact.hours == *reception);
    let by_night = phones().find(|(contact, _)| contact.hours != *reception);
    Signature {
        site: site.name.clone(),
        desk: "システム運用窓口".to_owned(),
        organization: turn.book.party_name(&site.desk),
        phone: by_day.map(|(contact, phone)| (phone, hours::hours_in_words(turn.book, &contact.hours))),
        night_phone: by_night.map(|(_, phone)| phone),
        out_of_hours: !turn.book.reception().is_open(written, &turn.book.zone),
    }
}
