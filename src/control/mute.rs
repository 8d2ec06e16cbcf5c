//! Addresses whose silence is no sign, at a glance.

use crate::desk::Desk;
use crate::desk::ids::ComponentId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An address that answers no ping when all is well.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MuteLine {
    /// Of which component.
    pub component: ComponentId,
    /// The address.
    pub address: String,
    /// Since when that is known.
    pub since: Timestamp,
}

/// All of them.
pub(super) fn mute(desk: &Desk) -> Vec<MuteLine> {
    let line = |(component, since): (&ComponentId, &Timestamp)| {
        let address = desk.book().rules.components.get(component)?.ping.clone()?;
        Some(MuteLine { component: component.clone(), address, since: *since })
    };
    desk.state().house.mute.iter().filter_map(line).collect()
}
