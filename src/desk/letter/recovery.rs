//! 復旧 in words: what is told when an incident is over and operation was checked.

use super::Sign;
use crate::desk::ids::Number;
use crate::desk::rules::CauseClass;
use crate::desk::words::Words;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// 復旧 in facts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecoveryFacts {
    /// 利用可能となった時刻.
    pub usable: Timestamp,
    /// When the thing itself was normal, where its other side had carried on before.
    #[serde(default)]
    pub normal: Option<Timestamp>,
    /// 復旧 (usable and checked).
    pub restored: Timestamp,
    /// Who checked; `None` = automatic.
    pub checked_by: Option<String>,
    /// How and with what result.
    pub check: Words,
    /// 対処内容, as recorded; empty = （記入待ち）.
    pub treatment: Words,
    /// Linked incident made of what stayed red.
    pub remaining: Option<Number>,
    /// Incidents that explain what stayed red, and under which it goes on.
    #[serde(default)]
    pub elsewhere: Vec<Number>,
    /// What it was about before, each of it over by itself: to an office. A vendor reads of its own part alone.
    #[serde(default)]
    pub before: Vec<Former>,
    /// 原因, where it is known already.
    #[serde(default)]
    pub cause: Option<(CauseClass, Words)>,
}

impl RecoveryFacts {
    /// The incidents under which what stayed red goes on: the one made of it, then those that explain it.
    pub fn goes_on_under(&self) -> impl Iterator<Item = &Number> {
        self.remaining.iter().chain(&self.elsewhere)
    }
}

/// What an incident was about until that was over, and the incident went on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Former {
    /// Its alert.
    pub sign: Sign,
    /// When it began, as the source says.
    pub from: Timestamp,
    /// When it ended for the last time, as the source says.
    pub until: Timestamp,
}
