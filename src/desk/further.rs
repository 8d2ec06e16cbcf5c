//! What shows itself after a vendor was asked: the vendor hears of it, or the desk where that vendor said it was not its part.

use super::alert::Alert;
use super::ids::{AlertId, IncidentId, PartyId, RequestId};
use super::letter::{Fact, Notice};
use super::owed::Why;
use super::request::Request;
use super::turn::Turn;
use super::{isolate, notify};
use std::collections::{BTreeMap, BTreeSet};

/// A machine that shows something else beside what its vendor was asked about: the vendor hears of it, whoever works on it.
pub(super) fn add_to_requests(turn: &mut Turn) {
    for (incident, alerts) in std::mem::take(&mut turn.touched.more) {
        let asked = |request: &&Request| request.state.open() && request.asked < turn.now.wall;
        let anew = |party: &PartyId| {
            let mut requests = turn.state.requests_of(incident);
            requests.any(|other| other.party == *party && other.asked == turn.now.wall)
        };
        let requests = turn.state.requests_of(incident).filter(asked).filter(|request| !anew(&request.party));
        let asked: Vec<(RequestId, PartyId)> = requests.map(|request| (request.id, request.party.clone())).collect();
        for (request, party) in asked {
            let keeps = |alert: &&Alert| {
                let component = alert.component.as_ref().and_then(|id| turn.book.rules.components.get(id));
                component.is_some_and(|component| component.party == party)
            };
            let own = alerts.iter().filter_map(|id| turn.state.alerts.get(id)).filter(keeps);
            let own: Vec<Fact> = own.map(isolate::case::fact_of).collect();
            if !own.is_empty() {
                notify::addition(turn, request, own);
            }
        }
        contradicted(turn, incident, &alerts);
    }
}

/// What was answered to be somebody else's shows something new: whether its keeper is to be asked again is the desk's to say.
fn contradicted(turn: &mut Turn, incident: IncidentId, alerts: &BTreeSet<AlertId>) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let asked = |party: &PartyId| {
        turn.state.requests_of(incident).any(|request| request.party == *party && request.state.open())
    };
    let mut of: BTreeMap<PartyId, Vec<Fact>> = BTreeMap::new();
    for alert in alerts.iter().filter_map(|id| turn.state.alerts.get(id)) {
        let keeper = alert.component.as_ref().and_then(|id| turn.book.rules.components.get(id));
        if let Some(party) = keeper.map(|component| &component.party)
            && known.is_handed_back_by(party)
            && !asked(party)
        {
            of.entry(party.clone()).or_default().push(isolate::case::fact_of(alert));
        }
    }
    for (party, alerts) in of {
        let notice = Notice::NewSign { party: turn.book.party_name(&party), alerts };
        notify::internal(turn, Some(incident), notice, Why::ShowsMore);
    }
}
