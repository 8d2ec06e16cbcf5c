//! Building the working state without a daemon: for `store rebuild`, and at the end of `store restore`.

use super::Error;
use super::start::{self, Restored};
use crate::desk::rules::Rules;
use crate::record::{self, archive};
use crate::store::Finding;
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
    let Restored { desk, store, findings, mut unread, .. } = start::restore(folder, rules.into())?;
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
