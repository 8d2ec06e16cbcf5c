//! The disk the record is on, at a glance.

use crate::desk::storage::{Disk, Room};

/// What it has little of: `room`, `files`; and whether very little.
pub(super) fn low(disk: &Disk) -> Vec<(String, bool)> {
    let all = [("room", disk.bytes), ("files", disk.files)];
    let low = all.into_iter().filter(|(_, room)| *room > Room::Enough);
    low.map(|(what, room)| (what.to_owned(), room == Room::VeryLow)).collect()
}
