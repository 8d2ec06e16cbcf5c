//! A program of the administrator's, run without a shell: what it was given is what it gets.
//!
//! Place: below what runs one, a probe (`probe/command.rs`) or a channel (`channel/command.rs`). It runs in a process
//! group of its own with nothing of our environment but a plain `PATH` and locale, and is killed with all its children
//! when its time is over. Not here: what its exit code means.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::pin::pin;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::{Instant, timeout, timeout_at};

/// So much of what it writes is kept; the rest is read and dropped, so that it never waits for us.
const LONGEST_OUTPUT: usize = 4096;
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// How long what it left behind may go on writing once it has ended itself.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// How long a killed program may take to be gone; one that waits for a dead disk goes when the disk does.
const DYING: Duration = Duration::from_secs(2);

/// How it ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// By itself, with this exit code.
    Exit(i32),
    /// By this signal, which was not ours.
    Signal(i32),
    /// It was killed with its children: its time was over.
    Overtime,
    /// It was never started.
    NotStarted(io::Error),
    /// It was started, and how it ended cannot be known.
    Lost(io::Error),
}

/// A program that was run.
#[derive(Debug)]
pub(crate) struct Ran {
    /// How it ended.
    pub(crate) ended: Ended,
    /// The beginning of what it wrote: of its output, or where that is blank, of its errors.
    pub(crate) wrote: String,
}

/// Runs `program` to its end or to the deadline. It reads `input`, if there is any, and may as well not read it.
pub(crate) async fn run(program: &str, arguments: &[String], input: Option<&[u8]>, deadline: Instant) -> Ran {
    let started = Command::new(program)
        .args(arguments)
        .env_clear()
        .env("PATH", PATH)
        .env("LANG", "C.UTF-8")
        .env("LC_ALL", "C.UTF-8")
        .current_dir("/")
        .stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn();
    let mut group = match started {
        Ok(child) => Group { number: child.id().and_then(|id| i32::try_from(id).ok()), child, ended: false },
        Err(error) => return Ran { ended: Ended::NotStarted(error), wrote: String::new() },
    };
    let (stdin, stdout, stderr) = (group.child.stdin.take(), group.child.stdout.take(), group.child.stderr.take());
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut status = None;
    let talk = async {
        let streams = async {
            tokio::join!(tell(stdin, input), beginning(stdout, &mut out), beginning(stderr, &mut err));
        };
        let (mut streams, mut closed) = (pin!(streams), false);
        let mut end = pin!(group.child.wait());
        status = Some(loop {
            tokio::select! {
                status = &mut end => break status,
                () = &mut streams, if !closed => closed = true,
            }
        });
        // Its own end is what counts; children that still hold its output are not waited for.
        closed || timeout(LAST_WORDS, streams).await.is_ok()
    };
    let closed = timeout_at(deadline, talk).await.unwrap_or(false);
    group.ended = closed;
    if !closed {
        group.kill();
        // Collected, or it would stand among the processes as a zombie until somebody looks again.
        let _still_dying = timeout(DYING, group.child.wait()).await;
    }
    let ended = match status {
        None => Ended::Overtime,
        Some(Ok(status)) => ended(status),
        Some(Err(error)) => Ended::Lost(error),
    };
    let wrote = if out.trim_ascii().is_empty() { err } else { out };
    Ran { ended, wrote: String::from_utf8_lossy(&wrote).into_owned() }
}

fn ended(status: ExitStatus) -> Ended {
    match (status.code(), status.signal()) {
        (Some(code), _) => Ended::Exit(code),
        (None, Some(signal)) => Ended::Signal(signal),
        (None, None) => Ended::Lost(io::Error::other("it ended neither by itself nor by a signal")),
    }
}

/// A program with its children: those who still run or still hold what it writes into do not outlive this value.
struct Group {
    child: Child,
    number: Option<i32>,
    /// It ended and nobody holds its output: its number may be somebody else's by now.
    ended: bool,
}

impl Group {
    fn kill(&mut self) {
        let group = self.number.filter(|_| !self.ended).and_then(rustix::process::Pid::from_raw);
        if let Some(group) = group {
            let _gone_meanwhile = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        self.ended = true;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Writes what it is to read, and closes.
async fn tell(stdin: Option<ChildStdin>, input: Option<&[u8]>) {
    if let (Some(mut stdin), Some(input)) = (stdin, input) {
        // Whoever ends without reading has all the same ended as it did.
        let _not_read = stdin.write_all(input).await;
    }
}

/// Keeps the beginning of what is written; all of it is read.
async fn beginning(stream: Option<impl AsyncRead + Unpin>, kept: &mut Vec<u8>) {
    let Some(mut stream) = stream else { return };
    let mut buffer = [0; 1024];
    loop {
        match stream.read(&mut buffer).await {
            Ok(0) => break,
            Ok(read) => {
                let room = LONGEST_OUTPUT.saturating_sub(kept.len()).min(read);
                kept.extend_from_slice(buffer.get(..room).unwrap_or_default());
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
    use super::*;

    const SOON: Duration = Duration::from_secs(20);

    async fn shell(script: &str, input: Option<&[u8]>, limit: Duration) -> Ran {
        run("/bin/sh", &["-c".to_owned(), script.to_owned()], input, Instant::now() + limit).await
    }

    #[tokio::test]
    async fn it_reads_what_it_is_given_and_inherits_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let _open = std::fs::File::create(folder.path().join("journal")).unwrap();
        let ran =
            shell("cat; env | sort; ls -l /proc/self/fd | grep -c journal", Some("障害\n".as_bytes()), SOON).await;
        assert!(matches!(ran.ended, Ended::Exit(1)), "grep finds none: {ran:?}");
        let lines: Vec<&str> = ran.wrote.lines().filter(|line| !line.starts_with("_=")).collect();
        let path = format!("PATH={PATH}");
        assert_eq!(lines, ["障害", "LANG=C.UTF-8", "LC_ALL=C.UTF-8", &path, "PWD=/", "0"], "{ran:?}");
    }

    // P21
    #[tokio::test]
    async fn output_without_end_and_input_nobody_reads_are_bounded() {
        let much = vec![b'x'; 1 << 20];
        let ran = shell("head -c 1000000 /dev/zero | tr '\\0' y; exit 7", Some(&much), SOON).await;
        assert!(matches!(ran.ended, Ended::Exit(7)), "{:?}", ran.ended);
        assert_eq!(ran.wrote.len(), LONGEST_OUTPUT);
        let ran = shell("exec sleep 600", Some(&much), Duration::from_millis(300)).await;
        assert!(matches!(ran.ended, Ended::Overtime), "{ran:?}");
    }

    #[tokio::test]
    async fn its_own_end_counts_and_whoever_holds_its_output_is_killed() {
        let began = Instant::now();
        let ran = shell("echo sent; sleep 600 & exit 0", None, SOON).await;
        assert!(matches!(ran.ended, Ended::Exit(0)), "{ran:?}");
        assert!(ran.wrote.starts_with("sent") && began.elapsed() < SOON, "{ran:?}");
        let ran = shell("echo first >&2; kill -9 $$", None, SOON).await;
        assert!(matches!((&ran.ended, ran.wrote.as_str()), (Ended::Signal(9), "first\n")), "{ran:?}");
    }

    #[tokio::test]
    async fn at_its_time_the_whole_group_is_gone_and_collected() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pids");
        let script = format!("trap '' TERM; sleep 600 & echo $$ $! > {}; echo working; wait", file.display());
        let ran = shell(&script, Some(b"{}"), Duration::from_secs(2)).await;
        assert!(matches!((&ran.ended, ran.wrote.as_str()), (Ended::Overtime, "working\n")), "{ran:?}");
        let pids = std::fs::read_to_string(&file).unwrap();
        let mut pids = pids.split_whitespace();
        let stat = |pid: Option<&str>| std::fs::read_to_string(format!("/proc/{}/stat", pid.unwrap()));
        assert!(stat(pids.next()).is_err(), "the program is collected, no zombie of ours");
        // Killed; it may still wait to be collected by whoever inherits it.
        let (child, patience) = (pids.next(), Instant::now() + SOON);
        while stat(child).is_ok_and(|stat| !stat.contains(") Z ")) {
            assert!(Instant::now() < patience, "the child of a killed program lives on");
            tokio::task::yield_now().await;
        }
    }
}
