//! What became of each incident on one side, told by entries alone: who belongs to it, verdicts, requests, messages.
//!
//! Ids and numbers differ between the two sides. What an incident is made of does not: each alert, call or blind time
//! has one [`Mark`] on both.

use crate::desk::alert::{self, Alert};
use crate::desk::ids::{AlertId, IncidentId, Number, PartyId, SourceId};
use crate::desk::incident::{self, Edit, Incident, Verdict};
use crate::desk::observation::Key;
use crate::desk::owed::{self, Why, Work};
use crate::desk::request::{self, Request};
use crate::desk::state::State;
use crate::desk::{Change, Entry, Reason, source};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// One thing incidents are made of, the same on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mark(usize);

/// What a mark stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Thing {
    /// A problem of a source, and when it began: keys may be used again.
    Alert(SourceId, Key, Timestamp),
    /// A call, by the number of its frame.
    Call(u64),
    /// A source was blind since then.
    Blind(SourceId, Timestamp),
    /// An incident without alerts from before: its id is the same on both sides.
    Before(IncidentId),
}

/// The marks given so far.
#[derive(Debug, Default)]
pub(super) struct Marks(BTreeMap<Thing, Mark>);

impl Marks {
    fn of(&mut self, thing: Thing) -> Mark {
        let next = Mark(self.0.len());
        *self.0.entry(thing).or_insert(next)
    }
}

/// What became of one incident.
#[derive(Debug, Clone, Default)]
pub(super) struct Course {
    pub(super) number: Option<Number>,
    pub(super) opened: Option<Timestamp>,
    /// Host and message of its first alert, or the words of the call.
    pub(super) about: String,
    pub(super) marks: BTreeSet<Mark>,
    pub(super) first: Option<Mark>,
    pub(super) severity: Option<u8>,
    pub(super) verdicts: Vec<Verdict>,
    pub(super) asked: Vec<Request>,
    pub(super) told: Vec<Told>,
}

/// One message owed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Told {
    pub(super) party: PartyId,
    pub(super) kind: &'static str,
    /// When it may leave.
    pub(super) at: Timestamp,
    pub(super) why: Why,
}

/// What became of all incidents of one side.
#[derive(Debug, Default)]
pub(super) struct Courses {
    pub(super) all: BTreeMap<IncidentId, Course>,
    belongs: BTreeMap<Mark, IncidentId>,
    alerts: BTreeMap<AlertId, (Mark, String)>,
    by_number: BTreeMap<Number, IncidentId>,
    /// Incidents by the first thing they ever held.
    begun_with: BTreeMap<Mark, Vec<IncidentId>>,
    seen: u64,
    /// Incidents whose verdicts still hold every rule tried.
    pub(super) detailed: BTreeSet<IncidentId>,
}

impl Courses {
    /// What is on record of the incidents in `state`. Verdicts and messages from before do not count.
    pub(super) fn of(state: &State, marks: &mut Marks) -> Self {
        let mut courses = Self::default();
        for incident in state.incidents.values() {
            courses.open(incident);
            if incident.representative.is_none() {
                courses.place(marks.of(Thing::Before(incident.id)), Some(incident.id));
            }
        }
        for alert in state.alerts.values() {
            courses.saw(alert, marks);
        }
        courses.seen = 0;
        courses
    }

    /// Takes down what frame `seq` changed.
    pub(super) fn take(&mut self, entries: &[Entry], seq: u64, marks: &mut Marks) {
        for entry in entries {
            match &entry.change {
                Change::Alert(change) => self.alert(change, marks),
                Change::Incident(incident::Change { incident, what }) => {
                    self.edit(*incident, what);
                    if matches!((what, &entry.reason), (Edit::Opened(_), Reason::Incident(incident::Reason::Call))) {
                        self.place(marks.of(Thing::Call(seq)), Some(*incident));
                    }
                }
                Change::Source { source, change: source::Change::Blind { since, incident } } => {
                    self.place(marks.of(Thing::Blind(source.clone(), *since)), Some(*incident));
                }
                Change::Request(request::Change::Decided(request)) => {
                    self.all.entry(request.incident).or_default().asked.push((**request).clone());
                }
                Change::Owed(owed::Change::Owed(row)) => {
                    let (Some(incident), Work::Message { party, .. }) = (row.incident, &row.work) else { continue };
                    if matches!(row.why, Why::CopyOf(_)) {
                        continue;
                    }
                    let at = row.not_before.unwrap_or(row.decided.wall).max(row.decided.wall);
                    let told = Told { party: party.clone(), kind: row.kind(), at, why: row.why.clone() };
                    self.all.entry(incident).or_default().told.push(told);
                }
                Change::Source { .. }
                | Change::Request(_)
                | Change::Modification(_)
                | Change::Owed(_)
                | Change::Probe { .. }
                | Change::Cover(_)
                | Change::Past(_)
                | Change::House(_) => {}
            }
        }
    }

    fn alert(&mut self, change: &alert::Change, marks: &mut Marks) {
        match change {
            alert::Change::Opened(alert) => self.saw(alert, marks),
            alert::Change::Stands { alert, standing } => {
                let to = match standing {
                    alert::Standing::Member(incident) => Some(*incident),
                    alert::Standing::Pending | alert::Standing::Suppressed(_) => None,
                };
                if let Some((mark, about)) = self.alerts.get(alert).cloned() {
                    self.place(mark, to);
                    self.describe(to, &about);
                }
            }
            alert::Change::Forgotten(alert) => {
                self.alerts.remove(alert);
            }
            alert::Change::Repeated(_)
            | alert::Change::Altered { .. }
            | alert::Change::Gone { .. }
            | alert::Change::CountsFrom { .. }
            | alert::Change::Stray { .. } => {}
        }
    }

    fn saw(&mut self, alert: &Alert, marks: &mut Marks) {
        self.seen += 1;
        let mark = marks.of(Thing::Alert(alert.source.clone(), alert.key.clone(), alert.at));
        let about = format!("{}: {}", alert.problem.host_name, alert.problem.summary);
        self.place(mark, alert.incident());
        self.describe(alert.incident(), &about);
        self.alerts.insert(alert.id, (mark, about));
    }

    fn describe(&mut self, id: Option<IncidentId>, about: &str) {
        if let Some(course) = id.and_then(|id| self.all.get_mut(&id)).filter(|course| course.about.is_empty()) {
            about.clone_into(&mut course.about);
        }
    }

    fn open(&mut self, incident: &Incident) {
        let course = self.all.entry(incident.id).or_default();
        course.opened = Some(incident.detected.wall);
        course.about.clone_from(&incident.summary);
        course.number.clone_from(&incident.number);
        course.severity = incident.severity.as_ref().map(|severity| severity.value);
        self.by_number.extend(incident.number.clone().map(|number| (number, incident.id)));
    }

    fn edit(&mut self, id: IncidentId, what: &Edit) {
        match what {
            Edit::Opened(incident) => self.open(incident),
            Edit::Numbered { number, .. } => {
                self.by_number.insert(number.clone(), id);
                self.all.entry(id).or_default().number = Some(number.clone());
            }
            Edit::Severity(severity) => self.all.entry(id).or_default().severity = Some(severity.value),
            Edit::Verdict(verdict) => {
                self.detailed.insert(id);
                self.all.entry(id).or_default().verdicts.push((**verdict).clone());
            }
            _ => {}
        }
    }

    fn place(&mut self, mark: Mark, to: Option<IncidentId>) {
        if let Some(before) = self.belongs.remove(&mark)
            && let Some(course) = self.all.get_mut(&before)
        {
            course.marks.remove(&mark);
        }
        if let Some(to) = to {
            self.belongs.insert(mark, to);
            let course = self.all.entry(to).or_default();
            course.marks.insert(mark);
            if course.first.is_none() {
                course.first = Some(mark);
                self.begun_with.entry(mark).or_default().push(to);
            }
        }
    }

    /// The incident a mark belongs to.
    pub(super) fn holder(&self, mark: Mark) -> Option<IncidentId> {
        self.belongs.get(&mark).copied()
    }

    /// Alerts observed since the start.
    pub(super) fn alerts_seen(&self) -> u64 {
        self.seen
    }

    /// How many incidents still hold every rule tried.
    pub(super) fn detailed(&self) -> usize {
        self.detailed.len()
    }

    /// Whether incident `here` is made of the same as `there` on the other side.
    pub(super) fn same(&self, here: Option<IncidentId>, there: Option<IncidentId>, other: &Courses) -> bool {
        match (here, there) {
            (None, None) => true,
            (Some(here), Some(there)) => self.across(here, other) == Some(there),
            (Some(_), None) | (None, Some(_)) => false,
        }
    }

    /// Where what leads incident `here` is on the other side.
    pub(super) fn across(&self, here: IncidentId, other: &Courses) -> Option<IncidentId> {
        let course = self.all.get(&here)?;
        if let (true, Some(first)) = (course.marks.is_empty(), course.first) {
            // Everything has left it: it is known by what it began with.
            let nth = |courses: &Courses| -> Vec<IncidentId> {
                let empty = |id: &IncidentId| courses.all.get(id).is_some_and(|course| course.marks.is_empty());
                courses.begun_with.get(&first).into_iter().flatten().copied().filter(empty).collect()
            };
            let place = nth(self).iter().position(|id| *id == here);
            if let Some(there) = place.and_then(|place| nth(other).get(place).copied()) {
                return Some(there);
            }
        }
        let lead = course.first.filter(|first| course.marks.is_empty() || course.marks.contains(first));
        lead.into_iter().chain(course.marks.iter().copied()).find_map(|mark| other.holder(mark))
    }

    /// What the incident called `name` here is called on the other side.
    pub(super) fn counterpart(&self, name: &str, other: &Courses) -> Option<String> {
        let id = self.by_number.get(&Number(name.to_owned())).copied();
        let id = id.or_else(|| Some(IncidentId(name.strip_prefix("I-")?.parse().ok()?)))?;
        let there = self.across(id, other)?;
        let course = other.all.get(&there)?;
        Some(course.number.as_ref().map_or_else(|| there.to_string(), Number::to_string))
    }
}
