//! Reading the journal across its files: is it whole, is it one chain, what do the records say.
//!
//! Used when opening (from the file that is needed on) and when verifying (from the first). It only reads.

use super::Refers;
use super::beginning::Beginning;
use super::digest::Digest;
use super::error::Error;
use super::finding::Finding;
use super::ink::Inked;
use super::record::{Header, Kind, StoreId};
use super::segment::{Item, Scan, Segment};
use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

/// What a walk found.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// The last frame that exists, or that a snapshot includes; 0 when there is none.
    pub(super) last_seq: u64,
    /// What the next frame is linked to; `None` when the frame before it cannot be read.
    pub(super) link: Option<Digest>,
    /// The highest term seen.
    pub(super) epoch: u64,
    /// The highest schema seen.
    pub(super) schema: u32,
    /// Whose records these are.
    pub(super) store: Option<StoreId>,
    /// Stretches of frames that are gone, ends included.
    pub(super) missing: Vec<(u64, u64)>,
    /// Everything found, in order. What was kept where is not known yet.
    pub(super) findings: Vec<Finding>,
    /// Damaged stretches that stay in place.
    pub(super) damage: Vec<Stretch>,
    /// Where the last good record of the last file ends.
    pub(super) good_end: u64,
    /// How long the last file is.
    pub(super) length: u64,
    /// How many frames, snapshots and checkpoints were read.
    pub(super) frames: u64,
    /// See above.
    pub(super) snapshots: u64,
    /// See above.
    pub(super) checkpoints: u64,
    /// The payload of the last checkpoint.
    pub(super) checkpoint: Option<Vec<u8>>,
    /// The last frame that the newest good snapshot includes.
    pub(super) snapshot: Option<u64>,
    /// The bodies that frames and snapshots refer to, where that was asked for.
    pub(super) referred: BTreeSet<Digest>,
    entered: bool,
}

/// A damaged stretch of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch {
    /// Which finding tells of it.
    pub(super) finding: usize,
    /// In which file.
    pub(super) segment: Segment,
    /// From which byte.
    pub(super) offset: u64,
    /// How many bytes.
    pub(super) bytes: u64,
}

/// What to walk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Course<'a> {
    /// The folder of the journal.
    pub(super) journal: &'a Path,
    /// Its files.
    pub(super) segments: &'a [Segment],
    /// Which of them to begin with.
    pub(super) from: usize,
    /// Where the record begins, for a course from its first file on: what is missing before that is missing.
    pub(super) begins: Option<Beginning>,
    /// What was erased in it.
    pub(super) inked: &'a Inked,
    /// The newest schema this binary knows.
    pub(super) schema: u32,
    /// The store whose records count; when unknown, that of the first good record.
    pub(super) store: Option<StoreId>,
    /// Do not look beyond this many bytes of the last file, because a daemon is writing there.
    pub(super) limit: Option<u64>,
    /// Which bodies a payload refers to; `None` = that is not asked for.
    pub(super) refers: Option<Refers>,
}

/// A file among the others.
#[derive(Debug, Clone, Copy)]
struct Place {
    segment: Segment,
    /// Where its authority ends: the first number of the next file.
    end: u64,
    is_last: bool,
}

/// Walks the course; `progress` is told the bytes done after each file.
pub(super) fn walk(course: Course<'_>, progress: &mut dyn FnMut(u64)) -> Result<Walk, Error> {
    let mut walk = Walk { store: course.store, ..Walk::default() };
    let mut done = 0;
    for (nth, &segment) in course.segments.iter().enumerate().skip(course.from) {
        let is_last = nth + 1 == course.segments.len();
        let end = course.segments.get(nth + 1).map_or(u64::MAX, |next| next.first);
        let path = segment.path(course.journal);
        walk.enter(segment, (nth == 0).then_some(course.begins));
        let mut scan = match Scan::open(&path, if is_last { course.limit } else { None }) {
            Ok(scan) => scan,
            Err(error) => {
                let why = format!("{error}{}", cause(&error));
                walk.findings.push(Finding::Unreadable { file: segment.to_string(), why });
                continue;
            }
        };
        (walk.good_end, walk.length) = (0, scan.length());
        let mut foreign = false;
        while let Some(item) = scan.next() {
            match item {
                Item::Newer { format } => {
                    let known = super::record::FORMAT.into();
                    return Err(Error::Newer { path, what: "format", found: format.into(), known });
                }
                Item::Damage { offset, bytes, header } => {
                    let at_end = offset + bytes == scan.length();
                    walk.damaged(Place { segment, end, is_last }, offset, bytes, header, at_end);
                }
                Item::Record { header, offset, digest, payload } => {
                    if header.schema > course.schema {
                        let (found, known) = (header.schema, course.schema);
                        return Err(Error::Newer { path, what: "schema", found, known });
                    }
                    walk.good_end = offset + header.record_length();
                    if *walk.store.get_or_insert(header.store) != header.store {
                        if !std::mem::replace(&mut foreign, true) {
                            walk.findings.push(Finding::Foreign { file: segment.to_string(), offset });
                        }
                    } else if header.seq < end {
                        if header.kind != Kind::Checkpoint {
                            walk.referred.extend(course.refers.iter().flat_map(|refers| refers(&payload)));
                        }
                        walk.record(segment, header, course.inked.link(digest), payload);
                    }
                }
            }
        }
        if scan.unreadable() > 0 {
            let why = format!("the disk did not give {} bytes of it", scan.unreadable());
            walk.findings.push(Finding::Unreadable { file: segment.to_string(), why });
        }
        done += scan.length();
        progress(done);
    }
    Ok(walk)
}

impl Walk {
    /// A file begins where its name says; what lies between it and the one before is missing. Before the `first` one of all
    /// lies what was removed, or nothing.
    fn enter(&mut self, segment: Segment, first: Option<Option<Beginning>>) {
        let before = segment.first.saturating_sub(1);
        if !std::mem::replace(&mut self.entered, true) {
            (self.last_seq, self.link) = match first {
                Some(begins) => begins.map_or((0, Some(Digest::default())), |begins| (begins.to, Some(begins.link))),
                None => (before, None),
            };
        }
        if before > self.last_seq {
            self.gap(before);
        }
    }

    /// The frames after the last one up to `to` are nowhere.
    fn gap(&mut self, to: u64) {
        let from = self.last_seq + 1;
        self.missing.push((from, to));
        self.findings.push(Finding::MissingFrames { from, to });
        (self.last_seq, self.link) = (to, None);
    }

    fn damaged(&mut self, place: Place, offset: u64, bytes: u64, header: Option<Header>, at_end: bool) {
        let Place { segment, end, is_last } = place;
        let file = segment.to_string();
        let seq = header.map(|header| header.seq);
        if at_end && (is_last || self.last_seq + 1 >= end) {
            // Cut short by a crash, or by a failed write after which the next file took over: as far as this file
            // can tell, never acknowledged.
            self.findings.push(Finding::TornTail { file, offset, bytes, moved_to: None });
        } else {
            let finding = self.findings.len();
            self.findings.push(Finding::DamagedRecord { file, offset, bytes, seq, copied_to: None });
            self.damage.push(Stretch { finding, segment, offset, bytes });
        }
    }

    fn record(&mut self, segment: Segment, header: Header, digest: Digest, payload: Vec<u8>) {
        self.epoch = self.epoch.max(header.epoch);
        self.schema = self.schema.max(header.schema);
        let before = if header.kind == Kind::Frame { header.seq.saturating_sub(1) } else { header.seq };
        if before > self.last_seq {
            self.gap(before);
        }
        let fits = before == self.last_seq && self.link.is_none_or(|link| link == header.previous);
        if !fits {
            self.findings.push(Finding::BrokenChain { file: segment.to_string(), seq: header.seq });
        }
        match header.kind {
            Kind::Frame => {
                self.frames += 1;
                if before == self.last_seq {
                    (self.last_seq, self.link) = (header.seq, Some(digest));
                }
            }
            Kind::Snapshot | Kind::Checkpoint => {
                if before == self.last_seq {
                    self.link = self.link.or(Some(header.previous));
                }
                if header.kind == Kind::Snapshot {
                    self.snapshots += 1;
                    self.snapshot = Some(header.seq);
                } else {
                    self.checkpoints += 1;
                    self.checkpoint = Some(payload);
                }
            }
        }
    }
}

fn cause(error: &Error) -> String {
    std::error::Error::source(error).map(|source| format!(": {source}")).unwrap_or_default()
}

/// The newest good snapshot: the file that begins with it, the last frame it includes, and its payload.
pub(super) fn snapshot(journal: &Path, segments: &[Segment], store: StoreId) -> Option<(usize, u64, Vec<u8>)> {
    (0..segments.len()).rev().find_map(|nth| {
        let end = segments.get(nth + 1).map_or(u64::MAX, |next| next.first);
        match Scan::open(&segments[nth].path(journal), None).ok()?.next()? {
            Item::Record { header, payload, .. }
                if header.kind == Kind::Snapshot && header.store == store && header.seq < end =>
            {
                Some((nth, header.seq, payload))
            }
            _ => None,
        }
    })
}

/// A frame to be folded into the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Its number.
    pub seq: u64,
    /// The term it was written in.
    pub epoch: u64,
    /// The version of what the payload means.
    pub schema: u32,
    /// What the desk wrote.
    pub payload: Vec<u8>,
}

/// The frames after a given one, in order, read as they are asked for. What cannot be read is left out; that was
/// told as a [`Finding`] when the store was opened.
#[derive(Debug)]
pub struct Frames {
    files: VecDeque<(PathBuf, u64)>,
    scan: Option<(Scan, u64)>,
    store: StoreId,
    after: u64,
    until: u64,
}

impl Frames {
    /// Those with `after < seq <= until`.
    pub(super) fn new(journal: &Path, segments: &[Segment], store: StoreId, after: u64, until: u64) -> Self {
        let end = |nth: usize| segments.get(nth + 1).map_or(u64::MAX, |next| next.first);
        let files = segments
            .iter()
            .enumerate()
            .filter(|(nth, _)| end(*nth) > after.saturating_add(1))
            .map(|(nth, segment)| (segment.path(journal), end(nth)))
            .collect();
        Self { files, scan: None, store, after, until }
    }
}

impl Iterator for Frames {
    type Item = Frame;

    fn next(&mut self) -> Option<Frame> {
        while self.after < self.until {
            let Some((scan, end)) = &mut self.scan else {
                let (path, end) = self.files.pop_front()?;
                match Scan::open(&path, None) {
                    Ok(scan) => self.scan = Some((scan.frames_only(), end)),
                    Err(error) => tracing::error!(%error, "a journal file cannot be read; its frames are left out"),
                }
                continue;
            };
            match scan.next() {
                None => self.scan = None,
                Some(Item::Record { header, payload, .. })
                    if header.kind == Kind::Frame
                        && header.store == self.store
                        && (self.after + 1..*end).contains(&header.seq)
                        && header.seq <= self.until =>
                {
                    self.after = header.seq;
                    return Some(Frame { seq: header.seq, epoch: header.epoch, schema: header.schema, payload });
                }
                Some(_) => {}
            }
        }
        None
    }
}
