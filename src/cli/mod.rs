//! The command line: what administrators check and operators tell the desk.
//!
//! Arguments become one call each; what they mean is decided elsewhere. Exit codes follow `sysexits.h`.

mod act;
mod answer;
mod case;
mod change;
mod check;
mod cover;
mod demo;
mod dossier;
mod doubt;
mod erase;
mod estate;
mod evidence;
mod explain;
mod export;
mod hits;
mod live;
mod outbox;
mod phrases;
mod replay;
mod rules;
mod show;
mod store;
mod store_erase;
mod test_send;
mod text;
mod who;
mod words;

use crate::clock::Clock;
use crate::config::{self, Environment, Settings};
use crate::control::client::{self, Client};
use crate::control::socket;
use crate::daemon;
use clap::{Args, Parser, Subcommand};
use std::cell::{Cell, OnceCell};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use tracing_subscriber::filter::{EnvFilter, LevelFilter, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Where the configuration is unless told otherwise.
const CONFIGURATION: &str = "/etc/kiriwake";
/// Where the unit's runtime directory holds the control socket.
const SOCKET: &str = "/run/kiriwake/control.sock";
/// How long what still runs after the daemon's end may take: a thread that waits for a dead disk never returns.
const LEFTOVERS: Duration = Duration::from_secs(1);

/// The unattended half of an incident desk: polls Zabbix and logs, isolates the responsible party, asks it, reports.
#[derive(Debug, Parser)]
#[command(name = "kiriwake", version, max_term_width = 100)]
pub struct Arguments {
    /// Folder of the configuration.
    #[arg(long, global = true, default_value = CONFIGURATION, value_name = "DIR")]
    config: PathBuf,
    /// Control socket of the running daemon; from the configuration where it is not given.
    #[arg(long, global = true, env = "KIRIWAKE_SOCKET", value_name = "PATH")]
    socket: Option<PathBuf>,
    /// Answer in JSON.
    #[arg(long, global = true)]
    json: bool,
    /// Language of what is shown: `en` or `ja`; from LANG where it is not given.
    #[arg(long, global = true, value_name = "LANGUAGE")]
    lang: Option<text::Tongue>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The daemon, in the foreground; logs go to stderr.
    Run,
    /// Plays one night at the desk in half a minute: the real daemon, nothing needed, nothing left behind.
    Demo(demo::Demo),
    /// Measures the desk in generated estates: how often the first verdict names the right party.
    Estate(estate::Estate),
    /// Writes the commented example configuration into a folder.
    Init {
        /// The folder; made if it is not there.
        folder: PathBuf,
    },
    /// Reads the configuration and lists every fault, with file, line and column; runs `cases/*.txt`.
    Check {
        /// The folder of the configuration, instead of `--config`.
        folder: Option<PathBuf>,
        /// Warnings count as faults (exit code 1).
        #[arg(long)]
        strict: bool,
        /// Also tries sources and channels with their credentials, without sending anything (exit code 69 when one cannot be
        /// used), and lists hosts of Zabbix that no component covers (責任分界の穴, a warning).
        #[arg(long)]
        live: bool,
    },
    /// One marked test message (【試験】) over one channel, and the server's answer. Needs no daemon; nothing is recorded.
    /// Exit code 0: accepted, 75: not now or not known, 69: refused or cannot be used.
    TestSend(test_send::TestSend),
    /// Has the running daemon read its configuration again; the faults, if it keeps the old one.
    Reload,
    /// The running daemon at a glance: sources, queue, open incidents.
    Status,
    /// What the desk does with incidents.
    #[command(subcommand)]
    Incident(act::Incident),
    /// Changes and releases of components: evidence when something fails.
    #[command(subcommand)]
    Change(change::Change),
    /// Why this verdict, and who was told: from the reasons stored at the time.
    Explain {
        /// The incident's number.
        number: String,
        /// One message of it in full: its row (`O-12`).
        #[arg(long, value_name = "ROW")]
        message: Option<String>,
    },
    /// Who would be called at some time, in what order, and why.
    Who(who::Who),
    /// Plays recorded days under other rules, and lists each incident that would have gone otherwise.
    Replay(replay::Replay),
    /// How the isolation rules did on recorded days.
    #[command(subcommand)]
    Rules(rules::Rules),
    /// Plays a transcript under the configuration, in virtual time, and prints what would come of it.
    Play {
        /// The transcript.
        file: PathBuf,
        /// Also print every mail in full.
        #[arg(long)]
        mails: bool,
    },
    /// Planned work (計画作業): alerts it explains are kept apart while it lasts.
    #[command(subcommand)]
    Maintenance(cover::Maintenance),
    /// Silences (通知抑止): alerts that disturb nobody for a time.
    #[command(subcommand)]
    Silence(cover::Silence),
    /// What leaves the house.
    #[command(subcommand)]
    Outbox(outbox::Outbox),
    /// The record on disk.
    #[command(subcommand)]
    Store(store::Store),
    /// The books: every observation and every message accounted for.
    Ledger {
        /// Exit code 1 when they do not balance.
        #[arg(long)]
        check: bool,
    },
}

/// That the desk is on trial, for whoever looks.
fn shadow(tongue: text::Tongue, address: &str) -> String {
    let address = text::clean(address);
    let english = format!(
        "ON TRIAL (mode = \"shadow\"): every message goes to {address} alone. No vendor, no office and nobody else is told anything."
    );
    let japanese = format!(
        "試行中（mode = \"shadow\"）：すべての連絡は {address} だけに送信します。業者・主管課等への連絡は行いません。"
    );
    tongue.pick(&english, &japanese).to_owned()
}

/// That the daemon goes by other rules than the folder holds.
fn faulty(tongue: text::Tongue, fault: &str) -> String {
    let fault = text::clean(fault);
    let english = format!(
        "the configuration has a fault: {fault}. A running daemon goes on by its old rules, and is asked all the same; \
         `kiriwake check` lists all faults"
    );
    let japanese = format!(
        "設定に誤りがあります：{fault}。稼働中のデーモンは以前の設定のまま動いており、操作はそのまま行えます。\
         誤りの一覧は `kiriwake check` で確認できます"
    );
    tongue.pick(&english, &japanese).to_owned()
}

/// Who acts, at accounts that several people use.
#[derive(Debug, Args)]
struct By {
    /// Your name, if several people use this account.
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

/// What ends a command without success.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// What to say, and the exit code.
    Said(String, u8),
    /// Everything is said already.
    Silent(u8),
}

impl From<client::Error> for Trouble {
    fn from(error: client::Error) -> Self {
        let code = match &error {
            client::Error::Forbidden { .. } => 77,
            client::Error::Unreachable { .. } => 69,
            client::Error::Stopping => 75,
            client::Error::Refused(_) => 65,
            client::Error::Strange(_) => 76,
        };
        let said: Vec<String> = text::full(&error).lines().map(text::clean).collect();
        Trouble::Said(said.join("\n"), code)
    }
}

/// Runs a command and returns its exit code.
pub fn run(arguments: Arguments) -> ExitCode {
    crate::channel::tls::install();
    let Arguments { config, socket, json, lang, command } = arguments;
    let tongue = lang.unwrap_or_else(text::Tongue::of_environment);
    let socket = socket.map_or_else(OnceCell::new, OnceCell::from);
    let folder = match &command {
        Command::Check { folder: Some(folder), .. } => folder.clone(),
        _ => config,
    };
    let context = Context { folder, socket, json, answered: Cell::new(false), tongue };
    match dispatch(&context, command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Trouble::Silent(code)) => ExitCode::from(code),
        Err(Trouble::Said(text, code)) => {
            eprintln!("kiriwake: {text}");
            if json && !context.answered.get() {
                // A script reads this; what cannot be written is on stderr.
                let _ = context.print_json(&serde_json::json!({ "error": text, "exit_code": code }));
            }
            ExitCode::from(code)
        }
    }
}

fn dispatch(context: &Context, command: Command) -> Result<(), Trouble> {
    match command {
        Command::Run => context.daemon(),
        Command::Demo(demo) => demo::demo(context, demo),
        Command::Estate(asked) => estate::estate(context, &asked),
        Command::Init { folder } => check::init(context, &folder),
        Command::Check { folder: _, strict, live } => check::check(context, strict, live),
        Command::TestSend(asked) => context.asking(test_send::test_send(context, asked)),
        Command::Reload => context.asking(show::reload(context)),
        Command::Status => context.asking(show::status(context)),
        Command::Incident(incident) => context.asking(act::incident(context, incident)),
        Command::Change(change) => context.asking(change::change(context, change)),
        Command::Explain { number, message } => context.asking(explain::explain(context, &number, message.as_deref())),
        Command::Who(who) => who::who(context, &who),
        Command::Replay(replay) => replay::replay(context, &replay),
        Command::Rules(rules) => rules::rules(context, &rules),
        Command::Play { file, mails } => check::play(context, &file, mails),
        Command::Maintenance(command) => context.asking(cover::maintenance(context, command)),
        Command::Silence(command) => context.asking(cover::silence(context, command)),
        Command::Outbox(outbox) => context.asking(outbox::outbox(context, outbox)),
        Command::Store(store) => store::store(context, store),
        Command::Ledger { check } => context.asking(store::ledger(context, check)),
    }
}

/// What every command needs.
pub(crate) struct Context {
    folder: PathBuf,
    /// The daemon's socket, once it is known.
    socket: OnceCell<PathBuf>,
    json: bool,
    /// Something was answered in JSON.
    answered: Cell<bool>,
    tongue: text::Tongue,
}

impl Context {
    /// The configuration, or its faults on stderr.
    fn settings(&self) -> Result<Settings, Trouble> {
        let today = Clock::real(None).wall().to_zoned(jiff::tz::TimeZone::system()).date();
        match config::load(&self.folder, &Environment::of_process(), today) {
            Ok((settings, _)) => Ok(settings),
            Err(report) => Err(self.faults(&report)),
        }
    }

    /// Says what is wrong with the configuration.
    fn faults(&self, report: &config::Report) -> Trouble {
        let _ = report.print(&mut std::io::stderr(), std::io::stderr().is_terminal());
        if self.json && !self.answered.get() {
            // What cannot be written is on stderr.
            let _ = self.print_json(&report.json());
        }
        Trouble::Silent(78)
    }

    /// A way to the running daemon.
    fn client(&self) -> Result<Client, Trouble> {
        let socket = match self.socket.get() {
            Some(socket) => socket,
            None => {
                let found = self.usual_socket()?;
                self.socket.get_or_init(|| found)
            }
        };
        Ok(Client::new(socket)?)
    }

    /// The socket the configuration names, whatever faults it has beside: operators must not be locked out by a broken file. That
    /// there is a fault is said, as what they see and do goes by other rules than those in the folder. Who may not read
    /// all of the folder is told of no fault: what is missing there is missing for them alone.
    fn usual_socket(&self) -> Result<PathBuf, Trouble> {
        let (today, environment) =
            (Clock::real(None).wall().to_zoned(jiff::tz::TimeZone::system()).date(), Environment::of_process());
        let report = match config::load(&self.folder, &environment, today) {
            Ok((settings, _)) => return Ok(settings.control_socket),
            Err(report) => report,
        };
        let named = config::control_socket(&self.folder, &environment);
        let fault = report.faults().next().filter(|first| first.file.is_some());
        if let Some(fault) = fault {
            eprintln!("kiriwake: {}", faulty(self.tongue, &fault.in_one_line()));
            return Ok(named.unwrap_or_else(|| PathBuf::from(SOCKET)));
        }
        let there = named.into_iter().chain([PathBuf::from(SOCKET)]).find(|socket| socket.exists());
        there.map_or_else(|| self.settings().map(|settings| settings.control_socket), Ok)
    }

    /// The zone the running daemon goes by; the configuration may be unreadable for those at the desk.
    async fn zone(&self) -> Result<jiff::tz::TimeZone, Trouble> {
        let status: crate::control::view::Status = self.client()?.get("/status").await?;
        Ok(text::zone(&status.timezone))
    }

    /// Runs something that talks to the daemon.
    fn asking(&self, work: impl Future<Output = Result<(), Trouble>>) -> Result<(), Trouble> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.map_err(|error| Trouble::Said(format!("no runtime: {error}"), 71))?.block_on(work)
    }

    fn print_json(&self, value: &impl serde::Serialize) -> Result<(), Trouble> {
        let text = serde_json::to_string_pretty(value).map_err(|error| Trouble::Said(error.to_string(), 70))?;
        text::out(&text);
        self.answered.set(true);
        Ok(())
    }

    /// The daemon.
    fn daemon(&self) -> Result<(), Trouble> {
        log_to_stderr();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.map_err(|error| Trouble::Said(format!("no runtime: {error}"), 71))?;
        let options = daemon::Options {
            folder: self.folder.clone(),
            environment: Environment::of_process(),
            clock: Clock::real(None),
            stop: None,
            followers: None,
        };
        let ended = runtime.block_on(daemon::run(options));
        runtime.shutdown_timeout(LEFTOVERS);
        ended.map_err(|error| match error {
            daemon::Error::Configuration(report) => {
                let _ = report.print(&mut std::io::stderr(), std::io::stderr().is_terminal());
                Trouble::Silent(78)
            }
            daemon::Error::Core(daemon::CoreError::Store(error)) => {
                let code = error.exit_code();
                Trouble::Said(text::full(&error), code)
            }
            daemon::Error::Socket(socket::Error::InUse { .. }) => Trouble::Said(text::full(&error), 75),
            daemon::Error::Socket(socket::Error::Place { .. }) => Trouble::Said(text::full(&error), 73),
            daemon::Error::Panicked | daemon::Error::Core(daemon::CoreError::Desk { .. }) => {
                Trouble::Said(text::full(&error), 70)
            }
            daemon::Error::Core(daemon::CoreError::Rules { .. }) => Trouble::Said(text::full(&error), 74),
            daemon::Error::System { .. } => Trouble::Said(text::full(&error), 71),
        })
    }
}

/// Logs to stderr; `RUST_LOG` chooses how much of ours. Of the libraries nothing below a warning is written whatever it
/// says: at debug they write down mails, passwords and addresses that are secrets (P14).
fn log_to_stderr() {
    let wanted = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let ours = filter_fn(|event| *event.level() <= LevelFilter::WARN || is_ours(event.target()));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = lines.with_ansi(std::io::stderr().is_terminal());
    let log = tracing_subscriber::registry().with(wanted).with(ours);
    // Under systemd the journal adds its own time.
    if std::env::var_os("JOURNAL_STREAM").is_some() {
        log.with(lines.without_time()).init()
    } else {
        log.with(lines).init()
    }
}

fn is_ours(target: &str) -> bool {
    target == env!("CARGO_PKG_NAME") || target.starts_with(concat!(env!("CARGO_PKG_NAME"), "::"))
}
