//! The daemon: sources bring, the desk decides, workers carry out, the control socket answers.
//!
//! It puts the rooms together and takes them apart again in order: what was acknowledged is on record, what was started
//! is on record as started. Not here: any decision.

mod core;
mod evidence;
mod health;
mod missing;
mod retention;
mod sources;
mod watchdog;
mod work;

use self::core::{Core, Ends, Reserve};
use crate::clock::Clock;
use crate::config::{self, Environment, Settings};
use crate::control::server::{self, Doors};
use crate::control::socket;
use crate::desk::{Frame, Input};
use crate::inbox::Inbox;
use crate::store::{self, Bodies};
use evidence::Gatherer;
use sources::Running;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use work::Tools;

pub use self::core::{Bare, Error as CoreError, Rebuilt, Taken, rebuild, rebuild_locked};

/// Readers that may wait at once.
const READERS: usize = 64;
/// How long workers may take, from being told to stop, to bring back what they have under way (P23).
const LAST_OUTCOMES: Duration = Duration::from_secs(15);
/// How long a stop may take in all; systemd kills after 30 s (`TimeoutStopSec`).
const LONGEST_STOP: Duration = Duration::from_secs(27);
/// How long those at the control socket may take to read their answer.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// How the daemon is run.
pub struct Options {
    /// The folder of the configuration.
    pub folder: PathBuf,
    /// Overrides of single keys.
    pub environment: Environment,
    /// The clock: the world's, unless a story is told.
    pub clock: Clock,
    /// Ends the daemon besides the signals; `None` = signals only.
    pub stop: Option<watch::Receiver<bool>>,
    /// Gets every frame once it is on record; who folds them all sees what the desk sees. Who listens too slowly is
    /// told how many were missed; the daemon never waits for it.
    pub followers: Option<broadcast::Sender<Arc<Frame>>>,
}

/// Why the daemon did not start, or ended.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration has faults.
    #[error("the configuration has faults; `kiriwake check` lists them")]
    Configuration(config::Report),
    /// Store or rules.
    #[error(transparent)]
    Core(#[from] CoreError),
    /// The control socket could not be made.
    #[error(transparent)]
    Socket(#[from] socket::Error),
    /// The core's thread panicked.
    #[error("the core failed, the log says where; what was acknowledged is on record, please report this")]
    Panicked,
    /// The system did not give what a daemon needs (a thread, a signal handler).
    #[error("the system refused {what}")]
    System {
        /// What was asked for.
        what: &'static str,
        /// Why.
        source: std::io::Error,
    },
}

/// Runs until SIGTERM, SIGINT or `stop`. SIGHUP reads the configuration again.
///
/// # Errors
/// When it cannot start, or the core cannot go on.
pub async fn run(options: Options) -> Result<(), Error> {
    let Options { folder, environment, clock, stop, followers } = options;
    let today = clock.wall().to_zoned(jiff::tz::TimeZone::UTC).date();
    let (settings, warnings) = config::load(&folder, &environment, today).map_err(Error::Configuration)?;
    for warning in warnings.findings() {
        tracing::warn!("{}", warning.in_one_line());
    }
    // It has all files in it, for showing places in them.
    drop(warnings);
    let mut hangup =
        signal(SignalKind::hangup()).map_err(|source| Error::System { what: "a handler for SIGHUP", source })?;
    let mut ending = Ending::new(stop)?;
    let state = settings.state_directory.clone();
    // Before anything is put on record. Where it is the state directory that is in use, that is what is told.
    if !store::Lock::is_held(&state) {
        socket::free(&settings.control_socket).await?;
    }
    let before = missing::Before::of(&state);
    let opening = {
        let (rules, clock, state) = (settings.rules.clone(), clock.clone(), state.clone());
        tokio::task::spawn_blocking(move || Core::open(&state, rules, &clock, followers))
    };
    let (mut core, first, found) = opening
        .await
        .map_err(|error| Error::System { what: "a thread for the store", source: std::io::Error::other(error) })??;
    for finding in &found {
        tracing::error!(finding, "the record was damaged");
    }
    let before = before.missed_by(core.desk.state());
    let store = core.desk.state().house.store.clone();
    core.reserve = Some(Reserve::new(&state, settings.reserve, settings.watch_space));
    let (listener, own_socket) = socket::bind(&settings.control_socket).await?;

    let (inbox, inputs) = Inbox::new();
    let (queries, asked) = mpsc::channel(READERS);
    let (new_rules, rules) = mpsc::channel(1);
    let (asks, store_asked) = mpsc::channel(1);
    let (send_effects, effects) = mpsc::unbounded_channel();
    let pulse = core.pulse();
    let bodies = core.bodies();
    let (stop_core, stop) = watch::channel(None);
    let ends = Ends { inputs, queries: asked, rules, asks: store_asked, effects: send_effects, stop };
    let runtime = Handle::current();
    let core = std::thread::Builder::new()
        .name("kiriwake-core".to_owned())
        .spawn(move || core.run(ends, &runtime, first))
        .map_err(|source| Error::System { what: "a thread for the core", source })?;

    let gatherer = Gatherer::of(&settings, bodies.clone(), clock.clone());
    let tools = Arc::new(RwLock::new(Arc::new(Tools::of(&settings, &store, gatherer))));
    let (stop_working, working) = watch::channel(false);
    let workers = tokio::spawn(work::run(effects, tools.clone(), state.clone(), inbox.slot(), working));
    let running = sources::start(&settings, &inbox, &queries, &clock);
    let (reload, mut reloads) = mpsc::channel(1);
    let (stop_serving, serving) = watch::channel(false);
    let doors =
        Doors { inbox: inbox.clone(), queries: queries.clone(), store: asks, reload, bodies: bodies.clone(), state };
    let keeper = tokio::spawn(retention::run(doors.clone()));
    let looker = tokio::spawn(missing::run(doors.clone(), before));
    let server = tokio::spawn(server::serve(listener, doors, serving));
    let watchdog = tokio::spawn(watchdog::feed(pulse.clone()));
    let doctor = health::Doctor { queries: queries.clone(), pulse };
    let shown = health::start(&settings, &doctor);
    tracing::info!(site = settings.rules.site.name, rules = settings.rules.hash, "kiriwake is running");
    say_mode(&settings);
    watchdog::ready();

    let mut house = House {
        folder,
        environment,
        clock,
        settings,
        inbox,
        queries,
        new_rules,
        tools,
        running: Some(running),
        doctor,
        shown: Some(shown),
        store,
        bodies,
    };
    let mut core_ended = tokio::task::spawn_blocking(move || core.join());
    let early = loop {
        let asked = tokio::select! {
            () = ending.wait() => break None,
            ended = &mut core_ended => break Some(ended),
            _ = hangup.recv() => None,
            Some(answer) = reloads.recv() => Some(answer),
        };
        // A reload that takes long (a source that hangs) must not keep the daemon from ending.
        tokio::select! {
            result = house.reload() => {
                if let Some(answer) = asked {
                    let _ = answer.send(result);
                }
            }
            () = ending.wait() => break None,
            ended = &mut core_ended => break Some(ended),
        }
    };
    let told = Instant::now();
    watchdog::stopping();
    tracing::info!("stopping");
    let _ = stop_working.send(true);
    keeper.abort();
    looker.abort();
    let _ = stop_serving.send(true);
    // Before the lock on the state directory is free: the next daemon's socket has the same name.
    own_socket.remove();
    if let Some(shown) = house.shown.take() {
        shown.stop().await;
    }
    if let Some(running) = house.running.take() {
        running.stop().await;
    }
    let _ = tokio::time::timeout(LAST_ANSWERS, server).await;
    let _ = stop_core.send(Some(told + LAST_OUTCOMES));
    drop(house);
    let ended = match early {
        Some(ended) => ended,
        None => match tokio::time::timeout(LONGEST_STOP.saturating_sub(told.elapsed()), core_ended).await {
            Ok(ended) => ended,
            Err(_) => {
                // All that was acknowledged is on record; the next start reads it from there.
                tracing::error!("the record could not be closed in time");
                return Ok(());
            }
        },
    };
    watchdog.abort();
    workers.abort();
    match ended {
        Ok(Ok(result)) => Ok(result?),
        // Its panic is in the log already. An error rather than a panic of ours: the process is to end, whatever hangs.
        Ok(Err(_)) => Err(Error::Panicked),
        Err(error) => Err(Error::System { what: "the core's last word", source: std::io::Error::other(error) }),
    }
}

/// What a reload exchanges.
struct House {
    folder: PathBuf,
    environment: Environment,
    clock: Clock,
    settings: Settings,
    inbox: Inbox,
    queries: mpsc::Sender<self::core::Query>,
    new_rules: mpsc::Sender<(Arc<crate::desk::rules::Rules>, oneshot::Sender<()>)>,
    tools: work::SharedTools,
    running: Option<Running>,
    doctor: health::Doctor,
    shown: Option<health::Running>,
    store: String,
    bodies: Bodies,
}

impl House {
    /// Reads the configuration again: all of it comes into force, or nothing does and the administrator is told (P11).
    async fn reload(&mut self) -> Result<(), String> {
        watchdog::reloading();
        let result = match self.read_again() {
            Ok((settings, tools)) => {
                self.adopt(settings, tools).await;
                Ok(())
            }
            Err(faults) => Err(faults),
        };
        match result {
            Ok(()) => {
                watchdog::reloaded("running");
                Ok(())
            }
            Err(faults) => {
                watchdog::reloaded("running; the configuration has faults, an older one is in force");
                tracing::error!(
                    count = faults.len(),
                    first = faults.first(),
                    "the configuration was not loaded; the old one stays in force"
                );
                let text = faults.join("\n");
                let _ = self.inbox.put(Input::RulesRefused { faults }).await;
                Err(text)
            }
        }
    }

    /// The configuration as it is now, with everything it needs (secrets, certificates) opened; or its faults.
    fn read_again(&self) -> Result<(Settings, Tools), Vec<String>> {
        let today = self.clock.wall().to_zoned(jiff::tz::TimeZone::UTC).date();
        let (settings, _) = config::load(&self.folder, &self.environment, today)
            .map_err(|report| report.findings().iter().map(config::Finding::in_one_line).collect::<Vec<_>>())?;
        if let Some(key) = self.fixed_key_changed(&settings) {
            return Err(vec![format!("{key} cannot change while the daemon runs: restart it")]);
        }
        let gatherer = Gatherer::of(&settings, self.bodies.clone(), self.clock.clone());
        let tools = Tools::of(&settings, &self.store, gatherer);
        let mut faults = tools.faults();
        faults.extend(sources::faults(&settings));
        faults.extend(health::faults(&settings));
        if faults.is_empty() { Ok((settings, tools)) } else { Err(faults) }
    }

    fn fixed_key_changed(&self, settings: &Settings) -> Option<&'static str> {
        if settings.state_directory != self.settings.state_directory {
            Some("state.directory")
        } else if settings.reserve != self.settings.reserve {
            Some("state.reserve_mib")
        } else if settings.watch_space != self.settings.watch_space {
            Some("state.watch_space")
        } else if settings.control_socket != self.settings.control_socket {
            Some("control.socket")
        } else {
            None
        }
    }

    async fn adopt(&mut self, settings: Settings, tools: Tools) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
        // Before the rules: they may name channels that are new.
        let tools = Arc::new(tools);
        match self.tools.write() {
            Ok(mut shared) => *shared = tools,
            Err(poisoned) => *poisoned.into_inner() = tools,
        }
        let hash = settings.rules.hash.clone();
        let (done, adopted) = oneshot::channel();
        let _ = self.new_rules.send((settings.rules.clone(), done)).await;
        let _ = adopted.await;
        let _ = self.inbox.put(Input::RulesLoaded { hash: hash.clone() }).await;
        self.running = Some(sources::start(&settings, &self.inbox, &self.queries, &self.clock));
        if let Some(shown) = self.shown.take() {
            shown.stop().await;
        }
        self.shown = Some(health::start(&settings, &self.doctor));
        tracing::info!(rules = hash, "the configuration was read again and is in force");
        say_mode(&settings);
        self.settings = settings;
    }
}

/// Nobody should wonder why no vendor answers.
fn say_mode(settings: &Settings) {
    if let Some(to) = &settings.rules.site.shadow {
        tracing::warn!(
            to,
            "ON TRIAL (mode = \"shadow\"): every message goes to one address, nobody else is told anything"
        );
    }
}

/// The ways a daemon is told to end.
struct Ending {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    stop: Option<watch::Receiver<bool>>,
}

impl Ending {
    fn new(stop: Option<watch::Receiver<bool>>) -> Result<Self, Error> {
        let handler = |kind| signal(kind).map_err(|source| Error::System { what: "a signal handler", source });
        Ok(Self { terminate: handler(SignalKind::terminate())?, interrupt: handler(SignalKind::interrupt())?, stop })
    }

    async fn wait(&mut self) {
        let told = async {
            match &mut self.stop {
                Some(stop) => {
                    let _ = stop.wait_for(|stop| *stop).await;
                }
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
            () = told => {}
        }
    }
}

/// Where a configuration keeps its state, for commands that look at a stopped store.
pub fn state_directory(settings: &Settings) -> &Path {
    &settings.state_directory
}
