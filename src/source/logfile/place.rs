//! The position: which files are followed and how far each was read, as the desk keeps it.
//!
//! It travels as JSON in the cursor of a report. Not here: reading files, deciding what to read.

use super::open::{FileId, Fingerprint};
use crate::desk::observation::Cursor;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The form of the cursor; a cursor of another form is not understood.
const VERSION: u32 = 1;

/// How far one file was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// Counts contents, not files: a file that is emptied and filled again is a new content with a new number. Together
    /// with an offset it names a line for ever.
    pub(super) number: u64,
    /// Where it is followed; a file that was renamed away keeps the path it had.
    pub(super) path: PathBuf,
    /// Where it was first followed, if it was renamed since: its copies are named after that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) home: Option<PathBuf>,
    /// Device and inode.
    pub(super) id: FileId,
    /// How it begins.
    pub(super) head: Fingerprint,
    /// Bytes read.
    pub(super) offset: u64,
    /// In the middle of a line that is too long.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) skipping: bool,
}

/// How far a source has read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    version: u32,
    /// The number the next content gets.
    pub(super) next: u64,
    /// Globs that have been looked at, and whether each ever had a file. A glob that is missing here is looked at for the
    /// first time: what stands in its files is old.
    pub(super) globs: BTreeMap<String, bool>,
    /// Files of a first look that could not be opened then; they too begin at their end.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) begin_at_end: BTreeSet<PathBuf>,
    /// How far each file was read, oldest content first.
    pub(super) files: Vec<Place>,
}

impl Place {
    /// Where it was first followed.
    pub(super) fn home(&self) -> &Path {
        self.home.as_ref().unwrap_or(&self.path)
    }

    /// It was renamed.
    pub(super) fn moved_to(&mut self, path: &Path) {
        let before = std::mem::replace(&mut self.path, path.to_owned());
        self.home.get_or_insert(before);
    }
}

impl Default for Position {
    fn default() -> Self {
        Self { version: VERSION, next: 1, globs: BTreeMap::new(), begin_at_end: BTreeSet::new(), files: Vec::new() }
    }
}

impl Position {
    /// Reads a cursor.
    ///
    /// # Errors
    /// The sentence says why it isn't one of ours.
    pub(super) fn read(cursor: &Cursor) -> Result<Self, String> {
        let position: Self = serde_json::from_str(&cursor.0).map_err(|error| error.to_string())?;
        if position.version == VERSION {
            Ok(position)
        } else {
            Err(format!("it has the form {}, and this version knows only {VERSION}", position.version))
        }
    }

    /// The same with these files.
    pub(super) fn with(&self, files: Vec<Place>) -> Self {
        Self { files, ..self.clone() }
    }

    /// As a cursor.
    pub(super) fn cursor(&self) -> Option<Cursor> {
        match serde_json::to_string(self) {
            Ok(text) => Some(Cursor(text)),
            Err(error) => {
                tracing::error!(%error, "the position can't be written; the earlier one stays");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_back_as_it_was_written() {
        let mut position = Position { next: 9, ..Position::default() };
        position.globs.insert("/var/log/*".to_owned(), true);
        position.files.push(Place {
            number: 8,
            path: "/var/log/日報".into(),
            home: Some("/var/log/前".into()),
            id: FileId { device: u64::MAX, inode: 2 },
            head: Fingerprint::of(b"abc"),
            offset: 3,
            skipping: true,
        });
        let cursor = position.cursor().expect("written");
        assert_eq!(Position::read(&cursor), Ok(position));
    }

    #[test]
    fn a_cursor_of_another_form_is_refused_with_a_reason() {
        assert!(Position::read(&Cursor("{}".to_owned())).is_err());
        let newer = Cursor(r#"{"version":2,"next":1,"globs":{},"files":[]}"#.to_owned());
        assert!(Position::read(&newer).expect_err("newer").contains('2'));
    }
}
