#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
use super::super::record::HEADER;
use super::super::{Changes, Options, Seen, Store, VerifyReport, verify};
use super::*;

fn inking() -> Inking {
    let (by, reason) = ("佐藤".to_owned(), "氏名".to_owned());
    Inking { at: jiff::Timestamp::UNIX_EPOCH, by, reason, records: 2, messages: 1 }
}

fn commit(store: &mut Store, frames: &[&str]) {
    let seqs = store.commit(frames).unwrap();
    store.apply(seqs, Changes::default());
}

/// Frames 1 to 3, a snapshot, and frame 4, two of them and the snapshot with the name; and a message.
fn journal(dir: &Path) {
    let (mut store, _) = Store::open(dir, Options::default()).unwrap();
    commit(&mut store, &["one 山田", "two", "three"]);
    store.roll("state 山田".as_bytes()).unwrap();
    commit(&mut store, &["four 山田"]);
    store.close().unwrap();
    fs::create_dir(dir.join("messages")).unwrap();
    fs::write(dir.join("messages/ab12.json"), "山田").unwrap();
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

fn plan(dir: &Path, text: &str) -> Plan {
    Plan { spots: spots(dir, text), messages: vec!["ab12".to_owned()] }
}

fn verified(dir: &Path) -> VerifyReport {
    verify(dir, 1, |_| Vec::new(), &mut |_| ()).unwrap()
}

fn said(dir: &Path) -> Vec<String> {
    let frames = History::open(dir, 1).unwrap().frames(0);
    frames.map(|frame| String::from_utf8(frame.payload).unwrap()).collect()
}

/// Nothing is wrong but that the working state has to be built.
fn is_sound(report: &VerifyReport) -> bool {
    !report.findings.iter().any(Finding::is_of_the_journal)
}

#[test]
fn what_is_erased_is_gone_and_the_chain_holds() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    journal(dir);
    let found = plan(dir, "山田");
    assert_eq!(found.spots.iter().map(|spot| spot.seq).collect::<Vec<_>>(), [1, 3, 4]);
    let erasing = Erasing::begin(dir, 1).unwrap();
    assert_eq!((erasing.check(1).unwrap(), erasing.finished), (Vec::new(), false));
    assert!(matches!(Erasing::begin(dir, 1), Err(Error::InUse { .. })), "nobody else while it is done");
    erasing.erase(&found, &inking()).unwrap();
    assert!(!erasing.has_working() && !dir.join("messages/ab12.json").exists());
    drop(erasing);
    assert_eq!(said(dir), ["one ■■", "two", "three", "four ■■"]);
    assert!(spots(dir, "山田").is_empty());
    let report = verified(dir);
    assert!(is_sound(&report) && report.inked == [inking()], "{report}");

    // Some more of the same frame, later.
    let more = Inking { reason: "部屋番号".to_owned(), ..inking() };
    Erasing::begin(dir, 1).unwrap().erase(&plan(dir, "one"), &more).unwrap();
    assert_eq!(said(dir)[0], "■ ■■");
    let report = verified(dir);
    assert!(is_sound(&report) && report.inked == [inking(), more], "{report}");

    // The last frame is inked over, too: what follows it is linked to what it was.
    let erasing = Erasing::begin(dir, 1).unwrap();
    let (mut store, start) = Store::open_locked(dir, Options::default(), erasing.lock().unwrap()).unwrap();
    assert_eq!(start.last_seq, 4);
    drop(erasing);
    assert!(matches!(Store::open(dir, Options::default()), Err(Error::InUse { .. })), "the store has the lock still");
    commit(&mut store, &["five"]);
    drop(store);
    assert!(is_sound(&verified(dir)));
}

#[test]
fn what_was_not_decided_has_changed_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    journal(dir);
    let before = plan(dir, "山田");
    let good = before.spots[0].clone();
    let erase = |plan: &Plan| Erasing::begin(dir, 1).unwrap().erase(plan, &inking());
    for wrong in [
        Spot { seq: 2, ..good.clone() },
        Spot { offset: 1, ..good.clone() },
        Spot { offset: 1 << 40, ..good.clone() },
        Spot { at: vec![(0, 1 << 40)], ..good.clone() },
        Spot { at: vec![(u64::MAX, 3)], ..good.clone() },
    ] {
        let refused = erase(&Plan { spots: vec![wrong.clone()], ..before.clone() });
        assert!(matches!(refused, Err(Error::Io { .. })), "{wrong:?}: {refused:?}");
    }
    // What a kill has left of an earlier one is in nobody's way.
    fs::create_dir_all(dir.join("erasing/journal")).unwrap();
    fs::write(dir.join("erasing/journal/000000000001.kwj"), "half of a copy with 山田").unwrap();
    assert_eq!(verified(dir).findings, [Finding::LeftOver { file: PREPARED.to_owned(), moved_to: None }]);
    drop(Erasing::begin(dir, 1).unwrap());
    assert_eq!((plan(dir, "山田"), verified(dir).findings), (before, Vec::new()));
    assert!(dir.join("messages/ab12.json").exists() && !dir.join("quarantine").exists());
}

/// However far it had come: the next start puts the rest in its place, and no copy of what was erased is kept.
#[test]
fn what_was_decided_is_finished_by_the_next_start() {
    for steps in 0..5 {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path();
        journal(dir);
        prepare(dir, &dir.join(DECIDED), &plan(dir, "山田"), &inking()).unwrap();
        let decided = dir.join(DECIDED);
        if steps > 0 {
            fs::rename(decided.join(ink::NAME), dir.join(ink::NAME)).unwrap();
        }
        if steps > 1 {
            let name = "journal/000000000001.kwj";
            fs::rename(decided.join(name), dir.join(name)).unwrap();
        }
        if steps > 2 {
            fs::remove_file(dir.join("messages/ab12.json")).unwrap();
        }
        if steps > 3 {
            fs::rename(dir.join("db"), decided.join("db")).unwrap();
        }
        let told = verified(dir);
        assert!(is_sound(&told), "sound at every step, {steps}: {told}");
        assert!(matches!(backed_up(dir), Error::Unfinished { .. }));
        let (store, start) = Store::open(dir, Options::default()).unwrap();
        assert!(
            matches!(start.findings.as_slice(), [Finding::WorkingRebuilt { moved_to: None, .. }]),
            "{:?}",
            start.findings
        );
        drop(store);
        assert_eq!(said(dir), ["one ■■", "two", "three", "four ■■"]);
        let left = [dir.join(DECIDED), dir.join("messages/ab12.json"), dir.join("quarantine")];
        assert!(left.iter().all(|path| !path.exists()), "after {steps}");
        assert_eq!(verified(dir).inked, [inking()]);
    }
}

/// Why no backup is made.
fn backed_up(dir: &Path) -> Error {
    let target = dir.join("backup");
    let making = super::super::Making {
        now: jiff::Timestamp::UNIX_EPOCH,
        version: "1",
        schema: 1,
        point: None,
        refers: |_| Vec::new(),
    };
    super::super::backup(dir, &target, &making).unwrap_err()
}

#[test]
fn what_is_damaged_is_told_before_anything_is_erased() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    journal(dir);
    let none = |_: Seen<'_>| Ok::<(), Error>(());
    assert_eq!(History::open(dir, 1).unwrap().records(&mut { none }).unwrap(), 0);
    let second = spots(dir, "two").swap_remove(0);
    let path = dir.join("journal").join(second.file);
    let good = fs::read(&path).unwrap();
    let mut bytes = good.clone();
    bytes[usize::try_from(second.offset).unwrap() + HEADER] ^= 1;
    fs::write(&path, bytes).unwrap();
    assert_eq!(History::open(dir, 1).unwrap().records(&mut { none }).unwrap(), 1);
    let damage = || Erasing::begin(dir, 1).unwrap().check(1).unwrap();
    assert!(damage().iter().any(|found| matches!(found, Finding::DamagedRecord { .. })));
    fs::write(&path, good).unwrap();
    assert_eq!(damage(), []);
    // The end is gone, and only the witness and the working state know of it.
    let last = spots(dir, "four").swap_remove(0);
    let path = dir.join("journal").join(last.file);
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(last.offset).unwrap();
    assert!(damage().iter().any(|found| matches!(found, Finding::LostTail { .. })));
    assert!(!dir.join(PREPARED).exists() && !dir.join("quarantine").exists());
}

#[test]
fn without_the_word_of_it_the_chain_is_broken() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    journal(dir);
    Erasing::begin(dir, 1).unwrap().erase(&plan(dir, "山田"), &inking()).unwrap();
    let path = dir.join(ink::NAME);
    let good = fs::read(&path).unwrap();
    for bit in 0..good.len() * 8 {
        let mut bytes = good.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, &bytes).unwrap();
        assert!(Inked::read(dir).is_err(), "bit {bit}");
    }
    let erasing = Erasing::begin(dir, 1).unwrap();
    let told = erasing.check(1).unwrap();
    assert!(
        told.iter().any(|found| matches!(found, Finding::Unreadable { file, .. } if file == ink::NAME)),
        "{told:?}"
    );
    let refused = erasing.erase(&plan(dir, "one"), &inking());
    assert!(matches!(refused, Err(Error::Erase { .. })), "what it said would be lost: {refused:?}");
    fs::remove_file(&path).unwrap();
    let told = erasing.check(1).unwrap();
    assert!(told.contains(&Finding::BrokenChain { file: "000000000001.kwj".to_owned(), seq: 2 }), "{told:?}");
}
