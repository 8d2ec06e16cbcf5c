//! まとめ: several messages in one, line by line.

use super::frame::{Reader, closing, greeting, number_of, subject};
use super::layout::{Name, Page};
use super::symptom::Symptom;
use super::time::Clock;
use super::{commands, notice, text};
use crate::desk::letter::{BundleLine, BundleReader, Letter};

/// Beyond so many only the numbers are named.
pub(super) const IN_FULL: usize = 200;
/// Numbers on one line.
pub(super) const NUMBERS: usize = 3;

/// まとめ.
pub(super) fn bundle(letter: &Letter, lines: &[BundleLine], to: BundleReader) -> (String, Page) {
    let clock = Clock::of(letter);
    let mut page = Page::new(letter.language);
    let reader = match to {
        BundleReader::Desk => Reader::Desk,
        BundleReader::Office => Reader::Office,
        BundleReader::Vendor => Reader::Vendor,
    };
    greeting(&mut page, letter, reader);
    let count = lines.len();
    let asks = lines.iter().filter(|line| is_request(line)).count();
    page.text(match to {
        BundleReader::Desk => format!("短時間に多数の連絡が重なったため、次の{count}件をまとめてお知らせします。"),
        BundleReader::Office => format!(
            "短時間に多数のご連絡が重なったため、次の{count}件をまとめてご報告いたします。各件のその後の状況は、受付番号ごとにご報告いたします。"
        ),
        BundleReader::Vendor if asks > 0 => format!(
            "短時間に多数の障害を検知したため、次の{count}件をまとめてご連絡いたします。「対応依頼」「調査依頼」などの{asks}件につきましては、\
             受付番号ごとに、受領のご連絡とご対応をお願いいたします。各件の詳細は、窓口へお電話にてお問い合わせください。"
        ),
        BundleReader::Vendor => {
            format!("短時間に多数のご連絡が重なったため、次の{count}件をまとめてご連絡いたします。")
        }
    });
    let rows = lines.iter().take(IN_FULL).map(|line| row(line, to, &clock)).collect();
    page.section(Name::Annex).items(&format!("■ご連絡（{count}件）"), rows, "該当なし");
    let rest: Vec<String> = lines.iter().skip(IN_FULL).map(|line| short(line, to)).collect();
    if !rest.is_empty() {
        let rows = rest.chunks(NUMBERS).map(|some| some.join("、")).collect();
        page.section(Name::Annex).items(&format!("■ほか（{}件）", rest.len()), rows, "該当なし");
    }
    if to == BundleReader::Desk {
        page.section(Name::Annex).text("次に行うこと：").item("未完了の一覧で、対応の漏れがないか確認してください。");
        page.command(commands::LIST.to_owned());
        page.item("電話連絡票など、まとめた連絡の全文は、行末の番号を指定して確認できます。");
        page.command(commands::MESSAGE.to_owned());
    }
    closing(&mut page, letter, reader, false);
    let tags: &[&str] = match to {
        BundleReader::Desk => &["要対応", "まとめ"],
        BundleReader::Office => &["障害", "まとめ"],
        BundleReader::Vendor if asks > 0 => &["対応依頼", "まとめ"],
        BundleReader::Vendor => &["ご連絡", "まとめ"],
    };
    let gravest = lines.iter().filter_map(|line| line.severity).min();
    let what = format!("{} {count}件のご連絡", text::name(&letter.from.site));
    (subject(tags, what.trim(), gravest, None), page)
}

fn is_request(line: &BundleLine) -> bool {
    matches!(line.kind.as_str(), "request" | "inquiry" | "chaser")
}

/// `KW-20260920-0003　09-20 02:13　重大度2　対応依頼　福祉APサーバ Ping応答なし（受領のご連絡：09-20 02:45まで）`
fn row(line: &BundleLine, to: BundleReader, clock: &Clock) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(line.number.as_ref().map(number_of));
    parts.push(clock.column(line.at));
    parts.extend(line.severity.map(|severity| format!("重大度{severity}")));
    parts.push(notice::kind_in_words(&line.kind));
    if !line.summary.is_empty() {
        let by = line.acknowledge_by.map(|at| format!("（受領のご連絡：{}まで）", clock.column(at)));
        parts.push(format!("{}{}", title(line), by.unwrap_or_default()));
    }
    // Only the desk can look a row up.
    parts.extend((to == BundleReader::Desk).then(|| text::name(&line.row)));
    parts.join("　")
}

/// What fails and how, as subjects say it.
pub(super) fn title(line: &BundleLine) -> String {
    let component = line.component.as_deref().unwrap_or_default();
    Symptom::from(&line.summary, &line.host.0, &line.host.1, component).title()
}

fn short(line: &BundleLine, to: BundleReader) -> String {
    let mut parts: Vec<String> = line.number.as_ref().map(number_of).into_iter().collect();
    parts.push(notice::kind_in_words(&line.kind));
    parts.extend((to == BundleReader::Desk).then(|| text::name(&line.row)));
    parts.join(" ")
}
