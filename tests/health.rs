//! The desk's own health with the built binary: pages on loopback, and a heartbeat that stays away when it should.

mod support;

use serde_json::Value;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::time::{Duration, Instant};
use support::daemon::Daemon;
use support::site::{Neighbours, Site};
use support::smtp_sink::{Manner, SmtpSink};
use support::webhook::WebhookSink;
use support::{Scratch, free_port, run, wait_for};

const SOON: Duration = Duration::from_secs(30);

fn site(scratch: &Scratch, smtp: u16) -> Site {
    let smtp = SocketAddr::from((Ipv4Addr::LOCALHOST, smtp));
    Site::a_town(scratch.path(), &Neighbours { zabbix: None, smtp, webhook: None })
}

/// Head and body of one answer; `None` while nobody listens.
fn request(port: u16, what: &str) -> Option<(String, String)> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    stream.set_read_timeout(Some(SOON)).expect("a socket of ours");
    stream.write_all(format!("{what} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.to_owned(), body.to_owned()))
}

fn page(port: u16, what: &str) -> (String, String) {
    wait_for("the health pages", SOON, || request(port, what))
}

fn secret_url(site: &Site, url: &str) {
    let file = site.config.join("heartbeat.url");
    fs::write(&file, url).expect("ours");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("ours");
}

/// P7, P14: it shows states and ages on loopback, tells an outside switch that all is well, and stops telling so when a
/// grave mail is stuck. Nothing shown or logged holds a name or the switch's address.
#[test]
fn health_is_shown_and_the_heartbeat_stays_away_when_mail_is_stuck() {
    let scratch = Scratch::new("health");
    let (mail, switch, port) = (SmtpSink::start(), WebhookSink::start(), free_port());
    let site = site(&scratch, mail.port());
    site.set_deliver_by("2s");
    secret_url(&site, &format!("{}?key=canary1234567", switch.url()));
    let heartbeat = "[health.heartbeat]\nevery = \"1s\"\nurl_file = \"heartbeat.url\"\n";
    site.add("zz-health.toml", &format!("[health]\nlisten = \"127.0.0.1:{port}\"\n{heartbeat}"));
    let mut daemon = Daemon::start(&site.config, &scratch);

    let beats = wait_for("two heartbeats", SOON, || Some(switch.posts()).filter(|posts| posts.len() >= 2));
    assert_eq!((beats[0].body.as_str(), beats[0].method.as_str()), ("{\"status\":\"ok\"}", "POST"));
    assert_ne!(beats[0].headers["webhook-id"], beats[1].headers["webhook-id"]);
    let (head, body) = page(port, "GET /healthz");
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("cache-control: no-store"), "{head}");
    let shown: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!((&shown["status"], &shown["core"]["state"]), (&"ok".into(), &"moves".into()), "{shown}");
    let (head, metrics) = page(port, "GET /metrics");
    assert!(head.contains("content-type: text/plain; version=0.0.4"), "{head}");
    assert!(metrics.contains("kiriwake_healthy 1\n"), "{metrics}");

    // P16: asking changes nothing, and nothing else is answered.
    assert!(page(port, "POST /healthz").0.starts_with("HTTP/1.1 405"));
    assert!(page(port, "GET /status").0.starts_with("HTTP/1.1 404"));
    let (head, body) = page(port, "HEAD /metrics");
    assert!(head.starts_with("HTTP/1.1 200") && body.is_empty(), "{head}\n{body}");

    mail.behave(Manner::TryLater);
    daemon.tell(&["incident", "open", "住民票が出ない", "--component", "core-switch", "--severity", "1"]);
    let (_, body) = wait_for("the page to say so", SOON, || {
        request(port, "GET /healthz").filter(|(head, _)| head.starts_with("HTTP/1.1 503"))
    });
    let shown: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!((&shown["status"], &shown["outbox"]["state"]), (&"failing".into(), &"overdue".into()), "{shown}");
    let (_, metrics) = page(port, "GET /metrics");
    assert!(metrics.contains("kiriwake_healthy 0\n"), "{metrics}");
    assert!(metrics.contains("kiriwake_incidents_open{severity=\"1\"} 1\n"), "{metrics}");
    wait_for("the heartbeat to be withheld", SOON, || daemon.log().contains("the heartbeat is withheld").then_some(()));
    let before = switch.posts().len();
    let withheld = || daemon.log().matches("the heartbeat is withheld").count();
    let until = withheld() + 2;
    wait_for("two more intervals", SOON, || (withheld() >= until).then_some(()));
    assert_eq!(switch.posts().len(), before, "nothing is sent meanwhile");
    for name in ["A町", "k-sha", "soumu", "network-log", "core-switch", "住民票", "127.0.0.1", "canary"] {
        assert!(!body.contains(name) && !metrics.contains(name), "{name} is shown");
    }
    assert!(daemon.terminate().success());
    assert!(!daemon.log().contains("canary"), "{}", daemon.log());
}

/// P2, RELIABILITY §10: what was given up, and nobody could be told of, is told to whoever watches from outside and in the log,
/// until a person has seen it.
#[test]
fn what_nobody_was_told_of_is_no_good_health() {
    let scratch = Scratch::new("health-untold");
    let (mail, switch, port) = (SmtpSink::start(), WebhookSink::start(), free_port());
    let site = site(&scratch, mail.port());
    secret_url(&site, &switch.url());
    let heartbeat = "[health.heartbeat]\nevery = \"1s\"\nurl_file = \"heartbeat.url\"\n\
                     [health.heartbeat_mail]\nto = \"watch@k.example\"\nevery = \"1s\"\n";
    site.add("zz-health.toml", &format!("[health]\nlisten = \"127.0.0.1:{port}\"\n{heartbeat}"));
    let mut daemon = Daemon::start(&site.config, &scratch);
    wait_for("a heartbeat", SOON, || (!switch.posts().is_empty()).then_some(()));
    mail.behave(Manner::NobodyThere);
    daemon.tell(&["incident", "open", "住民票が出ない", "--component", "core-switch", "--severity", "1"]);
    let failing = || request(port, "GET /healthz").filter(|(head, _)| head.starts_with("HTTP/1.1 503"));
    let (_, body) = wait_for("the page to say so", SOON, failing);
    let shown: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!((&shown["status"], &shown["outbox"]["state"]), (&"failing".into(), &"untold".into()), "{shown}");
    assert!(!page(port, "GET /metrics").1.contains("kiriwake_outbox_untold_rows 0\n"));
    let log = |word: &str| daemon.log().lines().filter(|line| line.contains("ERROR") && line.contains(word)).count();
    wait_for("the word of it in the log", SOON, || (log("could not be told") == 1).then_some(()));
    assert!(log("a message was given up") > 0 && daemon.log().contains("no such user"), "{}", daemon.log());
    wait_for("the heartbeat to be withheld", SOON, || daemon.log().contains("the heartbeat is withheld").then_some(()));
    let (beats, mails) = (switch.posts().len(), mail.mails().len());
    mail.behave(Manner::Accept);
    let withheld = || daemon.log().matches("the heartbeat is withheld").count();
    let until = withheld() + 2;
    wait_for("two more intervals", SOON, || (withheld() >= until).then_some(()));
    let beat = |mail: &&support::mail::Mail| mail.mailbox == "watch@k.example";
    assert_eq!(switch.posts().len(), beats, "nothing is sent meanwhile");
    assert_eq!(mail.mails()[mails..].iter().filter(beat).count(), 0, "by mail as well");

    // Somebody looks, drops what is of no use any more, and has the rest sent.
    let rows: Value = serde_json::from_str(&daemon.tell(&["outbox", "list", "--json"])).expect("JSON");
    let dead = rows.as_array().expect("a list").iter().filter(|row| row["state"].get("Dead").is_some());
    let dead: Vec<String> = dead.map(|row| format!("O-{}", row["id"])).collect();
    assert!(dead.len() > 1, "{rows}");
    for (nth, row) in dead.iter().enumerate() {
        match nth % 2 {
            0 => daemon.tell(&["outbox", "retry", row]),
            _ => daemon.tell(&["outbox", "drop", row, "--reason", "電話で伝達済み"]),
        };
    }
    wait_for("all to be well", SOON, || request(port, "GET /healthz").filter(|(head, _)| head.contains("200")));
    wait_for("the heartbeat again", SOON, || (switch.posts().len() > beats).then_some(()));
    wait_for("by mail as well", SOON, || mail.mails()[mails..].iter().any(|mail| beat(&mail)).then_some(()));
    daemon.assert_books_balance();
    assert!(daemon.terminate().success());
}

/// RELIABILITY §10, all destinations down: what is not critical waits, and the desk that is cut off says so.
#[test]
fn a_desk_without_any_way_out_is_no_good_health() {
    let scratch = Scratch::new("health-cut-off");
    let (nobody, port) = (free_port(), free_port());
    let site = site(&scratch, nobody);
    site.set_deliver_by("2s");
    site.add("zz-health.toml", &format!("[health]\nlisten = \"127.0.0.1:{port}\"\n"));
    let mut daemon = Daemon::start(&site.config, &scratch);
    daemon.tell(&["incident", "open", "住民票が出ない", "--component", "core-switch", "--severity", "1"]);
    let (_, body) = wait_for("the page to say so", SOON, || {
        request(port, "GET /healthz").filter(|(head, _)| head.starts_with("HTTP/1.1 503"))
    });
    let shown: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(shown["outbox"]["state"], "cut_off", "{shown}");
    let log = |level: &str, word: &str| daemon.log().lines().any(|line| line.contains(level) && line.contains(word));
    wait_for("the word of it in the log", SOON, || log("ERROR", "no channel for mail works").then_some(()));
    assert!(log("WARN", "the channel failed"), "{}", daemon.log());
    assert!(daemon.terminate().success());
}

/// P7: the sign of life to a mailbox goes through the outbox: it stays away while its channel takes nothing and while a
/// grave mail is stuck, and none of those that were missed comes later.
#[test]
fn the_heartbeat_by_mail_stays_away_with_the_outbox() {
    let scratch = Scratch::new("health-mail");
    let mail = SmtpSink::start();
    let site = site(&scratch, mail.port());
    site.set_deliver_by("2s");
    site.add("zz-health.toml", "[health.heartbeat_mail]\nto = \"watch@k.example\"\nevery = \"1s\"\n");
    let mut daemon = Daemon::start(&site.config, &scratch);
    let beats = || mail.mails().into_iter().filter(|one| one.mailbox == "watch@k.example").collect::<Vec<_>>();
    let first = wait_for("two signs of life", SOON, || Some(beats()).filter(|beats| beats.len() >= 2));
    assert_eq!(first[0].subject, "kiriwake heartbeat ok: A町");
    assert!(first[0].text.starts_with("status: ok\nsite: A町\ntime: 20"), "{}", first[0].text);
    assert_ne!(first[0].id, first[1].id);

    mail.behave(Manner::TryLater);
    daemon.tell(&["incident", "open", "住民票が出ない", "--component", "core-switch", "--severity", "1"]);
    let withheld = || -> Option<()> {
        let rows: Value = serde_json::from_str(&daemon.tell(&["outbox", "list", "--all", "--json"])).expect("JSON");
        let grave = rows.as_array()?.iter().any(|row| row["kind"] == "phone_note" || row["kind"] == "internal");
        let beats: Vec<&Value> = rows.as_array()?.iter().filter(|row| row["kind"] == "heartbeat").collect();
        // Nothing of it waits: the last one is out of date, and no other is owed while the grave mail is stuck.
        let waits =
            beats.iter().any(|row| row["state"].get("Waiting").is_some() || row["state"].get("Started").is_some());
        (grave && !waits).then_some(())
    };
    wait_for("the sign of life to be kept back", SOON, withheld);
    let before = beats().len();
    mail.behave(Manner::Accept);
    daemon.tell(&["incident", "list"]);
    assert_eq!(beats().len(), before, "what was missed does not come later");
    daemon.assert_books_balance();
    assert!(daemon.terminate().success());
}

/// P21: who holds connections open and says nothing keeps others waiting for some seconds and not for ever, and does not
/// keep the desk from ending.
#[test]
fn those_who_say_nothing_are_sent_away() {
    let scratch = Scratch::new("health-slow");
    let (mail, port) = (SmtpSink::start(), free_port());
    let site = site(&scratch, mail.port());
    site.add("zz-health.toml", &format!("[health]\nlisten = \"127.0.0.1:{port}\"\n"));
    let mut daemon = Daemon::start(&site.config, &scratch);
    page(port, "GET /healthz");
    let silent: Vec<TcpStream> = (0..8)
        .map(|n| {
            let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("it listens");
            stream.write_all(["", "GET /heal"][n % 2].as_bytes()).expect("it reads");
            stream
        })
        .collect();
    let began = Instant::now();
    assert!(page(port, "GET /healthz").0.starts_with("HTTP/1.1 200"));
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    drop(silent);
    let huge = format!("GET /{}", "x".repeat(100_000));
    assert!(request(port, &huge).is_none_or(|(head, _)| head.starts_with("HTTP/1.1 4")));

    // A reload moves it to another port; the old one is free again. What cannot be, changes nothing.
    let other = free_port();
    site.add("zz-health.toml", &format!("[health]\nlisten = \"127.0.0.1:{other}\"\n"));
    daemon.tell(&["reload"]);
    assert!(page(other, "GET /healthz").0.starts_with("HTTP/1.1 200"));
    assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err(), "nobody listens there any more");
    site.add("zz-health.toml", "[health.heartbeat]\nevery = \"5m\"\nurl_file = \"none.url\"\n");
    let refused = daemon.ask(&["reload"]);
    let said = String::from_utf8_lossy(&refused.stdout).into_owned();
    assert!(refused.status.code() == Some(78) && said.contains("none.url"), "{said}");
    assert!(page(other, "GET /healthz").0.starts_with("HTTP/1.1 200"));
    let _silent = TcpStream::connect((Ipv4Addr::LOCALHOST, other)).expect("it listens");
    let began = Instant::now();
    assert!(daemon.terminate().success());
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

/// P7, P20: while the disk takes nothing the heartbeat stays away and the page says why; both come back by themselves.
/// A limit on the size of files stands for the full disk.
#[test]
fn a_journal_that_cannot_be_written_is_told_and_passes() {
    let scratch = Scratch::new("health-disk");
    let (mail, switch, port) = (SmtpSink::start(), WebhookSink::start(), free_port());
    let site = site(&scratch, mail.port());
    secret_url(&site, &switch.url());
    let heartbeat = "[health.heartbeat]\nevery = \"1s\"\nurl_file = \"heartbeat.url\"\n";
    site.add("zz-health.toml", &format!("[health]\nlisten = \"127.0.0.1:{port}\"\n{heartbeat}"));
    // Otherwise the limit would end the process instead of failing its writes.
    let deaf = scratch.join("deaf");
    fs::write(&deaf, "#!/bin/sh\ntrap '' XFSZ\nexec \"$@\"\n").expect("ours");
    fs::set_permissions(&deaf, fs::Permissions::from_mode(0o755)).expect("ours");
    let mut daemon = Daemon::stopped(&site.config, &scratch);
    daemon.through = Some(deaf);
    daemon.spawn();
    daemon.wait_ready();
    wait_for("a heartbeat", SOON, || (!switch.posts().is_empty()).then_some(()));
    let limit = |limit: &str| {
        run(Command::new("prlimit").args([format!("--fsize={limit}:"), format!("--pid={}", daemon.pid())]));
    };
    limit("0");
    // The operator is answered, and told that it is not on record.
    let answer = daemon.ask(&["incident", "open", "電話", "--severity", "4"]);
    let said = String::from_utf8_lossy(&answer.stderr).into_owned();
    assert!(answer.status.success() && said.contains("not on record"), "{said}");
    let (_, body) = wait_for("the page to say so", SOON, || {
        request(port, "GET /healthz").filter(|(head, _)| head.starts_with("HTTP/1.1 503"))
    });
    let shown: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(
        (&shown["journal"]["state"], &shown["core"]["state"]),
        (&"cannot_be_written".into(), &"moves".into()),
        "{shown}"
    );
    assert!(shown["journal"]["waiting_steps"].as_u64().is_some_and(|steps| steps > 0), "{shown}");
    let before = switch.posts().len();
    let (_, metrics) = page(port, "GET /metrics");
    assert!(metrics.contains("kiriwake_journal_writable 0\n"), "{metrics}");
    assert!(!metrics.contains("kiriwake_journal_waiting_steps 0\n"), "{metrics}");
    assert!(switch.posts().len() <= before + 1, "at most the one that was under way");
    assert!(daemon.status()["disk"]["unwritable"].is_string());
    limit("unlimited");
    let heard = switch.posts().len();
    wait_for("the heartbeat again", SOON, || (switch.posts().len() > heard).then_some(()));
    assert!(page(port, "GET /metrics").1.contains("kiriwake_journal_waiting_steps 0\n"));
    assert!(page(port, "GET /healthz").0.starts_with("HTTP/1.1 200"));
    daemon.assert_books_balance();
    // The working state failed with the disk; it is whole again.
    assert!(daemon.terminate().success(), "{}", daemon.log());
    daemon.spawn();
    daemon.wait_ready();
    daemon.assert_books_balance();
}
