//! A rule tried on a case: whether it holds, and what decided.

use super::case::Case;
use super::condition::{Condition, Truth};
use crate::desk::book::RuleWords;
use crate::desk::incident::TriedResult;
use crate::desk::letter::Fact;
use crate::desk::phrase::Phrase;
use crate::desk::rules::Rule;
use jiff::Timestamp;

/// Of so many alerts, the latest, it is asked what has followed them.
const LATEST: usize = 20;

/// How a rule goes: which of its conditions decides, and what was seen or is missing.
pub(super) enum Went {
    Held,
    Failed(usize, Phrase),
    NotKnown(usize, Phrase),
    HandedBack(TriedResult),
}

impl Went {
    pub(super) fn told(self, words: &RuleWords) -> TriedResult {
        let condition = |nth: usize| words.conditions.get(nth).cloned().unwrap_or_default();
        match self {
            Went::Held => TriedResult::Held,
            Went::Failed(nth, saw) => TriedResult::Failed { condition: condition(nth), saw },
            Went::NotKnown(nth, missing) => TriedResult::NotKnown { condition: condition(nth), missing },
            Went::HandedBack(told) => told,
        }
    }
}

/// A rule tried.
pub(super) struct Attempt {
    pub(super) went: Went,
    /// What made it hold, as far as it did.
    pub(super) facts: Vec<Fact>,
    /// What was missing to know.
    pub(super) missing: Vec<Fact>,
    /// When it goes on, if nothing but time is missing.
    pub(super) settles: Option<Timestamp>,
}

impl Attempt {
    /// Whether a rule holds.
    pub(super) fn holds(case: &Case, rule: &Rule) -> bool {
        if not_here(case, rule).is_some() {
            return false;
        }
        let holds = |anchor| rule.when.iter().all(|condition| matches!(condition.test(case, anchor), Truth::Holds(_)));
        anchors(case, rule).into_iter().any(holds)
    }

    /// Tries a rule. Of several alerts after which something must follow, one after which it did not is enough.
    pub(super) fn of(case: &Case, rule: &Rule) -> Self {
        if let Some(saw) = not_here(case, rule) {
            return Self { went: Went::Failed(0, saw), facts: Vec::new(), missing: Vec::new(), settles: None };
        }
        let mut attempts = anchors(case, rule).into_iter().map(|anchor| Self::at(case, rule, anchor));
        let mut best = attempts.next().unwrap_or_else(|| Self::at(case, rule, anchor(case, rule)));
        for other in attempts {
            let settles = best.settles.into_iter().chain(other.settles).min();
            let weight = |attempt: &Self| match attempt.went {
                Went::Held => 2,
                Went::NotKnown(..) => 1,
                Went::Failed(..) | Went::HandedBack(_) => 0,
            };
            if weight(&other) > weight(&best) {
                best = other;
            }
            best.settles = settles;
        }
        best
    }

    fn at(case: &Case, rule: &Rule, anchor: Timestamp) -> Self {
        let mut attempt = Self { went: Went::Held, facts: Vec::new(), missing: Vec::new(), settles: None };
        for (nth, tried) in rule.when.iter().enumerate() {
            match tried.test(case, anchor) {
                Truth::Holds(more) => attempt.facts.extend(more),
                Truth::Fails { saw } => {
                    attempt.went = Went::Failed(nth, saw);
                    break;
                }
                Truth::NotKnown { missing, facts } => {
                    attempt.went = Went::NotKnown(nth, missing);
                    attempt.missing = facts;
                    attempt.settles = tried.settles(case, anchor).filter(|at| *at > case.now.wall);
                    break;
                }
            }
        }
        attempt
    }
}

impl Case<'_> {
    /// The same for who only asks whether rules hold: how they fail nobody reads.
    pub(super) fn without_words(self) -> Self {
        Self { in_words: false, ..self }
    }
}

/// What is seen instead of the alert that a rule asks for before anything else: most rules do, and most of those alerts are not
/// here. From when on the rest is asked does not matter then.
pub(super) fn not_here(case: &Case, rule: &Rule) -> Option<Phrase> {
    let first = rule.when.first().filter(|first| matches!(first, Condition::Alert(_)))?;
    match first.test(case, case.incident.occurred) {
        Truth::Fails { saw } => Some(saw),
        Truth::Holds(_) | Truth::NotKnown { .. } => None,
    }
}

/// The moment "within" is measured from: the alert (or call) that fits the rule's first alert condition, else 発生.
pub(super) fn anchor(case: &Case, rule: &Rule) -> Timestamp {
    let first = rule.when.iter().find_map(|condition| condition.opening());
    let member = |matcher| case.member(matcher).map(|alert| alert.at);
    let told = |matcher| case.call(matcher).map(|told| told.from().0);
    first.and_then(|matcher| member(matcher).or_else(|| told(matcher))).unwrap_or(case.incident.occurred)
}

/// The moments "within" may be measured from: where a rule asks what has followed, from each alert that it should have
/// followed, the latest first.
fn anchors(case: &Case, rule: &Rule) -> Vec<Timestamp> {
    let asks_what_followed = rule.when.iter().flat_map(Condition::all).any(|it| matches!(it, Condition::Missing(_)));
    let opening = rule.when.iter().find_map(Condition::opening).filter(|_| asks_what_followed);
    let mut all: Vec<Timestamp> = opening.into_iter().flat_map(|alert| case.fitting(alert)).map(|it| it.at).collect();
    all.sort_unstable_by(|one, other| other.cmp(one));
    all.truncate(LATEST);
    if all.is_empty() { vec![anchor(case, rule)] } else { all }
}
