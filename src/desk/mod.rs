//! The desk: the pure heart. Same state, same rules, same input, same `now`: same entries.
//!
//! No clock, no I/O, no dice. [`Desk::step`] is the table of contents of the product: an input comes in, the stages look
//! at what it touched, and every change is recorded with its reason. The journal of those entries is the truth.
//!
//! Two kinds of file live here. *Things* ([`source`], [`alert`], [`incident`], [`request`], [`modification`], [`owed`],
//! [`probe`], [`past`], [`house`]) each hold their slice of state, their change, their reason and how a change is applied. *Stages* ([`intake`], [`normalize`],
//! [`correlate`], [`isolate`], [`assign`], [`escalate`], [`notify`], [`deliver`], [`sweep`]) follow a fault on its journey.
//!
//! Not here: wording (`render`), what a TOML file looks like (`config`), how anything is fetched or sent.

pub mod ids;
pub mod now;
pub mod observation;
pub mod outcome;
pub mod pattern;
pub mod phrase;
pub mod text;

pub mod book;
pub mod rules;

pub mod calendar;
pub mod contact;
pub mod contract;
pub mod cron;
pub mod graph;
pub mod scope;
pub mod severity;

pub mod alert;
pub mod cover;
pub mod evidence;
pub mod house;
pub mod incident;
pub mod ledger;
pub mod letter;
pub mod likeness;
pub mod modification;
pub mod owed;
pub mod past;
pub mod probe;
pub mod removal;
pub mod request;
pub mod retention;
pub mod source;
pub mod state;

pub mod act;
mod assign;
mod correlate;
mod deliver;
mod entry;
mod escalate;
mod further;
mod input;
mod intake;
pub mod isolate;
mod normalize;
mod notify;
pub mod storage;
mod sweep;
pub mod turn;
pub mod words;

pub use act::{Act, Actor, Role};
pub use deliver::Waits;
pub use entry::{Change, Entry, Reason};
pub use input::{AtOpen, Input, Named, Reply};
pub(crate) use notify::whom_it_hits;

use book::Book;
use ids::SourceId;
use now::Now;
use observation::OpenProblem;
use rules::Rules;
use serde::{Deserialize, Serialize};
use state::{State, Wakeup};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use turn::{Thing, Turn};

/// One step as it stands in the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// When it was stepped.
    pub at: Now,
    /// Revision of the rules that were in force.
    pub rules: String,
    /// What came in.
    pub input: Input,
    /// What changed, and why.
    pub entries: Vec<Entry>,
}

/// What one step led to.
#[derive(Debug)]
pub struct Step {
    /// The changes, in order. Empty = nothing worth recording.
    pub entries: Vec<Entry>,
    /// The answer to whoever brought the input.
    pub reply: Reply,
}

/// The desk.
pub struct Desk {
    state: State,
    book: Book,
    dirty: BTreeSet<Thing>,
    replays: bool,
}

impl Desk {
    /// A desk with an earlier state (or a fresh one), under `rules`.
    pub fn new(mut state: State, rules: impl Into<Arc<Rules>>) -> Self {
        state.index();
        Self { state, book: Book::new(rules), dirty: BTreeSet::new(), replays: false }
    }

    /// The same, for acts that are on record already: their times were taken as people said them.
    pub fn replaying(self) -> Self {
        Self { replays: true, ..self }
    }

    /// Puts other rules in force. What follows from them comes with [`Input::RulesLoaded`].
    pub fn set_rules(&mut self, rules: impl Into<Arc<Rules>>) {
        self.book = Book::new(rules);
    }

    /// The state, to be read.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The rules in force.
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// Takes one input and returns what changed, and why.
    pub fn step(&mut self, now: Now, input: Input) -> Step {
        let alerts = self.state.counters.alert;
        let mut turn = Turn::new(&mut self.state, &self.book, now);
        // The start that follows is what begins attempts: what is begun before it counts as cut off.
        let begins = !matches!(input, Input::Restored { .. });
        let mut restored = None;
        let reply = match input {
            Input::Started { store, epoch } => {
                intake::started(&mut turn, store, epoch);
                Reply::Recorded
            }
            Input::Restored { mark, made } => {
                restored = intake::restored(&mut turn, mark, made).then_some(made);
                Reply::Recorded
            }
            Input::RulesLoaded { hash } => {
                intake::rules_loaded(&mut turn, hash);
                Reply::Recorded
            }
            Input::RulesRefused { faults } => {
                notify::rules_refused(&mut turn, faults);
                Reply::Recorded
            }
            Input::Report(report) => {
                intake::report(&mut turn, report);
                Reply::Recorded
            }
            Input::SourceFailed { source, failure } => {
                intake::failed(&mut turn, source, failure);
                Reply::Recorded
            }
            Input::Outcome { owed, attempt, outcome } => {
                deliver::came(&mut turn, owed, attempt, outcome);
                Reply::Recorded
            }
            Input::Act { actor, act } => act::perform(&mut turn, actor, act, self.replays),
            Input::Damaged { what } => {
                notify::damaged(&mut turn, what);
                Reply::Recorded
            }
            Input::Failed { what } => {
                intake::set_aside(&mut turn, what);
                Reply::Recorded
            }
            Input::Storage(news) => {
                storage::came(&mut turn, &news);
                Reply::Recorded
            }
            Input::Ended(found) => {
                retention::found(&mut turn, found);
                Reply::Recorded
            }
            Input::Removed { removal, files } => {
                let change = house::Change::Removal(removal::Change::Done { id: removal, files });
                turn.record(change, house::Reason::Removed);
                Reply::Recorded
            }
            Input::Inked(inked) => {
                turn.record(house::Change::Removal(removal::Change::Inked(inked)), house::Reason::Asked);
                Reply::Recorded
            }
            Input::Missing(found) => {
                removal::missing(&mut turn, &found);
                Reply::Recorded
            }
            Input::Tick => Reply::Recorded,
        };
        deliver::switch(&mut turn);
        let due: Vec<Wakeup> = turn.state.agenda.due(now);
        for wakeup in &due {
            Self::wake(&mut turn, wakeup);
        }
        correlate::place_pending(&mut turn);
        if turn.state.counters.alert > alerts {
            correlate::storm::arrived(&mut turn);
        }
        correlate::watch_recovery(&mut turn);
        isolate::judge(&mut turn);
        assign::follow_verdicts(&mut turn);
        assign::ask_graver(&mut turn);
        further::add_to_requests(&mut turn);
        escalate::settle(&mut turn);
        notify::severity_raised(&mut turn);
        notify::tell_eased(&mut turn);
        notify::tell_news(&mut turn);
        notify::write_numbers_back(&mut turn);
        if let Some(made) = restored {
            // After everything that was due by now: the desk the backup was made of may have done that, too.
            let held = deliver::hold(&mut turn, made);
            notify::restored(&mut turn, made, &held);
        }
        if begins {
            deliver::start_due(&mut turn);
        }
        let (entries, dirty) = turn.finish();
        self.state.reshaped.clear();
        if !entries.is_empty() {
            self.state.house.last_step = Some(now);
            self.dirty.insert(Thing::House);
        }
        self.dirty.extend(dirty);
        Step { entries, reply }
    }

    fn wake(turn: &mut Turn, wakeup: &Wakeup) {
        match wakeup {
            Wakeup::Blind(source) => intake::silent(turn, source),
            Wakeup::Window(incident) => correlate::window_over(turn, *incident),
            Wakeup::CallOffice(incident) => notify::call_office(turn, *incident),
            Wakeup::Judge(incident) => isolate::time_told(turn, *incident),
            Wakeup::Watch(incident) => correlate::watch_over(turn, *incident),
            Wakeup::Isolation(incident) => isolate::wait_over(turn, *incident),
            Wakeup::Stable(incident) => correlate::stable(turn, *incident),
            Wakeup::Eased(incident) => correlate::eased(turn, *incident),
            Wakeup::Hold(incident) => escalate::hold_over(turn, *incident),
            Wakeup::PlannedEdge => correlate::planned_edge(turn),
            Wakeup::Closure(request) => escalate::step(turn, *request),
            Wakeup::Chase(request) => escalate::chase(turn, *request),
            Wakeup::Report(incident) => notify::promised_report(turn, *incident),
            Wakeup::Digest => notify::digest(turn),
            Wakeup::HandOver => notify::hand_over(turn),
            Wakeup::Certificates => isolate::look_at_certificates(turn),
            Wakeup::Heartbeat => notify::heartbeat(turn),
            Wakeup::Expected => intake::expected_due(turn),
            Wakeup::Storm => correlate::storm::look(turn),
            Wakeup::Addresses => isolate::look_at_addresses(turn),
            Wakeup::Sweep => sweep::sweep(turn),
            Wakeup::Retention => retention::look(turn),
            // Otherwise rows are looked at by `deliver::start_due`, after everything that may supersede them.
            Wakeup::Owed(row) => deliver::limit_over(turn, *row),
            Wakeup::Queue(_) | Wakeup::Held(_) | Wakeup::Channel(_) => {}
        }
    }

    /// How long until something more is due; `None` when nothing ever will be.
    pub fn next_wakeup(&self, now: Now) -> Option<Duration> {
        self.state.next_due(now)
    }

    /// Folds a recorded frame into the state: changes only, never rules.
    pub fn fold(&mut self, frame: &Frame) {
        for entry in &frame.entries {
            turn::apply(&mut self.state, &entry.change);
            self.dirty.insert(entry.change.thing());
        }
        self.state.reshaped.clear();
        if !frame.entries.is_empty() {
            self.state.house.last_step = Some(frame.at);
            self.dirty.insert(Thing::House);
        }
    }

    /// The things whose stored form changed since the last call.
    pub fn take_dirty(&mut self) -> BTreeSet<Thing> {
        std::mem::take(&mut self.dirty)
    }

    /// What a source must know of the desk's record when it starts.
    pub fn open_problems(&self, source: &SourceId) -> Vec<OpenProblem> {
        self.state
            .alerts
            .values()
            .filter(|alert| {
                alert.source == *source && alert.missed.is_none() && alert.gone.is_none() && !alert.problem.momentary
            })
            .map(|alert| OpenProblem {
                key: alert.key.clone(),
                object: alert.problem.object.clone(),
                level: alert.problem.level,
                acknowledged: alert.problem.acknowledged,
                suppressed: alert.problem.suppressed,
                monitored: alert.monitored,
            })
            .collect()
    }
}
