//! 現地確認依頼: what only eyes can see is asked of whoever sees the machines, once per incident.

use super::facts::{Reader, facts};
use super::{Draft, send};
use crate::desk::ids::{IncidentId, PartyId};
use crate::desk::incident::{Edit, Reason};
use crate::desk::letter::{Matter, What};
use crate::desk::owed::Why;
use crate::desk::rules::{CauseClass, PartyKind, VerdictCode};
use crate::desk::turn::Turn;

/// Asks for a look, where the verdict suspects a thing that can be looked at and the incident is grave enough to send
/// somebody (重大度1-2).
pub(in crate::desk) fn look(turn: &mut Turn, incident: IncidentId) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    if known.severity_value() > 2 || !known.looks.is_empty() {
        return;
    }
    let Some((place, items)) = wanted(turn, incident) else { return };
    let Some(centre) = centre(turn) else { return };
    let Some(facts) = facts(turn, incident, Reader::House(&centre)) else { return };
    let severity = facts.severity;
    let matter = Matter::OnSite { incident: Box::new(facts), place, items: items.clone() };
    if send(turn, &centre, Draft::new(Some(incident), severity, matter, Why::OnSite)).is_none() {
        return;
    }
    turn.edit(incident, Edit::LookAsked(items), Reason::OnSite);
    let party = turn.book.party_name(&centre);
    turn.edit(incident, Edit::happened(turn.now.wall, What::LookAsked { party }), Reason::OnRecord);
}

/// Where to look, and at what: the component's own list, or the usual one for hardware that stands somewhere.
fn wanted(turn: &Turn, incident: IncidentId) -> Option<(String, Vec<String>)> {
    let verdict = turn.state.incidents.get(&incident)?.verdict()?;
    let someone_looks =
        matches!(verdict.code, VerdictCode::Single | VerdictCode::Multi | VerdictCode::Own | VerdictCode::Unknown);
    let component = turn.book.rules.components.get(verdict.component.as_ref()?).filter(|_| someone_looks)?;
    if component.unseen {
        return None;
    }
    let place = component.asset.place.clone();
    if !component.look.is_empty() {
        return Some((place, component.look.clone()));
    }
    let physical = matches!(verdict.cause, Some(CauseClass::Hw | CauseClass::Nw | CauseClass::Fa));
    (physical && !place.is_empty()).then(|| (place, turn.book.rules.policy.look.clone()))
}

/// The data centre: the first party of that kind, by name.
fn centre(turn: &Turn) -> Option<PartyId> {
    let mut parties = turn.book.rules.parties.iter();
    parties.find(|(_, party)| party.kind == PartyKind::DataCentre).map(|(id, _)| id.clone())
}
