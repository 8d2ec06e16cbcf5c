//! Messages as first worded, in files named by the key of their row: every later attempt sends the same bytes.
//!
//! They quote evidence and name people, so they can be removed; the row stays on record. Not here: when one is made, and what
//! it says.

use super::error::Error;
use super::files;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The folder of messages in the state directory.
pub(super) const FOLDER: &str = "messages";

/// The messages of one state directory.
#[derive(Debug, Clone)]
pub struct Messages {
    folder: PathBuf,
}

impl Messages {
    /// Those in the state directory `state`; nothing is made.
    pub fn of(state: &Path) -> Self {
        Self { folder: state.join(FOLDER) }
    }

    /// Whether their folder is there; it is made with the first one.
    pub fn are_there(&self) -> bool {
        self.folder.exists()
    }

    /// The file of the message `key`; `None` for what is no key, and might lead elsewhere.
    pub fn path(&self, key: &str) -> Option<PathBuf> {
        let is_key = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric());
        is_key.then(|| self.folder.join(format!("{key}.json")))
    }

    /// The keys of all that are there.
    ///
    /// # Errors
    /// [`Error::Io`] when the disk fails.
    pub fn keys(&self) -> Result<Vec<String>, Error> {
        let names = files::names(&self.folder)?;
        Ok(names.iter().filter_map(|name| name.strip_suffix(".json").map(str::to_owned)).collect())
    }

    /// The message `key` as it was first worded; `None` when it is not there.
    ///
    /// # Errors
    /// [`Error::Io`] when the disk fails.
    pub fn read(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some(path) = self.path(key) else { return Ok(None) };
        match fs::read(&path) {
            Ok(message) => Ok(Some(message)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Error::io("reading", &path)(source)),
        }
    }

    /// Removes the message `key`, and what a kill may have left of writing it; `false` when it was not there.
    ///
    /// # Errors
    /// [`Error::Io`] when the disk fails; it can be done again.
    pub fn remove(&self, key: &str) -> Result<bool, Error> {
        let Some(path) = self.path(key) else { return Ok(false) };
        let mut any = false;
        for path in [path.with_extension("new"), path] {
            match fs::remove_file(&path) {
                Ok(()) => any = true,
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(source) => return Err(Error::io("removing", &path)(source)),
            }
        }
        if any {
            files::sync_dir(&self.folder)?;
        }
        Ok(any)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn a_message_is_removed_once_and_nothing_else_ever() {
        let dir = tempfile::tempdir().unwrap();
        let messages = Messages::of(dir.path());
        fs::create_dir(dir.path().join(FOLDER)).unwrap();
        fs::write(dir.path().join("store.json"), "{}").unwrap();
        fs::write(messages.path("ab12").unwrap(), "words").unwrap();
        assert_eq!(messages.read("ab12").unwrap().as_deref(), Some(&b"words"[..]));
        assert!(messages.remove("ab12").unwrap() && !messages.remove("ab12").unwrap());
        assert_eq!(messages.read("ab12").unwrap(), None);
        for key in ["../store", "", ".", "a/b"] {
            assert!(messages.path(key).is_none() && !messages.remove(key).unwrap(), "{key}");
        }
        assert!(dir.path().join("store.json").exists());
    }
}
