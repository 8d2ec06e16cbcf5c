//! What a source reports: the form in which every fault arrives at the desk, whatever saw it.
//!
//! Sources fill these in; the desk reads them. Nothing here decides anything.

use super::ids::SourceId;
use super::text::Text;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// Where a source goes on reading. The desk keeps it beside what came with it and hands it back after a restart; only
/// the source that wrote it understands it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub String);

/// A source's own id of one problem (Zabbix: the eventid of the problem event), stable for as long as it lasts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(pub Text);

impl Key {
    /// As the source writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What one look of a source brought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Who looked.
    pub source: SourceId,
    /// Where to go on reading once this report is on record; `None` leaves the earlier place.
    pub cursor: Option<Cursor>,
    /// The source's first look ever: what is red was red before and is adopted, not alarmed.
    pub first_look: bool,
    /// The source looked at everything it should: this counts against blindness. `false` for one page of several.
    pub complete: bool,
    /// What was seen, in the source's order.
    pub observations: Vec<Observation>,
    /// What a person should know about the source itself, although it is not blind (a restored database, say).
    pub remarks: Vec<String>,
    /// Everything that is under maintenance in the source now; `None` = as told before, or the source does not tell.
    #[serde(default)]
    pub maintenance: Option<Vec<Maintenance>>,
}

/// Maintenance in the monitoring system, under way now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintenance {
    /// The source's own id of it.
    pub key: String,
    /// What it is called there.
    pub name: String,
    /// What else is said of it there; may be empty.
    pub reason: String,
    /// Technical names of the hosts in it.
    pub hosts: BTreeSet<String>,
    /// When it began.
    pub from: Timestamp,
    /// When it ends, as far as the source knows.
    pub until: Timestamp,
}

/// One thing seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// Which problem this is about.
    pub key: Key,
    /// When it happened by the source's clock (not when we read it).
    pub at: Timestamp,
    /// What was seen.
    pub seen: Seen,
}

/// What an observation says about its problem.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Seen {
    /// The problem exists. Repeating it is harmless.
    Problem(Problem),
    /// Something about a known problem changed; `None` = as before.
    Changed {
        /// The monitoring severity.
        level: Option<Level>,
        /// Somebody acknowledged it in the monitoring system.
        acknowledged: Option<bool>,
        /// Maintenance in the monitoring system hides it.
        suppressed: Option<bool>,
        /// Whether its trigger, host and item are enabled; `false` is 監視停止, never recovery.
        monitored: Option<bool>,
    },
    /// The problem is over.
    Recovered {
        /// What shows that it is over.
        evidence: Evidence,
    },
    /// Something that could not be read. Kept, counted and shown (`at` is when it was read).
    Unreadable {
        /// The beginning of it, made printable.
        text: String,
        /// Why it could not be read.
        why: String,
    },
}

/// What shows that a problem is over. Absence alone never does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Evidence {
    /// The recovery event of this very problem.
    RecoveryEvent {
        /// The source's id of that event.
        event: String,
    },
    /// A log line that closes it.
    Line {
        /// The line, made printable.
        text: String,
    },
    /// What had not come by its hour came after all.
    Sign {
        /// What showed it: the line, or the text of the alert.
        text: String,
    },
    /// Two successive complete reads no longer know it: its trigger was deleted (復旧イベントなし).
    NoRecoveryEvent,
}

/// A problem as the source describes it, before our words for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// The technical host name.
    pub host: Text,
    /// The name people know the host by; the host name where there is no other.
    pub host_name: Text,
    /// The message, verbatim.
    pub summary: Text,
    /// The monitoring severity.
    pub level: Level,
    /// Tags, a multimap: a name may come twice.
    pub tags: Arc<[(String, String)]>,
    /// Groups of the host.
    pub groups: Arc<[String]>,
    /// The source's id of what raised it (Zabbix: triggerid), if any.
    pub object: Option<Text>,
    /// Fields a log pattern extracted, by group name. Empty for Zabbix.
    pub fields: Arc<[(String, String)]>,
    /// What is measured behind it (Zabbix: the items of its trigger); `None` = the source could not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<Arc<[Item]>>,
    /// What the source knows of the host (Zabbix: its inventory), by field; what is not in it was not had.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub inventory: Arc<BTreeMap<String, String>>,
    /// The line or text it was read from, made printable; empty when the summary is all there is.
    pub raw: Text,
    /// Acknowledged in the monitoring system.
    pub acknowledged: bool,
    /// Hidden by maintenance in the monitoring system.
    pub suppressed: bool,
    /// A thing that happened rather than a state that lasts (a log pattern without a closing one): it opens and joins
    /// incidents, but does not keep them red.
    pub momentary: bool,
    /// Fetched after an outage of ours or the source's: true times, marked 遅延.
    pub late: bool,
}

fn is_empty(inventory: &BTreeMap<String, String>) -> bool {
    inventory.is_empty()
}

/// Something that is measured.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Item {
    /// The name people know it by.
    pub name: String,
    /// The technical name: `icmpping`, `vfs.fs.size[/,pused]`.
    pub key: String,
}

/// The monitoring severity, Zabbix's six steps. Only an input to 重大度.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 未分類
    NotClassified,
    /// 情報
    Information,
    /// 警告
    Warning,
    /// 軽度の障害
    Average,
    /// 重度の障害
    High,
    /// 致命的な障害
    Disaster,
}

impl Level {
    /// All levels, lowest first; the index is Zabbix's number.
    pub const ALL: [Level; 6] =
        [Level::NotClassified, Level::Information, Level::Warning, Level::Average, Level::High, Level::Disaster];

    /// The level of Zabbix's number 0-5.
    pub fn from_zabbix(number: u8) -> Option<Level> {
        Level::ALL.get(usize::from(number)).copied()
    }

    /// The word the configuration and transcripts use.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::NotClassified => "not_classified",
            Level::Information => "information",
            Level::Warning => "warning",
            Level::Average => "average",
            Level::High => "high",
            Level::Disaster => "disaster",
        }
    }

    /// 深刻度, as Zabbix names it in Japanese.
    pub fn japanese(self) -> &'static str {
        match self {
            Level::NotClassified => "未分類",
            Level::Information => "情報",
            Level::Warning => "警告",
            Level::Average => "軽度の障害",
            Level::High => "重度の障害",
            Level::Disaster => "致命的な障害",
        }
    }
}

/// A problem the desk holds open for a source: what the source needs to know after a restart.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenProblem {
    /// The source's id of it.
    pub key: Key,
    /// What raised it.
    pub object: Option<Text>,
    /// As last recorded.
    pub level: Level,
    /// As last recorded.
    pub acknowledged: bool,
    /// As last recorded.
    pub suppressed: bool,
    /// As last recorded.
    pub monitored: bool,
}

/// A look that failed: nothing may be concluded from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What kind of failure, for the words told to people.
    pub kind: FailureKind,
    /// The details for an administrator; never a secret.
    pub detail: String,
}

/// The kinds of failure a source can meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// No connection (refused, DNS, TLS, reset).
    Unreachable,
    /// No answer in time.
    Timeout,
    /// An answer, but not from a working source (HTTP status, HTML, cut or foreign JSON).
    Garbled,
    /// The answer is larger than we read.
    TooLarge,
    /// Not logged in any more, token expired or unknown.
    LoggedOut,
    /// Logged in, but what should be visible is not: empty lists, hosts that vanished.
    RightsLost,
    /// The source itself reports an error.
    SourceError,
    /// A log file that should be there cannot be read.
    Unreadable,
}
