//! Where faults and warnings are gathered while the configuration is read and checked.
//!
//! Every step adds to it; at the end it becomes the report. It keeps what follows from another fault from being told
//! beside it. Not here: any judgement of what is right.

use super::report::{Finding, Note, Report, Weight};
use super::tree::{Path, Place, Tree};
use std::collections::BTreeSet;

/// Where findings are gathered while reading and checking.
#[derive(Debug, Default)]
pub(super) struct Findings {
    found: Vec<Found>,
    /// Paths with a fault.
    blamed: BTreeSet<Path>,
    /// Those of them whose value could not be read: nothing inside them is what somebody wrote.
    unreadable: BTreeSet<Path>,
}

#[derive(Debug)]
struct Found {
    weight: Weight,
    path: Path,
    at: Option<Place>,
    message: String,
    help: Option<String>,
    note: Option<Note>,
}

impl Findings {
    /// Adds a fault at the value of `path`; its place is looked up at the end.
    pub(super) fn fault(&mut self, path: &Path, message: impl Into<String>, help: impl Into<String>) {
        self.add(Weight::Fault, path, None, message.into(), Some(help.into()), None);
    }

    /// Adds a fault at a place that is not the value of `path`.
    pub(super) fn fault_at(
        &mut self,
        path: &Path,
        at: Place,
        message: String,
        help: Option<String>,
        note: Option<Note>,
    ) {
        self.add(Weight::Fault, path, Some(at), message, help, note);
    }

    /// Adds a fault for which there is nothing helpful to say beyond the message.
    pub(super) fn plain_fault(&mut self, path: &Path, message: impl Into<String>) {
        self.add(Weight::Fault, path, None, message.into(), None, None);
    }

    /// Adds a fault about a value that could not be read: whatever stands for it from now on is made up.
    pub(super) fn unreadable(&mut self, path: &Path, message: String, help: Option<String>) {
        self.add(Weight::Fault, path, None, message, help, None);
        self.unreadable.insert(path.clone());
    }

    /// Adds a warning at the value of `path`.
    pub(super) fn warn(&mut self, path: &Path, message: impl Into<String>, help: impl Into<String>) {
        self.add(Weight::Warning, path, None, message.into(), Some(help.into()), None);
    }

    /// Whether the value at `path` is made up, because it, or something around it, could not be read.
    pub(super) fn is_made_up(&self, path: &Path) -> bool {
        self.unreadable.iter().any(|unreadable| path.within(unreadable))
    }

    /// Whether something in `path`, or `path` itself, could not be read.
    pub(super) fn is_torn(&self, path: &Path) -> bool {
        self.unreadable.iter().any(|unreadable| unreadable.within(path))
    }

    /// Whether something in `path`, or `path` itself, has a fault.
    pub(super) fn is_faulty(&self, path: &Path) -> bool {
        self.blamed.iter().any(|blamed| blamed.within(path))
    }

    /// Whether there is a fault.
    pub(super) fn any_fault(&self) -> bool {
        self.found.iter().any(|found| found.weight == Weight::Fault)
    }

    fn add(
        &mut self,
        weight: Weight,
        path: &Path,
        at: Option<Place>,
        message: String,
        help: Option<String>,
        note: Option<Note>,
    ) {
        // One key is blamed once: the second complaint about it would follow from the first.
        if *path != Path::default() {
            if self.blamed.contains(path) || self.is_made_up(path) {
                return;
            }
            if weight == Weight::Fault {
                self.blamed.insert(path.clone());
            }
        }
        self.found.push(Found { weight, path: path.clone(), at, message: one_line(&message), help, note });
    }

    /// Puts everything in order and finds the places.
    ///
    /// A file with broken syntax has this one fault: what is found in the recovered part of it, and what is doubtful
    /// elsewhere, may be only a consequence.
    pub(super) fn report(self, tree: Tree) -> Report {
        let consequence = |found: &Found, at: &Option<Place>| {
            let here = at.as_ref().is_some_and(|at| tree.torn.contains(&at.source));
            !tree.torn.is_empty() && found.path != Path::default() && (here || found.weight == Weight::Warning)
        };
        let mut findings: Vec<Finding> = self
            .found
            .into_iter()
            .filter_map(|found| {
                let at = found.at.clone().or_else(|| tree.place(&found.path));
                if consequence(&found, &at) {
                    return None;
                }
                let source = at.as_ref().and_then(|at| tree.sources.get(at.source));
                let (line, column) = match (&at, source) {
                    (Some(at), Some(source)) => position(&source.text, at.span.start),
                    _ => (0, 0),
                };
                Some(Finding {
                    weight: found.weight,
                    file: source.map(|source| source.name.clone()),
                    line,
                    column,
                    key: found.path.to_string(),
                    message: found.message,
                    help: found.help,
                    at,
                    note: found.note,
                })
            })
            .collect();
        findings.sort_by(|a, b| {
            let key = |finding: &Finding| {
                (finding.weight, finding.at.as_ref().map(|at| at.source), finding.line, finding.column)
            };
            key(a).cmp(&key(b))
        });
        Report { findings, sources: tree.sources.into() }
    }
}

/// Line and column in characters, both from 1.
pub(super) fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[line..].chars().count() + 1)
}

/// `message` on one line. What the regular expression crate draws over several lines is the last of them in words.
fn one_line(message: &str) -> String {
    match message.lines().rev().find_map(|line| line.strip_prefix("error: ")) {
        Some(error) => format!("is not a regular expression: {error}"),
        None => message.lines().map(str::trim).collect::<Vec<_>>().join(" "),
    }
}

/// "did you mean `x`?" for the nearest of `known` within two slips of the finger.
pub(super) fn did_you_mean<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(written, known).map(|known| format!("did you mean `{known}`?"))
}

fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|known| (strsim::damerau_levenshtein(written, known), known))
        // Two slips in a word of two letters make any word.
        .filter(|(distance, known)| *distance <= 2 && *distance < known.chars().count())
        .min()
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_not_bytes() {
        assert_eq!(position("a = 1\nname = \"障害\" x", "a = 1\nname = \"障害\" ".len()), (2, 13));
        assert_eq!(position("", 0), (1, 1));
    }

    #[test]
    fn suggestions_are_at_most_two_slips_away() {
        let known = ["party", "hosts", "needs"];
        assert_eq!(did_you_mean("pary", known).as_deref(), Some("did you mean `party`?"));
        assert_eq!(did_you_mean("hsots", known).as_deref(), Some("did you mean `hosts`?"));
        assert_eq!(did_you_mean("colour", known), None);
        assert_eq!(did_you_mean("x", ["ab"]), None);
    }

    #[test]
    fn one_key_is_blamed_once() {
        let mut findings = Findings::default();
        let path = Path::of(&["site", "name"]);
        findings.fault(&path, "is a number", "write a text");
        findings.fault(&path, "is empty", "write a name");
        assert_eq!(findings.found.len(), 1);
        assert!(!findings.is_made_up(&path));
    }

    #[test]
    fn nothing_is_said_of_what_stands_for_an_unreadable_value() {
        let mut findings = Findings::default();
        let path = Path::of(&["rule", "when"]);
        findings.unreadable(&path, "is missing".into(), None);
        findings.fault(&path.key("root"), "there is no component ``", "");
        findings.warn(&path.key("alert"), "is odd", "");
        assert_eq!(findings.found.len(), 1);
        assert!(findings.is_made_up(&path.key("inside")) && findings.is_torn(&Path::of(&["rule"])));
        assert!(!findings.is_made_up(&Path::of(&["rule"])));
    }

    #[test]
    fn a_drawing_of_a_wrong_expression_becomes_one_line() {
        let drawn = crate::desk::pattern::Pattern::parse("/rt-(1/").expect_err("an unclosed group");
        assert_eq!(one_line(&drawn), "is not a regular expression: unclosed group");
        assert_eq!(one_line("a\n  b"), "a b");
    }
}
