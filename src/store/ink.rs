//! Ink (墨消し): text in the journal itself that somebody had erased, and the file that tells of it, `<state>/inked.json`.
//!
//! What is erased of a record is written over with `■`, byte for byte, so that nothing else moves: the names of the files, their
//! sizes, the places of the records. Only the digest of the record is another, while the next frame goes on naming the old one;
//! [`Inked`] says which digest stands for which, and is written first. A file is inked as a copy that takes its place, so that
//! it may be read meanwhile, and the whole may be cut short anywhere and done again. Not here: where the text stands (`record`),
//! and who may have it erased, and why (`desk`).

use super::digest::Digest;
use super::error::Error;
use super::files;
use super::gone::GoneBy;
use super::open::JOURNAL;
use super::record::{HEADER, Header, Kind, OVERHEAD};
use super::segment::{Segment, list};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

/// The file's name.
pub(super) const NAME: &str = "inked.json";
/// What stands where something was erased.
const INK: &[u8] = "■".as_bytes();
/// What follows the name of a journal file in that of its copy. No file of the journal is named like this.
const COPY: &str = ".inked";

/// What is to be inked over in one record of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// The file of the journal.
    pub file: String,
    /// Where in it the record begins.
    pub offset: u64,
    /// The number of the record.
    pub seq: u64,
    /// Begin and length of each stretch of its payload.
    pub at: Vec<(u64, u64)>,
}

/// One erasure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inking {
    /// When it was decided.
    pub at: Timestamp,
    /// Of which incident, by its number.
    pub of: String,
    /// By whom, and why.
    pub by: GoneBy,
    /// In how many records.
    pub records: u64,
}

impl fmt::Display for Inking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, of, by, records } = self;
        let many = if *records == 1 { "" } else { "s" };
        write!(f, "text in {records} record{many} of the journal for {of}, ")?;
        match by {
            GoneBy::Person { name, reason } => write!(f, "erased {at} by {name}: {reason}"),
            GoneBy::Retention => write!(f, "its time was over {at}"),
        }
    }
}

/// All that was inked over in a journal.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Inked {
    /// The erasures, oldest first.
    pub all: Vec<Inking>,
    /// By the digest a frame has now: the one it was written with, which the next frame is linked to.
    links: BTreeMap<Digest, Digest>,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    inked: Inked,
    sha256: Digest,
}

impl Inked {
    fn text(&self) -> serde_json::Result<Vec<u8>> {
        let sha256 = Digest::of(&[&serde_json::to_vec(self)?]);
        serde_json::to_vec(&Sealed { inked: self.clone(), sha256 })
    }

    /// What was inked over in the journal of `dir`; `Err` tells why that cannot be read.
    pub(super) fn read(dir: &Path) -> Result<Self, String> {
        let bytes = match fs::read(dir.join(NAME)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error.to_string()),
        };
        let Sealed { inked, .. } = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
        // Written in one way only, so that no changed byte is overlooked.
        let is_whole = inked.text().is_ok_and(|text| text == bytes);
        if is_whole { Ok(inked) } else { Err("its checksum is wrong".to_owned()) }
    }

    /// The same, where what does not read is not known.
    pub fn of(dir: &Path) -> Self {
        Self::read(dir).unwrap_or_default()
    }

    /// What the frame after one with this digest is linked to.
    pub(super) fn link(&self, found: Digest) -> Digest {
        self.links.get(&found).copied().unwrap_or(found)
    }
}

/// Writes over a stretch of text.
pub fn ink(text: &mut [u8]) {
    let mut whole = text.chunks_exact_mut(INK.len());
    whole.by_ref().for_each(|part| part.copy_from_slice(INK));
    whole.into_remainder().fill(b'*');
}

/// Inks `spots` over in the journal of `dir`, and puts beside it that they were: how many files were changed. None of them may be
/// written to any more. What is not there (any more) is passed over.
///
/// # Errors
/// [`Error::Io`] when the disk fails, or [`NAME`] cannot be read: nothing is known of earlier erasures then. It can be done again.
pub fn ink_over(dir: &Path, spots: &[Spot], inking: &Inking) -> Result<u64, Error> {
    let path = dir.join(NAME);
    let other = |why: String| std::io::Error::other(why);
    let mut inked = Inked::read(dir).map_err(|why| Error::io("reading", &path)(other(why)))?;
    let journal = dir.join(JOURNAL);
    let segments = list(&journal)?;
    let mut files: BTreeMap<Segment, Vec<Patch>> = BTreeMap::new();
    for spot in spots {
        let Some(segment) = segments.iter().find(|segment| segment.to_string() == spot.file) else { continue };
        let Some(patch) = Patch::of(&segment.path(&journal), spot)? else { continue };
        // Only frames are named by what follows; the digest of a snapshot, which has no salt, would help who guesses.
        if patch.is_frame {
            let written = inked.link(patch.now);
            inked.links.insert(patch.then, written);
        }
        files.entry(*segment).or_default().push(patch);
    }
    if !inked.all.contains(inking) {
        inked.all.push(inking.clone());
    }
    let text = inked.text().map_err(|error| Error::io("writing", &path)(error.into()))?;
    files::replace(&path, &text)?;
    for (segment, patches) in &files {
        replace(&journal, *segment, patches)?;
    }
    Ok(files.len() as u64)
}

/// A record that is to be another.
struct Patch {
    spot: Spot,
    is_frame: bool,
    /// The digest it will have.
    then: Digest,
    /// The digest it has.
    now: Digest,
}

impl Patch {
    /// `None` when there is no such record, or it is inked already.
    fn of(path: &Path, spot: &Spot) -> Result<Option<Self>, Error> {
        let file = File::open(path).map_err(Error::io("opening", path))?;
        let Some(record) = record(&file, spot).map_err(Error::io("reading", path))? else { return Ok(None) };
        let mut new = record.clone();
        if !over(&mut new, &spot.at) || new == record {
            return Ok(None);
        }
        let payload = |record: &[u8]| std::str::from_utf8(&record[HEADER..record.len() - 4]).is_ok();
        if payload(&record) && !payload(&new) {
            let why = format!("record {} would not read any more", spot.seq);
            return Err(Error::io("erasing in", path)(std::io::Error::other(why)));
        }
        let content = |record: &[u8]| Digest::of(&[&record[..record.len() - 4]]);
        let is_frame = Header::decode(&record[..HEADER]).is_ok_and(|header| header.kind == Kind::Frame);
        Ok(Some(Self { spot: spot.clone(), is_frame, then: content(&new), now: content(&record) }))
    }
}

/// The whole record a spot lies in, if it is that one.
fn record(file: &File, spot: &Spot) -> std::io::Result<Option<Vec<u8>>> {
    let mut head = [0; HEADER];
    match file.read_exact_at(&mut head, spot.offset) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let Ok(header) = Header::decode(&head) else { return Ok(None) };
    let length = file.metadata()?.len();
    if header.seq != spot.seq || spot.offset.saturating_add(header.record_length()) > length {
        return Ok(None);
    }
    let mut record = vec![0; header.length as usize + OVERHEAD];
    file.read_exact_at(&mut record, spot.offset)?;
    Ok(super::record::is_whole(&record).then_some(record))
}

/// Inks a record; `false` when a stretch lies outside of its payload.
fn over(record: &mut [u8], at: &[(u64, u64)]) -> bool {
    let end = record.len() - 4;
    for (from, length) in at {
        let from = usize::try_from(*from).ok().and_then(|from| from.checked_add(HEADER));
        let until = from.and_then(|from| from.checked_add(usize::try_from(*length).ok()?));
        let Some(stretch) = from.zip(until).and_then(|(from, until)| record[..end].get_mut(from..until)) else {
            return false;
        };
        ink(stretch);
    }
    let crc = crc32fast::hash(&record[..end]).to_be_bytes();
    record[end..].copy_from_slice(&crc);
    true
}

/// Puts an inked copy of a file in its place.
fn replace(journal: &Path, segment: Segment, patches: &[Patch]) -> Result<(), Error> {
    let path = segment.path(journal);
    let copy = journal.join(format!("{segment}{COPY}"));
    let write = || -> std::io::Result<()> {
        let mut from = File::open(&path)?;
        let mut to = OpenOptions::new().read(true).write(true).create(true).truncate(true).mode(0o600).open(&copy)?;
        std::io::copy(&mut from, &mut to)?;
        for patch in patches {
            let Some(mut bytes) = record(&to, &patch.spot)? else { continue };
            if over(&mut bytes, &patch.spot.at) {
                to.write_all_at(&bytes, patch.spot.offset)?;
            }
        }
        to.sync_all()?;
        fs::rename(&copy, &path)
    };
    write().map_err(Error::io("erasing in", &path))?;
    files::sync_dir(journal)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::super::{Changes, Finding, History, Options, Seen, Store, VerifyReport, verify};
    use super::*;

    fn inking() -> Inking {
        let by = GoneBy::Person { name: "佐藤".to_owned(), reason: "氏名".to_owned() };
        Inking { at: Timestamp::UNIX_EPOCH, of: "KW-1".to_owned(), by, records: 2 }
    }

    fn commit(store: &mut Store, frames: &[&str]) {
        let seqs = store.commit(frames).unwrap();
        store.apply(seqs, Changes::default());
    }

    /// Frames 1 to 3, a snapshot, and frame 4, two of them and the snapshot with the name.
    fn journal(dir: &Path) {
        let (mut store, _) = Store::open(dir, Options::default()).unwrap();
        commit(&mut store, &["one 山田", "two", "three"]);
        store.roll("state 山田".as_bytes()).unwrap();
        commit(&mut store, &["four 山田"]);
        store.close().unwrap();
    }

    fn spots(dir: &Path, text: &str) -> Vec<Spot> {
        let mut spots = Vec::new();
        let mut each = |seen: Seen<'_>| {
            let said = String::from_utf8_lossy(seen.payload).into_owned();
            if let Some(at) = said.find(text) {
                let at = vec![(at as u64, text.len() as u64)];
                spots.push(Spot { file: seen.file.to_owned(), offset: seen.offset, seq: seen.seq, at });
            }
            Ok::<(), Error>(())
        };
        History::open(dir, 1).unwrap().records(&mut each).unwrap();
        spots
    }

    fn verified(dir: &Path) -> VerifyReport {
        verify(dir, 1, |_| Vec::new(), &mut |_| ()).unwrap()
    }

    fn said(dir: &Path) -> Vec<String> {
        let frames = History::open(dir, 1).unwrap().frames(0);
        frames.map(|frame| String::from_utf8(frame.payload).unwrap()).collect()
    }

    #[test]
    fn what_is_inked_over_is_gone_and_the_chain_holds() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path();
        journal(dir);
        let found = spots(dir, "山田");
        assert_eq!(found.iter().map(|spot| spot.seq).collect::<Vec<_>>(), [1, 3, 4]);
        assert_eq!(ink_over(dir, &found, &inking()).unwrap(), 2);
        assert_eq!(ink_over(dir, &found, &inking()).unwrap(), 0, "once more, as after a kill");
        assert_eq!(said(dir), ["one ■■", "two", "three", "four ■■"]);
        assert!(spots(dir, "山田").is_empty());
        let report = verified(dir);
        assert!(report.is_sound() && report.inked == [inking()], "{report}");
        // Some more of the same frame, later.
        let more = Inking { of: "KW-2".to_owned(), ..inking() };
        assert_eq!(ink_over(dir, &spots(dir, "one"), &more).unwrap(), 1);
        assert_eq!(said(dir)[0], "■ ■■");
        let report = verified(dir);
        assert!(report.is_sound() && report.inked == [inking(), more], "{report}");
        // The last frame is inked over, too: what follows it is linked to what it was.
        let (mut store, start) = Store::open(dir, Options::default()).unwrap();
        assert_eq!((start.findings, start.last_seq), (Vec::new(), 4));
        commit(&mut store, &["five"]);
        store.close().unwrap();
        assert!(verified(dir).is_sound());
    }

    #[test]
    fn places_of_before_another_erasure_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path();
        journal(dir);
        let mut early = spots(dir, "ne 山").swap_remove(0);
        assert_eq!(ink_over(dir, &spots(dir, "one 山田"), &inking()).unwrap(), 1);
        early.at = vec![(1, 3)];
        assert!(
            matches!(ink_over(dir, &[early], &inking()), Err(Error::Io { .. })),
            "half of a character would be left"
        );
        assert!(verified(dir).is_sound());
    }

    #[test]
    fn what_is_damaged_before_a_whole_record_is_counted() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path();
        journal(dir);
        let none = |_: Seen<'_>| Ok::<(), Error>(());
        assert_eq!(History::open(dir, 1).unwrap().records(&mut { none }).unwrap(), 0);
        let second = spots(dir, "two").swap_remove(0);
        let path = dir.join("journal").join(format!("{}.kwj", second.file.trim_end_matches(".kwj")));
        let mut bytes = fs::read(&path).unwrap();
        let at = usize::try_from(second.offset).unwrap() + HEADER;
        bytes[at] ^= 1;
        fs::write(&path, bytes).unwrap();
        assert_eq!(History::open(dir, 1).unwrap().records(&mut { none }).unwrap(), 1);
    }

    #[test]
    fn what_was_cut_short_is_sound_and_done_again() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path();
        journal(dir);
        let found = spots(dir, "山田");
        let in_the_way = dir.join("journal/000000000004.kwj.inked");
        fs::create_dir(&in_the_way).unwrap();
        assert!(matches!(ink_over(dir, &found, &inking()), Err(Error::Io { .. })));
        assert_eq!((spots(dir, "山田").len(), verified(dir).findings), (2, Vec::new()));
        fs::remove_dir(&in_the_way).unwrap();
        fs::write(&in_the_way, "half of a copy with 山田").unwrap();
        assert_eq!(ink_over(dir, &found, &inking()).unwrap(), 1);
        assert!(!in_the_way.exists() && spots(dir, "山田").is_empty() && verified(dir).is_sound());
    }

    #[test]
    fn what_is_not_that_record_is_not_touched() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path();
        journal(dir);
        let good = spots(dir, "山田").remove(0);
        for wrong in [
            Spot { file: "000000000099.kwj".to_owned(), ..good.clone() },
            Spot { seq: 2, ..good.clone() },
            Spot { offset: 1, ..good.clone() },
            Spot { offset: 1 << 40, ..good.clone() },
            Spot { at: vec![(0, 1 << 40)], ..good.clone() },
            Spot { at: vec![(u64::MAX, 3)], ..good.clone() },
        ] {
            assert_eq!(ink_over(dir, std::slice::from_ref(&wrong), &inking()).unwrap(), 0, "{wrong:?}");
        }
        assert_eq!(spots(dir, "山田").len(), 3);
    }

    #[test]
    fn without_the_word_of_it_the_chain_is_broken() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path();
        journal(dir);
        ink_over(dir, &spots(dir, "山田"), &inking()).unwrap();
        let path = dir.join(NAME);
        let good = fs::read(&path).unwrap();
        for bit in 0..good.len() * 8 {
            let mut bytes = good.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, &bytes).unwrap();
            assert!(Inked::read(dir).is_err(), "bit {bit}");
        }
        let told = verified(dir).findings;
        assert!(told.iter().any(|found| matches!(found, Finding::Unreadable { file, .. } if file == NAME)), "{told:?}");
        assert!(ink_over(dir, &[], &inking()).is_err(), "what it said would be lost");
        fs::remove_file(&path).unwrap();
        assert!(verified(dir).findings.contains(&Finding::BrokenChain { file: "000000000001.kwj".to_owned(), seq: 2 }));
    }
}
