//! Conditions of isolation rules: each kind's matching and explanation side by side.
//!
//! A condition about something that is not known is neither true nor false ([`Truth::NotKnown`]): a rule never holds,
//! and never fails, on missing data.

use super::probe_of;
use crate::desk::alert::Alert;
use crate::desk::book::Book;
use crate::desk::correlate::cause::{self, Known};
use crate::desk::correlate::group;
use crate::desk::ids::{ComponentId, IncidentId};
use crate::desk::incident::{Incident, Probe};
use crate::desk::letter::Fact;
use crate::desk::normalize;
use crate::desk::rules::{AlertMatch, Condition, Rule};
use crate::desk::state::{Place, State};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::time::Duration;

/// How a condition goes.
#[derive(Debug, Clone, PartialEq)]
pub enum Truth {
    /// It holds, because of these facts.
    Holds(Vec<Fact>),
    /// It does not hold.
    Fails {
        /// What was seen instead, in English.
        saw: String,
    },
    /// Neither: what it asks about is not known.
    NotKnown {
        /// What is missing, in English.
        missing: String,
        /// The same as facts for the mail.
        facts: Vec<Fact>,
    },
}

/// One incident as the conditions see it.
pub struct Case<'a> {
    /// The desk's state.
    pub state: &'a State,
    /// The rules.
    pub book: &'a Book,
    /// The incident.
    pub incident: &'a Incident,
    /// Its members, in order of arrival.
    pub members: Vec<&'a Alert>,
    /// Components that fail in it.
    pub failing: BTreeSet<ComponentId>,
    /// Its root component.
    pub root: Option<ComponentId>,
}

impl<'a> Case<'a> {
    /// The case of incident `id`, if it is known.
    pub fn of(state: &'a State, book: &'a Book, id: IncidentId) -> Option<Self> {
        let incident = state.incidents.get(&id)?;
        let failing = group::failing(state, id);
        let root = match group::main_root(state, book, id) {
            Some(Place::Component(component)) => Some(component),
            Some(Place::Host(_)) => None,
            None => incident.root.clone(),
        };
        Some(Self {
            state,
            book,
            incident,
            members: state.members_of(id).collect(),
            failing: group::components(&failing).cloned().collect(),
            root,
        })
    }

    /// The moment "within" is measured from: the alert that fits the rule's first alert condition, else 発生.
    pub(super) fn anchor(&self, rule: &Rule) -> Timestamp {
        let first = rule.when.iter().find_map(|condition| match condition {
            Condition::Alert(matcher) => Some(matcher),
            _ => None,
        });
        first.and_then(|matcher| self.member(matcher)).map_or(self.incident.occurred, |alert| alert.at)
    }

    fn member(&self, matcher: &AlertMatch) -> Option<&'a Alert> {
        self.members.iter().copied().find(|alert| fits(matcher, alert))
    }

    /// What is known of any incident: the alert that stands for it, how much lies behind `about`, and whether that answers.
    pub(super) fn basic_facts(&self, about: Option<&ComponentId>) -> Vec<Fact> {
        let mut facts = Vec::new();
        if let Some(alert) = self.incident.representative.and_then(|id| self.state.alerts.get(&id)) {
            facts.push(fact_of(alert));
        }
        if let Some(root) = about {
            // Counted as rules count, the root with what lies behind it: one number means one thing in all mails.
            let within = |id: &&ComponentId| *id == root || self.book.graph.needs(id, root);
            let failing = self.failing.iter().filter(within).count();
            // Of a single failing thing behind it there is nothing to count.
            let shows = self.failing.contains(root) || self.failing.len() > 1;
            if shows && self.failing.iter().any(|id| self.book.graph.needs(id, root)) {
                facts.push(Fact::Behind { failing, of: self.failing.len() });
            }
            if let Some(Probe::Came { answered: false, at }) = probe_of(self, root) {
                facts.push(Fact::Ping { target: self.target(root), answered: false, at: *at });
            }
        }
        facts
    }

    /// Parties that answered that it is not their part.
    pub(super) fn refusals(&self) -> Vec<Fact> {
        let answers = self.incident.handed_back.iter();
        answers.map(|answer| Fact::HandedBack { party: self.book.party_name(&answer.party), at: answer.at }).collect()
    }

    /// The components that may be the cause, the likeliest first: the root, then what explains the failing things of those
    /// who have not said that it is not their part, then what the root needs, the nearest first.
    pub(super) fn candidates(&self) -> Vec<ComponentId> {
        let Some(root) = &self.root else { return Vec::new() };
        let kept = |id: &&ComponentId| self.book.rules.components.get(*id).map(|component| &component.party);
        let open = |id: &&ComponentId| kept(id).is_some_and(|party| !self.incident.is_handed_back_by(party));
        let failing = self.failing.iter().filter(open).map(|id| Place::Component(id.clone())).collect();
        let others = cause::causes(&Known::of(self.book, self.incident), &failing);
        let others = others.iter().filter_map(|cause| cause.component());
        let mut below: Vec<&ComponentId> = self.book.graph.below(root).iter().collect();
        below.sort_by_key(|id| (self.book.watched_behind(id), *id));
        [root].into_iter().chain(others).chain(below).cloned().collect()
    }

    /// The root was asked and does not answer.
    pub(super) fn root_is_silent(&self) -> bool {
        self.root.as_ref().and_then(|root| probe_of(self, root)).and_then(Probe::answered) == Some(false)
    }

    /// What speaks against the root being down: it answers.
    pub(super) fn contradictions(&self) -> Vec<Fact> {
        let Some(root) = &self.root else { return Vec::new() };
        match probe_of(self, root) {
            Some(Probe::Came { answered: true, at }) => {
                vec![Fact::Ping { target: self.target(root), answered: true, at: *at }]
            }
            Some(Probe::Came { .. } | Probe::Awaited | Probe::NotKnown { .. }) | None => Vec::new(),
        }
    }

    /// What could not be learnt about the root.
    pub(super) fn unknowns(&self) -> Vec<Fact> {
        let Some(root) = &self.root else { return Vec::new() };
        match probe_of(self, root) {
            Some(Probe::Awaited | Probe::NotKnown { .. }) => vec![Fact::PingNotKnown { target: self.target(root) }],
            Some(Probe::Came { .. }) | None => Vec::new(),
        }
    }

    fn target(&self, component: &ComponentId) -> String {
        self.book
            .rules
            .components
            .get(component)
            .map_or_else(|| component.to_string(), |known| known.ping.clone().unwrap_or_else(|| known.name.clone()))
    }
}

/// An alert as a fact for the mail.
pub(super) fn fact_of(alert: &Alert) -> Fact {
    Fact::Alert { host: alert.problem.host_name.clone(), summary: alert.problem.summary.clone(), at: alert.at }
}

fn fits(matcher: &AlertMatch, alert: &Alert) -> bool {
    normalize::fits(matcher, &alert.source, &alert.problem, alert.component.as_ref())
}

/// Tests `condition`; `anchor` is what "within" is measured from.
pub fn test(case: &Case, condition: &Condition, anchor: Timestamp) -> Truth {
    match condition {
        Condition::Alert(matcher) => match case.member(matcher) {
            Some(alert) => Truth::Holds(vec![fact_of(alert)]),
            None => Truth::Fails { saw: format!("none of {} alerts fits", case.members.len()) },
        },
        Condition::Also { alert, within } => also(case, alert, *within, anchor),
        Condition::Absent(matcher) => absent(case, matcher),
        Condition::Root(components) => match &case.root {
            Some(root) if components.contains(root) => Truth::Holds(Vec::new()),
            Some(root) => Truth::Fails { saw: format!("the root is {root}") },
            None => Truth::Fails { saw: "no component covers what fails".to_owned() },
        },
        Condition::Behind { component, percent } => behind(case, component, *percent),
        Condition::Ping { component, answers } => ping(case, component, *answers),
        Condition::Any(conditions) => any(case, conditions, anchor),
        Condition::Not(inner) => match test(case, inner, anchor) {
            Truth::Holds(_) => Truth::Fails { saw: format!("it holds that {}", words(inner)) },
            Truth::Fails { .. } => Truth::Holds(Vec::new()),
            unknown @ Truth::NotKnown { .. } => unknown,
        },
    }
}

fn also(case: &Case, matcher: &AlertMatch, within: Duration, anchor: Timestamp) -> Truth {
    let near = |alert: &&&Alert| alert.at.duration_since(anchor).unsigned_abs() <= within;
    match case.members.iter().filter(|alert| fits(matcher, alert)).find(near) {
        Some(alert) => Truth::Holds(vec![fact_of(alert)]),
        None => Truth::Fails { saw: format!("no such alert within {} s of the first", within.as_secs()) },
    }
}

/// Nothing open anywhere fits. Only a look at what monitoring covers: silence of a blind source is not quiet.
fn absent(case: &Case, matcher: &AlertMatch) -> Truth {
    let blind =
        case.state.sources.iter().find(|(_, source)| matches!(source.sight, crate::desk::source::Sight::Blind { .. }));
    let found = case
        .state
        .live
        .values()
        .flatten()
        .filter_map(|id| case.state.alerts.get(id))
        .find(|alert| fits(matcher, alert));
    match (found, blind) {
        (Some(alert), _) => {
            Truth::Fails { saw: format!("{} on {} is open", alert.problem.summary, alert.problem.host) }
        }
        (None, Some((source, _))) => {
            Truth::NotKnown { missing: format!("source {source} sees nothing"), facts: Vec::new() }
        }
        (None, None) => Truth::Holds(Vec::new()),
    }
}

fn behind(case: &Case, component: &ComponentId, percent: u8) -> Truth {
    let of = case.failing.len();
    let failing = case.failing.iter().filter(|id| *id == component || case.book.graph.needs(id, component)).count();
    if of > 0 && failing * 100 >= usize::from(percent) * of {
        Truth::Holds(vec![Fact::Behind { failing, of }])
    } else {
        Truth::Fails { saw: format!("{failing} of {of} failing components lie behind it") }
    }
}

fn ping(case: &Case, component: &ComponentId, answers: bool) -> Truth {
    let target = case.target(component);
    match probe_of(case, component) {
        Some(Probe::Came { answered, at }) if *answered == answers => {
            Truth::Holds(vec![Fact::Ping { target, answered: *answered, at: *at }])
        }
        Some(Probe::Came { answered, .. }) => {
            Truth::Fails { saw: if *answered { "it answers" } else { "it is silent" }.to_owned() }
        }
        Some(Probe::NotKnown { why }) => Truth::NotKnown {
            missing: format!("the ping could not be tried: {why}"),
            facts: vec![Fact::PingNotKnown { target }],
        },
        Some(Probe::Awaited) => {
            Truth::NotKnown { missing: "the ping is not back".to_owned(), facts: vec![Fact::PingNotKnown { target }] }
        }
        None => Truth::NotKnown { missing: "no ping was sent".to_owned(), facts: Vec::new() },
    }
}

fn any(case: &Case, conditions: &[Condition], anchor: Timestamp) -> Truth {
    let mut unknown = None;
    for condition in conditions {
        match test(case, condition, anchor) {
            holds @ Truth::Holds(_) => return holds,
            not_known @ Truth::NotKnown { .. } => unknown = Some(not_known),
            Truth::Fails { .. } => {}
        }
    }
    unknown.unwrap_or_else(|| Truth::Fails { saw: format!("none of {} holds", conditions.len()) })
}

/// The condition in English, for `explain`.
pub fn words(condition: &Condition) -> String {
    match condition {
        Condition::Alert(matcher) => format!("an alert with {}", matcher_words(matcher)),
        Condition::Also { alert, within } => {
            format!("also, within {} s, an alert with {}", within.as_secs(), matcher_words(alert))
        }
        Condition::Absent(matcher) => format!("no open alert with {}", matcher_words(matcher)),
        Condition::Root(components) => format!("the root is {}", list(components)),
        Condition::Behind { component, percent } => format!("{percent} % of what fails lies behind {component}"),
        Condition::Ping { component, answers: true } => format!("{component} answers ping"),
        Condition::Ping { component, answers: false } => format!("{component} does not answer ping"),
        Condition::Any(conditions) => conditions.iter().map(words).collect::<Vec<_>>().join(" or "),
        Condition::Not(inner) => format!("not: {}", words(inner)),
    }
}

fn matcher_words(matcher: &AlertMatch) -> String {
    let mut parts = Vec::new();
    let mut push = |name: &str, patterns: &[crate::desk::pattern::Pattern]| {
        if !patterns.is_empty() {
            parts.push(format!("{name} {}", list(patterns)));
        }
    };
    push("host", &matcher.host);
    push("group", &matcher.group);
    push("summary", &matcher.summary);
    push("source", &matcher.source);
    for (name, patterns) in &matcher.tag {
        push(&format!("tag {name}"), patterns);
    }
    for (name, patterns) in &matcher.field {
        push(&format!("field {name}"), patterns);
    }
    if !matcher.component.is_empty() {
        parts.push(format!("component {}", list(&matcher.component)));
    }
    if let Some(level) = matcher.level {
        parts.push(format!("level {} or higher", level.as_str()));
    }
    if parts.is_empty() { "anything".to_owned() } else { parts.join(", ") }
}

fn list(items: &[impl ToString]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ")
}
