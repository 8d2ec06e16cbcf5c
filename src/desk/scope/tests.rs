use super::*;
use crate::desk::graph::tests::{component, empty_rules, spare, system, town};
use crate::desk::ids::PartyId;

fn watched(_: &ComponentId) -> Standing {
    Standing::Works
}

fn reach(components: &[&str]) -> Reach {
    let rules = town();
    let components: Vec<ComponentId> = components.iter().map(|name| (*name).into()).collect();
    scope_of(&rules, &Graph::of(&rules), &components, &watched)
}

fn ids(names: &[&str]) -> Vec<SystemId> {
    names.iter().map(|name| (*name).into()).collect()
}

#[test]
fn the_widest_impact_of_all_systems_hit_counts() {
    let one = |systems: &[&str], scope, residents, substitute| Reach {
        systems: ids(systems),
        scope: Some(scope),
        residents: Some(residents),
        substitute: Some(substitute),
        ..Reach::default()
    };
    // mail comes before zaimu: it is as wide but has no substitute.
    assert_eq!(reach(&["core-switch"]), one(&["juki", "mail", "zaimu"], ImpactScope::All, true, false));
    assert_eq!(reach(&["storage"]), one(&["juki", "zaimu"], ImpactScope::All, true, false));
    assert_eq!(reach(&["mail-relay"]), one(&["mail"], ImpactScope::Several, false, false));
    assert_eq!(reach(&["mail-relay", "ups"]), one(&["mail"], ImpactScope::Several, false, false));
}

#[test]
fn a_component_no_system_is_known_to_need_has_no_known_reach() {
    assert_eq!(reach(&["ups"]), Reach::default());
    assert_eq!(reach(&["not-there"]), Reach::default());
    assert_eq!(reach(&[]), Reach::default());
}

#[test]
fn what_does_not_depend_on_it_goes_on() {
    let rules = town();
    let graph = Graph::of(&rules);
    for (fails, goes_on) in [("storage", &["mail"][..]), ("mail-relay", &["juki", "zaimu"]), ("core-switch", &[])] {
        let down = ComponentId::from(fails);
        let standing = |id: &ComponentId| match *id == down || graph.needs(id, &down) {
            true => Standing::Fails,
            false => Standing::Works,
        };
        let reach = scope_of(&rules, &graph, [&down], &standing);
        assert_eq!(untouched(&rules, &graph, &reach, &standing), ids(goes_on), "{fails}");
        // Where nobody watches, nothing is claimed.
        let unseen = |_: &ComponentId| Standing::NotKnown;
        assert_eq!(untouched(&rules, &graph, &reach, &unseen), Vec::new(), "{fails}");
    }
}

/// Two directories for all, of which one is enough; a relay over either of two lines.
fn spares() -> Rules {
    let mut rules = empty_rules();
    component(&mut rules, "ad-1", &[]);
    component(&mut rules, "ad-2", &[]);
    component(&mut rules, "line-1", &[]);
    component(&mut rules, "line-2", &[]);
    component(&mut rules, "relay", &["line-1", "line-2"]);
    let relay = rules.components.get_mut(&ComponentId::from("relay")).expect("just written");
    spare(&mut relay.spares, &["line-1", "line-2"]);
    system(&mut rules, "auth", &["ad-1", "ad-2"], ImpactScope::All, false, false);
    let auth = rules.systems.get_mut(&SystemId::from("auth")).expect("just written");
    spare(&mut auth.spares, &["ad-1", "ad-2"]);
    system(&mut rules, "mail", &["relay", "ad-1"], ImpactScope::Several, false, false);
    rules
}

#[test]
fn a_spare_that_works_carries_on_and_one_that_is_not_known_to_does_not() {
    let rules = spares();
    let graph = Graph::of(&rules);
    // What fails, how the other things stand, what stops, what is kept, by what.
    for (fails, others, stops, kept, carried_by) in [
        (&["ad-1"][..], Standing::Works, &["mail"][..], &["auth"][..], "ad-2"),
        (&["ad-2"], Standing::Works, &[], &["auth"], "ad-1"),
        (&["ad-2"], Standing::NotKnown, &["auth"], &[], ""),
        (&["ad-2"], Standing::Fails, &["auth"], &[], ""),
        (&["ad-1", "ad-2"], Standing::Works, &["auth", "mail"], &[], ""),
        (&["line-1"], Standing::Works, &[], &["mail"], "line-2"),
        (&["line-1", "line-2"], Standing::Works, &["mail"], &[], ""),
        (&["relay"], Standing::Works, &["mail"], &[], ""),
    ] {
        let fails: Vec<ComponentId> = fails.iter().map(|name| (*name).into()).collect();
        let reach = scope_of(&rules, &graph, &fails, &|_| others);
        let by: Vec<&str> = reach.carried_by.iter().map(|id| id.as_str()).collect();
        assert_eq!((&reach.systems, &reach.kept), (&ids(stops), &ids(kept)), "{fails:?} {others:?}");
        assert_eq!(by.join(" "), carried_by, "{fails:?} {others:?}");
        assert_eq!(reach.is_carried(), stops.is_empty(), "{fails:?} {others:?}");
    }
}

fn location(rules: &mut Rules, name: &str, needs: &[&str], departments: &[&str], residents: Option<bool>) {
    let location = Location {
        name: name.into(),
        office: PartyId::from("soumu"),
        needs: needs.iter().map(|name| (*name).into()).collect(),
        spares: Vec::new(),
        departments: departments.iter().map(|name| (*name).to_owned()).collect(),
        users: None,
        hours: None,
        impact: Impact { residents, ..Impact::default() },
        order: u32::try_from(rules.locations.len()).expect("few"),
    };
    rules.locations.insert(name.into(), location);
}

#[test]
fn a_location_that_is_cut_off_is_hit_and_the_systems_used_there_go_on_elsewhere() {
    let mut rules = town();
    for line in ["wan-north", "wan-south"] {
        component(&mut rules, line, &["core-switch"]);
    }
    location(&mut rules, "hall", &["core-switch"], &["住民課", "税務課"], Some(true));
    location(&mut rules, "north", &["wan-north"], &["北支所"], Some(true));
    location(&mut rules, "south", &["wan-south"], &["南支所"], None);
    let juki = rules.systems.get_mut(&SystemId::from("juki")).expect("of the town");
    juki.usage.locations = ["hall", "north"].map(LocationId::from).into();
    let graph = Graph::of(&rules);
    for (fails, locations, there, scope, residents) in [
        (&["wan-north"][..], &["north"][..], &["juki"][..], Some(ImpactScope::One), Some(true)),
        (&["wan-south"], &["south"], &[], Some(ImpactScope::One), None),
        (&["wan-north", "wan-south"], &["north", "south"], &["juki"], Some(ImpactScope::Several), Some(true)),
        (&["core-switch"], &["hall", "north", "south"], &[], Some(ImpactScope::All), Some(true)),
    ] {
        let fails: Vec<ComponentId> = fails.iter().map(|name| (*name).into()).collect();
        let reach = scope_of(&rules, &graph, &fails, &watched);
        let cut_off: Vec<&str> = reach.locations.iter().map(|id| id.as_str()).collect();
        assert_eq!((cut_off.as_slice(), &reach.there), (locations, &ids(there)), "{fails:?}");
        assert_eq!((reach.scope, reach.residents), (scope, residents), "{fails:?}");
    }
}

#[test]
fn how_wide_a_system_is_follows_from_where_and_by_whom_it_is_used() {
    use ImpactScope::{All, One, Person, Several};
    let mut rules = empty_rules();
    for name in ["hall", "north", "south"] {
        location(&mut rules, name, &[], &[], None);
    }
    system(&mut rules, "it", &[], All, false, false);
    // Departments, locations, what is stated, what counts.
    for (departments, locations, stated, counts) in [
        (0, 0, None, None),
        (0, 0, Some(Person), Some(Person)),
        (1, 0, None, Some(One)),
        (0, 1, None, Some(One)),
        (1, 1, None, Some(One)),
        (2, 1, None, Some(Several)),
        (1, 2, None, Some(Several)),
        (0, 2, None, Some(Several)),
        (0, 3, None, Some(All)),
        (2, 3, None, Some(Several)),
        (0, 3, Some(Several), Some(Several)),
    ] {
        let mut it = rules.systems[&SystemId::from("it")].clone();
        it.impact.scope = stated;
        it.usage.departments = (0..departments).map(|nth| format!("第{nth}課")).collect();
        it.usage.locations = rules.locations.keys().take(locations).cloned().collect();
        assert_eq!(of_a_system(&rules, &it), counts, "{departments} {locations} {stated:?}");
    }
}

#[test]
fn what_is_not_stated_of_one_is_not_known_of_all_and_counts_one_row_up() {
    let mut rules = town();
    let silent = |rules: &mut Rules, name: &str| {
        rules.systems.get_mut(&SystemId::from(name)).expect("of the town").impact = Impact::default();
    };
    silent(&mut rules, "mail");
    let graph = Graph::of(&rules);
    let of = |rules: &Rules, fails: &str| scope_of(rules, &graph, [&fails.into()], &watched);
    let mail = of(&rules, "mail-relay");
    assert_eq!((mail.scope, mail.residents, mail.substitute), (None, None, None));
    // Beside others the unknown one counts as a department, and what they surely are, all are.
    let all = of(&rules, "core-switch");
    assert_eq!((all.scope, all.residents, all.substitute), (Some(ImpactScope::All), Some(true), Some(false)));
    for name in ["juki", "zaimu"] {
        let known = rules.systems.get_mut(&SystemId::from(name)).expect("of the town");
        known.impact = Impact { scope: Some(ImpactScope::Person), residents: Some(false), ..known.impact.clone() };
        known.impact.substitute = Some(true);
    }
    let all = of(&rules, "core-switch");
    assert_eq!((all.scope, all.residents, all.substitute), (Some(ImpactScope::One), None, None));
}

#[test]
fn several_narrow_ones_together_are_wider_than_each() {
    let mut rules = town();
    for (name, department) in [("juki", "住民課"), ("zaimu", "財政課"), ("mail", "財政課")] {
        let known = rules.systems.get_mut(&SystemId::from(name)).expect("of the town");
        known.impact.scope = None;
        known.usage.departments = vec![department.to_owned()];
    }
    let graph = Graph::of(&rules);
    let scope = |fails: &[&str]| {
        let fails: Vec<ComponentId> = fails.iter().map(|name| (*name).into()).collect();
        scope_of(&rules, &graph, &fails, &watched).scope
    };
    assert_eq!(scope(&["mail-relay"]), Some(ImpactScope::One));
    assert_eq!(scope(&["storage"]), Some(ImpactScope::Several));
}
