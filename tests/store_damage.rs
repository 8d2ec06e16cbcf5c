//! The store under damage and under SIGKILL (promises P1 and P10).
//!
//! Damage: a store is copied, one thing in the copy is damaged, and then it must open, and the damage must be told by
//! the start or by `verify`. Kills: this test runs itself as a child that commits and prints what was acknowledged.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use kiriwake::store::{Changes, Filed, Finding, Options, Start, Store, verify};
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A small generator (splitmix64), so that a seed tells the whole run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides.max(1)
    }
}

fn options() -> Options {
    Options { write_behind: Duration::from_millis(1), open_limit: Duration::from_secs(10), ..Options::default() }
}

type State = BTreeMap<Vec<u8>, Vec<u8>>;

/// Frame `seq` sets one of 40 keys to a value that tells which frame it was.
fn payload(seq: u64) -> Vec<u8> {
    let mut text = format!("{seq:08} ").repeat(1 + (seq % 50) as usize);
    text.truncate(400);
    text.into_bytes()
}

fn seq_of(payload: &[u8]) -> u64 {
    std::str::from_utf8(&payload[..8]).unwrap().parse().unwrap()
}

fn change(payload: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let seq = seq_of(payload);
    (format!("key{:02}", seq % 40).into_bytes(), payload.to_vec())
}

/// What a frame changed, for the working state; every third is over then, and filed.
fn changes(changed: impl IntoIterator<Item = (Vec<u8>, Vec<u8>)>) -> Changes {
    let mut changes = Changes::default();
    for (key, value) in changed {
        let id = u64::from(key[3] - b'0') * 10 + u64::from(key[4] - b'0');
        if id % 3 == 0 {
            let name = Some(String::from_utf8(key.clone()).unwrap());
            changes.filed.push((seq_of(&value), Filed { id, name, moment: id, line: value.clone() }));
        }
        changes.entities.push((key, Some(value)));
    }
    changes
}

fn commit(store: &mut Store, state: &mut State, count: u64) {
    for _ in 0..count {
        let payload = payload(store.last_seq() + 1);
        let seqs = store.commit(&[&payload]).unwrap();
        let (key, value) = change(&payload);
        state.insert(key.clone(), value.clone());
        store.apply(seqs, changes([(key, value)]));
    }
}

/// The state a start leads to, and the last frame in it; the working state gets the frames it lacks.
fn rebuild(store: &Store, start: Start) -> (State, u64) {
    let mut state: State = start.entities.iter().map(|(key, value)| (key.to_vec(), value.to_vec())).collect();
    if let Some(snapshot) = &start.snapshot {
        state = serde_json::from_slice::<Vec<(Vec<u8>, Vec<u8>)>>(snapshot).unwrap().into_iter().collect();
    }
    let mut last = start.applied_seq;
    for frame in start.frames {
        assert!(frame.seq > last, "frame {} after {last}", frame.seq);
        last = frame.seq;
        let (key, value) = change(&frame.payload);
        state.insert(key.clone(), value.clone());
        store.apply(frame.seq..=frame.seq, changes([(key, value)]));
    }
    (state, last)
}

fn snapshot(state: &State) -> Vec<u8> {
    serde_json::to_vec(&state.iter().collect::<Vec<_>>()).unwrap()
}

/// A store with three journal files, checkpoints, bodies, and a working state a little behind the journal.
fn exemplar(dir: &Path) -> State {
    let mut state = State::new();
    for round in 0..3 {
        let (mut store, _) = Store::open(dir, options()).unwrap();
        commit(&mut store, &mut state, 30);
        store.checkpoint().unwrap();
        store.bodies().put(format!("body {round}").as_bytes()).unwrap();
        if round < 2 {
            store.roll(&snapshot(&state)).unwrap();
        }
        commit(&mut store, &mut state, 10);
        if round < 2 {
            store.close().unwrap();
        }
    }
    state
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

fn files(dir: &Path, under: &str) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![dir.join(under)]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// Damages one thing; `None` when the dice chose something that changes nothing.
fn damage(dir: &Path, dice: &mut Dice) -> Option<String> {
    let under = ["journal", "journal", "journal", "db", "bodies", "."][dice.roll(6) as usize];
    let targets: Vec<_> = match under {
        "." => ["store.json", "head"].iter().map(|name| dir.join(name)).collect(),
        _ => files(dir, under),
    };
    let target = &targets[dice.roll(targets.len() as u64) as usize];
    let name = target.strip_prefix(dir).unwrap().display().to_string();
    let good = fs::read(target).unwrap();
    let mut bytes = good.clone();
    let what = match dice.roll(if under == "db" { 7 } else { 5 }) {
        0 | 1 => {
            let at = dice.roll(bytes.len() as u64);
            *bytes.get_mut(at as usize)? ^= 1 << dice.roll(8);
            format!("a bit flipped at {at}")
        }
        2 => {
            let length = dice.roll(bytes.len() as u64);
            bytes.truncate(length as usize);
            format!("cut to {length}")
        }
        3 => {
            let from = dice.roll(bytes.len() as u64 / 512 + 1) as usize * 512;
            let to = (from + 4096).min(bytes.len());
            bytes.get_mut(from..to)?.fill(0);
            format!("zeros from {from}")
        }
        // A body that is gone may have been erased; the owner knows which ones should be there.
        4 if under == "bodies" => return None,
        4 => {
            fs::remove_file(target).unwrap();
            return Some(format!("{name} removed"));
        }
        5 => {
            fs::remove_dir_all(dir.join("db")).unwrap();
            return Some("db removed".to_owned());
        }
        _ => {
            fs::write(dir.join("db/snap.0000000000000abc.generating"), b"torn").unwrap();
            return Some("a torn snapshot in db".to_owned());
        }
    };
    if bytes == good {
        return None;
    }
    fs::write(target, bytes).unwrap();
    Some(format!("{name}: {what}"))
}

// P10
#[test]
fn a_damaged_store_always_opens_and_the_damage_is_always_told() {
    const SEED: u64 = 20_260_920;
    const RUNS: u32 = 300;
    // Damage needs no real disk, and memory spares some thousand syncs.
    let home = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    let good = home.path().join("good");
    fs::create_dir(&good).unwrap();
    let expected = exemplar(&good);
    assert!(verify(&good, options().schema, |_| Vec::new(), &mut |_| ()).unwrap().is_sound());

    let mut dice = Dice(SEED);
    let (mut runs, mut at_start, mut by_verify, mut without_effect, mut whole_state) = (0, 0, 0, 0, 0);
    let mut untold = Vec::new();
    while runs < RUNS {
        let dir = home.path().join("damaged");
        copy(&good, &dir);
        let Some(what) = damage(&dir, &mut dice) else {
            fs::remove_dir_all(&dir).unwrap();
            continue;
        };
        runs += 1;
        // In every third run the journal has to do without the working state.
        let is_alone = runs % 3 == 0 && what.starts_with("journal/");
        if is_alone {
            fs::remove_dir_all(dir.join("db")).unwrap();
        }
        let counts = |finding: &&Finding| !(is_alone && matches!(finding, Finding::WorkingRebuilt { .. }));
        let report = verify(&dir, options().schema, |_| Vec::new(), &mut |_| ()).unwrap();
        let (mut store, start) =
            Store::open(&dir, options()).unwrap_or_else(|error| panic!("seed {SEED}: {what}: {error}"));
        let is_told_at_start = start.findings.iter().any(|finding| counts(&finding));
        let is_told_by_verify = report.findings.iter().any(|finding| counts(&finding));
        let is_told = is_told_at_start || is_told_by_verify;
        at_start += usize::from(is_told_at_start);
        by_verify += usize::from(is_told_by_verify);
        let findings = start.findings.clone();
        let (mut state, _) = rebuild(&store, start);
        whole_state += usize::from(state == expected);
        // sled keeps bytes that it no longer uses; the state is compared all the same.
        if !is_told && what.starts_with("db/") && state == expected {
            without_effect += 1;
        } else if !is_told {
            untold.push(format!("{what} (state whole: {})", state == expected));
        }
        // A state that lost something is a state whose damage is told as such.
        if state != expected {
            let tells = |finding: &Finding| {
                use Finding::*;
                matches!(
                    finding,
                    TornTail { .. }
                        | DamagedRecord { .. }
                        | MissingFrames { .. }
                        | LostTail { .. }
                        | HistoryIncomplete { .. }
                )
            };
            assert!(findings.iter().any(tells), "seed {SEED}: {what}: {findings:?}");
        }
        // And it goes on: what is committed now is there after the next start.
        let before = store.last_seq();
        commit(&mut store, &mut state, 2);
        if store.needs_refill() {
            store.refill(store.last_seq(), state.clone().into_iter().collect());
        }
        // After damage a new file is due, whose snapshot makes up for what the journal lost.
        if store.roll_due() {
            store.roll(&snapshot(&state)).unwrap();
        }
        drop(store);
        if runs % 4 == 0 && (is_alone || !findings.is_empty()) {
            fs::remove_dir_all(dir.join("db")).unwrap();
        }
        let (store, again) = Store::open(&dir, options()).unwrap();
        assert_eq!(again.last_seq, before + 2, "seed {SEED}: {what}");
        let found_again = again.findings.clone();
        let (state_again, last) = rebuild(&store, again);
        assert_eq!(last, before + 2, "seed {SEED}: {what}");
        assert!(state_again == state, "seed {SEED}: {what}: {findings:?}, then {found_again:?}");
        fs::remove_dir_all(&dir).unwrap();
    }
    println!(
        "{runs} damages: all opened, {at_start} told at start, {by_verify} told by verify, {without_effect} in unused \
         bytes of sled, {whole_state} with the state whole"
    );
    assert!(untold.is_empty(), "seed {SEED}: {untold:#?}");
}

const CHILD: &str = "KIRIWAKE_STORE_CHILD";

/// Not a test of its own: what the kill test runs in a child, until it is killed.
#[test]
fn child_that_commits_until_it_is_killed() {
    let Some(dir) = std::env::var_os(CHILD) else { return };
    let (mut store, start) = Store::open(Path::new(&dir), options()).unwrap();
    let mut out = std::io::stdout().lock();
    for finding in &start.findings {
        writeln!(out, "finding {finding}").unwrap();
    }
    let (mut state, last) = rebuild(&store, start);
    assert_eq!(last, store.last_seq());
    if store.needs_refill() {
        store.refill(last, state.clone().into_iter().collect());
    }
    writeln!(out, "ready {last}").unwrap();
    for round in 1.. {
        let group: Vec<_> = (1..=1 + round % 5).map(|nth| payload(store.last_seq() + nth)).collect();
        let seqs = store.commit(&group).unwrap();
        let changed: State = group.iter().map(|payload| change(payload)).collect();
        state.extend(changed.clone());
        store.apply(seqs, changes(changed));
        writeln!(out, "acknowledged {}", store.last_seq()).unwrap();
        out.flush().unwrap();
        if round % 23 == 0 {
            store.roll(&snapshot(&state)).unwrap();
        }
        if round % 17 == 0 {
            store.checkpoint().unwrap();
        }
    }
}

// P1
#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed_at_any_instant() {
    const SEED: u64 = 7;
    let home = tempfile::tempdir().unwrap();
    let mut dice = Dice(SEED);
    let (mut acknowledged, mut kills, mut before_ready) = (0, 0, 0);
    let mut findings: BTreeMap<String, u32> = BTreeMap::new();
    let started = Instant::now();
    while kills < 100 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_that_commits_until_it_is_killed", "--nocapture"])
            .env(CHILD, home.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let patience = Duration::from_millis(dice.roll(150));
        let killer = std::thread::spawn(move || {
            std::thread::sleep(patience);
            child.kill().unwrap();
            child.wait().unwrap();
        });
        let mut is_ready = false;
        // A last line may be cut by the kill; what was not read whole was not acknowledged to us.
        for line in lines.map_while(Result::ok) {
            if let Some(seq) = line.strip_prefix("acknowledged ").and_then(|seq| seq.parse::<u64>().ok()) {
                acknowledged = acknowledged.max(seq);
            } else if let Some(last) = line.strip_prefix("ready ") {
                is_ready = true;
                assert!(last.parse::<u64>().unwrap() >= acknowledged, "seed {SEED}, kill {kills}");
            } else if let Some(finding) = line.strip_prefix("finding ") {
                *findings.entry(finding.split(':').next().unwrap().to_owned()).or_default() += 1;
            }
        }
        killer.join().unwrap();
        kills += 1;
        before_ready += u32::from(!is_ready);
    }
    let (store, start) = Store::open(home.path(), options()).unwrap();
    assert!(store.last_seq() >= acknowledged, "seed {SEED}: {} < {acknowledged}", store.last_seq());
    let (state, last) = rebuild(&store, start);
    let mut expected = State::new();
    expected.extend((1..=last).map(|seq| change(&payload(seq))));
    assert!(state == expected, "seed {SEED}: the state is not that of frames 1 to {last}");
    store.close().unwrap();
    let report = verify(home.path(), options().schema, |_| Vec::new(), &mut |_| ()).unwrap();
    println!(
        "{kills} kills in {:?}, {before_ready} while opening, {acknowledged} acknowledged, 0 lost\nfound on the way: \
         {findings:?}\n{report}",
        started.elapsed()
    );
}
