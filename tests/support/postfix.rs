//! Debian's Postfix as a private instance on loopback: own configuration, queue, log and port.
//!
//! Takes mail for every address below `.example`, refuses the rest, and delivers each recipient's copy into a Maildir;
//! `Delivered-To` tells whose it is. Needs root, as Postfix's master does. The system's own Postfix is not touched.

use super::mail::Mail;
use super::{free_port, is_root, run, wait_for};
use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Its programs.
const DAEMONS: &str = "/usr/lib/postfix/sbin";
/// Whoever owns the mailbox: not root, which Postfix refuses.
const NOBODY: u32 = 65_534;
/// Services of master.cf besides smtpd: name, type, private, wake-up, limit, program.
const SERVICES: &[(&str, &str, &str, &str, &str, &str)] = &[
    ("pickup", "unix", "n", "60", "1", "pickup"),
    ("cleanup", "unix", "n", "-", "0", "cleanup"),
    ("qmgr", "unix", "n", "300", "1", "qmgr"),
    ("rewrite", "unix", "-", "-", "-", "trivial-rewrite"),
    ("bounce", "unix", "-", "-", "0", "bounce"),
    ("defer", "unix", "-", "-", "0", "bounce"),
    ("trace", "unix", "-", "-", "0", "bounce"),
    ("verify", "unix", "-", "-", "1", "verify"),
    ("flush", "unix", "n", "1000?", "0", "flush"),
    ("proxymap", "unix", "-", "-", "-", "proxymap"),
    ("error", "unix", "-", "-", "-", "error"),
    ("retry", "unix", "-", "-", "-", "error"),
    ("discard", "unix", "-", "-", "-", "discard"),
    ("virtual", "unix", "-", "-", "-", "virtual"),
    ("anvil", "unix", "-", "-", "1", "anvil"),
    ("postlog", "unix-dgram", "n", "-", "1", "postlogd"),
];

/// A running (or stopped) instance; stopped for good when dropped.
pub(crate) struct Postfix {
    folder: PathBuf,
    port: u16,
}

impl Postfix {
    /// Starts an instance below `folder`, or says why there can't be one here.
    pub(crate) fn start_in(folder: &Path) -> Result<Self, String> {
        if !is_root() {
            return Err("a Postfix of our own needs root".to_owned());
        }
        if !Path::new(DAEMONS).join("master").exists() {
            return Err("package postfix is not installed".to_owned());
        }
        let postfix = Self { folder: folder.to_owned(), port: free_port() };
        postfix.lay_out();
        postfix.start();
        Ok(postfix)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Brings a stopped instance back on the same port with the same queue.
    pub(crate) fn start(&self) {
        run(&mut self.postfix("start"));
        wait_for("Postfix to listen", Duration::from_secs(20), || self.listens().then_some(()));
    }

    /// Takes it down: connections are refused from then on.
    pub(crate) fn stop(&self) {
        run(&mut self.postfix("stop"));
        wait_for("Postfix to stop listening", Duration::from_secs(20), || (!self.listens()).then_some(()));
    }

    /// From now on this address is refused with `answer`, for example `550 5.1.1 no such person`.
    pub(crate) fn refuse(&self, address: &str, answer: &str) {
        let line = format!("/^{}$/ {answer}\n", regex::escape(address));
        let file = self.folder.join("refused");
        fs::write(&file, fs::read_to_string(&file).expect("ours") + &line).expect("ours");
        run(&mut self.postfix("reload"));
    }

    /// Everything delivered so far, in order of arrival.
    pub(crate) fn mails(&self) -> Vec<Mail> {
        let Ok(entries) = fs::read_dir(self.folder.join("mail/all/new")) else { return Vec::new() };
        let mut mails: Vec<Mail> = entries
            .filter_map(Result::ok)
            .filter_map(|entry| {
                let raw = fs::read(entry.path()).ok()?;
                let at = entry.metadata().ok()?.modified().ok()?;
                Some(Mail::parse(&delivered_to(&raw)?, &raw, at))
            })
            .collect();
        mails.sort_by_key(|mail| mail.at);
        mails
    }

    /// Its own log, for a failing test.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    fn listens(&self) -> bool {
        TcpStream::connect(("127.0.0.1", self.port)).is_ok()
    }

    fn postfix(&self, act: &str) -> Command {
        let mut command = Command::new("/usr/sbin/postfix");
        command.arg("-c").arg(self.folder.join("etc")).arg(act).env_remove("MAIL_CONFIG");
        command
    }

    fn lay_out(&self) {
        let folder = self.folder.display();
        for part in ["etc", "queue", "data", "mail"] {
            fs::create_dir_all(self.folder.join(part)).expect("ours");
        }
        let mail = self.folder.join("mail");
        std::os::unix::fs::chown(&mail, Some(NOBODY), Some(NOBODY)).expect("we are root");
        let owner = uzers::get_user_by_name("postfix").expect("the package made user postfix").uid();
        std::os::unix::fs::chown(self.folder.join("data"), Some(owner), None).expect("we are root");
        fs::write(self.folder.join("domains"), "/\\.example$/ ok\n").expect("ours");
        fs::write(self.folder.join("refused"), "").expect("ours");
        fs::write(
            self.folder.join("etc/main.cf"),
            format!(
                "compatibility_level = 3.6\n\
                 queue_directory = {folder}/queue\n\
                 data_directory = {folder}/data\n\
                 daemon_directory = {DAEMONS}\n\
                 command_directory = /usr/sbin\n\
                 maillog_file = {folder}/log\n\
                 maillog_file_prefixes = {folder}\n\
                 myhostname = mail.invalid\n\
                 mydestination =\n\
                 mynetworks = 127.0.0.0/8\n\
                 inet_interfaces = 127.0.0.1\n\
                 inet_protocols = ipv4\n\
                 disable_dns_lookups = yes\n\
                 smtpd_peername_lookup = no\n\
                 alias_maps =\n\
                 alias_database =\n\
                 local_recipient_maps =\n\
                 smtpd_relay_restrictions = permit_auth_destination, reject\n\
                 smtpd_recipient_restrictions = check_recipient_access regexp:{folder}/refused, permit_auth_destination, reject\n\
                 virtual_mailbox_domains = regexp:{folder}/domains\n\
                 virtual_mailbox_base = {folder}/mail\n\
                 virtual_mailbox_maps = static:all/\n\
                 virtual_uid_maps = static:{NOBODY}\n\
                 virtual_gid_maps = static:{NOBODY}\n\
                 in_flow_delay = 0\n\
                 notify_classes =\n"
            ),
        )
        .expect("ours");
        let mut master = format!("127.0.0.1:{} inet n - n - - smtpd\n", self.port);
        for (name, kind, private, wake, limit, program) in SERVICES {
            // Delivering to a mailbox is done as its owner, which only a privileged process can become.
            let unprivileged = if *name == "virtual" { "n" } else { "-" };
            master.push_str(&format!("{name} {kind} {private} {unprivileged} n {wake} {limit} {program}\n"));
        }
        fs::write(self.folder.join("etc/master.cf"), master).expect("ours");
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("---- Postfix\n{}", self.log());
        }
        // `postfix stop` ends the pid in its own queue folder and nobody else; an error means it is down already.
        drop(self.postfix("stop").output());
    }
}

/// The envelope recipient Postfix wrote on top of this copy.
fn delivered_to(raw: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(raw);
    head.lines().find_map(|line| line.strip_prefix("Delivered-To: ")).map(|address| address.trim().to_owned())
}
