//! `needs`: what a thing cannot do without. A component, or a whole system and with it all that one needs; a list among them is
//! a group of which one is enough (冗長構成).

use super::Checker;
use crate::config::file::Needs;
use crate::config::tree::{Node, Path, Value};
use crate::desk::ids::ComponentId;
use std::collections::BTreeSet;

/// What to do about a circle.
pub(super) const CIRCLE: &str = "take away the one that works without the other";

/// Of these one is enough.
type Group = Vec<ComponentId>;

impl Checker<'_> {
    /// Everything needed, and the groups of it of which one is enough. A system stands for what it needs.
    pub(super) fn needs(&mut self, path: &Path, written: &Needs) -> (Vec<ComponentId>, Vec<Group>) {
        let (mut groups, mut named) = (Vec::new(), BTreeSet::new());
        for (index, entry) in written.0.iter().enumerate() {
            let here = self.element(path, index);
            let is_group = self.element(&here, 0) != here;
            if is_group && entry.0.len() < 2 {
                let help = "write what may stand in for it beside it, or take the inner brackets away";
                self.findings.fault(&here, "is a group without a spare", help);
            }
            for (place, name) in entry.0.iter().enumerate() {
                let at = self.element(&here, place);
                if !named.insert(name) {
                    let help = "name it once: alone where nothing stands in for it, or in one group";
                    self.findings.fault(&at, format!("names `{name}` a second time"), help);
                }
                if is_group && self.is_system(name) {
                    let help = format!("name the components of [system.{name}] that stand in for each other");
                    self.findings.fault(&at, format!("`{name}` is a system: a group is one of components"), help);
                }
            }
            match entry.0.as_slice() {
                [name] if !is_group && self.is_system(name) => groups.extend(self.needed_by_system(name)),
                names if is_group && names.iter().any(|name| self.is_system(name)) => {}
                names => groups.push(self.component_list(&here, names)),
            }
        }
        settle(groups)
    }

    /// A system's name that no component has. Where both have it, the component is meant.
    fn is_system(&self, name: &str) -> bool {
        let is = |table: &str| self.tree.at(&Path::of(&[table, name])).is_some();
        is("system") && !is("component")
    }

    /// What a system needs, and the systems that it needs. Whether these components exist is said at its own table.
    fn needed_by_system(&self, name: &str) -> Vec<Group> {
        let (mut open, mut seen) = (vec![name], BTreeSet::from([name]));
        let mut groups = Vec::new();
        while let Some(system) = open.pop() {
            for entry in self.written(system) {
                match entry.as_slice() {
                    [one] if self.is_system(one) => open.extend(Some(*one).filter(|one| seen.insert(*one))),
                    names => groups.push(names.iter().map(|name| ComponentId::from(*name)).collect()),
                }
            }
        }
        groups
    }

    /// The entries of a system's `needs`, as they are written.
    fn written(&self, system: &str) -> Vec<Vec<&str>> {
        match self.tree.at(&Path::of(&["system", system, "needs"])).map(|node| &node.value) {
            Some(Value::List(entries)) => entries.iter().map(texts).collect(),
            Some(Value::Text(one)) => vec![vec![one]],
            _ => Vec::new(),
        }
    }

    /// Where `needs` at `path` names a component, or the system that needs it.
    pub(super) fn where_needed(&self, path: &Path, component: &str) -> Path {
        let entries: Vec<Vec<&str>> = self.tree.elements(path).iter().map(texts).collect();
        let through = |name: &str| {
            self.is_system(name)
                && self.needed_by_system(name).iter().flatten().any(|needed| needed.as_str() == component)
        };
        let named = entries.iter().position(|names| names.contains(&component));
        let named = named.or_else(|| entries.iter().position(|names| names.iter().any(|name| through(name))));
        named.map_or_else(|| path.clone(), |index| path.index(index))
    }

    /// Notes each circle of systems once, at the one whose name is the first of it.
    pub(super) fn circles_of_systems(&mut self) {
        let tree = self.tree;
        for (start, _) in tree.entries(&Path::of(&["system"])) {
            let Some(names) = self.circle_from(start) else { continue };
            if names.iter().min() == Some(&start.as_str()) {
                let path = Path::of(&["system", start, "needs"]);
                let next = names.get(1).copied().unwrap_or(start);
                let place = self.tree.elements(&path).iter().position(|entry| texts(entry) == [next]);
                let (place, message) = (place.map_or_else(|| path.clone(), |index| path.index(index)), circle(&names));
                self.findings.fault(&place, message, CIRCLE);
            }
        }
    }

    /// The shortest way from a system through what it needs back to itself.
    fn circle_from<'n>(&'n self, start: &'n str) -> Option<Vec<&'n str>> {
        let (mut trails, mut seen) = (std::collections::VecDeque::from([vec![start]]), BTreeSet::new());
        while let Some(trail) = trails.pop_front() {
            let entries = self.written(trail.last()?);
            for next in entries.into_iter().filter_map(|entry| <[&str; 1]>::try_from(entry).ok()).flatten() {
                if next == start && self.is_system(next) {
                    return Some(trail);
                }
                if self.is_system(next) && seen.insert(next) {
                    trails.push_back(trail.iter().copied().chain([next]).collect());
                }
            }
        }
        None
    }
}

fn texts(node: &Node) -> Vec<&str> {
    match &node.value {
        Value::Text(one) => vec![one],
        Value::List(several) => several.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// A group of which one cannot be done without anyway says nothing more.
fn settle(groups: Vec<Group>) -> (Vec<ComponentId>, Vec<Group>) {
    let alone: BTreeSet<ComponentId> = groups.iter().filter(|group| group.len() == 1).flatten().cloned().collect();
    let (mut needs, mut spares) = (Vec::new(), Vec::new());
    for group in groups {
        let says_more = group.len() > 1 && !group.iter().any(|id| alone.contains(id));
        if group.len() > 1 && !says_more || spares.contains(&group) {
            continue;
        }
        for id in &group {
            if !needs.contains(id) {
                needs.push(id.clone());
            }
        }
        if says_more {
            spares.push(group);
        }
    }
    (needs, spares)
}

/// A circle in words: all of it, or the beginning and the end of a long one.
pub(super) fn circle(names: &[&str]) -> String {
    match names {
        [first, second, .., last] if names.len() > 8 => {
            format!("goes in a circle of {}: {first} needs {second} needs … needs {last} needs {first}", names.len())
        }
        [first, ..] => format!("goes in a circle: {} needs {first}", names.join(" needs ")),
        [] => "goes in a circle".into(),
    }
}
