//! 連絡, 現地確認依頼 and the security notice: what is told beside the reports.
//!
//! Source of the wording: `DOMAIN.md` §14.

use super::frame::{Reader, closing, greeting, number_of, subject};
use super::layout::{Name, Page};
use super::symptom::Symptom;
use super::time::Clock;
use super::{commands, facts, impact, request, shown, text, words};
use crate::desk::ids::Number;
use crate::desk::letter::{Because, By, DetectedBy, Facts, Least, Letter};

/// 現地確認依頼: boxes to tick for whoever stands before the machine.
pub(super) fn on_site(letter: &Letter, incident: &Facts, place: &str, items: &[String]) -> (String, Page) {
    let clock = Clock::of(letter);
    let mut page = Page::new(letter.language);
    greeting(&mut page, letter, Reader::Vendor);
    // No FAX number stands below.
    page.text("お手数ですが、下記の項目をご確認のうえ、結果を下記の電話へお知らせください。");
    facts::number(&mut page, incident);
    facts::occurred(&mut page, incident, |at| clock.western(at));
    page.section(Name::Symptom).lines("対象機器", request::target(incident), "確認中");
    let place = text::or(text::name(place), "確認中");
    let host = text::name(&incident.host.0);
    let place =
        if incident.also.is_empty() { place } else { format!("{place}（{host}）、ほかは上記のとおり") };
    page.field("設置場所", place);
    page.field("事象", shown::sentences(incident, &clock));
    page.section(Name::Ask);
    let mut boxes: Vec<String> = items.iter().map(|item| format!("□ {}：", text::name(item))).collect();
    boxes.push("確認時刻：　　時　　分　　確認者：".to_owned());
    let label = if incident.also.is_empty() { "ご確認項目" } else { "ご確認項目（機器ごと）" };
    page.lines(label, boxes, "該当なし");
    if let Some(at) = incident.next_report {
        page.field("ご回答の目安", format!("{}頃の次回報告までに、わかる範囲でお知らせください。", clock.short(at)));
    }
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
    let provider = text::name(service);
    let service = if provider.is_empty() {
        "外部サービス".to_owned()
    } else {
        format!("{provider}（外部サービス）")
    };
    let mut page = Page::new(letter.language);
    greeting(&mut page, letter, Reader::Office);
    // The provider's own word, the desk's, or only what is seen from here.
    let said = incident.detected_by == DetectedBy::Vendor;
    let settled = incident.verdict.as_ref().filter(|verdict| verdict.by == By::Desk);
    page.text(match (said, settled) {
        (true, _) => format!("{service}において障害が発生しているとの情報を確認しております。"),
        (false, Some(_)) => format!("{service}において障害が発生していることを、窓口にて確認いたしました。"),
        (false, None) => {
            format!("{service}に起因するとみられる異常を検知しております。事業者からの障害情報は確認中です。")
        }
    });
    facts::number(&mut page, incident);
    facts::occurred(&mut page, incident, |at| clock.era(at));
    let source = words::detected_by(incident.detected_by);
    page.field(
        "情報の出所",
        match (said, settled.map(|verdict| &verdict.because)) {
            (true, _) => source.to_owned(),
            (false, Some(Because::Words(words))) => {
                format!("窓口の確認（{}）", text::note(words).trim_end_matches('。'))
            }
            (false, Some(_)) => "窓口の確認（事業者の発表は確認中）".to_owned(),
            (false, None) => format!("{source}（事業者の発表は確認中）"),
        },
    );
    shown::field(&mut page, incident, &clock);
    impact::office(&mut page, incident, &clock);
    page.section(Name::State).field("切り分け", facts::isolation(incident, &clock));
    page.field(
        "現在の状況",
        match said {
            true => "事業者による復旧を待っております。窓口にて復旧状況を確認いたします。",
            false => "事業者の障害情報および復旧状況を、窓口にて確認いたします。",
        },
    );
    page.field("復旧見込み", "確認中");
    page.section(Name::Ask).field("次回報告", facts::next_report(incident.next_report, &clock));
    closing(&mut page, letter, Reader::Office, false);
    let what = facts::office_title(incident);
    (subject(&["ご連絡"], &what, Some(incident.severity), Some(&incident.number)), page)
}

/// セキュリティ: no details, whoever reads along.
pub(super) fn security(letter: &Letter, number: &Number, least: Least) -> (String, Page) {
    let clock = Clock::of(letter);
    // The desk is not told to call itself.
    let own = letter.to.organization == letter.from.organization;
    let reader = match least {
        _ if own => Reader::Desk,
        Least::Call => Reader::Vendor,
        _ => Reader::Office,
    };
    let mut page = Page::new(letter.language);
    greeting(&mut page, letter, reader);
    let (tags, what): (&[&str], String) = match least {
        Least::Suspected => (
            &["重要", "要確認"],
            "情報セキュリティインシデントの疑いがあるため、所定の連絡体制によりご確認ください。".to_owned(),
        ),
        Least::Changed => (
            &["重要", "要確認"],
            "情報セキュリティに関する下記の件について、窓口での確認または対応が必要です。".to_owned(),
        ),
        Least::Call => (
            &["重要", "要確認"],
            "下記の件につきまして、お手数をおかけしますが、当窓口までお電話くださいますようお願いいたします。"
                .to_owned(),
        ),
        Least::Restored { at } => {
            (&["障害", "復旧"], format!("先にご連絡いたしました下記の件は、{}に復旧いたしました。", clock.era(at)))
        }
        Least::CalledOff => {
            (&["障害", "取消"], "先にご連絡いたしました下記の件は、取り消すことといたしました。".to_owned())
        }
    };
    page.text(what);
    if !own && least != Least::Call {
        page.text("詳細は窓口へお電話ください。");
    }
    page.section(Name::Number).field("受付番号", number_of(number));
    if own {
        page.section(Name::Annex)
            .text("記録は、次のコマンドで確認できます（権限のある方に限ってお取り扱いください）。");
        page.command(commands::show(number));
    }
    closing(&mut page, letter, reader, !own && least != Least::Suspected);
    let what = format!("{} システム運用窓口からのご連絡", text::name(&letter.from.site));
    (subject(tags, what.trim(), None, Some(number)), page)
}
