#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
use super::*;
use crate::desk::calendar::{Closure, Holidays};
use crate::desk::graph::tests::empty_rules;
use crate::desk::rules::PartyKind;
use jiff::tz;

fn tokyo() -> TimeZone {
    TimeZone::fixed(tz::offset(9))
}

fn jst(text: &str) -> Timestamp {
    tokyo().to_timestamp(text.parse::<DateTime>().unwrap()).unwrap()
}

/// A contact from `name | mail | phone | hours`, `-` for none; a name ending in 様 is a person's.
fn contact(text: &str) -> Contact {
    let mut parts = text.split('|').map(|part| Some(part.trim()).filter(|part| *part != "-").map(str::to_owned));
    let mut next = || parts.next().flatten();
    let name = next().unwrap();
    Contact {
        person: name.ends_with('様'),
        name,
        mail: next(),
        phone: next(),
        hours: next().unwrap().into(),
        only_severity: None,
        from: None,
        until: None,
    }
}

fn only(severity: u8, contact: Contact) -> Contact {
    Contact { only_severity: Some(severity), ..contact }
}

fn site() -> Rules {
    let mut rules = empty_rules();
    let weekdays = |hours: &str| {
        Calendar::weekly([format!("Mon-Fri {hours}").parse().unwrap()])
            .with_holidays(Holidays::Japan)
            .with_closure(Closure::parse("12-29", "01-03", "年末年始").unwrap())
    };
    rules.calendars.insert("always".into(), Calendar::always());
    rules.calendars.insert("never".into(), Calendar::weekly([]));
    rules.calendars.insert("t-hours".into(), weekdays("09:00-17:00"));
    rules.calendars.insert("d-hours".into(), weekdays("09:00-17:30"));
    let mut party = |id: &str, hours: &str, contacts: Vec<Contact>| {
        let (kind, name, hours) = (PartyKind::Vendor, id.to_uppercase(), hours.into());
        rules.parties.insert(id.into(), Party { kind, name, hours, contracts: Vec::new(), contacts });
    };
    party(
        "n-sha",
        "always",
        vec![contact("保守受付 | noc@n.example | 10 | always"), contact("責任者様 | - | 11 | always")],
    );
    party(
        "d-sha",
        "d-hours",
        vec![contact("保守受付 | sup@d.example | 20 | d-hours"), only(1, contact("緊急電話 | - | 21 | always"))],
    );
    party(
        "t-sha",
        "t-hours",
        vec![contact("サポート | sup@t.example | 30 | t-hours"), contact("夜間電話 | - | 31 | always")],
    );
    party(
        "office",
        "t-hours",
        vec![
            contact("山田様 | yamada@mobile.example | 40 | always"),
            contact("情報係 | joho@town.example | 41 | t-hours"),
        ],
    );
    party("person", "t-hours", vec![contact("佐藤様 | sato@p.example | - | t-hours")]);
    party("phone", "t-hours", vec![contact("受付 | - | 50 | t-hours")]);
    party("lost", "never", vec![contact("受付 | lost@l.example | 60 | never")]);
    party(
        "moving",
        "always",
        vec![
            Contact {
                until: Some("2027-03-31".parse().unwrap()), ..contact("前任様 | old@m.example | 70 | always")
            },
            Contact { from: Some("2027-04-01".parse().unwrap()), ..contact("後任様 | new@m.example | 71 | always") },
        ],
    );
    rules
}

/// The whole resolution as text, so that a test shows order, choice and reasons at once.
fn resolved(party: &str, at: &str, severity: u8, any_hour: bool) -> Vec<String> {
    let rules = site();
    let resolution = resolve(&rules, &party.into(), &tokyo(), jst(at), severity, any_hour);
    let mut lines = Vec::new();
    for Candidate { contact, why, .. } in &resolution.open {
        lines.push(format!("open {}: {why}", contact.name));
    }
    for Candidate { contact, why, .. } in &resolution.skipped {
        lines.push(format!("skip {}: {why}", contact.name));
    }
    if let Some(MailTo { address, waits, why, .. }) = &resolution.mail {
        lines.push(format!("mail {address}{}: {why}", if *waits { " (waits)" } else { "" }));
    }
    for PhoneTo { number, why, .. } in resolution.phone.iter().chain(&resolution.phone_waits) {
        lines.push(format!("call {number}: {why}"));
    }
    lines
}

#[test]
fn a_vendor_that_is_always_open_is_called_in_the_order_of_its_list() {
    assert_eq!(
        resolved("n-sha", "2026-09-20 02:15", 3, false),
        [
            "open 保守受付: no. 1 of 2, answers at any hour",
            "open 責任者様: no. 2 of 2, answers at any hour",
            "mail noc@n.example: the first with a mail address who answers now",
            "call 10: may be called: the party is open",
            "call 11: may be called: the party is open",
        ]
    );
}

#[test]
fn a_closed_vendor_gets_its_mail_at_the_office_and_its_calls_at_the_opening() {
    // Friday evening before a long weekend.
    assert_eq!(
        resolved("t-sha", "2026-11-20 17:31", 3, false),
        [
            "open 夜間電話: no. 2 of 2, answers at any hour",
            "skip サポート: closed until 2026-11-24 09:00",
            "mail sup@t.example (waits): nobody with an address is to be reached now: to the office's inbox, read from 2026-11-24 09:00",
            "call 31: severity 3 waits for the party's opening, from 2026-11-24 09:00",
        ]
    );
    let rules = site();
    let resolution = resolve(&rules, &"t-sha".into(), &tokyo(), jst("2026-11-20 17:31"), 3, false);
    assert_eq!(resolution.opens_at, Some(jst("2026-11-24 09:00")));
    assert!(resolution.phone.is_empty());
}

#[test]
fn what_does_not_wait_is_called_at_night_where_somebody_answers() {
    assert_eq!(
        resolved("t-sha", "2026-11-23 03:00", 1, true),
        [
            "open 夜間電話: no. 2 of 2, answers at any hour",
            "skip サポート: closed until 2026-11-24 09:00 (holiday 勤労感謝の日)",
            "mail sup@t.example (waits): nobody with an address is to be reached now: to the office's inbox, read from 2026-11-24 09:00",
            "call 31: may be called: the party is closed, but severity 1 does not wait for its opening",
        ]
    );
}

#[test]
fn an_emergency_contact_is_for_its_severity_only() {
    let night = "2026-09-20 02:15";
    assert_eq!(
        resolved("d-sha", night, 1, true),
        [
            "open 緊急電話: no. 2 of 2, answers at any hour, for severity 1 only",
            "skip 保守受付: closed until 2026-09-24 09:00 (no hours on this day of the week)",
            "mail sup@d.example (waits): nobody with an address is to be reached now: to the office's inbox, read from 2026-09-24 09:00",
            "call 21: may be called: the party is closed, but severity 1 does not wait for its opening",
        ]
    );
    assert_eq!(
        resolved("d-sha", night, 2, true),
        [
            "skip 保守受付: closed until 2026-09-24 09:00 (no hours on this day of the week)",
            "skip 緊急電話: for severity 1 only, this is 2",
            "mail sup@d.example (waits): nobody with an address is to be reached now: to the office's inbox, read from 2026-09-24 09:00",
        ]
    );
    assert_eq!(
        resolved("d-sha", "2026-09-24 09:00", 2, false),
        [
            "open 保守受付: no. 1 of 2, answers until 2026-09-24 17:30",
            "skip 緊急電話: for severity 1 only, this is 2",
            "mail sup@d.example: the first with a mail address who answers now",
            "call 20: may be called: the party is open",
        ]
    );
}

#[test]
fn hours_end_at_closing_time_to_the_second() {
    let first = |at| resolved("d-sha", at, 3, false).swap_remove(0);
    assert_eq!(first("2026-11-20 17:29:59"), "open 保守受付: no. 1 of 2, answers until 2026-11-20 17:30");
    assert_eq!(first("2026-11-20 17:30:00"), "skip 保守受付: closed until 2026-11-24 09:00");
    assert_eq!(first("2026-12-31 12:00:00"), "skip 保守受付: closed until 2027-01-04 09:00 (年末年始)");
}

#[test]
fn people_move_on_the_first_of_april_at_midnight_of_the_site() {
    assert_eq!(
        resolved("moving", "2027-03-31 23:59:59", 3, false),
        [
            "open 前任様: no. 1 of 2, answers at any hour",
            "skip 後任様: not valid before 2027-04-01",
            "mail old@m.example: the first with a mail address who answers now",
            "call 70: may be called: the party is open",
        ]
    );
    // Midnight in Japan is 15:00 of the day before in UTC.
    assert_eq!(jst("2027-04-01 00:00:00"), "2027-03-31T15:00:00Z".parse().unwrap());
    assert_eq!(
        resolved("moving", "2027-04-01 00:00:00", 3, false),
        [
            "open 後任様: no. 2 of 2, answers at any hour",
            "skip 前任様: not valid after 2027-03-31",
            "mail new@m.example: the first with a mail address who answers now",
            "call 71: may be called: the party is open",
        ]
    );
}

#[test]
fn a_person_is_not_woken_by_what_can_wait() {
    let mail = |at, severity, any_hour| {
        let lines = resolved("office", at, severity, any_hour);
        lines.into_iter().find(|line| line.starts_with("mail")).unwrap()
    };
    let night = "2026-11-21 03:00";
    assert_eq!(
        mail(night, 3, false),
        "mail joho@town.example (waits): nobody with an address is to be reached now: to the office's inbox, read from 2026-11-24 09:00"
    );
    let first = "mail yamada@mobile.example: the first with a mail address who answers now";
    assert_eq!(mail(night, 1, true), first);
    assert_eq!(mail("2026-11-20 10:00", 3, false), first);
}

#[test]
fn mail_goes_somewhere_as_long_as_any_valid_contact_has_an_address() {
    assert_eq!(
        resolved("person", "2026-11-21 03:00", 3, false)[1],
        "mail sato@p.example (waits): no office address: to the first person's inbox, read from 2026-11-24 09:00"
    );
    assert_eq!(
        resolved("lost", "2026-11-21 03:00", 3, false),
        [
            "skip 受付: never open (no hours on this day of the week)",
            "mail lost@l.example (waits): nobody with an address is to be reached now: to the office's inbox, read at no known time",
        ]
    );
    let rules = site();
    let at = |party: &str| resolve(&rules, &party.into(), &tokyo(), jst("2026-11-20 10:00"), 3, false);
    assert_eq!(at("phone").mail, None);
    assert_eq!(at("phone").phone.len(), 1);
    assert_eq!(at("nobody"), Resolution::default());
}

#[test]
fn a_calendar_nobody_wrote_counts_as_open() {
    let mut rules = site();
    rules.calendars.clear();
    let resolution = resolve(&rules, &"d-sha".into(), &tokyo(), jst("2026-11-21 03:00"), 1, false);
    assert_eq!(resolution.open.len(), 2);
    assert_eq!(resolution.opens_at, Some(jst("2026-11-21 03:00")));
}

#[test]
fn a_reason_survives_being_stored() {
    let rules = site();
    let resolution = resolve(&rules, &"t-sha".into(), &tokyo(), jst("2026-11-23 03:00"), 3, false);
    let why = &resolution.skipped[0].why;
    let stored = serde_json::to_string(why).unwrap();
    assert_eq!(serde_json::from_str::<Why>(&stored).unwrap(), *why);
}
