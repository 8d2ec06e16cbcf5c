//! Letters about sources: blind, sighted, adopted.

use super::*;

pub(super) fn sources() -> Vec<(&'static str, Letter)> {
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
