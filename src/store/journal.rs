//! The journal's pen: appends groups of records, and calls them written only when they are on the disk.
//!
//! A write or sync that failed is final for its file (a second fsync would lie): the handle is never touched again,
//! and [`Journal::reopen`] begins a new file after the last good record. What is in the payloads, and when a new
//! file is due because of the day, is the owner's business.

use super::backup::Point;
use super::digest::Digest;
use super::error::Error;
use super::files;
use super::head::{Head, Mark};
use super::identity::Identity;
use super::record::{self, Header, Kind, MAX_PAYLOAD};
use super::segment::{self, Segment};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

/// A buffer larger than this is given back after the group.
const KEPT_BUFFER: usize = 256 * 1024;

/// The end of the journal to write on from.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    /// The last frame.
    pub(super) seq: u64,
    /// What the next one is linked to.
    pub(super) link: Digest,
    /// The file to go on in, and its length; `None` begins a new one.
    pub(super) file: Option<(Segment, u64)>,
}

/// The writer of the journal.
#[derive(Debug)]
pub(super) struct Journal {
    folder: PathBuf,
    identity: Identity,
    head: Head,
    pen: Pen,
    seq: u64,
    link: Digest,
    buffer: Vec<u8>,
    /// How long the snapshot is that the current file begins with.
    snapshot: u64,
}

#[derive(Debug)]
enum Pen {
    Ready {
        file: File,
        segment: Segment,
        length: u64,
    },
    Down {
        path: PathBuf,
        /// How much of it is acknowledged; `None` = it was never open.
        good: Option<u64>,
    },
}

impl Journal {
    /// Goes on at `end`.
    pub(super) fn open(folder: &Path, identity: Identity, head: Head, end: End) -> Result<Self, Error> {
        let mut journal = Self {
            folder: folder.to_owned(),
            identity,
            head,
            pen: Pen::Down { path: folder.to_owned(), good: None },
            seq: end.seq,
            link: end.link,
            buffer: Vec::new(),
            snapshot: 0,
        };
        match end.file {
            Some((segment, length)) => {
                let path = segment.path(folder);
                let file = OpenOptions::new().append(true).open(&path).map_err(Error::io("opening", &path))?;
                journal.snapshot = segment::snapshot_length(&path)?;
                journal.pen = Pen::Ready { file, segment, length };
            }
            None => journal.reopen()?,
        }
        journal.note();
        Ok(journal)
    }

    /// The last frame written.
    pub(super) fn last_seq(&self) -> u64 {
        self.seq
    }

    /// How long the current file is; `None` while the journal is down.
    pub(super) fn length(&self) -> Option<u64> {
        match &self.pen {
            Pen::Ready { length, .. } => Some(*length),
            Pen::Down { .. } => None,
        }
    }

    /// Whether the current file holds `limit` bytes beyond the snapshot it begins with, and at least as much as that: with
    /// each file a whole snapshot is written. `None` while the journal is down.
    pub(super) fn is_full(&self, limit: u64) -> Option<bool> {
        Some(self.length()?.saturating_sub(self.snapshot) >= limit.max(self.snapshot))
    }

    /// The current file.
    pub(super) fn segment(&self) -> Option<Segment> {
        match &self.pen {
            Pen::Ready { segment, .. } => Some(*segment),
            Pen::Down { .. } => None,
        }
    }

    /// How far it is acknowledged; `None` while it is down.
    pub(super) fn point(&self) -> Option<Point> {
        let Pen::Ready { segment: Segment { first, turn }, length, .. } = self.pen else { return None };
        Some(Point { store_id: self.identity.store_id, seq: self.seq, first, turn, length })
    }

    /// Writes a group of frames with one write and one sync; on return they survive a power cut.
    pub(super) fn append<P: AsRef<[u8]>>(&mut self, group: &[P]) -> Result<RangeInclusive<u64>, Error> {
        let first = self.seq + 1;
        self.buffer.clear();
        let (mut seq, mut link) = (self.seq, self.link);
        for payload in group {
            seq += 1;
            let header = self.header(Kind::Frame, payload.as_ref(), seq, link)?;
            link = record::encode(&header, payload.as_ref(), &mut self.buffer);
        }
        if group.is_empty() {
            return Ok(first..=self.seq);
        }
        self.write()?;
        (self.seq, self.link) = (seq, link);
        self.note();
        Ok(first..=seq)
    }

    /// Writes what the working state holds, in the same way.
    pub(super) fn checkpoint(&mut self, payload: &[u8]) -> Result<(), Error> {
        let header = self.header(Kind::Checkpoint, payload, self.seq, self.link)?;
        self.buffer.clear();
        record::encode(&header, payload, &mut self.buffer);
        self.write()?;
        self.note();
        Ok(())
    }

    /// Begins a new file with a snapshot of the state after the last frame.
    pub(super) fn roll(&mut self, snapshot: &[u8]) -> Result<(), Error> {
        let header = self.header(Kind::Snapshot, snapshot, self.seq, self.link)?;
        if let Pen::Down { path, .. } = &self.pen {
            return Err(Error::JournalDown { path: path.clone() });
        }
        self.reopen()?;
        self.buffer.clear();
        record::encode(&header, snapshot, &mut self.buffer);
        self.write()?;
        self.snapshot = header.record_length();
        self.note();
        Ok(())
    }

    /// Begins a new file after the last good record. The old file stays as it is; its authority ends here.
    pub(super) fn reopen(&mut self) -> Result<(), Error> {
        let first = self.seq + 1;
        let turns = segment::list(&self.folder)?.iter().filter(|segment| segment.first == first).map(|s| s.turn).max();
        let segment = Segment { first, turn: turns.map_or(0, |turn| turn + 1) };
        let path = segment.path(&self.folder);
        let file = files::create_new(&path).map_err(Error::io("creating", &path))?;
        // From here on the name exists, so the old file may not be written to any more, whatever comes.
        let before = std::mem::replace(&mut self.pen, Pen::Down { path: path.clone(), good: Some(0) });
        // The new one has its part from here on. What the failed one holds beyond its end was never acknowledged and would
        // look like damage; one that holds nothing would be one more on a full disk at every try.
        if let Pen::Down { path, good: Some(good) } = before
            && let Err(error) = cut(&path, good)
        {
            tracing::debug!(%error, path = %path.display(), "the end of a failed journal file stays");
        }
        files::sync_dir(&self.folder)?;
        self.pen = Pen::Ready { file, segment, length: 0 };
        self.snapshot = 0;
        Ok(())
    }

    fn header(&self, kind: Kind, payload: &[u8], seq: u64, previous: Digest) -> Result<Header, Error> {
        let (bytes, limit) = (payload.len(), MAX_PAYLOAD);
        let length = u32::try_from(bytes).ok().filter(|_| bytes <= limit).ok_or(Error::TooLarge { bytes, limit })?;
        let Identity { schema, store_id: store, epoch, .. } = self.identity;
        Ok(Header { kind, schema, length, epoch, seq, store, previous })
    }

    fn write(&mut self) -> Result<(), Error> {
        let Pen::Ready { file, segment, length } = &mut self.pen else {
            let Pen::Down { path, .. } = &self.pen else { return Ok(()) };
            return Err(Error::JournalDown { path: path.clone() });
        };
        let outcome = file
            .write_all(&self.buffer)
            .map_err(|error| ("writing", error))
            .and_then(|()| file.sync_data().map_err(|error| ("syncing", error)));
        match outcome {
            Ok(()) => {
                *length += self.buffer.len() as u64;
                if self.buffer.capacity() > KEPT_BUFFER {
                    self.buffer = Vec::new();
                }
                Ok(())
            }
            Err((doing, source)) => {
                let path = segment.path(&self.folder);
                self.pen = Pen::Down { path: path.clone(), good: Some(*length) };
                Err(Error::JournalFailed { path, doing, source })
            }
        }
    }

    fn note(&mut self) {
        if let Pen::Ready { segment: Segment { first, turn }, length, .. } = self.pen {
            self.head.note(Mark { seq: self.seq, first, turn, length });
        }
    }

    /// Makes every later write fail, as a full disk does.
    #[cfg(test)]
    pub(super) fn break_disk(&mut self) {
        if let Pen::Ready { file, .. } = &mut self.pen
            && let Ok(full) = OpenOptions::new().write(true).open("/dev/full")
        {
            *file = full;
        }
    }
}

/// Takes from a file what lies beyond `good`; all of it, if nothing is good.
fn cut(path: &Path, good: u64) -> std::io::Result<()> {
    match good {
        0 => std::fs::remove_file(path),
        _ => OpenOptions::new().write(true).open(path)?.set_len(good),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::super::walk::{Course, Frames, Walk, walk};
    use super::*;

    struct Bench {
        dir: tempfile::TempDir,
        identity: Identity,
    }

    impl Bench {
        fn new() -> Self {
            Self { dir: tempfile::tempdir().unwrap(), identity: Identity::draw(1).unwrap() }
        }
        fn journal(&self) -> Journal {
            let end = End { seq: 0, link: Digest::default(), file: None };
            Journal::open(self.dir.path(), self.identity, Head::open(self.dir.path()).unwrap(), end).unwrap()
        }
        fn walk(&self) -> Walk {
            let segments = segment::list(self.dir.path()).unwrap();
            let (journal, segments) = (self.dir.path(), &segments[..]);
            let (begins, store, limit, refers) = (None, None, None, None);
            let inked = &Default::default();
            let course = Course { journal, segments, from: 0, begins, inked, schema: 1, store, limit, refers };
            walk(course, &mut |_| {}).unwrap()
        }
        fn frames(&self) -> Vec<(u64, String)> {
            let segments = segment::list(self.dir.path()).unwrap();
            Frames::new(self.dir.path(), &segments, self.identity.store_id, 0, u64::MAX)
                .map(|frame| (frame.seq, String::from_utf8(frame.payload).unwrap()))
                .collect()
        }
    }

    #[test]
    fn groups_get_consecutive_numbers_across_files() {
        let bench = Bench::new();
        let mut journal = bench.journal();
        assert_eq!(journal.append(&["a", "b"]).unwrap(), 1..=2);
        journal.roll(b"snapshot").unwrap();
        assert_eq!(journal.append(&["c"]).unwrap(), 3..=3);
        assert!(journal.append::<&str>(&[]).unwrap().is_empty());
        journal.checkpoint(b"{}").unwrap();
        let walk = bench.walk();
        assert_eq!((walk.findings, walk.last_seq, walk.snapshot), (vec![], 3, Some(2)));
        assert_eq!((walk.frames, walk.snapshots, walk.checkpoints), (3, 1, 1));
        assert_eq!(bench.frames().len(), 3);
    }

    #[test]
    fn a_failed_write_is_final_for_its_file_and_a_new_one_takes_over() {
        let bench = Bench::new();
        let mut journal = bench.journal();
        journal.append(&["a"]).unwrap();
        journal.break_disk();
        let error = journal.append(&["lost"]).unwrap_err();
        assert!(error.to_string().contains("000000000001.kwj"), "{error}");
        assert!(matches!(journal.append(&["lost"]), Err(Error::JournalDown { .. })));
        assert!(matches!(journal.roll(b"s"), Err(Error::JournalDown { .. })));
        journal.reopen().unwrap();
        assert_eq!(journal.append(&["b"]).unwrap(), 2..=2);
        assert_eq!(bench.walk().findings, []);
        assert_eq!(bench.frames(), [(1, "a".into()), (2, "b".into())]);
    }

    /// P20, P21: however often it is tried, a disk that takes nothing gets no more files, and nothing looks damaged later.
    #[test]
    fn tries_in_vain_leave_nothing_behind() {
        let bench = Bench::new();
        let mut journal = bench.journal();
        journal.append(&["a"]).unwrap();
        let good = journal.length().unwrap();
        let first = journal.segment().unwrap().path(bench.dir.path());
        OpenOptions::new().append(true).open(&first).unwrap().write_all(b"half a record").unwrap();
        for _ in 0..20 {
            journal.break_disk();
            journal.append(&["b"]).unwrap_err();
            journal.reopen().unwrap();
        }
        assert_eq!((first.metadata().unwrap().len(), segment::list(bench.dir.path()).unwrap().len()), (good, 2));
        journal.append(&["b"]).unwrap();
        assert_eq!(bench.frames(), [(1, "a".into()), (2, "b".into())]);
        assert_eq!(bench.walk().findings, []);
    }

    #[test]
    fn records_behind_the_authority_of_a_failed_file_are_not_read() {
        let bench = Bench::new();
        let mut journal = bench.journal();
        journal.append(&["a"]).unwrap();
        // The group reaches the file, but its sync fails: it is not acknowledged and is written again.
        let (seq, link, length) = (journal.seq, journal.link, journal.length());
        journal.append(&["b, never acknowledged", "c, never acknowledged"]).unwrap();
        (journal.seq, journal.link) = (seq, link);
        assert_ne!(journal.length(), length);
        journal.reopen().unwrap();
        assert_eq!(bench.frames().len(), 1, "an empty new file already ends the authority of the old one");
        journal.append(&["b"]).unwrap();
        journal.break_disk();
        assert!(journal.append(&["c"]).is_err());
        journal.reopen().unwrap();
        journal.reopen().unwrap();
        journal.append(&["c"]).unwrap();
        assert_eq!(bench.frames(), [(1, "a".into()), (2, "b".into()), (3, "c".into())]);
        assert_eq!(bench.walk().findings, []);
    }

    #[test]
    fn a_payload_over_the_limit_is_refused_before_anything_is_written() {
        let bench = Bench::new();
        let mut journal = bench.journal();
        let large = vec![0; MAX_PAYLOAD + 1];
        assert!(matches!(journal.append(&[&b"a"[..], &large]), Err(Error::TooLarge { .. })));
        assert_eq!(journal.append(&["a"]).unwrap(), 1..=1);
        assert_eq!(bench.frames().len(), 1);
    }
}
