//! 予防通知: that a certificate ends soon, or has ended.
//!
//! The last good second is told in the zone of the site. Source: `DOMAIN.md` §14.

use super::frame::{Reader, closing, greeting, subject};
use super::layout::{Name, Page};
use super::request::ANSWER;
use super::time::Clock;
use super::{probe, text};
use crate::desk::letter::{CertificateNotice, Letter};

/// So few days before the end it is late to prepare.
pub(super) const SOON: i32 = 7;

/// 予防通知.
pub(super) fn ends(letter: &Letter, notice: &CertificateNotice) -> (String, Page) {
    let clock = Clock::of(letter);
    let component = text::or(text::name(&notice.component), "証明書");
    let shown = &notice.certificate;
    let reader = if letter.to.organization == letter.from.organization { Reader::Desk } else { Reader::Vendor };
    let owner = notice.owner.as_deref().map(text::name).filter(|owner| !owner.is_empty());
    let own = notice.owner.as_ref() == Some(&letter.to.organization);
    let mut page = Page::new(letter.language);
    greeting(&mut page, letter, reader);
    let happened = match notice.ended {
        true => "下記の証明書の有効期限が切れております。",
        false => "下記の有効期限が近づいております。",
    };
    let soon = notice.ended || notice.days <= SOON;
    let please = match (owner.as_ref().filter(|_| !own), reader, soon) {
        (Some(owner), Reader::Desk, true) => {
            format!("更新が完了しているかどうかを、至急、更新担当（{owner}）にご確認ください。")
        }
        (Some(owner), Reader::Desk, false) => format!("更新の予定を、更新担当（{owner}）にご確認ください。"),
        (_, _, true) => "更新が完了していない場合は、至急、更新をお願いいたします。".to_owned(),
        (_, _, false) => "更新のご準備をお願いいたします。".to_owned(),
    };
    page.text(format!("{happened}{please}"));
    let left = match (notice.ended, notice.days) {
        (true, _) => "期限切れ".to_owned(),
        (false, ..=0) => "本日まで".to_owned(),
        (false, 1) => "明日".to_owned(),
        (false, days) => format!("あと{days}日"),
    };
    let until = probe::last_second(shown.not_after, clock.zone());
    let days = if (notice.ended, notice.days) == (false, 1) { "あと1日（明日）" } else { &left };
    page.section(Name::Time).field("有効期限", format!("{until}　{days}"));
    page.section(Name::Symptom);
    page.field("対象", component.clone());
    page.field("監視対象", text::name(&notice.target));
    page.field("証明書 CN", text::name(&shown.subject));
    if !shown.names.is_empty() {
        page.field("別名", text::names(&shown.names).join("、"));
    }
    page.field("発行者", text::name(&shown.issuer));
    if let Some(owner) = owner {
        let told = match notice.owner_told.filter(|_| reader == Reader::Desk && !own) {
            Some(true) => "（同じ通知を送付しております）",
            Some(false) => "（同じ通知は送付しておりません）",
            None => "",
        };
        let own = own && reader == Reader::Vendor;
        page.field("更新担当", if own { "貴社".to_owned() } else { format!("{owner}{told}") });
    }
    let earlier: Vec<String> = notice.earlier.iter().map(|at| clock.day(*at)).collect();
    let earlier =
        if earlier.is_empty() { "該当なし（今回が初回です）".to_owned() } else { earlier.join("、") };
    page.section(Name::State).field("これまでの通知", earlier);
    // Only who renews it can say when.
    if own && reader == Reader::Vendor {
        page.section(Name::Ask).field("ご依頼事項", "更新予定日時のご連絡（更新済みの場合は、その旨のご連絡）");
        page.field("ご連絡方法", ANSWER);
    }
    closing(&mut page, letter, reader, true);
    let site = text::name(&letter.from.site);
    let (day, hour) = (clock.day(shown.not_after), clock.hour(shown.not_after));
    let what = match (notice.ended, notice.days) {
        (true, _) => format!("有効期限切れ（{day}{hour}）"),
        (false, ..=0) => format!("有効期限 本日{hour}まで"),
        (false, _) => format!("有効期限 {day}{hour}（{left}）"),
    };
    // What has ended is not prevented any more; a request in the desk's books is the incident's, not this notice.
    let tag = match (notice.ended, reader) {
        (false, _) => "予防通知",
        (true, Reader::Desk) => "要対応",
        (true, _) => "要確認",
    };
    (subject(&[tag], format!("{site} {component} {what}").trim(), None, None), page)
}
