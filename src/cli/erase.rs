//! `incident erase`, and how what was removed is told.

use super::text::Tongue;
use super::{By, Context, Trouble, text};
use crate::control::erase::{EraseRequest, Erased};
use crate::control::gone::Removed;
use crate::store::{Gone, GoneBy};
use clap::Args;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// What is to be erased.
#[derive(Debug, Args)]
pub(crate) struct Asked {
    /// The incident's number.
    number: String,
    /// Only files and messages that contain this text; without it, all of them. The text itself is put on no record.
    #[arg(long, value_name = "TEXT")]
    containing: Option<String>,
    /// Why, without the text itself: this stays on record.
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    by: By,
}

/// Has it erased, and says what was.
pub(super) async fn erase(context: &Context, asked: Asked) -> Result<(), Trouble> {
    let Asked { number, containing, reason, by } = asked;
    let erased = context.client()?.erase(&number, &EraseRequest { by: by.by, containing, reason }).await?;
    if context.json {
        return context.print_json(&erased);
    }
    let lines: Vec<String> = said(context.tongue, &erased).iter().map(|line| text::clean(line)).collect();
    text::out(&lines.join("\n"));
    Ok(())
}

fn counted(number: usize, of: &str) -> String {
    format!("{number} {of}{}", if number == 1 { "" } else { "s" })
}

fn said(tongue: Tongue, erased: &Erased) -> Vec<String> {
    let Erased { incident, files, bytes, words, messages, kept, fixed, unread, coming, done, on_record } = erased;
    let (english, japanese) = if *done && *on_record {
        ("erased", "を消去しました")
    } else {
        ("to be erased", "の消去を受け付けました")
    };
    let mut lines = vec![match tongue {
        Tongue::En => format!(
            "{incident}: {} of evidence ({bytes} bytes), {} of people and {} as worded {english}.",
            counted(*files, "file"),
            counted(*words, "text"),
            counted(*messages, "message")
        ),
        Tongue::Ja => {
            format!(
                "{incident}：取得ファイル {files} 件（{bytes} バイト）、記入内容 {words} 件、送信文面の控え {messages} 件{japanese}。"
            )
        }
    }];
    let mut add = |is_so: bool, english: String, japanese: String| {
        if is_so {
            lines.push(tongue.pick(&english, &japanese).to_owned());
        }
    };
    add(
        !on_record,
        "Not on record yet, because the disk cannot be written: nothing is removed before it is.".to_owned(),
        "ディスクに書き込めないため、まだ記録されていません。記録できるようになってから消去します。".to_owned(),
    );
    add(
        !done,
        "Some of it is still there; it is removed by itself, see `kiriwake status`.".to_owned(),
        "まだ残っているものがあります。自動で消去します（`kiriwake status` で確認できます）。".to_owned(),
    );
    add(
        *kept > 0,
        format!("{} without the text stay.", counted(*kept, "file")),
        format!("該当の文字列を含まない取得ファイル {kept} 件は残しました。"),
    );
    add(
        *fixed > 0,
        format!(
            "In the journal itself, written by an earlier version, and so not erased: {}.",
            counted(*fixed, "text")
        ),
        format!("以前の版が原本に直接書き込んだ記入内容 {fixed} 件は消去できません。"),
    );
    add(
        *unread > 0,
        format!("Not read, and so not searched: {}; `kiriwake store verify` says why.", counted(*unread, "file")),
        format!(
            "読み取れず確認できなかった取得ファイルが {unread} 件あります（`kiriwake store verify` で確認してください）。"
        ),
    );
    add(
        *coming > 0,
        format!("Still being gathered: {}; look again in a few minutes.", counted(*coming, "file")),
        format!("取得中のファイルが {coming} 件あります。数分後にもう一度確認してください。"),
    );
    add(
        true,
        "Mails that have left, and backups made before, still hold it. The words of the alerts themselves, what a call was \
         about, and names of those who acted stay in the record."
            .to_owned(),
        "送信済みのメール、これまでに取得したバックアップ、警報そのものの文言、申告（起票）の件名、操作した人の名前は、\
         消去の対象外です。"
            .to_owned(),
    );
    lines
}

/// How a file was removed.
pub(super) fn gone(tongue: Tongue, gone: &Gone, zone: &TimeZone) -> String {
    let at = text::time(gone.at, zone);
    match (&gone.by, tongue) {
        (GoneBy::Person { name, reason }, Tongue::En) => format!("erased {at} by {name}: {reason}"),
        (GoneBy::Person { name, reason }, Tongue::Ja) => format!("{at} {name} が消去（理由：{reason}）"),
        (GoneBy::Retention, Tongue::En) => format!("removed {at}: its time was over"),
        (GoneBy::Retention, Tongue::Ja) => format!("{at} 保存期間満了により消去"),
    }
}

/// The same for several files, with how many.
pub(super) fn together(tongue: Tongue, removed: &Removed, zone: &TimeZone) -> Vec<String> {
    let mut alike: BTreeMap<(jiff::Timestamp, String), usize> = BTreeMap::new();
    for known in removed.values() {
        *alike.entry((known.at, gone(tongue, known, zone))).or_default() += 1;
    }
    let line = |((_, how), files): ((jiff::Timestamp, String), usize)| match tongue {
        Tongue::En => format!("{} {how}", counted(files, "file")),
        Tongue::Ja => format!("{files} 件：{how}"),
    };
    alike.into_iter().map(line).collect()
}
