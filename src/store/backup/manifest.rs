//! The list of a backup: `manifest.json`, written last, with the SHA-256 of every file and of itself.
//!
//! It shows that a backup is whole and unchanged. It deliberately proves nothing about who wrote it: keep backups where
//! nobody else may write.

use super::super::digest::Digest;
use super::super::error::Error;
use super::super::files;
use super::super::identity::Identity;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

/// The file's name.
pub(in crate::store) const NAME: &str = "manifest.json";
/// The newest form of a backup this binary writes and reads.
const FORMAT: u32 = 1;
/// The folders and files a backup may hold; nothing else of it is ever restored.
const PARTS: [&str; 8] = ["journal", "bodies", "messages", "rules", "store.json", "head", "begins.json", "inked.json"];

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of the backup.
    pub format: u32,
    /// When it was begun.
    pub made: Timestamp,
    /// The version of the program that made it.
    pub version: String,
    /// Whose record it is.
    pub identity: Identity,
    /// The last frame in it.
    pub last_seq: u64,
    /// Whether a daemon was writing meanwhile.
    pub is_live: bool,
    /// Every file.
    pub files: Vec<Entry>,
    /// What was missing or damaged in the record it was made of, in words.
    pub findings: Vec<String>,
    /// What had been removed of it on purpose, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
}

/// One file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Where it lies below the folder of the backup.
    pub path: String,
    /// How long it is.
    pub bytes: u64,
    /// Its content.
    pub sha256: Digest,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    manifest: Manifest,
    sha256: Digest,
}

/// As much of any manifest as says whether it can be understood.
#[derive(Deserialize)]
struct Glance {
    manifest: GlanceManifest,
}

#[derive(Deserialize)]
struct GlanceManifest {
    format: u32,
    identity: GlanceIdentity,
}

#[derive(Deserialize)]
struct GlanceIdentity {
    schema: u32,
}

impl Manifest {
    /// A manifest of the present form.
    pub(super) fn new(made: Timestamp, version: &str, identity: Identity) -> Self {
        let (files, findings, removed) = (Vec::new(), Vec::new(), Vec::new());
        let version = version.to_owned();
        Self { format: FORMAT, made, version, identity, last_seq: 0, is_live: false, files, findings, removed }
    }

    /// Writes the list into the folder `backup`, durable on return.
    pub(super) fn write(&self, backup: &Path) -> Result<(), Error> {
        let path = backup.join(NAME);
        let text = self.text().map_err(|error| Error::io("writing", &path)(std::io::Error::other(error)))?;
        files::replace(&path, &text)
    }

    fn text(&self) -> serde_json::Result<Vec<u8>> {
        let sha256 = Digest::of(&[&serde_json::to_vec(self)?]);
        serde_json::to_vec_pretty(&Sealed { manifest: self.clone(), sha256 })
    }

    /// Reads the list of the folder `backup`; of a later form or schema than `schema` it is refused.
    pub(in crate::store) fn read(backup: &Path, schema: u32) -> Result<Self, Error> {
        let path = backup.join(NAME);
        let refused = |why: &str| Error::Backup { file: path.clone(), why: why.to_owned() };
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Err(refused("is missing: this is no backup, or one that was not finished"));
            }
            Err(source) => return Err(Error::io("reading", &path)(source)),
        };
        if let Ok(Glance { manifest }) = serde_json::from_slice::<Glance>(&bytes) {
            let newer = |what, found, known| Error::Newer { path: path.clone(), what, found, known };
            if manifest.format > FORMAT {
                return Err(newer("format", manifest.format, FORMAT));
            }
            if manifest.identity.schema > schema {
                return Err(newer("schema", manifest.identity.schema, schema));
            }
        }
        let sealed: Sealed =
            serde_json::from_slice(&bytes).map_err(|error| refused(&format!("cannot be understood: {error}")))?;
        // Written in one way only, so that no changed byte is overlooked.
        if sealed.manifest.text().is_ok_and(|text| text == bytes) {
            Ok(sealed.manifest)
        } else {
            Err(refused("was altered: its checksum is wrong"))
        }
    }

    /// The place of every file below `backup`. A list that names anything outside of it is refused.
    pub(in crate::store) fn places(&self, backup: &Path) -> Result<Vec<(&Entry, PathBuf)>, Error> {
        let place = |entry| Ok((entry, place(backup, entry)?));
        self.files.iter().map(place).collect()
    }
}

impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Identity { store_id, epoch, schema, .. } = &self.identity;
        let bytes: u64 = self.files.iter().map(|entry| entry.bytes).sum();
        writeln!(f, "store          {store_id}, term {epoch}, schema {schema}")?;
        writeln!(f, "made           {} by version {}", self.made, self.version)?;
        writeln!(f, "daemon         {}", if self.is_live { "running" } else { "stopped" })?;
        writeln!(f, "journal        up to frame {}", self.last_seq)?;
        writeln!(f, "files          {}, {bytes} bytes", self.files.len())?;
        self.removed.iter().try_for_each(|removed| writeln!(f, "removed        {removed}"))?;
        match self.findings.len() {
            0 => write!(f, "result         sound"),
            count => {
                write!(f, "result         whole, of a record with {count} findings")?;
                self.findings.iter().try_for_each(|finding| write!(f, "\n  - {finding}"))
            }
        }
    }
}

fn place(backup: &Path, entry: &Entry) -> Result<PathBuf, Error> {
    let path = Path::new(&entry.path);
    let is_plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    let is_ours = PARTS.iter().any(|part| path.starts_with(part));
    if is_plain && is_ours {
        return Ok(backup.join(path));
    }
    Err(Error::Backup { file: backup.join(NAME), why: format!("names {:?}, which is no part of a record", entry.path) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    fn manifest(paths: &[&str]) -> Manifest {
        let entry = |path: &&str| Entry { path: (*path).to_owned(), bytes: 1, sha256: Digest::default() };
        let made = "2026-11-20T01:00:00Z".parse().unwrap();
        let files = paths.iter().map(entry).collect();
        Manifest { files, ..Manifest::new(made, "0.1.0", Identity::draw(1).unwrap()) }
    }

    #[test]
    fn every_flipped_bit_of_the_list_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let manifest = manifest(&["journal/000000000001.kwj"]);
        manifest.write(dir.path()).unwrap();
        assert_eq!(Manifest::read(dir.path(), 1).unwrap(), manifest);
        let path = dir.path().join(NAME);
        let good = std::fs::read(&path).unwrap();
        for bit in 0..good.len() * 8 {
            let mut bytes = good.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            std::fs::write(&path, &bytes).unwrap();
            assert!(Manifest::read(dir.path(), 1).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn a_list_that_names_anything_else_is_refused() {
        let good = manifest(&["journal/1.kwj", "store.json", "bodies/ab/cd"]);
        assert_eq!(good.places(Path::new("/b")).unwrap()[2].1, Path::new("/b/bodies/ab/cd"));
        for bad in ["../etc/passwd", "/etc/passwd", "journal/../../x", "quarantine/x", "storeXjson", ""] {
            let error = manifest(&[bad]).places(Path::new("/b")).unwrap_err();
            assert!(error.to_string().contains("no part of a record"), "{bad}: {error}");
        }
    }

    // P19
    #[test]
    fn a_backup_of_a_newer_version_is_refused_with_78() {
        let dir = tempfile::tempdir().unwrap();
        let newer = manifest(&[]);
        Manifest { format: FORMAT + 1, ..newer.clone() }.write(dir.path()).unwrap();
        assert_eq!(Manifest::read(dir.path(), 1).unwrap_err().exit_code(), 78);
        newer.write(dir.path()).unwrap();
        assert_eq!(Manifest::read(dir.path(), 0).unwrap_err().exit_code(), 78);
        let error = Manifest::read(&dir.path().join("nowhere"), 1).unwrap_err();
        assert!(error.to_string().contains("no backup"), "{error}");
    }
}
