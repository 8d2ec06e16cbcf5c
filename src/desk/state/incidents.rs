//! Incidents and requests coming, changing and leaving, with the indexes derived from them.

use super::{State, Wakeup, When, take_out};
use crate::desk::ids::{ComponentId, IncidentId, RequestId};
use crate::desk::incident::{Incident, StatusName};
use jiff::Timestamp;
use std::collections::BTreeSet;

impl State {
    pub(in crate::desk) fn put_incident(&mut self, incident: Incident) {
        let (id, name) = (incident.id, incident.status.name());
        if let Some(number) = &incident.number {
            self.by_number.insert(number.clone(), id);
        }
        for (wakeup, when) in incident.dues() {
            self.agenda.set(wakeup, when);
        }
        let root = incident.root.clone();
        self.mark_ended(None, incident.ended());
        self.incidents.insert(id, incident);
        self.mark_incident(id, name);
        self.root_of(id, None, root);
        self.carriers_of(id, &BTreeSet::new());
    }

    /// An archived incident leaves, with everything derived from it. One that is not known is counted.
    pub(in crate::desk) fn remove_incident(&mut self, id: IncidentId) {
        let Some(incident) = self.incidents.remove(&id) else {
            self.tally.strays += 1;
            return;
        };
        if let Some(number) = &incident.number {
            self.by_number.remove(number);
        }
        for (wakeup, _) in incident.dues() {
            self.agenda.set(wakeup, None);
        }
        for set in [&mut self.open, &mut self.detecting, &mut self.burning, &mut self.reshaped] {
            set.remove(&id);
        }
        self.mark_ended(incident.ended(), None);
        self.carriers_of(id, &incident.carriers());
        self.root_of(id, incident.root, None);
    }

    pub(in crate::desk) fn remove_request(&mut self, id: RequestId) {
        let Some(request) = self.requests.remove(&id) else { return };
        take_out(&mut self.requests_of, &request.incident, id);
    }

    /// The root of an incident moved.
    pub(in crate::desk) fn root_of(&mut self, id: IncidentId, before: Option<ComponentId>, after: Option<ComponentId>) {
        if before == after {
            return;
        }
        if let Some(before) = before {
            take_out(&mut self.rooted, &before, id);
        }
        if let Some(after) = after {
            self.rooted.entry(after).or_default().insert(id);
        }
    }

    /// What carries on in place of an incident's failing things is another now than `before`.
    pub(in crate::desk) fn carriers_of(&mut self, id: IncidentId, before: &BTreeSet<ComponentId>) {
        let after = self.incidents.get(&id).map(Incident::carriers).unwrap_or_default();
        for carrier in before.difference(&after) {
            take_out(&mut self.carried, carrier, id);
        }
        for carrier in after.difference(before) {
            self.carried.entry(carrier.clone()).or_default().insert(id);
        }
    }

    /// An incident ended at another moment, or goes on.
    pub(in crate::desk) fn mark_ended(
        &mut self,
        before: Option<(bool, Timestamp, IncidentId)>,
        after: Option<(bool, Timestamp, IncidentId)>,
    ) {
        if before != after {
            before.map(|before| self.ended.remove(&before));
            self.ended.extend(after);
        }
    }

    pub(in crate::desk) fn mark_incident(&mut self, id: IncidentId, status: StatusName) {
        for (set, inside) in [
            (&mut self.open, status.open()),
            (&mut self.detecting, status == StatusName::Detected),
            (&mut self.burning, status.burning()),
        ] {
            if inside {
                set.insert(id);
            } else {
                set.remove(&id);
            }
        }
    }

    /// Deadlines of a request, and whether its party is closed for long.
    pub(in crate::desk) fn mark_request(&mut self, id: RequestId) {
        let request = self.requests.get(&id);
        let chase = request.and_then(|request| request.chase_at).map(When::Wall);
        let closure = request.and_then(|request| request.closure.as_ref()).map(|closure| When::Wall(closure.due));
        if closure.is_some() {
            self.closed.insert(id);
        } else {
            self.closed.remove(&id);
        }
        self.agenda.set(Wakeup::Chase(id), chase);
        self.agenda.set(Wakeup::Closure(id), closure);
    }
}
