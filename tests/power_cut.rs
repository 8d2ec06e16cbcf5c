//! The store under power cuts (promise P1): what was acknowledged is there, whatever became of the rest.
//!
//! The model: a cut falls within a step - a commit, a new file, a checkpoint. Of what the step wrote any part may be lost: a
//! journal file is as long as it was before or longer, and each later sector of it holds what was written or zeros; a file
//! begun by it may be missing. sled's files and the witness of the journal's length, which are written after a commit has
//! returned and synced by nobody, are those of any moment up to then, the witness torn. Not here: kills (`kills.rs`,
//! `store_damage.rs`), where nothing written is lost.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use kiriwake::store::{Changes, Finding, History, Options, Store, verify};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use support::dice::Dice;
use support::{Scratch, copy, figure};

/// Cuts of one run, unless `KW_CUTS` says otherwise.
const CUTS: u64 = 60;
const SECTOR: usize = 512;

fn options() -> Options {
    Options { write_behind: Duration::from_millis(1), open_limit: Duration::from_secs(10), ..Options::default() }
}

/// What frame `seq` holds: it can be told from its number alone.
fn payload(seq: u64) -> Vec<u8> {
    format!("{seq:08} ").repeat(1 + (seq % 180) as usize).into_bytes()
}

/// The folder as it was when a step had returned, and the last frame acknowledged by then.
struct Moment {
    folder: PathBuf,
    acknowledged: u64,
}

/// A life of `steps` steps (commits, new files, checkpoints), kept after each of them.
fn live(home: &Path, steps: u64, dice: &mut Dice) -> Vec<Moment> {
    let folder = home.join("store");
    fs::create_dir(&folder).unwrap();
    let (mut store, _) = Store::open(&folder, options()).unwrap();
    let mut moments = Vec::new();
    for nth in 0..steps {
        match dice.below(8) {
            0 if nth > 0 => store.roll(b"[]").unwrap(),
            1 if nth > 0 => drop(store.checkpoint().unwrap()),
            _ => {
                let group: Vec<_> = (0..1 + dice.below(6)).map(|more| payload(store.last_seq() + 1 + more)).collect();
                let seqs = store.commit(&group).unwrap();
                let key = format!("key{}", dice.below(20)).into_bytes();
                store.apply(seqs, Changes { entities: vec![(key, Some(group[0].clone()))], filed: Vec::new() });
            }
        }
        let kept = home.join(format!("moment-{nth}"));
        copy(&folder, &kept);
        moments.push(Moment { folder: kept, acknowledged: store.last_seq() });
    }
    moments
}

fn lengths(journal: &Path) -> BTreeMap<PathBuf, usize> {
    let entries = fs::read_dir(journal).unwrap().map(Result::unwrap);
    entries.map(|entry| (entry.file_name().into(), entry.metadata().unwrap().len() as usize)).collect()
}

/// The folder after a cut within the step that follows `moments[before]`.
fn cut(moments: &[Moment], before: usize, to: &Path, dice: &mut Dice) {
    let (durable, later) = (&moments[before].folder, &moments[before + 1].folder);
    copy(later, to);
    let synced = lengths(&durable.join("journal"));
    for (name, length) in lengths(&later.join("journal")) {
        let path = to.join("journal").join(&name);
        let safe = synced.get(&name).copied();
        if safe.is_none() && dice.below(3) == 0 {
            fs::remove_file(&path).unwrap();
            continue;
        }
        let safe = safe.unwrap_or(0);
        let mut bytes = fs::read(&path).unwrap();
        bytes.truncate(safe + dice.below((length - safe) as u64 + 1) as usize);
        for sector in safe / SECTOR..bytes.len().div_ceil(SECTOR) {
            let end = bytes.len().min((sector + 1) * SECTOR);
            if dice.below(2) == 0 {
                bytes[safe.max(sector * SECTOR)..end].fill(0);
            }
        }
        fs::write(&path, bytes).unwrap();
    }
    let earlier = |dice: &mut Dice| &moments[dice.below(before as u64 + 1) as usize].folder;
    fs::remove_dir_all(to.join("db")).unwrap();
    copy(&earlier(dice).join("db"), &to.join("db"));
    let mut head = fs::read(earlier(dice).join("head")).unwrap_or_default();
    head.truncate(dice.below(2 * head.len() as u64 + 1) as usize);
    fs::write(to.join("head"), head).unwrap();
}

/// Everything acknowledged is there, in order and as it was, and the store goes on. Of what nobody was promised some may be
/// there too; a hole in that is told, because the store cannot know that nobody was.
fn assert_whole(folder: &Path, acknowledged: u64, what: &str) {
    let (mut store, start) = Store::open(folder, options()).unwrap();
    let more = store.commit(&[payload(start.last_seq + 1)]).unwrap();
    drop(store);
    let frames: Vec<_> = History::open(folder, 1).unwrap().frames(0).collect();
    let numbers: Vec<u64> = frames.iter().map(|frame| frame.seq).collect();
    let promised: Vec<u64> = (1..=acknowledged).chain(more.clone()).collect();
    let kept: Vec<u64> = numbers.iter().copied().filter(|seq| *seq <= acknowledged || more.contains(seq)).collect();
    assert_eq!(kept, promised, "{what}");
    for frame in &frames {
        assert!(frame.payload == payload(frame.seq), "{what}: frame {} is another one", frame.seq);
    }
    let whole = numbers.len() as u64 == *more.end();
    let told = start.findings.iter().any(|finding| matches!(finding, Finding::MissingFrames { .. }));
    assert!(whole || told, "{what}: {numbers:?} and {:?}", start.findings);
    verify(folder, 1, |_| Vec::new(), &mut |_| ()).unwrap();
}

#[test]
fn what_was_acknowledged_survives_every_power_cut() {
    let cuts = std::env::var("KW_CUTS").ok().and_then(|text| text.parse().ok()).unwrap_or(CUTS);
    let mut dice = Dice::new(20_261_129);
    let seed = dice.seed;
    let scratch = Scratch::new("power-cut");
    let moments = live(scratch.path(), cuts + 1, &mut dice);
    let frames = moments.last().unwrap().acknowledged;
    for before in 0..cuts as usize {
        let folder = scratch.join(&format!("cut-{before}"));
        cut(&moments, before, &folder, &mut dice);
        let what = format!("KW_SEED={seed}, cut {before}");
        assert_whole(&folder, moments[before].acknowledged, &what);
        fs::remove_dir_all(folder).unwrap();
    }
    figure("power cuts / frames acknowledged / frames lost", &format!("{cuts} / {frames} / 0"));
}
