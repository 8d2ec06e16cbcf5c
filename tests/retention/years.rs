//! Eight years of history in a real store, made by the very path the daemon takes.

use super::support::desk::{arrived, problem, report};
use super::support::site::{Neighbours, Site};
use super::support::smtp_sink::SmtpSink;
use super::support::{Scratch, wait_for};
use super::{OLD_WORDS, SAME, SOON, WORDS};
use jiff::{SignedDuration, Timestamp};
use kiriwake::clock::Clock;
use kiriwake::config::{self, Environment};
use kiriwake::daemon::Bare;
use kiriwake::desk::Input;
use kiriwake::desk::act::{Act, Actor, CancelKind, Deed, Role};
use kiriwake::desk::evidence::{Ask, Gathered, Kind, Part, Wanted};
use kiriwake::desk::letter::DetectedBy;
use kiriwake::desk::observation::{Evidence, Key, Observation, Problem, Seen};
use kiriwake::desk::outcome::Outcome;
use kiriwake::desk::owed::{Owed, Work};
use kiriwake::desk::rules::Rules;
use kiriwake::store::Bodies;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

/// A store with years of history.
pub(super) struct Years {
    pub(super) site: Site,
    /// Kept while a daemon may mail.
    _mail: SmtpSink,
    pub(super) rules: Rules,
    pub(super) now: Timestamp,
    /// Incidents of eight, seven and two years ago, and when.
    pub(super) numbers: Vec<(String, Timestamp)>,
    /// Messages as worded of each of them.
    pub(super) messages: Vec<Vec<PathBuf>>,
    /// An alert without a number, of a year and a half ago.
    pub(super) alert: Timestamp,
}

pub(super) fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

fn act(act: Act) -> Input {
    Input::Act { actor: Actor { name: "佐藤".to_owned(), role: Role::Operator }, act }
}

fn on(number: &str, deed: Deed) -> Input {
    act(Act::On { incident: number.to_owned(), deed })
}

/// A file of each host that is asked about, kept as a body.
fn gathered(ask: &Ask, bodies: &Bodies) -> Gathered {
    let text = format!("core-sw-01 link down at {}\n", ask.until);
    let part = Part {
        kind: Kind::Lines,
        source: ask.source_name().to_owned(),
        host: "core-sw-01".to_owned(),
        origin: "/var/log/core-sw-01".to_owned(),
        from: ask.from,
        until: ask.until,
        encoding: "utf-8".to_owned(),
        lines: 1,
        of: 1,
        before: 0,
        bytes: text.len() as u64,
        sha256: bodies.put(text.as_bytes()).expect("room on the disk").to_string(),
    };
    Gathered::Came { parts: vec![part], gaps: Vec::new() }
}

/// One day at the desk, by the very path the daemon takes; at its end a file of the journal is closed.
pub(super) struct Day<'a> {
    site: &'a Site,
    pub(super) bare: Bare,
    clock: Clock,
    begun: Vec<Owed>,
}

impl<'a> Day<'a> {
    pub(super) fn begin(site: &'a Site, rules: &Rules, at: Timestamp) -> Self {
        let clock = Clock::story(at, 1);
        let bare = Bare::open(&site.state, rules.clone(), &clock).expect("the record opens");
        Self { site, bare, clock, begun: Vec::new() }
    }

    pub(super) fn take(&mut self, inputs: Vec<Input>) {
        let bodies = Bodies::of(&self.site.state).expect("ours");
        let mut next = inputs;
        loop {
            let taken = self.bare.take(next).expect("a desk that does not fail");
            assert!(taken.on_record);
            let outcome = |(row, attempt): &(Owed, u32)| {
                let outcome = match &row.work {
                    Work::Evidence(ask) if matches!(ask.wanted, Wanted::Lines { .. }) => {
                        Outcome::Evidence(gathered(ask, &bodies))
                    }
                    work => arrived(work),
                };
                Input::Outcome { owed: row.id, attempt: *attempt, outcome }
            };
            next = taken.begun.iter().map(outcome).collect();
            self.begun.extend(taken.begun.into_iter().map(|(row, _)| row));
            if next.is_empty() {
                return;
            }
        }
    }

    /// What is due meanwhile is done at the end.
    fn pass(&mut self, span: SignedDuration) {
        let until = self.clock.wall() + span;
        self.clock.run(u32::MAX, until);
        wait_for("the story's clock", SOON, || (self.clock.wall() >= until).then_some(()));
        self.take(Vec::new());
    }

    /// The messages it worded, as the workers keep them.
    fn worded(&self) -> Vec<PathBuf> {
        let messages = self.site.state.join("messages");
        fs::create_dir_all(&messages).expect("ours");
        let keys = self.begun.iter().filter(|row| matches!(row.work, Work::Message { .. })).map(|row| &row.key);
        let mut files: Vec<PathBuf> = keys.map(|key| messages.join(format!("{key}.json"))).collect();
        files.sort();
        files.dedup();
        files.iter().for_each(|file| fs::write(file, "{\"subject\":\"x\",\"body\":\"as worded\"}").expect("ours"));
        files
    }

    /// The night, and the first look of the next day: a new file is begun.
    fn end(mut self) -> Vec<PathBuf> {
        self.pass(days(1));
        let files = self.worded();
        self.bare.close().expect("a record that closes");
        files
    }
}

/// A call that is cancelled, with what somebody wrote; it leaves memory five weeks later.
fn call(site: &Site, rules: &Rules, at: Timestamp, words: &str) -> (String, Vec<PathBuf>) {
    let mut day = Day::begin(site, rules, at);
    day.take(vec![act(Act::Open {
        summary: "帳票が印刷できない".to_owned(),
        component: Some("core-switch".into()),
        detected_by: DetectedBy::UserPhone,
        occurred: None,
        severity: Some(2),
        separate: true,
    })]);
    // The first one of that day at the site.
    let site_day = at.in_tz("Asia/Tokyo").expect("the site's zone").strftime("%Y%m%d").to_string();
    let number = format!("KW-{site_day}-0001");
    for text in [words, SAME] {
        day.take(vec![on(&number, Deed::Note { text: text.into() })]);
    }
    day.pass(SignedDuration::from_mins(20));
    let deed = Deed::Cancel { reason: "プリンタの用紙切れ".into(), kind: CancelKind::default() };
    day.take(vec![on(&number, deed)]);
    let files = day.end();
    Day::begin(site, rules, at + days(40)).end();
    (number, files)
}

/// An alert that ends by itself, and so never gets a number.
fn alert(site: &Site, rules: &Rules, at: Timestamp) {
    let problem = Problem { host_name: "住民課PC".into(), ..problem("pc-0815", "短時間のPing応答なし") };
    let report = |at, seen| report("elsewhere", vec![Observation { key: Key("815".into()), at, seen }]);
    let mut day = Day::begin(site, rules, at);
    day.take(vec![report(at, Seen::Problem(problem))]);
    day.pass(SignedDuration::from_secs(1));
    let evidence = Evidence::RecoveryEvent { event: "2".to_owned() };
    day.take(vec![report(day.clock.wall(), Seen::Recovered { evidence })]);
    day.pass(SignedDuration::from_mins(3));
    day.pass(SignedDuration::from_hours(2));
    day.end();
    Day::begin(site, rules, at + days(5)).end();
}

pub(super) fn years(scratch: &Scratch) -> Years {
    let mail = SmtpSink::start();
    let smtp = SocketAddr::from((Ipv4Addr::LOCALHOST, mail.port()));
    let site = Site::a_town(scratch.path(), &Neighbours { zabbix: None, smtp, webhook: None });
    let today = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    // At noon at the site: where the hour of the digest falls into a call, the file of the journal after it still tells of that
    // message, and so keeps it.
    let now = today.at(3, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).expect("an hour of UTC").timestamp();
    let Ok((settings, _)) = config::load(&site.config, &Environment::default(), today) else {
        panic!("the configuration of the test has faults");
    };
    // Nobody looks while no daemon runs, and that is no fault that goes on for years.
    let mut rules = Rules { hash: "ab".repeat(32), ..Arc::unwrap_or_clone(settings.rules) };
    rules.sources.clear();
    let (mut numbers, mut messages) = (Vec::new(), Vec::new());
    let began = [8, 7].map(|years| now - days(366 * years));
    let alert_at = now - days(550);
    for (at, words) in began.into_iter().zip(OLD_WORDS).chain([(now - days(730), WORDS)]) {
        let (number, files) = call(&site, &rules, at, words);
        assert!(files.len() > 1, "{files:?}");
        numbers.push((number, at));
        messages.push(files);
    }
    alert(&site, &rules, alert_at);
    Day::begin(&site, &rules, now - days(3)).end();
    Years { site, _mail: mail, rules, now, numbers, messages, alert: alert_at }
}
