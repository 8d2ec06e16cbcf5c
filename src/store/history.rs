//! Looking back: the journal from some moment on, beside a running daemon, changing nothing.
//!
//! Only what was acknowledged is shown: what a daemon is just writing comes with the next look. What cannot be read is
//! left out and seen as a gap in the numbers; `store verify` tells of it in full.

use super::error::Error;
use super::head::Mark;
use super::identity::{Found, Identity};
use super::lock::{self, Lock};
use super::open::JOURNAL;
use super::record::{Kind, StoreId};
use super::segment::{self, Item, Scan, Segment};
use super::walk::Frames;
use std::path::{Path, PathBuf};

/// A journal to look back into.
#[derive(Debug)]
pub struct History {
    journal: PathBuf,
    segments: Vec<Segment>,
    store: StoreId,
    until: u64,
}

impl History {
    /// Opens the journal in the state directory `dir` for reading; payloads of a later schema than `schema` are refused.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::NotADirectory`], [`Error::NotWritable`] when it may not be read, [`Error::Newer`].
    pub fn open(dir: &Path, schema: u32) -> Result<Self, Error> {
        lock::check(dir)?;
        // The witness first: what it tells of is in the files by then, whatever a daemon writes meanwhile.
        let mark = Mark::read(dir);
        let is_live = Lock::is_held(dir);
        let journal = dir.join(JOURNAL);
        let segments = segment::list(&journal)?;
        let store = match Identity::read(dir)? {
            Found::Good(identity) => {
                identity.admit(dir, schema)?;
                Some(identity.store_id)
            }
            Found::Absent | Found::Damaged(_) | Found::Unreadable(_) => None,
        };
        let first = || segments.iter().find_map(|segment| first_record(&segment.path(&journal)));
        let store = store.or_else(|| first().map(|(_, _, store, _)| store)).unwrap_or_default();
        let until = match mark {
            Ok(Some(mark)) if is_live => mark.seq,
            Ok(_) | Err(_) => u64::MAX,
        };
        Ok(Self { journal, segments, store, until })
    }

    /// Whether it reaches back to the first frame ever.
    pub fn is_whole(&self) -> bool {
        self.segments.first().is_some_and(|segment| segment.first == 1)
    }

    /// The snapshots at the beginnings of its files, newest first: the last frame each includes, and its payload.
    pub fn snapshots(&self) -> impl Iterator<Item = (u64, Vec<u8>)> + '_ {
        self.segments.iter().rev().filter_map(|segment| match first_record(&segment.path(&self.journal))? {
            (Kind::Snapshot, seq, store, payload) if store == self.store && seq <= self.until => Some((seq, payload)),
            _ => None,
        })
    }

    /// The newest snapshot that includes no frame after `seq`: the last frame it includes, and its payload.
    pub fn at(&self, seq: u64) -> Option<(u64, Vec<u8>)> {
        // A file is named by its first frame, so those that begin later need not be opened.
        let early = self.segments.iter().rev().filter(|segment| segment.first <= seq.saturating_add(1));
        early.into_iter().find_map(|segment| match first_record(&segment.path(&self.journal))? {
            (Kind::Snapshot, last, store, payload) if store == self.store && last <= seq => Some((last, payload)),
            _ => None,
        })
    }

    /// The frames after number `after`, in order.
    pub fn frames(&self, after: u64) -> Frames {
        Frames::new(&self.journal, &self.segments, self.store, after, self.until)
    }
}

fn first_record(path: &Path) -> Option<(Kind, u64, StoreId, Vec<u8>)> {
    match Scan::open(path, None).ok()?.next()? {
        Item::Record { header, payload, .. } => Some((header.kind, header.seq, header.store, payload)),
        Item::Damage { .. } | Item::Newer { .. } => None,
    }
}
