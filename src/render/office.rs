//! 相談, 連絡 and the security notice: what 主管課 is asked to decide, or must know, beside the reports.
//!
//! Source of the wording: `DOMAIN.md` §14.

use super::frame::{Reader, closing, greeting, number_of, subject};
use super::layout::{Name, Page};
use super::symptom::Symptom;
use super::time::Clock;
use super::{commands, facts, impact, request, text, words};
use crate::desk::ids::Number;
use crate::desk::letter::{Facts, Letter};
use crate::desk::rules::VerdictCode;
use jiff::Timestamp;

/// 相談: asks for a decision, with options and the risk of waiting.
pub(super) fn consultation(
    letter: &Letter,
    incident: &Facts,
    wished_by: Option<Timestamp>,
    nth: u32,
) -> (String, Page) {
    let clock = Clock::of(letter);
    let out_of_scope = incident.verdict.as_ref().is_some_and(|verdict| verdict.code == VerdictCode::ScopeOut);
    let mut page = Page::new(letter.language);
    greeting(&mut page, letter, Reader::Office);
    if nth > 1 {
        page.text("先にご相談いたしました下記の件につきまして、あらためてご判断をお願いいたします。");
    } else {
        page.text("下記の事象につきまして、ご相談申し上げます。");
    }
    if out_of_scope {
        page.text(
            "本事象は保守契約の対象範囲に含まれていないものと考えております。今後の対応（調達等）につきまして、\
             ご判断をお願いいたします。",
        );
    } else {
        let silent = facts::listed(&facts::unanswered(incident), "者");
        if !silent.is_empty() {
            let ask = incident.asked.first().map_or("対応", |asked| words::asked_for(asked.ask));
            page.text(format!("保守業者（{silent}）へ{ask}を依頼しておりますが、受領の連絡を確認できておりません。"));
        }
        page.text("今後の対応につきまして、ご判断をお願いいたします。");
    }
    facts::number(&mut page, incident);
    facts::occurred(&mut page, incident, |at| clock.era(at));
    facts::symptom(&mut page, incident, &clock);
    impact::office(&mut page, incident, &clock);
    page.section(Name::State).field("切り分け", facts::isolation(incident));
    page.lines("現在の状況", facts::state(incident, &clock), "確認中");
    page.section(Name::Ask);
    page.lines("対応の選択肢", options(incident, out_of_scope), "確認中");
    page.field("留意点", "ご判断までの間、現在の状態が続く見込みです。影響が広がるおそれの有無は確認中です。");
    page.field(
        "ご回答希望",
        match wished_by {
            Some(at) => format!("{}まで", clock.era(at)),
            None if incident.severity <= 2 => "できるだけ早く、窓口へお電話にてお願いいたします。".to_owned(),
            None => "ご都合のつき次第".to_owned(),
        },
    );
    closing(&mut page, letter, Reader::Office, true);
    let what = facts::office_title(incident);
    (subject(&["ご相談", "ご判断のお願い"], &what, Some(incident.severity), Some(&incident.number)), page)
}

fn options(incident: &Facts, out_of_scope: bool) -> Vec<String> {
    let substitute = match incident.substitute {
        Some(true) => "代替手段による運用の継続",
        _ => "代替手段による運用の継続（代替手段の有無は確認中）",
    };
    let options: &[&str] = match (out_of_scope, incident.substitute) {
        (true, Some(false)) => &["調達等による修理または交換", "経過の観察"],
        (true, _) => &["調達等による修理または交換", substitute, "経過の観察"],
        (false, _) if !facts::unanswered(incident).is_empty() => &[
            "保守業者からの連絡を待ち、現在の状態で運用を継続",
            "運用の停止または切替え",
            "別の手段による対応（保守契約外の手配等）",
        ],
        (false, _) => &["現在の状態での運用の継続", "運用の停止または切替え", "追加の対応（保守契約外の手配等）"],
    };
    options.iter().enumerate().map(|(n, option)| format!("({}) {option}", n + 1)).collect()
}

/// 現地確認依頼: boxes to tick for whoever stands before the machine.
pub(super) fn on_site(letter: &Letter, incident: &Facts, place: &str, items: &[String]) -> (String, Page) {
    let clock = Clock::of(letter);
    let mut page = Page::new(letter.language);
    greeting(&mut page, letter, Reader::Vendor);
    page.text("お手数ですが、下記の項目をご確認のうえ、結果を電話またはFAXにてお知らせください。");
    facts::number(&mut page, incident);
    facts::occurred(&mut page, incident, |at| clock.western(at));
    page.section(Name::Symptom).lines("対象機器", request::target(incident), "確認中");
    page.field("設置場所", text::or(text::name(place), "確認中"));
    page.field("事象", facts::symptom_sentences(incident, &clock));
    page.section(Name::Ask);
    let mut boxes: Vec<String> = items.iter().map(|item| format!("□ {}：", text::name(item))).collect();
    boxes.push("確認時刻：　　時　　分　　確認者：".to_owned());
    page.lines("ご確認項目", boxes, "該当なし");
    page.field("ご留意点", "電源の入り切りや再起動は、窓口からご連絡するまで行わないでください。");
    closing(&mut page, letter, Reader::Vendor, true);
    let what = format!("{} {}", text::name(&letter.from.site), Symptom::of(incident).title());
    let tags: &[&str] =
        if incident.severity <= 2 { &["現地確認依頼", "至急"] } else { &["現地確認依頼"] };
    (subject(tags, what.trim(), None, Some(&incident.number)), page)
}

/// 連絡: an external service fails.
pub(super) fn external(letter: &Letter, incident: &Facts, service: &str) -> (String, Page) {
    let clock = Clock::of(letter);
    let service = text::or(text::name(service), "外部サービス");
    let mut page = Page::new(letter.language);
    greeting(&mut page, letter, Reader::Office);
    page.text(format!("{service}（外部サービス）において障害が発生しているとの情報を確認しております。"));
    facts::number(&mut page, incident);
    facts::occurred(&mut page, incident, |at| clock.era(at));
    page.field("情報の出所", format!("{}（事業者の発表は確認中）", words::detected_by(incident.detected_by)));
    facts::symptom(&mut page, incident, &clock);
    impact::office(&mut page, incident, &clock);
    page.section(Name::State).field("切り分け", facts::isolation(incident));
    page.field("現在の状況", "事業者による復旧を待っております。窓口にて復旧状況を確認いたします。");
    page.field("復旧見込み", "確認中");
    page.section(Name::Ask).field("次回報告", facts::next_report(None, &clock));
    closing(&mut page, letter, Reader::Office, false);
    let what = facts::office_title(incident);
    (subject(&["ご連絡"], &what, Some(incident.severity), Some(&incident.number)), page)
}

/// セキュリティ: no details, whoever reads along.
pub(super) fn security(letter: &Letter, number: &Number) -> (String, Page) {
    // The desk is not told to call itself.
    let own = letter.to.organization == letter.from.organization;
    let reader = if own { Reader::Desk } else { Reader::Office };
    let mut page = Page::new(letter.language);
    greeting(&mut page, letter, reader);
    page.text("情報セキュリティインシデントの疑いがあるため、所定の連絡体制によりご確認ください。");
    if !own {
        page.text("詳細は窓口へお電話ください。");
    }
    page.section(Name::Number).field("受付番号", number_of(number));
    if own {
        page.section(Name::Annex)
            .text("記録は、次のコマンドで確認できます（権限のある方に限ってお取り扱いください）。");
        page.command(commands::show(number));
    }
    closing(&mut page, letter, reader, false);
    let what = format!("{} システム運用窓口からのご連絡", text::name(&letter.from.site));
    (subject(&["重要", "要確認"], what.trim(), None, Some(number)), page)
}
