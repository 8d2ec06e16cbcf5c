//! Secrets: read from files, kept where nothing prints them.
//!
//! The configuration only names the files (`token_file`, `password_file`); whoever needs the secret reads it through
//! here when it connects, so that a new file is taken without touching the configuration. Not here: which secrets
//! there are; each source and channel knows its own.

use secrecy::SecretString;
use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// A file larger than this is not a token or password.
const LIMIT: u64 = 64 * 1024;

/// Where relative names of secret files are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// `$CREDENTIALS_DIRECTORY`, where systemd puts credentials; looked at first.
    pub credentials: Option<PathBuf>,
    /// The folder of the configuration.
    pub configuration: PathBuf,
}

/// Why a secret was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such file, or it cannot be read.
    #[error("the secret file {} cannot be read; it must exist and be readable by the user kiriwake runs as", .path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Others could read it.
    #[error("the secret file {} can be read by its group or others (mode {mode:03o}): chmod 600 it", .path.display())]
    Open {
        /// Which file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The daemon may not read it, although we may.
    #[error("the secret file {} cannot be read by the user {user}, as whom kiriwake runs: give it to that user (chown {user}, chmod 600)", .path.display())]
    NotTheirs {
        /// Which file.
        path: PathBuf,
        /// The daemon's user.
        user: String,
    },
    /// Somebody else could point it elsewhere.
    #[error("{} is a symbolic link in a folder others may write to: put the file itself there, or take the write permission away", .path.display())]
    Link {
        /// Which file.
        path: PathBuf,
    },
    /// Not a secret at all.
    #[error("the secret file {} {why}", .path.display())]
    Unusable {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
}

impl Folders {
    /// Those of this process for a configuration folder.
    pub fn of_process(configuration: &Path) -> Self {
        let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
        Self { credentials, configuration: configuration.to_owned() }
    }

    /// The file meant by `name`: itself when absolute, else the credential of this name, else that of the folder.
    pub fn find(&self, name: &Path) -> PathBuf {
        let credential = self.credentials.as_ref().map(|folder| folder.join(name)).filter(|path| path.exists());
        // `join` keeps an absolute name as it is.
        credential.unwrap_or_else(|| self.configuration.join(name))
    }

    /// Reads the secret in the file `name`, without the line end after it.
    ///
    /// # Errors
    /// When the file is not there, or is not safe, or holds nothing; the sentence says what to do.
    pub fn read(&self, name: &Path) -> Result<SecretString, Error> {
        read(&self.find(name), uzers::get_effective_uid()).map(|(secret, _)| secret)
    }

    /// Whether that can be read, by the user `other` where it is not ours that counts.
    ///
    /// # Errors
    /// As [`Folders::read`].
    pub(super) fn try_out(&self, name: &Path, other: Option<u32>) -> Result<(), Error> {
        let path = self.find(name);
        let (_, about) = read(&path, other.unwrap_or_else(uzers::get_effective_uid))?;
        match other {
            Some(other) if !is_readable(&about, other) => {
                let user = uzers::get_user_by_uid(other).map(|user| user.name().to_string_lossy().into_owned());
                Err(Error::NotTheirs { path, user: user.unwrap_or_else(|| other.to_string()) })
            }
            _ => Ok(()),
        }
    }
}

/// Whether the file may be read by a user of this machine.
fn is_readable(about: &Metadata, uid: u32) -> bool {
    let mode = about.permissions().mode();
    if about.uid() == uid {
        return mode & 0o400 != 0;
    }
    let user = uzers::get_user_by_uid(uid);
    let groups = user.and_then(|user| user.groups()).unwrap_or_default();
    if groups.iter().any(|group| group.gid() == about.gid()) { mode & 0o040 != 0 } else { mode & 0o004 != 0 }
}

/// An error with what led to it.
pub(super) fn with_cause(error: &Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}

/// Reads it for the user `uid`, with what is known of the file.
fn read(path: &Path, uid: u32) -> Result<(SecretString, Metadata), Error> {
    let unreadable = |source| Error::Unreadable { path: path.to_owned(), source };
    let link = path.symlink_metadata().map_err(unreadable)?.is_symlink();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if link && folder.metadata().map_err(unreadable)?.permissions().mode() & 0o022 != 0 {
        return Err(Error::Link { path: path.to_owned() });
    }
    let unusable = |why| Error::Unusable { path: path.to_owned(), why };
    let file = File::open(path).map_err(unreadable)?;
    // Asked of the open file, so that what is looked at is what is read.
    let about = file.metadata().map_err(unreadable)?;
    if !about.is_file() {
        return Err(unusable("is not a file"));
    }
    let mode = about.permissions().mode() & 0o777;
    // A file of somebody else (root, systemd) that we may read is that owner's arrangement.
    if about.uid() == uid && mode & 0o077 != 0 {
        return Err(Error::Open { path: path.to_owned(), mode });
    }
    let mut text = String::new();
    let read = file.take(LIMIT + 1).read_to_string(&mut text);
    let secret = match read {
        Ok(length) if length as u64 > LIMIT => Err(unusable("is too large for a secret")),
        Ok(_) if text.trim().is_empty() => Err(unusable("is empty")),
        Ok(_) => Ok(SecretString::from(text.trim_end_matches(['\r', '\n']))),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(unusable("is not text in UTF-8")),
        Err(error) => Err(unreadable(error)),
    };
    secrecy::zeroize::Zeroize::zeroize(&mut text);
    secret.map(|secret| (secret, about))
}

/// Whether a secret is there, for people: `set` or `unset`, never more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown(bool);

impl Shown {
    /// What may be said about `secret`.
    pub fn of(secret: Option<&SecretString>) -> Self {
        Self(secret.is_some())
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0 { "set" } else { "unset" })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should stop")]
    use super::*;
    use secrecy::ExposeSecret;
    use std::fs::{self, Permissions};

    fn read(path: &Path) -> Result<SecretString, Error> {
        super::read(path, uzers::get_effective_uid()).map(|(secret, _)| secret)
    }

    fn write(folder: &Path, name: &str, text: &str, mode: u32) -> PathBuf {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        path
    }

    #[test]
    fn a_secret_comes_without_its_line_end_and_is_never_printed() {
        let folder = tempfile::tempdir().unwrap();
        let path = write(folder.path(), "token", "s3cret word \r\n", 0o600);
        let secret = read(&path).unwrap();
        assert_eq!(secret.expose_secret(), "s3cret word ");
        assert!(!format!("{secret:?}").contains("s3cret"));
        assert_eq!(Shown::of(Some(&secret)).to_string(), "set");
        assert_eq!(Shown::of(None).to_string(), "unset");
    }

    #[test]
    fn a_credential_comes_before_the_file_beside_the_configuration() {
        let [credentials, configuration] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let folders = Folders {
            credentials: Some(credentials.path().to_owned()),
            configuration: configuration.path().to_owned(),
        };
        write(configuration.path(), "token", "beside", 0o600);
        assert_eq!(folders.read(Path::new("token")).unwrap().expose_secret(), "beside");
        let absolute = write(credentials.path(), "token", "credential", 0o400);
        assert_eq!(folders.read(Path::new("token")).unwrap().expose_secret(), "credential");
        assert_eq!(folders.find(&absolute), absolute);
    }

    #[test]
    fn a_secret_others_could_read_or_exchange_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for mode in [0o640, 0o604, 0o660] {
            let path = write(folder.path(), "token", "secret", mode);
            let error = read(&path).unwrap_err();
            assert!(error.to_string().contains("chmod 600") && error.to_string().contains(&format!("{mode:o}")));
        }
        let path = write(folder.path(), "token", "secret", 0o600);
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(read(&link).is_ok(), "a link in a folder of our own is an arrangement of ours");
        fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
        assert!(matches!(read(&link), Err(Error::Link { .. })));
    }

    #[test]
    fn what_is_no_secret_is_refused_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        for (text, why) in [("", "is empty"), ("\n", "is empty")] {
            let path = write(folder.path(), "token", text, 0o600);
            assert!(read(&path).unwrap_err().to_string().contains(why));
        }
        let path = write(folder.path(), "token", &"x".repeat(70_000), 0o600);
        assert!(read(&path).unwrap_err().to_string().contains("too large"));
        assert!(read(&folder.path().join("none")).unwrap_err().to_string().contains("must exist"));
        assert!(matches!(read(folder.path()), Err(Error::Unusable { why: "is not a file", .. })));
    }
}
