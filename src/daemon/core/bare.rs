//! Desk and record with nothing around them: no sources, no channels, no control socket.
//!
//! For measuring what an input costs until it is on record (`benches/durable.rs`): the very path the daemon takes.

use super::{Core, Error};
use crate::clock::Clock;
use crate::desk::Input;
use crate::desk::owed::Owed;
use crate::desk::rules::Rules;
use std::path::Path;
use std::sync::Arc;

/// A daemon's desk and its record, opened. Whoever holds it does the work that the desk asks for.
pub struct Bare(Core);

/// What a group led to.
pub struct Taken {
    /// Attempts that begin: the row, and which attempt it is.
    pub begun: Vec<(Owed, u32)>,
    /// Whether all of it is on record.
    pub on_record: bool,
}

impl Bare {
    /// Opens the record in `folder` and brings the desk to where it ends.
    ///
    /// # Errors
    /// When the record cannot be opened, or the desk fails on being started.
    pub fn open(folder: &Path, rules: impl Into<Arc<Rules>>, clock: &Clock) -> Result<Self, Error> {
        Core::open(folder, rules, clock, None).map(|(core, ..)| Self(core))
    }

    /// Steps `inputs` as one group, as the daemon does with what waits.
    ///
    /// # Errors
    /// When the desk fails on one of them.
    pub fn take(&mut self, mut inputs: Vec<Input>) -> Result<Taken, Error> {
        inputs.push(Input::Tick);
        let group = self.0.group(inputs).map_err(|failed| Error::Desk { what: failed.input.kind() })?;
        let begun = group.effects.into_iter().map(|effect| (effect.row, effect.attempt)).collect();
        Ok(Taken { begun, on_record: self.0.backlog.is_empty() })
    }

    /// Closes the record.
    ///
    /// # Errors
    /// When it could not be closed well.
    pub fn close(self) -> Result<(), Error> {
        Ok(self.0.close()?)
    }
}
