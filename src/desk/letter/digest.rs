//! The daily digest.

use super::{Ask, CoverState, Stage};
use crate::desk::ids::Number;
use crate::desk::removal::SweptRecords;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// 日次まとめ.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Digest {
    /// 対応中一覧.
    pub open: Vec<DigestLine>,
    /// 静観 since the last digest.
    pub watched: Vec<DigestLine>,
    /// 重大度4 since the last digest.
    pub low: Vec<DigestLine>,
    /// 未受領.
    pub unacknowledged: Vec<DigestLine>,
    /// 送達失敗.
    pub undelivered: Vec<DigestLine>,
    /// Blind times since the last digest: source, from, until (`None` = still blind).
    pub blind: Vec<(String, Timestamp, Option<Timestamp>)>,
    /// Promised reports of today.
    pub promised: Vec<DigestLine>,
    /// Planned work and silences: under way, or over since the last digest.
    #[serde(default)]
    pub covers: Vec<CoverState>,
    /// What was removed since the last digest, because the time it is kept was over: files, of how many incidents.
    #[serde(default)]
    pub removed: Option<(u64, u64)>,
    /// What never got a number and is listed no longer, for the same reason.
    #[serde(default)]
    pub unlisted: u64,
    /// The oldest part of the record, removed for the same reason.
    #[serde(default)]
    pub records: Option<SweptRecords>,
}

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DigestLine {
    /// KW number, if it has one.
    pub number: Option<Number>,
    /// 重大度, if known.
    pub severity: Option<u8>,
    /// When.
    pub at: Timestamp,
    /// What, in the source's words or a party's name.
    pub text: String,
    /// That are a caller's words (申告).
    #[serde(default)]
    pub told: bool,
    /// What it is, is for those who may look into the record.
    #[serde(default)]
    pub withheld: bool,
    /// Where it stands, if that is known.
    pub stage: Option<Stage>,
    /// Of a request: what was asked at `at`, and when 受領 is expected.
    #[serde(default)]
    pub asked: Option<(Ask, Timestamp)>,
}
