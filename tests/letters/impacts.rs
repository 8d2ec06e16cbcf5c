//! First reports in which whom it hits makes the difference.

use super::*;

fn report(written: &str, change: impl FnOnce(&mut Facts)) -> Letter {
    let incident = small(|facts| {
        facts.verdict = verdict(VerdictCode::Single, Confidence::Probable, &["E通信株式会社"], "回線の異常のため");
        facts.stage = Stage::Requested;
        change(facts);
    });
    letter(written, office(), Matter::FirstReport { incident, next_report: None })
}

fn line(facts: &mut Facts, place: &str) {
    facts.severity = 2;
    facts.summary = format!("【死活】{place}WANルータ Ping応答なし");
    facts.host = ("wan-rt-01".into(), format!("{place}WANルータ"));
    facts.component = Some(format!("{place}WAN回線"));
    facts.systems = Vec::new();
    facts.effect = Some(Effect::Stopped);
    facts.scope = Some(ImpactScope::One);
    facts.residents = Some(true);
    facts.substitute = Some(true);
    facts.impact = Impact {
        locations: strings(&[place]),
        cut_off: strings(&[place]),
        departments: strings(&[place]),
        users: Some(Users { about: 6, at_least: false }),
        ..Impact::default()
    };
}

pub(super) fn impacts() -> Vec<(&'static str, Letter)> {
    vec![
        (
            "impact-data",
            report("2026-11-20T10:07:00", |facts| {
                facts.severity = 2;
                facts.effect = Some(Effect::None);
                facts.data = Some(DataImpact::Loss);
            }),
        ),
        (
            "impact-branch",
            report("2026-11-20T10:07:00", |facts| {
                line(facts, "北支所");
                facts.impact.work = strings(&["住民票・印鑑登録証明書の交付", "税証明書の交付"]);
                facts.impact.there = strings(&["住民記録システム", "税務システム"]);
                facts.impact.substitutes = vec![("北支所".into(), "本庁舎または南支所の窓口のご案内".into())];
                facts.impact.untouched = strings(&["財務会計システム", "福祉システム", "グループウェア", "電話"]);
            }),
        ),
        (
            "impact-open-while-closed",
            report("2026-11-22T10:07:00", |facts| {
                line(facts, "図書館");
                facts.office_closed = true;
                facts.impact.substitutes = vec![("図書館".into(), "台帳による貸出・返却".into())];
                facts.impact.hours = Hours {
                    closed_day: true,
                    opens: Some(at("2026-11-24T08:30:00")),
                    in_service: vec![("図書館".into(), "火〜金 9:30〜19:00、土・日 9:30〜17:00".into())],
                    out_of_service: Vec::new(),
                    ..Hours::default()
                };
            }),
        ),
        (
            "impact-out-of-service-hours",
            report("2026-11-24T08:45:00", |facts| {
                line(facts, "図書館");
                facts.impact.hours.out_of_service =
                    vec![("図書館".into(), "火〜金 9:30〜19:00、土・日 9:30〜17:00".into())];
            }),
        ),
        (
            "impact-one-side",
            report("2026-11-20T10:07:00", |facts| {
                facts.summary = "【死活】認証サーバ1号機 Ping応答なし".into();
                facts.host = ("srv-ad-01".into(), "認証サーバ1号機".into());
                facts.component = Some("認証サーバ1号機".into());
                facts.systems = strings(&["認証基盤"]);
                facts.effect = Some(Effect::None);
                facts.residents = Some(false);
                facts.substitute = Some(true);
                facts.impact = Impact {
                    work: strings(&["端末へのログイン"]),
                    users: Some(Users { about: 180, at_least: false }),
                    one_sided: Some(OneSided {
                        on: strings(&["認証サーバ2号機"]), kept: strings(&["認証基盤"])
                    }),
                    ..Impact::default()
                };
            }),
        ),
        (
            "impact-not-known",
            report("2026-11-20T10:07:00", |facts| {
                facts.systems = Vec::new();
                facts.scope = None;
                facts.effect = None;
            }),
        ),
    ]
}
