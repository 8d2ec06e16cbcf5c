//! Where the record begins, once its oldest files were removed: `<state>/begins.json`.
//!
//! Files leave as a prefix only, and never before this says so: it names the last frame that went and its digest, so that the
//! chain is verified from there on. What it covers is no part of the record from the moment it is written, whether the files are
//! gone yet or not; so a removal can be cut short anywhere. A beginning that is missing without it is damage. Not here: what
//! may go (`desk/retention`), and what goes with it (`daemon`).

use super::digest::Digest;
use super::error::Error;
use super::files;
use super::open::JOURNAL;
use super::record::Kind;
use super::segment::{self, Item, Scan, Segment};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// The file's name.
pub(super) const NAME: &str = "begins.json";

/// What was removed from the beginning of a record, because its time was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beginning {
    /// The last frame that was removed; the record begins with the next one.
    pub to: u64,
    /// The digest of that frame: what the next one is linked to.
    pub link: Digest,
    /// When it was decided that the last of them go.
    pub at: Timestamp,
    /// The latest moment they told of.
    pub until: Timestamp,
    /// How many files were removed, in all.
    pub files: u64,
    /// How large they were.
    pub bytes: u64,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    begins: Beginning,
    sha256: Digest,
}

impl Beginning {
    fn text(&self) -> serde_json::Result<Vec<u8>> {
        let sha256 = Digest::of(&[&serde_json::to_vec(self)?]);
        serde_json::to_vec_pretty(&Sealed { begins: *self, sha256 })
    }

    /// Where the record in `dir` begins, if anything was ever removed; `Err` tells why that cannot be read.
    pub(super) fn read(dir: &Path) -> Result<Option<Self>, String> {
        let bytes = match fs::read(dir.join(NAME)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.to_string()),
        };
        let Sealed { begins, .. } = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
        // Written in one way only, so that no changed byte is overlooked.
        let is_whole = begins.text().is_ok_and(|text| text == bytes);
        if is_whole { Ok(Some(begins)) } else { Err("its checksum is wrong".to_owned()) }
    }

    /// The same, where what does not read is not known.
    pub fn of(dir: &Path) -> Option<Self> {
        Self::read(dir).ok().flatten()
    }

    /// Puts it in force: from here on nothing up to frame `to` is part of the record in `dir`. What was removed before is
    /// counted in. Doing it again changes nothing.
    ///
    /// # Errors
    /// [`Error::Begins`] when the rest would not begin with a whole state that is linked to what goes; [`Error::Io`]. Nothing
    /// was changed then.
    pub fn put(self, dir: &Path) -> Result<(), Error> {
        let refused = |why: String| Error::Begins { dir: dir.to_owned(), to: self.to, why };
        // What does not read is written anew; how much went before is not known then.
        let before = Self::of(dir);
        if before.is_some_and(|before| before.to >= self.to) {
            return Ok(());
        }
        let journal = dir.join(JOURNAL);
        let segments = remaining(&journal, before)?;
        let is_next = |segment: &&Segment| segment.first == self.to + 1 && self.is_followed_by(segment, &journal);
        if !segments.iter().any(|segment| is_next(&segment)) {
            return Err(refused("no file begins with the state after that frame".to_owned()));
        }
        let (files, bytes) = before.map_or((0, 0), |before| (before.files, before.bytes));
        let whole = Self { files: files.saturating_add(self.files), bytes: bytes.saturating_add(self.bytes), ..self };
        let path = dir.join(NAME);
        let text = whole.text().map_err(|error| Error::io("writing", &path)(std::io::Error::other(error)))?;
        files::replace(&path, &text)
    }

    fn is_followed_by(self, segment: &Segment, journal: &Path) -> bool {
        let first = Scan::open(&segment.path(journal), None).ok().and_then(|mut scan| scan.next());
        matches!(first, Some(Item::Record { header, .. })
            if header.kind == Kind::Snapshot && header.seq == self.to && header.previous == self.link)
    }
}

impl fmt::Display for Beginning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { to, at, until, files, bytes, .. } = self;
        write!(
            f,
            "frames 1 to {to}, until {until} ({files} files, {bytes} bytes), their time was over; the last were removed {at}"
        )
    }
}

/// The files of the journal that are part of the record, oldest first.
pub(super) fn remaining(journal: &Path, begins: Option<Beginning>) -> Result<Vec<Segment>, Error> {
    let to = begins.map_or(0, |begins| begins.to);
    Ok(segment::list(journal)?.into_iter().filter(|segment| segment.first > to).collect())
}

/// Those that are none any more, and still there.
pub(super) fn removed(journal: &Path, begins: Option<Beginning>) -> Result<Vec<Segment>, Error> {
    let to = begins.map_or(0, |begins| begins.to);
    Ok(segment::list(journal)?.into_iter().filter(|segment| segment.first <= to).collect())
}

/// Removes the files in the state directory `dir` that are no part of its record any more: how many there were.
///
/// # Errors
/// [`Error::Io`] when the disk fails; it can be done again.
pub fn remove_what_went(dir: &Path) -> Result<u64, Error> {
    let path = dir.join(NAME);
    let begins = Beginning::read(dir).map_err(|why| Error::io("reading", &path)(std::io::Error::other(why)))?;
    let journal = dir.join(JOURNAL);
    let segments = removed(&journal, begins)?;
    for segment in &segments {
        let path = segment.path(&journal);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(Error::io("removing", &path)(error)),
            _ => {}
        }
    }
    if !segments.is_empty() {
        files::sync_dir(&journal)?;
    }
    Ok(segments.len() as u64)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::super::{Changes, Finding, History, Options, Start, Store, VerifyReport, verify};
    use super::*;

    fn open(dir: &Path) -> (Store, Start) {
        Store::open(dir, Options::default()).unwrap()
    }

    fn commit(store: &mut Store, frames: &[&str]) {
        let seqs = store.commit(frames).unwrap();
        store.apply(seqs, Changes::default());
    }

    fn verified(dir: &Path) -> VerifyReport {
        verify(dir, 1, |_| Vec::new(), &mut |_| ()).unwrap()
    }

    fn copy(from: &Path, to: &Path) {
        fs::create_dir(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            let to = to.join(path.file_name().unwrap());
            match path.is_dir() {
                true => copy(&path, &to),
                false => assert!(fs::copy(&path, &to).is_ok()),
            }
        }
    }

    /// Frames 1 to 3, 4 and 5, and 6, each but the first file after a snapshot; a copy of the working state after frame 1.
    fn three_files(dir: &Path) -> Beginning {
        let (mut store, _) = open(dir);
        commit(&mut store, &["one"]);
        store.close().unwrap();
        copy(&dir.join("db"), &dir.join("early"));
        let (mut store, _) = open(dir);
        commit(&mut store, &["two", "three"]);
        store.roll(b"state").unwrap();
        commit(&mut store, &["four", "five"]);
        store.roll(b"state").unwrap();
        commit(&mut store, &["six"]);
        store.close().unwrap();
        let history = History::open(dir, 1).unwrap();
        let stretches: Vec<_> = history.stretches().map(|one| (one.first, one.last, one.files)).collect();
        assert_eq!(stretches, [(1, 3, 1), (4, 5, 1)], "the last file is being written");
        let link = history.stretches().next().unwrap().link;
        let at = Timestamp::UNIX_EPOCH;
        Beginning { to: 3, link, at, until: at, files: 1, bytes: 100 }
    }

    #[test]
    fn a_record_begins_later_only_where_the_rest_stands_alone() {
        let dir = tempfile::tempdir().unwrap();
        let (dir, begins) = (dir.path(), three_files(dir.path()));
        for wrong in [
            Beginning { to: 2, ..begins },
            Beginning { to: 6, ..begins },
            Beginning { link: Digest::default(), ..begins },
        ] {
            assert!(matches!(wrong.put(dir), Err(Error::Begins { .. })), "{wrong}");
        }
        assert_eq!((Beginning::of(dir), verified(dir).first_seq), (None, 1));
        begins.put(dir).unwrap();
        begins.put(dir).unwrap();
        let report = verified(dir);
        assert_eq!((report.first_seq, report.frames, report.begins), (4, 3, Some(begins)));
        assert!(report.is_sound(), "{report}");
        assert_eq!(History::of_what_went(dir).unwrap().frames(0).count(), 3);
        assert_eq!((remove_what_went(dir).unwrap(), remove_what_went(dir).unwrap()), (1, 0));
        assert!(verified(dir).is_sound());
        // Whatever becomes of the working state.
        fs::remove_dir_all(dir.join("db")).unwrap();
        let (store, start) = open(dir);
        assert_eq!((start.last_seq, start.applied_seq, start.snapshot), (6, 5, Some(b"state".to_vec())));
        assert!(matches!(start.findings[..], [Finding::WorkingRebuilt { .. }]), "{:?}", start.findings);
        drop(store);
        fs::remove_dir_all(dir.join("db")).unwrap();
        fs::rename(dir.join("early"), dir.join("db")).unwrap();
        let (store, start) = open(dir);
        let told: Vec<String> = start.findings.iter().map(ToString::to_string).collect();
        assert!(told.iter().any(|told| told.contains("the record begins after frame 3")), "{told:?}");
        assert_eq!(start.applied_seq, 5);
        drop(store);
    }

    /// What is missing without it is a loss, and it is not altered unnoticed.
    #[test]
    fn a_beginning_that_is_missing_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let (dir, begins) = (dir.path(), three_files(dir.path()));
        begins.put(dir).unwrap();
        remove_what_went(dir).unwrap();
        let path = dir.join(NAME);
        let good = fs::read(&path).unwrap();
        for bit in 0..good.len() * 8 {
            let mut bytes = good.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, &bytes).unwrap();
            assert!(Beginning::read(dir).is_err(), "bit {bit}");
        }
        let missing = Finding::MissingFrames { from: 1, to: 3 };
        assert!(verified(dir).findings.contains(&missing));
        fs::remove_file(&path).unwrap();
        let changed = Finding::ClosedFilesChanged { recorded: 2, found: 1 };
        assert_eq!(verified(dir).findings, [missing, changed], "as the last checkpoint saw them");
        // More than it says.
        fs::write(&path, &good).unwrap();
        fs::remove_file(dir.join("journal/000000000004.kwj")).unwrap();
        assert!(verified(dir).findings.contains(&Finding::MissingFrames { from: 4, to: 5 }));
        // A chain that is none.
        let other = Beginning { link: Digest::of(&[b"other"]), to: 5, ..begins };
        fs::write(&path, other.text().unwrap()).unwrap();
        assert!(verified(dir).findings.iter().any(|found| matches!(found, Finding::BrokenChain { .. })));
    }
}
