//! What belongs to the desk as a whole rather than to one thing.

use super::agenda::When;
use super::expected::Expected;
use super::flow::Flows;
use super::storm::Storms;
use crate::desk::ids::{ComponentId, OwedId, SourceId};
use crate::desk::now::{Elapsed, Now};
use crate::desk::removal::Removals;
use crate::desk::storage::Disk;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// From which backup the record comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// Drawn at the restore; part of every later outbox key.
    pub mark: String,
    /// When the backup was made.
    pub made: Timestamp,
}

/// Signs of life to a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Heartbeat {
    /// When the next is due; `None` = none goes to a mailbox.
    pub due: Option<Elapsed>,
    /// The last one.
    pub last: Option<OwedId>,
}

/// What belongs to the desk as a whole.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct House {
    /// Names this store: part of every outbox key.
    pub store: String,
    /// Term of ownership; part of every outbox key, because counters repeat after a restore.
    pub epoch: u64,
    /// The last restore of the record; `None` = it was never restored. The same backup may be restored twice, and then
    /// terms repeat too, so its mark is part of every later outbox key.
    #[serde(default)]
    pub restored: Option<Restored>,
    /// Since when the desk is on trial (試行); `None` = it works in earnest.
    #[serde(default)]
    pub shadow: Option<Timestamp>,
    /// When the last step was recorded.
    pub last_step: Option<Now>,
    /// When the next daily digest is due.
    pub digest_due: Option<Timestamp>,
    /// When the last daily digest was made.
    pub digest_last: Option<Timestamp>,
    /// When the desk's reception next closes, and what is open is handed over (引継ぎ).
    #[serde(default)]
    pub hand_over_due: Option<Timestamp>,
    /// When certificates are next looked at.
    #[serde(default)]
    pub certificates_due: Option<Timestamp>,
    /// When addresses are next asked.
    #[serde(default)]
    pub addresses_due: Option<Timestamp>,
    /// Components whose address answers no ping when all is well, and since when that is known.
    #[serde(default)]
    pub mute: BTreeMap<ComponentId, Timestamp>,
    /// When planned work or a silence next begins, is near its end, or ends.
    pub planned_edge: Option<Timestamp>,
    /// How often in a row planned work of the configuration has kept nothing apart, by its name.
    #[serde(default)]
    pub idle: BTreeMap<String, u32>,
    /// When a reminder last named planned work of the configuration, by its name.
    #[serde(default)]
    pub reminded: BTreeMap<String, Timestamp>,
    /// Blind times: source, from, until.
    pub blind_times: Vec<(SourceId, Timestamp, Option<Timestamp>)>,
    /// Systems on which too many alerts come.
    #[serde(default)]
    pub storms: Storms,
    /// The disk the record is on.
    #[serde(default)]
    pub disk: Disk,
    /// What has left over the channels.
    #[serde(default)]
    pub flows: Flows,
    /// What must come by its hour, by its name.
    #[serde(default)]
    pub expected: BTreeMap<String, Expected>,
    /// Signs of life to a mailbox.
    #[serde(default)]
    pub heartbeat: Heartbeat,
    /// When what ended long ago is next forgotten.
    pub sweep_due: Option<Elapsed>,
    /// What is removed of the record.
    #[serde(default)]
    pub removals: Removals,
    /// Revision of the rules in force.
    pub rules_hash: String,
}

impl House {
    /// When the first hour of what must come is over.
    pub fn expected_due(&self) -> Option<When> {
        self.expected.values().filter_map(Expected::over_at).min().map(When::Wall)
    }
}
