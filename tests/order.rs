//! What must not matter: the order in which alerts arrive within the grouping window, and alerts that have nothing to do
//! with a fault. Random orders and subsets of real days, played under the example rules.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its own data should stop")]

use kiriwake::config::{self, Environment};
use kiriwake::desk::rules::Rules;
use kiriwake::play;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fs;
use std::sync::{Arc, LazyLock};

/// Machines of four vendors behind a switch that is not monitored.
const ANNEX: &str = r#"
[component.annex-switch]
name = "別館スイッチ"
party = "n-sha"
needs = ["core-switch"]
[component.annex-server]
party = "s-sha"
hosts = ["annex-srv-01"]
needs = ["annex-switch"]
[component.annex-phone]
party = "c-sha"
hosts = ["annex-tel-01"]
needs = ["annex-switch"]
[component.annex-nas]
party = "t-sha"
hosts = ["annex-nas-01"]
needs = ["annex-switch"]
"#;

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in config::EXAMPLE {
        fs::write(folder.path().join(name), text).unwrap();
    }
    fs::write(folder.path().join("zz-annex.toml"), ANNEX).unwrap();
    let loaded = config::load(folder.path(), &Environment::default(), "2026-09-01".parse().unwrap());
    loaded
        .map(|(settings, _)| Arc::unwrap_or_clone(settings.rules))
        .map_err(|_| "the example rules are faulty")
        .unwrap()
});

/// Alerts that belong together: source words without a time, and when each began.
type Day = &'static [(&'static str, &'static str)];

/// A storage goes, and takes databases and hypervisors along.
const STORAGE: Day = &[
    (r#"srv-db-01 "【DB】基幹系DBサーバ PostgreSQL 接続不可（TCP 5432）" disaster component=postgresql"#, "10:00:00"),
    (r#"srv-hv-01 "【死活】仮想化基盤サーバ1号機 Ping応答なし" high component=hypervisor"#, "10:00:07"),
    (r#"strg-01 "【死活】業務系共有ストレージ Ping応答なし" disaster component=storage"#, "10:00:31"),
    (r#"srv-hv-02 "【死活】仮想化基盤サーバ2号機 Ping応答なし" high component=hypervisor"#, "10:00:12"),
    (r#"app-juki "【URL】住民記録システム ログイン画面 応答異常（HTTP 0）" disaster component=web"#, "10:00:03"),
    (r#"app-tax "【URL】税務システム ログイン画面 応答異常（HTTP 0）" high component=web"#, "10:00:20"),
];
/// A switch nobody watches.
const SILENT: Day = &[
    (r#"annex-srv-01 "【死活】別館サーバ Ping応答なし" high"#, "10:00:05"),
    (r#"annex-tel-01 "【死活】別館電話装置 Ping応答なし" high"#, "10:00:25"),
    (r#"annex-nas-01 "【死活】別館NAS Ping応答なし" high"#, "10:00:45"),
];
/// Something else in the same minute.
const ELSEWHERE: Day = &[
    (r#"wan-rt-03 "【死活】保健センターWANルータ Ping応答なし" average component=wan-router"#, "10:00:15"),
    (r#"teams-gw-01 "【電話】Teams電話ゲートウェイ SIPトランク切断" high component=sip-gateway"#, "10:00:40"),
];

/// What became of every fault: its members, its first verdict. Numbers and ids depend on the order and stay out.
fn outcome(arrivals: &[(&str, &str)]) -> BTreeSet<String> {
    let mut text = String::from("@ 2026-10-07\n");
    for (nth, (words, at)) in arrivals.iter().enumerate() {
        let second = 2 * nth;
        text.push_str(&format!("10:01:{second:02} zabbix {words} at={at}\n"));
    }
    text.push_str("10:10 clock\n");
    let played = play::run(&RULES, &text);
    assert!(played.faults.is_empty(), "{:?}", played.faults.iter().map(ToString::to_string).collect::<Vec<_>>());
    let state = &played.state;
    let faults = state.incidents.values().filter(|incident| incident.number.is_some());
    faults
        .map(|incident| {
            let members: BTreeSet<&str> =
                state.members_of(incident.id).map(|alert| alert.problem.host.as_str()).collect();
            let verdict = incident.verdicts.first().unwrap();
            let (code, parties, component) = (verdict.code, &verdict.parties, &verdict.component);
            format!("{members:?}: {code:?} {parties:?} {component:?} {:?} {}", verdict.confidence, incident.occurred)
        })
        .collect()
}

fn together() -> Vec<(&'static str, &'static str)> {
    [STORAGE, SILENT, ELSEWHERE].concat()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_arrival_changes_no_verdict(arrivals in Just(together()).prop_shuffle()) {
        prop_assert_eq!(outcome(&arrivals), outcome(&together()));
    }

    #[test]
    fn what_is_unrelated_changes_no_verdict(
        arrivals in Just(together()).prop_shuffle(),
        left_out in proptest::sample::subsequence(ELSEWHERE.to_vec(), 0..=ELSEWHERE.len()),
    ) {
        let with: BTreeSet<String> = outcome(&arrivals);
        let fewer: Vec<_> = arrivals.iter().copied().filter(|arrival| !left_out.contains(arrival)).collect();
        let expected: BTreeSet<String> = with
            .into_iter()
            .filter(|fault| !left_out.iter().any(|(words, _)| {
                words.split(' ').next().is_some_and(|host| fault.contains(&format!("{host:?}")))
            }))
            .collect();
        prop_assert_eq!(outcome(&fewer), expected);
    }
}

#[test]
fn the_faults_of_that_minute_are_told_apart() {
    let faults = outcome(&together());
    assert_eq!(faults.len(), 4, "{faults:#?}");
    let of = |host: &str| faults.iter().find(|fault| fault.contains(&format!("{host:?}"))).unwrap();
    assert!(of("strg-01").contains("t-sha") && of("strg-01").contains("app-tax"), "{}", of("strg-01"));
    assert!(of("annex-nas-01").contains("n-sha") && of("annex-nas-01").contains("annex-switch"));
    assert!(of("wan-rt-03").contains("e-sha"));
    assert!(of("teams-gw-01").contains("c-sha"));
}
