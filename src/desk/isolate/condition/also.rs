//! `also`: another member alert fits, near the first.

use super::{Case, Kind, Place, Truth};
use crate::desk::alert::Alert;
use crate::desk::isolate::case::fact_of;
use crate::desk::phrase::{Phrase, lasting};
use crate::desk::rules::written::OneOrMany;
use crate::desk::rules::{AlertMatch, WrittenMatch};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How far apart it looks where the rule does not say.
const WITHIN: Duration = Duration::from_secs(15 * 60);

/// Another member alert fits, within `within` of the first condition's alert (or of the incident's occurrence).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Also {
    /// What to look for.
    pub alert: AlertMatch,
    /// How far apart.
    pub within: Duration,
}

impl Kind for Also {
    type Written = OneOrMany<WrittenMatch>;

    fn checked(written: Self::Written, place: &mut Place) -> Vec<Self> {
        let each = written.0.into_iter().enumerate();
        each.map(|(index, also)| {
            let within = also.within.map_or(WITHIN, |within| within.0);
            Self { alert: place.element(index).alert_within(also), within }
        })
        .collect()
    }

    fn test(&self, case: &Case, anchor: Timestamp) -> Truth {
        let near = |alert: &Alert| alert.at.duration_since(anchor).unsigned_abs() <= self.within;
        let sure = case.fitting(&self.alert).find(|alert| near(alert));
        match (sure, case.doubtful(&self.alert).find(|(alert, _)| near(alert))) {
            (Some(alert), _) => Truth::Holds(vec![fact_of(alert)]),
            (None, Some((_, missing))) => Truth::not_known(missing),
            (None, None) => {
                let en = format!("no such alert within {} s of the first", self.within.as_secs());
                Truth::fails(en, format!("基準時刻の前後{}以内に、条件に合う警報なし", lasting(self.within)))
            }
        }
    }

    fn alert(&self) -> Option<&AlertMatch> {
        Some(&self.alert)
    }

    fn words(&self) -> Phrase {
        let alert = self.alert.words();
        Phrase::new(
            format!("also, within {} s, an alert with {}", self.within.as_secs(), alert.en),
            format!("基準時刻の前後{}以内に警報あり（{}）", lasting(self.within), alert.ja),
        )
    }

    fn covers(&self, strong: &Self) -> bool {
        self.within >= strong.within && self.alert.covers(&strong.alert)
    }
}
