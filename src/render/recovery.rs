//! 復旧報 to the office, 復旧連絡 to a vendor.

use super::frame::{Reader, closing, greeting, subject};
use super::layout::{Name, Page};
use super::report::{apology, office_subject};
use super::symptom::Symptom;
use super::time::Clock;
use super::{facts, former, impact, text, words};
use crate::desk::letter::{Facts, Letter, RecoveryFacts};

/// 復旧報.
pub(super) fn recovery(letter: &Letter, incident: &Facts, recovery: &RecoveryFacts, to_office: bool) -> (String, Page) {
    let clock = Clock::of(letter);
    let reader = if to_office { Reader::Office } else { Reader::Vendor };
    let date = |at| if to_office { clock.era(at) } else { clock.western(at) };
    let mut page = Page::new(letter.language);
    greeting(&mut page, letter, reader);
    page.text(format!(
        "下記の障害につきまして、{}に復旧し、動作確認が完了いたしましたのでご{}いたします。",
        clock.short(recovery.restored),
        if to_office { "報告" } else { "連絡" }
    ));
    facts::number(&mut page, incident);
    let mut occurred = vec![format!("{}（{}）", date(incident.occurred), words::mark(incident.occurred_mark))];
    occurred.extend(incident.returned.map(|at| format!("（{}に再び異常を確認）", clock.short(at))));
    page.section(Name::Time).lines("発生", occurred, "確認中");
    let usable = clock.short(recovery.usable);
    let usable = match recovery.normal {
        None => vec![format!("（利用可能となった時刻：{usable}）")],
        Some(normal) => vec![
            format!("（片系で利用可能となった時刻：{usable}）"),
            format!("（機器が正常に戻った時刻：{}）", clock.short(normal)),
        ],
    };
    page.lines("復旧", [vec![date(recovery.restored)], usable].concat(), "確認中");
    page.lines("所要", former::took(incident, recovery, &clock, to_office), "確認中");
    // The fault is over: the subject's words, not a sentence about the present.
    page.section(Name::Symptom).field("事象", Symptom::of(incident).title());
    former::at_first(&mut page, recovery, &clock, to_office);
    impact::again(&mut page, incident, &clock);
    page.section(Name::State);
    let treatment = text::note(&recovery.treatment);
    // A vendor is asked for it below.
    if to_office || !treatment.is_empty() {
        page.field("対処内容", text::or(treatment, "確認中"));
    }
    let by = recovery.checked_by.as_deref().map(text::name).filter(|by| !by.is_empty());
    page.lines(
        "動作確認",
        vec![
            format!("確認者：{}", by.unwrap_or_else(|| "運用監視システム（自動確認）".to_owned())),
            format!("方法・結果：{}", text::or(text::note(&recovery.check), "（記入待ち）")),
        ],
        "（記入待ち）",
    );
    // What is left to others is not a vendor's to read of, and that nothing is left would not be true.
    let none = if to_office { "該当なし" } else { "貴社保守対象については、該当なし" };
    page.lines("残る影響", former::remaining(incident, recovery, &clock, to_office), none);
    let cause = recovery.cause.as_ref();
    let cause = cause.map(|(class, direct)| format!("{}（{}）", text::note(direct), words::cause(*class)));
    page.field("原因", cause.unwrap_or_else(|| "調査中".to_owned()));
    if to_office {
        page.section(Name::Ask).field("今後の予定", plans(incident));
        apology(&mut page, "ご迷惑をおかけいたしましたことをお詫び申し上げます。");
        closing(&mut page, letter, reader, true);
        return (office_subject("復旧", incident), page);
    }
    page.section(Name::Ask).field(
        "ご依頼事項",
        "貴社にて実施された対応の内容と、判明した原因がございましたら、ご報告をお願いいたします。",
    );
    page.section(Name::Courtesy).text("ご協力いただき、ありがとうございました。");
    closing(&mut page, letter, reader, true);
    let what = format!("{} {}", text::name(&letter.from.site), Symptom::of(incident).title());
    (subject(&["復旧連絡"], what.trim(), None, Some(&incident.number)), page)
}

fn plans(incident: &Facts) -> &'static str {
    match incident.severity {
        1 | 2 => "障害報告書をとりまとめのうえ、提出いたします。提出予定日は、決まり次第ご連絡いたします。",
        _ => "原因および対処内容は、とりまとめのうえご報告いたします。",
    }
}
