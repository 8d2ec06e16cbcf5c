//! `planned`: planned work was under way when the fault occurred, or had just ended.

use super::{Case, Kind, Place, Truth};
use crate::desk::cover::{Cover, Over};
use crate::desk::ids::ComponentId;
use crate::desk::letter::Fact;
use crate::desk::phrase::{Phrase, lasting};
use crate::desk::rules::written::OneOrMany;
use crate::desk::rules::written::span::Span;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// At 発生, or at most `within` before, there was planned work on one of these components or on what they need; on the root
/// and what it needs where none is named.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Planned {
    /// Where; empty = at the root.
    pub component: Vec<ComponentId>,
    /// How long before 発生 it may have ended; zero = it was under way.
    pub within: Duration,
}

/// As written.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Written {
    component: OneOrMany<String>,
    within: Option<Span>,
}

impl Kind for Planned {
    type Written = Written;

    fn checked(written: Written, place: &mut Place) -> Vec<Self> {
        let component = place.key("component").components(&written.component);
        vec![Self { component, within: written.within.map_or(Duration::ZERO, |span| span.0) }]
    }

    fn test(&self, case: &Case, _: Timestamp) -> Truth {
        let places: Vec<&ComponentId> = match (&case.root, self.component.as_slice()) {
            (_, [_, ..]) => self.component.iter().collect(),
            (Some(root), []) => vec![root],
            (None, []) => {
                return Truth::not_known(Phrase::new(
                    "no component covers what fails, so planned work there is not known",
                    "異常箇所に該当する構成要素がなく、計画作業の有無は不明",
                ));
            }
        };
        let occurred = case.incident.occurred;
        let in_time = |cover: &&Cover| {
            let from = cover.from <= occurred;
            let until = cover.end().saturating_add(self.within).unwrap_or(Timestamp::MAX);
            cover.is_work() && cover.begun && from && occurred < until
        };
        let there = |cover: &&Cover| places.iter().any(|place| is_on(case, cover, place));
        match case.state.covers.values().filter(in_time).find(there) {
            Some(work) => {
                Truth::Holds(vec![Fact::WorkBefore { name: work.name.clone(), from: work.from, until: work.end() }])
            }
            None => Truth::fails("no planned work is on record there", "発生時に該当する計画作業の記録なし"),
        }
    }

    fn words(&self) -> Phrase {
        let place = match self.component.as_slice() {
            [] => Phrase::new("the root", "起点"),
            components => Phrase::any_of(components),
        };
        let (en, ja) = match self.within {
            Duration::ZERO => (String::new(), String::new()),
            within => {
                (format!(", at most {} before", Span(within)), format!("（または作業終了後{}以内）", lasting(within)))
            }
        };
        let en = format!("planned work on {} or what it needs{en}", place.en);
        Phrase::new(en, format!("発生時、{}またはそれが前提とする構成要素が計画作業中{ja}", place.ja))
    }

    fn covers(&self, strong: &Self) -> bool {
        let wider = self.within >= strong.within;
        let same = self.component.is_empty() == strong.component.is_empty();
        wider && same && strong.component.iter().all(|component| self.component.contains(component))
    }
}

/// Whether work was done on a component or on what it needs, or on a host of such alerts.
fn is_on(case: &Case, cover: &Cover, place: &ComponentId) -> bool {
    let Over::Work { components, hosts } = &cover.over else { return false };
    let needed = |worked: &ComponentId| worked == place || case.book.graph.needs(place, worked);
    let of_host = case.members.iter().filter(|alert| hosts.contains(alert.problem.host.as_str()));
    components.iter().any(needed) || of_host.filter_map(|alert| alert.component.as_ref()).any(needed)
}
