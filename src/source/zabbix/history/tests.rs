//! Values of a Zabbix made of memory, and recorded ones.

#![allow(clippy::unwrap_used, reason = "a failed test should stop")]
use super::super::fake::{Fake, FakeWire, TOKEN, timeout};
use super::super::parse::MeasuredRow;
use super::*;
use crate::desk::evidence::Wanted;
use std::sync::{Arc, Mutex};

const START: i64 = 1_789_838_000;

fn ask() -> Ask {
    let at = |second| Timestamp::from_second(second).unwrap();
    Ask {
        source: Some("zabbix".into()),
        wanted: Wanted::Values { objects: Vec::new() },
        from: at(START - 1_800),
        about: at(START),
        until: at(START + 90),
    }
}

fn find(wire: &FakeWire, objects: &[&str]) -> Result<Find, Error> {
    let mut api = Api::new(wire.clone(), Access::Token(TOKEN.into()));
    let objects: Vec<String> = objects.iter().map(|object| (*object).to_owned()).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(read(&mut api, &ask(), &objects, &TimeZone::get("Asia/Tokyo").unwrap()))
}

fn zabbix(version: (u16, u16)) -> FakeWire {
    FakeWire(Arc::new(Mutex::new(Fake { version, hosts: 10, ..Default::default() })))
}

#[test]
fn the_values_behind_the_problems_come_a_file_for_each_host_oldest_first() {
    for version in [(5, 0), (6, 0), (7, 2)] {
        let wire = zabbix(version);
        wire.fake().values = [(2, vec![(START - 60, "1"), (START + 5, "0")]), (12, vec![(START, "7")])].into();
        let found = find(&wire, &["2", "12", "4"]).unwrap();
        let [(part, content)] = found.files.try_into().unwrap();
        assert_eq!((part.host.as_str(), part.lines, part.origin.as_str()), ("host-3", 3, "value[2], value[12]"));
        let text = String::from_utf8(content).unwrap();
        assert_eq!(
            text,
            "# host-3: 値 2 (value[2])\n2026-09-20T02:12:20+09:00\t1\n2026-09-20T02:13:25+09:00\t0\n\n\
             # host-3: 値 12 (value[12])\n2026-09-20T02:13:20+09:00\t7\n"
        );
        let gap = |what: &str, why| Gap { kind: Kind::Values, source: "zabbix".into(), what: what.into(), why };
        assert_eq!(found.gaps, [gap("host-5 value[4]", Lack::Nothing)]);
    }
}

#[test]
fn what_keeps_no_single_values_is_told_by_the_hour_and_what_is_gone_is_said() {
    let wire = zabbix((6, 0));
    wire.fake().hours = [(2, vec![(START - 3_200, "1", "2", "3")])].into();
    wire.fake().deleted.insert(4);
    let found = find(&wire, &["2", "4", "no number"]).unwrap();
    let text = String::from_utf8(found.files[0].1.clone()).unwrap();
    assert_eq!(
        text,
        "# host-3: 値 2 (value[2]), hourly: values, least, mean, greatest\n2026-09-20T01:20:00+09:00\t60\t1\t2\t3\n"
    );
    assert_eq!((found.gaps.len(), found.gaps[0].what.as_str(), &found.gaps[0].why), (1, "trigger 4", &Lack::NotThere));
}

#[test]
fn the_newest_values_are_kept_and_the_rest_is_said() {
    let wire = zabbix((6, 0));
    wire.fake().values = [(2, (0..1_500).map(|n| (START - 1_500 + n, "0")).collect())].into();
    let found = find(&wire, &["2"]).unwrap();
    assert_eq!(found.files[0].0.lines, 1_000);
    assert!(matches!(&found.gaps[..], [Gap { why: Lack::Limit { .. }, .. }]), "{:?}", found.gaps);
    let calls = wire.fake().calls.iter().filter(|call| call.starts_with("history.get")).count();
    assert_eq!(calls, 1);
}

#[test]
fn an_outage_is_told_and_may_be_over_another_time() {
    let wire = zabbix((6, 0));
    wire.fake().trouble = [None, Some(Err(timeout()))].into();
    assert_eq!(find(&wire, &["2"]).unwrap_err().to_string(), "trigger.get: no answer");
}

#[test]
fn recorded_values_read() {
    fn rows<T: serde::de::DeserializeOwned>(name: &str) -> Vec<T> {
        let path = format!("{}/tests/zabbix/fixtures/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let fixture: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        serde_json::from_value(fixture["response"]["result"].clone()).unwrap()
    }
    let measured: Vec<MeasuredRow> = rows("trigger_get_measured");
    let item = &measured[0].items[0];
    assert_eq!((item.key_.as_str(), item.value_type), ("icmpping", 3));
    assert_eq!(measured[0].hosts[0].host, "core-sw-01");
    let values: Vec<ValueRow> = rows("history_get");
    assert!(!values.is_empty() && values.iter().all(|value| value.clock > START && !value.value.is_empty()));
    assert!(values.windows(2).all(|pair| pair[0].clock >= pair[1].clock), "the newest first");
    let hours: Vec<TrendRow> = rows("trend_get");
    assert!(hours.iter().all(|hour| hour.num > 0 && hour.clock % 3_600 == 0));
}
