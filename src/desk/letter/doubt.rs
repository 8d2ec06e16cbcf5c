//! What a verdict leaves open, for the desk that goes on with it.

use super::Fact;
use crate::desk::rules::{Confidence, VerdictCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Why the cause is not known (不明).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Unknown {
    /// No rule holds, and no component covers these hosts.
    NothingKnown {
        /// By the names people know.
        hosts: Vec<String>,
    },
    /// Everybody who may be asked has answered that it is not its part.
    NobodyLeft,
    /// Rules that hold name different parties.
    Disagreement {
        /// What each says.
        claims: Vec<Claim>,
    },
    /// A rule says so.
    ByRule {
        /// Its name.
        rule: String,
    },
}

/// What one rule says where rules disagree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// The rule.
    pub rule: String,
    /// Names of the parties it names.
    pub parties: Vec<String>,
    /// How sure it is.
    pub confidence: Confidence,
    /// Its sentence.
    pub because: String,
}

/// Something that would change a verdict, and what it would be then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lever {
    /// What would have to be learnt.
    pub need: Need,
    /// Which verdict it would be.
    pub code: VerdictCode,
    /// Names of those who should act then; empty = not known yet.
    pub parties: Vec<String>,
}

/// What would have to be learnt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Need {
    /// A rule of which only this is not known turns out to hold.
    Rule {
        /// Its name.
        rule: String,
        /// What is not known, as far as there are words for it.
        facts: Vec<Fact>,
        /// When time alone will tell.
        at: Option<Timestamp>,
    },
    /// It is not this party's part.
    NotTheirs {
        /// Its name.
        party: String,
    },
    /// A component of the configuration covers these hosts.
    Covered {
        /// By the names people know.
        hosts: Vec<String>,
    },
}
