//! What a verdict leaves open: the kind of 不明, and what would change it - so that whoever goes on knows what to look at.
//!
//! Tried with the same rules on the same case: a rule of which only something unknown is missing, and the answer of a
//! party that it is not its part. Not here: how a verdict is found.

use super::attempt::{anchor, not_here};
use super::case::Case;
use super::condition::Truth;
use super::parties_of;
use crate::desk::ids::PartyId;
use crate::desk::incident::{Claim, HandedBack, Incident, Lever, Need, Unknown, Verdict};
use crate::desk::letter::{Because, Fact};
use crate::desk::rules::{Rule, VerdictCode};
use crate::desk::text::Text;
use crate::desk::turn::Turn;
use std::collections::BTreeSet;

/// More would not be read.
const MOST: usize = 8;
/// Hosts named at most.
const HOSTS: usize = 20;

/// Which kind of 不明 a verdict is, if it is one; `claims` are those of rules that disagree.
pub(super) fn unknown(case: &Case, verdict: &Verdict, claims: Vec<Claim>) -> Option<Unknown> {
    if verdict.code != VerdictCode::Unknown {
        return None;
    }
    Some(match &verdict.rule {
        _ if !claims.is_empty() => Unknown::Disagreement { claims },
        Some(rule) => Unknown::ByRule { rule: rule.clone() },
        None if case.incident.refusals().next().is_some() && case.root.is_some() => Unknown::NobodyLeft,
        None => Unknown::NothingKnown { hosts: uncovered(case) },
    })
}

/// What a rule that holds says.
pub(super) fn claim(turn: &Turn, case: &Case, rule: &Rule) -> Claim {
    Claim {
        rule: rule.name.clone(),
        parties: parties_of(turn, case, rule),
        confidence: rule.then.confidence,
        because: Because::Words(rule.because.clone()),
    }
}

/// Hosts with an alert here that no component covers.
fn uncovered(case: &Case) -> Vec<String> {
    let hosts = case.members.iter().filter(|alert| alert.component.is_none());
    let hosts: BTreeSet<&Text> = hosts.map(|alert| &alert.problem.host_name).collect();
    hosts.into_iter().take(HOSTS).map(String::from).collect()
}

/// What would change a verdict, in the order in which it would count. `judge` finds the verdict of a case.
pub(super) fn levers(turn: &Turn, case: &Case, verdict: &Verdict, judge: impl Fn(&Case) -> Verdict) -> Vec<Lever> {
    let case = case.clone().without_words();
    let mut levers = by_rules(turn, &case, verdict);
    levers.extend(by_answers(turn, &case, verdict, judge));
    if let Some(Unknown::NothingKnown { hosts }) = &verdict.unknown
        && !hosts.is_empty()
    {
        // Whoever keeps the component would be asked; who that is nobody has written yet.
        let need = Need::Covered { hosts: hosts.clone() };
        levers.push(Lever { need, code: VerdictCode::Single, parties: Vec::new() });
    }
    levers.truncate(MOST);
    levers
}

/// Rules of which nothing fails and something is not known: those before the one that decided would decide instead, a surer
/// one behind it would contradict it.
fn by_rules(turn: &Turn, case: &Case, verdict: &Verdict) -> Vec<Lever> {
    let rules = &turn.book.rules.isolation;
    let decided = rules.iter().position(|rule| Some(&rule.name) == verdict.rule.as_ref());
    let mut levers = Vec::new();
    for (nth, rule) in rules.iter().enumerate() {
        let Some(need) = open_question(case, rule) else { continue };
        let parties = parties_of(turn, case, rule);
        let behind = decided.is_some_and(|decided| nth > decided);
        let named = (rule.then.verdict, &parties) == (verdict.code, &verdict.parties);
        let refused = parties.iter().all(|party| case.incident.is_handed_back_by(party));
        if named || refused || behind && rule.then.confidence <= verdict.confidence {
            continue;
        }
        let (code, parties) = match behind {
            true => (VerdictCode::Unknown, vec![turn.book.rules.site.desk.clone()]),
            false => (rule.then.verdict, parties),
        };
        if (code, &parties) != (verdict.code, &verdict.parties) {
            levers.push(Lever { need, code, parties });
        }
    }
    levers
}

/// What is not known of a rule; `None` if it holds or fails whatever that turns out to be.
fn open_question(case: &Case, rule: &Rule) -> Option<Need> {
    if not_here(case, rule).is_some() {
        return None;
    }
    let anchor = anchor(case, rule);
    let (mut conditions, mut facts, mut at) = (Vec::new(), Vec::new(), None);
    for condition in &rule.when {
        match condition.test(case, anchor) {
            Truth::Holds(_) => {}
            Truth::Fails { .. } => return None,
            Truth::NotKnown { facts: missing, .. } => {
                conditions.push(condition.words());
                facts.extend(missing.into_iter().filter(|fact: &Fact| !facts.contains(fact)).collect::<Vec<_>>());
                at = at.max(condition.settles(case, anchor).filter(|at| *at > case.now.wall));
            }
        }
    }
    // Where more than time is missing, time alone tells nothing.
    let at = at.filter(|_| facts.is_empty() && conditions.len() == 1);
    (!conditions.is_empty()).then(|| Need::Rule { rule: rule.name.clone(), conditions, facts, at })
}

/// Who would be named if one of those named now turned out not to be concerned.
fn by_answers(turn: &Turn, case: &Case, verdict: &Verdict, judge: impl Fn(&Case) -> Verdict) -> Vec<Lever> {
    let named: Vec<PartyId> = match &verdict.unknown {
        Some(Unknown::Disagreement { claims }) => claims.iter().flat_map(|claim| claim.parties.clone()).collect(),
        Some(_) => Vec::new(),
        None if matches!(verdict.code, VerdictCode::Single | VerdictCode::Multi) => verdict.parties.clone(),
        None => Vec::new(),
    };
    let desk = &turn.book.rules.site.desk;
    let mut levers: Vec<Lever> = Vec::new();
    for party in named.into_iter().filter(|party| party != desk) {
        let answer =
            HandedBack { party: party.clone(), at: case.now.wall, reason: String::new().into(), earlier: false };
        let handed_back = [case.incident.handed_back.as_slice(), &[answer]].concat();
        let supposed = Incident { handed_back, ..case.incident.clone() };
        let Verdict { code, parties, .. } = judge(&Case { incident: &supposed, ..case.clone() });
        let lever = Lever { need: Need::NotTheirs { party }, code, parties };
        if (lever.code, &lever.parties) != (verdict.code, &verdict.parties) && !levers.contains(&lever) {
            levers.push(lever);
        }
    }
    levers
}
