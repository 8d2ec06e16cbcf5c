//! Removing the oldest part of the record, with all that only it tells of.
//!
//! First it is no part of the record any more ([`Beginning::put`]), then what belongs to it goes - bodies, messages as worded,
//! entries of the catalogue -, and the files themselves last: they tell what there is to remove. So it may be cut short anywhere
//! and is done again from what is left. Of the state the record begins with now, every incident is over, or it would not begin there; what
//! is left changes few of them. What that state still names of the others goes, too, and leaves the word of its removal.

use super::removal::Place;
use crate::desk::ids::IncidentId;
use crate::desk::removal::Records;
use crate::desk::state::State;
use crate::desk::{Change, Frame, owed};
use crate::record::archive::Line;
use crate::record::{self, SCHEMA};
use crate::store::{self, Beginning, Digest, Error, Gone, GoneBy, History, Search};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::path::Path;

/// Entries of the catalogue read, or taken out of it, at once.
const PAGE: usize = 1_000;

/// What somebody tells of.
#[derive(Default)]
struct Told {
    bodies: BTreeSet<Digest>,
    /// Those of them that are words of people.
    words: BTreeSet<Digest>,
    /// Keys.
    messages: BTreeSet<String>,
}

impl Told {
    fn by_frame(&mut self, payload: &[u8]) {
        self.refers(payload);
        // What does not read was told at a start.
        let Ok(frame) = serde_json::from_slice::<Frame>(payload) else { return };
        self.messages.extend(frame.entries.into_iter().filter_map(|entry| match entry.change {
            Change::Owed(owed::Change::Owed(row)) => Some(row.key),
            _ => None,
        }));
    }

    fn by_state(&mut self, state: &State) -> serde_json::Result<()> {
        self.refers(&serde_json::to_vec(state)?);
        self.messages.extend(state.owed.values().map(|row| row.key.clone()));
        Ok(())
    }

    fn refers(&mut self, payload: &[u8]) {
        self.bodies.extend(record::bodies_in(payload));
        self.words.extend(record::words_in(payload));
    }
}

/// Writes anew where the record begins, if the file that should say so was lost: it is on record. What is to be told of it.
pub(super) fn mend(folder: &Path, state: &State) -> Option<String> {
    let (records, at) = state.house.removals.begins.as_ref()?;
    if Beginning::of(folder).is_some_and(|known| known.to >= records.to) {
        return None;
    }
    let Records { to, until, files, bytes, .. } = *records;
    let begins = Beginning { to, link: records.link.parse().ok()?, at: *at, until, files, bytes };
    match begins.put(folder) {
        Ok(()) => Some(format!("that the record begins after frame {to} was written anew: it was missing or damaged")),
        Err(error) => Some(error.to_string()),
    }
}

/// Removes it: how many files.
pub(super) fn take(place: &Place, records: &Records, at: Timestamp) -> Result<u64, Error> {
    let Records { to, until, files, bytes, .. } = *records;
    let refused = |why: String| Error::Begins { dir: place.folder.clone(), to, why };
    let link = records.link.parse().map_err(|_| refused(format!("{:?} is no digest", records.link)))?;
    let left = History::open(&place.folder, SCHEMA)?;
    let payload = left.at(to).filter(|(seq, _)| *seq == to).map(|(_, payload)| payload);
    let payload = payload.ok_or_else(|| refused("no file begins with the state after that frame".to_owned()))?;
    let unreadable = |error| refused(format!("the state after that frame does not read: {error}"));
    let mut state: State = serde_json::from_slice(&payload).map_err(unreadable)?;
    Beginning { to, link, at, until, files, bytes }.put(&place.folder)?;

    let gone = History::of_what_went(&place.folder)?;
    let mut going = Told::default();
    for (seq, payload) in gone.snapshots() {
        let read = serde_json::from_slice(&payload).and_then(|state: State| going.by_state(&state));
        if read.is_err() {
            tracing::warn!(seq, "a snapshot that is removed does not read");
        }
    }
    gone.frames(0).for_each(|frame| going.by_frame(&frame.payload));

    let entries = entries(place, to, state.counters.incident, &mut going)?;
    let stay = |id: &IncidentId| entries.stay.contains(&id.0);
    state.incidents.retain(|id, _| stay(id));
    state.requests.retain(|_, request| stay(&request.incident));
    state.owed.retain(|_, row| row.incident.as_ref().is_none_or(stay));
    state.past.values_mut().for_each(|all| all.retain(|past| stay(&past.incident)));
    let mut stays = Told::default();
    stays.by_state(&state).map_err(unreadable)?;
    going.messages.retain(|key| !stays.messages.contains(key));
    going.bodies.retain(|name| !stays.bodies.contains(name) && !place.here.contains(name));
    if let Some((_, newest)) = left.snapshots().next().filter(|(newest, _)| *newest > to) {
        let newest: BTreeSet<Digest> = record::bodies_in(&newest).into_iter().collect();
        going.bodies.retain(|name| !newest.contains(name));
    }
    keep_what_is_said_again(place, &left, to, &mut going);

    let named: BTreeSet<Digest> = record::bodies_in(&payload).into_iter().collect();
    let mut count = 0;
    for name in &going.bodies {
        count += u64::from(match named.contains(name) {
            true => {
                let bytes = std::fs::metadata(place.bodies.path(name)).map_or(0, |found| found.len());
                let of = format!("what was until {until}");
                place.bodies.remove(name, &Gone { at, of, bytes, by: GoneBy::Retention })?
            }
            false => place.bodies.forget(name)?,
        });
    }
    for key in &going.messages {
        count += u64::from(place.messages.remove(key)?);
    }
    for some in entries.go.chunks(PAGE) {
        place.filer()?.forget(some.to_vec()).map_err(|why| Error::Working { why })?;
    }
    Ok(count + store::remove_what_went(&place.folder)?)
}

/// Words that may have been said again stay, if they were. Most have a salt of their own, and nothing needs to be read.
fn keep_what_is_said_again(place: &Place, left: &History, seq: u64, going: &mut Told) {
    let is_unique = |name: &Digest| std::fs::read(place.bodies.path(name)).is_ok_and(|said| record::is_unique(&said));
    let words = going.words.iter().filter(|name| going.bodies.contains(*name) && !is_unique(name));
    let mut doubtful: BTreeSet<Digest> = words.copied().collect();
    let mut frames = left.frames(seq);
    while !doubtful.is_empty()
        && let Some(frame) = frames.next()
    {
        for name in record::words_in(&frame.payload) {
            doubtful.remove(&name);
            going.bodies.remove(&name);
        }
    }
}

/// Entries of the catalogue, by their ids.
#[derive(Default)]
struct Entries {
    /// Nothing that is left changes these.
    go: Vec<u64>,
    /// The others that began in what goes.
    stay: BTreeSet<u64>,
}

/// Which entries go, where the last incident that began in what goes is `highest`. What the others name stays.
fn entries(place: &Place, before: u64, highest: u64, going: &mut Told) -> Result<Entries, Error> {
    let (mut entries, mut after) = (Entries::default(), 0);
    loop {
        let search = Search::After { id: after, most: PAGE };
        let page = place.filer()?.find(search).map_err(|why| Error::Working { why })?;
        let Some(last) = page.last() else { return Ok(entries) };
        after = last.filed.id;
        for found in page {
            let id = found.filed.id;
            if found.last <= before {
                entries.go.push(id);
                continue;
            }
            if id <= highest {
                entries.stay.insert(id);
            }
            let named = serde_json::from_slice::<Line>(&found.filed.line).map(|line| line.bodies).unwrap_or_default();
            for name in named.iter().filter_map(|body| body.sha256.parse::<Digest>().ok()) {
                going.bodies.remove(&name);
            }
        }
    }
}
