//! Entities as sled entries: chunks with a version and a checksum, and the tally that proves none is missing.
//!
//! An entity's value is cut into chunks of at most 4 KiB, so that sled never puts it into a file of its own (those
//! are orphaned by kills) and ordinary state needs no body. The key of a chunk is the entity's key plus its index
//! as 2 big-endian bytes; the last two bytes of a key are therefore always the index, and keys stay unambiguous.
//!
//! ```text
//! chunk value:  version 1 | CRC32 4 (of the key and all that follows) | chunks of the entity 2 | data
//! ```

use super::super::record::StoreId;
use super::Entities;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

const VERSION: u8 = 1;
const FRONT: usize = 7;
/// What sled holds in one value, our front included.
pub(super) const CHUNK: usize = 4096;
/// The key of [`Meta`]: shorter than the key of any chunk.
pub(super) const META: &[u8] = &[0];

/// The largest value of an entity, in bytes.
pub(super) const MAX_VALUE: usize = (CHUNK - FRONT) * u16::MAX as usize;

/// The sled key of a chunk.
pub(super) fn chunk_key(key: &[u8], index: u16) -> Vec<u8> {
    [key, &index.to_be_bytes()].concat()
}

/// The sled entries of an entity.
pub(super) fn split(key: &[u8], value: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let size = CHUNK - FRONT;
    let count = value.len().div_ceil(size).max(1);
    // `write` refuses what is longer than MAX_VALUE, so the count fits.
    let total = u16::try_from(count).unwrap_or(u16::MAX);
    (0..total)
        .map(|index| {
            let from = usize::from(index) * size;
            let key = chunk_key(key, index);
            let value = seal(&key, &[&total.to_be_bytes(), &value[from..value.len().min(from + size)]]);
            (key, value)
        })
        .collect()
}

pub(super) fn seal(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut crc = crc32fast::Hasher::new();
    crc.update(&[VERSION]);
    crc.update(key);
    parts.iter().for_each(|part| crc.update(part));
    let mut value = vec![VERSION];
    value.extend_from_slice(&crc.finalize().to_be_bytes());
    parts.iter().for_each(|part| value.extend_from_slice(part));
    value
}

pub(super) fn unseal<'a>(key: &[u8], value: &'a [u8]) -> Result<&'a [u8], String> {
    let Some((front, rest)) = value.split_first_chunk::<5>() else {
        return Err(format!("the entry {} is cut short", show(key)));
    };
    if front[0] != VERSION {
        return Err(format!("the entry {} has the unknown version {}", show(key), front[0]));
    }
    let mut crc = crc32fast::Hasher::new();
    crc.update(&[VERSION]);
    crc.update(key);
    crc.update(rest);
    if crc.finalize().to_be_bytes() != front[1..] {
        return Err(format!("the checksum of the entry {} is wrong", show(key)));
    }
    Ok(rest)
}

fn show(key: &[u8]) -> String {
    key.iter().take(40).copied().flat_map(std::ascii::escape_default).map(char::from).collect()
}

/// A chunk as read.
pub(super) struct Chunk<'a> {
    /// The key of the entity.
    pub(super) key: &'a [u8],
    /// Which chunk of it.
    pub(super) index: u16,
    /// How many there are.
    pub(super) total: u16,
    data: &'a [u8],
}

/// Reads and checks one chunk.
pub(super) fn chunk<'a>(key: &'a [u8], value: &'a [u8]) -> Result<Chunk<'a>, String> {
    let rest = unseal(key, value)?;
    match (key.split_last_chunk::<2>(), rest.split_first_chunk::<2>()) {
        (Some((key, index)), Some((total, data))) => {
            Ok(Chunk { key, index: u16::from_be_bytes(*index), total: u16::from_be_bytes(*total), data })
        }
        _ => Err(format!("the entry {} is too short", show(key))),
    }
}

/// Puts chunks, read in the order of their keys, together again.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    whole: Entities,
    /// Those of which chunks are to come: how many there are, how many came, and what.
    begun: BTreeMap<Vec<u8>, (u16, u16, Vec<u8>)>,
}

impl Assembly {
    /// The next chunk.
    pub(super) fn add(&mut self, chunk: &Chunk<'_>) -> Result<(), String> {
        let Chunk { key, index, total, data } = *chunk;
        if (index, total) == (0, 1) {
            self.whole.push(key, data);
            return Ok(());
        }
        let (known, next, value) = self.begun.entry(key.to_vec()).or_insert((total, 0, Vec::new()));
        if (*known, *next) != (total, index) || index >= total {
            return Err(format!("the parts of {} do not belong together", show(key)));
        }
        *next += 1;
        value.extend_from_slice(data);
        if *next == total {
            self.whole.push(key, value);
            self.begun.remove(key);
        }
        Ok(())
    }

    /// All entities, in the order of their keys.
    pub(super) fn finish(self) -> Result<Entities, String> {
        match self.begun.keys().next() {
            Some(key) => Err(format!("parts of {} are missing", show(key))),
            None => Ok(self.whole.sorted()),
        }
    }
}

/// Count and digest of all chunks: a sum, so that it follows each change without reading the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tally {
    /// How many chunks.
    pub(super) entries: u64,
    /// The sum of half their SHA-256.
    pub(super) sum: u128,
}

impl Tally {
    fn of(key: &[u8], value: &[u8]) -> u128 {
        let mut hasher = Sha256::new();
        hasher.update((key.len() as u64).to_be_bytes());
        hasher.update(key);
        hasher.update(value);
        let digest: [u8; 32] = hasher.finalize().into();
        u128::from_be_bytes(std::array::from_fn(|at| digest[at]))
    }
    /// An entry more.
    pub(super) fn add(&mut self, key: &[u8], value: &[u8]) {
        self.entries = self.entries.wrapping_add(1);
        self.sum = self.sum.wrapping_add(Self::of(key, value));
    }
    /// An entry less.
    pub(super) fn sub(&mut self, key: &[u8], value: &[u8]) {
        self.entries = self.entries.wrapping_sub(1);
        self.sum = self.sum.wrapping_sub(Self::of(key, value));
    }
}

/// What the working state says about itself, changed in the same batch as the entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Meta {
    /// Whose it is.
    pub(super) store: StoreId,
    /// The last frame it includes.
    pub(super) applied: u64,
    /// What it holds.
    pub(super) tally: Tally,
}

impl Meta {
    /// As a sled value.
    pub(super) fn encode(&self) -> Vec<u8> {
        seal(
            META,
            &[
                &self.store.0,
                &self.applied.to_be_bytes(),
                &self.tally.entries.to_be_bytes(),
                &self.tally.sum.to_be_bytes(),
            ],
        )
    }

    /// From a sled value.
    pub(super) fn decode(value: &[u8]) -> Result<Self, String> {
        let rest: &[u8; 48] =
            unseal(META, value)?.try_into().map_err(|_| "its own record has an unknown length".to_owned())?;
        fn part<const N: usize>(bytes: &[u8; 48], at: usize) -> [u8; N] {
            std::array::from_fn(|nth| bytes[at + nth])
        }
        let tally = Tally { entries: u64::from_be_bytes(part(rest, 24)), sum: u128::from_be_bytes(part(rest, 32)) };
        Ok(Self { store: StoreId(part(rest, 0)), applied: u64::from_be_bytes(part(rest, 16)), tally })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

    fn join(entries: &[(Vec<u8>, Vec<u8>)]) -> Result<Pairs, String> {
        let mut entries = entries.to_vec();
        entries.sort();
        let mut assembly = Assembly::default();
        for (key, value) in &entries {
            assembly.add(&chunk(key, value)?)?;
        }
        Ok(assembly.finish()?.iter().map(|(key, value)| (key.to_vec(), value.to_vec())).collect())
    }

    #[test]
    fn values_of_every_size_come_back_and_no_entry_is_over_four_kib() {
        let mut entries = Vec::new();
        let mut expected = Vec::new();
        for (nth, size) in [0, 1, 4088, 4089, 4090, 8178, 8179, 100_000].into_iter().enumerate() {
            let (key, value) = (vec![b'k', nth as u8], vec![nth as u8; size]);
            entries.extend(split(&key, &value));
            expected.push((key, value));
        }
        assert!(entries.iter().all(|(_, value)| value.len() <= CHUNK));
        assert_eq!(join(&entries).unwrap(), expected);
    }

    #[test]
    fn keys_that_begin_alike_are_not_mixed_up() {
        let keys: [&[u8]; 6] = [b"", b"\0", b"\0\0", b"\0\0\0", b"a", b"a\0\0"];
        let entries: Vec<_> = keys.iter().flat_map(|key| split(key, &vec![key.len() as u8; 9000])).collect();
        let joined = join(&entries).unwrap();
        assert!(joined.iter().map(|(key, _)| key.as_slice()).eq(keys));
        assert!(joined.iter().all(|(key, value)| *value == vec![key.len() as u8; 9000]));
    }

    #[test]
    fn a_missing_part_a_moved_value_and_a_flipped_bit_are_noticed() {
        let entries = split(b"key", &[5; 9000]);
        for gone in 0..entries.len() {
            let mut fewer = entries.clone();
            fewer.remove(gone);
            assert!(join(&fewer).is_err(), "part {gone}");
        }
        assert!(chunk(&chunk_key(b"other", 0), &entries[0].1).is_err());
        let mut flipped = entries[0].1.clone();
        for bit in 0..200 {
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(chunk(&entries[0].0, &flipped).is_err(), "bit {bit}");
            flipped[bit / 8] ^= 1 << (bit % 8);
        }
    }

    #[test]
    fn the_tally_follows_changes_in_any_order() {
        let (mut one, mut two) = (Tally::default(), Tally::default());
        for key in [b"a", b"b", b"c"] {
            one.add(key, b"v");
        }
        one.sub(b"b", b"v");
        two.add(b"c", b"v");
        two.add(b"a", b"v");
        assert_eq!(one, two);
        let meta = Meta { store: StoreId([3; 16]), applied: 77, tally: one };
        assert_eq!(Meta::decode(&meta.encode()), Ok(meta));
        assert!(Meta::decode(b"").is_err());
    }
}
