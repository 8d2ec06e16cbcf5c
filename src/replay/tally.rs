//! How the rules did: what each decided on record, and what people said to it.

use super::Recorded;
use crate::desk::ids::{IncidentId, PartyId};
use crate::desk::incident::{self, Edit, TriedResult, Verdict};
use crate::desk::letter::By;
use crate::desk::phrase::Phrase;
use crate::desk::request;
use crate::desk::rules::Rules;
use crate::desk::{Change, Reason};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What became of one rule's verdicts.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RuleTally {
    /// Its name; `None` = the responsibility table.
    pub rule: Option<String>,
    /// It is among the rules of the configuration; one that is not was there earlier.
    pub in_force: bool,
    /// Verdicts for which it was tried.
    pub tried: usize,
    /// Incidents in which it decided.
    pub fired: usize,
    /// Of these, incidents in which the desk confirmed its word.
    pub confirmed: usize,
    /// Of these, incidents in which the desk decided otherwise, or asked somebody else.
    pub overridden: usize,
    /// Of these, incidents in which a party it named answered that it is not its part.
    pub handed_back: usize,
    /// When it decided last.
    pub last: Option<Timestamp>,
    /// The condition at which it failed most, and how often.
    pub fails_at: Option<(Phrase, usize)>,
}

/// Counts from recorded frames.
#[derive(Debug, Default)]
pub struct Tally {
    rules: BTreeMap<Option<String>, Counted>,
    standing: BTreeMap<IncidentId, (Option<String>, Verdict)>,
    incidents: BTreeSet<IncidentId>,
}

#[derive(Debug, Default)]
struct Counted {
    tried: usize,
    fired: BTreeSet<IncidentId>,
    confirmed: BTreeSet<IncidentId>,
    overridden: BTreeSet<IncidentId>,
    handed_back: BTreeSet<IncidentId>,
    last: Option<Timestamp>,
    fails: BTreeMap<Phrase, usize>,
}

impl Tally {
    /// Takes down what one frame says.
    pub fn take(&mut self, recorded: &Recorded) {
        for entry in &recorded.frame.entries {
            match &entry.change {
                Change::Incident(incident::Change { incident, what }) => match what {
                    // Blindness of a source is no question of rules.
                    Edit::Verdict(verdict) if !matches!(entry.reason, Reason::Incident(incident::Reason::Blind)) => {
                        self.verdict(*incident, verdict);
                    }
                    Edit::HandedBack(answer) => self.handed_back(*incident, &answer.party),
                    _ => {}
                },
                Change::Request(request::Change::Decided(request))
                    if matches!(entry.reason, Reason::Request(request::Reason::Act)) =>
                {
                    let otherwise = |verdict: &Verdict| !verdict.parties.contains(&request.party);
                    self.standing_of(request.incident, otherwise, |counted| &mut counted.overridden);
                }
                _ => {}
            }
        }
    }

    fn verdict(&mut self, id: IncidentId, verdict: &Verdict) {
        self.incidents.insert(id);
        if verdict.by == By::Desk {
            let agrees = |machine: &Verdict| (machine.code, &machine.parties) == (verdict.code, &verdict.parties);
            self.standing_of(id, agrees, |counted| &mut counted.confirmed);
            self.standing_of(id, |machine| !agrees(machine), |counted| &mut counted.overridden);
            return;
        }
        for tried in verdict.tried.iter() {
            let counted = self.rules.entry(Some(tried.rule.to_string())).or_default();
            counted.tried += 1;
            if let TriedResult::Failed { condition, .. } | TriedResult::NotKnown { condition, .. } = &tried.result {
                *counted.fails.entry(condition.as_ref().clone()).or_default() += 1;
            }
        }
        let counted = self.rules.entry(verdict.rule.clone()).or_default();
        counted.fired.insert(id);
        counted.last = counted.last.max(Some(verdict.at));
        self.standing.insert(id, (verdict.rule.clone(), Verdict { tried: [].into(), ..verdict.clone() }));
    }

    fn handed_back(&mut self, id: IncidentId, party: &PartyId) {
        self.standing_of(id, |verdict| verdict.parties.contains(party), |counted| &mut counted.handed_back);
    }

    /// Counts incident `id` for the rule whose verdict stands, if that verdict is `fitting`.
    fn standing_of(
        &mut self,
        id: IncidentId,
        fitting: impl Fn(&Verdict) -> bool,
        count: impl Fn(&mut Counted) -> &mut BTreeSet<IncidentId>,
    ) {
        if let Some((rule, verdict)) = self.standing.get(&id)
            && fitting(verdict)
        {
            count(self.rules.entry(rule.clone()).or_default()).insert(id);
        }
    }

    /// Incidents that got a verdict.
    pub fn incidents(&self) -> usize {
        self.incidents.len()
    }

    /// Every rule of `rules` in order, then the responsibility table, then rules that are no longer there.
    pub fn rules(self, rules: &Rules) -> Vec<RuleTally> {
        let mut counted = self.rules;
        let names = rules.isolation.iter().map(|rule| Some(rule.name.clone())).chain([None]);
        let mut all: Vec<RuleTally> =
            names.map(|name| told(counted.remove(&name).unwrap_or_default(), name, true)).collect();
        all.extend(counted.into_iter().map(|(name, counted)| told(counted, name, false)));
        all
    }
}

fn told(counted: Counted, rule: Option<String>, in_force: bool) -> RuleTally {
    RuleTally {
        rule,
        in_force,
        tried: counted.tried,
        fired: counted.fired.len(),
        confirmed: counted.confirmed.len(),
        overridden: counted.overridden.len(),
        handed_back: counted.handed_back.len(),
        last: counted.last,
        fails_at: counted.fails.into_iter().max_by_key(|(_, times)| *times),
    }
}
