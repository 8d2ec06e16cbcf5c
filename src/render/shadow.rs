//! On trial (試行, 並行稼働): what stands before every message, and what the desk reads when a trial begins and ends.
//!
//! Source of the wording: `DOMAIN.md` §13.

use super::layout::{Name, Page};
use super::notice::Told;
use super::time::Clock;
use super::{Words, commands, digest, text};
use crate::desk::letter::{DigestLine, Meant};
use crate::desk::rules::Language;

/// The message with 【試行】 in front, and in its first lines to whom it would have gone.
pub(super) fn on_trial(words: Words, language: Language, meant: &Meant) -> Words {
    let mut page = Page::new(language);
    let whom = |none: &str| {
        let all = meant.to.iter().map(|one| {
            let name = if one.organization.ends_with(&one.name) { String::new() } else { text::name(&one.name) };
            let of = format!("{} {name}", text::name(&one.organization));
            format!("{} <{}>", of.trim(), text::name(&one.address))
        });
        let all: Vec<String> = all.collect();
        if all.is_empty() { vec![none.to_owned()] } else { all }
    };
    let channels: Vec<String> = meant.channels.iter().map(|name| text::name(name)).collect();
    let tag = match language {
        Language::Ja => {
            page.section(Name::Number).field("試行", "並行稼働中のため、本来の宛先へは送信しておりません。");
            page.lines("本来の宛先", whom("メールの宛先なし"), "");
            page.field("本来の経路", text::or(channels.join("、"), "不明"));
            "【試行】"
        }
        Language::En => {
            page.section(Name::Number).field("On trial", "sent to nobody else");
            page.lines("Meant for", whom("nobody by mail"), "");
            page.field("By", text::or(channels.join(", "), "not known"));
            "[Trial] "
        }
    };
    page.section(Name::Annex).rule();
    let head = page.set();
    Words { subject: format!("{tag}{}", words.subject), body: format!("{head}\n{}", words.body), ..words }
}

/// The trial begins.
pub(super) fn begins(held: usize, open: usize) -> Told {
    let held_words = match held {
        0 => "送信待ちの連絡はありませんでした。".to_owned(),
        _ => format!("送信待ちであった連絡{held}件は、送信を止めております。"),
    };
    let open_words = match open {
        0 => String::new(),
        _ => format!(
            "対応中の{open}件についても、以後の連絡は本来の宛先へ送信されません。必要な連絡は、電話など別の方法で行ってください。"
        ),
    };
    let mut steps = vec![("状態は、次のコマンドで確認できます。", vec![commands::STATUS.to_owned()])];
    if held > 0 {
        steps.push(("止めた連絡は、次のコマンドで確認できます。", vec![commands::OUTBOX.to_owned()]));
    }
    Told {
        title: "試行（並行稼働）を開始しました".to_owned(),
        happened: format!(
            "これ以後、すべての連絡は本来の宛先（業者、主管課、窓口、チャット等）へ送信せず、件名の先頭に【試行】を付けて、\
             この宛先だけに送信します。監視・切り分け・記録は通常どおり行います。{held_words}{open_words}"
        ),
        details: Vec::new(),
        steps,
    }
}

/// The trial is over.
pub(super) fn ends(incidents: &[DigestLine], total: usize, clock: &Clock) -> Told {
    let mut details = digest::rows(incidents, clock);
    if total > incidents.len() {
        details.push(format!("ほか{}件", total - incidents.len()));
    }
    let happened = match total {
        0 => "対応中の件はありません。".to_owned(),
        _ => format!(
            "対応中の{total}件（下の一覧）は、試行中に検知したため、本システムからは業者・主管課のいずれにも連絡しておりません。\
             試行中の依頼と報告は、行わなかったものとして扱い、督促や続報も送信しません。"
        ),
    };
    let mut steps = Vec::new();
    if total > 0 {
        steps.push((
            "各件について、担当先へ依頼済みかを確認し、依頼が必要なものは、切り分け結果を確定してください（依頼と第一報が送られます）。",
            vec![commands::LIST.to_owned(), commands::CONFIRM.to_owned()],
        ));
    }
    steps.push(("状態は、次のコマンドで確認できます。", vec![commands::STATUS.to_owned()]));
    Told {
        title: match total {
            0 => "試行を終了し、本番の運用に切り替えました".to_owned(),
            _ => format!("試行を終了し、本番の運用に切り替えました（要確認{total}件）"),
        },
        happened: format!("これ以後、連絡は本来の宛先へ送信します。{happened}"),
        details,
        steps,
    }
}
