//! Times of people that cannot be: what is said to have happened before what it answers to.
//!
//! Asked of an act as it comes in, to the minute, as people write it. Not of acts on record: those were taken as they were.

use super::perform::{find, said};
use super::vendor::request_of;
use super::{Act, Deed};
use crate::desk::ids::{IncidentId, PartyId};
use crate::desk::turn::Turn;
use jiff::Timestamp;

/// Why an act cannot have been when it is said to have been, if so.
pub(super) fn untimely(turn: &Turn, act: &Act) -> Result<(), String> {
    let Act::On { incident, deed } = act else { return Ok(()) };
    let Some(id) = find(turn, incident) else { return Ok(()) };
    let desk = &turn.book.rules.site.desk;
    match deed {
        Deed::Acknowledge { party, at: Some(at) } | Deed::HandBack { party, at: Some(at), .. } => {
            after_asked(turn, id, party.as_ref(), *at)
        }
        Deed::Start { party: Some(party), at: Some(at) } if party != desk => after_asked(turn, id, Some(party), *at),
        Deed::Start { at: Some(at), .. }
        | Deed::Called { at: Some(at), .. }
        | Deed::WorkAround { at: Some(at), .. }
        | Deed::Looked { at: Some(at), .. }
        | Deed::Restore { usable: Some(at), .. } => after(turn, *at, began(turn, id), "the fault began"),
        Deed::Accept { at: Some(at), .. } => {
            let restored = turn.state.incidents.get(&id).and_then(|known| known.restored.as_ref());
            after(turn, *at, restored.map(|restored| restored.at), "it was restored")
        }
        _ => Ok(()),
    }
}

/// A vendor answers what it was asked. Whether it was is not decided here.
fn after_asked(turn: &Turn, id: IncidentId, party: Option<&PartyId>, at: Timestamp) -> Result<(), String> {
    let Ok(request) = request_of(turn, id, party) else { return Ok(()) };
    let known = turn.state.requests.get(&request);
    // Asked anew because it became graver, or under another number: an answer to the first is one to the second.
    let first = known.and_then(|known| {
        let links = turn.state.incidents.get(&id).into_iter().flat_map(|incident| &incident.links);
        let all = links.map(|(_, other)| *other).chain([id]).flat_map(|id| turn.state.requests_of(id));
        all.filter(|other| other.party == known.party).map(|other| other.asked).min()
    });
    after(turn, at, first, "it was asked")
}

/// When the first of it began, hidden or not; by the user's word where nothing shows.
fn began(turn: &Turn, id: IncidentId) -> Option<Timestamp> {
    let occurred = turn.state.incidents.get(&id).map(|known| known.occurred);
    let shown = turn.state.members_of(id).map(|alert| alert.began.unwrap_or(alert.at));
    occurred.into_iter().chain(shown).min()
}

fn after(turn: &Turn, at: Timestamp, earliest: Option<Timestamp>, what: &str) -> Result<(), String> {
    let minute = |at: Timestamp| at.as_second().div_euclid(60);
    match earliest {
        Some(earliest) if minute(at) < minute(earliest) => {
            Err(format!("{} lies before {what} ({}); check the time.", said(turn, at), said(turn, earliest)))
        }
        Some(_) | None => Ok(()),
    }
}
