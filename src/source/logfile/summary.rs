//! The text of a problem made from a line: `{interface} が停止しました`.
//!
//! Templates come from the configuration only; what a line brings is filled in as it is and never read again as a
//! template. Not here: conditions, loops or formats.

/// A checked template: text and names of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Summary(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Value(String),
}

impl Summary {
    /// Reads a template. `{{` and `}}` are braces.
    ///
    /// # Errors
    /// The sentence says what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            literal.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                literal.push_str(brace);
                rest = after;
            } else if brace == "}" {
                return Err("`}` without `{`; write `}}` for a brace".to_owned());
            } else {
                let end = rest.find('}').ok_or("`{` without `}`; write `{{` for a brace")?;
                parts.push(Part::Text(std::mem::take(&mut literal)));
                parts.push(Part::Value(rest[..end].trim().to_owned()));
                rest = &rest[end + 1..];
            }
        }
        literal.push_str(rest);
        parts.push(Part::Text(literal));
        Ok(Self(parts))
    }

    /// The values it asks for.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Value(name) => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    /// The text, with each value from `value`.
    pub(super) fn fill<'a>(&self, value: impl Fn(&str) -> &'a str) -> String {
        let parts = self.0.iter().map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Value(name) => value(name),
        });
        parts.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_filled_in_and_never_read_again() {
        let summary = Summary::parse("{host} の {{{port}}} が停止").expect("a sound template");
        assert_eq!(summary.names().collect::<Vec<_>>(), ["host", "port"]);
        assert_eq!(summary.fill(|name| if name == "host" { "{port}" } else { "Gi0/1" }), "{port} の {Gi0/1} が停止");
    }

    #[test]
    fn unbalanced_braces_are_refused() {
        assert!(Summary::parse("a {b").is_err());
        assert!(Summary::parse("a b} c").is_err());
    }
}
