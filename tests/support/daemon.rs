//! The built binary as a process: started, killed, asked and told things, as an operator and an init system would.

use super::{Scratch, figure, signal, wait_for};
use serde_json::Value;
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a start may take before a test gives up.
const START: Duration = Duration::from_secs(60);
/// P23: a stop.
const STOP: Duration = Duration::from_secs(30);

/// One state folder's daemon; the process is killed when this is dropped.
pub(crate) struct Daemon {
    config: PathBuf,
    log: PathBuf,
    manager: PathBuf,
    told: Arc<Mutex<Vec<String>>>,
    child: Option<Child>,
    /// `RUST_LOG`, if it is to say more than it does by itself.
    pub(crate) verbosity: Option<&'static str>,
    /// A program that becomes the daemon (`exec`), if something is to be so before it begins.
    pub(crate) through: Option<PathBuf>,
}

/// The memory a process holds, in KiB.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory {
    /// In all.
    pub(crate) resident: u64,
    /// Its own data; the rest is the program itself and files.
    pub(crate) own: u64,
    /// The most it ever held.
    pub(crate) peak: u64,
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mib = |kib: u64| kib as f64 / 1024.0;
        let (resident, own, peak) = (mib(self.resident), mib(self.own), mib(self.peak));
        write!(f, "{resident:.1} MiB resident, {own:.1} MiB of it its own ({peak:.1} MiB at most so far)")
    }
}

impl Daemon {
    /// Starts it and waits until it answers.
    pub(crate) fn start(config: &Path, scratch: &Scratch) -> Self {
        let mut daemon = Self::stopped(config, scratch);
        daemon.spawn();
        daemon.wait_ready();
        daemon
    }

    /// Knows how to start it, and has not.
    pub(crate) fn stopped(config: &Path, scratch: &Scratch) -> Self {
        let manager = scratch.join("notify.sock");
        let socket = UnixDatagram::bind(&manager).expect("a socket for sd_notify");
        let told = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&told);
        // Always read, as systemd does: ten unread messages would block the daemon. Ends with the test process.
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length) = socket.recv(&mut buffer) {
                let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
                lock(&heard).extend(text.lines().map(str::to_owned));
            }
        });
        let log = scratch.join("daemon.log");
        Self { config: config.to_owned(), log, manager, told, child: None, verbosity: None, through: None }
    }

    /// Starts the process and waits for nothing.
    pub(crate) fn spawn(&mut self) {
        assert!(self.child.is_none(), "it runs already");
        let log = OpenOptions::new().create(true).append(true).open(&self.log).expect("ours");
        let mut command = match &self.through {
            Some(through) => Command::new(through),
            None => Command::new(binary()),
        };
        let child = command
            .args(self.through.as_ref().map(|_| binary()))
            .envs(self.verbosity.map(|verbosity| ("RUST_LOG", verbosity)))
            .args(["run", "--config"])
            .arg(&self.config)
            .env("NOTIFY_SOCKET", &self.manager)
            .env("WATCHDOG_USEC", "2000000")
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("ours"))
            .stderr(log)
            .spawn()
            .expect("the binary is built");
        self.child = Some(child);
    }

    /// Waits until `status` answers; panics with the log if the process ends instead.
    pub(crate) fn wait_ready(&mut self) {
        let began = Instant::now();
        loop {
            if self.ask(&["status", "--json"]).status.success() {
                return;
            }
            let child = self.child.as_mut().expect("it was started");
            if let Some(status) = child.try_wait().expect("it is our child") {
                panic!("the daemon ended with {status} instead of starting:\n{}", self.log());
            }
            assert!(began.elapsed() < START, "the daemon does not answer after {START:?}:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits for a process that should end by itself.
    pub(crate) fn ends(&mut self, limit: Duration) -> ExitStatus {
        let child = self.child.as_mut().expect("it was started");
        wait_for("the daemon to end", limit, || child.try_wait().expect("it is our child"))
    }

    /// How it ended, if it has.
    pub(crate) fn has_ended(&mut self) -> Option<ExitStatus> {
        self.child.as_mut()?.try_wait().expect("it is our child")
    }

    /// SIGKILL, as the kernel or an impatient operator does it. Returns whether it still lived.
    pub(crate) fn kill_dash_nine(&mut self) -> bool {
        let Some(mut child) = self.child.take() else { return false };
        let lived = child.try_wait().expect("it is our child").is_none();
        // An error means it ended by itself just now.
        drop(child.kill());
        child.wait().expect("it is our child");
        lived
    }

    /// SIGTERM, and the end within the promised time (P23).
    pub(crate) fn terminate(&mut self) -> ExitStatus {
        signal(self.child.as_ref().expect("it runs").id(), "TERM");
        let status = self.ends(STOP);
        self.child = None;
        status
    }

    /// Starts it again on the same state folder.
    pub(crate) fn restart(&mut self) {
        self.spawn();
        self.wait_ready();
    }

    /// Runs the command line against it.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Output {
        self.asking(Command::new(binary()), arguments).stdin(Stdio::null()).output().expect("the binary is built")
    }

    /// The same, with something to read.
    pub(crate) fn ask_with(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = self.asking(Command::new(binary()), arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary is built");
        // Whoever reads nothing may be gone already.
        let _ = child.stdin.take().expect("it is piped").write_all(input.as_bytes());
        child.wait_with_output().expect("it is our child")
    }

    /// The same, of a program that becomes the command line (`exec`).
    pub(crate) fn ask_through(&self, through: &Path, arguments: &[&str]) -> Output {
        let mut command = Command::new(through);
        command.arg(binary());
        self.asking(command, arguments).stdin(Stdio::null()).output().expect("ours")
    }

    fn asking(&self, mut command: Command, arguments: &[&str]) -> Command {
        command.arg("--config").arg(&self.config).args(arguments);
        command
    }

    /// Runs the command line, which must succeed, and returns what it printed.
    pub(crate) fn tell(&self, arguments: &[&str]) -> String {
        let output = self.ask(arguments);
        assert!(
            output.status.success(),
            "kiriwake {arguments:?} ended with {}\n{}{}\n---- log\n{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
            self.log()
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// `status --json`.
    pub(crate) fn status(&self) -> Value {
        json(&self.tell(&["status", "--json"]))
    }

    /// KW numbers of all incidents it lists, whatever their state, in order and each once.
    pub(crate) fn numbers(&self) -> Vec<String> {
        let listed = self.tell(&["incident", "list", "--json"]);
        let number = regex::Regex::new(r"KW-[0-9]{8}-[0-9]{4}").expect("a sound pattern");
        let mut numbers: Vec<String> = number.find_iter(&listed).map(|found| found.as_str().to_owned()).collect();
        numbers.sort();
        numbers.dedup();
        numbers
    }

    /// P24: the books balance.
    pub(crate) fn assert_books_balance(&self) {
        self.tell(&["ledger", "--check"]);
    }

    /// What it told its service manager so far, in order (`READY=1`, `WATCHDOG=1`, `STOPPING=1` …).
    pub(crate) fn told_manager(&self) -> Vec<String> {
        lock(&self.told).clone()
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.as_ref().expect("it runs").id()
    }

    /// Prints its resident memory as a figure and returns it in KiB.
    pub(crate) fn resident_kib(&self, name: &str) -> u64 {
        let kib = self.memory().resident;
        figure(name, &format!("{:.1} MiB", kib as f64 / 1024.0));
        kib
    }

    /// The memory it holds.
    pub(crate) fn memory(&self) -> Memory {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).expect("it lives");
        let kib = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("Linux writes it");
            line.split_whitespace().next().and_then(|kib| kib.parse().ok()).expect("a number of KiB")
        };
        Memory { resident: kib("VmRSS:"), own: kib("RssAnon:"), peak: kib("VmHWM:") }
    }

    /// Everything it wrote to its standard error.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.kill_dash_nine();
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            eprintln!("---- end of the daemon's log\n{}", lines[lines.len().saturating_sub(60)..].join("\n"));
        }
    }
}

/// The binary under test; `KW_BIN` names another build of it.
fn binary() -> PathBuf {
    std::env::var_os("KW_BIN").map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_kiriwake")), PathBuf::from)
}

fn lock(told: &Mutex<Vec<String>>) -> MutexGuard<'_, Vec<String>> {
    told.lock().unwrap_or_else(PoisonError::into_inner)
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("not JSON: {error}\n{text}"))
}
