//! Whole looks at a Zabbix whose answers are spoiled on the way (P9, P14).
//!
//! What every story must hold beside what [`Book`] demands (nothing comes or ends twice): no recovery without what
//! proves one, no place beyond what was delivered, every row read or told, a bounded number of calls, and no secret
//! in anything that is told.

use super::super::fake::PASSWORD;
use super::super::parse::EventRow;
use super::super::wire::Wire;
use super::*;
use crate::fuzz::{Tape, raw, spoil_bytes, spoil_json, target};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// More calls than any look here has reason to make.
const MOST_CALLS: usize = 150;
/// More bytes than one observation may take into the record.
const MOST_TOLD: usize = 200_000;

/// What was on the wire during one look.
#[derive(Default)]
struct Traffic {
    calls: usize,
    /// Ids in the lists of open problems, where one was read.
    listed: BTreeSet<u64>,
    /// Rows of events in full that were asked for and came.
    details: Vec<(u64, Value)>,
}

/// The way to the fake, and what is done to its answers.
struct Spoiler {
    zabbix: FakeWire,
    choices: Vec<u8>,
    /// Answers of the real one, to be given instead.
    foreign: Arc<[Value]>,
    pool: Arc<[Value]>,
    /// A method all of whose lists are filled up to the limit that was asked for.
    filled: Option<&'static str>,
    /// An answer of the corpus, given to every call once.
    raw: Option<Vec<u8>>,
    now: Traffic,
    /// Every recovery that was ever named, `(problem, recovery)`, and every id that ever came.
    fates: BTreeSet<(u64, u64)>,
    ids: BTreeSet<u64>,
}

#[derive(Clone)]
struct Way(Arc<Mutex<Spoiler>>);

impl Wire for Way {
    async fn post(&mut self, body: String, bearer: Option<&SecretString>) -> Result<Vec<u8>, Failure> {
        let zabbix = self.0.lock().unwrap().zabbix.clone();
        let honest = zabbix.clone().post(body.clone(), bearer).await;
        self.0.lock().unwrap().answer(&serde_json::from_str(&body).unwrap(), honest)
    }
}

impl Spoiler {
    fn answer(&mut self, call: &Value, honest: Result<Vec<u8>, Failure>) -> Result<Vec<u8>, Failure> {
        self.now.calls += 1;
        assert!(self.now.calls <= MOST_CALLS, "the look does not end");
        let mut answer: Value = serde_json::from_slice(&honest?).unwrap();
        if let (Some(method), Some(rows)) = (self.filled, answer["result"].as_array_mut())
            && call["method"] == method
            && !rows.is_empty()
            && let Some(limit) = call["params"]["limit"].as_u64()
        {
            *rows = rows.iter().cycle().take(limit as usize).cloned().collect();
        }
        let taken = std::mem::take(&mut self.choices);
        let mut tape = Tape::new(&taken);
        let bytes = match tape.below(12) {
            0..=5 => answer.to_string().into_bytes(),
            6..=8 => {
                spoil_json(&mut tape, &mut answer["result"], &self.pool);
                answer.to_string().into_bytes()
            }
            9 => {
                spoil_json(&mut tape, &mut answer, &self.pool);
                answer.to_string().into_bytes()
            }
            10 => spoil_bytes(
                &mut tape,
                answer.to_string().as_bytes(),
                &[b"\0".to_vec(), b"[[[[".to_vec(), vec![0xff; 3]],
            ),
            _ => {
                let mut other = tape.pick(&self.foreign).clone();
                other["id"] = call["id"].clone();
                spoil_json(&mut tape, &mut other, &self.pool);
                other.to_string().into_bytes()
            }
        };
        self.choices = tape.rest().to_vec();
        let bytes = self.raw.clone().unwrap_or(bytes);
        self.note(call, &bytes);
        Ok(bytes)
    }

    /// Keeps what the answer says, read more leniently than the source does.
    fn note(&mut self, call: &Value, bytes: &[u8]) {
        let Ok(answer) = serde_json::from_slice::<Value>(bytes) else { return };
        let asked: BTreeSet<u64> =
            call["params"]["eventids"].as_array().into_iter().flatten().filter_map(number).collect();
        let full = call["params"].get("selectTags").is_some();
        for row in answer["result"].as_array().into_iter().flatten() {
            let Some(id) = row.get("eventid").and_then(number) else { continue };
            self.ids.insert(id);
            self.fates.extend(row.get("r_eventid").and_then(number).map(|recovery| (id, recovery)));
            if call["method"] == "problem.get" {
                self.now.listed.insert(id);
            }
            if full && asked.contains(&id) {
                self.now.details.push((id, row.clone()));
            }
        }
    }
}

fn number(value: &Value) -> Option<u64> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Bool(yes) => u8::from(*yes).to_string(),
        other => other.to_string(),
    };
    text.parse::<i128>().ok()?.try_into().ok()
}

fn fixtures() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/zabbix/fixtures");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let texts = paths.iter().filter(|path| path.extension().is_some_and(|kind| kind == "json"));
    let all: Vec<Value> = texts.map(|path| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()).collect();
    let few = |mut fixture: Value| {
        // A few rows of each are enough to be wrong, and quick.
        if let Some(rows) = fixture.pointer_mut("/response/result").and_then(Value::as_array_mut) {
            rows.truncate(6);
        }
        fixture["response"].take()
    };
    all.into_iter().map(few).filter(Value::is_object).collect()
}

#[test]
fn looks_at_spoiled_answers() {
    let foreign: Arc<[Value]> = fixtures().into();
    assert!(foreign.len() > 15, "the fixtures are gone");
    let long = "長い".repeat(8_000);
    let pool = json!([
        null, true, 0, 1, -1, 4, 18_446_744_073_709_551_615_u64, i64::MIN, i64::MAX, 1e300, "", "0", "1", "5", "7", "1001", "1003",
        "99999999999", "18446744073709551615", "-9223372036854775808", "340282366920938463463374607431768211456", "6.0.14", "7.2.0",
        "8.0", "x", [], {}, [[]], [null], [{}], { "eventid": "1001" }, { "eventid": "1001", "r_eventid": "1009" },
        "\u{1b}[2J\r\nBcc: x@evil.example", "\u{202e}", "<at>all</at>", long
    ]);
    let pool: Arc<[Value]> = pool.as_array().unwrap().clone().into();
    target!("zabbix", 150, |input| {
        let mut tape = Tape::new(input);
        let version = *tape.pick(&[(6, 0), (5, 0), (6, 4), (7, 0), (7, 2), (8, 0)]);
        let login = tape.one_in(3);
        let access = if login { Access::Login { user: "kiriwake".into(), password: PASSWORD.into() } } else { token() };
        let filled = if tape.one_in(16) { Some(*tape.pick(&["event.get", "problem.get"])) } else { None };
        let fake = Fake { version, hosts: 10, ..Default::default() };
        let spoiler = Spoiler {
            zabbix: FakeWire(Arc::new(Mutex::new(fake))),
            choices: Vec::new(),
            foreign: foreign.clone(),
            pool: pool.clone(),
            filled: None,
            raw: None,
            now: Traffic::default(),
            fates: BTreeSet::new(),
            ids: BTreeSet::from([0]),
        };
        let mut story = Spoiled::new(Way(Arc::new(Mutex::new(spoiler))), access, tape.one_in(2));
        // Two sound looks, so that there is something to lose.
        story.look();
        story.happens(&mut tape);
        story.look();
        story.way().choices = if raw(input).is_some() { Vec::new() } else { tape.rest().to_vec() };
        for nth in 0..6 {
            story.happens(&mut tape);
            story.way().raw = if nth < 2 { raw(input).map(<[u8]>::to_vec) } else { None };
            story.way().filled = filled.filter(|_| nth < 2);
            story.look();
        }
        // When it answers soundly again, everything that is open there is open here, or was told.
        story.way().choices = Vec::new();
        (0..4).for_each(|_| drop(story.look()));
        story.is_caught_up();
    });
}

/// A source that looks at a spoiled Zabbix, and the desk's book.
struct Spoiled {
    way: Way,
    api: Api<Way>,
    poll: Poll,
    book: Book,
    looks: u64,
    next: u64,
    /// What the complete look just before listed; `None` when that look was not complete.
    before: Option<BTreeSet<u64>>,
}

impl Spoiled {
    fn new(way: Way, access: Access, maintenance: bool) -> Self {
        let api = Api::new(way.clone(), access);
        let manner = Manner { maintenance, ..manner() };
        let poll = Poll::new(manner, &Standing::default(), at(0));
        Self { way, api, poll, book: Book::default(), looks: 0, next: 1_000, before: None }
    }

    fn way(&self) -> std::sync::MutexGuard<'_, Spoiler> {
        self.way.0.lock().unwrap()
    }

    /// Problems begin and end in Zabbix.
    fn happens(&mut self, tape: &mut Tape<'_>) {
        let zabbix = self.way().zabbix.clone();
        let clock = at(self.looks).wall.as_second() + 10;
        for _ in 0..=tape.below(4) {
            self.next += 1;
            let trigger = 1 + tape.below(6) as u64;
            if tape.one_in(3) {
                zabbix.fake().recovery(self.next, trigger, clock);
            } else {
                zabbix.fake().problem(self.next, trigger, clock);
            }
        }
    }

    fn look(&mut self) -> Option<Failure> {
        self.looks += 1;
        self.way().now = Traffic::default();
        let (from, now) = (self.book.reports.len(), at(self.looks));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let outcome = runtime.block_on(self.poll.look(&mut self.api, &mut self.book, now));
        let failure = match outcome {
            Ok(()) => None,
            Err(Stop::Failed(failure)) => Some(failure),
            Err(Stop::Closed(_)) => unreachable!("the book is always open"),
        };
        self.record_is_memory(now);
        for report in &self.book.reports[from..] {
            self.has_proof(report, failure.is_none());
        }
        self.place_was_delivered();
        if failure.is_none() {
            self.rows_were_read();
        }
        let told = format!("{:?} {failure:?}", &self.book.reports[from..]);
        for secret in [TOKEN, PASSWORD, "session1", "session2"] {
            assert!(!told.contains(secret), "a secret is told: {told}");
        }
        self.before = failure.is_none().then(|| self.way().now.listed.clone());
        failure
    }

    /// The book and the memory are the same, whatever came.
    fn record_is_memory(&self, now: Now) {
        let open = self.book.open.values().cloned().collect();
        let standing = Standing { cursor: self.book.cursor.clone(), open, down_since: None };
        let (recorded, read) = Memory::restore(&standing, now);
        read.unwrap();
        let mut remembered = self.poll.memory.open.clone();
        remembered.values_mut().for_each(|open| open.missed = false);
        assert_eq!(recorded.open, remembered);
        assert_eq!((recorded.lost, &self.book.cursor), (self.poll.memory.lost.clone(), &self.poll.memory.cursor()));
    }

    fn has_proof(&self, report: &Report, complete: bool) {
        let way = self.way();
        for observation in &report.observations {
            assert!(serde_json::to_string(observation).unwrap().len() <= MOST_TOLD, "bloated");
            let Seen::Recovered { evidence } = &observation.seen else { continue };
            let id: u64 = observation.key.0.split('@').next().unwrap().parse().unwrap();
            match evidence {
                Evidence::RecoveryEvent { event } => {
                    assert!(
                        way.fates.contains(&(id, event.parse().unwrap())),
                        "{id} over by {event}, which nobody named"
                    );
                }
                Evidence::NoRecoveryEvent => {
                    let missed = |listed: &BTreeSet<u64>| !listed.contains(&id);
                    let twice = missed(&way.now.listed) && self.before.as_ref().is_some_and(missed);
                    assert!(twice || !complete && missed(&way.now.listed), "{id} is closed without a word");
                }
                other => panic!("{id} over by {other:?}"),
            }
        }
    }

    /// The place names nothing that never came.
    fn place_was_delivered(&self) {
        let Some(place) = &self.poll.memory.place else { return };
        let way = self.way();
        assert!(way.ids.contains(&place.highest), "the place is {}, which never came", place.highest);
        assert!(place.seen.iter().all(|id| way.ids.contains(id)), "ids are taken for read that never came");
    }

    /// Every row that was asked for and came is open, or was told.
    fn rows_were_read(&self) {
        let told: BTreeMap<u64, bool> = (self.book.reports.iter().flat_map(|report| &report.observations))
            .map(|observation| {
                let id = observation.key.0.split('@').next().unwrap().parse().unwrap();
                (id, matches!(observation.seen, Seen::Unreadable { .. }))
            })
            .collect();
        let way = self.way();
        for (id, row) in &way.now.details {
            let is_recovery = EventRow::deserialize(row).is_ok_and(|row| row.value == 0);
            assert!(is_recovery || told.contains_key(id), "row {id} is lost: {row}");
        }
    }

    fn is_caught_up(&mut self) {
        match self.look() {
            None => {}
            // A count of hosts that was too high once: people must say what is right, and are told so at every look.
            Some(Failure { kind: FailureKind::RightsLost, detail }) if detail.contains("set expected_hosts") => return,
            Some(failure) => panic!("it answers soundly again, and still: {}", failure.detail),
        }
        let zabbix = self.way().zabbix.clone();
        let fake = zabbix.fake();
        let open = fake.events.iter().filter(|(_, event)| event.value == 1 && event.recovery == 0).map(|(id, _)| *id);
        let here: BTreeSet<u64> = self.poll.memory.open.keys().copied().collect();
        for id in open {
            let told = self.book.reports.iter().flat_map(|report| &report.observations);
            let mut unreadable = told.filter(|seen| matches!(seen.seen, Seen::Unreadable { .. }));
            let key = id.to_string();
            let known = here.contains(&id) || unreadable.any(|seen| seen.key.0.split('@').next() == Some(&key));
            assert!(known, "{id} is open there, and nothing is known of it here");
        }
    }
}

fn at(looks: u64) -> Now {
    let wall = Timestamp::from_second(START + 15 * looks as i64).unwrap();
    Now { wall, elapsed: Elapsed(15_000 * looks) }
}
