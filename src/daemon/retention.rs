//! What has ended long ago, for the desk to decide what is kept no longer: looked up in the catalogue and in the journal when the
//! desk asks.
//!
//! Not here: what is over (`desk/retention.rs`), and the removal itself (`core/removal.rs`).

mod records;

use crate::control::server::{Ask, Doors};
use crate::desk::Input;
use crate::desk::ids::IncidentId;
use crate::desk::removal::Body;
use crate::desk::retention::{Bare, Ended, Found, Listed, began};
use crate::desk::rules::{Keep, Rules};
use crate::record::archive::{self, Ends, Line};
use crate::store::{Archived, Bodies, Search};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
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
/// The same of those that are only listed.
const MOST_LISTED: usize = 5_000;

/// What the desk asks.
struct Asked {
    /// Of what was gathered; `None` = it is kept for ever.
    evidence: Option<Span>,
    /// Of what never got a number.
    bare: Option<Span>,
    records: records::Asked,
    /// Where the look for evidence began last.
    from: Timestamp,
    now: Timestamp,
    rules: Arc<Rules>,
}

/// A stretch of time of the catalogue.
#[derive(Clone, Copy)]
struct Span {
    from: Timestamp,
    /// What ended later is surely not over.
    before: Timestamp,
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
    let (state, book) = (desk.state(), desk.book());
    let (removals, rules, policy) = (&state.house.removals, &book.rules, book.rules.policy.retention);
    // What is being removed would be found once more.
    removals.asked.filter(|_| removals.pending.is_empty())?;
    let from = removals.from.unwrap_or(Timestamp::UNIX_EPOCH);
    let listed_from = removals.unlisted.map_or(Timestamp::UNIX_EPOCH, |known| known.occurred);
    let span = |from: Timestamp, keep: Keep| {
        let days = i32::try_from(keep.least_days().min(policy.records.least_days())).ok()?;
        let kept = SignedDuration::from_hours(24).checked_mul(days)?;
        Some(Span { from, before: now.checked_sub(kept).ok()? })
    };
    let records = records::Asked {
        keep: policy.records,
        zone: book.zone.clone(),
        today: book.date(now),
        needed: state.incidents.values().map(began).min(),
    };
    let (evidence, bare) = (span(from, policy.evidence), span(listed_from, policy.bare_alerts));
    Some(Asked { evidence, bare, records, from, now, rules: rules.clone() })
}

async fn find(doors: &Doors, asked: Asked) -> Result<Found, String> {
    let Asked { evidence, bare, records, from, now, rules } = asked;
    // Nothing is decided by half of a catalogue.
    search(doors, Search::After { id: u64::MAX, most: 1 }).await?;
    let mut found = Found { ended: Vec::new(), from, more: false, bare: None, stretches: Vec::new() };
    if let Some(span) = evidence {
        (found.ended, found.from, found.more) = gathered(doors, &rules, span, now).await?;
    }
    if let Some(span) = bare {
        found.bare = Some(listed(doors, &rules, span).await?);
    }
    // What is not known of the record keeps nothing else: tomorrow it is looked at again.
    found.stretches = records::find(doors, &rules, records).await.unwrap_or_else(|why| {
        tracing::warn!(why, "what of the record is over cannot be looked up; all of it is kept");
        Vec::new()
    });
    Ok(found)
}

/// An entry of the catalogue, as far as it matters here.
struct Entry {
    id: u64,
    name: Option<String>,
    occurred: Timestamp,
    since: Timestamp,
    ended: Timestamp,
    /// The frame that changed it last.
    last: u64,
    bodies: Vec<Body>,
}

/// What has ended with files that are kept, from where on there is more, and whether there is.
async fn gathered(
    doors: &Doors,
    rules: &Rules,
    Span { from, before }: Span,
    now: Timestamp,
) -> Result<(Vec<Ended>, Timestamp, bool), String> {
    let (mut over, mut needed, mut begin) = (Vec::new(), BTreeSet::new(), before);
    for entry in with_files(doors, rules, from, before).await? {
        if entry.ended < before {
            over.push(entry);
        } else {
            begin = begin.min(entry.occurred);
            needed.extend(entry.bodies.into_iter().map(|body| body.sha256));
        }
    }
    if !over.is_empty() {
        // A file may be shared with what ended later.
        for entry in with_files(doors, rules, before, now).await? {
            needed.extend(entry.bodies.into_iter().map(|body| body.sha256));
        }
    }
    over.sort_by_key(|entry| (entry.occurred, entry.id));
    let rest = over.split_off(over.len().min(MOST));
    let ended: Vec<Ended> = over
        .into_iter()
        .map(|Entry { id, name, occurred, ended, mut bodies, .. }| {
            let all = bodies.len();
            bodies.retain(|body| !needed.contains(&body.sha256));
            if bodies.len() < all {
                begin = begin.min(occurred);
            }
            let id = IncidentId(id);
            Ended { id, name: name.unwrap_or_else(|| id.to_string()), occurred, ended, bodies }
        })
        .collect();
    let from = rest.iter().map(|entry| entry.occurred).fold(begin, Timestamp::min);
    Ok((ended, from, !rest.is_empty()))
}

/// What never got a number, and ended long ago.
async fn listed(doors: &Doors, rules: &Rules, Span { from, before }: Span) -> Result<Listed, String> {
    let mut all = entries(doors, rules, from, before, |entry| entry.name.is_none()).await?;
    all.sort_by_key(|entry| (entry.occurred, entry.id));
    let (over, rest): (Vec<Entry>, Vec<Entry>) = all.into_iter().partition(|entry| entry.ended < before);
    let more = over.len() > MOST_LISTED;
    let later = over.iter().skip(MOST_LISTED).chain(&rest).map(|entry| entry.occurred);
    let from = later.fold(before, Timestamp::min);
    let bare = |entry: Entry| Bare { id: IncidentId(entry.id), occurred: entry.occurred, ended: entry.ended };
    Ok(Listed { ended: over.into_iter().take(MOST_LISTED).map(bare).collect(), from, more })
}

/// Every entry of what occurred within a stretch of time that still has files; the others are left out.
async fn with_files(doors: &Doors, rules: &Rules, from: Timestamp, until: Timestamp) -> Result<Vec<Entry>, String> {
    let kept = doors.bodies.clone();
    let has_files = move |entry: &mut Entry| {
        entry.bodies.retain(|body| is_kept(&kept, body));
        !entry.bodies.is_empty()
    };
    entries(doors, rules, from, until, has_files).await
}

fn is_kept(bodies: &Bodies, body: &Body) -> bool {
    body.sha256.parse().is_ok_and(|digest| bodies.path(&digest).exists())
}

/// Those entries of what occurred within a stretch of time that `wanted` wants.
async fn entries(
    doors: &Doors,
    rules: &Rules,
    from: Timestamp,
    until: Timestamp,
    wanted: impl Fn(&mut Entry) -> bool + Clone + Send + 'static,
) -> Result<Vec<Entry>, String> {
    let (mut all, mut known, mut until) = (Vec::new(), BTreeSet::new(), until);
    loop {
        let mut page = search(doors, archive::between(from, until, PAGE)).await?;
        let is_last = page.len() < PAGE;
        page.retain(|found| known.insert(found.filed.id));
        let Some(oldest) = page.iter().map(|found| found.filed.moment).min() else { return Ok(all) };
        let (state, rules, wanted) = (doors.state.clone(), rules.clone(), wanted.clone());
        let read = move || {
            let read = page.into_iter().filter_map(|found| entry(&state, &rules, found));
            read.filter_map(|mut entry| wanted(&mut entry).then_some(entry)).collect::<Vec<_>>()
        };
        all.extend(tokio::task::spawn_blocking(read).await.map_err(|_| stopping())?);
        if is_last {
            return Ok(all);
        }
        // Latest first; several may have occurred in one moment.
        let oldest = i64::try_from(oldest).ok().and_then(|oldest| Timestamp::from_millisecond(oldest + 1).ok());
        until = oldest.ok_or("an entry of the catalogue has no time")?;
    }
}

async fn search(doors: &Doors, search: Search) -> Result<Vec<Archived>, String> {
    let (answer, answered) = oneshot::channel();
    doors.store.send(Ask::Archived(search, answer)).await.map_err(|_| stopping())?;
    answered.await.map_err(|_| stopping())?
}

fn stopping() -> String {
    "the daemon is stopping".to_owned()
}

/// `None` where it cannot be read: that is told, and it stays as it is.
fn entry(state: &Path, rules: &Rules, found: Archived) -> Option<Entry> {
    let id = found.filed.id;
    let line: Line = serde_json::from_slice(&found.filed.line).ok()?;
    let occurred = line.occurred;
    let ends = match Ends::of(line) {
        Some(ends) => ends,
        // Filed by an earlier version: the record has it.
        None => {
            let look =
                |desk: &crate::desk::Desk, _: &str| desk.state().incidents.get(&IncidentId(id)).map(archive::ended);
            let read = archive::look(state, rules, id, found.last, look);
            read.inspect_err(|why| tracing::warn!(id, why, "an archived incident cannot be read")).ok()?
        }
    };
    let Ends { since, ended, bodies } = ends;
    Some(Entry { id, name: found.filed.name, occurred, since, ended, last: found.last, bodies })
}
