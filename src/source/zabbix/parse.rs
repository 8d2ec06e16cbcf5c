//! What Zabbix's answers say: small rows, read from JSON without any network.
//!
//! Every number arrives as a string from one version and as a number from another, so both are read everywhere. Rows
//! that are read by the thousand hold numbers only. Not here: what follows from a row.

use crate::desk::observation::{Key, Level, Observation, Problem, Seen};
use crate::source::printable;
use jiff::Timestamp;
use serde::de::{self, DeserializeOwned};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::marker::PhantomData;

/// Longest text taken from one field, in characters; Zabbix itself keeps at most 2,048.
const LONGEST_TEXT: usize = 4_096;
/// Most tags of one event that are kept.
const MOST_TAGS: usize = 200;

/// The answer to one call.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
pub(super) struct Answer<T> {
    /// What was asked for.
    #[serde(default = "none")]
    pub(super) result: Option<T>,
    /// Why it was refused.
    #[serde(default)]
    pub(super) error: Option<ApiError>,
    /// The number of the call it answers.
    #[serde(default, deserialize_with = "optional_number")]
    pub(super) id: Option<u64>,
}

fn none<T>() -> Option<T> {
    None
}

/// A refusal in Zabbix's words. Its text is no interface: it differs by version and language.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct ApiError {
    /// -32602, -32500 … or 1 when the frontend is not set up.
    #[serde(default)]
    pub(super) code: i64,
    #[serde(default)]
    message: String,
    #[serde(default)]
    data: serde_json::Value,
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let data = self.data.as_str().unwrap_or_default();
        write!(f, "{} {} (code {})", printable(&self.message, 200), printable(data, 300), self.code)
    }
}

/// An event of the tail: enough to know whether it is new, and whether this is still the same database.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Mark {
    #[serde(deserialize_with = "number")]
    pub(super) eventid: u64,
    #[serde(deserialize_with = "number")]
    pub(super) clock: i64,
}

/// A row of the list of open problems.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct OpenRow {
    #[serde(deserialize_with = "number")]
    pub(super) eventid: u64,
    #[serde(deserialize_with = "number")]
    pub(super) objectid: u64,
    #[serde(deserialize_with = "number")]
    pub(super) clock: i64,
    #[serde(deserialize_with = "number")]
    pub(super) severity: u8,
    #[serde(default, deserialize_with = "flag")]
    pub(super) acknowledged: bool,
    #[serde(default, deserialize_with = "flag")]
    pub(super) suppressed: bool,
}

/// What has become of a problem's event: `r_eventid` names its recovery, 0 none.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Fate {
    #[serde(deserialize_with = "number")]
    pub(super) eventid: u64,
    #[serde(deserialize_with = "number")]
    pub(super) objectid: u64,
    #[serde(default, deserialize_with = "number")]
    pub(super) r_eventid: u64,
}

/// An event in full.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct EventRow {
    #[serde(deserialize_with = "number")]
    pub(super) eventid: u64,
    #[serde(deserialize_with = "number")]
    pub(super) objectid: u64,
    #[serde(deserialize_with = "number")]
    pub(super) clock: i64,
    #[serde(default, deserialize_with = "number")]
    pub(super) ns: i32,
    /// 1 problem, 0 OK.
    #[serde(deserialize_with = "number")]
    pub(super) value: u8,
    #[serde(default)]
    pub(super) name: String,
    #[serde(deserialize_with = "number")]
    pub(super) severity: u8,
    #[serde(default, deserialize_with = "flag")]
    pub(super) acknowledged: bool,
    #[serde(default, deserialize_with = "flag")]
    pub(super) suppressed: bool,
    #[serde(default)]
    pub(super) hosts: Vec<HostRef>,
    #[serde(default)]
    pub(super) tags: Vec<Tag>,
}

/// A host as an event names it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct HostRef {
    #[serde(deserialize_with = "number")]
    pub(super) hostid: u64,
    #[serde(default)]
    pub(super) host: String,
    #[serde(default)]
    pub(super) name: String,
}

/// One tag; a name may come several times on one event.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Tag {
    pub(super) tag: String,
    #[serde(default)]
    pub(super) value: String,
}

/// A host with what is needed to match it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct HostRow {
    #[serde(deserialize_with = "number")]
    pub(super) hostid: u64,
    #[serde(default)]
    pub(super) host: String,
    #[serde(default)]
    pub(super) name: String,
    /// `groups` to 6.0, `hostgroups` from 6.2.
    #[serde(default, alias = "groups")]
    pub(super) hostgroups: Vec<Named>,
    #[serde(default)]
    pub(super) tags: Vec<Tag>,
}

/// Something with a name.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Named {
    pub(super) name: String,
}

/// A trigger that is watched.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct TriggerRow {
    #[serde(deserialize_with = "number")]
    pub(super) triggerid: u64,
}

/// A count, as `countOutput` gives it.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(transparent)]
pub(super) struct Count(#[serde(deserialize_with = "number")] pub(super) u64);

/// A problem with the messages people (and we) left on it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct NotedRow {
    #[serde(deserialize_with = "number")]
    pub(super) eventid: u64,
    #[serde(default)]
    pub(super) acknowledges: Vec<Note>,
}

/// One message on a problem.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Note {
    #[serde(default)]
    pub(super) message: String,
}

/// A row, or what is known of one that could not be read: one strange row must not hide the others.
#[derive(Debug)]
pub(super) enum Readable<T> {
    /// It could be read.
    Row(T),
    /// It could not.
    Strange {
        /// Its `eventid`, if that much was readable.
        eventid: Option<u64>,
        /// Its beginning.
        text: String,
        /// What is wrong with it.
        why: String,
    },
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Readable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Ok(T::deserialize(&value).map(Readable::Row).unwrap_or_else(|error| {
            let eventid = value.get("eventid");
            Readable::Strange {
                eventid: eventid.and_then(|id| id.as_u64().or_else(|| id.as_str().and_then(|id| id.parse().ok()))),
                text: printable(&value.to_string(), 500),
                why: error.to_string(),
            }
        }))
    }
}

impl EventRow {
    /// When it happened by the clock of whoever measured it.
    pub(super) fn at(&self) -> Option<Timestamp> {
        Timestamp::new(self.clock, self.ns).ok()
    }

    /// The problem this event opens, under `key`, its host groups looked up by `groups`. A row whose severity or time
    /// makes no sense is reported as unreadable at `read_at`.
    pub(super) fn problem(
        self,
        key: Key,
        groups: impl Fn(u64) -> Vec<String>,
        late: impl Fn(Timestamp) -> bool,
        read_at: Timestamp,
    ) -> Observation {
        let (Some(at), Some(level)) = (self.at(), Level::from_zabbix(self.severity)) else {
            let why = "its severity or time is outside what Zabbix knows".to_owned();
            let text = printable(
                &format!("severity {} clock {} ns {}: {}", self.severity, self.clock, self.ns, self.name),
                500,
            );
            return Observation { key, at: read_at, seen: Seen::Unreadable { text, why } };
        };
        let mut names: Vec<String> = self.hosts.iter().flat_map(|host| groups(host.hostid)).collect();
        names.sort();
        names.dedup();
        // A trigger may look at several hosts. The first stands for it; all are kept for people to read.
        let raw = match self.hosts.as_slice() {
            [] | [_] => String::new(),
            several => printable(
                &format!("hosts: {}", several.iter().map(|host| host.host.as_str()).collect::<Vec<_>>().join(", ")),
                LONGEST_TEXT,
            ),
        };
        let (host, host_name) = match self.hosts.into_iter().next() {
            Some(first) if first.name.is_empty() => (first.host.clone(), first.host),
            Some(first) => (first.host, first.name),
            None => Default::default(),
        };
        let problem = Problem {
            host,
            host_name,
            summary: cut(self.name),
            level,
            tags: self.tags.into_iter().take(MOST_TAGS).map(|tag| (cut(tag.tag), cut(tag.value))).collect(),
            groups: names,
            object: Some(self.objectid.to_string()),
            fields: Vec::new(),
            raw,
            acknowledged: self.acknowledged,
            suppressed: self.suppressed,
            momentary: false,
            late: late(at),
        };
        Observation { key, at, seen: Seen::Problem(problem) }
    }
}

fn cut(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(LONGEST_TEXT) {
        text.truncate(end);
    }
    text
}

/// Reads a whole number, written as a number or as a string.
fn number<'de, D: Deserializer<'de>, T: TryFrom<i128>>(deserializer: D) -> Result<T, D::Error> {
    struct Number<T>(PhantomData<T>);
    impl<T: TryFrom<i128>> de::Visitor<'_> for Number<T> {
        type Value = T;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a whole number, plain or in quotes")
        }
        fn visit_u64<E: de::Error>(self, number: u64) -> Result<T, E> {
            T::try_from(number.into()).map_err(|_| E::custom(format_args!("{number} is out of range")))
        }
        fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
            T::try_from(number.into()).map_err(|_| E::custom(format_args!("{number} is out of range")))
        }
        fn visit_bool<E: de::Error>(self, yes: bool) -> Result<T, E> {
            self.visit_u64(yes.into())
        }
        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            let number: i128 = text.parse().map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))?;
            T::try_from(number).map_err(|_| E::custom(format_args!("{number} is out of range")))
        }
    }
    deserializer.deserialize_any(Number(PhantomData))
}

fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    number::<D, u8>(deserializer).map(|number| number != 0)
}

fn optional_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    struct Plain(#[serde(deserialize_with = "number")] u64);
    Ok(Option::<Plain>::deserialize(deserializer)?.map(|plain| plain.0))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should stop")]
    use super::*;
    use serde_json::Value;
    use std::collections::BTreeSet;

    /// The recorded answer of a fixture.
    fn response(name: &str) -> String {
        let path = format!("{}/tests/zabbix/fixtures/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let fixture: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        fixture["response"].to_string()
    }

    fn read<T: DeserializeOwned>(name: &str) -> Answer<T> {
        serde_json::from_str(&response(name)).unwrap()
    }

    fn rows<T: DeserializeOwned>(name: &str) -> Vec<T> {
        read::<Vec<T>>(name).result.unwrap()
    }

    fn problem(row: EventRow) -> Problem {
        let key = Key(row.eventid.to_string());
        let groups = |id| vec![format!("group of {id}")];
        match row.problem(key, groups, |_| false, Timestamp::UNIX_EPOCH).seen {
            Seen::Problem(problem) => problem,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_recorded_answer_is_an_answer() {
        let folder = format!("{}/tests/zabbix/fixtures", env!("CARGO_MANIFEST_DIR"));
        let mut seen = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let fixture: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            let answers = match &fixture["response"] {
                Value::Array(batch) => batch.clone(),
                one => vec![one.clone()],
            };
            for answer in answers {
                let id = answer["id"].as_u64();
                let answer: Answer<Value> = serde_json::from_value(answer).unwrap();
                assert_ne!(answer.result.is_some(), answer.error.is_some(), "{path:?}");
                assert_eq!(answer.id, id, "{path:?}");
                seen += 1;
            }
        }
        assert!(seen >= 24, "only {seen} answers");
    }

    #[test]
    fn refusals_keep_their_code_and_words() {
        for (name, code, words) in [
            ("error_bad_token", -32602, "Not authorized."),
            ("error_no_auth", -32602, "Not authorized."),
            ("error_session_terminated", -32602, "Session terminated"),
            ("error_token_expired", -32500, "API token expired."),
            ("error_unknown_method", -32601, "Incorrect API"),
            ("error_suppress_unsupported", -32602, "unexpected value"),
            ("error_ack_no_permission", -32500, "No permissions"),
            ("user_login_bad", -32500, "Incorrect user name"),
        ] {
            let error = read::<Value>(name).error.unwrap();
            assert_eq!(error.code, code, "{name}");
            assert!(error.to_string().contains(words), "{name}: {error}");
        }
    }

    #[test]
    fn version_and_session_are_plain_strings() {
        assert_eq!(read::<String>("apiinfo_version").result.unwrap(), "6.0.14");
        assert_eq!(read::<String>("user_login").result.unwrap().len(), 32);
    }

    #[test]
    fn a_problem_event_reads_in_full() {
        let [row] = rows::<EventRow>("event_get_problem").try_into().unwrap();
        assert_eq!((row.eventid, row.objectid, row.value), (7, 23139, 1));
        assert_eq!(row.at().unwrap(), Timestamp::new(1_795_382_377, 269_414_831).unwrap());
        let problem = problem(row);
        assert_eq!((problem.host.as_str(), problem.host_name.as_str()), ("srv-ap01", "業務APサーバ1"));
        assert_eq!(problem.summary, "ディスク使用率 97 %");
        assert_eq!(problem.level, Level::High);
        assert_eq!(problem.object.as_deref(), Some("23139"));
        assert_eq!(problem.groups, ["group of 10561"]);
        assert!(problem.tags.contains(&("vendor".into(), "server".into())));
        assert!(!problem.acknowledged && !problem.suppressed && !problem.momentary && problem.raw.is_empty());
    }

    #[test]
    fn a_recovery_is_named_by_the_problem_not_by_itself() {
        let [problem, recovery] = rows::<EventRow>("event_get_pair").try_into().unwrap();
        assert_eq!((problem.value, problem.severity), (1, 5));
        assert_eq!((recovery.value, recovery.severity), (0, 0));
        let fates: Vec<Fate> = rows("event_get_pair");
        assert_eq!((fates[0].eventid, fates[0].objectid, fates[0].r_eventid), (7, 23139, 8));
        assert_eq!((fates[1].eventid, fates[1].r_eventid), (8, 0));
    }

    #[test]
    fn maintenance_acknowledgement_and_severity_are_on_the_row() {
        let [row] = rows::<OpenRow>("problem_get_suppressed").try_into().unwrap();
        assert!(row.suppressed && !row.acknowledged);
        let [row] = rows::<OpenRow>("problem_get_acknowledged").try_into().unwrap();
        assert!((row.acknowledged && !row.suppressed) && row.severity == 5);
        let [row] = rows::<OpenRow>("problem_get_open").try_into().unwrap();
        assert_eq!((row.eventid, row.objectid, row.severity, row.clock), (7, 23139, 4, 1_795_382_377));
        let [row] = rows::<EventRow>("event_get_suppressed").try_into().unwrap();
        assert!(problem(row).suppressed);
        let [row] = rows::<Fate>("problem_get_recent_resolved").try_into().unwrap();
        assert_eq!(row.r_eventid, 8);
    }

    #[test]
    fn notes_hosts_and_triggers_read() {
        let [noted] = rows::<NotedRow>("problem_get_acknowledged").try_into().unwrap();
        assert_eq!(noted.eventid, 7);
        assert_eq!(noted.acknowledges[0].message, "kiriwake: 一次切り分け開始");
        let hosts: Vec<HostRow> = rows("host_get");
        assert_eq!(hosts[0].hostid, 10559);
        assert_eq!(hosts[0].host, "net-core-sw01");
        assert_eq!(hosts[0].name, "本庁コアスイッチ1号機");
        assert_eq!(hosts[0].hostgroups[0].name, "Vendor/Network");
        assert_eq!(hosts[0].tags.len(), 3);
        let newer: HostRow = serde_json::from_str(r#"{"hostid":"1","hostgroups":[{"name":"A"}]}"#).unwrap();
        assert_eq!(newer.hostgroups[0].name, "A");
        assert_eq!(rows::<TriggerRow>("trigger_get_join")[0].triggerid, 23139);
    }

    #[test]
    fn the_storm_of_sc1_is_forty_problems_on_forty_hosts_out_of_order() {
        let path = format!("{}/tests/zabbix/fixtures/sc1_problems.json", env!("CARGO_MANIFEST_DIR"));
        let fixture: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let open: Answer<Vec<OpenRow>> = serde_json::from_value(fixture["response"][0].clone()).unwrap();
        let events: Answer<Vec<Readable<EventRow>>> = serde_json::from_value(fixture["response"][1].clone()).unwrap();
        let events: Vec<EventRow> = (events.result.unwrap().into_iter())
            .map(|row| match row {
                Readable::Row(row) => row,
                strange => panic!("{strange:?}"),
            })
            .collect();
        let ids: BTreeSet<u64> = events.iter().map(|row| row.eventid).collect();
        assert_eq!(ids, open.result.unwrap().iter().map(|row| row.eventid).collect());
        assert_eq!(ids.len(), 40);
        assert!(events.is_sorted_by_key(|row| row.eventid));
        assert!(!events.is_sorted_by_key(|row| row.clock), "late values have older clocks");
        let problems: Vec<Problem> = events.into_iter().map(problem).collect();
        assert_eq!(problems.iter().map(|problem| &problem.host).collect::<BTreeSet<_>>().len(), 40);
        let juki = problems.iter().find(|problem| problem.host == "app-juki").unwrap();
        assert!(juki.summary.starts_with("【URL】住民記録システム ログイン画面"));
        assert_eq!(juki.level, Level::Disaster);
    }

    #[test]
    fn numbers_read_as_strings_and_as_numbers() {
        for text in [r#"{"eventid":7,"objectid":1}"#, r#"{"eventid":"7","objectid":"1","r_eventid":"0"}"#] {
            assert_eq!(serde_json::from_str::<Fate>(text).unwrap().eventid, 7);
        }
        assert_eq!(serde_json::from_str::<Count>("\"2000\"").unwrap().0, 2000);
        assert_eq!(serde_json::from_str::<Count>("2000").unwrap().0, 2000);
        let largest = format!(r#"{{"eventid":"{}","objectid":"1"}}"#, u64::MAX);
        assert_eq!(serde_json::from_str::<Fate>(&largest).unwrap().eventid, u64::MAX);
        for wrong in [r#""x""#, "-1", r#""-1""#, "1.5", "null", r#""99999999999999999999""#] {
            assert!(serde_json::from_str::<Count>(wrong).is_err(), "{wrong}");
        }
        let id = |text: &str| serde_json::from_str::<Answer<Value>>(text).map(|answer| answer.id);
        assert_eq!(id(r#"{"id":"5"}"#).unwrap(), Some(5));
        assert_eq!(id(r#"{"id":null}"#).unwrap(), None);
    }

    #[test]
    fn one_strange_row_does_not_hide_the_others() {
        let text = r#"[{"eventid":"5","objectid":"1","clock":"x","value":"1","severity":"2"},
                       {"eventid":"6","objectid":"1","clock":"9","value":"1","severity":"2"}, 7]"#;
        let rows: Vec<Readable<EventRow>> = serde_json::from_str(text).unwrap();
        assert!(matches!(&rows[0], Readable::Strange { eventid: Some(5), why, .. } if why.contains("whole number")));
        assert!(matches!(&rows[1], Readable::Row(row) if row.eventid == 6));
        assert!(matches!(&rows[2], Readable::Strange { eventid: None, .. }));
    }

    #[test]
    fn a_severity_or_time_nobody_knows_becomes_unreadable_instead_of_a_guess() {
        for wrong in [r#""severity":"9","clock":"1""#, r#""severity":"1","clock":"999999999999""#] {
            let text = format!(r#"{{"eventid":"5","objectid":"1","value":"1",{wrong}}}"#);
            let row: EventRow = serde_json::from_str(&text).unwrap();
            let seen = row.problem(Key("5".into()), |_| vec![], |_| false, Timestamp::UNIX_EPOCH);
            assert!(matches!(seen.seen, Seen::Unreadable { .. }), "{wrong}");
        }
    }

    #[test]
    fn a_trigger_over_two_hosts_keeps_both_names_and_all_groups() {
        let text = r#"{"eventid":"5","objectid":"1","clock":"9","value":"1","severity":"2","hosts":
            [{"hostid":"2","host":"b","name":""},{"hostid":"1","host":"a","name":"A"}]}"#;
        let problem = problem(serde_json::from_str(text).unwrap());
        assert_eq!((problem.host.as_str(), problem.host_name.as_str()), ("b", "b"));
        assert_eq!(problem.raw, "hosts: b, a");
        assert_eq!(problem.groups, ["group of 1", "group of 2"]);
    }
}
