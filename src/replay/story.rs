//! One incident's story out of the record: what was seen, pinged, called and answered, and which verdicts came of it.

use super::Recorded;
use crate::desk::act::{Act, Deed};
use crate::desk::alert::{self, Alert, Standing};
use crate::desk::ids::{AlertId, ComponentId, IncidentId, Number, PartyId, ProbeName};
use crate::desk::incident::{self, Edit, Incident, Probe, Verdict};
use crate::desk::letter::{Ask, By};
use crate::desk::observation::{Evidence, Level};
use crate::desk::owed::{self, Work};
use crate::desk::probe::Trial;
use crate::desk::request;
use crate::desk::state::State;
use crate::desk::{Change, Frame, Input, Reason};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Something that came in.
#[derive(Debug, Clone)]
pub(super) enum Event {
    /// A problem began.
    Began(Box<Alert>),
    /// Something about it changed.
    Altered { alert: AlertId, level: Option<Level>, suppressed: Option<bool>, monitored: Option<bool> },
    /// It ended.
    Ended { alert: AlertId, at: Timestamp, evidence: Evidence },
    /// Somebody called.
    Called(Act),
    /// A party answered that it is not its part.
    HandedBack(PartyId),
    /// Part of it was another fault.
    Split(Vec<String>),
}

/// What the record holds of one incident, and of what else was seen in that time.
#[derive(Debug, Default)]
pub(super) struct Story {
    pub(super) number: Option<Number>,
    pub(super) id: Option<IncidentId>,
    pub(super) members: BTreeSet<AlertId>,
    pub(super) alerts: BTreeMap<AlertId, Alert>,
    pub(super) events: Vec<(Timestamp, Event)>,
    pub(super) verdicts: Vec<Verdict>,
    /// Parties asked by the machine's word.
    pub(super) asked: Vec<(PartyId, Ask)>,
    /// Pinged addresses, and what came.
    pub(super) pings: BTreeMap<String, Probe>,
    /// Named probes, and what came.
    pub(super) trials: BTreeMap<ProbeName, Trial>,
    /// The other incident, where the desk split this one off it or made the two one (統合): it cannot be told alone.
    pub(super) entangled: Option<String>,
    addresses: BTreeMap<ComponentId, String>,
    /// What is known of incidents that have no number yet.
    early: BTreeMap<IncidentId, Early>,
    ever: BTreeMap<AlertId, BTreeSet<IncidentId>>,
}

/// What came before the number.
#[derive(Debug, Default)]
struct Early {
    called: Option<(Timestamp, Act)>,
    pings: BTreeMap<String, Probe>,
    trials: BTreeMap<ProbeName, Trial>,
    verdicts: Vec<Verdict>,
}

impl Story {
    /// Begins with what is open in `state`.
    pub(super) fn of(number: Number, state: &State) -> Self {
        let mut story = Self { id: state.by_number.get(&number).copied(), number: Some(number), ..Self::default() };
        for row in state.owed.values() {
            story.row(row);
        }
        for alert in state.alerts.values() {
            story.began(alert.received.wall, alert);
            if let Some(gone) = &alert.gone {
                story.ended(alert.received.wall.max(gone.at), alert.id, gone);
            }
        }
        if let Some(incident) = story.id.and_then(|id| state.incidents.get(&id)) {
            story.verdicts.clone_from(&incident.verdicts);
            story.pinged(incident);
        }
        story.events.sort_by_key(|(at, _)| *at);
        story
    }

    fn pinged(&mut self, incident: &Incident) {
        self.trials.clone_from(&incident.probes);
        for (component, probe) in &incident.pings {
            if let Some(address) = self.addresses.get(component) {
                self.pings.insert(address.clone(), probe.clone());
            }
        }
    }

    fn row(&mut self, row: &owed::Owed) {
        if let Work::Ping { component, address } = &row.work {
            self.addresses.insert(component.clone(), address.clone());
        }
    }

    fn began(&mut self, at: Timestamp, alert: &Alert) {
        self.alerts.insert(alert.id, alert.clone());
        self.events.push((at, Event::Began(Box::new(alert.clone()))));
        self.stands(alert.id, &alert.standing);
    }

    fn ended(&mut self, learnt: Timestamp, alert: AlertId, gone: &alert::Gone) {
        let (at, evidence) = (gone.at, gone.evidence.clone());
        self.events.push((learnt, Event::Ended { alert, at, evidence }));
    }

    fn stands(&mut self, alert: AlertId, standing: &Standing) {
        if let Standing::Member(incident) = standing {
            self.ever.entry(alert).or_default().insert(*incident);
        }
    }

    /// Takes down what one frame says; whether the incident is at its end.
    pub(super) fn take(&mut self, recorded: &Recorded) -> bool {
        let frame = &recorded.frame;
        let at = frame.at.wall;
        let mut over = false;
        for entry in &frame.entries {
            match &entry.change {
                Change::Alert(change) => self.alert(at, change),
                Change::Owed(owed::Change::Owed(row)) => self.row(row),
                Change::Request(request::Change::Decided(request)) if Some(request.incident) == self.id => {
                    if matches!(entry.reason, Reason::Request(request::Reason::Verdict)) {
                        self.asked.push((request.party.clone(), request.ask));
                    }
                }
                Change::Incident(incident::Change { incident, what }) => {
                    if let (Edit::Opened(_), Input::Act { act, .. }) = (what, &frame.input)
                        && matches!(act, Act::Open { .. })
                    {
                        self.early.entry(*incident).or_default().called = Some((at, act.clone()));
                    }
                    over |= self.incident(*incident, what);
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
        if let Input::Act { act: Act::On { incident, deed: Deed::HandBack { party, .. } }, .. } = &frame.input
            && Some(incident) == self.number.as_ref().map(|number| &number.0)
        {
            let answered = frame.entries.iter().find_map(|entry| match &entry.change {
                Change::Incident(incident::Change { what: Edit::HandedBack(answer), .. }) => Some(answer.party.clone()),
                _ => None,
            });
            let party = answered.or_else(|| party.clone());
            self.events.extend(party.map(|party| (at, Event::HandedBack(party))));
        }
        self.split_or_merged(&recorded.frame);
        over
    }

    /// What the desk made of it together with another incident.
    fn split_or_merged(&mut self, frame: &Frame) {
        let Input::Act { act: Act::On { incident, deed }, .. } = &frame.input else { return };
        let ours = |name: &String| {
            self.number.as_ref().is_some_and(|number| number.0 == *name)
                || self.id.is_some_and(|id| id.to_string() == *name)
        };
        let numbered_here = || {
            let number =
                |what: &Edit| matches!(what, Edit::Numbered { number, .. } if Some(number) == self.number.as_ref());
            frame.entries.iter().any(|entry| matches!(&entry.change, Change::Incident(change) if number(&change.what)))
        };
        match deed {
            _ if frame.entries.is_empty() => {}
            Deed::Split { places, .. } if ours(incident) => {
                self.events.push((frame.at.wall, Event::Split(places.clone())));
            }
            Deed::Split { .. } if numbered_here() => self.entangled = Some(incident.clone()),
            Deed::Merge { into, .. } if ours(incident) => self.entangled = Some(into.clone()),
            Deed::Merge { into, .. } if ours(into) => self.entangled = Some(incident.clone()),
            _ => {}
        }
    }

    fn alert(&mut self, at: Timestamp, change: &alert::Change) {
        match change {
            alert::Change::Opened(alert) => self.began(at, alert),
            alert::Change::Altered { alert, level, suppressed, monitored, .. } => {
                let (alert, level, suppressed, monitored) = (*alert, *level, *suppressed, *monitored);
                self.events.push((at, Event::Altered { alert, level, suppressed, monitored }));
            }
            alert::Change::Gone { alert, gone } => self.ended(at, *alert, gone),
            alert::Change::Stands { alert, standing } => self.stands(*alert, standing),
            alert::Change::Repeated(_)
            | alert::Change::CountsFrom { .. }
            | alert::Change::Forgotten(_)
            | alert::Change::Stray { .. } => {}
        }
    }

    fn incident(&mut self, id: IncidentId, what: &Edit) -> bool {
        let ours = self.id == Some(id);
        match what {
            Edit::Numbered { number, .. } if Some(number) == self.number.as_ref() => {
                self.id = Some(id);
                let early = self.early.remove(&id).unwrap_or_default();
                self.events.extend(early.called.map(|(at, act)| (at, Event::Called(act))));
                self.events.sort_by_key(|(at, _)| *at);
                self.pings.extend(early.pings);
                self.trials.extend(early.trials);
                self.verdicts.extend(early.verdicts);
            }
            Edit::Verdict(verdict) if ours => self.verdicts.push((**verdict).clone()),
            Edit::Verdict(verdict) => self.early.entry(id).or_default().verdicts.push((**verdict).clone()),
            Edit::Probe { component, probe } => {
                let Some(address) = self.addresses.get(component).cloned() else { return false };
                let pings = if ours { &mut self.pings } else { &mut self.early.entry(id).or_default().pings };
                pings.insert(address, probe.clone());
            }
            Edit::Trial { probe, trial } => {
                let trials = if ours { &mut self.trials } else { &mut self.early.entry(id).or_default().trials };
                trials.insert(probe.clone(), trial.clone());
            }
            Edit::Status { to, .. } if ours => {
                return matches!(to, incident::Status::Closed | incident::Status::Cancelled);
            }
            _ => {}
        }
        false
    }

    /// Says who ever belonged to it.
    pub(super) fn gather(&mut self) {
        let Some(id) = self.id else { return };
        self.members = self.ever.iter().filter(|(_, held)| held.contains(&id)).map(|(alert, _)| *alert).collect();
    }

    /// The verdicts a case must bring: the desk's word where it decided otherwise, else each of the machine's.
    pub(super) fn wanted(&self) -> Vec<&Verdict> {
        let machine: Vec<&Verdict> = self.verdicts.iter().filter(|verdict| verdict.by == By::Machine).collect();
        match (self.verdicts.iter().rev().find(|verdict| verdict.by == By::Desk), machine.last()) {
            (Some(desk), Some(last)) if (desk.code, &desk.parties) != (last.code, &last.parties) => vec![desk],
            (Some(desk), None) => vec![desk],
            _ => machine,
        }
    }
}
