//! The configuration as one tree: all files and the environment joined, each value with the place it was written at.
//!
//! Built by `folder` and `environment`, read by `reader`, looked up by `check` when it wants to point at something.
//! Joining is done here and not by a configuration crate, because those keep no position inside a file, and because
//! two files that both set one key are an oversight to be told, not a layer to be silently preferred.
//! Not here: what the keys mean.

use super::findings::{Findings, position};
use super::report::Note;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

/// Where something was written: the n-th source (a file, or the environment) and the bytes in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) source: usize,
    pub(super) span: Range<usize>,
}

/// A text the configuration came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    /// The file name as people should see it, or `environment`.
    pub(super) name: String,
    /// All of it.
    pub(super) text: String,
}

/// A table; keys in alphabetical order, the order of writing is in [`Node::order`].
pub(super) type Table = BTreeMap<String, Node>;

/// One value.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// What was written.
    pub(super) value: Value,
    /// Where the value stands (for a table: its header).
    pub(super) at: Place,
    /// Where its key stands.
    pub(super) key: Place,
    /// Grows in the order of writing, over all files: the source and the byte in it.
    pub(super) order: (usize, usize),
    /// Which layer it came from.
    pub(super) layer: Layer,
    /// The text as it stood, where the value was guessed from text (the environment knows no types).
    pub(super) raw: Option<String>,
}

/// What a later source may replace: files replace built-in defaults, the environment replaces both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Layer {
    BuiltIn,
    File,
    Environment,
}

/// What can be written.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
    /// A TOML date or time, as written.
    Moment(String),
    List(Vec<Node>),
    Table(Table),
}

/// The way to a value: `party.n-sha.contact[0].mail`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Path(Vec<String>);

impl Path {
    /// The way through these keys.
    pub(super) fn of(keys: &[&str]) -> Self {
        keys.iter().fold(Self::default(), |path, key| path.key(key))
    }

    /// One key further.
    pub(super) fn key(&self, key: &str) -> Self {
        let mut steps = self.0.clone();
        steps.push(key.to_owned());
        Self(steps)
    }

    /// One element of a list further; counted from 0.
    pub(super) fn index(&self, index: usize) -> Self {
        let mut steps = self.0.clone();
        steps.push(format!("[{index}]"));
        Self(steps)
    }

    /// The last key.
    pub(super) fn last(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    /// Whether this is `other` or something inside it.
    pub(super) fn within(&self, other: &Path) -> bool {
        self.0.starts_with(&other.0)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            let bare = |character: char| character.is_alphanumeric() || "-_".contains(character);
            match step {
                step if step.starts_with('[') => f.write_str(step)?,
                step => {
                    if position > 0 {
                        f.write_str(".")?;
                    }
                    if step.chars().all(bare) { f.write_str(step)? } else { write!(f, "{step:?}")? }
                }
            }
        }
        Ok(())
    }
}

/// Everything that was read.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) root: Table,
    pub(super) sources: Vec<Source>,
    /// Sources whose text could not be read to the end.
    pub(super) torn: Vec<usize>,
}

impl Tree {
    /// Whether nothing but the built-in defaults is in it.
    pub(super) fn is_empty(&self) -> bool {
        self.root.values().all(|node| node.layer == Layer::BuiltIn)
    }

    /// The value at `path`.
    pub(super) fn at(&self, path: &Path) -> Option<&Node> {
        let mut steps = path.0.iter();
        let mut node = self.root.get(steps.next()?)?;
        for step in steps {
            node = match &node.value {
                Value::Table(table) => table.get(step)?,
                Value::List(list) => list.get(step.trim_matches(['[', ']']).parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(node)
    }

    /// The place to point at for `path`: the value itself, or the nearest table around it.
    pub(super) fn place(&self, path: &Path) -> Option<Place> {
        (1..=path.0.len()).rev().find_map(|end| self.at(&Path(path.0[..end].to_vec()))).map(|node| node.at.clone())
    }

    /// The same for a sentence: `components.toml:12`.
    pub(super) fn line(&self, path: &Path) -> Option<String> {
        let Place { source, span } = self.place(path)?;
        let source = self.sources.get(source)?;
        Some(format!("{}:{}", source.name, position(&source.text, span.start).0))
    }

    /// The entries of the table at `path` in the order of writing; empty where there is no table.
    pub(super) fn entries(&self, path: &Path) -> Vec<(&String, &Node)> {
        let Some(Node { value: Value::Table(table), .. }) = self.at(path) else { return Vec::new() };
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(_, node)| node.order);
        entries
    }

    /// The elements of the list at `path`; empty where there is no list.
    pub(super) fn elements(&self, path: &Path) -> &[Node] {
        match self.at(path) {
            Some(Node { value: Value::List(list), .. }) => list,
            _ => &[],
        }
    }
}

/// Adds what one file says. Tables grow, lists of tables grow, anything else may stand only once.
pub(super) fn join(into: &mut Table, from: Table, path: &Path, findings: &mut Findings) {
    for (key, new) in from {
        let here = path.key(&key);
        let Some(old) = into.get_mut(&key) else {
            into.insert(key, new);
            continue;
        };
        match (&mut old.value, new.value) {
            (Value::Table(old_table), Value::Table(table)) => {
                join(old_table, table, &here, findings);
                if old.layer < new.layer {
                    (old.at, old.key, old.order, old.layer) = (new.at, new.key, new.order, new.layer);
                }
            }
            (Value::List(old_list), Value::List(list)) if of_tables(old_list) && of_tables(&list) => {
                old_list.extend(list);
            }
            (_, value) if old.layer < new.layer => *old = Node { value, ..new },
            _ => {
                let note = Note { at: old.at.clone(), says: "first written here".into() };
                findings.fault_at(
                    &here,
                    new.key,
                    "is written twice".into(),
                    Some("keep one of the two: each key belongs in one file".into()),
                    Some(note),
                );
            }
        }
    }
}

/// Adds what the environment says: it may replace single values, also inside lists (`CHANNEL__SMTP__0__HOST`).
pub(super) fn replace(into: &mut Node, with: Node) {
    match (&mut into.value, with.value) {
        (Value::Table(old), Value::Table(new)) => {
            for (key, node) in new {
                // Variables are compared without regard to case: shells and unit files write them in capitals.
                let name = old.keys().find(|name| name.eq_ignore_ascii_case(&key)).cloned().unwrap_or(key);
                match old.get_mut(&name) {
                    Some(old) => replace(old, node),
                    None => {
                        old.insert(name, node);
                    }
                }
            }
        }
        (Value::List(list), Value::Table(new))
            if new.keys().all(|key| key.parse::<usize>().is_ok_and(|at| at < list.len())) =>
        {
            for (key, node) in new {
                if let Some(old) = key.parse::<usize>().ok().and_then(|at| list.get_mut(at)) {
                    replace(old, node);
                }
            }
        }
        (_, value) => *into = Node { value, order: into.order, ..with },
    }
}

fn of_tables(list: &[Node]) -> bool {
    list.iter().all(|node| matches!(node.value, Value::Table(_)))
}
