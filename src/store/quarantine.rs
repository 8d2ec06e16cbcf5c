//! Where damaged things go: `<state>/quarantine/<time>/`, for a person to look at.
//!
//! Nothing is ever removed from here by the program.

use super::digest::Digest;
use super::error::Error;
use super::files;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The folder of damaged things of one state directory.
#[derive(Debug, Clone)]
pub(super) struct Quarantine(PathBuf);

impl Quarantine {
    /// That of the state directory `state`; made when first needed.
    pub(super) fn of(state: &Path) -> Self {
        Self(state.join("quarantine"))
    }

    /// Moves a file or folder here. Returns where it is now.
    pub(super) fn take(&self, from: &Path) -> Result<PathBuf, Error> {
        self.put(&self.folder()?, from)
    }

    /// Moves files and folders here, all into one folder, which is returned.
    pub(super) fn take_all(&self, all: &[PathBuf]) -> Result<PathBuf, Error> {
        let folder = self.folder()?;
        for from in all {
            self.put(&folder, from)?;
        }
        Ok(folder)
    }

    fn put(&self, folder: &Path, from: &Path) -> Result<PathBuf, Error> {
        let name = from.file_name().and_then(|name| name.to_str()).unwrap_or("unnamed");
        let to = (0..10_000)
            .map(|nth| if nth == 0 { folder.join(name) } else { folder.join(format!("{name}.{nth}")) })
            .find(|to| !to.exists())
            .unwrap_or_else(|| folder.join(name));
        fs::rename(from, &to).map_err(Error::io("moving to quarantine", from))?;
        files::sync_dir(folder)?;
        files::sync_dir(from.parent().unwrap_or(from))?;
        Ok(to)
    }

    /// Keeps a copy of `bytes`, found at `offset` of `file`. The same damage is kept once, however often it is met.
    pub(super) fn keep(&self, file: &str, offset: u64, bytes: &[u8]) -> Result<PathBuf, Error> {
        let digest = Digest::of(&[bytes]).to_string();
        let name = format!("{file}@{offset}-{}", &digest[..16]);
        for earlier in files::names(&self.0)? {
            let known = self.0.join(earlier).join(&name);
            if known.metadata().is_ok_and(|found| found.len() == bytes.len() as u64) {
                return Ok(known);
            }
        }
        let path = self.folder()?.join(name);
        let write = |path: &Path| -> std::io::Result<()> {
            let mut copy = match files::create_new(path) {
                // A copy cut short by a crash within this very second.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => files::open_or_create(path)?,
                other => other?,
            };
            copy.write_all(bytes)?;
            copy.sync_all()
        };
        write(&path).map_err(Error::io("writing", &path))?;
        files::sync_dir(path.parent().unwrap_or(&path))?;
        Ok(path)
    }

    /// The folder of this second, in UTC. Only a name: nothing is decided by this clock.
    fn folder(&self) -> Result<PathBuf, Error> {
        let now = jiff::Timestamp::now();
        let folder = self.0.join(now.strftime("%Y%m%dT%H%M%SZ").to_string());
        files::ensure_dir(&self.0)?;
        files::ensure_dir(&folder)?;
        Ok(folder)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn the_same_damage_is_kept_once_and_things_of_one_name_side_by_side() {
        let dir = tempfile::tempdir().unwrap();
        let quarantine = Quarantine::of(dir.path());
        let first = quarantine.keep("1.kwj", 88, b"broken").unwrap();
        assert_eq!(quarantine.keep("1.kwj", 88, b"broken").unwrap(), first);
        assert_ne!(quarantine.keep("1.kwj", 88, b"other").unwrap(), first);
        let mut places = Vec::new();
        for _ in 0..3 {
            let path = dir.path().join("db");
            fs::write(&path, b"x").unwrap();
            places.push(quarantine.take(&path).unwrap());
            assert!(!path.exists());
        }
        places.dedup();
        assert!(places.len() == 3 && places.iter().all(|place| place.exists()));
    }
}
