//! Why a vendor is asked, or asked again: the sentences a request begins with.

use super::layout::Page;
use super::symptom::is_reported;
use super::time::Clock;
use super::{evidence, facts, told, words};
use crate::desk::letter::{Ask, AskedBefore, Because, Facts, Letter};
use crate::desk::rules::Confidence;

/// Said on the phone where the thing is to be left as it is.
pub(super) const SPOKEN: &str =
    "なお、再起動、電源の入切、設定の変更の前には、必ず当窓口へお電話くださいますようお願いいたします。";
/// What the caller at the desk has to know of that, and no more.
pub(super) const TO_THE_DESK: &str = "この機器には、取扱いに注意を要する別件があります。業者から再起動等の前に電話を受けた場合は、\
                                      運用責任者に確認のうえ回答してください（別件の内容は伝えないでください）。";

/// What is to be left as it is until the vendor has called: why is for few.
pub(super) fn untouched(page: &mut Page, incident: &Facts) {
    if incident.untouched {
        page.field(
            "ご留意点",
            "作業の調整が必要なため、対象機器の再起動、電源の入切、設定やデータの変更を行われる場合は、必ず事前に当窓口へ\
             お電話ください。",
        );
    }
}

/// The reason in sentences; `before` is an earlier request of the same.
pub(super) fn why(page: &mut Page, letter: &Letter, incident: &Facts, (ask, before): (Ask, Option<&AskedBefore>)) {
    let clock = &Clock::of(letter);
    if let Some(AskedBefore { withdrawn: Some(at), .. }) = before {
        page.text(format!(
            "{}に取下げのご連絡をいたしましたが、その後の状況を踏まえ、あらためてご依頼いたします。\
             たびたびのお願いとなり、誠に恐れ入ります。",
            clock.short(*at)
        ));
    } else if let Some(AskedBefore { at, not_ours: Some(answered), .. }) = before {
        page.text(format!(
            "{}にご依頼し、{}に貴社の対応範囲外とのご回答をいただいた件でございますが、その後の状況を踏まえ、\
             あらためてご依頼いたします。たびたびのお願いとなり、誠に恐れ入ります。",
            clock.short(*at),
            clock.short(*answered)
        ));
    } else if let Some(AskedBefore { at, severity, .. }) = before {
        page.text(format!(
            "{}に{}をお送りいたしました件につきまして、重大度が{}から{}に上がりましたので、あらためてお願いいたします。",
            clock.short(*at),
            words::ask(ask),
            facts::severity(*severity),
            facts::severity(incident.severity)
        ));
    }
    if incident.returned.is_some() && incident.desk.reopened.is_some() {
        page.text("下記の障害につきまして、一度は正常に戻りましたが、窓口にて対応を再開いたしました。");
    } else if incident.returned.is_some() {
        page.text("下記の障害につきまして、一度は正常に戻りましたが、再び異常を確認いたしました。");
    }
    match (ask, facts::overrun(incident)) {
        (Ask::Repair, Some((name, until))) => page.text(format!(
            "貴社にご担当いただいた計画作業「{name}」の終了予定（{}）を過ぎても、下記の異常が継続しております。\
             お手数をおかけしますが、作業の状況をご確認のうえ、復旧に向けたご対応をお願いいたします。",
            clock.short(until)
        )),
        (Ask::Repair, None) if told::is_ordered(incident) => page.text(
            "下記の障害について、窓口の判断により、貴社へご依頼いたします。お手数をおかけしますが、ご確認および\
             復旧に向けたご対応をお願いいたします。",
        ),
        (Ask::Repair, None) => page.text(format!(
            "下記の障害について一次切り分けを行った結果、貴社保守対象に起因する{}。お手数をおかけしますが、\
             ご確認および復旧に向けたご対応をお願いいたします。",
            judged(incident)
        )),
        (Ask::Inquiry, _) => page.text(if is_reported(incident) {
                "下記の申告を受け、一次切り分けを行っております。"
            } else {
                "下記の障害を検知し、一次切り分けを行っております。"
            }).text(if matches!(&incident.verdict, Some(verdict) if matches!(verdict.because, Because::Apart { .. })) {
                "通知の対象外としております下記の機器の異常が影響している可能性があるため、下記についてご確認をお願いいたします。"
            } else if shows_itself(incident) {
                "貴社保守対象の機器において下記の異常を検知しておりますが、原因が貴社範囲にあるかは確認できておりません。\
                 切り分けのため、下記についてご確認をお願いいたします。"
            } else {
            "現時点で貴社範囲の異常を確認したものではございませんが、切り分けのため、下記についてご確認をお願いいたします。"
            }),
    };
    if let Some(before) = incident.similar.iter().find(|similar| similar.recurrence) {
        page.text(evidence::recurrence(before, letter.words_by(), clock));
    }
}

/// Follows 「貴社保守対象に起因する」 and never says more than is known.
fn judged(incident: &Facts) -> &'static str {
    match incident.verdict.as_ref().map(|verdict| verdict.confidence) {
        Some(Confidence::Confirmed) => "ものと判断いたしました",
        Some(Confidence::Possible | Confidence::Unknown) | None => "可能性があると判断いたしました",
        Some(Confidence::Probable) => "可能性が高いと判断いたしました",
    }
}

/// What stands for it is an alert of the vendor's own thing.
fn shows_itself(incident: &Facts) -> bool {
    let own = incident.target.as_ref().is_some_and(|target| !target.hosts.is_empty());
    own && !is_reported(incident) && incident.shown_by.is_none()
}
