//! The disk the record is on (P20): what the daemon brings of it, what the desk remembers, whom it tells.
//!
//! A thing and its stage. While the record cannot be written the desk goes on as ever - the daemon keeps in memory what
//! waits to be written - so all there is to do here is to tell it once when it begins and once when it is over, and to
//! tell when room runs short. Not here: the disk itself (`daemon/core`).

use super::deliver;
use super::house::{self, Reason};
use super::letter::Notice;
use super::notify;
use super::owed::Why;
use super::turn::Turn;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// News of the disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Storage {
    /// The record cannot be written. From here on messages leave although they are not on record.
    Unwritable {
        /// Why.
        cause: Cause,
    },
    /// The record has been written again for a while, and holds everything that had waited.
    Written {
        /// When the last of it was written.
        at: Timestamp,
        /// How many steps had waited.
        steps: u64,
    },
    /// The disk was full; the reserve was given up for the record.
    ReserveUsed,
    /// What is left, in whole hundredths.
    Room {
        /// Of what.
        of: Resource,
        /// How much, rounded down.
        percent: u8,
    },
}

/// Why the record cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// There is no room.
    Full,
    /// The file system takes no writes.
    ReadOnly,
    /// Writing fails in another way.
    Failing,
}

/// What a file system can run out of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// Room for data.
    Bytes,
    /// Room for further files (inodes).
    Files,
}

/// How much is left of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Room {
    /// Enough.
    #[default]
    Enough,
    /// Less than 20 in a hundred.
    Low,
    /// Less than 5 in a hundred.
    VeryLow,
}

/// What the desk remembers of the disk.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Disk {
    /// Since when the record cannot be written.
    #[serde(default)]
    pub unwritable: Option<(Timestamp, Cause)>,
    /// Room for data.
    #[serde(default)]
    pub bytes: Room,
    /// Room for files.
    #[serde(default)]
    pub files: Room,
}

/// What changed about the disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The record cannot be written.
    Unwritable {
        /// Since when.
        since: Timestamp,
        /// Why.
        cause: Cause,
    },
    /// It is written again.
    Written {
        /// Since when.
        at: Timestamp,
        /// How many steps had waited; `None` = the daemon ended in between.
        steps: Option<u64>,
    },
    /// The reserve was given up.
    ReserveUsed,
    /// What is left changed.
    Room {
        /// Of what.
        of: Resource,
        /// How much.
        room: Room,
    },
}

/// Applies `change`. Total.
pub(super) fn apply(disk: &mut Disk, change: &Change) {
    match change {
        Change::Unwritable { since, cause } => disk.unwritable = Some((*since, *cause)),
        Change::Written { .. } => disk.unwritable = None,
        Change::ReserveUsed => {}
        Change::Room { of: Resource::Bytes, room } => disk.bytes = *room,
        Change::Room { of: Resource::Files, room } => disk.files = *room,
    }
}

/// News came.
pub(super) fn came(turn: &mut Turn, news: &Storage) {
    match *news {
        Storage::Unwritable { cause } if turn.state.house.disk.unwritable.is_none() => {
            let since = turn.now.wall;
            turn.record(house::Change::Disk(Change::Unwritable { since, cause }), Reason::Disk);
            deliver::let_all_go(turn);
            notify::internal(turn, None, Notice::Unwritable { since, cause }, Why::Notice);
        }
        Storage::Unwritable { .. } => {}
        Storage::Written { at, steps } => written(turn, at, Some(steps)),
        Storage::ReserveUsed => {
            turn.record(house::Change::Disk(Change::ReserveUsed), Reason::Disk);
            notify::internal(turn, None, Notice::ReserveUsed, Why::Notice);
        }
        Storage::Room { of, percent } => {
            let Disk { bytes, files, .. } = turn.state.house.disk;
            let before = if of == Resource::Bytes { bytes } else { files };
            let room = before.at(percent);
            if room != before {
                turn.record(house::Change::Disk(Change::Room { of, room }), Reason::Disk);
            }
            if room > before {
                notify::internal(turn, None, Notice::LowRoom { of, percent, room }, Why::Notice);
            }
        }
    }
}

/// The daemon starts: what stands on record as not written is.
pub(super) fn started(turn: &mut Turn) {
    let at = turn.now.wall;
    written(turn, at, None);
}

fn written(turn: &mut Turn, at: Timestamp, steps: Option<u64>) {
    let Some((from, _)) = turn.state.house.disk.unwritable else { return };
    turn.record(house::Change::Disk(Change::Written { at, steps }), Reason::Disk);
    notify::internal(turn, None, Notice::Written { from, until: at, steps }, Why::Notice);
}

impl Room {
    /// How it is with `percent` left. It is told when it gets worse, so it gets better only with some distance: a disk
    /// that goes up and down around a bound must not write letters.
    fn at(self, percent: u8) -> Self {
        let by = |very_low, low| match percent {
            _ if percent < very_low => Self::VeryLow,
            _ if percent < low => Self::Low,
            _ => Self::Enough,
        };
        let worst = by(5, 20);
        if worst >= self { worst } else { by(7, 25).min(self) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// P20: each crossing is seen once, and coming back needs some distance.
    #[test]
    fn room_gets_better_with_distance() {
        use Room::{Enough, Low, VeryLow};
        for (before, percent, after) in [
            (Enough, 100, Enough),
            (Enough, 20, Enough),
            (Enough, 19, Low),
            (Enough, 5, Low),
            (Enough, 4, VeryLow),
            (Enough, 0, VeryLow),
            (Low, 24, Low),
            (Low, 25, Enough),
            (Low, 5, Low),
            (Low, 4, VeryLow),
            (VeryLow, 6, VeryLow),
            (VeryLow, 7, Low),
            (VeryLow, 24, Low),
            (VeryLow, 25, Enough),
        ] {
            assert_eq!(before.at(percent), after, "{before:?} at {percent} %");
        }
    }
}
