//! What the control socket answers: plain data, the same for people's tables and for `--json`.

use super::beside::{Beside, beside};
use super::covers::{self, CoverLine};
use super::disk::DiskStatus;
use super::gone::{Kept, Removed};
use super::hits::{self, Hits};
use super::mute::{MuteLine, mute};
use super::not_asked::{self, NotAsked};
use crate::desk::Desk;
use crate::desk::alert::Alert;
use crate::desk::ids::{IncidentId, Number};
use crate::desk::incident::{Incident, StatusName, Verdict};
use crate::desk::ledger::{Ledger, balance};
use crate::desk::now::Now;
use crate::desk::owed::{Owed, OwedState};
use crate::desk::request::Request;
use crate::desk::source::Sight;
use crate::desk::state::{Expected, State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The daemon at a glance.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Status {
    /// The site's name.
    pub site: String,
    /// IANA zone times are shown in.
    pub timezone: String,
    /// Version of the running daemon.
    pub version: String,
    /// Its process id.
    pub process: u32,
    /// When this was read.
    pub now: Timestamp,
    /// Revision of the rules in force.
    pub rules: String,
    /// On trial (試行): the one address that gets every message.
    #[serde(default)]
    pub shadow: Option<String>,
    /// Sources.
    pub sources: Vec<SourceStatus>,
    /// Open incidents by state.
    pub incidents: BTreeMap<StatusName, usize>,
    /// Incidents that are watched or whose window is open.
    pub unnumbered: usize,
    /// Rows that wait for an attempt or have one under way.
    pub waiting: usize,
    /// Of them those held until the desk has looked at them (送信前承認).
    #[serde(default)]
    pub held: usize,
    /// Rows given up.
    pub dead: usize,
    /// The disk the record is on.
    #[serde(default)]
    pub disk: DiskStatus,
    /// What is kept no longer.
    #[serde(default)]
    pub retention: Kept,
    /// Planned work and silences that keep alerts apart now.
    #[serde(default)]
    pub covers: Vec<CoverLine>,
    /// Storms of alerts that go on: the system's name (none = what no system is known to need), since when.
    #[serde(default)]
    pub storms: Vec<(Option<String>, Timestamp)>,
    /// Components whose address answers no ping when all is well: their silence is no sign.
    #[serde(default)]
    pub mute: Vec<MuteLine>,
    /// What must come by its hour.
    #[serde(default)]
    pub expected: Vec<ExpectedLine>,
    /// What is due next: seconds from now.
    pub next_wakeup_seconds: Option<u64>,
    /// Whether the books balance.
    pub balanced: bool,
}

/// What must come by its hour, at a glance.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ExpectedLine {
    /// What.
    pub name: String,
    /// When it came last.
    pub came: Option<Timestamp>,
    /// The next hour that is not judged yet.
    pub due: Option<Timestamp>,
    /// That hour is over, and these sources have not looked since.
    pub awaits: Vec<String>,
    /// It is missed now.
    pub missed: bool,
}

/// One source at a glance.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SourceStatus {
    /// Its name.
    pub name: String,
    /// `sees`, `failing`, `blind`.
    pub sight: String,
    /// The last complete look on record.
    pub last_complete: Timestamp,
    /// What is wrong, if anything.
    pub trouble: Option<String>,
    /// Observations it could not read.
    pub unreadable: u64,
    /// Problems it holds open.
    pub open: usize,
}

/// One incident in a list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct IncidentLine {
    /// Internal id.
    pub id: IncidentId,
    /// KW number, from 受付 on.
    pub number: Option<Number>,
    /// Where it stands.
    pub status: StatusName,
    /// 重大度
    pub severity: Option<u8>,
    /// 発生
    pub occurred: Timestamp,
    /// What it is about.
    pub summary: String,
    /// Who has to do the next thing, by name.
    pub owner: Option<String>,
    /// Member alerts, and how many of them are red.
    pub alerts: (usize, usize),
    /// 次回報告予定
    pub next_report: Option<Timestamp>,
}

/// One incident with everything on record about it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Dossier {
    /// The incident.
    pub incident: Incident,
    /// Its members.
    pub alerts: Vec<Alert>,
    /// Its requests.
    pub requests: Vec<Request>,
    /// Its rows of the ledger.
    pub rows: Vec<Owed>,
    /// Names of parties, components and systems that occur in it.
    pub names: BTreeMap<String, String>,
    /// IANA zone times are shown in.
    pub timezone: String,
    /// What is possible now.
    pub possible: String,
    /// What belongs beside it.
    #[serde(default)]
    pub beside: Beside,
    /// Whom it hits as things stand now.
    #[serde(default)]
    pub hits: Hits,
    /// Vendors it concerns that were not asked, and why not.
    pub not_asked: Vec<NotAsked>,
    /// It is in the daemon's memory no longer and was read from the record.
    #[serde(default)]
    pub archived: bool,
    /// Files of its evidence that were removed.
    #[serde(default)]
    pub gone: Removed,
}

/// The books.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Books {
    /// Counts.
    pub ledger: Ledger,
}

/// The daemon at a glance.
pub fn status(desk: &Desk, now: Now) -> Status {
    let state = desk.state();
    let mut incidents: BTreeMap<StatusName, usize> = BTreeMap::new();
    for incident in state.open.iter().filter_map(|id| state.incidents.get(id)) {
        *incidents.entry(incident.status.name()).or_default() += 1;
    }
    let rules = &desk.book().rules;
    let sources = state.sources.iter().filter(|(id, _)| rules.sources.contains_key(*id)).map(|(id, source)| {
        let (sight, trouble) = match &source.sight {
            Sight::Sees if !source.looked => ("not looked yet", None),
            Sight::Sees => ("sees", None),
            Sight::Failing { failure, .. } => ("failing", Some(failure.detail.clone())),
            Sight::Blind { incident, .. } => (
                "blind",
                state.incidents.get(incident).map(|incident| format!("since the incident {}", incident.name())),
            ),
        };
        SourceStatus {
            name: id.to_string(),
            sight: sight.to_owned(),
            last_complete: source.last_complete.wall,
            trouble,
            unreadable: source.unreadable,
            open: state.alerts.values().filter(|alert| alert.source == *id && alert.red()).count(),
        }
    });
    Status {
        site: rules.site.name.clone(),
        timezone: rules.site.timezone.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        process: std::process::id(),
        now: now.wall,
        rules: rules.hash.clone(),
        shadow: rules.site.shadow.clone(),
        sources: sources.collect(),
        incidents,
        unnumbered: state
            .incidents
            .values()
            .filter(|incident| incident.number.is_none() && incident.status.name().burning())
            .count(),
        waiting: state.owed.values().filter(|row| !row.state.ended()).count(),
        held: state.owed.values().filter(|row| row.is_held()).count(),
        dead: state.owed.values().filter(|row| matches!(row.state, OwedState::Dead { .. })).count(),
        retention: Kept::of(desk),
        disk: DiskStatus::of(&state.house.disk),
        covers: covers::active(desk),
        storms: (state.house.storms.going_on())
            .map(|storm| (storm.system.as_ref().map(|id| desk.book().system_name(id)), storm.since.wall))
            .collect(),
        mute: mute(desk),
        expected: expected(state),
        next_wakeup_seconds: desk.next_wakeup(now).map(|wait| wait.as_secs()),
        balanced: balance(state).balanced,
    }
}

fn expected(state: &State) -> Vec<ExpectedLine> {
    let missed =
        |name: &str| state.alerts.values().any(|alert| alert.missed.as_deref() == Some(name) && alert.gone.is_none());
    let line = |(name, known): (&String, &Expected)| ExpectedLine {
        name: name.clone(),
        came: known.came,
        due: known.due,
        awaits: known.awaits.iter().map(ToString::to_string).collect(),
        missed: missed(name),
    };
    state.house.expected.iter().map(line).collect()
}

/// Incidents, newest first: open ones, or all still in memory.
pub fn incidents(desk: &Desk, all: bool) -> Vec<IncidentLine> {
    let state = desk.state();
    let listed = state
        .incidents
        .values()
        .rev()
        .filter(|incident| all || incident.status.name().open() || incident.status.name().burning());
    listed.map(|incident| line(desk, incident)).collect()
}

pub(super) fn line(desk: &Desk, incident: &Incident) -> IncidentLine {
    let state = desk.state();
    let members = state.members_of(incident.id);
    IncidentLine {
        id: incident.id,
        number: incident.number.clone(),
        status: incident.status.name(),
        severity: incident.severity.as_ref().map(|severity| severity.value),
        occurred: incident.occurred,
        summary: summary(desk, incident),
        owner: incident.owner.as_ref().map(|party| desk.book().party_name(party)),
        alerts: members.fold((0, 0), |(all, red), alert| (all + 1, red + usize::from(alert.red()))),
        next_report: incident.reporting.next,
    }
}

/// What an incident is about: the words of the alert that stands for it.
pub(super) fn summary(desk: &Desk, incident: &Incident) -> String {
    let representative = incident.representative.and_then(|id| desk.state().alerts.get(&id));
    representative.map_or_else(|| incident.summary.clone(), |alert| alert.problem.summary.to_string())
}

/// The incident called `name`: its number, or its internal id.
pub(super) fn named<'a>(desk: &'a Desk, name: &str) -> Option<&'a Incident> {
    let state = desk.state();
    let id = state.by_number.get(&Number(name.to_owned())).copied();
    let id = id.or_else(|| Some(IncidentId(name.strip_prefix("I-")?.parse().ok()?)))?;
    state.incidents.get(&id)
}

/// Everything on record about the incident called `name`.
pub fn dossier(desk: &Desk, name: &str) -> Option<Dossier> {
    let state = desk.state();
    let incident = named(desk, name)?.clone();
    let id = incident.id;
    let book = desk.book();
    let mut names = BTreeMap::new();
    let requests: Vec<Request> = state.requests_of(id).cloned().collect();
    let verdict_parties = incident.verdicts.iter().flat_map(Verdict::named);
    let parties = verdict_parties.chain(requests.iter().map(|request| &request.party)).chain(&incident.owner);
    for party in parties.chain(&incident.reporting.offices) {
        names.insert(party.to_string(), book.party_name(party));
    }
    let alerts: Vec<Alert> = state.members_of(id).cloned().collect();
    let judged = incident.verdicts.iter().filter_map(|verdict| verdict.component.as_ref());
    let failing = alerts.iter().filter_map(|alert| alert.component.as_ref());
    for component in failing.chain(&incident.root).chain(judged) {
        names.insert(component.to_string(), book.component_name(component));
    }
    if let Some(reach) = incident.severity.as_ref().and_then(|severity| severity.reach.as_ref()) {
        hits::names(book, reach, &mut names);
    }
    let possible = crate::desk::act::possible(incident.status.name());
    let beside = beside(desk, &incident);
    Some(Dossier {
        incident,
        alerts,
        requests,
        rows: state.owed_of(id).cloned().collect(),
        names,
        timezone: book.rules.site.timezone.clone(),
        possible,
        beside,
        hits: hits::hits(desk, id),
        not_asked: not_asked::not_asked(desk, id),
        archived: false,
        gone: Removed::new(),
    })
}
