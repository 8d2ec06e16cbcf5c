//! The lines of an export. Their names are documented in the README and stay; a test compares both.

use crate::desk::alert::{Alert, Standing, Suppression};
use crate::desk::ids::Number;
use crate::desk::incident::{Cause, Incident, Link, Severity, StatusName, Transition};
use crate::desk::letter::{Ask, DetectedBy};
use crate::desk::observation::Level;
use crate::desk::owed::{Addressed, Owed, OwedState, Work};
use crate::desk::request::{Request, RequestState};
use crate::desk::rules::{Confidence, DataImpact, VerdictCode};
use crate::desk::{Change, Entry, Frame, Reason};
use jiff::Timestamp;
use serde::Serialize;

/// One line.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Line<'a> {
    /// The first: what follows.
    Record { format: u32, version: &'static str, exported: Timestamp, first_seq: u64 },
    /// One change, where the record's entries are asked for.
    Entry { seq: u64, nth: usize, at: Timestamp, change: &'a Change, reason: &'a Reason },
    /// An incident.
    Incident(Box<IncidentLine<'a>>),
    /// A request.
    Request(RequestLine<'a>),
    /// A row of the outbox.
    Row(RowLine<'a>),
    /// An alert.
    Alert(AlertLine<'a>),
    /// The last: an export without it was cut short.
    End { last_seq: u64, counts: Counts },
}

#[derive(Debug, Serialize)]
pub(super) struct IncidentLine<'a> {
    id: String,
    number: Option<&'a Number>,
    status: StatusName,
    severity: Option<u8>,
    detected_by: DetectedBy,
    occurred: Timestamp,
    detected: Timestamp,
    accepted: Option<Timestamp>,
    summary: &'a str,
    root: Option<&'a str>,
    owner: Option<&'a str>,
    verdict: Option<VerdictLine<'a>>,
    desk_started: Option<Timestamp>,
    usable: Option<Timestamp>,
    restored: Option<Timestamp>,
    treatment: &'a str,
    cause: Option<&'a Cause>,
    data: Option<DataImpact>,
    reports: u32,
    links: Vec<(Link, String)>,
    transitions: &'a [Transition],
}

#[derive(Debug, Serialize)]
struct VerdictLine<'a> {
    at: Timestamp,
    code: VerdictCode,
    confidence: Confidence,
    parties: Vec<&'a str>,
    component: Option<&'a str>,
    rule: Option<&'a str>,
}

#[derive(Debug, Serialize)]
pub(super) struct RequestLine<'a> {
    id: String,
    incident: String,
    party: &'a str,
    ask: Ask,
    component: Option<&'a str>,
    state: RequestState,
    asked: Timestamp,
    acknowledge_by: Timestamp,
    acknowledged: Option<Timestamp>,
    started: Option<Timestamp>,
    chased: u32,
}

#[derive(Debug, Serialize)]
pub(super) struct RowLine<'a> {
    id: String,
    key: &'a str,
    what: &'static str,
    incident: Option<String>,
    request: Option<String>,
    party: Option<&'a str>,
    destination: String,
    addresses: Vec<AddressLine<'a>>,
    state: &'static str,
    ended: Option<Timestamp>,
    why: Option<&'a str>,
    decided: Timestamp,
    attempts: u32,
    unanswered: u32,
}

#[derive(Debug, Serialize)]
struct AddressLine<'a> {
    name: &'a str,
    address: &'a str,
    must_act: bool,
    accepted: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct AlertLine<'a> {
    id: String,
    source: &'a str,
    key: &'a str,
    host: &'a str,
    host_name: &'a str,
    summary: &'a str,
    level: Level,
    component: Option<&'a str>,
    occurred: Timestamp,
    received: Timestamp,
    gone: Option<Timestamp>,
    incident: Option<String>,
    suppressed: Option<&'a Suppression>,
    repeats: u64,
}

/// How many lines of each kind there are.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct Counts {
    entries: u64,
    incidents: u64,
    requests: u64,
    rows: u64,
    alerts: u64,
    /// Stretches of the record that could not be read.
    pub(super) lost: u64,
    /// Incidents that are known to exist, and of which there is no line.
    pub(super) incidents_missing: u64,
}

impl Counts {
    pub(super) fn count(&mut self, line: &Line<'_>) {
        match line {
            Line::Entry { .. } => self.entries += 1,
            Line::Incident(_) => self.incidents += 1,
            Line::Request(_) => self.requests += 1,
            Line::Row(_) => self.rows += 1,
            Line::Alert(_) => self.alerts += 1,
            Line::Record { .. } | Line::End { .. } => {}
        }
    }
}

impl<'a> Line<'a> {
    pub(super) fn record(format: u32, exported: Timestamp, first_seq: u64) -> Self {
        Line::Record { format, version: env!("CARGO_PKG_VERSION"), exported, first_seq }
    }

    pub(super) fn entry(seq: u64, nth: usize, frame: &Frame, entry: &'a Entry) -> Self {
        Line::Entry { seq, nth, at: frame.at.wall, change: &entry.change, reason: &entry.reason }
    }

    pub(super) fn incident(incident: &'a Incident) -> Self {
        let severity = |severity: &Severity| severity.value;
        let verdict = incident.verdict().map(|verdict| VerdictLine {
            at: verdict.at,
            code: verdict.code,
            confidence: verdict.confidence,
            parties: verdict.parties.iter().map(|party| party.as_str()).collect(),
            component: verdict.component.as_ref().map(|component| component.as_str()),
            rule: verdict.rule.as_deref(),
        });
        Line::Incident(Box::new(IncidentLine {
            id: incident.id.to_string(),
            number: incident.number.as_ref(),
            status: incident.status.name(),
            severity: incident.severity.as_ref().map(severity),
            detected_by: incident.detected_by,
            occurred: incident.occurred,
            detected: incident.detected.wall,
            accepted: incident.accepted,
            summary: &incident.summary,
            root: incident.root.as_ref().map(|root| root.as_str()),
            owner: incident.owner.as_ref().map(|owner| owner.as_str()),
            verdict,
            desk_started: incident.desk_started,
            usable: incident.usable,
            restored: incident.restored.as_ref().map(|restored| restored.at),
            treatment: &incident.treatment,
            cause: incident.cause.as_ref(),
            data: incident.data,
            reports: incident.reporting.count,
            links: incident.links.iter().map(|(link, id)| (*link, id.to_string())).collect(),
            transitions: &incident.transitions,
        }))
    }

    pub(super) fn request(request: &'a Request) -> Self {
        Line::Request(RequestLine {
            id: request.id.to_string(),
            incident: request.incident.to_string(),
            party: request.party.as_str(),
            ask: request.ask,
            component: request.component.as_ref().map(|component| component.as_str()),
            state: request.state,
            asked: request.asked,
            acknowledge_by: request.acknowledge_by,
            acknowledged: request.acknowledged,
            started: request.started,
            chased: request.chased,
        })
    }

    pub(super) fn row(row: &'a Owed) -> Self {
        let addresses: &[Addressed] = match &row.work {
            Work::Message { addresses, .. } => addresses,
            Work::Ping { .. }
            | Work::Echoes { .. }
            | Work::Probe { .. }
            | Work::Evidence(_)
            | Work::WriteBack { .. } => &[],
        };
        let address = |known: &'a Addressed| AddressLine {
            name: &known.name,
            address: &known.address,
            must_act: known.must_act,
            accepted: known.accepted(),
        };
        let (state, ended, why) = match &row.state {
            OwedState::Waiting { .. } => ("waiting", None, None),
            OwedState::Held { .. } => ("held", None, None),
            OwedState::Started { .. } => ("started", None, None),
            OwedState::Done { at } => ("done", Some(*at), None),
            OwedState::Dead { at, why } => ("dead", Some(*at), Some(why.as_str())),
            OwedState::Superseded => ("superseded", None, None),
            OwedState::Dropped { at, reason, .. } => ("dropped", Some(*at), Some(reason.as_str())),
        };
        Line::Row(RowLine {
            id: row.id.to_string(),
            key: &row.key,
            what: row.kind(),
            incident: row.incident.map(|incident| incident.to_string()),
            request: row.request.map(|request| request.to_string()),
            party: row.party().map(|party| party.as_str()),
            destination: row.destination().into_owned(),
            addresses: addresses.iter().map(address).collect(),
            state,
            ended,
            why,
            decided: row.decided.wall,
            attempts: row.attempts,
            unanswered: row.unknowns,
        })
    }

    pub(super) fn alert(alert: &'a Alert) -> Self {
        let suppressed = match &alert.standing {
            Standing::Suppressed(why) => Some(why),
            Standing::Member(_) | Standing::Pending => None,
        };
        Line::Alert(AlertLine {
            id: alert.id.to_string(),
            source: alert.source.as_str(),
            key: &alert.key.0,
            host: &alert.problem.host,
            host_name: &alert.problem.host_name,
            summary: &alert.problem.summary,
            level: alert.problem.level,
            component: alert.component.as_ref().map(|component| component.as_str()),
            occurred: alert.at,
            received: alert.received.wall,
            gone: alert.gone.as_ref().map(|gone| gone.at),
            incident: alert.incident().map(|incident| incident.to_string()),
            suppressed,
            repeats: alert.repeats,
        })
    }
}
