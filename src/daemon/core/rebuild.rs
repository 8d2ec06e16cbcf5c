//! Building the working state without a daemon: for `store rebuild`, and at the end of `store restore` and `store erase`.

use super::Error;
use super::start::{self, Restored};
use crate::desk::rules::Rules;
use crate::record::{self, archive};
use crate::store::{Finding, Lock, Store};
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;

/// What was built.
#[derive(Debug, Clone, Serialize)]
pub struct Rebuilt {
    /// How many things the desk knows.
    pub things: usize,
    /// The last frame of the record.
    pub last_seq: u64,
    /// What of the record is damaged or could not be read.
    pub found: Vec<String>,
}

/// Builds the working state in `folder` from the journal, and writes a checkpoint.
///
/// # Errors
/// When the store cannot be opened or written.
pub fn rebuild(folder: &Path, rules: impl Into<Arc<Rules>>) -> Result<Rebuilt, Error> {
    build(folder, start::restore(folder, rules.into())?)
}

/// The same for whoever holds the lock already; it is let go of at the end.
///
/// # Errors
/// When the store cannot be opened or written.
pub fn rebuild_locked(folder: &Path, rules: impl Into<Arc<Rules>>, lock: Lock) -> Result<Rebuilt, Error> {
    let opened = Store::open_locked(folder, start::options(), lock)?;
    build(folder, start::read(folder, rules.into(), opened)?)
}

fn build(folder: &Path, restored: Restored) -> Result<Rebuilt, Error> {
    let Restored { desk, mut store, findings, mut unread, .. } = restored;
    let last_seq = store.last_seq();
    let things = match record::entities(desk.state(), store.bodies()) {
        Ok(entities) => {
            let things = entities.len();
            if store.needs_refill() {
                store.refill(last_seq, entities);
            }
            things
        }
        Err(error) => {
            unread.push(error.to_string());
            0
        }
    };
    // What was handed over is in by then, and what is not filed is known.
    store.checkpoint()?;
    if let Some(filer) = store.unfiled() {
        let unlisted = desk.state().house.removals.unlisted;
        archive::file_all(folder, desk.book().rules.clone(), unlisted, &filer)?;
    }
    store.close()?;
    // That there was no working state is why this is done.
    let damage = findings.iter().filter(|finding| !matches!(finding, Finding::WorkingRebuilt { .. }));
    let found = damage.map(ToString::to_string).chain(unread).collect();
    Ok(Rebuilt { things, last_seq, found })
}
