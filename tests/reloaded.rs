//! The configuration changes while messages wait: a relay is gone, an address is another, a party has another id. A transcript has one
//! configuration from end to end, and cannot show it.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its own data should stop")]

mod support;

use kiriwake::config::{self, Environment};
use kiriwake::desk::act::{Act, Actor, CancelKind, Deed, Role};
use kiriwake::desk::ids::OwedId;
use kiriwake::desk::letter::Ask;
use kiriwake::desk::now::{Elapsed, Now};
use kiriwake::desk::observation::{Key, Level, Observation, Problem, Seen};
use kiriwake::desk::outcome::{Delivery, Outcome, Refused};
use kiriwake::desk::owed::{self, OwedState, Work};
use kiriwake::desk::request::RequestState;
use kiriwake::desk::rules::Rules;
use kiriwake::desk::state::State;
use kiriwake::desk::{Change, Desk, Input, Reply};
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

/// The example where nobody of 株式会社N has the address he had, and the office neither.
fn corrected() -> Arc<Rules> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in config::EXAMPLE {
        let text = text.replace("noc@n.example", "noc2@n.example").replace("joho@a-town", "joho-new@a-town");
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    config::load(folder.path(), &Environment::default(), "2026-09-01".parse().unwrap()).unwrap().0.rules
}

/// The same, and its first relay has another name.
fn corrected_and_renamed() -> Arc<Rules> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in config::EXAMPLE {
        let text = text.replace("noc@n.example", "noc2@n.example").replace("joho@a-town", "joho-new@a-town");
        let text =
            if name == "channels.toml" { text.replace("name = \"relay\"", "name = \"new-relay\"") } else { text };
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    config::load(folder.path(), &Environment::default(), "2026-09-01".parse().unwrap()).unwrap().0.rules
}

/// The example with its first relay alone.
fn one_relay() -> Arc<Rules> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in config::EXAMPLE {
        let relays = |text: &str| text.match_indices("[[channel.smtp]]").map(|(at, _)| at).collect::<Vec<_>>();
        let end = if name == "channels.toml" { relays(text)[1] } else { text.len() };
        std::fs::write(folder.path().join(name), &text[..end]).unwrap();
    }
    config::load(folder.path(), &Environment::default(), "2026-09-01".parse().unwrap()).unwrap().0.rules
}

/// A desk, what becomes of its messages, and where each was tried last: channel and address.
struct Story {
    desk: Desk,
    answer: fn(&str) -> Delivery,
    tried: BTreeMap<OwedId, (String, String)>,
    replies: Vec<Reply>,
    /// Attempts that are still under way while somebody acts.
    under_way: Option<Vec<Input>>,
}

impl Story {
    fn begin(rules: &Arc<Rules>, answer: fn(&str) -> Delivery) -> Self {
        let desk = Desk::new(State::default(), rules.clone());
        let mut story = Self { desk, answer, tried: BTreeMap::new(), replies: Vec::new(), under_way: None };
        story.step(0, Input::Started { store: "s".to_owned(), epoch: 1 });
        story.step(0, Input::RulesLoaded { hash: rules.hash.clone() });
        story
    }

    fn reload(&mut self, seconds: u64, rules: &Arc<Rules>) {
        self.desk.set_rules(rules.clone());
        self.step(seconds, Input::RulesLoaded { hash: rules.hash.clone() });
    }

    /// Steps the desk at a second.
    fn step(&mut self, seconds: u64, input: Input) {
        let wall = "2026-10-07T10:00:00+09:00".parse::<jiff::Timestamp>().unwrap();
        let wall = wall + jiff::SignedDuration::from_secs(i64::try_from(seconds).unwrap());
        let now = Now { wall, elapsed: Elapsed(seconds * 1_000) };
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            let step = self.desk.step(now, input);
            self.replies.push(step.reply);
            for entry in step.entries {
                let Change::Owed(owed::Change::Started { owed, attempt, .. }) = entry.change else { continue };
                let work = &self.desk.state().owed[&owed].work;
                let outcome = match work {
                    Work::Message { channel, addresses, .. } => {
                        let open: Vec<&str> =
                            addresses.iter().filter(|known| known.open()).map(|known| known.address.as_str()).collect();
                        self.tried.insert(owed, (channel.to_string(), open.join(" ")));
                        Outcome::Message(open.iter().map(|to| ((*to).to_owned(), (self.answer)(to))).collect())
                    }
                    other => arrived(other),
                };
                self.under_way.as_mut().unwrap_or(&mut inputs).push(Input::Outcome { owed, attempt, outcome });
            }
        }
    }

    /// What was under way comes back.
    fn come_back(&mut self, seconds: u64) {
        for input in self.under_way.take().into_iter().flatten() {
            self.step(seconds, input);
        }
    }

    fn on(&self, channel: &str) -> usize {
        self.tried.values().filter(|(known, _)| known == channel).count()
    }

    /// Where messages of a kind were tried last, in the order of their rows.
    fn went(&self, kind: &str) -> Vec<&str> {
        let rows = self.tried.iter().filter(|(id, _)| self.desk.state().owed[id].kind() == kind);
        rows.map(|(_, (_, address))| address.as_str()).collect()
    }
}

fn disaster(host: &str, component: Option<&str>) -> Input {
    let tags = component.map(|id| vec![("component".into(), id.into())]).unwrap_or_default();
    let problem =
        Problem { level: Level::Disaster, tags: tags.into(), ..support::desk::problem(host, "Ping応答なし") };
    let at = "2026-10-07T10:00:00+09:00".parse().unwrap();
    report("zabbix", vec![Observation { key: Key("1".into()), at, seen: Seen::Problem(problem) }])
}

fn act(act: Act) -> Input {
    Input::Act { actor: Actor { name: "佐藤".into(), role: Role::Operator }, act }
}

#[test]
fn mail_leaves_a_relay_that_is_gone_and_a_copy_does_not_become_mail() {
    let (before, after) = (rules(true), rules(false));
    let mut story = Story::begin(&before, |_| Delivery::Later { why: "451 try again".to_owned(), after: None });
    story.step(1, disaster("srv-db-01", None));
    story.step(120, Input::Tick);
    let (mails, copies) = (story.on("relay"), story.on("desk-hook"));
    assert!(mails >= 3 && copies >= 1 && mails + copies == story.tried.len(), "{:?}", story.tried);

    story.reload(121, &after);
    for minute in 3..20 {
        story.step(minute * 60, Input::Tick);
    }
    assert_eq!(story.on("relay"), 0, "{:?}", story.tried);
    assert!(story.on("new-relay") + story.on("mgmt-relay") >= mails, "{:?}", story.tried);
    assert_eq!(story.on("desk-hook"), copies, "{:?}", story.tried);
}

// P17: nothing leaves to an address the configuration does not name any more.
#[test]
fn what_waits_goes_where_the_configuration_says_now() {
    let (before, after) = (rules(true), corrected());
    let mut story = Story::begin(&before, |_| Delivery::Later { why: "451 try again".to_owned(), after: None });
    story.step(1, disaster("core-sw-01", Some("core-switch")));
    story.step(120, Input::Tick);
    assert_eq!(
        (story.went("request"), story.went("first_report")),
        (vec!["noc@n.example"], vec!["joho@a-town.example"])
    );
    story.reload(121, &after);
    story.step(600, Input::Tick);
    let now = (story.went("request"), story.went("first_report"));
    assert_eq!(now, (vec!["noc2@n.example"], vec!["joho-new@a-town.example"]));
}

// P17 and P2: where the relay goes in the same moment nobody waits for its next try, and nobody is told of a fault of it.
#[test]
fn what_waits_leaves_a_relay_that_is_gone_at_once_and_to_the_new_address() {
    let mut story = Story::begin(&rules(true), |_| Delivery::Later { why: "451 try again".to_owned(), after: None });
    story.step(1, disaster("core-sw-01", Some("core-switch")));
    story.step(120, Input::Tick);
    story.reload(121, &corrected_and_renamed());
    story.step(122, Input::Tick);
    let now = (story.went("request"), story.went("first_report"));
    assert_eq!(now, (vec!["noc2@n.example"], vec!["joho-new@a-town.example"]));
    assert_eq!(story.on("relay"), 0, "{:?}", story.tried);
    assert!(story.on("new-relay") >= 2, "{:?}", story.tried);
}

// What the desk is told to do (設定を直したら reload) frees what waited, whether the relay was left alone or only refused the login.
#[test]
fn what_a_relay_refused_leaves_at_the_reload_that_follows_its_repair() {
    let refuses = |_: &str| Delivery::Refused { what: Refused::Destination, why: "535 5.7.8 no such login".to_owned() };
    let mut story = Story::begin(&one_relay(), refuses);
    let problem = Problem { level: Level::High, ..support::desk::problem("srv-ad-01", "Ping応答なし") };
    let at = "2026-10-07T10:00:00+09:00".parse().unwrap();
    story.step(1, report("zabbix", vec![Observation { key: Key("1".into()), at, seen: Seen::Problem(problem) }]));
    for second in (100..200).step_by(10) {
        story.step(second, Input::Tick);
    }
    let waits = |story: &Story| {
        let rows = story.desk.state().owed.values();
        let mails = rows.filter(|row| matches!(row.work, Work::Message { .. }) && row.attempts > 0);
        mails.filter(|row| matches!(row.state, OwedState::Waiting { .. })).count()
    };
    assert!(waits(&story) >= 2, "{:?}", story.tried);
    story.answer = |_| Delivery::Accepted { answer: "250 ok".to_owned() };
    story.reload(201, &one_relay());
    story.step(202, Input::Tick);
    story.step(203, Input::Tick);
    assert_eq!(waits(&story), 0, "{:?}", story.tried);
}

#[test]
fn a_request_that_reached_nobody_is_sent_once_its_address_is_corrected() {
    let (before, after) = (rules(true), corrected());
    let mut story = Story::begin(&before, |to| match to {
        "noc2@n.example" => Delivery::Accepted { answer: "250 ok".to_owned() },
        to if to.ends_with("@n.example") => {
            Delivery::Refused { what: Refused::Recipient, why: "550 5.1.1 no such user".to_owned() }
        }
        _ => Delivery::Accepted { answer: "250 ok".to_owned() },
    });
    story.step(1, disaster("core-sw-01", Some("core-switch")));
    story.step(120, Input::Tick);
    // Each contact of the vendor is tried; then the desk is the one that must act.
    let went = story.went("request");
    assert!(went.len() > 1 && went.contains(&"noc@n.example") && went.contains(&"lead@n.example"), "{went:?}");
    let requests = || story.desk.state().requests.values().map(|request| request.state).collect::<Vec<_>>();
    assert_eq!(requests(), [RequestState::Unsent]);

    story.reload(200, &after);
    let incident = story.desk.state().by_number.keys().next().unwrap().to_string();
    let deed = Deed::Assign { party: "n-sha".into(), ask: Ask::Repair };
    story.step(201, act(Act::On { incident, deed }));
    assert!(story.went("request").contains(&"noc2@n.example"), "{:?}", story.tried);
    let states: Vec<_> = story.desk.state().requests.values().map(|request| request.state).collect();
    assert_eq!(states, [RequestState::Sent]);
}

#[test]
fn the_answer_of_a_party_that_has_another_id_now_is_taken() {
    let before = rules(true);
    let mut story = Story::begin(&before, |_| Delivery::Accepted { answer: "250 ok".to_owned() });
    story.step(1, disaster("core-sw-01", Some("core-switch")));
    story.step(120, Input::Tick);
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in config::EXAMPLE {
        std::fs::write(
            folder.path().join(name),
            text.replace("\"n-sha\"", "\"n2-sha\"").replace("[party.n-sha", "[party.n2-sha"),
        )
        .unwrap();
    }
    let renamed = config::load(folder.path(), &Environment::default(), "2026-09-01".parse().unwrap()).unwrap().0.rules;
    story.reload(121, &renamed);
    let incident = story.desk.state().by_number.keys().next().unwrap().to_string();
    let deed = Deed::Acknowledge { party: Some("n-sha".into()), at: None };
    story.step(130, act(Act::On { incident, deed }));
    assert!(matches!(story.replies.last(), Some(Reply::Done { .. })), "{:?}", story.replies.last());
}

#[test]
fn what_was_taken_back_while_it_was_under_way_is_asked_of_nobody_else() {
    let before = rules(true);
    for cancelled in [false, true] {
        let mut story = Story::begin(&before, |to| match to {
            "noc@n.example" => Delivery::Refused { what: Refused::Recipient, why: "550 5.1.1 no such user".to_owned() },
            _ => Delivery::Accepted { answer: "250 ok".to_owned() },
        });
        story.step(1, disaster("core-sw-01", Some("core-switch")));
        story.under_way = Some(Vec::new());
        for seconds in [92, 104, 120] {
            story.step(seconds, Input::Tick);
        }
        assert_eq!(story.went("request"), ["noc@n.example"]);
        let incident = story.desk.state().by_number.keys().next().unwrap().to_string();
        let deed = Deed::Cancel { reason: "誤報".into(), kind: CancelKind::FalseAlarm };
        if cancelled {
            story.step(121, act(Act::On { incident, deed }));
        }
        story.come_back(122);
        assert_eq!(story.went("request").contains(&"lead@n.example"), !cancelled, "{:?}", story.tried);
    }
}
