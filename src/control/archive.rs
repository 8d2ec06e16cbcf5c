//! What is archived, for whoever asks at the socket: found in the store's catalogue, read from the journal.

use super::server::{Ask, Doors, Trouble};
use super::view::{self, Dossier, IncidentLine};
use crate::desk::Desk;
use crate::desk::ids::{IncidentId, Number};
use crate::desk::rules::Rules;
use crate::record::archive::{self, Line, Seen};
use crate::store::{Archived, Search};
use jiff::Timestamp;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::path::Path;
use tokio::sync::oneshot;

/// The longest list.
const MOST: usize = 10_000;

async fn find(doors: &Doors, search: Search) -> Result<Vec<Archived>, Trouble> {
    let (answer, answered) = oneshot::channel();
    doors.store.send(Ask::Archived(search, answer)).await.map_err(|_| Trouble::Stopping)?;
    let found = answered.await.map_err(|_| Trouble::Stopping)?;
    found.map_err(|why| Trouble::NotNow(format!("The archive cannot be searched: {why}.")))
}

/// Everything on record about the archived incident called `name`.
pub(super) async fn dossier(doors: &Doors, name: &str) -> Result<Option<Dossier>, Trouble> {
    match read(doors, name, whole).await? {
        Some(dossier) => name_links(doors, dossier).await.map(Some),
        None => Ok(None),
    }
}

/// Alerts and messages of an incident that is over leave memory some days before it does: they are read from the record, as
/// far as it tells of them now.
pub(super) async fn complete(doors: &Doors, mut dossier: Dossier) -> Dossier {
    let status = dossier.incident.status.name();
    if status.open() || status.burning() || !dossier.rows.is_empty() {
        return dossier;
    }
    match read(doors, &dossier.incident.id.to_string(), whole).await {
        Ok(Some(whole)) => {
            dossier.alerts = whole.alerts;
            dossier.rows = whole.rows;
            dossier.names.extend(whole.names);
        }
        Ok(None) => {}
        Err(trouble) => {
            tracing::warn!(?trouble, incident = %dossier.incident.id, "its alerts and messages cannot be read")
        }
    }
    dossier
}

/// Itself as it was last, with alerts and messages as they were before the desk let go of them.
pub(crate) fn whole(state: &Path, rules: &Rules, found: &Archived) -> Result<Dossier, String> {
    let Seen { latest, whole } = archive::seen(state, rules, found, view::dossier)?;
    let mut dossier = Dossier { archived: true, ..latest };
    if let Some(whole) = whole {
        dossier.alerts = whole.alerts;
        dossier.rows = whole.rows;
        dossier.names.extend(whole.names);
    }
    Ok(dossier)
}

/// What `view` sees of the archived incident called `name`, as it was last.
pub(super) async fn look<T: Send + 'static>(
    doors: &Doors,
    name: &str,
    view: impl FnOnce(&Desk, &str) -> Option<T> + Send + 'static,
) -> Result<Option<T>, Trouble> {
    read(doors, name, |state, rules, found| archive::look(state, rules, found.filed.id, found.last, view)).await
}

/// Reads of the archived incident called `name` in the journal; it may take a second, for a day of it is read.
async fn read<T: Send + 'static>(
    doors: &Doors,
    name: &str,
    read: impl FnOnce(&Path, &Rules, &Archived) -> Result<T, String> + Send + 'static,
) -> Result<Option<T>, Trouble> {
    let Some(found) = find(doors, archive::called(name)).await?.into_iter().next() else { return Ok(None) };
    let rules = doors.read(|desk, _| desk.book().rules.clone()).await?;
    let state = doors.state.clone();
    let told =
        tokio::task::spawn_blocking(move || read(&state, &rules, &found)).await.map_err(|_| Trouble::Stopping)?;
    let untold = |why| Trouble::NotFound(format!("{name} is archived, but the record does not tell of it: {why}."));
    told.map(Some).map_err(untold)
}

/// Related incidents that are archived get their numbers.
pub(super) async fn name_links(doors: &Doors, mut dossier: Dossier) -> Result<Dossier, Trouble> {
    for (_, name) in &mut dossier.beside.links {
        if name.starts_with("I-")
            && let Some(number) = find(doors, archive::called(name)).await?.pop().and_then(|found| found.filed.name)
        {
            *name = number;
        }
    }
    Ok(dossier)
}

/// Incidents that occurred within a stretch of time, its end excluded: in memory and archived, newest first.
pub(super) async fn between(doors: &Doors, from: Timestamp, until: Timestamp) -> Result<Vec<IncidentLine>, Trouble> {
    if until < from {
        return Err(Trouble::Wrong(format!("The stretch ends ({until}) before it begins ({from}).")));
    }
    let archived = find(doors, archive::between(from, until, MOST)).await?;
    doors
        .read(move |desk, _| {
            let mut lines = view::incidents(desk, true);
            lines.retain(|line| (from..until).contains(&line.occurred));
            let known: BTreeSet<IncidentId> = lines.iter().map(|line| line.id).collect();
            let archived = archived.iter().filter(|found| !known.contains(&IncidentId(found.filed.id)));
            lines.extend(archived.filter_map(|found| line(desk, found)).collect::<Vec<_>>());
            lines.sort_by_key(|line| (Reverse(line.occurred), Reverse(line.id)));
            lines.truncate(MOST);
            lines
        })
        .await
}

/// `None` for an entry that does not read: a later version wrote it.
fn line(desk: &Desk, found: &Archived) -> Option<IncidentLine> {
    let known: Line = serde_json::from_slice(&found.filed.line).ok()?;
    Some(IncidentLine {
        id: IncidentId(found.filed.id),
        number: found.filed.name.clone().map(Number),
        status: known.status,
        severity: known.severity,
        occurred: known.occurred,
        summary: known.summary,
        owner: known.owner.as_ref().map(|party| desk.book().party_name(party)),
        alerts: (known.alerts, 0),
        next_report: None,
    })
}
