//! Which files of an incident's evidence were removed: when, by whom, why.

use super::server::Doors;
use crate::desk::evidence::Pack;
use crate::store::{Bodies, Gone};
use std::collections::BTreeMap;

/// Files that are on record and were removed, by their names (SHA-256).
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
