//! Letters to vendors.

use super::*;

pub(super) fn vendors() -> Vec<(&'static str, Letter)> {
    vec![
        (
            "inquiry",
            letter(
                "2026-11-20T10:20:00",
                to("D株式会社", Some("サポート窓口"), false),
                Matter::Request {
                    incident: small(|facts| {
                        facts.verdict = verdict(
                            VerdictCode::Single,
                            Confidence::Possible,
                            &["D株式会社"],
                            "直前の変更がある機能のため",
                        );
                        facts.summary = "財務会計の印刷ができない".into();
                        facts.messages = strings(&["財務会計の印刷ができない"]);
                        facts.host = (String::new(), "財務会計システム".into());
                        facts.component = Some("財務会計アプリケーション".into());
                        facts.occurred_mark = OccurredMark::Reported;
                        facts.detected_by = DetectedBy::UserPhone;
                        facts.systems = strings(&["財務会計システム"]);
                        facts.scope = Some(ImpactScope::One);
                    }),
                    ask: Ask::Inquiry,
                    acknowledge_by: at("2026-11-20T12:20:00"),
                    entry_phone: None,
                    log: Vec::new(),
                    before: None,
                    extracts: Vec::new(),
                    no_log: None,
                },
            ),
        ),
        (
            "overrun",
            letter(
                "2026-11-20T12:01:30",
                to("S株式会社", Some("サポートセンター"), false),
                Matter::Request {
                    incident: overrun(),
                    ask: Ask::Repair,
                    acknowledge_by: at("2026-11-20T13:01:30"),
                    entry_phone: Some("00-0000-0002".into()),
                    log: Vec::new(),
                    before: None,
                    extracts: Vec::new(),
                    no_log: None,
                },
            ),
        ),
        (
            "two-vendors-database",
            letter(
                "2026-11-20T10:20:00",
                to("D株式会社", Some("サポート窓口"), false),
                Matter::Request {
                    incident: slow_database("D株式会社", "PostgreSQL"),
                    ask: Ask::Inquiry,
                    acknowledge_by: at("2026-11-20T11:20:00"),
                    entry_phone: None,
                    log: Vec::new(),
                    before: None,
                    extracts: Vec::new(),
                    no_log: None,
                },
            ),
        ),
        (
            "two-vendors-storage",
            letter(
                "2026-11-20T10:20:00",
                to("T株式会社", None, false),
                Matter::Request {
                    incident: slow_database("T株式会社", "ストレージ"),
                    ask: Ask::Repair,
                    acknowledge_by: at("2026-11-24T11:00:00"),
                    entry_phone: Some("00-0000-0002".into()),
                    log: strings(&["strg-01 latency_ms=120 snmp community: s3cret"]),
                    extracts: vec![Extract {
                        sha256: "ab".repeat(32),
                        encoding: "cp932".into(),
                        lines: 3_000,
                        before: 20,
                    }],
                    no_log: Some(NoLog::Failed),
                    before: Some(AskedBefore {
                        at: at("2026-11-20T10:06:00"),
                        severity: 3,
                        withdrawn: None,
                        not_ours: None,
                    }),
                },
            ),
        ),
        (
            "asked-again-after-withdrawal",
            letter(
                "2026-11-20T10:20:00",
                to("T株式会社", None, false),
                Matter::Request {
                    incident: slow_database("T株式会社", "ストレージ"),
                    ask: Ask::Repair,
                    acknowledge_by: at("2026-11-24T11:00:00"),
                    entry_phone: Some("00-0000-0002".into()),
                    log: Vec::new(),
                    extracts: Vec::new(),
                    no_log: None,
                    before: Some(AskedBefore {
                        at: at("2026-11-20T10:06:00"),
                        severity: 3,
                        withdrawn: Some(at("2026-11-20T10:12:00")),
                        not_ours: None,
                    }),
                },
            ),
        ),
        (
            "chaser-second",
            letter(
                "2026-11-24T11:00:00",
                to("T株式会社", Some("保守課長 高橋"), true),
                Matter::Chaser {
                    incident: slow_database("T株式会社", "ストレージ"),
                    ask: Ask::Inquiry,
                    asked_at: at("2026-11-20T10:20:00"),
                    nth: 2,
                    answer_by: Some(at("2026-11-24T13:00:00")),
                    asked_of: Some(("サポート窓口".into(), false)),
                },
            ),
        ),
        (
            "withdrawal",
            letter(
                "2026-11-20T11:40:00",
                to("D株式会社", Some("サポート窓口"), false),
                Matter::Withdrawal {
                    incident: slow_database("D株式会社", "PostgreSQL"),
                    asked_at: at("2026-11-20T10:20:00"),
                    cancelled: None,
                    under: None,
                },
            ),
        ),
        (
            "addition",
            letter(
                "2026-11-20T10:31:00",
                to("D株式会社", Some("サポート窓口"), false),
                Matter::Addition {
                    incident: slow_database("D株式会社", "PostgreSQL"),
                    ask: Ask::Repair,
                    asked_at: at("2026-11-20T10:20:00"),
                    alerts: vec![Fact::Alert {
                        host: "基幹系DBサーバ".into(),
                        summary: "【ハード】基幹系DBサーバ RAIDコントローラ 異常".into(),
                        at: at("2026-11-20T10:30:00"),
                    }],
                },
            ),
        ),
    ]
}
