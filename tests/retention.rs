//! The time the record itself is kept, with the built binary and years of history in a real store: what is over goes from the
//! beginning of the journal, with all that only it tells of; everything else is as it was; a kill at any point harms nothing; and
//! a beginning that is missing without a word is told as a loss.

mod support;
#[path = "retention/years.rs"]
mod years;

use jiff::Timestamp;
use kiriwake::desk::Input;
use kiriwake::desk::retention::{Found, Stretch};
use kiriwake::store::{self, Beginning, History};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use support::Scratch;
use support::daemon::Daemon;
use support::site::Site;
use support::wait_for;
use years::{Day, Years, days, years};

const SOON: Duration = Duration::from_secs(60);
/// What people wrote, about what is over and about what is not.
const OLD_WORDS: [&str; 2] = ["甲野太郎様より入電", "乙川花子様より入電"];
const WORDS: &str = "丙山次郎様より入電";
/// Said about each of them, without a salt: one body.
const SAME: &str = "利用者へ電話済み";

/// Files below `folder` that hold `text`.
fn holding(folder: &Path, text: &str) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("it can be read") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                folders.push(path);
            // A working state throws files of its own away meanwhile.
            } else if fs::read(&path).is_ok_and(|bytes| bytes.windows(text.len()).any(|part| part == text.as_bytes())) {
                found.push(path);
            }
        }
    }
    found
}

fn contains(said: &str, words: &[&str]) {
    words.iter().for_each(|words| assert!(said.contains(words), "{words} is missing:\n{said}"));
}

fn files(site: &Site) -> Vec<String> {
    let names = fs::read_dir(site.state.join("journal")).expect("a journal");
    let mut names: Vec<String> =
        names.map(|entry| entry.expect("readable").file_name().into_string().expect("ours")).collect();
    names.sort();
    names
}

impl Years {
    /// The names of what occurred within a day of `at`.
    fn listed(&self, daemon: &Daemon, at: Timestamp) -> Vec<String> {
        let (from, to) = ((at - days(1)).to_string(), (at + days(1)).to_string());
        let told = daemon.tell(&["--json", "incident", "list", "--from", &from, "--to", &to]);
        let lines: Value = serde_json::from_str(&told).expect("JSON");
        let name = |line: &Value| line["number"].as_str().unwrap_or("without a number").to_owned();
        lines.as_array().expect("a list").iter().map(name).collect()
    }

    /// Waits until nothing more is to be removed.
    fn removed(&self, daemon: &Daemon) {
        wait_for("the oldest part of the record to go", SOON, || {
            let status = daemon.status();
            let kept = &status["retention"];
            let is_done = kept["begins"].is_array() && kept["removing"].as_array().is_some_and(Vec::is_empty);
            (is_done && kept["looked"].is_string()).then_some(())
        });
    }

    /// The record is what it should be: what is over is nowhere, everything else is whole.
    fn check(&self, daemon: &mut Daemon) {
        let [(one, at), (two, later), (three, last)] = self.numbers.as_slice() else { panic!("three calls") };
        assert_eq!((self.listed(daemon, *at), self.listed(daemon, *later)), (Vec::new(), Vec::new()));
        assert_eq!(self.listed(daemon, *last), std::slice::from_ref(three));
        assert_eq!(self.listed(daemon, self.alert), Vec::<String>::new());
        for gone in [one, two] {
            let shown = daemon.ask(&["--lang", "en", "incident", "show", gone]);
            assert!(!shown.status.success(), "{}", String::from_utf8_lossy(&shown.stdout));
            let begun = String::from_utf8_lossy(&shown.stderr).into_owned();
            assert!(begun.contains(gone.as_str()), "{begun}");
        }
        contains(&daemon.tell(&["--lang", "en", "incident", "show", three]), &[WORDS, SAME, "プリンタの用紙切れ"]);
        contains(&daemon.tell(&["explain", three]), &[three]);
        contains(&daemon.tell(&["incident", "evidence", three]), &[three]);
        for (nth, messages) in self.messages.iter().enumerate() {
            let there = messages.iter().filter(|file| file.exists()).count();
            assert_eq!(there, if nth < 2 { 0 } else { messages.len() }, "messages of the call {nth}");
        }
        assert!(!files(&self.site).contains(&"000000000001.kwj".to_owned()), "{:?}", files(&self.site));
        let exported = daemon.tell(&["store", "export"]);
        contains(&exported, &[three, "\"first_seq\""]);
        assert!(!exported.contains("\"first_seq\":1,") && !exported.contains(&format!("\"number\":\"{one}\"")));
        let from = (self.numbers[2].1 - days(1)).to_string();
        let to = (self.numbers[2].1 + days(2)).to_string();
        let replayed = daemon.ask(&["replay", "--from", &from, "--to", &to]);
        assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stderr));
        assert!(daemon.terminate().success());
        for words in OLD_WORDS {
            assert_eq!(holding(&self.site.state, words), Vec::<PathBuf>::new(), "in no file");
        }
        assert_eq!((holding(&self.site.state, WORDS).len(), holding(&self.site.state, SAME).len()), (1, 1));
        self.sound(daemon, true);
    }

    fn sound(&self, daemon: &Daemon, begins_later: bool) {
        let said = daemon.tell(&["store", "verify"]);
        contains(&said, &["result         sound"]);
        assert_eq!(said.contains("begins later   frames 1 to"), begins_later, "{said}");
    }
}

#[test]
fn what_is_over_leaves_the_record_and_the_rest_is_as_it_was() {
    let scratch = Scratch::new("retention-records");
    let years = years(&scratch);
    let mut daemon = Daemon::stopped(&years.site.config, &scratch);
    years.sound(&daemon, false);
    daemon.spawn();
    daemon.wait_ready();
    years.removed(&daemon);
    let status = daemon.tell(&["--lang", "en", "status"]);
    contains(
        &status,
        &["records         kept 5fy, looked for next", "; begins with frame", "without number  listed 13mo"],
    );
    contains(&status, &["1 incidents without a number", "files of the record went"]);
    let backup = scratch.join("backup");
    let target = backup.display().to_string();
    contains(&daemon.tell(&["store", "backup", &target]), &["removed        frames 1 to", "result         sound"]);
    years.check(&mut daemon);

    // The working state is made again from what is left, and nothing comes back.
    daemon.tell(&["store", "rebuild"]);
    daemon.spawn();
    daemon.wait_ready();
    years.check(&mut daemon);
    // And so it is after a restore.
    daemon.tell(&["store", "restore", &target, "--set-aside"]);
    fs::remove_dir_all(years.site.state.join("quarantine")).expect("the record that was there");
    daemon.spawn();
    daemon.wait_ready();
    years.check(&mut daemon);

    // What is missing without a word is a loss.
    let begins = years.site.state.join("begins.json");
    let told = fs::read(&begins).expect("it tells of the removal");
    for spoilt in [None, Some(told[..told.len() / 2].to_vec())] {
        match &spoilt {
            None => fs::remove_file(&begins).expect("ours"),
            Some(bytes) => fs::write(&begins, bytes).expect("ours"),
        }
        let missing = daemon.ask(&["store", "verify"]);
        contains(&String::from_utf8_lossy(&missing.stdout), &["frames 1 to", "are missing from the journal"]);
        assert!(!missing.status.success());
        // The journal knows: the next start writes it anew, and says so.
        daemon.spawn();
        daemon.wait_ready();
        wait_for("the word of it", SOON, || daemon.log().contains("was written anew").then_some(()));
        assert!(daemon.terminate().success());
        years.sound(&daemon, true);
    }
    // A file more than was removed on record.
    let first = years.site.state.join("journal").join(&files(&years.site)[0]);
    fs::remove_file(first).expect("ours");
    let missing = daemon.ask(&["store", "verify"]);
    contains(&String::from_utf8_lossy(&missing.stdout), &["missing from the journal", "closed journal files"]);
}

/// What was looked up, as the daemon does it: up to the last stretch that is over.
fn looked_up(years: &Years) -> Found {
    let history = History::open(&years.site.state, 1).expect("a journal");
    let over = years.now - days(366 * 6);
    let mut until = years.numbers[0].1;
    let mut stretches = Vec::new();
    for store::Stretch { first, last, link, files, bytes } in history.stretches() {
        for frame in history.frames(first - 1).take_while(|frame| frame.seq <= last) {
            let frame: Value = serde_json::from_slice(&frame.payload).expect("JSON");
            until = until.max(frame["at"]["wall"].as_str().and_then(|at| at.parse().ok()).expect("a moment"));
        }
        if until > over {
            break;
        }
        let (ended, link) = (Some(years.numbers[1].1), link.to_string());
        stretches.push(Stretch {
            first,
            last,
            link,
            until,
            ended,
            bare: None,
            files,
            bytes,
            incidents: 1,
            more: false,
        });
    }
    assert!(stretches.len() > 2, "{stretches:?}");
    Found { ended: Vec::new(), from: years.now, more: false, bare: None, stretches }
}

/// Killed with the removal on record and nothing removed; after the record begins later and some of what goes is gone; and with
/// only the last of it left.
#[test]
fn a_removal_that_was_cut_short_is_made_again() {
    for cut in ["decided", "begun", "half", "nearly"] {
        let scratch = Scratch::new(&format!("retention-{cut}"));
        let years = years(&scratch);
        let found = looked_up(&years);
        let last = found.stretches.last().cloned().expect("some");
        let went: Vec<String> = files(&years.site).into_iter().take(found.stretches.len()).collect();
        let mut day = Day::begin(&years.site, &years.rules, years.now - days(1));
        day.take(vec![Input::Ended(found)]);
        day.bare.close().expect("a record that closes");
        let mut daemon = Daemon::stopped(&years.site.config, &scratch);
        if cut != "decided" {
            let Stretch { last: to, until, files, bytes, .. } = last;
            let link = last.link.parse().expect("a digest");
            let begins = Beginning { to, link, at: years.now - days(1), until, files, bytes };
            begins.put(&years.site.state).expect("the rest stands alone");
        }
        let gone = match cut {
            "half" => went.len() / 2,
            "nearly" => went.len() - 1,
            _ => 0,
        };
        if gone > 0 {
            // Words and messages go before the first file does.
            for file in years.messages[..2].iter().flatten() {
                fs::remove_file(file).expect("it was there");
            }
            for file in holding(&years.site.state.join("bodies"), OLD_WORDS[0]) {
                fs::remove_file(file).expect("it was there");
            }
            for name in &went[..gone] {
                fs::remove_file(years.site.state.join("journal").join(name)).expect("it was there");
            }
        }
        years.sound(&daemon, cut != "decided");
        daemon.spawn();
        daemon.wait_ready();
        years.removed(&daemon);
        wait_for("the bare alerts to leave the list", SOON, || {
            years.listed(&daemon, years.alert).is_empty().then_some(())
        });
        years.check(&mut daemon);
        if cut == "nearly" {
            told_in_the_digest(&years, went.len() as u64);
        }
    }
}

/// The next 日次まとめ says what went, and says it once.
fn told_in_the_digest(years: &Years, files: u64) {
    let mut day = Day::begin(&years.site, &years.rules, years.now + days(2));
    day.take(vec![Input::Tick]);
    day.bare.close().expect("a record that closes");
    let history = History::open(&years.site.state, 1).expect("a journal");
    let frames = history.frames(history.before()).map(|frame| String::from_utf8_lossy(&frame.payload).into_owned());
    let digests: Vec<String> = frames.filter(|frame| frame.contains("\"digest\":{\"open\"")).collect();
    let told = |words: &str| digests.iter().filter(|digest| digest.contains(words)).count();
    // The daemon made one at its start, before the lists were looked at.
    assert_eq!((told(&format!("\"files\":{files},\"incidents\":{files}}}")), told("\"unlisted\":1,")), (1, 1));
}

/// As it is with `"forever"`.
#[test]
fn what_is_kept_for_ever_stays() {
    let scratch = Scratch::new("retention-forever");
    let years = years(&scratch);
    for key in ["records", "bare_alerts"] {
        years.site.keep(key, "forever");
    }
    let before = files(&years.site);
    let mut daemon = Daemon::start(&years.site.config, &scratch);
    wait_for("the quiet hour's look", SOON, || daemon.status()["retention"]["looked"].is_string().then_some(()));
    let shown = daemon.tell(&["--lang", "en", "incident", "show", &years.numbers[0].0]);
    contains(&shown, &[OLD_WORDS[0], "プリンタの用紙切れ"]);
    assert_eq!(years.listed(&daemon, years.alert), ["without a number"]);
    contains(&daemon.tell(&["--lang", "en", "status"]), &["records         kept forever\n", "listed forever\n"]);
    assert!(daemon.terminate().success());
    assert!(files(&years.site).starts_with(&before), "nothing went");
    years.sound(&daemon, false);
}
