//! What a look needs to know of the looks before it: the place in the stream of events, and what is open.
//!
//! A higher eventid can become visible before a lower one, so the place is not one number: everything above the highest
//! id of ten minutes ago is read again and the ids already known are dropped. The place travels as the [`Cursor`] and
//! stays with the desk; the open problems come back from the desk itself. Not here: calls, and what follows from rows.

use crate::desk::now::{Elapsed, Now};
use crate::desk::observation::{Cursor, Key, Level, OpenProblem};
use crate::source::Standing;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

/// How long an id may come late.
const OVERLAP: Duration = Duration::from_secs(600);
/// How many ids below the highest are read again at most.
/// One fewer than a page holds, so that the highest itself is always on the first page.
const OVERLAP_IDS: u64 = super::ask::IDS as u64 - 1;

/// The source's working copy of its own record.
#[derive(Debug, Clone, Default)]
pub(super) struct Memory {
    /// Where to go on; `None` before the first look ever.
    pub(super) place: Option<Place>,
    /// Open problems by eventid.
    pub(super) open: BTreeMap<u64, Open>,
    /// Open problems of a database that was restored since: they are kept for people to close.
    pub(super) lost: BTreeSet<String>,
}

/// A place in the stream of events.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The highest eventid processed.
    pub(super) highest: u64,
    /// Its clock: another one under the same id is another database.
    pub(super) clock: i64,
    /// Ids from `floor` on that were processed.
    pub(super) seen: BTreeSet<u64>,
    /// The hosts that were visible at the last complete look.
    pub(super) hosts: u64,
    /// How often the database was found restored; part of the keys from then on, because ids come again.
    pub(super) era: u32,
    /// The highest id by when it was that, oldest first.
    history: VecDeque<(Elapsed, u64)>,
}

/// An open problem.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Open {
    pub(super) key: Key,
    pub(super) object: u64,
    pub(super) level: Level,
    pub(super) acknowledged: bool,
    pub(super) suppressed: bool,
    pub(super) monitored: bool,
    /// The last complete look did not find it.
    pub(super) missed: bool,
}

/// The cursor as it is written.
#[derive(Debug, Serialize, Deserialize)]
struct Written {
    hi: u64,
    clock: i64,
    floor: u64,
    /// `81-120,130`
    seen: String,
    hosts: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    era: u32,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    lost: BTreeSet<String>,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Memory {
    /// The memory as the desk has it on record.
    ///
    /// # Errors
    /// The cursor is not one of ours; the memory then has the open problems but no place.
    pub(super) fn restore(standing: &Standing, now: Now) -> (Self, Result<(), String>) {
        let mut memory = Memory::default();
        let read = standing.cursor.as_ref().map(|cursor| read_cursor(cursor, now)).transpose();
        let outcome = match read {
            Ok(Some((place, lost))) => {
                (memory.place, memory.lost) = (Some(place), lost);
                Ok(())
            }
            Ok(None) => Ok(()),
            Err(why) => Err(why),
        };
        let (lost, open): (Vec<_>, Vec<_>) =
            standing.open.iter().partition(|problem| memory.lost.contains(problem.key.as_str()));
        memory.lost = lost.into_iter().map(|problem| problem.key.0.to_string()).collect();
        for problem in open {
            let Some(id) = event_id(&problem.key) else {
                tracing::warn!(key = %problem.key, "an open problem whose key is not of this source is left alone");
                continue;
            };
            let OpenProblem { key, object, level, acknowledged, suppressed, monitored } = problem.clone();
            let object = object.and_then(|object| object.parse().ok()).unwrap_or_default();
            memory.open.insert(id, Open { key, object, level, acknowledged, suppressed, monitored, missed: false });
        }
        (memory, outcome)
    }

    /// The place as the desk keeps it.
    pub(super) fn cursor(&self) -> Option<Cursor> {
        let place = self.place.as_ref()?;
        let written = Written {
            hi: place.highest,
            clock: place.clock,
            floor: place.floor(),
            seen: ranges(place.seen.range(place.floor()..)),
            hosts: place.hosts,
            era: place.era,
            lost: self.lost.clone(),
        };
        serde_json::to_string(&written).ok().map(Cursor)
    }

    /// The key of the problem with this eventid.
    pub(super) fn key(&self, id: u64) -> Key {
        match self.place.as_ref().map_or(0, |place| place.era) {
            0 => Key(id.to_string().into()),
            era => Key(format!("{id}@{era}").into()),
        }
    }

    /// Goes on from `newest` in a database that was put back: what is open there under the same id and trigger
    /// (`known`) stays, the rest is kept apart. Returns how many those are.
    pub(super) fn start_over(
        &mut self,
        newest: u64,
        clock: i64,
        known: impl Fn(u64, &Open) -> bool,
        now: Now,
    ) -> usize {
        let (hosts, era) = self.place.as_ref().map_or((0, 0), |place| (place.hosts, place.era + 1));
        self.place = Some(Place::at(newest, clock, hosts, era, now));
        let (kept, apart): (BTreeMap<_, _>, BTreeMap<_, _>) =
            std::mem::take(&mut self.open).into_iter().partition(|(id, open)| known(*id, open));
        self.open = kept;
        let count = apart.len();
        self.lost.extend(apart.into_values().map(|open| open.key.0.into()));
        count
    }
}

impl Place {
    /// The place right behind event `highest`.
    pub(super) fn at(highest: u64, clock: i64, hosts: u64, era: u32, now: Now) -> Self {
        let history = VecDeque::from([(now.elapsed, highest)]);
        Self { highest, clock, seen: BTreeSet::from([highest]), hosts, era, history }
    }

    /// The lowest id that is read again: the highest of ten minutes ago.
    pub(super) fn floor(&self) -> u64 {
        let oldest = self.history.front().map_or(self.highest, |(_, id)| *id);
        oldest.max(self.highest.saturating_sub(OVERLAP_IDS))
    }

    /// Whether this event was processed before.
    pub(super) fn knows(&self, id: u64) -> bool {
        self.seen.contains(&id)
    }

    /// Notes that an event was processed.
    pub(super) fn processed(&mut self, id: u64, clock: i64) {
        self.seen.insert(id);
        if id > self.highest {
            (self.highest, self.clock) = (id, clock);
        }
    }

    /// Ends a tail that was read to its end: the overlap moves on.
    pub(super) fn advance(&mut self, now: Now) {
        // The last entry that is at least ten minutes old is what was the highest ten minutes ago.
        while self.history.get(1).is_some_and(|(when, _)| now.elapsed.since(*when) >= OVERLAP) {
            self.history.pop_front();
        }
        if self.history.back().is_none_or(|(_, id)| *id != self.highest) {
            self.history.push_back((now.elapsed, self.highest));
        }
        self.seen = self.seen.split_off(&self.floor());
    }
}

/// The eventid in a key of ours.
pub(super) fn event_id(key: &Key) -> Option<u64> {
    key.0.split('@').next()?.parse().ok()
}

fn read_cursor(cursor: &Cursor, now: Now) -> Result<(Place, BTreeSet<String>), String> {
    let written: Written = serde_json::from_str(&cursor.0).map_err(|error| error.to_string())?;
    let seen = read_ranges(&written.seen)?;
    // How old the overlap is was not written: it is taken as new and held for its full time once more.
    let mut history = VecDeque::from([(now.elapsed, written.floor.min(written.hi))]);
    if written.floor < written.hi {
        history.push_back((now.elapsed, written.hi));
    }
    let Written { hi: highest, clock, hosts, era, lost, .. } = written;
    Ok((Place { highest, clock, seen, hosts, era, history }, lost))
}

/// Writes ids as `81-120,130`.
fn ranges<'a>(ids: impl IntoIterator<Item = &'a u64>) -> String {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for &id in ids {
        match runs.last_mut() {
            Some((_, end)) if end.checked_add(1) == Some(id) => *end = id,
            _ => runs.push((id, id)),
        }
    }
    let words = runs.iter().map(|(from, to)| if from == to { from.to_string() } else { format!("{from}-{to}") });
    words.collect::<Vec<_>>().join(",")
}

/// Reads what [`ranges`] wrote; refuses what would not fit the overlap.
fn read_ranges(text: &str) -> Result<BTreeSet<u64>, String> {
    let mut ids = BTreeSet::new();
    for word in text.split(',').filter(|word| !word.is_empty()) {
        let (from, to) = word.split_once('-').unwrap_or((word, word));
        let (Ok(from), Ok(to)) = (from.parse::<u64>(), to.parse::<u64>()) else {
            return Err(format!("{word:?} is no range of ids"));
        };
        if to.saturating_sub(from) > 2 * OVERLAP_IDS {
            return Err(format!("{word:?} is longer than any overlap"));
        }
        ids.extend(from..=to);
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should stop")]
    use super::*;
    use jiff::Timestamp;

    fn at(seconds: u64) -> Now {
        Now { wall: Timestamp::UNIX_EPOCH, elapsed: Elapsed(seconds * 1_000) }
    }

    fn place_with(highest: u64) -> Memory {
        Memory { place: Some(Place::at(highest, 1_000, 45, 0, at(0))), ..Default::default() }
    }

    #[test]
    fn ids_are_written_as_ranges_and_read_back() {
        let ids: BTreeSet<u64> = (81..=120).chain([130, 132, 133]).collect();
        assert_eq!(ranges(&ids), "81-120,130,132-133");
        assert_eq!(read_ranges("81-120,130,132-133").unwrap(), ids);
        assert_eq!(read_ranges("").unwrap(), BTreeSet::new());
        assert!(read_ranges("1-x").is_err());
        assert!(read_ranges("1-18446744073709551615").is_err());
        assert_eq!(read_ranges(&ranges(&BTreeSet::from([u64::MAX]))).unwrap(), BTreeSet::from([u64::MAX]));
    }

    #[test]
    fn what_was_above_the_highest_of_ten_minutes_ago_is_read_again() {
        let mut place = Place::at(100, 0, 0, 0, at(0));
        assert_eq!(place.floor(), 100);
        place.processed(2_100, 5);
        place.advance(at(15));
        assert_eq!(place.floor(), 100, "a late 101 is still looked for");
        place.processed(2_101, 6);
        place.advance(at(600));
        assert_eq!(place.floor(), 100);
        place.advance(at(615));
        assert_eq!(place.floor(), 2_100);
        place.advance(at(1_199));
        assert_eq!(place.floor(), 2_100);
        place.advance(at(1_200));
        assert_eq!(place.floor(), 2_101);
        assert_eq!(ranges(&place.seen), "2101");
    }

    #[test]
    fn the_overlap_is_at_most_5000_ids() {
        let mut place = Place::at(100, 0, 0, 0, at(0));
        for id in 101..=20_000 {
            place.processed(id, 0);
        }
        place.advance(at(15));
        assert_eq!(place.floor(), 15_001);
        assert_eq!(ranges(&place.seen), "15001-20000");
    }

    #[test]
    fn the_cursor_comes_back_as_it_was_written() {
        let mut memory = place_with(80);
        let place = memory.place.as_mut().unwrap();
        for id in (81..=120).chain([130]) {
            place.processed(id, 1_789_838_020);
        }
        place.advance(at(15));
        let cursor = memory.cursor().unwrap();
        assert_eq!(cursor.0, r#"{"hi":130,"clock":1789838020,"floor":80,"seen":"80-120,130","hosts":45}"#);
        let standing = Standing { cursor: Some(cursor.clone()), ..Default::default() };
        let (again, outcome) = Memory::restore(&standing, at(9_000));
        outcome.unwrap();
        assert_eq!(again.cursor().unwrap(), cursor);
        let place = again.place.unwrap();
        assert!(place.knows(120) && !place.knows(121));
    }

    #[test]
    fn a_cursor_of_somebody_else_is_told_and_the_open_problems_are_kept() {
        let open = OpenProblem {
            key: Key("7".into()),
            object: Some("23139".into()),
            level: Level::High,
            acknowledged: false,
            suppressed: false,
            monitored: true,
        };
        let standing = Standing { cursor: Some(Cursor("offset 12".into())), open: vec![open], down_since: None };
        let (memory, outcome) = Memory::restore(&standing, at(0));
        assert!(outcome.is_err());
        assert!(memory.place.is_none());
        assert_eq!(memory.open[&7].object, 23139);
    }

    #[test]
    fn after_a_restore_ids_may_come_again_without_being_taken_for_old_ones() {
        let mut memory = place_with(130);
        let open = |id: u64| Open {
            key: Key(id.to_string().into()),
            object: id,
            level: Level::High,
            acknowledged: false,
            suppressed: false,
            monitored: true,
            missed: false,
        };
        memory.open = [(90, open(90)), (125, open(125))].into();
        assert_eq!(memory.start_over(100, 7, |id, _| id == 90, at(60)), 1);
        assert_eq!(memory.key(125), Key("125@1".into()));
        assert_eq!(event_id(&Key("125@1".into())), Some(125));
        assert_eq!(memory.open.keys().copied().collect::<Vec<_>>(), [90]);
        let standing = Standing {
            cursor: memory.cursor(),
            open: ["90", "125", "125@1"]
                .map(|key| OpenProblem {
                    key: Key(key.into()),
                    object: Some("1".into()),
                    level: Level::High,
                    acknowledged: false,
                    suppressed: false,
                    monitored: true,
                })
                .into(),
            down_since: None,
        };
        let (again, outcome) = Memory::restore(&standing, at(70));
        outcome.unwrap();
        assert_eq!(again.lost, BTreeSet::from(["125".to_owned()]));
        assert_eq!(again.open[&125].key, Key("125@1".into()));
        assert_eq!(again.open[&90].key, Key("90".into()));
    }
}
