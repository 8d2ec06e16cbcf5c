//! The record as a stranger reads it: what became of each row and each alert, by the entries alone.

use kiriwake::desk::alert::{self, Standing};
use kiriwake::desk::ids::{AlertId, IncidentId, OwedId, SourceId};
use kiriwake::desk::incident::{self, Edit, StatusName};
use kiriwake::desk::letter::{Letter, Matter, Notice};
use kiriwake::desk::now::Now;
use kiriwake::desk::observation::{Key, Level};
use kiriwake::desk::outcome::Delivery;
use kiriwake::desk::owed::{self, Owed, OwedState, Reason as RowReason, Work};
use kiriwake::desk::source;
use kiriwake::desk::{Change, Entry, Frame, Reason};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub(crate) struct Record<'a> {
    pub(crate) rows: BTreeMap<OwedId, Row<'a>>,
    pub(crate) alerts: BTreeMap<AlertId, Alert<'a>>,
    pub(crate) by_key: BTreeMap<(SourceId, Key), Vec<AlertId>>,
    pub(crate) strays: BTreeMap<(SourceId, Key), u64>,
    pub(crate) unreadable: BTreeMap<SourceId, u64>,
    pub(crate) numbered: BTreeMap<IncidentId, Now>,
    /// Somebody cancelled it, or made it part of another.
    pub(crate) taken_back: BTreeSet<IncidentId>,
    /// Incidents about which a vendor is asked when the desk opens.
    pub(crate) to_inquire: BTreeSet<IncidentId>,
}

/// What became of a row.
pub(crate) struct Row<'a> {
    /// As it was decided.
    pub(crate) decided: &'a Owed,
    pub(crate) came: Vec<Came<'a>>,
    pub(crate) rerouted: bool,
    /// By when it must be there, in elapsed time.
    pub(crate) due: u64,
    pub(crate) revived: Option<Now>,
    /// When it was let go after the desk was to look at it, and by when it must be there since.
    pub(crate) let_go: Option<(Now, u64)>,
    /// The desk is to look at it, and until when.
    pub(crate) held_until: Option<u64>,
    /// Held after a restore: it may have left before, by another desk.
    pub(crate) held: u64,
    /// Where it stands, since which frame and why.
    pub(crate) state: &'a OwedState,
    pub(crate) since: usize,
    pub(crate) why: Option<&'a RowReason>,
}

/// What is on record of an attempt's end.
pub(crate) struct Came<'a> {
    pub(crate) attempt: u32,
    pub(crate) results: &'a [(String, Delivery)],
    pub(crate) frame: usize,
}

pub(crate) struct Alert<'a> {
    pub(crate) opened: &'a alert::Alert,
    pub(crate) repeats: u64,
    pub(crate) level: Level,
    pub(crate) standing: Standing,
    pub(crate) gone: bool,
}

impl<'a> Record<'a> {
    pub(crate) fn read(frames: &'a [Frame]) -> Self {
        let mut record = Record::default();
        for (place, frame) in frames.iter().enumerate() {
            for entry in &frame.entries {
                record.take(place, frame, entry);
            }
        }
        record
    }

    fn take(&mut self, place: usize, frame: &'a Frame, entry: &'a Entry) {
        match &entry.change {
            Change::Owed(change) => self.row(place, frame, change, &entry.reason),
            Change::Alert(change) => self.alert(change),
            Change::Source { source: id, change: source::Change::Unreadable { .. } } => {
                *self.unreadable.entry(id.clone()).or_default() += 1;
            }
            Change::Incident(incident::Change { incident, what: Edit::Numbered { .. } }) => {
                self.numbered.insert(*incident, frame.at);
            }
            Change::Incident(incident::Change { incident, what: Edit::InquireAt(at) }) => {
                let _ = match at {
                    Some(_) => self.to_inquire.insert(*incident),
                    None => self.to_inquire.remove(incident),
                };
            }
            Change::Incident(incident::Change { incident, what: Edit::Status { to, by: Some(_), .. } })
                if matches!(to.name(), StatusName::Cancelled | StatusName::Merged) =>
            {
                self.taken_back.insert(*incident);
            }
            _ => {}
        }
    }

    fn row(&mut self, place: usize, frame: &'a Frame, change: &'a owed::Change, reason: &'a Reason) {
        if let owed::Change::Owed(row) = change {
            let story = Row {
                decided: row,
                came: Vec::new(),
                rerouted: false,
                due: row.deliver_by.0,
                revived: None,
                let_go: None,
                held_until: None,
                held: 0,
                state: &row.state,
                since: place,
                why: None,
            };
            self.rows.insert(row.id, story);
            return;
        }
        let Some(row) = self.rows.get_mut(&change.owed()) else { return };
        let why = if let Reason::Owed(why) = reason { Some(why) } else { None };
        match change {
            owed::Change::Came { attempt, results, state, .. } => {
                row.came.push(Came { attempt: *attempt, results, frame: place });
                (row.state, row.since, row.why) = (state, place, why);
            }
            owed::Change::Rerouted { .. } => row.rerouted = true,
            owed::Change::Hurried { deliver_by, .. } => row.due = row.due.min(deliver_by.0),
            owed::Change::Revived { .. } => {
                row.revived = Some(frame.at);
                (row.state, row.since, row.why) = (&row.decided.state, place, why);
            }
            owed::Change::ForApproval { until, .. } => row.held_until = Some(until.0),
            owed::Change::LetGo { deliver_by, .. } => {
                row.held_until = None;
                row.let_go = Some((frame.at, deliver_by.0));
                row.due = deliver_by.0;
                (row.state, row.since, row.why) = (&row.decided.state, place, why);
            }
            owed::Change::Held { state, .. } => {
                row.held += 1;
                (row.state, row.since, row.why) = (state, place, why);
            }
            owed::Change::Ended { state, .. } => (row.state, row.since, row.why) = (state, place, why),
            owed::Change::Owed(_)
            | owed::Change::Started { .. }
            | owed::Change::Again { .. }
            | owed::Change::Readdressed { .. }
            | owed::Change::Forgotten(_) => {}
        }
    }

    fn alert(&mut self, change: &'a alert::Change) {
        match change {
            alert::Change::Opened(opened) => {
                self.by_key.entry((opened.source.clone(), opened.key.clone())).or_default().push(opened.id);
                let (level, standing) = (opened.problem.level, opened.standing.clone());
                let story = Alert { opened, repeats: 0, level, standing, gone: false };
                self.alerts.insert(opened.id, story);
            }
            alert::Change::Stray { source, key } => {
                *self.strays.entry((source.clone(), key.clone())).or_default() += 1;
            }
            other => {
                let Some(known) = other.alert().and_then(|id| self.alerts.get_mut(&id)) else { return };
                match other {
                    alert::Change::Repeated(_) => known.repeats += 1,
                    alert::Change::Altered { level, .. } => known.level = level.unwrap_or(known.level),
                    alert::Change::Gone { .. } => known.gone = true,
                    alert::Change::Stands { standing, .. } => known.standing = standing.clone(),
                    _ => {}
                }
            }
        }
    }
}

impl<'a> Row<'a> {
    /// The letter of a message, with its party and channel; `None` of anything else.
    pub(crate) fn message(&self) -> Option<(&'a str, &'a str, &'a Letter)> {
        match &self.decided.work {
            Work::Message { party, channel, letter, .. } => Some((party.as_str(), channel.as_str(), letter)),
            _ => None,
        }
    }

    /// It tells that another was not delivered: of such trouble with itself nobody is told again.
    pub(crate) fn is_notice(&self) -> bool {
        self.message().is_some_and(|(_, _, letter)| {
            let notice = |notice: &Notice| matches!(notice, Notice::NotDelivered(_));
            match &letter.matter {
                Matter::Internal { notice: what, .. } => notice(what),
                Matter::Digest { .. } => true,
                // Of signs of life that are not taken the first is told, and it is one of many.
                Matter::Heartbeat { .. } => true,
                _ => false,
            }
        })
    }

    /// A far end refused it for good at this address, at some time.
    pub(crate) fn was_refused(&self, address: &str) -> bool {
        let results = self.came.iter().flat_map(|came| came.results);
        results.into_iter().any(|(known, delivery)| known == address && is_final(delivery))
    }

    /// Its addresses.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = &'a str> {
        let addresses = match &self.decided.work {
            Work::Message { addresses, .. } => addresses.as_slice(),
            _ => &[],
        };
        addresses.iter().map(|known| known.address.as_str())
    }

    /// Every incident it tells of.
    pub(crate) fn incidents(&self) -> impl Iterator<Item = IncidentId> {
        let bundled = self.decided.bundle.iter().flat_map(|bundle| bundle.incidents.iter().copied());
        self.decided.incident.into_iter().chain(bundled)
    }

    /// What is on record of an address, the last word of it, and when it came.
    pub(crate) fn last_of(&self, address: &str) -> Option<(&'a Delivery, usize)> {
        self.came.iter().rev().find_map(|came| {
            let of = came.results.iter().find(|(known, _)| known == address);
            of.map(|(_, delivery)| (delivery, came.frame))
        })
    }
}

/// A far end that will never take it.
pub(crate) fn is_final(delivery: &Delivery) -> bool {
    use kiriwake::desk::outcome::Refused;
    matches!(delivery, Delivery::Refused { what: Refused::Recipient | Refused::Message, .. } | Delivery::TooBig { .. })
}
