//! One incident as isolation sees it: what fails in it, what lies at the root, what is known of the root.
//!
//! Between the state and the conditions: each condition asks the case, and the facts that stand in any verdict are
//! counted here, so that one number means one thing in all mails.

use super::probe_of;
pub use super::spokesman::fact_of;
use crate::desk::alert::Alert;
use crate::desk::book::Book;
use crate::desk::correlate::cause::{self, Known};
use crate::desk::correlate::{LATE_CAUSE, group, silent};
use crate::desk::ids::{ComponentId, CoverId, IncidentId, ProbeName};
use crate::desk::incident::{Incident, Probe};
use crate::desk::letter::Fact;
use crate::desk::modification::{Modification, RECENT};
use crate::desk::now::Now;
use crate::desk::phrase::Phrase;
use crate::desk::probe::{Seen, Sign, Trial};
use crate::desk::rules::{AlertMatch, Fit};
use crate::desk::state::{Place, State};
use crate::desk::turn::Turn;
use jiff::Timestamp;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::time::Duration;

/// Fewer alike may be chance.
const ECHOES: usize = 2;
/// So many show a fault whose whole reach nobody has written down.
const MANY_ECHOES: usize = 6;

/// One incident as the conditions see it.
#[derive(Clone)]
pub struct Case<'a> {
    /// The moment.
    pub now: Now,
    /// The desk's state.
    pub state: &'a State,
    /// The rules.
    pub book: &'a Book,
    /// The incident.
    pub incident: &'a Incident,
    /// Its members, in order of arrival; once part of it is over, those that are not.
    pub members: Vec<&'a Alert>,
    /// Components that fail in it.
    pub failing: BTreeSet<ComponentId>,
    /// Its root component.
    pub root: Option<ComponentId>,
    /// How it fails a rule is put into words.
    pub in_words: bool,
}

impl<'a> Case<'a> {
    /// The case of incident `id`, if it is known.
    pub fn of(turn: &'a Turn, id: IncidentId) -> Option<Self> {
        let (state, book): (&State, _) = (turn.state, turn.book);
        let incident = state.incidents.get(&id)?;
        let root = match group::main_root(state, book, id) {
            Some(Place::Component(component)) => Some(component),
            Some(Place::Host(_)) => None,
            None => incident.root.clone(),
        };
        Some(Self {
            now: turn.now,
            state,
            book,
            incident,
            members: members(state, incident),
            failing: failing(state, id),
            root,
            in_words: true,
        })
    }

    /// The first member that fits.
    pub fn member(&self, matcher: &AlertMatch) -> Option<&'a Alert> {
        self.fitting(matcher).next()
    }

    /// The members that fit, in order of arrival.
    pub fn fitting<'m>(&'m self, matcher: &'m AlertMatch) -> impl Iterator<Item = &'a Alert> + 'm {
        self.members.iter().copied().filter(|alert| fits(matcher, alert))
    }

    /// Members about which it is not known whether they fit, each with what is missing.
    pub fn doubtful<'m>(&'m self, matcher: &'m AlertMatch) -> impl Iterator<Item = (&'a Alert, Phrase)> + 'm {
        doubtful(self.members.iter().copied(), matcher)
    }

    /// How many of the failing components are `component` or need it, directly or not.
    pub fn behind(&self, component: &ComponentId) -> usize {
        self.failing.iter().filter(|id| *id == component || self.book.graph.needs(id, component)).count()
    }

    /// Modifications made at most `within` before 発生, the likeliest to matter first: what stood then before what had been
    /// taken back (which was a change, too), the latest first.
    pub fn changes(&self, within: Duration) -> impl Iterator<Item = &'a Modification> {
        let mut changes: Vec<_> = changes(self.state, self.incident, within).collect();
        changes.sort_by_key(|change| change.was_gone_by(self.incident.occurred));
        changes.into_iter()
    }

    /// The latest change of `component` itself and the latest of what it needs, shortly before.
    pub(super) fn changed(&self, component: &ComponentId) -> impl Iterator<Item = Fact> {
        let own = self.changes(RECENT).find(|change| change.components.contains(component));
        let needs = |id: &ComponentId| self.book.graph.needs(component, id);
        let below = self.changes(RECENT).find(|change| change.components.iter().any(needs));
        let below = below.filter(|below| own.is_none_or(|own| own.id != below.id));
        own.into_iter().chain(below).map(Fact::changed)
    }

    /// Whether the incident is about a component: it fails, is the root, or one of these needs it.
    pub fn concerns(&self, component: &ComponentId) -> bool {
        concerns(self.book, self.incident, &self.failing, component)
    }

    /// What is known of any incident: the alert that stands for it, how much lies behind `about`, and whether that answers.
    pub(super) fn basic_facts(&self, about: Option<&ComponentId>) -> Vec<Fact> {
        let mut facts = Vec::new();
        let speaker = self.speaks_for(about);
        let beside = self.beside(about, speaker);
        let first = self.first_sign(about, speaker).filter(|first| beside.iter().all(|alert| alert.id != first.id));
        facts.extend(first.into_iter().chain(speaker).chain(beside).map(fact_of));
        if let Some(root) = about {
            // Counted as rules count, the root with what lies behind it.
            let failing = self.behind(root);
            // Of a single failing thing behind it there is nothing to count.
            let shows = self.failing.contains(root) || self.failing.len() > 1;
            if shows && self.failing.iter().any(|id| self.book.graph.needs(id, root)) {
                facts.push(Fact::Behind { failing, of: self.failing.len() });
            }
            if let Some(Probe::Came { answered: false, at }) = probe_of(self, root) {
                facts.push(Fact::Ping { target: self.target(root), answered: false, at: *at });
            }
            facts.extend(self.probed(root, false));
            facts.extend(self.was_down(root));
        }
        facts
    }

    fn probe_fact(&self, name: &ProbeName, seen: &Seen, at: Timestamp) -> Fact {
        let (kind, target) = self.probe_target(name);
        Fact::Probe { kind, target, seen: Box::new(seen.clone()), at }
    }

    /// What a named probe saw, with the notices that went before where it saw an expired certificate.
    pub(super) fn probe_facts(&self, name: &ProbeName, seen: &Seen, at: Timestamp) -> Vec<Fact> {
        let mut facts = vec![self.probe_fact(name, seen, at)];
        let noticed = self.state.probes.get(name).map(|record| record.noticed.as_slice()).unwrap_or_default();
        let at: Vec<Timestamp> = noticed.iter().filter(|notice| notice.days > 0).map(|notice| notice.at).collect();
        if seen.sign == Sign::Expired && !at.is_empty() {
            facts.push(Fact::Noticed { at });
        }
        facts
    }

    /// That a named probe is not known, as a fact for the mail.
    pub(super) fn unknown_probe(&self, name: &ProbeName) -> Fact {
        let (kind, target) = self.probe_target(name);
        Fact::ProbeNotKnown { kind, target }
    }

    fn probe_target(&self, name: &ProbeName) -> (String, String) {
        let known = self.book.rules.probes.get(name);
        known.map_or_else(|| (String::new(), name.to_string()), |probe| (probe.kind.clone(), probe.target.clone()))
    }

    /// What the named probes of a component brought: those that were good, or those that were not.
    fn probed(&self, component: &ComponentId, good: bool) -> Vec<Fact> {
        let of_it =
            |name: &&ProbeName| self.book.rules.probes.get(*name).is_some_and(|probe| probe.component == *component);
        let all = self.incident.probes.iter().filter(|(name, _)| of_it(name));
        all.flat_map(|(name, trial)| match trial {
            Trial::Came { seen, at } if (seen.sign == Sign::Ok) == good => self.probe_facts(name, seen, *at),
            Trial::Came { .. } | Trial::Queued | Trial::Awaited | Trial::NotKnown { .. } => Vec::new(),
        })
        .collect()
    }

    /// Parties that answered that it is not their part.
    pub(super) fn refusals(&self) -> Vec<Fact> {
        let answers = self.incident.handed_back.iter();
        answers.map(|answer| Fact::HandedBack { party: self.book.party_name(&answer.party), at: answer.at }).collect()
    }

    /// The components that may be the cause, the likeliest first: the root; then what explains most of all that fails - of
    /// the failing things of those who have not said that it is not their part, and of what the root needs. What shows a
    /// sign of its own, or is nearer, comes first where that is equal or nearly so.
    pub(super) fn candidates(&self) -> Vec<ComponentId> {
        let Some(root) = &self.root else { return Vec::new() };
        let kept = |id: &&ComponentId| self.book.keeper(id);
        let open = |place: &Place| match place {
            Place::Component(id) => kept(&id).is_some_and(|party| !self.incident.is_handed_back_by(party)),
            Place::Host(_) => false,
        };
        let all = group::failing(self.state, self.incident.id);
        // What merely warns is no reason for what stopped.
        let stops = all.values().any(|level| !cause::only_warns(*level));
        let mut failing = all.clone();
        failing.retain(|place, level| open(place) && !(stops && cause::only_warns(*level)));
        let explains = |id: &ComponentId| {
            let over = |place: &Place| matches!(place, Place::Component(other) if other == id || self.book.graph.needs(other, id));
            all.iter().filter(|(place, level)| over(place) && !(stops && cause::only_warns(**level))).count()
        };
        let others = cause::causes(&Known::of(self.state, self.book, self.incident), &failing);
        let others = others.iter().filter_map(|cause| cause.component()).map(|id| (id, true));
        let below = self.book.graph.below(root).iter().map(|id| (id, false));
        let mut rest: Vec<(&ComponentId, bool)> = others.chain(below).filter(|(id, _)| *id != root).collect();
        rest.sort_by_key(|(id, shows)| {
            (Reverse(explains(id) + usize::from(*shows)), !shows, self.book.watched_behind(id), (*id).clone())
        });
        [root].into_iter().chain(rest.into_iter().map(|(id, _)| id)).cloned().collect()
    }

    /// Something that nobody sees explains as much as the root does.
    pub(super) fn has_rival(&self) -> bool {
        let failing = group::failing(self.state, self.incident.id);
        let known = Known::of(self.state, self.book, self.incident);
        self.root.as_ref().is_some_and(|root| silent::rival(&known, root, &failing).is_some())
    }

    /// Another fault of these minutes, numbered or not, has several echoes at the same party: that `needs` lacks a line is
    /// likelier than that this is a fault of its own. What is over explains nothing any more.
    pub(super) fn amid_another_fault(&self) -> bool {
        if self.root.is_none() {
            // Of what no component covers nobody knows who keeps it.
            return false;
        }
        let (id, began) = (self.incident.id, self.incident.detected.elapsed);
        let known = |other: &IncidentId| self.state.incidents.get(other);
        let near = |other: &IncidentId| {
            let other = known(other).map(|other| other.detected.elapsed);
            other.is_some_and(|other| other.since(began).max(began.since(other)) <= LATE_CAUSE)
        };
        let before = self.state.burning.range(..id).rev().take_while(|other| near(other));
        let after = self.state.burning.range(id..).skip(1).take_while(|other| near(other));
        before.chain(after).any(|other| self.is_echoed(*other)) || self.work_is_echoed()
    }

    /// Planned work keeps apart several things that the keeper of this one's root keeps.
    fn work_is_echoed(&self) -> bool {
        let keeper = |id: &ComponentId| self.book.keeper(id);
        let Some(party) = self.root.as_ref().and_then(keeper) else { return false };
        let held = self.state.held_back.iter().filter_map(|id| self.state.alerts.get(id)).filter(|alert| alert.red());
        let echoes = held.filter_map(|alert| {
            let work = alert.held_by().filter(|by| matches!(by, CoverId::Work(_)))?;
            let worked_on = |id: &&ComponentId| self.state.covers.get(&work).is_some_and(|cover| cover.is_of(id));
            alert.component.as_ref().filter(|id| !worked_on(id))
        });
        echoes.collect::<BTreeSet<_>>().into_iter().filter(|id| keeper(id) == Some(party)).count() >= ECHOES
    }

    /// Another incident has many echoes, or several that the keeper of this one's root keeps.
    fn is_echoed(&self, other: IncidentId) -> bool {
        let keeper = |id: &ComponentId| self.book.keeper(id);
        let root = self.state.incidents.get(&other).and_then(|other| other.root.as_ref());
        let (Some(root), Some(party)) = (root, self.root.as_ref().and_then(keeper)) else { return false };
        let places = self.state.places.get(&other).into_iter().flatten().map(|(place, _)| place);
        let echoes = || group::components(places.clone()).filter(|id| self.book.graph.needs(id, root));
        echoes().count() >= MANY_ECHOES || echoes().filter(|id| keeper(id) == Some(party)).count() >= ECHOES
    }

    /// Several things fail by themselves, and the nearest thing that all of them need is another party's: it may be behind
    /// them.
    pub(super) fn has_several_causes(&self) -> bool {
        let keeper = |id: &ComponentId| self.book.keeper(id);
        let mut roots = group::root_components(self.state, self.book, self.incident.id);
        // What only warns is no part of what has stopped.
        let mut failing = group::failing(self.state, self.incident.id);
        failing.retain(|_, level| cause::only_warns(*level));
        roots.retain(|root| !failing.contains_key(&Place::Component(root.clone())));
        let Some(first) = roots.first().filter(|_| roots.len() > 1) else { return false };
        let common = self.book.graph.below(first).iter();
        let common = common.filter(|id| roots.iter().skip(1).all(|root| self.book.graph.needs(root, id)));
        common.min_by_key(|id| self.book.watched_behind(id)).is_some_and(|id| keeper(id) != keeper(first))
    }

    /// Monitoring would tell of the root.
    pub(super) fn root_is_watched(&self) -> bool {
        self.root.as_ref().is_some_and(|root| self.book.watched(root))
    }

    /// Planned work on it went on, or had just ended, when the incident was detected.
    pub(super) fn lately_worked_on(&self, component: &ComponentId) -> bool {
        self.state.lately_worked_on(component, self.incident.detected.wall)
    }

    /// The root was asked and does not answer, or not as it should.
    pub(super) fn root_is_silent(&self) -> bool {
        let known = Known::of(self.state, self.book, self.incident);
        self.root.as_ref().and_then(|root| known.answers(root)) == Some(false)
    }

    /// What speaks against the root being down: it answers, or what lies wholly behind it does and shows no fault.
    pub(super) fn contradictions(&self) -> Vec<Fact> {
        let Some(root) = &self.root else { return Vec::new() };
        if Known::of(self.state, self.book, self.incident).answers(root) != Some(true) {
            let ping = |(id, at)| Fact::Ping { target: self.target(id), answered: true, at };
            return self.answering_behind(root).into_iter().map(ping).collect();
        }
        let mut facts = self.probed(root, true);
        if let Some(Probe::Came { answered: true, at }) = probe_of(self, root) {
            facts.push(Fact::Ping { target: self.target(root), answered: true, at: *at });
        }
        facts
    }

    /// What answers and shows no fault, and could not if this component did not do its work.
    fn answering_behind(&self, component: &ComponentId) -> Vec<(&'a ComponentId, Timestamp)> {
        let known = Known::of(self.state, self.book, self.incident);
        let behind = |id: &ComponentId| {
            !self.failing.contains(id) && known.rests_on(id, component, |id| self.failing.contains(id))
        };
        let answers = self.incident.pings.iter().filter_map(|(id, probe)| match probe {
            Probe::Came { answered: true, at } => Some((id, *at)),
            Probe::Came { .. } | Probe::Awaited | Probe::NotKnown { .. } => None,
        });
        answers.filter(|(id, _)| behind(id)).collect()
    }

    /// One of these.
    pub(super) fn works_behind(&self, component: &ComponentId) -> Option<&'a ComponentId> {
        self.answering_behind(component).first().map(|(id, _)| *id)
    }

    /// What could not be learnt about the root.
    pub(super) fn unknowns(&self) -> Vec<Fact> {
        let Some(root) = &self.root else { return Vec::new() };
        match probe_of(self, root) {
            Some(Probe::Awaited | Probe::NotKnown { .. }) => vec![Fact::PingNotKnown { target: self.target(root) }],
            Some(Probe::Came { .. }) | None => Vec::new(),
        }
    }

    /// What a probe of `component` goes to, in words for the mail.
    pub fn target(&self, component: &ComponentId) -> String {
        self.book
            .rules
            .components
            .get(component)
            .map_or_else(|| component.to_string(), |known| known.ping.clone().unwrap_or_else(|| known.name.clone()))
    }
}

/// Modifications made at most `within` before the 発生 of `incident`, the latest first.
fn changes<'a>(
    state: &'a State,
    incident: &Incident,
    within: Duration,
) -> impl Iterator<Item = &'a Modification> + use<'a> {
    let occurred = incident.occurred;
    let mut recent: Vec<&Modification> =
        state.modifications.values().filter(|known| known.precedes(occurred, within)).collect();
    recent.sort_by_key(|known| (Reverse(known.at), Reverse(known.id)));
    recent.into_iter()
}

/// What was over before something else became what the incident is about is no evidence of that.
fn members<'a>(state: &'a State, incident: &Incident) -> Vec<&'a Alert> {
    let all: Vec<&Alert> = state.members_of(incident.id).collect();
    if incident.eased.is_none() || all.iter().all(|alert| alert.gone.is_some()) {
        return all;
    }
    all.into_iter().filter(|alert| alert.gone.is_none()).collect()
}

/// Components that fail in an incident.
pub fn failing(state: &State, incident: IncidentId) -> BTreeSet<ComponentId> {
    group::components(group::failing(state, incident).keys()).cloned().collect()
}

/// What was changed shortly before on what an incident is about, the latest first.
pub fn recent_changes<'a>(state: &'a State, book: &Book, incident: &Incident) -> Vec<&'a Modification> {
    let failing = failing(state, incident.id);
    let about = |change: &&Modification| change.components.iter().any(|id| concerns(book, incident, &failing, id));
    changes(state, incident, RECENT).filter(about).collect()
}

/// Whether an incident is about a component: it fails, is the root, or one of these needs it.
pub fn concerns(book: &Book, incident: &Incident, failing: &BTreeSet<ComponentId>, component: &ComponentId) -> bool {
    let mut about = failing.iter().chain(&incident.root);
    about.any(|id| id == component || book.graph.needs(id, component))
}

/// Those of `alerts` about which it is not known whether they fit, each with what is missing.
pub fn doubtful<'a>(
    alerts: impl Iterator<Item = &'a Alert>,
    matcher: &AlertMatch,
) -> impl Iterator<Item = (&'a Alert, Phrase)> {
    let alerts = alerts.take_while(|_| matcher.may_be_not_known());
    alerts.filter_map(|alert| match matcher.fit(&alert.source, &alert.problem, alert.component.as_ref()) {
        Fit::NotKnown(missing) => Some((alert, missing)),
        Fit::Yes | Fit::No => None,
    })
}

/// Whether an alert surely fits.
pub fn fits(matcher: &AlertMatch, alert: &Alert) -> bool {
    matcher.fits(&alert.source, &alert.problem, alert.component.as_ref())
}
