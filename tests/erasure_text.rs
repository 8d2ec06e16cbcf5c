//! Erasing text in the journal itself, with the built binary: a name that stands in what a call was about, in reasons, in alerts or
//! among those who acted is in no file of the state directory and no new backup any more; the chain verifies as before, and
//! everything says who had it erased, when and why. A kill in between harms nothing.

mod support;

use jiff::{SignedDuration, Timestamp};
use kiriwake::config::{self, Environment};
use kiriwake::desk::act::{Act, Actor, CancelKind, Deed, Role};
use kiriwake::desk::letter::DetectedBy;
use kiriwake::desk::now::{Elapsed, Now};
use kiriwake::desk::observation::{Evidence, Key, Observation, Problem, Seen};
use kiriwake::desk::owed;
use kiriwake::desk::state::State;
use kiriwake::desk::{Change, Desk, Frame, Input};
use kiriwake::store::Store;
use std::collections::VecDeque;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;
use support::daemon::Daemon;
use support::desk::{arrived, payload, problem, report};
use support::site::{Neighbours, Site};
use support::smtp_sink::SmtpSink;
use support::{Scratch, holding, wait_for};

const SOON: Duration = Duration::from_secs(30);
const NAME: &str = "山田花子";
const INK: &str = "■■■■";

/// A record of one alert from a log, and one call, both with the name in them.
struct Recorded {
    site: Site,
    /// Kept while the daemon may mail.
    _mail: SmtpSink,
    call: String,
}

/// An alert of a log, as its source tells it.
fn line(key: &str, at: Timestamp, seen: Seen) -> Input {
    report("network-log", vec![Observation { key: Key(key.to_owned().into()), at, seen }])
}

fn refused_login() -> Problem {
    Problem {
        fields: vec![("user".to_owned(), NAME.to_owned())].into(),
        tags: vec![("利用者".to_owned(), NAME.to_owned())].into(),
        raw: format!("Nov 29 pc-077 login of {NAME} refused").into(),
        ..problem("pc-077", &format!("{NAME} のログイン失敗"))
    }
}

/// Puts on record what a desk did at `began`, as the version before this one wrote it. The alert is over unless `burns`, the call
/// if `is_over`.
fn recorded(scratch: &Scratch, began: Timestamp, burns: bool, is_over: bool) -> Recorded {
    let mail = SmtpSink::start();
    let smtp = SocketAddr::from((Ipv4Addr::LOCALHOST, mail.port()));
    let site = Site::a_town(scratch.path(), &Neighbours { zabbix: None, smtp, webhook: None });
    let today = began.to_zoned(jiff::tz::TimeZone::UTC).date();
    let Ok((settings, _)) = config::load(&site.config, &Environment::default(), today) else {
        panic!("the configuration of the test has faults");
    };
    let (mut store, start) = Store::open(&site.state, Default::default()).expect("a new store");
    let mut desk = Desk::new(State::default(), settings.rules);
    let rules = desk.book().rules.hash.clone();
    let mut frames = Vec::new();
    let mut step = |desk: &mut Desk, first: Vec<Input>, minutes: i64| {
        let elapsed = Elapsed(u64::try_from(minutes).expect("later") * 60_000);
        let now = Now { wall: began + SignedDuration::from_mins(minutes), elapsed };
        let mut inputs = VecDeque::from(first);
        while let Some(input) = inputs.pop_front() {
            let entries = desk.step(now, input.clone()).entries;
            for entry in &entries {
                if let Change::Owed(owed::Change::Started { owed, attempt, .. }) = &entry.change {
                    let outcome = arrived(&desk.state().owed[owed].work);
                    inputs.push_back(Input::Outcome { owed: *owed, attempt: *attempt, outcome });
                }
            }
            frames.push(payload(&Frame { at: now, rules: rules.clone(), input, entries }));
        }
    };
    let act = |act: Act| Input::Act { actor: Actor { name: format!("{NAME} (desk)"), role: Role::Operator }, act };
    let begin = [
        Input::Started { store: start.store_id.to_string(), epoch: 1 },
        Input::RulesLoaded { hash: rules.clone() },
        report("network-log", Vec::new()),
    ];
    step(&mut desk, begin.to_vec(), 0);
    let call = Act::Open {
        summary: format!("住民の{NAME}様より、証明書が発行できないとの申告"),
        component: Some("core-switch".into()),
        detected_by: DetectedBy::UserPhone,
        occurred: None,
        severity: Some(2),
        separate: true,
    };
    step(&mut desk, vec![act(call)], 1);
    let number = desk.state().by_number.keys().next().expect("a call is numbered at once").to_string();
    let at = |minutes: i64| began + SignedDuration::from_mins(minutes);
    let key = if burns { format!("login {NAME}") } else { "login 1".to_owned() };
    step(&mut desk, vec![line(&key, at(2), Seen::Problem(refused_login()))], 2);
    step(&mut desk, vec![Input::Tick], 5);
    if !burns {
        let evidence = Evidence::Line { text: format!("login of {NAME} accepted") };
        step(&mut desk, vec![line(&key, at(6), Seen::Recovered { evidence })], 6);
    }
    if is_over {
        let deed = Deed::Cancel { reason: "誤報".into(), kind: CancelKind::default() };
        step(&mut desk, vec![act(Act::On { incident: number.clone(), deed })], 20);
    }
    store.commit(&frames).expect("room on the disk");
    store.close().expect("a store that closes");
    Recorded { site, _mail: mail, call: number }
}

fn contains(said: &str, words: &[&str]) {
    words.iter().for_each(|words| assert!(said.contains(words), "{words} is missing:\n{said}"));
}

fn nowhere(site: &Site, name: &str) {
    assert_eq!(holding(&site.state, name), Vec::<PathBuf>::new(), "no file of the record holds {name}");
}

fn erase(daemon: &Daemon, number: &str, text: &str) -> String {
    daemon.tell(&[
        "--lang",
        "en",
        "incident",
        "erase",
        number,
        "--containing",
        text,
        "--reason",
        "住民の氏名",
        "--by",
        "佐藤",
    ])
}

#[test]
fn a_name_is_nowhere_any_more_wherever_it_stood() {
    let scratch = Scratch::new("erasure-text");
    let two_hours = SignedDuration::from_hours(2);
    let Recorded { site, call, _mail } = recorded(&scratch, Timestamp::now() - two_hours, false, false);
    let mut daemon = Daemon::start(&site.config, &scratch);
    let act = |arguments: &[&str]| daemon.tell(&[arguments, &["--by", NAME]].concat());
    act(&["incident", "confirm", &call, "--because", "山田 花子様の端末のみで発生"]);
    act(&["incident", "note", &call, "山田花子様に折り返し済み"]);
    act(&["silence", "add", "--host", "core-sw-01", "--owner", "k-sha", "--reason", "山田花子様の要望", "--for", "1h"]);
    act(&[
        "maintenance",
        "add",
        "山田花子様宅の回線",
        "--component",
        "core-switch",
        "--owner",
        "k-sha",
        "--reason",
        NAME,
        "--for",
        "1h",
    ]);
    act(&["change", "add", "山田花子様の端末を交換", "--component", "core-switch"]);
    contains(&daemon.tell(&["--lang", "en", "incident", "show", &call]), &[NAME, "山田 花子様の端末のみで発生"]);
    assert!(holding(&site.state, NAME).len() > 2, "journal, working state and words");

    let said = erase(&daemon, &call, NAME);
    contains(&said, &["2 texts of people", "In the journal, of whatever incident", "backups made before"]);
    assert!(!said.contains("Still holding"), "{said}");
    nowhere(&site, NAME);
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
    let told = ["inked over     text in ", &call, "by 佐藤", "住民の氏名", "sound"];
    contains(&daemon.tell(&["store", "verify"]), &told);
    contains(
        &String::from_utf8_lossy(
            &daemon.ask(&["incident", "erase", &call, "--containing", NAME, "--reason", "x"]).stderr,
        ),
        &["contains that text"],
    );

    // What comes later is another matter, and is found again.
    act(&["incident", "note", &call, "交換部品を手配"]);
    act(&["incident", "workaround", &call, "予備の端末を貸与"]);
    contains(&erase(&daemon, &call, "山田花子"), &["In the journal, of whatever incident"]);
    nowhere(&site, NAME);

    assert!(daemon.terminate().success());
    nowhere(&site, NAME);
    daemon.restart();
    gone(&daemon);
    let backup = scratch.join("backup");
    let target = backup.display().to_string();
    contains(&daemon.tell(&["store", "backup", &target]), &["text in ", "by 佐藤", "sound"]);
    assert!(!daemon.tell(&["store", "export", "--entries"]).contains("花子"));
    assert!(daemon.terminate().success());
    assert_eq!(holding(&backup, NAME), Vec::<PathBuf>::new());
    contains(&daemon.tell(&["store", "verify"]), &told);

    // Restored, and built anew from the journal, it is the same.
    daemon.tell(&["store", "restore", &target, "--set-aside"]);
    daemon.tell(&["store", "rebuild"]);
    contains(&daemon.tell(&["store", "verify"]), &told);
    daemon.restart();
    gone(&daemon);
    assert!(daemon.terminate().success());
    // Without the word of it the chain would be broken.
    fs::remove_file(site.state.join("inked.json")).expect("it tells of the erasure");
    let broken = daemon.ask(&["store", "verify"]);
    contains(&String::from_utf8_lossy(&broken.stdout), &["does not continue"]);
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
    contains(&erase(&daemon, &call, NAME), &["In the journal"]);
    nowhere(&site, NAME);
    let show = || daemon.ask(&["--lang", "en", "incident", "show", &call]);
    wait_for("the archive to be filed anew", SOON, || show().status.success().then_some(()));
    contains(&String::from_utf8_lossy(&show().stdout), &[INK, "by 佐藤", "住民の氏名"]);
    assert!(daemon.terminate().success());
    nowhere(&site, NAME);
}

/// The record says that it is to be erased, the disk does not let go of it, and the power fails.
#[test]
fn what_was_to_be_erased_before_a_kill_is_erased_after_the_start() {
    let scratch = Scratch::new("erasure-text-killed");
    let two_hours = SignedDuration::from_hours(2);
    let Recorded { site, call, _mail } = recorded(&scratch, Timestamp::now() - two_hours, false, false);
    let mut daemon = Daemon::start(&site.config, &scratch);
    let in_the_way = site.state.join("inked.json.new");
    fs::create_dir(&in_the_way).expect("ours");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            daemon.ask(&["incident", "erase", &call, "--containing", NAME, "--reason", "氏名", "--by", "佐藤"])
        });
        let is_pending = || daemon.status()["retention"]["removing"].as_array().is_some_and(|all| !all.is_empty());
        wait_for("it to be on record", SOON, || is_pending().then_some(()));
        assert!(!holding(&site.state.join("journal"), NAME).is_empty());
        support::signal(daemon.pid(), "KILL");
    });
    daemon.kill_dash_nine();
    fs::remove_dir(&in_the_way).expect("ours");
    daemon.restart();
    wait_for("the journal to be rid of it", SOON, || {
        holding(&site.state.join("journal"), NAME).is_empty().then_some(())
    });
    let is_done = || daemon.status()["retention"]["removing"].as_array().is_some_and(Vec::is_empty);
    wait_for("the word of it", SOON, || is_done().then_some(()));
    contains(&daemon.tell(&["store", "verify"]), &["inked over     text in ", "by 佐藤", "氏名", "sound"]);
    contains(&daemon.tell(&["incident", "show", &call]), &[INK]);
    // What was written in between, with what was still in memory, a second look finds.
    let second = daemon.ask(&["incident", "erase", &call, "--containing", NAME, "--reason", "氏名", "--by", "佐藤"]);
    drop(second);
    nowhere(&site, NAME);
    assert!(daemon.terminate().success());
    nowhere(&site, NAME);
}

#[test]
fn what_the_desk_still_needs_stays_and_that_is_said() {
    let scratch = Scratch::new("erasure-text-needed");
    let two_hours = SignedDuration::from_hours(2);
    let Recorded { site, call, _mail } = recorded(&scratch, Timestamp::now() - two_hours, true, false);
    let mut daemon = Daemon::start(&site.config, &scratch);
    daemon.tell(&["incident", "note", &call, "core-sw-01 山田花子 Accepted 林"]);
    let journal = holding(&site.state.join("journal"), NAME);
    let why = |text: &str| erase(&daemon, &call, text);
    contains(&why("core-sw-01"), &["In the journal nothing was erased: the configuration contains the text"]);
    daemon.tell(&["incident", "note", &call, "core-sw-01 山田花子 Accepted 林"]);
    contains(
        &why(NAME),
        &["In the journal nothing was erased: the end of alert A-", "Still holding the text", "journal/"],
    );
    assert_eq!(holding(&site.state.join("journal"), NAME), journal);
    daemon.tell(&["incident", "note", &call, "林 Accepted"]);
    contains(&why("林"), &["is too little to look for everywhere"]);
    let refused = |text: &str, words: &str| {
        let asked = ["--lang", "en", "incident", "erase", &call, "--containing", text, "--reason", "x", "--by", NAME];
        contains(&String::from_utf8_lossy(&daemon.ask(&asked).stderr), &[words]);
    };
    refused("operator", "is one of the program's own words");
    refused("花子", "somebody else has to");
    contains(&daemon.tell(&["store", "verify"]), &["sound"]);
    assert!(daemon.terminate().success());
}
