//! `seen`: what somebody saw on site.

use super::{Case, Kind, Place, Truth};
use crate::desk::letter::Fact;
use crate::desk::pattern::Pattern;
use crate::desk::rules::either;
use crate::desk::rules::written::OneOrMany;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Of what was asked to be looked at (現地確認), an item that fits was found to be like this.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// Which item, any of.
    pub item: Vec<Pattern>,
    /// What was found, any of.
    pub finding: Vec<Pattern>,
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    item: OneOrMany<Pattern>,
    finding: OneOrMany<Pattern>,
}

impl Kind for Seen {
    type Written = Written;

    fn checked(written: Written, _: &mut Place) -> Vec<Self> {
        vec![Self { item: written.item.0, finding: written.finding.0 }]
    }

    fn test(&self, case: &Case, _: Timestamp) -> Truth {
        let fits = |patterns: &[Pattern], text: &str| patterns.iter().any(|pattern| pattern.matches(text));
        let asked = || case.incident.looks.iter().filter(|(item, _)| fits(&self.item, item));
        let answers = || asked().filter_map(|(item, found)| Some((item, found.as_ref()?)));
        if let Some((item, found)) = answers().find(|(_, found)| fits(&self.finding, &found.words)) {
            let (item, words, at) = (item.clone(), found.words.clone(), found.at);
            return Truth::Holds(vec![Fact::OnSite { item, words, at }]);
        }
        match (answers().next(), asked().next()) {
            (Some((item, found)), _) => Truth::Fails { saw: format!("{item}: {}", found.words) },
            (None, Some((item, _))) => Truth::NotKnown {
                missing: format!("nobody has said yet what was seen: {item}"),
                facts: vec![Fact::NotLooked { item: item.clone() }],
            },
            (None, None) => Truth::NotKnown { missing: "nobody was asked to look".to_owned(), facts: Vec::new() },
        }
    }

    /// An item was found to be one thing; what is written as a pattern may fit several.
    fn excludes(&self, other: &Self) -> bool {
        let exact = |patterns: &[Pattern]| -> Option<BTreeSet<String>> {
            patterns.iter().map(|pattern| pattern.exact().map(str::to_owned)).collect()
        };
        let one_item = |patterns: &[Pattern]| exact(patterns).filter(|items| items.len() == 1);
        let same = one_item(&self.item).is_some_and(|item| one_item(&other.item) == Some(item));
        let found = exact(&self.finding).zip(exact(&other.finding));
        same && found.is_some_and(|(one, two)| one.is_disjoint(&two))
    }

    fn words(&self) -> String {
        format!("on site, {} was seen to be {}", either(&self.item), either(&self.finding))
    }
}
