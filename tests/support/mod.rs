//! Real processes for tests: a mail server, a Zabbix, a webhook's far end, a growing log, and the daemon itself.
//!
//! Everything listens on loopback, lives in a scratch folder and is stopped by the pid it was started with. Nothing
//! waits by sleeping: [`wait_for`] looks until something is so, or fails saying what it waited for. A part that can't
//! run here (no root, no package, no Zabbix) is left out by [`skip`], which `tests/run` counts.
//! Not here: what the product should do; that is in `end_to_end.rs`, `nights.rs` and `kills.rs`.

#![allow(dead_code, reason = "each test binary uses a part of it")]

pub(crate) mod daemon;
pub(crate) mod day;
pub(crate) mod desk;
pub(crate) mod dice;
pub(crate) mod echo;
pub(crate) mod fake_zabbix;
pub(crate) mod faults;
pub(crate) mod log_writer;
pub(crate) mod mail;
pub(crate) mod named;
pub(crate) mod postfix;
pub(crate) mod site;
pub(crate) mod smtp_sink;
pub(crate) mod town;
pub(crate) mod webhook;
pub(crate) mod zabbix;

use std::fs::OpenOptions;
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// Copies a folder. What is taken away meanwhile, as sled does with files of its own, is not there either.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("ours");
    for entry in std::fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())) {
        let path = entry.expect("it can be read").path();
        let target = to.join(path.file_name().expect("it has a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else if let Err(error) = std::fs::copy(&path, &target) {
            assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{}", path.display());
        }
    }
}

/// How often [`wait_for`] looks.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Files below `folder` that hold `text`.
pub(crate) fn holding(folder: &Path, text: &str) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).expect("it can be read") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                folders.push(path);
            // A working state throws files of its own away meanwhile.
            } else if std::fs::read(&path)
                .is_ok_and(|bytes| bytes.windows(text.len()).any(|part| part == text.as_bytes()))
            {
                found.push(path);
            }
        }
    }
    found
}

/// Looks until `look` finds something, at most `limit`; panics with `what` after that.
pub(crate) fn wait_for<T>(what: &str, limit: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < limit, "waited {limit:?} in vain for {what}");
        std::thread::sleep(LOOK_EVERY);
    }
}

/// Looks for the whole of `span` and panics as soon as `look` finds something: for what must not happen.
pub(crate) fn never(what: &str, span: Duration, mut look: impl FnMut() -> Option<String>) {
    let began = Instant::now();
    while began.elapsed() < span {
        if let Some(found) = look() {
            panic!("{what} must not happen, and did after {:?}: {found}", began.elapsed());
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

/// Says that the calling test can't run here. The test then returns; `tests/run` (`KW_SKIPS`) counts it as skipped.
pub(crate) fn skip(why: &str) {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    eprintln!("SKIPPED {test}: {why}");
    if let Some(list) = std::env::var_os("KW_SKIPS") {
        let list = OpenOptions::new().create(true).append(true).open(list);
        list.and_then(|mut list| writeln!(list, "{test}: {why}")).expect("KW_SKIPS names a file that can be written");
    }
}

/// A figure for the report of `tests/run` (`KW_FIGURES`): `name` and its value with unit.
pub(crate) fn figure(name: &str, value: &str) {
    println!("FIGURE {name}: {value}");
    if let Some(list) = std::env::var_os("KW_FIGURES") {
        let list = OpenOptions::new().create(true).append(true).open(list);
        list.and_then(|mut list| writeln!(list, "{name}: {value}"))
            .expect("KW_FIGURES names a file that can be written");
    }
}

/// A temporary folder other users can reach (Postfix and PostgreSQL are not root); kept when `KW_KEEP` is set.
pub(crate) struct Scratch(Option<tempfile::TempDir>, PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let folder = tempfile::Builder::new().prefix(&format!("kw-{name}-")).tempdir().expect("a temporary folder");
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).expect("it is ours");
        let path = folder.path().to_owned();
        Self(Some(folder), path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.1
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.1.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if std::env::var_os("KW_KEEP").is_some()
            && let Some(folder) = self.0.take()
        {
            eprintln!("kept {}", folder.keep().display());
        }
    }
}

/// A port on loopback nobody listens on at this moment.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    listener.local_addr().expect("it is bound").port()
}

/// Whether this process is root, which a mail server of our own needs.
pub(crate) fn is_root() -> bool {
    uzers::get_effective_uid() == 0
}

/// Runs a command to its end and panics with its output unless it succeeds.
pub(crate) fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} can be started: {error}"));
    assert!(
        output.status.success(),
        "{command:?} ended with {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// Sends a signal to one process, by pid. The shell's own `kill`, because the standard library has none.
pub(crate) fn signal(pid: u32, name: &str) {
    run(Command::new("sh").args(["-c", "kill -s \"$1\" \"$2\"", "sh", name, &pid.to_string()]));
}
