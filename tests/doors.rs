//! The daemon's doors with the built binary: its control socket, and the directory of its record.
//!
//! Who is at the desk reaches it whatever somebody is writing into the configuration; another daemon does not take its
//! place; and what others may write to is not taken for its record. Not here: what is answered.

mod support;

use serde_json::Value;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;
use support::Scratch;
use support::daemon::Daemon;
use support::site::{Neighbours, Site};
use support::smtp_sink::SmtpSink;

const SOON: Duration = Duration::from_secs(30);

fn site(scratch: &Scratch, sink: &SmtpSink) -> Site {
    let smtp = SocketAddr::from((Ipv4Addr::LOCALHOST, sink.port()));
    Site::a_town(scratch.path(), &Neighbours { zabbix: None, smtp, webhook: None })
}

fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

fn files(folder: &Path) -> usize {
    fs::read_dir(folder).expect("ours").count()
}

/// P11: a daemon whose new configuration was refused goes on by the old one, and so does whoever asks it.
#[test]
fn operators_reach_the_daemon_while_the_configuration_has_a_fault() {
    let scratch = Scratch::new("faulty");
    let sink = SmtpSink::start();
    let site = site(&scratch, &sink);
    let mut daemon = Daemon::start(&site.config, &scratch);
    daemon.tell(&["incident", "open", "電話", "--component", "core-switch", "--severity", "3", "--separate"]);
    let number = daemon.numbers().remove(0);
    let whole = fs::read_to_string(site.config.join("site.toml")).expect("ours");
    let faults: [(&str, String, &str); 2] = [
        ("zz-fault.toml", "[[maintenance]]\nname = 3\n".to_owned(), "zz-fault.toml:1:1"),
        // The file that names the socket itself does not read to its end.
        ("site.toml", format!("{whole}\n[health\n"), "site.toml:"),
    ];
    for (file, text, place) in faults {
        site.add(file, &text);
        assert_eq!(daemon.ask(&["reload"]).status.code(), Some(78), "{file}");
        for asked in [
            &["status"][..],
            &["status", "--json"],
            &["incident", "list"],
            &["incident", "show", &number],
            &["incident", "note", &number, "確認中"],
            &["outbox", "list", "--all"],
            &["ledger", "--check"],
        ] {
            let output = daemon.ask(asked);
            let (out, err) = said(&output);
            assert!(output.status.success(), "{asked:?}: {out}{err}");
            assert_eq!(err.matches("the configuration has a fault").count(), 1, "once: {asked:?}: {err}");
            assert!(err.contains(place) && err.contains("old rules"), "{asked:?}: {err}");
            assert!(!asked.contains(&"--json") || serde_json::from_str::<Value>(&out).is_ok(), "{out}");
        }
        let output = daemon.ask(&["status", "--lang", "ja"]);
        assert!(said(&output).1.contains("設定に誤りがあります"), "{output:?}");
        // What needs the configuration itself says what is wrong with it.
        for asked in [&["check"][..], &["who", "--at", "2026-10-07T10:00"], &["store", "verify"], &["run"]] {
            assert_eq!(daemon.ask(asked).status.code(), Some(78), "{asked:?}");
        }
        // Who names the socket is told nothing.
        let socket = site.socket.display().to_string();
        let output = daemon.ask(&["status", "--socket", &socket]);
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        let mut by_variable = Command::new(env!("CARGO_BIN_EXE_kiriwake"));
        let by_variable = by_variable.arg("status").env("KIRIWAKE_SOCKET", &site.socket);
        let output = by_variable.arg("--config").arg(scratch.join("no-such-folder")).output().expect("it is built");
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        if file == "site.toml" {
            site.add(file, &whole);
        } else {
            fs::remove_file(site.config.join(file)).expect("ours");
        }
    }
    daemon.tell(&["reload"]);
    assert!(said(&daemon.ask(&["status"])).1.is_empty(), "and no word more");
    site.add("zz-fault.toml", "[[maintenance]]\nname = 3\n");
    assert!(daemon.terminate().success());
    let output = daemon.ask(&["status"]);
    assert!(output.status.code() == Some(69) && said(&output).1.contains("zz-fault.toml:1:1"), "{output:?}");
}

/// P18: a daemon with another record and the same socket does not start while the first one lives.
#[test]
fn a_living_socket_is_left_and_a_dead_one_replaced() {
    let (scratch, other, third) = (Scratch::new("first"), Scratch::new("second"), Scratch::new("twin"));
    let sink = SmtpSink::start();
    let (first, second) = (site(&scratch, &sink), site(&other, &sink));
    let file = second.config.join("site.toml");
    let text = fs::read_to_string(&file).expect("ours");
    let [theirs, ours] = [&second.socket, &first.socket].map(|socket| socket.display().to_string());
    assert!(text.contains(&theirs), "{text}");
    fs::write(&file, text.replace(&theirs, &ours)).expect("ours");
    let mut daemon = Daemon::start(&first.config, &scratch);
    let inode = || fs::symlink_metadata(&first.socket).expect("it is there").ino();
    let before = inode();

    let mut late = Daemon::stopped(&second.config, &other);
    late.spawn();
    assert_eq!(late.ends(SOON).code(), Some(75), "{}", late.log());
    let log = late.log();
    assert!(log.contains("in use") && log.contains(&ours) && log.contains("control.socket"), "{log}");
    assert_eq!(files(&second.state), 0, "nothing is put on record");
    assert_eq!((inode(), daemon.status()["process"].as_u64()), (before, Some(daemon.pid().into())));
    late.kill_dash_nine();
    // The same record is told first.
    let mut twin = Daemon::stopped(&first.config, &third);
    twin.spawn();
    assert_eq!(twin.ends(SOON).code(), Some(75));
    assert!(twin.log().contains("state directory"), "{}", twin.log());

    // What a killed one leaves behind is nobody's.
    assert!(daemon.kill_dash_nine() && first.socket.exists());
    late.restart();
    assert_eq!(late.status()["process"].as_u64(), Some(late.pid().into()));
    daemon.spawn();
    assert_eq!(daemon.ends(SOON).code(), Some(75), "now it is the other way about");
    daemon.kill_dash_nine();
    assert!(late.terminate().success() && !first.socket.exists());

    // Whatever has the place by then is not taken away at the end.
    daemon.restart();
    fs::rename(&first.socket, scratch.join("aside")).expect("ours");
    let strange = UnixListener::bind(&first.socket).expect("the place is free");
    assert!(daemon.terminate().success() && first.socket.exists());
    drop(strange);
}

/// The record is the daemon's alone: nobody else may write where it is kept. Reading is the administrator's to grant.
#[test]
fn a_state_directory_others_may_write_to_is_refused() {
    let scratch = Scratch::new("open-state");
    let sink = SmtpSink::start();
    let site = site(&scratch, &sink);
    let set = |mode| fs::set_permissions(&site.state, fs::Permissions::from_mode(mode)).expect("ours");
    let mut daemon = Daemon::stopped(&site.config, &scratch);
    for mode in [0o777, 0o1777, 0o770] {
        set(mode);
        daemon.spawn();
        assert_eq!(daemon.ends(SOON).code(), Some(77), "{}", daemon.log());
        daemon.kill_dash_nine();
        assert!(daemon.log().contains(&format!("(mode {mode:04o})")), "{}", daemon.log());
        assert_eq!((files(&site.state), site.socket.exists()), (0, false), "nothing is made");
    }
    assert!(daemon.log().contains("chmod 700"), "{}", daemon.log());
    for mode in [0o750, 0o700] {
        set(mode);
        daemon.restart();
        assert!(daemon.terminate().success());
    }
}
