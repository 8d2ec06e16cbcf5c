//! Letters of a trial (試行, 並行稼働).

use super::*;

pub(super) fn trials(all: &[(&'static str, Letter)]) -> Vec<(&'static str, Letter)> {
    let (_, report) = all.iter().find(|(name, _)| *name == "sc1-first-report").unwrap();
    let to = |name: &str, address: &str| MeantFor {
        organization: "A町 総務課 情報係".into(),
        name: name.into(),
        address: address.into(),
    };
    let meant = Meant {
        to: vec![to("情報係", "joho@a-town.example"), to("緊急連絡先", "joho-emergency@a-town.example")],
        channels: vec!["relay".into(), "joho-chat".into()],
    };
    let internal = |notice| letter("2026-11-20T10:30:00", desk(), Matter::Internal { incident: None, notice });
    let open = |number: &str, text: &str| DigestLine {
        told: false,
        withheld: false,
        number: Some(Number(number.into())),
        severity: Some(2),
        at: at("2026-11-20T09:05:00"),
        text: text.into(),
        stage: Some(Stage::Isolating),
        asked: None,
    };
    let incidents = vec![
        open("KW-20261120-0001", "基幹系DBサーバ 【容量】基幹系DBサーバ ディスク使用率 / 95%（閾値90%）"),
        open("KW-20261120-0002", "本庁舎コアスイッチ 【死活】本庁舎コアスイッチ Ping応答なし"),
    ];
    vec![
        ("on-trial-first-report", Letter { meant: Some(meant), ..report.clone() }),
        ("internal-trial-begins", internal(Notice::TrialBegins { held: 0, open: 0 })),
        ("internal-trial-begins-late", internal(Notice::TrialBegins { held: 3, open: 2 })),
        ("internal-trial-ends", internal(Notice::TrialEnds { incidents, total: 2 })),
        ("internal-trial-ends-calm", internal(Notice::TrialEnds { incidents: Vec::new(), total: 0 })),
    ]
}
