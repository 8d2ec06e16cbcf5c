//! What a verdict leaves open: which kind of 不明 it is, and what would change it.

use super::super::ids::PartyId;
use super::super::letter::Fact;
use super::super::rules::{Confidence, VerdictCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Why the cause is not known (不明): that nothing is known is another matter than that what is known disagrees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unknown {
    /// No rule holds, and no component covers what fails.
    NothingKnown {
        /// The hosts no component covers, by the names people know.
        hosts: Vec<String>,
    },
    /// Everybody who may be asked has answered that it is not its part.
    NobodyLeft,
    /// Rules that hold name different parties, and the later one is surer (`DECISIONS.md` 18).
    Disagreement {
        /// What each says, the one that stands first in the list of rules first.
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
    /// Whom it names.
    pub parties: Vec<PartyId>,
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
    /// Who should act then.
    pub parties: Vec<PartyId>,
}

/// What would have to be learnt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// A rule of which nothing fails, but something is not known, turns out to hold.
    Rule {
        /// Its name.
        rule: String,
        /// The conditions that are not known, in English.
        conditions: Vec<String>,
        /// The same as facts for the mail, as far as there are any.
        facts: Vec<Fact>,
        /// When time alone will tell.
        at: Option<Timestamp>,
    },
    /// It is not this party's part: it says so, or it is found out.
    NotTheirs {
        /// Which party.
        party: PartyId,
    },
    /// A component of the configuration covers these hosts.
    Covered {
        /// By the names people know.
        hosts: Vec<String>,
    },
}
