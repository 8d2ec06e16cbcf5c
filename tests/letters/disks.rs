//! What the desk is told of the disk the record is on.

use super::*;
use kiriwake::desk::storage::{Cause, Resource, Room};

pub(super) fn disks() -> Vec<(&'static str, Letter)> {
    let internal =
        |name, incident, notice| (name, letter("2026-11-20T10:30:00", desk(), Matter::Internal { incident, notice }));
    vec![
        internal(
            "internal-unwritable",
            None,
            Notice::Unwritable { since: at("2026-11-20T02:14:05"), cause: Cause::Full },
        ),
        internal(
            "internal-written",
            None,
            Notice::Written { from: at("2026-11-20T02:14:05"), until: at("2026-11-20T08:40:00"), steps: Some(412) },
        ),
        internal(
            "internal-written-after-a-restart",
            None,
            Notice::Written { from: at("2026-11-20T02:14:05"), until: at("2026-11-20T02:20:00"), steps: None },
        ),
        internal("internal-reserve-used", None, Notice::ReserveUsed),
        internal("internal-low-room", None, Notice::LowRoom { of: Resource::Bytes, percent: 19, room: Room::Low }),
        internal(
            "internal-very-low-files",
            None,
            Notice::LowRoom { of: Resource::Files, percent: 4, room: Room::VeryLow },
        ),
    ]
}
