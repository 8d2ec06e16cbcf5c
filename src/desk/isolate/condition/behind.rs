//! `behind`: a common element of what fails, and of what does not.

use super::{Case, Kind, Place, Truth};
use crate::desk::ids::ComponentId;
use crate::desk::letter::Fact;
use crate::desk::phrase::Phrase;
use crate::desk::source::Sight;
use crate::desk::state::Place as Where;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// At least `percent` of the incident's failing components are `component` or need it, directly or not - and nothing that
/// needs it wholly answers and shows no fault.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Behind {
    /// The common element.
    pub component: ComponentId,
    /// 1-100.
    pub percent: u8,
    /// So many of them at least, itself counted: 2 asks for something behind it.
    #[serde(default = "one")]
    pub at_least: usize,
    /// Of the watched components that are `component` or need it, at least so many percent fail.
    #[serde(default)]
    pub of_all: Option<u8>,
    /// And nothing of the whole desk fails that neither needs it, nor is it, nor is needed by it.
    #[serde(default)]
    pub nothing_beside: bool,
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    component: String,
    percent: u8,
    #[serde(default = "one")]
    at_least: usize,
    of_all: Option<u8>,
    #[serde(default)]
    nothing_beside: bool,
}

fn one() -> usize {
    1
}

impl Kind for Behind {
    type Written = Written;

    fn checked(written: Written, place: &mut Place) -> Vec<Self> {
        for (key, percent) in [("percent", Some(written.percent)), ("of_all", written.of_all)] {
            if percent.is_some_and(|percent| !(1..=100).contains(&percent)) {
                place.key(key).fault("is not a percentage from 1 to 100", "write 80 for four of five");
            }
        }
        let component = place.key("component").component(&written.component);
        if written.at_least == 0 {
            place.key("at_least").fault("is not a number from 1", "write 2 for one at least that needs the component");
        }
        let Written { percent, at_least, of_all, nothing_beside, .. } = written;
        vec![Self { component, percent, at_least, of_all, nothing_beside }]
    }

    fn test(&self, case: &Case, _: Timestamp) -> Truth {
        let of = case.failing.len();
        let failing = case.behind(&self.component);
        if of == 0 || failing * 100 < usize::from(self.percent) * of {
            let en = format!("{failing} of {of} failing components lie behind it");
            return Truth::fails(
                en,
                format!("異常のある構成要素{of}件のうち、これ自体またはその配下にあるのは{failing}件"),
            );
        }
        if failing < self.at_least {
            return Truth::fails(
                format!("{failing} of what fails lies behind it"),
                format!("これ自体またはその配下で異常があるのは{failing}件"),
            );
        }
        if let Some(works) = case.works_behind(&self.component) {
            return Truth::fails(
                format!("{works}, behind it, answers"),
                format!("配下の{}は応答あり", case.book.component_name(works)),
            );
        }
        let mut facts = vec![Fact::Behind { failing, of }];
        if let Some(percent) = self.of_all {
            let all = case.book.watched_behind(&self.component);
            if failing * 100 < usize::from(percent) * all {
                let en = format!("{failing} of the {all} watched behind it fail");
                return Truth::fails(
                    en,
                    format!("これ自体とその配下の監視対象{all}件のうち、異常があるのは{failing}件"),
                );
            }
            facts.push(Fact::OfAllBehind { failing, all });
        }
        if self.nothing_beside {
            return self.beside(case, facts);
        }
        Truth::Holds(facts)
    }

    fn words(&self) -> Phrase {
        let mut en = format!("{} % of what fails lies behind {}", self.percent, self.component);
        let mut ja = format!("異常のある構成要素の{}%以上が{}またはその配下", self.percent, self.component);
        if self.at_least > 1 {
            en.push_str(&format!(" ({} at least)", self.at_least));
            ja.push_str(&format!("（{}件以上）", self.at_least));
        }
        if let Some(percent) = self.of_all {
            en.push_str(&format!(", that is {percent} % of all behind it"));
            ja.push_str(&format!("、かつこれ自体とその配下全体の{percent}%以上に異常"));
        }
        if self.nothing_beside {
            en.push_str(", and nothing beside it fails");
            ja.push_str("、依存関係のない箇所に異常なし");
        }
        en.push_str(&format!("; nothing that needs {} wholly answers", self.component));
        ja.push_str("、かつ配下に応答のある機器なし");
        Phrase::new(en, ja)
    }

    fn covers(&self, strong: &Self) -> bool {
        self.component == strong.component
            && self.percent <= strong.percent
            && self.at_least <= strong.at_least
            && self.of_all.is_none_or(|weak| strong.of_all.is_some_and(|strong| weak <= strong))
            && (strong.nothing_beside || !self.nothing_beside)
    }
}

impl Behind {
    /// Whether everything that neither needs it nor is needed by it is quiet. A blind source can't say so.
    fn beside(&self, case: &Case, mut facts: Vec<Fact>) -> Truth {
        let graph = &case.book.graph;
        let beside = |place: &Where| match place {
            Where::Component(id) => {
                *id != self.component && !graph.needs(id, &self.component) && !graph.needs(&self.component, id)
            }
            Where::Host(_) => true,
        };
        let red = |place: &&Where| beside(place) && case.state.live_at(place).any(|alert| alert.red());
        if let Some(place) = case.state.live.keys().find(red) {
            let name = match place {
                Where::Component(id) => id.to_string(),
                Where::Host(host) => host.to_string(),
            };
            return Truth::fails(format!("{name}, beside it, fails too"), format!("依存関係のない{name}にも異常あり"));
        }
        let blind = case.state.sources.iter().find(|(_, source)| matches!(source.sight, Sight::Blind { .. }));
        if let Some((source, _)) = blind {
            return Truth::blind(source);
        }
        facts.push(Fact::NothingBeside { target: case.book.component_name(&self.component) });
        Truth::Holds(facts)
    }
}
