//! Looking back: the journal from some moment on, beside a running daemon, changing nothing.
//!
//! Only what was acknowledged is shown: what a daemon is just writing comes with the next look. What cannot be read is
//! left out and seen as a gap in the numbers; `store verify` tells of it in full.

use super::beginning::{self, Beginning};
use super::digest::Digest;
use super::error::Error;
use super::head::Mark;
use super::identity::{Found, Identity};
use super::lock::{self, Lock};
use super::open::JOURNAL;
use super::record::{Header, Kind, StoreId};
use super::segment::{Item, Scan, Segment};
use super::walk::Frames;
use std::path::{Path, PathBuf};

/// A journal to look back into.
#[derive(Debug)]
pub struct History {
    journal: PathBuf,
    segments: Vec<Segment>,
    store: StoreId,
    until: u64,
    /// The last frame the witness tells of, where it can be read.
    recorded: Option<u64>,
}

impl History {
    /// Opens the journal in the state directory `dir` for reading; payloads of a later schema than `schema` are refused.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::NotADirectory`], [`Error::NotWritable`] when it may not be read, [`Error::Newer`].
    pub fn open(dir: &Path, schema: u32) -> Result<Self, Error> {
        lock::check(dir)?;
        Self::of(dir, schema, Lock::is_held(dir))
    }

    /// The same for whoever knows whether somebody writes: only what the witness tells of is read then.
    pub(super) fn of(dir: &Path, schema: u32, is_live: bool) -> Result<Self, Error> {
        // The witness first: what it tells of is in the files by then, whatever a daemon writes meanwhile.
        let mark = Mark::read(dir);
        let journal = dir.join(JOURNAL);
        // One that does not read, `store verify` tells of: what there is can be looked at.
        let begins = Beginning::of(dir);
        let segments = beginning::remaining(&journal, begins)?;
        let store = match Identity::read(dir)? {
            Found::Good(identity) => {
                identity.admit(dir, schema)?;
                Some(identity.store_id)
            }
            Found::Absent | Found::Damaged(_) | Found::Unreadable(_) => None,
        };
        let first = || segments.iter().find_map(|segment| first_record(&segment.path(&journal)));
        let store = store.or_else(|| first().map(|found| found.header.store)).unwrap_or_default();
        let recorded = mark.ok().flatten().map(|mark| mark.seq);
        let until = recorded.filter(|_| is_live).unwrap_or(u64::MAX);
        Ok(Self { journal, segments, store, until, recorded })
    }

    /// What was removed from the beginning of the record in `dir`, as far as its files are still there: the last frames a
    /// removal that was cut short has left.
    ///
    /// # Errors
    /// [`Error::Io`] when the folder cannot be read, or the file that says where the record begins.
    pub fn of_what_went(dir: &Path) -> Result<Self, Error> {
        let path = dir.join(beginning::NAME);
        let begins = Beginning::read(dir).map_err(|why| Error::io("reading", &path)(std::io::Error::other(why)))?;
        let journal = dir.join(JOURNAL);
        let segments = beginning::removed(&journal, begins)?;
        let store = match Identity::read(dir)? {
            Found::Good(identity) => Some(identity.store_id),
            Found::Absent | Found::Damaged(_) | Found::Unreadable(_) => None,
        };
        let first = || segments.iter().find_map(|segment| first_record(&segment.path(&journal)));
        let store = store.or_else(|| first().map(|found| found.header.store)).unwrap_or_default();
        let until = begins.map_or(0, |begins| begins.to);
        Ok(Self { journal, segments, store, until, recorded: Some(until) })
    }

    /// Whether it reaches back to the first frame ever.
    pub fn is_whole(&self) -> bool {
        self.before() == 0
    }

    /// The last frame before it.
    pub fn before(&self) -> u64 {
        self.segments.first().map_or(0, |segment| segment.first.saturating_sub(1))
    }

    /// The stretches that could be removed, oldest first: each is followed by a file that begins with the whole state after it.
    pub fn stretches(&self) -> impl Iterator<Item = Stretch> + '_ {
        let mut from = 0;
        (1..self.segments.len()).filter_map(move |nth| {
            let (segments, next) = (&self.segments[from..nth], self.segments[nth]);
            let first = segments.first()?.first;
            let First { header, .. } = first_record(&next.path(&self.journal))?;
            let ends = header.kind == Kind::Snapshot
                && header.store == self.store
                && header.seq + 1 == next.first
                && (first..=self.until).contains(&header.seq);
            if !ends {
                return None;
            }
            from = nth;
            let bytes = segments.iter().map(|part| part.path(&self.journal).metadata().map_or(0, |found| found.len()));
            let (last, link) = (header.seq, header.previous);
            Some(Stretch { first, last, link, files: segments.len() as u64, bytes: bytes.sum() })
        })
    }

    /// The last frame known to have been recorded; `None` when the witness does not tell.
    pub fn recorded(&self) -> Option<u64> {
        self.recorded
    }

    /// Whose record it is.
    pub fn store_id(&self) -> StoreId {
        self.store
    }

    /// Whether a file begins with the frame after `seq`.
    pub fn begins_after(&self, seq: u64) -> bool {
        self.segments.iter().any(|segment| segment.first == seq.saturating_add(1))
    }

    /// The snapshots at the beginnings of its files, newest first: the last frame each includes, and its payload.
    pub fn snapshots(&self) -> impl Iterator<Item = (u64, Vec<u8>)> + '_ {
        self.segments.iter().rev().filter_map(|segment| self.snapshot(*segment, self.until))
    }

    /// The newest snapshot that includes no frame after `seq`: the last frame it includes, and its payload.
    pub fn at(&self, seq: u64) -> Option<(u64, Vec<u8>)> {
        // A file is named by its first frame, so those that begin later need not be opened.
        let early = self.segments.iter().rev().filter(|segment| segment.first <= seq.saturating_add(1));
        early.into_iter().find_map(|segment| self.snapshot(*segment, seq))
    }

    /// The snapshot a file begins with, if it includes no frame after `until`.
    fn snapshot(&self, segment: Segment, until: u64) -> Option<(u64, Vec<u8>)> {
        let First { header, payload } = first_record(&segment.path(&self.journal))?;
        let is_ours = header.kind == Kind::Snapshot && header.store == self.store && header.seq <= until;
        is_ours.then_some((header.seq, payload))
    }

    /// Shows every frame and snapshot there is, as they lie in the files, damaged ones left out: how many damaged stretches lie
    /// before a whole record. What a file merely ends with was never acknowledged.
    ///
    /// # Errors
    /// [`Error::Io`] when a file cannot be opened; the first error of `each`.
    pub fn records<E: From<Error>>(&self, each: &mut dyn FnMut(Seen<'_>) -> Result<(), E>) -> Result<u64, E> {
        let mut damaged = 0;
        for segment in &self.segments {
            let file = segment.to_string();
            let mut open = 0;
            for item in Scan::open(&segment.path(&self.journal), None)? {
                let Item::Record { header, offset, payload, .. } = item else {
                    open += u64::from(matches!(item, Item::Damage { .. }));
                    continue;
                };
                damaged += std::mem::take(&mut open);
                let is_known = header.store == self.store && header.seq <= self.until;
                if is_known && header.kind != Kind::Checkpoint {
                    let is_frame = header.kind == Kind::Frame;
                    each(Seen { file: &file, offset, seq: header.seq, is_frame, payload: &payload })?;
                }
            }
        }
        Ok(damaged)
    }

    /// The frames after number `after`, in order.
    pub fn frames(&self, after: u64) -> Frames {
        Frames::new(&self.journal, &self.segments, self.store, after, self.until)
    }
}

/// A record as it lies in a file.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The file of the journal.
    pub file: &'a str,
    /// Where in it the record begins.
    pub offset: u64,
    /// Its number.
    pub seq: u64,
    /// It is a frame; otherwise the state after one.
    pub is_frame: bool,
    /// What it says.
    pub payload: &'a [u8],
}

/// A stretch of the journal that is not written to any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Its first frame.
    pub first: u64,
    /// Its last frame.
    pub last: u64,
    /// What the next one is linked to.
    pub link: Digest,
    /// How many files it is.
    pub files: u64,
    /// How large they are.
    pub bytes: u64,
}

/// What a file begins with.
struct First {
    header: Header,
    payload: Vec<u8>,
}

fn first_record(path: &Path) -> Option<First> {
    match Scan::open(path, None).ok()?.next()? {
        Item::Record { header, payload, .. } => Some(First { header, payload }),
        Item::Damage { .. } | Item::Newer { .. } => None,
    }
}
