//! Parties: who can be responsible or told, under which contracts, and how each is reached.

use crate::desk::ids::CalendarId;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Somebody who can be responsible or told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Party {
    /// What kind of party.
    pub kind: PartyKind,
    /// The organisation's name as addressed: `株式会社N`, `A町 総務課 情報係`.
    pub name: String,
    /// When it works.
    pub hours: CalendarId,
    /// Contracts, with validity.
    pub contracts: Vec<Contract>,
    /// In order of calling; never empty for anyone who is ever told.
    pub contacts: Vec<Contact>,
}

/// Kinds of party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyKind {
    /// 業者
    Vendor,
    /// 窓口
    Desk,
    /// 主管課
    Office,
    /// 情報センター
    DataCentre,
    /// 外部サービス
    External,
}

/// One maintenance contract (保守契約).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contract {
    /// For example `R8-情-012`.
    pub number: String,
    /// What it covers, in words.
    pub scope: String,
    /// First day, included.
    pub from: Date,
    /// Last day, included.
    pub until: Date,
}

/// One way to reach a party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// For example `保守受付` or a person's name.
    pub name: String,
    /// Whether `name` is a person (様) rather than a section (御中 / ご担当者様).
    pub person: bool,
    /// Mail address.
    pub mail: Option<String>,
    /// Phone number, dialled by people.
    pub phone: Option<String>,
    /// When this contact answers.
    pub hours: CalendarId,
    /// Only for incidents of this 重大度 or more severe (1 = only the gravest); `None` = for all.
    pub only_severity: Option<u8>,
    /// First day this contact is valid, included.
    pub from: Option<Date>,
    /// Last day this contact is valid, included.
    pub until: Option<Date>,
}
