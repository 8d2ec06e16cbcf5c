//! What Zabbix's answers say: small rows, read from JSON without any network.
//!
//! Every number arrives as a string from one version and as a number from another, so both are read everywhere. Rows
//! that are read by the thousand hold numbers only. Not here: what follows from a row.

mod measured;
mod number;

pub(super) use measured::{ItemRow, ItemTagsRow, ItemsRow, MeasuredItem, MeasuredRow, TrendRow, ValueRow, WatchedRow};

use super::known::Surroundings;
use crate::desk::observation::{Key, Level, Observation, Problem, Seen};
use crate::source::printable;
use jiff::Timestamp;
use number::{flag, number, optional_number};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// Longest text taken from one field, in characters; Zabbix itself keeps at most 2,048.
const LONGEST_TEXT: usize = 4_096;
/// Most tags of one event that are kept.
const MOST_TAGS: usize = 200;

/// The answer to one call.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
pub(super) struct Answer<T> {
    /// What was asked for.
    #[serde(default = "none")]
    pub(super) result: Option<T>,
    /// Why it was refused.
    #[serde(default)]
    pub(super) error: Option<ApiError>,
    /// The number of the call it answers.
    #[serde(default, deserialize_with = "optional_number")]
    pub(super) id: Option<u64>,
}

fn none<T>() -> Option<T> {
    None
}

/// A refusal in Zabbix's words. Its text is no interface: it differs by version and language.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct ApiError {
    /// -32602, -32500 … or 1 when the frontend is not set up.
    #[serde(default)]
    pub(super) code: i64,
    #[serde(default)]
    pub(super) message: String,
    #[serde(default)]
    pub(super) data: serde_json::Value,
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let data = self.data.as_str().unwrap_or_default();
        write!(f, "{} {} (code {})", printable(&self.message, 200), printable(data, 300), self.code)
    }
}

/// An event of the tail: enough to know whether it is new, and whether this is still the same database.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Mark {
    #[serde(deserialize_with = "number")]
    pub(super) eventid: u64,
    #[serde(deserialize_with = "number")]
    pub(super) clock: i64,
}

/// A row of the list of open problems.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct OpenRow {
    #[serde(deserialize_with = "number")]
    pub(super) eventid: u64,
    #[serde(deserialize_with = "number")]
    pub(super) objectid: u64,
    #[serde(deserialize_with = "number")]
    pub(super) clock: i64,
    #[serde(deserialize_with = "number")]
    pub(super) severity: u8,
    #[serde(default, deserialize_with = "flag")]
    pub(super) acknowledged: bool,
    #[serde(default, deserialize_with = "flag")]
    pub(super) suppressed: bool,
}

/// What has become of a problem's event: `r_eventid` names its recovery, 0 none.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Fate {
    #[serde(deserialize_with = "number")]
    pub(super) eventid: u64,
    #[serde(deserialize_with = "number")]
    pub(super) objectid: u64,
    #[serde(default, deserialize_with = "number")]
    pub(super) r_eventid: u64,
}

/// An event in full.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct EventRow {
    #[serde(deserialize_with = "number")]
    pub(super) eventid: u64,
    #[serde(deserialize_with = "number")]
    pub(super) objectid: u64,
    #[serde(deserialize_with = "number")]
    pub(super) clock: i64,
    #[serde(default, deserialize_with = "number")]
    pub(super) ns: i32,
    /// 1 problem, 0 OK.
    #[serde(deserialize_with = "number")]
    pub(super) value: u8,
    #[serde(default)]
    pub(super) name: String,
    #[serde(deserialize_with = "number")]
    pub(super) severity: u8,
    #[serde(default, deserialize_with = "flag")]
    pub(super) acknowledged: bool,
    #[serde(default, deserialize_with = "flag")]
    pub(super) suppressed: bool,
    #[serde(default)]
    pub(super) hosts: Vec<HostRef>,
    #[serde(default)]
    pub(super) tags: Vec<Tag>,
}

/// A host that is in maintenance.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct WorkedHost {
    pub(super) host: String,
    #[serde(deserialize_with = "number")]
    pub(super) maintenanceid: u64,
    /// When the period under way began, in seconds since 1970; 0 where it is not told.
    #[serde(default, deserialize_with = "number")]
    pub(super) maintenance_from: i64,
}

/// A maintenance.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct MaintenanceRow {
    #[serde(deserialize_with = "number")]
    pub(super) maintenanceid: u64,
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: String,
    /// Seconds since 1970.
    #[serde(default, deserialize_with = "number")]
    pub(super) active_since: i64,
    /// Seconds since 1970.
    #[serde(deserialize_with = "number")]
    pub(super) active_till: i64,
    #[serde(default)]
    pub(super) timeperiods: Vec<Period>,
}

/// When a maintenance takes place.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Period {
    /// 0 once; else daily, weekly or monthly.
    #[serde(deserialize_with = "number")]
    pub(super) timeperiod_type: u8,
    /// Of what takes place once: seconds since 1970.
    #[serde(default, deserialize_with = "number")]
    pub(super) start_date: i64,
    /// How long it lasts, in seconds.
    #[serde(default, deserialize_with = "number")]
    pub(super) period: i64,
}

/// A host as an event names it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct HostRef {
    #[serde(deserialize_with = "number")]
    pub(super) hostid: u64,
    #[serde(default)]
    pub(super) host: String,
    #[serde(default)]
    pub(super) name: String,
}

/// One tag; a name may come several times on one event.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Tag {
    pub(super) tag: String,
    #[serde(default)]
    pub(super) value: String,
}

/// A host with what is needed to match it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct HostRow {
    #[serde(deserialize_with = "number")]
    pub(super) hostid: u64,
    #[serde(default)]
    pub(super) host: String,
    /// `groups` to 6.0, `hostgroups` from 6.2.
    #[serde(default, alias = "groups")]
    pub(super) hostgroups: Vec<Named>,
    #[serde(default)]
    pub(super) tags: Vec<Tag>,
    /// Those of its templates.
    #[serde(default, rename = "inheritedTags")]
    pub(super) inherited_tags: Vec<Tag>,
    /// By field, without empty ones; nothing where it is disabled.
    #[serde(default, deserialize_with = "inventory")]
    pub(super) inventory: BTreeMap<String, String>,
}

/// Something with a name.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Named {
    pub(super) name: String,
}

/// A trigger that is watched.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct TriggerRow {
    #[serde(deserialize_with = "number")]
    pub(super) triggerid: u64,
}

/// A count, as `countOutput` gives it.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(transparent)]
pub(super) struct Count(#[serde(deserialize_with = "number")] pub(super) u64);

/// A problem with the messages people (and we) left on it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct NotedRow {
    #[serde(deserialize_with = "number")]
    pub(super) eventid: u64,
    #[serde(default)]
    pub(super) acknowledges: Vec<Note>,
}

/// One message on a problem.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Note {
    #[serde(default)]
    pub(super) message: String,
}

/// A row, or what is known of one that could not be read: one strange row must not hide the others.
#[derive(Debug)]
pub(super) enum Readable<T> {
    /// It could be read.
    Row(T),
    /// It could not.
    Strange {
        /// Its `eventid`, if that much was readable.
        eventid: Option<u64>,
        /// Its beginning.
        text: String,
        /// What is wrong with it.
        why: String,
    },
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Readable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Ok(T::deserialize(&value).map(Readable::Row).unwrap_or_else(|error| {
            let eventid = value.get("eventid");
            Readable::Strange {
                eventid: eventid.and_then(|id| id.as_u64().or_else(|| id.as_str().and_then(|id| id.parse().ok()))),
                text: printable(&value.to_string(), 500),
                why: error.to_string(),
            }
        }))
    }
}

impl Readable<EventRow> {
    /// The row as an answer to the question for `asked`. One that was not asked for is no row of ours: the place in the
    /// stream of events must not follow it.
    pub(super) fn of(self, asked: &BTreeSet<u64>) -> Self {
        match self {
            Readable::Row(row) if !asked.contains(&row.eventid) => {
                let text = printable(&format!("event {}: {}", row.eventid, row.name), 500);
                Readable::Strange { eventid: None, text, why: "it was not asked for".to_owned() }
            }
            Readable::Strange { eventid, text, why } => {
                Readable::Strange { eventid: eventid.filter(|id| asked.contains(id)), text, why }
            }
            row => row,
        }
    }
}

/// Rows of one answer that could not be read and are nobody's: told together, whatever their number.
#[derive(Debug, Default)]
pub(super) struct Nameless {
    first: Option<(String, String)>,
    more: usize,
}

impl Nameless {
    pub(super) fn add(&mut self, text: String, why: String) {
        match self.first {
            Some(_) => self.more += 1,
            None => self.first = Some((text, why)),
        }
    }

    /// The first of them, and how many came with it.
    pub(super) fn told(self) -> Option<Seen> {
        let (text, why) = self.first?;
        let why =
            if self.more == 0 { why } else { format!("{why}; {} more rows of the same answer are like it", self.more) };
        Some(Seen::Unreadable { text, why })
    }
}

impl EventRow {
    /// When it happened by the clock of whoever measured it.
    pub(super) fn at(&self) -> Option<Timestamp> {
        Timestamp::new(self.clock, self.ns).ok()
    }

    /// The problem this event opens, under `key`, with what is known beside it. A row whose severity or time makes no
    /// sense is reported as unreadable at `read_at`.
    pub(super) fn problem(
        self,
        key: Key,
        known: &Surroundings,
        late: impl Fn(Timestamp) -> bool,
        read_at: Timestamp,
    ) -> Observation {
        let (Some(at), Some(level)) = (self.at(), Level::from_zabbix(self.severity)) else {
            let why = "its severity or time is outside what Zabbix knows".to_owned();
            let text = printable(
                &format!("severity {} clock {} ns {}: {}", self.severity, self.clock, self.ns, self.name),
                500,
            );
            return Observation { key, at: read_at, seen: Seen::Unreadable { text, why } };
        };
        let mut names: Vec<String> = self.hosts.iter().flat_map(|host| known.groups(host.hostid)).cloned().collect();
        names.sort();
        names.dedup();
        // A trigger may look at several hosts. The first stands for it; all are kept for people to read.
        let raw = match self.hosts.as_slice() {
            [] | [_] => String::new(),
            several => printable(
                &format!("hosts: {}", several.iter().map(|host| host.host.as_str()).collect::<Vec<_>>().join(", ")),
                LONGEST_TEXT,
            ),
        };
        let inventory = self.hosts.first().map(|first| known.inventory(first.hostid)).unwrap_or_default();
        let (host, host_name) = match self.hosts.into_iter().next() {
            Some(first) if first.name.is_empty() => (cut(first.host.clone()), cut(first.host)),
            Some(first) => (cut(first.host), cut(first.name)),
            None => Default::default(),
        };
        let problem = Problem {
            host: host.into(),
            host_name: host_name.into(),
            summary: cut(self.name).into(),
            level,
            tags: self.tags.into_iter().take(MOST_TAGS).map(|tag| (cut(tag.tag), cut(tag.value))).collect(),
            groups: names.into(),
            object: Some(self.objectid.to_string().into()),
            fields: Arc::default(),
            items: known.items(self.objectid),
            inventory,
            raw: raw.into(),
            acknowledged: self.acknowledged,
            suppressed: self.suppressed,
            momentary: false,
            late: late(at),
        };
        Observation { key, at, seen: Seen::Problem(problem) }
    }
}

/// Reads an inventory: an object, or `[]` where it is disabled. Nothing in it keeps the rest of the row from being read.
fn inventory<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    let serde_json::Value::Object(fields) = serde_json::Value::deserialize(deserializer)? else {
        return Ok(BTreeMap::new());
    };
    let filled = fields.into_iter().filter_map(|(field, value)| match value {
        serde_json::Value::String(text) if !text.trim().is_empty() => Some((field, text)),
        serde_json::Value::Number(number) => Some((field, number.to_string())),
        _ => None,
    });
    Ok(filled.collect())
}

pub(super) fn cut(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(LONGEST_TEXT) {
        text.truncate(end);
    }
    text
}

#[cfg(test)]
mod tests;
