//! Calls people made, with how they ended (架電の結果).

use super::Actor;
use super::perform::{act_by, check_time};
use crate::desk::escalate;
use crate::desk::ids::{IncidentId, PartyId};
use crate::desk::incident::{Called, Edit, Reason};
use crate::desk::letter::{CallResult, What};
use crate::desk::turn::Turn;
use jiff::Timestamp;

/// A call that was made.
pub(super) struct Made {
    pub(super) contact: Option<String>,
    pub(super) result: CallResult,
    pub(super) at: Option<Timestamp>,
}

/// Records a call; what follows when nobody answers is the ladder's. The first that was answered is 窓口着手: an unanswered one is
/// not.
pub(super) fn called(turn: &mut Turn, actor: &Actor, id: IncidentId, party: PartyId, made: Made) -> Result<(), String> {
    check_time(turn, made.at)?;
    if party == turn.book.rules.site.desk {
        return Err("The desk does not call itself: name the party that was called.".to_owned());
    }
    let contact = match made.contact {
        Some(contact) => named(turn, &party, contact)?,
        None => escalate::whose_turn(turn, id, &party).unwrap_or_default(),
    };
    let (at, result) = (made.at.unwrap_or(turn.now.wall), made.result);
    let called = Called { party: party.clone(), contact: contact.clone(), result, at, by: actor.name.clone() };
    turn.edit(id, Edit::Called(called), act_by(actor));
    let what = What::Called { party: turn.book.party_name(&party), contact: contact.clone(), result };
    turn.edit(id, Edit::happened(at, what), Reason::OnRecord);
    let begun = turn.state.incidents.get(&id).is_some_and(|incident| incident.desk_started.is_some());
    if result == CallResult::Answered && !begun {
        turn.edit(id, Edit::DeskStarted(at), act_by(actor));
        turn.edit(id, Edit::happened(at, What::DeskStarted), Reason::OnRecord);
    }
    escalate::called(turn, id, &party, &contact);
    Ok(())
}

fn named(turn: &Turn, party: &PartyId, contact: String) -> Result<String, String> {
    let contacts = || turn.book.party(party).into_iter().flat_map(|party| &party.contacts);
    if contacts().any(|known| known.name == contact) {
        return Ok(contact);
    }
    let known: Vec<&str> = contacts().map(|known| known.name.as_str()).collect();
    Err(format!("{} has no contact `{contact}`. Known: {}.", turn.book.party_name(party), known.join(", ")))
}
