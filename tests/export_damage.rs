//! `store export` of a record that is damaged: it tells what the daemon would list, and names what it could not have (P10).

#![allow(clippy::unwrap_used, reason = "a test that cannot read its own data should stop")]

#[path = "support/recorded.rs"]
mod recorded;

use recorded::{Desk, files};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

/// The journal's files, oldest first.
fn journal(desk: &Desk) -> Vec<PathBuf> {
    let files = fs::read_dir(desk.state().join("journal")).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files.collect();
    files.sort();
    files
}

fn flip(path: &PathBuf, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}

/// What an export gives, and what it says on the way.
fn export(desk: &Desk) -> (Option<i32>, Vec<Value>, String) {
    let output = desk.command(&["store", "export"]).output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let lines = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (output.status.code(), lines, String::from_utf8(output.stderr).unwrap())
}

/// The same, where something must be missing.
fn damaged(desk: &Desk) -> (Vec<Value>, String) {
    let (code, lines, said) = export(desk);
    assert_eq!(code, Some(1), "{said}");
    (lines, said)
}

fn of<'a>(lines: &'a [Value], kind: &str) -> Vec<&'a Value> {
    let mut lines: Vec<&Value> = lines.iter().filter(|line| line["kind"] == kind).collect();
    lines.sort_by_key(|line| line["id"].as_str().map(str::to_owned));
    lines
}

#[test]
fn the_export_of_a_damaged_journal_tells_every_incident_as_the_daemon_would_list_it() {
    let desk = Desk::recorded();
    let sound = desk.export();
    assert!(of(&sound, "incident").len() >= 4);
    let mut harmless = 0;
    for file in journal(&desk) {
        let good = fs::read(&file).unwrap();
        for eighth in 1..8 {
            flip(&file, good.len() * eighth / 8);
            let (code, lines, said) = export(&desk);
            if code == Some(0) {
                // The state a later file begins with: with all frames before it nobody needs it.
                assert_eq!(recorded::facts(&lines), recorded::facts(&sound), "{said}");
                harmless += 1;
                fs::write(&file, &good).unwrap();
                continue;
            }
            assert_eq!(code, Some(1), "{said}");
            assert!(said.contains("missing") && !said.contains("not exported: incident"), "{said}");
            assert!(!said.contains("is not known"), "{said}");
            for kind in ["incident", "request"] {
                assert_eq!(of(&lines, kind), of(&sound, kind), "{} at {eighth}/8: {said}", file.display());
            }
            let end = lines.last().unwrap();
            assert_eq!((&end["kind"], &end["counts"]["incidents_missing"]), (&"end".into(), &0.into()));
            assert!(end["counts"]["lost"].as_u64().unwrap() > 0);
            fs::write(&file, &good).unwrap();
        }
    }
    assert!(harmless < 8, "{harmless} of 14");
    // Gone altogether, or its end: the working state is ahead of it.
    let [first, last] = <[PathBuf; 2]>::try_from(journal(&desk)).unwrap();
    let good = (fs::read(&first).unwrap(), fs::read(&last).unwrap());
    fs::remove_file(&first).unwrap();
    let (lines, said) = damaged(&desk);
    assert_eq!(of(&lines, "incident"), of(&sound, "incident"), "{said}");
    fs::write(&first, &good.0).unwrap();
    fs::write(&last, &good.1[..good.1.len() / 2]).unwrap();
    let (lines, said) = damaged(&desk);
    assert_eq!(of(&lines, "incident"), of(&sound, "incident"), "{said}");
    fs::write(&last, &good.1).unwrap();
    assert_eq!(recorded::facts(&desk.export()), recorded::facts(&sound));
    // And nothing is left of looking.
    assert!(files(&desk.state()).into_keys().all(|name| !name.to_string_lossy().contains("verify.")));
}

#[test]
fn incidents_an_export_cannot_have_are_named_and_it_says_from_where_on_nothing_is_known() {
    let desk = Desk::recorded();
    let sound = desk.export();
    fs::remove_dir_all(desk.state().join("db")).unwrap();
    let last = journal(&desk).pop().unwrap();
    let good = fs::read(&last).unwrap();
    let (mut tried, mut named) = (0, 0);
    // The state it begins with is most of the file.
    for part in 1..20 {
        flip(&last, good.len() - good.len() * part / 80);
        let (code, lines, said) = export(&desk);
        if code == Some(0) {
            assert_eq!(recorded::facts(&lines), recorded::facts(&sound), "{said}");
            fs::write(&last, &good).unwrap();
            continue;
        }
        tried += 1;
        assert!(said.contains("the working state does not tell what is missing: its folder is missing"), "{said}");
        assert!(said.contains("changed is not known: incidents that begin there are missing"), "{said}");
        let told = |id: &Value| of(&lines, "incident").iter().any(|line| line["id"] == *id);
        for gone in of(&sound, "incident").into_iter().filter(|line| !told(&line["id"])) {
            let id = gone["id"].as_str().unwrap();
            assert!(said.contains(&format!("incident {id}")) || said.contains("begin there"), "{id}: {said}");
            named += usize::from(said.contains(&format!("not exported: incident {id}")));
        }
        fs::write(&last, &good).unwrap();
    }
    println!("{tried} tried, {named} named");
    assert!(tried > 5);
}

#[test]
fn with_hardly_any_journal_left_the_working_state_tells_every_incident() {
    let desk = Desk::recorded();
    let sound = desk.export();
    // Both snapshots are gone with the files that began with them.
    let [first, last] = <[PathBuf; 2]>::try_from(journal(&desk)).unwrap();
    fs::remove_file(&last).unwrap();
    flip(&first, 100);
    let (lines, said) = damaged(&desk);
    let numbers = |lines: &[Value]| lines.iter().filter(|line| line["number"].is_string()).count();
    assert_eq!(numbers(&lines), numbers(&sound), "{said}");
}

#[test]
fn an_incident_nothing_tells_of_any_more_is_named() {
    let desk = Desk::recorded();
    let sound = desk.export();
    fs::remove_dir_all(desk.state().join("db")).unwrap();
    let [first, last] = <[PathBuf; 2]>::try_from(journal(&desk)).unwrap();
    // The state the second file begins with.
    flip(&last, 500);
    let good = fs::read(&first).unwrap();
    let mut named = 0;
    for at in (0..good.len()).filter(|at| good[*at..].starts_with(b"\"Opened\"")) {
        flip(&first, at);
        let (lines, said) = damaged(&desk);
        let told = |id: &Value| of(&lines, "incident").iter().any(|line| line["id"] == *id);
        let gone = of(&sound, "incident").into_iter().filter(|line| !told(&line["id"])).map(|line| &line["id"]);
        let gone: Vec<&str> = gone.filter_map(Value::as_str).collect();
        for id in &gone {
            let says = format!("not exported: incident {id}: what tells of it is missing or cannot be read");
            assert!(said.contains(&says) || said.contains("incidents that begin there are missing"), "{id}: {said}");
            named += u64::from(said.contains(&says));
        }
        let counted = lines.last().unwrap()["counts"]["incidents_missing"].as_u64().unwrap();
        assert_eq!(counted, said.matches("not exported: incident").count() as u64, "{said}");
        fs::write(&first, &good).unwrap();
    }
    assert!(named > 0);
}
