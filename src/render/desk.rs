//! 電話連絡票, 日報 and the list of the first start: what the desk reads.
//!
//! Source of the wording: `DOMAIN.md` §14. Not here: 内部連絡 (`notice.rs`).

use super::frame::{Reader, closing, greeting, number_of, subject};
use super::layout::{Name, Page};
use super::outside::Outside;
use super::symptom::Symptom;
use super::time::Clock;
use super::{asking, call as calls_made, commands, facts, impact, request, shown, text, words};
use crate::desk::letter::{Call, Facts, Letter, NextContact, Part, Purpose, Tried};
use crate::desk::rules::{Effect, ImpactScope};

/// 電話連絡票: whom to dial, what to say in 30 seconds, what to ask, and room for the result.
pub(super) fn phone_note(letter: &Letter, incident: &Facts, calls: &[Call], tried: &[Tried]) -> (String, Page) {
    let clock = Clock::of(letter);
    let mut page = Page::new(letter.language);
    greeting(&mut page, letter, Reader::Desk);
    page.text("下記の順に、お電話での連絡をお願いします。つながらない場合は、5分おいてもう一度かけ、その後は次の連絡先へお進みください。");
    let part = Part::common(calls);
    let whole = part.map(|part| part.told(incident));
    let whole = whole.as_ref().unwrap_or(incident);
    facts::number(&mut page, incident);
    facts::occurred(&mut page, incident, |at| clock.western(at));
    // Vendors with a part each have theirs beside the call.
    let each = part.is_none() && calls.iter().any(|call| call.part.is_some());
    if whole.target.is_some() && !each {
        page.section(Name::Symptom).lines("対象機器", request::target(whole), "確認中");
    }
    shown::field(&mut page, whole, &clock);
    impact::brief(&mut page, incident, &clock);
    if !tried.is_empty() {
        page.section(Name::State).lines("電話連絡", calls_made::so_far(tried, &clock), "該当なし");
    }
    page.section(Name::Annex);
    if calls.is_empty() {
        page.text("電話番号の登録がある連絡先は、該当なしです。");
    }
    for (n, call) in calls.iter().enumerate() {
        if n > 0 {
            page.gap();
        }
        let its = call.part.as_ref().map(|part| part.told(incident));
        let target = its.as_ref().filter(|its| each && its.target.is_some()).map(request::target);
        one_call(&mut page, letter, its.as_ref().unwrap_or(incident), call, target);
    }
    closing(&mut page, letter, Reader::Desk, true);
    let urgent: &[&str] = if incident.severity <= 2 { &["電話連絡票", "至急"] } else { &["電話連絡票"] };
    let first = calls.first().map(|call| format!("{}へ ", text::name(&call.organization))).unwrap_or_default();
    (subject(urgent, &format!("{first}{}", Symptom::of(whole).title()), None, Some(&incident.number)), page)
}

/// `incident` as the called one is told of it; `target` = the thing, where the head of the note does not name it.
fn one_call(page: &mut Page, letter: &Letter, incident: &Facts, call: &Call, target: Option<Vec<String>>) {
    let contact = text::name(&call.contact);
    // A contact named as its section adds nothing.
    let said = text::name(&call.organization).ends_with(&contact);
    let contact = match (said, call.person) {
        (true, _) => String::new(),
        (false, true) => format!(" {contact} 様"),
        (false, false) => format!(" {contact}"),
    };
    page.rule().text(format!("【連絡順 {}】{}{contact}", call.rank, text::name(&call.organization)));
    page.field("電話番号", text::or(text::name(&call.phone), "（記入待ち）"));
    page.field("受付時間", text::or(text::name(&call.hours), "確認中"));
    page.field("契約番号", text::or(text::name(&call.contract), "該当なし"));
    if let Some(target) = target {
        page.lines("対象機器", target, "確認中");
    }
    if !call.then.is_empty() {
        page.lines("次の連絡先", call.then.iter().map(next_contact).collect(), "該当なし");
    }
    let outside = Outside::of(incident);
    page.field("用件", purpose(call));
    page.field("伝える内容", format!("「{}」", spoken(letter, incident, call)));
    if incident.untouched && call.part.is_some() {
        page.field("窓口限り", asking::TO_THE_DESK);
    }
    page.field(
        "確認すること",
        match call.purpose {
            Purpose::Ask(_) | Purpose::Chase => "受付者名、折返しの時刻、着手・到着の見込み".to_owned(),
            Purpose::Inform => "受けた方のお名前、折返しの要否、庁内への周知の要否".to_owned(),
            Purpose::Decide | Purpose::Consult { .. } => to_hear(outside.as_ref()),
        },
    );
    let owner = outside.as_ref().filter(|_| call.purpose == Purpose::Decide).map(Outside::contact);
    if let Some(owner) = owner.filter(|owner| !owner.is_empty()) {
        page.lines("登録の連絡先", owner, "該当なし");
    }
    let to_office = call.purpose.is_to_office();
    let result = match to_office {
        true => "□応答　□不在　□留守電　□話中（　　時　　分）",
        false => "□受領　□応答（受領は折返し）　□不在　□留守電　□話中（　　時　　分）",
    };
    page.lines(
        "結果記入欄",
        vec![
            format!("1回目 {result}"),
            format!("2回目 {result}"),
            "受付者名：　　　　　　　　折返し：　　時　　分".to_owned(),
        ],
        result,
    );
    if to_office {
        page.text("つながった場合は、次のコマンドで記録してください。");
        page.command(commands::answered(&incident.number, &call.organization));
    } else {
        page.text("受領を得たら、次のコマンドで記録してください。");
        page.command(commands::acknowledge(&incident.number, &call.organization));
    }
    page.text("つながらなかった場合は、その都度記録してください（留守電は voice_mail、話中は busy）。");
    page.command(commands::called(&incident.number, &call.organization));
    if to_office {
        page.text("伺った内容は、次のコマンドで記録してください。");
        page.command(commands::note(&incident.number));
    }
    if call.purpose == Purpose::Decide {
        page.text("ご判断をいただいたら、次のコマンドで記録して再開してください。");
        page.command(commands::resume(&incident.number));
    }
}

/// What the desk is to hear where an office decides.
fn to_hear(outside: Option<&Outside>) -> String {
    outside.map_or_else(|| "受けた方のお名前、ご判断の内容、または折返しの時刻".to_owned(), Outside::to_hear)
}

fn purpose(call: &Call) -> String {
    match call.purpose {
        Purpose::Ask(ask) if call.only_word => format!("{}（メール不達のため、お電話のみ）", words::ask(ask)),
        Purpose::Ask(ask) => format!("{}（メールでも送付）", words::ask(ask)),
        Purpose::Chase if call.nth > 1 => format!("受領確認のお願い（{}回目、メールでも送付）", call.nth),
        Purpose::Chase => "受領確認のお願い（メールでも送付）".to_owned(),
        Purpose::Inform if call.nth > 1 => "障害の状況のご連絡（メールでも送付）".to_owned(),
        Purpose::Inform => "障害の第一報（メールでも送付）".to_owned(),
        Purpose::Decide => "障害のご連絡とご相談（メールでも送付）".to_owned(),
        Purpose::Consult { .. } => "障害の第一報とご相談（メールでも送付）".to_owned(),
    }
}

/// 「保守責任者　00-0000-0042」
fn next_contact(next: &NextContact) -> String {
    format!("{}{}　{}", text::name(&next.contact), if next.person { " 様" } else { "" }, text::name(&next.phone))
}

/// A sentence without the bracket at its end, which nobody can say aloud.
fn without_note(sentence: &str) -> String {
    let head = sentence.strip_suffix("）。").and_then(|inside| inside.rsplit_once('（'));
    head.map_or_else(|| sentence.to_owned(), |(head, _)| format!("{head}。"))
}

/// What to say: read aloud in about 30 seconds, the digits of the number in groups.
fn spoken(letter: &Letter, incident: &Facts, call: &Call) -> String {
    let clock = Clock::of(letter);
    let number = number_of(&incident.number);
    let number =
        number.strip_prefix("KW-").map_or(number.clone(), |digits| format!("KWの{}", digits.replace('-', "の")));
    let contract = text::name(&call.contract);
    let contract = if contract.is_empty() { contract } else { format!("契約番号は、{contract}です。") };
    let also: Vec<String> = incident.also.iter().map(|target| target.name.clone()).collect();
    let also = facts::listed(&also, "件");
    let also = if also.is_empty() { also } else { format!("{also}にも異常を検知しております。") };
    let since = clock.short(incident.part_since.unwrap_or(incident.occurred));
    let what = text::cut(&without_note(&shown::present(incident, &clock)), 90);
    let asked = incident.asked.iter().find(|asked| asked.party == call.organization);
    let asked = asked.map(|asked| format!("{}にメールで", clock.short(asked.at)));
    let chase = format!("{}ご依頼した障害の件です。", asked.unwrap_or_else(|| "先に".to_owned()));
    let (opening, request) = match call.purpose {
        Purpose::Ask(ask) => {
            // What shows the fault is another vendor's: which thing is theirs must be said.
            let thing = incident.shown_by.as_ref().and(incident.component.as_ref());
            let thing = thing.map(|thing| format!("{}の", text::name(thing))).unwrap_or_default();
            ("障害のご連絡です。", format!("{contract}{thing}ご{}をお願いいたします。", words::asked_for(ask)))
        }
        Purpose::Chase => {
            (chase.as_str(), format!("{contract}受領のご連絡をまだ確認できておりません。ご対応をお願いいたします。"))
        }
        Purpose::Consult { opens } => (
            "障害のご報告とご相談です。",
            format!(
                "保守業者は{}まで受付時間外で、受領の連絡を得ておりません。{}、ご判断をお願いいたします。",
                clock.spoken(opens),
                match incident.effect {
                    Some(Effect::None) => "このまま使い続けてよいか",
                    _ => "今後の対応につきまして",
                }
            ),
        ),
        Purpose::Decide => {
            let asked = match Outside::of(incident) {
                Some(outside) => outside.spoken(),
                None => "今後の対応につきまして、ご判断をお願いいたします。".to_owned(),
            };
            ("障害のご連絡とご相談です。", format!("{}{asked}", reach(incident)))
        }
        Purpose::Inform => {
            let asked = incident.asked.iter().find(|asked| asked.by.is_none()).map(|asked| words::asked_for(asked.ask));
            let asked = asked.map(|what| format!("保守業者へは{what}を依頼しております。")).unwrap_or_default();
            let scope = reach(incident);
            let opening = match call.nth {
                ..=1 => "障害の第一報のご連絡です。",
                _ => "先に第一報をお送りいたしました障害の、現在の状況のご連絡です。",
            };
            (opening, format!("{scope}{asked}詳細は、メールでもお送りいたします。"))
        }
    };
    let desk = text::or(text::name(&letter.from.desk), "運用窓口");
    let untouched = if incident.untouched && call.part.is_some() { asking::SPOKEN } else { "" };
    let late = if call.purpose.is_to_office() && clock.is_night() { "夜分に恐れ入ります。" } else { "" };
    format!(
        "{late}{}{desk}の○○と申します。{opening}{what}{also}発生は{since}です。受付番号は、{number}です。{request}{untouched}",
        text::name(&letter.from.site)
    )
}

/// How far it reaches, to be said on the phone; empty = nothing is known, or nobody is hit.
fn reach(incident: &Facts) -> &'static str {
    match incident.scope.filter(|_| incident.effect != Some(Effect::None)) {
        Some(ImpactScope::All) => "影響は全庁に及ぶ見込みです。",
        Some(ImpactScope::Several) => "影響は複数の部署に及ぶ見込みです。",
        Some(ImpactScope::One | ImpactScope::Person) => "影響は一部の部署にとどまる見込みです。",
        None => "",
    }
}
