//! The archive: incidents that are over, filed in the store's catalogue and read again from the journal.
//!
//! A catalogue entry names two frames: the one at which the incident was over (its alerts, requests and messages were all
//! there) and the one that changed it last. Reading folds the journal up to them, from the snapshot before. Not here: when
//! the desk lets go of an incident ([`crate::desk::past`]), and how the catalogue is kept (`store`).

use super::course::{Course, Step};
use super::{Error, SCHEMA};
use crate::desk::ids::{IncidentId, PartyId};
use crate::desk::incident::{Edit, Incident, StatusName};
use crate::desk::removal::{Body, Unlisted};
use crate::desk::retention::began;
use crate::desk::rules::Rules;
use crate::desk::state::State;
use crate::desk::{Change, Desk, Frame, alert, incident, owed};
use crate::store::{self, Archived, Beginning, Bodies, Filed, Filer, History, Search};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// Entries handed over at once.
const TOGETHER: usize = 256;

/// What a list shows of an archived incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Line {
    /// How it ended.
    pub(crate) status: StatusName,
    /// 重大度
    pub(crate) severity: Option<u8>,
    /// 発生
    pub(crate) occurred: Timestamp,
    /// What it was about.
    pub(crate) summary: String,
    /// Who had to do the last thing.
    pub(crate) owner: Option<PartyId>,
    /// Its alerts, as far as they were still in memory.
    pub(crate) alerts: usize,
    /// When it ended; `None` = filed before that was filed, and `bodies` are not known.
    #[serde(default)]
    pub(crate) ended: Option<Timestamp>,
    /// When the record begins to tell of it; `None` as above.
    #[serde(default)]
    pub(crate) since: Option<Timestamp>,
    /// What was gathered about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) bodies: Vec<Body>,
}

/// Between which moments the record tells of an incident that is over, and what was gathered about it.
pub(crate) struct Ends {
    /// See [`began`].
    pub(crate) since: Timestamp,
    /// Its last transition.
    pub(crate) ended: Timestamp,
    /// Files.
    pub(crate) bodies: Vec<Body>,
}

impl Ends {
    /// Those of an entry; `None` when it was filed before that was filed.
    pub(crate) fn of(line: Line) -> Option<Self> {
        Some(Self { since: line.since?, ended: line.ended?, bodies: line.bodies })
    }
}

/// When an incident that is over ended, and what was gathered about it.
pub(crate) fn ended(incident: &Incident) -> Ends {
    let ended = incident.transitions.last().map_or(incident.detected.wall, |last| last.at);
    let bodies = incident.evidence.parts.iter();
    let mut bodies: Vec<Body> = bodies.map(|part| Body { sha256: part.sha256.clone(), bytes: part.bytes }).collect();
    bodies.sort();
    bodies.dedup();
    Ends { since: began(incident), ended, bodies }
}

/// A moment as the catalogue orders it. Before 1970 is 1970.
fn moment(at: Timestamp) -> u64 {
    u64::try_from(at.as_millisecond()).unwrap_or_default()
}

/// What is looked for by `name`: a number, or an internal id (`I-12`).
pub(crate) fn called(name: &str) -> Search {
    match name.strip_prefix("I-").and_then(|id| id.parse().ok()) {
        Some(id) => Search::Id(id),
        None => Search::Name(name.to_owned()),
    }
}

/// What occurred within a stretch of time, its end excluded: the latest `most`.
pub(crate) fn between(from: Timestamp, until: Timestamp, most: usize) -> Search {
    Search::Between { moments: moment(from)..moment(until), most }
}

/// Incident `id` as it is filed; `None` while it goes on, or when it is in memory no longer and was filed before.
pub(crate) fn filed(state: &State, id: IncidentId) -> Option<Result<Filed, Error>> {
    let incident = state.incidents.get(&id)?;
    let status = incident.status.name();
    if status.open() || status.burning() {
        return None;
    }
    let Ends { since, ended, bodies } = ended(incident);
    let representative = incident.representative.and_then(|alert| state.alerts.get(&alert));
    let line = Line {
        status,
        severity: incident.severity.as_ref().map(|severity| severity.value),
        occurred: incident.occurred,
        summary: representative.map_or_else(|| incident.summary.clone(), |alert| alert.problem.summary.to_string()),
        owner: incident.owner.clone(),
        alerts: state.members_of(id).count(),
        ended: Some(ended),
        since: Some(since),
        bodies,
    };
    let name = incident.number.as_ref().map(ToString::to_string);
    let line = serde_json::to_vec(&line).map_err(Error::from);
    Some(line.map(|line| Filed { id: id.0, name, moment: moment(incident.occurred), line }))
}

/// Files everything in the journal of `folder` that is over, up to its end; how many. What never got a number and is
/// `unlisted` stays out.
///
/// # Errors
/// When the journal cannot be read. What of it does not read is left out; the start has told of it.
pub(crate) fn file_all(
    folder: &Path,
    rules: Arc<Rules>,
    unlisted: Option<Unlisted>,
    filer: &Filer,
) -> Result<usize, store::Error> {
    let history = History::open(folder, SCHEMA)?;
    let bodies = Bodies::look(folder);
    let (mut filed_ids, mut together) = (BTreeSet::new(), Vec::new());
    let stays = |state: &State, id: &IncidentId| {
        let known = state.incidents.get(id).filter(|known| known.number.is_none());
        known.is_none_or(|known| unlisted.is_none_or(|unlisted| ended(known).ended > unlisted.ended))
    };
    let mut desk = Desk::new(State::default(), rules);
    // What was over when the record begins now, because that was removed, is over for good.
    let begins = Beginning::of(folder).map(|begins| begins.to);
    for step in Course::new(&history, &bodies, begins.unwrap_or(0), None) {
        match step {
            Step::Whole { seq, state } => {
                desk = Desk::new(*state, desk.book().rules.clone());
                if begins != Some(seq) {
                    let ids = desk.state().incidents.keys().filter(|id| stays(desk.state(), id));
                    together.extend(ids.filter_map(|id| Some((seq, filed(desk.state(), *id)?.ok()?))));
                }
            }
            Step::Frame { seq, frame } => {
                desk.fold(&frame);
                let touched: BTreeSet<IncidentId> =
                    frame.entries.iter().filter_map(|entry| touched(&entry.change)).collect();
                let touched = touched.into_iter().filter(|id| stays(desk.state(), id));
                together.extend(touched.filter_map(|id| Some((seq, filed(desk.state(), id)?.ok()?))));
            }
            Step::Missing { .. } | Step::NoBeginning { .. } | Step::Unread { .. } => {}
        }
        if together.len() >= TOGETHER {
            filed_ids.extend(together.iter().map(|(_, filed)| filed.id));
            if !filer.file(std::mem::take(&mut together)) {
                return Ok(filed_ids.len());
            }
        }
    }
    filed_ids.extend(together.iter().map(|(_, filed)| filed.id));
    if filer.file(together) {
        filer.complete();
    }
    Ok(filed_ids.len())
}

/// The incident whose entry a change may alter.
fn touched(change: &Change) -> Option<IncidentId> {
    match change {
        Change::Incident(incident::Change { what: Edit::Archived, .. }) => None,
        Change::Incident(incident::Change { incident, .. }) => Some(*incident),
        _ => None,
    }
}

/// An archived incident as somebody sees it.
pub(crate) struct Seen<T> {
    /// As it was last.
    pub(crate) latest: T,
    /// Before the desk let go of its alerts and messages; `None` where it still has all of them.
    pub(crate) whole: Option<T>,
}

/// What `see` sees of an archived incident, by its internal id, at the desk as it was then.
///
/// # Errors
/// Says why when the journal does not tell any more.
pub(crate) fn seen<T>(
    folder: &Path,
    rules: &Rules,
    archived: &Archived,
    see: impl Fn(&Desk, &str) -> Option<T>,
) -> Result<Seen<T>, String> {
    let history = History::open(folder, SCHEMA).map_err(|error| error.to_string())?;
    let (id, bodies) = (IncidentId(archived.filed.id), Bodies::look(folder));
    let see =
        |desk: &Desk| see(desk, &id.to_string()).ok_or_else(|| format!("the record does not know {id} at its end"));
    // Of what ended before the record begins now, its beginning still tells.
    let first = archived.first.max(history.before());
    let mut desk = desk_at(&history, &bodies, rules, first)?;
    let mut latest = (first >= archived.last).then(|| see(&desk)).transpose()?;
    let mut whole = None;
    for read in frames(&history, &bodies, first) {
        let (seq, frame) = read?;
        if whole.is_none() && lets_go(desk.state(), &frame, id) {
            whole = Some(see(&desk)?);
        }
        if whole.is_some() && latest.is_some() {
            break;
        }
        desk.fold(&frame);
        if seq == archived.last {
            latest = Some(see(&desk)?);
        }
    }
    let latest = latest.ok_or_else(|| format!("the record ends before frame {}", archived.last))?;
    Ok(Seen { latest, whole })
}

/// Whether a frame takes something of incident `id` out of memory.
fn lets_go(state: &State, frame: &Frame, id: IncidentId) -> bool {
    frame.entries.iter().any(|entry| match &entry.change {
        Change::Alert(alert::Change::Forgotten(alert)) => {
            state.alerts.get(alert).is_some_and(|alert| alert.incident() == Some(id))
        }
        Change::Owed(owed::Change::Forgotten(row)) => state.owed.get(row).is_some_and(|row| row.incident == Some(id)),
        Change::Incident(incident::Change { incident, what: Edit::Archived }) => *incident == id,
        _ => false,
    })
}

/// What `view` sees of incident `id` at the desk after frame `seq`.
///
/// # Errors
/// Says why when the journal does not tell any more.
pub(crate) fn look<T>(
    folder: &Path,
    rules: &Rules,
    id: u64,
    seq: u64,
    view: impl FnOnce(&Desk, &str) -> Option<T>,
) -> Result<T, String> {
    let history = History::open(folder, SCHEMA).map_err(|error| error.to_string())?;
    let bodies = Bodies::look(folder);
    let seq = seq.max(history.before());
    let (desk, name) = (desk_at(&history, &bodies, rules, seq)?, IncidentId(id).to_string());
    view(&desk, &name).ok_or_else(|| format!("frame {seq} of the record does not know {name}"))
}

/// The desk after frame `seq`.
fn desk_at(history: &History, bodies: &Bodies, rules: &Rules, seq: u64) -> Result<Desk, String> {
    let (mut last, state) = match history.at(seq) {
        Some((last, payload)) => (last, super::read::<State>(&payload, bodies).map_err(|error| error.to_string())?),
        None => (0, State::default()),
    };
    let mut desk = Desk::new(state, rules.clone());
    if last == seq {
        return Ok(desk);
    }
    for read in frames(history, bodies, last) {
        let frame;
        (last, frame) = read?;
        desk.fold(&frame);
        if last == seq {
            return Ok(desk);
        }
    }
    Err(format!("the record ends before frame {seq}"))
}

/// The frames after `after`, none missing.
fn frames(history: &History, bodies: &Bodies, after: u64) -> impl Iterator<Item = Result<(u64, Frame), String>> {
    let mut last = after;
    history.frames(after).map(move |frame| {
        if frame.seq != last + 1 {
            return Err(format!("frames {} to {} of the record are missing", last + 1, frame.seq - 1));
        }
        last = frame.seq;
        let read = super::read::<Frame>(&frame.payload, bodies).map_err(|error| format!("frame {last}: {error}"));
        read.map(|read| (last, read))
    })
}
