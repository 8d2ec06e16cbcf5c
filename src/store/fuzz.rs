//! A journal written by the store and then spoiled: torn, flipped, spliced, cut, forged with sound checksums (P9, P10).
//!
//! What the reader may never do: give out what was not written, give it out of order, lose something without a finding,
//! or look at a byte more often than its bounds say. Not here: opening the whole store (`tests/store_damage.rs`).
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::finding::Finding;
use super::head::Mark;
use super::open::{JOURNAL, witness};
use super::record::{HEADER, Header, OVERHEAD, encode};
use super::segment::{self, Item, Scan, Segment};
use super::walk::{Course, Frames, Walk, walk};
use super::{Options, Store};
use crate::fuzz::{Tape, raw, spoil_bytes, target};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A journal of several files, as the store wrote it: by name, and the payload of each frame.
struct Written {
    files: Vec<(Segment, Vec<u8>)>,
    payloads: BTreeMap<u64, Vec<u8>>,
    mark: Mark,
    store: super::StoreId,
}

fn written() -> Written {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, start) = Store::open(dir.path(), Options::default()).unwrap();
    let mut payloads = BTreeMap::new();
    for nth in 1..=24_u64 {
        let payload = format!("{{\"nth\":{nth},\"text\":\"{}\"}}", "障害 ".repeat(nth as usize % 9)).into_bytes();
        let seqs = store.commit(&[&payload]).unwrap();
        payloads.insert(*seqs.end(), payload);
        match nth {
            8 | 16 => store.roll(b"{\"snapshot\":true}").unwrap(),
            12 => drop(store.checkpoint().unwrap()),
            _ => {}
        }
    }
    store.close().unwrap();
    let journal = dir.path().join(JOURNAL);
    let files = segment::list(&journal).unwrap();
    let files = files.into_iter().map(|file| (file, fs::read(file.path(&journal)).unwrap())).collect();
    Written { files, payloads, mark: Mark::read(dir.path()).unwrap().unwrap(), store: start.store_id }
}

/// A record with something else in its header, or another payload, and checksums that are right again.
fn forge(tape: &mut Tape<'_>, bytes: &[u8]) -> Vec<u8> {
    let Ok(mut header) = Header::decode(bytes.get(..HEADER).unwrap_or_default()) else { return bytes.to_vec() };
    let end = usize::try_from(header.record_length()).unwrap().min(bytes.len());
    let mut payload = bytes.get(HEADER..end.saturating_sub(OVERHEAD - HEADER)).unwrap_or_default().to_vec();
    match tape.below(6) {
        0 => header.seq = tape.number(),
        1 => header.seq = header.seq.wrapping_add(u64::from(tape.byte())).wrapping_sub(100),
        2 => header.epoch = tape.number(),
        3 => header.previous = super::digest::Digest::default(),
        4 => header.store = super::StoreId([tape.byte(); 16]),
        _ => payload = spoil_bytes(tape, &payload, &[b"\x8bKWJ".to_vec()]),
    }
    header.length = u32::try_from(payload.len()).unwrap();
    let mut forged = Vec::new();
    encode(&header, &payload, &mut forged);
    forged.extend_from_slice(&bytes[end..]);
    forged
}

/// Where the records of a file begin.
fn beginnings(bytes: &[u8]) -> Vec<usize> {
    let mut at = 0;
    std::iter::from_fn(|| {
        let here = at;
        let header = Header::decode(bytes.get(here..here + HEADER)?).ok()?;
        at += usize::try_from(header.record_length()).ok()?;
        Some(here)
    })
    .collect()
}

#[test]
fn journal() {
    let written = written();
    assert_eq!((written.files.len(), written.payloads.len()), (3, 24));
    target!("journal", 200, |input| {
        let mut tape = Tape::new(input);
        let mut files = written.files.clone();
        let mut forged = false;
        if let Some(bytes) = raw(input) {
            files.truncate(1);
            files[0].1 = bytes.to_vec();
            forged = true;
        }
        let magic = vec![b"\x8bKWJ".to_vec(), vec![0; 200], files[0].1[..files[0].1.len().min(HEADER)].to_vec()];
        for _ in 0..if forged { 0 } else { 1 + tape.below(3) } {
            let nth = tape.below(files.len());
            let records = beginnings(&files[nth].1);
            match tape.below(5) {
                0 => files[nth].1 = spoil_bytes(&mut tape, &files[nth].1, &magic),
                1 if !records.is_empty() => {
                    let at = *tape.pick(&records);
                    let rest = forge(&mut tape, &files[nth].1[at..]);
                    files[nth].1.truncate(at);
                    files[nth].1.extend(rest);
                    forged = true;
                }
                2 if records.len() > 1 => {
                    // A whole record taken out, or a run of records put where it does not belong.
                    let (from, to) = (*tape.pick(&records), *tape.pick(&records));
                    if from <= to {
                        files[nth].1.drain(from..to);
                    } else {
                        let again = files[nth].1[to..from].to_vec();
                        files[nth].1.extend(again);
                    }
                }
                3 if files.len() > 1 => drop(files.remove(nth)),
                _ => {
                    let at = tape.below(files[nth].1.len() + 1);
                    files[nth].1.truncate(at);
                }
            }
        }
        let dir = tempfile::tempdir().unwrap();
        for (file, bytes) in &files {
            fs::write(file.path(dir.path()), bytes).unwrap();
            accounts_for_every_byte(&file.path(dir.path()), bytes.len());
        }
        reads_what_was_written(&written, dir.path(), forged);
    });
}

/// A file is records and damage, end to end, in no more steps than records fit into it.
fn accounts_for_every_byte(path: &Path, length: usize) {
    let (mut at, mut steps) = (0, 0);
    let mut newer = false;
    for item in Scan::open(path, None).unwrap() {
        steps += 1;
        match item {
            Item::Record { header, offset, payload, .. } => {
                assert_eq!((offset, header.length as usize), (at, payload.len()));
                at += header.record_length();
            }
            Item::Damage { offset, bytes, .. } => {
                assert!(offset == at && bytes > 0);
                at += bytes;
            }
            Item::Newer { .. } => newer = true,
        }
    }
    assert!(newer || at == length as u64, "{at} of {length} bytes are accounted for");
    assert!(steps <= 2 * length / OVERHEAD + 2, "{steps} steps for {length} bytes");
}

fn reads_what_was_written(written: &Written, journal: &Path, forged: bool) {
    let segments = segment::list(journal).unwrap();
    let course = Course {
        journal,
        segments: &segments,
        from: 0,
        begins: None,
        inked: &Default::default(),
        schema: 1,
        store: Some(written.store),
        limit: None,
        refers: None,
    };
    let walked = match walk(course, &mut |_| ()) {
        Ok(walked) => walked,
        // A newer format or schema: refused as a whole, and nothing was touched.
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let (mut last, mut read) = (0, BTreeMap::new());
    for frame in Frames::new(journal, &segments, written.store, 0, u64::MAX) {
        assert!(frame.seq > last, "frame {} after {last}", frame.seq);
        last = frame.seq;
        read.insert(frame.seq, frame.payload);
    }
    if forged {
        return;
    }
    assert!(read.iter().all(|(seq, payload)| written.payloads.get(seq) == Some(payload)), "never written");
    for lost in written.payloads.keys().filter(|seq| !read.contains_key(seq)) {
        is_told(written, &walked, journal, &segments, *lost);
    }
}

/// A frame that is gone is told: as a gap, as damage, or by the witness of the journal's end.
fn is_told(written: &Written, walked: &Walk, journal: &Path, segments: &[Segment], lost: u64) {
    let missing = walked.missing.iter().any(|(from, to)| (*from..=*to).contains(&lost));
    let witnessed = witness(written.mark, journal, segments, walked, 0);
    let end = witnessed.iter().any(|finding| matches!(finding, Finding::LostTail { journal, .. } if lost > *journal));
    assert!(missing || end, "frame {lost} is lost without a word: {:?} {witnessed:?}", walked.findings);
}
