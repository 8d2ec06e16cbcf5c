//! `any`: at least one condition holds.

use super::{Case, Condition, Kind, Place, Truth};
use crate::desk::ids::{ComponentId, ProbeName};
use crate::desk::phrase::Phrase;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// At least one holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Any(pub Vec<Condition>);

impl Kind for Any {
    type Written = Vec<super::Written>;

    fn checked(written: Self::Written, place: &mut Place) -> Vec<Self> {
        if written.is_empty() {
            return Vec::new();
        }
        let choices = written.into_iter().enumerate();
        vec![Self(choices.filter_map(|(index, table)| place.element(index).single(table)).collect())]
    }

    fn test(&self, case: &Case, anchor: Timestamp) -> Truth {
        // Of several that are not known, what is asked of the thing itself is what is worth finding out.
        let of_root = |condition: &Condition| {
            let probed = condition.probes().into_iter().filter_map(|name| case.book.rules.probes.get(name));
            probed.into_iter().any(|probe| case.root.as_ref() == Some(&probe.component))
        };
        let mut unknown = None;
        for condition in &self.0 {
            match condition.test(case, anchor) {
                holds @ Truth::Holds(_) => return holds,
                not_known @ Truth::NotKnown { .. } if unknown.is_none() || of_root(condition) => {
                    unknown = Some(not_known);
                }
                Truth::NotKnown { .. } => {}
                Truth::Fails { .. } => {}
            }
        }
        unknown.unwrap_or_else(|| {
            let choices = self.0.len();
            Truth::fails(format!("none of {choices} holds"), format!("{choices}件のいずれも不成立"))
        })
    }

    fn words(&self) -> Phrase {
        Phrase::either(&self.0.iter().map(Condition::words).collect::<Vec<_>>())
    }

    fn probes(&self) -> Vec<&ProbeName> {
        self.0.iter().flat_map(Condition::probes).collect()
    }

    fn pings(&self) -> Vec<&ComponentId> {
        self.0.iter().flat_map(Condition::pings).collect()
    }

    fn settles(&self, case: &Case, anchor: Timestamp) -> Option<Timestamp> {
        self.0.iter().filter_map(|choice| choice.settles(case, anchor)).min()
    }
}
