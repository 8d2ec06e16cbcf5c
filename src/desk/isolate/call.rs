//! A call at the desk (申告) as isolation sees it: it is a sign of what it is about, as an alert is.
//!
//! What a rule asks of an alert's component, and of its words, a call can answer; what only monitoring tells it cannot.

use super::case::Case;
use crate::desk::ids::ComponentId;
use crate::desk::incident::Told;
use crate::desk::letter::Fact;
use crate::desk::phrase::Phrase;
use crate::desk::rules::{AlertMatch, Confidence, Fit, Rule, VerdictCode};

/// How a call goes with what is asked of an alert.
pub(super) fn fit(matcher: &AlertMatch, told: &Told) -> Fit {
    matcher.fit_told(&told.text, told.component.as_ref())
}

/// A call as a fact for the mail.
pub(super) fn fact_of(told: &Told) -> Fact {
    Fact::Told(told.said())
}

/// How sure a rule is that holds. What nothing but somebody's word bears out may be so, and no more.
pub(super) fn sure(case: &Case, rule: &Rule, evidence: &[Fact]) -> Confidence {
    let suspects = matches!(rule.then.verdict, VerdictCode::Single | VerdictCode::Multi | VerdictCode::ScopeOut);
    let shown = |fact: &Fact| matches!(fact, Fact::Probe { .. } | Fact::Ping { .. } | Fact::OnSite { .. });
    if suspects && case.members.is_empty() && !evidence.iter().any(shown) {
        return rule.then.confidence.min(Confidence::Possible);
    }
    rule.then.confidence
}

impl<'a> Case<'a> {
    /// The first call that surely fits.
    pub(super) fn call(&self, matcher: &AlertMatch) -> Option<&'a Told> {
        self.incident.told.iter().find(|told| fit(matcher, told) == Fit::Yes)
    }

    /// What is missing to know whether a call fits, where that is not known.
    pub(super) fn doubtful_call(&self, matcher: &AlertMatch) -> Option<Phrase> {
        self.incident.told.iter().find_map(|told| match fit(matcher, told) {
            Fit::NotKnown(missing) => Some(missing),
            Fit::Yes | Fit::No => None,
        })
    }

    /// Somebody called about it.
    pub(super) fn is_told_of(&self, component: &ComponentId) -> bool {
        // Of incidents from before, what was called about is the root.
        let named = |told: &Told| told.component.as_ref() == Some(component);
        self.incident.told.iter().any(named) || self.incident.root.as_ref() == Some(component)
    }
}
