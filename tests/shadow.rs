//! On trial (`mode = "shadow"`) with the built binary: nobody but one address is told anything, everybody who looks is told
//! that it is a trial, and after the switch to earnest nobody is reminded of what he never had.

mod support;

use serde_json::Value;
use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use support::daemon::Daemon;
use support::mail::Mail;
use support::site::{Neighbours, Site};
use support::smtp_sink::{Manner, SmtpSink};
use support::webhook::WebhookSink;
use support::{Scratch, wait_for};

const SOON: Duration = Duration::from_secs(30);
const TRIAL: &str = "[site]\nmode = \"shadow\"\nshadow_mail = \"trial@k.example\"\n";
const EARNEST: &str = "[site]\nmode = \"earnest\"\nshadow_mail = \"trial@k.example\"\n";

fn mail(sink: &SmtpSink, what: &str) -> Mail {
    wait_for(what, SOON, || sink.mails().into_iter().find(|mail| mail.subject.contains(what)))
}

fn readers(mails: &[Mail]) -> BTreeSet<String> {
    mails.iter().map(|mail| mail.mailbox.clone()).collect()
}

/// P2: what is decided on trial is recorded and told to one address; what was decided before waits for a person.
#[test]
fn a_trial_tells_one_address_and_ends_without_reminding_anybody() {
    let scratch = Scratch::new("shadow");
    let (sink, chat) = (SmtpSink::start(), WebhookSink::start());
    let smtp = SocketAddr::from((Ipv4Addr::LOCALHOST, sink.port()));
    let site = Site::a_town(scratch.path(), &Neighbours { zabbix: None, smtp, webhook: None });
    site.add(
        "zz-chat.toml",
        &format!("[[channel.webhook]]\nname = \"chat\"\nparty = \"soumu-joho\"\nurl = \"{}\"\n", chat.url()),
    );
    site.add("zz-mode.toml", TRIAL);
    let mut daemon = Daemon::start(&site.config, &scratch);
    assert!(daemon.log().contains("ON TRIAL"), "{}", daemon.log());
    assert!(daemon.tell(&["status"]).contains("trial@k.example alone"));
    assert!(String::from_utf8_lossy(&daemon.ask(&["check"]).stdout).contains("ON TRIAL"));

    daemon.tell(&["incident", "open", "コアスイッチが応答しない", "--component", "core-switch", "--severity", "1"]);
    let number = wait_for("a number", SOON, || daemon.numbers().first().cloned());
    daemon.tell(&["incident", "confirm", &number, "--verdict", "single", "--party", "n-sha"]);
    let request = mail(&sink, "対応依頼");
    assert!(request.subject.starts_with("【試行】"), "{}", request.subject);
    assert!(request.text.contains("@n.example"), "{}", request.text);
    let report = mail(&sink, "第一報");
    assert!(report.text.contains("@a-town.example") && report.text.contains("chat"), "{}", report.text);
    assert_eq!(readers(&sink.mails()), BTreeSet::from(["trial@k.example".to_owned()]));
    assert_eq!(chat.posts().len(), 0);

    // In earnest: what was open is the desk's to decide, and nobody outside hears of it until it has decided.
    site.add("zz-mode.toml", EARNEST);
    let before = sink.mails().len();
    daemon.tell(&["reload"]);
    let list = mail(&sink, "本番の運用に切り替え");
    assert!(list.mailbox.ends_with("@k.example"), "{}", list.mailbox);
    assert!(list.text.contains(&number), "{}", list.text);
    let shown: Value = serde_json::from_str(&daemon.tell(&["incident", "show", &number, "--json"])).expect("JSON");
    assert_eq!(shown["requests"][0]["state"], "withdrawn", "{shown}");
    assert_eq!(shown["incident"]["reporting"]["count"], 0, "{shown}");
    assert_eq!(sink.mails()[before..].iter().filter(|mail| !mail.mailbox.ends_with("@k.example")).count(), 0);
    daemon.tell(&["incident", "confirm", &number, "--verdict", "single", "--party", "n-sha"]);
    let asked = wait_for("the request in earnest", SOON, || {
        sink.mails().into_iter().find(|mail| mail.mailbox.ends_with("@n.example"))
    });
    assert!(asked.subject.starts_with("【対応依頼】"), "{}", asked.subject);
    let told = wait_for("the first report in earnest", SOON, || {
        sink.mails().into_iter().find(|mail| mail.mailbox.ends_with("@a-town.example"))
    });
    assert!(told.subject.contains("第一報"), "{}", told.subject);
    wait_for("the copy", SOON, || (!chat.posts().is_empty()).then_some(()));
    sink.behave(Manner::TryLater);
    daemon.tell(&["incident", "assign", &number, "--party", "d-sha"]);
    let waiting =
        |row: &Value| row["kind"] == "request" && row["state"].get("waiting").or(row["state"].get("Waiting")).is_some();
    let waits = wait_for("a request that waits", SOON, || {
        let rows: Value = serde_json::from_str(&daemon.tell(&["outbox", "list", "--json"])).expect("JSON");
        rows.as_array()?.iter().find(|row| waiting(row) && row["attempts"] == 1).map(|row| row["id"].to_string())
    });
    daemon.assert_books_balance();
    assert!(daemon.terminate().success());
    sink.behave(Manner::Accept);

    // On trial again, by a restart: what waited in earnest does not leave, and is listed.
    site.add("zz-mode.toml", TRIAL);
    let before = sink.mails().len();
    daemon.restart();
    daemon.wait_ready();
    let begun = wait_for("the notice", SOON, || {
        sink.mails()[before..].iter().find(|mail| mail.subject.contains("試行（並行稼働）を開始")).cloned()
    });
    assert_eq!(begun.mailbox, "trial@k.example");
    assert!(daemon.tell(&["outbox", "list"]).contains("decided in earnest"));
    let refused = daemon.ask(&["outbox", "retry", &waits]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("on trial"), "{refused:?}");
    daemon.tell(&["incident", "assign", &number, "--party", "s-sha"]);
    wait_for("the request on trial", SOON, || {
        sink.mails()[before..].iter().find(|mail| mail.subject.contains("対応依頼")).cloned()
    });
    assert_eq!(readers(&sink.mails()[before..]), BTreeSet::from(["trial@k.example".to_owned()]));
    daemon.assert_books_balance();
    assert!(daemon.terminate().success());
}
