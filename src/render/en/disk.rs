//! The disk the record is on, in English.
//!
//! The Japanese is in `render/disk.rs`.

use super::super::commands;
use super::super::time::Clock;
use super::english_span;
use crate::desk::storage::{Cause, Resource, Room};
use jiff::Timestamp;

/// What it is, the details, the commands.
pub(super) type Told = (&'static str, String, Vec<String>);

/// Until it is written again, nothing of what leaves is on record.
pub(super) fn unwritable(since: Timestamp, cause: Cause, clock: &Clock) -> Told {
    let cause = match cause {
        Cause::Full => "the disk is full",
        Cause::ReadOnly => "the file system is read-only",
        Cause::Failing => "writing fails",
    };
    (
        "Running without being able to write the record",
        format!(
            "Since {}: {cause}. Monitoring and messages go on; what is decided waits in memory and is written by itself \
             once the disk takes it, which is told. No restart is needed. A restart before that would lose what waits: \
             what the sources know is fetched again, so messages may be sent again and numbers be given again. What \
             people record meanwhile is not safe either: please keep a note of it. Have the disk looked at now.",
            clock.english(since)
        ),
        vec![commands::STATUS.to_owned()],
    )
}

/// It is written again.
pub(super) fn written(from: Timestamp, until: Timestamp, steps: Option<u64>, clock: &Clock) -> Told {
    let waited = match steps {
        Some(steps) => format!("all {steps} steps that waited are on record"),
        None => "the daemon was started again in between, so please check that nothing is missing".to_owned(),
    };
    (
        "The record is written again",
        format!(
            "It could not be from {} to {} ({}); {waited}.",
            clock.english(from),
            clock.english(until),
            english_span(from, until)
        ),
        vec![commands::STATUS.to_owned(), commands::VERIFY.to_owned()],
    )
}

/// What was kept for this moment is being used.
pub(super) fn reserve_used() -> Told {
    (
        "The disk is full, and the reserve is being used",
        "The record is still written. When the reserve is used up as well, it cannot be written any more. Make room now; \
         the reserve is made again by itself."
            .to_owned(),
        vec![commands::STATUS.to_owned()],
    )
}

/// Room runs short.
pub(super) fn low(of: Resource, percent: u8, room: Room) -> Told {
    let what = match of {
        Resource::Bytes => "room",
        Resource::Files => "room for further files (inodes)",
    };
    (
        if room == Room::VeryLow { "The disk of the record is nearly full" } else { "The disk of the record fills up" },
        format!("{percent} % of its {what} is left; when it is full, the record cannot be written."),
        vec![commands::STATUS.to_owned()],
    )
}
