//! `store export`: what the record knows, as JSON lines with names that stay.
//!
//! It reads the journal from its beginning, beside a running daemon or without one, and says of every incident, request,
//! row and alert how it stands at the end - also of those the daemon keeps in memory no longer. What frames that are missing have
//! changed it takes from where the daemon would: the next file's beginning, or the working state; and it says which incidents it
//! could not have. Secrets are not in the record, so none can leave with it. Not here: what is in bodies and messages.

mod lines;

use super::{Context, Trouble, text};
use crate::clock::Clock;
use crate::control::view::IncidentLine;
use crate::desk::ids::IncidentId;
use crate::desk::incident::{self, Edit, Incident};
use crate::desk::state::State;
use crate::desk::{Change, Desk, Frame, alert, owed, request};
use crate::record;
use crate::record::course::{Course, Elsewhere, Step};
use crate::store::{Beginning, Bodies, History, Lock, StoreId, WorkingCopy};
use lines::{Counts, Line};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufWriter, ErrorKind, Write};
use std::ops::RangeInclusive;
use std::path::Path;

/// The form of the lines: a name never changes its meaning; new ones may come.
const FORMAT: u32 = 1;

/// Incidents that are named to whoever exports; the rest is counted.
const NAMED: usize = 50;

/// Writes the lines.
pub(super) fn export(context: &Context, entries: bool) -> Result<(), Trouble> {
    let settings = context.settings()?;
    let folder = settings.state_directory.as_path();
    let failed = |error: crate::store::Error| Trouble::Said(text::full(&error), error.exit_code());
    let history = History::open(folder, record::SCHEMA).map_err(failed)?;
    let bodies = Bodies::look(folder);
    let mut out = Out::new(BufWriter::new(std::io::stdout().lock()));
    let copy = OnceCell::new();
    let elsewhere: Elsewhere<'_> = Box::new(|| working(folder, history.store_id(), &bodies, &copy));
    let removed = Beginning::of(folder).map_or(0, |begins| begins.to);
    let mut course = Course::new(&history, &bodies, removed, Some(elsewhere));
    let now = Clock::real(None).wall();
    let mut desk = Desk::new(State::default(), settings.rules.clone());
    // Incidents up to this id may have been removed with the beginning of the record.
    let mut floor = (removed == 0).then_some(0);
    let written = (|| {
        out.line(Line::record(FORMAT, now, history.before() + 1))?;
        for step in course.by_ref() {
            match step {
                Step::Missing { from, to } if from == to => out.lost(&format!("frame {from} is missing")),
                Step::Missing { from, to } => out.lost(&format!("frames {from} to {to} are missing")),
                Step::NoBeginning { seq } => out.lost(&format!("the state after frame {seq} cannot be read")),
                Step::Unread { seq, is_frame: true, error } => out.lost(&format!("frame {seq}: {error}")),
                Step::Unread { seq, is_frame: false, error } => {
                    out.lost(&format!("the snapshot after frame {seq}: {error}"));
                }
                Step::Whole { state, .. } => {
                    floor = floor.or(Some(state.counters.incident));
                    out.vanished(desk.state(), &state)?;
                    desk = Desk::new(*state, settings.rules.clone());
                }
                Step::Frame { seq, frame } => {
                    if entries {
                        for (nth, entry) in frame.entries.iter().enumerate() {
                            out.line(Line::entry(seq, nth, &frame, entry))?;
                        }
                    }
                    out.forgotten(desk.state(), &frame)?;
                    desk.fold(&frame);
                }
            }
        }
        let state = desk.state();
        state.incidents.values().try_for_each(|incident| out.incident(incident))?;
        state.requests.values().try_for_each(|request| out.line(Line::request(request)))?;
        state.owed.values().try_for_each(|row| out.line(Line::row(row)))?;
        state.alerts.values().try_for_each(|alert| out.line(Line::alert(alert)))?;
        if out.counts.lost > 0 {
            let known = floor.unwrap_or(0)..=state.counters.incident;
            out.untold(missing(context, folder, &out.told, known, copy.get()), course.doubt());
        }
        let counts = out.counts;
        out.line(Line::End { last_seq: course.last_seq(), counts })?;
        out.to.flush()
    })();
    match written {
        // A reader who closes the pipe early (`head`) is no error.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Trouble::Said(format!("the export could not be written: {error}"), 74)),
        Ok(()) if out.counts.lost > 0 => Err(Trouble::Silent(1)),
        Ok(()) => Ok(()),
    }
}

/// The state as the daemon keeps it beside the journal, which may know what frames that are missing have changed.
fn working(folder: &Path, store: StoreId, bodies: &Bodies, copy: &OnceCell<WorkingCopy>) -> Option<(u64, Box<State>)> {
    let (made, entities) = WorkingCopy::of(folder, store)
        .inspect_err(|why| eprintln!("kiriwake: the working state does not tell what is missing: {}", text::clean(why)))
        .ok()?;
    let mut state = State::default();
    for (key, value) in entities.iter() {
        if let Err(error) = record::restore(&mut state, key, value, bodies) {
            eprintln!("kiriwake: the working state is not used: {}", text::clean(&error.to_string()));
            return None;
        }
    }
    Some((copy.get_or_init(|| made).applied, Box::new(state)))
}

/// The incidents that are known to exist and are not among those `told`, with their numbers where these are known.
fn missing(
    context: &Context,
    folder: &Path,
    told: &BTreeSet<IncidentId>,
    known: RangeInclusive<u64>,
    copy: Option<&WorkingCopy>,
) -> BTreeMap<IncidentId, Option<String>> {
    let known = (known.start() + 1..=*known.end()).map(IncidentId);
    let mut missing: BTreeMap<IncidentId, Option<String>> =
        known.filter(|id| !told.contains(id)).map(|id| (id, None)).collect();
    if let Some(copy) = copy.filter(|_| !missing.is_empty())
        && let Ok(filed) = copy.filed(missing.keys().map(|id| id.0).collect())
    {
        missing.extend(filed.into_iter().map(|filed| (IncidentId(filed.id), filed.name)));
    }
    if Lock::is_held(folder) {
        // A daemon that runs may know more than what it wrote; one that does not answer keeps nobody from an export.
        let _ = context.asking(async {
            let lines: Vec<IncidentLine> = context.client()?.get("/incidents?all=true").await?;
            let lines = lines.into_iter().filter(|line| !told.contains(&line.id));
            missing.extend(lines.map(|line| (line.id, line.number.map(|number| number.0))));
            Ok(())
        });
    }
    missing
}

struct Out<W: Write> {
    to: BufWriter<W>,
    counts: Counts,
    /// The incidents it has written.
    told: BTreeSet<IncidentId>,
}

impl<W: Write> Out<W> {
    fn new(to: BufWriter<W>) -> Self {
        Self { to, counts: Counts::default(), told: BTreeSet::new() }
    }

    fn line(&mut self, line: Line<'_>) -> std::io::Result<()> {
        self.counts.count(&line);
        // As bytes, as the store writes them: another kind of writer would put all of it into the program once more.
        let mut bytes = serde_json::to_vec(&line)?;
        bytes.push(b'\n');
        self.to.write_all(&bytes)
    }

    fn incident(&mut self, incident: &Incident) -> std::io::Result<()> {
        self.told.insert(incident.id);
        self.line(Line::incident(incident))
    }

    /// What was known `before`, and is not `after` frames that are missing: the desk let go of it meanwhile.
    fn vanished(&mut self, before: &State, after: &State) -> std::io::Result<()> {
        for incident in before.incidents.values().filter(|known| !after.incidents.contains_key(&known.id)) {
            let name = name(incident.id, incident.number.as_ref().map(|number| number.0.as_str()));
            eprintln!("kiriwake: incident {name} is exported as it was before something is missing; it ended since");
            self.incident(incident)?;
        }
        let requests = before.requests.iter().filter(|(id, _)| !after.requests.contains_key(id));
        requests.map(|(_, request)| request).try_for_each(|request| self.line(Line::request(request)))?;
        let rows = before.owed.iter().filter(|(id, _)| !after.owed.contains_key(id));
        rows.map(|(_, row)| row).try_for_each(|row| self.line(Line::row(row)))?;
        let mut alerts = before.alerts.values().filter(|alert| after.alerts.get(&alert.id).is_none());
        alerts.try_for_each(|alert| self.line(Line::alert(alert)))
    }

    /// Says which incidents are missing, and from where on nothing is known.
    fn untold(&mut self, missing: BTreeMap<IncidentId, Option<String>>, doubt: Option<(u64, u64)>) {
        self.counts.incidents_missing = missing.len() as u64;
        for (id, number) in missing.iter().take(NAMED) {
            let name = name(*id, number.as_deref());
            eprintln!("kiriwake: not exported: incident {name}: what tells of it is missing or cannot be read");
        }
        if missing.len() > NAMED {
            eprintln!("kiriwake: not exported: {} more incidents", missing.len() - NAMED);
        }
        if let Some((from, to)) = doubt {
            eprintln!(
                "kiriwake: what frames {from} to {to} changed is not known: incidents that begin there are missing, others \
                 stand as they were before"
            );
        }
    }

    /// What of the record is not in the export.
    fn lost(&mut self, what: &str) {
        self.counts.lost += 1;
        eprintln!("kiriwake: not exported: {}; `kiriwake store verify` tells more", text::clean(what));
    }

    /// What the desk is about to forget.
    fn forgotten(&mut self, state: &State, frame: &Frame) -> std::io::Result<()> {
        for entry in &frame.entries {
            match &entry.change {
                Change::Owed(owed::Change::Forgotten(id)) => {
                    state.owed.get(id).map_or(Ok(()), |row| self.line(Line::row(row)))?;
                }
                Change::Alert(alert::Change::Forgotten(id)) => {
                    state.alerts.get(id).map_or(Ok(()), |alert| self.line(Line::alert(alert)))?;
                }
                Change::Request(request::Change::Forgotten(id)) => {
                    state.requests.get(id).map_or(Ok(()), |request| self.line(Line::request(request)))?;
                }
                Change::Incident(incident::Change { incident, what: Edit::Archived }) => {
                    state.incidents.get(incident).map_or(Ok(()), |incident| self.incident(incident))?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// An incident by its number, where it is known.
fn name(id: IncidentId, number: Option<&str>) -> String {
    number.map_or_else(|| id.to_string(), |number| format!("{} ({id})", text::clean(number)))
}
