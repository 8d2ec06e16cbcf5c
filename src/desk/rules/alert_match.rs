//! Conditions on the fields of one alert: what finds a component, and what isolation rules ask about.
//!
//! Form of writing, matching, words and comparison side by side: a new field of an alert is added here.

use crate::desk::ids::{ComponentId, SourceId};
use crate::desk::observation::{Level, Problem};
use crate::desk::pattern::Pattern;
use crate::desk::phrase::Phrase;
use crate::desk::rules::written::OneOrMany;
use crate::desk::rules::written::span::Span;
use crate::desk::rules::{Component, SourceKind, SourceRules};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

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
    /// What is measured, any of: one of the items behind the alert must fit, by its name or its key.
    pub item: Vec<Pattern>,
    /// What the source knows of the host, any of, by field; every named field must fit.
    pub inventory: BTreeMap<String, Vec<Pattern>>,
    /// The component the alert was assigned to, any of (not usable inside `[component.*]`).
    pub component: Vec<ComponentId>,
}

/// How an alert goes with conditions on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fit {
    /// It fits.
    Yes,
    /// It does not, whatever else were known of it.
    No,
    /// Neither: what else is asked fits, and this was not had from the source. In English.
    NotKnown(Phrase),
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
    /// Of the name or key of what is measured.
    pub item: OneOrMany<Pattern>,
    /// Of what the source knows of its host.
    pub inventory: BTreeMap<String, OneOrMany<Pattern>>,
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
            item: written.item.0,
            inventory: named(written.inventory),
            component,
        }
    }

    /// Whether a problem surely fits. `component` is what it was assigned to, as far as that is known.
    pub fn fits(&self, source: &SourceId, problem: &Problem, component: Option<&ComponentId>) -> bool {
        self.fit(source, problem, component) == Fit::Yes
    }

    /// How a problem goes with it; `component` as in [`AlertMatch::fits`].
    pub fn fit(&self, source: &SourceId, problem: &Problem, component: Option<&ComponentId>) -> Fit {
        let plain = any(&self.host, &problem.host)
            && any(&self.source, source.as_str())
            && (self.component.is_empty() || component.is_some_and(|id| self.component.contains(id)))
            && self.level.is_none_or(|level| problem.level >= level)
            && (self.group.is_empty() || problem.groups.iter().any(|group| any(&self.group, group)))
            && named(&self.tag, &problem.tags)
            && named(&self.field, &problem.fields)
            && any(&self.summary, &problem.summary);
        if plain { self.fit_of_the_told(problem) } else { Fit::No }
    }

    /// How a call goes with it: what somebody told of `component`, in words. It tells nothing of hosts, sources or tags, so what
    /// asks for them asks for what monitoring says; and how bad it is nobody knows from a call.
    pub fn fit_told(&self, text: &str, component: Option<&ComponentId>) -> Fit {
        let of_monitoring = !self.host.is_empty()
            || !self.source.is_empty()
            || !self.group.is_empty()
            || !self.tag.is_empty()
            || !self.field.is_empty()
            || !self.item.is_empty()
            || !self.inventory.is_empty();
        let asks = !self.component.is_empty() || !self.summary.is_empty();
        let fits = (self.component.is_empty() || component.is_some_and(|id| self.component.contains(id)))
            && any(&self.summary, text);
        if of_monitoring || !asks || !fits {
            return Fit::No;
        }
        match self.level {
            None => Fit::Yes,
            Some(_) => Fit::NotKnown(Phrase::new("a call tells no level", "申告からは深刻度が不明")),
        }
    }

    /// What a source tells beside the problem itself, or did not tell.
    fn fit_of_the_told(&self, problem: &Problem) -> Fit {
        let mut missing = None;
        if !self.item.is_empty() {
            match &problem.items {
                Some(items) if items.iter().any(|item| any(&self.item, &item.name) || any(&self.item, &item.key)) => {}
                Some(_) => return Fit::No,
                None => {
                    let host = &problem.host;
                    let en = format!("what is measured on {host} was not had");
                    missing = Some(Phrase::new(en, format!("{host}の監視アイテムを取得できず")));
                }
            }
        }
        for (field, patterns) in &self.inventory {
            match problem.inventory.get(field) {
                Some(value) if any(patterns, value) => {}
                Some(_) => return Fit::No,
                None => {
                    let host = &problem.host;
                    let en = || format!("inventory {field} of {host} was not had");
                    let ja = || format!("{host}のインベントリ（{field}）を取得できず");
                    missing = missing.or_else(|| Some(Phrase::new(en(), ja())))
                }
            }
        }
        missing.map_or(Fit::Yes, Fit::NotKnown)
    }

    /// Whether it asks about something that a source may not have told.
    pub fn may_be_not_known(&self) -> bool {
        !self.item.is_empty() || !self.inventory.is_empty()
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
            + usize::from(!self.item.is_empty())
            + self.inventory.len()
    }

    /// What it asks for, for `explain`.
    pub fn words(&self) -> Phrase {
        let (mut en, mut ja) = (Vec::new(), Vec::new());
        let mut push = |name: (&str, &str), of: &str, patterns: Phrase| {
            let of = if of.is_empty() { String::new() } else { format!(" {of}") };
            if !patterns.en.is_empty() {
                en.push(format!("{}{of} {}", name.0, patterns.en));
                ja.push(format!("{}{of}：{}", name.1, patterns.ja));
            }
        };
        push(("host", "ホスト"), "", Phrase::any_of(&self.host));
        push(("group", "グループ"), "", Phrase::any_of(&self.group));
        push(("summary", "警報文"), "", Phrase::any_of(&self.summary));
        push(("source", "監視元"), "", Phrase::any_of(&self.source));
        push(("item", "アイテム"), "", Phrase::any_of(&self.item));
        for (kind, named) in [
            (("tag", "タグ"), &self.tag),
            (("field", "項目"), &self.field),
            (("inventory", "インベントリ"), &self.inventory),
        ] {
            for (name, patterns) in named {
                push(kind, name, Phrase::any_of(patterns));
            }
        }
        push(("component", "構成要素"), "", Phrase::any_of(&self.component));
        if let Some(level) = self.level {
            en.push(format!("level {} or higher", level.as_str()));
            ja.push(format!("深刻度：{}（{}）以上", level.japanese(), level.as_str()));
        }
        if en.is_empty() { Phrase::new("anything", "条件なし") } else { Phrase::new(en.join(", "), ja.join("、")) }
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
            && any_of(&self.item, &strong.item)
            && each_of(&self.inventory, &strong.inventory)
            && (self.component.is_empty()
                || !strong.component.is_empty() && strong.component.iter().all(|it| self.component.contains(it)))
    }
}

impl AlertMatch {
    /// Why no alert can ever fit, as far as components and sources tell; in English.
    pub fn never(&self, rules: &Known) -> Option<String> {
        let extracted = |name: &&String| !rules.fields.contains(*name);
        let field = self.field.keys().find(extracted).map(|name| format!("no log pattern extracts a field `{name}`"));
        self.never_there(rules.components).or_else(|| self.never_told(rules.sources)).or(field)
    }

    /// The named components are never found on any of the named hosts.
    fn never_there(&self, components: &BTreeMap<ComponentId, Component>) -> Option<String> {
        let hosts: Vec<&str> = self.host.iter().map(Pattern::exact).collect::<Option<_>>()?;
        if hosts.is_empty() || self.component.is_empty() {
            return None;
        }
        let known: Vec<&Component> = self.component.iter().map(|id| components.get(id)).collect::<Option<_>>()?;
        let found_on =
            |matcher: &AlertMatch| matcher.host.is_empty() || hosts.iter().any(|host| any(&matcher.host, host));
        let possible = known.iter().flat_map(|component| &component.matches).any(found_on);
        (!possible)
            .then(|| format!("{} is never found on {}", Phrase::any_of(&self.component).en, Phrase::any_of(&hosts).en))
    }

    /// The named sources never tell what is asked.
    fn never_told(&self, sources: &BTreeMap<SourceId, SourceRules>) -> Option<String> {
        if self.source.is_empty() {
            return None;
        }
        let fitting: Vec<SourceKind> =
            sources.iter().filter(|(id, _)| any(&self.source, id.as_str())).map(|(_, source)| source.kind).collect();
        let asked = |kind: SourceKind| match kind {
            SourceKind::Zabbix => (!self.field.is_empty()).then_some("fields of log patterns"),
            SourceKind::Log if !self.item.is_empty() => Some("items"),
            SourceKind::Log if !self.inventory.is_empty() => Some("an inventory"),
            SourceKind::Log => (!self.group.is_empty()).then_some("host groups"),
        };
        if fitting.is_empty() {
            return Some(format!("there is no source {}", Phrase::any_of(&self.source).en));
        }
        let lacking: Vec<&str> = fitting.iter().filter_map(|kind| asked(*kind)).collect();
        let first = lacking.first().filter(|_| lacking.len() == fitting.len())?;
        Some(format!("{} tells no {first}", Phrase::any_of(&self.source).en))
    }
}

/// What is known of components and sources, for saying whether anything can fit.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// All components.
    pub components: &'a BTreeMap<ComponentId, Component>,
    /// All sources.
    pub sources: &'a BTreeMap<SourceId, SourceRules>,
    /// Fields that log patterns extract.
    pub fields: &'a BTreeSet<String>,
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
