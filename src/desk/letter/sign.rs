//! Alerts as words tell of them, beside the one that stands for the incident; and that it is over, or not seen any more.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sign {
    /// Its message, verbatim.
    pub summary: String,
    /// Its host: technical name and the name people know.
    pub host: (String, String),
    /// Its component's name, where one covers it.
    pub component: Option<String>,
}

/// What a machine showed before the alert that stands for the incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstSign {
    /// The alert.
    pub sign: Sign,
    /// When.
    pub at: Timestamp,
}

/// The alert that stands for an incident is over, and the incident is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Eased {
    /// When it ended, as the source says.
    pub since: Timestamp,
    /// What stays red, the gravest at the root first; `None` = nothing that the reader is to know of.
    pub remains: Option<Sign>,
    /// Its source sees nothing since then: what stays is not known to stay.
    #[serde(default)]
    pub blind: Option<Timestamp>,
}

/// What stays red is worked on as planned: whether it works is seen when that ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnderWork {
    /// Its number.
    pub number: String,
    /// What is done.
    pub name: String,
    /// Who answers for it, by name.
    pub owner: String,
    /// When it is to end.
    pub until: Timestamp,
}

/// Monitoring saw it until then and sees nothing of it now: whether it still fails is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unseen {
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub why: Unseeing,
}

/// Why monitoring sees no more of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unseeing {
    /// Its trigger was deleted.
    Deleted,
    /// Its trigger, host or item is disabled.
    Unmonitored,
    /// Its source sees nothing.
    Blind,
}
