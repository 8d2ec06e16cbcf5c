//! Faults that several letters tell of.

use super::*;

pub(super) fn slow_database(party: &str, component: &str) -> Box<Facts> {
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

/// Planned work on a server that overran.
pub(super) fn overrun() -> Box<Facts> {
    small(|facts| {
        facts.severity = 2;
        facts.summary = "【死活】基幹系DBサーバ Ping応答なし".into();
        facts.messages = vec![facts.summary.clone()];
        facts.occurred = at("2026-11-20T12:00:00");
        facts.occurred_mark = OccurredMark::PlannedEnd;
        facts.stage = Stage::Requested;
        facts.verdict = found(
            VerdictCode::Single,
            Confidence::Probable,
            &["S株式会社"],
            Because::Overrun { work: "サーバラック移設".into() },
        );
        if let Some(verdict) = &mut facts.verdict {
            verdict.overrun = true;
            verdict.evidence = vec![Fact::Planned {
                owner: "S株式会社".into(),
                name: "サーバラック移設".into(),
                from: at("2026-11-20T10:00:00"),
                until: at("2026-11-20T12:00:00"),
                silence: false,
            }];
        }
        facts.target =
            Some(Target {
                name: "基幹系DBサーバ".into(), hosts: strings(&["srv-db-01"]), asset: Asset::default()
            });
    })
}
