//! Who needs whom: the needs of components and systems, followed to the end.
//!
//! Built once when rules are loaded. Correlation asks it whether one failure explains another, the scope whom a
//! failing component drags along. It knows names only; what is failing now is not its business.

use super::ids::{ComponentId, LocationId, SystemId};
use super::rules::{Component, Rules};
use super::text::Hashed;
use std::collections::{BTreeMap, BTreeSet};

static NO_COMPONENTS: BTreeSet<ComponentId> = BTreeSet::new();
static NO_SYSTEMS: BTreeSet<SystemId> = BTreeSet::new();
static NO_LOCATIONS: BTreeSet<LocationId> = BTreeSet::new();

/// What is looked up for each of hundreds of components, many times a step.
type By<T> = BTreeMap<Hashed<ComponentId>, T>;
type Reached = By<BTreeSet<ComponentId>>;

/// The needs of a rule set, directly and over any number of steps.
///
/// Components that need each other in a circle are each below and behind all others of the circle, never themselves.
/// About a component the rules don't name every answer is empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Graph {
    below: Reached,
    behind: Reached,
    /// As `below`, without what has a spare.
    vital: Reached,
    systems: By<BTreeSet<SystemId>>,
    locations: By<BTreeSet<LocationId>>,
}

impl Graph {
    /// Follows every need of `rules` to its end.
    pub fn of(rules: &Rules) -> Self {
        let mut graph = Graph::default();
        for component in rules.components.keys() {
            let below = everything_below(rules, component, |_, _| true);
            for needed in &below {
                graph.behind.entry(needed.clone().into()).or_default().insert(component.clone());
            }
            graph.below.insert(component.clone().into(), below);
            let alone = |of: &Component, needed: &ComponentId| !of.spares.iter().flatten().any(|spare| spare == needed);
            graph.vital.insert(component.clone().into(), everything_below(rules, component, alone));
        }
        for (id, system) in &rules.systems {
            for component in graph.all_of(&system.needs) {
                graph.systems.entry(component.into()).or_default().insert(id.clone());
            }
        }
        for (id, location) in &rules.locations {
            for component in graph.all_of(&location.needs) {
                graph.locations.entry(component.into()).or_default().insert(id.clone());
            }
        }
        graph
    }

    /// Components and everything they need.
    pub fn all_of(&self, direct: &[ComponentId]) -> BTreeSet<ComponentId> {
        direct.iter().flat_map(|id| self.below(id).iter().chain([id])).cloned().collect()
    }

    /// Whether `a` needs `b`, directly or not. Nothing needs itself.
    pub fn needs(&self, a: &ComponentId, b: &ComponentId) -> bool {
        self.below(a).contains(b)
    }

    /// Whether `a` cannot work without `b`: it needs it, and no spare stands in for it on the way.
    pub fn depends_wholly(&self, a: &ComponentId, b: &ComponentId) -> bool {
        self.vital.get(&a.clone().into()).is_some_and(|vital| vital.contains(b))
    }

    /// Everything `component` needs.
    pub fn below(&self, component: &ComponentId) -> &BTreeSet<ComponentId> {
        self.below.get(&component.clone().into()).unwrap_or(&NO_COMPONENTS)
    }

    /// Everything that needs `component`.
    pub fn behind(&self, component: &ComponentId) -> &BTreeSet<ComponentId> {
        self.behind.get(&component.clone().into()).unwrap_or(&NO_COMPONENTS)
    }

    /// The systems that need `component`.
    pub fn systems_of(&self, component: &ComponentId) -> &BTreeSet<SystemId> {
        self.systems.get(&component.clone().into()).unwrap_or(&NO_SYSTEMS)
    }

    /// The locations that need `component`.
    pub fn locations_of(&self, component: &ComponentId) -> &BTreeSet<LocationId> {
        self.locations.get(&component.clone().into()).unwrap_or(&NO_LOCATIONS)
    }
}

fn everything_below(
    rules: &Rules,
    component: &ComponentId,
    counts: impl Fn(&Component, &ComponentId) -> bool,
) -> BTreeSet<ComponentId> {
    let mut below = BTreeSet::new();
    let mut open = vec![component];
    while let Some(next) = open.pop() {
        let Some(known) = rules.components.get(next) else { continue };
        let needs = known.needs.iter().filter(|needed| counts(known, needed));
        open.extend(needs.filter(|needed| *needed != component && below.insert((*needed).clone())));
    }
    below
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::desk::ids::{CalendarId, PartyId};
    use crate::desk::rules::{
        Asset, Caps, Component, ContractScope, FirstReport, Impact, ImpactScope, Language, MailIdentity, Policy,
        Retention, SeverityPolicy, Site, System, Usage,
    };
    use jiff::civil::time;
    use std::time::Duration;

    /// A rule set with nothing in it but what must be there.
    pub(in crate::desk) fn empty_rules() -> Rules {
        let severity = SeverityPolicy {
            first_report: FirstReport::AtOnce,
            acknowledge_within: Duration::from_secs(1800),
            next_report: None,
            phone_at_any_hour: true,
            phone_before_opening: None,
            critical: true,
            deliver_by: Duration::from_secs(300),
        };
        Rules {
            hash: "test".into(),
            site: Site {
                name: "A町".into(),
                desk: PartyId::from("k-sha"),
                office: PartyId::from("soumu"),
                timezone: "Asia/Tokyo".into(),
                language: Language::Ja,
                mail: MailIdentity { from: "desk@k.example".into(), name: "A町システム運用窓口".into() },
                entry_phone: None,
                shadow: None,
            },
            sources: BTreeMap::new(),
            parties: BTreeMap::new(),
            systems: BTreeMap::new(),
            locations: BTreeMap::new(),
            components: BTreeMap::new(),
            probes: BTreeMap::new(),
            isolation: Vec::new(),
            calendars: BTreeMap::new(),
            channels: Vec::new(),
            maintenance: Vec::new(),
            expected: Vec::new(),
            heartbeat: None,
            policy: Policy {
                approval: Vec::new(),
                together: Vec::new(),
                window: Duration::from_secs(90),
                stable: Duration::from_secs(300),
                watch_repeats: 4,
                watch_span: Duration::from_secs(900),
                watch_quiet: Duration::from_secs(3600),
                flap_repeats: 3,
                flap_span: Duration::from_secs(3600),
                flap_quiet: Duration::from_secs(1800),
                reopen: Duration::from_secs(86_400),
                look: Vec::new(),
                storm_alerts: Some(100),
                storm_span: Duration::from_secs(600),
                storm_again: Duration::from_secs(1800),
                caps: Caps::default(),
                retention: Retention::default(),
                call_again: Duration::from_secs(300),
                long_closure: Duration::from_secs(48 * 3600),
                evidence_values: None,
                evidence_lines: None,
                recurrence: Duration::from_secs(30 * 86_400),
                severity: [severity.clone(), severity.clone(), severity.clone(), severity],
                digest_at: time(8, 0, 0, 0),
                addresses_at: time(7, 30, 0, 0),
                hand_over: false,
                certificates_at: time(8, 30, 0, 0),
                certificate_days: Vec::new(),
                blind_tell: Vec::new(),
                hold_business_days: 3,
                reception: CalendarId::from("always"),
            },
        }
    }

    fn ids(names: &[&str]) -> Vec<ComponentId> {
        names.iter().map(|name| ComponentId::from(*name)).collect()
    }

    pub(in crate::desk) fn component(rules: &mut Rules, name: &str, needs: &[&str]) {
        let component = Component {
            name: name.into(),
            party: PartyId::from("n-sha"),
            scope: ContractScope::In,
            matches: Vec::new(),
            needs: ids(needs),
            spares: Vec::new(),
            effect: None,
            asset: Asset::default(),
            look: Vec::new(),
            unseen: false,
            ping: None,
            order: 0,
        };
        rules.components.insert(name.into(), component);
    }

    pub(in crate::desk) fn system(
        rules: &mut Rules,
        name: &str,
        needs: &[&str],
        scope: ImpactScope,
        residents: bool,
        substitute: bool,
    ) {
        let impact = Impact {
            scope: Some(scope),
            residents: Some(residents),
            substitute: Some(substitute),
            ..Impact::default()
        };
        let system = System {
            name: name.into(),
            office: PartyId::from("soumu"),
            needs: ids(needs),
            spares: Vec::new(),
            impact,
            usage: Usage::default(),
        };
        rules.systems.insert(name.into(), system);
    }

    /// Of these components, which the thing needs already, one is enough.
    pub(in crate::desk) fn spare(spares: &mut Vec<Vec<ComponentId>>, group: &[&str]) {
        spares.push(ids(group));
    }

    /// Two systems over one database, storage and switch; a second branch for mail.
    pub(crate) fn town() -> Rules {
        let mut rules = empty_rules();
        component(&mut rules, "core-switch", &[]);
        component(&mut rules, "storage", &["core-switch"]);
        component(&mut rules, "db", &["storage", "core-switch"]);
        component(&mut rules, "mail-relay", &["core-switch"]);
        component(&mut rules, "ups", &[]);
        system(&mut rules, "juki", &["db"], ImpactScope::All, true, false);
        system(&mut rules, "zaimu", &["db"], ImpactScope::Several, false, true);
        system(&mut rules, "mail", &["mail-relay"], ImpactScope::Several, false, false);
        rules
    }

    fn shown<T: ToString>(set: &BTreeSet<T>) -> String {
        set.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn needs_are_followed_to_the_end_in_both_directions() {
        let graph = Graph::of(&town());
        for (name, below, behind, systems) in [
            ("core-switch", "", "db mail-relay storage", "juki mail zaimu"),
            ("storage", "core-switch", "db", "juki zaimu"),
            ("db", "core-switch storage", "", "juki zaimu"),
            ("mail-relay", "core-switch", "", "mail"),
            ("ups", "", "", ""),
            ("not-there", "", "", ""),
        ] {
            let id = ComponentId::from(name);
            assert_eq!(shown(graph.below(&id)), below, "below {name}");
            assert_eq!(shown(graph.behind(&id)), behind, "behind {name}");
            assert_eq!(shown(graph.systems_of(&id)), systems, "systems of {name}");
        }
        let needs = |a: &str, b: &str| graph.needs(&a.into(), &b.into());
        assert!(needs("db", "core-switch") && !needs("core-switch", "db") && !needs("db", "db"));
    }

    #[test]
    fn needs_in_a_circle_end_and_nothing_needs_itself() {
        let mut rules = empty_rules();
        component(&mut rules, "a", &["b"]);
        component(&mut rules, "b", &["c", "b"]);
        component(&mut rules, "c", &["a", "power"]);
        component(&mut rules, "power", &[]);
        system(&mut rules, "web", &["a"], ImpactScope::One, false, false);
        let graph = Graph::of(&rules);
        assert_eq!(shown(graph.below(&"a".into())), "b c power");
        assert_eq!(shown(graph.below(&"b".into())), "a c power");
        assert_eq!(shown(graph.behind(&"c".into())), "a b");
        assert_eq!(shown(graph.behind(&"power".into())), "a b c");
        assert_eq!(shown(graph.systems_of(&"power".into())), "web");
        assert!(!graph.needs(&"b".into(), &"b".into()));
    }

    #[test]
    fn what_has_a_spare_is_needed_and_can_be_done_without() {
        let mut rules = empty_rules();
        component(&mut rules, "power", &[]);
        component(&mut rules, "core-1", &["power"]);
        component(&mut rules, "core-2", &["power"]);
        component(&mut rules, "floor", &["core-1", "core-2"]);
        component(&mut rules, "printer", &["floor"]);
        let floor = rules.components.get_mut(&ComponentId::from("floor")).expect("just written");
        spare(&mut floor.spares, &["core-1", "core-2"]);
        let graph = Graph::of(&rules);
        let wholly = |a: &str, b: &str| graph.depends_wholly(&a.into(), &b.into());
        assert!(graph.needs(&"printer".into(), &"core-1".into()) && !wholly("printer", "core-1"));
        assert!(wholly("printer", "floor") && wholly("core-1", "power"));
        // Both ways lead over it, but that is not looked for: no claim is better than a wrong one.
        assert!(!wholly("printer", "power"));
    }

    #[test]
    fn a_need_that_names_nothing_is_still_a_need() {
        let mut rules = empty_rules();
        system(&mut rules, "web", &["cloud"], ImpactScope::One, false, false);
        component(&mut rules, "proxy", &["cloud"]);
        let graph = Graph::of(&rules);
        assert_eq!(shown(graph.systems_of(&"cloud".into())), "web");
        assert_eq!(shown(graph.behind(&"cloud".into())), "proxy");
    }
}
