//! The witness: `<state>/head` says how far the journal was written and acknowledged.
//!
//! Written after every synced group, without a sync of its own. Under SIGKILL it is exact; after a power cut it may
//! be older than the journal, never newer. So a journal that ends before its witness has lost recorded frames, even
//! when it was cut cleanly between two records, and their numbers are not used again.

use super::error::Error;
use super::files;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// The file's name.
pub(super) const NAME: &str = "head";
const SIZE: usize = 36;
const MAGIC: [u8; 4] = *b"KWH1";

/// How far the journal was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Mark {
    /// The last frame acknowledged.
    pub(super) seq: u64,
    /// The file last written to: its first sequence number.
    pub(super) first: u64,
    /// The file last written to: which of that number.
    pub(super) turn: u32,
    /// How long it was then.
    pub(super) length: u64,
}

impl Mark {
    fn encode(self) -> [u8; SIZE] {
        let mut bytes = [0; SIZE];
        bytes[..4].copy_from_slice(&MAGIC);
        bytes[4..12].copy_from_slice(&self.seq.to_be_bytes());
        bytes[12..20].copy_from_slice(&self.first.to_be_bytes());
        bytes[20..24].copy_from_slice(&self.turn.to_be_bytes());
        bytes[24..32].copy_from_slice(&self.length.to_be_bytes());
        let crc = crc32fast::hash(&bytes[..32]);
        bytes[32..].copy_from_slice(&crc.to_be_bytes());
        bytes
    }

    fn decode(bytes: &[u8; SIZE]) -> Option<Self> {
        fn part<const N: usize>(bytes: &[u8; SIZE], at: usize) -> [u8; N] {
            std::array::from_fn(|nth| bytes[at + nth])
        }
        if bytes[..4] != MAGIC || crc32fast::hash(&bytes[..32]).to_be_bytes() != bytes[32..] {
            return None;
        }
        Some(Self {
            seq: u64::from_be_bytes(part(bytes, 4)),
            first: u64::from_be_bytes(part(bytes, 12)),
            turn: u32::from_be_bytes(part(bytes, 20)),
            length: u64::from_be_bytes(part(bytes, 24)),
        })
    }

    /// Writes it as the witness of `state`, durable on return.
    pub(super) fn write(self, state: &Path) -> Result<(), Error> {
        files::replace(&state.join(NAME), &self.encode())
    }

    /// What the witness of `state` says; `Err` tells why nothing.
    pub(super) fn read(state: &Path) -> Result<Option<Self>, String> {
        let file = match File::open(state.join(NAME)) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.to_string()),
        };
        let mut bytes = [0; SIZE];
        file.read_exact_at(&mut bytes, 0).map_err(|error| error.to_string())?;
        Self::decode(&bytes).map(Some).ok_or_else(|| "its checksum is wrong".to_owned())
    }
}

/// The open witness.
#[derive(Debug)]
pub(super) struct Head {
    file: File,
    failing: bool,
}

impl Head {
    /// Opens or creates the witness of `state`.
    pub(super) fn open(state: &Path) -> Result<Self, Error> {
        let path = state.join(NAME);
        let file = files::open_or_create(&path).map_err(Error::io("opening", &path))?;
        Ok(Self { file, failing: false })
    }

    /// Notes how far the journal is. A failure costs only the witness, so it is told once and does not stop a commit.
    pub(super) fn note(&mut self, mark: Mark) {
        match self.file.write_all_at(&mark.encode(), 0) {
            Ok(()) => self.failing = false,
            Err(error) if !self.failing => {
                self.failing = true;
                tracing::warn!(%error, "the witness of the journal's end cannot be written");
            }
            Err(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn the_witness_reads_back_and_notices_damage() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Mark::read(dir.path()), Ok(None));
        let mark = Mark { seq: 12, first: 3, turn: 1, length: 4096 };
        let mut head = Head::open(dir.path()).unwrap();
        head.note(Mark { seq: 11, ..mark });
        head.note(mark);
        assert_eq!(Mark::read(dir.path()), Ok(Some(mark)));
        head.file.write_all_at(b"x", 20).unwrap();
        assert!(Mark::read(dir.path()).is_err());
        head.file.set_len(3).unwrap();
        assert!(Mark::read(dir.path()).is_err());
    }
}
