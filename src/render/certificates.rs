//! 予防通知: that a certificate ends soon, or has ended.
//!
//! The last good second is told in the zone of the site. Source: `DOMAIN.md` §14.

use super::frame::{Reader, closing, greeting, subject};
use super::layout::{Name, Page};
use super::time::Clock;
use super::{probe, text};
use crate::desk::letter::{CertificateNotice, Letter};

/// 予防通知.
pub(super) fn ends(letter: &Letter, notice: &CertificateNotice) -> (String, Page) {
    let clock = Clock::of(letter);
    let component = text::or(text::name(&notice.component), "証明書");
    let shown = &notice.certificate;
    let reader = if letter.to.organization == letter.from.organization { Reader::Desk } else { Reader::Vendor };
    let mut page = Page::new(letter.language);
    greeting(&mut page, letter, reader);
    if notice.ended {
        page.text(
            "下記の証明書の有効期限が切れております。更新がお済みでない場合は、至急、更新のご対応をお願いいたします。",
        );
    } else {
        page.text("下記の有効期限が近づいております。更新のご準備をお願いいたします。");
    }
    let left = match (notice.ended, notice.days) {
        (true, _) => "期限切れ".to_owned(),
        (false, ..=0) => "本日まで".to_owned(),
        (false, days) => format!("あと{days}日"),
    };
    page.section(Name::Time)
        .field("有効期限", format!("{}　{left}", probe::last_second(shown.not_after, clock.zone())));
    page.section(Name::Symptom);
    page.field("対象", component.clone());
    page.field("確認先", text::name(&notice.target));
    page.field("証明書 CN", text::name(&shown.subject));
    if !shown.names.is_empty() {
        page.field("別名", text::names(&shown.names).join("、"));
    }
    page.field("発行者", text::name(&shown.issuer));
    if let Some(owner) = &notice.owner {
        page.field("管理", text::name(owner));
    }
    let earlier: Vec<String> = notice.earlier.iter().map(|at| clock.day(*at)).collect();
    let earlier =
        if earlier.is_empty() { "該当なし（今回が初回です）".to_owned() } else { earlier.join("、") };
    page.section(Name::State).field("これまでの通知", earlier);
    closing(&mut page, letter, reader, true);
    let site = text::name(&letter.from.site);
    let day = clock.day(shown.not_after);
    let what =
        if notice.ended { format!("有効期限切れ（{day}）") } else { format!("有効期限 {day}（{left}）") };
    (subject(&["予防通知"], format!("{site} {component} {what}").trim(), None, None), page)
}
