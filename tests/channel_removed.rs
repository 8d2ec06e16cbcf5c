//! A channel is taken out of the configuration while messages wait for it: mail takes the next way, a copy has none. A transcript has
//! one configuration from end to end, and cannot show it.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its own data should stop")]

mod support;

use kiriwake::config::{self, Environment};
use kiriwake::desk::ids::OwedId;
use kiriwake::desk::now::{Elapsed, Now};
use kiriwake::desk::observation::{Key, Level, Observation, Problem, Seen};
use kiriwake::desk::outcome::{Delivery, Outcome};
use kiriwake::desk::owed::{self, Work};
use kiriwake::desk::rules::Rules;
use kiriwake::desk::state::State;
use kiriwake::desk::{Change, Desk, Input};
use std::collections::BTreeMap;
use std::sync::Arc;
use support::desk::{arrived, report};

const COPY: &str = "\n[[channel.webhook]]\nname = \"desk-hook\"\nparty = \"k-sha\"\nurl = \"http://127.0.0.1:9/\"\n";

/// The example with a copy for the desk, or with neither that nor its first relay.
fn rules(whole: bool) -> Arc<Rules> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in config::EXAMPLE {
        let text = match (name, whole) {
            ("channels.toml", true) => format!("{text}{COPY}"),
            ("channels.toml", false) => text.replace("name = \"relay\"", "name = \"new-relay\""),
            _ => text.to_owned(),
        };
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    config::load(folder.path(), &Environment::default(), "2026-09-01".parse().unwrap()).unwrap().0.rules
}

/// Steps the desk at a second; what it sends does not arrive. The last channel each message was tried on.
fn step(desk: &mut Desk, tried: &mut BTreeMap<OwedId, String>, seconds: u64, input: Input) {
    let wall = "2026-10-07T10:00:00+09:00".parse::<jiff::Timestamp>().unwrap();
    let wall = wall + jiff::SignedDuration::from_secs(i64::try_from(seconds).unwrap());
    let now = Now { wall, elapsed: Elapsed(seconds * 1_000) };
    let mut inputs = vec![input];
    while let Some(input) = inputs.pop() {
        for entry in desk.step(now, input).entries {
            let Change::Owed(owed::Change::Started { owed, attempt, .. }) = entry.change else { continue };
            let work = &desk.state().owed[&owed].work;
            let outcome = match work {
                Work::Message { channel, addresses, .. } => {
                    tried.insert(owed, channel.to_string());
                    let later = || Delivery::Later { why: "451 try again".to_owned(), after: None };
                    Outcome::Message(addresses.iter().map(|known| (known.address.clone(), later())).collect())
                }
                other => arrived(other),
            };
            inputs.push(Input::Outcome { owed, attempt, outcome });
        }
    }
}

#[test]
fn mail_leaves_a_relay_that_is_gone_and_a_copy_does_not_become_mail() {
    let (before, after) = (rules(true), rules(false));
    let mut desk = Desk::new(State::default(), before.clone());
    let mut tried = BTreeMap::new();
    let problem = Problem { level: Level::Disaster, ..support::desk::problem("srv-db-01", "Ping応答なし") };
    let at = "2026-10-07T10:00:00+09:00".parse().unwrap();
    let problem = report("zabbix", vec![Observation { key: Key("1".into()), at, seen: Seen::Problem(problem) }]);
    step(&mut desk, &mut tried, 0, Input::Started { store: "s".to_owned(), epoch: 1 });
    step(&mut desk, &mut tried, 0, Input::RulesLoaded { hash: before.hash.clone() });
    step(&mut desk, &mut tried, 1, problem);
    step(&mut desk, &mut tried, 120, Input::Tick);
    let on = |tried: &BTreeMap<OwedId, String>, name: &str| tried.values().filter(|channel| *channel == name).count();
    let (mails, copies) = (on(&tried, "relay"), on(&tried, "desk-hook"));
    assert!(mails >= 3 && copies >= 1 && mails + copies == tried.len(), "{tried:?}");

    desk.set_rules(after.clone());
    step(&mut desk, &mut tried, 121, Input::RulesLoaded { hash: after.hash.clone() });
    for minute in 3..20 {
        step(&mut desk, &mut tried, minute * 60, Input::Tick);
    }
    assert_eq!(on(&tried, "relay"), 0, "{tried:?}");
    assert!(on(&tried, "new-relay") + on(&tried, "mgmt-relay") >= mails, "{tried:?}");
    assert_eq!(on(&tried, "desk-hook"), copies, "{tried:?}");
}
