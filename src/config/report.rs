//! What was found: faults and warnings, each with its place, what is written there, and what would be right.
//!
//! Made out of `findings`; the command line prints it, for people or for machines. The caller decides what it means for
//! the exit code. Not here: how things are found.

use super::tree::{Place, Source};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde::Serialize;
use std::fmt;
use std::io;
use std::sync::Arc;

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// The configuration can't be used.
    Fault,
    /// It can be used, but somebody should look.
    Warning,
}

/// One thing found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub weight: Weight,
    /// The file as it was found in the folder, or `environment`; `None` when it is about the folder itself.
    pub file: Option<String>,
    /// Line, from 1; 0 without a file.
    pub line: usize,
    /// Column in characters, from 1; 0 without a file.
    pub column: usize,
    /// The way to the key: `party.n-sha.contact[0].mail`. Elements of lists are counted from 0.
    pub key: String,
    /// What was found.
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
    #[serde(skip)]
    pub(super) at: Option<Place>,
    #[serde(skip)]
    pub(super) note: Option<Note>,
}

/// One line for logs: place, key, what was found, what would be right.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}:{}:{}: ", self.line, self.column)?;
        }
        if !self.key.is_empty() {
            write!(f, "{}: ", printable(&self.key))?;
        }
        f.write_str(&printable(&self.message))?;
        match &self.help {
            Some(help) => write!(f, " ({})", printable(help)),
            None => Ok(()),
        }
    }
}

impl Finding {
    /// All of it in one line, for logs and mails: `parties.toml:12:8: party.x.name: what was found (what would be right)`.
    pub fn in_one_line(&self) -> String {
        self.to_string()
    }
}

/// A second place that explains the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) at: Place,
    pub(super) says: String,
}

/// Everything found in one reading of the folder, in the order of files and lines.
#[derive(Debug, Clone, Default)]
pub struct Report {
    pub(super) findings: Vec<Finding>,
    pub(super) sources: Arc<[Source]>,
}

impl Report {
    /// What was found; faults first, then warnings, each in the order of files and lines.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The faults.
    pub fn faults(&self) -> impl Iterator<Item = &Finding> {
        self.of(Weight::Fault)
    }

    /// The warnings.
    pub fn warnings(&self) -> impl Iterator<Item = &Finding> {
        self.of(Weight::Warning)
    }

    fn of(&self, weight: Weight) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.weight == weight)
    }

    /// Prints it for people: each finding with its line and a mark under what is meant, and the count at the end.
    ///
    /// # Errors
    /// Those of `writer`.
    pub fn print(&self, writer: &mut impl io::Write, color: bool) -> io::Result<()> {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        for finding in &self.findings {
            let level = match finding.weight {
                Weight::Fault => Level::ERROR.with_name("fault"),
                Weight::Warning => Level::WARNING,
            };
            let title = match finding.key.as_str() {
                "" => finding.message.clone(),
                key => format!("{key}: {}", finding.message),
            };
            let mut group = Group::with_title(level.primary_title(printable(&title)));
            if let Some(snippet) = self.snippet(finding.at.as_ref(), AnnotationKind::Primary, None) {
                group = group.element(snippet);
            }
            if let Some(note) = &finding.note
                && let Some(snippet) = self.snippet(Some(&note.at), AnnotationKind::Context, Some(&note.says))
            {
                group = group.element(snippet);
            }
            if let Some(help) = &finding.help {
                group = group.element(Level::HELP.message(printable(help)));
            }
            writeln!(writer, "{}\n", renderer.render(&[group]))?;
        }
        writeln!(writer, "{self}")
    }

    fn snippet<'a>(
        &'a self,
        at: Option<&Place>,
        kind: AnnotationKind,
        label: Option<&'a str>,
    ) -> Option<Snippet<'a, annotate_snippets::Annotation<'a>>> {
        let at = at?;
        let source = self.sources.get(at.source)?;
        let mut annotation = kind.span(at.span.clone());
        if let Some(label) = label {
            annotation = annotation.label(label);
        }
        Some(Snippet::source(source.text.as_str()).path(source.name.as_str()).annotation(annotation))
    }

    /// The same for machines.
    pub fn json(&self) -> serde_json::Value {
        serde_json::json!({ "faults": self.faults().count(), "warnings": self.warnings().count(), "findings": self.findings })
    }
}

/// The count, as the last line of [`Report::print`].
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |number: usize, what: &str| match number {
            0 => format!("no {what}s"),
            1 => format!("1 {what}"),
            number => format!("{number} {what}s"),
        };
        write!(f, "{}, {}", count(self.faults().count(), "fault"), count(self.warnings().count(), "warning"))
    }
}

impl std::error::Error for Report {}

/// `text` without characters that would steer a terminal or turn the direction of writing.
fn printable(text: &str) -> String {
    let steers = |c: char| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if steers(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}
