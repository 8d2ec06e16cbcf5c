//! The file system as the store uses it: private modes, synced directories, whole-file replacement.
//!
//! Nothing here removes anything but files it made itself a moment ago.

use super::error::Error;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, lchown};
use std::path::{Path, PathBuf};

/// Makes `dir` (its parent exists) with mode 0700, unless it is there.
pub(super) fn ensure_dir(dir: &Path) -> Result<(), Error> {
    match DirBuilder::new().mode(0o700).create(dir) {
        Ok(()) => sync_dir(dir.parent().unwrap_or(dir)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists && dir.is_dir() => Ok(()),
        Err(source) => Err(Error::io("creating directory", dir)(source)),
    }
}

/// Makes the names in `dir` durable.
pub(super) fn sync_dir(dir: &Path) -> Result<(), Error> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(Error::io("syncing directory", dir))
}

/// Creates a file that must not exist yet, mode 0600, for writing.
pub(super) fn create_new(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Opens a file for reading and writing, mode 0600 when it has to be created.
pub(super) fn open_or_create(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
}

/// Puts `bytes` under the name `path`, whole or not at all, durable on return.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".new");
    let temporary = Path::new(&temporary);
    let write = || -> std::io::Result<()> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(temporary, path)
    };
    write().map_err(Error::io("writing", path))?;
    sync_dir(path.parent().unwrap_or(path))
}

/// Gives everything below `dir` to the owner of `dir`: whoever works as root must leave nothing the daemon cannot use.
/// Nobody but root could, and what belongs to the owner already is left alone.
pub(super) fn give_to_owner(dir: &Path) -> Result<(), Error> {
    give_below(dir, vec![dir.to_owned()])
}

/// The same of one folder in `dir`, with all that is in it.
pub(super) fn give_folder(dir: &Path, folder: &Path) -> Result<(), Error> {
    let owner = fs::metadata(dir).map_err(Error::io("looking at", dir))?;
    if rustix::process::geteuid().is_root() && owner.uid() != 0 {
        lchown(folder, Some(owner.uid()), Some(owner.gid())).map_err(Error::io("giving away", folder))?;
    }
    give_below(dir, vec![folder.to_owned()])
}

fn give_below(dir: &Path, mut folders: Vec<PathBuf>) -> Result<(), Error> {
    let owner = fs::metadata(dir).map_err(Error::io("looking at", dir))?;
    if !rustix::process::geteuid().is_root() || owner.uid() == 0 {
        return Ok(());
    }
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(Error::io("listing", &folder))? {
            let path = entry.map_err(Error::io("listing", &folder))?.path();
            // Links are given away themselves, never what they point at.
            let found = fs::symlink_metadata(&path).map_err(Error::io("looking at", &path))?;
            if found.uid() != owner.uid() {
                lchown(&path, Some(owner.uid()), Some(owner.gid())).map_err(Error::io("giving away", &path))?;
            }
            if found.is_dir() {
                folders.push(path);
            }
        }
    }
    Ok(())
}

/// The names in `dir`, sorted; a directory that is not there has none.
pub(super) fn names(dir: &Path) -> Result<Vec<String>, Error> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(Error::io("listing", dir)(source)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(Error::io("listing", dir))?;
        // A name that is not UTF-8 is none of ours.
        if let Ok(name) = entry.file_name().into_string() {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}
