//! `leaf`: a component fails and nothing that needs it does.

use super::{Case, Kind, Place, Truth};
use crate::desk::ids::ComponentId;
use crate::desk::letter::Fact;
use crate::desk::phrase::Phrase;
use crate::desk::rules::written::OneOrMany;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The root is one of these and nothing of the incident that needs it fails: it stands alone at the end of the graph.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Leaf(pub Vec<ComponentId>);

impl Kind for Leaf {
    type Written = OneOrMany<String>;

    fn checked(written: Self::Written, place: &mut Place) -> Vec<Self> {
        if written.0.is_empty() { Vec::new() } else { vec![Self(place.components(&written))] }
    }

    fn test(&self, case: &Case, _: Timestamp) -> Truth {
        let Some(root) = &case.root else {
            return Truth::fails("no component covers what fails", "異常箇所に該当する構成要素なし");
        };
        if !self.0.contains(root) {
            return Truth::fails(format!("the root is {root}"), format!("起点は{root}"));
        }
        match case.failing.iter().find(|id| case.book.graph.needs(id, root)) {
            Some(behind) => {
                let en = format!("{behind}, which needs it, fails too");
                Truth::fails(en, format!("配下の{behind}にも異常あり"))
            }
            None => {
                let target = case.book.component_name(root);
                Truth::Holds(vec![Fact::Alone { target }])
            }
        }
    }

    fn words(&self) -> Phrase {
        let these = Phrase::any_of(&self.0);
        let en = format!("{} fails and nothing that needs it does", these.en);
        Phrase::new(en, format!("起点が{}で、その配下に異常なし", these.ja))
    }

    fn excludes(&self, other: &Self) -> bool {
        !self.0.iter().any(|component| other.0.contains(component))
    }

    fn covers(&self, strong: &Self) -> bool {
        strong.0.iter().all(|component| self.0.contains(component))
    }
}
