//! Everything around the desk: sources that look, channels that answer, a clock that jumps from deadline to deadline.
//!
//! Every source that sees looks completely every [`LOOK`] of virtual time, so that silence is not blindness; attempts
//! are answered in the very moment they start ([`Outside`]). Not here: judging what the desk did (`audit`, `compare`).

mod starts;

use super::input::{About, Begins, Step, understand};
use super::outside::{Outside, empty, problem};
use super::script::{Input as Asked, Script};
use super::{Fault, Mail, Outcome as Listed, Played};
use crate::desk::ids::SourceId;
use crate::desk::now::{Elapsed, Now};
use crate::desk::observation::{Evidence, Failure, FailureKind, Key, Observation, Report, Seen};
use crate::desk::owed::{self, Work};
use crate::desk::removal::Change as Removing;
use crate::desk::rules::Rules;
use crate::desk::state::State;
use crate::desk::storage::Storage;
use crate::desk::{Change, Desk, Entry, Frame, Input, Reply, house};
use crate::render;
use crate::render::sentences::{Names, Weight, sentence};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How often a source looks.
const LOOK: SignedDuration = SignedDuration::from_secs(30);
/// Deadlines that may come due between two inputs, and attempts in one moment. Beyond it something never settles.
const MOST: usize = 20_000;

/// How a source behaves.
#[derive(Debug, Clone)]
enum Sight {
    Sees,
    Fails { kind: FailureKind, why: String },
    Silent,
}

/// The desk and its surroundings.
pub(super) struct World<'a> {
    rules: &'a Rules,
    zone: TimeZone,
    desk: Desk,
    running: bool,
    starts: u64,
    born: Timestamp,
    wall: Timestamp,
    next_look: Timestamp,
    sight: BTreeMap<SourceId, Sight>,
    outside: Outside,
    open: BTreeMap<(SourceId, String, String), Key>,
    problems: u64,
    first_done: BTreeSet<SourceId>,
    frames: Vec<Frame>,
    outcomes: Vec<Listed>,
    mails: Vec<Mail>,
    faults: Vec<Fault>,
    input: usize,
    line: usize,
    at: DateTime,
}

impl<'a> World<'a> {
    pub(super) fn new(rules: &'a Rules) -> Self {
        Self {
            rules,
            zone: TimeZone::get(&rules.site.timezone).unwrap_or(TimeZone::UTC),
            desk: Desk::new(State::default(), rules.clone()),
            running: false,
            starts: 0,
            born: Timestamp::UNIX_EPOCH,
            wall: Timestamp::UNIX_EPOCH,
            next_look: Timestamp::UNIX_EPOCH,
            sight: rules.sources.keys().map(|source| (source.clone(), Sight::Sees)).collect(),
            outside: Outside::default(),
            open: BTreeMap::new(),
            problems: 0,
            first_done: BTreeSet::new(),
            frames: Vec::new(),
            outcomes: Vec::new(),
            mails: Vec::new(),
            faults: Vec::new(),
            input: 0,
            line: 0,
            at: DateTime::default(),
        }
    }

    /// Plays every input of the script.
    pub(super) fn play(&mut self, script: &Script) {
        for (line, what) in &script.faults {
            self.faults.push(Fault { line: *line, what: what.clone() });
        }
        let mut steps = Vec::new();
        for input in &script.inputs {
            match understand(self.rules, &self.zone, input.at, &input.words) {
                Ok(step) => steps.push((input, step)),
                Err(what) => self.faults.push(Fault { line: input.line, what }),
            }
        }
        for (index, (input, step)) in steps.iter().enumerate() {
            let Ok(at) = input.at.to_zoned(self.zone.clone()) else { continue };
            self.place(script, input);
            if index == 0 {
                (self.born, self.wall, self.next_look) = (at.timestamp(), at.timestamp(), at.timestamp() + LOOK);
                let told_first = steps.iter().filter_map(|(_, step)| first_source(step)).cloned().collect();
                self.start(&told_first);
            }
            self.advance(at.timestamp());
            let firsts: Vec<&Step> = steps[index..].iter().map(|(_, step)| step).collect();
            self.perform(step, &firsts);
        }
    }

    /// What became of it.
    pub(super) fn finish(self, script: Script) -> Played {
        Played {
            outcomes: self.outcomes,
            faults: self.faults,
            state: self.desk.state().clone(),
            frames: self.frames,
            mails: self.mails,
            script,
        }
    }

    fn place(&mut self, script: &Script, input: &Asked) {
        self.input = script.inputs.iter().position(|known| known.line == input.line).unwrap_or_default();
        (self.line, self.at) = (input.line, input.at);
    }

    fn fault(&mut self, what: impl Into<String>) {
        self.faults.push(Fault { line: self.line, what: what.into() });
    }

    fn now(&self) -> Now {
        let elapsed = self.wall.duration_since(self.born).as_millis();
        Now { wall: self.wall, elapsed: Elapsed(u64::try_from(elapsed).unwrap_or_default()) }
    }

    /// Lets time pass up to `target`, stopping at every deadline and every look.
    fn advance(&mut self, target: Timestamp) {
        let (mut wakeups, from) = (0, self.zone.to_datetime(self.wall));
        while self.running {
            let wake = self.desk.next_wakeup(self.now()).and_then(|wait| SignedDuration::try_from(wait).ok());
            let wake = wake.and_then(|wait| self.wall.checked_add(wait).ok());
            let next = wake.map_or(self.next_look, |wake| wake.min(self.next_look));
            if next > target {
                break;
            }
            self.wall = next;
            if wake == Some(next) {
                wakeups += 1;
                if wakeups > MOST {
                    let (last, at) = (self.outcomes.last(), self.zone.to_datetime(self.wall));
                    let last = last.map_or("nothing", |last| last.what.as_str());
                    return self.fault(format!(
                        "more than {MOST} deadlines come due from {from} to {at}; the last brought: {last}"
                    ));
                }
                self.step(Input::Tick);
            }
            if self.next_look == next {
                self.next_look = next + LOOK;
                self.look();
            }
        }
        self.wall = target;
    }

    /// Every source looks, as it can.
    fn look(&mut self) {
        for (source, sight) in self.sight.clone() {
            if self.first_done.contains(&source) {
                self.look_once(&source, &sight);
            }
        }
    }

    fn look_once(&mut self, source: &SourceId, sight: &Sight) {
        match sight {
            Sight::Sees => self.report(source, Vec::new(), false),
            Sight::Fails { kind, why } => {
                let failure = Failure { kind: *kind, detail: why.clone() };
                self.step(Input::SourceFailed { source: source.clone(), failure });
            }
            Sight::Silent => {}
        }
    }

    fn report(&mut self, source: &SourceId, observations: Vec<Observation>, first_look: bool) {
        let complete = matches!(self.sight.get(source), Some(Sight::Sees));
        let report = Report { first_look, observations, complete, ..empty(source) };
        self.step(Input::Report(report));
    }

    fn perform(&mut self, step: &Step, from_here: &[&Step]) {
        let allowed_while_down = matches!(
            step,
            Step::Clock
                | Step::Restart
                | Step::Restored(_)
                | Step::Channel(..)
                | Step::Ping(..)
                | Step::Probe(..)
                | Step::Evidence(..)
        );
        if !self.running && !allowed_while_down {
            return self.fault("the daemon is stopped; `restart` starts it");
        }
        match step {
            Step::Clock => {}
            Step::Problem { source, host, summary, what } => {
                self.problem(source, (host, summary), what, from_here);
            }
            Step::Looks(source) => {
                self.sight.insert(source.clone(), Sight::Sees);
                self.report(source, Vec::new(), false);
            }
            Step::Fails { source, kind, why } => {
                let sight = Sight::Fails { kind: *kind, why: why.clone() };
                self.look_once(source, &sight);
                self.sight.insert(source.clone(), sight);
            }
            Step::Silent(source) => {
                self.sight.insert(source.clone(), Sight::Silent);
            }
            Step::Remarks(source, text) => {
                self.step(Input::Report(Report { remarks: vec![text.clone()], ..empty(source) }));
            }
            Step::Maintenance(source, known) => {
                self.step(Input::Report(Report { maintenance: Some(known.clone()), ..empty(source) }));
            }
            Step::Unreadable(source, text) => {
                let seen = Seen::Unreadable { text: text.clone(), why: "it makes no sense".to_owned() };
                let key = Key(format!("unreadable {}", self.frames.len()).into());
                self.report(source, vec![Observation { key, at: self.wall, seen }], false);
            }
            Step::Erase { actor, incident, containing, reason } => {
                let act = self.outside.erasure(self.desk.state(), incident, containing.as_deref(), reason);
                self.step(Input::Act { actor: actor.clone(), act });
            }
            Step::Act(actor, act) => self.step(Input::Act { actor: actor.clone(), act: act.clone() }),
            Step::Channel(channel, line) => self.outside.set_channel(channel, line),
            Step::Evidence(source, told) => self.outside.set_evidence(source, told),
            Step::Probe(name, probed) => self.outside.set_probe(name, probed),
            Step::Ping(address, echo) => self.outside.set_ping(address, *echo),
            Step::Disk(Storage::Written { steps, .. }) => {
                self.step(Input::Storage(Storage::Written { at: self.wall, steps: *steps }));
            }
            Step::Disk(news) => self.step(Input::Storage(news.clone())),
            Step::Stop => self.running = false,
            Step::Restart => self.restart(None),
            Step::Restored(made) => {
                self.frames.retain(|frame| frame.at.wall <= *made);
                self.restart(Some(*made));
            }
        }
    }

    fn problem(&mut self, source: &SourceId, name: (&String, &String), what: &About, from_here: &[&Step]) {
        let id = (source.clone(), name.0.clone(), name.1.clone());
        let known = self.open.get(&id).cloned();
        let (key, at, seen) = match (what, known) {
            (About::Begins(begins), _) if begins.first => return self.first(source, from_here),
            (About::Begins(begins), None) => {
                let key = self.begin(&id, begins);
                (key, begins.at.unwrap_or(self.wall), Seen::Problem(problem(name, begins)))
            }
            (About::Begins(_), Some(_)) => return self.fault("it is red already; `again` reports it once more"),
            (_, None) => return self.fault("no such problem is red: compare host and summary"),
            (About::Again, Some(key)) => {
                let recorded = self.desk.state().known_by(source, &key);
                let recorded = recorded.and_then(|alert| self.desk.state().alerts.get(&alert));
                let Some(alert) = recorded else { return self.fault("the desk has forgotten that problem") };
                (key, alert.at, Seen::Problem(alert.problem.clone()))
            }
            (About::Recovers { line, at }, Some(key)) => {
                self.open.remove(&id);
                let evidence = if *line {
                    Evidence::Line { text: format!("{} ok", name.1) }
                } else {
                    Evidence::RecoveryEvent { event: format!("{key} ok") }
                };
                (key, at.unwrap_or(self.wall), Seen::Recovered { evidence })
            }
            (About::Deleted, Some(key)) => {
                self.open.remove(&id);
                (key, self.wall, Seen::Recovered { evidence: Evidence::NoRecoveryEvent })
            }
            (About::Changed { level, acknowledged, suppressed, monitored }, Some(key)) => {
                let (level, acknowledged, suppressed, monitored) = (*level, *acknowledged, *suppressed, *monitored);
                (key, self.wall, Seen::Changed { level, acknowledged, suppressed, monitored })
            }
        };
        self.report(source, vec![Observation { key, at, seen }], false);
    }

    fn begin(&mut self, id: &(SourceId, String, String), begins: &Begins) -> Key {
        self.problems += 1;
        let key = Key(self.problems.to_string().into());
        if !begins.momentary {
            self.open.insert(id.clone(), key.clone());
        }
        key
    }

    /// The first look of a source: everything that is told to be red before it, in one report.
    fn first(&mut self, of: &SourceId, from_here: &[&Step]) {
        if !self.first_done.insert(of.clone()) {
            return;
        }
        let mut observations = Vec::new();
        for step in from_here {
            if let Step::Problem { source, host, summary, what: About::Begins(begins) } = step
                && begins.first
                && source == of
            {
                let key = self.begin(&(source.clone(), host.clone(), summary.clone()), begins);
                let seen = Seen::Problem(problem((host, summary), begins));
                observations.push(Observation { key, at: begins.at.unwrap_or(self.wall), seen });
            }
        }
        self.report(of, observations, true);
    }

    /// Steps the desk, lists what it did, and answers every attempt it started.
    fn step(&mut self, input: Input) {
        let mut waiting = VecDeque::from([input]);
        let mut steps = 0;
        while let Some(input) = waiting.pop_front() {
            steps += 1;
            if steps > MOST {
                return self.fault(format!("more than {MOST} attempts in one moment"));
            }
            let now = self.now();
            let step = self.desk.step(now, input.clone());
            if let Reply::Refused(why) = &step.reply {
                self.list(format!("refused: {why}"), String::new(), Weight::Headline);
            }
            for entry in &step.entries {
                self.tell(entry);
                if let Change::House(house::Change::Removal(Removing::Decided(removal))) = &entry.change {
                    let files = self.outside.remove(removal);
                    waiting.push_back(Input::Removed { removal: removal.id, files });
                }
                if let Change::Owed(owed::Change::Started { owed, attempt, .. }) = &entry.change
                    && let Some(row) = self.desk.state().owed.get(owed)
                    && let Some(outcome) = self.outside.answer(row)
                {
                    waiting.push_back(Input::Outcome { owed: *owed, attempt: *attempt, outcome });
                }
            }
            if !step.entries.is_empty() {
                self.frames.push(Frame { at: now, rules: self.rules.hash.clone(), input, entries: step.entries });
            }
        }
    }

    fn tell(&mut self, entry: &Entry) {
        let told = sentence(Names { state: self.desk.state(), zone: &self.zone }, entry);
        self.list(told.what, told.because, told.weight);
        if let Change::Owed(owed::Change::Owed(row)) = &entry.change
            && let Work::Message { party, letter, addresses, .. } = &row.work
        {
            let words = render::mail_with(letter, &self.outside.kept());
            if words.subject.trim().is_empty() || words.body.trim().is_empty() {
                self.fault(format!("{} {} has no words", row.id, row.kind()));
            }
            if addresses.is_empty() {
                self.fault(format!("{} {} goes to nobody", row.id, row.kind()));
            }
            self.list(format!("mail {} {}", row.id, words.subject), String::new(), Weight::Headline);
            let mail = Mail { row: row.id, party: party.clone(), subject: words.subject, body: words.body };
            self.mails.push(mail);
        }
    }

    fn list(&mut self, what: String, because: String, weight: Weight) {
        let here = self.wall.to_zoned(self.zone.clone()).datetime();
        let at = if here == self.at {
            None
        } else if here.date() == self.at.date() {
            Some(here.strftime("%H:%M:%S").to_string())
        } else {
            Some(here.strftime("%m-%d %H:%M:%S").to_string())
        };
        self.outcomes.push(Listed { input: self.input, line: self.line, at, what, because, weight });
    }
}

fn first_source(step: &Step) -> Option<&SourceId> {
    match step {
        Step::Problem { source, what: About::Begins(begins), .. } if begins.first => Some(source),
        _ => None,
    }
}
