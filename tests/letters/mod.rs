//! Letters of days at the example site, as the desk would fix them.

use jiff::Timestamp;
use kiriwake::desk::ids::Number;
use kiriwake::desk::letter::*;
use kiriwake::desk::rules::{Asset, CauseClass, Confidence, ImpactScope, Language, VerdictCode};

/// A time of the site's zone.
fn at(text: &str) -> Timestamp {
    format!("{text}+09:00").parse().unwrap()
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn number(nth: u32) -> Number {
    Number(format!("KW-20260920-{nth:04}"))
}

fn to(organization: &str, contact: Option<&str>, person: bool) -> Addressee {
    Addressee { organization: organization.into(), contact: contact.map(Into::into), person }
}

fn office() -> Addressee {
    to("A町 総務課 情報係", None, false)
}

fn network_vendor() -> Addressee {
    to("株式会社N", Some("保守受付"), false)
}

fn desk() -> Addressee {
    to("株式会社K", Some("運用窓口"), false)
}

fn letter(written: &str, to: Addressee, matter: Matter) -> Letter {
    let night = !(8..18).contains(&written[11..13].parse::<u8>().unwrap()) || written.starts_with("2026-09-20");
    Letter {
        language: Language::Ja,
        timezone: "Asia/Tokyo".into(),
        written: at(written),
        to,
        from: Signature {
            site: "A町".into(),
            desk: "システム運用窓口".into(),
            organization: "株式会社K".into(),
            phone: Some(("00-0000-0000".into(), "平日 8:00〜18:00".into())),
            night_phone: Some("00-0000-0001".into()),
            out_of_hours: night,
        },
        matter,
    }
}

/// The core switch, as the office may know it.
fn switch() -> Facts {
    Facts {
        number: number(1),
        severity: 1,
        severity_by: By::Machine,
        summary: "【死活】本庁舎コアスイッチ Ping応答なし".into(),
        host: ("core-sw-01".into(), "本庁舎コアスイッチ".into()),
        component: Some("コアスイッチ".into()),
        occurred: at("2026-09-20T02:13:40"),
        occurred_mark: OccurredMark::Monitoring,
        detected_by: DetectedBy::Zabbix,
        alerts: 40,
        hosts: 40,
        echoes: strings(&["サーバファームスイッチ", "業務系共有ストレージ"]),
        messages: strings(&["【死活】本庁舎コアスイッチ Ping応答なし", "【死活】サーバファームスイッチ Ping応答なし"]),
        systems: strings(&[
            "住民記録システム",
            "税務システム",
            "福祉システム",
            "財務会計システム",
            "グループウェア",
            "ファイル共有",
            "Teams電話",
        ]),
        scope: Some(ImpactScope::All),
        residents: Some(true),
        substitute: Some(false),
        office_closed: true,
        verdict: Some(VerdictFacts {
            code: VerdictCode::Single,
            confidence: Confidence::Probable,
            by: By::Machine,
            parties: strings(&["株式会社N"]),
            cause: Some(CauseClass::Nw),
            because: "応答のない機器がすべてコアスイッチの配下にあり、コアスイッチ自身も応答しないため".into(),
            evidence: vec![
                Fact::Ping { target: "core-sw-01".into(), answered: false, at: at("2026-09-20T02:14:40") },
                Fact::Behind { failing: 40, of: 40 },
                Fact::Quiet { target: "監視セグメントスイッチ".into() },
            ],
            not_known: vec![Fact::PingNotKnown { target: "srv-bk-01".into() }],
        }),
        target: None,
        asked: vec![Asked {
            party: "株式会社N".into(),
            ask: Ask::Repair,
            at: at("2026-09-20T02:15:10"),
            acknowledged: None,
            started: None,
        }],
        still_red: Vec::new(),
        stage: Stage::Requested,
    }
}

/// The same for the vendor that keeps it.
fn switch_for_vendor() -> Facts {
    let mut facts = switch();
    facts.asked.clear();
    facts.echoes.clear();
    facts.target = Some(Target {
        name: "コアスイッチ".into(),
        hosts: strings(&["core-sw-01"]),
        asset: Asset {
            model: "X-9000".into(),
            serial: "S123".into(),
            place: "本庁舎2階".into(),
            contract: "R8-情-012".into(),
        },
    });
    facts
}

/// A smaller fault in office hours; `change` makes it the one needed.
fn small(change: impl FnOnce(&mut Facts)) -> Box<Facts> {
    let mut facts = Facts {
        number: Number("KW-20261120-0002".into()),
        severity: 3,
        severity_by: By::Machine,
        summary: "【容量】基幹系DBサーバ ディスク使用率 / 95%（閾値90%）".into(),
        host: ("srv-db-01".into(), "基幹系DBサーバ".into()),
        component: Some("OS".into()),
        occurred: at("2026-11-20T10:05:20"),
        occurred_mark: OccurredMark::Monitoring,
        detected_by: DetectedBy::Zabbix,
        alerts: 1,
        hosts: 1,
        echoes: Vec::new(),
        messages: strings(&["【容量】基幹系DBサーバ ディスク使用率 / 95%（閾値90%）"]),
        systems: strings(&["住民記録システム", "税務システム"]),
        scope: Some(ImpactScope::Several),
        residents: None,
        substitute: None,
        office_closed: false,
        verdict: None,
        target: None,
        asked: Vec::new(),
        still_red: Vec::new(),
        stage: Stage::Isolating,
    };
    change(&mut facts);
    Box::new(facts)
}

fn verdict(code: VerdictCode, confidence: Confidence, parties: &[&str], because: &str) -> Option<VerdictFacts> {
    Some(VerdictFacts {
        code,
        confidence,
        by: By::Machine,
        parties: strings(parties),
        cause: None,
        because: because.into(),
        evidence: Vec::new(),
        not_known: Vec::new(),
    })
}

fn slow_database(party: &str, component: &str) -> Box<Facts> {
    small(|facts| {
        facts.severity = 2;
        facts.summary = if component == "ストレージ" {
            "【性能】業務系共有ストレージ ストレージ応答遅延 120ms（閾値50ms）".into()
        } else {
            "【DB】基幹系DBサーバ DB応答遅延 2400ms（閾値1000ms）".into()
        };
        if component == "ストレージ" {
            facts.host = ("strg-01".into(), "業務系共有ストレージ".into());
        }
        facts.messages = vec![facts.summary.clone()];
        facts.component = Some(component.into());
        facts.alerts = 2;
        facts.verdict = verdict(
            VerdictCode::Multi,
            Confidence::Possible,
            &[party],
            "DBの待ちとストレージの遅延が同時に発生しているため",
        );
        facts.target =
            Some(Target { name: component.into(), hosts: vec![facts.host.0.clone()], asset: Asset::default() });
        facts.stage = Stage::Requested;
    })
}

fn call(rank: u32, contact: &str, person: bool, purpose: Purpose) -> Call {
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
    }
}

fn happening(time: &str, what: What) -> Happening {
    Happening { at: at(&format!("2026-09-20T{time}")), what }
}

fn line(nth: Option<u32>, severity: u8, time: &str, text: &str, stage: Option<Stage>) -> DigestLine {
    DigestLine { number: nth.map(number), severity: Some(severity), at: at(time), text: text.into(), stage }
}

/// Name and letter of each expected mail.
pub(crate) fn all() -> Vec<(&'static str, Letter)> {
    let mut all = core_switch();
    all.extend(vendors());
    all.extend(offices());
    all.extend(desks());
    all.extend(sources());
    let english: Vec<_> = [
        ("sc1-first-report", "en-first-report"),
        ("sc1-request", "en-request"),
        ("sc1-recovery", "en-recovery"),
        ("sc1-interim-2", "en-interim"),
        ("sc1-phone-note", "en-phone-note"),
        ("digest", "en-digest"),
        ("internal-please-check", "en-internal"),
        ("scope-out", "en-consultation"),
    ]
    .into_iter()
    .map(|(of, name)| {
        let (_, letter) = all.iter().find(|(name, _)| *name == of).unwrap();
        (name, Letter { language: Language::En, ..letter.clone() })
    })
    .collect();
    all.extend(english);
    all
}

fn core_switch() -> Vec<(&'static str, Letter)> {
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
        usable: at("2026-09-20T07:31:10"),
        restored: at("2026-09-20T07:48:00"),
        checked_by: Some("窓口 佐藤".into()),
        check: "全業務システムのログイン画面の表示と、住民記録システムへのログインを確認し、いずれも正常".into(),
        treatment: "スーパーバイザモジュール2枚を交換し、再起動".into(),
        remaining: Some(number(2)),
    };
    let recovered = |facts: &mut Facts| {
        at_work(facts);
        facts.stage = Stage::Restored;
        facts.still_red = strings(&["仮想化基盤サーバ2号機", "税務APサーバ"]);
    };
    let mut for_vendor = switch_for_vendor();
    for_vendor.stage = Stage::Restored;
    for_vendor.systems.truncate(2);
    vec![
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
                        party: "株式会社N".into(), asked_at: at("2026-09-20T02:15:10")
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
                    calls: vec![call(1, "中村", true, Purpose::Chase)],
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
                    last: Some(happening("02:50:00", What::Acknowledged { party: "株式会社N".into() })),
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
                    recovery: RecoveryFacts { treatment: String::new(), checked_by: None, remaining: None, ..recovery },
                    to_office: false,
                },
            ),
        ),
    ]
}

fn vendors() -> Vec<(&'static str, Letter)> {
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
                    log: strings(&["strg-01 latency_ms=120"]),
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
                },
            ),
        ),
    ]
}

fn offices() -> Vec<(&'static str, Letter)> {
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
                Matter::Consultation { incident: printer(&|_| {}), wished_by: Some(at("2026-11-25T17:00:00")), nth: 1 },
            ),
        ),
        (
            "scope-out-again",
            letter(
                "2026-11-26T09:00:00",
                office(),
                Matter::Consultation { incident: printer(&|_| {}), wished_by: None, nth: 2 },
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
                        facts.asked = vec![Asked {
                            party: "T株式会社".into(),
                            ask: Ask::Repair,
                            at: at("2026-11-20T17:31:00"),
                            acknowledged: None,
                            started: None,
                        }];
                    }),
                    wished_by: Some(at("2026-11-20T19:00:00")),
                    nth: 1,
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
            "security",
            letter(
                "2026-11-20T10:12:00",
                to("A町 CSIRT", None, false),
                Matter::Security { number: Number("KW-20261120-0003".into()) },
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

fn desks() -> Vec<(&'static str, Letter)> {
    let internal =
        |name, incident, notice| (name, letter("2026-11-20T10:30:00", desk(), Matter::Internal { incident, notice }));
    vec![
        internal(
            "internal-yours-to-decide",
            Some(small(|facts| {
                facts.verdict =
                    verdict(VerdictCode::Unknown, Confidence::Unknown, &[], "どのルールにも当てはまらないため");
            })),
            Notice::YoursToDecide,
        ),
        internal("internal-please-check", Some(small(|facts| facts.stage = Stage::Verifying)), Notice::PleaseCheck),
        internal("internal-reopened", Some(small(|_| {})), Notice::Reopened),
        internal(
            "internal-not-delivered",
            Some(small(|_| {})),
            Notice::NotDelivered {
                kind: "第一報".into(),
                address: "joho@a-town.example".into(),
                why: "550 5.1.1 <joho@a-town.example>: Recipient address rejected: User unknown".into(),
            },
        ),
        internal(
            "internal-rules-refused",
            None,
            Notice::RulesRefused {
                faults: strings(&["systems.toml:12:9: unknown party \"n-shaa\" (did you mean \"n-sha\"?)"]),
            },
        ),
        internal(
            "internal-remark",
            None,
            Notice::Remark { source: "zabbix".into(), text: "event ids went back: restored database?".into() },
        ),
        internal(
            "internal-was-down",
            None,
            Notice::WasDown { from: at("2026-11-20T09:58:30"), until: at("2026-11-20T10:29:10") },
        ),
        internal("internal-set-aside", None, Notice::SetAside { what: "input 4711 of source zabbix".into() }),
        internal("internal-damage", None, Notice::Damage { what: "1 frame of 0003.kwj moved to quarantine/".into() }),
        (
            "digest",
            letter(
                "2026-09-24T08:00:00",
                desk(),
                Matter::Digest {
                    digest: Digest {
                        open: vec![
                            line(
                                Some(1),
                                1,
                                "2026-09-20T02:13:40",
                                "本庁舎コアスイッチ Ping応答なし",
                                Some(Stage::Restored),
                            ),
                            line(
                                Some(2),
                                3,
                                "2026-09-20T02:14:11",
                                "仮想化基盤サーバ2号機 Ping応答なし",
                                Some(Stage::Requested),
                            ),
                        ],
                        watched: vec![line(
                            None,
                            3,
                            "2026-09-22T13:02:00",
                            "【性能】北支所WANルータ パケットロス率 25%（閾値20%）",
                            None,
                        )],
                        low: vec![line(
                            None,
                            4,
                            "2026-09-23T05:00:00",
                            "【証明書】住民記録システム サーバ証明書 有効期限まで29日（閾値30日）",
                            None,
                        )],
                        unacknowledged: vec![line(Some(2), 3, "2026-09-20T07:48:10", "S株式会社", None)],
                        undelivered: Vec::new(),
                        blind: vec![
                            ("zabbix".into(), at("2026-09-21T03:00:00"), Some(at("2026-09-21T03:12:00"))),
                            ("network-log".into(), at("2026-09-24T07:50:00"), None),
                        ],
                        promised: vec![line(Some(2), 3, "2026-09-24T09:00:00", "A町 総務課 情報係", None)],
                    },
                },
            ),
        ),
        ("digest-quiet", letter("2026-09-25T08:00:00", desk(), Matter::Digest { digest: Digest::default() })),
        (
            "digest-watched-only",
            letter(
                "2026-09-25T08:00:00",
                desk(),
                Matter::Digest {
                    digest: Digest {
                        watched: (0..3)
                            .map(|n| {
                                line(
                                    None,
                                    3,
                                    &format!("2026-09-24T1{n}:20:00"),
                                    "【性能】図書館WANルータ パケットロス率 31%（閾値20%）",
                                    None,
                                )
                            })
                            .collect(),
                        ..Digest::default()
                    },
                },
            ),
        ),
        (
            "adopted",
            letter(
                "2026-04-01T09:00:00",
                desk(),
                Matter::Adopted {
                    source: "zabbix".into(),
                    problems: vec![
                        line(
                            None,
                            2,
                            "2026-03-28T11:20:00",
                            "【ストレージ】仮想化基盤サーバ2号機 iSCSIパス減少（残り2／4本）",
                            None,
                        ),
                        line(None, 3, "2026-03-30T02:00:00", "【バックアップ】夜間バックアップ 異常終了（rc=2）", None),
                    ],
                    total: 5,
                },
            ),
        ),
    ]
}

fn sources() -> Vec<(&'static str, Letter)> {
    let blind = |name, to, detail: &str| {
        (
            name,
            letter(
                "2026-11-20T10:05:00",
                to,
                Matter::Blind {
                    number: Some(Number("KW-20261120-0001".into())),
                    source: "Zabbix".into(),
                    since: at("2026-11-20T10:00:10"),
                    detail: detail.into(),
                },
            ),
        )
    };
    vec![
        blind("blind-office", office(), ""),
        blind(
            "blind-desk",
            desk(),
            "応答時間切れ（10秒以内に応答なし）: https://zabbix.a-town.example/api_jsonrpc.php",
        ),
        (
            "sighted",
            letter(
                "2026-11-20T10:40:00",
                office(),
                Matter::Sighted {
                    number: Some(Number("KW-20261120-0001".into())),
                    source: "Zabbix".into(),
                    since: at("2026-11-20T10:00:10"),
                    until: at("2026-11-20T10:38:30"),
                },
            ),
        ),
    ]
}
