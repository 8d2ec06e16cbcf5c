//! One bounded batch: bytes from the files, lines from the bytes, observations from the lines.
//!
//! Blocking: it runs on a thread for such work. Not here: waiting, the desk, and when a batch is handed over (`run`).

use super::config::{Encoding, Settings};
use super::files::{CHUNK, Chunk, Files, Findings};
use super::lines::{self, Cut};
use super::pattern::Pattern;
use super::place::Position;
use super::scan::{Line, Scan};
use super::text;
use crate::desk::now::{Elapsed, Now};
use crate::desk::observation::{Cursor, Observation, Seen};
use crate::source::Standing;
use std::path::PathBuf;
use std::time::Duration;

/// A batch is closed at this many observations (a line may bring several, so by a few more).
const OBSERVATIONS: usize = 500;
/// A batch is closed at this many bytes of text in its observations.
const TEXT: usize = 1 << 20;
/// A batch is closed after this many bytes read, so that a long way to catch up can be stopped.
const BYTES: usize = 8 << 20;
/// How often damaged or shortened lines are told.
const TELL_EVERY: Duration = Duration::from_secs(3_600);

/// What a source reads with.
#[derive(Debug)]
pub(super) struct Reader {
    files: Files,
    scan: Scan,
    encoding: Encoding,
    tally: Tally,
    /// Told with the next batch.
    remark: Option<String>,
}

/// What was read at once.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) observations: Vec<Observation>,
    pub(super) findings: Findings,
    /// There is more to read now.
    pub(super) more: bool,
    /// Bytes of text in the observations.
    text: usize,
    /// Bytes read.
    bytes: usize,
}

/// Lines that were not quite readable, since they were last told.
#[derive(Debug, Default)]
struct Tally {
    bad: u64,
    shortened: u64,
    example: Option<PathBuf>,
    told: Option<Elapsed>,
}

impl Reader {
    /// A reader that goes on where `standing` says.
    pub(super) fn new(settings: &Settings, patterns: &[Pattern], standing: &Standing) -> Self {
        let mut remark = None;
        let position = standing.cursor.as_ref().map_or_else(Position::default, |cursor| {
            Position::read(cursor).unwrap_or_else(|why| {
                remark = Some(format!("the stored position can't be read ({why}); every file begins at its end"));
                Position::default()
            })
        });
        Self {
            files: Files::new(settings, position),
            scan: Scan::new(settings, patterns, &standing.open),
            encoding: settings.encoding,
            tally: Tally::default(),
            remark,
        }
    }

    /// Where to go on after the last batch.
    pub(super) fn cursor(&self) -> Option<Cursor> {
        self.files.position().cursor()
    }

    /// Looks at the files and reads until everything is read or the batch is full.
    pub(super) fn batch(&mut self, now: Now) -> Batch {
        let mut batch = Batch { findings: self.files.examine(now.elapsed), ..Batch::default() };
        batch.findings.remarks.extend(self.remark.take());
        while let Some(chunk) = self.files.next_chunk(now.elapsed, &mut batch.findings) {
            self.read(&chunk, now, &mut batch);
            if batch.is_full() {
                batch.more = true;
                break;
            }
        }
        batch.findings.remarks.extend(self.tally.tell(now.elapsed));
        match self.scan.take_overflow() {
            0 => {}
            many => batch.findings.remarks.push(format!(
                "too many problems are open at once; {many} more are told as moments, and their end will not be seen"
            )),
        }
        batch
    }

    fn read(&mut self, chunk: &Chunk, now: Now, batch: &mut Batch) {
        let (mut at, mut skipping, mut exhausted) = (0, chunk.skipping, false);
        while !batch.is_full() {
            match lines::cut(&chunk.bytes[at..], &mut skipping, chunk.ended) {
                Cut::Line { bytes, used, shortened } => {
                    let decoded = text::decode(bytes, self.encoding, shortened);
                    if decoded.bad > 0 || shortened {
                        self.tally.add(decoded.bad, shortened, || self.files.path(chunk.track).map(Into::into));
                    }
                    let line = Line {
                        text: &decoded.text,
                        number: chunk.number,
                        offset: chunk.offset.saturating_add(length(at)),
                        path_host: self.files.host(chunk.track),
                    };
                    let before = batch.observations.len();
                    self.scan.line(line, now.wall, &mut batch.observations);
                    batch.text += batch.observations[before..].iter().map(size).sum::<usize>();
                    at += used;
                }
                Cut::Rest { used } => at += used,
                Cut::Wait => {
                    // A chunk that is not full ended where the file ends.
                    exhausted = chunk.bytes.len() < CHUNK;
                    break;
                }
            }
        }
        batch.bytes += at;
        self.files.read_to(chunk.track, chunk.offset.saturating_add(length(at)), skipping, exhausted, now.elapsed);
    }
}

impl Batch {
    fn is_full(&self) -> bool {
        self.observations.len() >= OBSERVATIONS || self.text >= TEXT || self.bytes >= BYTES
    }
}

impl Tally {
    fn add(&mut self, bad: u64, shortened: bool, path: impl FnOnce() -> Option<PathBuf>) {
        self.bad = self.bad.saturating_add(bad);
        self.shortened = self.shortened.saturating_add(u64::from(shortened));
        if self.example.is_none() {
            self.example = path();
        }
    }

    fn tell(&mut self, now: Elapsed) -> Option<String> {
        let recently = self.told.is_some_and(|told| now.since(told) < TELL_EVERY);
        let path = if recently { None } else { self.example.take() }?;
        let (bad, shortened) = (self.bad, self.shortened);
        *self = Self { told: Some(now), ..Self::default() };
        Some(format!(
            "{bad} places could not be decoded (is `encoding` right?) and {shortened} lines were longer than {} KiB and were shortened; for example in {}",
            lines::LINE_LIMIT / 1024,
            path.display()
        ))
    }
}

fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

/// Bytes of text in an observation, as far as it depends on the line.
fn size(observation: &Observation) -> usize {
    match &observation.seen {
        Seen::Problem(problem) => {
            let fields: usize = problem.fields.iter().map(|(name, value)| name.len() + value.len()).sum();
            problem.summary.len() + problem.raw.len() + fields
        }
        Seen::Recovered { .. } | Seen::Changed { .. } | Seen::Unreadable { .. } => 512,
    }
}

#[cfg(test)]
mod tests;
