//! The bytes of one line to text that can be shown.
//!
//! Bytes that mean nothing in the declared encoding become U+FFFD and are counted. Control characters, which could
//! steer a terminal or turn text around, become their escapes (`\x1b`); a tab stays, it is only space. Not here: what
//! each way out of the house does to text again (`RELIABILITY.md` §5).

use super::config::Encoding;
use std::fmt::Write as _;

/// A line as text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Text {
    /// Printable.
    pub(super) text: String,
    /// How many places could not be decoded.
    pub(super) bad: u64,
}

/// Decodes one line (without its newline; a carriage return at its end is dropped). `shortened`: the line was cut in its
/// middle, so half a character at the end is not the sender's fault.
pub(super) fn decode(bytes: &[u8], encoding: Encoding, shortened: bool) -> Text {
    let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    let mut decoder = match encoding {
        Encoding::Utf8 => encoding_rs::UTF_8,
        Encoding::Cp932 => encoding_rs::SHIFT_JIS,
        Encoding::EucJp => encoding_rs::EUC_JP,
        Encoding::Iso2022Jp => encoding_rs::ISO_2022_JP,
    }
    // Only a mark of the declared encoding is dropped: guessing another one from it would be somebody else's choice.
    .new_decoder_with_bom_removal();
    let room = decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len().saturating_mul(3));
    let mut text = String::with_capacity(room);
    let (_, _, damaged) = decoder.decode_to_string(bytes, &mut text, !shortened);
    let bad = if damaged { text.chars().filter(|c| *c == '\u{fffd}').count() } else { 0 };
    Text { text: printable(text), bad: u64::try_from(bad).unwrap_or(u64::MAX) }
}

/// `text` with everything that is not shown as itself written as an escape.
fn printable(text: String) -> String {
    if !text.contains(is_hidden) {
        return text;
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        // Writing to a String can't fail.
        let _ = match character {
            hidden if is_hidden(hidden) && hidden.is_ascii() => write!(shown, "\\x{:02x}", u32::from(hidden)),
            hidden if is_hidden(hidden) => write!(shown, "\\u{{{:04x}}}", u32::from(hidden)),
            other => shown.write_char(other),
        };
    }
    shown
}

/// Controls, separators of lines, and what turns or hides text (bidirectional and zero-width characters).
fn is_hidden(character: char) -> bool {
    (character.is_control() && character != '\t')
        || matches!(character,
            '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_reads_its_japanese() {
        for (encoding, bytes, text) in [
            (Encoding::Utf8, "応答遅延".as_bytes(), "応答遅延"),
            // 表 and ソ end in 0x5C, ① and 髙 are only in the Windows code page.
            (Encoding::Cp932, b"\x95\x5c\x83\x5c\x87\x40\xfb\xfc", "表ソ①髙"),
            (Encoding::EucJp, b"\xc9\xbd\xa5\xbd", "表ソ"),
            (Encoding::Iso2022Jp, b"\x1b$B\x49\x3d\x25\x3d\x1b(B ok", "表ソ ok"),
            (Encoding::Utf8, b"\xef\xbb\xbfwindows\r", "windows"),
        ] {
            assert_eq!(decode(bytes, encoding, false), Text { text: text.to_owned(), bad: 0 }, "{encoding:?}");
        }
    }

    #[test]
    fn bad_bytes_become_marks_and_are_counted() {
        assert_eq!(decode(b"a\xff\xfeb", Encoding::Utf8, false), Text { text: "a\u{fffd}\u{fffd}b".into(), bad: 2 });
        assert_eq!(decode(b"\x95", Encoding::Cp932, false).bad, 1);
        let honest = "the sender's own \u{fffd}";
        assert_eq!(decode(honest.as_bytes(), Encoding::Utf8, false).bad, 0);
    }

    #[test]
    fn half_a_character_at_a_cut_is_no_bad_byte() {
        assert_eq!(decode(b"a\xe8\xa1", Encoding::Utf8, true), Text { text: "a".into(), bad: 0 });
    }

    #[test]
    fn what_steers_a_terminal_or_turns_text_is_written_out() {
        let line = "a\u{1b}[2Jb\u{0}\tc\u{202e}d\u{85}";
        assert_eq!(decode(line.as_bytes(), Encoding::Utf8, false).text, "a\\x1b[2Jb\\x00\tc\\u{202e}d\\u{0085}");
    }
}
