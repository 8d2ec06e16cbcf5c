#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
//! Explanations of played days, compared as texts; `UPDATE=1` rewrites them, the difference is the review.

use super::*;
use crate::cli::text::Tongue;
use crate::config::{self, Environment};
use crate::control::view;
use crate::desk::Desk;
use crate::play;
use std::path::Path;

/// The dossier of `number` after `transcript` under the example rules with its own (`| …`) laid over them.
fn dossier(transcript: &str, number: &str) -> Dossier {
    let folder = tempfile::tempdir().unwrap();
    let example = folder.path().join("example");
    config::init(&example).unwrap();
    std::fs::write(example.join("zz-overlay.toml"), play::overlay(transcript)).unwrap();
    let today = jiff::civil::date(2026, 9, 20);
    let rules = config::load(&example, &Environment::default(), today).ok().unwrap().0.rules;
    let played = play::run(&rules, transcript);
    assert_eq!(played.faults, []);
    let mut dossier = view::dossier(&Desk::new(played.state, rules), number).unwrap();
    // The revision follows from every comment in the example.
    dossier.incident.verdicts.iter_mut().for_each(|verdict| verdict.rules_hash = "1a2b3c4d5e6f".to_owned());
    dossier
}

fn expect(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/trying").join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, format!("{text}\n")).unwrap();
    }
    assert_eq!(format!("{text}\n"), std::fs::read_to_string(&path).unwrap_or_default(), "{name}");
}

const SWITCH: &str = r#"@ 2026-09-20
02:13:40 zabbix app-juki "【URL】住民記録システム ログイン画面 応答異常（HTTP 0）" disaster component=web name=住民記録システム
02:13:46 zabbix srv-db-01 "【DB】基幹系DBサーバ PostgreSQL 接続不可（TCP 5432）" disaster component=postgresql name=基幹系DBサーバ
02:13:54 zabbix core-sw-01 "【死活】本庁舎コアスイッチ Ping応答なし" disaster component=core-switch name=本庁舎コアスイッチ
02:52 act 当番 ack KW-20260920-0001 party=n-sha at=02:50
"#;

#[test]
fn every_rule_is_shown_with_what_failed_and_everybody_with_why() {
    let dossier = dossier(SWITCH, "KW-20260920-0001");
    expect("explain.en.txt", &page::page(Tongue::En, &dossier));
    expect("explain.ja.txt", &page::page(Tongue::Ja, &dossier));
    let json = serde_json::to_value(Explained::of(&dossier)).unwrap();
    assert_eq!(json["verdicts"][0]["tried"][0]["result"], "Held");
    let told = json["told"].as_array().unwrap();
    assert!(told.iter().any(|message| message["kind"] == "request"), "{json}");
    assert!(json["not_asked"][0]["why"]["echo"]["cause"].is_string(), "{json}");
}

#[test]
fn a_verdict_decided_anew_shows_both_and_who_gave_it_back() {
    let transcript = r#"@ 2026-10-06
09:00:00 zabbix wan-rt-01 "【死活】北支所WANルータ Ping応答なし" average component=wan-router name=北支所WANルータ
09:20 act 田中 hand-back KW-20261006-0001 party=e-sha "回線に異常はありません"
09:40 clock
"#;
    let dossier = dossier(transcript, "KW-20261006-0001");
    expect("explain.handed-back.en.txt", &page::page(Tongue::En, &dossier));
}

#[test]
fn rules_that_disagree_are_shown_with_what_each_says_and_what_would_decide() {
    let transcript = include_str!("../../../tests/scenarios/rules-disagree.txt");
    let dossier = dossier(transcript.split("10:12 act").next().unwrap(), "KW-20261007-0001");
    expect("explain.disagreement.en.txt", &page::page(Tongue::En, &dossier));
    expect("explain.disagreement.ja.txt", &page::page(Tongue::Ja, &dossier));
    let json = serde_json::to_value(Explained::of(&dossier)).unwrap();
    assert_eq!(json["verdicts"][0]["unknown"]["disagreement"]["claims"][1]["parties"][0], "s-sha");
    assert_eq!(json["verdicts"][0]["would_change"][0]["need"]["rule"]["rule"], "サーバ証明書の期限切れ");
}
