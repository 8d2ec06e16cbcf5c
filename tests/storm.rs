//! Ten thousand alerts in two minutes: the core switch dies and everything behind it screams. One incident, one vendor
//! asked, a handful of mails - and every alert on record.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its own data should stop")]

mod support;

use jiff::{SignedDuration, Timestamp};
use kiriwake::config::{self, Environment};
use kiriwake::desk::ids::{Number, PartyId};
use kiriwake::desk::letter::{Matter, facts_of};
use kiriwake::desk::now::{Elapsed, Now};
use kiriwake::desk::observation::{Key, Level, Observation, Problem, Seen};
use kiriwake::desk::outcome::{Delivery, Outcome};
use kiriwake::desk::owed::{self, Owed, Work};
use kiriwake::desk::rules::Rules;
use kiriwake::desk::state::State;
use kiriwake::desk::{Change, Desk, Entry, Input, ledger};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Arc;
use support::desk::report;

const ALERTS: i64 = 10_000;
/// Alerts in one look of the source; 20 looks, one every five seconds.
const A_LOOK: i64 = 500;
const HOSTS: [&str; 8] =
    ["srv-hv-01", "srv-hv-02", "srv-ap-01", "srv-ap-02", "srv-db-01", "strg-01", "floor-sw-1f-01", "srv-file-01"];

fn rules() -> Rules {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in config::EXAMPLE {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let loaded = config::load(folder.path(), &Environment::default(), "2026-09-01".parse().unwrap());
    loaded
        .map(|(settings, _)| Arc::unwrap_or_clone(settings.rules))
        .map_err(|_| "the example rules are faulty")
        .unwrap()
}

fn after(seconds: i64) -> Now {
    let start: Timestamp = "2026-09-19T17:13:40Z".parse().unwrap();
    Now {
        wall: start + SignedDuration::from_secs(seconds),
        elapsed: Elapsed(u64::try_from(1_000_000 + seconds * 1000).unwrap()),
    }
}

/// The switch first, then the hosts behind it again and again.
fn problem(nth: i64) -> Observation {
    let host = if nth == 0 { "core-sw-01" } else { HOSTS[usize::try_from(nth).unwrap() % HOSTS.len()] };
    let summary = if nth == 0 { "Ping応答なし".into() } else { format!("サービス{nth} 応答なし") };
    let level = if nth == 0 { Level::Disaster } else { Level::High };
    let problem = Problem { level, ..support::desk::problem(host, &summary) };
    Observation { key: Key(nth.to_string().into()), at: after(nth / 100).wall, seen: Seen::Problem(problem) }
}

fn look(from: i64) -> Input {
    report("zabbix", (from..from + A_LOOK).map(problem).collect())
}

#[test]
fn ten_thousand_alerts_are_one_incident_and_a_handful_of_mails() {
    let mut desk = Desk::new(State::default(), rules());
    desk.step(after(-5), Input::Started { store: "storm".into(), epoch: 1 });
    desk.step(after(-5), Input::RulesLoaded { hash: "storm".into() });
    for nth in 0..ALERTS / A_LOOK {
        desk.step(after(5 * (nth + 1)), look(nth * A_LOOK));
    }
    desk.step(after(150), Input::Tick);
    desk.step(after(250), Input::Tick);

    let state = desk.state();
    assert_eq!(i64::try_from(state.alerts.len()).unwrap(), ALERTS);
    let numbered: Vec<_> = state.incidents.values().filter(|incident| incident.number.is_some()).collect();
    assert_eq!(
        numbered.len(),
        1,
        "{:?}",
        numbered.iter().map(|it| (it.name(), &it.root, it.links.clone())).collect::<Vec<_>>()
    );
    assert!(state.alerts.values().all(|alert| alert.incident() == Some(numbered[0].id)));
    let parties: Vec<&str> = numbered[0].verdict().unwrap().parties.iter().map(|party| party.as_str()).collect();
    assert_eq!(parties, ["n-sha"]);
    let mails: Vec<_> = state.owed.values().filter(|row| matches!(row.work, Work::Message { .. })).collect();
    assert!(mails.len() <= 6, "{:?}", mails.iter().map(|row| row.kind()).collect::<Vec<_>>());
    assert!(ledger::balance(state).balanced);
}

/// From the night of the storm to ten in the morning of 6 October, when offices are told of lesser faults at once.
const MORNING: i64 = 16 * 86_400 + 27_980;

/// A device nobody's component covers: each is a fault of its own.
fn stranger(nth: i64) -> Observation {
    let Observation { key, at, seen } = problem(nth);
    let Seen::Problem(mut problem) = seen else { unreachable!("a problem") };
    problem.host = format!("new-{nth}").into();
    problem.host_name = format!("新設機器{nth}").into();
    Observation { key, at: at + SignedDuration::from_secs(MORNING), seen: Seen::Problem(problem) }
}

/// Numbers a message names.
fn named(row: &Owed) -> Vec<Number> {
    let Work::Message { letter, .. } = &row.work else { return Vec::new() };
    match &letter.matter {
        Matter::Bundle { lines, .. } => lines.iter().filter_map(|line| line.number.clone()).collect(),
        matter => facts_of(matter).map(|facts| facts.number.clone()).into_iter().collect(),
    }
}

// P5
#[test]
fn ten_thousand_unrelated_faults_are_no_mail_bomb_and_every_one_is_named() {
    let mut desk = Desk::new(State::default(), rules());
    desk.step(after(MORNING - 5), Input::Started { store: "storm".into(), epoch: 1 });
    desk.step(after(MORNING - 5), Input::RulesLoaded { hash: "storm".into() });
    let mut sent: BTreeMap<PartyId, Vec<(i64, Vec<Number>)>> = BTreeMap::new();
    let mut second = 0;
    let mut step = |desk: &mut Desk, second: i64, input: Input| {
        let mut entries = desk.step(after(MORNING + second), input).entries;
        while let Some(Entry { change, .. }) = entries.pop() {
            let Change::Owed(owed::Change::Started { owed, attempt, .. }) = change else { continue };
            let Some(row) = desk.state().owed.get(&owed) else { continue };
            let Work::Message { party, addresses, .. } = &row.work else { continue };
            sent.entry(party.clone()).or_default().push((second, named(row)));
            let accepted = Delivery::Accepted { answer: "250 ok".into() };
            let outcome = Outcome::Message(addresses.iter().map(|to| (to.address.clone(), accepted.clone())).collect());
            entries.extend(desk.step(after(MORNING + second), Input::Outcome { owed, attempt, outcome }).entries);
        }
    };
    for nth in 0..ALERTS / A_LOOK {
        let observations = (nth * A_LOOK..(nth + 1) * A_LOOK).map(stranger).collect();
        second = 3 * (nth + 1);
        step(&mut desk, second, report("zabbix", observations));
    }
    // Each look brings so many that the rest waits for the next turn of the clock.
    while second < 900 {
        second += 15;
        step(&mut desk, second, Input::Tick);
    }
    let state = desk.state();
    let faults = state.incidents.values().filter(|incident| state.members_of(incident.id).next().is_some());
    let all: BTreeSet<Number> = faults.filter_map(|incident| incident.number.clone()).collect();
    assert_eq!(i64::try_from(all.len()).unwrap(), ALERTS, "each is an incident of its own");
    let rules = rules();
    let office = &rules.site.office;
    let told: BTreeSet<Number> = sent[office].iter().flat_map(|(_, numbers)| numbers.clone()).collect();
    assert!(told.is_superset(&all), "every incident is named to the office");
    let caps = &rules.policy.caps;
    for (party, mails) in &sent {
        // A bundle is what the cap makes of the rest: at most one for each 500 messages.
        let single = mails.iter().filter(|(_, numbers)| numbers.len() < 2).count();
        let most = caps.party.burst + caps.party.per_minute * 15;
        assert!(single <= usize::try_from(most).unwrap(), "{party}: {single} mails by themselves");
        assert!(mails.len() <= single + 60, "{party}: {} mails", mails.len());
    }
    assert!(ledger::balance(state).balanced);
}
