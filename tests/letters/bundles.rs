//! まとめ: several messages in one.

use super::*;

fn told(kind: &str, nth: u32, severity: u8, component: &str, summary: &str) -> BundleLine {
    BundleLine {
        row: format!("O-{}", 100 + nth),
        kind: kind.into(),
        number: Some(Number(format!("KW-20261120-{nth:04}"))),
        severity: Some(severity),
        at: at("2026-11-20T10:05:00"),
        summary: summary.into(),
        host: (String::new(), component.into()),
        component: Some(component.into()),
        acknowledge_by: (kind == "request").then(|| at("2026-11-20T11:05:00")),
    }
}

pub(super) fn bundles() -> Vec<(&'static str, Letter)> {
    let requests = vec![
        told("request", 2, 2, "福祉APサーバ", "【死活】福祉APサーバ Ping応答なし"),
        told("inquiry", 3, 3, "ファイルサーバ1号機", "【容量】ファイルサーバ1号機 ディスク使用率 / 92%（閾値90%）"),
        told("withdrawal", 1, 2, "税務APサーバ", "【死活】税務APサーバ Ping応答なし"),
    ];
    let reports: Vec<BundleLine> =
        (1..=230).map(|nth| told("first_report", nth, 3, "新設機器", "【死活】新設機器 Ping応答なし")).collect();
    let notices = vec![
        told("internal", 4, 3, "プリンタ", "【死活】プリンタ Ping応答なし"),
        BundleLine { severity: None, ..told("blind", 5, 3, "", "Zabbix") },
    ];
    let bundle = |name, to, lines, reader| (name, letter("2026-11-20T10:10:00", to, Matter::Bundle { lines, reader }));
    vec![
        bundle("bundle-vendor", network_vendor(), requests, BundleReader::Vendor),
        bundle("bundle-office", office(), reports, BundleReader::Office),
        bundle("bundle-desk", desk(), notices, BundleReader::Desk),
    ]
}
