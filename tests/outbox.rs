//! `outbox list` with the built binary: of what waits although its time has come it says why.

mod support;

use serde_json::Value;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;
use support::daemon::Daemon;
use support::site::{Neighbours, Site};
use support::smtp_sink::{Manner, SmtpSink};
use support::{Scratch, free_port, wait_for};

const SOON: Duration = Duration::from_secs(30);

fn site(folder: &Path, port: u16) -> Site {
    let smtp = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    Site::a_town(folder, &Neighbours { zabbix: None, smtp, webhook: None })
}

fn open(daemon: &Daemon, what: &str) -> String {
    let asked = ["incident", "open", what, "--component", "core-switch", "--severity", "1", "--separate"];
    daemon.tell(&asked);
    daemon.numbers().pop().expect("it was opened")
}

/// The list for people, once a line of it says `what`; with what JSON says of that row.
fn listed(daemon: &Daemon, what: &str) -> (String, Value) {
    let line = wait_for(what, SOON, || {
        daemon.tell(&["outbox", "list"]).lines().find(|line| line.contains(what)).map(str::to_owned)
    });
    let rows: Value = serde_json::from_str(&daemon.tell(&["outbox", "list", "--all", "--json"])).expect("JSON");
    let row =
        rows.as_array().expect("a list").iter().find(|row| line.starts_with(&format!("O-{} ", row["id"]))).cloned();
    (line, row.expect("it is in both"))
}

#[test]
fn what_stands_behind_another_names_it() {
    let scratch = Scratch::new("outbox-behind");
    let sink = SmtpSink::start();
    // Whoever sent one cannot know whether it was read: what follows has to follow.
    sink.behave(Manner::HangUpAfterTheDot);
    let site = site(scratch.path(), sink.port());
    let mut daemon = Daemon::start(&site.config, &scratch);
    let number = open(&daemon, "住民票が出ない");
    wait_for("the request", SOON, || {
        let line = daemon.tell(&["outbox", "list"]).lines().find(|line| line.contains("inquiry"))?.to_owned();
        line.contains("in ").then_some(())
    });
    daemon.tell(&["incident", "cancel", &number, "--kind", "false_alarm", "--reason", "誤報"]);
    let (line, row) = listed(&daemon, "waits behind O-");
    let before = row["waits"]["behind"].as_u64().expect("which");
    assert!(
        line.contains(&format!("waits behind O-{before}")) && before < row["id"].as_u64().expect("a number"),
        "{line}"
    );
    daemon.assert_books_balance();
    assert!(daemon.terminate().success());
}

#[test]
fn what_its_channel_or_the_caps_keep_back_says_so() {
    let scratch = Scratch::new("outbox-channel");
    let failing = site(scratch.path(), free_port());
    failing.lift_caps();
    let mut daemon = Daemon::start(&failing.config, &scratch);
    for what in ["一", "二", "三"] {
        open(&daemon, what);
    }
    wait_for("five failures", SOON, || daemon.log().contains("it is tried once a minute").then_some(()));
    open(&daemon, "四");
    let (_, row) = listed(&daemon, "channel fails, tried in ");
    assert!(row["waits"]["channel"].as_u64().is_some_and(|seconds| seconds <= 60), "{row}");
    assert!(daemon.terminate().success());

    let scratch = Scratch::new("outbox-caps");
    let sink = SmtpSink::start();
    let capped = site(scratch.path(), sink.port());
    let file = capped.config.join("policy.toml");
    let text = std::fs::read_to_string(&file).expect("ours");
    let usual = "party = { burst = 20, per_minute = 10, per_hour = 200 }";
    assert!(text.contains(usual), "{text}");
    std::fs::write(&file, text.replace(usual, "party = { burst = 2, per_minute = 1, per_hour = 60 }")).expect("ours");
    let mut daemon = Daemon::start(&capped.config, &scratch);
    for what in ["一", "二", "三"] {
        open(&daemon, what);
    }
    let (_, row) = listed(&daemon, "held back by caps, leaves with others in ");
    assert!(row["waits"]["together"].as_u64().is_some_and(|seconds| seconds <= 300), "{row}");
    daemon.assert_books_balance();
    assert!(daemon.terminate().success());
}
