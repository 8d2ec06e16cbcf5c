//! The evidence of one incident: what was gathered, what could not be had, and the record as it stood, as one document.

use super::beside::{ChangeLine, beside};
use super::gone::Removed;
use super::view;
use crate::desk::Desk;
use crate::desk::alert::Alert;
use crate::desk::evidence::{Pack, Part};
use crate::desk::ids::{ComponentId, IncidentId, ProbeName};
use crate::desk::incident::{Found, Incident, Probe, Severity, Verdict};
use crate::desk::letter::OccurredMark;
use crate::desk::probe::Trial;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Alerts written into the record of one incident.
const MOST_ALERTS: usize = 500;

/// What a command shows of an incident's evidence.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Evidence {
    /// KW number, or the internal id before 受付.
    pub number: String,
    /// What it is about.
    pub summary: String,
    /// 発生
    pub occurred: Timestamp,
    /// IANA zone times are shown in.
    pub timezone: String,
    /// Member alerts on record.
    pub alerts: usize,
    /// Pings and probes that brought something, and those that were asked for.
    pub probes: (usize, usize),
    /// Changes shortly before.
    pub changes: usize,
    /// What was gathered.
    pub pack: Pack,
    /// Files of it that were removed.
    #[serde(default)]
    pub gone: Removed,
    /// Files of it that are not there, although nobody removed them: their names.
    #[serde(default)]
    pub missing: BTreeSet<String>,
}

/// The evidence of the incident called `name`.
pub fn evidence(desk: &Desk, name: &str) -> Option<Evidence> {
    let incident = view::named(desk, name)?;
    let pings = incident.pings.values().map(|ping| matches!(ping, Probe::Came { .. }));
    let probes = pings.chain(incident.probes.values().map(|trial| matches!(trial, Trial::Came { .. })));
    Some(Evidence {
        number: incident.name(),
        summary: view::summary(desk, incident),
        occurred: incident.occurred,
        timezone: desk.book().rules.site.timezone.clone(),
        alerts: desk.state().members_of(incident.id).count(),
        probes: probes.fold((0, 0), |(came, all), one| (came + usize::from(one), all + 1)),
        changes: beside(desk, incident).changes.len(),
        pack: incident.evidence.clone(),
        gone: Removed::new(),
        missing: BTreeSet::new(),
    })
}

/// The `nth` file (from 1) of the incident called `name`.
pub fn part(desk: &Desk, name: &str, nth: usize) -> Option<Part> {
    view::named(desk, name)?.evidence.parts.get(nth.checked_sub(1)?).cloned()
}

/// The record of one incident as it stands, bounded.
#[derive(Serialize)]
struct Record<'a> {
    incident: String,
    written: Timestamp,
    summary: String,
    occurred: Timestamp,
    occurred_mark: OccurredMark,
    severity: &'a Option<Severity>,
    root: &'a Option<ComponentId>,
    verdict: Option<&'a Verdict>,
    alerts_in_all: usize,
    alerts: Vec<&'a Alert>,
    pings: &'a BTreeMap<ComponentId, Probe>,
    probes: &'a BTreeMap<ProbeName, Trial>,
    looks: &'a BTreeMap<String, Option<Found>>,
    changes: Vec<ChangeLine>,
}

/// Alerts, probes and changes of an incident as a document, to be kept as it stood at `written`.
pub fn record(desk: &Desk, id: IncidentId, written: Timestamp) -> Option<String> {
    let incident: &Incident = desk.state().incidents.get(&id)?;
    let mut alerts: Vec<&Alert> = desk.state().members_of(id).collect();
    let alerts_in_all = alerts.len();
    alerts.sort_by_key(|alert| (alert.component != incident.root, alert.at, alert.id));
    alerts.truncate(MOST_ALERTS);
    let record = Record {
        incident: incident.name(),
        written,
        summary: view::summary(desk, incident),
        occurred: incident.occurred,
        occurred_mark: incident.occurred_mark,
        severity: &incident.severity,
        root: &incident.root,
        verdict: incident.verdict(),
        alerts_in_all,
        alerts,
        pings: &incident.pings,
        probes: &incident.probes,
        looks: &incident.looks,
        changes: beside(desk, incident).changes,
    };
    match serde_json::to_string_pretty(&record) {
        Ok(text) => Some(text + "\n"),
        Err(error) => {
            tracing::error!(%error, "a record cannot be written as JSON");
            None
        }
    }
}
