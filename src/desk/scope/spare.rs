//! What really falls with a failing component: where one of several is enough (冗長構成), the others carry it.

use super::Standing;
use crate::desk::graph::Graph;
use crate::desk::ids::ComponentId;
use crate::desk::rules::{Impact, Rules};
use std::collections::{BTreeMap, BTreeSet};

/// Follows a failure through the needs.
pub(super) struct Fall<'a> {
    rules: &'a Rules,
    graph: &'a Graph,
    roots: BTreeSet<&'a ComponentId>,
    standing: &'a dyn Fn(&ComponentId) -> Standing,
    /// What was found out; what is being looked at stands as not fallen, so that a circle ends.
    known: BTreeMap<&'a ComponentId, bool>,
    carried_by: BTreeSet<ComponentId>,
}

impl<'a> Fall<'a> {
    pub(super) fn of(
        (rules, graph): (&'a Rules, &'a Graph),
        roots: BTreeSet<&'a ComponentId>,
        standing: &'a dyn Fn(&ComponentId) -> Standing,
    ) -> Self {
        Self { rules, graph, roots, standing, known: BTreeMap::new(), carried_by: BTreeSet::new() }
    }

    /// Whether what has these needs falls.
    pub(super) fn takes(&mut self, needs: &'a [ComponentId], spares: &'a [Vec<ComponentId>]) -> bool {
        let has_spare = |id: &ComponentId| spares.iter().flatten().any(|spare| spare == id);
        // Most of it stands on what failed without any spare on the way: nothing to follow.
        let stands_on_it = |id: &ComponentId| {
            self.roots.contains(id) || self.roots.iter().any(|root| self.graph.depends_wholly(id, root))
        };
        if needs.iter().any(|id| !has_spare(id) && stands_on_it(id)) {
            return true;
        }
        let mut falls = false;
        for needed in needs.iter().filter(|id| !has_spare(id)) {
            falls |= self.fells(needed);
        }
        for group in spares {
            falls |= self.fells_all(group);
        }
        falls
    }

    /// Whether nothing of a group carries on. What is not known to work carries nothing.
    fn fells_all(&mut self, group: &'a [ComponentId]) -> bool {
        let mut carriers = Vec::new();
        let mut hit = false;
        for member in group {
            if self.fells(member) {
                hit = true;
            } else if (self.standing)(member) == Standing::Works {
                carriers.push(member.clone());
            }
        }
        if hit && !carriers.is_empty() {
            self.carried_by.extend(carriers);
            return false;
        }
        hit
    }

    fn fells(&mut self, id: &'a ComponentId) -> bool {
        if self.roots.contains(id) {
            return true;
        }
        if let Some(known) = self.known.get(id) {
            return *known;
        }
        self.known.insert(id, false);
        let rules = self.rules;
        let falls = rules.components.get(id).is_some_and(|known| self.takes(&known.needs, &known.spares));
        self.known.insert(id, falls);
        falls
    }

    /// The spares that carry on in place of what fell.
    pub(super) fn carried_by(&self) -> BTreeSet<ComponentId> {
        self.carried_by.clone()
    }

    /// Whether a substitute (代替手段) falls with it, or fails by itself.
    pub(super) fn takes_substitute(&mut self, impact: &'a Impact) -> bool {
        let (needs, spares) = (&impact.substitute_needs, &impact.substitute_spares);
        let fails = |id: &ComponentId| (self.standing)(id) == Standing::Fails;
        let has_spare = |id: &ComponentId| spares.iter().flatten().any(|spare| spare == id);
        needs.iter().any(|id| !has_spare(id) && fails(id))
            || spares.iter().any(|group| group.iter().all(fails))
            || self.takes(needs, spares)
    }
}
