//! Erasing, with the built binary: what somebody has removed is in no file of the state directory and no new backup any more,
//! every command says who removed it, when and why, and a kill between the record and the removal harms nothing.

mod support;

use jiff::{SignedDuration, Timestamp};
use kiriwake::config::{self, Environment};
use kiriwake::desk::act::{Act, Actor, CancelKind, Deed, Erasure, Role};
use kiriwake::desk::evidence::{Ask, Gathered, Kind, Part, Wanted};
use kiriwake::desk::letter::DetectedBy;
use kiriwake::desk::now::{Elapsed, Now};
use kiriwake::desk::outcome::Outcome;
use kiriwake::desk::owed::{self, Work};
use kiriwake::desk::removal::Body;
use kiriwake::desk::state::State;
use kiriwake::desk::{Change, Desk, Frame, Input};
use kiriwake::store::{Bodies, Store};
use std::collections::VecDeque;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;
use support::Scratch;
use support::daemon::Daemon;
use support::desk::{arrived, payload};
use support::site::{Neighbours, Site};
use support::smtp_sink::SmtpSink;
use support::{holding, wait_for};

const SOON: Duration = Duration::from_secs(30);
/// What must go, and what may stay.
const NAME: &str = "山田花子";
const LINES: [&str; 2] = ["core-sw-01 login of 山田花子 refused\n", "core-sw-01 link down\n"];

/// A record of one call, and what else its store is given.
struct Recorded {
    site: Site,
    /// Kept while the daemon may mail.
    _mail: SmtpSink,
    number: String,
    parts: Vec<Part>,
    /// A message of it, as first worded.
    message: PathBuf,
}

/// Two files of the hosts that are asked about, kept as bodies.
fn gathered(ask: &Ask, bodies: &Bodies) -> Gathered {
    let part = |text: &&str| Part {
        kind: Kind::Lines,
        source: ask.source_name().to_owned(),
        host: "core-sw-01".to_owned(),
        origin: "/var/log/core-sw-01".to_owned(),
        from: ask.from,
        until: ask.until,
        encoding: "utf-8".to_owned(),
        lines: 1,
        of: 1,
        before: 0,
        bytes: text.len() as u64,
        sha256: bodies.put(text.as_bytes()).expect("room on the disk").to_string(),
    };
    Gathered::Came { parts: LINES.iter().map(part).collect(), gaps: Vec::new() }
}

/// Puts on record what a desk did at `began`: a call, its mails, what was gathered; and its cancellation, if `is_over`.
/// `erased` = that the files are to be erased stands on record too, and nothing was removed.
fn recorded(scratch: &Scratch, began: Timestamp, is_over: bool, erased: bool) -> Recorded {
    let mail = SmtpSink::start();
    let smtp = SocketAddr::from((Ipv4Addr::LOCALHOST, mail.port()));
    let site = Site::a_town(scratch.path(), &Neighbours { zabbix: None, smtp, webhook: None });
    let today = began.to_zoned(jiff::tz::TimeZone::UTC).date();
    let Ok((settings, _)) = config::load(&site.config, &Environment::default(), today) else {
        panic!("the configuration of the test has faults");
    };
    let (mut store, start) = Store::open(&site.state, Default::default()).expect("a new store");
    let bodies = store.bodies().clone();
    let mut desk = Desk::new(State::default(), settings.rules);
    let rules = desk.book().rules.hash.clone();
    let mut frames = Vec::new();
    let mut step = |desk: &mut Desk, first: Vec<Input>, now: Now| {
        let mut inputs = VecDeque::from(first);
        while let Some(input) = inputs.pop_front() {
            let entries = desk.step(now, input.clone()).entries;
            for entry in &entries {
                if let Change::Owed(owed::Change::Started { owed, attempt, .. }) = &entry.change {
                    let work = &desk.state().owed[owed].work;
                    let outcome = match work {
                        Work::Evidence(ask) if matches!(ask.wanted, Wanted::Lines { .. }) => {
                            Outcome::Evidence(gathered(ask, &bodies))
                        }
                        work => arrived(work),
                    };
                    inputs.push_back(Input::Outcome { owed: *owed, attempt: *attempt, outcome });
                }
            }
            frames.push(payload(&Frame { at: now, rules: rules.clone(), input, entries }));
        }
    };
    let at = |minutes: i64| Now {
        wall: began + SignedDuration::from_mins(minutes),
        elapsed: Elapsed(u64::try_from(minutes).expect("later") * 60_000),
    };
    let act = |act: Act| Input::Act { actor: Actor { name: "佐藤".to_owned(), role: Role::Operator }, act };
    let call = Act::Open {
        summary: "帳票が印刷できない".to_owned(),
        component: Some("core-switch".into()),
        detected_by: DetectedBy::UserPhone,
        occurred: None,
        severity: Some(2),
        separate: true,
    };
    let begin = [
        Input::Started { store: start.store_id.to_string(), epoch: 1 },
        Input::RulesLoaded { hash: rules.clone() },
        act(call),
    ];
    step(&mut desk, begin.to_vec(), at(0));
    let number = desk.state().by_number.keys().next().expect("a call is numbered at once").to_string();
    if is_over {
        let deed = Deed::Cancel { reason: "プリンタの用紙切れ".into(), kind: CancelKind::default() };
        step(&mut desk, vec![act(Act::On { incident: number.clone(), deed })], at(20));
    }
    let incident = desk.state().incidents.values().next().expect("one");
    let parts = incident.evidence.parts.clone();
    let row = desk.state().owed_of(incident.id).find(|row| matches!(row.work, Work::Message { .. })).expect("a mail");
    let message = site.state.join(format!("messages/{}.json", row.key));
    if erased {
        let bodies = parts.iter().map(|part| Body { sha256: part.sha256.clone(), bytes: part.bytes }).collect();
        let reason = "住民の氏名".to_owned();
        let messages = vec![row.key.clone()];
        let erasure = Erasure { incident: number.clone(), bodies, messages, reason };
        step(&mut desk, vec![act(Act::Erase(erasure))], at(30));
    }
    store.commit(&frames).expect("room on the disk");
    store.close().expect("a store that closes");
    fs::create_dir_all(message.parent().expect("a folder")).expect("ours");
    fs::write(&message, format!("{{\"subject\":\"x\",\"body\":\"refused for 山田\\n花子 {NAME}\"}}")).expect("ours");
    assert_eq!(parts.len(), 2, "{parts:?}");
    Recorded { site, _mail: mail, number, parts, message }
}

fn refused(daemon: &Daemon, arguments: &[&str], words: &str) {
    let output = daemon.ask(arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains(words) && !output.status.success(), "{arguments:?} says {said}, not {words}");
}

fn contains(said: &str, words: &[&str]) {
    words.iter().for_each(|words| assert!(said.contains(words), "{words} is missing:\n{said}"));
}

#[test]
fn what_is_erased_is_nowhere_any_more_and_everything_says_so() {
    let scratch = Scratch::new("erasure");
    let Recorded { site, number, parts, message, _mail } =
        recorded(&scratch, Timestamp::now() - SignedDuration::from_hours(2), false, false);
    assert_eq!(holding(&site.state, NAME).len(), 2, "a body and a message");
    let mut daemon = Daemon::start(&site.config, &scratch);
    let number = number.as_str();
    contains(&daemon.tell(&["incident", "evidence", number, "--part", "1"]), &[NAME]);
    let erase = |text: &'static str, reason: &'static str| {
        vec!["--lang", "en", "incident", "erase", "KW", "--containing", text, "--reason", reason, "--by", "佐藤"]
    };
    let with = |mut arguments: Vec<&'static str>, number: &'static str| {
        arguments[4] = number;
        arguments
    };
    let number: &'static str = Box::leak(number.to_owned().into_boxed_str());
    refused(&daemon, &with(erase("鈴木", "住民の氏名"), number), "contains that text");
    refused(&daemon, &with(erase(NAME, "山田花子の氏名"), number), "write another");
    refused(&daemon, &with(erase(NAME, " "), number), "needs a reason");
    refused(&daemon, &with(erase(NAME, "住民の氏名"), "KW-20010101-0001"), "There is no incident");
    assert_eq!(holding(&site.state, NAME).len(), 2, "what was refused changed nothing");

    let said = daemon.tell(&with(erase(NAME, "住民の氏名"), number));
    contains(&said, &["1 file of evidence", "1 message", "1 file without the text", "backups made before"]);
    assert!(!message.exists());
    refused(&daemon, &with(erase(NAME, "住民の氏名"), number), "contains that text");
    let evidence = daemon.tell(&["--lang", "en", "incident", "evidence", number]);
    contains(&evidence, &[&parts[0].sha256, "NOT KEPT ANY MORE", "by 佐藤", "住民の氏名", "--part 2"]);
    refused(&daemon, &["--lang", "ja", "incident", "evidence", number, "--part", "1"], "が消去（理由：住民の氏名）");
    contains(&daemon.tell(&["incident", "evidence", number, "--part", "2"]), &["link down"]);
    for command in [vec!["incident", "show", number], vec!["explain", number]] {
        contains(&daemon.tell(&[&["--lang", "en"], command.as_slice()].concat()), &["1 file erased", "住民の氏名"]);
    }
    let told = ["removed        1 of KW-", "by 佐藤", "住民の氏名", "sound"];
    contains(&daemon.tell(&["store", "verify"]), &told);
    let backup = scratch.join("backup");
    let target = backup.display().to_string();
    contains(&daemon.tell(&["store", "backup", &target]), &told);
    assert!(daemon.terminate().success());
    for folder in [&site.state, &backup] {
        assert_eq!(holding(folder, NAME), Vec::<PathBuf>::new(), "in no file of {}", folder.display());
    }

    // A restored record knows it as well.
    daemon.tell(&["store", "restore", &target, "--set-aside"]);
    contains(&daemon.tell(&["store", "verify"]), &told);
    // Without a word of its removal it would be a loss.
    let lost = site.state.join("bodies").join(&parts[0].sha256[..2]).join(format!("{}.gone", &parts[0].sha256[2..]));
    fs::remove_file(&lost).expect("it tells of the removal");
    let missing = daemon.ask(&["store", "verify"]);
    contains(&String::from_utf8_lossy(&missing.stdout), &["is not there, although the record refers to it"]);
}

#[test]
fn all_of_what_is_archived_is_erased() {
    let scratch = Scratch::new("erasure-archived");
    let forty_days = SignedDuration::from_hours(40 * 24);
    let Recorded { site, number, message, _mail, .. } = recorded(&scratch, Timestamp::now() - forty_days, true, false);
    let mut daemon = Daemon::start(&site.config, &scratch);
    wait_for("it to leave memory", SOON, || {
        (!daemon.tell(&["incident", "list", "--all"]).contains(&number)).then_some(())
    });
    let said = daemon.tell(&["--lang", "ja", "incident", "erase", &number, "--reason", "保管の必要がないため"]);
    contains(&said, &["取得ファイル 2 件", "控え 1 件", "以前の版が原本に直接書き込んだ記入内容 2 件"]);
    assert!(!message.exists());
    contains(&daemon.tell(&["--lang", "ja", "incident", "evidence", &number]), &["消去済み", "保管の必要がないため"]);
    contains(&daemon.tell(&["--lang", "ja", "incident", "show", &number]), &["2 件："]);
    refused(&daemon, &["incident", "erase", &number, "--reason", "再度"], "were removed before");
    assert!(daemon.terminate().success());
    assert_eq!(holding(&site.state, NAME), Vec::<PathBuf>::new());
}

#[test]
fn what_was_to_be_erased_before_a_kill_is_erased_after_the_start() {
    let scratch = Scratch::new("erasure-killed");
    let Recorded { site, number, parts, message, _mail } =
        recorded(&scratch, Timestamp::now() - SignedDuration::from_hours(2), false, true);
    // The first file went before the kill, its trace with it; of the second the removal had begun.
    let body = |part: &Part| site.state.join("bodies").join(&part.sha256[..2]).join(&part.sha256[2..]);
    fs::remove_file(body(&parts[0])).expect("it was kept");
    let mut daemon = Daemon::start(&site.config, &scratch);
    wait_for("the rest to go", SOON, || (!body(&parts[1]).exists() && !message.exists()).then_some(()));
    let evidence = || daemon.tell(&["--lang", "en", "incident", "evidence", &number]);
    wait_for("the word of it", SOON, || evidence().contains("  2  erased").then_some(()));
    contains(&evidence(), &["  1  erased", "by 佐藤: 住民の氏名"]);
    contains(&daemon.tell(&["store", "verify"]), &["removed        2 of KW-", "sound"]);
    assert!(daemon.terminate().success());
    assert_eq!(holding(&site.state, NAME), Vec::<PathBuf>::new());
}

/// A year and some days after its end, at the quiet hour.
#[test]
fn what_was_gathered_goes_when_its_time_is_over_and_that_is_told() {
    let scratch = Scratch::new("retention");
    let long_ago = Timestamp::now() - SignedDuration::from_hours(370 * 24);
    let Recorded { site, number, message, parts, _mail } = recorded(&scratch, long_ago, true, false);
    let mut daemon = Daemon::start(&site.config, &scratch);
    // The hour passed many times since that desk stopped.
    let status = || daemon.tell(&["--lang", "en", "status"]);
    wait_for("the quiet hour's work", SOON, || status().contains("2 files of 1 incidents").then_some(()));
    contains(&status(), &["evidence        kept 1y, looked for next"]);
    let evidence = || daemon.tell(&["--lang", "en", "incident", "evidence", &number]);
    wait_for("the files to go", SOON, || evidence().contains("  2  removed").then_some(()));
    contains(&evidence(), &[&parts[0].sha256, "its time was over"]);
    assert!(message.exists(), "messages are no evidence: they belong to the records");
    contains(
        &daemon.tell(&["store", "verify"]),
        &["removed        2 of ended incidents", "their time was over", "sound"],
    );
    assert!(daemon.terminate().success());
    daemon.restart();
    contains(&daemon.tell(&["store", "verify"]), &["removed        2 of ended incidents", "sound"]);
    assert!(daemon.terminate().success());
}

/// The same when the incident ended a week too late, and when everything is kept.
#[test]
fn what_is_not_over_stays() {
    for (name, days, keep) in [("retention-late", 358, "1y"), ("retention-never", 1500, "forever")] {
        let scratch = Scratch::new(name);
        let long_ago = Timestamp::now() - SignedDuration::from_hours(days * 24);
        let Recorded { site, number, _mail, .. } = recorded(&scratch, long_ago, true, false);
        site.keep("evidence", keep);
        let mut daemon = Daemon::start(&site.config, &scratch);
        let looked = || daemon.status()["retention"]["looked"].is_string();
        if keep == "forever" {
            contains(&daemon.tell(&["--lang", "en", "status"]), &["evidence        kept forever\n"]);
        } else {
            wait_for("the quiet hour's look", SOON, || looked().then_some(()));
        }
        contains(&daemon.tell(&["incident", "evidence", &number, "--part", "1"]), &[NAME]);
        assert!(daemon.terminate().success());
    }
}

/// Notes, reasons, findings and names of people: no file ever holds them but their own, and erased they are nowhere.
#[test]
fn what_people_wrote_is_kept_apart_and_can_be_erased() {
    let scratch = Scratch::new("erasure-words");
    let Recorded { site, number, message, _mail, .. } =
        recorded(&scratch, Timestamp::now() - SignedDuration::from_hours(2), false, false);
    fs::remove_file(&message).expect("not about this");
    let bodies = site.state.join("bodies");
    let mut daemon = Daemon::start(&site.config, &scratch);
    let act = |arguments: &[&str]| daemon.tell(&[&["incident"], arguments, &["--by", "佐藤"]].concat());
    act(&["note", &number, "窓口の鈴木次郎様に電話済み"]);
    act(&["note", &number, "交換部品を手配"]);
    act(&["looked", &number, "--item", "電源ランプ=消灯（鈴木次郎様が確認）"]);
    act(&["workaround", &number, "鈴木次郎様の端末から印刷"]);
    let stays = |text: &str| holding(&site.state, text);
    let elsewhere = || {
        let files = stays("鈴木次郎").into_iter();
        files
            .filter(|file| !file.starts_with(&bodies) && !file.starts_with(site.state.join("messages")))
            .collect::<Vec<_>>()
    };
    assert_eq!(elsewhere(), Vec::<PathBuf>::new(), "neither journal nor working state hold it");
    assert!(!stays("鈴木次郎").is_empty());
    // Read from the record, they are all there.
    assert!(daemon.terminate().success());
    assert_eq!(elsewhere(), Vec::<PathBuf>::new());
    let exported = daemon.tell(&["store", "export", "--entries"]);
    contains(&exported, &["窓口の鈴木次郎様に電話済み", "交換部品を手配"]);
    daemon.restart();
    let show = |daemon: &Daemon| daemon.tell(&["--lang", "en", "incident", "show", &number]);
    contains(&show(&daemon), &["窓口の鈴木次郎様に電話済み", "消灯（鈴木次郎様が確認）", "交換部品を手配"]);

    let arguments = [
        "--lang",
        "en",
        "incident",
        "erase",
        &number,
        "--containing",
        "鈴木次郎",
        "--reason",
        "個人名",
        "--by",
        "佐藤",
    ];
    contains(&daemon.tell(&arguments), &["3 texts of people"]);
    let after = show(&daemon);
    contains(&after, &["note: (erased)", "電源ランプ: (erased)", "worked around: (erased)", "交換部品を手配"]);
    assert!(!after.contains("鈴木"), "{after}");
    refused(&daemon, &arguments, "contains that text");
    contains(&daemon.tell(&["store", "verify"]), &["removed        3 of KW-", "sound"]);
    // A snapshot and a working state of a desk that has forgotten.
    assert!(daemon.terminate().success());
    daemon.restart();
    contains(&show(&daemon), &["note: (erased)", "交換部品を手配"]);
    let backup = scratch.join("backup").display().to_string();
    contains(&daemon.tell(&["store", "backup", &backup]), &["removed        3 of KW-", "sound"]);
    assert!(daemon.terminate().success());
    for folder in [site.state.as_path(), Path::new(&backup)] {
        assert_eq!(holding(folder, "鈴木次郎"), Vec::<PathBuf>::new(), "in no file of {}", folder.display());
    }
}
