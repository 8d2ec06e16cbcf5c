//! The configuration as written: one struct per table.
//!
//! Between the tree and `check`. Texts that name something else (a party, a component) are still texts here, and
//! whether what they name exists is not looked at. A key's meaning is told to administrators in the commented files of
//! `config/`; the fields that `check` hands on unchanged are described where they arrive, in `desk::rules`.
//! Sources, channels and log patterns bring their own structs; adding one is done in `kinds`.

mod policy;

pub(super) use policy::{ApprovalTable, CapsTable, PolicyTable, RateTable, RetentionTable, SeverityTable};

use super::span::Span;
use crate::desk::isolate::condition;
use crate::desk::observation::Level;
use crate::desk::pattern::Pattern;
use crate::desk::rules::written::OneOrMany;
use crate::desk::rules::{
    CauseClass, Confidence, ContractScope, DataImpact, Effect, ImpactScope, Language, PartyKind, VerdictCode,
    WrittenMatch,
};
use jiff::civil::{Date, Time};
use serde::Deserialize;
use std::path::PathBuf;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SiteTable {
    pub(super) name: String,
    pub(super) desk: String,
    pub(super) office: String,
    pub(super) timezone: String,
    pub(super) language: Language,
    pub(super) mail: MailTable,
    pub(super) entry_phone: Option<String>,
    #[serde(default)]
    pub(super) mode: Mode,
    pub(super) shadow_mail: Option<String>,
}

/// Whether anybody outside hears of anything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Mode {
    #[default]
    Earnest,
    Shadow,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MailTable {
    pub(super) from: String,
    pub(super) name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StateTable {
    pub(super) directory: PathBuf,
    #[serde(default = "reserve_mib")]
    pub(super) reserve_mib: u32,
    #[serde(default = "watch_space")]
    pub(super) watch_space: bool,
}

/// RELIABILITY §2.8.
fn reserve_mib() -> u32 {
    64
}

fn watch_space() -> bool {
    true
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ControlTable {
    pub(super) socket: PathBuf,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PartyTable {
    pub(super) kind: PartyKind,
    pub(super) name: String,
    pub(super) hours: String,
    #[serde(default)]
    pub(super) contract: Vec<ContractTable>,
    #[serde(default)]
    pub(super) contact: Vec<ContactTable>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ContractTable {
    pub(super) number: String,
    pub(super) scope: String,
    pub(super) from: Day,
    pub(super) until: Day,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ContactTable {
    pub(super) name: String,
    #[serde(default)]
    pub(super) person: bool,
    pub(super) mail: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) hours: Option<String>,
    pub(super) only_severity: Option<u8>,
    pub(super) from: Option<Day>,
    pub(super) until: Option<Day>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SystemTable {
    pub(super) name: String,
    pub(super) office: Option<String>,
    #[serde(default)]
    pub(super) needs: Needs,
    #[serde(default)]
    pub(super) work: OneOrMany<String>,
    #[serde(default)]
    pub(super) departments: OneOrMany<String>,
    #[serde(default)]
    pub(super) locations: OneOrMany<String>,
    pub(super) users: Option<u32>,
    pub(super) hours: Option<String>,
    #[serde(default)]
    pub(super) impact: ImpactTable,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LocationTable {
    pub(super) name: String,
    pub(super) office: Option<String>,
    #[serde(default)]
    pub(super) needs: Needs,
    #[serde(default)]
    pub(super) departments: OneOrMany<String>,
    pub(super) users: Option<u32>,
    pub(super) hours: Option<String>,
    #[serde(default)]
    pub(super) impact: ImpactTable,
}

/// Names of components; a list among them is a group of which one is enough.
pub(super) type Needs = OneOrMany<OneOrMany<String>>;

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ImpactTable {
    pub(super) scope: Option<ImpactScope>,
    pub(super) residents: Option<bool>,
    pub(super) substitute: Option<SubstituteWord>,
    pub(super) substitute_needs: Needs,
}

/// Whether there is a substitute, or what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SubstituteWord {
    Known(bool),
    Words(String),
}

impl<'de> Deserialize<'de> for SubstituteWord {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl serde::de::Visitor<'_> for Either {
            type Value = SubstituteWord;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("true, false, or what the substitute is, in quotes")
            }
            fn visit_bool<E>(self, known: bool) -> Result<SubstituteWord, E> {
                Ok(SubstituteWord::Known(known))
            }
            fn visit_str<E>(self, words: &str) -> Result<SubstituteWord, E> {
                Ok(SubstituteWord::Words(words.to_owned()))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ComponentTable {
    pub(super) name: Option<String>,
    pub(super) party: Option<String>,
    pub(super) scope: Option<ContractScope>,
    #[serde(default)]
    pub(super) hosts: OneOrMany<Pattern>,
    #[serde(default, rename = "match")]
    pub(super) matches: OneOrMany<WrittenMatch>,
    #[serde(default)]
    pub(super) needs: Needs,
    pub(super) effect: Option<Effect>,
    #[serde(default)]
    pub(super) asset: AssetTable,
    #[serde(default)]
    pub(super) look: Option<Vec<String>>,
    pub(super) ping: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct AssetTable {
    pub(super) model: String,
    pub(super) serial: String,
    pub(super) place: String,
    pub(super) contract: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleTable {
    pub(super) name: String,
    pub(super) when: OneOrMany<condition::Written>,
    pub(super) then: ThenTable,
    pub(super) because: String,
    pub(super) watch: Option<Span>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ThenTable {
    pub(super) verdict: VerdictCode,
    pub(super) party: Option<String>,
    #[serde(default)]
    pub(super) parties: Vec<String>,
    pub(super) cause: Option<CauseClass>,
    pub(super) confidence: Confidence,
    pub(super) effect: Option<Effect>,
    pub(super) data: Option<DataImpact>,
    #[serde(default)]
    pub(super) redundancy_lost: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CalendarTable {
    pub(super) open: OneOrMany<String>,
    #[serde(default)]
    pub(super) holidays: HolidaysWord,
    #[serde(default)]
    pub(super) closed: Vec<ClosedTable>,
    #[serde(default)]
    pub(super) extra: Vec<ExtraTable>,
}

/// `none` or `japan`; the desk's own type spells them the same, but is free to change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum HolidaysWord {
    #[default]
    None,
    Japan,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClosedTable {
    pub(super) from: String,
    pub(super) until: Option<String>,
    pub(super) name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExtraTable {
    pub(super) date: Day,
    #[serde(rename = "is")]
    pub(super) kind: ExtraKind,
    pub(super) name: String,
    #[serde(default)]
    pub(super) hours: OneOrMany<String>,
}

/// What an extra day is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ExtraKind {
    /// Open whatever else closes it.
    Open,
    /// A holiday the law does not compute.
    Holiday,
    /// No holiday although the law computes one.
    NoHoliday,
}

/// A duration, or `"none"`: a default of some hours must be possible to take away.
#[derive(Debug, Clone, Copy)]
pub(super) struct MaybeSpan(pub(super) Option<Span>);

impl<'de> Deserialize<'de> for MaybeSpan {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "none" => Ok(Self(None)),
            text => text.parse().map(|span| Self(Some(span))).map_err(serde::de::Error::custom),
        }
    }
}

/// A day, with or without quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Day(pub(super) Date);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = |_| serde::de::Error::custom(format!("{text:?} is not a day; write it like 2026-04-01"));
        text.parse().map(Self).map_err(wrong)
    }
}

/// A time of day, with or without quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock(pub(super) Time);

impl<'de> Deserialize<'de> for Clock {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = |_| serde::de::Error::custom(format!("{text:?} is not a time of day; write it like \"08:00\""));
        text.parse().map(Self).map_err(wrong)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MaintenanceTable {
    pub(super) name: String,
    pub(super) owner: String,
    pub(super) reason: String,
    pub(super) components: OneOrMany<String>,
    pub(super) from: Option<String>,
    pub(super) until: Option<String>,
    pub(super) cron: Option<String>,
    pub(super) lasts: Option<Span>,
    pub(super) first: Option<Day>,
    pub(super) last: Option<Day>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectTable {
    pub(super) name: String,
    pub(super) component: String,
    pub(super) sign: WrittenMatch,
    pub(super) by: String,
    pub(super) calendar: Option<String>,
    pub(super) within: Option<Span>,
    pub(super) level: Option<Level>,
}
