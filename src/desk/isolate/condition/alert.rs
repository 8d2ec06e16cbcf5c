//! `alert`: a member alert fits, or a call at the desk does.

use super::{Case, Kind, Place, Truth};
use crate::desk::isolate::call;
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
        if let Some(alert) = case.member(&self.0) {
            return Truth::Holds(vec![fact_of(alert)]);
        }
        if let Some(told) = case.call(&self.0) {
            return Truth::Holds(vec![call::fact_of(told)]);
        }
        if let Some((_, missing)) = case.doubtful(&self.0).next() {
            return Truth::not_known(missing);
        }
        if let Some(missing) = case.doubtful_call(&self.0) {
            return Truth::not_known(missing);
        }
        if !case.in_words {
            return Truth::fails("", "");
        }
        let (members, told) = (case.members.len(), case.incident.told.len());
        match told {
            0 => Truth::fails(format!("none of {members} alerts fits"), format!("警報{members}件に該当なし")),
            _ => Truth::fails(
                format!("none of {members} alerts and {told} calls fits"),
                format!("警報{members}件、申告{told}件に該当なし"),
            ),
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
