//! Letters of days at the example site, as the desk would fix them.

mod approval;
mod bundles;
mod certificates;
mod desks;
mod disks;
mod english;
mod faults;
mod handling;
mod impacts;
mod offices;
mod sources;
mod storms;
mod switch;
mod trials;
mod vendors;

use faults::{overrun, slow_database};
use jiff::Timestamp;
use kiriwake::desk::act::CancelKind;
use kiriwake::desk::ids::Number;
use kiriwake::desk::letter::*;
use kiriwake::desk::phrase::Phrase;
use kiriwake::desk::removal::SweptRecords;
use kiriwake::desk::rules::{Asset, CauseClass, Confidence, DataImpact, Effect, ImpactScope, Language, VerdictCode};

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
    Addressee { organization: organization.into(), contact: contact.map(Into::into), person, instead_of: None }
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
        meant: None,
        approved: false,
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
        eased: None,
        unseen: None,
        beside: Vec::new(),
        first_sign: None,
        shown_by: None,
        looked: None,
        flapping: None,
        cause: None,
        similar: Vec::new(),
        changes: Vec::new(),
        other_changes: false,
        occurred: at("2026-09-20T02:13:40"),
        occurred_mark: OccurredMark::Monitoring,
        part_since: None,
        untouched: false,
        returned: None,
        related: Vec::new(),
        restored_before: Vec::new(),
        desk: DeskWord::default(),
        told: Vec::new(),
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
        effect: Some(Effect::Stopped),
        scope: Some(ImpactScope::All),
        residents: Some(true),
        data: None,
        substitute: Some(false),
        office_closed: true,
        impact: everywhere(),
        verdict: verdict(
            VerdictCode::Single,
            Confidence::Probable,
            &["株式会社N"],
            "応答のない機器がすべてコアスイッチの配下にあり、コアスイッチ自身も応答しないため",
        )
        .map(|verdict| VerdictFacts {
            cause: Some(CauseClass::Nw),
            evidence: vec![
                Fact::Ping { target: "core-sw-01".into(), answered: false, at: at("2026-09-20T02:14:40") },
                Fact::Behind { failing: 40, of: 40 },
                Fact::Quiet { target: "監視セグメントスイッチ".into() },
            ],
            answers: None,
            not_known: vec![Fact::PingNotKnown { target: "srv-bk-01".into() }],
            ..verdict
        }),
        target: None,
        also: Vec::new(),
        asked: vec![Asked {
            party: "株式会社N".into(),
            ask: Ask::Repair,
            at: at("2026-09-20T02:15:10"),
            acknowledged: None,
            started: None,
            by: None,
            over: None,
            lost: false,
        }],
        still_red: Vec::new(),
        stage: Stage::Requested,
        workaround: None,
        desk_started: None,
        next_report: None,
    }
}

/// The whole town hall on a closed day.
fn everywhere() -> Impact {
    Impact {
        work: strings(&[
            "住民票・印鑑登録証明書の交付",
            "転入・転出等の届出の受付",
            "税証明書の交付",
            "賦課・収納",
            "福祉・介護・医療費助成の申請受付",
            "予算執行・支払",
        ]),
        locations: strings(&["本庁舎1階", "本庁舎2階", "北支所"]),
        everywhere: true,
        cut_off: strings(&["本庁舎1階", "本庁舎2階", "北支所"]),
        departments: strings(&["住民課", "税務課", "福祉課"]),
        users: Some(Users { about: 180, at_least: true }),
        substitutes: vec![("グループウェア".into(), "電話・庁内便による連絡".into())],
        hours: Hours { closed_day: true, opens: Some(at("2026-09-24T08:30:00")), ..Hours::default() },
        ..Impact::default()
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
        first_sign: None,
        number: Number("KW-20261120-0002".into()),
        severity: 3,
        severity_by: By::Machine,
        summary: "【容量】基幹系DBサーバ ディスク使用率 / 95%（閾値90%）".into(),
        host: ("srv-db-01".into(), "基幹系DBサーバ".into()),
        component: Some("OS".into()),
        eased: None,
        unseen: None,
        beside: Vec::new(),
        shown_by: None,
        looked: None,
        flapping: None,
        cause: None,
        similar: Vec::new(),
        changes: Vec::new(),
        other_changes: false,
        occurred: at("2026-11-20T10:05:20"),
        occurred_mark: OccurredMark::Monitoring,
        part_since: None,
        untouched: false,
        returned: None,
        related: Vec::new(),
        restored_before: Vec::new(),
        desk: DeskWord::default(),
        told: Vec::new(),
        detected_by: DetectedBy::Zabbix,
        alerts: 1,
        hosts: 1,
        echoes: Vec::new(),
        messages: strings(&["【容量】基幹系DBサーバ ディスク使用率 / 95%（閾値90%）"]),
        systems: strings(&["住民記録システム", "税務システム"]),
        effect: Some(Effect::Degraded),
        scope: Some(ImpactScope::Several),
        residents: None,
        data: None,
        substitute: None,
        office_closed: false,
        impact: Impact::default(),
        verdict: None,
        target: None,
        also: Vec::new(),
        asked: Vec::new(),
        still_red: Vec::new(),
        stage: Stage::Isolating,
        workaround: None,
        desk_started: None,
        next_report: None,
    };
    change(&mut facts);
    Box::new(facts)
}

/// By a rule's or a person's words.
fn verdict(code: VerdictCode, confidence: Confidence, parties: &[&str], because: &str) -> Option<VerdictFacts> {
    found(code, confidence, parties, Because::Words(because.into()))
}

/// By what the desk found.
fn found(code: VerdictCode, confidence: Confidence, parties: &[&str], because: Because) -> Option<VerdictFacts> {
    Some(VerdictFacts {
        code,
        confidence,
        by: By::Machine,
        parties: strings(parties),
        cause: None,
        echo_of: None,
        because,
        overrun: false,
        unplaced: false,
        owner: None,
        evidence: Vec::new(),
        answers: None,
        not_known: Vec::new(),
        unknown: None,
        would_change: Vec::new(),
    })
}

/// T社 over a long weekend, and whom the desk has tried.
fn closed() -> Closure {
    let tried = |contact: &str, time: &str, result| Tried {
        organization: "T株式会社".into(),
        contact: contact.into(),
        result,
        at: at(&format!("2026-11-20T{time}")),
    };
    Closure {
        party: "T株式会社".into(),
        opens: at("2026-11-24T09:00:00"),
        tried: vec![
            tried("時間外受付", "17:40:00", CallResult::NoAnswer),
            tried("時間外受付", "17:45:00", CallResult::Busy),
            tried("保守責任者", "17:50:00", CallResult::VoiceMail),
        ],
        consults_at: None,
    }
}

fn happening(time: &str, what: What) -> Happening {
    Happening { at: at(&format!("2026-09-20T{time}")), what }
}

fn held(row: &str, kind: &str, number: Option<&str>, to: &str) -> HeldRow {
    HeldRow { row: row.into(), kind: kind.into(), number: number.map(|number| Number(number.into())), to: to.into() }
}

fn line(nth: Option<u32>, severity: u8, time: &str, text: &str, stage: Option<Stage>) -> DigestLine {
    let (number, at, text) = (nth.map(number), at(time), text.into());
    DigestLine { told: false, withheld: false, number, severity: Some(severity), at, text, stage, asked: None }
}

/// Name and letter of each expected mail.
pub(crate) fn all() -> Vec<(&'static str, Letter)> {
    let mut all = switch::core_switch();
    all.extend(vendors::vendors());
    all.extend(offices::offices());
    all.extend(impacts::impacts());
    all.extend(desks::desks());
    all.extend(disks::disks());
    all.extend(handling::handling());
    all.extend(storms::storms());
    all.extend(bundles::bundles());
    all.extend(approval::approvals());
    all.extend(sources::sources());
    all.extend(certificates::certificates());
    let trials = trials::trials(&all);
    all.extend(trials);
    let english = english::english(&all);
    all.extend(english);
    all
}

/// A sign of life: for a program, not for a reader.
pub(crate) fn sign_of_life() -> Letter {
    let beat = Beat { next: at("2026-11-20T11:07:50"), waiting: 2, dead: 0, open: 1 };
    letter("2026-11-20T10:07:50", desk(), Matter::Heartbeat { beat })
}
