//! セキュリティ: from the verdict on, every letter about the incident says the least that must be said, whoever reads it.
//!
//! Details are for those who may look into the record. Not here: what the least is in words (`render`).

use super::unread::unsent_reports;
use super::{Draft, send};
use crate::desk::deliver;
use crate::desk::ids::{IncidentId, Number, OwedId, PartyId};
use crate::desk::incident::Incident;
use crate::desk::letter::{Least, Matter, facts_of};
use crate::desk::owed::{Owed, Why, Work};
use crate::desk::rules::PartyKind;
use crate::desk::turn::Turn;

/// The verdict on it is セキュリティ.
pub(super) fn is_secret(turn: &Turn, incident: IncidentId) -> bool {
    turn.state.incidents.get(&incident).is_some_and(Incident::is_secret)
}

/// A draft as it may be sent to `party`; `None` = there is nothing that it has to hear.
pub(super) fn said(turn: &Turn, party: &PartyId, draft: Draft) -> Option<Draft> {
    let known = draft.incident.and_then(|id| turn.state.incidents.get(&id)).filter(|known| known.is_secret());
    let (Some(known), Some(_)) = (known, facts_of(&draft.matter)) else { return Some(draft) };
    let least = match &draft.matter {
        // It is worded so that it says no more.
        Matter::Withdrawal { .. } => return Some(draft),
        Matter::Recovery { recovery, .. } => Least::Restored { at: recovery.restored },
        Matter::Cancelled { .. } => Least::CalledOff,
        // Nobody is to touch what may be evidence, and what came since is not told.
        Matter::OnSite { .. } | Matter::Addition { .. } => return None,
        _ => match turn.book.party(party).map(|party| party.kind) {
            Some(PartyKind::Office) if is_told(turn, known, party) => return None,
            Some(PartyKind::Office) => Least::Suspected,
            Some(PartyKind::Desk) => Least::Changed,
            Some(PartyKind::Vendor | PartyKind::External | PartyKind::DataCentre) | None => Least::Call,
        },
    };
    let number = known.number.clone().unwrap_or_else(|| Number(known.id.to_string()));
    Some(Draft { matter: Matter::Security { number, least }, ..draft })
}

/// An office hears once that something is suspected.
fn is_told(turn: &Turn, known: &Incident, office: &PartyId) -> bool {
    let suspects = |row: &Owed| {
        let Work::Message { letter, .. } = &row.work else { return false };
        matches!(&letter.matter, Matter::Security { least: Least::Suspected, .. })
    };
    turn.state.owed_of(known.id).any(|row| row.party() == Some(office) && suspects(row))
}

/// The verdict is security: the desk hears, and what still waits and says more than may be said now gives way.
pub(in crate::desk) fn security(turn: &mut Turn, incident: IncidentId) {
    let desk = turn.book.rules.site.desk.clone();
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let (severity, number) = (known.severity_value(), known.number.clone());
    let Some(number) = number else { return };
    let waiting = notes(turn, incident);
    let matter = Matter::Security { number: number.clone(), least: Least::Suspected };
    let mut draft = Draft::new(Some(incident), severity, matter, Why::DeskLeads);
    draft.critical = true;
    if let Some(row) = send(turn, &desk, draft) {
        deliver::supersede(turn, row, &waiting);
    }
    for id in unsent_reports(turn, incident) {
        let Some(row) = turn.state.owed.get(&id) else { continue };
        let Some(office) = row.party().cloned() else { continue };
        let matter = Matter::Security { number: number.clone(), least: Least::Suspected };
        let mut draft = Draft::new(Some(incident), severity, matter, Why::Interim);
        draft.not_before = row.not_before;
        if let Some(by) = send(turn, &office, draft) {
            deliver::supersede(turn, by, &[id]);
        }
    }
}

/// What the desk itself is still to read of it in other words.
fn notes(turn: &Turn, incident: IncidentId) -> Vec<OwedId> {
    let rows = turn.state.owed_of(incident).filter(|row| row.is_unread() && !row.state.ended());
    rows.filter(|row| matches!(row.kind(), "internal" | "phone_note")).map(|row| row.id).collect()
}
