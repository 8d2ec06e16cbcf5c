//! 送信前承認: what is held as the desk is shown it, what was approved, and what an office reads of a request that is held.

use super::*;

fn held(row: &str, kind: &str, to: MeantFor, copies: &[&str], letter: Letter) -> HeldMessage {
    HeldMessage {
        row: row.into(),
        kind: kind.into(),
        channel: "relay".into(),
        to: vec![to],
        copies: strings(copies),
        until: at("2026-11-20T10:17:50"),
        letter: Box::new(letter),
    }
}

fn reader(organization: &str, name: &str, address: &str) -> MeantFor {
    MeantFor { organization: organization.into(), name: name.into(), address: address.into() }
}

/// The same letter with its words in `language`, also of what it shows.
pub(super) fn in_language(letter: &Letter, language: Language) -> Letter {
    let mut letter = Letter { language, ..letter.clone() };
    if let Matter::Internal { notice: Notice::Held { messages, .. }, .. } = &mut letter.matter {
        for held in messages {
            *held.letter = in_language(&held.letter, language);
        }
    }
    letter
}

pub(super) fn approvals() -> Vec<(&'static str, Letter)> {
    let decided = "2026-11-20T10:07:50";
    let because = "データベースの応答だけが遅いため";
    let judged = || verdict(VerdictCode::Single, Confidence::Probable, &["D株式会社"], because);
    let for_vendor = small(|facts| {
        facts.severity = 2;
        facts.stage = Stage::Requested;
        facts.component = Some("データベース".into());
        facts.verdict = judged();
        facts.similar = vec![Similar {
            number: Number("KW-20261102-0004".into()),
            occurred: at("2026-11-02T09:12:00"),
            treatment: "索引の再作成".into(),
            recurrence: true,
        }];
    });
    let request = letter(
        decided,
        to("D株式会社", Some("ヘルプデスク"), false),
        Matter::Request {
            incident: for_vendor,
            ask: Ask::Repair,
            acknowledge_by: at("2026-11-20T11:07:50"),
            entry_phone: None,
            log: strings(&["2026-11-20 10:05:18 ERROR 応答待ち 2400ms（自動判定）"]),
            before: None,
            extracts: Vec::new(),
            no_log: None,
        },
    );
    let for_office = |change: &dyn Fn(&mut Facts)| {
        small(|facts| {
            facts.severity = 2;
            facts.stage = Stage::Requested;
            facts.component = Some("データベース".into());
            facts.verdict = judged();
            facts.asked = vec![Asked {
                party: "D株式会社".into(),
                ask: Ask::Repair,
                at: at(decided),
                acknowledged: None,
                started: None,
                by: Some(at("2026-11-20T10:17:50")),
                over: None,
                lost: false,
            }];
            change(facts);
        })
    };
    let first = |incident| {
        letter(decided, office(), Matter::FirstReport { incident, next_report: Some(at("2026-11-20T11:15:00")) })
    };
    let report = first(for_office(&|_| {}));
    let interim = letter(
        "2026-11-20T11:15:00",
        office(),
        Matter::Interim {
            incident: for_office(&|facts| facts.asked[0].by = None),
            nth: 2,
            news: vec![Happening {
                at: at("2026-11-20T10:40:00"),
                what: What::Echo { number: "KW-20261120-0003".into() },
            }],
            last: None,
            next_report: None,
        },
    );
    let notice = |messages, more| {
        let incident = Some(for_office(&|facts| facts.next_report = Some(at("2026-11-20T11:15:00"))));
        letter(decided, desk(), Matter::Internal { incident, notice: Notice::Held { messages, more } })
    };
    let helpdesk = || reader("D株式会社", "ヘルプデスク", "helpdesk@d.example");
    let asked = || held("O-12", "request", helpdesk(), &[], request.clone());
    let told = || {
        held(
            "O-13",
            "first_report",
            reader("A町 総務課 情報係", "情報係", "joho@a-town.example"),
            &["joho-chat"],
            report.clone(),
        )
    };
    let more = HeldRow {
        row: "O-15".into(),
        kind: "on_site".into(),
        number: Some(Number("KW-20261120-0002".into())),
        to: "A町 情報センター".into(),
    };
    let approved = |letter: &Letter| Letter { approved: true, ..letter.clone() };
    vec![
        ("approval-request", notice(vec![asked()], Vec::new())),
        (
            "approval-limits",
            notice(vec![asked(), HeldMessage { until: at("2026-11-20T10:25:00"), ..told() }], Vec::new()),
        ),
        ("approval-several", notice(vec![asked(), told()], vec![more])),
        ("approved-request", approved(&request)),
        ("approved-first-report", approved(&report)),
        ("approved-interim", approved(&interim)),
    ]
}
