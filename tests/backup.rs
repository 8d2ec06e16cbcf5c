//! Backup, restore, export and rebuild at the command line, on recorded days in a real store: what comes back is what was,
//! nothing is overwritten or deleted, what is damaged is told and what is altered refused (P10, P19).
//!
//! Not here: a daemon that runs meanwhile (`restore.rs`), and what the desk makes of a restore (`src/daemon/core/tests`).

#![allow(clippy::unwrap_used, reason = "a test that cannot read its own data should stop")]

#[path = "support/recorded.rs"]
mod recorded;

use kiriwake::store::{self, Store};
use recorded::{Desk, facts, files};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

#[test]
fn what_comes_back_from_a_backup_is_what_was() {
    let desk = Desk::recorded();
    let told = desk.says(0, &["store", "backup", "kept"]);
    assert!(told.contains("result         sound"), "{told}");
    assert!(desk.says(0, &["store", "verify", "--backup", "kept"]).contains("sound"));
    // Restored by another machine: its state directory does not even exist.
    let other = Desk::empty();
    let kept = desk.path("kept").display().to_string();
    let told = other.says(0, &["store", "restore", &kept]);
    assert!(told.contains("term 2") && told.contains("held"), "{told}");
    assert_eq!(facts(&other.export()), facts(&desk.export()));
    let numbers = other.export().iter().filter(|line| line["number"].is_string()).count();
    assert!(numbers >= 4, "{numbers} numbered incidents");
    assert!(other.says(0, &["store", "verify"]).contains("result         sound"));
    let bodies = |desk: &Desk| files(&desk.state().join("bodies"));
    assert_eq!(bodies(&other), bodies(&desk));
    // The log, what people of those days wrote, and what a caller said.
    assert_eq!(bodies(&other).len(), 6);
}

#[test]
fn nothing_is_overwritten_by_a_backup_and_nothing_but_a_whole_one_gets_its_name() {
    let desk = Desk::recorded();
    fs::create_dir(desk.path("taken")).unwrap();
    assert!(desk.says(73, &["store", "backup", "taken"]).contains("nothing is overwritten"));
    assert!(desk.says(73, &["store", "backup", "state/inside"]).contains("state directory itself"));
    assert!(desk.says(73, &["store", "backup", "nowhere/kept"]).contains("does not exist"));
    assert!(Desk::empty().says(73, &["store", "backup", "kept"]).contains("does not exist"));
    // Killed at any instant: under its name there is a whole backup, or nothing.
    let mut whole = 0;
    for nth in 0..30 {
        let name = format!("kept-{nth}");
        let mut child = desk.command(&["store", "backup", &name]).stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(nth * 5));
        child.kill().unwrap();
        child.wait().unwrap();
        if desk.path(&name).exists() {
            desk.says(0, &["store", "verify", "--backup", &name]);
            whole += 1;
        }
    }
    println!("{whole} of 30 were whole before the kill");
    // What was left is no backup, and says so.
    for name in fs::read_dir(desk.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()) {
        let name = name.to_string_lossy();
        if name.contains(".unfinished.") && !desk.path(&name).join("manifest.json").exists() {
            assert!(desk.says(74, &["store", "restore", &name, "--set-aside"]).contains("not finished"));
        }
    }
}

// P10
#[test]
fn a_backup_of_a_damaged_record_says_what_is_missing_and_keeps_the_rest() {
    let desk = Desk::recorded();
    let body = files(&desk.state().join("bodies")).into_keys().next().unwrap();
    fs::write(desk.state().join("bodies").join(&body), "kernel: link up").unwrap();
    let journal = fs::read_dir(desk.state().join("journal")).unwrap().map(|entry| entry.unwrap().path()).min().unwrap();
    let mut bytes = fs::read(&journal).unwrap();
    bytes[20_000] ^= 1;
    fs::write(&journal, bytes).unwrap();
    let told = desk.says(1, &["store", "backup", "kept"]);
    assert!(told.contains("not readable") || told.contains("damaged"), "{told}");
    assert!(told.contains(body.to_str().unwrap()) && told.contains("000000000001.kwj"), "{told}");
    // It is whole as a copy, holds what the record holds, and can be restored.
    assert!(desk.says(1, &["store", "verify", "--backup", "kept"]).contains("whole, of a record with"));
    let other = Desk::empty();
    other.says(0, &["store", "restore", desk.path("kept").to_str().unwrap()]);
    let before = files(&desk.state().join("journal"));
    for (name, bytes) in files(&other.state().join("journal")) {
        assert!(bytes.starts_with(&before[&name]), "{}", name.display());
    }
    // And what is gone altogether.
    let desk = Desk::recorded();
    let journal = desk.state().join("journal/000000000001.kwj");
    fs::remove_file(journal).unwrap();
    let told = desk.says(1, &["store", "backup", "kept"]);
    assert!(told.contains("finding") && desk.path("kept").exists(), "{told}");
}

#[test]
fn an_altered_or_cut_backup_is_refused_with_file_and_reason_and_nothing_is_touched() {
    let desk = Desk::recorded();
    desk.says(0, &["store", "backup", "kept"]);
    let kept = files(&desk.path("kept"));
    let before = files(&desk.state());
    for (name, bytes) in &kept {
        let (path, shown) = (desk.path("kept").join(name), name.display().to_string());
        let mut flipped = bytes.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 1;
        fs::write(&path, flipped).unwrap();
        let told = desk.says(74, &["store", "restore", "kept", "--set-aside"]);
        assert!(told.contains(&shown), "{shown}: {told}");
        fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
        assert!(desk.says(74, &["store", "restore", "kept", "--set-aside"]).contains(&shown));
        fs::remove_file(&path).unwrap();
        let told = desk.says(74, &["store", "restore", "kept", "--set-aside"]);
        assert!(told.contains(&shown) && told.contains("missing"), "{told}");
        fs::write(&path, bytes).unwrap();
    }
    assert_eq!(files(&desk.state()), before);
    desk.says(0, &["store", "restore", "kept", "--set-aside"]);
}

#[test]
fn a_restore_never_goes_over_a_record_and_never_deletes_one() {
    let desk = Desk::recorded();
    desk.says(0, &["store", "backup", "kept"]);
    let before = files(&desk.state());
    let told = desk.says(73, &["store", "restore", "kept"]);
    assert!(told.contains("--set-aside"), "{told}");
    assert_eq!(files(&desk.state()), before);
    // P18: not beside whoever uses it.
    let held = store::Lock::take(&desk.state()).unwrap();
    for command in [&["store", "restore", "kept", "--set-aside"][..], &["store", "rebuild"]] {
        assert!(desk.says(75, command).contains("in use by another kiriwake"));
    }
    drop(held);
    assert_eq!(files(&desk.state()), before);
    desk.says(0, &["store", "restore", "kept", "--set-aside"]);
    let aside = files(&desk.state().join("quarantine"));
    for (name, bytes) in before.iter().filter(|(name, _)| !name.starts_with("quarantine") && *name != Path::new("lock"))
    {
        let found = aside.iter().any(|(path, kept)| path.ends_with(name) && kept == bytes);
        assert!(found, "{} is in quarantine", name.display());
    }
    // The term counts on from the record that was there.
    assert!(desk.says(0, &["store", "restore", "kept", "--set-aside"]).contains("term 3"));
}

#[test]
fn while_a_restore_is_half_done_nothing_starts_and_it_can_be_done_again() {
    let desk = Desk::recorded();
    desk.says(0, &["store", "backup", "kept"]);
    fs::create_dir(desk.state().join("restoring")).unwrap();
    fs::rename(desk.state().join("head"), desk.state().join("restoring/head")).unwrap();
    let told = desk.says(74, &["run"]);
    assert!(told.contains("cut short") && told.contains("store restore"), "{told}");
    assert!(desk.says(1, &["store", "verify"]).contains("restoring"));
    desk.says(0, &["store", "restore", "kept", "--set-aside"]);
    assert!(desk.says(0, &["store", "verify"]).contains("result         sound"));
}

#[test]
fn a_restore_that_is_killed_leaves_a_whole_record_or_one_that_starts_nothing() {
    let desk = Desk::recorded();
    desk.says(0, &["store", "backup", "kept"]);
    let last = |desk: &Desk| desk.export().last().unwrap()["last_seq"].clone();
    let (seq, mut refused) = (last(&desk), 0);
    for nth in 0..25 {
        let mut child =
            desk.command(&["store", "restore", "kept", "--set-aside"]).stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(nth * 4));
        child.kill().unwrap();
        child.wait().unwrap();
        match Store::open(&desk.state(), store::Options::default()) {
            Ok((store, start)) => {
                assert_eq!(Value::from(start.last_seq), seq, "killed after {} ms", nth * 4);
                drop(store);
            }
            Err(store::Error::Restoring { .. }) => {
                refused += 1;
                desk.says(0, &["store", "restore", "kept", "--set-aside"]);
                assert_eq!(last(&desk), seq);
            }
            Err(error) => panic!("killed after {} ms: {error}", nth * 4),
        }
    }
    println!("{refused} of 25 were killed half way");
}

#[test]
fn a_rebuild_sets_the_working_state_aside_and_makes_the_same_from_the_journal() {
    let desk = Desk::recorded();
    let before = desk.export();
    let broken = fs::read_dir(desk.state().join("db")).unwrap().map(|entry| entry.unwrap().path());
    let broken = broken.filter(|path| path.is_file()).max_by_key(|path| path.metadata().unwrap().len()).unwrap();
    fs::write(&broken, "not sled at all").unwrap();
    desk.says(1, &["store", "verify"]);
    let told = desk.says(0, &["store", "rebuild"]);
    assert!(told.contains("quarantine") && told.contains("built"), "{told}");
    let aside = files(&desk.state().join("quarantine"));
    assert!(aside.values().any(|bytes| bytes == b"not sled at all"));
    let told = desk.says(0, &["store", "verify"]);
    assert!(told.contains("whole") && told.contains("result         sound"), "{told}");
    assert_eq!(facts(&desk.export()), facts(&before));
}

#[test]
fn what_root_restores_or_rebuilds_belongs_to_the_user_of_the_daemon() {
    let desk = Desk::recorded();
    desk.says(0, &["store", "backup", "kept"]);
    // Only root can give anything away; everybody else owns what he makes.
    let is_root = std::os::unix::fs::chown(desk.state(), Some(65_534), Some(65_534)).is_ok();
    let owner = fs::metadata(desk.state()).unwrap().uid();
    assert_eq!(owner == 65_534, is_root);
    for command in [&["store", "rebuild"][..], &["store", "restore", "kept", "--set-aside"]] {
        desk.says(0, command);
        let strangers: Vec<_> = files(&desk.state()).into_keys().collect();
        let strangers = strangers.iter().filter(|name| {
            let path = desk.state().join(name);
            path.ancestors()
                .take_while(|path| *path != desk.state())
                .any(|path| path.metadata().unwrap().uid() != owner)
        });
        assert_eq!(strangers.collect::<Vec<_>>(), Vec::<&PathBuf>::new(), "{command:?}");
    }
}

#[test]
fn an_export_tells_everything_in_the_words_of_the_readme() {
    let desk = Desk::recorded();
    let lines = desk.export();
    let last = lines.last().unwrap();
    assert_eq!((&lines[0]["kind"], &last["kind"]), (&Value::from("record"), &Value::from("end")));
    for kind in ["incident", "request", "row", "alert"] {
        let counted = last["counts"][&match kind {
            "row" => "rows".to_owned(),
            other => format!("{other}s"),
        }]
            .as_u64()
            .unwrap();
        let told = lines.iter().filter(|line| line["kind"] == kind).count() as u64;
        assert!(told > 0 && told == counted, "{kind}: {told} of {counted}");
    }
    let entries = desk.says(0, &["store", "export", "--entries"]);
    assert!(entries.lines().filter(|line| line.starts_with("{\"kind\":\"entry\"")).count() > 100);
    // Documented, in both languages, to the last name.
    for readme in ["README.md", "README.ja.md"] {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(readme)).unwrap();
        for (kind, names) in names(&entries) {
            let row = text.lines().find(|line| line.starts_with(&format!("| `{kind}` |")));
            let row = row.unwrap_or_else(|| panic!("{readme} has no row for `{kind}`"));
            let told: BTreeSet<String> = row.split('`').skip(3).step_by(2).map(str::to_owned).collect();
            assert_eq!(told, names, "{readme}: `{kind}`");
        }
    }
}

/// The names on the lines of each kind.
fn names(lines: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in lines.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let names = line.as_object().unwrap().keys().filter(|name| *name != "kind").cloned();
        found.entry(line["kind"].as_str().unwrap().to_owned()).or_default().extend(names);
    }
    found
}

// P19
#[test]
fn a_record_of_a_newer_version_is_refused_by_every_command_and_left_byte_for_byte() {
    let desk = Desk::recorded();
    desk.says(0, &["store", "backup", "kept"]);
    let options = store::Options { schema: 2, ..store::Options::default() };
    let (store, _) = Store::open(&desk.state(), options).unwrap();
    store.close().unwrap();
    fs::remove_file(desk.state().join("lock")).unwrap();
    let before = files(&desk.state());
    for command in [
        &["run"][..],
        &["store", "verify"],
        &["store", "backup", "other"],
        &["store", "restore", "kept", "--set-aside"],
        &["store", "restore", "kept"],
        &["store", "export"],
        &["store", "export", "--entries"],
        &["store", "rebuild"],
    ] {
        let told = desk.says(78, command);
        assert!(told.contains("newer kiriwake") && told.contains("schema 2"), "{command:?}: {told}");
        assert_eq!(files(&desk.state()), before, "{command:?}");
    }
    assert!(!desk.path("other").exists());
}
