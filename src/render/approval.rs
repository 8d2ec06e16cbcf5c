//! 送信前承認: what is held, as it will read, and the commands that send it or keep it back.
//!
//! Source of the wording: `DOMAIN.md` §13-14. The English is in `en/approval.rs`.

use super::layout::{Name, Page};
use super::notice::{Told, kind_in_words};
use super::quote::Kept;
use super::time::Clock;
use super::{commands, restored, text};
use crate::desk::letter::{HeldMessage, HeldRow};
use jiff::Timestamp;

/// What is held, and until when.
pub(super) fn told(messages: &[HeldMessage], more: &[HeldRow], clock: &Clock) -> Told {
    let title = match (messages, more) {
        ([one], []) => format!("{}の送信前承認のお願い（{}）", kind_in_words(&one.kind), to(one)),
        _ => format!("送信前承認のお願い（{}件）", messages.len() + more.len()),
    };
    let first = first_limit(messages).map_or_else(|| "期限".to_owned(), |at| clock.short(at));
    let by_itself = match messages.iter().all(|one| clock.short(one.until) == first) {
        true => first,
        false => format!("それぞれの「自動送信」の時刻（最も早いものは{first}）"),
    };
    let unseen = match more {
        [] => "",
        _ => "本文を省いた連絡も、承認がなければ期限に自動で送信します。",
    };
    let mut steps: Vec<(&'static str, Vec<String>)> = vec![(
        "内容に問題がなければ、承認してください（承認すると直ちに送信され、「自動判定」の表示は「窓口確認済」になります）。",
        messages.iter().map(|one| commands::approve(&one.row)).collect(),
    )];
    steps.push((
        "送信すべきでない場合は、理由を記録して取りやめてください。",
        messages.iter().map(|one| commands::drop(&one.row)).collect(),
    ));
    if !more.is_empty() {
        steps.push((
            "本文を省いた連絡も、内容を確認のうえ、同様に承認するか、取りやめてください。",
            vec![commands::OUTBOX.to_owned(), commands::MESSAGE.to_owned()],
        ));
    }
    Told {
        title,
        happened: format!(
            "次の連絡は、まだ送信しておりません。内容をご確認のうえ、承認をお願いします。承認がない場合は、{by_itself}に、\
             「自動判定」の表示のまま自動で送信します。{unseen}"
        ),
        details: more.iter().map(|row| format!("本文を省いた連絡：{}", restored::line(row))).collect(),
        steps,
    }
}

/// When the first of them leaves unless somebody looks at it.
pub(super) fn first_limit(messages: &[HeldMessage]) -> Option<Timestamp> {
    messages.iter().map(|one| one.until).min()
}

/// Each message as it will read.
pub(super) fn in_full(page: &mut Page, messages: &[HeldMessage], kept: &Kept, clock: &Clock) {
    for one in messages {
        let words = super::mail_to_quote(&one.letter, kept);
        page.section(Name::Annex).rule();
        page.text(format!("【{}】{}（{}）", text::name(&one.row), kind_in_words(&one.kind), to(one)));
        let addresses = one.to.iter().map(|to| format!("{} <{}>", text::name(&to.name), text::name(&to.address)));
        page.lines("宛先", addresses.collect(), "なし");
        page.field("送信経路", text::or(text::name(&one.channel), "不明"));
        if !one.copies.is_empty() {
            page.field("写し", one.copies.iter().map(|channel| text::name(channel)).collect::<Vec<_>>().join("、"));
        }
        page.field("自動送信", clock.short(one.until));
        page.field("件名", words.subject);
        if matches!(one.kind.as_str(), "request" | "inquiry") {
            page.text("（本文中の受領の期限は、実際に送信する時刻に合わせて改めます。）");
        }
        page.text("本文：");
        page.quote(words.body.lines().map(str::to_owned).collect());
    }
    page.rule();
}

/// Who gets it.
fn to(one: &HeldMessage) -> String {
    text::or(text::name(&one.letter.to.organization), "不明")
}
