//! Letters to offices in charge.

use super::handling::settled;
use super::*;

pub(super) fn offices() -> Vec<(&'static str, Letter)> {
    let printer = |change: &dyn Fn(&mut Facts)| {
        small(|facts| {
            facts.summary = "【死活】1階住民課複合機 Ping応答なし".into();
            facts.host = ("prn-1f-01".into(), "1階住民課複合機".into());
            facts.component = Some("複合機".into());
            facts.systems = Vec::new();
            facts.scope = Some(ImpactScope::One);
            facts.substitute = Some(true);
            facts.residents = Some(false);
            facts.stage = Stage::OnHold;
            facts.verdict =
                verdict(VerdictCode::ScopeOut, Confidence::Probable, &["P株式会社"], "保守契約に含まれない機器のため");
            change(facts);
        })
    };
    vec![
        (
            "scope-out",
            letter(
                "2026-11-20T10:30:00",
                office(),
                Matter::Consultation {
                    incident: printer(&|_| {}),
                    wished_by: Some(at("2026-11-25T17:00:00")),
                    nth: 1,
                    closed: None,
                    first: false,
                    held: None,
                    news: Vec::new(),
                },
            ),
        ),
        (
            "other-contract",
            letter(
                "2026-11-20T10:30:00",
                office(),
                Matter::Consultation {
                    incident: printer(&other_contract),
                    wished_by: None,
                    nth: 1,
                    closed: None,
                    first: true,
                    held: None,
                    news: Vec::new(),
                },
            ),
        ),
        (
            "other-contract-phone-note",
            letter(
                "2026-11-20T20:30:00",
                desk(),
                Matter::PhoneNote { incident: printer(&other_contract), calls: vec![decides()], tried: Vec::new() },
            ),
        ),
        (
            "scope-out-again",
            letter(
                "2026-11-26T09:00:00",
                office(),
                Matter::Consultation {
                    incident: printer(&|_| {}),
                    wished_by: None,
                    nth: 2,
                    closed: None,
                    first: false,
                    held: None,
                    news: Vec::new(),
                },
            ),
        ),
        (
            "consultation-vendor-closed",
            letter(
                "2026-11-20T17:55:00",
                office(),
                Matter::Consultation {
                    incident: small(|facts| {
                        facts.summary = "【ハード】業務系共有ストレージ 電源ユニットA 異常".into();
                        facts.effect = Some(Effect::None);
                        facts.host = ("strg-01".into(), "業務系共有ストレージ".into());
                        facts.component = Some("共有ストレージ".into());
                        facts.verdict = verdict(
                            VerdictCode::Single,
                            Confidence::Probable,
                            &["T株式会社"],
                            "電源ユニットの異常のため",
                        );
                        facts.stage = Stage::Requested;
                        facts.office_closed = true;
                        facts.residents = Some(false);
                        facts.impact.one_sided = Some(OneSided::default());
                        facts.asked = vec![Asked {
                            party: "T株式会社".into(),
                            ask: Ask::Repair,
                            at: at("2026-11-20T17:31:00"),
                            acknowledged: None,
                            started: None,
                            by: None,
                            over: None,
                            lost: false,
                        }];
                    }),
                    wished_by: None,
                    nth: 1,
                    closed: Some(closed()),
                    first: true,
                    held: None,
                    news: Vec::new(),
                },
            ),
        ),
        (
            "unknown-first-report",
            letter(
                "2026-11-20T10:12:00",
                office(),
                Matter::FirstReport {
                    incident: small(|facts| {
                        facts.severity = 2;
                        facts.scope = None;
                        facts.verdict =
                            verdict(VerdictCode::Unknown, Confidence::Unknown, &[], "どのルールにも当てはまらないため");
                    }),
                    next_report: Some(at("2026-11-20T12:00:00")),
                },
            ),
        ),
        (
            "overrun-first-report",
            letter(
                "2026-11-20T12:01:30",
                office(),
                Matter::FirstReport { incident: overrun(), next_report: Some(at("2026-11-20T13:15:00")) },
            ),
        ),
        (
            "nothing-known-first-report",
            letter(
                "2026-11-20T10:12:00",
                office(),
                Matter::FirstReport {
                    incident: small(|facts| {
                        facts.summary = String::new();
                        facts.host = (String::new(), String::new());
                        facts.component = None;
                        facts.systems = Vec::new();
                        facts.scope = None;
                        facts.occurred_mark = OccurredMark::Estimated;
                    }),
                    next_report: None,
                },
            ),
        ),
        (
            "external",
            letter(
                "2026-11-20T10:12:00",
                office(),
                Matter::External {
                    incident: small(|facts| {
                        facts.severity = 2;
                        facts.summary = "【死活】北支所WANルータ Ping応答なし".into();
                        facts.host = ("wan-rt-01".into(), "北支所WANルータ".into());
                        facts.component = Some("WAN回線".into());
                        facts.systems = strings(&["支所窓口"]);
                        facts.alerts = 5;
                        facts.hosts = 5;
                        facts.verdict = verdict(
                            VerdictCode::External,
                            Confidence::Probable,
                            &["E通信株式会社"],
                            "全支所の回線が同時に切断されたため",
                        );
                    }),
                    service: "E通信株式会社 広域回線サービス".into(),
                },
            ),
        ),
        (
            "external-told",
            letter(
                "2026-11-20T10:12:00",
                office(),
                Matter::External {
                    incident: small(|facts| {
                        facts.summary = "広域回線の故障".into();
                        facts.host = (String::new(), "WAN回線".into());
                        facts.component = Some("WAN回線".into());
                        facts.detected_by = DetectedBy::Vendor;
                        facts.verdict =
                            verdict(VerdictCode::External, Confidence::Probable, &["E通信株式会社"], "申告のため");
                    }),
                    service: "E通信株式会社 広域回線サービス".into(),
                },
            ),
        ),
        (
            "external-settled",
            letter(
                "2026-11-20T10:12:00",
                office(),
                Matter::External {
                    incident: small(|facts| {
                        facts.summary = "【電話】SIPトランク切断".into();
                        facts.host = ("teams-gw-01".into(), "Teams電話ゲートウェイ".into());
                        facts.component = Some("Teams電話ゲートウェイ".into());
                        facts.stage = Stage::Isolating;
                        facts.next_report = Some(at("2026-11-20T11:00:00"));
                        facts.verdict = settled(VerdictCode::External, "通信キャリアの障害情報を確認");
                    }),
                    service: String::new(),
                },
            ),
        ),
        (
            "consultation-held",
            letter(
                "2026-11-20T10:12:00",
                office(),
                Matter::Consultation {
                    incident: small(|facts| facts.stage = Stage::OnHold),
                    wished_by: None,
                    nth: 2,
                    closed: None,
                    first: false,
                    held: Some("増設の予算待ち".into()),
                    news: Vec::new(),
                },
            ),
        ),
        (
            "reported-first-report",
            letter(
                "2026-11-20T10:12:00",
                office(),
                Matter::FirstReport {
                    incident: small(|facts| {
                        facts.summary = "財務会計の印刷ができない".into();
                        facts.host = (String::new(), "財務会計システム".into());
                        facts.component = Some("財務会計アプリケーション".into());
                        facts.occurred_mark = OccurredMark::Reported;
                        facts.detected_by = DetectedBy::UserPhone;
                        facts.systems = strings(&["財務会計システム"]);
                        facts.effect = None;
                    }),
                    next_report: None,
                },
            ),
        ),
        (
            "security",
            letter(
                "2026-11-20T10:12:00",
                to("A町 CSIRT", None, false),
                Matter::Security { number: Number("KW-20261120-0003".into()), least: Least::Suspected },
            ),
        ),
        (
            "relapse-interim",
            letter(
                "2026-11-20T15:00:00",
                office(),
                Matter::Interim {
                    incident: small(|facts| {
                        facts.severity = 2;
                        facts.severity_by = By::Desk;
                        facts.stage = Stage::WorkedAround;
                        facts.workaround = Some("予備のサーバへの切替え。".into());
                        facts.returned = Some(at("2026-11-20T14:10:00"));
                    }),
                    nth: 11,
                    news: vec![
                        Happening { at: at("2026-11-19T14:00:00"), what: What::Severity { from: 3, to: 2 } },
                        Happening { at: at("2026-11-20T14:10:00"), what: What::Relapsed },
                        Happening { at: at("2026-11-20T14:12:00"), what: What::Spread { alerts: 3 } },
                        Happening {
                            at: at("2026-11-20T14:15:00"),
                            what: What::Verdict { code: VerdictCode::Single, parties: strings(&["D株式会社"]) },
                        },
                        Happening {
                            at: at("2026-11-20T14:15:00"),
                            what: What::Asked { party: "D株式会社".into(), ask: Ask::Repair },
                        },
                        Happening { at: at("2026-11-20T14:40:00"), what: What::DeskStarted },
                    ],
                    last: None,
                    next_report: Some(at("2026-11-24T09:00:00")),
                },
            ),
        ),
    ]
}

/// Somebody else keeps it, under another contract.
fn other_contract(facts: &mut Facts) {
    if let Some(verdict) = &mut facts.verdict {
        let (component, owner) = ("複合機".to_owned(), "P株式会社".to_owned());
        verdict.because = Because::OtherContract { component, owner };
        verdict.owner = Some(Owner {
            organization: "P株式会社".into(),
            contact: "サポート窓口".into(),
            phone: "00-0000-0060".into(),
            hours: "平日 9:00〜17:00".into(),
            contract: "P-77".into(),
            contracted: true,
        });
    }
}

/// The office is called, and asked for its decision.
fn decides() -> Call {
    Call {
        organization: "A町 総務課 情報係".into(),
        contact: "緊急連絡先".into(),
        person: false,
        phone: "00-0000-0101".into(),
        hours: "24時間".into(),
        contract: String::new(),
        purpose: Purpose::Decide,
        rank: 1,
        then: Vec::new(),
        nth: 1,
        part: None,
        only_word: false,
    }
}
