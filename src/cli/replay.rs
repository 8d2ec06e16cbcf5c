//! `replay`: recorded days again, under rules on trial.

mod page;

use super::{Context, Trouble, text, words};
use crate::clock::Clock;
use crate::config::{self, Environment, Settings};
use crate::desk::rules::Rules;
use crate::desk::state::State;
use crate::replay::past::Past;
use crate::replay::{Recorded, replay as run};
use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Which of the recorded days. Times are `2026-09-20 02:15`, a date, or RFC 3339.
#[derive(Debug, Args)]
pub(crate) struct Span {
    /// From when on (included); from the beginning of the record where it is not given.
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Until when (excluded); to the end of the record where it is not given.
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
}

/// Plays recorded inputs under other rules and lists each incident that would have gone otherwise. Reads the state
/// directory only; the daemon may run.
#[derive(Debug, Args)]
pub(crate) struct Replay {
    #[command(flatten)]
    span: Span,
    /// The folder with the rules on trial; the configuration itself where it is not given.
    #[arg(long, value_name = "DIR")]
    with: Option<PathBuf>,
}

/// Recorded days, opened.
pub(super) struct Look {
    pub(super) state: State,
    /// All that follows, also what lies behind `to`: it tells whether the record goes on as far.
    frames: Box<dyn Iterator<Item = Recorded>>,
    pub(super) zone: TimeZone,
    /// Where the last deadlines are looked for.
    to: Option<Timestamp>,
    begins_late: bool,
    found: Vec<String>,
}

impl Span {
    /// Opens those days of the record `present` keeps.
    pub(super) fn look(&self, present: &Settings, rules: &Rules) -> Result<Look, Trouble> {
        let zone = text::zone(&present.rules.site.timezone);
        let moment = |text: &Option<String>| text.as_ref().map(|text| words::parse_moment(text, &zone)).transpose();
        let (from, to) = (moment(&self.from)?, moment(&self.to)?);
        if let (Some(from), Some(to)) = (from, to)
            && from >= to
        {
            return Err(Trouble::Said("--from must be earlier than --to".to_owned(), 64));
        }
        let past = Past::open(&present.state_directory, from, rules)
            .map_err(|error| Trouble::Said(text::full(&error), error.exit_code()))?;
        let (begins_late, found) = (past.begins_late, past.found.clone());
        let (state, frames) = past.frames();
        Ok(Look { state, frames: Box::new(frames), zone, to, begins_late, found })
    }
}

impl Look {
    /// What was recorded before the end of the span.
    pub(super) fn within(self) -> impl Iterator<Item = Recorded> {
        let to = self.to;
        self.frames.take_while(move |recorded| to.is_none_or(|to| recorded.frame.at.wall < to))
    }
}

/// Plays, compares, shows.
pub(super) fn replay(context: &Context, replay: &Replay) -> Result<(), Trouble> {
    let present = context.settings()?;
    let rules = match &replay.with {
        Some(folder) => load(context, folder)?.rules,
        None => present.rules.clone(),
    };
    let Look { state, frames, zone, to, begins_late, found } = replay.span.look(&present, &rules)?;
    let mut progress = Progress::new(zone.clone());
    let replayed = run(state, &rules, frames.inspect(|recorded| progress.reached(recorded)), to);
    progress.done();
    if context.json {
        return context.print_json(&replayed);
    }
    let page = page::Page { tongue: context.tongue, zone };
    let with = replay.with.as_ref().unwrap_or(&context.folder);
    text::out(&page.head(&replayed, &with.display().to_string(), &rules.hash));
    for difference in &replayed.changes {
        text::out(&page.difference(difference));
    }
    let limits = page.limits(&replayed, begins_late, &found);
    if !limits.is_empty() {
        text::out(&limits);
    }
    Ok(())
}

/// A folder of rules, or its faults on stderr.
fn load(context: &Context, folder: &std::path::Path) -> Result<Settings, Trouble> {
    let today = Clock::real(None).wall().to_zoned(TimeZone::system()).date();
    match config::load(folder, &Environment::of_process(), today) {
        Ok((settings, _)) => Ok(settings),
        Err(report) => Err(context.faults(&report)),
    }
}

/// How far it has come, on one line of a terminal.
struct Progress {
    zone: TimeZone,
    shown: Option<Instant>,
    begun: Instant,
    day: Option<Timestamp>,
}

impl Progress {
    fn new(zone: TimeZone) -> Self {
        Self { zone, shown: None, begun: Instant::now(), day: None }
    }

    fn reached(&mut self, recorded: &Recorded) {
        const PATIENCE: Duration = Duration::from_secs(1);
        let at = recorded.frame.at.wall;
        let is_new_hour = self.day.is_none_or(|day| at.duration_since(day).as_hours() >= 1);
        if !is_new_hour {
            return;
        }
        self.day = Some(at);
        let since = self.shown.unwrap_or(self.begun).elapsed();
        if since >= PATIENCE && std::io::stderr().is_terminal() {
            self.shown = Some(Instant::now());
            let _ = write!(std::io::stderr(), "\r{}", text::time(at, &self.zone));
        }
    }

    fn done(self) {
        if self.shown.is_some() {
            let _ = write!(std::io::stderr(), "\r{:24}\r", "");
        }
    }
}
