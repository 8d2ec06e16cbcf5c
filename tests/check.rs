//! `kiriwake check` and what a script can rely on at the command line: secret files are looked at as the daemon will, exit codes
//! are those of the README, and `--json` answers with JSON, whatever comes of it.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its own data should stop")]

#[path = "support/recorded.rs"]
mod recorded;

use recorded::Desk;
use serde_json::Value;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;

const HOOK: &str = "\n[[channel.webhook]]\nname = \"hook\"\nparty = \"k-sha\"\nurl_file = \"hook.url\"\nsecret_file = \"hook.secret\"\n";

fn write(path: &Path, text: &str, mode: u32) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// A configuration with all its secrets.
fn sound() -> Desk {
    let desk = Desk::empty();
    let config = desk.path("config");
    write(&config.join("zz-hook.toml"), HOOK, 0o644);
    for (name, text) in [
        ("zabbix.token", "token"),
        ("hook.url", "https://hook.example/kiriwake"),
        ("hook.secret", "thirty-two plain characters: ok!"),
    ] {
        write(&config.join(name), text, 0o600);
    }
    assert!(desk.says(0, &["check", "--strict"]).contains("no faults, no warnings"));
    desk
}

#[test]
fn secret_files_the_daemon_would_refuse_are_found_by_check() {
    let desk = sound();
    let secret = desk.path("config/hook.secret");
    let place = "zz-hook.toml:6:15";
    write(&secret, "thirty-two plain characters: ok!", 0o644);
    let said = desk.says(78, &["check"]);
    assert!(said.contains(place) && said.contains("on this machine, for the user"), "{said}");
    assert!(said.contains("mode 644") && said.contains("chmod 600"), "{said}");
    assert!(!said.contains("thirty-two plain"), "P14: {said}");
    // A link, in a folder where others may exchange it.
    fs::remove_file(&secret).unwrap();
    symlink("/etc/passwd", &secret).unwrap();
    fs::set_permissions(desk.path("config"), Permissions::from_mode(0o770)).unwrap();
    let said = desk.says(78, &["check"]);
    assert!(said.contains(place) && said.contains("symbolic link"), "{said}");
    fs::set_permissions(desk.path("config"), Permissions::from_mode(0o755)).unwrap();
    // Not there: systemd may bring it as a credential, which nobody else sees.
    fs::remove_file(&secret).unwrap();
    let said = desk.says(0, &["check"]);
    assert!(said.contains(place) && said.contains("LoadCredential=hook.secret:"), "{said}");
    assert!(said.contains("0 faults, 1 warnings"), "{said}");
    desk.says(1, &["check", "--strict"]);
    let found: Value = serde_json::from_str(&desk.says(0, &["check", "--json"])).unwrap();
    assert_eq!(found["findings"][0]["key"], "channel.webhook[0].secret_file");
    // Where the whole path is given nothing can bring it.
    let absolute = HOOK.replace("hook.secret", "/nowhere/hook.secret");
    write(&desk.path("config/zz-hook.toml"), &absolute, 0o644);
    assert!(desk.says(78, &["check"]).contains("/nowhere/hook.secret"));
    // The daemon starts all the same, as every command does: one channel is not the whole.
    desk.says(0, &["who", "--at", "2026-10-07T10:00"]);
}

#[test]
fn whoever_checks_as_somebody_else_is_told_what_that_means() {
    let desk = sound();
    let secret = desk.path("config/hook.secret");
    fs::create_dir(desk.state()).unwrap();
    // Only root can give anything away; everybody else has nobody to check for.
    if chown(desk.state(), Some(65_534), Some(65_534)).is_err() {
        return;
    }
    let said = desk.says(78, &["check"]);
    assert!(said.contains("hook.secret cannot be read by the user") && said.contains("chown"), "{said}");
    for name in ["zabbix.token", "hook.url", "hook.secret"] {
        chown(desk.path("config").join(name), Some(65_534), Some(65_534)).unwrap();
    }
    desk.says(0, &["check", "--strict"]);
    write(&secret, "thirty-two plain characters: ok!", 0o644);
    assert!(desk.says(78, &["check"]).contains("mode 644"), "as the daemon's user would find it");
    // Somebody who may not read it learns that, and no fault.
    write(&secret, "thirty-two plain characters: ok!", 0o600);
    chown(&secret, Some(0), Some(0)).unwrap();
    fs::set_permissions(desk.folder.path(), Permissions::from_mode(0o755)).unwrap();
    let output = desk.command(&["check"]).uid(65_534).gid(65_534).output().unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("was not looked at") && said.contains("sudo -u kiriwake"), "{said}");
}

#[test]
fn a_rebuild_of_a_damaged_record_tells_what_verify_tells() {
    let desk = Desk::recorded();
    let first = desk.state().join("journal/000000000001.kwj");
    let mut bytes = fs::read(&first).unwrap();
    bytes[20_000] ^= 1;
    fs::write(&first, bytes).unwrap();
    let findings = |said: &str| -> Vec<String> {
        said.lines().filter(|line| line.starts_with("  - ")).map(str::to_owned).collect()
    };
    let rebuilt = desk.says(1, &["store", "rebuild"]);
    let verified = desk.says(1, &["store", "verify"]);
    assert!(!findings(&verified).is_empty(), "{verified}");
    assert_eq!(findings(&rebuilt), findings(&verified), "{rebuilt}{verified}");
}

#[test]
fn exit_codes_are_those_of_the_readme() {
    let desk = sound();
    for wrong in [&["no-such-command"][..], &["incident", "show"], &["who", "--severity", "9"], &["check", "--no"]] {
        desk.says(64, wrong);
    }
    desk.says(66, &["play", "/no/such/transcript"]);
    desk.says(69, &["status"]);
    desk.says(0, &["--help"]);
    for readme in ["README.md", "README.ja.md"] {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(readme)).unwrap();
        let has = |code: u8| text.contains(&format!("\n| {code} |"));
        assert!(has(64) && has(66) && has(69) && !has(2), "{readme}");
    }
}

#[test]
fn json_is_answered_with_json_whatever_comes_of_it() {
    let desk = sound();
    let transcript = desk.path("night.txt");
    fs::write(&transcript, "").unwrap();
    let night = transcript.to_str().unwrap();
    let fresh = desk.path("fresh");
    for (code, asked) in [
        (69, &["status"][..]),
        (69, &["reload"]),
        (69, &["incident", "list"]),
        (73, &["incident", "case", "KW-20261105-0001"]),
        (66, &["play", "/no/such/transcript"]),
        (0, &["play", night]),
        (0, &["init", fresh.to_str().unwrap()]),
        (73, &["store", "verify"]),
        (73, &["store", "export"]),
    ] {
        let output = desk.command(&[&["--json"], asked].concat()).output().unwrap();
        let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        let answer: Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{asked:?}: {error}: {out}{err}"));
        assert_eq!(output.status.code(), Some(code), "{asked:?}: {out}{err}");
        if code != 0 {
            assert_eq!(answer["exit_code"], code, "{asked:?}: {out}");
            assert!(answer["error"].as_str().is_some_and(|text| err.contains(text)), "{asked:?}: {out}{err}");
        }
    }
    let recorded = Desk::recorded();
    let number = recorded.export().iter().find_map(|line| line["number"].as_str().map(str::to_owned)).unwrap();
    let output = recorded.command(&["--json", "incident", "case", &number, "--out", "-"]).output().unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(answer["case"].as_str().is_some_and(|case| case.contains(&number)) || output.status.code() == Some(65));
    // Faults of the configuration, as `check` gives them.
    write(&desk.path("config/zz-fault.toml"), "[[maintenance]]\nname = 3\n", 0o644);
    let output = desk.command(&["--json", "store", "verify"]).output().unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(output.status.code() == Some(78) && answer["faults"].as_u64() > Some(0), "{answer}");
}
