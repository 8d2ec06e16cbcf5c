//! What was found out about an incident: 重大度, 切り分け結果, the rules tried, the pings.

use super::super::ids::{ComponentId, IncidentId, PartyId};
use super::super::letter::{Because, By, Fact};
use super::super::rules::{CauseClass, Confidence, VerdictCode};
use super::super::scope::Reach;
use super::Incident;
use super::outlook::{Lever, Need, Unknown};
use crate::desk::phrase::Phrase;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

/// 重大度 with who set it and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Severity {
    /// 1 (重大) to 4 (低).
    pub value: u8,
    /// Machine or desk.
    pub by: By,
    /// Why, in English (the matrix cell and what raised it, or the desk's words).
    pub why: Phrase,
    /// Whom it was known to hit when it was judged; `None` = a person's word, or of no system.
    #[serde(default)]
    pub reach: Option<Box<Reach>>,
    /// Since when it hits them, where that is found to be another hour than was known; `None` = as before.
    #[serde(default)]
    pub hit_since: Option<Timestamp>,
    /// Until when it hit them, where a spare carries all of it from then on.
    #[serde(default)]
    pub hit_until: Option<Timestamp>,
}

/// 切り分け結果 with everything that led to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// When.
    pub at: Timestamp,
    /// Which of the ten.
    pub code: VerdictCode,
    /// 確度
    pub confidence: Confidence,
    /// Who should act; the first leads.
    pub parties: Vec<PartyId>,
    /// The component it is about.
    pub component: Option<ComponentId>,
    /// Suspected cause class.
    pub cause: Option<CauseClass>,
    /// Machine or desk.
    pub by: By,
    /// The rule that gave it; `None` = the responsibility table, or the desk.
    pub rule: Option<String>,
    /// The incident of which this one is an echo (波及): who should act is asked under its number.
    #[serde(default)]
    pub echo_of: Option<IncidentId>,
    /// Why, as mails say it.
    pub because: Because,
    /// What speaks for it.
    pub evidence: Vec<Fact>,
    /// What speaks against it.
    pub against: Vec<Fact>,
    /// What could not be learnt.
    pub not_known: Vec<Fact>,
    /// Of 不明, which kind it is.
    #[serde(default)]
    pub unknown: Option<Unknown>,
    /// What would change it, in the order in which it would count.
    #[serde(default)]
    pub would_change: Vec<Lever>,
    /// Every rule in order, and where it failed.
    pub tried: Arc<[Tried]>,
    /// Revision of the rules that made it.
    pub rules_hash: String,
}

impl Verdict {
    /// Every party it names, also those it might name.
    pub fn named(&self) -> impl Iterator<Item = &PartyId> {
        let claims = match &self.unknown {
            Some(Unknown::Disagreement { claims }) => claims.as_slice(),
            Some(Unknown::NothingKnown { .. } | Unknown::NobodyLeft | Unknown::ByRule { .. }) | None => &[],
        };
        let doubted = self.would_change.iter().filter_map(|lever| match &lever.need {
            Need::NotTheirs { party } => Some(party),
            Need::Rule { .. } | Need::Covered { .. } => None,
        });
        let claimed = claims.iter().flat_map(|claim| &claim.parties);
        self.parties
            .iter()
            .chain(claimed)
            .chain(doubted)
            .chain(self.would_change.iter().flat_map(|lever| &lever.parties))
    }
}

/// One rule and how it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    /// The rule's name.
    pub rule: Arc<str>,
    /// How it went.
    pub result: TriedResult,
}

/// How a rule went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TriedResult {
    /// All conditions hold.
    Held,
    /// This one does not hold.
    Failed {
        /// The condition in words.
        condition: Arc<Phrase>,
        /// What was seen instead.
        saw: Phrase,
    },
    /// This one is neither true nor false.
    NotKnown {
        /// The condition in words.
        condition: Arc<Phrase>,
        /// What is missing.
        missing: Phrase,
    },
}

/// A ping owed for an incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Probe {
    /// Not back yet.
    Awaited,
    /// Answered or silent, when.
    Came {
        /// It answered.
        answered: bool,
        /// When.
        at: Timestamp,
    },
    /// Could not be tried.
    NotKnown {
        /// Why.
        why: Phrase,
    },
}

impl Probe {
    /// Whether it answered, where that is known.
    pub fn answered(&self) -> Option<bool> {
        match self {
            Probe::Came { answered, .. } => Some(*answered),
            Probe::Awaited | Probe::NotKnown { .. } => None,
        }
    }
}

impl Incident {
    /// What carries on in place of everything that fails in it; empty where something stops.
    pub(in crate::desk) fn carriers(&self) -> BTreeSet<ComponentId> {
        let reach = self.severity.as_ref().and_then(|severity| severity.reach.as_ref());
        reach.filter(|reach| reach.is_carried()).map(|reach| reach.carried_by.clone()).unwrap_or_default()
    }

    /// The verdict is セキュリティ: nobody is told more of it than must be.
    pub fn is_secret(&self) -> bool {
        self.verdict().is_some_and(|verdict| verdict.code == VerdictCode::Security)
    }
}
