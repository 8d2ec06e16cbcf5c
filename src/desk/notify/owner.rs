//! Whose a thing outside the contracts of this desk is, for the office that decides, and for the desk that calls it.

use super::facts::Reader;
use super::hours::hours_in_words;
use crate::desk::incident::Verdict;
use crate::desk::letter::Owner;
use crate::desk::rules::{Contact, ContractScope, PartyKind, VerdictCode};
use crate::desk::turn::Turn;

/// The owner of what `verdict` suspects, where that is outside the contracts. No vendor reads of another.
pub(super) fn of(turn: &Turn, verdict: &Verdict, reader: Reader) -> Option<Owner> {
    let house = matches!(reader, Reader::House(_)) && verdict.code == VerdictCode::ScopeOut;
    let component = verdict.component.as_ref().filter(|_| house);
    let component = component.and_then(|id| turn.book.rules.components.get(id))?;
    let contracted = match component.scope {
        ContractScope::In => return None,
        ContractScope::Out => false,
        ContractScope::Other => true,
    };
    let party = turn.book.party(&component.party)?;
    // An office or the data centre knows what is its own.
    if !matches!(party.kind, PartyKind::Vendor | PartyKind::External) {
        return None;
    }
    // Whether it answers now does not matter yet: the decision comes first.
    let today = turn.book.date(turn.now.wall);
    let valid = |contact: &&Contact| {
        contact.from.is_none_or(|from| from <= today) && contact.until.is_none_or(|until| today <= until)
    };
    let mut contacts = party.contacts.iter().filter(valid);
    let called = contacts.find_map(|contact| Some((contact, contact.phone.clone()?)));
    let hours = called.as_ref().map_or(&party.hours, |(contact, _)| &contact.hours);
    Some(Owner {
        organization: party.name.clone(),
        hours: hours_in_words(turn.book, hours),
        contact: called.as_ref().map(|(contact, _)| contact.name.clone()).unwrap_or_default(),
        phone: called.map(|(_, phone)| phone).unwrap_or_default(),
        contract: component.asset.contract.clone(),
        contracted,
    })
}
