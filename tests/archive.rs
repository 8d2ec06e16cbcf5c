//! What ended five weeks ago, with the built binary: it has left the daemon's memory, and every command still tells of it.

mod support;

use jiff::{SignedDuration, Timestamp};
use kiriwake::config::{self, Environment};
use kiriwake::desk::act::{Act, Actor, CancelKind, Deed, Role};
use kiriwake::desk::letter::DetectedBy;
use kiriwake::desk::now::{Elapsed, Now};
use kiriwake::desk::owed;
use kiriwake::desk::state::State;
use kiriwake::desk::{Change, Desk, Frame, Input};
use kiriwake::store::{self, Store};
use serde_json::Value;
use std::collections::VecDeque;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;
use support::Scratch;
use support::daemon::Daemon;
use support::desk::{arrived, payload};
use support::site::{Neighbours, Site};
use support::smtp_sink::SmtpSink;
use support::wait_for;

const SOON: Duration = Duration::from_secs(30);

/// Puts on record what a desk did 40 days ago: a call, its mails, and its cancellation. Its number.
fn record_what_was(site: &Site, began: Timestamp) -> String {
    let today = began.to_zoned(jiff::tz::TimeZone::UTC).date();
    let Ok((settings, _)) = config::load(&site.config, &Environment::default(), today) else {
        panic!("the configuration of the test has faults");
    };
    let (mut store, start) = Store::open(&site.state, store::Options::default()).expect("a new store");
    let mut desk = Desk::new(State::default(), settings.rules);
    let rules = desk.book().rules.hash.clone();
    let actor = || Actor { name: "佐藤".to_owned(), role: Role::Operator };
    let call = Act::Open {
        summary: "帳票が印刷できない".to_owned(),
        component: Some("core-switch".into()),
        detected_by: DetectedBy::UserPhone,
        occurred: None,
        severity: Some(2),
        separate: true,
    };
    let mut inputs = VecDeque::from([
        Input::Started { store: start.store_id.to_string(), epoch: 1 },
        Input::RulesLoaded { hash: rules.clone() },
        Input::Act { actor: actor(), act: call },
    ]);
    let mut frames = Vec::new();
    let mut step = |desk: &mut Desk, inputs: &mut VecDeque<Input>, now: Now| {
        while let Some(input) = inputs.pop_front() {
            let entries = desk.step(now, input.clone()).entries;
            for entry in &entries {
                if let Change::Owed(owed::Change::Started { owed, attempt, .. }) = &entry.change {
                    let outcome = arrived(&desk.state().owed[owed].work);
                    inputs.push_back(Input::Outcome { owed: *owed, attempt: *attempt, outcome });
                }
            }
            let frame = Frame { at: now, rules: rules.clone(), input, entries };
            frames.push(payload(&frame));
        }
    };
    let mut now = Now { wall: began, elapsed: Elapsed(0) };
    step(&mut desk, &mut inputs, now);
    let number = desk.state().by_number.keys().next().expect("a call is numbered at once").to_string();
    now = Now { wall: began + SignedDuration::from_mins(20), elapsed: Elapsed(20 * 60_000) };
    let deed = Deed::Cancel { reason: "プリンタの用紙切れ".into(), kind: CancelKind::default() };
    inputs.push_back(Input::Act { actor: actor(), act: Act::On { incident: number.clone(), deed } });
    step(&mut desk, &mut inputs, now);
    store.commit(&frames).expect("room on the disk");
    store.close().expect("a store that closes");
    number
}

fn listed(daemon: &Daemon, arguments: &[&str]) -> Vec<String> {
    let lines: Value = serde_json::from_str(&daemon.tell(arguments)).expect("JSON");
    let name = |line: &Value| line["number"].as_str().unwrap_or_default().to_owned();
    lines.as_array().expect("a list").iter().map(name).collect()
}

#[test]
fn what_has_left_memory_is_listed_shown_and_explained_and_changed_no_more() {
    let scratch = Scratch::new("archive");
    let mail = SmtpSink::start();
    let smtp = SocketAddr::from((Ipv4Addr::LOCALHOST, mail.port()));
    let site = Site::a_town(scratch.path(), &Neighbours { zabbix: None, smtp, webhook: None });
    let began = Timestamp::now() - SignedDuration::from_hours(40 * 24);
    let number = record_what_was(&site, began);

    let mut daemon = Daemon::start(&site.config, &scratch);
    wait_for("it to leave memory", SOON, || {
        (!listed(&daemon, &["--json", "incident", "list", "--all"]).contains(&number)).then_some(())
    });
    let from = (began - SignedDuration::from_hours(1)).to_string();
    let to = (began + SignedDuration::from_hours(1)).to_string();
    assert!(listed(&daemon, &["--json", "incident", "list", "--from", &from, "--to", &to]).contains(&number));
    assert!(!listed(&daemon, &["--json", "incident", "list", "--from", &to]).contains(&number));

    let shown = daemon.tell(&["incident", "show", &number]);
    for words in ["帳票が印刷できない", "read from the record", "プリンタの用紙切れ", "cancelled  A町 総務課 情報係"]
    {
        assert!(shown.contains(words), "{words} is missing:\n{shown}");
    }
    assert!(!shown.contains("under way"), "its messages are shown as they ended:\n{shown}");
    assert!(daemon.tell(&["explain", &number]).contains(&number));
    assert!(daemon.tell(&["incident", "evidence", &number]).contains(&number));
    let refused = daemon.ask(&["incident", "note", &number, "用紙を補充"]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("is archived") && !refused.status.success(), "{said}");
    assert!(daemon.terminate().success());
    verify(&site.state);
}

/// Ten days after its end it is still in memory, and its messages are not: they are shown all the same.
#[test]
fn what_is_over_for_some_days_is_shown_with_its_messages() {
    let scratch = Scratch::new("archive-days");
    let mail = SmtpSink::start();
    let smtp = SocketAddr::from((Ipv4Addr::LOCALHOST, mail.port()));
    let site = Site::a_town(scratch.path(), &Neighbours { zabbix: None, smtp, webhook: None });
    let number = record_what_was(&site, Timestamp::now() - SignedDuration::from_hours(10 * 24));

    let mut daemon = Daemon::start(&site.config, &scratch);
    let rows = || daemon.tell(&["--json", "outbox", "list", "--all"]);
    wait_for("its messages to leave memory", SOON, || (!rows().contains(&number)).then_some(()));
    assert!(listed(&daemon, &["--json", "incident", "list", "--all"]).contains(&number));
    let shown = daemon.tell(&["incident", "show", &number]);
    assert!(shown.contains("cancelled  A町 総務課 情報係") && !shown.contains("read from the record"), "{shown}");
    assert!(daemon.terminate().success());
}

/// What helped in October is told in December, although the desk has let go of that incident.
#[test]
fn a_like_fault_is_told_long_after_it_has_left_memory() {
    let scratch = Scratch::new("archive-like");
    for (name, text) in config::EXAMPLE {
        fs::write(scratch.join(name), text).expect("ours");
    }
    let today = jiff::civil::date(2026, 9, 1);
    let Ok((settings, _)) = config::load(scratch.path(), &Environment::default(), today) else {
        panic!("the example has faults");
    };
    let day = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/archived-and-remembered.txt");
    let played = kiriwake::play::run(&settings.rules, &fs::read_to_string(day).expect("it is there"));
    let asks = played.mails.iter().filter(|mail| mail.subject.contains("【対応依頼】")).map(|mail| mail.body.as_str());
    let asks: Vec<&str> = asks.collect();
    assert!(asks.len() == 2 && asks[0].contains("類似事例　：該当なし"), "{asks:#?}");
    for words in ["類似事例　：KW-20261007-0001", "ディスク3を交換"] {
        assert!(asks[1].contains(words), "{words} is missing:\n{}", asks[1]);
    }
    assert!(!asks[1].contains("再発"), "55 days are too long for a recurrence:\n{}", asks[1]);
}

fn verify(state: &Path) {
    let report = store::verify(state, 1, |_| Vec::new(), &mut |_| ()).expect("a store that reads");
    assert!(matches!(report.working, store::WorkingCheck::Whole { .. }), "{report}");
}
