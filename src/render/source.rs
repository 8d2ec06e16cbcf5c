//! 監視停止 and 監視再開: that for a time nothing could be seen, which is no fault of the systems themselves.
//!
//! Told to offices and to the desk; only the desk's letter holds details. Source: `DOMAIN.md` §14.

use super::frame::{Reader, closing, greeting, number_of, subject};
use super::layout::{Name, Page};
use super::time::{Clock, span};
use super::{commands, text};
use crate::desk::ids::Number;
use crate::desk::letter::Letter;
use jiff::Timestamp;

/// 監視停止.
pub(super) fn blind(
    letter: &Letter,
    number: Option<&Number>,
    source: &str,
    since: Timestamp,
    detail: &str,
) -> (String, Page) {
    let clock = Clock::of(letter);
    let source = text::or(text::name(source), "監視");
    let detail = text::note(detail);
    let mut page = Page::new(letter.language);
    let reader = reader(letter, !detail.is_empty());
    greeting(&mut page, letter, reader);
    page.text("監視機能の一部が停止しております。");
    page.text("業務システムへの影響を示すものではございませんが、この間、障害を検知できないおそれがあります。");
    numbered(&mut page, number);
    page.section(Name::Time).field("停止日時", format!("{}から", clock.era(since)));
    page.section(Name::Symptom).field("対象", source.clone());
    page.section(Name::Impact).field("影響", "この間、上記の監視では障害を検知できないおそれがあります。");
    page.section(Name::State);
    page.field("原因", "確認中");
    if !detail.is_empty() {
        page.field("詳細", detail);
    }
    page.field("復旧見込み", "確認中");
    page.section(Name::Ask).field("次回報告", "監視の再開を確認し次第、ご報告いたします。");
    if reader == Reader::Desk {
        page.section(Name::Annex).text("次に行うこと：").item("監視元の状態を確認してください。");
        page.command(commands::STATUS.to_owned());
    }
    closing(&mut page, letter, reader, false);
    (subject(&["重要", "監視停止"], &what(letter, &source, "監視機能の一部停止"), None, number), page)
}

/// 監視再開.
pub(super) fn sighted(
    letter: &Letter,
    number: Option<&Number>,
    source: &str,
    since: Timestamp,
    until: Timestamp,
) -> (String, Page) {
    let clock = Clock::of(letter);
    let source = text::or(text::name(source), "監視");
    let mut page = Page::new(letter.language);
    let reader = reader(letter, false);
    greeting(&mut page, letter, reader);
    page.text("停止しておりました監視機能の再開を確認いたしましたので、ご報告いたします。");
    numbered(&mut page, number);
    page.section(Name::Time)
        .lines("停止期間", vec![format!("{}から", clock.era(since)), format!("{}まで", clock.era(until))], "確認中")
        .field("停止時間", span(since, until));
    page.section(Name::Symptom).field("対象", source.clone());
    page.section(Name::State).field(
        "現在の状況",
        "監視を再開しております。停止していた間の事象は、監視元の記録から確認し、障害があれば別途ご報告いたします。",
    );
    closing(&mut page, letter, reader, false);
    (subject(&["重要", "監視再開"], &what(letter, &source, "監視機能の再開"), None, number), page)
}

/// The desk gets details, or is the signing organisation itself.
fn reader(letter: &Letter, detailed: bool) -> Reader {
    let own = letter.to.organization == letter.from.organization;
    if detailed || own { Reader::Desk } else { Reader::Office }
}

fn numbered(page: &mut Page, number: Option<&Number>) {
    if let Some(number) = number {
        page.section(Name::Number).field("受付番号", number_of(number));
    }
}

fn what(letter: &Letter, source: &str, what: &str) -> String {
    format!("{} {what}（{source}）", text::name(&letter.from.site)).trim().to_owned()
}
