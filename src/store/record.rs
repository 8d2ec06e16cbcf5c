//! One record of the journal, as bytes.
//!
//! ```text
//!  0  magic        4   8B 4B 57 4A; the first byte never occurs in JSON
//!  4  format       1   1
//!  5  kind         1   1 frame, 2 snapshot, 3 checkpoint
//!  6  reserved     2   0
//!  8  schema       4   version of what the payload means (DECISIONS 7)
//! 12  length       4   of the payload
//! 16  epoch        8   the term of ownership the record was written in
//! 24  seq          8   of a frame: its number, from 1; of the others: the last frame they include
//! 32  store id    16
//! 48  previous    32   of a frame: SHA-256 of the frame before it; of the others: of the last frame they include
//! 80  header CRC   4   CRC32 of bytes 0..80
//! 84  payload
//!  +  CRC          4   CRC32 of everything before it
//! ```
//! Numbers are big-endian. The header has a CRC of its own so that its length can be trusted: a flipped bit in a
//! payload costs that record only.

use super::digest::{Digest, parse_hex, write_hex};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// The newest format this binary writes and reads.
pub(super) const FORMAT: u8 = 1;
/// Bytes before the payload.
pub(super) const HEADER: usize = 84;
/// Bytes around the payload.
pub(super) const OVERHEAD: usize = HEADER + 4;
/// The largest payload: far above any snapshot, far below what a garbled length could claim.
pub const MAX_PAYLOAD: usize = 256 * 1024 * 1024;
/// How a record begins.
pub(super) const MAGIC: [u8; 4] = [0x8b, b'K', b'W', b'J'];

/// Which store a record belongs to: drawn once, at its first start. Written as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct StoreId(pub [u8; 16]);

impl fmt::Display for StoreId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, &self.0)
    }
}

impl fmt::Debug for StoreId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for StoreId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StoreId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parse_hex(&String::deserialize(deserializer)?).map(Self).map_err(serde::de::Error::custom)
    }
}

/// What a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// One step of the desk; part of the chain.
    Frame,
    /// The open state after a frame: rebuilding may begin here.
    Snapshot,
    /// What the working state held after a frame.
    Checkpoint,
}

/// The head of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// What it is.
    pub(super) kind: Kind,
    /// The version of what the payload means.
    pub(super) schema: u32,
    /// The length of the payload in bytes.
    pub(super) length: u32,
    /// The term of ownership it was written in.
    pub(super) epoch: u64,
    /// Its number, or that of the last frame it includes.
    pub(super) seq: u64,
    /// The store it belongs to.
    pub(super) store: StoreId,
    /// The digest of the frame before, or of the last frame included.
    pub(super) previous: Digest,
}

/// Why bytes are not a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoHeader {
    /// No magic, or a wrong CRC: not a header, or a damaged one.
    Damaged,
    /// A whole header of a later format.
    Format(u8),
}

impl Header {
    /// The bytes of the header.
    pub(super) fn encode(&self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        let kind = match self.kind {
            Kind::Frame => 1,
            Kind::Snapshot => 2,
            Kind::Checkpoint => 3,
        };
        bytes[0..4].copy_from_slice(&MAGIC);
        bytes[4] = FORMAT;
        bytes[5] = kind;
        bytes[8..12].copy_from_slice(&self.schema.to_be_bytes());
        bytes[12..16].copy_from_slice(&self.length.to_be_bytes());
        bytes[16..24].copy_from_slice(&self.epoch.to_be_bytes());
        bytes[24..32].copy_from_slice(&self.seq.to_be_bytes());
        bytes[32..48].copy_from_slice(&self.store.0);
        bytes[48..80].copy_from_slice(&self.previous.0);
        let crc = crc32fast::hash(&bytes[..80]);
        bytes[80..84].copy_from_slice(&crc.to_be_bytes());
        bytes
    }

    /// Reads a header from exactly [`HEADER`] bytes.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, NoHeader> {
        let Ok(bytes) = <&[u8; HEADER]>::try_from(bytes) else { return Err(NoHeader::Damaged) };
        if bytes[..4] != MAGIC || crc32fast::hash(&bytes[..80]).to_be_bytes() != bytes[80..84] {
            return Err(NoHeader::Damaged);
        }
        if bytes[4] > FORMAT {
            return Err(NoHeader::Format(bytes[4]));
        }
        let kind = match bytes[5] {
            1 => Kind::Frame,
            2 => Kind::Snapshot,
            3 => Kind::Checkpoint,
            _ => return Err(NoHeader::Damaged),
        };
        Ok(Self {
            kind,
            schema: u32::from_be_bytes(part(bytes, 8)),
            length: u32::from_be_bytes(part(bytes, 12)),
            epoch: u64::from_be_bytes(part(bytes, 16)),
            seq: u64::from_be_bytes(part(bytes, 24)),
            store: StoreId(part(bytes, 32)),
            previous: Digest(part(bytes, 48)),
        })
    }

    /// The length of the whole record in bytes.
    pub(super) fn record_length(&self) -> u64 {
        u64::from(self.length) + OVERHEAD as u64
    }
}

fn part<const N: usize>(bytes: &[u8; HEADER], at: usize) -> [u8; N] {
    std::array::from_fn(|nth| bytes[at + nth])
}

/// Appends the record to `out` and returns the digest that links the next frame to it.
pub(super) fn encode(header: &Header, payload: &[u8], out: &mut Vec<u8>) -> Digest {
    let head = header.encode();
    let mut crc = crc32fast::Hasher::new();
    crc.update(&head);
    crc.update(payload);
    out.extend_from_slice(&head);
    out.extend_from_slice(payload);
    out.extend_from_slice(&crc.finalize().to_be_bytes());
    Digest::of(&[&head, payload])
}

/// Whether a whole record (its header decoded before) is undamaged.
pub(super) fn is_whole(record: &[u8]) -> bool {
    match record.split_last_chunk::<4>() {
        Some((content, crc)) => crc32fast::hash(content).to_be_bytes() == *crc,
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        let store = StoreId([7; 16]);
        Header { kind: Kind::Frame, schema: 3, length: 5, epoch: 2, seq: 9, store, previous: Digest([1; 32]) }
    }

    #[test]
    fn a_record_reads_back() {
        let mut bytes = Vec::new();
        encode(&header(), b"hello", &mut bytes);
        assert_eq!(bytes.len() as u64, header().record_length());
        assert_eq!(Header::decode(&bytes[..HEADER]), Ok(header()));
        assert!(is_whole(&bytes));
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let mut good = Vec::new();
        encode(&header(), b"hello", &mut good);
        for bit in 0..good.len() * 8 {
            let mut bytes = good.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let header_ok = Header::decode(&bytes[..HEADER]).is_ok();
            assert_eq!(header_ok, bit / 8 >= HEADER, "bit {bit}");
            assert!(!is_whole(&bytes), "bit {bit}");
        }
    }

    #[test]
    fn a_later_format_is_told_from_damage() {
        let mut bytes = header().encode();
        bytes[4] = FORMAT + 1;
        assert_eq!(Header::decode(&bytes), Err(NoHeader::Damaged));
        let crc = crc32fast::hash(&bytes[..80]);
        bytes[80..84].copy_from_slice(&crc.to_be_bytes());
        assert_eq!(Header::decode(&bytes), Err(NoHeader::Format(FORMAT + 1)));
    }
}
