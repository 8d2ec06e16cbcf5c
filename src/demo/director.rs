//! The director: lets the story's time run, as fast as the daemon can follow, and brings on what happens in it.
//!
//! Between scenes time leaps; it stands still whenever something is due or under way, so that everything happens at its
//! hour however slow the machine is. Not here: what is said of it ([`super::teller`]).

use super::Error;
use super::night::{Line, ZONE, at};
use super::people::{DUTY, Doing};
use super::scenery::Scenery;
use super::screen::Voice;
use super::teller::Teller;
use crate::clock::Clock;
use crate::control::client::Client;
use crate::control::server::ActRequest;
use crate::desk::state::Queue;
use crate::desk::{Act, Frame, Reply};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::broadcast::{self, error::RecvError, error::TryRecvError};

/// A source must have looked this recently by the story's time; it counts as blind after five minutes.
const LEASH: Duration = Duration::from_secs(4 * 60);
/// A source that has not looked after this long, for it met with trouble and pauses, is given time again …
const TROUBLE: Duration = Duration::from_millis(200);
/// … at this speed, but not so much that it would be blind.
const CREEP: u32 = 20;
const LONGEST_LEASH: Duration = Duration::from_secs(290);
/// How long time stands still at most for something that is due or under way.
const PATIENCE: Duration = Duration::from_secs(2);
/// Beyond the moment of a deadline, so that it has surely come for everybody.
const MOMENT: Duration = Duration::from_millis(2);
/// How often the director looks up.
const BEAT: Duration = Duration::from_millis(10);
/// Time to read a line, for people.
const READING: Duration = Duration::from_millis(150);
/// After this nobody is given time to read any more.
const HURRY: Duration = Duration::from_secs(27);
/// The show is broken off after this: it was promised to be over.
const LONGEST: Duration = Duration::from_secs(36);
/// Between scenes.
const LEAP: u32 = 6_000;

/// When the story begins.
pub(super) const BEGIN: &str = "02:12:50";
/// When it is over.
const END: &str = "07:48:30";

/// What the world does without anybody's doing.
enum Turn {
    /// The switch dies.
    Dies,
    /// The storm is over.
    Calm,
    /// The switch is back.
    Back,
}

/// The director.
pub(super) struct Director<'a, 'b> {
    pub(super) clock: Clock,
    pub(super) frames: broadcast::Receiver<Arc<Frame>>,
    pub(super) teller: &'a mut Teller<'b>,
    pub(super) client: Client,
    pub(super) scenery: &'a Scenery,
    pub(super) lines: VecDeque<Line>,
    pub(super) doings: VecDeque<Doing>,
    /// Problems that Zabbix shows in the storm.
    pub(super) problems: usize,
    /// Somebody reads along.
    pub(super) leisurely: bool,
    pub(super) began: Instant,
    /// Since when time stands.
    pub(super) held: Option<Instant>,
    /// The oldest last look, and since when it is the oldest.
    pub(super) oldest: Option<(Timestamp, Instant)>,
}

impl Director<'_, '_> {
    /// Plays the night from beginning to end.
    ///
    /// # Errors
    /// When it cannot go on, or takes too long.
    pub(super) async fn play(mut self) -> Result<(), Error> {
        let turns = [("02:13:10", Turn::Dies), ("02:16:20", Turn::Calm), ("07:30:55", Turn::Back)];
        let mut turns: VecDeque<(Timestamp, Turn)> = turns.into_iter().map(|(time, turn)| (at(time), turn)).collect();
        let end = at(END);
        let mut reading = Instant::now();
        loop {
            self.hear()?;
            let now = self.clock.wall();
            self.write_log(now)?;
            if turns.front().is_some_and(|(at, turn)| *at <= now && self.is_ready(turn, now))
                && let Some((_, turn)) = turns.pop_front()
            {
                self.turn(now, &turn)?;
            }
            let held = self.is_held();
            if self.doings.front().is_some_and(|doing| doing.at <= now)
                && !held
                && let Some(doing) = self.doings.pop_front()
            {
                self.act(doing).await?;
                continue;
            }
            if now >= end && !held {
                return Ok(self.teller.screen.settle()?);
            }
            if self.began.elapsed() > LONGEST {
                return Err(Error::TooSlow);
            }
            let lines = u32::try_from(self.teller.screen.take_lines()).unwrap_or(u32::MAX);
            if self.leisurely && self.began.elapsed() < HURRY {
                reading = reading.max(Instant::now()) + READING * lines;
            }
            let stands = held || Instant::now() < reading;
            let next = turns.front().map(|(at, _)| *at).filter(|at| *at > now);
            let until = if stands { now } else { self.as_far_as(end, next) };
            self.clock.run(self.speed(now), until);
            self.beat().await?;
        }
    }

    /// Hears what was recorded.
    fn hear(&mut self) -> Result<(), Error> {
        loop {
            match self.frames.try_recv() {
                Ok(frame) => self.teller.hear(&frame)?,
                Err(TryRecvError::Empty) => return Ok(()),
                Err(TryRecvError::Closed) => return Err(Error::Ended),
                Err(TryRecvError::Lagged(_)) => return Err(Error::TooSlow),
            }
        }
    }

    /// Waits for the next frame, not longer than a beat.
    async fn beat(&mut self) -> Result<(), Error> {
        match tokio::time::timeout(BEAT, self.frames.recv()).await {
            Ok(Ok(frame)) => Ok(self.teller.hear(&frame)?),
            Ok(Err(RecvError::Closed)) => Err(Error::Ended),
            Ok(Err(RecvError::Lagged(_))) => Err(Error::TooSlow),
            Err(_) => Ok(()),
        }
    }

    /// Whether time must stand, because something is due or under way; for a while, not for ever.
    fn is_held(&mut self) -> bool {
        let state = self.teller.desk().state();
        let busy = state.is_due(self.clock.now()) || state.queues.values().any(Queue::is_busy);
        if !busy {
            self.held = None;
            return false;
        }
        self.held.get_or_insert_with(Instant::now).elapsed() < PATIENCE
    }

    /// How far time may run before somebody has to do something.
    fn as_far_as(&mut self, end: Timestamp, next: Option<Timestamp>) -> Timestamp {
        let (desk, now) = (self.teller.desk(), self.clock.now());
        let sources = &desk.state().sources;
        if sources.is_empty() || !sources.values().all(|source| source.looked) {
            return at(BEGIN);
        }
        let looked = sources.values().map(|source| source.last_complete.wall).min();
        let since =
            self.oldest.filter(|(oldest, _)| Some(*oldest) == looked).map_or_else(Instant::now, |(_, since)| since);
        self.oldest = looked.map(|looked| (looked, since));
        let leash = LEASH + since.elapsed().saturating_sub(TROUBLE) * CREEP;
        let looked = looked.map(|looked| looked + leash.min(LONGEST_LEASH));
        let due = desk.next_wakeup(now).map(|wait| now.wall + wait + MOMENT);
        let line = self.lines.front().map(|line| line.arrives);
        let doing = self.doings.front().map(|doing| doing.at);
        looked.into_iter().chain(due).chain(line).chain(doing).chain(next).fold(end, Timestamp::min)
    }

    fn speed(&self, now: Timestamp) -> u32 {
        let hurried = !self.leisurely || self.began.elapsed() > HURRY;
        if now < at("02:16:20") {
            if hurried { 80 } else { 24 }
        } else if now >= at("07:30:55") && now < at("07:36:00") {
            if hurried { 300 } else { 110 }
        } else {
            LEAP
        }
    }

    fn write_log(&mut self, now: Timestamp) -> Result<(), Error> {
        while self.lines.front().is_some_and(|line| line.arrives <= now) {
            let Some(line) = self.lines.pop_front() else { break };
            let written = line.written.to_zoned(TimeZone::get(ZONE).unwrap_or(TimeZone::UTC));
            let text = format!("{} {} {}", written.strftime("%b %e %H:%M:%S"), line.host, line.text);
            self.scenery.log(line.host, &text)?;
        }
        Ok(())
    }

    /// The storm is over once everything is seen that belongs to it, or after a while.
    fn is_ready(&self, turn: &Turn, now: Timestamp) -> bool {
        match turn {
            Turn::Dies | Turn::Back => true,
            Turn::Calm => self.teller.count().problems >= self.problems || now >= at("02:30:00"),
        }
    }

    fn turn(&mut self, at: Timestamp, turn: &Turn) -> Result<(), Error> {
        let words = self.teller.words;
        let world = |text| (Voice::World, words.world(), text);
        let (voice, name, text) = match turn {
            Turn::Dies => world(words.switch_dies().to_owned()),
            Turn::Back => world(words.switch_is_back().to_owned()),
            Turn::Calm => {
                let problems = self.teller.count().problems;
                return Ok(self.teller.desk_says(at, &words.still_one(problems))?);
            }
        };
        Ok(self.teller.screen.tell(at, voice, name, &text)?)
    }

    /// Enters what a person does, as a person would.
    async fn act(&mut self, doing: Doing) -> Result<(), Error> {
        let words = self.teller.words;
        self.teller.screen.tell(doing.at, Voice::Person, words.person(), &words.deed(&doing.deed))?;
        let main = self.teller.main().and_then(|id| self.teller.desk().state().incidents.get(&id));
        let incident = main.map(|incident| incident.name()).unwrap_or_default();
        let act = Act::On { incident, deed: doing.deed };
        match self.client.act(&ActRequest { by: Some(DUTY.to_owned()), act }).await?.reply {
            // What it led to is on record by now; heard at once, it keeps time from running on before that is done.
            Reply::Done { .. }
            | Reply::Cover { .. }
            | Reply::Recorded
            | Reply::Registered { .. }
            | Reply::Dropped { .. }
            | Reply::Erasing { .. } => self.hear(),
            Reply::Refused(why) => Err(Error::OtherStory(vec![why])),
        }
    }
}
