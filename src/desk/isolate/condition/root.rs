//! `root`: the root-most failing component of the incident.

use super::{Case, Kind, Place, Truth};
use crate::desk::ids::ComponentId;
use crate::desk::rules::either;
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
            Some(root) => Truth::Fails { saw: format!("the root is {root}") },
            None => Truth::Fails { saw: "no component covers what fails".to_owned() },
        }
    }

    fn words(&self) -> String {
        format!("the root is {}", either(&self.0))
    }

    fn excludes(&self, other: &Self) -> bool {
        !self.0.iter().any(|component| other.0.contains(component))
    }

    fn covers(&self, strong: &Self) -> bool {
        strong.0.iter().all(|component| self.0.contains(component))
    }
}
