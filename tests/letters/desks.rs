//! Letters to the desk itself.

use super::*;

pub(super) fn desks() -> Vec<(&'static str, Letter)> {
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
        internal(
            "internal-channel-fails",
            None,
            Notice::ChannelFails {
                channel: "relay".into(),
                why: "connection refused (mail.example:25)".into(),
                at_fault: false,
            },
        ),
        internal("internal-channel-works", None, Notice::ChannelWorks { channel: "relay".into() }),
        internal(
            "internal-echo",
            Some(small(|facts| {
                facts.verdict = found(
                    VerdictCode::Single,
                    Confidence::Probable,
                    &["T株式会社"],
                    Because::Echo {
                        component: "業務系共有ストレージ".into(), incident: "KW-20261120-0003".into()
                    },
                )
                .map(|verdict| VerdictFacts { echo_of: Some(Number("KW-20261120-0003".into())), ..verdict });
            })),
            Notice::EchoOf { of: Number("KW-20261120-0003".into()) },
        ),
        (
            "hand-over",
            letter(
                "2026-11-20T18:00:00",
                desk(),
                Matter::HandOver {
                    digest: Digest {
                        open: vec![line(
                            Some(2),
                            3,
                            "2026-11-20T17:30:00",
                            "strg-01 【ハード】業務系共有ストレージ 電源ユニットA 異常",
                            Some(Stage::InProgress),
                        )],
                        unacknowledged: vec![DigestLine {
                            withheld: false,
                            asked: Some((Ask::Repair, at("2026-11-24T11:00:00"))),
                            ..line(Some(2), 3, "2026-11-20T17:31:30", "T株式会社", None)
                        }],
                        ..Digest::default()
                    },
                },
            ),
        ),
        (
            "phone-note-consult",
            letter(
                "2026-11-20T17:55:00",
                desk(),
                Matter::PhoneNote {
                    incident: small(|facts| {
                        facts.effect = Some(Effect::None);
                        facts.stage = Stage::InProgress;
                    }),
                    calls: vec![switch::call(
                        1,
                        "緊急連絡先",
                        false,
                        Purpose::Consult { opens: at("2026-11-24T09:00:00") },
                    )],
                    tried: closed().tried,
                },
            ),
        ),
        internal("internal-disagreement", Some(disagreement()), Notice::YoursToDecide),
        internal("internal-nothing-known", Some(nothing_known()), Notice::YoursToDecide),
        internal(
            "internal-nobody-left",
            Some(small(|facts| {
                facts.verdict = found(VerdictCode::Unknown, Confidence::Unknown, &["株式会社K"], Because::NobodyLeft);
                edit(facts, |verdict| {
                    verdict.unknown = Some(Unknown::NobodyLeft);
                    verdict.evidence =
                        vec![Fact::HandedBack { party: "E通信株式会社".into(), at: at("2026-11-20T10:25:00") }];
                });
            })),
            Notice::YoursToDecide,
        ),
        internal("internal-please-check", Some(small(|facts| facts.stage = Stage::Verifying)), Notice::PleaseCheck),
        internal(
            "internal-not-delivered",
            Some(small(|_| {})),
            Notice::NotDelivered(Undelivered {
                kind: "第一報".into(),
                address: "joho@a-town.example".into(),
                why: "550 5.1.1 <joho@a-town.example>: Recipient address rejected: User unknown".into(),
                others: false,
                next: None,
                call: None,
            }),
        ),
        internal(
            "internal-not-delivered-in-part",
            None,
            Notice::NotDelivered(Undelivered {
                kind: "certificate_ends".into(),
                address: "cert@d-sha.example".into(),
                why: "550 5.1.1 User unknown".into(),
                others: true,
                next: None,
                call: None,
            }),
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
        internal(
            "internal-work-ends",
            None,
            Notice::CoverEnds {
                cover: rack(),
                red: strings(&["srv-db-01 【死活】基幹系DBサーバ Ping応答なし"]),
                total: 3,
            },
        ),
        internal(
            "internal-silence-ends",
            None,
            Notice::CoverEnds {
                cover: CoverFacts {
                    id: "S-1".into(),
                    silence: true,
                    name: "回線事業者の工事待ち".into(),
                    owner: "株式会社K".into(),
                    phone: None,
                    ..rack()
                },
                red: strings(&["wan-rt-04 【死活】支所ルータ Ping応答なし"]),
                total: 1,
            },
        ),
        internal(
            "internal-covers-doubtful",
            None,
            Notice::CoversDoubtful {
                covers: vec![
                    CoverDoubt {
                        cover: CoverFacts { id: "S-1".into(), silence: true, name: "工事待ち".into(), ..rack() },
                        why: Doubt::Useless,
                    },
                    CoverDoubt { cover: rack(), why: Doubt::Old { days: 7 } },
                    CoverDoubt {
                        cover: CoverFacts { id: String::new(), name: "月次再起動".into(), ..rack() },
                        why: Doubt::UselessAgain { times: 3 },
                    },
                ],
            },
        ),
        internal(
            "internal-restored",
            None,
            Notice::Restored {
                made: at("2026-11-20T03:00:00"),
                rows: vec![
                    held("O-412", "request", Some("KW-20261120-0002"), "株式会社N"),
                    held("O-413", "first_report", Some("KW-20261120-0002"), "総務課 情報係"),
                    held("O-420", "digest", None, "株式会社K"),
                ],
                total: 23,
            },
        ),
        internal(
            "internal-restored-nothing-held",
            None,
            Notice::Restored { made: at("2026-11-19T23:00:00"), rows: Vec::new(), total: 0 },
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
                        removed: Some((12, 5)),
                        unlisted: 210,
                        records: Some(SweptRecords { until: at("2021-03-31T23:58:00"), files: 365, incidents: 118 }),
                        covers: vec![
                            CoverState { cover: rack(), hid: 3, red: 1, ended: false },
                            CoverState {
                                cover: CoverFacts { id: "S-2".into(), silence: true, ..rack() },
                                hid: 0,
                                red: 0,
                                ended: true,
                            },
                        ],
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

fn rack() -> CoverFacts {
    CoverFacts {
        id: "P-3".into(),
        silence: false,
        name: "サーバラック移設".into(),
        owner: "S株式会社".into(),
        phone: Some("00-0000-0020".into()),
        from: at("2026-11-20T08:45:00"),
        until: at("2026-11-20T10:45:00"),
    }
}

fn edit(facts: &mut Facts, change: impl FnOnce(&mut VerdictFacts)) {
    facts.verdict.as_mut().map(change);
}

/// Two rules hold and name different vendors.
fn disagreement() -> Box<Facts> {
    small(|facts| {
        facts.summary = "【URL】財務会計システム ログイン画面 応答異常（HTTP 0）".into();
        facts.host = ("app-zaimu".into(), "財務会計システム".into());
        facts.component = Some("財務会計システム".into());
        facts.systems = strings(&["財務会計システム"]);
        facts.verdict = found(VerdictCode::Unknown, Confidence::Unknown, &["株式会社K"], Because::Disagreement);
        edit(facts, |verdict| {
            let claim = |rule: &str, party: &str, confidence, because: &str| Claim {
                rule: rule.into(),
                parties: strings(&[party]),
                confidence,
                because: Because::Words(because.into()),
            };
            let claims = vec![
                claim("財務会計画面の異常", "D株式会社", Confidence::Possible, "画面の異常が先に検知されたため"),
                claim("接続不可は基盤", "S株式会社", Confidence::Probable, "接続自体ができないため"),
            ];
            verdict.unknown = Some(Unknown::Disagreement { claims });
            verdict.evidence = vec![Fact::Alert {
                host: "財務会計システム".into(),
                summary: "【URL】財務会計システム ログイン画面 応答異常（HTTP 0）".into(),
                at: at("2026-11-20T10:05:20"),
            }];
            let single = |need, party: &str| Lever { need, code: VerdictCode::Single, parties: strings(&[party]) };
            verdict.would_change = vec![
                single(
                    Need::Rule {
                        rule: "業務系の入口が ping に無応答".into(),
                        conditions: vec![Phrase::new("probe entry has no answer", "確認「entry」に応答なし")],
                        facts: vec![Fact::ProbeNotKnown { kind: "ping".into(), target: "lb-01".into() }],
                        at: None,
                    },
                    "株式会社N",
                ),
                single(
                    Need::Rule {
                        rule: "長時間の応答異常".into(),
                        conditions: vec![Phrase::new("age is at least 1h", "発生から1時間以上継続")],
                        facts: Vec::new(),
                        at: Some(at("2026-11-20T11:05:00")),
                    },
                    "D株式会社",
                ),
                single(Need::NotTheirs { party: "D株式会社".into() }, "S株式会社"),
                single(Need::NotTheirs { party: "S株式会社".into() }, "D株式会社"),
            ];
        });
    })
}

/// A host that nobody has told the configuration of.
fn nothing_known() -> Box<Facts> {
    small(|facts| {
        facts.summary = "【死活】新館プリンタ Ping応答なし".into();
        facts.host = ("prn-new-01".into(), "新館プリンタ".into());
        facts.component = None;
        facts.systems = Vec::new();
        facts.scope = None;
        facts.verdict = found(VerdictCode::Unknown, Confidence::Unknown, &["株式会社K"], Because::NoComponent);
        edit(facts, |verdict| {
            verdict.unknown = Some(Unknown::NothingKnown { hosts: strings(&["新館プリンタ"]) });
            let need = Need::Covered { hosts: strings(&["新館プリンタ"]) };
            verdict.would_change = vec![Lever { need, code: VerdictCode::Single, parties: Vec::new() }];
        });
    })
}
