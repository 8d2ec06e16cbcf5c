//! Removals: bodies that are taken out of the record on purpose - erased by somebody, or because their time is over.
//!
//! A part of the house. What is to be removed is put on record first, with who asked for it and why; whoever keeps the bodies
//! then removes them and says so. Until that is heard the removal is pending, over any crash: doing it again harms nothing.
//! The record names hashes and lengths, never what was in a body. Not here: which bodies hold some text (`control`), the
//! files themselves (`store`), and when something's time is over (`retention`).

use super::state::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One body, as the record names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Body {
    /// SHA-256 of it, 64 hexadecimal digits.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
}

/// Why something is removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Somebody asked for it.
    Person {
        /// Who.
        by: String,
        /// Why, in words.
        reason: String,
    },
    /// Its time was over.
    Retention,
}

/// What is to be removed of one incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removal {
    /// Counts up.
    pub id: u64,
    /// When it was decided.
    pub at: Timestamp,
    /// The incident's name: number, or internal id before 受付.
    pub of: String,
    /// Bodies.
    pub bodies: Vec<Body>,
    /// Messages as first worded, by their keys.
    #[serde(default)]
    pub messages: Vec<String>,
    /// Why.
    pub why: Why,
}

/// A change of what is to be removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// It is to be removed.
    Decided(Box<Removal>),
    /// It is removed.
    Done {
        /// Which removal.
        id: u64,
        /// Files that were there, and are no more.
        files: u64,
    },
}

/// What is removed, at the moment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Removals {
    /// The last one.
    pub last: u64,
    /// Those that are not done yet.
    pub pending: BTreeMap<u64, Removal>,
}

/// Applies `change` to the state. Total.
pub(super) fn apply(state: &mut State, change: &Change) {
    let removals = &mut state.house.removals;
    match change {
        Change::Decided(removal) => {
            removals.last = removals.last.max(removal.id);
            removals.pending.insert(removal.id, (**removal).clone());
        }
        Change::Done { id, .. } => drop(removals.pending.remove(id)),
    }
}
