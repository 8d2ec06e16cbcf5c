//! `root`: the root-most failing component of the incident.

use super::{Case, Kind, Place, Truth};
use crate::desk::ids::ComponentId;
use crate::desk::phrase::Phrase;
use crate::desk::rules::written::OneOrMany;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The root-most failing component of the incident is one of these.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Root(pub Vec<ComponentId>);

impl Kind for Root {
    type Written = OneOrMany<String>;

    fn checked(written: Self::Written, place: &mut Place) -> Vec<Self> {
        if written.0.is_empty() { Vec::new() } else { vec![Self(place.components(&written))] }
    }

    fn test(&self, case: &Case, _: Timestamp) -> Truth {
        match &case.root {
            Some(root) if self.0.contains(root) => Truth::Holds(Vec::new()),
            Some(root) => Truth::fails(format!("the root is {root}"), format!("起点は{root}")),
            None => Truth::fails("no component covers what fails", "異常箇所に該当する構成要素なし"),
        }
    }

    fn words(&self) -> Phrase {
        let these = Phrase::any_of(&self.0);
        Phrase::new(format!("the root is {}", these.en), format!("起点が{}", these.ja))
    }

    fn excludes(&self, other: &Self) -> bool {
        !self.0.iter().any(|component| other.0.contains(component))
    }

    fn covers(&self, strong: &Self) -> bool {
        strong.0.iter().all(|component| self.0.contains(component))
    }
}
