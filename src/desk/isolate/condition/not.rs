//! `not`: a condition does not hold.

use super::{Case, Condition, Kind, Place, Truth};
use crate::desk::ids::{ComponentId, ProbeName};
use crate::desk::phrase::Phrase;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// It does not hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Not(pub Box<Condition>);

impl Kind for Not {
    type Written = Box<super::Written>;

    fn checked(written: Self::Written, place: &mut Place) -> Vec<Self> {
        place.single(*written).map(|condition| Self(Box::new(condition))).into_iter().collect()
    }

    fn test(&self, case: &Case, anchor: Timestamp) -> Truth {
        match self.0.test(case, anchor) {
            Truth::Holds(_) => {
                let inner = self.0.words();
                Truth::fails(format!("it holds that {}", inner.en), format!("「{}」が成立", inner.ja))
            }
            Truth::Fails { .. } => Truth::Holds(Vec::new()),
            unknown @ Truth::NotKnown { .. } => unknown,
        }
    }

    fn words(&self) -> Phrase {
        let inner = self.0.words();
        Phrase::new(format!("not: {}", inner.grouped()), format!("「{}」が不成立", inner.ja))
    }

    fn probes(&self) -> Vec<&ProbeName> {
        self.0.probes()
    }

    fn pings(&self) -> Vec<&ComponentId> {
        self.0.pings()
    }

    fn settles(&self, case: &Case, anchor: Timestamp) -> Option<Timestamp> {
        self.0.settles(case, anchor)
    }

    /// What is narrower fails whenever what is wider does.
    fn covers(&self, strong: &Self) -> bool {
        strong.0.covers(&self.0)
    }
}
