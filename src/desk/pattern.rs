//! Text patterns of the configuration: exact, glob, or `/regular expression/`.

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Memory a compiled pattern may take; beyond it the pattern is refused when the configuration is read.
const SIZE_LIMIT: usize = 1 << 20;
/// Input beyond this many bytes is not looked at: a long line must not become a slow one.
const INPUT_LIMIT: usize = 8 * 1024;

/// A pattern as an administrator writes it: `core-sw-01` (exact), `core-sw-*` (glob: `*` and `?`),
/// `/遅延|slow/` (regular expression, matching anywhere).
#[derive(Clone)]
pub struct Pattern {
    text: String,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    Exact,
    Expression(Regex),
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// The sentence says what is wrong with the regular expression.
    pub fn parse(text: &str) -> Result<Self, String> {
        let expression = match text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
            Some(inside) => Some(inside.to_owned()),
            None if text.contains(['*', '?']) => Some(glob(text)),
            None => None,
        };
        let kind = match expression {
            Some(expression) => Kind::Expression(
                RegexBuilder::new(&expression).size_limit(SIZE_LIMIT).build().map_err(|error| error.to_string())?,
            ),
            None => Kind::Exact,
        };
        Ok(Self { text: text.to_owned(), kind })
    }

    /// Whether `input` fits.
    pub fn matches(&self, input: &str) -> bool {
        match &self.kind {
            Kind::Exact => self.text == input,
            Kind::Expression(regex) => regex.is_match(head(input)),
        }
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The exact text this pattern wants, if it is not a glob or an expression: lets callers look up instead of scan.
    pub fn exact(&self) -> Option<&str> {
        matches!(self.kind, Kind::Exact).then_some(self.text.as_str())
    }
}

/// The first [`INPUT_LIMIT`] bytes, cut at a character.
fn head(input: &str) -> &str {
    if input.len() <= INPUT_LIMIT {
        return input;
    }
    let end = (0..=INPUT_LIMIT).rev().find(|&at| input.is_char_boundary(at)).unwrap_or(0);
    &input[..end]
}

fn glob(text: &str) -> String {
    let mut expression = String::from(r"\A");
    for character in text.chars() {
        match character {
            '*' => expression.push_str("(?s:.*)"),
            '?' => expression.push_str("(?s:.)"),
            other => expression.push_str(&regex::escape(other.encode_utf8(&mut [0; 4]))),
        }
    }
    expression.push_str(r"\z");
    expression
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}
impl Eq for Pattern {}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.text)
    }
}
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}
impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Pattern::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_exact_globs_or_expressions() {
        for (pattern, input, expected) in [
            ("core-sw-01", "core-sw-01", true),
            ("core-sw-01", "core-sw-012", false),
            ("core-sw-*", "core-sw-012", true),
            ("core-sw-*", "x-core-sw-01", false),
            ("srv-db-0?", "srv-db-02", true),
            ("/遅延|slow/", "DB応答遅延 4200ms", true),
            ("/^遅延/", "DB応答遅延", false),
            ("a.c", "abc", false),
        ] {
            let pattern = Pattern::parse(pattern).expect("a sound pattern");
            assert_eq!(pattern.matches(input), expected, "{pattern} on {input}");
        }
        assert!(Pattern::parse("/(/").is_err());
    }
}
