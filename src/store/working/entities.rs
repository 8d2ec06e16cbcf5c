//! Entities as they are read and handed over: all in one piece of memory.
//!
//! A start reads them all, and a moment later they are things and these bytes are of no use. With a piece of memory for each,
//! the gaps they leave between what stays never go back to the system: of 100,000 alerts about 100 MiB.

use std::ops::Range;

/// Entities: a key and its value each.
#[derive(Debug, Clone, Default)]
pub struct Entities {
    bytes: Vec<u8>,
    places: Vec<Place>,
}

/// Where an entity stands: its key, and behind that its value up to `end`.
#[derive(Debug, Clone)]
struct Place {
    key: Range<usize>,
    end: usize,
}

impl Entities {
    /// One more.
    pub fn push(&mut self, key: &[u8], value: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(key);
        let key = start..self.bytes.len();
        self.bytes.extend_from_slice(value);
        self.places.push(Place { key, end: self.bytes.len() });
    }

    /// All, in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.places.iter().map(|Place { key, end }| (&self.bytes[key.clone()], &self.bytes[key.end..*end]))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// There is none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The same, in the order of their keys.
    pub(super) fn sorted(mut self) -> Self {
        let bytes = &self.bytes;
        self.places.sort_by(|one, other| bytes[one.key.clone()].cmp(&bytes[other.key.clone()]));
        self
    }
}

impl FromIterator<(Vec<u8>, Vec<u8>)> for Entities {
    fn from_iter<I: IntoIterator<Item = (Vec<u8>, Vec<u8>)>>(entities: I) -> Self {
        let mut all = Self::default();
        entities.into_iter().for_each(|(key, value)| all.push(&key, &value));
        all
    }
}
