//! Lines around a moment (情報取得): what the files of a source hold about some hosts in a range of time, as the bytes they are.
//!
//! Read from the end of each file backwards, since the moment has just passed; so the size of a log does not matter. A file
//! that was turned over since is read on in the one before it. Blocking: it runs on a thread for such work. Everything is
//! bounded, and what was left out is said. Not here: following files (`reader`), keeping what was found.

use super::config::{Encoding, Settings, Stamps};
use super::open::{self, FileId};
use super::stamp;
use super::text;
use crate::desk::evidence::{Ask, Gap, Kind, Lack, Part};
use crate::source::Find;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};

/// How much of one file is looked at.
const SEARCHED: usize = 32 << 20;
/// How much of a file is read first.
const CHUNK: usize = 256 << 10;
/// Lines are written nearly in their order: this much earlier than the range is looked at, too.
const SLACK: SignedDuration = SignedDuration::from_secs(60);
/// Files looked into for one incident.
const FILES: usize = 64;
/// Lines kept of one file and host …
const LINES: usize = 5_000;
/// … and of them from before the moment …
const LINES_BEFORE: usize = 500;
/// … and their bytes.
const BYTES: usize = 1 << 20;
/// Of lines without any time the last so many are kept.
const TIMELESS: usize = 200;

/// The lines of `ask` about `hosts`, a file for each file and host. `read` supplies a missing year.
pub fn extract(settings: &Settings, ask: &Ask, hosts: &[String], read: Timestamp) -> Find {
    let mut search = Search { settings, ask, hosts, read, find: Find::default(), told: BTreeSet::new() };
    for place in search.places() {
        search.look_into(&place);
    }
    search.finish()
}

/// The lines of a file that was kept, in an encoding of the record, fit to be shown.
pub fn shown(content: &[u8], encoding: &str) -> Vec<String> {
    let encoding = Encoding::ALL.into_iter().find(|known| known.as_str() == encoding).unwrap_or_default();
    let body = content.strip_suffix(b"\n").unwrap_or(content);
    if body.is_empty() {
        return Vec::new();
    }
    body.split(|byte| *byte == b'\n').map(|line| text::decode(line, encoding, false).text).collect()
}

/// A file to be looked into.
struct Place {
    path: PathBuf,
    /// The host its path names.
    host: Option<String>,
}

/// One line that is wanted.
struct Line {
    at: Option<Timestamp>,
    bytes: Vec<u8>,
}

struct Search<'a> {
    settings: &'a Settings,
    ask: &'a Ask,
    hosts: &'a [String],
    read: Timestamp,
    find: Find,
    /// Hosts of which there is a file.
    told: BTreeSet<String>,
}

impl Search<'_> {
    /// Every file that may hold lines about the hosts.
    fn places(&mut self) -> Vec<Place> {
        let mut places = Vec::new();
        let mut seen: BTreeSet<FileId> = BTreeSet::new();
        for glob in &self.settings.globs {
            let found = glob.expand();
            for (folder, error) in found.troubles {
                self.gap(folder.display().to_string(), Lack::Failed { detail: error.to_string() });
            }
            for spot in found.spots.into_iter().filter(|spot| spot.foreign.is_none()) {
                let nth = self.settings.host_from_path.and_then(|nth| nth.checked_sub(1));
                let host = nth.and_then(|nth| spot.stars.get(nth)).filter(|star| !star.is_empty()).cloned();
                let wanted = host.as_ref().is_none_or(|host| self.wanted(host).is_some());
                if wanted && seen.insert(spot.id) {
                    places.push(Place { path: spot.path, host });
                }
            }
        }
        if places.len() > FILES {
            let detail = format!("of {} files {FILES} were looked into", places.len());
            self.gap(String::new(), Lack::Limit { detail });
            places.truncate(FILES);
        }
        places
    }

    /// The wanted host that is meant by `name`.
    fn wanted(&self, name: &str) -> Option<&String> {
        self.hosts.iter().find(|host| same_host(host, name))
    }

    fn gap(&mut self, what: String, why: Lack) {
        self.find.gaps.push(Gap { kind: Kind::Lines, source: self.ask.source_name().to_owned(), what, why });
    }

    fn look_into(&mut self, place: &Place) {
        match self.lines_of(&place.path, place) {
            Ok((lines, reached)) => {
                let young = reached == Reached::Beginning;
                self.keep(&place.path, lines);
                if young && let Some(before) = turned_over(&place.path) {
                    // What stood there before the file was turned over; that there is none is the usual case.
                    if let Ok((lines, _)) = self.lines_of(&before, place) {
                        self.keep(&before, lines);
                    }
                }
            }
            Err(open::Error::Absent) => {}
            Err(error) => {
                let what = place.host.clone().unwrap_or_else(|| place.path.display().to_string());
                self.told.extend(place.host.clone());
                self.gap(what, Lack::Failed { detail: format!("{}: {error}", place.path.display()) });
            }
        }
    }

    /// The wanted lines of one file by host, and how far back it was read.
    fn lines_of(&mut self, path: &Path, place: &Place) -> Result<(BTreeMap<String, Vec<Line>>, Reached), open::Error> {
        let file = open::open(path, &self.settings.roots)?;
        if open::is_packed(&open::head(&file)?) {
            return Err(open::Error::Foreign("packed"));
        }
        let (bytes, reached) = self.tail(&file)?;
        if reached == Reached::Limit {
            let detail = format!("only the last {} MiB of {} were searched", SEARCHED >> 20, path.display());
            self.gap(place.host.clone().unwrap_or_default(), Lack::Limit { detail });
        }
        let mut found: BTreeMap<String, Vec<Line>> = BTreeMap::new();
        // What stands there was written already: a later time is another machine's clock.
        let until = self.ask.until.checked_add(SLACK).unwrap_or(self.ask.until);
        // Before the first line with a time nothing is known of when it was.
        let mut at = None;
        let mut name = self.settings.name.to_string();
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let shown = text::decode(line.strip_suffix(b"\n").unwrap_or(line), self.settings.encoding, false).text;
            let head = stamp::head(&shown, self.settings.stamps, self.read, &self.settings.zone);
            // A line without a time goes on with the one before it.
            if head.at.is_some() || self.settings.stamps == Stamps::None {
                name = head.host.unwrap_or(self.settings.name.as_str()).to_owned();
            }
            at = head.at.or(at);
            let inside = match (self.settings.stamps, at) {
                (Stamps::None, _) => true,
                (_, Some(at)) => (self.ask.from..=until).contains(&at),
                (_, None) => false,
            };
            let Some(host) = self.wanted(place.host.as_deref().unwrap_or(&name)).cloned() else { continue };
            self.told.insert(host.clone());
            if inside {
                found.entry(host).or_default().push(Line { at, bytes: line.to_vec() });
            }
        }
        Ok((found, reached))
    }

    /// The end of a file, from a line before the range on.
    fn tail(&self, file: &File) -> Result<(Vec<u8>, Reached), open::Error> {
        let size = file.metadata()?.len();
        let earliest = self.ask.from.checked_sub(SLACK).unwrap_or(self.ask.from);
        let mut bytes: Vec<u8> = Vec::new();
        let mut from = size;
        loop {
            if from == 0 {
                return Ok((bytes, Reached::Beginning));
            }
            if bytes.len() >= SEARCHED {
                return Ok((whole_lines(bytes), Reached::Limit));
            }
            // Growing steps: what was read is moved once for each.
            let step = u64::try_from(CHUNK.max(bytes.len())).unwrap_or(u64::MAX).min(from);
            from -= step;
            let mut chunk = open::read(file, from, usize::try_from(step).unwrap_or(CHUNK))?;
            chunk.append(&mut bytes);
            bytes = chunk;
            let old = match self.settings.stamps {
                Stamps::None => bytes.iter().filter(|byte| **byte == b'\n').count() > TIMELESS,
                Stamps::Syslog | Stamps::Iso8601 => self.first_time(&bytes, from == 0).is_some_and(|at| at < earliest),
            };
            if old && from > 0 {
                return Ok((whole_lines(bytes), Reached::Range));
            }
        }
    }

    /// The first time that is read in `bytes`; the first line counts only where it is whole.
    fn first_time(&self, bytes: &[u8], whole: bool) -> Option<Timestamp> {
        let lines = bytes.split(|byte| *byte == b'\n').skip(usize::from(!whole)).take(100);
        let mut times = lines.filter_map(|line| {
            let shown = text::decode(line, self.settings.encoding, false).text;
            stamp::head(&shown, self.settings.stamps, self.read, &self.settings.zone).at
        });
        times.next()
    }

    /// Keeps the lines of one file, for each host what fits.
    fn keep(&mut self, path: &Path, found: BTreeMap<String, Vec<Line>>) {
        for (host, lines) in found {
            let of = lines.len();
            let (kept, before) = match self.settings.stamps {
                Stamps::None => (last(lines), 0),
                Stamps::Syslog | Stamps::Iso8601 => self.nearest(lines),
            };
            let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
            let part = Part {
                kind: Kind::Lines,
                source: self.ask.source_name().to_owned(),
                host,
                origin: path.display().to_string(),
                from: self.ask.from,
                until: self.ask.until,
                encoding: self.settings.encoding.as_str().to_owned(),
                lines: count(kept.len()),
                of: count(of),
                before: count(before),
                bytes: 0,
                sha256: String::new(),
            };
            let mut content = Vec::new();
            for line in kept {
                content.extend_from_slice(line.bytes.strip_suffix(b"\n").unwrap_or(&line.bytes));
                content.push(b'\n');
            }
            self.find.files.push((part, content));
        }
    }

    /// The lines nearest to the moment, in their order, and how many of them came before it.
    fn nearest(&self, lines: Vec<Line>) -> (Vec<Line>, usize) {
        let (before, after): (Vec<Line>, Vec<Line>) =
            lines.into_iter().partition(|line| line.at.is_some_and(|at| at < self.ask.about));
        let mut room = BYTES;
        let mut fits = |line: &Line| {
            let left = room.checked_sub(line.bytes.len() + 1);
            room = left.unwrap_or(0);
            left.is_some()
        };
        // A little of what led up to it is worth more than the last of what followed.
        let mut first: Vec<Line> = before.into_iter().rev().take(LINES_BEFORE).take_while(&mut fits).collect();
        first.reverse();
        let turn = first.len();
        first.extend(after.into_iter().take(LINES - turn).take_while(&mut fits));
        (first, turn)
    }

    /// What was found; of every host of which nothing was, it is said.
    fn finish(mut self) -> Find {
        for host in self.hosts.iter().cloned() {
            let found = self.find.files.iter().any(|(part, _)| part.host == host);
            let said = self.find.gaps.iter().any(|gap| gap.what == host);
            if !found && !said {
                let why = if self.told.contains(&host) { Lack::Nothing } else { Lack::NotThere };
                self.gap(host, why);
            }
        }
        self.find
    }
}

/// How far back a file was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reached {
    /// To before the range.
    Range,
    /// To its beginning: what was before stood elsewhere.
    Beginning,
    /// As far as is read at all.
    Limit,
}

/// Without the piece of a line it begins with.
fn whole_lines(mut bytes: Vec<u8>) -> Vec<u8> {
    let first = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| end + 1);
    bytes.drain(..first);
    bytes
}

fn last(mut lines: Vec<Line>) -> Vec<Line> {
    lines.split_off(lines.len().saturating_sub(TIMELESS))
}

/// The file that stood at `path` before it was turned over: `messages.1`, or the newest `messages-20260920`.
fn turned_over(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let numbered = path.with_file_name(format!("{name}.1"));
    if numbered.is_file() {
        return Some(numbered);
    }
    let prefix = format!("{name}-");
    let dated = |other: &str| {
        let date = other.strip_prefix(&prefix)?;
        (date.len() >= 8 && date.bytes().all(|byte| byte.is_ascii_digit())).then(|| other.to_owned())
    };
    let names = std::fs::read_dir(path.parent()?).ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.filter_map(|other| dated(&other)).max().map(|newest| path.with_file_name(newest))
}

/// Whether two names are of one host: the same without regard to case, or the same before the domain.
fn same_host(wanted: &str, name: &str) -> bool {
    let is_address = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b':');
    let short = |text: &str| text.split('.').next().unwrap_or_default().to_ascii_lowercase();
    wanted.eq_ignore_ascii_case(name) || !is_address(wanted) && !is_address(name) && short(wanted) == short(name)
}

#[cfg(test)]
mod tests;
