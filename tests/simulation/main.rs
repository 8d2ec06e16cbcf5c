//! The simulator: the desk in seeded worlds, months in seconds, with ways out that fail, sources that go blind, a clock that
//! is set and a daemon that dies at any frame boundary - and a judge who reads nothing but the history (`invariants`).
//!
//! `SEED=n` plays one seed (`ROW=O-7` or `ROW=I-3` tells what became of that in it), `SEEDS=n` as many as wanted. A seed that fails is in the message and in the file the message
//! names; once its cause is repaired it belongs into `seeds.txt`, whose seeds are always played first.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its own data should stop")]
#![allow(unreachable_pub, reason = "the modules of a test are nobody else's")]

mod dice;
mod gathering;
mod happenings;
mod history;
mod invariants;
mod leaving;
mod outside;
mod people;
mod promises;
mod record;
mod run;
mod script;
mod spoiled;
mod world;

use dice::Dice;
use invariants::Case;
use kiriwake::desk::Change;
use record::Record;
use run::Run;
use script::{DAY, HOUR, MINUTE, SECOND, Script};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Instant;
use world::{WORLDS, World};

/// Seeds that are played when nothing else is asked for.
const SEEDS: u64 = 1_000;
/// Once everything works again, so long passes until the end.
const CALM: u64 = 2 * HOUR + 10 * MINUTE;
/// A replay takes as long as the seed itself; only short ones are replayed, and of them a share.
const REPLAYED: usize = 800;

/// What came of seeds, in figures.
#[derive(Default)]
struct Figures {
    seeds: u64,
    milliseconds: u64,
    frames: u64,
    observations: u64,
    messages: u64,
    attempts: u64,
    copies: u64,
    beyond: u64,
    unknown: u64,
    crashes: u64,
    lost: u64,
    boundaries: u64,
    acts: u64,
}

/// Plays one seed under a script.
fn played<'a>(world: &'a World, script: &'a Script, seed: u64) -> Run<'a> {
    let mut run = Run::new(world, script, seed, Dice(!seed));
    run.start(false);
    while run.elapsed < script.length {
        let gap = match run.dice.below(4) {
            0 => run.dice.below(30 * SECOND),
            1 => run.dice.below(script.gap / 4),
            _ => run.dice.below(script.gap * 2),
        };
        let next = run.elapsed + 1 + gap;
        run.advance(next);
        run.happens();
        if run.dice.one_in(3)
            && let Some(act) = run.somebody_acts()
        {
            run.turn(vec![act]);
        }
    }
    run.calm = true;
    run.history.calm_from = run.elapsed;
    // Long enough that what ended is forgotten, once in a while.
    let calm = if seed.is_multiple_of(40) { 4 * DAY } else { CALM };
    let end = run.elapsed + calm;
    run.advance(end);
    run.history.ended = Some(run.now());
    run.check_end();
    run
}

/// Plays one seed and judges it.
fn play(world: &World, seed: u64) -> Figures {
    let script = script::script(seed, world, &mut Dice(seed));
    let run = played(world, &script, seed);
    if run.history.frames.len() < REPLAYED && seed.is_multiple_of(4) {
        promises::repeats(&world.rules, &run.history.frames);
        promises::replays(&world.rules, &run.history.frames);
    }
    let record = Record::read(&run.history.frames);
    let state = serde_json::to_string(run.desk.state()).unwrap();
    let case = Case { world, script: &script, history: &run.history, record: &record, state: &state };
    if let Ok(row) = std::env::var("ROW") {
        tell_of(&row, &run);
    }
    let broken = invariants::judge(&case);
    assert!(broken.is_empty(), "seed {seed}: {}", broken.join("\n"));
    figures(&run, &record)
}

/// What is on record of one row or incident, for whoever asks why (`SEED=n ROW=O-7`, `ROW=I-3`).
fn tell_of(name: &str, run: &Run<'_>) {
    for frame in &run.history.frames {
        for entry in &frame.entries {
            let about = match &entry.change {
                Change::Owed(change) => change.owed().to_string(),
                Change::Incident(change) => change.incident.to_string(),
                _ => continue,
            };
            if about == name {
                println!("{} {:?} because {:?}", frame.at.elapsed, entry.change, entry.reason);
            }
        }
    }
    for (name, way) in &run.script.ways {
        println!("{name}: {way:?}");
    }
}

fn figures(run: &Run<'_>, record: &Record<'_>) -> Figures {
    let history = &run.history;
    let distinct: BTreeSet<_> = history.copies.iter().map(|copy| (&copy.key, &copy.address)).collect();
    let unknown = |row: &record::Row<'_>| {
        let results = row.came.iter().flat_map(|came| came.results);
        results.filter(|(_, one)| matches!(one, kiriwake::desk::outcome::Delivery::Unknown { .. })).count() as u64
    };
    Figures {
        seeds: 1,
        milliseconds: run.elapsed,
        frames: history.frames.len() as u64,
        observations: history.signs.len() as u64,
        messages: record.rows.values().filter(|row| row.message().is_some()).count() as u64,
        attempts: history.attempts.len() as u64,
        copies: history.copies.len() as u64,
        beyond: (history.copies.len() - distinct.len()) as u64,
        unknown: record.rows.values().map(unknown).sum(),
        crashes: history.crashes,
        lost: history.lost,
        boundaries: history.boundaries,
        acts: history.acts.len() as u64,
    }
}

impl Figures {
    fn add(&mut self, other: &Figures) {
        self.seeds += other.seeds;
        self.milliseconds += other.milliseconds;
        self.frames += other.frames;
        self.observations += other.observations;
        self.messages += other.messages;
        self.attempts += other.attempts;
        self.copies += other.copies;
        self.beyond += other.beyond;
        self.unknown += other.unknown;
        self.crashes += other.crashes;
        self.lost += other.lost;
        self.boundaries += other.boundaries;
        self.acts += other.acts;
    }

    fn told(&self) -> String {
        format!(
            "simulation: {} seeds in {WORLDS} worlds, {} simulated days, {} frames; {} observations, {} acts, {} messages \
             in {} attempts; {} deaths ({} frames lost with them), {} boundaries tried; {} unknown outcomes, {} copies, \
             {} of them beyond the first",
            self.seeds,
            self.milliseconds / DAY,
            self.frames,
            self.observations,
            self.acts,
            self.messages,
            self.attempts,
            self.crashes,
            self.lost,
            self.boundaries,
            self.unknown,
            self.copies,
            self.beyond
        )
    }
}

/// The world of a seed; each is made once.
fn world_of(seed: u64) -> &'static World {
    static MADE: [OnceLock<World>; WORLDS as usize] = [const { OnceLock::new() }; WORLDS as usize];
    let number = seed % WORLDS;
    MADE[usize::try_from(number).unwrap()].get_or_init(|| World::of(number))
}

/// How a seed went: its figures, or what is broken.
fn outcome_of(seed: u64) -> Result<Figures, String> {
    catch_unwind(AssertUnwindSafe(|| play(world_of(seed), seed))).map_err(|cause| {
        let text = cause.downcast_ref::<String>().cloned();
        text.or(cause.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
    })
}

/// Seeds that once failed come first, then the long ones, so that none of them is alone at the end.
fn seeds() -> Vec<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    if let Some(seed) = number("SEED") {
        return vec![seed];
    }
    let kept = include_str!("seeds.txt").lines().filter_map(|line| line.split_whitespace().next()?.parse().ok());
    let mut seeds: Vec<u64> = kept.collect();
    let mut others: Vec<u64> = (0..number("SEEDS").unwrap_or(SEEDS)).filter(|seed| !seeds.contains(seed)).collect();
    others.sort_by_key(|seed| !matches!(seed % 200, 7 | 17 | 97));
    seeds.extend(others);
    seeds
}

#[test]
fn every_history_is_as_promised() {
    let begun = Instant::now();
    let seeds = seeds();
    let (next, total, failed) = (AtomicUsize::new(0), Mutex::new(Figures::default()), Mutex::new(Vec::new()));
    let workers = std::thread::available_parallelism().map_or(2, usize::from).min(8);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match outcome_of(*seed) {
                        Ok(figures) => total.lock().unwrap().add(&figures),
                        Err(why) => failed.lock().unwrap().push((*seed, why)),
                    }
                }
            });
        }
    });
    let total = total.into_inner().unwrap();
    let told = total.told();
    println!("{told}; {:?}", begun.elapsed());
    if let Some(path) = std::env::var_os("KW_FIGURES") {
        use std::io::Write;
        let mut file = std::fs::OpenOptions::new().append(true).create(true).open(path).unwrap();
        writeln!(file, "{told}").unwrap();
    }
    let mut failed = failed.into_inner().unwrap();
    failed.sort();
    if !failed.is_empty() {
        let kept = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("failing-seeds.txt");
        let lines: String = failed.iter().map(|(seed, why)| format!("{seed} {}\n", why.replace('\n', " | "))).collect();
        std::fs::write(&kept, lines).unwrap();
        let mut words = format!("{} seeds failed; they are in {}\n", failed.len(), kept.display());
        for (seed, why) in failed.iter().take(8) {
            let _ = writeln!(words, "SEED={seed}: {}", why.chars().take(1_500).collect::<String>());
        }
        panic!("{words}");
    }
    assert!(total.frames > 0, "nothing happened");
    assert!(seeds.len() < 100 || total.beyond > 0 && total.lost > 0, "the faults of the script do not happen");
}
