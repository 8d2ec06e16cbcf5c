//! `earlier`: another member alert came before the first (A, then B).

use super::{Case, Kind, Place, Truth};
use crate::desk::isolate::case::fact_of;
use crate::desk::phrase::{Phrase, lasting};
use crate::desk::rules::written::OneOrMany;
use crate::desk::rules::{AlertMatch, WrittenMatch};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How far back it looks where the rule does not say.
const WITHIN: Duration = Duration::from_secs(15 * 60);

/// Another member alert fits that began before the first condition's alert (or the incident's occurrence), at most
/// `within` before it. Two of the same second are not in any order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Earlier {
    /// What to look for.
    pub alert: AlertMatch,
    /// How far back.
    pub within: Duration,
}

impl Kind for Earlier {
    type Written = OneOrMany<WrittenMatch>;

    fn checked(written: Self::Written, place: &mut Place) -> Vec<Self> {
        let each = written.0.into_iter().enumerate();
        each.map(|(index, earlier)| {
            let within = earlier.within.map_or(WITHIN, |within| within.0);
            Self { alert: place.element(index).alert_within(earlier), within }
        })
        .collect()
    }

    fn test(&self, case: &Case, anchor: Timestamp) -> Truth {
        let before = |at: Timestamp| at < anchor && at.duration_since(anchor).unsigned_abs() <= self.within;
        let sure = case.fitting(&self.alert).find(|alert| before(alert.at));
        match (sure, case.doubtful(&self.alert).find(|(alert, _)| before(alert.at))) {
            (Some(alert), _) => Truth::Holds(vec![fact_of(alert)]),
            (None, Some((_, missing))) => Truth::not_known(missing),
            (None, None) => {
                let en = format!("no such alert in the {} s before the first", self.within.as_secs());
                Truth::fails(en, format!("基準時刻の前{}以内に、条件に合う警報なし", lasting(self.within)))
            }
        }
    }

    fn alert(&self) -> Option<&AlertMatch> {
        Some(&self.alert)
    }

    fn words(&self) -> Phrase {
        let alert = self.alert.words();
        Phrase::new(
            format!("earlier, by at most {} s, an alert with {}", self.within.as_secs(), alert.en),
            format!("基準時刻の前{}以内に警報あり（{}）", lasting(self.within), alert.ja),
        )
    }

    fn covers(&self, strong: &Self) -> bool {
        self.within >= strong.within && self.alert.covers(&strong.alert)
    }
}
