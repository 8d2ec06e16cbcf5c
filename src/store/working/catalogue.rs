//! The catalogue of what is archived: where in the journal each thing that is over can be read again.
//!
//! A tree of its own beside the working state, because the start must not read all of it: it grows for years. So its
//! entries carry their own checksums, looked at whenever one is read, and count and digest of all of them are compared at
//! checkpoints, when verifying, and at the start while there are few. It is derived from the journal like the rest:
//! whatever is wrong with it, all of sled is set aside, and the owner files everything anew ([`Catalogue::is_complete`]).
//!
//! ```text
//! i <id 8>                    first frame 8 | last frame 8 | moment 8 | length of the name 2 | name | what the owner says
//! n <name>                    id 8
//! t <moment 8> <id 8>         nothing: for looking through a stretch of time
//! m                           whether everything is filed 1 | count 8 | sum of the digests 16
//! ```

use super::db::said;
use super::entry::{Tally, seal, unseal};
use std::ops::Range;

const TREE: &[u8] = b"catalogue";
const META: &[u8] = b"m";
/// Up to so many entries, three for each thing, are compared at the start already.
const SMALL: u64 = 30_000;

/// One archived thing, as the owner files it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    /// Its id.
    pub id: u64,
    /// What it can also be asked for by.
    pub name: Option<String>,
    /// When it was, for looking through a stretch of time; in whatever unit, as long as a later moment is a higher number.
    pub moment: u64,
    /// What the owner wants to read without opening the journal.
    pub line: Vec<u8>,
}

/// One archived thing, as found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The frame at which it was over: all that belonged to it was there.
    pub first: u64,
    /// The frame that changed it last.
    pub last: u64,
    /// What was filed.
    pub filed: Filed,
}

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Search {
    /// By id.
    Id(u64),
    /// By name.
    Name(String),
    /// Everything, in the order of ids, after this one; refused while not everything that is over is filed.
    After {
        /// The id.
        id: u64,
        /// At most so many.
        most: usize,
    },
    /// By moment, the end excluded; the latest `most`, latest first.
    Between {
        /// The stretch.
        moments: Range<u64>,
        /// At most so many.
        most: usize,
    },
}

/// The tree.
pub(super) struct Catalogue {
    tree: sled::Tree,
    is_complete: bool,
    tally: Tally,
}

impl Catalogue {
    /// Opens it, or begins one: an empty one is complete only in a new store.
    pub(super) fn open(sled: &sled::Db, is_new: bool) -> Result<Self, String> {
        let tree = sled.open_tree(TREE).map_err(said)?;
        match tree.get(META).map_err(said)? {
            Some(value) => {
                let rest: &[u8; 25] =
                    unseal(META, &value)?.try_into().map_err(|_| "the catalogue's own record has an unknown length")?;
                let entries = u64::from_be_bytes(std::array::from_fn(|nth| rest[nth + 1]));
                let sum = u128::from_be_bytes(std::array::from_fn(|nth| rest[nth + 9]));
                Ok(Self { tree, is_complete: rest[0] == 1, tally: Tally { entries, sum } })
            }
            None if tree.is_empty() => Ok(Self { tree, is_complete: is_new, tally: Tally::default() }),
            None => Err("the catalogue's own record is missing".to_owned()),
        }
    }

    /// Whether everything that is over is filed.
    pub(super) fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Whether all of it can be read at the start without anybody waiting for it (some ten milliseconds).
    pub(super) fn is_small(&self) -> bool {
        self.tally.entries <= SMALL
    }

    /// Everything that is over is filed.
    pub(super) fn complete(&mut self) -> Result<(), String> {
        self.is_complete = true;
        self.tree.insert(META, self.meta()).map_err(said).map(drop)
    }

    fn meta(&self) -> Vec<u8> {
        let front = [u8::from(self.is_complete)];
        seal(META, &[&front, &self.tally.entries.to_be_bytes(), &self.tally.sum.to_be_bytes()])
    }

    /// Files what was over at frame `seq`. What was filed at a later frame stays, but for the earlier beginning.
    pub(super) fn write<'a>(&mut self, filed: impl Iterator<Item = (u64, &'a Filed)>) -> Result<(), String> {
        let mut batch = sled::Batch::default();
        let (mut tally, mut any) = (self.tally, false);
        // One batch may bring a thing twice; sled shows it only what was there before.
        let mut latest: std::collections::BTreeMap<u64, Found> = std::collections::BTreeMap::new();
        for (seq, filed) in filed {
            let before = match latest.remove(&filed.id) {
                Some(before) => Some(before),
                None => self.by_id(filed.id)?,
            };
            let new = Found { first: seq, last: seq, filed: filed.clone() };
            let merged = match before {
                Some(before) if before.last > seq => Found { first: before.first.min(seq), ..before },
                Some(before) => Found { first: before.first.min(seq), ..new },
                None => new,
            };
            latest.insert(merged.filed.id, merged);
        }
        for found in latest.values() {
            any = true;
            for (key, value) in self.by_id(found.filed.id)?.iter().flat_map(entries) {
                tally.sub(&key, &value);
                batch.remove(key);
            }
            for (key, value) in entries(found) {
                tally.add(&key, &value);
                batch.insert(key, value);
            }
        }
        if any {
            self.tally = tally;
            batch.insert(META, self.meta());
            self.tree.apply_batch(batch).map_err(said)?;
        }
        Ok(())
    }

    /// What is looked for.
    pub(super) fn find(&self, search: &Search) -> Result<Vec<Found>, String> {
        match search {
            Search::Id(id) => Ok(self.by_id(*id)?.into_iter().collect()),
            Search::Name(name) => {
                let key = name_key(name);
                let Some(value) = self.tree.get(&key).map_err(said)? else { return Ok(Vec::new()) };
                let id = unseal(&key, &value)?.try_into().map(u64::from_be_bytes);
                let id = id.map_err(|_| "an entry of the catalogue is cut short".to_owned())?;
                Ok(self.by_id(id)?.into_iter().collect())
            }
            Search::After { id, most } => {
                let Some(next) = id.checked_add(1) else { return Ok(Vec::new()) };
                let mut found = Vec::new();
                for entry in self.tree.range(id_key(next)..=id_key(u64::MAX)).take(*most) {
                    let (key, value) = entry.map_err(said)?;
                    let id = key.split_last_chunk::<8>().map(|(_, id)| u64::from_be_bytes(*id));
                    let read = id.and_then(|id| Some(read(id, unseal(&key, &value).ok()?)));
                    found.extend(read.ok_or("an entry of the catalogue does not read")?);
                }
                Ok(found)
            }
            Search::Between { moments, most } => {
                let range = moment_key(moments.start, 0)..moment_key(moments.end, 0);
                let mut found = Vec::new();
                for entry in self.tree.range(range).rev().take(*most) {
                    let (key, value) = entry.map_err(said)?;
                    unseal(&key, &value)?;
                    let id = key.split_last_chunk::<8>().map(|(_, id)| u64::from_be_bytes(*id));
                    found.extend(id.map(|id| self.by_id(id)).transpose()?.flatten());
                }
                Ok(found)
            }
        }
    }

    /// Takes away what is filed under these ids: how much there was.
    pub(super) fn forget(&mut self, ids: &[u64]) -> Result<u64, String> {
        let mut batch = sled::Batch::default();
        let (mut tally, mut count) = (self.tally, 0);
        for id in ids.iter().collect::<std::collections::BTreeSet<_>>() {
            let Some(found) = self.by_id(*id)? else { continue };
            count += 1;
            for (key, value) in entries(&found) {
                tally.sub(&key, &value);
                batch.remove(key);
            }
        }
        if count > 0 {
            self.tally = tally;
            batch.insert(META, self.meta());
            self.tree.apply_batch(batch).map_err(said)?;
        }
        Ok(count)
    }

    fn by_id(&self, id: u64) -> Result<Option<Found>, String> {
        let key = id_key(id);
        let Some(value) = self.tree.get(&key).map_err(said)? else { return Ok(None) };
        read(id, unseal(&key, &value)?).ok_or_else(|| "an entry of the catalogue is cut short".to_owned()).map(Some)
    }

    /// Reads everything and compares it with what was written.
    pub(super) fn check(&self, tick: &dyn Fn()) -> Result<(), String> {
        let mut tally = Tally::default();
        for (nth, entry) in self.tree.iter().enumerate() {
            let (key, value) = entry.map_err(said)?;
            if nth % 256 == 0 {
                tick();
            }
            unseal(&key, &value)?;
            if *key != *META {
                tally.add(&key, &value);
            }
        }
        let (held, found) = (self.tally.entries, tally.entries);
        if tally == self.tally {
            Ok(())
        } else {
            Err(format!("the catalogue holds {found} entries where {held} were stored, or other ones"))
        }
    }
}

fn id_key(id: u64) -> Vec<u8> {
    [b"i", &id.to_be_bytes()[..]].concat()
}

fn name_key(name: &str) -> Vec<u8> {
    [b"n", name.as_bytes()].concat()
}

fn moment_key(moment: u64, id: u64) -> Vec<u8> {
    [b"t", &moment.to_be_bytes()[..], &id.to_be_bytes()].concat()
}

fn entries(found: &Found) -> Vec<(Vec<u8>, Vec<u8>)> {
    let Found { first, last, filed } = found;
    let name = filed.name.as_deref().unwrap_or_default();
    let length = u16::try_from(name.len()).unwrap_or_default();
    let name = if usize::from(length) == name.len() { name } else { "" };
    let (by_id, by_moment) = (id_key(filed.id), moment_key(filed.moment, filed.id));
    let numbers = [first, last, &filed.moment].map(|number| number.to_be_bytes()).concat();
    let whole = seal(&by_id, &[&numbers, &length.to_be_bytes(), name.as_bytes(), &filed.line]);
    let at = seal(&by_moment, &[]);
    let mut entries = vec![(by_id, whole), (by_moment, at)];
    if !name.is_empty() {
        let by_name = name_key(name);
        let id = seal(&by_name, &[&filed.id.to_be_bytes()]);
        entries.push((by_name, id));
    }
    entries
}

fn read(id: u64, value: &[u8]) -> Option<Found> {
    let (first, rest) = value.split_first_chunk()?;
    let (last, rest) = rest.split_first_chunk()?;
    let (moment, rest) = rest.split_first_chunk()?;
    let (length, rest) = rest.split_first_chunk()?;
    let (name, line) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    let name = std::str::from_utf8(name).ok()?;
    let name = (!name.is_empty()).then(|| name.to_owned());
    let filed = Filed { id, name, moment: u64::from_be_bytes(*moment), line: line.to_vec() };
    Some(Found { first: u64::from_be_bytes(*first), last: u64::from_be_bytes(*last), filed })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    fn filed(id: u64, name: &str, moment: u64, line: &str) -> Filed {
        Filed { id, name: (!name.is_empty()).then(|| name.to_owned()), moment, line: line.as_bytes().to_vec() }
    }

    fn ids(found: &[Found]) -> Vec<u64> {
        found.iter().map(|found| found.filed.id).collect()
    }

    #[test]
    fn what_is_filed_is_found_by_id_by_name_and_by_time() {
        let folder = tempfile::tempdir().unwrap();
        let sled = sled::open(folder.path()).unwrap();
        let mut catalogue = Catalogue::open(&sled, true).unwrap();
        let things = [filed(1, "KW-1", 10, "one"), filed(2, "", 20, "two"), filed(3, "KW-3", 30, "three")];
        catalogue.write(things.iter().map(|filed| (filed.id * 100, filed))).unwrap();
        // Changed later, at another moment and under another name: nothing of the old is left.
        catalogue.write([(400, &filed(1, "KW-9", 25, "one, corrected"))].into_iter()).unwrap();
        let one = catalogue.find(&Search::Name("KW-9".into())).unwrap();
        assert_eq!(one, [Found { first: 100, last: 400, filed: filed(1, "KW-9", 25, "one, corrected") }]);
        assert!(catalogue.find(&Search::Name("KW-1".into())).unwrap().is_empty());
        assert_eq!(ids(&catalogue.find(&Search::Id(2)).unwrap()), [2]);
        let between = |moments: Range<u64>, most| ids(&catalogue.find(&Search::Between { moments, most }).unwrap());
        assert_eq!(between(0..100, 9), [3, 1, 2]);
        assert_eq!(between(20..25, 9), [2], "the end is excluded");
        assert_eq!(between(0..100, 2), [3, 1]);
        catalogue.check(&|| ()).unwrap();
    }

    #[test]
    fn what_is_forgotten_is_found_in_no_way_and_the_count_fits() {
        let folder = tempfile::tempdir().unwrap();
        let sled = sled::open(folder.path()).unwrap();
        let mut catalogue = Catalogue::open(&sled, true).unwrap();
        let things = [filed(1, "KW-1", 10, "one"), filed(2, "", 20, "two"), filed(300, "KW-3", 30, "three")];
        catalogue.write(things.iter().map(|filed| (filed.id * 100, filed))).unwrap();
        let after = |catalogue: &Catalogue, id| ids(&catalogue.find(&Search::After { id, most: 2 }).unwrap());
        assert_eq!((after(&catalogue, 0), after(&catalogue, 1)), (vec![1, 2], vec![2, 300]));
        assert_eq!((after(&catalogue, 300), after(&catalogue, u64::MAX)), (vec![], vec![]));
        assert_eq!(catalogue.forget(&[1, 2, 2, 9]).unwrap(), 2);
        assert_eq!(after(&catalogue, 0), [300]);
        assert_eq!(ids(&catalogue.find(&Search::Between { moments: 0..100, most: 9 }).unwrap()), [300]);
        assert!(catalogue.find(&Search::Name("KW-1".into())).unwrap().is_empty());
        catalogue.check(&|| ()).unwrap();
        assert_eq!(catalogue.forget(&[1, 2]).unwrap(), 0, "once more, as after a crash");
        drop(catalogue);
        Catalogue::open(&sled, false).unwrap().check(&|| ()).unwrap();
    }

    #[test]
    fn filing_from_the_journal_never_replaces_what_is_newer() {
        let folder = tempfile::tempdir().unwrap();
        let sled = sled::open(folder.path()).unwrap();
        let mut catalogue = Catalogue::open(&sled, false).unwrap();
        assert!(!catalogue.is_complete());
        catalogue.write([(900, &filed(1, "KW-1", 10, "new"))].into_iter()).unwrap();
        let old = filed(1, "KW-1", 10, "old");
        catalogue.write([(100, &old), (200, &old)].into_iter()).unwrap();
        catalogue.complete().unwrap();
        let found = catalogue.find(&Search::Id(1)).unwrap();
        assert_eq!(found, [Found { first: 100, last: 900, filed: filed(1, "KW-1", 10, "new") }]);
        drop(catalogue);
        let again = Catalogue::open(&sled, false).unwrap();
        assert!(again.is_complete());
        again.check(&|| ()).unwrap();
    }

    #[test]
    fn what_is_missing_or_altered_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let sled = sled::open(folder.path()).unwrap();
        let mut catalogue = Catalogue::open(&sled, true).unwrap();
        catalogue.write([(1, &filed(1, "KW-1", 10, "one")), (2, &filed(2, "KW-2", 20, "two"))].into_iter()).unwrap();
        let key = name_key("KW-1");
        let value = catalogue.tree.remove(&key).unwrap().unwrap();
        assert!(catalogue.check(&|| ()).unwrap_err().contains("holds 5 entries where 6"));
        let mut altered = value.to_vec();
        *altered.last_mut().unwrap() ^= 1;
        catalogue.tree.insert(&key, altered).unwrap();
        assert!(catalogue.find(&Search::Name("KW-1".into())).unwrap_err().contains("checksum"));
    }
}
