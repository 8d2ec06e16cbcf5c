//! Showing things on a terminal: columns of text in which full-width characters count two, times, and words in the
//! reader's language. Text from outside loses its control characters here (P13).

use crate::desk::incident::StatusName;
use crate::desk::phrase::Phrase;
use crate::desk::rules::Language;
use clap::ValueEnum;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::io::Write;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The reader's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Tongue {
    /// English.
    En,
    /// Japanese.
    Ja,
}

impl Tongue {
    /// What a phrase says in it.
    pub(crate) fn of(self, phrase: &Phrase) -> &str {
        self.pick(&phrase.en, &phrase.ja)
    }

    /// From LC_ALL, LC_MESSAGES or LANG.
    pub(crate) fn of_environment() -> Self {
        let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(|name| std::env::var(name).ok());
        match set.into_iter().find(|value| !value.is_empty()) {
            Some(value) if value.starts_with("ja") => Tongue::Ja,
            Some(_) | None => Tongue::En,
        }
    }

    /// One of two wordings.
    pub(crate) fn pick<'a>(self, english: &'a str, japanese: &'a str) -> &'a str {
        match self {
            Tongue::En => english,
            Tongue::Ja => japanese,
        }
    }

    /// The same as a language of letters.
    pub(crate) fn language(self) -> Language {
        match self {
            Tongue::En => Language::En,
            Tongue::Ja => Language::Ja,
        }
    }

    /// A state's name.
    pub(crate) fn status(self, status: StatusName) -> &'static str {
        match self {
            Tongue::En => status.as_str(),
            Tongue::Ja => status.japanese(),
        }
    }
}

/// Prints a text. A reader who closes the pipe early (`head`) is no error.
pub(crate) fn out(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// `text` without what could drive a terminal.
pub(crate) fn clean(text: &str) -> String {
    text.chars()
        .map(|character| {
            let hidden = matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
            if character.is_control() || hidden { ' ' } else { character }
        })
        .collect()
}

/// A table: columns as wide as their widest cell, the last one as long as it likes.
pub(crate) fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width());
        cells.chain(heads.get(column).map(|head| head.width())).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let line = |cells: &[String]| {
        let mut line = String::new();
        for (index, (cell, width)) in cells.iter().zip(&widths).enumerate() {
            line.push_str(cell);
            if index + 1 < cells.len() {
                line.push_str(&" ".repeat(width.saturating_sub(cell.width()) + 2));
            }
        }
        line.trim_end().to_owned()
    };
    let heads: Vec<String> = heads.iter().map(|head| (*head).to_owned()).collect();
    let mut lines = vec![line(&heads)];
    lines.extend(rows.iter().map(|row| line(row)));
    lines.join("\n")
}

/// `text` with spaces up to `width` columns.
pub(crate) fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// At most `most` columns of `text`, cleaned.
pub(crate) fn cut(text: &str, most: usize) -> String {
    let text = clean(text);
    if text.width() <= most {
        return text;
    }
    let mut short = String::new();
    let mut used = 1;
    for character in text.chars() {
        used += character.width().unwrap_or(0);
        if used > most {
            break;
        }
        short.push(character);
    }
    short.push('…');
    short
}

/// A moment as people write it: `2026-09-20 02:13:40`.
pub(crate) fn time(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// The zone of a site; UTC if this machine does not know it.
pub(crate) fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// An error with what led to it.
pub(crate) fn full(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_with_full_width_text() {
        let rows = vec![vec!["検知".to_owned(), "a".to_owned()], vec!["x".to_owned(), "b".to_owned()]];
        assert_eq!(table(&["s", "t"], &rows), "s     t\n検知  a\nx     b");
    }

    #[test]
    fn text_is_cut_by_columns_and_loses_escapes() {
        assert_eq!(cut("住民記録システム", 7), "住民記…");
        assert_eq!(clean("a\u{1b}[31mb\u{202e}c"), "a [31mb c");
    }
}
