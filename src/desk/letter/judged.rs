//! 切り分け結果, as far as the reader of a letter may know it.

use super::{Because, By, Fact, Lever, Owner, Unknown};
use crate::desk::ids::Number;
use crate::desk::rules::{CauseClass, Confidence, VerdictCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// 切り分け結果 in facts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VerdictFacts {
    /// Which verdict.
    pub code: VerdictCode,
    /// 確度.
    pub confidence: Confidence,
    /// Machine or desk.
    pub by: By,
    /// Names of the parties that should act (empty in a letter to one of several vendors except itself).
    pub parties: Vec<String>,
    /// Suspected cause class.
    pub cause: Option<CauseClass>,
    /// Why.
    pub because: Because,
    /// The number under which its cause is worked on, where it is an echo (波及).
    #[serde(default)]
    pub echo_of: Option<Number>,
    /// Planned work (of a vendor that reads: its own) overran: what it kept apart still burns.
    #[serde(default)]
    pub overrun: bool,
    /// The desk named who should act, and no part of theirs is known to be the cause.
    #[serde(default)]
    pub unplaced: bool,
    /// Whose it is, where no contract of this desk covers it. Not for vendors.
    #[serde(default)]
    pub owner: Option<Owner>,
    /// 確認済みの事実.
    pub evidence: Vec<Fact>,
    /// When what is suspected was last seen to answer, whatever monitoring shows. Not for vendors.
    #[serde(default)]
    pub answers: Option<Timestamp>,
    /// What could not be learnt (確認できず).
    pub not_known: Vec<Fact>,
    /// Of 不明, which kind it is. Not for vendors.
    #[serde(default)]
    pub unknown: Option<Unknown>,
    /// What would change it. Not for vendors.
    #[serde(default)]
    pub would_change: Vec<Lever>,
}
