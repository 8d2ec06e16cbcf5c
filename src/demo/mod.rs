//! `kiriwake demo`: the newcomer's first minute. A night at the desk, played by the real daemon in a folder of its own.
//!
//! The daemon runs in this process, by a clock that is wound forward; a stand-in shows it what Zabbix would, log files
//! grow, a person's acts come in through the control socket, and mail is dropped into a folder. What is printed is read
//! from the daemon's own record, frame by frame. At the end the story is compared with what should have come out, so
//! the demonstration is a smoke test as well. It ends by itself and leaves nothing behind.
//!
//! `night` and `people` hold the story, `scenery` the folder, `stand_in` the Zabbix that is none; the `director` runs
//! the time, the `teller` says what is recorded in the `words` of a language on the `screen`; `proof` and `ending`
//! come last. Deliberately not here: any decision about the fault - the daemon has no idea that this is a play.

mod director;
mod ending;
mod night;
mod people;
mod proof;
mod scenery;
mod screen;
mod stand_in;
mod teller;
mod words;

use crate::channel::tls;
use crate::clock::Clock;
use crate::config::{self, Environment};
use crate::control::client::{self, Client};
use crate::daemon;
use crate::desk::rules::Language;
use director::Director;
use jiff::tz::TimeZone;
use scenery::Scenery;
use screen::Screen;
use stand_in::StandIn;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use teller::Teller;
use tokio::sync::{broadcast, watch};
use words::Words;

/// Frames the teller may lag behind.
const FRAMES: usize = 8_192;
/// How long the daemon may take to stop.
const STOPPING: Duration = Duration::from_secs(3);

/// What the newcomer asked for.
#[derive(Debug, Clone)]
pub struct Options {
    /// The language of the telling. The mails are Japanese.
    pub language: Language,
    /// Every mail in full, not only the most telling ones.
    pub all_mails: bool,
    /// A new or empty folder in which everything stays.
    pub keep: Option<PathBuf>,
}

/// Why the show did not come to its good end.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder to keep has something in it.
    #[error("{} is not empty; name a new folder to keep things in", .0.display())]
    NotEmpty(PathBuf),
    /// A folder or file of the show.
    #[error("{} cannot be used; is the disk full, or the folder not writable?", .path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The example configuration was not written.
    #[error(transparent)]
    Example(#[from] config::InitError),
    /// The stand-in for Zabbix found no port.
    #[error("no port of this machine (127.0.0.1) can be had for the stand-in Zabbix")]
    Port(#[source] io::Error),
    /// The daemon did not start, or ended with an error.
    #[error("the daemon did not run")]
    Daemon(#[from] daemon::Error),
    /// The daemon's task broke.
    #[error("the daemon broke off; `kiriwake demo --keep DIR` keeps its log")]
    Panicked(#[source] tokio::task::JoinError),
    /// The daemon ended by itself.
    #[error("the daemon ended before the story did; `kiriwake demo --keep DIR` keeps its log")]
    Ended,
    /// An act could not be brought to the daemon.
    #[error("an act did not reach the daemon")]
    Control(#[from] client::Error),
    /// The machine is too slow.
    #[error("the story was broken off: this machine is too busy to play it in time. Try again when it has less to do")]
    TooSlow,
    /// Somebody pressed Ctrl-C.
    #[error("interrupted; nothing was left behind")]
    Interrupted,
    /// The page could not be written.
    #[error("the output cannot be written")]
    Page(#[from] io::Error),
    /// Something is wrong with the program.
    #[error("the story did not come out as told: {}", .0.join("; "))]
    OtherStory(Vec<String>),
}

/// Plays the night on standard output. On a terminal with time to read, elsewhere as fast as it goes; in either case
/// it is over within 40 seconds.
///
/// # Errors
/// When something keeps the story from being played, or it comes out other than told. A reader who closes the output
/// early ends it without an error.
pub async fn run(options: Options) -> Result<(), Error> {
    let terminal = io::stdout().is_terminal();
    let colour = terminal && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
    let plain = std::env::var("TERM").is_ok_and(|term| term == "dumb");
    let mut out = io::stdout();
    match perform(&options, &mut out, terminal && !plain, colour && !plain).await {
        Err(Error::Page(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

async fn perform(options: &Options, out: &mut (dyn Write + Send), live: bool, colour: bool) -> Result<(), Error> {
    let began = Instant::now();
    tls::install();
    let scenery = Scenery::new(options.keep.as_deref())?;
    if options.keep.is_some() {
        let log = Mutex::new(scenery.daemon_log()?);
        // Whoever embeds this may log elsewhere already; then the file stays empty.
        let _ = tracing_subscriber::fmt().with_writer(log).with_ansi(false).try_init();
    }
    let clock = Clock::story(night::at(director::BEGIN), 1);
    clock.run(1, night::at(director::BEGIN));
    let (stop, stopped) = watch::channel(false);
    let hosts = night::hosts();
    let (visible, problems) = (hosts.len(), hosts.iter().filter(|host| host.problem.is_some()).count());
    // Not a secret: it opens the stand-in only, for as long as it stands.
    let token = format!("{:032x}", std::process::id());
    let zabbix = StandIn::new(hosts, clock.clone(), token.clone());
    let address = zabbix.serve(stopped.clone()).await.map_err(Error::Port)?;
    scenery.furnish(&format!("http://{address}/api_jsonrpc.php"), &token)?;
    let lines = night::log();
    lines.iter().try_for_each(|line| scenery.log_begins(line.host))?;
    let environment = Environment::default;
    let loaded = config::load(&scenery.config(), &environment(), night::DATE);
    let (settings, _) = loaded.map_err(daemon::Error::Configuration)?;

    let zone = TimeZone::get(night::ZONE).unwrap_or(TimeZone::UTC);
    let words = Words(options.language);
    let mut screen = Screen::new(out, zone, live, colour);
    screen.heading(words.title())?;
    screen.plain("")?;
    words.cast(address).iter().try_for_each(|line| screen.plain(line))?;
    screen.plain("")?;
    screen.plain(words.night())?;
    screen.plain("")?;

    let (followers, frames) = broadcast::channel(FRAMES);
    let mut running = tokio::spawn(daemon::run(daemon::Options {
        folder: scenery.config(),
        environment: environment(),
        clock: clock.clone(),
        stop: Some(stopped),
        followers: Some(followers),
    }));
    let mut teller = Teller::new(screen, words, settings.rules, visible);
    let logged = lines.iter().filter(|line| line.opens).count();
    let director = Director {
        clock,
        frames,
        teller: &mut teller,
        client: Client::new(&scenery.socket())?,
        scenery: &scenery,
        lines: lines.into(),
        doings: people::doings().into(),
        problems,
        leisurely: live,
        began,
        held: None,
        oldest: None,
    };
    let played = tokio::select! {
        played = director.play() => played,
        _ = tokio::signal::ctrl_c() => Err(Error::Interrupted),
    };
    // The daemon is stopped in any case before its folder goes away.
    let _ = stop.send(true);
    let ended = tokio::time::timeout(STOPPING, &mut running).await;
    match (played, ended) {
        (Err(Error::Ended) | Ok(()), Ok(Ok(Err(error)))) => return Err(error.into()),
        (Err(Error::Ended) | Ok(()), Ok(Err(error))) => return Err(Error::Panicked(error)),
        (Ok(()), Err(_)) => return Err(Error::OtherStory(vec!["the daemon did not stop".to_owned()])),
        (played, _) => played?,
    }
    let took = began.elapsed();
    let faults = proof::faults(&teller, problems, logged);
    ending::mails(&mut teller, &scenery.state(), options.all_mails)?;
    ending::figures(&mut teller, took)?;
    if !faults.is_empty() {
        return Err(Error::OtherStory(faults));
    }
    let kept = options.keep.as_ref().map(|_| scenery.root());
    Ok(ending::next(&mut teller.screen, words, kept)?)
}
