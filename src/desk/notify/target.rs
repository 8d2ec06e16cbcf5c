//! The things a reader is asked about: what is suspected, and what else of the same keeper fails by itself.

use super::facts::{Reader, contract_of, its_part};
use crate::desk::correlate::group;
use crate::desk::ids::{ComponentId, PartyId};
use crate::desk::incident::Incident;
use crate::desk::isolate::case;
use crate::desk::letter::{Fact, Target};
use crate::desk::request::Request;
use crate::desk::rules::{Component, PartyKind};
use crate::desk::state::{Here, Place};
use crate::desk::turn::Turn;
use std::collections::BTreeSet;

/// Further things named at most.
const ALSO: usize = 10;

/// The failing thing, for whoever keeps it - and for the desk, which dials on its behalf.
pub(super) fn main(turn: &Turn, incident: &Incident, reader: Reader) -> Option<Target> {
    of(turn, incident, &main_id(turn, incident, reader)?, reader)
}

/// What a vendor was asked about, where that is its own.
pub(super) fn asked(turn: &Turn, request: &Request) -> Option<Target> {
    let incident = turn.state.incidents.get(&request.incident)?;
    let component = request.component.as_ref()?;
    let own = its_part(turn.book, incident, component, &request.party);
    if own { of(turn, incident, component, Reader::Vendor(&request.party)) } else { None }
}

/// What else fails by itself and is of the same keeper: the [`others`], told of.
pub(super) fn also(turn: &Turn, incident: &Incident, others: &[ComponentId], reader: Reader) -> Vec<Target> {
    others.iter().filter_map(|id| of(turn, incident, id, reader)).take(ALSO).collect()
}

/// What these show, as facts for their keeper.
pub(super) fn shown(turn: &Turn, incident: &Incident, reader: Reader) -> Vec<Fact> {
    if !matches!(reader, Reader::Vendor(_)) {
        return Vec::new();
    }
    let places = turn.state.places.get(&incident.id);
    let best = |id: &ComponentId| places?.get(&Place::Component(id.clone())).and_then(Here::best);
    let alerts = others(turn, incident, reader).into_iter().filter_map(|id| best(&id));
    let alerts = alerts.filter_map(|(.., alert)| turn.state.alerts.get(&alert));
    alerts.map(case::fact_of).take(ALSO).collect()
}

fn main_id(turn: &Turn, incident: &Incident, reader: Reader) -> Option<ComponentId> {
    let desk = &turn.book.rules.site.desk;
    match reader {
        Reader::House(party) if party == desk => incident.root.clone(),
        Reader::House(_) => None,
        Reader::Vendor(party) => {
            let own = |component: &ComponentId| its_part(turn.book, incident, component, party);
            let suspected = incident.verdict().and_then(|verdict| verdict.component.clone());
            let members = || turn.state.members_of(incident.id).filter_map(|alert| alert.component.clone());
            [suspected, incident.root.clone()]
                .into_iter()
                .flatten()
                .find(own)
                .or_else(|| members().find(|component| own(component)))
        }
    }
}

/// Causes beside the main one whose keeper is the reader; for all others those of the suspected thing's keeper, of which the
/// data centre reads of what stands somewhere.
pub(super) fn others(turn: &Turn, incident: &Incident, reader: Reader) -> Vec<ComponentId> {
    let component = |id: &ComponentId| turn.book.rules.components.get(id);
    let suspected = incident.verdict().and_then(|verdict| verdict.component.clone()).or_else(|| incident.root.clone());
    let looks = |party: &PartyId| turn.book.party(party).is_some_and(|party| party.kind == PartyKind::DataCentre);
    let (main, party) = match reader {
        Reader::Vendor(party) => (main_id(turn, incident, reader), Some(party)),
        Reader::House(_) => (suspected.clone(), suspected.as_ref().and_then(|id| turn.book.keeper(id))),
    };
    let on_site = matches!(reader, Reader::House(party) if looks(party));
    let stands = |id: &ComponentId| !on_site || component(id).is_some_and(is_in_sight);
    // Where the suspected thing is not among the causes, they are its echoes.
    let roots = group::root_components(turn.state, turn.book, incident.id);
    let Some(main) = main.filter(|main| roots.contains(main)) else { return Vec::new() };
    roots
        .into_iter()
        .filter(|id| *id != main && party.is_some() && turn.book.keeper(id) == party && stands(id))
        .collect()
}

/// It stands somewhere that the data centre looks after.
fn is_in_sight(component: &Component) -> bool {
    !component.asset.place.is_empty() && !component.unseen
}

/// Whether a vendor that repairs this for `party` comes by the data centre (入館).
pub(super) fn is_entered(turn: &Turn, incident: &Incident, party: &PartyId) -> bool {
    let component = |id: ComponentId| turn.book.rules.components.get(&id);
    ids(turn, incident, party).filter_map(component).any(is_in_sight)
}

/// The things of a vendor that it is asked about.
pub(super) fn ids(turn: &Turn, incident: &Incident, party: &PartyId) -> impl Iterator<Item = ComponentId> {
    let reader = Reader::Vendor(party);
    main_id(turn, incident, reader).into_iter().chain(others(turn, incident, reader))
}

fn of(turn: &Turn, incident: &Incident, id: &ComponentId, reader: Reader) -> Option<Target> {
    let component = turn.book.rules.components.get(id)?;
    let members = turn.state.members_of(incident.id).filter(|alert| alert.component.as_ref() == Some(id));
    let hosts: BTreeSet<String> = members.map(|alert| alert.problem.host.to_string()).collect();
    let mut asset = component.asset.clone();
    let desk = &turn.book.rules.site.desk;
    // Where a vendor only worked, the contract is another vendor's; whoever looks needs none.
    asset.contract = match reader {
        Reader::Vendor(party) if component.party != *party => String::new(),
        Reader::House(party) if party != desk => String::new(),
        Reader::Vendor(_) | Reader::House(_) => {
            contract_of(turn.book, &component.party, Some(id), turn.book.date(incident.occurred))
        }
    };
    Some(Target { name: component.name.clone(), hosts: hosts.into_iter().collect(), asset })
}
