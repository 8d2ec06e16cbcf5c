//! `kiriwake demo` as a newcomer runs it: it tells its story, ends by itself in time, and leaves nothing behind.
#![allow(clippy::unwrap_used, reason = "a failed test should stop")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// What was promised to the newcomer.
const PROMISED: Duration = Duration::from_secs(40);

/// The program, with a folder of its own for what is temporary.
fn kiriwake(temporary: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kiriwake"));
    command.args(arguments).env("TMPDIR", temporary).env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
    command
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}

#[test]
fn the_story_is_told_in_time_and_nothing_stays() {
    let temporary = tempfile::tempdir().unwrap();
    let began = Instant::now();
    let output = kiriwake(temporary.path(), &["demo"]).output().unwrap();
    let (took, told) = (began.elapsed(), text(&output));
    assert!(output.status.success(), "{told}");
    assert!(took < PROMISED, "it took {took:?}");
    assert!(is_empty(temporary.path()));
    let mut rest = told.as_str();
    for part in [
        "stand-in   Zabbix is not a real one",
        "nothing is wrong",
        "02:13:10  world     The core switch",
        "First sign",
        "KW-20260920-0001, severity 1",
        "judges: コアスイッチ, kept by 株式会社N (probable)",
        "bothers none of the others",
        "40 problems on 40 hosts, 6 more from the logs",
        "still has one incident and one request",
        "02:45:",
        "02:52:00  person",
        "03:00:",
        "【第二報】",
        "復旧確認中",
        "KW-20260920-0002",
        "【障害】【復旧】",
        "Subject: 【対応依頼】【至急】",
        "Subject: 【障害】【第一報】",
        "Subject: 【電話連絡票】",
        "the books balance",
        "kiriwake init DIR",
    ] {
        let at = rest.find(part).unwrap_or_else(|| panic!("{part:?} is missing, or out of order, in\n{told}"));
        rest = &rest[at + part.len()..];
    }
    assert!(!told.contains('\u{1b}'), "no colours where nobody sees them");
}

#[test]
fn what_is_kept_is_a_working_site_with_its_mails() {
    let temporary = tempfile::tempdir().unwrap();
    let (inner, keep) = (temporary.path().join("tmp"), temporary.path().join("kept"));
    fs::create_dir(&inner).unwrap();
    let kept = keep.to_str().unwrap();
    let output = kiriwake(&inner, &["--lang", "ja", "demo", "--mails", "--keep", kept]).output().unwrap();
    let told = text(&output);
    assert!(output.status.success(), "{told}");
    assert!(told.contains("次にできること") && told.contains("Subject: 【受領確認のお願い】"), "{told}");
    assert!(is_empty(&inner));
    let mails = fs::read_dir(keep.join("mail/new")).unwrap().count();
    assert_eq!(mails, told.matches("\nSubject: ").count());
    let config = keep.join("config");
    for check in [&["check"][..], &["store", "verify"]] {
        let arguments = [&["--config", config.to_str().unwrap()], check].concat();
        let output = kiriwake(&inner, &arguments).output().unwrap();
        assert!(output.status.success(), "{check:?}: {}", text(&output));
    }
    let again = kiriwake(&inner, &["demo", "--keep", kept]).output().unwrap();
    assert_eq!(again.status.code(), Some(64), "{}", text(&again));
    assert!(text(&again).contains("is not empty"));
    assert!(is_empty(&inner));
}

#[test]
fn an_interrupted_story_leaves_nothing_behind_either() {
    let temporary = tempfile::tempdir().unwrap();
    let mut demo = kiriwake(temporary.path(), &["demo"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(demo.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("02:13:10")), "it begins");
    assert!(!is_empty(temporary.path()));
    let pid = demo.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    lines.by_ref().for_each(drop);
    assert_eq!(demo.wait().unwrap().code(), Some(130));
    assert!(is_empty(temporary.path()));
}
