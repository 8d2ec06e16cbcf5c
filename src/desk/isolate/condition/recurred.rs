//! `recurred`: the same fault was there before and had been restored.

use super::{Case, Kind, Place, Truth};
use crate::desk::letter::Fact;
use crate::desk::likeness::{self, Like};
use crate::desk::phrase::Phrase;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A like fault of the same component was restored within the policy's time of recurrence (再発).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recurred {}

impl Kind for Recurred {
    type Written = bool;

    fn checked(written: bool, place: &mut Place) -> Vec<Self> {
        if !written {
            place.fault("is false", "for a fault that is new, write not = { recurred = true }");
        }
        vec![Self {}]
    }

    fn test(&self, case: &Case, _: Timestamp) -> Truth {
        let like = likeness::like(case.state, case.book, case.incident).into_iter().find(|like| like.recurrence);
        match like {
            Some(Like { past, .. }) => {
                Truth::Holds(vec![Fact::Recurred { number: past.number.to_string(), at: past.occurred }])
            }
            None => Truth::fails("no like fault was restored lately", "再発期間内に復旧した同様の障害なし"),
        }
    }

    fn words(&self) -> Phrase {
        Phrase::new("the same fault was there before", "再発（再発期間内に復旧した同様の障害あり）")
    }
}
