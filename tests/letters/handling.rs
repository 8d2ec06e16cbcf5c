//! Letters to the desk about an incident it goes on with: its own, a silent vendor's, one that is back.

use super::*;

pub(super) fn handling() -> Vec<(&'static str, Letter)> {
    let internal =
        |name, incident, notice| (name, letter("2026-11-20T10:30:00", desk(), Matter::Internal { incident, notice }));
    vec![
        internal(
            "internal-closed-for-long",
            Some(small(|facts| facts.stage = Stage::Requested)),
            Notice::ClosedForLong { closure: Closure { consults_at: Some(at("2026-11-20T17:55:00")), ..closed() } },
        ),
        internal(
            "internal-closed-for-long-untried",
            Some(small(|facts| facts.stage = Stage::Requested)),
            Notice::ClosedForLong { closure: Closure { tried: Vec::new(), ..closed() } },
        ),
        internal(
            "internal-closed-for-long-answered",
            Some(small(|facts| facts.stage = Stage::Requested)),
            Notice::ClosedForLong {
                closure: Closure {
                    tried: vec![Tried {
                        organization: "T株式会社".into(),
                        contact: "時間外受付".into(),
                        result: CallResult::Answered,
                        at: at("2026-11-20T17:40:00"),
                    }],
                    ..closed()
                },
            },
        ),
        internal(
            "internal-not-delivered-next-contact",
            Some(small(|facts| facts.stage = Stage::Requested)),
            Notice::NotDelivered(Undelivered {
                kind: "request".into(),
                address: "noc@n.example".into(),
                why: "550 5.1.1 User unknown".into(),
                others: false,
                next: Some(("保守責任者".into(), "lead@n.example".into())),
                call: None,
            }),
        ),
        internal(
            "internal-no-contract",
            Some(small(|facts| facts.stage = Stage::Requested)),
            Notice::NoContract {
                party: "T株式会社".into(),
                nearest: NearestContract {
                    number: "R8-情-021".into(),
                    ended: true,
                    day: "2026-10-31".parse().expect("a day"),
                },
            },
        ),
        internal(
            "internal-dropped-request",
            Some(small(|facts| facts.stage = Stage::Isolating)),
            Notice::Dropped {
                message: DroppedMessage {
                    not_asked: vec!["T株式会社".into()],
                    ..dropped("request", "T株式会社", "別の業者の範囲と分かったため", true)
                },
            },
        ),
        internal(
            "internal-dropped-may-have-arrived",
            Some(small(|facts| facts.stage = Stage::Requested)),
            Notice::Dropped {
                message: DroppedMessage {
                    still_asked: vec!["T株式会社".into()],
                    ..dropped("request", "T株式会社", "電話で依頼済みのため", false)
                },
            },
        ),
        internal(
            "internal-dropped-recovery",
            Some(small(|facts| facts.stage = Stage::Restored)),
            Notice::Dropped {
                message: dropped("recovery", "A町 総務課 情報係", "電話で復旧をお伝えしたため", false)
            },
        ),
        internal(
            "internal-settled-external",
            Some(small(|facts| {
                facts.stage = Stage::Isolating;
                facts.next_report = Some(at("2026-11-20T12:00:00"));
                facts.verdict = settled(VerdictCode::External, "通信キャリアの障害情報を確認");
            })),
            Notice::YoursToDecide,
        ),
        internal(
            "internal-settled-user",
            Some(small(|facts| {
                facts.stage = Stage::Isolating;
                facts.next_report = Some(at("2026-11-20T12:00:00"));
                facts.verdict = settled(VerdictCode::User, "端末の設定による");
            })),
            Notice::YoursToDecide,
        ),
        internal(
            "internal-settled-planned",
            Some(small(|facts| {
                facts.stage = Stage::Isolating;
                facts.next_report = Some(at("2026-11-20T12:00:00"));
                facts.verdict = settled(VerdictCode::Planned, "電源工事による");
            })),
            Notice::YoursToDecide,
        ),
        internal(
            "internal-settled-monitor",
            Some(small(|facts| {
                facts.stage = Stage::Isolating;
                facts.next_report = Some(at("2026-11-20T12:00:00"));
                facts.verdict = settled(VerdictCode::Monitor, "監視の設定による");
            })),
            Notice::YoursToDecide,
        ),
        internal(
            "internal-own",
            Some(small(|facts| {
                facts.next_report = Some(at("2026-11-20T12:00:00"));
                facts.verdict =
                    verdict(VerdictCode::Own, Confidence::Probable, &["株式会社K"], "窓口の対応範囲に含まれるため");
            })),
            Notice::YoursToDecide,
        ),
        internal(
            "internal-no-phone",
            Some(small(|facts| {
                facts.stage = Stage::InProgress;
                facts.desk_started = Some(at("2026-11-20T10:20:00"));
                facts.asked = vec![asked("T株式会社", "2026-11-20T10:06:00")];
            })),
            Notice::NotAcknowledged {
                party: "T株式会社".into(),
                asked_at: at("2026-11-20T10:06:00"),
                reminded: true,
                phone: Some(false),
            },
        ),
        internal(
            "internal-reopened",
            Some(small(|facts| {
                facts.returned = Some(at("2026-11-20T10:29:00"));
                facts.stage = Stage::Requested;
                facts.asked =
                    vec![asked("T株式会社", "2026-11-20T10:29:00"), asked("S株式会社", "2026-11-20T10:06:00")];
            })),
            Notice::Reopened,
        ),
        internal(
            "internal-new-sign",
            Some(small(|_| {})),
            Notice::NewSign {
                party: "S株式会社".into(),
                alerts: vec![Fact::Alert {
                    host: "srv-hv-01".into(),
                    summary: "【ハード】メモリ故障".into(),
                    at: at("2026-11-20T10:28:00"),
                }],
            },
        ),
        internal(
            "internal-red-apart",
            Some(small(|_| {})),
            Notice::RedApart {
                kept: Box::new(Kept {
                    host: "srv-db-02".into(),
                    summary: "【死活】srv-db-02 Ping応答なし".into(),
                    at: at("2026-11-20T10:29:00"),
                    by: KeptBy::Silence,
                    name: "対応中の通知を抑止".into(),
                    owner: "株式会社K".into(),
                    times: Some((at("2026-11-20T10:10:00"), at("2026-11-20T12:00:00"))),
                    over: false,
                }),
                cover: Some("S-1".into()),
            },
        ),
        internal("internal-eased", Some(small(|facts| facts.eased = Some(eased()))), Notice::Eased),
        internal(
            "internal-goes-on",
            Some(small(|_| {})),
            Notice::GoesOn {
                over: Sign {
                    summary: "【死活】仮想化基盤サーバ1号機 Ping応答なし".into(),
                    host: ("srv-hv-01".to_owned(), "仮想化基盤サーバ1号機".to_owned()),
                    component: None,
                },
                since: at("2026-11-20T10:29:00"),
                work: None,
            },
        ),
        internal(
            "internal-goes-on-under-work",
            Some(small(|_| {})),
            Notice::GoesOn {
                over: Sign {
                    summary: "【死活】仮想化基盤サーバ1号機 Ping応答なし".into(),
                    host: ("srv-hv-01".to_owned(), "仮想化基盤サーバ1号機".to_owned()),
                    component: None,
                },
                since: at("2026-11-20T10:29:00"),
                work: Some(UnderWork {
                    number: "P-1".to_owned(),
                    name: "DB点検".to_owned(),
                    owner: "D株式会社".to_owned(),
                    until: at("2026-11-20T12:00:00"),
                }),
            },
        ),
        internal(
            "internal-reopened-nobody-asked",
            Some(small(|facts| facts.returned = Some(at("2026-11-20T10:29:00")))),
            Notice::Reopened,
        ),
    ]
}

fn eased() -> Eased {
    let host = ("srv-db-01".to_owned(), "基幹系DBサーバ".to_owned());
    let remains = Sign { summary: "【DB】レプリケーション遅延".into(), host, component: None };
    Eased { since: at("2026-11-20T10:29:00"), remains: Some(remains), blind: None }
}

fn asked(party: &str, time: &str) -> Asked {
    Asked {
        party: party.into(),
        ask: Ask::Repair,
        at: at(time),
        acknowledged: None,
        started: None,
        by: None,
        over: None,
        lost: false,
    }
}

fn dropped(kind: &str, to: &str, reason: &str, unread: bool) -> DroppedMessage {
    DroppedMessage {
        row: "O-12".into(),
        kind: kind.into(),
        to: to.into(),
        by: "佐藤".into(),
        reason: reason.into(),
        unread,
        not_asked: Vec::new(),
        still_asked: Vec::new(),
    }
}

/// Confirmed by the desk, which names nobody.
pub(super) fn settled(code: VerdictCode, because: &str) -> Option<VerdictFacts> {
    verdict(code, Confidence::Confirmed, &[], because).map(|verdict| VerdictFacts { by: By::Desk, ..verdict })
}
