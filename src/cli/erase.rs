//! `incident erase`, and how what was removed is told.

use super::text::Tongue;
use super::{By, Context, Trouble, text};
use crate::control::erase::{EraseRequest, Erased};
use crate::control::gone::{INK, Removed};
use crate::control::ink::Stays;
use crate::store::{Gone, GoneBy};
use clap::Args;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// What is to be erased.
#[derive(Debug, Args)]
pub(crate) struct Asked {
    /// The incident's number.
    number: String,
    /// Only what contains this text; without it, all files, notes and messages of the incident. It is erased in the journal as well,
    /// wherever it stands there. The text itself is put on no record.
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
    let is_search = containing.is_some();
    let erased = context.client()?.erase(&number, &EraseRequest { by: by.by, containing, reason }).await?;
    if context.json {
        return context.print_json(&erased);
    }
    let lines: Vec<String> = said(context.tongue, &erased, is_search).iter().map(|line| text::clean(line)).collect();
    text::out(&lines.join("\n"));
    Ok(())
}

fn counted(number: usize, of: &str) -> String {
    format!("{number} {of}{}", if number == 1 { "" } else { "s" })
}

fn said(tongue: Tongue, erased: &Erased, is_search: bool) -> Vec<String> {
    let Erased { incident, files, bytes, words, messages, records, places, stays, still, still_count, .. } = erased;
    let Erased { kept, fixed, unread, coming, done, on_record, .. } = erased;
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
        *places > 0,
        format!(
            "In the journal, of whatever incident: {}, in {}; {INK} stands there now.",
            counted(usize::try_from(*places).unwrap_or(usize::MAX), "place"),
            counted(*records, "record")
        ),
        format!("原本（他の障害の記録を含む）：{records} 件の記録の {places} か所を墨消しし、{INK} に置き換えました。"),
    );
    if let Some((english, japanese)) = stays.as_ref().map(why_it_stays) {
        add(
            true,
            format!("In the journal nothing was erased: {english}."),
            format!("原本は消去していません。{japanese}。"),
        );
    }
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
    let more = still_count.saturating_sub(still.len());
    let (and, others) = match more {
        0 => (String::new(), String::new()),
        more => (format!(" and {more} more"), format!(" ほか {more} 件")),
    };
    add(
        *still_count > 0,
        format!("Still holding the text in the state directory: {}{and}.", still.join(", ")),
        format!("記録フォルダー内で、まだ該当の文字列を含むファイル：{}{others}", still.join("、")),
    );
    add(
        !is_search,
        "What a call was about, the texts of alerts, reasons of other acts and names of those who acted stay in the journal: \
         --containing TEXT erases a text there as well."
            .to_owned(),
        "起票の件名、警報の文言、その他の操作の理由、操作した人の名前は原本に残っています。--containing 文字列 を付けると、原本の中の\
         文字列も消去します。"
            .to_owned(),
    );
    add(
        true,
        "Mails that have left, and backups made before, still hold it.".to_owned(),
        "送信済みのメールと、これまでに取得したバックアップは、消去の対象外です。".to_owned(),
    );
    lines
}

/// Why a text stays in the journal, in English and Japanese.
fn why_it_stays(why: &Stays) -> (String, String) {
    match why {
        Stays::Short => (
            "a single character, or fewer than four plain letters or digits, is too little to look for everywhere; give more of what stands there".to_owned(),
            "1文字（英数字のみの場合は3文字以下）では対象を特定できません。前後を含めて指定してください".to_owned(),
        ),
        Stays::Configured => (
            "the configuration contains the text, too, and it would come again; take it out there first".to_owned(),
            "設定ファイルに同じ文字列があるため、消去しても再び記録されます。先に設定から削除してください".to_owned(),
        ),
        Stays::Key { alert, source } => (
            format!("the end of alert {alert} of {source}, which is not over, is known by it; erase it after that"),
            format!("継続中の警報 {alert}（{source}）の復旧の判定に必要です。復旧後に消去してください"),
        ),
        Stays::Cursor { source } => (
            format!("the source {source} needs it to go on reading"),
            format!("監視元 {source} の読み取り位置に必要です"),
        ),
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
