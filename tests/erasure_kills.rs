//! Erasing in the journal, killed at every step and on a disk that fails at every step: the record is whole at any moment, what was
//! decided is finished by the next start or by the same command again, and no copy of what was erased is kept anywhere.
//!
//! Real processes: `support/faults.c` kills or fails the n-th system call of a kind on the record's files. `KW_CALLS=all` tries each
//! call of each kind.

mod support;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::daemon::Daemon;
use support::faults::{Call, Error, Faults};
use support::named::{NAME, Recorded, recorded};
use support::{Scratch, copy, figure, holding, is_root, run, skip};

const ASKED: [&str; 8] = ["store", "erase", "--containing", NAME, "--by", "佐藤", "--reason", "住民の氏名"];
/// Of most kinds only some calls are tried, unless all are asked for.
const SOME: [u32; 8] = [1, 2, 4, 7, 12, 21, 34, 55];
/// No more calls of one kind are tried.
const MOST: u32 = 100;

/// The user the record belongs to, where that can be another than ours.
const NOBODY: u32 = 65_534;

/// What below a folder, and the folder itself, belongs to somebody else.
fn of_others(folder: &Path) -> Vec<PathBuf> {
    let (mut found, mut paths) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(path) = paths.pop() {
        let about = path.symlink_metadata().expect("ours");
        if about.is_dir() {
            paths.extend(fs::read_dir(&path).expect("ours").map(|entry| entry.expect("ours").path()));
        }
        if about.uid() != NOBODY {
            found.push(path);
        }
    }
    found
}

struct Trial {
    recorded: Recorded,
    saved: PathBuf,
    faults: Faults,
    daemon: Daemon,
    /// How often it was left undecided, and decided.
    undecided: u32,
    decided: u32,
}

impl Trial {
    fn new(scratch: &Scratch) -> Result<Self, String> {
        let recorded = recorded(scratch, Timestamp::now() - SignedDuration::from_hours(2), false, false);
        let mut daemon = Daemon::start(&recorded.site.config, scratch);
        let summary = ["change", "add", "山田花子様の端末を交換", "--component", "core-switch", "--by", NAME];
        daemon.tell(&summary);
        let beside =
            ["incident", "erase", &recorded.call, "--containing", NAME, "--by", "佐藤", "--reason", "住民の氏名"];
        daemon.tell(&beside);
        assert!(daemon.terminate().success());
        let saved = scratch.join("saved");
        copy(&recorded.site.state, &saved);
        let faults = Faults::below(&recorded.site.state, scratch)?;
        Ok(Self { recorded, saved, faults, daemon, undecided: 0, decided: 0 })
    }

    fn holding(&self) -> Vec<PathBuf> {
        holding(&self.recorded.site.state, NAME)
    }

    /// `false` = so many calls of the kind are not made.
    fn try_one(&mut self, call: Call, error: Error, nth: u32) -> bool {
        let case = format!("{call:?} {error:?} {nth}");
        let state = self.recorded.site.state.clone();
        fs::remove_dir_all(&state).expect("ours");
        copy(&self.saved, &state);
        if is_root() {
            run(Command::new("chown").args(["-R", &format!("{NOBODY}:{NOBODY}")]).arg(&state));
        }
        self.faults.arm(call, error, nth, 1);
        let output = self.daemon.ask_through(&self.faults.through, &ASKED);
        let reached = self.faults.hits() > 0;
        self.faults.disarm();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(!said.contains("panicked at src/"), "{case}: {said}");
        if !reached {
            assert!(output.status.success(), "{case}: {said}");
            return false;
        }
        let is_killed = error == Error::Killed;
        assert!(
            is_killed || output.status.success() || !said.is_empty(),
            "{case} ended with {} and said nothing",
            output.status
        );

        // Whatever moment it was, the journal is whole.
        let verified: Value =
            serde_json::from_slice(&self.daemon.ask(&["store", "verify", "--json"]).stdout).expect("JSON");
        let findings = verified["findings"].as_array().expect("a list");
        let kinds: Vec<&str> = findings.iter().filter_map(|found| found["finding"].as_str()).collect();
        let expected = |kind: &&&str| !["left_over", "working_rebuilt", "working_behind", "rewritten"].contains(*kind);
        assert_eq!(kinds.iter().find(expected), None, "{case}: {findings:?}");

        let in_journal = || !holding(&state.join("journal"), NAME).is_empty();
        let is_decided = state.join("erased").exists() || !in_journal();
        // Root began it; the user of the daemon must be able to finish it.
        if is_root() && state.join("erased").exists() {
            assert_eq!(of_others(&state.join("erased")), Vec::<PathBuf>::new(), "{case}");
        }
        *(if is_decided { &mut self.decided } else { &mut self.undecided }) += 1;
        // One in two is found by the next start.
        if nth.is_multiple_of(2) {
            self.daemon.restart();
            assert!(self.daemon.terminate().success());
            assert_eq!(in_journal(), !is_decided, "{case}");
            assert!(!state.join("erased").exists() && !state.join("erasing").exists(), "{case}");
            if is_decided {
                assert_eq!(self.holding(), Vec::<PathBuf>::new(), "{case}, after a start");
            }
        }
        let again = self.daemon.ask(&ASKED);
        let said = String::from_utf8_lossy(&[again.stdout, again.stderr].concat()).into_owned();
        assert!(again.status.success(), "{case}: {said}");
        assert_eq!(self.holding(), Vec::<PathBuf>::new(), "{case}, done again");
        assert!(!state.join("erased").exists() && !state.join("erasing").exists(), "{case}");
        self.daemon.tell(&["store", "verify"]);
        true
    }

    /// The first, the second and so on, as far as there are so many; or some of them.
    fn try_calls(&mut self, call: Call, error: Error, all: bool) {
        let all = all || std::env::var("KW_CALLS").is_ok_and(|wanted| wanted == "all");
        let which: Vec<u32> = if all { (1..MOST).collect() } else { SOME.to_vec() };
        for nth in which {
            if !self.try_one(call, error, nth) {
                break;
            }
        }
    }
}

#[test]
fn killed_at_any_step_it_is_done_or_not_and_can_be_finished() {
    let scratch = Scratch::new("erasure-kills");
    let mut trial = match Trial::new(&scratch) {
        Ok(trial) => trial,
        Err(why) => return skip(&why),
    };
    for call in [Call::Rename, Call::Mkdir, Call::Unlink, Call::Sync, Call::Open, Call::Write] {
        trial.try_calls(call, Error::Killed, call == Call::Rename);
    }
    let Trial { undecided, decided, .. } = trial;
    assert!(undecided > 5 && decided > 5, "{undecided} and {decided}");
    figure("erasures killed before and after they were decided", &format!("{undecided} / {decided}"));
}

#[test]
fn on_a_disk_that_fails_it_is_done_or_not_and_can_be_finished() {
    let scratch = Scratch::new("erasure-faults");
    let mut trial = match Trial::new(&scratch) {
        Ok(trial) => trial,
        Err(why) => return skip(&why),
    };
    for (call, error) in [
        (Call::Rename, Error::ReadOnly),
        (Call::Unlink, Error::ReadOnly),
        (Call::Mkdir, Error::NoSpace),
        (Call::Open, Error::NoSpace),
        (Call::Write, Error::NoSpace),
        (Call::Write, Error::Half),
        (Call::Sync, Error::Io),
        (Call::Read, Error::Io),
        (Call::Stat, Error::Io),
    ] {
        trial.try_calls(call, error, false);
    }
    let Trial { undecided, decided, .. } = trial;
    assert!(undecided > 5 && decided > 5, "{undecided} and {decided}");
    figure("erasures that a failing call left undone, and done", &format!("{undecided} / {decided}"));
}
