//! A backup beside a writer, and what is wrong with the record it is made of. Commands are tried in `tests/backup.rs`.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::super::digest::Digest;
use super::super::walk::Frames;
use super::super::{Options, Store, restore};
use super::*;
use std::os::unix::fs::PermissionsExt;

/// A payload of these tests refers to the bodies it lists, in words of 64 digits.
fn refers(payload: &[u8]) -> Vec<Digest> {
    String::from_utf8_lossy(payload).split(' ').filter_map(|word| word.parse().ok()).collect()
}

fn making(point: Option<Point>) -> Making<'static> {
    Making { now: "2026-11-20T01:00:00Z".parse().unwrap(), version: "0.1.0", schema: 1, point, refers }
}

fn payloads(dir: &Path, store: StoreId) -> Vec<String> {
    let journal = dir.join(JOURNAL);
    let frames = Frames::new(&journal, &segment::list(&journal).unwrap(), store, 0, u64::MAX);
    frames.map(|frame| String::from_utf8(frame.payload).unwrap()).collect()
}

#[test]
fn a_backup_beside_a_writer_goes_up_to_the_point_it_was_given_and_disturbs_nobody() {
    let home = tempfile::tempdir().unwrap();
    let state = home.path().join("state");
    fs::create_dir(&state).unwrap();
    let (mut store, start) = Store::open(&state, Options::default()).unwrap();
    let kept = store.bodies().put(b"kept").unwrap();
    let gone = Digest::of(&[b"gone"]);
    store.commit(&["first".to_owned(), format!("{kept} {gone}")]).unwrap();
    let point = store.point();
    store.commit(&["later"]).unwrap();
    store.roll(b"later still").unwrap();
    // Another store's word for it does not count: then the witness does.
    let foreign = point.map(|point| Point { store_id: StoreId([7; 16]), seq: 1, ..point });
    for (name, point, frames) in [("asked", point, 2), ("foreign", foreign, 3), ("not asked", None, 3)] {
        let target = home.path().join(name);
        let report = backup(&state, &target, &making(point)).unwrap();
        assert!(report.manifest.is_live);
        assert_eq!((report.manifest.last_seq, payloads(&target, start.store_id).len()), (frames, frames as usize));
        let file = store.bodies().path(&gone);
        let file = file.strip_prefix(&state).unwrap().display().to_string();
        assert_eq!(report.manifest.findings, [Finding::MissingBody { file }.to_string()], "{name}");
        assert_eq!(check(&target, 1).unwrap(), report.manifest);
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o700);
    }
    assert_eq!(files::names(home.path()).unwrap(), ["asked", "foreign", "not asked", "state"], "nothing is left over");
    assert_eq!(store.commit(&["and on"]).unwrap(), 4..=4);
}

#[test]
fn a_restored_record_goes_on_where_the_backup_ends_and_says_where_it_comes_from() {
    let home = tempfile::tempdir().unwrap();
    let (state, target, other) = (home.path().join("state"), home.path().join("kept"), home.path().join("other"));
    fs::create_dir(&state).unwrap();
    let (mut store, start) = Store::open(&state, Options::default()).unwrap();
    store.commit(&["first", "second"]).unwrap();
    backup(&state, &target, &making(store.point())).unwrap();
    drop(store);
    let how = restore::Restoring { now: "2026-11-20T05:00:00Z".parse().unwrap(), schema: 1, set_aside: false };
    assert_eq!(restore::restore(&other, &target, how).unwrap().epoch, start.epoch + 1);
    let (mut store, again) = Store::open(&other, Options::default()).unwrap();
    assert_eq!((again.store_id, again.epoch, again.last_seq), (start.store_id, 2, 2));
    let mark = again.restored.unwrap();
    assert_eq!((mark.made, mark.at, mark.last_seq), (making(None).now, how.now, 2));
    assert_eq!(mark.mark.len(), 32);
    assert_eq!(store.commit(&["third"]).unwrap(), 3..=3);
    drop(store);
    assert_eq!(payloads(&other, start.store_id), ["first", "second", "third"]);
    // Damage to the mark is told, by the start and by verify.
    let path = other.join(restore::MARK);
    fs::write(&path, fs::read_to_string(&path).unwrap().replace("2026", "2027")).unwrap();
    let (_, start) = Store::open(&other, Options::default()).unwrap();
    let is_told = |finding: &Finding| matches!(finding, Finding::Unreadable { file, .. } if file == restore::MARK);
    assert!(start.restored.is_none() && start.findings.iter().any(is_told));
}

#[test]
fn what_cannot_be_written_leaves_no_backup_behind() {
    let home = tempfile::tempdir().unwrap();
    let state = home.path().join("state");
    fs::create_dir(&state).unwrap();
    assert!(matches!(backup(&state, &home.path().join("kept"), &making(None)), Err(Error::NoRecord { .. })));
    let (mut store, _) = Store::open(&state, Options::default()).unwrap();
    store.commit(&["first"]).unwrap();
    // A pipe among the messages: it is told, and not waited for.
    fs::create_dir(state.join(MESSAGES)).unwrap();
    let pipe = state.join(MESSAGES).join("x.json");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let report = backup(&state, &home.path().join("kept"), &making(None)).unwrap();
    assert!(report.manifest.findings[0].contains("messages/x.json"), "{:?}", report.manifest.findings);
    // The name was taken while it was written.
    let target = home.path().join("taken");
    fs::write(&target, "").unwrap();
    assert!(matches!(backup(&state, &target, &making(None)), Err(Error::Target { .. })));
    assert_eq!(files::names(home.path()).unwrap(), ["kept", "state", "taken"]);
}
