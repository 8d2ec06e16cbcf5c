//! The example against the site it is an example of: every trigger that `tests/zabbix/seed --site a-town` makes.

use super::load;
use kiriwake::desk::ids::ComponentId;
use kiriwake::desk::isolate::condition::{Absent, Alert};
use kiriwake::desk::observation::Level;
use kiriwake::desk::pattern::Pattern;
use kiriwake::desk::rules::{AlertMatch, Component, Condition, ContractScope, Rules};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// One line of the list of A町's triggers.
struct Trigger<'a> {
    host: &'a str,
    group: &'a str,
    component: &'a str,
    level: &'a str,
    keeper: &'a str,
    name: &'a str,
}

fn triggers(list: &str) -> Vec<Trigger<'_>> {
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    let fields = lines.map(|line| line.split('\t').collect::<Vec<_>>());
    fields
        .map(|fields| match fields[..] {
            [host, group, component, level, keeper, name] => Trigger { host, group, component, level, keeper, name },
            _ => panic!("{fields:?} is not a line of the list"),
        })
        .collect()
}

/// Whether a match of a component fits a trigger, and how many keys it names.
fn weight(wanted: &AlertMatch, trigger: &Trigger<'_>) -> Option<usize> {
    let any = |patterns: &[Pattern], text: &str| patterns.is_empty() || patterns.iter().any(|it| it.matches(text));
    let level = Level::ALL.into_iter().find(|level| level.as_str() == trigger.level).unwrap();
    let tags = wanted.tag.iter().all(|(name, patterns)| name == "component" && any(patterns, trigger.component));
    let fits = any(&wanted.host, trigger.host)
        && trigger.group.split(',').any(|group| any(&wanted.group, group))
        && tags
        && any(&wanted.summary, trigger.name)
        && wanted.level.is_none_or(|least| least <= level)
        && any(&wanted.source, "zabbix")
        && wanted.field.is_empty();
    let lists = [&wanted.host, &wanted.group, &wanted.summary, &wanted.source];
    fits.then(|| {
        lists.iter().filter(|list| !list.is_empty()).count() + wanted.tag.len() + usize::from(wanted.level.is_some())
    })
}

/// The component a trigger is about: the match naming more keys wins, then the earlier component.
fn component<'a>(rules: &'a Rules, trigger: &Trigger<'_>) -> Option<(&'a ComponentId, &'a Component)> {
    let fitting = rules.components.iter().filter_map(|(id, component)| {
        let best = component.matches.iter().filter_map(|wanted| weight(wanted, trigger)).max()?;
        Some((best, std::cmp::Reverse(component.order), id, component))
    });
    fitting.max_by_key(|(weight, order, ..)| (*weight, *order)).map(|(.., id, component)| (id, component))
}

#[test]
fn every_trigger_of_a_town_is_about_a_component_of_the_right_keeper() {
    let (settings, _) = load(Path::new("config")).unwrap();
    let list = fs::read_to_string("tests/config/a-town-triggers.tsv").unwrap();
    let triggers = triggers(&list);
    let hosts: BTreeSet<_> = triggers.iter().map(|trigger| trigger.host).collect();
    assert_eq!((triggers.len(), hosts.len()), (137, 45));
    let mut seen = BTreeSet::new();
    for trigger in &triggers {
        let (id, component) = component(&settings.rules, trigger)
            .unwrap_or_else(|| panic!("{} {} is about no component", trigger.host, trigger.name));
        assert_eq!(component.party.as_str(), trigger.keeper, "{id}: {} {}", trigger.host, trigger.name);
        assert_eq!(component.scope == ContractScope::Out, trigger.keeper == "p-sha", "{id}");
        seen.insert(id);
    }
    let unseen: Vec<_> = settings.rules.components.keys().filter(|id| !seen.contains(id)).collect();
    assert!(unseen.is_empty(), "no trigger is about {unseen:?}");
}

#[test]
fn the_summaries_in_the_example_rules_fit_triggers_of_a_town() {
    let (settings, _) = load(Path::new("config")).unwrap();
    let list = fs::read_to_string("tests/config/a-town-triggers.tsv").unwrap();
    let triggers = triggers(&list);
    for rule in &settings.rules.isolation {
        for condition in &rule.when {
            let wanted = match condition {
                Condition::Alert(Alert(wanted)) | Condition::Absent(Absent(wanted)) => wanted,
                _ => continue,
            };
            let fits = |trigger: &Trigger<'_>| {
                component(&settings.rules, trigger)
                    .is_some_and(|(id, _)| wanted.component.is_empty() || wanted.component.contains(id))
                    && (wanted.summary.is_empty() || wanted.summary.iter().any(|it| it.matches(trigger.name)))
            };
            assert!(triggers.iter().any(fits), "nothing in A町 fits {condition:?} of {}", rule.name);
        }
    }
}

/// What stands behind something in the monitoring's own list (`up`) is explained by it here too.
#[test]
fn everything_behind_the_core_switch_needs_it() {
    let (settings, _) = load(Path::new("config")).unwrap();
    let components = &settings.rules.components;
    let behind = |id: &ComponentId| {
        let (mut todo, mut found) = (vec![id.clone()], BTreeSet::new());
        while let Some(id) = todo.pop() {
            if found.insert(id.clone()) {
                todo.extend(components[&id].needs.iter().cloned());
            }
        }
        found.contains(&"core-switch".into())
    };
    let beside: Vec<_> = components.keys().filter(|id| !behind(id)).map(ComponentId::as_str).collect();
    assert_eq!(beside, ["lte-line", "monitoring-relay", "monitoring-switch"]);
    let systems = settings.rules.systems.values();
    assert!(systems.flat_map(|system| &system.needs).all(behind), "no system is left out when the core switch fails");
}
