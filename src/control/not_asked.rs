//! Whom an incident concerns and who was not asked all the same, and why not.

use crate::desk::Desk;
use crate::desk::ids::{ComponentId, IncidentId, PartyId};
use crate::desk::incident::Verdict;
use crate::desk::rules::{PartyKind, VerdictCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A vendor that keeps something that fails in an incident, or is named by its verdict, and was not asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NotAsked {
    /// Its name.
    pub party: String,
    /// What of its own fails there, by name.
    pub components: Vec<String>,
    /// Why it was not asked.
    pub why: WhyNot,
}

/// Why somebody was not asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyNot {
    /// There is no verdict yet.
    NoVerdict,
    /// What it keeps needs what is taken as the cause (波及).
    Echo {
        /// The cause, by name.
        cause: String,
    },
    /// The verdict names somebody else, and what it keeps does not need the cause.
    OtherNamed,
    /// The verdict leaves the next step to the desk, or to the office.
    NobodyAsked {
        /// Which verdict.
        code: VerdictCode,
    },
    /// The verdict names it; an inquiry waits for the desk's opening.
    Waits {
        /// Until when.
        until: Timestamp,
    },
    /// The verdict names it, and nothing was asked yet.
    NotYet,
}

/// Every such vendor of incident `id`, by name.
pub(super) fn not_asked(desk: &Desk, id: IncidentId) -> Vec<NotAsked> {
    let (state, book) = (desk.state(), desk.book());
    let Some(incident) = state.incidents.get(&id) else { return Vec::new() };
    let asked: BTreeSet<&PartyId> = state.requests_of(id).map(|request| &request.party).collect();
    let mut concerned: BTreeMap<&PartyId, BTreeSet<&ComponentId>> = BTreeMap::new();
    for component in state.members_of(id).filter_map(|alert| alert.component.as_ref()) {
        if let Some(known) = book.rules.components.get(component) {
            concerned.entry(&known.party).or_default().insert(component);
        }
    }
    for party in incident.verdict().into_iter().flat_map(|verdict| &verdict.parties) {
        concerned.entry(party).or_default();
    }
    let is_vendor = |party: &PartyId| book.party(party).is_some_and(|party| party.kind == PartyKind::Vendor);
    concerned
        .into_iter()
        .filter(|(party, _)| is_vendor(party) && !asked.contains(*party))
        .map(|(party, components)| {
            let why = match incident.verdict() {
                None => WhyNot::NoVerdict,
                Some(verdict) if verdict.parties.contains(party) => {
                    incident.inquire_at.map_or(WhyNot::NotYet, |until| WhyNot::Waits { until })
                }
                Some(verdict) => elsewhere(desk, verdict, &components),
            };
            let components = components.into_iter().map(|id| book.component_name(id)).collect();
            NotAsked { party: book.party_name(party), components, why }
        })
        .collect()
}

fn elsewhere(desk: &Desk, verdict: &Verdict, components: &BTreeSet<&ComponentId>) -> WhyNot {
    let graph = &desk.book().graph;
    let cause = verdict.component.as_ref();
    match cause.filter(|cause| components.iter().any(|component| graph.needs(component, cause))) {
        Some(cause) => WhyNot::Echo { cause: desk.book().component_name(cause) },
        None if matches!(verdict.code, VerdictCode::Single | VerdictCode::Multi) => WhyNot::OtherNamed,
        None => WhyNot::NobodyAsked { code: verdict.code },
    }
}
