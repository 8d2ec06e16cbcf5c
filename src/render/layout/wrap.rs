//! Where a line of Japanese or English text may end, and how wide it is.
//!
//! Full-width characters count two columns. A line end is looked for between phrases first and never beside a bracket or
//! within a number (禁則). Not here: what a line says, or what stands before it.

use unicode_width::UnicodeWidthChar;

/// Columns of a character, East Asian ambiguous ones (…, ℃, ※) as wide as Japanese fonts draw them.
pub(super) fn width_of(c: char) -> usize {
    c.width_cjk().unwrap_or(0)
}

/// Columns of a text.
pub(in crate::render) fn width(text: &str) -> usize {
    text.chars().map(width_of).sum()
}

/// How good a place is to end a line.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Break {
    /// 禁則, or within a word or number.
    Never,
    /// Probably within a word.
    Bad,
    /// Where the kind of letters changes.
    Poor,
    /// Between phrases, or at a space.
    Good,
    /// Behind 、 or 。
    Best,
}

/// Lines of at most `columns`; at least one, empty for an empty text.
pub(super) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut lines = Vec::new();
    let mut start = 0;
    while let Some(end) = overflow(&chars, start, columns) {
        let at = best_break(&chars, start, end, columns);
        lines.push(chars.get(start..at).unwrap_or_default().iter().collect::<String>().trim_end().to_owned());
        start = at;
        while chars.get(start).is_some_and(|c| c.is_whitespace()) {
            start += 1;
        }
    }
    if start < chars.len() || lines.is_empty() {
        lines.push(chars.get(start..).unwrap_or_default().iter().collect());
    }
    lines
}

/// The first place that no longer fits; `None` when the rest fits.
fn overflow(chars: &[char], start: usize, columns: usize) -> Option<usize> {
    let mut used = 0;
    for (at, c) in chars.iter().enumerate().skip(start) {
        used += width_of(*c);
        if used > columns {
            return Some(at.max(start + 1));
        }
    }
    None
}

/// Where to end the line that began at `start` and must end at `end` or before. A better place may cost some columns: half of
/// the line for a phrase, a quarter for a comma, and more where a word would be cut.
fn best_break(chars: &[char], start: usize, end: usize, columns: usize) -> usize {
    let mut depth = depth_before(chars, end);
    let mut found: Option<(Break, usize)> = None;
    let mut lost = 0;
    for at in (start + 1..=end).rev() {
        let quality = if depth > 0 { within_bracket(break_at(chars, at)) } else { break_at(chars, at) };
        match chars.get(at - 1) {
            Some('（') => depth = depth.saturating_sub(1),
            Some('）') => depth += 1,
            _ => {}
        }
        let limit = match quality {
            Break::Never => continue,
            Break::Bad => columns,
            Break::Poor => columns / 4,
            Break::Good => columns / 2,
            Break::Best => columns / 4,
        };
        // Rather a short line than a word cut in two.
        let limit = match found {
            Some((Break::Bad, _)) if quality >= Break::Good => limit.max(columns * 2 / 3),
            _ => limit,
        };
        let affordable = lost <= limit || found.is_none();
        if affordable && found.is_none_or(|(best, _)| quality > best) {
            found = Some((quality, at));
        }
        lost += chars.get(at - 1).map_or(0, |c| width_of(*c));
    }
    found.map_or(end, |(_, at)| at)
}

/// How many brackets are open before `chars[at]`.
fn depth_before(chars: &[char], at: usize) -> usize {
    chars.iter().take(at).fold(0, |depth: usize, c| match c {
        '（' => depth + 1,
        '）' => depth.saturating_sub(1),
        _ => depth,
    })
}

/// A bracket is better kept whole: what would be a good place outside is a lesser one inside.
fn within_bracket(quality: Break) -> Break {
    match quality {
        Break::Best => Break::Good,
        Break::Good => Break::Poor,
        lesser => lesser,
    }
}

/// `（日）` of a date, beginning at `at`.
fn is_weekday(chars: &[char], at: usize) -> bool {
    let around = |n: usize| chars.get(at + n).copied().unwrap_or_default();
    around(0) == '（' && "月火水木金土日".contains(around(1)) && around(2) == '）'
}

/// How good a line end before `chars[at]` is.
fn break_at(chars: &[char], at: usize) -> Break {
    let (Some(&left), Some(&right)) = (chars.get(at - 1), chars.get(at)) else { return Break::Best };
    if right.is_whitespace() || left.is_whitespace() {
        return Break::Good;
    }
    if "、。，．）」』】〕］｝〉》・？！：；／ーぁぃぅぇぉっゃゅょァィゥェォッャュョヵヶ々〜…％℃,.)]}!?:;%"
        .contains(right)
        || "（「『【〔［｛〈《([{".contains(left)
    {
        return Break::Never;
    }
    // 10月7日（水）9時00分 is one date.
    if left == '日' && is_weekday(chars, at)
        || right.is_ascii_digit() && ("年月時".contains(left) || at >= 3 && is_weekday(chars, at - 3))
    {
        return Break::Never;
    }
    let word = |c: char| c.is_ascii_graphic();
    if word(left) && word(right) || left.is_ascii_digit() && "年月日時分秒台件名階回報号本".contains(right)
    {
        return Break::Never;
    }
    if "、。".contains(left) {
        return Break::Best;
    }
    let kana = |c: char| ('ぁ'..='ん').contains(&c);
    // お願い, ご報告: the honorific stays with its noun.
    let honorific = |c: char, next: Option<&char>| "おご".contains(c) && next.is_some_and(|next| !kana(*next));
    if "（「【".contains(right) || "）」】／".contains(left) {
        return if kana(right) || "）」】".contains(left) { Break::Poor } else { Break::Good };
    }
    if kana(left) && honorific(right, chars.get(at + 1)) {
        return Break::Good;
    }
    if kana(left) && !kana(right) {
        // A particle ends a phrase; 切り分け and 取り下げ are one word.
        return match left {
            _ if honorific(left, Some(&right)) => Break::Never,
            'を' | 'に' | 'へ' | 'で' | 'は' | 'が' | 'の' | 'も' | 'と' | 'て' | 'た' | 'だ' | 'ば' | 'な' | 'る' => {
                Break::Good
            }
            _ => Break::Poor,
        };
    }
    let katakana = |c: char| ('ァ'..='ヺ').contains(&c) || c == 'ー';
    if kana(right) || katakana(left) == katakana(right) && word(left) == word(right) { Break::Bad } else { Break::Poor }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_begins_with_a_closing_mark() {
        for columns in 10..60 {
            let text =
                "監視装置（本庁舎）から「コアスイッチ」へのpingに応答がなく、原因を確認中です。お手数をおかけします。";
            for line in wrap(text, columns) {
                assert!(width(&line) <= columns, "{columns}: {line}");
                assert!(!line.starts_with(['、', '。', '）', '」']), "{columns}: {line}");
                assert!(!line.ends_with(['（', '「']), "{columns}: {line}");
            }
        }
    }

    #[test]
    fn words_numbers_and_honorifics_stay_whole() {
        assert_eq!(wrap("受付番号は KW-20260920-0001 です", 20), ["受付番号は", "KW-20260920-0001", "です"]);
        assert_eq!(wrap("ご対応をお願いいたします", 10), ["ご対応を", "お願いいた", "します"]);
        assert_eq!(wrap("受領は10月7日（水）9時00分です", 24), ["受領は", "10月7日（水）9時00分です"]);
    }

    #[test]
    fn a_bracket_that_fits_on_the_next_line_is_kept_whole() {
        assert_eq!(
            wrap("データベースに接続できません（TCP 5432）。", 36),
            ["データベースに接続できません", "（TCP 5432）。"]
        );
    }

    #[test]
    fn a_word_longer_than_the_line_is_cut_rather_than_lost() {
        let lines = wrap(&"x".repeat(25), 10);
        assert_eq!(lines.concat().len(), 25);
        assert!(lines.iter().all(|line| width(line) <= 10));
    }
}
