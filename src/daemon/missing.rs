//! Whether the files beside the journal are there that the record refers to: looked for after the start and once a day.
//!
//! A file nobody removed and that is gone is told once, all of them in one mail; the desk remembers how many it has told of. What
//! was gathered about incidents that are over is looked for page by page, while everything else goes on: with a million of them it
//! takes its time. Not here: what is in the files, and words and messages of what is over (`store verify` reads all there is).

use crate::control::server::{Ask, Doors};
use crate::desk::Desk;
use crate::desk::Input;
use crate::desk::ids::IncidentId;
use crate::desk::owed::{Owed, OwedState, Work};
use crate::desk::removal::Missing;
use crate::desk::state::State;
use crate::record;
use crate::record::archive::Line;
use crate::store::{Archived, Bodies, Digest, Messages, Search};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;
use tokio::sync::oneshot;

/// From the start to the first look: sources and whoever waits come first.
const SOON: Duration = Duration::from_secs(2);
/// From one look to the next.
const DAILY: Duration = Duration::from_secs(24 * 3_600);
/// Pause after a look was not possible.
const PAUSE: Duration = Duration::from_secs(60);
/// Incidents in memory asked for at once: the desk waits meanwhile.
const SOME: usize = 50;
/// Entries of the catalogue read at once.
const PAGE: usize = 500;
/// Incidents that are named.
const NAMED: usize = 5;

/// What the start found, before anything made the folders anew.
#[derive(Debug, Clone, Copy)]
pub(super) struct Before {
    /// The folder of the messages is not there.
    no_messages: bool,
}

impl Before {
    /// Looks at the state directory `folder`.
    pub(super) fn of(folder: &Path) -> Self {
        Self { no_messages: !Messages::of(folder).are_there() }
    }

    /// As far as `state`, the record as it was opened, refers to what is not there: nothing was sent before a first start, whose own
    /// first message may be under way by now.
    pub(super) fn missed_by(self, state: &State) -> Self {
        let sent = |work: &Work| matches!(work, Work::Message { .. });
        let before = |row: &Owed| row.attempts > u32::from(matches!(row.state, OwedState::Started { .. }));
        let was_sent = || state.owed.values().any(|row| before(row) && sent(&row.work));
        Self { no_messages: self.no_messages && was_sent() }
    }
}

/// What incidents refer to.
struct Referred {
    name: String,
    files: Vec<Digest>,
}

/// Looks until the daemon stops.
pub(super) async fn run(doors: Doors, before: Before) {
    let mut pause = SOON;
    let mut folder_gone = before.no_messages;
    loop {
        tokio::time::sleep(pause).await;
        match look(&doors, folder_gone).await {
            Ok(Some(missing)) => {
                folder_gone = false;
                pause = DAILY;
                if missing.files > 0 || missing.messages {
                    tracing::error!(
                        files = missing.files,
                        of = missing.of.join(", "),
                        messages_folder = missing.messages,
                        "files the record refers to are not there; `kiriwake store verify` lists them"
                    );
                }
                if doors.inbox.put(Input::Missing(missing)).await.is_err() {
                    return;
                }
            }
            // Something was being removed, which is no loss.
            Ok(None) => pause = PAUSE,
            Err(why) => {
                tracing::debug!(why, "whether all files are there cannot be looked for now; it is tried again");
                pause = PAUSE;
            }
        }
    }
}

async fn look(doors: &Doors, folder_gone: bool) -> Result<Option<Missing>, String> {
    let removals = |desk: &Desk| desk.state().house.removals.clone();
    let before = doors.read(move |desk, _| removals(desk)).await.map_err(|_| stopping())?;
    let (mut files, mut of, mut known) = (BTreeSet::new(), Vec::new(), BTreeSet::new());
    let mut note = |missing: Vec<Referred>| {
        for Referred { name, files: gone } in missing {
            if of.len() < NAMED {
                of.push(name);
            }
            files.extend(gone);
        }
    };
    let mut after = None;
    loop {
        let some = doors.read(move |desk, _| in_memory(desk, after)).await.map_err(|_| stopping())?;
        let Some((last, _)) = some.last() else { break };
        after = Some(*last);
        known.extend(some.iter().map(|(id, _)| *id));
        note(not_there(&doors.bodies, some.into_iter().map(|(_, referred)| referred).collect()).await?);
    }
    let mut after = 0;
    loop {
        let page = search(doors, Search::After { id: after, most: PAGE }).await?;
        let Some(last) = page.last() else { break };
        after = last.filed.id;
        let archived = page.into_iter().filter(|found| !known.contains(&IncidentId(found.filed.id)));
        note(not_there(&doors.bodies, archived.filter_map(filed).collect()).await?);
    }
    let now = doors.read(move |desk, _| removals(desk)).await.map_err(|_| stopping())?;
    if now.last != before.last || !now.pending.is_empty() {
        return Ok(None);
    }
    Ok(Some(Missing { files: files.len() as u64, of, messages: folder_gone }))
}

/// The next incidents in memory after `after`, and what they refer to: what was gathered, and words that are not known.
fn in_memory(desk: &Desk, after: Option<IncidentId>) -> Vec<(IncidentId, Referred)> {
    let incidents = desk.state().incidents.values().filter(|incident| after.is_none_or(|after| incident.id > after));
    let referred = incidents.take(SOME).map(|incident| {
        let gathered = incident.evidence.parts.iter().filter_map(|part| part.sha256.parse().ok());
        // Words that were read are no references any more.
        let words = serde_json::to_vec(incident).map(|text| record::words_in(&text)).unwrap_or_default();
        (incident.id, Referred { name: incident.name(), files: gathered.chain(words).collect() })
    });
    referred.collect()
}

/// What an archived one refers to; `None` for one that does not say.
fn filed(found: Archived) -> Option<Referred> {
    let line: Line = serde_json::from_slice(&found.filed.line).ok()?;
    let name = found.filed.name.unwrap_or_else(|| IncidentId(found.filed.id).to_string());
    Some(Referred { name, files: line.bodies.iter().filter_map(|body| body.sha256.parse().ok()).collect() })
}

/// Those of which files are gone that nobody removed, with these files.
async fn not_there(bodies: &Bodies, referred: Vec<Referred>) -> Result<Vec<Referred>, String> {
    let bodies = bodies.clone();
    let look = move || {
        let gone = referred.into_iter().map(|Referred { name, mut files }| {
            files.retain(|digest| bodies.is_lost(digest));
            Referred { name, files }
        });
        gone.filter(|referred| !referred.files.is_empty()).collect()
    };
    tokio::task::spawn_blocking(look).await.map_err(|_| stopping())
}

async fn search(doors: &Doors, search: Search) -> Result<Vec<Archived>, String> {
    let (answer, answered) = oneshot::channel();
    doors.store.send(Ask::Archived(search, answer)).await.map_err(|_| stopping())?;
    answered.await.map_err(|_| stopping())?
}

fn stopping() -> String {
    "the daemon is stopping".to_owned()
}
