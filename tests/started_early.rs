//! The desk begins to work on a fault while it still waits for what a ping says: who is asked and who is told follows from
//! what is known then. A transcript cannot show it, because its pings are answered at once.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its own data should stop")]

use kiriwake::config::{self, Environment};
use kiriwake::desk::act::{Act, Actor, Deed, Role};
use kiriwake::desk::now::{Elapsed, Now};
use kiriwake::desk::observation::{Key, Level, Observation, Problem, Report, Seen};
use kiriwake::desk::rules::Rules;
use kiriwake::desk::state::State;
use kiriwake::desk::{Desk, Input};

fn rules() -> Rules {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in config::EXAMPLE {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let more = "[component.asked]\nparty = \"n-sha\"\nhosts = [\"asked-01\"]\nping = \"192.0.2.9\"\n";
    std::fs::write(folder.path().join("zz.toml"), more).unwrap();
    config::load(folder.path(), &Environment::default(), "2026-09-01".parse().unwrap()).unwrap().0.rules
}

fn problem() -> Report {
    let problem = Problem {
        host: "asked-01".to_owned(),
        host_name: "asked-01".to_owned(),
        summary: "Ping応答なし".to_owned(),
        level: Level::Disaster,
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
    let at = "2026-10-07T10:00:00+09:00".parse().unwrap();
    let observations = vec![Observation { key: Key("1".to_owned()), at, seen: Seen::Problem(problem) }];
    let source = "zabbix".into();
    Report {
        source,
        cursor: None,
        first_look: false,
        complete: true,
        observations,
        remarks: Vec::new(),
        maintenance: None,
    }
}

#[test]
fn who_starts_before_the_verdict_keeps_nobody_from_hearing() {
    let rules = rules();
    let mut desk = Desk::new(State::default(), rules.clone());
    let mut at = |seconds: u64, input: Input| {
        let wall = "2026-10-07T10:00:00+09:00".parse::<jiff::Timestamp>().unwrap();
        let wall = wall + jiff::SignedDuration::from_secs(i64::try_from(seconds).unwrap());
        let step = desk.step(Now { wall, elapsed: Elapsed(seconds * 1_000) }, input);
        let kinds: Vec<&str> = desk.state().owed.values().map(|row| row.kind()).collect();
        (step.reply, kinds.contains(&"first_report"), kinds.contains(&"request"))
    };
    at(0, Input::Started { store: "s".to_owned(), epoch: 1 });
    at(0, Input::RulesLoaded { hash: rules.hash.clone() });
    at(1, Input::Report(problem()));
    let (_, reported, asked) = at(92, Input::Tick);
    assert!(!reported && !asked, "nobody is told before the verdict");
    let actor = Actor { name: "佐藤".to_owned(), role: Role::Operator };
    let act = Act::On { incident: "I-1".to_owned(), deed: Deed::Start { party: None, at: None } };
    let (reply, reported, asked) = at(93, Input::Act { actor, act });
    assert!(reported && asked, "the office hears of it and the vendor is asked: {reply:?}");
}
