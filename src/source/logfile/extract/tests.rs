//! Real files: what is found around a moment, and what is said of the rest.

use super::super::config::Config;
use super::*;
use crate::desk::evidence::Wanted;
use jiff::tz::TimeZone;
use std::fs;
use tempfile::TempDir;

const BY_PATH: &str = "name = 'log'\npaths = ['DIR/*/messages']\npatterns = ['s']\nhost_from_path = 1";
const TOGETHER: &str = "name = 'log'\npaths = ['DIR/messages']\npatterns = ['s']";

fn settings(folder: &TempDir, config: &str) -> Settings {
    let config: Config = toml::from_str(&config.replace("DIR", &folder.path().display().to_string())).expect("sound");
    config.check(TimeZone::get("Asia/Tokyo").expect("the zone")).expect("sound settings")
}

fn ask(hosts: &[&str]) -> Ask {
    let at = |text: &str| text.parse().expect("a time");
    let hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
    Ask {
        source: Some("log".into()),
        wanted: Wanted::Lines { hosts },
        from: at("2026-09-20T02:08:40+09:00"),
        about: at("2026-09-20T02:13:40+09:00"),
        until: at("2026-09-20T02:15:10+09:00"),
    }
}

fn found(folder: &TempDir, config: &str, hosts: &[&str]) -> Find {
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let read = "2026-09-20T02:15:10+09:00".parse().expect("a time");
    extract(&settings(folder, config), &ask(&[]), &hosts, read)
}

/// Host, lines, lines there were, lines before the moment, and the text of each file.
fn files(find: &Find) -> Vec<(String, u64, u64, u64, String)> {
    let file = |(part, content): &(Part, Vec<u8>)| {
        (part.host.clone(), part.lines, part.of, part.before, String::from_utf8_lossy(content).into_owned())
    };
    find.files.iter().map(file).collect()
}

fn gaps(find: &Find) -> Vec<(&str, &Lack)> {
    find.gaps.iter().map(|gap| (gap.what.as_str(), &gap.why)).collect()
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("inside")).expect("made");
        fs::write(path, text).expect("written");
    }
    folder
}

const CORE: &str = "Sep 19 23:00:00 core-sw-01 long ago\n\
                    Sep 20 02:10:00 core-sw-01 fan speed up\n\
                    Sep 20 02:13:40 core-sw-01 %REDUNDANCY-3-SWITCHOVER\n\
                    \x20 goes on without a time\n\
                    Sep 20 02:14:00 core-sw-01 %PLATFORM-1-CRASHED\n";

#[test]
fn the_lines_around_the_moment_come_as_they_are_host_by_host() {
    let folder = folder(&[
        ("core-sw-01/messages", CORE),
        ("srv-db-01/messages", "Sep 20 02:14:10 srv-db-01 iscsi timeout\n"),
        ("floor-sw-1f-01/messages", "Sep 20 02:14:10 floor-sw-1f-01 not asked\n"),
        ("wlc-01/messages", "Sep 19 02:14:10 wlc-01 yesterday\n"),
    ]);
    let find = found(&folder, BY_PATH, &["core-sw-01", "srv-db-01", "wlc-01", "nothing-01"]);
    let core: String = CORE.lines().skip(1).map(|line| format!("{line}\n")).collect();
    assert_eq!(
        files(&find),
        [
            ("core-sw-01".to_owned(), 4, 4, 1, core),
            ("srv-db-01".to_owned(), 1, 1, 0, "Sep 20 02:14:10 srv-db-01 iscsi timeout\n".to_owned()),
        ]
    );
    assert_eq!(gaps(&find), [("wlc-01", &Lack::Nothing), ("nothing-01", &Lack::NotThere)]);
    let (part, _) = &find.files[0];
    assert!(part.origin.ends_with("/core-sw-01/messages") && part.encoding == "utf-8", "{part:?}");
}

#[test]
fn of_a_file_of_many_hosts_each_gets_its_own_lines() {
    let text = format!("{CORE}Sep 20 02:14:01 SRV-DB-01.a-town.example lost\nSep 20 02:14:02 srv-db-02 other\n");
    let folder = folder(&[("messages", &text)]);
    let find = found(&folder, TOGETHER, &["srv-db-01", "core-sw-01"]);
    let hosts: Vec<(String, u64)> = files(&find).into_iter().map(|(host, lines, ..)| (host, lines)).collect();
    assert_eq!(hosts, [("core-sw-01".to_owned(), 4), ("srv-db-01".to_owned(), 1)]);
    assert_eq!(gaps(&find), []);
}

#[test]
fn a_large_log_is_read_from_its_end_and_the_lines_nearest_to_the_moment_are_kept() {
    let old = "Sep 20 01:00:00 core-sw-01 padding padding padding padding padding padding\n".repeat(100_000);
    let before: String = (0..1_000).map(|n| format!("Sep 20 02:12:00 core-sw-01 before {n}\n")).collect();
    let after: String = (0..9_000).map(|n| format!("Sep 20 02:14:00 core-sw-01 after {n}\n")).collect();
    let folder = folder(&[("core-sw-01/messages", &format!("{old}{before}{after}"))]);
    let find = found(&folder, BY_PATH, &["core-sw-01"]);
    let [(_, lines, of, turn, text)] = files(&find).try_into().expect("one file");
    assert_eq!((lines, of, turn), (5_000, 10_000, 500));
    assert!(text.starts_with("Sep 20 02:12:00 core-sw-01 before 500\n") && text.ends_with("after 4499\n"));
}

#[test]
fn a_log_that_was_turned_over_since_is_read_on_in_the_one_before() {
    let folder = folder(&[
        ("core-sw-01/messages", "Sep 20 02:14:00 core-sw-01 new file\n"),
        ("core-sw-01/messages-20260918", "Sep 18 02:13:00 core-sw-01 older\n"),
        ("core-sw-01/messages-20260920", "Sep 20 02:13:00 core-sw-01 old file\n"),
    ]);
    let find = found(&folder, BY_PATH, &["core-sw-01"]);
    let texts: Vec<String> = files(&find).into_iter().map(|(.., text)| text).collect();
    assert_eq!(texts, ["Sep 20 02:14:00 core-sw-01 new file\n", "Sep 20 02:13:00 core-sw-01 old file\n"]);
}

#[test]
fn what_cannot_be_read_is_said_and_hides_nothing() {
    let folder = folder(&[("srv-db-01/messages", "Sep 20 02:14:10 srv-db-01 lost\n"), ("core-sw-01/messages", "")]);
    let link = folder.path().join("wlc-01");
    fs::create_dir(&link).expect("made");
    std::os::unix::fs::symlink("/etc/hostname", link.join("messages")).expect("linked");
    let find = found(&folder, BY_PATH, &["core-sw-01", "srv-db-01", "wlc-01"]);
    assert_eq!(files(&find).len(), 1);
    assert_eq!(gaps(&find), [("core-sw-01", &Lack::NotThere), ("wlc-01", &Lack::NotThere)]);
}

#[test]
fn lines_without_any_time_are_the_last_ones() {
    let config = "name = 'log'\npaths = ['DIR/*/messages']\npatterns = ['s']\nhost_from_path = 1\ntime = 'none'";
    let text: String = (0..1_000).map(|n| format!("line {n}\n")).collect();
    let folder = folder(&[("core-sw-01/messages", &text)]);
    let [(_, lines, _, _, text)] = files(&found(&folder, config, &["core-sw-01"])).try_into().expect("one file");
    assert_eq!(lines, 200);
    assert!(text.starts_with("line 800\n") && text.ends_with("line 999\n"));
}

#[test]
fn the_bytes_stay_in_their_encoding_and_are_shown_in_ours() {
    let folder = folder(&[]);
    fs::create_dir(folder.path().join("srv-db-01")).expect("made");
    let line = [&b"Sep 20 02:14:10 srv-db-01 "[..], b"\x95\x5c\x83\x5c", b"\r\n"].concat();
    fs::write(folder.path().join("srv-db-01/messages"), &line).expect("written");
    let find = found(&folder, &format!("{BY_PATH}\nencoding = 'cp932'"), &["srv-db-01"]);
    let (part, content) = &find.files[0];
    assert_eq!((part.encoding.as_str(), content), ("cp932", &line));
    assert_eq!(shown(content, &part.encoding), ["Sep 20 02:14:10 srv-db-01 表ソ"]);
    assert_eq!(shown(b"", "utf-8"), Vec::<String>::new());
    assert_eq!(shown(b"a\n\nb\n", "utf-8"), ["a", "", "b"]);
}
