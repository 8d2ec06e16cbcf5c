//! The disk the record is on, at a glance.

use crate::desk::storage::{Disk, Room};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How the disk is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct DiskStatus {
    /// Since when the record cannot be written: what leaves is not on record.
    pub unwritable: Option<Timestamp>,
    /// How much room for data is left: `enough`, `low`, `very_low`.
    pub room: Room,
    /// How much room for further files (inodes) is left.
    pub files: Room,
}

impl DiskStatus {
    /// As the desk knows it.
    pub(super) fn of(disk: &Disk) -> Self {
        Self { unwritable: disk.unwritable.map(|(since, _)| since), room: disk.bytes, files: disk.files }
    }
}
