//! What has ended long ago, for the desk to decide what is kept no longer: looked up in the catalogue when the desk asks.
//!
//! Not here: what is over (`desk/retention.rs`), and the removal itself (`core/removal.rs`).

use crate::control::server::{Ask, Doors};
use crate::desk::Input;
use crate::desk::ids::IncidentId;
use crate::desk::removal::Body;
use crate::desk::retention::{Ended, Found};
use crate::desk::rules::Rules;
use crate::record::archive::{self, Line};
use crate::store::{Archived, Bodies};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;
use tokio::sync::oneshot;

/// How often it is looked whether the desk asks.
const LOOK: Duration = Duration::from_secs(2);
/// Pause after an answer could not be had.
const PAUSE: Duration = Duration::from_secs(60);
/// Entries of the catalogue read at once.
const PAGE: usize = 1_000;
/// Incidents handed over at once; the desk asks for more.
const MOST: usize = 200;

/// What the desk asks.
struct Asked {
    from: Timestamp,
    /// What ended later is surely not over.
    before: Timestamp,
    now: Timestamp,
    rules: Rules,
}

/// Answers the desk until the daemon stops.
pub(super) async fn run(doors: Doors) {
    loop {
        tokio::time::sleep(LOOK).await;
        let Ok(asked) = doors.read(|desk, now| asked(desk, now.wall)).await else { return };
        let Some(asked) = asked else { continue };
        match find(&doors, asked).await {
            Ok(found) => {
                if doors.inbox.put(Input::Ended(found)).await.is_err() {
                    return;
                }
            }
            Err(why) => {
                tracing::warn!(why, "what has ended long ago cannot be looked up; it is tried again");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

fn asked(desk: &crate::desk::Desk, now: Timestamp) -> Option<Asked> {
    let (removals, rules) = (&desk.state().house.removals, &desk.book().rules);
    // What is being removed would be found once more.
    removals.asked.filter(|_| removals.pending.is_empty())?;
    let kept = SignedDuration::from_hours(24)
        .checked_mul(i32::try_from(rules.policy.retention.evidence.least_days()).ok()?)?;
    let before = now.checked_sub(kept).ok()?;
    Some(Asked { from: removals.from.unwrap_or(Timestamp::UNIX_EPOCH), before, now, rules: rules.clone() })
}

/// An entry of the catalogue, as far as it matters here.
struct Entry {
    id: u64,
    name: String,
    occurred: Timestamp,
    ended: Timestamp,
    bodies: Vec<Body>,
}

async fn find(doors: &Doors, asked: Asked) -> Result<Found, String> {
    let Asked { from, before, now, rules } = asked;
    let (mut over, mut needed, mut begin) = (Vec::new(), BTreeSet::new(), before);
    for entry in entries(doors, &rules, from, before).await? {
        if entry.ended < before {
            over.push(entry);
        } else {
            begin = begin.min(entry.occurred);
            needed.extend(entry.bodies.into_iter().map(|body| body.sha256));
        }
    }
    if !over.is_empty() {
        // A file may be shared with what ended later.
        for entry in entries(doors, &rules, before, now).await? {
            needed.extend(entry.bodies.into_iter().map(|body| body.sha256));
        }
    }
    over.sort_by_key(|entry| (entry.occurred, entry.id));
    let rest = over.split_off(over.len().min(MOST));
    let ended: Vec<Ended> = over
        .into_iter()
        .map(|Entry { id, name, occurred, ended, mut bodies }| {
            let all = bodies.len();
            bodies.retain(|body| !needed.contains(&body.sha256));
            if bodies.len() < all {
                begin = begin.min(occurred);
            }
            Ended { id: IncidentId(id), name, occurred, ended, bodies }
        })
        .collect();
    let from = rest.iter().map(|entry| entry.occurred).fold(begin, Timestamp::min);
    Ok(Found { ended, from, more: !rest.is_empty() })
}

/// Every entry of what occurred within a stretch of time that still has files.
async fn entries(doors: &Doors, rules: &Rules, from: Timestamp, until: Timestamp) -> Result<Vec<Entry>, String> {
    let (mut all, mut known, mut until) = (Vec::new(), BTreeSet::new(), until);
    loop {
        let (answer, answered) = oneshot::channel();
        let search = archive::between(from, until, PAGE);
        let stopping = || "the daemon is stopping".to_owned();
        doors.store.send(Ask::Archived(search, answer)).await.map_err(|_| stopping())?;
        let mut page: Vec<Archived> = answered.await.map_err(|_| stopping())??;
        let is_last = page.len() < PAGE;
        page.retain(|found| known.insert(found.filed.id));
        let Some(oldest) = page.iter().map(|found| found.filed.moment).min() else { return Ok(all) };
        let (bodies, state, rules) = (doors.bodies.clone(), doors.state.clone(), rules.clone());
        let read =
            move || page.into_iter().filter_map(|found| entry(&bodies, &state, &rules, found)).collect::<Vec<_>>();
        all.extend(tokio::task::spawn_blocking(read).await.map_err(|_| stopping())?);
        if is_last {
            return Ok(all);
        }
        // Latest first; several may have occurred in one moment.
        let oldest = i64::try_from(oldest).ok().and_then(|oldest| Timestamp::from_millisecond(oldest + 1).ok());
        until = oldest.ok_or("an entry of the catalogue has no time")?;
    }
}

/// `None` where nothing is kept any more.
fn entry(bodies: &Bodies, state: &Path, rules: &Rules, found: Archived) -> Option<Entry> {
    let line: Line = serde_json::from_slice(&found.filed.line).ok()?;
    let id = found.filed.id;
    let (ended, mut kept) = match line.ended {
        Some(ended) => (ended, line.bodies),
        // Filed by an earlier version: the record has it.
        None => {
            let look =
                |desk: &crate::desk::Desk, _: &str| desk.state().incidents.get(&IncidentId(id)).map(archive::ended);
            let read = archive::look(state, rules, id, found.last, look);
            read.inspect_err(|why| tracing::warn!(id, why, "an archived incident cannot be read")).ok()?
        }
    };
    kept.retain(|body| body.sha256.parse().is_ok_and(|digest| bodies.path(&digest).exists()));
    if kept.is_empty() {
        return None;
    }
    let name = found.filed.name.unwrap_or_else(|| IncidentId(id).to_string());
    Some(Entry { id, name, occurred: line.occurred, ended, bodies: kept })
}
