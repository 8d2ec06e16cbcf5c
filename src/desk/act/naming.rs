//! Which incidents an act names: for whoever lists acts, or repeats them where incidents go by other names.

use super::{Act, CoverAct, Deed};

impl Act {
    /// Gives every incident the act names the name `rename` knows for it.
    ///
    /// # Errors
    /// The first name `rename` does not know.
    pub fn rename_incidents(&mut self, rename: &mut dyn FnMut(&str) -> Option<String>) -> Result<(), String> {
        match self {
            Act::Open { .. }
            | Act::Retry { .. }
            | Act::Approve { .. }
            | Act::Drop { .. }
            | Act::Register(_)
            | Act::Done { .. }
            | Act::RollBack { .. }
            | Act::Cover(_) => Ok(()),
            Act::Erase(asked) => {
                asked.incident = rename(&asked.incident).ok_or_else(|| asked.incident.clone())?;
                Ok(())
            }
            Act::On { incident, deed } => {
                *incident = rename(incident).ok_or_else(|| incident.clone())?;
                if let Deed::Merge { into: other, .. } | Deed::Link { to: other, .. } = deed {
                    *other = rename(other).ok_or_else(|| other.clone())?;
                }
                Ok(())
            }
        }
    }

    /// The word of the command line, and the incident it is done to.
    pub fn words(&self) -> (String, Option<String>) {
        match self {
            Act::Open { .. } => ("open".to_owned(), None),
            Act::Retry { owed } => (format!("retry {owed}"), None),
            Act::Approve { owed } => (format!("approve {owed}"), None),
            Act::Drop { owed, .. } => (format!("drop {owed}"), None),
            Act::Register(_) => ("change add".to_owned(), None),
            Act::Done { modification, .. } => (format!("change done {modification}"), None),
            Act::RollBack { modification, .. } => (format!("change rollback {modification}"), None),
            Act::Cover(CoverAct::Plan { .. }) => ("maintenance add".to_owned(), None),
            Act::Cover(CoverAct::Silence { .. }) => ("silence add".to_owned(), None),
            Act::Cover(CoverAct::Extend { cover, .. }) => (format!("extend {cover}"), None),
            Act::Cover(CoverAct::End { cover }) => (format!("end {cover}"), None),
            Act::Erase(asked) => ("erase".to_owned(), Some(asked.incident.clone())),
            Act::On { incident, deed } => (deed.name().as_str().to_owned(), Some(incident.clone())),
        }
    }
}
