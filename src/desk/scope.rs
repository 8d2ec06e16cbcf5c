//! 影響範囲: which systems a failure reaches, and whom that hits.
//!
//! What the configuration says of the systems that need the failing components, taken together; the severity and the
//! letters are made from it. It does not guess: where no system is known to need a component, nothing is known.

use super::graph::Graph;
use super::ids::{ComponentId, SystemId};
use super::rules::{ImpactScope, Rules, System};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Whom a failure hits, as far as the configuration knows. `None` = not known (確認中).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reach {
    /// Systems that need a failing component, directly or not, gravest first.
    pub systems: Vec<SystemId>,
    /// The widest impact among them.
    pub scope: Option<ImpactScope>,
    /// 住民影響: of at least one of them.
    pub residents: Option<bool>,
    /// 代替手段: each of them has one.
    pub substitute: Option<bool>,
}

/// How far the failure of these components reaches, taken together.
pub fn scope_of<'a>(rules: &Rules, graph: &Graph, components: impl IntoIterator<Item = &'a ComponentId>) -> Reach {
    let hit: BTreeSet<&SystemId> = components.into_iter().flat_map(|component| graph.systems_of(component)).collect();
    let mut hit: Vec<(&SystemId, &System)> = hit.into_iter().filter_map(|id| rules.systems.get_key_value(id)).collect();
    hit.sort_by_key(|(id, system)| {
        (system.impact.scope, Reverse(system.impact.residents), system.impact.substitute, *id)
    });
    let known = !hit.is_empty();
    Reach {
        scope: hit.first().map(|(_, system)| system.impact.scope),
        residents: known.then(|| hit.iter().any(|(_, system)| system.impact.residents)),
        substitute: known.then(|| hit.iter().all(|(_, system)| system.impact.substitute)),
        systems: hit.into_iter().map(|(id, _)| id.clone()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::graph::tests::town;

    fn reach(components: &[&str]) -> Reach {
        let rules = town();
        let components: Vec<ComponentId> = components.iter().map(|name| (*name).into()).collect();
        scope_of(&rules, &Graph::of(&rules), &components)
    }

    #[test]
    fn the_widest_impact_of_all_systems_hit_counts() {
        let one = |systems: &[&str], scope, residents, substitute| Reach {
            systems: systems.iter().map(|name| (*name).into()).collect(),
            scope: Some(scope),
            residents: Some(residents),
            substitute: Some(substitute),
        };
        // mail comes before zaimu: it is as wide but has no substitute.
        assert_eq!(reach(&["core-switch"]), one(&["juki", "mail", "zaimu"], ImpactScope::All, true, false));
        assert_eq!(reach(&["storage"]), one(&["juki", "zaimu"], ImpactScope::All, true, false));
        assert_eq!(reach(&["mail-relay"]), one(&["mail"], ImpactScope::Several, false, false));
        assert_eq!(reach(&["mail-relay", "ups"]), one(&["mail"], ImpactScope::Several, false, false));
    }

    #[test]
    fn a_component_no_system_is_known_to_need_has_no_known_reach() {
        assert_eq!(reach(&["ups"]), Reach::default());
        assert_eq!(reach(&["not-there"]), Reach::default());
        assert_eq!(reach(&[]), Reach::default());
    }
}
