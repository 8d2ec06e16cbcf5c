//! Text from outside, made fit to be printed: one function cleans, a few lengths cut.
//!
//! Every string of a letter passes through here exactly once before it is laid out. Values are data: nothing in them is
//! ever read as a template, a line end or a heading. Not here: what a channel must still do to its own format (headers,
//! encodings, cards).

/// Characters of a monitoring message that are shown.
const SUMMARY: usize = 300;
/// Characters of a name (organisation, host, component) that are shown.
const NAME: usize = 80;
/// Characters of something a person wrote.
const NOTE: usize = 2000;
/// Characters of one quoted log line.
const LINE: usize = 500;
/// What stands for a character that cannot be printed: the typesetters' mark for a missing letter, part of JIS X 0208.
const GETA: char = '〓';

/// Printable form of `raw` on one line: line ends and tabs become one space, other control, bidirectional and invisible
/// characters become 〓; ends are trimmed.
pub(super) fn clean(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    for c in raw.chars() {
        match c {
            '\n' | '\r' | '\t' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{a0}' => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            c if c.is_control() || is_invisible(c) => out.push(GETA),
            c => out.push(c),
        }
    }
    out.trim().to_owned()
}

/// Format characters that change how their neighbours look, or hide between them.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// `text` cut to `most` characters; a cut is shown by 「…」.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// A monitoring message, or a sentence of a rule.
pub(super) fn summary(raw: &str) -> String {
    cut(&clean(raw), SUMMARY)
}

/// A name.
pub(super) fn name(raw: &str) -> String {
    cut(&clean(raw), NAME)
}

/// Something a person wrote.
pub(super) fn note(raw: &str) -> String {
    cut(&clean(raw), NOTE)
}

/// A log line to be quoted.
pub(super) fn line(raw: &str) -> String {
    cut(&clean(raw), LINE)
}

/// The names that say something, cleaned.
pub(super) fn names(raw: &[String]) -> Vec<String> {
    raw.iter().map(|one| name(one)).filter(|one| !one.is_empty()).collect()
}

/// `text`, or `instead` where there is none: no field of a mail is ever blank.
pub(super) fn or(text: String, instead: &str) -> String {
    if text.is_empty() { instead.to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_become_visible_and_line_ends_become_spaces() {
        assert_eq!(clean("a\r\nBcc: x\u{1b}[31m\u{202e}b\u{0}"), "a Bcc: x〓[31m〓b〓");
        assert_eq!(clean("  \t  "), "");
    }

    #[test]
    fn long_text_is_cut_on_a_character_and_says_so() {
        assert_eq!(cut("応答なし", 4), "応答なし");
        assert_eq!(cut("応答なしです", 4), "応答な…");
        assert_eq!(summary(&"あ".repeat(400)).chars().count(), 300);
    }
}
