//! Erasing text in the journal itself, with the built binary: a name that stands in what a call was about, in reasons, in alerts or
//! among those who acted is in no file of the state directory and no new backup any more; the chain verifies as before, and
//! everything says who had it erased, when and why. Kills and failing disks are in `erasure_kills.rs`.

mod support;

use jiff::{SignedDuration, Timestamp};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::Output;
use std::time::Duration;
use support::daemon::Daemon;
use support::named::{INK, NAME, Recorded, recorded};
use support::site::{Neighbours, Site};
use support::smtp_sink::{Manner, SmtpSink};
use support::{Scratch, holding, wait_for};

const SOON: Duration = Duration::from_secs(30);

fn contains(said: &str, words: &[&str]) {
    words.iter().for_each(|words| assert!(said.contains(words), "{words} is missing:\n{said}"));
}

fn nowhere(site: &Site, name: &str) {
    assert_eq!(holding(&site.state, name), Vec::<PathBuf>::new(), "no file of the record holds {name}");
}

fn two_hours_ago() -> Timestamp {
    Timestamp::now() - SignedDuration::from_hours(2)
}

fn asked(text: &str) -> Vec<&str> {
    vec!["--lang", "en", "store", "erase", "--containing", text, "--by", "佐藤", "--reason", "住民の氏名"]
}

/// Erases what is kept beside the journal.
fn beside(daemon: &Daemon, call: &str) {
    daemon.tell(&["incident", "erase", call, "--containing", NAME, "--reason", "住民の氏名", "--by", "佐藤"]);
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), output.stderr.as_slice()].concat()).into_owned()
}

/// What it is refused with.
fn refused(daemon: &Daemon, arguments: &[&str], code: i32, words: &[&str]) {
    let output = daemon.ask(arguments);
    assert_eq!(output.status.code(), Some(code), "{}", said(&output));
    contains(&said(&output), words);
}

#[test]
fn a_name_is_nowhere_any_more_wherever_it_stood() {
    let scratch = Scratch::new("erasure-text");
    let Recorded { site, call, _mail } = recorded(&scratch, two_hours_ago(), false, false);
    let mut daemon = Daemon::start(&site.config, &scratch);
    let act = |daemon: &Daemon, arguments: &[&str]| daemon.tell(&[arguments, &["--by", NAME]].concat());
    act(&daemon, &["incident", "confirm", &call, "--because", "山田 花子様の端末のみで発生"]);
    act(&daemon, &["incident", "note", &call, "山田花子様に折り返し済み"]);
    let silence =
        ["silence", "add", "--host", "core-sw-01", "--owner", "k-sha", "--reason", "山田花子様の要望", "--for", "1h"];
    act(&daemon, &silence);
    let work = [
        "maintenance",
        "add",
        "山田花子様宅の回線",
        "--component",
        "core-switch",
        "--owner",
        "k-sha",
        "--reason",
        NAME,
    ];
    act(&daemon, &[work.as_slice(), &["--for", "1h"]].concat());
    act(&daemon, &["change", "add", "山田花子様の端末を交換", "--component", "core-switch"]);
    contains(&daemon.tell(&["--lang", "en", "incident", "show", &call]), &[NAME, "山田 花子様の端末のみで発生"]);

    // What is kept beside the journal goes while the daemon runs, and it says what to do for the rest.
    let beside =
        ["--lang", "en", "incident", "erase", &call, "--containing", NAME, "--reason", "住民の氏名", "--by", "佐藤"];
    let told = daemon.tell(&beside);
    contains(&told, &["2 texts of people", "stay in the journal", "kiriwake store erase", "backups made before"]);
    refused(&daemon, &beside, 65, &["outside the journal", "kiriwake store erase"]);
    refused(&daemon, &asked(NAME), 75, &["in use by another kiriwake"]);
    let dry = ["--lang", "en", "store", "erase", "--dry-run", "--containing", NAME];
    contains(&daemon.tell(&dry), &["would be written over", "Nothing was changed", "At present", "journal/", "db/"]);
    assert!(daemon.terminate().success());
    let before = holding(&site.state, NAME);
    contains(&daemon.tell(&dry), &["would be written over", "Nothing was changed"]);
    assert_eq!(holding(&site.state, NAME), before);

    // Asked for in a way that neither the shell nor the list of processes keeps.
    let done =
        daemon.ask_with(&["--lang", "en", "store", "erase", "--by", "佐藤", "--reason", "住民の氏名"], "山田 花子\n");
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    contains(
        &said(&done),
        &["written over; ■ stands there now", "working state was built anew", "No file of the state directory"],
    );
    nowhere(&site, NAME);
    let verified = ["inked over     text in ", "by 佐藤", "住民の氏名", "sound"];
    contains(&daemon.tell(&["store", "verify"]), &verified);
    daemon.restart();
    let gone = |daemon: &Daemon| {
        for command in ["show", "evidence"] {
            assert!(!daemon.tell(&["incident", command, &call]).contains("花子"));
        }
        let shown = daemon.tell(&["--lang", "en", "incident", "show", &call]);
        contains(&shown, &[&format!("住民の{INK}様より"), "■ in the record: erased", "by 佐藤", "住民の氏名"]);
        contains(&daemon.tell(&["--lang", "ja", "explain", &call]), &[INK, "記録中の■", "が消去（理由：住民の氏名）"]);
        let all = daemon.tell(&["--lang", "en", "incident", "list", "--all"]);
        contains(&all, &[&format!("{INK} のログイン失敗")]);
        assert!(!all.contains(NAME), "{all}");
    };
    gone(&daemon);
    contains(&daemon.tell(&["--lang", "ja", "silence", "list"]), &[INK]);
    // It stands in the journal itself, once.
    let recorded = |daemon: &Daemon| {
        let exported = daemon.tell(&["store", "export", "--entries"]);
        assert!(!exported.contains("花子"));
        let word = |line: &&str| line.contains("Inked") && line.contains("住民の氏名") && line.contains("佐藤");
        exported.lines().filter(word).count()
    };
    assert_eq!(recorded(&daemon), 1);

    // What comes later is another matter, and is found again.
    act(&daemon, &["change", "add", "予備の端末を貸与", "--component", "core-switch"]);
    assert!(daemon.terminate().success());
    contains(&daemon.tell(&asked(NAME)), &["written over", "No file"]);
    contains(&daemon.tell(&asked(NAME)), &["It stands nowhere in the journal.", "No file"]);
    nowhere(&site, NAME);
    daemon.restart();
    gone(&daemon);
    assert_eq!(recorded(&daemon), 2);
    let backup = scratch.join("backup");
    let target = backup.display().to_string();
    contains(&daemon.tell(&["store", "backup", &target]), &["text in ", "by 佐藤", "sound"]);
    assert!(daemon.terminate().success());
    assert_eq!(holding(&backup, NAME), Vec::<PathBuf>::new());

    // Restored, and built anew from the journal, it is the same.
    daemon.tell(&["store", "restore", &target, "--set-aside"]);
    daemon.tell(&["store", "rebuild"]);
    contains(&daemon.tell(&["store", "verify"]), &verified);
    daemon.restart();
    gone(&daemon);
    assert_eq!(recorded(&daemon), 2);
    assert!(daemon.terminate().success());
    // Without the word of it the chain would be broken.
    fs::remove_file(site.state.join("inked.json")).expect("it tells of the erasure");
    contains(&said(&daemon.ask(&["store", "verify"])), &["does not continue"]);
    refused(&daemon, &asked("証明書"), 74, &["nothing was erased", "does not continue", "restore a backup"]);
}

#[test]
fn what_is_archived_is_erased_as_well() {
    let scratch = Scratch::new("erasure-text-archived");
    let forty_days = SignedDuration::from_hours(40 * 24);
    let Recorded { site, call, _mail } = recorded(&scratch, Timestamp::now() - forty_days, false, true);
    let mut daemon = Daemon::start(&site.config, &scratch);
    wait_for("it to leave memory", SOON, || {
        (!daemon.tell(&["incident", "list", "--all"]).contains(&call)).then_some(())
    });
    contains(&daemon.tell(&["incident", "show", &call]), &[NAME]);
    beside(&daemon, &call);
    assert!(daemon.terminate().success());
    contains(&daemon.tell(&asked(NAME)), &["written over"]);
    nowhere(&site, NAME);
    daemon.restart();
    contains(&daemon.tell(&["--lang", "en", "incident", "show", &call]), &[INK, "by 佐藤", "住民の氏名"]);
    assert!(daemon.terminate().success());
    nowhere(&site, NAME);
}

#[test]
fn what_has_to_stay_stays_and_that_is_said() {
    let scratch = Scratch::new("erasure-text-needed");
    let Recorded { site, _mail, .. } = recorded(&scratch, two_hours_ago(), true, false);
    let mut daemon = Daemon::start(&site.config, &scratch);
    assert!(daemon.terminate().success());
    let journal = holding(&site.state.join("journal"), NAME);
    for (text, words) in [
        (NAME, "the end of alert A-"),
        ("core-sw-01", "the configuration contains the text"),
        ("林", "too little to look for everywhere"),
        ("pc", "too little to look for everywhere"),
        ("operator", "one of the program's own words"),
        ("incident", "one of the program's own words"),
        ("kiriwake", "one of the program's own words"),
        ("  ", "the text to look for is empty"),
        ("佐 藤", "--by contains the text"),
        ("氏名", "--reason contains the text"),
    ] {
        refused(&daemon, &asked(text), 65, &[words]);
    }
    refused(&daemon, &["store", "erase", "--containing", NAME, "--by", "佐藤"], 64, &["--reason"]);
    assert_eq!(holding(&site.state.join("journal"), NAME), journal);
    contains(&daemon.tell(&["store", "verify"]), &["sound"]);
}

/// Where it stands elsewhere is said, with what to do, and the exit code tells.
#[test]
fn what_still_holds_it_is_named() {
    let scratch = Scratch::new("erasure-text-left");
    let Recorded { site, call, _mail } = recorded(&scratch, two_hours_ago(), false, false);
    let mut daemon = Daemon::start(&site.config, &scratch);
    beside(&daemon, &call);
    daemon.tell(&["incident", "note", &call, "山田花子様に折り返し済み"]);
    assert!(daemon.terminate().success());
    fs::create_dir_all(site.state.join("quarantine/1")).expect("ours");
    let kept = site.state.join("quarantine/1/escaped");
    fs::write(&kept, r#"{"said":"\u5c71\u7530 花子"}"#).expect("ours");
    let left = [
        "STILL in the state directory: 2 places in 2 files",
        "bodies/",
        "1  quarantine/1/escaped",
        "incident erase NUMBER",
    ];
    refused(&daemon, &asked(NAME), 1, &left);
    assert_eq!(holding(&site.state.join("journal"), NAME), Vec::<PathBuf>::new());
    fs::remove_file(kept).expect("ours");
    daemon.restart();
    beside(&daemon, &call);
    assert!(daemon.terminate().success());
    contains(
        &daemon.tell(&asked(NAME)),
        &["It stands nowhere in the journal.", "No file of the state directory holds it"],
    );
    nowhere(&site, NAME);
}

#[test]
fn a_journal_that_is_not_whole_is_left_alone() {
    let scratch = Scratch::new("erasure-text-damaged");
    let Recorded { site, call, _mail } = recorded(&scratch, two_hours_ago(), false, false);
    let mut daemon = Daemon::start(&site.config, &scratch);
    beside(&daemon, &call);
    assert!(daemon.terminate().success());
    let path = holding(&site.state.join("journal"), NAME).remove(0);
    let good = fs::read(&path).expect("ours");
    let at = good.windows(NAME.len()).position(|window| window == NAME.as_bytes()).expect("it stands there");
    let mut damaged = good.clone();
    damaged[at] ^= 1;
    let cut = &good[..good.len() - 7];
    for (bytes, words) in
        [(damaged.as_slice(), "is damaged"), (cut, "unfinished record"), (&good[..0], "had been recorded")]
    {
        fs::write(&path, bytes).expect("ours");
        refused(&daemon, &asked(NAME), 74, &["nothing was erased", words, "start it, stop it and try again"]);
        assert_eq!(fs::read(&path).expect("ours"), bytes);
        assert!(!site.state.join("quarantine").exists() && !site.state.join("erasing").exists());
    }
    fs::write(&path, good).expect("ours");
    daemon.tell(&asked(NAME));
    nowhere(&site, NAME);
}

/// What waits is worded anew from the journal: whoever erases hears which messages still say it, and how to keep them here.
#[test]
fn what_waits_and_still_says_it_is_named_and_can_be_kept_from_leaving() {
    let scratch = Scratch::new("erasure-waits");
    let mail = SmtpSink::start();
    mail.behave(Manner::TryLater);
    let smtp = SocketAddr::from((Ipv4Addr::LOCALHOST, mail.port()));
    let site = Site::a_town(scratch.path(), &Neighbours { zabbix: None, smtp, webhook: None });
    let mut daemon = Daemon::start(&site.config, &scratch);
    let open = ["incident", "open", "山田花子様より：住民票が出ない", "--component", "core-switch", "--severity", "1"];
    daemon.tell(&open);
    let number = daemon.numbers().remove(0);
    let rows = || -> Vec<serde_json::Value> {
        let rows = serde_json::from_str(&daemon.tell(&["outbox", "list", "--all", "--json"])).expect("JSON");
        let serde_json::Value::Array(rows) = rows else { panic!("{rows}") };
        rows.into_iter()
            .filter(|row| row["incident"] == number.as_str() && row["to"].to_string().contains('@'))
            .collect()
    };
    let worded = wait_for("every mail to be tried", SOON, || {
        let rows = rows();
        let tried = rows.iter().all(|row| row["attempts"] != 0 && row["state"].get("Started").is_none());
        (rows.len() > 1 && tried).then_some(rows.len())
    });
    let asked = ["incident", "erase", &number, "--containing", NAME, "--reason", "住民の氏名", "--by", "佐藤"];
    let told = daemon.tell(&[&["--lang", "ja"], &asked[..]].concat());
    contains(&told, &["【注意】未送信の連絡", "kiriwake outbox drop O-", "store erase"]);
    // Nothing is kept that could be erased once more; what leaves is told all the same.
    let again = ["--lang", "en"];
    refused(&daemon, &[&again, &asked[..]].concat(), 65, &["Messages that wait say it", "O-"]);
    let drops: Vec<&str> = told.lines().filter_map(|line| line.trim().strip_prefix("kiriwake outbox drop ")).collect();
    let named: Vec<&str> = drops.iter().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(named.len(), worded, "each that says it, once: {told}");
    for row in &named {
        daemon.tell(&["outbox", "drop", row, "--reason", "文面に個人名"]);
    }
    mail.behave(Manner::Accept);
    let dropped = rows().iter().filter(|row| row["state"].get("Dropped").is_some()).count();
    assert_eq!(dropped, worded);
    // Where nothing but the files said it, the rest is worded anew without it.
    mail.behave(Manner::TryLater);
    daemon.tell(&["incident", "open", "帳票が出ない", "--component", "core-switch", "--severity", "1", "--separate"]);
    let number = daemon.numbers().pop().expect("another");
    let written = || holding(&site.state.join("messages"), &number).len();
    wait_for("its mails", SOON, || (written() > 1).then_some(()));
    let all = ["--lang", "en", "incident", "erase", &number, "--reason", "住民の氏名"];
    let told = daemon.tell(&all);
    contains(&told, &["Not sent yet, and worded anew"]);
    assert!(!told.contains("THE TEXT STILL LEAVES"), "{told}");
    daemon.assert_books_balance();
    assert!(daemon.terminate().success());
}
