//! The disk the record is on in words, for the desk: that the record cannot be written, that it can again, and that room
//! runs short.
//!
//! Source of the wording: `DOMAIN.md` §14. The English is in `en/disk.rs`.

use super::commands;
use super::notice::Told;
use super::time::{Clock, span};
use crate::desk::storage::{Cause, Resource, Room};
use jiff::Timestamp;

/// Until it is written again, nothing of what leaves is on record.
pub(super) fn unwritable(since: Timestamp, cause: Cause, clock: &Clock) -> Told {
    let cause = match cause {
        Cause::Full => "ディスクの空きがありません。",
        Cause::ReadOnly => "ディスクが読み取り専用になっています。",
        Cause::Failing => "ディスクへの書き込みに失敗しています。",
    };
    Told {
        title: "記録できない状態で動いています".to_owned(),
        happened: format!(
            "運用監視システムは、{}から記録をディスクに書き込めません。{cause}監視と連絡は続けており、この間の記録は、書き込めるように\
             なるまでメモリに保持します。書き込めるようになると自動で記録し、その旨をお知らせします。",
            clock.short(since)
        ),
        details: vec![
            "この間に運用監視システムを停止または再起動すると、書き込み前の記録が失われます。監視の内容は監視元から取り込み直すため、\
             同じ連絡が再び送られたり、受付番号が別の件に再び使われたりすることがあります。"
                .to_owned(),
            "この間の操作（受領や復旧の記録など）は、書き込めるようになるまで確定しません。控えを残してください。".to_owned(),
        ],
        steps: vec![
            ("ディスクの状態の確認と空きの確保を、システム管理者へ至急依頼してください。再起動は不要です。", Vec::new()),
            ("現在の状態は、次のコマンドで確認できます。", vec![commands::STATUS.to_owned()]),
        ],
    }
}

/// It is written again.
pub(super) fn written(from: Timestamp, until: Timestamp, steps: Option<u64>, clock: &Clock) -> Told {
    let waited = match steps {
        Some(steps) => format!("この間の記録（{steps}件）は、すべて書き込みました。"),
        None => "この間に運用監視システムが再起動したため、記録が完全であるかを確認してください。".to_owned(),
    };
    Told {
        title: "記録できる状態に戻りました".to_owned(),
        happened: format!(
            "運用監視システムは、{}から{}まで（{}）記録をディスクに書き込めませんでした。{waited}監視と連絡は通常の状態に戻っております。",
            clock.short(from),
            clock.short(until),
            span(from, until)
        ),
        details: Vec::new(),
        steps: vec![
            ("ディスクの空きを、システム管理者に確認してください。", vec![commands::STATUS.to_owned()]),
            ("記録を検査してください。", vec![commands::VERIFY.to_owned()]),
        ],
    }
}

/// What was kept for this moment is being used.
pub(super) fn reserve_used() -> Told {
    Told {
        title: "ディスクの空きがなくなり、予備の領域を使い始めました".to_owned(),
        happened: "記録を書き込むディスクの空きがなくなったため、確保しておいた予備の領域を開放しました。記録は続けておりますが、\
                   予備の領域も使い切ると、記録できない状態になります。"
            .to_owned(),
        details: Vec::new(),
        steps: vec![(
            "ディスクの空きの確保を、システム管理者へ至急依頼してください。空きが戻ると、予備の領域は自動で確保し直します。",
            vec![commands::STATUS.to_owned()],
        )],
    }
}

/// Room runs short.
pub(super) fn low(of: Resource, percent: u8, room: Room) -> Told {
    let what = match of {
        Resource::Bytes => "空き",
        Resource::Files => "空き（iノード）",
    };
    let (title, step) = if room == Room::VeryLow {
        ("ごくわずかです", "ディスクの空きの確保を、システム管理者へ至急依頼してください。")
    } else {
        ("少なくなっています", "ディスクの空きの確保を、システム管理者へ依頼してください。")
    };
    Told {
        title: format!("記録用ディスクの{what}が{title}（残り{percent}％）"),
        happened: format!(
            "運用監視システムの記録を書き込むディスクの{what}が、残り{percent}％になりました。なくなると、記録できない状態になります。"
        ),
        details: Vec::new(),
        steps: vec![(step, vec![commands::STATUS.to_owned()])],
    }
}
