//! Several numbers that the desk made one (統合), and things of several keepers fail by themselves: each keeper acts on its own
//! part. A rule, or the responsibility table, only knows the first of them.

use super::case::Case;
use crate::desk::correlate::cause::{self, Known};
use crate::desk::ids::{ComponentId, IncidentId, PartyId};
use crate::desk::incident::{Link, Verdict};
use crate::desk::letter::Because;
use crate::desk::observation::Level;
use crate::desk::rules::{Confidence, ContractScope, PartyKind, VerdictCode};
use crate::desk::state::{Here, Place};
use crate::desk::turn::Turn;
use std::cmp::Reverse;

/// What fails by itself in `incident` and a vendor keeps, the gravest first - what has ended meanwhile included: that its
/// part is over is no reason to tell a vendor that it never was its part.
pub(in crate::desk) fn kept_by_vendors(turn: &Turn, incident: IncidentId) -> Vec<(ComponentId, PartyId, Level)> {
    let (Some(known), Some(places)) = (turn.state.incidents.get(&incident), turn.state.places.get(&incident)) else {
        return Vec::new();
    };
    // What was over before the incident became about something else is no cause of that.
    let moved = known.eased.is_some() && places.values().any(Here::live);
    let counts = places.iter().filter(|(_, here)| here.live() || !moved);
    let all = counts.filter_map(|(place, here)| Some((place.clone(), here.shown()?))).collect();
    let causes = cause::causes(&Known::of(turn.state, turn.book, known), &all);
    let level = |cause: &cause::Cause| cause.explains.iter().filter_map(|place| all.get(place)).max().copied();
    let mut found: Vec<(ComponentId, PartyId, Level)> = causes
        .iter()
        .filter_map(|cause| {
            let id = cause.component()?;
            let component = turn.book.rules.components.get(id)?;
            let vendor = turn.book.party(&component.party).is_some_and(|party| party.kind == PartyKind::Vendor);
            let asked = vendor && component.scope == ContractScope::In;
            asked.then(|| Some((id.clone(), component.party.clone(), level(cause)?)))?
        })
        .collect();
    let first = |id: &ComponentId| places.get(&Place::Component(id.clone())).and_then(Here::first);
    found.sort_by_key(|(id, _, level)| (Reverse(*level), first(id), id.clone()));
    found
}

/// Names all of them. Returns whether there are several.
pub(super) fn consider(turn: &Turn, case: &Case, verdict: &mut Verdict) -> bool {
    let merged = case.incident.links.iter().any(|(link, _)| *link == Link::Merged);
    if !merged || !matches!(verdict.code, VerdictCode::Single | VerdictCode::Multi) {
        return false;
    }
    let causes = kept_by_vendors(turn, case.incident.id);
    let open = |party: &PartyId| !case.incident.is_handed_back_by(party);
    let mut parties: Vec<PartyId> = Vec::new();
    for (_, party, _) in causes.iter().filter(|(_, party, _)| open(party)) {
        if !parties.contains(party) {
            parties.push(party.clone());
        }
    }
    if parties.len() < 2 {
        return false;
    }
    verdict.code = VerdictCode::Multi;
    verdict.parties = parties;
    verdict.rule = None;
    // No surer than each of them was before: that they are one says nothing more about who caused it.
    let told = |id: &IncidentId| {
        let verdict = turn.state.incidents.get(id)?.verdict()?;
        matches!(verdict.code, VerdictCode::Single | VerdictCode::Multi).then_some(verdict.confidence)
    };
    let parts = case.incident.links.iter().filter(|(link, _)| *link == Link::Merged).map(|(_, part)| part);
    let least = parts.chain([&case.incident.id]).filter_map(told).min();
    verdict.confidence = least.unwrap_or(Confidence::Possible).min(Confidence::Probable);
    let name = |id: &ComponentId| turn.book.component_name(id);
    verdict.because = Because::Several { components: causes.iter().map(|(id, ..)| name(id)).collect() };
    // Each part is told by what it shows itself.
    let shown = causes.iter().filter_map(|(id, ..)| case.speaks_for(Some(id))).map(super::case::fact_of);
    let more: Vec<_> = shown.filter(|fact| !verdict.evidence.contains(fact)).collect();
    verdict.evidence.extend(more);
    true
}
