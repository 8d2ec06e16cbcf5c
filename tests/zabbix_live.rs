//! The source against a real Zabbix, started and filled by the scripts in `tests/zabbix`.
//!
//! Runs when `KW_ZBX_API_URL` is set (`eval "$(tests/zabbix/up)"`), otherwise every test says that it was skipped. The
//! tests share one server and take turns, also with other files that use it. Not here: what the fake in `src/source/zabbix` can prove without a server.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a failed test should stop, and say what it measured")]

use jiff::Timestamp;
use kiriwake::clock::Clock;
use kiriwake::config::span::Span;
use kiriwake::desk::evidence::{Ask, Lack, Wanted};
use kiriwake::desk::observation::{
    Cursor, Evidence, Failure, FailureKind, Key, Level, Observation, OpenProblem, Problem, Report, Seen,
};
use kiriwake::desk::outcome::WriteBack;
use kiriwake::desk::{Input, Reply};
use kiriwake::inbox::{Answer, Inbox, Waiting};
use kiriwake::source::Standing;
use kiriwake::source::zabbix::{self, Access, Config, Notes, WriteBackKind};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, MutexGuard, mpsc, watch};
use tokio::task::JoinHandle;

static TURN: Mutex<()> = Mutex::const_new(());

/// The server is this test's alone: among the tests of this file, and among files (`support/zabbix.rs`).
struct Turn {
    _file: File,
    _turn: MutexGuard<'static, ()>,
}

/// The server of the environment and the turn to use it; `None` without one.
async fn server() -> Option<(Server, Turn)> {
    let Ok(url) = std::env::var("KW_ZBX_API_URL") else {
        eprintln!("skipped: no real Zabbix (KW_ZBX_API_URL is not set; see tests/zabbix/up)");
        return None;
    };
    let turn = TURN.lock().await;
    let file = File::create(PathBuf::from(std::env::var("KW_ZBX_STATE").unwrap()).join("turn")).unwrap();
    file.lock().unwrap();
    let server = Server { url, admin: std::env::var("KW_ZBX_ADMIN_TOKEN").unwrap() };
    server.script("seed", &["--site", "a-town"]);
    server.script("seed", &["--reset"]);
    Some((server, Turn { _file: file, _turn: turn }))
}

struct Server {
    url: String,
    admin: String,
}

impl Server {
    /// Runs one of the scripts and insists that it succeeds.
    fn script(&self, name: &str, arguments: &[&str]) -> String {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/zabbix").join(name);
        let output = Command::new(path).args(arguments).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name} {arguments:?}: {text}{errors}");
        text
    }

    /// A value of the environment that the seed wrote: a token or a name.
    fn seeded(&self, name: &str) -> String {
        let file = PathBuf::from(std::env::var("KW_ZBX_STATE").unwrap()).join("env");
        let text = std::fs::read_to_string(file).unwrap();
        let prefix = format!("{name}=");
        text.lines().find_map(|line| line.strip_prefix(&prefix)).unwrap().to_owned()
    }

    fn token(&self) -> Access {
        Access::Token(self.seeded("KW_ZBX_POLL_TOKEN").into())
    }

    fn config(&self) -> Config {
        Config {
            name: "zabbix".into(),
            url: self.url.clone(),
            token_file: Some("zabbix.token".into()),
            user: None,
            password_file: None,
            poll: Span(Duration::from_secs(1)),
            min_severity: Level::Warning,
            ca_file: None,
            write_back: vec![WriteBackKind::Message],
            timeout: Span(Duration::from_secs(30)),
            expected_hosts: None,
            maintenance: false,
        }
    }

    /// Calls the API as the administrator.
    async fn admin(&self, method: &str, params: Value) -> Value {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let call = json!({ "jsonrpc": "2.0", "method": method, "params": params, "auth": self.admin, "id": 1 });
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = client.post(&self.url).header("content-type", "application/json-rpc").body(call.to_string());
        let mut answer: Value = request.send().await.unwrap().json().await.unwrap();
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].take()
    }

    async fn id_of(&self, method: &str, key: &str, filter: Value) -> String {
        let rows = self.admin(method, json!({ "output": [key], "filter": filter })).await;
        rows[0][key].as_str().unwrap_or_else(|| panic!("{method} {filter} finds nothing")).to_owned()
    }
}

/// The desk as far as a source sees it: records everything and keeps the book.
struct Desk {
    inputs: mpsc::UnboundedReceiver<Input>,
    seen: Vec<Observation>,
    failures: Vec<Failure>,
    reports: Vec<Report>,
    cursor: Option<Cursor>,
    open: BTreeMap<Key, OpenProblem>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Desk {
    fn start(config: Config, access: Access, standing: Standing) -> Self {
        let (inbox, mut queue) = Inbox::new();
        let (sender, inputs) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Some(Waiting { input, done }) = queue.recv().await {
                let _ = sender.send(input);
                let _ = done.send(Answer { reply: Reply::Recorded, on_record: true });
            }
        });
        let (stop, stopped) = watch::channel(false);
        let cursor = standing.cursor.clone();
        let open = standing.open.iter().map(|open| (open.key.clone(), open.clone())).collect();
        let task = tokio::spawn(zabbix::run(config, access, standing, inbox, Clock::real(None), stopped));
        Self { inputs, seen: vec![], failures: vec![], reports: vec![], cursor, open, stop, task }
    }

    /// Takes inputs until `enough` says so, at most `limit`.
    async fn until(&mut self, what: &str, limit: Duration, enough: impl Fn(&Self) -> bool) {
        let deadline = tokio::time::Instant::now() + limit;
        while !enough(self) {
            match tokio::time::timeout_at(deadline, self.inputs.recv()).await {
                Ok(Some(input)) => self.take(input),
                other => panic!("{what}: {other:?} after {:?} and {:?}", self.seen, self.failures),
            }
        }
    }

    /// Takes inputs until `count` more complete looks came.
    async fn looks(&mut self, count: usize) {
        let now = self.complete();
        self.until("complete looks", Duration::from_secs(60), |desk| desk.complete() >= now + count).await;
    }

    fn complete(&self) -> usize {
        self.reports.iter().filter(|report| report.complete).count()
    }

    fn take(&mut self, input: Input) {
        let report = match input {
            Input::Report(report) => report,
            Input::SourceFailed { failure, .. } => return self.failures.push(failure),
            other => panic!("{other:?}"),
        };
        self.cursor = report.cursor.clone().or(self.cursor.take());
        for Observation { key, seen, .. } in &report.observations {
            match seen {
                Seen::Problem(problem) => {
                    let open = OpenProblem {
                        key: key.clone(),
                        object: problem.object.clone(),
                        level: problem.level,
                        acknowledged: problem.acknowledged,
                        suppressed: problem.suppressed,
                        monitored: true,
                    };
                    assert!(self.open.insert(key.clone(), open).is_none(), "{key} came twice");
                }
                Seen::Recovered { .. } => assert!(self.open.remove(key).is_some(), "{key} recovered twice"),
                Seen::Changed { suppressed, monitored, .. } => {
                    let open = self.open.get_mut(key).unwrap();
                    open.suppressed = suppressed.unwrap_or(open.suppressed);
                    open.monitored = monitored.unwrap_or(open.monitored);
                }
                Seen::Unreadable { .. } => panic!("{seen:?}"),
            }
        }
        self.seen.extend(report.observations.iter().cloned());
        self.reports.push(report);
    }

    fn problems(&self) -> Vec<&Problem> {
        let problem = |observation| match observation {
            &Observation { seen: Seen::Problem(ref problem), .. } => Some(problem),
            _ => None,
        };
        self.seen.iter().filter_map(problem).collect()
    }

    fn recoveries(&self) -> Vec<&Evidence> {
        let evidence = |observation| match observation {
            &Observation { seen: Seen::Recovered { ref evidence }, .. } => Some(evidence),
            _ => None,
        };
        self.seen.iter().filter_map(evidence).collect()
    }

    /// Stops the source and says what it would be started with again.
    async fn stop(self) -> Standing {
        self.stop.send(true).unwrap();
        tokio::time::timeout(Duration::from_secs(5), self.task).await.unwrap().unwrap();
        let open = self.open.into_values().collect();
        Standing { cursor: self.cursor, open, down_since: Some(Timestamp::now()) }
    }
}

const SOON: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_forty_arrives_whole_and_so_does_its_recovery() {
    let Some((server, _turn)) = server().await else { return };
    server.script("fire", &["srv-bk-01", "icmpping", "0", "--wait", "20"]);
    let mut desk = Desk::start(server.config(), server.token(), Standing::default());
    desk.looks(1).await;
    assert!(desk.reports.iter().all(|report| report.first_look));
    let [adopted] = desk.problems().try_into().unwrap();
    assert_eq!((adopted.host.as_str(), adopted.groups.len()), ("srv-bk-01", 1));

    // Half of the storm comes while nobody looks.
    let standing = desk.stop().await;
    let from = Instant::now();
    server.script("storm", &["sc1", "--speed", "20", "--expect", "41"]);
    let mut desk = Desk::start(server.config(), server.token(), standing);
    desk.until("40 problems", SOON, |desk| desk.problems().len() >= 40).await;
    desk.looks(2).await;
    let mut hosts: Vec<&str> = desk.problems().iter().map(|problem| problem.host.as_str()).collect();
    hosts.sort_unstable();
    hosts.dedup();
    assert_eq!((desk.problems().len(), hosts.len()), (40, 40));
    assert!(desk.problems().iter().all(|problem| !problem.groups.is_empty() && !problem.host_name.is_empty()));
    for problem in desk.problems() {
        assert!(problem.items.as_ref().is_some_and(|items| !items.is_empty()), "{problem:?}");
    }
    let core = desk.problems().into_iter().find(|problem| problem.host == "core-sw-01").unwrap();
    assert_eq!(core.items.as_ref().unwrap()[0].key, "icmpping");
    assert_eq!((core.inventory["model"].as_str(), core.inventory["location"].as_str()), ("X-9000", "本庁舎2階"));
    assert!(desk.reports.iter().all(|report| !report.first_look));
    eprintln!("storm of 40: sent and seen in {:?}", from.elapsed());

    server.script("storm", &["sc1-recovery", "--speed", "20", "--expect", "3"]);
    desk.until("38 recoveries", SOON, |desk| desk.recoveries().len() >= 38).await;
    desk.looks(2).await;
    assert_eq!(desk.recoveries().len(), 38);
    assert!(desk.recoveries().iter().all(|evidence| matches!(evidence, Evidence::RecoveryEvent { .. })));
    assert_eq!(desk.open.len(), 3);
    server.script("storm", &["flap", "--speed", "200"]);
    server.script("seed", &["--reset"]);
    desk.until("all recovered", SOON, |desk| desk.open.is_empty()).await;
    let flaps = desk.problems().iter().filter(|problem| problem.host == "wan-rt-04").count();
    assert_eq!(flaps, 1 + 8, "one of the storm, eight of the flapping");
    assert_eq!(desk.failures, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_host_is_not_monitored_and_a_deleted_trigger_closes_without_recovery() {
    let Some((server, _turn)) = server().await else { return };
    let group = server.id_of("hostgroup.get", "groupid", json!({ "name": "Vendor/Server" })).await;
    let leftover = server.admin("host.get", json!({ "output": ["hostid"], "filter": { "host": "srv-tmp-99" } })).await;
    for host in leftover.as_array().unwrap() {
        server.admin("host.delete", json!([host["hostid"]])).await;
    }
    let host = server.admin("host.create", json!({ "host": "srv-tmp-99", "groups": [{ "groupid": group }] })).await;
    let host = host["hostids"][0].clone();
    let item = json!({ "hostid": host, "name": "v", "key_": "v", "type": 2, "value_type": 3 });
    server.admin("item.create", item).await;
    let trigger = json!({ "description": "tmp", "expression": "last(/srv-tmp-99/v)<>0", "priority": 4 });
    let trigger = server.admin("trigger.create", trigger).await["triggerids"][0].clone();
    let deadline = Instant::now() + SOON;
    let fire = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/zabbix/fire");
    while !Command::new(&fire).args(["srv-tmp-99", "v", "1", "--wait", "5"]).output().unwrap().status.success() {
        assert!(Instant::now() < deadline, "the server does not take values for a new host");
    }
    let mut desk = Desk::start(server.config(), server.token(), Standing::default());
    desk.until("the problem", SOON, |desk| desk.open.len() == 1).await;
    let key = desk.open.keys().next().unwrap().clone();

    server.admin("host.update", json!({ "hostid": host, "status": 1 })).await;
    desk.until("not monitored", SOON, |desk| !desk.open[&key].monitored).await;
    server.admin("host.update", json!({ "hostid": host, "status": 0 })).await;
    desk.until("monitored", SOON, |desk| desk.open[&key].monitored).await;
    assert_eq!(desk.recoveries(), Vec::<&Evidence>::new());

    server.admin("trigger.delete", json!([trigger])).await;
    desk.until("closed", Duration::from_secs(120), |desk| desk.open.is_empty()).await;
    assert_eq!(desk.recoveries(), [&Evidence::NoRecoveryEvent]);
    server.admin("host.delete", json!([host])).await;
    desk.looks(2).await;
    assert_eq!(desk.failures, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_maintenance_is_seen_to_begin_and_to_end_on_an_open_problem() {
    let Some((server, _turn)) = server().await else { return };
    server.script("fire", &["srv-bk-01", "icmpping", "0", "--wait", "20"]);
    let mut desk = Desk::start(server.config(), server.token(), Standing::default());
    desk.until("the problem", SOON, |desk| desk.open.len() == 1).await;
    server.script("seed", &["--maintenance", "srv-bk-01"]);
    desk.until("hidden", Duration::from_secs(90), |desk| desk.open.values().all(|open| open.suppressed)).await;
    server.script("seed", &["--end-maintenance", "srv-bk-01"]);
    desk.until("shown", Duration::from_secs(90), |desk| desk.open.values().all(|open| !open.suppressed)).await;
    assert_eq!(desk.recoveries(), Vec::<&Evidence>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_rights_and_a_disabled_user_are_failures_and_nothing_recovers() {
    let Some((server, _turn)) = server().await else { return };
    server.script("fire", &["srv-bk-01", "icmpping", "0", "--wait", "20"]);
    let user = server.seeded("KW_ZBX_POLL_USER");
    let password = server.seeded("KW_ZBX_POLL_PASSWORD");
    let group = server.admin("usergroup.get", json!({ "filter": { "name": user }, "selectRights": "extend" })).await;
    let (group, rights) = (group[0]["usrgrpid"].clone(), group[0]["rights"].clone());
    for access in [server.token(), Access::Login { user: user.clone(), password: password.clone().into() }] {
        let mut desk = Desk::start(server.config(), access, Standing::default());
        desk.looks(2).await;
        assert_eq!(desk.open.len(), 1);
        for (change, back, kind) in [
            (json!({ "rights": [] }), json!({ "rights": rights }), FailureKind::RightsLost),
            (json!({ "users_status": 1 }), json!({ "users_status": 0 }), FailureKind::LoggedOut),
        ] {
            let update = |mut change: Value| {
                change["usrgrpid"] = group.clone();
                server.admin("usergroup.update", change)
            };
            update(change).await;
            let before = desk.failures.len();
            desk.until("failures", SOON, |desk| desk.failures.len() >= before + 2).await;
            update(back).await;
            assert_eq!(desk.failures.last().unwrap().kind, kind, "{:?}", desk.failures);
            desk.looks(2).await;
            assert_eq!((desk.open.len(), desk.recoveries().len()), (1, 0));
        }
        desk.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_is_written_once() {
    let Some((server, _turn)) = server().await else { return };
    server.script("fire", &["srv-bk-01", "icmpping", "0", "--wait", "20"]);
    server.script("fire", &["srv-ap-01", "icmpping", "0", "--wait", "20"]);
    let mut desk = Desk::start(server.config(), server.token(), Standing::default());
    desk.until("the problems", SOON, |desk| desk.open.len() == 2).await;
    let mut keys: Vec<Key> = desk.open.keys().cloned().collect();
    keys.push(Key("999999999".into()));
    // Read-only rights are enough.
    let read_only = Access::Token(server.seeded("KW_ZBX_READ_TOKEN").into());
    for access in [server.token(), read_only] {
        let mut notes = Notes::new(&server.config(), access);
        for _ in 0..2 {
            assert_eq!(notes.write(&keys, "KW-20260920-0001", "切り分け中（自動判定）").await, WriteBack::Written);
        }
    }
    for key in desk.open.keys() {
        let params =
            json!({ "eventids": [key.0], "output": ["eventid"], "select_acknowledges": ["message", "action"] });
        let event = server.admin("event.get", params).await;
        let expected = json!([{ "message": "[KW-20260920-0001] 切り分け中（自動判定）", "action": "4" }]);
        assert_eq!(event[0]["acknowledges"], expected);
    }
    let gone = Notes::new(&server.config(), server.token()).write(&[Key("999999999".into())], "KW-1", "x").await;
    assert!(matches!(gone, WriteBack::Refused { .. }), "{gone:?}");
    desk.looks(2).await;
    assert!(desk.open.values().all(|open| !open.acknowledged));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_broken_way_answers_is_a_failure_of_its_kind() {
    let Some((server, _turn)) = server().await else { return };
    let base = server.url.trim_end_matches("api_jsonrpc.php");
    for (url, kind, part) in [
        (format!("{base}broken/html200/api_jsonrpc.php"), FailureKind::Garbled, "instead of JSON"),
        (format!("{base}broken/502/api_jsonrpc.php"), FailureKind::Garbled, "HTTP 502"),
        (format!("{base}broken/redirect/api_jsonrpc.php"), FailureKind::Garbled, "redirects are not followed"),
        (format!("{base}broken/empty200/api_jsonrpc.php"), FailureKind::Garbled, ""),
        (format!("{base}broken/close/api_jsonrpc.php"), FailureKind::Unreachable, ""),
        (format!("{base}nothing-here.php"), FailureKind::Garbled, "HTTP 404"),
        ("http://127.0.0.1:9/api_jsonrpc.php".to_owned(), FailureKind::Unreachable, "efused"),
    ] {
        let config = Config { url: url.clone(), ..server.config() };
        let mut desk = Desk::start(config, server.token(), Standing::default());
        desk.until("a failure", SOON, |desk| !desk.failures.is_empty()).await;
        let failure = &desk.failures[0];
        eprintln!("{:?} {}", failure.kind, failure.detail);
        assert_eq!(failure.kind, kind, "{url}: {}", failure.detail);
        assert!(failure.detail.contains(part), "{url}: {}", failure.detail);
        desk.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_authority_is_trusted_only_when_it_is_named() {
    let Some((server, _turn)) = server().await else { return };
    let url = std::env::var("KW_ZBX_TLS_URL").unwrap();
    let ca_file = Some(PathBuf::from(std::env::var("KW_ZBX_TLS_CA").unwrap()));
    let config = Config { url: url.clone(), ca_file, ..server.config() };
    let watched = zabbix::watched(&config, server.token()).await.unwrap();
    assert_eq!(watched.version, "6.0");
    assert!(watched.hosts.len() >= 45 && watched.problems.len() >= 137, "{}", watched.problems.len());
    let core = watched.problems.iter().find(|problem| problem.host == "core-sw-01").unwrap();
    assert_eq!(*core.groups, ["Vendor/Network"]);
    assert!(!core.host_name.is_empty() && !core.summary.contains('{'), "{core:?}");
    let stranger = zabbix::watched(&Config { url: url.clone(), ..server.config() }, server.token()).await.unwrap_err();
    assert_eq!(stranger.kind, FailureKind::Unreachable, "{stranger:?}");
    assert!(stranger.detail.contains("certificate"), "{stranger:?}");
    let missing = Config { url, ca_file: Some("/nowhere/ca.pem".into()), ..server.config() };
    let missing = zabbix::watched(&missing, server.token()).await.unwrap_err();
    assert!(missing.detail.contains("ca_file /nowhere/ca.pem cannot be used"), "{missing:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_values_around_a_fault_are_read_and_what_is_not_there_is_said() {
    let Some((server, _turn)) = server().await else { return };
    let mut desk = Desk::start(server.config(), server.token(), Standing::default());
    desk.looks(1).await;
    server.script("fire", &["core-sw-01", "icmpping", "0", "--wait", "20"]);
    desk.until("the problem", SOON, |desk| !desk.problems().is_empty()).await;
    let [problem] = desk.problems().try_into().unwrap();
    let objects = [problem.object.clone().unwrap().into(), "999999999".to_owned()];
    let about = Timestamp::now();
    let wanted = Wanted::Values { objects: objects.to_vec() };
    let from = about - jiff::SignedDuration::from_mins(30);
    let ask = Ask { source: Some("zabbix".into()), wanted, from, about, until: about };
    let zone = jiff::tz::TimeZone::get("Asia/Tokyo").unwrap();
    let began = Instant::now();
    let found = zabbix::Values::new(&server.config(), server.token(), zone).read(&ask, &objects).await.unwrap();
    eprintln!("values of one item read in {:?}", began.elapsed());
    let [(part, content)] = found.files.try_into().unwrap();
    let text = String::from_utf8(content).unwrap();
    assert_eq!((part.host.as_str(), part.origin.as_str()), ("core-sw-01", "icmpping"));
    assert!(part.lines >= 1 && text.starts_with("# core-sw-01: icmpping (icmpping)\n"), "{text}");
    assert!(text.trim_end().ends_with("+09:00\t0"), "{text}");
    assert_eq!((found.gaps.len(), &found.gaps[0].why), (1, &Lack::NotThere));
    desk.stop().await;
}

/// Nanoseconds of processor time of this thread.
fn processor_time() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "current_thread")]
async fn a_look_at_2000_open_problems_costs_little() {
    let Some((server, _turn)) = server().await else { return };
    let number: usize = 2_000;
    server.script("seed", &["--bulk", &number.to_string()]);
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/zabbix/fire");
    let mut fire = Command::new(path).arg("-").stdin(std::process::Stdio::piped()).spawn().unwrap();
    let values: String = (0..number).map(|n| format!("bulk-{:03} v[{}] 1\n", n / 100, n % 100)).collect();
    std::io::Write::write_all(&mut fire.stdin.take().unwrap(), values.as_bytes()).unwrap();
    assert!(fire.wait().unwrap().success());

    let admin = Access::Token(server.admin.clone().into());
    let mut desk = Desk::start(server.config(), admin.clone(), Standing::default());
    let everything = Duration::from_secs(120);
    desk.until("all problems", everything, |desk| desk.open.len() >= number).await;
    let from = desk.complete();
    let before = processor_time();
    desk.until("quiet looks", everything, |desk| desk.complete() >= from + 10).await;
    let quiet = (processor_time() - before) / 10;
    let mut standing = desk.stop().await;
    let mut compared = Vec::new();
    for _ in 0..5 {
        let before = processor_time();
        let mut desk = Desk::start(server.config(), admin.clone(), standing);
        desk.looks(1).await;
        compared.push(processor_time() - before);
        assert_eq!(desk.seen, []);
        standing = desk.stop().await;
    }
    compared.sort_unstable();
    let (quiet, compared) = (Duration::from_nanos(quiet), Duration::from_nanos(compared[2]));
    eprintln!("{number} open problems: tail {quiet:?}, start with version, tail and comparison {compared:?} of CPU");
    // Of a build without optimisation; the second is once a minute with so many.
    assert!(quiet < Duration::from_millis(50), "{quiet:?}");
    assert!(compared < Duration::from_millis(150), "{compared:?}");
    server.script("seed", &["--unbulk"]);
}
