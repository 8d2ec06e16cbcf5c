//! 送信前承認 with the built binary: what is held is shown, approved at the command line and leaves with the desk's mark; what a
//! trial finds held is kept for a person.

mod support;

use serde_json::Value;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use support::daemon::Daemon;
use support::mail::Mail;
use support::site::{Neighbours, Site};
use support::smtp_sink::SmtpSink;
use support::{Scratch, wait_for};

const SOON: Duration = Duration::from_secs(30);
const HELD: &str =
    "[[policy.approval]]\nkinds = [\"first_report\", \"recovery\"]\nhours = \"always\"\nlimit = \"30m\"\n";
const TRIAL: &str = "[site]\nmode = \"shadow\"\nshadow_mail = \"trial@k.example\"\n";
const EARNEST: &str = "[site]\nmode = \"earnest\"\nshadow_mail = \"trial@k.example\"\n";

fn mail(sink: &SmtpSink, what: &str) -> Mail {
    wait_for(what, SOON, || sink.mails().into_iter().find(|mail| mail.subject.contains(what)))
}

/// The row of this kind that is held for the office.
fn held(daemon: &Daemon, kind: &str) -> String {
    wait_for("a held row", SOON, || {
        let rows: Value = serde_json::from_str(&daemon.tell(&["outbox", "list", "--json"])).expect("JSON");
        let to_office = |row: &Value| row["to"].as_str().is_some_and(|to| to.contains("@a-town.example"));
        let is_held = |row: &&Value| row["kind"] == kind && row["state"].get("Held").is_some() && to_office(row);
        Some(format!("O-{}", rows.as_array()?.iter().find(is_held)?["id"]))
    })
}

#[test]
fn what_is_held_leaves_when_the_desk_has_looked_at_it() {
    let scratch = Scratch::new("approval");
    let sink = SmtpSink::start();
    let smtp = SocketAddr::from((Ipv4Addr::LOCALHOST, sink.port()));
    let site = Site::a_town(scratch.path(), &Neighbours { zabbix: None, smtp, webhook: None });
    site.add("zz-approval.toml", HELD);
    let mut daemon = Daemon::start(&site.config, &scratch);
    let to_office = || sink.mails().into_iter().filter(|mail| mail.mailbox.ends_with("@a-town.example")).count();

    daemon.tell(&["incident", "open", "コアスイッチが応答しない", "--component", "core-switch", "--severity", "1"]);
    let number = wait_for("a number", SOON, || daemon.numbers().first().cloned());
    daemon.tell(&["incident", "confirm", &number, "--verdict", "single", "--party", "n-sha"]);
    let shown = mail(&sink, "送信前承認のお願い");
    let row = held(&daemon, "first_report");
    assert!(shown.mailbox.ends_with("@k.example"), "{}", shown.mailbox);
    assert!(shown.text.contains(&format!("kiriwake outbox approve {row}")), "{}", shown.text);
    assert!(shown.text.contains("> A町 総務課 情報係 御中"), "{}", shown.text);
    // The desk settled the verdict itself: the request is its own word.
    wait_for("the request", SOON, || sink.mails().into_iter().find(|mail| mail.mailbox.ends_with("@n.example")));
    assert_eq!(to_office(), 0);
    assert!(daemon.tell(&["status"]).contains("of them for the desk to look at"));
    assert!(daemon.tell(&["outbox", "list"]).contains("held for approval, leaves in"));
    daemon.assert_books_balance();

    daemon.tell(&["outbox", "approve", &row, "--by", "佐藤"]);
    let report = mail(&sink, "【第一報】");
    assert!(report.text.contains("（窓口確認済）") && !report.text.contains("自動判定"), "{}", report.text);
    assert!(report.text.contains("窓口にて内容を確認のうえ"), "{}", report.text);
    let again = daemon.ask(&["outbox", "approve", &row]);
    assert!(String::from_utf8_lossy(&again.stderr).contains("was approved already, by 佐藤"), "{again:?}");

    // Held when a trial begins: kept for a person, who sends it when the trial is over.
    daemon.tell(&["incident", "verify", &number]);
    daemon.tell(&["incident", "restore", &number, "--check", "確認済み"]);
    let row = held(&daemon, "recovery");
    site.add("zz-mode.toml", TRIAL);
    daemon.tell(&["reload"]);
    mail(&sink, "試行（並行稼働）を開始");
    assert!(daemon.tell(&["outbox", "list"]).contains("decided in earnest"));
    site.add("zz-mode.toml", EARNEST);
    daemon.tell(&["reload"]);
    let refused = daemon.ask(&["outbox", "approve", &row]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("outbox retry"), "{refused:?}");
    daemon.tell(&["outbox", "retry", &row]);
    let restored = mail(&sink, "【復旧】");
    assert!(restored.mailbox.ends_with("@a-town.example"), "{}", restored.mailbox);
    daemon.assert_books_balance();
    assert!(daemon.terminate().success());
}
