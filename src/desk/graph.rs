//! Who needs whom: the needs of components and systems, followed to the end.
//!
//! Built once when rules are loaded. Correlation asks it whether one failure explains another, the scope whom a
//! failing component drags along. It knows names only; what is failing now is not its business.

use super::ids::{ComponentId, SystemId};
use super::rules::Rules;
use std::collections::{BTreeMap, BTreeSet};

static NO_COMPONENTS: BTreeSet<ComponentId> = BTreeSet::new();
static NO_SYSTEMS: BTreeSet<SystemId> = BTreeSet::new();

/// The needs of a rule set, directly and over any number of steps.
///
/// Components that need each other in a circle are each below and behind all others of the circle, never themselves.
/// About a component the rules don't name every answer is empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Graph {
    below: BTreeMap<ComponentId, BTreeSet<ComponentId>>,
    behind: BTreeMap<ComponentId, BTreeSet<ComponentId>>,
    systems: BTreeMap<ComponentId, BTreeSet<SystemId>>,
}

impl Graph {
    /// Follows every need of `rules` to its end.
    pub fn of(rules: &Rules) -> Self {
        let mut graph = Graph::default();
        for component in rules.components.keys() {
            let below = everything_below(rules, component);
            for needed in &below {
                graph.behind.entry(needed.clone()).or_default().insert(component.clone());
            }
            graph.below.insert(component.clone(), below);
        }
        for (id, system) in &rules.systems {
            for direct in &system.needs {
                let below = graph.below.get(direct).unwrap_or(&NO_COMPONENTS);
                for component in below.iter().chain([direct]) {
                    graph.systems.entry(component.clone()).or_default().insert(id.clone());
                }
            }
        }
        graph
    }

    /// Whether `a` needs `b`, directly or not. Nothing needs itself.
    pub fn needs(&self, a: &ComponentId, b: &ComponentId) -> bool {
        self.below(a).contains(b)
    }

    /// Everything `component` needs.
    pub fn below(&self, component: &ComponentId) -> &BTreeSet<ComponentId> {
        self.below.get(component).unwrap_or(&NO_COMPONENTS)
    }

    /// Everything that needs `component`.
    pub fn behind(&self, component: &ComponentId) -> &BTreeSet<ComponentId> {
        self.behind.get(component).unwrap_or(&NO_COMPONENTS)
    }

    /// The systems that need `component`.
    pub fn systems_of(&self, component: &ComponentId) -> &BTreeSet<SystemId> {
        self.systems.get(component).unwrap_or(&NO_SYSTEMS)
    }
}

fn everything_below(rules: &Rules, component: &ComponentId) -> BTreeSet<ComponentId> {
    let mut below = BTreeSet::new();
    let mut open = vec![component];
    while let Some(next) = open.pop() {
        let needs = rules.components.get(next).map_or(&[][..], |component| &component.needs);
        open.extend(needs.iter().filter(|needed| *needed != component && below.insert((*needed).clone())));
    }
    below
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::desk::ids::{CalendarId, PartyId};
    use crate::desk::rules::{
        Asset, Component, ContractScope, FirstReport, Impact, ImpactScope, Language, MailIdentity, Policy,
        SeverityPolicy, Site, System,
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
            },
            sources: BTreeMap::new(),
            parties: BTreeMap::new(),
            systems: BTreeMap::new(),
            components: BTreeMap::new(),
            probes: BTreeMap::new(),
            isolation: Vec::new(),
            calendars: BTreeMap::new(),
            channels: Vec::new(),
            maintenance: Vec::new(),
            policy: Policy {
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
                recurrence: Duration::from_secs(30 * 86_400),
                severity: [severity.clone(), severity.clone(), severity.clone(), severity],
                digest_at: time(8, 0, 0, 0),
                addresses_at: time(7, 30, 0, 0),
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
            effect: None,
            asset: Asset::default(),
            look: Vec::new(),
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
        let impact = Impact { scope, residents, substitute };
        let system = System { name: name.into(), office: PartyId::from("soumu"), needs: ids(needs), impact };
        rules.systems.insert(name.into(), system);
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
    fn a_need_that_names_nothing_is_still_a_need() {
        let mut rules = empty_rules();
        system(&mut rules, "web", &["cloud"], ImpactScope::One, false, false);
        component(&mut rules, "proxy", &["cloud"]);
        let graph = Graph::of(&rules);
        assert_eq!(shown(graph.systems_of(&"cloud".into())), "web");
        assert_eq!(shown(graph.behind(&"cloud".into())), "proxy");
    }
}
