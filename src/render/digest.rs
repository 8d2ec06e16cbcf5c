//! Lists for the desk: 日報, 引継ぎ, what was red at the first look.

use super::frame::{Reader, closing, greeting, number_of, subject};
use super::layout::{Name, Page};
use super::time::Clock;
use super::{commands, covers, notice, text, words};
use crate::desk::letter::{Digest, DigestLine, Letter};
use crate::desk::removal::SweptRecords;

/// 日報.
pub(super) fn daily(letter: &Letter, digest: &Digest) -> (String, Page) {
    let clock = Clock::of(letter);
    let mut page = Page::new(letter.language);
    greeting(&mut page, letter, Reader::Desk);
    page.text(format!("{}{}現在の状況をお知らせします。", clock.today(), clock.now()));
    let lists = [
        ("未完了", &digest.open),
        ("本日の次回報告予定", &digest.promised),
        ("未受領", &digest.unacknowledged),
        ("送達失敗", &digest.undelivered),
        ("静観", &digest.watched),
        ("重大度4", &digest.low),
    ];
    for (label, lines) in lists {
        page.section(Name::Annex);
        let rows = if label == "送達失敗" { undelivered(lines, &clock) } else { rows(lines, &clock) };
        page.items(&format!("■{label}（{}件）", lines.len()), rows, "該当なし");
    }
    let blind = digest.blind.iter().map(|(source, from, until)| {
        let until = until.map_or_else(|| "継続中".to_owned(), |until| clock.column(until));
        format!("{}　{} 〜 {until}", text::name(source), clock.column(*from))
    });
    page.section(Name::Annex).items(&format!("■監視停止（{}件）", digest.blind.len()), blind.collect(), "該当なし");
    let covers = digest.covers.iter().map(|state| covers::state(state, &clock)).collect();
    page.section(Name::Annex).items(&format!("■計画作業・通知抑止（{}件）", digest.covers.len()), covers, "該当なし");
    let removed = removed(digest, &clock);
    if !removed.is_empty() {
        page.section(Name::Annex).items("■保存期間満了による消去", removed, "該当なし");
    }
    closing(&mut page, letter, Reader::Desk, false);
    let what = format!(
        "{} {} 未完了{}件・未受領{}件・静観{}件・重大度4 {}件",
        text::name(&letter.from.site),
        clock.today(),
        digest.open.len(),
        digest.unacknowledged.len(),
        digest.watched.len(),
        digest.low.len()
    );
    (subject(&["日報"], what.trim(), None, None), page)
}

/// 保存期間 is over.
fn removed(digest: &Digest, clock: &Clock) -> Vec<String> {
    let files = digest.removed.map(|(files, incidents)| {
        format!("障害{incidents}件について取得したログ等のファイル{files}件を消去しました。")
    });
    let unlisted = (digest.unlisted > 0)
        .then(|| format!("受付に至らなかった検知{}件を一覧・検索の対象から除外しました。", digest.unlisted));
    let records = digest.records.map(|SweptRecords { until, files, incidents }| {
        let until = clock.day(until);
        format!("{until}までの記録（完了した障害{incidents}件、記録ファイル{files}個）を消去しました。")
    });
    files.into_iter().chain(unlisted).chain(records).collect()
}

/// 引継ぎ.
pub(super) fn hand_over(letter: &Letter, digest: &Digest) -> (String, Page) {
    let clock = Clock::of(letter);
    let mut page = Page::new(letter.language);
    greeting(&mut page, letter, Reader::Desk);
    page.text(format!("受付時間が終了しました。{}現在の未完了の件を、時間外の当番へ引き継ぎます。", clock.now()));
    let lists =
        [("未完了", &digest.open), ("未受領", &digest.unacknowledged), ("このあとの次回報告予定", &digest.promised)];
    for (label, lines) in lists {
        page.section(Name::Annex).items(&format!("■{label}（{}件）", lines.len()), rows(lines, &clock), "該当なし");
    }
    page.section(Name::Annex).text("次に行うこと：").item("未完了の一覧を確認し、対応を引き継いでください。");
    page.command(commands::LIST.to_owned());
    closing(&mut page, letter, Reader::Desk, false);
    let (site, today) = (text::name(&letter.from.site), clock.today());
    let what = format!("{site} {today} 未完了{}件・未受領{}件", digest.open.len(), digest.unacknowledged.len());
    (subject(&["引継ぎ"], what.trim(), None, None), page)
}

/// What was red before the first look.
pub(super) fn adopted(letter: &Letter, source: &str, problems: &[DigestLine], total: usize) -> (String, Page) {
    let clock = Clock::of(letter);
    let source = text::or(text::name(source), "監視元");
    let mut page = Page::new(letter.language);
    greeting(&mut page, letter, Reader::Desk);
    page.text(format!("「{source}」による監視を開始しました。開始の時点で、すでに{total}件の異常が発生しております。"));
    page.text(
        "これらについては、業者への依頼も主管課への報告も行っておりません。状態が変わるか、窓口の操作があった時点で、\
         通常の障害として扱います。",
    );
    let mut listed = rows(problems, &clock);
    if total > problems.len() {
        listed.push(format!("ほか{}件", total - problems.len()));
    }
    page.section(Name::Annex).items(&format!("■開始時の異常（{total}件）"), listed, "該当なし");
    page.section(Name::Annex).text("次に行うこと：").item("対応が必要なものがないか確認してください。");
    page.command(commands::LIST.to_owned());
    closing(&mut page, letter, Reader::Desk, false);
    let what = format!("{} {source} 監視開始時点の異常{total}件", text::name(&letter.from.site));
    (subject(&["監視開始"], what.trim(), None, None), page)
}

pub(super) fn rows(lines: &[DigestLine], clock: &Clock) -> Vec<String> {
    lines.iter().map(|line| row(line, clock)).collect()
}

/// Lines of what was not delivered: `party kind: why`, the kind as people call it.
fn undelivered(lines: &[DigestLine], clock: &Clock) -> Vec<String> {
    let told = |text: &str| {
        let (head, why) = text.split_once(": ")?;
        let (party, kind) = head.rsplit_once(' ')?;
        Some(format!("{party}　{}　{why}", notice::kind_in_words(kind)))
    };
    let line = |line: &DigestLine| {
        let text = told(&line.text).unwrap_or_else(|| line.text.clone());
        row(&DigestLine { text, ..line.clone() }, clock)
    };
    lines.iter().map(line).collect()
}

/// `KW-20260920-0001　09-20 02:13　重大度1　対応中　本庁舎コアスイッチ Ping応答なし`
fn row(line: &DigestLine, clock: &Clock) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(line.number.as_ref().map(number_of));
    let asked = line.asked.as_ref();
    let ask = asked.map(|(ask, _)| format!(" {}", words::ask(*ask))).unwrap_or_default();
    parts.push(format!("{}{ask}", clock.column(line.at)));
    parts.extend(line.severity.map(|severity| format!("重大度{severity}")));
    parts.extend(line.stage.map(|stage| words::stage(stage).to_owned()));
    let what = if line.withheld { "（情報セキュリティのため記載を省略）" } else { "不明" };
    let said = text::or(text::summary(&line.text), what);
    parts.push(if line.told && !line.withheld { format!("「{said}」との申告") } else { said });
    parts.extend(asked.map(|(_, by)| format!("受領期限 {}", clock.column(*by))));
    parts.join("　")
}
