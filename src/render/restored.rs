//! A restored record in words, for the desk: from when it is, what is held, what is to be done about both.
//!
//! Source of the wording: `DOMAIN.md` §14. The English is in `en/restored.rs`.

use super::notice::{Told, kind_in_words};
use super::time::Clock;
use super::{commands, text};
use crate::desk::letter::HeldRow;
use jiff::Timestamp;

/// The record was restored from a backup.
pub(super) fn told(made: Timestamp, rows: &[HeldRow], total: usize, clock: &Clock) -> Told {
    let made = clock.western(made);
    let mut details: Vec<String> = rows.iter().map(line).collect();
    if total > rows.len() {
        details.push(format!("ほか{}件", total - rows.len()));
    }
    let mut steps = Vec::new();
    if total > 0 {
        steps.push((
            "送信を止めた連絡が相手に届いているか確認し、届いていないものだけ、番号を指定して再送してください。",
            commands(total),
        ));
    }
    steps.push((
        "バックアップより後に受けた連絡と行った対応を、あらためて記録してください。",
        vec![commands::LIST.to_owned()],
    ));
    let held = match total {
        0 => "送信を止めた連絡はありません。".to_owned(),
        _ => format!("送信待ちであった連絡{total}件は、すでに送信済みの可能性があるため、送信を止めております。"),
    };
    Told {
        title: match total {
            0 => "運用監視システムの記録をバックアップから復元しました".to_owned(),
            _ => format!("運用監視システムの記録をバックアップから復元しました（送信保留{total}件）"),
        },
        happened: format!(
            "運用監視システムの記録を、{made}のバックアップから復元しました。それより後の操作と送信の記録は、残っておりません。\
             監視の状況は、監視元の記録から取り込み直します。{held}バックアップより後に付けた受付番号は、別の件に再び使われることがあります。"
        ),
        details,
        steps,
    }
}

/// What shows what is held, and sends it.
pub(super) fn commands(total: usize) -> Vec<String> {
    if total == 0 { Vec::new() } else { vec![commands::OUTBOX.to_owned(), commands::RETRY.to_owned()] }
}

/// `O-12 対応依頼（株式会社N） [KW-20261120-0001]`
pub(super) fn line(row: &HeldRow) -> String {
    let number = row.number.as_ref().map_or_else(String::new, |number| format!(" [{}]", text::name(&number.0)));
    let to = text::or(text::name(&row.to), "不明");
    format!("{} {}（{to}）{number}", text::name(&row.row), kind_in_words(&row.kind))
}
