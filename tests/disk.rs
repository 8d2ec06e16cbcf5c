//! P20 with the built binary: the disk takes nothing, and alerting goes on; it takes something again, and all is on record.
//!
//! A full disk is a small real file system of its own, filled up. Disks that fail or are read-only are made by failing
//! the system calls that sync files (`strace -e inject`), because a file system that was made read-only by an error cannot
//! be made writable again while it is in use. Both need root. Not here: power cuts, damage (`store_damage.rs`).

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use support::daemon::Daemon;
use support::log_writer::LogWriter;
use support::mail::Mail;
use support::site::{Neighbours, Site};
use support::smtp_sink::SmtpSink;
use support::{Scratch, figure, holding, is_root, run, signal, skip, wait_for};

const SOON: Duration = Duration::from_secs(60);
/// Longer than the record must have been written again before that is told.
const SETTLED: Duration = Duration::from_secs(90);

const BEGINS: &str = "記録できない状態で動いています";
const ENDS: &str = "記録できる状態に戻りました";

/// A file system of a few MiB that is mounted while this lives.
struct SmallDisk {
    at: PathBuf,
}

impl SmallDisk {
    fn mount(at: &Path, mib: u32) -> Self {
        run(Command::new("mount").args(["-t", "tmpfs", "-o", &format!("size={mib}m,mode=0700"), "none"]).arg(at));
        Self { at: at.to_owned() }
    }

    /// Nothing more fits.
    fn fill(&self) {
        let mut filler = fs::File::create(self.at.join("filler")).expect("there is room for a name");
        // The last bytes one by one: what is left must not hold even a small frame.
        for size in [64 * 1024, 1024, 1] {
            while filler.write_all(&vec![0; size]).is_ok() {}
        }
    }

    fn free(&self) {
        fs::remove_file(self.at.join("filler")).expect("it was filled");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // The daemon may hold it a moment longer.
        let _ = Command::new("umount").arg("--lazy").arg(&self.at).status();
    }
}

/// A town whose log is followed, and its mail.
struct Town {
    scratch: Scratch,
    site: Site,
    sink: SmtpSink,
    log: LogWriter,
}

impl Town {
    fn new(name: &str) -> Self {
        let scratch = Scratch::new(name);
        let sink = SmtpSink::start();
        let smtp = SocketAddr::from((Ipv4Addr::LOCALHOST, sink.port()));
        let site = Site::a_town(scratch.path(), &Neighbours { zabbix: None, smtp, webhook: None });
        site.set_policy("window", "1s");
        let mut log = LogWriter::at(&site.log_of(0, "core-sw-01"));
        log.syslog("core-sw-01", "the first look finds this");
        Self { scratch, site, sink, log }
    }

    fn start(&self) -> Daemon {
        let daemon = Daemon::start(&self.site.config, &self.scratch);
        wait_for("the first look", SOON, || (daemon.status()["sources"][0]["sight"] == "sees").then_some(()));
        daemon
    }

    fn fire(&mut self, interface: &str) {
        self.log.syslog("core-sw-01", &format!("%LINK-3-UPDOWN: Interface {interface}, changed state to down"));
    }

    fn with(&self, words: &[&str]) -> Vec<Mail> {
        let mut mails = self.sink.mails();
        mails.retain(|mail| words.iter().all(|word| mail.subject.contains(word) || mail.text.contains(word)));
        mails
    }

    fn wait_for_mail(&self, words: &[&str]) -> Mail {
        let what = format!("a mail with {words:?}");
        wait_for(&what, SETTLED, || self.with(words).into_iter().next())
    }

    /// The vendor is asked, or told more, about `interface`.
    fn wait_for_request(&self, interface: &str) -> Mail {
        wait_for("the vendor's mail", SOON, || {
            self.with(&[interface]).into_iter().find(|mail| mail.mailbox.ends_with("@n.example"))
        })
    }

    /// Nobody got the same mail twice.
    fn assert_no_copies(&self) {
        let mut all: Vec<(String, String)> =
            self.sink.mails().into_iter().map(|mail| (mail.mailbox, mail.id)).collect();
        let number = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), number, "somebody got a mail twice");
    }
}

fn waits_for_the_disk(daemon: &Daemon) {
    wait_for("the mode to be declared", SOON, || (!daemon.status()["disk"]["unwritable"].is_null()).then_some(()));
}

/// After the disk is back: all is on record and told once, nothing is lost or sent twice, and it ends cleanly.
fn assert_recovers(town: &Town, daemon: &mut Daemon, interface: &str) {
    let over = town.wait_for_mail(&[ENDS]);
    assert!(over.text.contains("すべて書き込みました"), "{}", over.text);
    assert!(daemon.status()["disk"]["unwritable"].is_null());
    daemon.assert_books_balance();
    assert!(daemon.terminate().success(), "{}", daemon.log());
    daemon.tell(&["store", "verify"]);
    let before = town.sink.mails().len();
    daemon.restart();
    daemon.assert_books_balance();
    let listed = daemon.tell(&["incident", "list", "--all", "--json"]);
    assert!(listed.contains(interface), "{interface} is on record: {listed}");
    for words in [BEGINS, ENDS] {
        assert_eq!(town.with(&[words]).len(), 1, "{words} is told once");
    }
    assert!(daemon.terminate().success());
    assert_eq!(town.sink.mails().len(), before, "nothing is sent again");
    town.assert_no_copies();
}

/// P20: a fire while the disk is full reaches the vendor; an act is in force and says that it is not on record; when there
/// is room again all is written by itself.
#[test]
fn a_full_disk_keeps_nobody_from_being_told() {
    if !is_root() {
        return skip("mounting a small file system needs root");
    }
    let mut town = Town::new("disk-full");
    let disk = SmallDisk::mount(&town.site.state, 8);
    let mut daemon = town.start();
    disk.fill();
    town.fire("Te1/1");
    let request = town.wait_for_request("Te1/1");
    waits_for_the_disk(&daemon);
    let told = town.wait_for_mail(&[BEGINS]);
    assert!(told.text.contains("ディスクの空きがありません"), "{}", told.text);
    let number = daemon.numbers().remove(0);
    assert!(request.subject.contains(&number), "{}", request.subject);
    let acted = daemon.ask(&["incident", "note", &number, "電話で確認"]);
    let said = String::from_utf8_lossy(&acted.stderr).into_owned();
    assert!(acted.status.success() && said.contains("not on record"), "{said}");
    disk.free();
    assert_recovers(&town, &mut daemon, "Te1/1");
}

/// P20, P1, P3: killed while the disk is full, it knows nothing of that time, reads the log again from where the record ends, and
/// tells again whom it told of the incident, with the same identity: mail programs show one mail.
#[test]
fn killed_on_a_full_disk_it_reads_again_what_is_not_on_record() {
    if !is_root() {
        return skip("mounting a small file system needs root");
    }
    let mut town = Town::new("disk-killed");
    let disk = SmallDisk::mount(&town.site.state, 8);
    let mut daemon = town.start();
    disk.fill();
    town.fire("Te1/1");
    let first = town.wait_for_request("Te1/1");
    assert!(daemon.kill_dash_nine());
    // It starts although the disk is still full.
    daemon.restart();
    waits_for_the_disk(&daemon);
    assert!(daemon.kill_dash_nine());
    disk.free();
    daemon.restart();
    let again = wait_for("the vendor to be told again", SOON, || {
        town.with(&["Te1/1"]).into_iter().filter(|mail| mail.mailbox == first.mailbox).nth(1)
    });
    assert_eq!(again.subject, first.subject, "it is the same incident");
    assert_eq!(again.id, first.id, "P3: the copy has the identity of what it copies");
    // What was told of the disk was another mail than what is told now, whatever their numbers.
    let mut seen: BTreeMap<(String, String), String> = BTreeMap::new();
    for mail in town.sink.mails() {
        let subject = seen.entry((mail.mailbox, mail.id)).or_insert_with(|| mail.subject.clone());
        assert_eq!(*subject, mail.subject, "one identity, two mails");
    }
    // Nobody got two mails of the same words about the incident that his program takes for two.
    let number = daemon.numbers().remove(0);
    let mut identities: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for mail in town.with(&[&number]) {
        identities.entry((mail.mailbox, mail.subject)).or_default().insert(mail.id);
    }
    let apart: Vec<_> = identities.iter().filter(|(_, ids)| ids.len() > 1).collect();
    assert!(apart.is_empty(), "{apart:?}");
    let copies = town.with(&[&number]).len() - identities.len();
    figure("copies after kills on a full disk / with another identity", &format!("{copies} / 0"));
    let listed = daemon.tell(&["incident", "list", "--all", "--json"]);
    assert_eq!(listed.matches("Te1/1").count(), 1, "{listed}");
    daemon.assert_books_balance();
    assert!(daemon.terminate().success(), "{}", daemon.log());
    daemon.tell(&["store", "verify"]);
}

/// RELIABILITY §2.8: the reserve carries the record for a while, which is told; that room runs short is told once; the reserve
/// is part of no backup, and no fault to `store verify`.
#[test]
fn the_reserve_is_used_before_the_record_stops() {
    if !is_root() {
        return skip("mounting a small file system needs root");
    }
    let mut town = Town::new("disk-reserve");
    let disk = SmallDisk::mount(&town.site.state, 24);
    town.site.look_after_the_disk(4);
    let mut daemon = town.start();
    let reserve = town.site.state.join("reserve");
    wait_for("the reserve", SOON, || reserve.exists().then_some(()));
    let backup = town.scratch.join("backup");
    daemon.tell(&["store", "backup", &backup.to_string_lossy()]);
    assert!(!backup.join("reserve").exists());
    disk.fill();
    town.fire("Te1/1");
    town.wait_for_request("Te1/1");
    town.wait_for_mail(&["予備の領域を使い始めました"]);
    assert!(!reserve.exists() && daemon.status()["disk"]["unwritable"].is_null(), "the record goes on");
    daemon.assert_books_balance();
    assert!(daemon.terminate().success(), "{}", daemon.log());
    daemon.tell(&["store", "verify"]);
    daemon.restart();
    town.wait_for_mail(&["空きが少なくなっています"]);
    assert!(town.with(&[BEGINS]).is_empty());
    assert!(!reserve.exists(), "there is not room enough to make it again");
    assert!(daemon.terminate().success(), "{}", daemon.log());
    disk.free();
    daemon.restart();
    wait_for("the reserve again", SOON, || reserve.exists().then_some(()));
    assert!(daemon.terminate().success(), "{}", daemon.log());
    daemon.tell(&["store", "verify"]);
    town.assert_no_copies();
}

/// Fails system calls of a process until it is dropped.
struct Failing(Child);

impl Failing {
    fn inject(pid: u32, error: &str) -> Self {
        let calls = "fdatasync,fsync,sync_file_range,syncfs";
        let child = Command::new("strace")
            .args(["-f", "-qq", "-o", "/dev/null", "-p", &pid.to_string(), "-e", &format!("trace={calls}")])
            .args(["-e", &format!("inject={calls}:error={error}")])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("strace is there");
        let traced = || fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        wait_for("strace to hold the daemon", SOON, || (!traced().contains("TracerPid:\t0")).then_some(()));
        Self(child)
    }
}

impl Drop for Failing {
    fn drop(&mut self) {
        signal(self.0.id(), "TERM");
        drop(self.0.wait());
    }
}

/// P20: a disk that fails, or takes no writes any more, is no reason to be silent either.
#[test]
fn a_disk_that_fails_or_is_read_only_keeps_nobody_from_being_told() {
    let strace = Command::new("strace").arg("-V").output().is_ok_and(|output| output.status.success());
    if !is_root() || !strace {
        return skip("failing system calls needs root and strace");
    }
    for (error, words) in [("EIO", "書き込みに失敗しています"), ("EROFS", "読み取り専用になっています")]
    {
        let mut town = Town::new(&format!("disk-{}", error.to_lowercase()));
        let mut daemon = town.start();
        let failing = Failing::inject(daemon.pid(), error);
        town.fire("Te1/1");
        town.wait_for_request("Te1/1");
        let told = town.wait_for_mail(&[BEGINS]);
        assert!(told.text.contains(words), "{error}: {}", told.text);
        waits_for_the_disk(&daemon);
        drop(failing);
        assert_recovers(&town, &mut daemon, "Te1/1");
    }
}

/// `store erase` on a full disk changes nothing and says so; with room it is done.
#[test]
fn nothing_is_erased_in_the_journal_on_a_full_disk() {
    if !is_root() {
        return skip("mounting a small file system needs root");
    }
    let town = Town::new("disk-erase");
    let disk = SmallDisk::mount(&town.site.state, 24);
    let mut daemon = town.start();
    daemon.tell(&["incident", "open", "山田花子様より", "--component", "core-switch", "--severity", "2", "--separate"]);
    assert!(daemon.terminate().success());
    let asked = ["--lang", "en", "store", "erase", "--containing", "山田花子", "--by", "佐藤", "--reason", "氏名"];
    let journal = || holding(&town.site.state.join("journal"), "山田花子").len();
    disk.fill();
    let refused = daemon.ask(&asked);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(74) && said.contains("make room and try again"), "{said}");
    daemon.tell(&["store", "verify"]);
    assert!(journal() > 0 && !town.site.state.join("erasing").exists());
    disk.free();
    let done = String::from_utf8_lossy(&daemon.ask(&asked).stdout).into_owned();
    assert!(done.contains("written over") && journal() == 0, "{done}");
    daemon.restart();
    assert!(daemon.tell(&["incident", "list"]).contains("■■■■様より"));
    assert!(daemon.terminate().success());
}
