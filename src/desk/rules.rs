//! What the configuration says, checked: the form the desk relies on.
//!
//! `config::check` makes this out of the files; nothing here can be half right. References always resolve, every list
//! that must not be empty is not, and every pattern compiles. A rule set is stored by its hash, so that a decision can
//! be explained with the rules of its time.

mod alert_match;
mod approval;
mod caps;
mod estate;
mod expectation;
mod isolation;
mod maintenance;
mod party;
mod policy;
pub mod written;

pub use super::isolate::condition::Condition;
pub use alert_match::{AlertMatch, Fit, Known, WrittenMatch};
pub use approval::{Approval, ApprovalHours, HOLDABLE};
pub use caps::{Caps, Rate};
pub use estate::{Asset, Component, ContractScope, DataImpact, Effect, Impact, ImpactScope, Location, System, Usage};
pub use expectation::{Expectation, HIGHEST_OF_A_SIGN, Unseen};
pub use isolation::{CauseClass, Confidence, Rule, Then, VerdictCode};
pub use maintenance::{Maintenance, Times, Window};
pub use party::{Contact, Contract, Party, PartyKind};
pub use policy::{FirstReport, Policy, Retention, SeverityPolicy, Share};
pub use written::keep::Keep;

use super::calendar::Calendar;
use super::ids::{CalendarId, ChannelId, ComponentId, LocationId, PartyId, ProbeName, SourceId, SystemId};
use super::observation::Level;
use super::probe::Probe;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// One checked rule set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rules {
    /// SHA-256 (hex) of what was read; names this revision.
    pub hash: String,
    /// The site.
    pub site: Site,
    /// Sources, as far as the desk must know them.
    pub sources: BTreeMap<SourceId, SourceRules>,
    /// Everybody who can be responsible or told.
    pub parties: BTreeMap<PartyId, Party>,
    /// What offices work with.
    pub systems: BTreeMap<SystemId, System>,
    /// Where offices work.
    #[serde(default)]
    pub locations: BTreeMap<LocationId, Location>,
    /// What parties keep.
    pub components: BTreeMap<ComponentId, Component>,
    /// What may be asked when isolating, by name.
    #[serde(default)]
    pub probes: BTreeMap<ProbeName, Probe>,
    /// The ordered isolation rules; the first whose conditions all hold gives the verdict.
    pub isolation: Vec<Rule>,
    /// Calendars by name; always has `always`.
    pub calendars: BTreeMap<CalendarId, Calendar>,
    /// Ways out, in order of preference.
    pub channels: Vec<Channel>,
    /// Planned work.
    pub maintenance: Vec<Maintenance>,
    /// What must come by its hour.
    #[serde(default)]
    pub expected: Vec<Expectation>,
    /// A sign of life that goes to a mailbox; `None` = none does.
    #[serde(default)]
    pub heartbeat: Option<MailBeat>,
    /// Numbers and times.
    pub policy: Policy,
}

/// Signs of life to a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailBeat {
    /// The address.
    pub to: String,
    /// The channel that carries them, and no other.
    pub channel: ChannelId,
    /// How often.
    pub every: Duration,
}

/// The site and who stands where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Site {
    /// For example `A町`.
    pub name: String,
    /// The party that runs the desk; owns whatever nobody else owns.
    pub desk: PartyId,
    /// Gets reports when a system names no office of its own.
    pub office: PartyId,
    /// IANA name, for example `Asia/Tokyo`.
    pub timezone: String,
    /// Language of mails and reports.
    pub language: Language,
    /// Host part of our Message-IDs and the sender's display name.
    pub mail: MailIdentity,
    /// The data centre staff's phone for entry (入館), shown in requests; `None` where there is none.
    pub entry_phone: Option<String>,
    /// 試行: every message goes to this one address, and to nobody else; `None` = in earnest.
    #[serde(default)]
    pub shadow: Option<String>,
}

/// Language of what people outside read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Japanese.
    Ja,
    /// English.
    En,
}

/// Who our mail says it is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailIdentity {
    /// Sender address, for example `desk@k.example`.
    pub from: String,
    /// Display name, for example `A町システム運用窓口`.
    pub name: String,
}

/// What the desk must know of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRules {
    /// 受付契機 of incidents it opens.
    pub kind: SourceKind,
    /// Problems below this level are recorded as suppressed and go no further.
    pub min_level: Level,
    /// Our number is written back as a message on the problem.
    pub write_back: bool,
}

/// How a source names itself in 受付契機.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// Zabbix.
    Zabbix,
    /// ログ監視.
    Log,
}

/// One way out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// Its name.
    pub id: ChannelId,
    /// What it carries.
    pub carries: Carries,
    /// Attempts under way over it at once, where that is configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_once: Option<u8>,
}

/// What a channel carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Carries {
    /// Mail for any address; the first in the list is the usual path, the next ones are used when it surely failed.
    Mail,
    /// Copies of one party's messages.
    CopiesFor {
        /// The party the far end belongs to.
        party: PartyId,
    },
}
