//! Words for an incident that ends otherwise than by 復旧: 取消 and 統合.
//!
//! Only whoever was told hears of it: a message that surely nobody has read is taken back instead.

use super::facts::{Reader, facts};
use super::{Draft, send, unread};
use crate::desk::act::CancelKind;
use crate::desk::deliver;
use crate::desk::ids::{IncidentId, Number, OwedId, PartyId, RequestId};
use crate::desk::letter::Matter;
use crate::desk::owed::{Owed, Why};
use crate::desk::turn::Turn;
use crate::desk::words::Words;

/// 取消 to the offices that were told; vendors read their 取下げ.
pub(in crate::desk) fn cancelled(turn: &mut Turn, incident: IncidentId, kind: CancelKind, reason: Words) {
    for office in told_offices(turn, incident) {
        let Some(incident_facts) = facts(turn, incident, Reader::House(&office)) else { continue };
        let severity = incident_facts.severity;
        let matter = Matter::Cancelled { incident: Box::new(incident_facts), kind, reason: reason.clone() };
        send(turn, &office, Draft::new(Some(incident), severity, matter, Why::Act));
    }
}

/// 統合 to the offices and vendors that were told of it; `requests` are those that were open.
/// Those of `kept` go on under the other number as they are.
pub(in crate::desk) fn merged(
    turn: &mut Turn,
    incident: IncidentId,
    requests: &[RequestId],
    kept: &[RequestId],
    into: &Number,
) {
    for office in told_offices(turn, incident) {
        goes_on(turn, incident, &office, into, (true, false));
    }
    for request in requests {
        let Some(asked) = turn.state.requests.get(request) else { continue };
        let party = asked.party.clone();
        if let Some(rows) = unread::unknown_request(turn, asked) {
            deliver::forgo(turn, &rows);
        } else {
            goes_on(turn, incident, &party, into, (false, kept.contains(request)));
        }
    }
}

fn goes_on(turn: &mut Turn, incident: IncidentId, party: &PartyId, into: &Number, (to_office, goes_on): (bool, bool)) {
    let reader = if to_office { Reader::House(party) } else { Reader::Vendor(party) };
    let Some(incident_facts) = facts(turn, incident, reader) else { return };
    let severity = incident_facts.severity;
    let matter = Matter::Merged { incident: Box::new(incident_facts), into: into.clone(), to_office, goes_on };
    send(turn, party, Draft::new(Some(incident), severity, matter, Why::Act));
}

/// Offices that may have read of the incident; reports that surely nobody has read are taken back on the way.
fn told_offices(turn: &mut Turn, incident: IncidentId) -> Vec<PartyId> {
    let unsent = unread::unsent_reports(turn, incident);
    let Some(known) = turn.state.incidents.get(&incident) else { return Vec::new() };
    let unread = |office: &PartyId| {
        let to_it = |id: &OwedId| turn.state.owed.get(id).and_then(|row| row.party()) == Some(office);
        let dropped = |row: &Owed| row.state.is_dropped() && row.is_unread() && row.party() == Some(office);
        // 第一報 that waits for an opening, or was dropped, is all there is: every other report follows it.
        (unsent.iter().any(to_it) || turn.state.owed_of(incident).any(dropped))
            && !turn.state.owed_of(incident).any(|row| !row.is_unread() && row.party() == Some(office))
    };
    let told = known.reporting.offices.iter().filter(|office| !unread(office)).cloned().collect();
    deliver::forgo(turn, &unsent);
    told
}
