//! Which files of an incident's evidence were removed: when, by whom, why.

use super::server::Doors;
use crate::desk::Desk;
use crate::desk::evidence::Pack;
use crate::desk::removal::{Records, Swept};
use crate::store::{Bodies, Gone, GoneBy, Inked, Inking};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How long what was gathered is kept, and what went.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Kept {
    /// As configured.
    pub evidence: String,
    /// How long what never got a number is listed.
    #[serde(default)]
    pub bare_alerts: String,
    /// And the record itself.
    #[serde(default)]
    pub records: String,
    /// What was removed of its beginning last, and when that was decided.
    #[serde(default)]
    pub begins: Option<(Records, Timestamp)>,
    /// When it was last looked what is over.
    pub looked: Option<Timestamp>,
    /// When it is looked next; `None` = everything is kept.
    pub next: Option<Timestamp>,
    /// The last time something was over.
    pub last: Option<Swept>,
    /// What is to be removed and is still there: of which incident, since when.
    pub removing: Vec<(String, Timestamp)>,
}

impl Kept {
    pub(super) fn of(desk: &Desk) -> Self {
        let removals = &desk.state().house.removals;
        let removing = removals.pending.values().map(|removal| (removal.of.clone(), removal.at)).collect();
        let policy = &desk.book().rules.policy.retention;
        let [evidence, bare_alerts, records] =
            [policy.evidence, policy.bare_alerts, policy.records].map(|keep| keep.to_string());
        let begins = removals.begins.clone();
        Self {
            evidence,
            bare_alerts,
            records,
            begins,
            looked: removals.looked,
            next: removals.due,
            last: removals.swept.last().copied(),
            removing,
        }
    }
}

/// What stands, with a count, for text that was erased in the journal itself.
pub const INK: char = '■';

/// Files that are on record and were removed, by their names (SHA-256); and erasures in the journal, by [`INK`] and a count.
pub type Removed = BTreeMap<String, Gone>;

/// The removed ones of `pack`. What does not read is left out: it is told when somebody asks for the file.
pub(super) async fn removed(doors: &Doors, pack: &Pack) -> Removed {
    let names: Vec<String> = pack.parts.iter().map(|part| part.sha256.clone()).collect();
    if names.is_empty() {
        return Removed::new();
    }
    let bodies = doors.bodies.clone();
    tokio::task::spawn_blocking(move || look(&bodies, names)).await.unwrap_or_default()
}

/// Those of `pack` that are not there, although nobody removed them.
pub(super) async fn missing(doors: &Doors, pack: &Pack) -> BTreeSet<String> {
    let names: Vec<String> = pack.parts.iter().map(|part| part.sha256.clone()).collect();
    let bodies = doors.bodies.clone();
    let is_lost = move |name: &String| name.parse().is_ok_and(|digest| bodies.is_lost(&digest));
    let look = move || names.into_iter().filter(is_lost).collect();
    tokio::task::spawn_blocking(look).await.unwrap_or_default()
}

fn look(bodies: &Bodies, names: Vec<String>) -> Removed {
    let told = |name: String| {
        let digest = name.parse().ok()?;
        // The same content may have been gathered again since.
        if bodies.path(&digest).exists() {
            return None;
        }
        Some((name, bodies.gone(&digest).ok().flatten()?))
    };
    names.into_iter().filter_map(told).collect()
}

/// Erasures in the journal, where `page`, what is told of an incident, has a gap.
pub(super) async fn inked(doors: &Doors, page: &impl Serialize) -> Removed {
    let state = doors.state.clone();
    let all = tokio::task::spawn_blocking(move || Inked::of(&state).all).await.unwrap_or_default();
    let has_gap = || serde_json::to_string(page).is_ok_and(|page| page.contains(INK));
    if all.is_empty() || !has_gap() {
        return Removed::new();
    }
    let told = |(nth, Inking { at, by, reason, .. }): (usize, Inking)| {
        let by = GoneBy::Person { name: by, reason };
        (format!("{INK}{nth:06}"), Gone { at, of: "the journal".to_owned(), bytes: 0, by })
    };
    all.into_iter().enumerate().map(told).collect()
}
