//! P3, P20: what was decided while the record could not be written, and was lost with the process, is decided again from the
//! same alerts. Each reader gets it under the identity it had, and nothing else gets that identity.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its own data should stop")]

mod support;

use kiriwake::config::{self, Environment};
use kiriwake::desk::ids::SourceId;
use kiriwake::desk::letter::Matter;
use kiriwake::desk::now::{Elapsed, Now};
use kiriwake::desk::observation::{Key, Level, Observation, Problem, Seen};
use kiriwake::desk::owed::Work;
use kiriwake::desk::rules::Rules;
use kiriwake::desk::state::State;
use kiriwake::desk::storage::{Cause, Storage};
use kiriwake::desk::{Desk, Input};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use support::desk::{problem, report};

fn rules() -> Rules {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in config::EXAMPLE {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    Arc::unwrap_or_clone(
        config::load(folder.path(), &Environment::default(), "2026-09-01".parse().unwrap()).unwrap().0.rules,
    )
}

fn now(seconds: u64) -> Now {
    let wall = "2026-10-07T10:00:00+09:00".parse::<jiff::Timestamp>().unwrap();
    Now {
        wall: wall + jiff::SignedDuration::from_secs(i64::try_from(seconds).unwrap()),
        elapsed: Elapsed(seconds * 1_000),
    }
}

/// What a source shows: a key, a host, and when it failed.
fn look(source: &SourceId, shown: &[(&str, &str, u64)]) -> Input {
    let observations = shown.iter().map(|(key, host, at)| {
        let problem = Problem { level: Level::Disaster, ..problem(host, "Ping応答なし") };
        Observation { key: Key((*key).into()), at: now(*at).wall, seen: Seen::Problem(problem) }
    });
    report(source.as_str(), observations.collect())
}

/// Identities, each with what it is, to whom, and the number of its incident.
type Keys = BTreeMap<String, (String, String)>;

/// A life of the daemon: its inputs with their seconds, from `state` on. Returns what it leaves and the messages it owed.
fn live(rules: &Rules, state: &State, inputs: Vec<(u64, Input)>) -> (State, Keys) {
    let mut desk = Desk::new(state.clone(), rules.clone());
    let before: BTreeSet<_> = desk.state().owed.keys().copied().collect();
    for (at, input) in inputs {
        desk.step(now(at), input);
    }
    let rows = desk.state().owed.values().filter(|row| !before.contains(&row.id));
    let messages = rows.filter_map(|row| match &row.work {
        Work::Message { party, channel, letter, .. } => {
            let number = match &letter.matter {
                Matter::Security { number, .. } => Some(number),
                other => kiriwake::desk::letter::facts_of(other).map(|facts| &facts.number),
            };
            let what = format!("{} to {party} by {channel}", row.kind());
            Some((row.key.clone(), (what, number.map(ToString::to_string).unwrap_or_default())))
        }
        _ => None,
    });
    let keys = messages.collect();
    (desk.state().clone(), keys)
}

fn start(at: u64, rules: &Rules) -> Vec<(u64, Input)> {
    vec![
        (at, Input::Started { store: "s".to_owned(), epoch: 1 }),
        (at, Input::RulesLoaded { hash: rules.hash.clone() }),
    ]
}

fn ticks(from: u64, to: u64) -> impl Iterator<Item = (u64, Input)> {
    (from..to).step_by(10).map(|at| (at, Input::Tick))
}

fn of_incidents(keys: &Keys) -> BTreeMap<&str, &(String, String)> {
    keys.iter().filter(|(_, (_, number))| !number.is_empty()).map(|(key, what)| (key.as_str(), what)).collect()
}

#[test]
fn what_is_decided_again_comes_under_the_identity_it_had() {
    let rules = rules();
    let source: SourceId = "zabbix".into();
    let (recorded, _) = live(&rules, &State::default(), {
        let mut inputs = start(0, &rules);
        inputs.push((1, look(&source, &[])));
        inputs
    });
    let fails = |at: u64, hosts: &[(&str, &str, u64)]| {
        let mut inputs = vec![(at, look(&source, hosts))];
        inputs.extend(ticks(at, at + 400));
        inputs
    };
    let switch = [("1", "core-sw-01", 59)];
    let unwritable = |at| (at, Input::Storage(Storage::Unwritable { cause: Cause::Full }));
    let (_, first) = live(&rules, &recorded, {
        let mut inputs = vec![unwritable(55)];
        inputs.extend(fails(60, &switch));
        inputs
    });
    let wanted = of_incidents(&first);
    assert!(wanted.len() >= 3, "{wanted:#?}");

    // Another minute, other rows before it, a start or two: the same messages, and the same identity each.
    let starts_again = |at: u64, more: Vec<(u64, Input)>| {
        let mut inputs = start(at, &rules);
        inputs.extend(more);
        inputs
    };
    for (what, inputs) in [
        ("at once", starts_again(500, fails(505, &switch))),
        ("the disk is still full", starts_again(500, [vec![unwritable(501)], fails(700, &switch)].concat())),
        ("after two starts", starts_again(500, starts_again(520, fails(560, &switch)))),
        (
            "with a remark before it",
            starts_again(500, [vec![(501, Input::Storage(Storage::ReserveUsed))], fails(610, &switch)].concat()),
        ),
    ] {
        let (_, again) = live(&rules, &recorded, inputs);
        assert_eq!(of_incidents(&again), wanted, "{what}");
    }

    // Another fault that gets the same number, or the same fault of another time, is another message.
    for (what, shown) in [("another host", ("1", "core-sw-02", 59)), ("another time", ("1", "core-sw-01", 300))] {
        let (_, other) = live(&rules, &recorded, starts_again(500, fails(505, &[shown])));
        let other = of_incidents(&other);
        assert!(!other.is_empty(), "{what}");
        let shared: Vec<_> = other.keys().filter(|key| first.contains_key(**key)).collect();
        assert!(shared.is_empty(), "{what}: {shared:?}");
    }
}

/// What is said again on purpose in one life has an identity of its own, also when not a word differs.
#[test]
fn what_is_said_twice_has_two_identities() {
    let rules = rules();
    let mut inputs = start(0, &rules);
    let rows = 5;
    inputs.extend((1..=rows).map(|nth| (nth * 10, Input::Storage(Storage::ReserveUsed))));
    let (state, keys) = live(&rules, &State::default(), inputs);
    let told = keys.values().filter(|(what, _)| what.starts_with("internal")).count();
    let all = state.owed.values().filter(|row| row.kind() == "internal").count();
    assert!(told == all && all > 1, "{told} identities of {all}");
}

/// A number that another incident took first names another incident: a reader who was shown one mail for both would hold the
/// wrong number.
#[test]
fn another_number_is_another_message() {
    let rules = rules();
    let (mut keys, mut numbers) = (Vec::new(), Vec::new());
    for hosts in [["core-sw-01", "ad-01"], ["ad-01", "core-sw-01"]] {
        let mut inputs = start(0, &rules);
        for (nth, host) in (0..).zip(hosts) {
            inputs.push((1 + nth * 200, look(&"zabbix".into(), &[(host, host, 1)])));
            inputs.extend(ticks(2 + nth * 200, 200 + nth * 200));
        }
        let (_, told) = live(&rules, &State::default(), inputs);
        numbers.push(of_incidents(&told).values().map(|(_, number)| number.clone()).collect::<BTreeSet<_>>());
        keys.push(of_incidents(&told).keys().map(|key| (*key).to_owned()).collect::<BTreeSet<_>>());
    }
    assert!(numbers[0] == numbers[1] && numbers[0].len() == 2, "{numbers:?}");
    assert!(keys[0].is_disjoint(&keys[1]));
}
