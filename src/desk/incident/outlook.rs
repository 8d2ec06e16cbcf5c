//! What a verdict leaves open: which kind of 不明 it is, and what would change it.
//!
//! On record parties stand as ids; a letter holds the same with the names its reader knows (`letter::Unknown`).

use super::super::ids::PartyId;
use super::super::letter::{Because, Fact};
use super::super::rules::{Confidence, VerdictCode};
use crate::desk::phrase::Phrase;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Why the cause is not known (不明): that nothing is known is another matter than that what is known disagrees.
///
/// In letters its variants were once written as `NothingKnown`; that is read, too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unknown<P = PartyId> {
    /// No rule holds, and no component covers what fails.
    #[serde(alias = "NothingKnown")]
    NothingKnown {
        /// The hosts no component covers, by the names people know.
        hosts: Vec<String>,
    },
    /// Everybody who may be asked has answered that it is not its part.
    #[serde(alias = "NobodyLeft")]
    NobodyLeft,
    /// Rules that hold name different parties, and the later one is surer (`DECISIONS.md` 18).
    #[serde(alias = "Disagreement")]
    Disagreement {
        /// What each says, the one that stands first in the list of rules first.
        claims: Vec<Claim<P>>,
    },
    /// A rule says so.
    #[serde(alias = "ByRule")]
    ByRule {
        /// Its name.
        rule: String,
    },
}

/// What one rule says where rules disagree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claim<P = PartyId> {
    /// The rule.
    pub rule: String,
    /// Whom it names.
    pub parties: Vec<P>,
    /// How sure it is.
    pub confidence: Confidence,
    /// Its sentence.
    pub because: Because,
}

/// Something that would change a verdict, and what it would be then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lever<P = PartyId> {
    /// What would have to be learnt.
    pub need: Need<P>,
    /// Which verdict it would be.
    pub code: VerdictCode,
    /// Who should act then; empty = not known yet.
    pub parties: Vec<P>,
}

/// What would have to be learnt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need<P = PartyId> {
    /// A rule of which nothing fails, but something is not known, turns out to hold.
    #[serde(alias = "Rule")]
    Rule {
        /// Its name.
        rule: String,
        /// The conditions that are not known; letters without them are read.
        #[serde(default)]
        conditions: Vec<Phrase>,
        /// The same as facts for the mail, as far as there are any.
        facts: Vec<Fact>,
        /// When time alone will tell.
        at: Option<Timestamp>,
    },
    /// It is not this party's part: it says so, or it is found out.
    #[serde(alias = "NotTheirs")]
    NotTheirs {
        /// Which party.
        party: P,
    },
    /// A component of the configuration covers these hosts.
    #[serde(alias = "Covered")]
    Covered {
        /// By the names people know.
        hosts: Vec<String>,
    },
}

impl<P> Unknown<P> {
    /// The same with other words for the parties.
    pub fn named<N>(&self, name: impl Fn(&P) -> N) -> Unknown<N> {
        match self {
            Unknown::NothingKnown { hosts } => Unknown::NothingKnown { hosts: hosts.clone() },
            Unknown::NobodyLeft => Unknown::NobodyLeft,
            Unknown::ByRule { rule } => Unknown::ByRule { rule: rule.clone() },
            Unknown::Disagreement { claims } => {
                let claims = claims.iter().map(|claim| Claim {
                    rule: claim.rule.clone(),
                    parties: claim.parties.iter().map(&name).collect(),
                    confidence: claim.confidence,
                    because: claim.because.clone(),
                });
                Unknown::Disagreement { claims: claims.collect() }
            }
        }
    }
}

impl<P> Lever<P> {
    /// The same with other words for the parties.
    pub fn named<N>(&self, name: impl Fn(&P) -> N) -> Lever<N> {
        let need = match &self.need {
            Need::Rule { rule, conditions, facts, at } => {
                Need::Rule { rule: rule.clone(), conditions: conditions.clone(), facts: facts.clone(), at: *at }
            }
            Need::NotTheirs { party } => Need::NotTheirs { party: name(party) },
            Need::Covered { hosts } => Need::Covered { hosts: hosts.clone() },
        };
        Lever { need, code: self.code, parties: self.parties.iter().map(name).collect() }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed test should stop")]
mod tests {
    use super::*;

    #[test]
    fn letters_that_were_written_in_their_own_form_are_read() {
        let stored = r#"{"Disagreement":{"claims":[{"rule":"a","parties":["株式会社N"],"confidence":"possible",
            "because":"試験のため"}]}}"#;
        let Unknown::Disagreement { claims } = serde_json::from_str::<Unknown<String>>(stored).unwrap() else {
            panic!("{stored}")
        };
        assert_eq!(claims[0].parties, ["株式会社N"]);
        assert_eq!(serde_json::from_str::<Unknown<String>>(r#""NobodyLeft""#).unwrap(), Unknown::NobodyLeft);
        let stored = r#"{"need":{"Rule":{"rule":"a","facts":[],"at":null}},"code":"single","parties":["株式会社N"]}"#;
        let lever: Lever<String> = serde_json::from_str(stored).unwrap();
        let need = Need::Rule { rule: "a".into(), conditions: Vec::new(), facts: Vec::new(), at: None };
        assert_eq!(lever.need, need);
    }
}
