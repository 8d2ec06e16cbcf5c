//! The night of the core switch.

use super::*;

pub(super) fn core_switch() -> Vec<(&'static str, Letter)> {
    let office_facts = |change: &dyn Fn(&mut Facts)| {
        let mut facts = switch();
        change(&mut facts);
        Box::new(facts)
    };
    let at_work = |facts: &mut Facts| {
        facts.stage = Stage::InProgress;
        facts.asked[0].acknowledged = Some(at("2026-09-20T02:50:00"));
        facts.asked[0].started = Some(at("2026-09-20T02:55:00"));
    };
    let recovery = RecoveryFacts {
        normal: None,
        usable: at("2026-09-20T07:31:10"),
        restored: at("2026-09-20T07:48:00"),
        checked_by: Some("窓口 佐藤".into()),
        check: "全業務システムのログイン画面の表示と、住民記録システムへのログインを確認し、いずれも正常".into(),
        treatment: "スーパーバイザモジュール2枚を交換し、再起動".into(),
        remaining: Some(number(2)),
        elsewhere: Vec::new(),
        before: Vec::new(),
        cause: None,
    };
    let recovered = |facts: &mut Facts| {
        at_work(facts);
        facts.stage = Stage::Restored;
        facts.still_red = strings(&["仮想化基盤サーバ2号機", "税務APサーバ"]);
    };
    let mut for_vendor = switch_for_vendor();
    for_vendor.stage = Stage::Restored;
    for_vendor.systems.truncate(2);
    let known = RecoveryFacts {
        normal: None,
        remaining: None,
        elsewhere: Vec::new(),
        cause: Some((CauseClass::Hw, "スーパーバイザモジュール2枚の同時故障".into())),
        ..recovery.clone()
    };
    vec![
        (
            "sc1-recovery-cause-known",
            letter(
                "2026-09-20T07:48:00",
                office(),
                Matter::Recovery {
                    incident: office_facts(&|facts| {
                        recovered(facts);
                        facts.still_red = Vec::new();
                    }),
                    recovery: known,
                    to_office: true,
                },
            ),
        ),
        (
            "sc1-interim-workaround",
            letter(
                "2026-09-20T05:00:00",
                office(),
                Matter::Interim {
                    incident: office_facts(&|facts| {
                        at_work(facts);
                        facts.stage = Stage::WorkedAround;
                        facts.workaround = Some(
                            "予備のスイッチへ主要な回線をつなぎ替え、住民記録システムを利用可能にしました。".into(),
                        );
                        facts.cause = Some((CauseClass::Hw, "スーパーバイザモジュール2枚の同時故障".into()));
                    }),
                    nth: 3,
                    news: vec![
                        Happening {
                            at: at("2026-09-20T04:40:00"),
                            what: What::CauseFound {
                                class: CauseClass::Hw,
                                direct: "スーパーバイザモジュール2枚の同時故障".into(),
                            },
                        },
                        Happening {
                            at: at("2026-09-20T04:52:00"),
                            what: What::WorkedAround {
                                text: "予備のスイッチへ主要な回線をつなぎ替え、住民記録システムを利用可能にしました。"
                                    .into(),
                            },
                        },
                        Happening {
                            at: at("2026-09-20T04:55:00"),
                            what: What::Merged { number: "KW-20260920-0002".into(), alerts: 3 },
                        },
                    ],
                    last: None,
                    next_report: Some(at("2026-09-20T06:00:00")),
                },
            ),
        ),
        (
            "cancelled-false-alarm",
            letter(
                "2026-09-20T03:10:00",
                office(),
                Matter::Cancelled {
                    incident: office_facts(&|_| {}),
                    kind: CancelKind::FalseAlarm,
                    reason: "監視装置の時刻同期の不具合による誤検知".into(),
                },
            ),
        ),
        (
            "cancelled-other",
            letter(
                "2026-09-20T03:10:00",
                office(),
                Matter::Cancelled {
                    incident: office_facts(&|_| {}),
                    kind: CancelKind::Other,
                    reason: "利用者の操作によるものと確認".into(),
                },
            ),
        ),
        (
            "merged-office",
            letter(
                "2026-09-20T03:10:00",
                office(),
                Matter::Merged { incident: office_facts(&|_| {}), into: number(2), to_office: true, goes_on: false },
            ),
        ),
        (
            "merged-vendor",
            letter(
                "2026-09-20T03:10:00",
                network_vendor(),
                Matter::Merged {
                    incident: Box::new(switch_for_vendor()),
                    into: number(2),
                    to_office: false,
                    goes_on: false,
                },
            ),
        ),
        (
            "sc1-first-report",
            letter(
                "2026-09-20T02:15:25",
                office(),
                Matter::FirstReport { incident: office_facts(&|_| {}), next_report: Some(at("2026-09-20T03:00:00")) },
            ),
        ),
        (
            "sc1-request",
            letter(
                "2026-09-20T02:15:20",
                network_vendor(),
                Matter::Request {
                    incident: Box::new(switch_for_vendor()),
                    ask: Ask::Repair,
                    acknowledge_by: at("2026-09-20T02:45:20"),
                    entry_phone: Some("00-0000-0002".into()),
                    log: strings(&[
                        "Sep 20 02:13:10 core-sw-01 %REDUNDANCY-3-SWITCHOVER: RP switchover (PEER_NOT_PRESENT)",
                        "Sep 20 02:13:11 core-sw-01 %PLATFORM-1-CRASHED: System crashed, both supervisors lost, last reset reason unknown",
                    ]),
                    before: None,
                    extracts: Vec::new(),
                    no_log: None,
                },
            ),
        ),
        (
            "sc1-phone-note",
            letter(
                "2026-09-20T02:15:20",
                desk(),
                Matter::PhoneNote {
                    incident: office_facts(&|_| {}),
                    calls: vec![
                        call(1, "保守受付", false, Purpose::Ask(Ask::Repair)),
                        call(2, "中村", true, Purpose::Ask(Ask::Repair)),
                        call(3, "緊急連絡先", false, Purpose::Inform),
                    ],
                    tried: Vec::new(),
                },
            ),
        ),
        (
            "sc1-chaser",
            letter(
                "2026-09-20T02:45:20",
                to("株式会社N", Some("中村"), true),
                Matter::Chaser {
                    incident: Box::new(switch_for_vendor()),
                    ask: Ask::Repair,
                    asked_at: at("2026-09-20T02:15:10"),
                    nth: 1,
                    answer_by: Some(at("2026-09-20T03:15:00")),
                    asked_of: None,
                },
            ),
        ),
        (
            "sc1-internal-not-acknowledged",
            letter(
                "2026-09-20T02:45:20",
                desk(),
                Matter::Internal {
                    incident: Some(office_facts(&|_| {})),
                    notice: Notice::NotAcknowledged {
                        party: "株式会社N".into(),
                        asked_at: at("2026-09-20T02:15:10"),
                        reminded: true,
                        phone: Some(true),
                    },
                },
            ),
        ),
        (
            "sc1-phone-note-chase",
            letter(
                "2026-09-20T02:45:20",
                desk(),
                Matter::PhoneNote {
                    incident: office_facts(&|_| {}),
                    calls: vec![Call {
                        then: vec![NextContact {
                            contact: "技術責任者".into(),
                            person: false,
                            phone: "00-0000-0012".into(),
                        }],
                        ..call(1, "中村", true, Purpose::Chase)
                    }],
                    tried: vec![Tried {
                        organization: "株式会社N".into(),
                        contact: "保守受付".into(),
                        result: CallResult::NoAnswer,
                        at: at("2026-09-20T02:20:00"),
                    }],
                },
            ),
        ),
        (
            "sc1-interim-2",
            letter(
                "2026-09-20T03:00:00",
                office(),
                Matter::Interim {
                    incident: office_facts(&at_work),
                    nth: 2,
                    news: vec![
                        happening("02:45:20", What::Chased { party: "株式会社N".into() }),
                        happening("02:50:00", What::Acknowledged { party: "株式会社N".into() }),
                        happening("02:55:00", What::Started { party: "株式会社N".into() }),
                    ],
                    last: None,
                    next_report: Some(at("2026-09-20T04:00:00")),
                },
            ),
        ),
        (
            "sc1-interim-3-nothing-new",
            letter(
                "2026-09-20T04:00:00",
                office(),
                Matter::Interim {
                    incident: office_facts(&at_work),
                    nth: 3,
                    news: Vec::new(),
                    last: Some(happening("02:55:00", What::Started { party: "株式会社N".into() })),
                    next_report: Some(at("2026-09-20T05:00:00")),
                },
            ),
        ),
        (
            "sc1-interim-4-note",
            letter(
                "2026-09-20T04:10:00",
                office(),
                Matter::Interim {
                    incident: office_facts(&at_work),
                    nth: 4,
                    news: vec![happening(
                        "04:08:00",
                        What::Note {
                            text: "株式会社Nの技術者が5時30分頃に本庁舎へ到着する見込みです。".into()
                        },
                    )],
                    last: None,
                    next_report: None,
                },
            ),
        ),
        (
            "sc1-interim-5-verifying",
            letter(
                "2026-09-20T07:36:10",
                office(),
                Matter::Interim {
                    incident: office_facts(&|facts| {
                        at_work(facts);
                        facts.stage = Stage::Verifying;
                        facts.still_red = strings(&["仮想化基盤サーバ2号機", "税務APサーバ"]);
                    }),
                    nth: 5,
                    news: vec![happening("07:31:10", What::BackToNormal { still_red: Vec::new() })],
                    last: None,
                    next_report: None,
                },
            ),
        ),
        (
            "sc1-internal-please-check",
            letter(
                "2026-09-20T07:36:10",
                desk(),
                Matter::Internal {
                    incident: Some(office_facts(&|facts| {
                        at_work(facts);
                        facts.stage = Stage::Verifying;
                    })),
                    notice: Notice::PleaseCheck,
                },
            ),
        ),
        (
            "sc1-recovery",
            letter(
                "2026-09-20T07:48:30",
                office(),
                Matter::Recovery { incident: office_facts(&recovered), recovery: recovery.clone(), to_office: true },
            ),
        ),
        (
            "sc1-recovery-vendor",
            letter(
                "2026-09-20T07:48:30",
                network_vendor(),
                Matter::Recovery {
                    incident: Box::new(for_vendor),
                    recovery: RecoveryFacts {
                        normal: None,
                        treatment: String::new().into(),
                        checked_by: None,
                        remaining: None,
                        elsewhere: Vec::new(),
                        ..recovery
                    },
                    to_office: false,
                },
            ),
        ),
    ]
}

pub(super) fn call(rank: u32, contact: &str, person: bool, purpose: Purpose) -> Call {
    let office = purpose == Purpose::Inform;
    Call {
        organization: if office { "A町 総務課 情報係".into() } else { "株式会社N".into() },
        contact: contact.into(),
        person,
        phone: if office { "00-0000-0003".into() } else { "00-0000-0010".into() },
        hours: if office { "緊急連絡先（終日）".into() } else { "24時間365日".into() },
        contract: if office { String::new() } else { "R8-情-012".into() },
        purpose,
        rank,
        then: Vec::new(),
        nth: 0,
        part: None,
        only_word: false,
    }
}
