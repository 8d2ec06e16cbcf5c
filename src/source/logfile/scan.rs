//! Lines to observations: which pattern a line fits, and which problem it opens, repeats or closes.
//!
//! A line opens the first pattern (in the order of the sets) whose `opens` fits. It closes every problem whose pattern's
//! `closes` fits, except of the pattern it opens: a line that fits both tells of trouble, not of its end. Matching looks at the
//! first 8 KiB of the line. Not here: files, positions, and what a problem means.

use super::config::{Settings, Stamps};
use super::pattern::{HOST, MESSAGE, Pattern, SIZE_LIMIT};
use super::stamp::{self, Head};
use crate::desk::ids::SourceId;
use crate::desk::observation::{Evidence, Key, Observation, OpenProblem, Problem, Seen};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use regex::{Captures, Regex, RegexSet, RegexSetBuilder};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Input beyond this many bytes is not matched: a long line must not become a slow one (`RELIABILITY.md` §4).
const INPUT_LIMIT: usize = 8 * 1024;
/// A line older than this when it is read was missed while somebody was down: 遅延.
const LATE_AFTER: SignedDuration = SignedDuration::from_mins(5);
/// How many problems one source keeps open. Beyond it a problem is told as a moment, since its end could not be known.
const OPEN_LIMIT: usize = 20_000;

/// A line and where it was read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    /// The line, decoded and printable.
    pub(super) text: &'a str,
    /// The number of the file's content (`Place::number`).
    pub(super) number: u64,
    /// Where in it the line begins.
    pub(super) offset: u64,
    /// The host the path names, if it does.
    pub(super) path_host: Option<&'a str>,
}

/// The patterns of one source and the problems it knows to be open.
#[derive(Debug, Clone)]
pub(super) struct Scan {
    source: SourceId,
    stamps: Stamps,
    zone: TimeZone,
    patterns: Vec<Pattern>,
    /// Every `opens`, then every `closes` (of the patterns in `closing`). `None`: too big to build as one, each is tried.
    prefilter: Option<RegexSet>,
    closing: Vec<usize>,
    /// What ties lines together -> the key of the open problem.
    open: BTreeMap<String, Key>,
    /// Problems told as moments because of [`OPEN_LIMIT`].
    overflow: u64,
}

impl Scan {
    /// `patterns` are all there are; those of the settings' sets are used. `open` is what the desk holds open.
    pub(super) fn new(settings: &Settings, patterns: &[Pattern], open: &[OpenProblem]) -> Self {
        let patterns: Vec<Pattern> =
            settings.sets.iter().flat_map(|set| patterns.iter().filter(move |p| p.set == *set)).cloned().collect();
        let closing: Vec<usize> = (0..patterns.len()).filter(|&nth| patterns[nth].closes.is_some()).collect();
        let expressions: Vec<&str> = (patterns.iter().map(|p| &p.opens))
            .chain(closing.iter().filter_map(|&nth| patterns[nth].closes.as_ref()))
            .map(Regex::as_str)
            .collect();
        let limit = SIZE_LIMIT.saturating_mul(expressions.len().max(10));
        let prefilter = RegexSetBuilder::new(&expressions).size_limit(limit).build().ok();
        let open = open.iter().filter_map(|p| Some((p.key.0.split_once('@')?.0.to_owned(), p.key.clone()))).collect();
        Self {
            source: settings.name.clone(),
            stamps: settings.stamps,
            zone: settings.zone.clone(),
            patterns,
            prefilter,
            closing,
            open,
            overflow: 0,
        }
    }

    /// Problems told as moments since the last call because too many are open.
    pub(super) fn take_overflow(&mut self) -> u64 {
        std::mem::take(&mut self.overflow)
    }

    /// What `line` says, added to `observations`. `read` is the time of reading.
    pub(super) fn line(&mut self, line: Line<'_>, read: Timestamp, observations: &mut Vec<Observation>) {
        let input = beginning(line.text);
        let hits = self.hits(input);
        if hits.is_empty() {
            return;
        }
        let head = stamp::head(line.text, self.stamps, read, &self.zone);
        let at = head.at.unwrap_or(read);
        let opened = hits.iter().copied().find(|&hit| hit < self.patterns.len());

        for &nth in hits.iter().filter_map(|hit| self.closing.get(hit.checked_sub(self.patterns.len())?)) {
            let pattern = &self.patterns[nth];
            let Some(captures) = pattern.closes.as_ref().and_then(|closes| closes.captures(input)) else { continue };
            if opened == Some(nth) {
                continue;
            }
            let tie = tie(&self.source, pattern, true, &Values::new(&captures, &head, &line, &self.source));
            if let Some(key) = self.open.remove(&tie) {
                let evidence = Evidence::Line { text: line.text.to_owned() };
                observations.push(Observation { key, at, seen: Seen::Recovered { evidence } });
            }
        }

        let Some(pattern) = opened.map(|nth| &self.patterns[nth]) else { return };
        let Some(captures) = pattern.opens.captures(input) else { return };
        let values = Values::new(&captures, &head, &line, &self.source);
        let lasting = pattern.closes.is_some();
        let tie = tie(&self.source, pattern, lasting, &values);
        let fresh = || Key(format!("{tie}@{}.{}", line.number, line.offset).into());
        let (key, momentary) = match self.open.get(&tie) {
            Some(key) if lasting => (key.clone(), false),
            _ if lasting && self.open.len() < OPEN_LIMIT => {
                let key = fresh();
                self.open.insert(tie.clone(), key.clone());
                (key, false)
            }
            _ => {
                self.overflow += u64::from(lasting);
                (fresh(), true)
            }
        };
        let late = read.duration_since(at) > LATE_AFTER;
        observations.push(Observation { key, at, seen: Seen::Problem(problem(pattern, &values, momentary, late)) });
    }

    /// Which expressions fit: numbers of patterns, then of `closing` after them; in ascending order.
    fn hits(&self, input: &str) -> Vec<usize> {
        if let Some(set) = &self.prefilter {
            return set.matches(input).iter().collect();
        }
        let opens = self.patterns.iter().map(|pattern| Some(&pattern.opens));
        let closes = self.closing.iter().map(|&nth| self.patterns[nth].closes.as_ref());
        let fits = opens.chain(closes).map(|regex| regex.is_some_and(|regex| regex.is_match(input)));
        fits.enumerate().filter(|(_, fits)| *fits).map(|(nth, _)| nth).collect()
    }
}

fn problem(pattern: &Pattern, values: &Values<'_, '_>, momentary: bool, late: bool) -> Problem {
    let names = pattern.opens.capture_names().flatten();
    let fields = names.filter_map(|name| Some((name.to_owned(), values.captures.name(name)?.as_str().to_owned())));
    Problem {
        host: values.host.into(),
        host_name: values.host.into(),
        summary: match &pattern.summary {
            Some(summary) => summary.fill(|name| values.get(name)).into(),
            None => values.head.message.into(),
        },
        level: pattern.level,
        tags: pattern.tags.clone().into(),
        groups: Arc::default(),
        object: Some(pattern.name.as_str().into()),
        fields: fields.collect(),
        // A line is measured by nobody; what the host is, the log does not say.
        items: Some(Arc::default()),
        inventory: Arc::default(),
        raw: values.line.text.into(),
        acknowledged: false,
        suppressed: false,
        momentary,
        late,
    }
}

/// The values a line brings.
struct Values<'c, 'l> {
    captures: &'c Captures<'l>,
    head: &'c Head<'l>,
    line: &'c Line<'l>,
    host: &'c str,
}

impl<'c, 'l> Values<'c, 'l> {
    fn new(captures: &'c Captures<'l>, head: &'c Head<'l>, line: &'c Line<'l>, source: &'c SourceId) -> Self {
        let named = captures.name(HOST).map(|host| host.as_str()).filter(|host| !host.is_empty());
        // A source whose lines name no host is its own host: rules can name it, and mails have something to say.
        let host = named.or(line.path_host).or(head.host).unwrap_or(source.as_str());
        Self { captures, head, line, host }
    }

    fn get(&self, name: &str) -> &'c str
    where
        'l: 'c,
    {
        match (name, self.captures.name(name)) {
            (HOST, _) => self.host,
            (_, Some(group)) => group.as_str(),
            (MESSAGE, None) => self.head.message,
            (_, None) => "",
        }
    }
}

/// What ties opening, repeating and closing lines together: source, pattern and the values of its key, as 20 hexadecimal digits.
/// Stable over restarts and versions, since the desk keeps it. Moments have ties of their own: a pattern that later gets a
/// closing line must not take an old moment for a problem still open.
fn tie(source: &SourceId, pattern: &Pattern, lasting: bool, values: &Values<'_, '_>) -> String {
    let mut hash = Sha256::new();
    let kind = if lasting { "lasting" } else { "moment" };
    let parts = [kind, source.as_str(), &pattern.name].into_iter();
    for part in parts.chain(pattern.key.iter().map(|name| values.get(name))) {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().take(10).map(|byte| format!("{byte:02x}")).collect()
}

/// The first [`INPUT_LIMIT`] bytes, cut at a character.
fn beginning(text: &str) -> &str {
    let mut end = text.len().min(INPUT_LIMIT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests;
