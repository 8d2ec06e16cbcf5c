//! `[[probe.command]]`: a program of the administrator's, without a shell: what it was given is what it gets.
//!
//! It runs in a process group of its own with nothing of our environment but `PATH` and a plain locale, reads nothing,
//! and is killed with all its children when its time is over; then it said nothing about the other side. Exit code 0 is
//! good, 3 is "not known" as monitoring plug-ins say it, anything else is bad.

use super::{Called, Fault, Kind, line, not_known, said, table};
use crate::desk::outcome::Probed;
use crate::desk::probe::Sign;
use std::io;
use std::path::Path;
use std::process::Stdio;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Child;
use tokio::time::{Instant, timeout_at};

/// So much of what it writes is looked at; the rest is read and dropped, so that it never waits for us.
const LONGEST_OUTPUT: usize = 4096;
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// The exit code of monitoring plug-ins that could not find out.
const UNKNOWN: i32 = 3;

table! {
    /// A program.
    Command {
        /// Its absolute path, and its arguments.
        command: Vec<String>,
    }
}

impl Kind for Command {
    const CALLED: Called = Called { ja: "確認コマンド", en: "check command" };

    fn target(&self) -> String {
        let program = self.command.first().map_or("", String::as_str);
        program.rsplit('/').next().unwrap_or_default().to_owned()
    }

    fn faults(&self) -> Vec<Fault> {
        let program = self.command.first().map_or("", String::as_str);
        if Path::new(program).is_absolute() {
            return Vec::new();
        }
        vec![Fault::of("command", "must begin with a program's absolute path: [\"/usr/lib/checks/db\", \"--quick\"]")]
    }

    async fn attempt(&self, deadline: Instant) -> Probed {
        run(&self.command, deadline).await
    }
}

/// Runs it to its end or to the deadline.
async fn run(argv: &[String], deadline: Instant) -> Probed {
    let Some((program, arguments)) = argv.split_first() else { return not_known("no program is named") };
    let started = tokio::process::Command::new(program)
        .args(arguments)
        .env_clear()
        .env("PATH", PATH)
        .env("LC_ALL", "C.UTF-8")
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn();
    let mut group = match started {
        Ok(child) => Group { number: child.id().and_then(|id| i32::try_from(id).ok()), child, ended: false },
        Err(error) => return not_known(format!("{program}: {error}")),
    };
    let (out, err) = (group.child.stdout.take(), group.child.stderr.take());
    let ended = timeout_at(deadline, async { tokio::join!(beginning(out), beginning(err), group.child.wait()) }).await;
    let Ok((out, err, ended)) = ended else { return not_known(format!("{program}: did not end in time")) };
    group.ended = true;
    let wrote = if out.trim().is_empty() { line(&err) } else { line(&out) };
    match ended.map(|status| status.code()) {
        Ok(Some(UNKNOWN)) => not_known(format!("{program}: {wrote}")),
        Ok(Some(0)) => said(Sign::Ok, &wrote),
        Ok(Some(exit)) => said(Sign::Failed, format!("exit {exit} {wrote}").trim()),
        Ok(None) => not_known(format!("{program}: was ended by a signal")),
        Err(error) => not_known(format!("{program}: {error}")),
    }
}

/// A program with its children: those who still run or still hold what it writes into do not outlive this value.
struct Group {
    child: Child,
    number: Option<i32>,
    /// It ended and nobody holds its output: its number may be somebody else's by now.
    ended: bool,
}

impl Drop for Group {
    fn drop(&mut self) {
        let group = self.number.filter(|_| !self.ended).and_then(rustix::process::Pid::from_raw);
        if let Some(group) = group {
            let _gone_meanwhile = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}

/// The beginning of what is written; all of it is read.
async fn beginning(stream: Option<impl AsyncRead + Unpin>) -> String {
    let Some(mut stream) = stream else { return String::new() };
    let (mut kept, mut buffer) = (Vec::new(), [0; 1024]);
    loop {
        match stream.read(&mut buffer).await {
            Ok(0) => break,
            Ok(read) => {
                let room = LONGEST_OUTPUT.saturating_sub(kept.len()).min(read);
                kept.extend_from_slice(&buffer[..room]);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&kept).into_owned()
}
