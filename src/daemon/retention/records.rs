//! The oldest parts of the record: which stretches of files there are, what they tell of, and when that ended.

use super::{Entry, PAGE, entry, search, stopping};
use crate::control::server::Doors;
use crate::desk::now::Now;
use crate::desk::retention::Stretch;
use crate::desk::rules::{Keep, Rules};
use crate::record::SCHEMA;
use crate::store::{self, History, Search};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use std::path::Path;

/// Stretches handed over at once, and how large they may be together; the desk asks for more.
const MOST: usize = 50;
const MOST_BYTES: u64 = 512 * 1024 * 1024;

/// What the desk asks of the record.
pub(super) struct Asked {
    pub(super) keep: Keep,
    pub(super) zone: TimeZone,
    pub(super) today: Date,
    /// What is in the desk's memory began then: nothing from there on is over.
    pub(super) needed: Option<Timestamp>,
}

impl Asked {
    /// Whether what was recorded until then may be over.
    fn may_be_over(&self, until: Timestamp) -> bool {
        let over = self.keep.over(until.to_zoned(self.zone.clone()).date());
        over.is_some_and(|over| over <= self.today) && self.needed.is_none_or(|needed| until < needed)
    }
}

/// The only part of a frame that is needed here.
#[derive(Deserialize)]
struct Glance {
    at: Now,
}

/// And of a snapshot.
#[derive(Deserialize)]
struct StateGlance {
    house: HouseGlance,
}

#[derive(Deserialize)]
struct HouseGlance {
    last_step: Option<Now>,
}

/// What of the record may be over, oldest first.
pub(super) async fn find(doors: &Doors, rules: &Rules, asked: Asked) -> Result<Vec<Stretch>, String> {
    if asked.keep == Keep::Forever {
        return Ok(Vec::new());
    }
    let state = doors.state.clone();
    let read = move || read(&state, &asked);
    let read = tokio::task::spawn_blocking(read).await.map_err(|_| stopping())?;
    let mut stretches = read.map_err(|error| error.to_string())?;
    let Some(until) = stretches.last().map(|last| last.until) else { return Ok(stretches) };
    let mut after = 0;
    loop {
        let page = search(doors, Search::After { id: after, most: PAGE }).await?;
        let Some(last) = page.last() else { break };
        after = last.filed.id;
        let (state, rules, count) = (doors.state.clone(), rules.clone(), page.len());
        let read = move || page.into_iter().filter_map(|found| entry(&state, &rules, found)).collect::<Vec<_>>();
        let entries = tokio::task::spawn_blocking(read).await.map_err(|_| stopping())?;
        if entries.len() < count {
            return Err("not every entry of the catalogue can be read".to_owned());
        }
        entries.iter().filter(|entry| entry.since <= until).for_each(|entry| note(&mut stretches, entry));
    }
    // What a stretch may tell of, the ones after it may tell of as well.
    let (mut ended, mut bare) = (None, None);
    for stretch in &mut stretches {
        (ended, bare) = (stretch.ended.max(ended), stretch.bare.max(bare));
        (stretch.ended, stretch.bare) = (ended, bare);
    }
    Ok(stretches)
}

/// Notes what ended in the first stretch that may tell of it.
fn note(stretches: &mut [Stretch], entry: &Entry) {
    let first = stretches.partition_point(|stretch| stretch.until < entry.since);
    let Some(stretch) = stretches.get_mut(first) else { return };
    let latest = if entry.name.is_some() { &mut stretch.ended } else { &mut stretch.bare };
    *latest = (*latest).max(Some(entry.ended));
    let last = stretches.iter_mut().find(|stretch| (stretch.first..=stretch.last).contains(&entry.last));
    if let Some(stretch) = last.filter(|_| entry.name.is_some()) {
        stretch.incidents += 1;
    }
}

/// The oldest stretches of the journal, as far as their own time may be over.
fn read(state: &Path, asked: &Asked) -> Result<Vec<Stretch>, store::Error> {
    let history = History::open(state, SCHEMA)?;
    let (mut all, mut size, mut until): (Vec<Stretch>, u64, _) = (Vec::new(), 0, Timestamp::MIN);
    for store::Stretch { first, last, link, files, bytes } in history.stretches() {
        let is_enough = all.len() >= MOST || size >= MOST_BYTES;
        let latest = if is_enough { None } else { latest(&history, first, last, until, asked) };
        let Some(latest) = latest else {
            if let Some(before) = all.last_mut() {
                before.more = is_enough;
            }
            break;
        };
        until = latest;
        size = size.saturating_add(bytes);
        let (ended, bare, link) = (None, None, link.to_string());
        all.push(Stretch { first, last, link, until, ended, bare, files, bytes, incidents: 0, more: false });
    }
    Ok(all)
}

/// The latest moment of a stretch and of all before; `None` when that is surely not over, or not known.
fn latest(history: &History, first: u64, last: u64, before: Timestamp, asked: &Asked) -> Option<Timestamp> {
    let mut known = false;
    let mut until = before;
    let frames = history.frames(first.saturating_sub(1)).take_while(|frame| frame.seq <= last);
    let moments = frames.filter_map(|frame| Some(serde_json::from_slice::<Glance>(&frame.payload).ok()?.at.wall));
    // Most days the first frame of all tells that nothing is over. Where some do not read, the state after them says when it was.
    for at in moments.chain(std::iter::once_with(|| after(history, last)).flatten()) {
        (known, until) = (true, until.max(at));
        if !asked.may_be_over(until) {
            return None;
        }
    }
    known.then_some(until)
}

/// When the last step before frame `seq`'s end was, by the snapshot there.
fn after(history: &History, seq: u64) -> Option<Timestamp> {
    let (_, payload) = history.at(seq).filter(|(at, _)| *at == seq)?;
    Some(serde_json::from_slice::<StateGlance>(&payload).ok()?.house.last_step?.wall)
}
