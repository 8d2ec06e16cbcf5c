//! What follows from a row that was dropped, on the terminal.

use super::super::{Context, Trouble, text};
use crate::desk::act::Means;

/// That it is dropped, and what that means.
pub(super) async fn said(context: &Context, row: &str, means: &[Means]) -> Result<String, Trouble> {
    let zone = context.zone().await?;
    let tongue = context.tongue;
    let mut lines =
        vec![tongue.pick(&format!("{row} is dropped."), &format!("{row} の送信を取りやめました。")).to_owned()];
    for meaning in means {
        let (english, japanese) = match meaning {
            Means::NotAsked { party, incident } => (
                format!(
                    "{party} counts as not asked for {incident}: it is not reminded, and the incident is the desk's. \
                     `kiriwake incident assign {incident} --party \"{party}\"` asks it anew."
                ),
                format!(
                    "{incident}：{party}への依頼は行わなかったものとします（督促なし、担当は窓口）。あらためて依頼するには \
                     `kiriwake incident assign {incident} --party \"{party}\"`。"
                ),
            ),
            Means::StillAsked { party, incident } => (
                format!("The request to {party} for {incident} goes on, reminders included."),
                format!("{incident}：{party}への依頼は継続します（受領がなければ督促します）。"),
            ),
            Means::OtherRow { party, incident, row } => (
                format!(
                    "{party} has not been reached for {incident}: {row} asks for the same and was given up as well. \
                     `kiriwake outbox retry {row}` or `kiriwake outbox drop {row} --reason ...` decides."
                ),
                format!(
                    "{incident}：{party}への依頼はまだ届いていません。同じ依頼の {row} も送信を断念した状態です。\
                     `kiriwake outbox retry {row}`で再送、`kiriwake outbox drop {row} --reason …`で取りやめます。"
                ),
            ),
            Means::MayHaveArrived => (
                "An earlier attempt may have delivered it.".to_owned(),
                "以前の送信で、すでに届いている可能性があります。".to_owned(),
            ),
            Means::NextReport { at: Some(at) } => (
                format!("Reports go on: the next, at {}, tells what this one told.", text::time(*at, &zone)),
                format!("報告は継続します。内容は次の報告（{}）に含めます。", text::time(*at, &zone)),
            ),
            Means::NextReport { at: None } => (
                "Reports go on: the next tells what this one told; no hour is promised for it.".to_owned(),
                "報告は継続します。内容は次の報告に含めます（予定時刻なし）。".to_owned(),
            ),
            Means::EndUntold { party } => (
                format!("{party} does not learn by mail how it ended."),
                format!("{party}には、終結がメールで伝わりません。"),
            ),
            Means::Several { messages } => {
                (format!("It stood for {messages} messages."), format!("{messages}件の連絡をまとめたものでした。"))
            }
            Means::DeskTold => {
                ("The desk is told by mail (内部連絡).".to_owned(), "窓口へ内部連絡を送ります。".to_owned())
            }
        };
        lines.push(text::clean(tongue.pick(&english, &japanese)));
    }
    Ok(lines.join("\n"))
}
