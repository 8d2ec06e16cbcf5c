//! Random orders of writing, rotating and restarting; a link swapped in while the reader looks.

use super::stand::{Stand, all_files, names};
use std::collections::BTreeSet;
use std::fs;

/// A small generator of numbers, so that a failing run can be repeated from its seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Shifts the older files and puts the log to `log.1`.
fn rotate(stand: &Stand, by_copy: bool) {
    for nth in (1..6).rev() {
        let (from, to) = (stand.at(&format!("log.{nth}")), stand.at(&format!("log.{}", nth + 1)));
        if from.exists() {
            fs::rename(from, to).expect("shifted");
        }
    }
    if by_copy {
        stand.copy_truncate("log", "log.1");
    } else {
        stand.rename("log", "log.1");
        stand.append("log", "");
    }
}

#[test]
fn any_order_of_writing_rotating_and_restarting_neither_loses_nor_repeats_a_line() {
    for seed in 0..30 {
        let mut dice = Dice(seed);
        // Odd seeds: the rotated names do not fit the glob, so a rotation must not outrun the looks.
        let within = seed % 2 == 0;
        let mut stand = if within { all_files() } else { Stand::new("item old\n") };
        let (mut next, mut seen, mut half) = (0, Vec::new(), false);
        let mut trace = Vec::new();
        for _ in 0..60 {
            let act = dice.below(10);
            trace.push((act, next));
            match act {
                0..4 => {
                    for _ in 0..dice.below(40) {
                        stand.append("log", if half { format!("{next}\n") } else { format!("item {next}\n") });
                        (next, half) = (next + 1, false);
                    }
                }
                4 if !half => {
                    stand.append("log", "item ");
                    half = true;
                }
                5 if !half => {
                    if !within {
                        stand.append("log", format!("item {next}\n"));
                        next += 1;
                        seen.extend(stand.look());
                        stand.append("log", format!("item {next}\n"));
                        next += 1;
                    }
                    rotate(&stand, dice.below(2) == 0);
                    if !within {
                        seen.extend(stand.look());
                    }
                }
                6 => stand.restart(),
                _ => seen.extend(stand.look()),
            }
        }
        if half {
            stand.append("log", format!("{next}\n"));
            next += 1;
        }
        // Twice: what begins like half a line of another file is taken for its copy until that line is finished.
        seen.extend(stand.look());
        seen.extend(stand.look());
        let mut count: std::collections::BTreeMap<String, u32> = names(0..next).into_iter().map(|n| (n, 0)).collect();
        for text in seen {
            *count.entry(text).or_default() += 1;
        }
        count.retain(|_, times| *times != 1);
        assert!(count.is_empty(), "seed {seed}: lines seen another number of times than once: {count:?}\n{trace:?}");
        let keys: BTreeSet<_> = stand.keys.iter().collect();
        assert_eq!(keys.len(), stand.keys.len(), "seed {seed}: each line has its own key");
        assert!(stand.failures.is_empty(), "seed {seed}: {:?}", stand.failures);
    }
}

#[test]
fn swapping_a_link_in_during_a_thousand_looks_never_lets_it_be_read() {
    let mut stand = Stand::new("");
    let outside = tempfile::tempdir().expect("a folder");
    fs::write(outside.path().join("secret"), "item secret\n").expect("written");
    let (log, link, secret) = (stand.at("log"), stand.at("link"), outside.path().join("secret"));
    let swapper = std::thread::spawn(move || {
        for _ in 0..2_000 {
            std::os::unix::fs::symlink(&secret, &link).expect("linked");
            fs::rename(&link, &log).expect("swapped in");
            fs::write(&link, "item fine\n").expect("written");
            fs::rename(&link, &log).expect("swapped out");
        }
    });
    for _ in 0..1_000 {
        assert!(!stand.look().contains(&"secret".to_owned()));
    }
    swapper.join().expect("the swapper ends");
}
