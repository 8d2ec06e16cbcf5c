//! The store as its owner uses it. Damage and kills are in `tests/store_damage.rs`.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::*;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;

fn quick() -> Options {
    Options { write_behind: Duration::from_millis(1), ..Options::default() }
}

/// An owner in small: its state is a map, a frame sets one key.
struct Owner {
    store: Store,
    state: BTreeMap<Vec<u8>, Vec<u8>>,
    findings: Vec<Finding>,
}

impl Owner {
    fn open(dir: &Path) -> Self {
        let (store, start) = Store::open(dir, quick()).unwrap();
        let mut state: BTreeMap<_, _> =
            start.entities.iter().map(|(key, value)| (key.to_vec(), value.to_vec())).collect();
        if let Some(snapshot) = &start.snapshot {
            state = serde_json::from_slice::<Vec<_>>(snapshot).unwrap().into_iter().collect();
        }
        let mut owner = Self { store, state, findings: start.findings };
        let mut last = start.applied_seq;
        for frame in start.frames {
            assert_eq!(frame.seq, last + 1);
            last = frame.seq;
            let batch = owner.fold(&frame.payload);
            owner.store.apply(frame.seq..=frame.seq, batch);
        }
        assert_eq!(last, owner.store.last_seq());
        owner.refill();
        owner
    }

    fn fold(&mut self, payload: &[u8]) -> Changes {
        let (key, value): (Vec<u8>, Option<Vec<u8>>) = serde_json::from_slice(payload).unwrap();
        match &value {
            Some(value) => drop(self.state.insert(key.clone(), value.clone())),
            None => drop(self.state.remove(&key)),
        }
        Changes { entities: vec![(key, value)], filed: Vec::new() }
    }

    fn set(&mut self, key: &str, value: Option<&[u8]>) {
        let payload = serde_json::to_vec(&(key.as_bytes(), value)).unwrap();
        let seqs = self.store.commit(&[&payload]).unwrap();
        let batch = self.fold(&payload);
        self.store.apply(seqs, batch);
    }

    fn snapshot(&self) -> Vec<u8> {
        serde_json::to_vec(&self.state.iter().collect::<Vec<_>>()).unwrap()
    }

    fn refill(&self) {
        if self.store.needs_refill() {
            self.store.refill(self.store.last_seq(), self.state.clone().into_iter().collect());
        }
    }

    fn wait(&self, wanted: impl Fn(&Condition) -> bool) {
        let started = Instant::now();
        while !wanted(&self.store.working()) {
            assert!(started.elapsed() < Duration::from_secs(10), "{:?}", self.store.working());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn sound(dir: &Path) -> VerifyReport {
    let report = verify(dir, 1, |_| Vec::new(), &mut |_| ()).unwrap();
    assert!(report.is_sound(), "{report}");
    report
}

#[test]
fn what_was_committed_comes_back_from_sled_and_from_the_frames_after_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut owner = Owner::open(dir.path());
    assert_eq!(owner.findings, []);
    owner.set("a", Some(b"1"));
    owner.set("b", Some(&[b'x'; 20_000]));
    owner.store.checkpoint().unwrap();
    owner.set("b", Some(&[b'y'; 5_000]));
    owner.set("a", None);
    let state = owner.state.clone();
    owner.store.close().unwrap();
    let report = sound(dir.path());
    assert_eq!((report.last_seq, report.checkpoints), (4, 2));
    assert_eq!(report.working, WorkingCheck::Whole { applied: 4, entries: 2 });
    let again = Owner::open(dir.path());
    assert_eq!((again.state, again.findings), (state, vec![]));
}

#[test]
fn a_state_rebuilt_from_the_journal_alone_is_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let mut owner = Owner::open(dir.path());
    for nth in 0..20 {
        owner.set(&format!("k{}", nth % 7), Some(&[nth; 5000]));
        if nth == 9 {
            let snapshot = owner.snapshot();
            owner.store.roll(&snapshot).unwrap();
        }
    }
    let state = owner.state.clone();
    owner.store.close().unwrap();
    // Older files are not needed to rebuild the open state.
    fs::remove_dir_all(dir.path().join("db")).unwrap();
    fs::remove_file(dir.path().join("journal/000000000001.kwj")).unwrap();
    let owner = Owner::open(dir.path());
    assert_eq!(owner.state, state);
    assert!(owner.findings.iter().any(|f| matches!(f, Finding::WorkingRebuilt { .. })), "{:?}", owner.findings);
    owner.wait(|condition| *condition == Condition::Following { applied: 20 });
    owner.store.close().unwrap();
    let owner = Owner::open(dir.path());
    assert_eq!(owner.state, state);
}

#[test]
fn a_snapshot_larger_than_a_file_does_not_fill_the_file_it_begins() {
    let dir = tempfile::tempdir().unwrap();
    let limited = || Options { file_limit: 1000, ..quick() };
    let (mut store, _) = Store::open(dir.path(), limited()).unwrap();
    store.roll(&[b' '; 5000]).unwrap();
    store.commit(&[[b'x'; 2000]]).unwrap();
    assert!(!store.roll_due(), "each further file would hold a snapshot and little else");
    store.close().unwrap();
    let (mut store, _) = Store::open(dir.path(), limited()).unwrap();
    assert!(!store.roll_due(), "nor after a start");
    store.commit(&[[b'x'; 4000]]).unwrap();
    assert!(store.roll_due());
}

#[test]
fn a_full_file_asks_to_be_rolled() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = Store::open(dir.path(), Options { file_limit: 1000, ..quick() }).unwrap();
    store.commit(&[[b'x'; 500]]).unwrap();
    assert!(!store.roll_due());
    store.commit(&[[b'x'; 500]]).unwrap();
    assert!(store.roll_due());
    store.roll(b"state").unwrap();
    assert!(!store.roll_due());
    assert!(dir.path().join("journal/000000000003.kwj").exists());
}

// P20
#[test]
fn after_a_full_disk_the_store_goes_on_in_a_new_file_without_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let mut owner = Owner::open(dir.path());
    owner.set("a", Some(b"1"));
    owner.store.journal.break_disk();
    assert!(matches!(owner.store.commit(&["x"]), Err(Error::JournalFailed { doing: "writing", .. })));
    assert!(!owner.store.is_up());
    assert!(matches!(owner.store.commit(&["x"]), Err(Error::JournalDown { .. })));
    assert!(matches!(owner.store.checkpoint(), Err(Error::JournalDown { .. })));
    owner.store.reopen().unwrap();
    owner.set("b", Some(b"2"));
    assert!(owner.store.roll_due(), "a file that was begun in need has no snapshot");
    let snapshot = owner.snapshot();
    owner.store.roll(&snapshot).unwrap();
    owner.set("c", Some(b"3"));
    let state = owner.state.clone();
    owner.store.close().unwrap();
    sound(dir.path());
    let owner = Owner::open(dir.path());
    assert_eq!((owner.state.len(), owner.state, owner.findings), (3, state, vec![]));
}

#[test]
fn a_working_state_that_failed_is_begun_anew_and_filled_by_the_owner() {
    let dir = tempfile::tempdir().unwrap();
    let mut owner = Owner::open(dir.path());
    owner.set("a", Some(b"1"));
    owner.store.checkpoint().unwrap();
    // sled's file vanishes beneath it: the sync of the next checkpoint cannot find it.
    fs::rename(dir.path().join("db"), dir.path().join("elsewhere")).unwrap();
    owner.set("b", Some(b"2"));
    assert!(matches!(owner.store.checkpoint(), Err(Error::Working { .. })));
    assert!(matches!(owner.store.working(), Condition::Broken { .. }));
    owner.set("c", Some(b"3"));
    owner.wait(|condition| *condition == Condition::Empty);
    owner.refill();
    owner.set("d", Some(b"4"));
    owner.wait(|condition| *condition == Condition::Following { applied: 4 });
    owner.store.close().unwrap();
    let report = sound(dir.path());
    assert_eq!(report.working, WorkingCheck::Whole { applied: 4, entries: 4 });
}

// P19
#[test]
fn a_newer_store_is_refused_and_left_byte_for_byte() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = Store::open(dir.path(), Options { schema: 7, ..quick() }).unwrap();
    store.commit(&["a"]).unwrap();
    store.close().unwrap();
    let picture = |dir: &Path| -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut folders = vec![dir.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.insert(path.clone(), fs::read(path).unwrap());
                }
            }
        }
        files
    };
    for gone in ["", "store.json"] {
        if !gone.is_empty() {
            fs::remove_file(dir.path().join(gone)).unwrap();
        }
        let before = picture(dir.path());
        let error = Store::open(dir.path(), Options { schema: 6, ..quick() }).unwrap_err();
        assert_eq!(error.exit_code(), 78, "{error}");
        assert!(before == picture(dir.path()));
    }
    let (_, start) = Store::open(dir.path(), Options { schema: 8, ..quick() }).unwrap();
    assert_eq!((start.schema_found, start.last_seq), (7, 1));
}

/// P1, P10: what cannot be read for the moment is no damage. A new identity over it would disown the record for good.
#[test]
fn a_disk_that_gives_nothing_is_no_reason_to_begin_a_new_record() {
    let dir = tempfile::tempdir().unwrap();
    let mut owner = Owner::open(dir.path());
    owner.set("a", Some(b"1"));
    owner.store.close().unwrap();
    let (name, journal) = (dir.path().join("store.json"), dir.path().join("journal"));
    let aside = tempfile::tempdir().unwrap();
    for (from, to) in [(&name, "store.json"), (&journal, "journal")] {
        fs::rename(from, aside.path().join(to)).unwrap();
    }
    // Reading a folder as a file fails in the system, as a disk that errs does.
    fs::create_dir(&name).unwrap();
    let error = Store::open(dir.path(), quick()).unwrap_err().to_string();
    assert!(error.contains("reading") && error.contains("store.json"), "{error}");
    fs::remove_dir(&name).unwrap();
    for (to, from) in [(&name, "store.json"), (&journal, "journal")] {
        fs::rename(aside.path().join(from), to).unwrap();
    }
    let owner = Owner::open(dir.path());
    assert_eq!((owner.state.get(&b"a"[..]).map(Vec::as_slice), owner.findings), (Some(&b"1"[..]), Vec::new()));
}

// P18
#[test]
fn a_second_start_is_refused_and_the_first_undisturbed() {
    let dir = tempfile::tempdir().unwrap();
    let mut owner = Owner::open(dir.path());
    assert_eq!(Store::open(dir.path(), quick()).unwrap_err().exit_code(), 75);
    owner.set("a", Some(b"1"));
    owner.store.close().unwrap();
    sound(dir.path());
}

#[test]
fn verifying_beside_a_running_daemon_disturbs_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut owner = Owner::open(dir.path());
    for nth in 0..50 {
        owner.set(&nth.to_string(), Some(b"v"));
        if nth % 10 == 0 {
            let report = sound(dir.path());
            assert!(report.is_live && report.last_seq == nth + 1, "{report}");
        }
    }
    owner.store.bodies().put(b"body").unwrap();
    assert_eq!(sound(dir.path()).bodies, 1);
}

#[test]
fn a_new_term_begins_when_asked_for_and_stays() {
    let dir = tempfile::tempdir().unwrap();
    let terms = [false, true, false].map(|new_term| {
        let (mut store, start) = Store::open(dir.path(), Options { new_term, ..quick() }).unwrap();
        store.commit(&["a"]).unwrap();
        store.close().unwrap();
        (start.epoch, start.store_id)
    });
    assert_eq!(terms.map(|(epoch, _)| epoch), [1, 2, 2]);
    assert_eq!(terms[0].1, terms[2].1);
    sound(dir.path());
}

#[test]
fn everything_is_private_to_the_daemon() {
    let dir = tempfile::tempdir().unwrap();
    let mut owner = Owner::open(dir.path());
    owner.set("a", Some(b"1"));
    owner.store.bodies().put(b"body").unwrap();
    owner.store.close().unwrap();
    let mode = |name: &str| fs::metadata(dir.path().join(name)).unwrap().permissions().mode() & 0o777;
    for folder in ["journal", "bodies", "db"] {
        assert_eq!(mode(folder), 0o700, "{folder}");
    }
    for file in ["lock", "head", "store.json", "journal/000000000001.kwj"] {
        assert_eq!(mode(file), 0o600, "{file}");
    }
}

#[test]
fn a_report_reads_as_a_person_would_want_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut owner = Owner::open(dir.path());
    owner.set("a", Some(b"1"));
    owner.store.close().unwrap();
    fs::remove_dir_all(dir.path().join("db")).unwrap();
    let report = verify(dir.path(), 1, |_| Vec::new(), &mut |_| ()).unwrap();
    let text = report.to_string();
    let tail = "result         1 findings\n  - the working state is not usable and comes from the journal instead: \
                its folder is missing";
    assert!(text.ends_with(tail), "{text}");
    assert!(text.contains("1 files") && text.contains("frames 1 to 1"), "{text}");
}

#[test]
fn a_working_state_that_was_not_given_every_frame_does_not_pretend_to_follow() {
    let dir = tempfile::tempdir().unwrap();
    let mut owner = Owner::open(dir.path());
    owner.set("a", Some(b"1"));
    owner.store.commit(&["forgotten"]).unwrap();
    owner.set("b", Some(b"2"));
    owner.wait(|condition| *condition == Condition::Empty);
    owner.refill();
    owner.wait(|condition| *condition == Condition::Following { applied: 3 });
}

#[test]
fn a_working_state_that_hangs_while_opening_is_set_aside_after_the_limit() {
    let dir = tempfile::tempdir().unwrap();
    let mut owner = Owner::open(dir.path());
    owner.set("a", Some(b"1"));
    let state = owner.state.clone();
    owner.store.close().unwrap();
    // Reading a pipe that nobody writes to waits for ever.
    let pipe = dir.path().join("db/conf");
    fs::remove_file(&pipe).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let report = verify(dir.path(), 1, |_| Vec::new(), &mut |_| ()).unwrap();
    assert!(matches!(report.working, WorkingCheck::NotChecked { .. }), "{report}");
    let (store, start) =
        Store::open(dir.path(), Options { open_limit: Duration::from_millis(300), ..quick() }).unwrap();
    let text = start.findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    assert!(text.contains("longer than 300ms"), "{text}");
    assert_eq!((start.frames.count(), store.needs_refill(), state.len()), (1, true, 1));
}
