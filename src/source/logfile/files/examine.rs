//! Comparing the globs with what is followed: files that are new, renamed, gone, or replaced by something else.
//!
//! Rules: what stands in a file when its glob is looked at for the first time is old, and the file begins at its end; a
//! file that appears later begins at its beginning; a file that was followed goes on where it was left, under whatever name it
//! has now. Not here: reading.

use super::super::glob::{FILES_LIMIT, Spot};
use super::super::lines::LINE_LIMIT;
use super::super::open::{self, Error, FileId, Fingerprint};
use super::super::place::Place;
use super::{Files, Findings};
use crate::desk::now::Elapsed;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// A path that fits, and whether its glob is looked at for the first time.
struct Candidate {
    spot: Spot,
    first: bool,
}

impl Files {
    /// Looks at everything the globs reach. Afterwards every file may be read once more.
    pub(in super::super) fn examine(&mut self, now: Elapsed) -> Findings {
        let mut findings = Findings { first_look: self.position.globs.is_empty(), ..Findings::default() };
        self.set_aside_broken();
        let candidates = self.expand(&mut findings);
        self.find_missing(&mut findings);

        // What stood at each path until now: it is read before what stands there from now on.
        let mut former: BTreeMap<PathBuf, u64> = BTreeMap::new();
        for place in self.tracks.iter().map(|track| &track.follow.place) {
            let newest = former.entry(place.path.clone()).or_default();
            *newest = place.number.max(*newest);
        }
        self.meet_again(&candidates, now);
        let present: BTreeSet<PathBuf> = candidates.iter().map(|candidate| candidate.spot.path.clone()).collect();
        for candidate in candidates {
            if candidate.spot.foreign.is_some() {
                self.meet_foreign(&candidate.spot, &former, &mut findings);
            } else {
                self.swapped.remove(&candidate.spot.path);
                self.meet(candidate, &former, &mut findings);
            }
        }
        self.swapped.retain(|path| present.contains(path));
        self.packed.retain(|path, _| present.contains(path));
        findings
    }

    /// Lets go of what is over, and of handles that failed.
    fn set_aside_broken(&mut self) {
        for mut track in std::mem::take(&mut self.tracks) {
            if track.broken {
                self.missing.push(track.follow.place);
            } else if !track.done {
                track.idle = false;
                self.tracks.push(track);
            }
        }
    }

    fn expand(&mut self, findings: &mut Findings) -> Vec<Candidate> {
        let mut candidates: BTreeMap<PathBuf, Candidate> = BTreeMap::new();
        let mut unlisted = BTreeSet::new();
        for glob in self.globs.clone() {
            let (text, found) = (glob.text(), glob.expand());
            let known = self.position.globs.get(text).copied();
            if found.cut {
                let what = format!("more than {FILES_LIMIT} files fit {text}; the rest is not followed");
                findings.failures.push(what);
            }
            if found.spots.is_empty() && found.troubles.is_empty() {
                match known {
                    Some(true) => findings.failures.push(format!("no file fits {text} any more")),
                    _ => self.tell_once(findings, format!("no file fits {text} yet")),
                }
            }
            for (path, error) in found.troubles {
                findings.failures.push(format!("{}: {error}", path.display()));
                if known.is_none() {
                    self.position.begin_at_end.insert(path.clone());
                }
                unlisted.insert(path);
            }
            let had = known == Some(true) || !found.spots.is_empty();
            self.position.globs.insert(text.to_owned(), had);
            for spot in found.spots {
                candidates.entry(spot.path.clone()).or_insert(Candidate { spot, first: known.is_none() });
            }
        }
        // What could not be looked at during a first look stays old until it was looked at once.
        let begin_at_end = std::mem::take(&mut self.position.begin_at_end);
        let is_old = |path: &Path| begin_at_end.iter().any(|old| path.starts_with(old));
        for candidate in candidates.values_mut() {
            candidate.first |= is_old(&candidate.spot.path);
        }
        self.position.begin_at_end = begin_at_end.into_iter().filter(|path| unlisted.contains(path)).collect();
        candidates.into_values().collect()
    }

    /// Opens what is followed but not open: after a start, or after it could not be read.
    fn find_missing(&mut self, findings: &mut Findings) {
        for mut place in std::mem::take(&mut self.missing) {
            let path = place.path.clone();
            let replaced = match open::open(&path, &self.roots) {
                Ok(file) => match same_file(&file, &place) {
                    Ok(Some(id)) => {
                        place.id = id;
                        let host = self.host_of(&path).flatten();
                        self.follow(place, file, host, None);
                        continue;
                    }
                    Ok(None) => true,
                    Err(error) => {
                        findings.failures.push(format!("{}: {error}", path.display()));
                        self.missing.push(place);
                        continue;
                    }
                },
                Err(Error::Absent | Error::Foreign(_)) => false,
                Err(error) => {
                    findings.failures.push(format!("{}: {error}", path.display()));
                    self.missing.push(place);
                    continue;
                }
            };
            match self.elsewhere(&place) {
                Some((file, id)) => {
                    place.id = id;
                    let host = self.host_of(&path).flatten();
                    self.follow(place, file, host, None);
                }
                None if replaced => {
                    let offset = place.offset;
                    let what = format!(
                        "{}: another file stands there, and the one read up to byte {offset} can't be found; what was written to it after that is missing",
                        path.display()
                    );
                    findings.remarks.push(what);
                }
                // Nothing stands there (a folder that is not mounted yet, perhaps): wait for it.
                None if self.missing.len() < FILES_LIMIT => self.missing.push(place),
                None => findings.remarks.push(format!("{}: it is gone and no longer waited for", path.display())),
            }
        }
    }

    /// Where each followed file stands now.
    fn meet_again(&mut self, candidates: &[Candidate], now: Elapsed) {
        let spots = candidates.iter().map(|candidate| &candidate.spot).filter(|spot| spot.foreign.is_none());
        let mut by_id: BTreeMap<FileId, &Spot> = BTreeMap::new();
        for spot in spots {
            by_id.entry(spot.id).or_insert(spot);
        }
        let mut tracks = std::mem::take(&mut self.tracks);
        for track in &mut tracks {
            let spot = by_id.get(&track.follow.place.id);
            if let Some(spot) = spot {
                if track.follow.place.path != spot.path {
                    track.follow.place.moved_to(&spot.path);
                }
                track.host = self.nth_star(&spot.stars);
            }
            track.follow.path_shows(spot.map(|spot| spot.id), now);
        }
        self.tracks = tracks;
    }

    /// Something that is not a regular file fits a glob.
    fn meet_foreign(&mut self, spot: &Spot, former: &BTreeMap<PathBuf, u64>, findings: &mut Findings) {
        let kind = spot.foreign.unwrap_or("not a file");
        let what = format!("{}: {}", spot.path.display(), Error::Foreign(kind));
        let followed = former.contains_key(&spot.path) || self.missing.iter().any(|place| place.path == spot.path);
        if followed || self.swapped.contains(&spot.path) {
            self.swapped.insert(spot.path.clone());
            findings.failures.push(what);
        } else {
            self.tell_once(findings, what);
        }
    }

    /// A regular file fits a glob.
    fn meet(&mut self, candidate: Candidate, former: &BTreeMap<PathBuf, u64>, findings: &mut Findings) {
        let Candidate { spot: Spot { path, stars, id, .. }, first } = candidate;
        let known = self.is_tracked(id) || self.missing.iter().any(|place| place.path == path);
        if known || self.packed.get(&path) == Some(&id) {
            return;
        }
        if self.tracks.len() >= FILES_LIMIT {
            findings.failures.push(format!("{}: more than {FILES_LIMIT} files are followed already", path.display()));
            return;
        }
        match self.begin(&path, first) {
            Ok(Some((place, file))) => {
                tracing::info!(path = %path.display(), offset = place.offset, "following a file");
                let host = self.nth_star(&stars);
                self.follow(place, file, host, former.get(&path).copied());
            }
            Ok(None) | Err(Error::Absent) => {}
            Err(error) => {
                findings.failures.push(format!("{}: {error}", path.display()));
                if first {
                    self.position.begin_at_end.insert(path);
                }
            }
        }
    }

    /// Opens a new file; `None` when it is not to be read (compressed, or a copy that waits for its original).
    fn begin(&mut self, path: &Path, first: bool) -> Result<Option<(Place, File)>, Error> {
        let file = open::open(path, &self.roots)?;
        let metadata = file.metadata()?;
        let id = FileId::of(&metadata);
        let head = open::head(&file)?;
        if open::is_packed(&head) {
            tracing::info!(path = %path.display(), "compressed files are not read");
            self.packed.insert(path.to_owned(), id);
            return Ok(None);
        }
        if self.is_tracked(id) || (!first && self.is_copy(path, &head)) {
            return Ok(None);
        }
        let (offset, skipping) = if first { end(&file, metadata.len())? } else { (0, false) };
        let number = self.take_number();
        let head = Fingerprint::of(&head);
        Ok(Some((Place { number, path: path.to_owned(), home: None, id, head, offset, skipping }, file)))
    }
}

/// The identity of `file`, if it is the file of `place`. Device numbers may change with a restart of the machine, so the
/// inode and the beginning are enough.
fn same_file(file: &File, place: &Place) -> io::Result<Option<FileId>> {
    let id = FileId::of(&file.metadata()?);
    let same_beginning = place.head.length > 0 && place.head.holds(&open::head(file)?);
    Ok((id == place.id || (id.inode == place.id.inode && same_beginning)).then_some(id))
}

/// Where a file of `size` bytes is joined: behind its last finished line.
fn end(file: &File, size: u64) -> io::Result<(u64, bool)> {
    let from = size.saturating_sub(u64::try_from(LINE_LIMIT).unwrap_or(u64::MAX));
    let tail = open::read(file, from, LINE_LIMIT)?;
    Ok(match tail.iter().rposition(|byte| *byte == b'\n') {
        Some(at) => (from.saturating_add(u64::try_from(at + 1).unwrap_or(u64::MAX)), false),
        None if from == 0 => (0, false),
        None => (size, true),
    })
}
