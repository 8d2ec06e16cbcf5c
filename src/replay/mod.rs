//! Trying before trusting: recorded days, played again under other rules (`DECISIONS.md` 1).
//!
//! The journal keeps inputs and entries. Entries tell what became of each incident then; the inputs, stepped through a
//! desk with the rules on trial, tell what would have. [`course`] keeps an account of both, [`pair`] finds which incident
//! is which, [`compare`] lists what differs. [`outside`] answers what the tried desk asks of the world: as recorded where
//! the same was asked then, and said to be not known where nobody asked.
//!
//! Between two recorded inputs time passes, because other rules have other deadlines. With the same rules every step
//! gives the recorded entries to the letter. Pure but for [`past`], which reads the journal, and [`aside`], which only forgets.
//!
//! Two more look at the same days: [`tally`] counts how the rules did, [`case`] makes a case of a real incident.

mod ahead;
mod aside;
pub mod case;
mod compare;
mod course;
mod outside;
mod pair;
pub mod past;
mod story;
pub mod tally;

pub use compare::{Account, Asked, Difference, Given, Kind, OtherSide, Shift, Side, Told};

use crate::desk::act::Act;
use crate::desk::ids::PartyId;
use crate::desk::now::{Elapsed, Now};
use crate::desk::rules::Rules;
use crate::desk::state::State;
use crate::desk::{Change, Desk, Frame, Input, Reply, owed};
use aside::Aside;
use course::{Courses, Marks};
use jiff::{SignedDuration, Timestamp};
use outside::Outside;
use serde::Serialize;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// A deadline this near before a recorded input belongs to it: the running daemon is never quite on time.
const GRACE: Duration = Duration::from_secs(2);
/// Steps in one moment, and deadlines between two recorded inputs. Beyond it something never settles.
const MOST: usize = 20_000;

/// What became of the trial.
#[derive(Debug, Serialize)]
pub struct Replayed {
    /// The first recorded input that was played.
    pub from: Option<Timestamp>,
    /// The last one.
    pub to: Option<Timestamp>,
    /// Recorded inputs that were played.
    pub inputs: u64,
    /// Those that led to the recorded entries to the letter.
    pub same: u64,
    /// Deadlines that came up between them under the rules on trial only.
    pub deadlines: u64,
    /// Alerts observed.
    pub alerts: u64,
    /// Incidents on record.
    pub incidents: usize,
    /// Incidents with the same verdict, recipients and times.
    pub unchanged: usize,
    /// Of those, incidents whose verdict comes by another rule.
    pub other_rule: usize,
    /// Incidents that would have gone otherwise, in order of time.
    pub changes: Vec<Difference>,
    /// What could not be compared.
    pub limits: Limits,
}

/// What could not be compared, and what was assumed.
#[derive(Debug, Default, Serialize)]
pub struct Limits {
    /// Acts of people that have no place under the rules on trial.
    pub acts: Vec<LostAct>,
    /// Pings and probes nobody tried then, by address or `probe NAME`, with how often: not known under the rules on trial.
    pub pings: BTreeMap<String, usize>,
    /// Messages to others, or at other times, than then: taken as delivered at once.
    pub deliveries: usize,
    /// Recorded answers to messages and pings that would not have been sent.
    pub answers: usize,
    /// Frames that are missing in the journal, or could not be understood.
    pub missing: u64,
    /// A deadline never settled under the rules on trial, first at this moment.
    pub unsettled: Option<Timestamp>,
}

/// An act of a person that could not be done again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LostAct {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// What: the word of the command line.
    pub what: String,
    /// The incident it named.
    pub incident: Option<String>,
    /// Why not.
    pub why: String,
}

/// One frame of the record with its number.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// Its number.
    pub seq: u64,
    /// The frame.
    pub frame: Frame,
}

/// Plays what was recorded after `state` under `rules`, up to `until` (excluded), where the last deadlines are looked for - or to
/// the end of the record, where that comes first: what would have been seen and done afterwards nobody knows.
///
/// `state` is the desk's state before the first of `frames`, under the rules of that time.
pub fn replay(
    state: State,
    rules: &Rules,
    frames: impl IntoIterator<Item = Recorded>,
    until: Option<Timestamp>,
) -> Replayed {
    let mut trial = Trial::new(state, rules);
    let mut goes_on = false;
    let within = frames.into_iter().take_while(|recorded| {
        goes_on = until.is_some_and(|until| recorded.frame.at.wall >= until);
        !goes_on
    });
    for (recorded, heard) in ahead::Ahead::new(within) {
        trial.outside.hear(heard);
        trial.play(recorded);
    }
    trial.finish(until.filter(|_| goes_on))
}

/// The tried desk beside the record.
struct Trial {
    desk: Desk,
    hash: String,
    at: Now,
    from: Option<Timestamp>,
    seq: u64,
    marks: Marks,
    then: Courses,
    anew: Courses,
    outside: Outside,
    aside: Aside,
    limits: Limits,
    inputs: u64,
    same: u64,
    deadlines: u64,
    other_rules: bool,
}

impl Trial {
    fn new(state: State, rules: &Rules) -> Self {
        let mut marks = Marks::default();
        let then = Courses::of(&state, &mut marks);
        let anew = Courses::of(&state, &mut marks);
        let at = state.house.last_step.unwrap_or(Now { wall: Timestamp::UNIX_EPOCH, elapsed: Elapsed::default() });
        let outside = Outside::of(&state);
        let other_rules = !state.house.rules_hash.is_empty() && state.house.rules_hash != rules.hash;
        Self {
            hash: rules.hash.clone(),
            desk: Desk::new(state, rules.clone()).replaying(),
            at,
            from: None,
            seq: 0,
            marks,
            then,
            anew,
            outside,
            aside: Aside::new(),
            limits: Limits::default(),
            inputs: 0,
            same: 0,
            deadlines: 0,
            other_rules,
        }
    }

    /// Plays one recorded input and takes down what it led to then and now.
    fn play(&mut self, Recorded { seq, mut frame }: Recorded) {
        if self.from.is_none() {
            self.from = Some(frame.at.wall);
        } else {
            self.limits.missing += seq.saturating_sub(self.seq + 1);
        }
        self.seq = seq;
        if std::mem::take(&mut self.other_rules) {
            // The rules on trial come into force before the first input, as they would on a reload.
            let at = if self.at.elapsed == Elapsed::default() { frame.at } else { self.at };
            self.step(at, Input::RulesLoaded { hash: self.hash.clone() }, None);
        }
        // While the daemon was down nothing fell due; its last sign of life was at most a minute before. Where the wall
        // clock was set in between, nobody knows when.
        if matches!(frame.input, Input::Started { .. } | Input::Restored { .. }) {
            self.outside.cut_off();
        } else if goes_on(self.at, frame.at) {
            self.pass(frame.at, GRACE);
        }
        self.then.take(&frame.entries, seq, &mut self.marks);
        self.outside.record(&frame);
        self.at = frame.at;
        self.inputs += 1;
        if let Some(input) = self.translate(&mut frame) {
            self.step(frame.at, input, Some(&frame));
        }
        self.aside.put(frame);
        self.settle_now_and_then();
    }

    /// The recorded input in terms of the tried desk: what it names may go by another name here, or not exist. What names nothing
    /// is taken out of the frame.
    fn translate(&mut self, frame: &mut Frame) -> Option<Input> {
        match &mut frame.input {
            Input::RulesLoaded { .. } => Some(Input::RulesLoaded { hash: self.hash.clone() }),
            Input::Outcome { owed, outcome, .. } => {
                let answer = self.outside.answer_to(*owed, outcome, self.desk.state());
                self.limits.answers += usize::from(answer.is_none());
                answer
            }
            Input::Act { actor, act } => {
                let mut act = act.clone();
                if let Act::Retry { owed } | Act::Approve { owed } | Act::Drop { owed, .. } = &mut act {
                    match self.outside.row_like(*owed, self.desk.state()) {
                        Some(row) => *owed = row,
                        None => return self.lose(frame, "no such message would have been there".to_owned()),
                    }
                }
                let (then, anew) = (&self.then, &self.anew);
                let renamed = act.rename_incidents(&mut |name| then.counterpart(name, anew));
                match renamed {
                    Ok(()) => Some(Input::Act { actor: actor.clone(), act }),
                    Err(name) => self.lose(frame, format!("{name} would not exist")),
                }
            }
            other @ (Input::Started { .. }
            | Input::Restored { .. }
            | Input::RulesRefused { .. }
            | Input::Report(_)
            | Input::SourceFailed { .. }
            | Input::Damaged { .. }
            | Input::Failed { .. }
            | Input::Storage(_)
            | Input::Ended(_)
            | Input::Removed { .. }
            | Input::Inked(_)
            | Input::Missing(_)
            | Input::Tick) => Some(std::mem::replace(other, Input::Tick)),
        }
    }

    fn lose(&mut self, frame: &Frame, why: String) -> Option<Input> {
        if let Input::Act { actor, act } = &frame.input {
            let (what, incident) = act.words();
            self.limits.acts.push(LostAct { at: frame.at.wall, by: actor.name.clone(), what, incident, why });
        }
        None
    }

    /// Lets time pass up to what is due before `until`.
    fn pass(&mut self, until: Now, grace: Duration) {
        for _ in 0..MOST {
            let Some(wait) = self.desk.next_wakeup(self.at) else { return };
            let wait = wait.max(Duration::from_millis(1));
            let due = self.at.elapsed + wait;
            if due + grace >= until.elapsed {
                return;
            }
            let wall = SignedDuration::try_from(wait).ok().and_then(|wait| self.at.wall.checked_add(wait).ok());
            self.at = Now { wall: wall.unwrap_or(until.wall).min(until.wall), elapsed: due };
            self.deadlines += u64::from(self.step(self.at, Input::Tick, None));
        }
        self.limits.unsettled.get_or_insert(self.at.wall);
    }

    /// Steps the tried desk, and answers what it asks of the world; whether anything followed.
    fn step(&mut self, at: Now, input: Input, recorded: Option<&Frame>) -> bool {
        let mut waiting = VecDeque::from([(input, recorded)]);
        let mut followed = false;
        for _ in 0..MOST {
            let Some((input, recorded)) = waiting.pop_front() else { return followed };
            let step = self.desk.step(at, input);
            // Nothing is stored of it.
            self.desk.take_dirty();
            if let (Reply::Refused(why), Some(frame)) = (&step.reply, recorded) {
                self.lose(frame, why.clone());
            }
            self.same += u64::from(recorded.is_some_and(|frame| frame.entries == step.entries));
            if step.entries.is_empty() {
                continue;
            }
            followed = true;
            self.anew.take(&step.entries, self.seq, &mut self.marks);
            for entry in &step.entries {
                let Change::Owed(owed::Change::Started { owed, .. }) = &entry.change else { continue };
                let Some(row) = self.desk.state().owed.get(owed) else { continue };
                let same_incident = |then| self.then.same(then, row.incident, &self.anew);
                if !self.outside.awaits(row, same_incident) {
                    let answer = self.outside.answer(row, at.wall, &mut self.limits);
                    waiting.push_back((answer, None));
                }
            }
        }
        self.limits.unsettled.get_or_insert(at.wall);
        followed
    }

    /// What agrees needs no detail any more: memory stays bounded over years.
    fn settle_now_and_then(&mut self) {
        const EVERY: usize = 2_000;
        if self.then.detailed() >= EVERY {
            let before = self.at.wall.checked_sub(SignedDuration::from_hours(1)).unwrap_or(Timestamp::MIN);
            pair::forget_what_agrees(&mut self.then, &mut self.anew, before);
        }
    }

    fn finish(mut self, until: Option<Timestamp>) -> Replayed {
        if let Some(until) = until {
            let left = Duration::try_from(until.duration_since(self.at.wall)).unwrap_or_default();
            self.pass(Now { wall: until, elapsed: self.at.elapsed + left }, Duration::ZERO);
        }
        if self.inputs == 0 {
            // Of a time of which nothing is on record, nothing can be said.
            self.then = Courses::default();
            self.anew = Courses::default();
        }
        let names = |party: &PartyId| self.desk.book().party_name(party);
        let pairs = pair::pairs(&self.then, &self.anew);
        let compared = compare::compare(&self.then, &self.anew, pairs, &names);
        let alerts = self.then.alerts_seen();
        self.aside.put_all((self.desk, self.then, self.anew));
        Replayed {
            from: self.from,
            to: self.from.map(|_| self.at.wall),
            inputs: self.inputs,
            same: self.same,
            deadlines: self.deadlines,
            alerts,
            incidents: compared.incidents,
            unchanged: compared.unchanged,
            other_rule: compared.other_rule,
            changes: compared.changes,
            limits: self.limits,
        }
    }
}

/// Both clocks went on alike between two moments.
fn goes_on(from: Now, to: Now) -> bool {
    let elapsed = SignedDuration::try_from(to.elapsed.since(from.elapsed)).unwrap_or(SignedDuration::MAX);
    let apart = to.wall.duration_since(from.wall).saturating_sub(elapsed);
    apart.unsigned_abs() <= GRACE
}
