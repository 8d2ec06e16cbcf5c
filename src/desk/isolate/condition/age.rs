//! `age`: the fault has lasted so long.

use super::{Case, Kind, Place, Truth};
use crate::desk::letter::Fact;
use crate::desk::phrase::{Phrase, lasting};
use crate::desk::rules::written::span::Span;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// At least so long has passed since 発生. Not known before: when it has, the incident is judged anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Age {
    /// How long.
    pub at_least: Duration,
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    at_least: Span,
}

impl Kind for Age {
    type Written = Written;

    fn checked(written: Written, _: &mut Place) -> Vec<Self> {
        vec![Self { at_least: written.at_least.0 }]
    }

    fn test(&self, case: &Case, anchor: Timestamp) -> Truth {
        let occurred = case.incident.occurred;
        match self.settles(case, anchor) {
            Some(old) if case.now.wall >= old => Truth::Holds(vec![Fact::Lasting { since: occurred }]),
            Some(_) | None => {
                let en = format!("it has not lasted {} s yet", self.at_least.as_secs());
                Truth::not_known(Phrase::new(en, format!("発生から{}未満", lasting(self.at_least))))
            }
        }
    }

    fn words(&self) -> Phrase {
        let en = format!("it has lasted {} s", self.at_least.as_secs());
        Phrase::new(en, format!("発生から{}以上継続", lasting(self.at_least)))
    }

    fn settles(&self, case: &Case, _: Timestamp) -> Option<Timestamp> {
        case.incident.occurred.checked_add(self.at_least).ok()
    }

    fn covers(&self, strong: &Self) -> bool {
        self.at_least <= strong.at_least
    }
}
