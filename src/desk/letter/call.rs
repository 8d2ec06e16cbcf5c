//! Calls: those the desk should make, and those that were made.

use super::{Ask, Eased, Facts, FirstSign, Sign, Target};
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

/// One call the desk should make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Organisation.
    pub organization: String,
    /// Contact's name.
    pub contact: String,
    /// `contact` is a person.
    pub person: bool,
    /// Number to dial.
    pub phone: String,
    /// Its hours in words (calendar name).
    pub hours: String,
    /// Contract number to give; empty = none.
    pub contract: String,
    /// Why: what is asked, or that an office is informed.
    pub purpose: Purpose,
    /// 1 = the first call to make.
    pub rank: u32,
    /// Whom to call when this one does not answer, in order.
    #[serde(default)]
    pub then: Vec<NextContact>,
    /// Which reminder it goes with, or how many reports an office has had; 0 = none, or the letter was worded before this was kept.
    #[serde(default)]
    pub nth: u32,
    /// What the called vendor is asked about; `None` = an office is called, or the letter was worded before this was kept.
    #[serde(default)]
    pub part: Option<Box<Part>>,
    /// No mail of the request has reached the vendor: the call is the only word it gets.
    #[serde(default)]
    pub only_word: bool,
}

/// A vendor's part of an incident: what it reads in its mail, and so what it is told on the phone. After an answer of "not
/// ours" that is another thing than what was suspected first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The alert that stands for it, verbatim.
    pub summary: String,
    /// That alert's host: technical name and the name people know.
    pub host: (String, String),
    /// That alert is over while the incident is not.
    #[serde(default)]
    pub eased: Option<Eased>,
    /// What its thing shows beside it, and as grave.
    #[serde(default)]
    pub beside: Vec<Sign>,
    /// What its thing showed first.
    #[serde(default)]
    pub first_sign: Option<FirstSign>,
    /// The component it is about.
    pub component: Option<String>,
    /// The component that shows the fault, where that is another one.
    pub shown_by: Option<String>,
    /// The thing itself.
    pub target: Option<Target>,
    /// Further things of the vendor that fail by themselves.
    pub also: Vec<Target>,
    /// When it began to fail, where that is later than the whole.
    #[serde(default)]
    pub part_since: Option<Timestamp>,
    /// It is not to be restarted or changed before the vendor has called the desk.
    #[serde(default)]
    pub untouched: bool,
}

impl Part {
    /// What `facts`, made for the vendor, say of its part.
    pub(in crate::desk) fn of(facts: Facts) -> Self {
        let Facts {
            summary,
            host,
            eased,
            beside,
            first_sign,
            component,
            shown_by,
            target,
            also,
            part_since,
            untouched,
            ..
        } = facts;
        Self { summary, host, eased, beside, first_sign, component, shown_by, target, also, part_since, untouched }
    }

    /// The facts of the desk, told about this part.
    pub(crate) fn told(&self, desk: &Facts) -> Facts {
        let Self { summary, host, eased, beside, first_sign, component, shown_by, target, also, part_since, untouched } =
            self.clone();
        Facts {
            summary,
            host,
            eased,
            beside,
            first_sign,
            component,
            shown_by,
            target,
            also,
            part_since,
            untouched,
            ..desk.clone()
        }
    }

    /// The one part that all these calls to vendors are about; `None` = there is none, or several.
    pub(crate) fn common(calls: &[Call]) -> Option<&Self> {
        let mut parts = calls.iter().filter_map(|call| call.part.as_deref());
        let first = parts.next()?;
        parts.all(|part| part == first).then_some(first)
    }
}

impl Purpose {
    /// An office is called, which gives no 受領.
    pub(crate) fn is_to_office(self) -> bool {
        match self {
            Purpose::Inform | Purpose::Decide | Purpose::Consult { .. } => true,
            Purpose::Ask(_) | Purpose::Chase => false,
        }
    }
}

/// Why a call is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Ask the vendor.
    Ask(Ask),
    /// Remind the vendor.
    Chase,
    /// Inform the office.
    Inform,
    /// Ask the office for a decision: no contract of this desk covers it.
    Decide,
    /// Ask the office for a decision: the vendor is closed for long.
    Consult {
        /// When it opens.
        opens: Timestamp,
    },
}
