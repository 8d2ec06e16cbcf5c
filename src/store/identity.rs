//! Who a store is: `<state>/store.json`, written at the first start and at each new term.
//!
//! The same facts stand in every record of the journal; this file is only where they are found first, and what
//! makes an older binary refuse before it touches anything.

use super::error::Error;
use super::files;
use super::record::{FORMAT, StoreId};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::Path;

/// The file's name.
pub(super) const NAME: &str = "store.json";

/// Who a store is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The format of the journal.
    pub format: u8,
    /// The version of what the payloads mean.
    pub schema: u32,
    /// Drawn at the first start, the same for ever.
    pub store_id: StoreId,
    /// The term of ownership: counts up when recorded frames were lost, when a backup was restored, when another
    /// node takes over.
    pub epoch: u64,
}

/// The file: the facts and their CRC32, since one flipped digit would disown the whole journal.
#[derive(Serialize, Deserialize)]
struct File {
    identity: Identity,
    check: u32,
}

/// What the file said.
#[derive(Debug)]
pub(super) enum Found {
    /// There is no such file.
    Absent,
    /// It cannot be understood.
    Damaged(String),
    /// It is there and the disk does not give it: what it says is not known.
    Unreadable(std::io::Error),
    /// It is whole.
    Good(Identity),
}

impl Identity {
    /// A store that never was: a new id from the kernel's randomness.
    pub(super) fn draw(schema: u32) -> Result<Self, Error> {
        let mut id = [0; 16];
        let path = Path::new("/dev/urandom");
        fs::File::open(path).and_then(|mut file| file.read_exact(&mut id)).map_err(Error::io("reading", path))?;
        Ok(Self { format: FORMAT, schema, store_id: StoreId(id), epoch: 1 })
    }

    /// Reads the file of `state`.
    pub(super) fn read(state: &Path) -> Result<Found, Error> {
        let path = state.join(NAME);
        match fs::read(&path) {
            Ok(bytes) => Ok(match serde_json::from_slice::<File>(&bytes) {
                // Written in one way only, so that no changed byte is overlooked.
                Ok(File { identity, .. }) if identity.text().is_ok_and(|text| text == bytes) => Found::Good(identity),
                Ok(_) => Found::Damaged("its checksum is wrong".to_owned()),
                Err(error) => Found::Damaged(error.to_string()),
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Found::Absent),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                Err(Error::NotWritable { dir: state.to_owned(), source: error })
            }
            Err(error) => Ok(Found::Unreadable(error)),
        }
    }

    fn check(&self) -> u32 {
        let mut crc = crc32fast::Hasher::new();
        crc.update(&[self.format]);
        crc.update(&self.schema.to_be_bytes());
        crc.update(&self.store_id.0);
        crc.update(&self.epoch.to_be_bytes());
        crc.finalize()
    }

    /// Refuses a store that only a newer binary understands.
    pub(super) fn admit(&self, state: &Path, schema: u32) -> Result<(), Error> {
        let newer = |what, found, known| Error::Newer { path: state.join(NAME), what, found, known };
        if self.format > FORMAT {
            return Err(newer("format", self.format.into(), FORMAT.into()));
        }
        if self.schema > schema {
            return Err(newer("schema", self.schema, schema));
        }
        Ok(())
    }

    /// Writes the file of `state`, whole or not at all.
    pub(super) fn write(&self, state: &Path) -> Result<(), Error> {
        let path = state.join(NAME);
        let text = self.text().map_err(|error| Error::io("writing", &path)(std::io::Error::other(error)))?;
        files::replace(&path, &text)
    }

    fn text(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec_pretty(&File { identity: *self, check: self.check() })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn an_identity_reads_back_and_every_flipped_bit_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(Identity::read(dir.path()), Ok(Found::Absent)));
        let identity = Identity { epoch: 3, ..Identity::draw(2).unwrap() };
        identity.write(dir.path()).unwrap();
        assert!(matches!(Identity::read(dir.path()), Ok(Found::Good(found)) if found == identity));
        let path = dir.path().join(NAME);
        let good = fs::read(&path).unwrap();
        for bit in 0..good.len() * 8 {
            let mut bytes = good.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, &bytes).unwrap();
            assert!(matches!(Identity::read(dir.path()), Ok(Found::Damaged(_))), "bit {bit}");
        }
    }

    // P19
    #[test]
    fn a_newer_schema_or_format_is_refused_with_78() {
        let identity = Identity::draw(2).unwrap();
        assert!(identity.admit(Path::new("/x"), 2).is_ok());
        let error = identity.admit(Path::new("/x"), 1).unwrap_err();
        assert_eq!((error.exit_code(), error.to_string().contains("schema 2")), (78, true));
        assert!(Identity { format: FORMAT + 1, ..identity }.admit(Path::new("/x"), 2).is_err());
    }
}
