//! Calls that were made, as a letter tells of them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How a call ended, as the phone note asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallResult {
    /// 不在
    NoAnswer,
    /// 留守電: a message was left.
    VoiceMail,
    /// 話中
    Busy,
    /// Somebody answered. 受領 is another matter, recorded as such.
    Answered,
}

/// One try to reach somebody by phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    /// The organisation.
    pub organization: String,
    /// The contact.
    pub contact: String,
    /// How it ended.
    pub result: CallResult,
    /// When.
    pub at: Timestamp,
}

/// Another contact of the same party, for when the first does not answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextContact {
    /// Its name.
    pub contact: String,
    /// It is a person.
    pub person: bool,
    /// Number to dial.
    pub phone: String,
}

/// A vendor that is closed for long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closure {
    /// Its name.
    pub party: String,
    /// When it opens.
    pub opens: Timestamp,
    /// Calls made so far, oldest first.
    pub tried: Vec<Tried>,
    /// When the office is asked, if nothing comes until then; `None` = it has been asked.
    #[serde(default)]
    pub consults_at: Option<Timestamp>,
}
