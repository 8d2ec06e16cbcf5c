//! Ways out with the built binary: a program as a channel, and `test-send` over every kind of channel.
//!
//! The far ends are a mail server and a web server that misbehave on demand, a folder, and scripts. Not here: what
//! each channel makes of an answer in detail; that is beside their code.

mod support;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;
use support::daemon::Daemon;
use support::site::{Neighbours, Site};
use support::smtp_sink::{Manner, SmtpSink};
use support::webhook::{Post, WebhookSink};
use support::{Scratch, free_port, wait_for};

const SOON: Duration = Duration::from_secs(30);

fn site(scratch: &Scratch, smtp: u16) -> Site {
    let smtp = SocketAddr::from((Ipv4Addr::LOCALHOST, smtp));
    Site::a_town(scratch.path(), &Neighbours { zabbix: None, smtp, webhook: None })
}

fn script(path: &Path, text: &str) {
    fs::write(path, format!("#!/bin/sh\n{text}\n")).expect("ours");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("ours");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).expect("ours").map(|entry| entry.expect("ours").path()).collect();
    files.sort();
    files
}

/// What `test-send` printed, as JSON, with its exit code.
fn sent(stopped: &Daemon, arguments: &[&str]) -> (Option<i32>, Value) {
    let output = stopped.ask(&[&["test-send", "--json"][..], arguments].concat());
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = serde_json::from_str(&said)
        .unwrap_or_else(|_| json!(format!("{said}{}", String::from_utf8_lossy(&output.stderr))));
    (output.status.code(), said)
}

/// P21: whatever the program leaves behind, the daemon keeps no process, no zombie and no pipe of it.
#[test]
fn a_program_gets_the_partys_copies_and_leaves_nothing_behind() {
    let scratch = Scratch::new("modem");
    let sink = SmtpSink::start();
    let site = site(&scratch, sink.port());
    let taken = scratch.join("taken");
    fs::create_dir(&taken).expect("ours");
    let modem = scratch.join("modem");
    // It leaves a child behind that holds its output, as careless programs do.
    script(&modem, &format!("cat >{0}/$$.new && mv {0}/$$.new {0}/$$.json; sleep 600 & echo taken", taken.display()));
    let table = "[[channel.command]]\nname = \"modem\"\nparty = \"soumu-joho\"\ncommand = ";
    site.add("zz-modem.toml", &format!("{table}[\"{}\"]\n", modem.display()));
    let mut daemon = Daemon::start(&site.config, &scratch);
    // What this process was given by whoever runs the tests, the daemon has, too.
    let inherited = pipes(daemon.pid());
    let took = |at_least: usize| {
        wait_for("the modem", SOON, || {
            let mut messages = files(&taken);
            messages.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
            (messages.len() >= at_least).then_some(messages)
        })
    };
    daemon.tell(&["incident", "open", "3階のプリンタが動かない", "--severity", "1"]);
    let first = took(1);
    let message: Value = serde_json::from_str(&fs::read_to_string(&first[0]).expect("ours")).expect("JSON");
    assert_eq!((&message["site"], &message["severity"]), (&json!("A町"), &json!(1)), "{message}");
    assert!(message["text"].as_str().is_some_and(|text| text.contains("プリンタ")), "{message}");
    for n in 2..6 {
        daemon.tell(&["incident", "open", "電話", "--severity", "1"]);
        took(n);
    }
    let accepted = wait_for("the outcomes", SOON, || {
        let rows: Value = serde_json::from_str(&daemon.tell(&["outbox", "list", "--all", "--json"])).expect("JSON");
        let rows: Vec<Value> = rows.as_array().expect("a list").clone();
        let rows: Vec<Value> =
            rows.into_iter().filter(|row| row["destination"].to_string().contains("modem")).collect();
        rows.iter().all(|row| row["state"].to_string().to_lowercase().contains("done")).then_some(rows)
    });
    assert!(accepted.len() >= 5, "{accepted:?}");
    let row = accepted[0]["id"].to_string();
    let shown = daemon.tell(&["outbox", "show", &format!("O-{row}")]);
    assert!(shown.contains("exit 0: taken"), "{shown}");
    let pid = daemon.pid();
    wait_for("no child, and no pipe of one", SOON, || {
        (children(pid).is_empty() && pipes(pid) == inherited).then_some(())
    });
    daemon.assert_books_balance();
    assert!(daemon.terminate().success());
}

/// Children of a process, zombies among them.
fn children(of: u32) -> Vec<String> {
    let stats = files(Path::new("/proc")).into_iter().filter_map(|path| fs::read_to_string(path.join("stat")).ok());
    let parent = |stat: &String| stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse::<u32>().ok();
    stats.filter(|stat| parent(stat) == Some(of)).collect()
}

/// Pipes a process holds open.
fn pipes(of: u32) -> usize {
    let open = files(&PathBuf::from(format!("/proc/{of}/fd")));
    open.iter().filter(|path| fs::read_link(path).is_ok_and(|to| to.to_string_lossy().starts_with("pipe:"))).count()
}

#[test]
fn a_test_mail_takes_the_real_way_and_the_exit_code_tells() {
    let scratch = Scratch::new("test-send");
    let sink = SmtpSink::start();
    let site = site(&scratch, sink.port());
    let stopped = Daemon::stopped(&site.config, &scratch);
    let (code, said) = sent(&stopped, &["relay", "--to", "admin@a-town.example"]);
    assert_eq!((code, &said["accepted"], &said["recorded"]), (Some(0), &json!(true), &json!(false)), "{said}");
    assert!(said["answer"].as_str().is_some_and(|answer| answer.contains("2.0.0 taken")), "{said}");
    let mail = sink.mails().remove(0);
    assert_eq!(mail.mailbox, "admin@a-town.example");
    assert!(mail.subject.starts_with("【試験】") && mail.text.contains("障害ではございません"), "{mail:?}");

    // Without --to it goes to the desk; people read what came of it, in their own language.
    let output = stopped.ask(&["test-send", "relay", "--lang", "ja"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("受け付けられました") && said.contains("記録・送信待ち・台帳には残りません"), "{said}");
    assert!(sink.mails()[1].mailbox.ends_with("@k.example"), "{}", sink.mails()[1].mailbox);
    assert_eq!(files(&site.state), Vec::<PathBuf>::new(), "nothing is recorded");

    sink.behave(Manner::TryLater);
    let (code, said) = sent(&stopped, &["relay"]);
    assert_eq!((code, &said["result"]), (Some(75), &json!("later")), "{said}");
    assert!(said["answer"].as_str().is_some_and(|answer| answer.contains("4.7.1 come again")), "{said}");
    sink.behave(Manner::HangUpAfterTheDot);
    let (code, said) = sent(&stopped, &["relay"]);
    assert_eq!((code, &said["result"]), (Some(75), &json!("unknown")), "{said}");

    for (arguments, why) in [
        (&["rleay"][..], "There is no channel `rleay`. Known: relay"),
        (&["relay", "--to", "a..b@example"][..], "--to a..b@example"),
    ] {
        let (code, said) = sent(&stopped, arguments);
        assert!(code == Some(64) && said.to_string().contains(why), "{code:?} {said}");
    }
}

#[test]
fn every_kind_of_channel_can_be_tested_in_the_language_of_the_site() {
    let scratch = Scratch::new("test-send-kinds");
    let (hook, nobody) = (WebhookSink::start(), free_port());
    let site = site(&scratch, nobody);
    let program = scratch.join("lamp");
    script(&program, "cat >\"$1\"; echo lit");
    let lit = scratch.join("lit");
    let drop = scratch.join("drop");
    let (url, party) = (hook.url(), "party = \"k-sha\"");
    site.add(
        "zz-channels.toml",
        &format!(
            "[[channel.maildir]]\nname = \"drop\"\ndirectory = \"{}\"\n\
             [[channel.webhook]]\nname = \"hook\"\n{party}\nurl = \"{url}\"\n\
             [[channel.teams]]\nname = \"teams\"\n{party}\nurl = \"{url}\"\n\
             [[channel.webhook]]\nname = \"locked\"\n{party}\nurl_file = \"none.url\"\n\
             [[channel.command]]\nname = \"lamp\"\n{party}\ncommand = [\"{}\", \"{}\"]\n\
             [[channel.command]]\nname = \"gone\"\n{party}\ncommand = [\"/no/such/lamp\"]\n",
            drop.display(),
            program.display(),
            lit.display(),
        ),
    );
    let stopped = Daemon::stopped(&site.config, &scratch);
    for (name, code, result, answer) in [
        ("drop", 0, "accepted", "new/"),
        ("hook", 0, "accepted", "200"),
        ("teams", 0, "accepted", "200"),
        ("lamp", 0, "accepted", "exit 0: lit"),
        ("gone", 69, "destination_refused", "cannot be run"),
        ("relay", 75, "unreachable", "127.0.0.1"),
    ] {
        let (found, said) = sent(&stopped, &[name]);
        assert_eq!((found, &said["result"]), (Some(code), &json!(result)), "{name}: {said}");
        assert!(said["answer"].as_str().is_some_and(|text| text.contains(answer)), "{name}: {said}");
    }
    let mail = fs::read_to_string(files(&drop.join("new")).remove(0)).expect("ours");
    assert!(mail.contains("送信試験です"), "{mail}");
    let document: Value = serde_json::from_str(&hook.posts()[0].body).expect("JSON");
    assert_eq!((&document["kind"], &document["number"]), (&json!("test"), &Value::Null), "{document}");
    assert!(hook.posts()[1].body.contains("【試験】"), "{}", hook.posts()[1].body);
    let lamp: Value = serde_json::from_str(&fs::read_to_string(&lit).expect("ours")).expect("JSON");
    assert!(lamp["subject"].as_str().is_some_and(|subject| subject.starts_with("【試験】")), "{lamp}");

    hook.answer(503);
    assert_eq!(sent(&stopped, &["hook"]).0, Some(75));
    hook.answer(404);
    let (code, said) = sent(&stopped, &["hook"]);
    assert_eq!((code, &said["result"]), (Some(69), &json!("destination_refused")), "{said}");
    assert!(!said.to_string().contains("/hook"), "P14: an address is a secret: {said}");
    let (code, said) = sent(&stopped, &["locked"]);
    assert!(code == Some(69) && said.to_string().contains("none.url"), "{code:?} {said}");
    let (code, said) = sent(&stopped, &["hook", "--to", "a@example.jp"]);
    assert!(code == Some(64) && said.to_string().contains("leave --to away"), "{code:?} {said}");

    // The same in English, where the site speaks it.
    site.set_language("en");
    hook.answer(200);
    assert_eq!(sent(&stopped, &["hook"]).0, Some(0));
    let document: Value = serde_json::from_str(&hook.posts()[2].body).expect("JSON");
    assert!(document["subject"].as_str().is_some_and(|subject| subject.starts_with("[Test] A町")), "{document}");
}

/// What a receiver that goes by Standard Webhooks looks at: id, moment (unix seconds, at most `off` from when it came) and
/// the signature over both and the body.
fn assert_signed(post: &Post, key: &[u8], off: u64) {
    let header = |name: &str| post.headers.get(name).map(String::as_str).unwrap_or_default();
    let (id, seconds) = (header("webhook-id"), header("webhook-timestamp"));
    let came = post.at.duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    let told: u64 = seconds.parse().expect("unix seconds");
    assert!(came.abs_diff(told) <= off, "{told} is not the moment {came}");
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length will do");
    mac.update(format!("{id}.{seconds}.{}", post.body).as_bytes());
    let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    assert_eq!(header("webhook-signature"), signature, "{id} {seconds}");
}

/// RELIABILITY 3.1: one id through all attempts; each with its own moment, and signed where a secret is known.
#[test]
fn every_attempt_at_a_webhook_carries_the_headers_of_standard_webhooks() {
    let scratch = Scratch::new("signed");
    let (sink, signed, open) = (SmtpSink::start(), WebhookSink::start(), WebhookSink::start());
    let site = site(&scratch, sink.port());
    let hook = |name: &str, url: &str| {
        format!("[[channel.webhook]]\nname = \"{name}\"\nparty = \"soumu-joho\"\nurl = \"{url}\"\n")
    };
    let tables =
        [hook("open", &open.url()), hook("signed", &signed.url()), "secret_file = \"signed.secret\"\n".to_owned()];
    site.add("zz-hooks.toml", &tables.concat());
    let secret = |text: &str| {
        fs::write(site.config.join("signed.secret"), text).expect("ours");
        fs::set_permissions(site.config.join("signed.secret"), fs::Permissions::from_mode(0o600)).expect("ours");
    };
    let key: Vec<u8> = (0..32).map(|nth| nth * 7).collect();
    secret(&format!("whsec_{}\n", STANDARD.encode(&key)));
    signed.answer(503);
    let mut daemon = Daemon::start(&site.config, &scratch);
    daemon.tell(&["incident", "open", "3階のプリンタが動かない", "--severity", "1"]);
    wait_for("two attempts", SOON, || (signed.refused().len() >= 2).then_some(()));
    signed.answer(200);
    let last = wait_for("a third", SOON, || signed.posts().into_iter().next());
    let all: Vec<Post> = [signed.refused(), vec![last]].concat();
    let moments: std::collections::BTreeSet<&String> =
        all.iter().map(|post| &post.headers["webhook-timestamp"]).collect();
    assert!(moments.len() > 1, "each attempt has its own: {moments:?}");
    for post in &all {
        assert_eq!(post.headers["webhook-id"], all[0].headers["webhook-id"]);
        assert_signed(post, &key, 5);
    }
    let plain = wait_for("the one without a secret", SOON, || open.posts().into_iter().next());
    assert!(plain.headers.contains_key("webhook-timestamp"), "{plain:?}");
    assert!(!plain.headers.contains_key("webhook-signature"), "{plain:?}");

    // A new secret is taken at a reload; one that is none is a fault with its place, and nothing changes.
    secret("whsec_this is no base64 of anything at all");
    for asked in [["reload"], ["check"]] {
        let refused = daemon.ask(&asked);
        let said = String::from_utf8_lossy(&[refused.stdout, refused.stderr].concat()).into_owned();
        assert!(!refused.status.success(), "{asked:?}");
        assert!(said.contains("zz-hooks.toml:9:15") && said.contains("no base64"), "{asked:?}: {said}");
        assert!(!said.contains("anything"), "P14: {said}");
    }
    secret("thirty-two plain characters: ok!");
    daemon.tell(&["reload"]);
    let before = signed.posts().len();
    daemon.tell(&["incident", "open", "電話", "--severity", "1", "--separate"]);
    let next = wait_for("a post with the new secret", SOON, || signed.posts().into_iter().nth(before));
    assert_signed(&next, b"thirty-two plain characters: ok!", 5);
    let tried = sent(&daemon, &["signed"]);
    assert_eq!(tried.0, Some(0), "{tried:?}");
    assert_signed(&signed.posts().pop().expect("the test"), b"thirty-two plain characters: ok!", 5);
    assert!(daemon.terminate().success());
}
