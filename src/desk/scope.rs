//! 影響範囲: which systems and locations a failure reaches, whom that hits, and what goes on all the same.
//!
//! What the configuration says of the systems that need the failing components, and of the locations that need them to
//! use any system, taken together; severity and letters are made from it. It does not guess: where nothing is known to
//! need a component, nothing is known, and what is not stated of a system stays not known.

mod spare;

use super::graph::Graph;
use super::ids::{ComponentId, LocationId, SystemId};
use super::rules::{Impact, ImpactScope, Location, Rules, System};
use super::severity::UNKNOWN_COUNTS_AS;
use serde::{Deserialize, Serialize};
use spare::Fall;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Whom a failure hits, as far as the configuration knows. `None` = not known (確認中).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reach {
    /// Systems that stop with a failing component, gravest first.
    pub systems: Vec<SystemId>,
    /// Locations that are cut off, gravest first: nothing can be used there.
    pub locations: Vec<LocationId>,
    /// Systems that go on elsewhere, and are known to be used at such a location.
    pub there: Vec<SystemId>,
    /// Systems that need a failing component, and go on because a spare carries them (冗長構成).
    pub kept: Vec<SystemId>,
    /// Locations, likewise.
    pub kept_locations: Vec<LocationId>,
    /// The spares that carry them.
    pub carried_by: BTreeSet<ComponentId>,
    /// How wide; of what is kept, where nothing is hit.
    pub scope: Option<ImpactScope>,
    /// 住民影響: of at least one of them.
    pub residents: Option<bool>,
    /// 代替手段: each of them has one that can be used.
    pub substitute: Option<bool>,
    /// Of those systems the ones whose substitute needs what fails as well.
    #[serde(default)]
    pub without: BTreeSet<SystemId>,
    /// Of those locations, likewise.
    #[serde(default)]
    pub without_at: BTreeSet<LocationId>,
}

/// How a component is now, beside the failure that is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It fails.
    Fails,
    /// Somebody watches it, and nothing is seen.
    Works,
    /// Nobody knows.
    NotKnown,
}

impl Reach {
    /// Something stops.
    pub fn hits(&self) -> bool {
        !self.systems.is_empty() || !self.locations.is_empty()
    }

    /// Nothing stops, because a spare carries all of it: not merely because what failed works on.
    pub fn is_carried(&self) -> bool {
        !self.hits() && !self.carried_by.is_empty() && (!self.kept.is_empty() || !self.kept_locations.is_empty())
    }
}

/// How far the failure of these components reaches, taken together.
pub fn scope_of<'a>(
    rules: &'a Rules,
    graph: &'a Graph,
    roots: impl IntoIterator<Item = &'a ComponentId>,
    standing: &'a dyn Fn(&ComponentId) -> Standing,
) -> Reach {
    let roots: BTreeSet<&ComponentId> = roots.into_iter().collect();
    let systems: BTreeSet<&SystemId> = roots.iter().flat_map(|root| graph.systems_of(root)).collect();
    let locations: BTreeSet<&LocationId> = roots.iter().flat_map(|root| graph.locations_of(root)).collect();
    let mut fall = Fall::of((rules, graph), roots, standing);
    let known = systems.into_iter().filter_map(|id| rules.systems.get_key_value(id));
    let (systems, kept): (Vec<_>, Vec<_>) = known.partition(|(_, it)| fall.takes(&it.needs, &it.spares));
    let known = locations.into_iter().filter_map(|id| rules.locations.get_key_value(id));
    let (locations, kept_locations): (Vec<_>, Vec<_>) = known.partition(|(_, it)| fall.takes(&it.needs, &it.spares));
    let there = rules.systems.iter().filter(|(id, system)| {
        let used = locations.iter().any(|(location, _)| system.usage.locations.contains(*location));
        used && !systems.iter().any(|(hit, _)| hit == id)
    });
    let carried_by = fall.carried_by();
    let mut gone = |impact| fall.takes_substitute(impact);
    let without: BTreeSet<SystemId> =
        systems.iter().filter(|(_, it)| gone(&it.impact)).map(|(id, _)| (*id).clone()).collect();
    let without_at: BTreeSet<LocationId> =
        locations.iter().filter(|(_, it)| gone(&it.impact)).map(|(id, _)| (*id).clone()).collect();

    let hit: Vec<Who> = if systems.is_empty() && locations.is_empty() {
        whose(rules, &kept, &kept_locations)
    } else {
        whose(rules, &systems, &locations)
    };
    let residents: Vec<Option<bool>> = hit.iter().map(|who| who.impact.residents).collect();
    let one_is_gone = !without.is_empty() || !without_at.is_empty();
    let stated = hit.iter().map(|who| who.impact.substitute);
    let substitutes: Vec<Option<bool>> = stated.chain(one_is_gone.then_some(Some(false))).collect();
    Reach {
        scope: widest(rules, &hit),
        residents: any(&residents),
        substitute: any(&substitutes.iter().map(|it| it.map(|it| !it)).collect::<Vec<_>>()).map(|missing| !missing),
        there: sorted(rules, there.collect()),
        systems: sorted(rules, systems),
        locations: sorted_locations(locations),
        kept: sorted(rules, kept),
        kept_locations: sorted_locations(kept_locations),
        carried_by,
        without,
        without_at,
    }
}

/// Systems that are known to go on (except where a location is cut off): what they need is stated, none of it fails, and
/// somebody watches.
pub fn untouched(
    rules: &Rules,
    graph: &Graph,
    reach: &Reach,
    standing: &dyn Fn(&ComponentId) -> Standing,
) -> Vec<SystemId> {
    let goes_on = |id: &SystemId, system: &System| {
        if reach.systems.contains(id) {
            return false;
        }
        if reach.kept.contains(id) {
            return true;
        }
        let all = || system.needs.iter().flat_map(|id| graph.below(id).iter().chain([id]));
        all().all(|needed| standing(needed) != Standing::Fails)
            && all().any(|needed| standing(needed) == Standing::Works)
    };
    sorted(rules, rules.systems.iter().filter(|(id, system)| goes_on(id, system)).collect())
}

/// Who is hit by one system that stops, or one location that is cut off.
struct Who<'a> {
    impact: &'a Impact,
    scope: Option<ImpactScope>,
    departments: &'a [String],
    /// For a system those where it is used.
    locations: Vec<&'a LocationId>,
}

fn whose<'a>(
    rules: &Rules,
    systems: &[(&'a SystemId, &'a System)],
    locations: &[(&'a LocationId, &'a Location)],
) -> Vec<Who<'a>> {
    let of_system = |(_, system): &(&'a SystemId, &'a System)| Who {
        impact: &system.impact,
        scope: of_a_system(rules, system),
        departments: &system.usage.departments,
        locations: system.usage.locations.iter().collect(),
    };
    let of_location = |(id, location): &(&'a LocationId, &'a Location)| Who {
        impact: &location.impact,
        scope: of_a_location(location),
        // However many work there, it is one 拠点.
        departments: &[],
        locations: vec![*id],
    };
    systems.iter().map(of_system).chain(locations.iter().map(of_location)).collect()
}

/// 影響範囲 of one system: as stated, else by where it is used and by whom. `None` = neither is stated.
pub fn of_a_system(rules: &Rules, system: &System) -> Option<ImpactScope> {
    let (departments, locations) = (system.usage.departments.len(), system.usage.locations.len());
    system.impact.scope.or(match (departments, locations) {
        (0, 0) => None,
        (0, all) if all > 1 && all == rules.locations.len() => Some(ImpactScope::All),
        (0 | 1, 0 | 1) => Some(ImpactScope::One),
        _ => Some(ImpactScope::Several),
    })
}

/// 影響範囲 of one location that is cut off: as stated, else a single one.
fn of_a_location(location: &Location) -> Option<ImpactScope> {
    Some(location.impact.scope.unwrap_or(ImpactScope::One))
}

/// The widest of all; several narrow ones together are several departments or locations, all locations are everybody.
fn widest(rules: &Rules, hit: &[Who]) -> Option<ImpactScope> {
    let known = hit.iter().filter_map(|who| who.scope).min()?;
    let unknown = hit.iter().any(|who| who.scope.is_none()).then_some(UNKNOWN_COUNTS_AS);
    let widest = unknown.map_or(known, |counts| known.min(counts));
    let departments: BTreeSet<&String> = hit.iter().flat_map(|who| who.departments).collect();
    let cut_off: BTreeSet<&LocationId> =
        hit.iter().filter(|who| who.locations.len() == 1).flat_map(|who| &who.locations).copied().collect();
    let together = if cut_off.len() > 1 && cut_off.len() == rules.locations.len() {
        ImpactScope::All
    } else if departments.len() > 1 || cut_off.len() > 1 {
        ImpactScope::Several
    } else {
        widest
    };
    // One person here and one there are no department.
    Some(if widest == ImpactScope::One { widest.min(together) } else { widest })
}

/// Whether one of them is so: not known unless all are, or one surely is.
fn any(all: &[Option<bool>]) -> Option<bool> {
    match all {
        [] => None,
        _ if all.contains(&Some(true)) => Some(true),
        _ if all.contains(&None) => None,
        _ => Some(false),
    }
}

type Gravity = (ImpactScope, Reverse<bool>, bool);

fn gravity(impact: &Impact, scope: Option<ImpactScope>) -> Gravity {
    let (residents, substitute) = (impact.residents == Some(true), impact.substitute == Some(true));
    (scope.unwrap_or(UNKNOWN_COUNTS_AS), Reverse(residents), substitute)
}

fn sorted(rules: &Rules, mut systems: Vec<(&SystemId, &System)>) -> Vec<SystemId> {
    systems.sort_by_key(|(id, system)| (gravity(&system.impact, of_a_system(rules, system)), *id));
    systems.into_iter().map(|(id, _)| id.clone()).collect()
}

fn sorted_locations(mut locations: Vec<(&LocationId, &Location)>) -> Vec<LocationId> {
    locations.sort_by_key(|(_, location)| (gravity(&location.impact, of_a_location(location)), location.order));
    locations.into_iter().map(|(id, _)| id.clone()).collect()
}

#[cfg(test)]
mod tests;
