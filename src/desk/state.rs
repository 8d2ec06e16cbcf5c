//! The desk's state: the things, the counters, and the indexes derived from them.
//!
//! Only `apply` functions change it, and only through [`super::turn::Turn::record`] or the folding of entries. The
//! indexes are never stored: [`State::index`] derives them again.

mod agenda;
mod alerts;
mod books;
mod covers;
mod expected;
mod flow;
mod here;
mod house;
mod incidents;
mod queues;
mod stands;
mod storm;

pub use agenda::{Agenda, Wakeup, When};
pub use alerts::Alerts;
pub use books::{Counters, Tally};
pub use expected::{Expected, GRACE};
pub use flow::{FAILURES, Flow, Flows, Gate, PartyFlow};
pub use here::Here;
pub use house::{House, Restored};
pub use queues::Queue;
pub(crate) use queues::ROOM;
pub(in crate::desk) use queues::Rank;
pub use storm::{Storm, Storms};

use super::alert::Alert;
use super::cover::Cover;
use super::ids::{
    AlertId, ComponentId, CoverId, IncidentId, ModificationId, Number, OwedId, ProbeName, RequestId, SourceId,
};
use super::incident::Incident;
use super::modification::Modification;
use super::now::Elapsed;
use super::observation::Key;
use super::owed::Owed;
use super::past::Past;
use super::probe::Record;
use super::request::Request;
use super::source::Source;
use super::text::{Hashed, Pool, Text};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Unbounded};

/// Everything the desk remembers.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct State {
    /// Sources.
    pub sources: BTreeMap<SourceId, Source>,
    /// Alerts.
    pub alerts: Alerts,
    /// Incidents.
    pub incidents: BTreeMap<IncidentId, Incident>,
    /// Requests.
    pub requests: BTreeMap<RequestId, Request>,
    /// Modifications.
    #[serde(default)]
    pub modifications: BTreeMap<ModificationId, Modification>,
    /// Rows of the ledger.
    pub owed: BTreeMap<OwedId, Owed>,
    /// Planned work and silences.
    #[serde(default)]
    pub covers: BTreeMap<CoverId, Cover>,
    /// What is known of probes.
    #[serde(default)]
    pub probes: BTreeMap<ProbeName, Record>,
    /// Archived incidents, as far as they are examples: by root component, oldest first.
    #[serde(default)]
    pub past: BTreeMap<ComponentId, Vec<Past>>,
    /// Counters for ids and numbers.
    pub counters: Counters,
    /// The books.
    pub tally: Tally,
    /// What belongs to the desk as a whole.
    pub house: House,

    /// Deadlines.
    #[serde(skip)]
    pub agenda: Agenda,
    /// Alerts by the source's id.
    #[serde(skip)]
    pub by_key: BTreeMap<SourceId, BTreeMap<Hashed<Key>, AlertId>>,
    /// Members of incidents.
    #[serde(skip)]
    pub members: BTreeMap<IncidentId, BTreeSet<AlertId>>,
    /// Alerts that have not ended, by where they are.
    #[serde(skip)]
    pub live: BTreeMap<Place, BTreeSet<AlertId>>,
    /// Alerts that are over, since when ([`Alert::over_since`]).
    #[serde(skip)]
    pub over: BTreeSet<(Elapsed, AlertId)>,
    /// Alerts that have not ended, by the name people know their host by.
    #[serde(skip)]
    pub on_host: BTreeMap<Text, BTreeSet<AlertId>>,
    /// Incidents, by where their members are.
    #[serde(skip)]
    pub incidents_at: BTreeMap<Place, BTreeSet<IncidentId>>,
    /// Incidents, by their root: it may be a thing that shows no alert, or that somebody called about.
    #[serde(skip)]
    pub rooted: BTreeMap<ComponentId, BTreeSet<IncidentId>>,
    /// Incidents that stop nothing, by the spares that carry on in their place.
    #[serde(skip)]
    pub carried: BTreeMap<ComponentId, BTreeSet<IncidentId>>,
    /// Where the members of each incident are.
    #[serde(skip)]
    pub places: BTreeMap<IncidentId, BTreeMap<Place, Here>>,
    /// Incidents whose picture changed in this very step: what fails, since when, how badly. Empty between steps.
    #[serde(skip)]
    pub reshaped: BTreeSet<IncidentId>,
    /// Incidents that burn.
    #[serde(skip)]
    pub burning: BTreeSet<IncidentId>,
    /// Requests whose party is closed for long.
    #[serde(skip)]
    pub closed: BTreeSet<RequestId>,
    /// Incidents whose grouping window is open.
    #[serde(skip)]
    pub detecting: BTreeSet<IncidentId>,
    /// Incidents that are numbered and not at their end.
    #[serde(skip)]
    pub open: BTreeSet<IncidentId>,
    /// Incidents that neither are open nor burn: whether numbered, since when, which.
    #[serde(skip)]
    pub ended: BTreeSet<(bool, Timestamp, IncidentId)>,
    /// Incidents by number.
    #[serde(skip)]
    pub by_number: BTreeMap<Number, IncidentId>,
    /// Requests of incidents.
    #[serde(skip)]
    pub requests_of: BTreeMap<IncidentId, BTreeSet<RequestId>>,
    /// Rows of incidents.
    #[serde(skip)]
    pub owed_of: BTreeMap<IncidentId, BTreeSet<OwedId>>,
    /// What is under way and what waits for room, by destination.
    #[serde(skip)]
    pub queues: BTreeMap<String, Queue>,
    /// Rows that tell in one what several were to tell.
    #[serde(skip)]
    pub bundles: BTreeSet<OwedId>,
    /// Rows that ended, by when they may be forgotten ([`Owed::forgotten_from`]).
    #[serde(skip)]
    pub settled: BTreeSet<(Elapsed, OwedId)>,
    /// Members of incidents, by what they have in common with others ([`Alert::shares`]).
    #[serde(skip)]
    pub sharing: BTreeMap<Text, BTreeSet<AlertId>>,
    /// Alerts kept apart by planned work or a silence that have not ended.
    #[serde(skip)]
    pub held_back: BTreeSet<AlertId>,
    /// Planned work and silences that have begun and not ended.
    #[serde(skip)]
    pub active: BTreeSet<CoverId>,
    /// Planned work on components, past work that is still remembered included.
    #[serde(skip)]
    pub worked: BTreeMap<ComponentId, BTreeSet<CoverId>>,
    /// What alerts have in common, kept once.
    #[serde(skip)]
    pub pool: Pool,
}

/// Where an alert is: its component, or its host where no component covers it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A component.
    Component(ComponentId),
    /// A host nobody's component covers.
    Host(Text),
}

impl Alert {
    /// Where it is.
    pub fn place(&self) -> Place {
        self.component.clone().map_or_else(|| Place::Host(self.problem.host.clone()), Place::Component)
    }
}

impl State {
    /// Derives every index from the things.
    pub fn index(&mut self) {
        let things = std::mem::take(self);
        *self = State {
            sources: things.sources,
            modifications: things.modifications,
            probes: things.probes,
            past: things.past,
            counters: things.counters,
            tally: things.tally,
            house: things.house,
            pool: things.pool,
            ..State::default()
        };
        for cover in things.covers.into_values() {
            self.put_cover(cover);
        }
        for (id, source) in &self.sources {
            self.agenda.set(Wakeup::Blind(id.clone()), source.due());
        }
        for incident in things.incidents.into_values() {
            self.put_incident(incident);
        }
        for alert in things.alerts.into_values() {
            self.put_alert(alert);
        }
        for request in things.requests.into_values() {
            self.requests_of.entry(request.incident).or_default().insert(request.id);
            let id = request.id;
            self.requests.insert(id, request);
            self.mark_request(id);
        }
        for row in things.owed.into_values() {
            if let Some(incident) = row.incident {
                self.owed_of.entry(incident).or_default().insert(row.id);
            }
            if row.bundle.is_some() {
                self.bundles.insert(row.id);
            }
            let id = row.id;
            self.owed.insert(id, row);
            self.queue(id);
        }
        self.agenda.set(Wakeup::Digest, self.house.digest_due.map(When::Wall));
        self.agenda.set(Wakeup::HandOver, self.house.hand_over_due.map(When::Wall));
        self.agenda.set(Wakeup::Certificates, self.house.certificates_due.map(When::Wall));
        self.agenda.set(Wakeup::Retention, self.house.removals.due.map(When::Wall));
        self.agenda.set(Wakeup::Addresses, self.house.addresses_due.map(When::Wall));
        self.agenda.set(Wakeup::Heartbeat, self.house.heartbeat.due.map(When::Elapsed));
        self.agenda.set(Wakeup::PlannedEdge, self.house.planned_edge.map(When::Wall));
        self.agenda.set(Wakeup::Expected, self.house.expected_due());
        self.agenda.set(Wakeup::Storm, self.house.storms.due.map(When::Elapsed));
        for channel in self.house.flows.0.keys().cloned().collect::<Vec<_>>() {
            self.watch_channel(&channel);
        }
        self.agenda.set(Wakeup::Sweep, self.house.sweep_due.map(When::Elapsed));
        self.reshaped.clear();
    }

    /// Whether a message that tells several in one carries a request to its vendor.
    pub(super) fn is_bundled(&self, request: RequestId) -> bool {
        let bundles = self.bundles.iter().filter_map(|id| self.owed.get(id)?.bundle.as_ref());
        bundles.into_iter().any(|bundle| bundle.requests.contains(&request))
    }

    /// Takes in an alert that was read from the record, before the indexes are derived. What it has in common with those read
    /// before is one at once: all of them as they are written would need twice the memory.
    pub fn take_in(&mut self, mut alert: Box<Alert>) {
        self.pool.share(&mut alert);
        self.alerts.insert(alert);
    }

    pub(super) fn put_alert(&mut self, mut alert: Box<Alert>) {
        self.remove_alert(alert.id);
        self.pool.share(&mut alert);
        self.by_key.entry(alert.source.clone()).or_default().insert(alert.key.clone().into(), alert.id);
        let (alerts, mut stands) = self.stands();
        stands.enter(&alert);
        alerts.insert(alert);
    }

    pub(super) fn remove_alert(&mut self, id: AlertId) -> Option<Box<Alert>> {
        let alert = self.alerts.remove(&id)?;
        if let Some(keys) = self.by_key.get_mut(&alert.source) {
            keys.remove(&alert.key.clone().into());
            if keys.is_empty() {
                self.by_key.remove(&alert.source);
            }
        }
        self.stands().1.leave(&alert);
        self.pool.stir();
        Some(alert)
    }

    /// The alert a source knows by a key of its own.
    pub fn known_by(&self, source: &SourceId, key: &Key) -> Option<AlertId> {
        self.by_key.get(source)?.get(&key.clone().into()).copied()
    }

    /// The members of an incident, in order of arrival.
    pub fn members_of(&self, incident: IncidentId) -> impl Iterator<Item = &Alert> {
        self.members.get(&incident).into_iter().flatten().filter_map(|id| self.alerts.get(id))
    }

    /// The requests of an incident, oldest first.
    pub fn requests_of(&self, incident: IncidentId) -> impl Iterator<Item = &Request> {
        self.requests_of.get(&incident).into_iter().flatten().filter_map(|id| self.requests.get(id))
    }

    /// The rows of an incident, oldest first.
    pub fn owed_of(&self, incident: IncidentId) -> impl Iterator<Item = &Owed> {
        self.owed_of.get(&incident).into_iter().flatten().filter_map(|id| self.owed.get(id))
    }

    /// The rows of an incident after row `after`, oldest first.
    pub(super) fn owed_after(&self, incident: IncidentId, after: OwedId) -> impl Iterator<Item = &Owed> {
        let rows =
            self.owed_of.get(&incident).into_iter().flat_map(move |rows| rows.range((Excluded(after), Unbounded)));
        rows.filter_map(|id| self.owed.get(id))
    }

    /// Burning incidents with a member at a place.
    pub(super) fn burning_at(&self, place: &Place) -> impl Iterator<Item = IncidentId> {
        self.incidents_at.get(place).into_iter().flat_map(|all| all.intersection(&self.burning)).copied()
    }

    /// Burning incidents whose root is this component.
    pub(super) fn burning_from(&self, root: &ComponentId) -> impl Iterator<Item = IncidentId> {
        self.rooted.get(root).into_iter().flat_map(|all| all.intersection(&self.burning)).copied()
    }

    /// Alerts on a host, by the name people know it by, that have not ended.
    pub fn members_of_host(&self, host_name: &str) -> impl Iterator<Item = &Alert> {
        self.on_host.get(host_name).into_iter().flatten().filter_map(|id| self.alerts.get(id))
    }

    /// Alerts at a place that have not ended.
    pub fn live_at(&self, place: &Place) -> impl Iterator<Item = &Alert> {
        self.live.get(place).into_iter().flatten().filter_map(|id| self.alerts.get(id))
    }
}

/// Takes `thing` out of what an index has under `key`; nothing is left where nothing is.
fn take_out<K: Ord, T: Ord>(index: &mut BTreeMap<K, BTreeSet<T>>, key: &K, thing: T) {
    if let Some(there) = index.get_mut(key) {
        there.remove(&thing);
        if there.is_empty() {
            index.remove(key);
        }
    }
}
