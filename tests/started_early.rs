//! The desk begins to work on a fault while it still waits for what a ping says: who is asked and who is told follows from
//! what is known then. A transcript cannot show it, because its pings are answered at once.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its own data should stop")]

mod support;

use kiriwake::config::{self, Environment};
use kiriwake::desk::act::{Act, Actor, Deed, Role};
use kiriwake::desk::letter::Ask;
use kiriwake::desk::now::{Elapsed, Now};
use kiriwake::desk::observation::{Key, Level, Observation, Problem, Seen};
use kiriwake::desk::rules::Rules;
use kiriwake::desk::state::State;
use kiriwake::desk::{Desk, Input, Reply};
use std::sync::Arc;
use support::desk::report;

fn rules() -> Rules {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in config::EXAMPLE {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let more = "[component.asked]\nparty = \"n-sha\"\nhosts = [\"asked-01\"]\nping = \"192.0.2.9\"\n";
    std::fs::write(folder.path().join("zz.toml"), more).unwrap();
    let loaded = config::load(folder.path(), &Environment::default(), "2026-09-01".parse().unwrap()).unwrap();
    Arc::unwrap_or_clone(loaded.0.rules)
}

fn problem() -> Input {
    let problem = Problem { level: Level::Disaster, ..support::desk::problem("asked-01", "Ping応答なし") };
    let at = "2026-10-07T10:00:00+09:00".parse().unwrap();
    report("zabbix", vec![Observation { key: Key("1".into()), at, seen: Seen::Problem(problem) }])
}

/// A desk that waits for what a ping says of a fault whose vendor is N社, and whoever has been told since.
struct Desks {
    desk: Desk,
    hash: String,
}

impl Desks {
    fn waiting() -> Self {
        let rules = rules();
        let hash = rules.hash.clone();
        let mut desks = Self { desk: Desk::new(State::default(), rules), hash };
        let loaded = Input::RulesLoaded { hash: desks.hash.clone() };
        for (at, input) in [(0, Input::Started { store: "s".to_owned(), epoch: 1 }), (0, loaded)] {
            desks.at(at, input);
        }
        desks.at(1, problem());
        desks.at(92, Input::Tick);
        assert_eq!(desks.told(), (false, vec![]), "nobody is told before the verdict");
        desks
    }

    fn at(&mut self, seconds: u64, input: Input) -> Reply {
        let wall = "2026-10-07T10:00:00+09:00".parse::<jiff::Timestamp>().unwrap();
        let wall = wall + jiff::SignedDuration::from_secs(i64::try_from(seconds).unwrap());
        self.desk.step(Now { wall, elapsed: Elapsed(seconds * 1_000) }, input).reply
    }

    fn act(&mut self, seconds: u64, deed: Deed) {
        let actor = Actor { name: "佐藤".to_owned(), role: Role::Operator };
        let reply = self.at(seconds, Input::Act { actor, act: Act::On { incident: "I-1".to_owned(), deed } });
        assert!(matches!(reply, Reply::Done { .. }), "{reply:?}");
    }

    /// Whether the office was told, and who is asked to act.
    fn told(&self) -> (bool, Vec<&str>) {
        let state = self.desk.state();
        let asked = state.requests.values().filter(|request| request.state.open());
        let reported = state.owed.values().any(|row| row.kind() == "first_report");
        (reported, asked.map(|request| request.party.as_str()).collect())
    }
}

#[test]
fn who_starts_before_the_verdict_keeps_nobody_from_hearing() {
    let mut desks = Desks::waiting();
    desks.act(93, Deed::Start { party: None, at: None });
    assert_eq!(desks.told(), (true, vec!["n-sha"]));
}

#[test]
fn who_is_asked_by_the_desk_before_the_verdict_is_the_one_who_acts() {
    let mut desks = Desks::waiting();
    desks.act(93, Deed::Assign { party: "s-sha".into(), ask: Ask::Repair });
    assert_eq!(desks.told(), (true, vec!["s-sha"]));
    desks.at(300, Input::Tick);
    assert_eq!(desks.told(), (true, vec!["s-sha"]), "the machine takes nothing back");
    let owner = desks.desk.state().incidents.values().find_map(|incident| incident.owner.as_ref());
    assert_eq!(owner.map(|party| party.as_str()), Some("s-sha"));
}

#[test]
fn an_inquiry_of_the_desk_stands_beside_what_the_machine_asks() {
    let mut desks = Desks::waiting();
    desks.act(93, Deed::Assign { party: "s-sha".into(), ask: Ask::Inquiry });
    desks.at(300, Input::Tick);
    assert_eq!(desks.told(), (true, vec!["s-sha", "n-sha"]));
}

#[test]
fn what_was_put_on_hold_before_the_verdict_is_judged_when_it_goes_on() {
    let mut desks = Desks::waiting();
    desks.act(93, Deed::Hold { reason: "庁舎の改修".into() });
    desks.at(300, Input::Tick);
    let consulted = |desks: &Desks| desks.desk.state().owed.values().any(|row| row.kind() == "consultation");
    assert!(consulted(&desks) && desks.told().1.is_empty(), "the office decides, nobody is asked meanwhile");
    desks.act(400, Deed::Resume { decision: "対応を進める".into() });
    desks.at(700, Input::Tick);
    assert_eq!(desks.told().1, ["n-sha"]);
}
