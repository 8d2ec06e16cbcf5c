//! Opening log files safely, and telling them apart.
//!
//! A log folder is often writable by others: a name may become a link, a pipe or a device between looking and opening.
//! So a file is opened without following links and without waiting, and what was really opened is checked on the handle:
//! a regular file, really inside an allowed root. Not here: what is read and when.

use super::glob::is_absent;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::{self, File, FileType, Metadata, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// How much of the beginning of a file makes its fingerprint, in bytes.
const HEAD: usize = 1024;

/// Device and inode: which file, whatever its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct FileId {
    pub(super) device: u64,
    pub(super) inode: u64,
}

impl FileId {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self { device: metadata.dev(), inode: metadata.ino() }
    }
}

/// How a file begins: the hash of its first KiB, or of less while it is shorter. It only ever grows while the part it already
/// covers stays the same, so a young file is as well known as its length allows. A file rewritten with the same first KiB can't
/// be told from the old one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Fingerprint {
    /// Bytes it covers, at most [`HEAD`].
    pub(super) length: usize,
    hash: String,
}

impl Fingerprint {
    /// Of the beginning of a content.
    pub(super) fn of(head: &[u8]) -> Self {
        if head.is_empty() {
            return Self::default();
        }
        let head = &head[..head.len().min(HEAD)];
        let hash = Sha256::digest(head).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Self { length: head.len(), hash }
    }

    /// Whether `head` begins like the content this was taken of.
    pub(super) fn holds(&self, head: &[u8]) -> bool {
        head.get(..self.length).is_some_and(|same| Self::of(same) == *self)
    }
}

/// Why a file was not opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    /// Nothing stands there.
    #[error("there is no such file")]
    Absent,
    /// Something stands there that is not read.
    #[error("it is {0}; only regular files are read")]
    Foreign(&'static str),
    /// It lies elsewhere.
    #[error("it really lies at {}, outside the allowed roots; name the folder in `roots` if it should be read", .0.display())]
    Outside(PathBuf),
    /// The system said no.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Opens a regular file inside one of `roots` for reading.
pub(super) fn open(path: &Path, roots: &[PathBuf]) -> Result<File, Error> {
    // Looking first spares devices from being opened at all; what counts is the check on the handle.
    let shape = fs::symlink_metadata(path).map_err(refusal)?;
    if let Some(kind) = foreign(shape.file_type()) {
        return Err(Error::Foreign(kind));
    }
    let flags = libc::O_NONBLOCK | libc::O_NOFOLLOW | libc::O_CLOEXEC | libc::O_NOCTTY;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(refusal)?;
    if let Some(kind) = foreign(file.metadata()?.file_type()) {
        return Err(Error::Foreign(kind));
    }
    let real = fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd()))?;
    let inside = roots.iter().filter_map(|root| fs::canonicalize(root).ok()).any(|root| real.starts_with(root));
    if inside { Ok(file) } else { Err(Error::Outside(real)) }
}

/// What kind of thing it is, if it is not a regular file.
pub(super) fn foreign(kind: FileType) -> Option<&'static str> {
    if kind.is_file() {
        None
    } else if kind.is_symlink() {
        Some("a symbolic link")
    } else if kind.is_fifo() {
        Some("a pipe")
    } else if kind.is_dir() {
        Some("a folder")
    } else if kind.is_socket() {
        Some("a socket")
    } else {
        Some("a device")
    }
}

fn refusal(error: io::Error) -> Error {
    match error.raw_os_error() {
        Some(libc::ELOOP) => Error::Foreign("a symbolic link"),
        Some(libc::ENXIO) => Error::Foreign("a pipe or socket"),
        _ if is_absent(&error) => Error::Absent,
        _ => Error::Io(error),
    }
}

/// The first KiB, or less when the file is shorter.
pub(super) fn head(file: &File) -> io::Result<Vec<u8>> {
    read(file, 0, HEAD)
}

/// At most `length` bytes from `offset`; fewer only at the end of the file.
pub(super) fn read(file: &File, offset: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    let mut filled = 0;
    while filled < length {
        let at = offset.saturating_add(u64::try_from(filled).unwrap_or(u64::MAX));
        match file.read_at(&mut bytes[filled..], at) {
            Ok(0) => break,
            Ok(more) => filled += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}

/// Whether it begins like a compressed file. Such a file is a finished log that was read before it was packed.
pub(super) fn is_packed(head: &[u8]) -> bool {
    let marks: [&[u8]; 4] = [b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"];
    marks.iter().any(|mark| head.starts_with(mark))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn only_regular_files_inside_a_root_are_opened() {
        let (inside, outside) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let roots = [inside.path().to_owned()];
        let at = |name: &str| inside.path().join(name);
        fs::write(at("log"), "x").expect("written");
        fs::write(outside.path().join("log"), "x").expect("written");
        symlink(at("log"), at("link")).expect("linked");
        symlink(outside.path(), at("way-out")).expect("linked");
        fs::create_dir(at("folder")).expect("made");
        let made = std::process::Command::new("mkfifo").arg(at("pipe")).status().expect("mkfifo runs");
        assert!(made.success());

        assert!(open(&at("log"), &roots).is_ok());
        assert!(matches!(open(&at("nothing"), &roots), Err(Error::Absent)));
        assert!(matches!(open(&at("link"), &roots), Err(Error::Foreign("a symbolic link"))));
        assert!(matches!(open(&at("pipe"), &roots), Err(Error::Foreign("a pipe"))));
        assert!(matches!(open(&at("folder"), &roots), Err(Error::Foreign("a folder"))));
        assert!(matches!(open(&at("way-out/log"), &roots), Err(Error::Outside(_))));
        assert!(matches!(open(Path::new("/dev/null"), &roots), Err(Error::Foreign("a device"))));
    }

    #[test]
    fn a_fingerprint_holds_while_the_beginning_stays() {
        let young = Fingerprint::of(b"Sep 20");
        assert!(young.holds(b"Sep 20 02:13:40"));
        assert!(!young.holds(b"Sep 2"));
        assert!(!young.holds(b"Sep 21 00:00:00"));
        assert!(Fingerprint::of(b"").holds(b"anything"));
        assert_eq!(Fingerprint::of(&[7; 2_000]), Fingerprint::of(&[7; 1_024]));
    }
}
