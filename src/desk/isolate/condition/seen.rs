//! `seen`: what somebody saw on site.

use super::{Case, Kind, Place, Truth};
use crate::desk::letter::Fact;
use crate::desk::pattern::Pattern;
use crate::desk::phrase::Phrase;
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
            // What was seen is in people's own words, and stays where it can be erased.
            (Some((item, _)), _) => {
                Truth::fails(format!("something else was seen: {item}"), format!("「{item}」の所見が条件と異なる"))
            }
            (None, Some((item, _))) => Truth::NotKnown {
                missing: Phrase::new(
                    format!("nobody has said yet what was seen: {item}"),
                    format!("現地の所見が未報告：{item}"),
                ),
                facts: vec![Fact::NotLooked { item: item.clone() }],
            },
            (None, None) => Truth::not_known(Phrase::new("nobody was asked to look", "現地確認の依頼なし")),
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

    fn words(&self) -> Phrase {
        let (item, finding) = (Phrase::any_of(&self.item), Phrase::any_of(&self.finding));
        Phrase::new(
            format!("on site, {} was seen to be {}", item.en, finding.en),
            format!("現地の{}が{}", item.ja, finding.ja),
        )
    }
}
