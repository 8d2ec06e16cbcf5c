//! Letters about certificates: 予防通知 before the end, and what a vendor reads at the end.

use super::*;
use kiriwake::desk::probe::{Certificate, Seen, Sign};

fn shown() -> Certificate {
    Certificate {
        subject: "*.a-town.example".into(),
        names: strings(&["*.a-town.example", "a-town.example"]),
        issuer: "LGWAN運営主体 認証局".into(),
        not_after: "2026-11-17T23:59:59Z".parse().unwrap(),
    }
}

fn ends(name: &'static str, written: &str, to: Addressee, notice: CertificateNotice) -> (&'static str, Letter) {
    (name, letter(written, to, Matter::CertificateEnds { notice: Box::new(notice) }))
}

fn notice(days: i32, earlier: &[&str]) -> CertificateNotice {
    CertificateNotice {
        component: "業務系サーバ証明書".into(),
        owner: Some("D株式会社".into()),
        target: "biz-lb.a-town.example:443".into(),
        certificate: shown(),
        days,
        ended: days < 0,
        earlier: earlier.iter().map(|text| at(text)).collect(),
        owner_told: None,
    }
}

const EARLIER: [&str; 5] =
    ["2026-09-18T08:30:00", "2026-10-19T08:30:00", "2026-11-04T08:30:00", "2026-11-11T08:30:00", "2026-11-17T08:30:00"];

pub(super) fn certificates() -> Vec<(&'static str, Letter)> {
    let told = |notice| CertificateNotice { owner_told: Some(true), ..notice };
    let other = CertificateNotice { owner: None, ..notice(1, &EARLIER[..4]) };
    let vendor = || to("D株式会社", Some("ヘルプデスク"), false);
    let mut incident = switch();
    incident.number = Number("KW-20261118-0001".into());
    incident.severity = 2;
    incident.summary = "【証明書】住民記録システム TLS証明書 検証エラー".into();
    incident.host = ("app-juki".into(), "住民記録システム".into());
    incident.component = Some("業務系サーバ証明書".into());
    incident.occurred = at("2026-11-18T09:00:00");
    (incident.alerts, incident.hosts) = (4, 4);
    incident.messages = strings(&["【証明書】住民記録システム TLS証明書 検証エラー"]);
    incident.systems = strings(&["住民記録システム", "税務システム", "福祉システム", "財務会計システム"]);
    incident.office_closed = false;
    (incident.asked, incident.echoes) = (Vec::new(), Vec::new());
    incident.target = Some(Target {
        name: "業務系サーバ証明書".into(),
        hosts: Vec::new(),
        asset: Asset { contract: "R8-情-015".into(), ..Asset::default() },
    });
    let probe = |kind: &str, target: &str, sign, certificate| Fact::Probe {
        kind: kind.into(),
        target: target.into(),
        seen: Box::new(Seen { sign, said: String::new(), certificate }),
        at: at("2026-11-18T09:00:20"),
    };
    if let Some(verdict) = &mut incident.verdict {
        verdict.cause = Some(CauseClass::Cf);
        verdict.parties = strings(&["D株式会社"]);
        verdict.because =
            Because::Words("サーバ証明書の有効期限が切れており、ping と TCP接続には異常がないため".into());
        verdict.evidence = vec![
            probe("ping", "biz-lb.a-town.example", Sign::Ok, None),
            probe("tcp", "biz-lb.a-town.example:443", Sign::Ok, None),
            probe("tls", "biz-lb.a-town.example:443", Sign::Expired, Some(shown())),
            Fact::Noticed { at: EARLIER.iter().map(|text| at(text)).collect() },
        ];
        verdict.not_known =
            vec![Fact::ProbeNotKnown { kind: "http".into(), target: "https://juki.a-town.example/".into() }];
    }
    let request = Matter::Request {
        incident: Box::new(incident),
        ask: Ask::Repair,
        acknowledge_by: at("2026-11-18T10:01:30"),
        entry_phone: None,
        log: Vec::new(),
        before: None,
        extracts: Vec::new(),
        no_log: None,
    };
    let mut english =
        letter("2026-09-18T08:30:00", vendor(), Matter::CertificateEnds { notice: Box::new(notice(61, &[])) });
    english.language = Language::En;
    vec![
        ends("certificate-first", "2026-09-18T08:30:00", desk(), told(notice(61, &[]))),
        ends("certificate-soon", "2026-11-11T08:30:00", desk(), told(notice(7, &EARLIER[..3]))),
        ends("certificate-last-day", "2026-11-18T08:30:00", vendor(), notice(0, &EARLIER)),
        ends("certificate-other-vendor", "2026-11-17T08:30:00", network_vendor(), other),
        ends("certificate-ended-vendor", "2026-11-19T08:30:00", vendor(), notice(-1, &EARLIER)),
        ends("certificate-vendor", "2026-11-17T08:30:00", vendor(), notice(1, &EARLIER[..4])),
        ends("certificate-ended", "2026-11-19T08:30:00", desk(), notice(-1, &EARLIER)),
        ("en-certificate", english),
        ("sc3-request", letter("2026-11-18T09:01:30", vendor(), request)),
    ]
}
