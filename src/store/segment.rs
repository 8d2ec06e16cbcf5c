//! The files of the journal: their names, and reading one from end to end.
//!
//! A file is named by the first sequence number it may hold; a second one of the same number (after the first
//! failed) gets a turn. Where the next file begins, the authority of the one before it ends: records in it from
//! there on were never acknowledged. Reading decides nothing; what damage means is for [`super::walk`].

use super::digest::Digest;
use super::error::Error;
use super::files;
use super::record::{self, HEADER, Header, Kind, MAGIC, MAX_PAYLOAD, NoHeader};
use std::fmt;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// One file of the journal, by name. Their order is the order of writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Segment {
    /// The first sequence number it may hold.
    pub(super) first: u64,
    /// 0, or which attempt at this number it is.
    pub(super) turn: u32,
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.turn {
            0 => write!(f, "{:012}.kwj", self.first),
            turn => write!(f, "{:012}.{turn:04}.kwj", self.first),
        }
    }
}

impl Segment {
    fn parse(name: &str) -> Option<Self> {
        let stem = name.strip_suffix(".kwj")?;
        let (first, turn) = stem.split_once('.').unwrap_or((stem, "0"));
        let segment = Self { first: first.parse().ok()?, turn: turn.parse().ok()? };
        (segment.to_string() == name).then_some(segment)
    }

    /// Its place in the folder of the journal.
    pub(super) fn path(&self, journal: &Path) -> PathBuf {
        journal.join(self.to_string())
    }
}

/// The files of the journal, oldest first. Anything else in the folder is not ours.
pub(super) fn list(journal: &Path) -> Result<Vec<Segment>, Error> {
    let mut segments: Vec<_> = files::names(journal)?.iter().filter_map(|name| Segment::parse(name)).collect();
    segments.sort();
    Ok(segments)
}

/// How long the snapshot is that the file at `path` begins with; 0 where it begins otherwise.
pub(super) fn snapshot_length(path: &Path) -> Result<u64, Error> {
    let mut scan = Scan::open(path, None)?;
    let header = scan.header_at(0).ok().filter(|header| header.kind == Kind::Snapshot);
    Ok(header.map_or(0, |header| header.record_length()))
}

/// What reading came upon.
#[derive(Debug)]
pub(super) enum Item {
    /// A whole record. The digest of a frame links the next one to it.
    Record { header: Header, offset: u64, digest: Digest, payload: Vec<u8> },
    /// Bytes that are no record; the header, when that much is whole.
    Damage { offset: u64, bytes: u64, header: Option<Header> },
    /// A record of a later format.
    Newer { format: u8 },
}

/// Reads one file from end to end, with bounded memory: a window, and one record.
#[derive(Debug)]
pub(super) struct Scan {
    window: Window,
    at: u64,
    frames_only: bool,
}

impl Scan {
    /// Begins at the start of `path` and ends at `limit` bytes, if it is that long (a live file grows).
    pub(super) fn open(path: &Path, limit: Option<u64>) -> Result<Self, Error> {
        let open = || -> std::io::Result<Window> {
            let file = File::open(path)?;
            let length = file.metadata()?.len();
            let length = limit.map_or(length, |limit| limit.min(length));
            Ok(Window { file, length, start: 0, buffer: Vec::new(), unreadable: 0 })
        };
        Ok(Self { window: open().map_err(Error::io("opening", path))?, at: 0, frames_only: false })
    }

    /// Passes over snapshots and checkpoints unread, and leaves digests out: for who follows the frames, not the chain.
    pub(super) fn frames_only(self) -> Self {
        Self { frames_only: true, ..self }
    }

    /// How many bytes there are to read.
    pub(super) fn length(&self) -> u64 {
        self.window.length
    }

    /// How many bytes the disk refused to give; they were read as zeros, so their records count as damaged.
    pub(super) fn unreadable(&self) -> u64 {
        self.window.unreadable
    }

    /// Any bytes of the file, for keeping a copy of damaged ones.
    pub(super) fn bytes(&mut self, at: u64, count: u64) -> &[u8] {
        self.window.bytes(at, usize::try_from(count).unwrap_or(usize::MAX))
    }

    fn header_at(&mut self, at: u64) -> Result<Header, NoHeader> {
        Header::decode(self.window.bytes(at, HEADER))
    }

    /// The first place from `from` on where a header stands; the end of the file when there is none.
    fn search(&mut self, mut from: u64) -> u64 {
        while from + HEADER as u64 <= self.window.length {
            let seen = self.window.bytes(from, Window::SIZE);
            let candidates = seen.len().saturating_sub(HEADER - 1);
            let found = seen[..candidates].iter().position(|&byte| byte == MAGIC[0]);
            match found {
                None => from += candidates as u64,
                Some(nth) => {
                    from += nth as u64;
                    if !matches!(self.header_at(from), Err(NoHeader::Damaged)) {
                        return from;
                    }
                    from += 1;
                }
            }
        }
        self.window.length
    }

    /// Whether what stands here is no frame and was passed over: a snapshot can be large, and where the next record
    /// stands as its header says, its content need not be read.
    fn pass_over(&mut self) -> bool {
        let Ok(header) = self.header_at(self.at) else { return false };
        let end = self.at + header.record_length();
        let passes = header.kind != Kind::Frame && (end == self.window.length || self.header_at(end).is_ok());
        if passes {
            self.at = end;
        }
        passes
    }

    fn damage(&mut self, header: Option<Header>, end: u64) -> Item {
        let offset = std::mem::replace(&mut self.at, end);
        Item::Damage { offset, bytes: end - offset, header }
    }
}

impl Iterator for Scan {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        while self.frames_only && self.pass_over() {}
        let at = self.at;
        if at >= self.window.length {
            return None;
        }
        let header = match self.header_at(at) {
            Ok(header) => header,
            Err(NoHeader::Format(format)) => {
                self.at = self.window.length;
                return Some(Item::Newer { format });
            }
            Err(NoHeader::Damaged) => {
                let end = self.search(at + 1);
                return Some(self.damage(None, end));
            }
        };
        let end = at + header.record_length();
        if header.length as usize > MAX_PAYLOAD || end > self.window.length {
            let end = self.search(at + 1);
            return Some(self.damage(Some(header), end));
        }
        let bytes = self.window.bytes(at, (end - at) as usize);
        if record::is_whole(bytes) {
            let (content, payload) = (&bytes[..bytes.len() - 4], bytes[HEADER..bytes.len() - 4].to_vec());
            let linked = header.kind == Kind::Frame && !self.frames_only;
            let digest = if linked { Digest::of(&[content]) } else { Digest::default() };
            self.at = end;
            return Some(Item::Record { header, offset: at, digest, payload });
        }
        // The length can be trusted when another record follows; else look for the next one byte by byte.
        let follows = end == self.window.length || self.header_at(end) != Err(NoHeader::Damaged);
        let end = if follows { end } else { self.search(at + 1) };
        Some(self.damage(Some(header), end))
    }
}

/// A part of a file in memory.
#[derive(Debug)]
struct Window {
    file: File,
    length: u64,
    start: u64,
    buffer: Vec<u8>,
    unreadable: u64,
}

impl Window {
    const SIZE: usize = 64 * 1024;
    const PAGE: usize = 4096;

    /// `count` bytes from `at`, fewer at the end of the file.
    fn bytes(&mut self, at: u64, count: usize) -> &[u8] {
        let count = count.min(usize::try_from(self.length.saturating_sub(at)).unwrap_or(usize::MAX));
        let covered = at >= self.start && at + count as u64 <= self.start + self.buffer.len() as u64;
        if !covered {
            self.fill(at, count.max(Self::SIZE));
        }
        let from = (at - self.start) as usize;
        &self.buffer[from.min(self.buffer.len())..(from + count).min(self.buffer.len())]
    }

    fn fill(&mut self, at: u64, count: usize) {
        let count = count.min(usize::try_from(self.length.saturating_sub(at)).unwrap_or(usize::MAX));
        self.start = at;
        self.buffer.clear();
        self.buffer.shrink_to(Self::SIZE);
        self.buffer.resize(count, 0);
        if self.file.read_exact_at(&mut self.buffer, at).is_ok() {
            return;
        }
        // A bad sector, or the file shrank: take what can be had, page by page; zeros never pass the checksums.
        for (nth, page) in self.buffer.chunks_mut(Self::PAGE).enumerate() {
            if self.file.read_exact_at(page, at + (nth * Self::PAGE) as u64).is_err() {
                page.fill(0);
                self.unreadable += page.len() as u64;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::super::record::{StoreId, encode};
    use super::*;

    fn written(payloads: &[&[u8]]) -> Vec<u8> {
        let mut out = Vec::new();
        for (nth, payload) in payloads.iter().enumerate() {
            let (length, seq) = (payload.len() as u32, nth as u64 + 1);
            let (store, previous) = (StoreId::default(), Digest::default());
            encode(&Header { kind: Kind::Frame, schema: 1, length, epoch: 1, seq, store, previous }, payload, &mut out);
        }
        out
    }

    fn read(bytes: &[u8]) -> (Vec<u64>, Vec<(u64, u64)>) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let (mut good, mut bad) = (Vec::new(), Vec::new());
        for item in Scan::open(file.path(), None).unwrap() {
            match item {
                Item::Record { header, .. } => good.push(header.seq),
                Item::Damage { offset, bytes, .. } => bad.push((offset, bytes)),
                Item::Newer { format } => panic!("format {format}"),
            }
        }
        (good, bad)
    }

    #[test]
    fn names_keep_the_order_of_writing() {
        let segments = [(1, 0), (7, 0), (7, 1), (7, 2), (100, 0)].map(|(first, turn)| Segment { first, turn });
        let dir = tempfile::tempdir().unwrap();
        for segment in segments.iter().rev() {
            std::fs::write(segment.path(dir.path()), b"").unwrap();
        }
        for other in ["1.kwj", "000000000007.1.kwj", "000000000007.kwj.new", "x.kwj", "notes.txt"] {
            std::fs::write(dir.path().join(other), b"").unwrap();
        }
        assert_eq!(list(dir.path()).unwrap(), segments);
    }

    #[test]
    fn a_flipped_bit_costs_one_record() {
        let bytes = written(&[b"one", b"two", &[b'x'; 100_000], b"four"]);
        let size = |payload: u64| payload + record::OVERHEAD as u64;
        let starts = [0, size(3), size(3) * 2, size(3) * 2 + size(100_000)];
        for (nth, start) in starts.iter().enumerate() {
            for inside in [0, 9, 50, 82, 85] {
                let mut bytes = bytes.clone();
                bytes[*start as usize + inside] ^= 0x10;
                let (good, bad) = read(&bytes);
                let rest: Vec<u64> = (1..=4).filter(|&seq| seq != nth as u64 + 1).collect();
                assert_eq!(good, rest, "record {nth} byte {inside}");
                assert_eq!((bad.len(), bad[0].0), (1, *start), "record {nth} byte {inside}");
            }
        }
    }

    #[test]
    fn who_follows_the_frames_passes_over_the_rest_and_meets_the_same_ones() {
        let mut bytes = Vec::new();
        let kinds = [Kind::Snapshot, Kind::Frame, Kind::Checkpoint, Kind::Checkpoint, Kind::Frame, Kind::Snapshot];
        let mut starts = Vec::new();
        for (nth, kind) in kinds.into_iter().enumerate() {
            starts.push(bytes.len());
            let payload = vec![b'x'; 70_000 * usize::from(kind == Kind::Snapshot) + 5];
            let (length, seq) = (payload.len() as u32, nth as u64);
            let (store, previous) = (StoreId::default(), Digest::default());
            encode(&Header { kind, schema: 1, length, epoch: 1, seq, store, previous }, &payload, &mut bytes);
        }
        let frames = |bytes: &[u8]| -> Vec<u64> {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), bytes).unwrap();
            let items = Scan::open(file.path(), None).unwrap().frames_only();
            items
                .filter_map(|item| match item {
                    // Before a damaged header what is no frame is read after all.
                    Item::Record { header, .. } => (header.kind == Kind::Frame).then_some(header.seq),
                    Item::Damage { .. } | Item::Newer { .. } => None,
                })
                .collect()
        };
        assert_eq!(frames(&bytes), [1, 4]);
        // Damage to what is passed over, to its content or to its header, costs no frame.
        for nth in [0, 2, 3, 5] {
            for inside in [9, 90] {
                let mut bytes = bytes.clone();
                bytes[starts[nth] + inside.min(88)] ^= 0x10;
                assert_eq!(frames(&bytes), [1, 4], "record {nth} byte {inside}");
            }
        }
    }

    #[test]
    fn every_truncation_keeps_the_whole_records_before_it() {
        let bytes = written(&[b"one", b"two", b"three"]);
        let ends = [91, 182, 275];
        for length in 0..bytes.len() {
            let (good, bad) = read(&bytes[..length]);
            let whole = ends.iter().filter(|&&end| end <= length).count();
            assert_eq!(good.len(), whole, "{length}");
            let rest = length - if whole == 0 { 0 } else { ends[whole - 1] };
            assert_eq!(bad.iter().map(|(_, bytes)| bytes).sum::<u64>(), rest as u64, "{length}");
        }
    }

    #[test]
    fn zeros_and_noise_are_one_stretch_of_damage() {
        let mut bytes = written(&[b"one"]);
        bytes.extend_from_slice(&[0; 200_000]);
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&[0x8b; 300]);
        let end = bytes.len();
        bytes.extend_from_slice(&written(&[b"one"]));
        assert_eq!(read(&bytes), (vec![1, 1], vec![(91, end as u64 - 91)]));
    }
}
