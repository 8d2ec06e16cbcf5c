//! Letters to the desk while more alerts come than anybody reads.

use super::*;
use kiriwake::desk::letter::{StormLine, StormStage, Storms};
use std::time::Duration;

pub(super) fn storms() -> Vec<(&'static str, Letter)> {
    let told = |name, storms| {
        let notice = Notice::Storm { storms };
        (name, letter("2026-09-20T03:15:00", desk(), Matter::Internal { incident: None, notice }))
    };
    let two = vec![storm(Some("税務システム"), None, 180), storm(Some("グループウェア"), None, 121)];
    vec![
        told("internal-storm", stand(StormStage::Began, two.clone())),
        told("internal-storm-goes-on", stand(StormStage::GoesOn, two.clone())),
        told("internal-storm-blind", Storms { blind: true, ..stand(StormStage::GoesOn, two) }),
        told(
            "internal-storm-over",
            stand(
                StormStage::Over,
                vec![storm(Some("税務システム"), Some("03:10"), 412), storm(None, Some("02:50"), 103)],
            ),
        ),
    ]
}

fn stand(stage: StormStage, storms: Vec<StormLine>) -> Storms {
    Storms {
        blind: false,
        stage,
        storms,
        incidents: vec![
            line(Some(1), 2, "2026-09-20T02:13:00", "db-tax-01 応答なし", Some(Stage::Requested)),
            line(Some(2), 3, "2026-09-20T02:20:00", "mail-01 滞留", Some(Stage::Isolating)),
        ],
        total: 61,
        most: 100,
        span: Duration::from_secs(600),
        again: Duration::from_secs(1800),
    }
}

fn storm(system: Option<&str>, until: Option<&str>, alerts: u64) -> StormLine {
    let until = until.map(|hour| at(&format!("2026-09-20T{hour}:00")));
    StormLine { system: system.map(Into::into), since: at("2026-09-20T02:14:00"), until, alerts }
}
