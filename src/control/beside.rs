//! What belongs beside an incident, for whoever looks for the cause: other open incidents, changes, like faults, its parts.

use super::view::{IncidentLine, line};
use crate::desk::Desk;
use crate::desk::ids::{ComponentId, IncidentId, SystemId};
use crate::desk::incident::{Incident, Link};
use crate::desk::isolate::case;
use crate::desk::likeness;
use crate::desk::modification::Modification;
use crate::desk::state::Place;
use crate::desk::words::Words;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// One modification in a list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChangeLine {
    /// As registered.
    pub change: Modification,
    /// Names of its components.
    pub components: Vec<String>,
    /// Name of the party.
    pub party: Option<String>,
}

/// What belongs beside an incident: where somebody who looks for the cause looks first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Beside {
    /// Other open incidents of the systems it hits.
    pub open: Vec<IncidentLine>,
    /// What was changed shortly before (72 h), the latest first.
    pub changes: Vec<ChangeLine>,
    /// Like faults that are over, with what helped then.
    pub like: Vec<LikeLine>,
    /// The components it needs, and how many of their alerts are red.
    pub parts: Vec<(String, usize)>,
    /// Related incidents: how, and which.
    pub links: Vec<(Link, String)>,
}

/// A like fault.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LikeLine {
    /// Its number.
    pub number: String,
    /// 発生
    pub occurred: Timestamp,
    /// The same symptom within the time of recurrence (再発).
    pub recurrence: bool,
    /// 対処内容
    pub treatment: Words,
}

/// Modifications on record, the latest first.
pub fn changes(desk: &Desk) -> Vec<ChangeLine> {
    let mut all: Vec<&Modification> = desk.state().modifications.values().collect();
    all.sort_by_key(|change| (Reverse(change.at), Reverse(change.id)));
    all.into_iter().map(|change| change_line(desk, change)).collect()
}

fn change_line(desk: &Desk, change: &Modification) -> ChangeLine {
    let book = desk.book();
    ChangeLine {
        components: change.components.iter().map(|id| book.component_name(id)).collect(),
        party: change.party.as_ref().map(|party| book.party_name(party)),
        change: change.clone(),
    }
}

/// What belongs beside `incident`.
pub fn beside(desk: &Desk, incident: &Incident) -> Beside {
    let (state, book) = (desk.state(), desk.book());
    let failing = case::failing(state, incident.id);
    let about: BTreeSet<&ComponentId> = failing.iter().chain(&incident.root).collect();
    let systems = |ids: &BTreeSet<&ComponentId>| -> BTreeSet<SystemId> {
        ids.iter().flat_map(|id| book.graph.systems_of(id)).cloned().collect()
    };
    let hit = systems(&about);
    let shares = |other: &&Incident| {
        let roots: BTreeSet<&ComponentId> = other.root.iter().collect();
        other.id != incident.id && !systems(&roots).is_disjoint(&hit)
    };
    let like = likeness::like(state, book, incident).into_iter().map(|like| LikeLine {
        number: like.past.number.to_string(),
        occurred: like.past.occurred,
        recurrence: like.recurrence,
        treatment: like.past.treatment,
    });
    // What is archived is known by its id here; whoever answers has the store's word for its number.
    let name = |id: &IncidentId| state.incidents.get(id).map_or_else(|| id.to_string(), Incident::name);
    let needed = incident.root.iter().flat_map(|root| book.graph.below(root).iter().chain([root]));
    let watched = needed.filter(|id| book.watched(id));
    Beside {
        open: state
            .open
            .iter()
            .filter_map(|id| state.incidents.get(id))
            .filter(shares)
            .map(|it| line(desk, it))
            .collect(),
        changes: case::recent_changes(state, book, incident)
            .into_iter()
            .map(|change| change_line(desk, change))
            .collect(),
        like: like.collect(),
        parts: watched
            .map(|id| {
                let red = state.live_at(&Place::Component(id.clone())).filter(|alert| alert.red()).count();
                (book.component_name(id), red)
            })
            .collect(),
        links: incident.links.iter().map(|(link, id)| (*link, name(id))).collect(),
    }
}
