//! The followed files: which they are, where each was read to, and the next bytes to look at.
//!
//! Each look has two halves: [`Files::examine`] compares the globs with what is followed (new files, renamed ones, things
//! put in the place of a file), [`Files::next_chunk`] hands out bytes, one file after the other, so that a flooding file
//! does not silence the rest. Not here: lines and their meaning; decisions about one file (`follow`).

mod copies;
mod examine;

use super::config::Settings;
use super::follow::{Follow, Inside};
use super::glob::Glob;
use super::open::{self, FileId};
use super::place::{Place, Position};
use crate::desk::now::Elapsed;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Bytes handed out at once; more than the longest line, so that a full chunk always holds something finished.
pub(super) const CHUNK: usize = 256 * 1024;

/// All files of one source.
#[derive(Debug)]
pub(super) struct Files {
    globs: Vec<Glob>,
    roots: Vec<PathBuf>,
    host_from_path: Option<usize>,
    /// What is kept besides the files themselves; its `files` are filled in by [`Files::position`].
    position: Position,
    tracks: Vec<Track>,
    /// Files that are followed but can't be had at the moment: not yet found after a start, unreadable, gone.
    missing: Vec<Place>,
    /// Paths at which something else was put in the place of a followed file.
    swapped: BTreeSet<PathBuf>,
    /// Compressed files.
    packed: BTreeMap<PathBuf, FileId>,
    /// What was told once and need not be told again.
    told: BTreeSet<String>,
    /// Whose turn it is.
    turn: usize,
}

/// A file that is open.
#[derive(Debug)]
struct Track {
    follow: Follow,
    file: File,
    host: Option<String>,
    /// The content that stood at the same path before: it is read first.
    after: Option<u64>,
    /// Size and time of change when the beginning was last compared.
    compared: Option<Stat>,
    /// Nothing more to read in this look.
    idle: bool,
    /// It can't be read; it is opened again at the next look.
    broken: bool,
    /// It is over and read to its end.
    done: bool,
}

/// What tells cheaply whether a file changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stat {
    size: u64,
    /// Seconds and nanoseconds.
    modified: (i64, i64),
}

impl Stat {
    fn of(file: &File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        Ok(Self { size: metadata.len(), modified: (metadata.mtime(), metadata.mtime_nsec()) })
    }
}

/// What a look found out about the files themselves.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// What should be readable and is not.
    pub(super) failures: Vec<String>,
    /// What a person should know.
    pub(super) remarks: Vec<String>,
    /// This source has never looked before.
    pub(super) first_look: bool,
}

/// Bytes to look at.
#[derive(Debug)]
pub(super) struct Chunk {
    /// Which file; valid until the next [`Files::examine`].
    pub(super) track: usize,
    /// The content's number.
    pub(super) number: u64,
    /// Where in the content the bytes begin.
    pub(super) offset: u64,
    /// In the middle of a line that is too long.
    pub(super) skipping: bool,
    /// The bytes.
    pub(super) bytes: Vec<u8>,
    /// Nothing will ever follow these bytes.
    pub(super) ended: bool,
}

impl Files {
    /// The files of a source that goes on at `position`.
    pub(super) fn new(settings: &Settings, mut position: Position) -> Self {
        let globs = settings.globs.clone();
        position.globs.retain(|text, _| globs.iter().any(|glob| glob.text() == text));
        let mut missing = std::mem::take(&mut position.files);
        missing.retain(|place| globs.iter().any(|glob| glob.captures(&place.path).is_some()));
        Self {
            globs,
            roots: settings.roots.clone(),
            host_from_path: settings.host_from_path,
            position,
            tracks: Vec::new(),
            missing,
            swapped: BTreeSet::new(),
            packed: BTreeMap::new(),
            told: BTreeSet::new(),
            turn: 0,
        }
    }

    /// How far everything was read.
    pub(super) fn position(&self) -> Position {
        let open = self.tracks.iter().filter(|track| !track.done).map(|track| &track.follow.place);
        let mut files: Vec<Place> = open.chain(&self.missing).cloned().collect();
        files.sort_by_key(|place| place.number);
        self.position.with(files)
    }

    /// The next bytes of some file, or `None` when every file is read to its end.
    pub(super) fn next_chunk(&mut self, now: Elapsed, findings: &mut Findings) -> Option<Chunk> {
        let mut tries = self.tracks.len();
        while tries > 0 && !self.tracks.is_empty() {
            tries -= 1;
            let nth = self.turn % self.tracks.len();
            self.turn = nth + 1;
            if self.tracks[nth].idle || self.waits(nth) {
                continue;
            }
            match self.look_into(nth, now) {
                Ok(Some(chunk)) => return Some(chunk),
                // Another look at all: a copy may have joined, or the one a file waited for is read.
                Ok(None) => tries = self.tracks.len(),
                Err(error) => {
                    let track = &mut self.tracks[nth];
                    (track.idle, track.broken) = (true, true);
                    findings.failures.push(format!("{}: {error}", track.follow.place.path.display()));
                    tries = self.tracks.len();
                }
            }
        }
        None
    }

    /// Whether the content that stood at its path before has not been read to its end.
    fn waits(&self, nth: usize) -> bool {
        let after = self.tracks[nth].after;
        after.is_some_and(|after| self.tracks.iter().any(|other| other.follow.place.number == after && !other.idle))
    }

    fn look_into(&mut self, nth: usize, now: Elapsed) -> io::Result<Option<Chunk>> {
        let track = &mut self.tracks[nth];
        let stat = Stat::of(&track.file)?;
        if track.compared != Some(stat) {
            let head = open::head(&track.file)?;
            if track.follow.inside(stat.size, &head) == Inside::Anew {
                self.begin_anew(nth, &head);
                return Ok(None);
            }
            track.compared = Some(stat);
        }
        let place = &track.follow.place;
        let over = track.follow.is_over(now);
        if stat.size <= place.offset {
            track.idle = true;
            track.done = over;
            return Ok(None);
        }
        let bytes = open::read(&track.file, place.offset, CHUNK)?;
        if bytes.is_empty() {
            track.idle = true;
            return Ok(None);
        }
        let ended = over && bytes.len() < CHUNK;
        let (number, offset, skipping) = (place.number, place.offset, place.skipping);
        Ok(Some(Chunk { track: nth, number, offset, skipping, bytes, ended }))
    }

    /// A file was read up to `offset`. `exhausted`: what follows there is not finished yet.
    pub(super) fn read_to(&mut self, track: usize, offset: u64, skipping: bool, exhausted: bool, now: Elapsed) {
        if let Some(track) = self.tracks.get_mut(track) {
            track.follow.read_to(offset, skipping, now);
            track.idle = exhausted;
        }
    }

    /// The host the path of a file names.
    pub(super) fn host(&self, track: usize) -> Option<&str> {
        self.tracks.get(track)?.host.as_deref()
    }

    /// The path of a file.
    pub(super) fn path(&self, track: usize) -> Option<&Path> {
        Some(&self.tracks.get(track)?.follow.place.path)
    }

    fn follow(&mut self, place: Place, file: File, host: Option<String>, after: Option<u64>) {
        let follow = Follow::new(place);
        let track = Track { follow, file, host, after, compared: None, idle: false, broken: false, done: false };
        self.tracks.push(track);
    }

    fn is_tracked(&self, id: FileId) -> bool {
        self.tracks.iter().any(|track| track.follow.place.id == id)
    }

    fn take_number(&mut self) -> u64 {
        let number = self.position.next;
        self.position.next = number.saturating_add(1);
        number
    }

    /// The host a path names, by the first glob that fits; `None` when no glob fits.
    fn host_of(&self, path: &Path) -> Option<Option<String>> {
        let stars = self.globs.iter().find_map(|glob| glob.captures(path))?;
        Some(self.nth_star(&stars))
    }

    fn nth_star(&self, stars: &[String]) -> Option<String> {
        let nth = self.host_from_path?.checked_sub(1)?;
        stars.get(nth).filter(|star| !star.is_empty()).cloned()
    }

    /// Tells `remark`, unless it was told before.
    fn tell_once(&mut self, findings: &mut Findings, remark: String) {
        if self.told.len() < super::glob::FILES_LIMIT && self.told.insert(remark.clone()) {
            findings.remarks.push(remark);
        }
    }
}
