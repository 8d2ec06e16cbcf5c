//! The desk at work in the estate: monitoring shows, people answer, virtual time jumps from one thing to the next.
//!
//! The desk is the real one and gets what it would get: reports of two sources, the outcome of what it tried, the acts of
//! people who acknowledge and check. Which fault an alert comes from is noted beside it and never shown to it.

use super::signs::{Outage, Sign};
use super::things::Town;
use crate::desk::act::{Act, Actor, Deed, Role};
use crate::desk::alert::{self, Gone};
use crate::desk::ids::{AlertId, IncidentId, PartyId};
use crate::desk::incident::{Edit, Incident, Status, Verdict};
use crate::desk::letter::Ask;
use crate::desk::now::{Elapsed, Now};
use crate::desk::observation::{Evidence, Key, Observation, Report, Seen};
use crate::desk::outcome::{Outcome, Ping};
use crate::desk::owed::{self, Owed, Work};
use crate::desk::rules::{Rules, VerdictCode};
use crate::desk::state::State;
use crate::desk::{Change, Desk, Entry, Input, request};
use crate::play::Outside;
use crate::render::sentences::{Names, Weight, sentence};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, VecDeque};

/// Zabbix is asked this often, logs are read this often (milliseconds).
const POLL: i64 = 15_000;
const LINES: i64 = 2_000;
/// A source that sees nothing new says so often enough not to be taken for blind.
const HEARTBEAT: i64 = 90_000;
/// What went out this short a time ago still counts as what an incident is about (milliseconds).
const MOMENT: i64 = 600_000;
/// Alerts told of a request.
const SHOWN: usize = 3;

/// A verdict as it was given.
#[derive(Debug, Clone)]
pub(super) struct Judged {
    pub(super) code: VerdictCode,
    pub(super) parties: Vec<PartyId>,
    /// How many alerts of which fault (or of none) it was about then.
    pub(super) about: BTreeMap<Option<usize>, usize>,
    pub(super) component: Option<String>,
}

/// A request as it was decided.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// The hour in the estate's time zone.
    pub(super) hour: String,
    /// The incident by its number.
    pub(super) incident: String,
    pub(super) party: PartyId,
    pub(super) ask: Ask,
    /// What the incident shows, by host and summary, the first few.
    pub(super) shows: Vec<String>,
    pub(super) about: BTreeMap<Option<usize>, usize>,
}

/// What became of it all.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) verdicts: Vec<Judged>,
    pub(super) requests: Vec<Asked>,
    /// Messages by party.
    pub(super) messages: BTreeMap<PartyId, usize>,
    /// Alerts as the desk took them: when, of which fault, kept by whom.
    pub(super) alerts: Vec<(i64, Option<usize>, Option<PartyId>)>,
    /// Incidents that hold an alert of a fault, watched ones included.
    pub(super) touched: BTreeMap<usize, std::collections::BTreeSet<IncidentId>>,
    /// What the desk did between two moments, in words; only where asked for.
    pub(super) diary: Vec<String>,
    /// Inputs the desk took.
    pub(super) steps: usize,
}

enum Event {
    Begins(usize),
    Ends(usize),
    Act(Box<Act>),
}

pub(super) struct Shift<'a> {
    town: &'a Town,
    signs: &'a [Sign],
    outages: &'a [Outage],
    desk: Desk,
    zone: TimeZone,
    begin: Timestamp,
    clock: i64,
    events: BTreeMap<(i64, usize), Event>,
    count: usize,
    outside: Outside,
    faults_of: BTreeMap<AlertId, Option<usize>>,
    /// Faults with an alert that became a member in this step.
    joined: Vec<(usize, IncidentId)>,
    show: Option<(i64, i64)>,
    record: Record,
}

impl<'a> Shift<'a> {
    pub(super) fn new(
        town: &'a Town,
        rules: &Rules,
        (signs, outages): (&'a [Sign], &'a [Outage]),
        begin: Timestamp,
        show: Option<(i64, i64)>,
    ) -> Self {
        let mut shift = Self {
            town,
            signs,
            outages,
            desk: Desk::new(State::default(), rules.clone()),
            zone: TimeZone::get(&rules.site.timezone).unwrap_or(TimeZone::UTC),
            begin,
            clock: 0,
            events: BTreeMap::new(),
            count: 0,
            outside: Outside::default(),
            faults_of: BTreeMap::new(),
            joined: Vec::new(),
            show,
            record: Record::default(),
        };
        for (index, sign) in signs.iter().enumerate() {
            let every = if sign.log { LINES } else { POLL };
            // What begins and ends between two looks was never seen, except in a log.
            let (begins, ends) = (seen_at(sign.at, every), seen_at(sign.until, every));
            if begins < ends || sign.log {
                shift.at(begins, Event::Begins(index));
                shift.at(ends, Event::Ends(index));
            }
        }
        shift
    }

    fn at(&mut self, when: i64, event: Event) {
        self.count += 1;
        self.events.insert((when, self.count), event);
    }

    /// Works until nothing more happens.
    pub(super) fn work(mut self) -> Record {
        self.step(Input::Started { store: "estate".to_owned(), epoch: 1 });
        let hash = self.desk.book().rules.hash.clone();
        self.step(Input::RulesLoaded { hash });
        self.report(true, true, Vec::new());
        self.report(false, true, Vec::new());
        let mut heartbeat = HEARTBEAT;
        while let Some((next, _)) = self.events.first_key_value().map(|(key, _)| *key) {
            let wait = self.desk.next_wakeup(self.now()).and_then(|wait| i64::try_from(wait.as_millis()).ok());
            let wake = wait.map(|wait| self.clock + wait.max(1));
            let soonest = next.min(heartbeat).min(wake.unwrap_or(i64::MAX));
            self.clock = self.clock.max(soonest);
            if wake == Some(soonest) {
                self.step(Input::Tick);
            }
            if heartbeat <= self.clock {
                heartbeat = self.clock + HEARTBEAT;
                self.report(false, false, Vec::new());
                self.report(true, false, Vec::new());
            }
            self.happen();
        }
        self.record
    }

    fn now(&self) -> Now {
        let elapsed = Elapsed(u64::try_from(self.clock).unwrap_or_default());
        Now { wall: self.moment(self.clock), elapsed }
    }

    fn hour(&self) -> String {
        self.now().wall.to_zoned(self.zone.clone()).strftime("%m-%d %H:%M:%S").to_string()
    }

    fn moment(&self, milliseconds: i64) -> Timestamp {
        self.begin.saturating_add(SignedDuration::from_millis(milliseconds)).unwrap_or(self.begin)
    }

    /// Everything that is due now: what each source sees goes into one report.
    fn happen(&mut self) {
        let mut seen: [Vec<Observation>; 2] = Default::default();
        while let Some(entry) = self.events.first_entry().filter(|entry| entry.key().0 <= self.clock) {
            match entry.remove() {
                Event::Begins(index) => {
                    let sign = &self.signs[index];
                    let (key, at) = (Key(index.to_string().into()), self.moment(sign.at * 1000));
                    let seen_problem = Seen::Problem(sign.problem());
                    seen[usize::from(sign.log)].push(Observation { key, at, seen: seen_problem });
                }
                Event::Ends(index) => {
                    let sign = &self.signs[index];
                    let (key, at) = (Key(index.to_string().into()), self.moment(sign.until * 1000));
                    let evidence = if sign.log {
                        Evidence::Line { text: format!("{} ok", sign.summary) }
                    } else {
                        Evidence::RecoveryEvent { event: format!("{key} ok") }
                    };
                    seen[usize::from(sign.log)].push(Observation { key, at, seen: Seen::Recovered { evidence } });
                }
                Event::Act(act) => {
                    let actor = Actor { name: "当番".to_owned(), role: Role::Operator };
                    self.step(Input::Act { actor, act: *act });
                }
            }
        }
        for (log, observations) in [(false, std::mem::take(&mut seen[0])), (true, std::mem::take(&mut seen[1]))] {
            if !observations.is_empty() {
                self.report(log, false, observations);
            }
        }
    }

    fn report(&mut self, log: bool, first_look: bool, observations: Vec<Observation>) {
        let source = if log { "log" } else { "zabbix" }.into();
        self.step(Input::Report(Report {
            source,
            cursor: None,
            first_look,
            complete: true,
            observations,
            remarks: Vec::new(),
            maintenance: None,
        }));
    }

    fn step(&mut self, input: Input) {
        let mut waiting = VecDeque::from([input]);
        while let Some(input) = waiting.pop_front() {
            self.record.steps += 1;
            let step = self.desk.step(self.now(), input);
            for entry in &step.entries {
                self.note(entry);
                if let Change::Owed(owed::Change::Started { owed, attempt, .. }) = &entry.change
                    && let Some(row) = self.desk.state().owed.get(owed)
                    && let Some(outcome) = self.answer(row)
                {
                    waiting.push_back(Input::Outcome { owed: *owed, attempt: *attempt, outcome });
                }
            }
            for (fault, incident) in std::mem::take(&mut self.joined) {
                self.standing(fault, incident);
            }
        }
    }

    /// What comes of an attempt: pings as things truly are, everything else arrives.
    fn answer(&self, row: &Owed) -> Option<Outcome> {
        match &row.work {
            Work::Ping { address, .. } => self.ping(address).map(Outcome::Ping),
            Work::Echoes { addresses } => {
                let answers = addresses.iter().filter_map(|(of, address)| Some((of.clone(), self.ping(address)?)));
                Some(Outcome::Echoes(answers.collect()))
            }
            Work::Message { .. } | Work::Probe { .. } | Work::Evidence(_) | Work::WriteBack { .. } => {
                self.outside.answer(row)
            }
        }
    }

    /// As things truly are.
    fn ping(&self, address: &String) -> Option<Ping> {
        let thing = self.town.things.iter().position(|thing| thing.address.as_ref() == Some(address))?;
        let now = self.clock / 1000;
        let out = |outage: &Outage| outage.thing == thing && outage.from <= now && now < outage.until;
        let silent = self.town.things[thing].blocked || self.outages.iter().any(out);
        Some(if silent { Ping::Silent } else { Ping::Answered { milliseconds: 2 } })
    }

    /// Notes what is counted later, and lets people answer.
    fn note(&mut self, entry: &Entry) {
        if let Some((from, until)) = self.show
            && (from..until).contains(&self.clock)
        {
            let told = sentence(Names { state: self.desk.state(), zone: &self.zone }, entry);
            // What things answered when they were asked is half of why a verdict is what it is.
            if told.weight == Weight::Headline || is_answer(&entry.change) {
                let hour = self.hour();
                self.record.diary.push(format!("{hour}  {}   because {}", told.what, told.because));
            }
        }
        match &entry.change {
            Change::Alert(alert::Change::Opened(alert)) => {
                let sign = alert.key.0.parse::<usize>().ok().and_then(|index| self.signs.get(index));
                let fault = sign.and_then(|sign| sign.fault);
                let component = alert.component.as_ref();
                let component = component.and_then(|id| self.desk.book().rules.components.get(id));
                let party = component.map(|component| component.party.clone());
                self.faults_of.insert(alert.id, fault);
                self.record.alerts.push((self.clock, fault, party));
            }
            Change::Alert(alert::Change::Stands { alert, standing: alert::Standing::Member(incident) }) => {
                if let Some(Some(fault)) = self.faults_of.get(alert) {
                    self.record.touched.entry(*fault).or_default().insert(*incident);
                    self.joined.push((*fault, *incident));
                }
            }
            Change::Incident(change) => self.incident(change.incident, &change.what),
            Change::Request(request::Change::Decided(request)) => {
                let about = self.about(request.incident);
                let (party, ask) = (request.party.clone(), request.ask);
                let members = self.desk.state().members_of(request.incident).filter(|member| member.gone.is_none());
                let shows = members
                    .take(SHOWN)
                    .map(|member| format!("{} {}", member.problem.host, member.problem.summary))
                    .collect();
                let known = self.desk.state().incidents.get(&request.incident);
                let incident = known.map_or_else(|| request.incident.to_string(), Incident::name);
                let hour = self.hour();
                self.record.requests.push(Asked { hour, incident, party: party.clone(), ask, shows, about });
                let deed = Deed::Acknowledge { party: Some(party), at: None };
                self.act_on(request.incident, deed, 12 * 60_000);
            }
            Change::Owed(owed::Change::Owed(row)) => {
                if let Work::Message { party, .. } = &row.work {
                    *self.record.messages.entry(party.clone()).or_default() += 1;
                }
            }
            Change::Alert(_)
            | Change::Request(_)
            | Change::Modification(_)
            | Change::Owed(_)
            | Change::Source { .. }
            | Change::Past(_)
            | Change::House(_)
            | Change::Cover(_)
            | Change::Probe { .. } => {}
        }
    }

    /// What joined an incident that has its verdict, and moved nothing, is answered by it.
    fn standing(&mut self, fault: usize, incident: IncidentId) {
        let known = self.desk.state().incidents.get(&incident).and_then(|known| known.verdict().cloned());
        if let Some(verdict) = known
            && !self.record.verdicts.iter().rev().take(50).any(|judged| judged.about.contains_key(&Some(fault)))
        {
            self.judged(incident, &verdict);
        }
    }

    fn judged(&mut self, incident: IncidentId, verdict: &Verdict) {
        let judged = Judged {
            code: verdict.code,
            parties: verdict.parties.clone(),
            about: self.about(incident),
            component: verdict.component.as_ref().map(ToString::to_string),
        };
        self.record.verdicts.push(judged);
    }

    fn incident(&mut self, incident: IncidentId, what: &Edit) {
        match what {
            Edit::Verdict(verdict) => self.judged(incident, verdict),
            Edit::Status { to: Status::Verifying, .. } => {
                let deed = Deed::Restore { check: "確認済".into(), usable: None, treatment: None };
                self.act_on(incident, deed, 8 * 60_000);
            }
            Edit::Status { to: Status::Restored, .. } => {
                self.act_on(incident, Deed::Submit, 5 * 60_000);
                self.act_on(incident, Deed::Accept { name: "情報係".into(), at: None }, 10 * 60_000);
            }
            _ => {}
        }
    }

    /// Somebody does it a while later. What does not fit any more then is refused, as at a real desk.
    fn act_on(&mut self, incident: IncidentId, deed: Deed, later: i64) {
        let known = self.desk.state().incidents.get(&incident);
        let incident = known.map_or_else(|| incident.to_string(), |known| known.name());
        self.at(self.clock + later, Event::Act(Box::new(Act::On { incident, deed })));
    }

    /// Where what burns in an incident comes from, with what went out a moment ago: what flaps is the same fault while it
    /// is not seen. Where nothing burns any more, all that burnt.
    fn about(&self, incident: IncidentId) -> BTreeMap<Option<usize>, usize> {
        let members = || self.desk.state().members_of(incident);
        let burns = members().any(|member| member.gone.is_none());
        let now = self.now().wall;
        let lately = |gone: &Gone| now.duration_since(gone.at) <= SignedDuration::from_millis(MOMENT);
        let mut about = BTreeMap::new();
        for member in members().filter(|member| !burns || member.gone.as_ref().is_none_or(|gone| lately(gone))) {
            *about.entry(self.faults_of.get(&member.id).copied().flatten()).or_default() += 1;
        }
        about
    }
}

fn is_answer(change: &Change) -> bool {
    matches!(change, Change::Incident(change) if matches!(change.what, Edit::Probe { .. } | Edit::Trial { .. }))
}

/// The first look of a source at or after second `at`, in milliseconds.
fn seen_at(at: i64, every: i64) -> i64 {
    (at * 1000).div_euclid(every) * every + every
}
