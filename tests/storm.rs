//! Ten thousand alerts in two minutes: the core switch dies and everything behind it screams. One incident, one vendor
//! asked, a handful of mails - and every alert on record.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its own data should stop")]

use jiff::{SignedDuration, Timestamp};
use kiriwake::config::{self, Environment};
use kiriwake::desk::ids::SourceId;
use kiriwake::desk::now::{Elapsed, Now};
use kiriwake::desk::observation::{Key, Level, Observation, Problem, Report, Seen};
use kiriwake::desk::owed::Work;
use kiriwake::desk::rules::Rules;
use kiriwake::desk::state::State;
use kiriwake::desk::{Desk, Input, ledger};
use std::fs;

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
    loaded.map(|(settings, _)| settings.rules).map_err(|_| "the example rules are faulty").unwrap()
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
    let problem = Problem {
        host: host.into(),
        host_name: host.into(),
        summary: if nth == 0 { "Ping応答なし".into() } else { format!("サービス{nth} 応答なし") },
        level: if nth == 0 { Level::Disaster } else { Level::High },
        tags: Vec::new(),
        groups: Vec::new(),
        object: None,
        fields: Vec::new(),
        items: None,
        inventory: Default::default(),
        raw: String::new(),
        acknowledged: false,
        suppressed: false,
        momentary: false,
        late: false,
    };
    Observation { key: Key(nth.to_string()), at: after(nth / 100).wall, seen: Seen::Problem(problem) }
}

fn look(from: i64) -> Input {
    Input::Report(Report {
        source: SourceId::from("zabbix"),
        cursor: None,
        first_look: false,
        complete: true,
        observations: (from..from + A_LOOK).map(problem).collect(),
        remarks: Vec::new(),
        maintenance: None,
    })
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
