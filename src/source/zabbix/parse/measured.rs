//! Rows about what is measured: items and their values.

use super::number::number;
use super::{HostRef, Tag};
use serde::Deserialize;

/// What a trigger looks at.
#[derive(Debug, Clone, Deserialize)]
pub(in super::super) struct ItemsRow {
    #[serde(deserialize_with = "number")]
    pub(in super::super) triggerid: u64,
    #[serde(default)]
    pub(in super::super) items: Vec<ItemRow>,
}

/// An item.
#[derive(Debug, Clone, Deserialize)]
pub(in super::super) struct ItemRow {
    #[serde(default)]
    pub(in super::super) name: String,
    pub(in super::super) key_: String,
}

/// What a trigger looks at, and where.
#[derive(Debug, Clone, Deserialize)]
pub(in super::super) struct MeasuredRow {
    #[serde(deserialize_with = "number")]
    pub(in super::super) triggerid: u64,
    #[serde(default)]
    pub(in super::super) hosts: Vec<HostRef>,
    #[serde(default)]
    pub(in super::super) items: Vec<MeasuredItem>,
}

/// An item with what is needed to read its values.
#[derive(Debug, Clone, Deserialize)]
pub(in super::super) struct MeasuredItem {
    #[serde(deserialize_with = "number")]
    pub(in super::super) itemid: u64,
    #[serde(deserialize_with = "number")]
    pub(in super::super) hostid: u64,
    #[serde(default)]
    pub(in super::super) name: String,
    pub(in super::super) key_: String,
    /// 0 float, 1 characters, 2 log, 3 whole number, 4 text, 5 binary (7.0).
    #[serde(deserialize_with = "number")]
    pub(in super::super) value_type: u8,
    #[serde(default)]
    pub(in super::super) units: String,
}

/// One value.
#[derive(Debug, Clone, Deserialize)]
pub(in super::super) struct ValueRow {
    #[serde(deserialize_with = "number")]
    pub(in super::super) clock: i64,
    #[serde(default, deserialize_with = "number")]
    pub(in super::super) ns: i32,
    pub(in super::super) value: String,
}

/// The values of one hour.
#[derive(Debug, Clone, Deserialize)]
pub(in super::super) struct TrendRow {
    #[serde(deserialize_with = "number")]
    pub(in super::super) clock: i64,
    #[serde(default, deserialize_with = "number")]
    pub(in super::super) num: u64,
    pub(in super::super) value_min: String,
    pub(in super::super) value_avg: String,
    pub(in super::super) value_max: String,
}

/// A trigger that is watched, with what a problem of it would carry.
#[derive(Debug, Clone, Deserialize)]
pub(in super::super) struct WatchedRow {
    #[serde(deserialize_with = "number")]
    pub(in super::super) triggerid: u64,
    #[serde(default)]
    pub(in super::super) description: String,
    #[serde(deserialize_with = "number")]
    pub(in super::super) priority: u8,
    #[serde(default)]
    pub(in super::super) hosts: Vec<HostRef>,
    #[serde(default)]
    pub(in super::super) tags: Vec<Tag>,
    #[serde(default)]
    pub(in super::super) items: Vec<NumberedItem>,
}

/// An item with its id.
#[derive(Debug, Clone, Deserialize)]
pub(in super::super) struct NumberedItem {
    #[serde(deserialize_with = "number")]
    pub(in super::super) itemid: u64,
    #[serde(default)]
    name: String,
    key_: String,
}

impl NumberedItem {
    /// As an event's trigger names it.
    pub(in super::super) fn plain(&self) -> ItemRow {
        ItemRow { name: self.name.clone(), key_: self.key_.clone() }
    }
}

/// The tags of an item.
#[derive(Debug, Clone, Deserialize)]
pub(in super::super) struct ItemTagsRow {
    #[serde(deserialize_with = "number")]
    pub(in super::super) itemid: u64,
    #[serde(default)]
    pub(in super::super) tags: Vec<Tag>,
}
