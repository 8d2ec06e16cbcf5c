//! What is left of a body that was removed: when, by whom and why, in a small file beside the place where it lay.
//!
//! A frame goes on naming the body; this file tells a removal from a loss, beside a stopped daemon and in a backup as well.
//! It holds no content. The journal has the removal itself, and had it first; see `record` for what it says there.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What follows the name of a body in the name of this file.
pub(super) const SUFFIX: &str = ".gone";

/// That a body was removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    /// When that was decided.
    pub at: Timestamp,
    /// Of which incident it was, by its number.
    pub of: String,
    /// How long it was.
    pub bytes: u64,
    /// By whom, and why.
    pub by: GoneBy,
}

/// By whom a body was removed, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GoneBy {
    /// Somebody asked for it.
    Person {
        /// Who.
        name: String,
        /// Why, in words.
        reason: String,
    },
    /// Its time was over.
    Retention,
}

impl fmt::Display for Gone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.by {
            GoneBy::Person { name, reason } => write!(f, "it was erased on {} by {name}: {reason}", self.at),
            GoneBy::Retention => write!(f, "its time was over, and it was removed on {}", self.at),
        }
    }
}

/// How many bodies were removed together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Removed {
    /// By whom, and why.
    pub by: GoneBy,
    /// Of which incident; `None` = of several, by retention.
    pub of: Option<String>,
    /// When the last of them was.
    pub last: Timestamp,
    /// How many.
    pub bodies: u64,
    /// How many bytes they had.
    pub bytes: u64,
}

impl Removed {
    /// What was removed, as few lines as tell it: each erasure, and all that retention did as one.
    pub(super) fn together(all: impl IntoIterator<Item = Gone>) -> Vec<Self> {
        let mut found: std::collections::BTreeMap<(GoneBy, Option<String>), Self> = std::collections::BTreeMap::new();
        for Gone { at, of, bytes, by } in all {
            let of = (by != GoneBy::Retention).then_some(of);
            let new = Self { by: by.clone(), of: of.clone(), last: at, bodies: 0, bytes: 0 };
            let known = found.entry((by, of)).or_insert(new);
            known.last = known.last.max(at);
            known.bodies += 1;
            known.bytes = known.bytes.saturating_add(bytes);
        }
        let mut found: Vec<Self> = found.into_values().collect();
        found.sort_by_key(|removed| removed.last);
        found
    }
}

impl fmt::Display for Removed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { by, of, last, bodies, bytes } = self;
        let of = of.as_deref().unwrap_or("ended incidents");
        match by {
            GoneBy::Person { name, reason } => {
                write!(f, "{bodies} of {of} ({bytes} bytes), erased {last} by {name}: {reason}")
            }
            GoneBy::Retention => write!(f, "{bodies} of {of} ({bytes} bytes), their time was over; the last {last}"),
        }
    }
}
