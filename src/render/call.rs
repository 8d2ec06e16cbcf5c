//! Calls that were made, in Japanese: when, to whom, how they ended - soberly, without comment.

use super::text;
use super::time::Clock;
use crate::desk::letter::{CallResult, Tried};

/// As the phone note's form has it.
pub(super) fn result(result: CallResult) -> &'static str {
    match result {
        CallResult::NoAnswer => "不在",
        CallResult::VoiceMail => "留守電",
        CallResult::Busy => "話中",
        CallResult::Answered => "応答あり",
    }
}

/// 「17時40分にT株式会社（時間外受付）へ電話しましたが、応答がありませんでした。」
pub(super) fn made(at: &str, party: &str, contact: &str, result: CallResult) -> String {
    let (party, contact) = (text::name(party), text::name(contact));
    let whom = if contact.is_empty() { party } else { format!("{party}（{contact}）") };
    match result {
        CallResult::NoAnswer => format!("{at}に{whom}へ電話しましたが、応答がありませんでした。"),
        CallResult::Busy => format!("{at}に{whom}へ電話しましたが、話中でした。"),
        CallResult::VoiceMail => format!("{at}に{whom}へ電話し、留守番電話に伝言を残しました。"),
        CallResult::Answered => format!("{at}に{whom}へ電話で連絡しました。"),
    }
}

/// The calls so far, one line each.
pub(super) fn so_far(tried: &[Tried], clock: &Clock) -> Vec<String> {
    let line = |one: &Tried| {
        let (organization, contact) = (text::name(&one.organization), text::name(&one.contact));
        format!("{}　{organization} {contact}　{}", clock.short(one.at), result(one.result))
    };
    tried.iter().map(line).collect()
}
