//! Picks tables out of the tree by their names and has them read, each for itself.
//!
//! A table that cannot be read is left out, with its faults noted, and the others go on. Not here: the shapes of the
//! tables (`file`, `kinds`) and what they mean (`check`).

use super::findings::{Findings, did_you_mean};
use super::reader;
use super::tree::{Layer, Node, Path, Tree, Value};
use serde::Deserialize;

/// The tables at the top; anything else there is a slip.
pub(super) const TABLES: [&str; 17] = [
    "site",
    "state",
    "control",
    "health",
    "source",
    "pattern",
    "party",
    "system",
    "location",
    "component",
    "probe",
    "rule",
    "calendar",
    "policy",
    "channel",
    "maintenance",
    "expect",
];

/// One table and where it stands.
#[derive(Debug)]
pub(super) struct Item<T> {
    pub(super) path: Path,
    pub(super) order: (usize, usize),
    pub(super) value: T,
}

impl<T> Item<T> {
    /// The name of a table that has its name in its header.
    pub(super) fn id(&self) -> &str {
        self.path.last()
    }
}

/// Reads tables out of the tree.
pub(super) struct Tables<'a> {
    pub(super) tree: &'a Tree,
    pub(super) findings: &'a mut Findings,
}

impl<'a> Tables<'a> {
    /// Notes tables at the top that have no meaning.
    pub(super) fn known(&mut self) {
        self.keys_among(&Path::default(), self.tree.root.iter(), &TABLES);
    }

    /// Notes keys of the table at `path` that are not among `words`.
    pub(super) fn words(&mut self, path: &Path, words: &[&str]) {
        self.keys_among(path, self.tree.entries(path).into_iter(), words);
    }

    fn keys_among(&mut self, path: &Path, entries: impl Iterator<Item = (&'a String, &'a Node)>, words: &[&str]) {
        for (name, node) in entries.filter(|(name, _)| !words.contains(&name.as_str())) {
            let help = did_you_mean(name, words.iter().copied())
                .unwrap_or_else(|| format!("known here: {}", words.join(", ")));
            let message = "is not a table known here".into();
            self.findings.fault_at(&path.key(name), node.key.clone(), message, Some(help), None);
        }
    }

    /// The one table of this name.
    pub(super) fn one<T: Deserialize<'a>>(&mut self, name: &str) -> Option<T> {
        let path = Path::of(&[name]);
        match self.tree.at(&path) {
            Some(node) => reader::read(node, &path, self.findings),
            None => None,
        }
    }

    /// As [`Tables::one`], where built-in defaults alone do not make a table.
    pub(super) fn required<T: Deserialize<'a>>(&mut self, name: &str) -> Option<T> {
        let path = Path::of(&[name]);
        if self.tree.at(&path).is_none_or(|node| node.layer == Layer::BuiltIn) {
            let help = format!("write a table [{name}]; config/{name}.toml of the example shows it");
            self.findings.fault(&Path::default(), format!("there is no [{name}]"), help);
            return None;
        }
        self.one(name)
    }

    /// The tables `[name.x]`, in the order of writing.
    pub(super) fn named<T: Deserialize<'a>>(&mut self, name: &str) -> Vec<Item<T>> {
        let path = Path::of(&[name]);
        let is_table = |node: &Node| matches!(node.value, Value::Table(_));
        if self.tree.at(&path).is_some_and(|node| !is_table(node)) {
            self.findings.fault(&path, "is not a table of tables", format!("write [{name}.some-name]"));
        }
        let mut items = Vec::new();
        for (key, node) in self.tree.entries(&path) {
            self.item(path.key(key), node, &mut items);
        }
        items
    }

    /// The tables `[[a.b]]`, in the order of writing.
    pub(super) fn list<T: Deserialize<'a>>(&mut self, path: &Path) -> Vec<Item<T>> {
        if self.tree.at(path).is_some_and(|node| !matches!(node.value, Value::List(_))) {
            self.findings.fault(path, "is not a list of tables", format!("write [[{path}]]"));
        }
        let mut items = Vec::new();
        for (index, node) in self.tree.elements(path).iter().enumerate() {
            self.item(path.index(index), node, &mut items);
        }
        items
    }

    fn item<T: Deserialize<'a>>(&mut self, path: Path, node: &'a Node, items: &mut Vec<Item<T>>) {
        if let Some(value) = reader::read(node, &path, self.findings) {
            items.push(Item { path, order: node.order, value });
        }
    }
}
