//! `incident erase`, and how what was removed is told.

use super::text::Tongue;
use super::{By, Context, Trouble, text};
use crate::control::erase::{EraseRequest, Erased};
use crate::control::gone::{INK, Removed};
use crate::control::unsent::Unsent;
use crate::store::{Gone, GoneBy};
use clap::Args;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// What is to be erased.
#[derive(Debug, Args)]
pub(crate) struct Asked {
    /// The incident's number.
    number: String,
    /// Only what contains this text; without it, all files, notes and messages of the incident. The text itself is put on no record.
    /// In the journal it is erased by `store erase`, with the daemon stopped.
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
    let Erased { incident, files, bytes, words, messages, kept, fixed, unread, coming, done, unsent, on_record } =
        erased;
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
        format!("以前の版が原本に直接書き込んだ記入内容 {fixed} 件は消去していません。"),
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
    still_to_leave(unsent, &mut add);
    add(
        true,
        "What a call was about, the texts of alerts, reasons of other acts and names of those who acted stay in the journal. A text is \
         erased there with the daemon stopped (--dry-run only counts, and the daemon may run):"
            .to_owned(),
        "起票の件名、警報の文言、その他の操作の理由、操作した人の名前は原本に残っています。原本の中の文字列は、本プログラムを停止してから\
         消去します（--dry-run を付けると件数の確認だけを行い、動作中でも使えます）。"
            .to_owned(),
    );
    for (english, japanese) in [
        ("  systemctl stop kiriwake", "  systemctl stop kiriwake"),
        ("  kiriwake store erase --by NAME --reason WHY", "  kiriwake store erase --by 氏名 --reason 理由"),
        ("  systemctl start kiriwake", "  systemctl start kiriwake"),
    ] {
        add(true, english.to_owned(), japanese.to_owned());
    }
    add(
        true,
        "Mails that have left, and backups made before, still hold it.".to_owned(),
        "送信済みのメールと、これまでに取得したバックアップは、消去の対象外です。".to_owned(),
    );
    lines
}

/// What waits, and what it will say.
fn still_to_leave(unsent: &[Unsent], add: &mut impl FnMut(bool, String, String)) {
    let listed = |holds: bool| -> (usize, String) {
        let some: Vec<&Unsent> = unsent.iter().filter(|one| one.holds_text == holds).collect();
        let rows: Vec<String> = some.iter().map(|one| format!("{} ({} {})", one.row, one.kind, one.to)).collect();
        (some.len(), rows.join(", "))
    };
    let (number, rows) = listed(false);
    add(
        number > 0,
        format!("Not sent yet, and worded anew from what stays on record: {}: {rows}.", counted(number, "message")),
        format!("未送信の連絡 {number} 件は、残っている記録から文面を作り直して送信します：{rows}。"),
    );
    let (number, rows) = listed(true);
    add(
        number > 0,
        format!(
            "THE TEXT STILL LEAVES with {} not sent yet, and with later ones of this incident, because what a call was about and what \
             alerts said is not erased here: {rows}. So that they do not leave:",
            counted(number, "message")
        ),
        format!(
            "【注意】未送信の連絡 {number} 件と、この件の今後の連絡には、該当の文字列が残ります（起票の件名・警報の文言は、ここでは消去されません）：\
             {rows}。送信を取りやめるには、次を実行してください。"
        ),
    );
    for row in unsent.iter().filter(|one| one.holds_text).map(|one| &one.row) {
        let english = format!("  kiriwake outbox drop {row} --reason WHY");
        add(true, english, format!("  kiriwake outbox drop {row} --reason 理由"));
    }
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
    let mut alike: BTreeMap<(jiff::Timestamp, String, bool), usize> = BTreeMap::new();
    for (name, known) in removed {
        *alike.entry((known.at, gone(tongue, known, zone), name.starts_with(INK))).or_default() += 1;
    }
    let line = |((_, how, is_ink), files): ((jiff::Timestamp, String, bool), usize)| match (tongue, is_ink) {
        (Tongue::En, true) => format!("{INK} in the record: {how}"),
        (Tongue::Ja, true) => format!("記録中の{INK}：{how}"),
        (Tongue::En, false) => format!("{} {how}", counted(files, "file")),
        (Tongue::Ja, false) => format!("{files} 件：{how}"),
    };
    alike.into_iter().map(line).collect()
}
