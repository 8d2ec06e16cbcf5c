//! Ink (墨消し): text in the journal itself that somebody had erased, and the file that tells of it, `<state>/inked.json`.
//!
//! What is erased of a record is written over with `■`, byte for byte, so that nothing else moves: the names of the files, their
//! sizes, the places of the records. Only the digest of the record is another, while the next frame goes on naming the old one;
//! [`Inked`] says which digest stands for which. It may say so before the record is changed: a journal of which only some files are
//! inked over is sound. Not here: how a whole store comes to be erased in (`erasing`), where the text stands (`record`).

use super::digest::Digest;
use super::error::Error;
use super::record::{HEADER, Header, Kind, OVERHEAD};
use super::segment::{Item, Scan};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

/// The file's name.
pub(super) const NAME: &str = "inked.json";
/// What stands where something was erased.
const INK: &[u8] = "■".as_bytes();

/// What is to be inked over in one record of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// The file of the journal.
    pub file: String,
    /// Where in it the record begins.
    pub offset: u64,
    /// The number of the record.
    pub seq: u64,
    /// Begin and length of each stretch of its payload.
    pub at: Vec<(u64, u64)>,
}

/// One erasure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inking {
    /// When it was done.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Why, in words.
    pub reason: String,
    /// In how many records of the journal.
    pub records: u64,
    /// Messages as first worded that went with it.
    pub messages: u64,
}

impl fmt::Display for Inking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, by, reason, records, messages } = self;
        let many = |number: u64| if number == 1 { "" } else { "s" };
        write!(f, "text in {records} record{} of the journal", many(*records))?;
        if *messages > 0 {
            write!(f, " and {messages} message{} as worded", many(*messages))?;
        }
        write!(f, ", erased {at} by {by}: {reason}")
    }
}

/// All that was inked over in a journal.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Inked {
    /// The erasures, oldest first.
    pub all: Vec<Inking>,
    /// By the digest a frame has now: the one it was written with, which the next frame is linked to.
    links: BTreeMap<Digest, Digest>,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    inked: Inked,
    sha256: Digest,
}

impl Inked {
    pub(super) fn text(&self) -> serde_json::Result<Vec<u8>> {
        let sha256 = Digest::of(&[&serde_json::to_vec(self)?]);
        serde_json::to_vec(&Sealed { inked: self.clone(), sha256 })
    }

    /// What was inked over in the journal of `dir`; `Err` tells why that cannot be read.
    pub(super) fn read(dir: &Path) -> Result<Self, String> {
        let bytes = match fs::read(dir.join(NAME)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error.to_string()),
        };
        let Sealed { inked, .. } = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
        // Written in one way only, so that no changed byte is overlooked.
        let is_whole = inked.text().is_ok_and(|text| text == bytes);
        if is_whole { Ok(inked) } else { Err("its checksum is wrong".to_owned()) }
    }

    /// The same, where what does not read is not known.
    pub fn of(dir: &Path) -> Self {
        Self::read(dir).unwrap_or_default()
    }

    /// What the frame after one with this digest is linked to.
    pub(super) fn link(&self, found: Digest) -> Digest {
        self.links.get(&found).copied().unwrap_or(found)
    }
}

/// Writes over a stretch of text.
pub fn ink(text: &mut [u8]) {
    let mut whole = text.chunks_exact_mut(INK.len());
    whole.by_ref().for_each(|part| part.copy_from_slice(INK));
    whole.into_remainder().fill(b'*');
}

/// Writes a copy of a file of the journal to `to`, inked at `spots`, and syncs it.
///
/// # Errors
/// What the system says; also where no record stands at a spot.
pub(super) fn copy(from: &Path, to: &Path, spots: &[&Spot]) -> std::io::Result<()> {
    let mut source = File::open(from)?;
    let mut copy = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(to)?;
    std::io::copy(&mut source, &mut copy)?;
    for spot in spots {
        let none = || std::io::Error::other(format!("record {} is not at {}", spot.seq, spot.offset));
        let mut head = [0; HEADER];
        copy.read_exact_at(&mut head, spot.offset)?;
        let header = Header::decode(&head).map_err(|_| none())?;
        let mut record = vec![0; header.length as usize + OVERHEAD];
        copy.read_exact_at(&mut record, spot.offset)?;
        if header.seq != spot.seq || !over(&mut record, &spot.at) {
            return Err(none());
        }
        copy.write_all_at(&record, spot.offset)?;
    }
    copy.sync_all()
}

/// Inks a record; `false` when a stretch lies outside of its payload.
fn over(record: &mut [u8], at: &[(u64, u64)]) -> bool {
    let end = record.len() - 4;
    if !inked(&mut record[HEADER..end], at) {
        return false;
    }
    let crc = crc32fast::hash(&record[..end]).to_be_bytes();
    record[end..].copy_from_slice(&crc);
    true
}

fn inked(payload: &mut [u8], at: &[(u64, u64)]) -> bool {
    at.iter().all(|(from, length)| {
        let from = usize::try_from(*from).ok();
        let until = from.and_then(|from| from.checked_add(usize::try_from(*length).ok()?));
        let stretch = from.zip(until).and_then(|(from, until)| payload.get_mut(from..until));
        stretch.map(ink).is_some()
    })
}

/// Reads both files from end to end: the copy must say the same, record by record, but where it is inked. Notes which digest stands
/// for which from now on. `Err` tells where they differ.
pub(super) fn compare(from: &Path, copy: &Path, spots: &[&Spot], all: &mut Inked) -> Result<Result<(), String>, Error> {
    let mut spots: BTreeMap<u64, &Spot> = spots.iter().map(|spot| (spot.offset, *spot)).collect();
    let (old, mut new) = (Scan::open(from, None)?, Scan::open(copy, None)?);
    for item in old {
        let is_same = match (item, new.next()) {
            (
                Item::Record { header, offset, digest, mut payload },
                Some(Item::Record { header: head, offset: at, digest: then, payload: says }),
            ) => {
                let spot = spots.remove(&offset);
                let is_inked = spot.is_none_or(|spot| inked(&mut payload, &spot.at));
                // Only frames are named by what follows; the digest of a snapshot, which has no salt, would help who guesses.
                if spot.is_some() && header.kind == Kind::Frame && then != digest {
                    let written = all.link(digest);
                    all.links.insert(then, written);
                }
                is_inked && (header, offset) == (head, at) && payload == says
            }
            (Item::Damage { offset, bytes, .. }, Some(Item::Damage { offset: at, bytes: long, .. })) => {
                (offset, bytes) == (at, long)
            }
            _ => false,
        };
        if !is_same {
            return Ok(Err(format!("the copy of {} does not say the same", from.display())));
        }
    }
    if new.next().is_none() && spots.is_empty() {
        Ok(Ok(()))
    } else {
        Ok(Err(format!("the copy of {} is not whole", from.display())))
    }
}
