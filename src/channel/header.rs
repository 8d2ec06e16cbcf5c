//! One line of text from outside, made safe for a mail header.
//!
//! Place: every subject, every display name and every answer of a server passes here before it is put on one line.
//! Not here: the encoding of headers (the mail library does that) and addresses (`address.rs`).

/// The most characters a header text may have. Source: the product's rules for output text (header).
pub const LONGEST: usize = 200;

/// What stands at the end of a text that was cut.
const CUT: char = '…';

/// `text` on one harmless line of at most [`LONGEST`] characters.
///
/// Controls (C0, C1), U+2028/2029, bidi and zero-width controls become spaces, ESC disappears, `=?` is broken up because
/// ready-made encoded words would otherwise pass the mail library untouched and be decoded by the reader's program.
/// Applying it twice changes nothing.
pub fn header(text: &str) -> String {
    cut(&one_line(text), LONGEST)
}

/// As [`header`], but a text that must be cut keeps `tail` (the number replies are found by) at its end.
pub fn header_keeping(text: &str, tail: &str) -> String {
    let text = one_line(text);
    let tail = one_line(tail);
    let room = LONGEST.saturating_sub(tail.chars().count() + 1);
    if tail.is_empty() || room == 0 || text.chars().count() <= LONGEST || !text.contains(&tail) {
        return cut(&text, LONGEST);
    }
    format!("{} {tail}", cut(&text, room))
}

fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len().min(4 * LONGEST));
    let visible = text.chars().filter(|c| *c != '\u{1b}').map(|c| if is_invisible(c) { ' ' } else { c });
    for c in visible {
        match (line.chars().next_back(), c) {
            (None | Some(' '), ' ') => {}
            (Some('='), '?') => line.push_str(" ?"),
            _ => line.push(c),
        }
    }
    line.truncate(line.trim_end_matches(' ').len());
    line
}

fn cut(line: &str, most: usize) -> String {
    if line.chars().count() <= most {
        return line.to_owned();
    }
    let mut short: String = line.chars().take(most.saturating_sub(1)).collect();
    short.truncate(short.trim_end_matches(' ').len());
    short.push(CUT);
    short
}

/// Characters that steer a terminal, a reader's direction of writing or a parser, and show nothing themselves.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_control() || is_steering(c)
}

/// Invisible characters that are no controls in the narrow sense: separators, bidi, zero-width, tags.
pub(crate) fn is_steering(c: char) -> bool {
    matches!(c,
        '\u{2028}' | '\u{2029}'
        | '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}'
        | '\u{00ad}' | '\u{034f}' | '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_break_cannot_start_a_new_header() {
        assert_eq!(header("disk full\r\nBcc: all@example.jp"), "disk full Bcc: all@example.jp");
    }

    #[test]
    fn a_ready_made_encoded_word_is_broken_up_even_when_escape_hides_it() {
        assert_eq!(header("=?utf-8?B?QmNj?="), "= ?utf-8?B?QmNj?=");
        assert_eq!(header("=\u{1b}?utf-8?B?QmNj?="), "= ?utf-8?B?QmNj?=");
    }

    #[test]
    fn japanese_and_full_width_space_pass_unchanged() {
        let subject = "【障害】【第一報】庁内ネットワーク　本庁舎の全業務システム利用不可（重大度1）[KW-20260920-0001]";
        assert_eq!(header(subject), subject);
    }

    #[test]
    fn a_subject_that_is_cut_keeps_its_number() {
        let subject = format!("{}[KW-20260920-0001]", "あ".repeat(400));
        let short = header_keeping(&subject, "[KW-20260920-0001]");
        assert!(short.ends_with("… [KW-20260920-0001]"), "{short}");
        assert_eq!(short.chars().count(), LONGEST);
    }

    proptest! {
        #[test]
        fn no_text_leaves_more_than_one_harmless_line(text in "\\PC{0,40}|(.|[\r\n\t\0\u{1b}\u{85}\u{202e}\u{200b}=?]){0,400}") {
            let line = header(&text);
            prop_assert!(line.chars().count() <= LONGEST);
            prop_assert!(!line.chars().any(is_invisible));
            prop_assert!(!line.contains("=?"));
            prop_assert_eq!(header(&line), line.clone());
            let kept = header_keeping(&text, "[KW-20260920-0001]");
            prop_assert!(kept.chars().count() <= LONGEST && !kept.contains("=?"));
        }
    }
}
