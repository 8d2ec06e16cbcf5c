//! Lays the named sections of a mail out as plain text of 70 columns.
//!
//! The last step of wording: who says what stands in the files beside this one, here are only columns. A full-width
//! character takes two; labels are padded with U+3000; no line begins with 、。）」 or ends with an opening bracket where
//! the text allows it; lines of logs and commands are never broken. Sections have names so
//! that one can be worded otherwise without touching the rest. Not here: any word of a mail.

mod wrap;

use crate::desk::rules::Language;
use wrap::{width_of, wrap};

pub(super) use wrap::width;

/// Columns of a line. Source: `DOMAIN.md` §13.
pub(super) const COLUMNS: usize = 70;
/// What stands before a quoted line.
pub(super) const QUOTED: &str = "> ";
/// Labels are padded to this width at least: five full-width characters.
const LABEL: usize = 10;
/// A label wider than this stands on a line of its own.
const WIDEST_LABEL: usize = 13;

/// The sections of a mail, in the order in which they stand. Source: `DOMAIN.md` §13.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Name {
    /// 宛名
    Address,
    /// 要旨, with the greeting before it
    Gist,
    /// 番号・重大度
    Number,
    /// 時刻
    Time,
    /// 事象
    Symptom,
    /// 影響
    Impact,
    /// 状況
    State,
    /// 依頼, or 次回報告
    Ask,
    /// Lists and quoted lines
    Annex,
    /// Thanks or apology
    Courtesy,
    /// 以上 and the note that the mail is sent by a machine
    Notice,
    /// 連絡先
    Contact,
}

impl Name {
    /// The sections that make one uninterrupted list of labelled facts.
    fn is_fact(self) -> bool {
        (Name::Number..=Name::Ask).contains(&self)
    }
}

/// A piece of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// A paragraph.
    Text(String),
    /// A label and its value, one entry per forced line.
    Field(String, Vec<String>),
    /// An entry of a list.
    Item(String),
    /// Lines shown as they are, marked as quoted.
    Quote(Vec<String>),
    /// A command to type, never broken.
    Command(String),
    /// At the right margin.
    Right(String),
    /// A line across.
    Rule,
    /// An empty line.
    Gap,
}

/// A mail in named sections, before layout.
#[derive(Debug, Clone)]
pub(super) struct Page {
    language: Language,
    sections: Vec<(Name, Vec<Part>)>,
}

impl Page {
    /// An empty page.
    pub(super) fn new(language: Language) -> Self {
        Self { language, sections: Vec::new() }
    }

    /// Opens a section; what follows belongs to it.
    pub(super) fn section(&mut self, name: Name) -> &mut Self {
        self.sections.push((name, Vec::new()));
        self
    }

    fn part(&mut self, part: Part) -> &mut Self {
        match self.sections.last_mut() {
            Some((_, parts)) => parts.push(part),
            None => self.sections.push((Name::Gist, vec![part])),
        }
        self
    }

    /// A paragraph.
    pub(super) fn text(&mut self, text: impl Into<String>) -> &mut Self {
        self.part(Part::Text(text.into()))
    }

    /// A label and its value.
    pub(super) fn field(&mut self, label: &str, value: impl Into<String>) -> &mut Self {
        self.part(Part::Field(label.to_owned(), vec![value.into()]))
    }

    /// A label and a value of several lines; `none` stands where there is none.
    pub(super) fn lines(&mut self, label: &str, values: Vec<String>, none: &str) -> &mut Self {
        let values = if values.is_empty() { vec![none.to_owned()] } else { values };
        self.part(Part::Field(label.to_owned(), values))
    }

    /// A list under its label; `none` stands where there is nothing to list.
    pub(super) fn items(&mut self, label: &str, items: Vec<String>, none: &str) -> &mut Self {
        self.part(Part::Field(label.to_owned(), Vec::new()));
        let items = if items.is_empty() { vec![none.to_owned()] } else { items };
        for item in items {
            self.part(Part::Item(item));
        }
        self
    }

    /// One entry of a list.
    pub(super) fn item(&mut self, item: impl Into<String>) -> &mut Self {
        self.part(Part::Item(item.into()))
    }

    /// Lines quoted as they are.
    pub(super) fn quote(&mut self, lines: Vec<String>) -> &mut Self {
        self.part(Part::Quote(lines))
    }

    /// A command to type.
    pub(super) fn command(&mut self, line: String) -> &mut Self {
        self.part(Part::Command(line))
    }

    /// Words at the right margin.
    pub(super) fn right(&mut self, text: &str) -> &mut Self {
        self.part(Part::Right(text.to_owned()))
    }

    /// A line across.
    pub(super) fn rule(&mut self) -> &mut Self {
        self.part(Part::Rule)
    }

    /// An empty line within a section.
    pub(super) fn gap(&mut self) -> &mut Self {
        self.part(Part::Gap)
    }

    /// The text: sections in the order of [`Name`], lines of at most [`COLUMNS`], each ended by `\n`.
    pub(super) fn set(&self) -> String {
        self.set_within(COLUMNS)
    }

    /// The same in lines of at most `columns`: what another mail quotes keeps room for its mark.
    pub(super) fn set_within(&self, columns: usize) -> String {
        let mut sections: Vec<&(Name, Vec<Part>)> =
            self.sections.iter().filter(|(_, parts)| !parts.is_empty()).collect();
        sections.sort_by_key(|(name, _)| *name);
        let style = Style::of(self.language, self, columns);
        let mut out: Vec<String> = Vec::new();
        let mut before: Option<Name> = None;
        for (name, parts) in sections {
            // 以上 stands directly under the last words.
            let ends = before == Some(Name::Courtesy) && matches!(parts.first(), Some(Part::Right(_)));
            if before.is_some_and(|before| !(before.is_fact() && name.is_fact()) && *name != Name::Contact && !ends) {
                out.push(String::new());
            }
            before = Some(*name);
            for part in parts {
                style.part(part, &mut out);
            }
        }
        out.iter().map(|line| line.trim_end().to_owned() + "\n").collect()
    }
}

/// What differs between the languages.
struct Style {
    columns: usize,
    label: usize,
    pad: char,
    colon: &'static str,
    bullet: &'static str,
}

impl Style {
    fn of(language: Language, page: &Page, columns: usize) -> Self {
        let widest = page
            .sections
            .iter()
            .flat_map(|(_, parts)| parts)
            .filter_map(|part| match part {
                Part::Field(label, _) => Some(width(label)).filter(|width| *width <= WIDEST_LABEL),
                _ => None,
            })
            .fold(LABEL, usize::max);
        match language {
            Language::Ja => {
                Self { columns, label: widest.next_multiple_of(2), pad: '\u{3000}', colon: "：", bullet: "　・" }
            }
            Language::En => Self { columns, label: widest.max(13), pad: ' ', colon: ": ", bullet: "  - " },
        }
    }

    fn part(&self, part: &Part, out: &mut Vec<String>) {
        match part {
            Part::Text(text) => out.extend(wrap(text, self.columns)),
            Part::Field(label, values) => self.field(label, values, out),
            Part::Item(item) => {
                let indent = self.spaces(width(self.bullet));
                self.hang(self.bullet, &indent, item, out);
            }
            Part::Quote(lines) => out.extend(lines.iter().map(|line| format!("{QUOTED}{line}"))),
            Part::Command(line) => out.push(format!("    {line}")),
            Part::Right(text) => out.push(self.spaces(self.columns.saturating_sub(width(text))) + text),
            Part::Rule => out.push("-".repeat(self.columns.saturating_sub(12))),
            Part::Gap => out.push(String::new()),
        }
    }

    fn field(&self, label: &str, values: &[String], out: &mut Vec<String>) {
        if values.is_empty() || width(label) > WIDEST_LABEL {
            out.push(format!("{label}{}", self.colon));
            let indent = self.spaces(2);
            for value in values {
                self.hang(&indent, &indent, value, out);
            }
            return;
        }
        let first = format!("{label}{}{}", self.spaces(self.label.saturating_sub(width(label))), self.colon);
        let indent = self.spaces(width(&first));
        for (n, value) in values.iter().enumerate() {
            self.hang(if n == 0 { &first } else { &indent }, &indent, value, out);
        }
    }

    /// Padding of `columns`, in the language's own space.
    fn spaces(&self, columns: usize) -> String {
        let wide = width_of(self.pad);
        let mut out = String::from(self.pad).repeat(columns / wide);
        out.push_str(&" ".repeat(columns % wide));
        out
    }

    /// `text` behind `first`, its further lines behind `indent`.
    fn hang(&self, first: &str, indent: &str, text: &str, out: &mut Vec<String>) {
        for (n, line) in wrap(text, self.columns.saturating_sub(width(indent))).iter().enumerate() {
            out.push(format!("{}{line}", if n == 0 { first } else { indent }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_padded_and_values_hang_under_themselves() {
        let mut page = Page::new(Language::Ja);
        page.section(Name::State).field("事象", "あ".repeat(40)).field("現在の状況", "確認中");
        let expected =
            format!("事象　　　：{}\n　　　　　　{}\n現在の状況：確認中\n", "あ".repeat(29), "あ".repeat(11));
        assert_eq!(page.set(), expected);
    }

    #[test]
    fn quoted_lines_are_left_as_they_are() {
        let mut page = Page::new(Language::Ja);
        page.section(Name::Annex).quote(vec!["x ".repeat(60) + "x"]);
        assert_eq!(page.set(), format!("> {}x\n", "x ".repeat(60)));
    }
}
