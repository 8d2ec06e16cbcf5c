//! The socket's place in the file system: made where nobody else is reached by it, and taken away by whoever made it.
//!
//! Not here: who may use it beyond its mode, and what is answered.

use std::fs::{self, DirBuilder, Metadata, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::net::{UnixListener, UnixStream};

/// A daemon that is stopped for a while, or has more callers than it can take, does not answer in it; it is one all the same.
const PATIENCE: Duration = Duration::from_secs(2);

/// Why the socket was not made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It belongs to a daemon that runs.
    #[error(
        "the control socket {} is in use: another daemon answers there, and is left undisturbed. Stop that one \
         (`kiriwake status --socket {}` tells its process), or give this one a `control.socket` of its own",
        .path.display(), .path.display()
    )]
    InUse {
        /// Where.
        path: PathBuf,
    },
    /// The system did not allow it.
    #[error("the control socket {}: its folder must exist and be writable", .path.display())]
    Place {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// The file of a socket that was made here.
#[derive(Debug)]
pub struct Own {
    path: PathBuf,
    identity: (u64, u64),
}

impl Own {
    /// Takes it away, if it is still the one that was made.
    pub fn remove(self) {
        if fs::symlink_metadata(&self.path).is_ok_and(|found| identity(&found) == self.identity) {
            let _gone_meanwhile = fs::remove_file(&self.path);
        }
    }
}

fn identity(found: &Metadata) -> (u64, u64) {
    (found.dev(), found.ino())
}

/// Whether a socket can be made at `path`: nobody answers there, and nothing else has the name.
///
/// # Errors
/// Why not.
pub async fn free(path: &Path) -> Result<(), Error> {
    let place = |source| Error::Place { path: path.to_owned(), source };
    match fs::symlink_metadata(path) {
        Ok(found) if !found.file_type().is_socket() => {
            let why = "something that is no socket has this name; it is left alone";
            return Err(place(io::Error::new(io::ErrorKind::AlreadyExists, why)));
        }
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(place(error)),
    }
    match tokio::time::timeout(PATIENCE, UnixStream::connect(path)).await {
        // Left over by a daemon that was killed.
        Ok(Err(error)) if matches!(error.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound) => Ok(()),
        Ok(Err(error)) if error.kind() == io::ErrorKind::PermissionDenied => Err(place(error)),
        Ok(Ok(_) | Err(_)) | Err(_) => Err(Error::InUse { path: path.to_owned() }),
    }
}

/// Makes the socket: readable and writable for its owner and group only, from its first moment and whatever the umask
/// is. One left over by an earlier daemon is replaced.
///
/// # Errors
/// When somebody answers there, the folder is not there or not writable, or something that is no socket has the name.
pub async fn bind(path: &Path) -> Result<(UnixListener, Own), Error> {
    free(path).await?;
    made(path).map_err(|source| Error::Place { path: path.to_owned(), source })
}

fn made(path: &Path) -> io::Result<(UnixListener, Own)> {
    // Made where nobody else can reach it, then put into its place.
    let mut private = path.as_os_str().to_owned();
    private.push(".new");
    let private = Path::new(&private);
    let made = private.join("s");
    if private.exists() {
        fs::remove_file(&made).or_else(|error| match error.kind() {
            io::ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        })?;
        fs::remove_dir(private)?;
    }
    DirBuilder::new().mode(0o700).create(private)?;
    let listener = UnixListener::bind(&made)?;
    fs::set_permissions(&made, Permissions::from_mode(0o660))?;
    let identity = identity(&fs::symlink_metadata(&made)?);
    fs::rename(&made, path)?;
    fs::remove_dir(private)?;
    Ok((listener, Own { path: path.to_owned(), identity }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
    use super::*;

    #[tokio::test]
    async fn the_socket_replaces_a_dead_one_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("control.sock");
        drop(bind(&path).await.unwrap());
        let (listener, own) = bind(&path).await.unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o660);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let (met, stream) = tokio::join!(listener.accept(), UnixStream::connect(&path));
        assert!(met.is_ok() && stream.is_ok());
        let file = folder.path().join("notes.txt");
        fs::write(&file, "notes").unwrap();
        let error = bind(&file).await.unwrap_err();
        assert!(matches!(&error, Error::Place { source, .. } if source.to_string().contains("no socket")), "{error}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "notes");

        // One that lives is left, and whatever has its place later is not taken away in its stead.
        assert!(matches!(bind(&path).await.unwrap_err(), Error::InUse { .. }));
        fs::rename(&path, folder.path().join("aside")).unwrap();
        let (_others, other) = bind(&path).await.unwrap();
        own.remove();
        assert!(path.exists());
        other.remove();
        assert!(!path.exists());
    }
}
