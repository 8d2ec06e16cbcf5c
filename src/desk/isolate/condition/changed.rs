//! `changed`: something was changed shortly before.

use super::{Case, Kind, Place, Truth};
use crate::desk::ids::ComponentId;
use crate::desk::letter::Fact;
use crate::desk::modification::{RECENT, REMEMBERED};
use crate::desk::phrase::{Phrase, lasting};
use crate::desk::rules::written::OneOrMany;
use crate::desk::rules::written::span::Span;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A modification (変更) of one of these components - where none is named, of what fails or what that needs - was made, or
/// planned to be made, at most `within` before 発生. One that was taken back counts, too: taking back is a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Changed {
    /// Which components; empty = those the incident is about.
    pub components: Vec<ComponentId>,
    /// How long before.
    pub within: Duration,
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    #[serde(default)]
    component: OneOrMany<String>,
    within: Option<Span>,
}

impl Kind for Changed {
    type Written = Written;

    fn checked(written: Written, place: &mut Place) -> Vec<Self> {
        let components = place.key("component").components(&written.component);
        let within = written.within.map_or(RECENT, |within| within.0);
        if within > REMEMBERED {
            let days = REMEMBERED.as_secs() / 86_400;
            let help = format!("write at most \"{days}d\"");
            place.key("within").fault(format!("is longer than a change is remembered ({days} days)"), help);
        }
        vec![Self { components, within }]
    }

    fn test(&self, case: &Case, _: Timestamp) -> Truth {
        let named = |id: &ComponentId| {
            if self.components.is_empty() { case.concerns(id) } else { self.components.contains(id) }
        };
        let found = case.changes(self.within).find(|change| change.components.iter().any(named));
        match found {
            Some(change) => Truth::Holds(vec![Fact::changed(change)]),
            None => {
                let en = format!("no change is on record in the {} s before", self.within.as_secs());
                Truth::fails(en, format!("発生前{}以内に変更の記録なし", lasting(self.within)))
            }
        }
    }

    fn words(&self) -> Phrase {
        let what = match self.components.as_slice() {
            [] => Phrase::new("it or what it needs", "対象またはそれが前提とする構成要素"),
            components => Phrase::any_of(components),
        };
        Phrase::new(
            format!("{} was changed within {} s before", what.en, self.within.as_secs()),
            format!("発生前{}以内に{}の変更あり", lasting(self.within), what.ja),
        )
    }

    fn covers(&self, strong: &Self) -> bool {
        let wider = self.components.is_empty() && strong.components.is_empty()
            || !strong.components.is_empty() && strong.components.iter().all(|id| self.components.contains(id));
        wider && self.within >= strong.within
    }
}
