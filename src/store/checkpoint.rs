//! What a checkpoint says in the journal: what the working state held, and which files were closed then.
//!
//! Old files are not read at every start; their names and sizes are compared with this instead.

use super::beginning::Beginning;
use super::digest::Digest;
use super::error::Error;
use super::finding::Finding;
use super::segment::Segment;
use super::working::Held;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The payload of a checkpoint record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The working state after it was synced and read again; `None` when it was not usable.
    pub working: Option<WorkingDigest>,
    /// The closed journal files.
    pub closed: ClosedFiles,
}

/// What the working state held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkingDigest {
    /// The last frame in it.
    pub applied: u64,
    /// How many entries (parts of entities) it had.
    pub entries: u64,
    /// The sum of their digests, 32 hexadecimal digits.
    pub digest: String,
}

impl From<Held> for WorkingDigest {
    fn from(held: Held) -> Self {
        Self { applied: held.applied, entries: held.entries, digest: format!("{:032x}", held.digest) }
    }
}

/// The journal files that are not written to any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedFiles {
    /// The first number of them: those before were removed, their time was over. 0 = written before any could be.
    #[serde(default)]
    pub from: u64,
    /// How many.
    pub files: u64,
    /// The first number of the file that was being written.
    pub before: u64,
    /// Which of that number.
    pub turn: u32,
    /// The digest of their names and sizes.
    pub digest: Digest,
}

impl ClosedFiles {
    /// Those of `segments` before `current`.
    ///
    /// # Errors
    /// When one of them cannot be looked at: a checkpoint that says something else of it would make it look damaged for good.
    pub(super) fn of(journal: &Path, segments: &[Segment], current: Segment) -> Result<Self, Error> {
        let size =
            |path: &Path| std::fs::metadata(path).map(|found| found.len()).map_err(Error::io("looking at", path));
        Self::with(journal, segments, current, size)
    }

    /// Those of `segments` before `current`; one that cannot be looked at is no file of the record.
    fn found(journal: &Path, segments: &[Segment], current: Segment) -> Self {
        let size = |path: &Path| Ok(std::fs::metadata(path).map_or(u64::MAX, |found| found.len()));
        let Ok(found) = Self::with::<std::convert::Infallible>(journal, segments, current, size);
        found
    }

    fn with<E>(
        journal: &Path,
        segments: &[Segment],
        current: Segment,
        size: impl Fn(&Path) -> Result<u64, E>,
    ) -> Result<Self, E> {
        let mut lines = String::new();
        let mut files = 0;
        for segment in segments.iter().filter(|segment| **segment < current) {
            let size = size(&segment.path(journal))?;
            lines.push_str(&format!("{segment} {size}\n"));
            files += 1;
        }
        let digest = Digest::of(&[lines.as_bytes()]);
        let from = segments.first().map_or(0, |segment| segment.first);
        Ok(Self { from, files, before: current.first, turn: current.turn, digest })
    }
}

impl Checkpoint {
    /// Compares with what there is now; `held` is the working state, when it could be read.
    pub(super) fn compare(
        &self,
        journal: &Path,
        segments: &[Segment],
        begins: Option<Beginning>,
        held: Option<Held>,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        let current = Segment { first: self.closed.before, turn: self.closed.turn };
        let now = ClosedFiles::found(journal, segments, current);
        // Of the files it saw some were removed since; that none is missing after them is seen by their numbers.
        let is_comparable = begins.is_none_or(|begins| self.closed.from > begins.to);
        // Of an earlier version, that did not say where they begin.
        let now = ClosedFiles { from: if self.closed.from == 0 { 0 } else { now.from }, ..now };
        if is_comparable && now != self.closed {
            findings.push(Finding::ClosedFilesChanged { recorded: self.closed.files, found: now.files });
        }
        if let (Some(then), Some(held)) = (&self.working, held) {
            if held.applied < then.applied {
                findings.push(Finding::WorkingBehind { applied: held.applied, checkpoint: then.applied });
            } else if held.applied == then.applied && *then != WorkingDigest::from(held) {
                let why = format!("it holds {} entries, at its checkpoint {}", held.entries, then.entries);
                findings.push(Finding::WorkingRebuilt { why, moved_to: None });
            }
        }
        findings
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
    use super::*;

    /// A file that cannot be looked at for a moment must not make the record look damaged at every later look.
    #[test]
    fn a_checkpoint_says_nothing_of_what_it_cannot_look_at() {
        let folder = tempfile::tempdir().unwrap();
        let [first, second] = [Segment { first: 1, turn: 0 }, Segment { first: 9, turn: 0 }];
        let of = || ClosedFiles::of(folder.path(), &[first, second], second);
        let error = of().unwrap_err().to_string();
        assert!(error.contains("looking at") && error.contains("000000000001"), "{error}");
        std::fs::write(first.path(folder.path()), b"frames").unwrap();
        let checkpoint = Checkpoint { working: None, closed: of().unwrap() };
        assert_eq!(checkpoint.compare(folder.path(), &[first, second], None, None), []);
        std::fs::remove_file(first.path(folder.path())).unwrap();
        let findings = checkpoint.compare(folder.path(), &[first, second], None, None);
        assert!(matches!(findings[..], [Finding::ClosedFilesChanged { .. }]), "{findings:?}");
    }
}
