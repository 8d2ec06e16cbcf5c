//! One seed as it is played: the desk, the record, and everything around them.
//!
//! Steps are taken in groups as the daemon takes them: nothing is acknowledged and nothing leaves before the group is on
//! record. A death loses any part of a group from its end, every answer under way, and whatever had not left.

use crate::dice::Dice;
use crate::history::{Done, History};
use crate::outside::{Flight, Origin};
use crate::script::{Clock, MINUTE, SECOND, Script};
use crate::world::{BEGINS, World};
use jiff::{SignedDuration, Timestamp};
use kiriwake::desk::act::{Act, Actor};
use kiriwake::desk::ids::SourceId;
use kiriwake::desk::now::{Elapsed, Now};
use kiriwake::desk::observation::{Failure, FailureKind};
use kiriwake::desk::outcome::Outcome;
use kiriwake::desk::owed::{self, Owed};
use kiriwake::desk::state::State;
use kiriwake::desk::{Change, Desk, Frame, Input, Reply};
use std::collections::{BTreeMap, BTreeSet};

/// Sources look at least this often; rarer than in earnest, but often enough not to be blind.
const LOOK: u64 = 240 * SECOND;
/// A wall clock that differs by so much was set (`daemon/core.rs`).
const CLOCK_STEP: i64 = 60;

pub(crate) struct Run<'a> {
    pub(crate) world: &'a World,
    pub(crate) script: &'a Script,
    pub(crate) dice: Dice,
    pub(crate) desk: Desk,
    /// What a restart would find: the frames on record, folded.
    pub(crate) stored: Desk,
    /// The same with the frames of the group under way, where every boundary is tried.
    pub(crate) ahead: Option<Desk>,
    pub(crate) wall: Timestamp,
    pub(crate) elapsed: u64,
    pub(crate) history: History,
    pub(crate) origins: BTreeMap<SourceId, Origin>,
    /// Everything works.
    pub(crate) calm: bool,
    /// Problems that are red in the world: source, place of the sign that says so.
    pub(crate) red: Vec<(SourceId, usize)>,
    pub(crate) keys: u64,
    pub(crate) flights: Vec<Flight>,
    /// Messages as they were first made; on disk, so they outlive the daemon.
    pub(crate) kept: BTreeMap<String, String>,
    pub(crate) known_to_grey: BTreeSet<String>,
    next_look: u64,
    clock: usize,
    was_set: bool,
    epoch: u64,
    /// What people say again, because nobody answered.
    again: Vec<(Actor, Act)>,
}

/// Who brought an input, and what is acknowledged with it.
enum Brings {
    Nobody,
    Look(SourceId, usize),
    Act(usize),
}

struct Stepped {
    frame: Option<Frame>,
    leaving: Vec<(Owed, u32)>,
    reply: Reply,
    brings: Brings,
}

impl<'a> Run<'a> {
    pub(crate) fn new(world: &'a World, script: &'a Script, seed: u64, dice: Dice) -> Self {
        let desk = || Desk::new(State::default(), world.rules.clone());
        Self {
            world,
            script,
            dice,
            desk: desk(),
            stored: desk(),
            ahead: script.every_boundary.then(desk),
            wall: BEGINS.parse().unwrap(),
            elapsed: 0,
            history: History { seed, ..History::default() },
            origins: world.sources.iter().map(|id| (id.clone(), Origin::default())).collect(),
            calm: false,
            red: Vec::new(),
            keys: 0,
            flights: Vec::new(),
            kept: BTreeMap::new(),
            known_to_grey: BTreeSet::new(),
            next_look: 0,
            clock: 0,
            was_set: false,
            epoch: 0,
            again: Vec::new(),
        }
    }

    pub(crate) fn now(&self) -> Now {
        Now { wall: self.wall, elapsed: Elapsed(self.elapsed) }
    }

    fn pass(&mut self, milliseconds: u64) {
        self.elapsed += milliseconds;
        self.wall += SignedDuration::from_millis(i64::try_from(milliseconds).unwrap());
    }

    /// A start, as the daemon makes it.
    pub(crate) fn start(&mut self, restored: bool) {
        self.epoch += 1;
        let mut inputs = Vec::new();
        if restored {
            inputs.push(Input::Restored { mark: format!("restored {}", self.epoch), made: self.wall });
        }
        inputs.push(Input::Started { store: "simulated".to_owned(), epoch: self.epoch });
        inputs.push(Input::RulesLoaded { hash: self.world.rules.hash.clone() });
        self.group(inputs.into_iter().map(|input| (Brings::Nobody, input)).collect());
    }

    /// Time passes until `until`, and whatever is due is done.
    pub(crate) fn advance(&mut self, until: u64) {
        let mut turns = 0_u64;
        let from = self.elapsed;
        while self.elapsed < until {
            let due = self.desk.next_wakeup(self.now()).map(|wait| u64::try_from(wait.as_millis()).unwrap().max(1));
            let mut next = until.min(self.elapsed + due.unwrap_or(u64::MAX / 4));
            next = next.min(self.next_look.max(self.elapsed + 1));
            for flight in &self.flights {
                next = next.min(flight.back.max(self.elapsed + 1));
            }
            if let Some((at, _)) = self.script.clock.get(self.clock) {
                next = next.min((*at).max(self.elapsed + 1));
            }
            self.pass(next - self.elapsed);
            self.turn(Vec::new());
            turns += 1;
            assert!(turns < 20_000 + (until - from) / SECOND, "a deadline never settles");
        }
    }

    /// One turn of the daemon: what is there is taken as one group.
    pub(crate) fn turn(&mut self, acts: Vec<(Actor, Act)>) {
        self.arrive();
        let mut inputs = Vec::new();
        self.look_at_the_clock();
        let (back, away) = std::mem::take(&mut self.flights).into_iter().partition(|one| one.back <= self.elapsed);
        self.flights = away;
        let back: Vec<Flight> = back;
        for flight in back {
            let attempt = &mut self.history.attempts[flight.attempt];
            if let Outcome::Message(results) = &flight.outcome {
                attempt.answers.clone_from(results);
            }
            let input = Input::Outcome { owed: attempt.owed, attempt: attempt.attempt, outcome: flight.outcome };
            inputs.push((Brings::Nobody, input));
        }
        if self.next_look <= self.elapsed {
            self.look(&mut inputs);
        }
        let again = std::mem::take(&mut self.again);
        for (actor, act) in again.into_iter().chain(acts) {
            let input = Input::Act { actor: actor.clone(), act: act.clone() };
            inputs.push((Brings::Act(self.history.acts.len()), input));
            self.history.acts.push(Done { actor, act, reply: None });
        }
        if std::mem::take(&mut self.was_set) {
            inputs.push((Brings::Nobody, Input::RulesLoaded { hash: self.world.rules.hash.clone() }));
        }
        inputs.push((Brings::Nobody, Input::Tick));
        self.group(inputs);
    }

    fn look_at_the_clock(&mut self) {
        while let Some((at, what)) = self.script.clock.get(self.clock)
            && *at <= self.elapsed
        {
            self.clock += 1;
            let (Clock::Set(minutes) | Clock::Sleeps(minutes)) = *what;
            self.wall += SignedDuration::from_mins(minutes);
            self.was_set |= minutes.abs() * 60 >= CLOCK_STEP;
            self.history.breaks.push((self.elapsed, self.elapsed + 1));
        }
    }

    /// Every source looks, or fails to.
    fn look(&mut self, inputs: &mut Vec<(Brings, Input)>) {
        self.next_look = self.elapsed + LOOK;
        for (source, origin) in &mut self.origins {
            let stretches = self.script.blind.get(source).into_iter().flatten();
            if !self.calm && stretches.into_iter().any(|stretch| stretch.holds(self.elapsed)) {
                let failure = Failure { kind: FailureKind::Timeout, detail: "no answer".to_owned() };
                inputs.push((Brings::Nobody, Input::SourceFailed { source: source.clone(), failure }));
                // It tries again as often as in earnest.
                self.next_look = self.elapsed + 20 * SECOND;
                continue;
            }
            for report in origin.look(source, self.wall, self.script.page) {
                let read = report.cursor.as_ref().and_then(|cursor| cursor.0.parse().ok()).unwrap_or(0);
                inputs.push((Brings::Look(source.clone(), read), Input::Report(report)));
            }
        }
    }

    /// Something is to be seen; whoever looks, looks soon.
    pub(crate) fn look_soon(&mut self) {
        self.next_look = self.next_look.min(self.elapsed + 1 + self.dice.below(15 * SECOND));
    }

    fn step(&mut self, brings: Brings, input: Input) -> Stepped {
        let now = self.now();
        let step = self.desk.step(now, input.clone());
        if step.entries.is_empty() {
            return Stepped { frame: None, leaving: Vec::new(), reply: step.reply, brings };
        }
        let started = step.entries.iter().filter_map(|entry| match &entry.change {
            Change::Owed(owed::Change::Started { owed, attempt, .. }) => {
                Some((self.desk.state().owed.get(owed)?.clone(), *attempt))
            }
            _ => None,
        });
        let leaving = started.collect();
        let frame = Frame { at: now, rules: self.world.rules.hash.clone(), input, entries: step.entries };
        self.look_at(&frame);
        if let Some(ahead) = &mut self.ahead {
            ahead.fold(&frame);
            assert!(ahead.state() == self.desk.state(), "folding the frames gives another state");
            self.could_start_here();
        }
        Stepped { frame: Some(frame), leaving, reply: step.reply, brings }
    }

    /// Takes inputs as one group, and commits it - or dies in between.
    fn group(&mut self, inputs: Vec<(Brings, Input)>) {
        let group: Vec<Stepped> = inputs.into_iter().map(|(brings, input)| self.step(brings, input)).collect();
        let deadly = if self.calm { 0 } else { self.script.deadly };
        let frames = group.iter().filter(|step| step.frame.is_some()).count();
        if deadly == 0 || frames == 0 || !self.dice.one_in(deadly) {
            let leaving = self.commit(group);
            leaving.into_iter().for_each(|(row, attempt)| self.leave(&row, attempt));
            if self.history.frames.len().is_multiple_of(8) {
                self.books_balance();
            }
            return;
        }
        let mut group = group;
        let kept = usize::try_from(self.dice.below(frames as u64 + 2)).unwrap();
        if kept > frames {
            // It dies once all is done, with the answers of what just left under way.
            let leaving = self.commit(group);
            leaving.into_iter().for_each(|(row, attempt)| self.leave(&row, attempt));
            let on = self.dice.below(3 * SECOND);
            self.pass(on);
            self.arrive();
        } else {
            // Nobody is answered; of what was written the first part may be readable, and none of it has left.
            let mut lost: u64 = 0;
            let mut said = Vec::new();
            let mut readable = kept;
            group.retain(|step| {
                if let Brings::Act(act) = step.brings {
                    said.push(act);
                }
                let stays = step.frame.is_none() || readable > 0;
                readable -= usize::from(stays && step.frame.is_some());
                lost += u64::from(!stays);
                stays
            });
            self.history.lost += lost;
            for act in said.into_iter().filter(|_| self.dice.one_in(2)).collect::<Vec<_>>() {
                let done = &self.history.acts[act];
                self.again.push((done.actor.clone(), done.act.clone()));
            }
            for step in group {
                if let Some(frame) = step.frame {
                    self.on_record(frame);
                }
            }
        }
        self.dies();
    }

    fn on_record(&mut self, frame: Frame) {
        self.stored.fold(&frame);
        self.history.frames.push(frame);
    }

    /// The group is on record: who brought something hears so.
    fn commit(&mut self, group: Vec<Stepped>) -> Vec<(Owed, u32)> {
        let mut leaving = Vec::new();
        for step in group {
            if let Some(frame) = step.frame {
                self.on_record(frame);
            }
            leaving.extend(step.leaving);
            match step.brings {
                Brings::Nobody => {}
                Brings::Look(source, until) => {
                    let held = self
                        .history
                        .signs
                        .iter_mut()
                        .rev()
                        .take_while(|sign| !sign.acknowledged || sign.source != source);
                    held.filter(|sign| sign.source == source && sign.place < until)
                        .for_each(|sign| sign.acknowledged = true);
                }
                Brings::Act(act) => self.history.acts[act].reply = Some(step.reply),
            }
        }
        leaving
    }

    /// The daemon is killed and started again: what is not on record is gone, and so is every answer under way.
    fn dies(&mut self) {
        let from = self.elapsed;
        self.history.crashes += 1;
        self.flights.clear();
        // Writing and reading is slow without optimization; once in a while is enough.
        let read: State = if self.dice.one_in(8) {
            serde_json::from_str(&serde_json::to_string(self.stored.state()).unwrap()).unwrap()
        } else {
            self.stored.state().clone()
        };
        self.desk = Desk::new(read, self.world.rules.clone());
        assert!(self.stored.state() == self.desk.state(), "a stored state reads differently");
        if let Some(ahead) = &mut self.ahead {
            *ahead = Desk::new(self.stored.state().clone(), self.world.rules.clone());
        }
        for (id, origin) in &mut self.origins {
            let known = self.stored.state().sources.get(id);
            let cursor = known.and_then(|source| source.cursor.as_ref());
            origin.read = cursor.and_then(|cursor| cursor.0.parse().ok()).unwrap_or(0);
            origin.looked = known.is_some_and(|source| source.looked);
            // Where it is told to read on says what is on record.
            let signs = self.history.signs.iter_mut().filter(|sign| sign.source == *id && sign.place < origin.read);
            signs.for_each(|sign| sign.acknowledged = true);
        }
        if self.dice.one_in(3) {
            let down = self.dice.below(30 * MINUTE);
            self.pass(down);
        }
        self.history.breaks.push((from, self.elapsed + 1));
        self.was_set = false;
        self.next_look = self.elapsed + 1 + self.dice.below(5 * SECOND);
        let restored = self.dice.one_in(8);
        self.start(restored);
    }
}
