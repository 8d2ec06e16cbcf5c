//! One turn of the desk: the state, the rules, the moment, and the only door through which the state changes.

use super::book::Book;
use super::ids::{AlertId, ComponentId, CoverId, IncidentId, ModificationId, OwedId, ProbeName, RequestId, SourceId};
use super::letter::Notice;
use super::now::{Elapsed, Now};
use super::state::State;
use super::{Change, Entry, Reason, alert, cover, house, incident, modification, owed, past, probe, request, source};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One turn.
pub struct Turn<'a> {
    /// As it is now; read it freely, change it through [`Turn::record`].
    pub state: &'a mut State,
    /// The rules and what is derived from them.
    pub book: &'a Book,
    /// The moment.
    pub now: Now,
    /// What this turn touched: later stages look at nothing else.
    pub touched: Touched,
    entries: Vec<Entry>,
}

/// What a turn touched.
#[derive(Debug, Default)]
pub struct Touched {
    /// Alerts whose standing is to be decided, in order.
    pub pending: BTreeSet<AlertId>,
    /// Incidents whose alerts changed: calm, relapse, severity are to be looked at.
    pub stirred: BTreeSet<IncidentId>,
    /// Incidents beside which something ended that was red and kept apart, with the hour of that.
    pub unseen_over: BTreeMap<IncidentId, Timestamp>,
    /// Incidents alerts joined after 受付, with how many.
    pub spread: BTreeMap<IncidentId, usize>,
    /// Planned work and silences that kept alerts apart, with how many.
    pub hidden: BTreeMap<CoverId, u64>,
    /// Incidents of which more may be asked by probes.
    pub to_probe: BTreeSet<IncidentId>,
    /// Incidents to be isolated (again).
    pub to_judge: BTreeSet<IncidentId>,
    /// Incidents of which the desk made a part another one (分割): they are judged although what stays is quiet.
    pub parted: BTreeSet<IncidentId>,
    /// Incidents with a fresh verdict.
    pub judged: BTreeSet<IncidentId>,
    /// Members that may not carry our number yet, by incident.
    pub to_write_back: BTreeMap<IncidentId, Unmarked>,
    /// Reported incidents whose 重大度 went up, with what it was before.
    pub raised: BTreeMap<IncidentId, u8>,
    /// What the root of incidents shows beside what was known of it when a vendor was asked.
    pub more: BTreeMap<IncidentId, BTreeSet<AlertId>>,
    /// Reported incidents of which it has changed whom they hit.
    pub reach: BTreeSet<IncidentId>,
    /// Incidents that are about what stayed by now: what was said of them before was said of something else.
    pub moved: BTreeSet<IncidentId>,
    /// Incidents of which a part has been over for a while, and what the desk is told of that.
    pub eased: BTreeMap<IncidentId, Notice>,
    /// Incidents about which something was recorded that an office may want to hear at once.
    pub news: BTreeSet<IncidentId>,
    /// Limits of held rows that later ones take the place of, by the later one.
    pub limits: BTreeMap<OwedId, Elapsed>,
    /// Things whose stored form changed.
    pub dirty: BTreeSet<Thing>,
}

/// Members of an incident that may not carry our number yet.
#[derive(Debug)]
pub enum Unmarked {
    /// Any of them: it was numbered, or took others in.
    All,
    /// These joined. A storm brings thousands one by one; nobody looks at all members for each.
    Joined(BTreeSet<AlertId>),
}

impl Touched {
    /// An alert joined an incident that has its number.
    pub fn joined(&mut self, incident: IncidentId, alert: AlertId) {
        let unmarked = self.to_write_back.entry(incident).or_insert_with(|| Unmarked::Joined(BTreeSet::new()));
        if let Unmarked::Joined(alerts) = unmarked {
            alerts.insert(alert);
        }
    }

    /// Any member of an incident may not carry its number yet.
    pub fn unmarked(&mut self, incident: IncidentId) {
        self.to_write_back.insert(incident, Unmarked::All);
    }
}

/// A thing as the store keys it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Thing {
    /// A source.
    Source(SourceId),
    /// An alert.
    Alert(AlertId),
    /// An incident.
    Incident(IncidentId),
    /// A request.
    Request(RequestId),
    /// A modification.
    Modification(ModificationId),
    /// A row.
    Owed(OwedId),
    /// Planned work or a silence.
    Cover(CoverId),
    /// What is known of a probe.
    Probe(ProbeName),
    /// Archived incidents of a component.
    Past(ComponentId),
    /// Counters, books, house.
    House,
}

impl<'a> Turn<'a> {
    /// A turn on `state` at `now`.
    pub fn new(state: &'a mut State, book: &'a Book, now: Now) -> Self {
        Self { state, book, now, touched: Touched::default(), entries: Vec::new() }
    }

    /// Changes the state and puts the change on record with its reason.
    pub fn record(&mut self, change: impl Into<Change>, reason: impl Into<Reason>) {
        let (change, reason) = (change.into(), reason.into());
        apply(self.state, &change);
        self.touched.dirty.insert(change.thing());
        self.entries.push(Entry { change, reason });
    }

    /// What was recorded, and which things changed.
    pub fn finish(self) -> (Vec<Entry>, BTreeSet<Thing>) {
        (self.entries, self.touched.dirty)
    }

    /// Changes incident `id`.
    pub fn edit(&mut self, id: IncidentId, what: incident::Edit, reason: incident::Reason) {
        self.record(incident::Change { incident: id, what }, reason);
    }

    /// The id the next alert gets.
    pub fn next_alert(&self) -> AlertId {
        AlertId(self.state.counters.alert + 1)
    }

    /// The id the next incident gets.
    pub fn next_incident(&self) -> IncidentId {
        IncidentId(self.state.counters.incident + 1)
    }

    /// The id the next request gets.
    pub fn next_request(&self) -> RequestId {
        RequestId(self.state.counters.request + 1)
    }

    /// The number the next planned work gets.
    pub fn next_work(&self) -> CoverId {
        CoverId::Work(self.state.counters.work + 1)
    }

    /// The number the next silence gets.
    pub fn next_silence(&self) -> CoverId {
        CoverId::Silence(self.state.counters.silence + 1)
    }

    /// The id the next row gets.
    pub fn next_owed(&self) -> OwedId {
        OwedId(self.state.counters.owed + 1)
    }
}

/// Applies one change to the state. Total: reads only the change.
pub(super) fn apply(state: &mut State, change: &Change) {
    match change {
        Change::Source { source, change } => source::apply(state, source, change),
        Change::Alert(change) => alert::apply(state, change),
        Change::Incident(change) => incident::apply(state, change),
        Change::Request(change) => request::apply(state, change),
        Change::Modification(change) => modification::apply(state, change),
        Change::Owed(change) => owed::apply(state, change),
        Change::Cover(change) => cover::apply(state, change),
        Change::Probe { probe, change } => probe::apply(state, probe, change),
        Change::Past(change) => past::apply(state, change),
        Change::House(change) => house::apply(state, change),
    }
}

impl Change {
    /// Which thing it changes.
    pub fn thing(&self) -> Thing {
        match self {
            Change::Source { source, .. } => Thing::Source(source.clone()),
            Change::Alert(change) => change.alert().map_or(Thing::House, Thing::Alert),
            Change::Incident(change) => Thing::Incident(change.incident),
            Change::Request(change) => Thing::Request(change.request()),
            Change::Modification(change) => Thing::Modification(change.modification()),
            Change::Owed(change) => Thing::Owed(change.owed()),
            Change::Cover(change) => Thing::Cover(change.cover()),
            Change::Probe { probe, .. } => Thing::Probe(probe.clone()),
            Change::Past(change) => Thing::Past(change.component().clone()),
            Change::House(_) => Thing::House,
        }
    }
}
