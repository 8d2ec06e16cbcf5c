//! Bodies: what is too large or too personal for the chain, in files named by the SHA-256 of their content.
//!
//! A frame holds hash and length; the file is on the disk before the frame is written. Removing one (retention,
//! erasure) leaves the chain verifiable. Who may remove what, and when, is the owner's business, as is recording it.

use super::digest::Digest;
use super::error::Error;
use super::files;
use super::gone::{Gone, SUFFIX};
use super::quarantine::Quarantine;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// The folder of bodies in the state directory.
pub(super) const FOLDER: &str = "bodies";
const UNFINISHED: &str = "unfinished";

/// The bodies of one state directory. Clones are the same folder; all calls may come from any thread.
#[derive(Debug, Clone)]
pub struct Bodies {
    folder: PathBuf,
    quarantine: Quarantine,
}

impl Bodies {
    /// Those in the state directory `state`; their folder is made where it is missing.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be made.
    pub fn of(state: &Path) -> Result<Self, Error> {
        Self::open(state)
    }

    pub(super) fn open(state: &Path) -> Result<Self, Error> {
        let bodies = Self { folder: state.join(FOLDER), quarantine: Quarantine::of(state) };
        files::ensure_dir(&bodies.folder)?;
        files::ensure_dir(&bodies.folder.join(UNFINISHED))?;
        Ok(bodies)
    }

    /// Those in the state directory `state`, to be read.
    pub fn look(state: &Path) -> Self {
        Self { folder: state.join(FOLDER), quarantine: Quarantine::of(state) }
    }

    /// What a kill left half-written; nobody was told it was kept.
    pub(super) fn left_over(state: &Path) -> Result<Vec<PathBuf>, Error> {
        let folder = state.join(FOLDER).join(UNFINISHED);
        Ok(files::names(&folder)?.into_iter().map(|name| folder.join(name)).collect())
    }

    /// Where the body `digest` lies: `<state>/bodies/ab/cdef…`.
    pub fn path(&self, digest: &Digest) -> PathBuf {
        let name = digest.to_string();
        self.folder.join(&name[..2]).join(&name[2..])
    }

    /// Keeps `content`; on return it survives a power cut. Keeping the same content again costs a read.
    ///
    /// # Errors
    /// [`Error::Io`] when the disk fails; nothing is kept then.
    pub fn put(&self, content: &[u8]) -> Result<Digest, Error> {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        let digest = Digest::of(&[content]);
        match self.get(&digest) {
            Ok(Some(_)) => return Ok(digest),
            Ok(None) | Err(Error::BodyDamaged { .. }) => {}
            Err(error) => return Err(error),
        }
        let path = self.path(&digest);
        let shard = path.parent().unwrap_or(&self.folder);
        files::ensure_dir(shard)?;
        let name = format!("{digest}.{}.{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
        let unfinished = self.folder.join(UNFINISHED).join(name);
        let write = || -> std::io::Result<()> {
            let mut file = files::create_new(&unfinished)?;
            file.write_all(content)?;
            file.sync_all()?;
            fs::rename(&unfinished, &path)
        };
        if let Err(source) = write() {
            // Ours, made a moment ago, and never promised to anybody.
            let _ = fs::remove_file(&unfinished);
            return Err(Error::io("writing", &path)(source));
        }
        files::sync_dir(shard)?;
        Ok(digest)
    }

    /// The body `digest`; `None` when it is not there (any more).
    ///
    /// # Errors
    /// [`Error::BodyDamaged`] when the content is not what the name promises; it is moved to quarantine.
    /// [`Error::Io`] when the disk fails.
    pub fn get(&self, digest: &Digest) -> Result<Option<Vec<u8>>, Error> {
        let path = self.path(digest);
        let content = match fs::read(&path) {
            Ok(content) => content,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(Error::io("reading", &path)(source)),
        };
        if Digest::of(&[&content]) == *digest {
            return Ok(Some(content));
        }
        let moved = self.quarantine.take(&path)?;
        tracing::error!(body = %digest, moved_to = %moved.display(), "a body is damaged");
        Err(Error::BodyDamaged { path })
    }

    /// Removes the body `digest`, for retention or erasure, and leaves `gone` in its place; `false` when it was not there. The
    /// caller has put on record who removes it and why before calling this. Doing it again changes nothing.
    ///
    /// # Errors
    /// [`Error::Io`] when the disk fails; it can be done again.
    pub fn remove(&self, digest: &Digest, gone: &Gone) -> Result<bool, Error> {
        let (path, trace) = (self.path(digest), self.trace(digest));
        let shard = path.parent().unwrap_or(&self.folder);
        files::ensure_dir(shard)?;
        // First, so that a removal is never taken for a loss. An earlier removal of the same body stays as it was told.
        if self.gone(digest)?.is_none() {
            let text = serde_json::to_vec(gone).map_err(|error| Error::io("writing", &trace)(error.into()))?;
            files::replace(&trace, &text)?;
        }
        match fs::remove_file(&path) {
            Ok(()) => files::sync_dir(shard).map(|()| true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(source) => Err(Error::io("removing", &path)(source)),
        }
    }

    /// Takes away the body `digest` and the word of its removal: nothing that is kept refers to it any more. `false` when
    /// there was neither. The caller has put on record what went before calling this.
    ///
    /// # Errors
    /// [`Error::Io`] when the disk fails; it can be done again.
    pub fn forget(&self, digest: &Digest) -> Result<bool, Error> {
        let path = self.path(digest);
        let mut any = false;
        for path in [&path, &self.trace(digest)] {
            match fs::remove_file(path) {
                Ok(()) => any = true,
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(source) => return Err(Error::io("removing", path)(source)),
            }
        }
        if any {
            files::sync_dir(path.parent().unwrap_or(&self.folder))?;
        }
        Ok(any)
    }

    /// What is known of the removal of the body `digest`; `None` when it was never removed.
    ///
    /// # Errors
    /// [`Error::Io`] when the disk fails, or the file that tells of it does not read.
    pub fn gone(&self, digest: &Digest) -> Result<Option<Gone>, Error> {
        let trace = self.trace(digest);
        match fs::read(&trace) {
            Ok(text) => {
                serde_json::from_slice(&text).map(Some).map_err(|error| Error::io("reading", &trace)(error.into()))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Error::io("reading", &trace)(source)),
        }
    }

    /// Whether the body `digest` is not there, and nobody removed it.
    pub fn is_lost(&self, digest: &Digest) -> bool {
        let is_gone = |path: PathBuf| matches!(path.try_exists(), Ok(false));
        is_gone(self.path(digest)) && is_gone(self.trace(digest))
    }

    /// Where it stands that the body `digest` was removed.
    pub(super) fn trace(&self, digest: &Digest) -> PathBuf {
        let mut path = self.path(digest).into_os_string();
        path.push(SUFFIX);
        PathBuf::from(path)
    }

    /// All bodies of which a removal is told, in the order of their names.
    ///
    /// # Errors
    /// [`Error::Io`] when a folder cannot be listed.
    pub fn list_gone(&self) -> Result<Vec<Digest>, Error> {
        self.named(|name| name.strip_suffix(SUFFIX))
    }

    /// All bodies, in the order of their names. Other files in the folder are none of ours.
    ///
    /// # Errors
    /// [`Error::Io`] when a folder cannot be listed.
    pub fn list(&self) -> Result<Vec<Digest>, Error> {
        self.named(|name| Some(name))
    }

    fn named(&self, stem: impl Fn(&str) -> Option<&str>) -> Result<Vec<Digest>, Error> {
        let mut digests = Vec::new();
        for shard in files::names(&self.folder)?.into_iter().filter(|name| name.len() == 2) {
            let names = files::names(&self.folder.join(&shard))?;
            let stems = names.iter().filter_map(|name| stem(name));
            digests.extend(stems.filter_map(|name| format!("{shard}{name}").parse::<Digest>().ok()));
        }
        Ok(digests)
    }

    /// Whether the body has the content its name promises, without moving anything.
    pub(super) fn is_whole(&self, digest: &Digest) -> std::io::Result<bool> {
        fs::read(self.path(digest)).map(|content| Digest::of(&[&content]) == *digest)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::super::gone::GoneBy;
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_body_is_kept_once_privately_and_can_be_removed() {
        let dir = tempfile::tempdir().unwrap();
        let bodies = Bodies::open(dir.path()).unwrap();
        let digest = bodies.put("氏名".as_bytes()).unwrap();
        assert_eq!(bodies.put("氏名".as_bytes()).unwrap(), digest);
        assert_eq!(bodies.get(&digest).unwrap().as_deref(), Some("氏名".as_bytes()));
        assert_eq!(bodies.list().unwrap(), [digest]);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&bodies.path(&digest)), mode(&bodies.folder)), (0o600, 0o700));
        assert_eq!(bodies.gone(&digest).unwrap(), None);
        let by = GoneBy::Person { name: "佐藤".to_owned(), reason: "氏名".to_owned() };
        let gone = Gone { at: jiff::Timestamp::UNIX_EPOCH, of: "KW-20261105-0001".to_owned(), bytes: 6, by };
        assert!(bodies.remove(&digest, &gone).unwrap());
        // Once more, as after a kill: what was told first stays.
        let again = Gone { by: GoneBy::Retention, ..gone.clone() };
        assert!(!bodies.remove(&digest, &again).unwrap());
        assert_eq!(bodies.get(&digest).unwrap(), None);
        assert_eq!((bodies.gone(&digest).unwrap(), bodies.list_gone().unwrap()), (Some(gone), vec![digest]));
        assert!(bodies.list().unwrap().is_empty());
        assert!(bodies.forget(&digest).unwrap() && !bodies.forget(&digest).unwrap());
        assert_eq!((bodies.gone(&digest).unwrap(), bodies.list_gone().unwrap()), (None, Vec::new()));
        assert!(Bodies::left_over(dir.path()).unwrap().is_empty());
    }

    #[test]
    fn a_damaged_body_is_set_aside_and_can_be_kept_anew() {
        let dir = tempfile::tempdir().unwrap();
        let bodies = Bodies::open(dir.path()).unwrap();
        let digest = bodies.put(b"text").unwrap();
        fs::write(bodies.path(&digest), b"tixt").unwrap();
        assert!(!bodies.is_whole(&digest).unwrap());
        assert!(matches!(bodies.get(&digest), Err(Error::BodyDamaged { .. })));
        assert_eq!(bodies.get(&digest).unwrap(), None);
        assert!(dir.path().join("quarantine").exists());
        assert_eq!(bodies.put(b"text").unwrap(), digest);
        assert_eq!(bodies.get(&digest).unwrap().as_deref(), Some(&b"text"[..]));
    }
}
