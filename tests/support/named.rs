//! A record with somebody's name in it: in what a call was about, in an alert of a log, among those who acted.

use super::Scratch;
use super::desk::{arrived, payload, problem, report};
use super::site::{Neighbours, Site};
use super::smtp_sink::SmtpSink;
use jiff::{SignedDuration, Timestamp};
use kiriwake::config::{self, Environment};
use kiriwake::desk::act::{Act, Actor, CancelKind, Deed, Role};
use kiriwake::desk::letter::DetectedBy;
use kiriwake::desk::now::{Elapsed, Now};
use kiriwake::desk::observation::{Evidence, Key, Observation, Problem, Seen};
use kiriwake::desk::owed;
use kiriwake::desk::state::State;
use kiriwake::desk::{Change, Desk, Frame, Input};
use kiriwake::store::Store;
use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};

/// The name.
pub(crate) const NAME: &str = "山田花子";
/// What stands there once it is erased.
pub(crate) const INK: &str = "■■■■";

/// A record of one alert from a log, and one call, both with the name in them.
pub(crate) struct Recorded {
    pub(crate) site: Site,
    /// Kept while the daemon may mail.
    pub(crate) _mail: SmtpSink,
    /// The number of the call.
    pub(crate) call: String,
}

/// An alert of a log, as its source tells it.
fn line(key: &str, at: Timestamp, seen: Seen) -> Input {
    report("network-log", vec![Observation { key: Key(key.into()), at, seen }])
}

fn refused_login() -> Problem {
    Problem {
        fields: [("user".to_owned(), NAME.to_owned())].into(),
        tags: [("利用者".to_owned(), NAME.to_owned())].into(),
        raw: format!("Nov 29 pc-077 login of {NAME} refused").into(),
        ..problem("pc-077", &format!("{NAME} のログイン失敗"))
    }
}

/// Puts on record what a desk did at `began`, as the version before this one wrote it. The alert is over unless `burns`, the call
/// if `is_over`.
pub(crate) fn recorded(scratch: &Scratch, began: Timestamp, burns: bool, is_over: bool) -> Recorded {
    let mail = SmtpSink::start();
    let smtp = SocketAddr::from((Ipv4Addr::LOCALHOST, mail.port()));
    let site = Site::a_town(scratch.path(), &Neighbours { zabbix: None, smtp, webhook: None });
    let today = began.to_zoned(jiff::tz::TimeZone::UTC).date();
    let Ok((settings, _)) = config::load(&site.config, &Environment::default(), today) else {
        panic!("the configuration of the test has faults");
    };
    let (mut store, start) = Store::open(&site.state, Default::default()).expect("a new store");
    let mut desk = Desk::new(State::default(), settings.rules);
    let rules = desk.book().rules.hash.clone();
    let mut frames = Vec::new();
    let mut step = |desk: &mut Desk, first: Vec<Input>, minutes: i64| {
        let elapsed = Elapsed(u64::try_from(minutes).expect("later") * 60_000);
        let now = Now { wall: began + SignedDuration::from_mins(minutes), elapsed };
        let mut inputs = VecDeque::from(first);
        while let Some(input) = inputs.pop_front() {
            let entries = desk.step(now, input.clone()).entries;
            for entry in &entries {
                if let Change::Owed(owed::Change::Started { owed, attempt, .. }) = &entry.change {
                    let outcome = arrived(&desk.state().owed[owed].work);
                    inputs.push_back(Input::Outcome { owed: *owed, attempt: *attempt, outcome });
                }
            }
            frames.push(payload(&Frame { at: now, rules: rules.clone(), input, entries }));
        }
    };
    let act = |act: Act| Input::Act { actor: Actor { name: format!("{NAME} (desk)"), role: Role::Operator }, act };
    let begin = [
        Input::Started { store: start.store_id.to_string(), epoch: 1 },
        Input::RulesLoaded { hash: rules.clone() },
        report("network-log", Vec::new()),
    ];
    step(&mut desk, begin.to_vec(), 0);
    let call = Act::Open {
        summary: format!("住民の{NAME}様より、証明書が発行できないとの申告"),
        component: Some("core-switch".into()),
        detected_by: DetectedBy::UserPhone,
        occurred: None,
        severity: Some(2),
        separate: true,
    };
    step(&mut desk, vec![act(call)], 1);
    let number = desk.state().by_number.keys().next().expect("a call is numbered at once").to_string();
    let at = |minutes: i64| began + SignedDuration::from_mins(minutes);
    let key = if burns { format!("login {NAME}") } else { "login 1".to_owned() };
    step(&mut desk, vec![line(&key, at(2), Seen::Problem(refused_login()))], 2);
    step(&mut desk, vec![Input::Tick], 5);
    if !burns {
        let evidence = Evidence::Line { text: format!("login of {NAME} accepted") };
        step(&mut desk, vec![line(&key, at(6), Seen::Recovered { evidence })], 6);
    }
    if is_over {
        let deed = Deed::Cancel { reason: "誤報".into(), kind: CancelKind::default() };
        step(&mut desk, vec![act(Act::On { incident: number.clone(), deed })], 20);
    }
    store.commit(&frames).expect("room on the disk");
    store.close().expect("a store that closes");
    Recorded { site, _mail: mail, call: number }
}
