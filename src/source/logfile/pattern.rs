//! `[[pattern]]`: what a line must look like to open a problem, and which line closes it again.
//!
//! [`PatternConfig`] is the table as written, [`Pattern`] is checked and compiled. Not here: holding lines against them
//! (`scan`).

use super::config::Fault;
use super::summary::Summary;
use crate::desk::observation::Level;
use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Memory one compiled expression may take, in bytes (`RELIABILITY.md` §4).
pub(super) const SIZE_LIMIT: usize = 1 << 20;

/// The group, and the value, that names the host.
pub(super) const HOST: &str = "host";
/// The value that stands for the line without its head.
pub(super) const MESSAGE: &str = "message";

/// `[[pattern]]` as written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatternConfig {
    /// The name, unique among all patterns: it ties a problem to its closing line and stays with it.
    pub name: String,
    /// The set it belongs to, as sources name it.
    pub set: String,
    /// Regular expression of the line that opens a problem, matching anywhere in the line. Named groups
    /// (`(?P<interface>\S+)`) become fields; a group `host` names the host.
    pub opens: String,
    /// Regular expression of the line that closes it. Without it the pattern is about a moment: it opens and joins
    /// incidents, but does not keep them red.
    #[serde(default)]
    pub closes: Option<String>,
    /// Named groups that must be equal in the opening and the closing line, besides the name. Default: `["host"]`.
    #[serde(default)]
    pub key: Option<Vec<String>>,
    /// The text of the problem, with `{group}`, `{host}` and `{message}`. Default: the line without time and host.
    #[serde(default)]
    pub summary: Option<String>,
    /// The monitoring severity.
    #[serde(default = "warning")]
    pub level: Level,
    /// Tags of the problem.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// A checked pattern.
#[derive(Debug, Clone)]
pub struct Pattern {
    pub(super) name: String,
    pub(super) set: String,
    pub(super) opens: Regex,
    pub(super) closes: Option<Regex>,
    pub(super) key: Vec<String>,
    pub(super) summary: Option<Summary>,
    pub(super) level: Level,
    pub(super) tags: Vec<(String, String)>,
}

impl PatternConfig {
    /// Compiles the expressions and checks that every name stands for something.
    ///
    /// # Errors
    /// Every fault found.
    pub fn check(&self) -> Result<Pattern, Vec<Fault>> {
        let mut faults = Vec::new();
        for (key, text) in [("name", &self.name), ("set", &self.set)] {
            if text.trim().is_empty() {
                faults.push(Fault { key, what: "it is empty".to_owned() });
            }
        }
        let opens = compile("opens", &self.opens, &mut faults);
        let closes = self.closes.as_deref().map(|text| compile("closes", text, &mut faults));
        let key = self.key.clone().unwrap_or_else(|| vec![HOST.to_owned()]);
        let summary = self.summary.as_deref().and_then(|text| match Summary::parse(text) {
            Ok(summary) => Some(summary),
            Err(what) => {
                faults.push(Fault { key: "summary", what });
                None
            }
        });
        if let Some(opens) = &opens {
            for name in summary.iter().flat_map(Summary::names) {
                if ![HOST, MESSAGE].contains(&name) && !has_group(opens, name) {
                    faults.push(Fault { key: "summary", what: format!("`opens` has no group {name:?}") });
                }
            }
            for name in &key {
                check_key(name, opens, closes.as_ref().and_then(Option::as_ref), &mut faults);
            }
        }
        match (opens, closes) {
            (Some(opens), closes) if faults.is_empty() => Ok(Pattern {
                name: self.name.clone(),
                set: self.set.clone(),
                opens,
                closes: closes.flatten(),
                key,
                summary,
                level: self.level,
                tags: self.tags.clone().into_iter().collect(),
            }),
            _ => Err(faults),
        }
    }
}

impl Pattern {
    /// The name as written.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The set it belongs to.
    pub fn set(&self) -> &str {
        &self.set
    }
}

/// What ties two lines together must be found in both, in the same way; otherwise nothing would ever be closed.
fn check_key(name: &str, opens: &Regex, closes: Option<&Regex>, faults: &mut Vec<Fault>) {
    let mut fault = |what| faults.push(Fault { key: "key", what });
    let in_opens = has_group(opens, name);
    if !in_opens && name != HOST {
        fault(format!("`opens` has no group {name:?}"));
    }
    match closes.map(|closes| has_group(closes, name)) {
        Some(false) if in_opens => fault(format!("`closes` has no group {name:?}, so it would close nothing")),
        Some(true) if !in_opens && name == HOST => {
            fault("`closes` has a group \"host\" and `opens` has none, so it would close nothing".to_owned());
        }
        _ => {}
    }
}

fn compile(key: &'static str, text: &str, faults: &mut Vec<Fault>) -> Option<Regex> {
    match RegexBuilder::new(text).size_limit(SIZE_LIMIT).build() {
        Ok(regex) if regex.is_match("") => {
            faults.push(Fault { key, what: "it fits an empty line, so it would fit every line".to_owned() });
            None
        }
        Ok(regex) => Some(regex),
        Err(error) => {
            faults.push(Fault { key, what: error.to_string() });
            None
        }
    }
}

impl Pattern {
    /// The named groups of its opening line, which become fields of what it finds.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.opens.capture_names().flatten()
    }
}

fn has_group(regex: &Regex, name: &str) -> bool {
    regex.capture_names().flatten().any(|group| group == name)
}

fn warning() -> Level {
    Level::Warning
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rest: &str) -> Result<Pattern, Vec<Fault>> {
        toml::from_str::<PatternConfig>(&format!("name = 'n'\nset = 's'\n{rest}")).expect("sound TOML").check()
    }

    #[test]
    fn a_pattern_needs_only_what_opens() {
        let pattern = check("opens = 'down'").expect("sound");
        assert_eq!((pattern.level, pattern.key), (Level::Warning, vec!["host".to_owned()]));
        assert!(pattern.closes.is_none());
    }

    #[test]
    fn names_that_stand_for_nothing_are_faults() {
        for (rest, key) in [
            ("opens = '('", "opens"),
            ("opens = '.*'", "opens"),
            (r"opens = '\pL{1000}{100}'", "opens"),
            ("opens = 'a'\ncloses = '['", "closes"),
            ("opens = 'a'\nkey = ['port']", "key"),
            ("opens = '(?P<port>.) down'\ncloses = 'up'\nkey = ['port']", "key"),
            ("opens = '(?P<host>.) down'\ncloses = 'up'", "key"),
            ("opens = 'down'\ncloses = '(?P<host>.) up'", "key"),
            ("opens = 'a'\nsummary = '{port}'", "summary"),
            ("opens = 'a'\nsummary = '{'", "summary"),
        ] {
            let faults = check(rest).expect_err(rest);
            assert_eq!(faults.iter().map(|fault| fault.key).collect::<Vec<_>>(), [key], "{rest}: {faults:?}");
        }
    }

    #[test]
    fn host_and_message_need_no_group() {
        assert!(check("opens = 'down'\ncloses = 'up'\nsummary = '{host}: {message}'").is_ok());
    }
}
