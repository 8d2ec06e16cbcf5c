//! What becomes of one followed file: grown, begun anew, renamed away, finished. Pure.
//!
//! Two questions, answered apart: what its path shows now (the file itself, another file, nothing), and what happened inside
//! the file we hold (grown, or emptied and filled again). A file that is no longer at its path is read on for a while, since its
//! writer may still have it open, and then let go. Not here: looking at the disk.

use super::open::FileId;
use super::open::Fingerprint;
use super::place::Place;
use crate::desk::now::Elapsed;
use std::time::Duration;

/// How long a file that left its path must have been still before it is let go.
const LINGER: Duration = Duration::from_secs(60);

/// A followed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Follow {
    /// How far it was read.
    pub(super) place: Place,
    /// It left its path; since when it has been still.
    still_since: Option<Elapsed>,
}

/// What happened inside a file since it was last read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    /// Nothing.
    Still,
    /// There is more to read.
    Grown,
    /// It was emptied, or emptied and filled again: what stands in it is a new content.
    Anew,
}

impl Follow {
    pub(super) fn new(place: Place) -> Self {
        Self { place, still_since: None }
    }

    /// Where the file was found: at `shown` (which may be a new path), or nowhere the globs reach.
    pub(super) fn path_shows(&mut self, id: Option<FileId>, now: Elapsed) {
        if id == Some(self.place.id) {
            self.still_since = None;
        } else {
            self.still_since.get_or_insert(now);
        }
    }

    /// Whether it is no longer at its path.
    pub(super) fn has_left(&self) -> bool {
        self.still_since.is_some()
    }

    /// What happened inside: it is `size` bytes long and begins with `head`. The fingerprint grows with a young file.
    pub(super) fn inside(&mut self, size: u64, head: &[u8]) -> Inside {
        let place = &mut self.place;
        if size < place.offset || !place.head.holds(head) {
            return Inside::Anew;
        }
        if head.len() > place.head.length {
            place.head = Fingerprint::of(head);
        }
        if size > place.offset { Inside::Grown } else { Inside::Still }
    }

    /// Its content is a new one.
    pub(super) fn begin_anew(&mut self, number: u64, head: &[u8]) {
        self.place = Place { number, head: Fingerprint::of(head), offset: 0, skipping: false, ..self.place.clone() };
    }

    /// It was read up to `offset`.
    pub(super) fn read_to(&mut self, offset: u64, skipping: bool, now: Elapsed) {
        if self.place.offset != offset {
            self.still_since = self.still_since.map(|_| now);
        }
        self.place.offset = offset;
        self.place.skipping = skipping;
    }

    /// It left its path and has been still long enough: nothing more will come.
    pub(super) fn is_over(&self, now: Elapsed) -> bool {
        self.still_since.is_some_and(|since| now.since(since) >= LINGER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: FileId = FileId { device: 1, inode: 2 };
    const OTHER: FileId = FileId { device: 1, inode: 3 };

    fn follow(head: &[u8], offset: u64) -> Follow {
        let head = Fingerprint::of(head);
        Follow::new(Place { number: 1, path: "/l/messages".into(), home: None, id: ID, head, offset, skipping: false })
    }

    #[test]
    fn size_and_beginning_tell_what_happened_inside() {
        for (offset, size, head, expected) in [
            (6, 6, "first\n", Inside::Still),
            (6, 9, "first\nab\n", Inside::Grown),
            (6, 0, "", Inside::Anew),
            (6, 3, "ab\n", Inside::Anew),
            // Emptied and already longer than before: only the beginning tells.
            (6, 12, "other\nlines\n", Inside::Anew),
            (0, 0, "first\n", Inside::Still),
        ] {
            assert_eq!(follow(b"first\n", offset).inside(size, head.as_bytes()), expected, "{offset} {size} {head:?}");
        }
    }

    #[test]
    fn a_young_fingerprint_grows_with_the_file() {
        let mut follow = follow(b"a\n", 2);
        assert_eq!(follow.inside(4, b"a\nb\n"), Inside::Grown);
        assert_eq!(follow.inside(4, b"a\nX\n"), Inside::Anew);
    }

    #[test]
    fn a_file_that_left_is_let_go_only_after_it_was_still_for_a_while() {
        let mut follow = follow(b"a\n", 2);
        let at = |seconds: u64| Elapsed(seconds * 1_000);
        follow.path_shows(Some(ID), at(0));
        assert!(!follow.is_over(at(1_000)));
        follow.path_shows(Some(OTHER), at(1_000));
        follow.path_shows(None, at(1_030));
        assert!(!follow.is_over(at(1_059)));
        follow.read_to(4, false, at(1_059));
        assert!(!follow.is_over(at(1_118)), "it was still written to");
        assert!(follow.is_over(at(1_119)));
        follow.path_shows(Some(ID), at(1_119));
        assert!(!follow.has_left(), "it came back");
    }
}
