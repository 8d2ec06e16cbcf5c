//! Conditions on the fields of one alert: what finds a component, and what isolation rules ask about.
//!
//! Form of writing, matching, words and comparison side by side: a new field of an alert is added here.

use crate::desk::ids::{ComponentId, SourceId};
use crate::desk::observation::{Level, Problem};
use crate::desk::pattern::Pattern;
use crate::desk::rules::written::OneOrMany;
use crate::desk::rules::written::span::Span;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Conditions on one alert: all that are given must fit.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AlertMatch {
    /// Technical host name, any of.
    pub host: Vec<Pattern>,
    /// Host group, any of; one of the alert's groups must fit.
    pub group: Vec<Pattern>,
    /// Tag values, any of, by tag name; every named tag must fit.
    pub tag: BTreeMap<String, Vec<Pattern>>,
    /// Message text, any of.
    pub summary: Vec<Pattern>,
    /// This monitoring level or higher.
    pub level: Option<Level>,
    /// Source name, any of.
    pub source: Vec<Pattern>,
    /// Field extracted by a log pattern, by name; every named field must fit.
    pub field: BTreeMap<String, Vec<Pattern>>,
    /// The component the alert was assigned to, any of (not usable inside `[component.*]`).
    pub component: Vec<ComponentId>,
}

/// Conditions on one alert as written. `component` and `within` have no meaning in some places; who reads them says so
/// there, because a struct for each place would make "unknown key" out of it, and the key is known, only not here.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WrittenMatch {
    /// Of the alert's host.
    pub host: OneOrMany<Pattern>,
    /// Of its host's groups.
    pub group: OneOrMany<Pattern>,
    /// Of its tags.
    pub tag: BTreeMap<String, OneOrMany<Pattern>>,
    /// Of its text.
    pub summary: OneOrMany<Pattern>,
    /// Least level.
    pub level: Option<Level>,
    /// Of its source.
    pub source: OneOrMany<Pattern>,
    /// Of its extracted fields.
    pub field: BTreeMap<String, OneOrMany<Pattern>>,
    /// Names of components.
    pub component: OneOrMany<String>,
    /// How far from the first alert.
    pub within: Option<Span>,
}

impl AlertMatch {
    /// What `written` means; `component` are the components it names, already followed.
    pub fn of(written: WrittenMatch, component: Vec<ComponentId>) -> Self {
        let named = |map: BTreeMap<String, OneOrMany<Pattern>>| {
            map.into_iter().map(|(name, patterns)| (name, patterns.0)).collect()
        };
        Self {
            host: written.host.0,
            group: written.group.0,
            tag: named(written.tag),
            summary: written.summary.0,
            level: written.level,
            source: written.source.0,
            field: named(written.field),
            component,
        }
    }

    /// Whether a problem fits. `component` is what it was assigned to, as far as that is known.
    pub fn fits(&self, source: &SourceId, problem: &Problem, component: Option<&ComponentId>) -> bool {
        any(&self.host, &problem.host)
            && any(&self.source, source.as_str())
            && (self.component.is_empty() || component.is_some_and(|id| self.component.contains(id)))
            && self.level.is_none_or(|level| problem.level >= level)
            && (self.group.is_empty() || problem.groups.iter().any(|group| any(&self.group, group)))
            && named(&self.tag, &problem.tags)
            && named(&self.field, &problem.fields)
            && any(&self.summary, &problem.summary)
    }

    /// How many fields it names: the more, the closer it fits.
    pub fn weight(&self) -> usize {
        usize::from(!self.host.is_empty())
            + usize::from(!self.group.is_empty())
            + self.tag.len()
            + usize::from(!self.summary.is_empty())
            + usize::from(self.level.is_some())
            + usize::from(!self.source.is_empty())
            + self.field.len()
    }

    /// In English, for `explain`.
    pub fn words(&self) -> String {
        let mut parts = Vec::new();
        let mut push = |name: &str, patterns: &[Pattern]| {
            if !patterns.is_empty() {
                parts.push(format!("{name} {}", either(patterns)));
            }
        };
        push("host", &self.host);
        push("group", &self.group);
        push("summary", &self.summary);
        push("source", &self.source);
        for (name, patterns) in &self.tag {
            push(&format!("tag {name}"), patterns);
        }
        for (name, patterns) in &self.field {
            push(&format!("field {name}"), patterns);
        }
        if !self.component.is_empty() {
            parts.push(format!("component {}", either(&self.component)));
        }
        if let Some(level) = self.level {
            parts.push(format!("level {} or higher", level.as_str()));
        }
        if parts.is_empty() { "anything".to_owned() } else { parts.join(", ") }
    }

    /// Whether this fits every alert that `strong` fits, as far as that can be seen from the two.
    pub fn covers(&self, strong: &AlertMatch) -> bool {
        any_of(&self.host, &strong.host)
            && any_of(&self.group, &strong.group)
            && each_of(&self.tag, &strong.tag)
            && any_of(&self.summary, &strong.summary)
            && self.level.is_none_or(|least| strong.level.is_some_and(|level| least <= level))
            && any_of(&self.source, &strong.source)
            && each_of(&self.field, &strong.field)
            && (self.component.is_empty()
                || !strong.component.is_empty() && strong.component.iter().all(|it| self.component.contains(it)))
    }
}

/// Things in words, any of them.
pub fn either(items: &[impl ToString]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ")
}

fn any(patterns: &[Pattern], text: &str) -> bool {
    patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(text))
}

fn named(wanted: &BTreeMap<String, Vec<Pattern>>, have: &[(String, String)]) -> bool {
    wanted.iter().all(|(name, patterns)| {
        have.iter().any(|(key, value)| key == name && patterns.iter().any(|pattern| pattern.matches(value)))
    })
}

fn any_of(weak: &[Pattern], strong: &[Pattern]) -> bool {
    let fits = |wanted: &Pattern| {
        weak.iter().any(|pattern| pattern == wanted || wanted.exact().is_some_and(|text| pattern.matches(text)))
    };
    weak.is_empty() || !strong.is_empty() && strong.iter().all(fits)
}

fn each_of(weak: &BTreeMap<String, Vec<Pattern>>, strong: &BTreeMap<String, Vec<Pattern>>) -> bool {
    weak.iter().all(|(name, weak)| strong.get(name).is_some_and(|strong| any_of(weak, strong)))
}
