//! One daemon per state directory (promise P18).
//!
//! The lock is the kernel's: it goes with the process, so there is nothing stale to remove. The process id in the
//! file is only for the message to the second one.

use super::error::Error;
use super::files;
use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

const NAME: &str = "lock";

/// Holds the state directory until dropped.
#[derive(Debug)]
pub struct Lock(File);

impl Lock {
    /// Takes the lock of `dir`.
    ///
    /// Waits up to 300 ms, because `store verify` holds it for an instant to see whether a daemon is running.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::NotADirectory`], [`Error::NotOurs`], [`Error::NotWritable`], [`Error::InUse`]; nothing is created
    /// but the lock file.
    pub fn take(dir: &Path) -> Result<Self, Error> {
        check(dir)?;
        ours(dir)?;
        let path = dir.join(NAME);
        let file = files::open_or_create(&path).map_err(|source| match source.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                Error::NotWritable { dir: dir.to_owned(), source }
            }
            _ => Error::io("opening", &path)(source),
        })?;
        for _ in 0..10 {
            match file.try_lock() {
                Ok(()) => return Ok(Self(file)),
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(30)),
                Err(TryLockError::Error(source)) => return Err(Error::io("locking", &path)(source)),
            }
        }
        let mut text = String::new();
        let pid = (&file).take(16).read_to_string(&mut text).ok().and_then(|_| text.trim().parse().ok());
        Err(Error::InUse { dir: dir.to_owned(), pid })
    }

    /// The same lock once more: it is let go of when the last of them is dropped.
    pub(super) fn share(&self, dir: &Path) -> Result<Self, Error> {
        self.0.try_clone().map(Self).map_err(Error::io("locking", &dir.join(NAME)))
    }

    /// Writes our process id for the message to the second one; done last, so that a refused start changes nothing.
    pub(super) fn sign(&self) {
        let mut file = &self.0;
        // Only a courtesy: the lock holds without it.
        let _ = self.0.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
    }

    /// Whether a daemon holds `dir` now. Takes the lock shared for an instant.
    pub fn is_held(dir: &Path) -> bool {
        match File::open(dir.join(NAME)) {
            Ok(file) => matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)),
            Err(_) => false,
        }
    }
}

/// Says what is wrong with a state directory, without touching it.
///
/// # Errors
/// [`Error::Missing`], [`Error::NotADirectory`], [`Error::NotWritable`] when it may not even be looked at.
pub fn check(dir: &Path) -> Result<(), Error> {
    match std::fs::metadata(dir) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => Err(Error::NotADirectory { dir: dir.to_owned() }),
        Err(error) => match error.kind() {
            ErrorKind::NotFound => Err(Error::Missing { dir: dir.to_owned() }),
            ErrorKind::NotADirectory => Err(Error::NotADirectory { dir: dir.to_owned() }),
            ErrorKind::PermissionDenied => Err(Error::NotWritable { dir: dir.to_owned(), source: error }),
            _ => Err(Error::io("looking at", dir)(error)),
        },
    }
}

/// Says whether anybody but us may change what is in the state directory. Reading is another matter (0750, 0755).
fn ours(dir: &Path) -> Result<(), Error> {
    let found = std::fs::metadata(dir).map_err(Error::io("looking at", dir))?;
    let (mode, owner, me) = (found.mode() & 0o7777, found.uid(), uzers::get_effective_uid());
    let refused = |why| Err(Error::NotOurs { dir: dir.to_owned(), why });
    if mode & 0o022 != 0 {
        return refused(format!("can be written by its group or by others (mode {mode:04o})"));
    }
    // Root looks at the records of others, and may change all of them anyway.
    if owner != me && owner != 0 && me != 0 {
        return refused(format!("belongs to another user (uid {owner}; we are uid {me})"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    // P18
    #[test]
    fn the_second_start_is_told_who_holds_the_directory() {
        let dir = tempfile::tempdir().unwrap();
        let first = Lock::take(dir.path()).unwrap();
        first.sign();
        assert!(Lock::is_held(dir.path()));
        let error = Lock::take(dir.path()).unwrap_err();
        assert_eq!(error.exit_code(), 75);
        assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
        drop(first);
        assert!(!Lock::is_held(dir.path()));
        Lock::take(dir.path()).unwrap();
    }

    #[test]
    fn a_missing_directory_is_not_created() {
        let dir = tempfile::tempdir().unwrap();
        let missing = dir.path().join("state");
        let error = Lock::take(&missing).unwrap_err();
        assert!(matches!(error, Error::Missing { .. }), "{error}");
        assert_eq!(error.exit_code(), 73);
        assert!(!missing.exists());
    }

    #[test]
    fn a_directory_others_may_write_to_is_refused_untouched() {
        let dir = tempfile::tempdir().unwrap();
        let set =
            |mode| std::fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
        for mode in [0o777, 0o1777, 0o770, 0o702] {
            set(mode);
            let error = Lock::take(dir.path()).unwrap_err();
            assert_eq!(error.exit_code(), 77);
            assert!(error.to_string().contains(&format!("mode {mode:04o}")), "{error}");
            assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "nothing is created");
        }
        // As systemd makes it, and as people do.
        for mode in [0o700, 0o750, 0o755] {
            set(mode);
            Lock::take(dir.path()).unwrap();
        }
    }

    #[test]
    fn a_file_in_place_of_the_directory_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for path in [file.path().to_owned(), file.path().join("below")] {
            let error = Lock::take(&path).unwrap_err();
            assert!(matches!(error, Error::NotADirectory { .. }), "{error}");
            assert_eq!(error.exit_code(), 73);
        }
    }

    #[test]
    fn a_directory_that_may_not_be_written_is_told_with_77() {
        let error = Error::NotWritable { dir: "/x".into(), source: std::io::Error::from(ErrorKind::PermissionDenied) };
        assert_eq!(error.exit_code(), 77);
        assert!(error.to_string().contains("owner"), "{error}");
        // The real refusal needs a user without rights; root may write anywhere.
        let dir = tempfile::tempdir().unwrap();
        std::fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o500)).unwrap();
        match Lock::take(dir.path()) {
            Err(error) => assert_eq!(error.exit_code(), 77, "{error}"),
            Ok(_) => assert!(dir.path().join(NAME).exists()),
        }
    }
}
