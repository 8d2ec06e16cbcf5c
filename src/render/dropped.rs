//! A message that somebody at the desk gave up, in words for the whole desk.
//!
//! Source of the wording: `DOMAIN.md` §14. The English is in `en/dropped.rs`.

use super::notice::{Told, kind_in_words};
use super::{commands, text};
use crate::desk::ids::Number;
use crate::desk::letter::DroppedMessage;

/// Who gave it up, and what is to be done instead.
pub(super) fn told(message: &DroppedMessage, number: Option<&Number>) -> Told {
    let DroppedMessage { row, kind, to, by, reason, unread, not_asked, still_asked } = message;
    let kind = kind_in_words(kind);
    let to = text::or(text::name(to), "不明");
    let arrived = match unread {
        true => "相手方には届いておりません。",
        false => "取りやめた時点で、すでに相手方に届いていた可能性があります。",
    };
    let request = match names(not_asked) {
        none if none.is_empty() => String::new(),
        asked => {
            format!("{asked}への依頼は行わなかったものとして扱い、督促も行いません。次の対応は窓口で決めてください。")
        }
    };
    let goes_on = match names(still_asked) {
        none if none.is_empty() => String::new(),
        asked => format!("{asked}への依頼は継続しており、受領の連絡がなければ、予定どおり督促を送信します。"),
    };
    let by = text::or(text::name(by), "窓口");
    let mut steps = Vec::new();
    for party in not_asked {
        steps.push((
            "あらためて依頼する場合は、次のコマンドで依頼してください（新しい依頼が送られます）。",
            number.map(|number| commands::assign(number, party)).into_iter().collect(),
        ));
    }
    if not_asked.is_empty() {
        steps.push(("必要な連絡は、電話など別の方法で行ってください。", Vec::new()));
    }
    steps.push(("取りやめた連絡の内容は、次のコマンドで確認できます。", vec![commands::message(row)]));
    Told {
        title: format!("{kind}の送信を取りやめました（{to}）"),
        happened: format!("{to}宛ての{kind}の送信を、{by}が取りやめました。{arrived}{request}{goes_on}"),
        details: vec![
            format!("連絡の番号：{}", text::name(row)),
            format!("理由：{}", text::or(text::note(reason), "記載なし")),
        ],
        steps,
    }
}

fn names(parties: &[String]) -> String {
    parties.iter().map(|party| text::name(party)).collect::<Vec<_>>().join("、")
}
