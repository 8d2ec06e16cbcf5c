//! The rules in force together with what is derived from them once: the graph, the zone, the host index.

use super::alert::Alert;
use super::calendar::Calendar;
use super::graph::Graph;
use super::ids::{CalendarId, ComponentId, PartyId, SourceId, SystemId};
use super::normalize::Index;
use super::observation::{Level, Problem};
use super::rules::{AlertMatch, Condition, Effect, Party, Rule, Rules};
use super::state::ROOM;
use super::text::Hashed;
use crate::desk::phrase::Phrase;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// The rules, ready to be asked.
pub struct Book {
    /// The rules.
    pub rules: Arc<Rules>,
    /// Who needs what.
    pub graph: Graph,
    /// The site's zone.
    pub zone: TimeZone,
    /// Which alert is about which component.
    pub index: Index,
    /// Longer grouping windows, by the alert that asks for them.
    pub watches: Vec<Watch>,
    /// What does no harm, by the alert.
    mild: Vec<AlertMatch>,
    /// What rules count, or put in an order: each such alert may be the one with which a rule holds.
    timed: Vec<AlertMatch>,
    /// How the rules of isolation read, in their order.
    pub rule_words: Vec<RuleWords>,
    always: Calendar,
    watched_behind: BTreeMap<Hashed<ComponentId>, usize>,
    pinged_behind: BTreeMap<Hashed<ComponentId>, Vec<ComponentId>>,
}

/// The alert of a rule that says it does no harm, whatever else there is: it asks for nothing but what the incident shows.
fn mild(rule: &Rule) -> Option<&AlertMatch> {
    let harmless = rule.then.effect == Some(Effect::None) || rule.then.effect.is_none() && rule.then.redundancy_lost;
    let alone = rule.when.iter().all(|condition| match condition {
        Condition::Alert(_) | Condition::Absent(_) | Condition::Root(_) => true,
        Condition::Not(inner) => matches!(*inner.0, Condition::Alert(_)),
        _ => false,
    });
    if !harmless || !alone || rule.then.data.is_some() {
        return None;
    }
    let mut openings = rule.when.iter().filter_map(Condition::opening);
    // Two of them together say nothing about one alone.
    openings.next().filter(|_| openings.next().is_none())
}

/// The alerts of a rule that looks at several of them and when they came.
fn timed(rule: &Rule) -> Vec<&AlertMatch> {
    let all = || rule.when.iter().flat_map(Condition::all);
    let looks_at_times = |condition: &Condition| {
        use Condition::{Also, AtOnce, Count, Earlier, Missing};
        matches!(condition, Also(_) | AtOnce(_) | Count(_) | Earlier(_) | Missing(_))
    };
    if all().any(looks_at_times) { all().flat_map(alerts_of).collect() } else { Vec::new() }
}

fn alerts_of(condition: &Condition) -> Vec<&AlertMatch> {
    match condition {
        Condition::AtOnce(all) => all.0.iter().collect(),
        other => other.alert().into_iter().collect(),
    }
}

/// A rule's wish for a longer grouping window.
pub struct Watch {
    /// An alert that fits begins such a window.
    pub alert: AlertMatch,
    /// How long it is.
    pub lasts: Duration,
}

/// A rule of isolation in words. Every verdict tells of every rule, so that they are put into words once.
pub struct RuleWords {
    /// Its name.
    pub rule: Arc<str>,
    /// Its conditions.
    pub conditions: Vec<Arc<Phrase>>,
}

impl RuleWords {
    fn of(rule: &Rule) -> Self {
        let conditions = rule.when.iter().map(|condition| condition.words().into());
        Self { rule: rule.name.as_str().into(), conditions: conditions.collect() }
    }
}

impl Book {
    /// Prepares `rules`.
    pub fn new(rules: impl Into<Arc<Rules>>) -> Self {
        let rules = rules.into();
        // The configuration was checked, so the zone is known; UTC keeps the desk total.
        let zone = TimeZone::get(&rules.site.timezone).unwrap_or(TimeZone::UTC);
        let graph = Graph::of(&rules);
        let watched =
            |id: &ComponentId| rules.components.get(id).is_some_and(|component| !component.matches.is_empty());
        let behind = |id: &ComponentId| graph.behind(id).iter().chain([id]).filter(|id| watched(id)).count();
        let pinged = |id: &&ComponentId| rules.components.get(*id).is_some_and(|component| component.ping.is_some());
        let pinged_behind = |id: &ComponentId| graph.behind(id).iter().filter(pinged).cloned().collect();
        let pinged_behind = rules.components.keys().map(|id| (id.clone().into(), pinged_behind(id))).collect();
        let watched_behind = rules.components.keys().map(|id| (id.clone().into(), behind(id))).collect();
        let watches = rules.isolation.iter().filter_map(|rule| Some((rule, rule.watch?)));
        let watches = watches.flat_map(|(rule, lasts)| {
            let opening = rule.when.iter().filter_map(Condition::opening);
            opening.map(move |alert| Watch { alert: alert.clone(), lasts })
        });
        Self {
            index: Index::new(&rules),
            zone,
            rule_words: rules.isolation.iter().map(RuleWords::of).collect(),
            always: Calendar::always(),
            watches: watches.collect(),
            timed: rules.isolation.iter().flat_map(timed).cloned().collect(),
            mild: rules.isolation.iter().filter_map(mild).cloned().collect(),
            watched_behind,
            pinged_behind,
            graph,
            rules,
        }
    }

    /// Whether a rule says of such an alert that the systems behind it go on working.
    pub fn is_mild(&self, source: &SourceId, problem: &Problem, component: Option<&ComponentId>) -> bool {
        self.mild.iter().any(|alert| alert.fits(source, problem, component))
    }

    /// Whether a rule counts such alerts, or asks in which order they came.
    pub fn is_timed(&self, alert: &Alert) -> bool {
        let fits = |matcher: &AlertMatch| matcher.fits(&alert.source, &alert.problem, alert.component.as_ref());
        self.timed.iter().any(fits)
    }

    /// Whether any alert can be about a component.
    pub fn watched(&self, id: &ComponentId) -> bool {
        self.rules.components.get(id).is_some_and(|component| !component.matches.is_empty())
    }

    /// How many watched components fail to work when this one fails: those that need it, and itself.
    pub fn watched_behind(&self, id: &ComponentId) -> usize {
        self.watched_behind.get(&id.clone().into()).copied().unwrap_or_default()
    }

    /// What needs a component, directly or not, and has an address to ask; in the order of their names.
    pub fn pinged_behind(&self, id: &ComponentId) -> &[ComponentId] {
        self.pinged_behind.get(&id.clone().into()).map_or(&[], Vec::as_slice)
    }

    /// A calendar by name. Checked rules always have it; without it everything is open, so that nobody waits for ever.
    pub fn calendar(&self, id: &CalendarId) -> &Calendar {
        self.rules.calendars.get(id).unwrap_or(&self.always)
    }

    /// The desk's reception hours.
    pub fn reception(&self) -> &Calendar {
        self.calendar(&self.rules.policy.reception)
    }

    /// Who keeps a component.
    pub fn keeper(&self, id: &ComponentId) -> Option<&PartyId> {
        self.rules.components.get(id).map(|component| &component.party)
    }

    /// A party by name.
    pub fn party(&self, id: &PartyId) -> Option<&Party> {
        self.rules.parties.get(id)
    }

    /// Attempts that may be under way at once where it goes.
    pub fn at_once(&self, destination: &str) -> usize {
        let channel = self.rules.channels.iter().find(|channel| channel.id.as_str() == destination);
        channel.and_then(|channel| channel.at_once).map_or(ROOM, usize::from)
    }

    /// A party's name as addressed; its id where the rules no longer know it.
    pub fn party_name(&self, id: &PartyId) -> String {
        self.party(id).map_or_else(|| id.to_string(), |party| party.name.clone())
    }

    /// A component's name for people.
    pub fn component_name(&self, id: &ComponentId) -> String {
        self.rules.components.get(id).map_or_else(|| id.to_string(), |component| component.name.clone())
    }

    /// A system's name for people.
    pub fn system_name(&self, id: &SystemId) -> String {
        self.rules.systems.get(id).map_or_else(|| id.to_string(), |system| system.name.clone())
    }

    /// Whether the party's own hours are open.
    pub fn party_open(&self, id: &PartyId, at: Timestamp) -> bool {
        self.party(id).is_some_and(|party| self.calendar(&party.hours).is_open(at, &self.zone))
    }

    /// The date at the site.
    pub fn date(&self, at: Timestamp) -> Date {
        at.to_zoned(self.zone.clone()).date()
    }

    /// The first `time` of day at the site that lies after `at`.
    pub fn next_hour(&self, at: Timestamp, time: Time) -> Option<Timestamp> {
        let today = self.date(at);
        [today, today.tomorrow().ok()?]
            .into_iter()
            .filter_map(|date| date.to_datetime(time).to_zoned(self.zone.clone()).ok())
            .map(|zoned| zoned.timestamp())
            .find(|moment| *moment > at)
    }

    /// The lowest level a source's problems must have to be handled.
    pub fn min_level(&self, source: &super::ids::SourceId) -> Level {
        self.rules.sources.get(source).map_or(Level::NotClassified, |rules| rules.min_level)
    }
}
