//! The rows against recorded answers.

#![allow(clippy::unwrap_used, reason = "a failed test should stop")]
use super::*;
use crate::desk::now::{Elapsed, Now};
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
    let key = Key(row.eventid.to_string().into());
    let mut known = Surroundings::new(Now { wall: Timestamp::UNIX_EPOCH, elapsed: Elapsed(0) });
    for host in &row.hosts {
        let text = format!(r#"{{"hostid":{0},"groups":[{{"name":"group of {0}"}}],"inventory":[]}}"#, host.hostid);
        known.host(serde_json::from_str(&text).unwrap());
    }
    match row.problem(key, &known, |_| false, Timestamp::UNIX_EPOCH).seen {
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
    assert_eq!(*problem.groups, ["group of 10561"]);
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
fn inventories_and_items_read_as_real_servers_tell_them() {
    let [disabled, core, database, small] = rows::<HostRow>("host_get_inventory").try_into().unwrap();
    assert!(disabled.inventory.is_empty() && !disabled.hostgroups.is_empty());
    let filled: Vec<(&str, &str)> =
        core.inventory.iter().map(|(field, text)| (field.as_str(), text.as_str())).collect();
    assert_eq!(
        filled,
        [
            ("contract_number", "R8-情-012"),
            ("location", "本庁舎2階"),
            ("model", "X-9000"),
            ("serialno_a", "S123"),
            ("type", "L3スイッチ"),
            ("vendor", "株式会社N"),
        ]
    );
    assert_eq!(database.inventory["location"], "情報センター 仮想化基盤");
    assert_eq!(small.inventory["serialno_a"], "SN-0001");
    let triggers: Vec<ItemsRow> = rows("trigger_get_items");
    let [maximum, number] = triggers[0].items.clone().try_into().unwrap();
    assert_eq!((maximum.name.as_str(), maximum.key_.as_str()), ("Maximum number of processes", "kernel.maxproc"));
    assert_eq!(number.key_, "proc.num");
    assert_eq!(triggers[1].items[0].key_, "icmpping");
}

#[test]
fn a_severity_or_time_nobody_knows_becomes_unreadable_instead_of_a_guess() {
    for wrong in [r#""severity":"9","clock":"1""#, r#""severity":"1","clock":"999999999999""#] {
        let text = format!(r#"{{"eventid":"5","objectid":"1","value":"1",{wrong}}}"#);
        let row: EventRow = serde_json::from_str(&text).unwrap();
        let known = Surroundings::new(Now { wall: Timestamp::UNIX_EPOCH, elapsed: Elapsed(0) });
        let seen = row.problem(Key("5".into()), &known, |_| false, Timestamp::UNIX_EPOCH);
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
    assert_eq!(*problem.groups, ["group of 1", "group of 2"]);
}
