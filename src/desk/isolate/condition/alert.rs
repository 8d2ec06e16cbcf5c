//! `alert`: a member alert fits.

use super::{Case, Kind, Place, Truth};
use crate::desk::isolate::case::fact_of;
use crate::desk::phrase::Phrase;
use crate::desk::rules::{AlertMatch, WrittenMatch};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A member alert fits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alert(pub AlertMatch);

impl Kind for Alert {
    type Written = WrittenMatch;

    fn checked(written: WrittenMatch, place: &mut Place) -> Vec<Self> {
        vec![Self(place.alert(written))]
    }

    fn test(&self, case: &Case, _: Timestamp) -> Truth {
        match (case.member(&self.0), case.doubtful(&self.0).next()) {
            (Some(alert), _) => Truth::Holds(vec![fact_of(alert)]),
            (None, Some((_, missing))) => Truth::not_known(missing),
            (None, None) => {
                let members = case.members.len();
                Truth::fails(format!("none of {members} alerts fits"), format!("警報{members}件に該当なし"))
            }
        }
    }

    fn alert(&self) -> Option<&AlertMatch> {
        Some(&self.0)
    }

    fn words(&self) -> Phrase {
        let alert = self.0.words();
        Phrase::new(format!("an alert with {}", alert.en), format!("警報あり（{}）", alert.ja))
    }

    fn covers(&self, strong: &Self) -> bool {
        self.0.covers(&strong.0)
    }
}
