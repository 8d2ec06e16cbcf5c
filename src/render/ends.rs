//! 取消 and 統合: an incident that ends otherwise than by 復旧; and why a request is taken back.
//!
//! Source of the wording of 取消: `DOMAIN.md` §14.

use super::frame::{Reader, closing, greeting, number_of, subject};
use super::layout::{Name, Page};
use super::symptom::Symptom;
use super::time::Clock;
use super::{facts, text};
use crate::desk::act::CancelKind;
use crate::desk::ids::Number;
use crate::desk::letter::{By, Facts, Letter};
use crate::desk::rules::VerdictCode;

/// 取消.
pub(super) fn cancelled(letter: &Letter, incident: &Facts, kind: CancelKind, reason: &str) -> (String, Page) {
    let clock = Clock::of(letter);
    let mut page = Page::new(letter.language);
    greeting(&mut page, letter, Reader::Office);
    page.text("先にご報告いたしました下記の件につきまして、取消のご連絡を申し上げます。");
    page.text(match kind {
        CancelKind::FalseAlarm => "確認の結果、監視上の誤検知であり、業務システムに異常がないことを確認いたしました。",
        CancelKind::Planned => "確認の結果、計画作業に伴う事象であり、障害ではないことを確認いたしました。",
        CancelKind::Duplicate => "確認の結果、別の受付番号にて対応している障害と重複していることが判明いたしました。",
        CancelKind::Other => "確認の結果、障害には該当しないと判断いたしましたので、障害としての取扱いを取り消します。",
    });
    facts::number(&mut page, incident);
    facts::occurred(&mut page, incident, |at| clock.era(at));
    page.section(Name::Symptom).field("事象", Symptom::of(incident).title());
    page.section(Name::State).field("取消の理由", text::or(text::note(reason), "（記入待ち）"));
    page.section(Name::Courtesy).text("お騒がせいたしましたことをお詫び申し上げます。");
    closing(&mut page, letter, Reader::Office, true);
    (title(&["障害", "取消"], incident), page)
}

/// Why a request is taken back: no more is said than what was decided.
pub(super) fn taken_back(incident: &Facts, cancelled: Option<CancelKind>, under: Option<&Number>) -> String {
    if let Some(number) = under {
        let number = number_of(number);
        return format!("貴社ご担当分は、受付番号{number}の障害として対応をお願いすることといたしましたので");
    }
    let why = match (cancelled, incident.verdict.as_ref().map(|verdict| verdict.code)) {
        (Some(CancelKind::FalseAlarm), _) => "その後の確認により、監視上の誤検知であることを確認いたしましたので",
        (Some(CancelKind::Planned), _) => "その後の確認により、計画作業に伴う事象であることを確認いたしましたので",
        (Some(CancelKind::Duplicate), _) => {
            "その後の確認により、別の受付番号にて対応している障害と重複していることが判明いたしましたので"
        }
        (Some(CancelKind::Other), _) => "その後の確認により、障害としての取扱いを取り消すこととなりましたので",
        // Whose it is taken to be is none of the reader's, and its own part is as much under contract as before.
        (None, Some(VerdictCode::ScopeOut)) if is_of_another(incident) => {
            "その後の切り分けにより、貴社保守対象以外に起因する可能性が高いと判断いたしましたので"
        }
        (None, Some(VerdictCode::ScopeOut)) => "その後の確認により、保守契約の範囲外として取り扱うこととなりましたので",
        (None, Some(VerdictCode::Unknown)) => {
            "その後の切り分けにおいても原因の特定に至っておらず、当窓口にて調査を続けることといたしましたので"
        }
        (None, _) => "その後の切り分けにより、貴社保守対象に起因する可能性は低いと判断いたしましたので",
    };
    why.to_owned()
}

fn is_of_another(incident: &Facts) -> bool {
    incident.verdict.as_ref().is_some_and(|verdict| verdict.by == By::Machine && verdict.parties.is_empty())
}

/// The end of a 取下げ: thanks, or what the vendor goes on with.
pub(super) fn thanks(under: Option<&Number>) -> String {
    under.map_or_else(
        || "ご対応いただき、ありがとうございました。".to_owned(),
        |number| format!("引き続き、{}にてご対応をお願いいたします。", number_of(number)),
    )
}

/// 統合.
pub(super) fn merged(
    letter: &Letter,
    incident: &Facts,
    into: &Number,
    (to_office, goes_on): (bool, bool),
) -> (String, Page) {
    let clock = Clock::of(letter);
    let (into, number) = (number_of(into), number_of(&incident.number));
    let reader = if to_office { Reader::Office } else { Reader::Vendor };
    let told = if to_office { "ご報告" } else { "ご依頼" };
    let mut page = Page::new(letter.language);
    greeting(&mut page, letter, reader);
    page.text(format!(
        "先に{told}いたしました下記の件につきまして、別の受付番号の障害とあわせて取り扱うことといたしましたので、\
         受付番号を統合いたします。"
    ));
    facts::number(&mut page, incident);
    page.field("統合先", into.as_str());
    facts::occurred(&mut page, incident, |at| if to_office { clock.era(at) } else { clock.western(at) });
    page.section(Name::Symptom).field("事象", Symptom::of(incident).title());
    if to_office {
        page.section(Name::Ask)
            .field("今後のご報告", "対応は継続しております。今後は統合先の受付番号にてお送りいたします。");
        closing(&mut page, letter, reader, true);
        return (title(&["障害", "統合"], incident), page);
    }
    page.section(Name::Ask).lines(
        "ご依頼事項",
        if goes_on { vec![
            format!("{number} としてのご依頼は、統合先の受付番号 {into} のご依頼として、そのまま引き継がせていただきます。"),
            "いただいたご連絡（受領、着手など）も引き継いでおりますので、あらためてのご連絡は不要です。".to_owned(),
            "引き続きご対応をお願いいたします。今後のご連絡では、統合先の受付番号をお使いください。".to_owned(),
        ] } else { vec![
            format!("{number} としてのご依頼は、本メールをもって終了いたします。"),
            "すでに着手されている場合は、お手数ですが、状況を窓口へお電話にてお知らせください。".to_owned(),
            "統合先の件についてご対応が必要な場合は、統合先の受付番号にてあらためてご依頼いたします。".to_owned(),
        ] },
        "該当なし",
    );
    closing(&mut page, letter, reader, true);
    let what = format!("{} {}", text::name(&letter.from.site), Symptom::of(incident).title());
    (subject(&["受付番号統合"], what.trim(), None, Some(&incident.number)), page)
}

fn title(tags: &[&str], incident: &Facts) -> String {
    subject(tags, &facts::office_title(incident), Some(incident.severity), Some(&incident.number))
}
