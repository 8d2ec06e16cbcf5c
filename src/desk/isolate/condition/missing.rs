//! `missing`: what should have followed has not come (A without B within T).

use super::{Case, Kind, Place, Truth};
use crate::desk::isolate::case::{doubtful, fits};
use crate::desk::phrase::{Phrase, lasting};
use crate::desk::rules::written::OneOrMany;
use crate::desk::rules::{AlertMatch, WrittenMatch};
use crate::desk::source::Sight;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// No alert of the whole desk that fits began within `within` after the first condition's alert. Not known until that time
/// is over; then the incident is judged anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Missing {
    /// What should have come.
    pub alert: AlertMatch,
    /// Until how long after the first alert.
    pub within: Duration,
}

impl Kind for Missing {
    type Written = OneOrMany<WrittenMatch>;

    fn checked(written: Self::Written, place: &mut Place) -> Vec<Self> {
        let mut all = Vec::new();
        for (index, missing) in written.0.into_iter().enumerate() {
            let mut place = place.element(index);
            let within = missing.within.map(|within| within.0);
            if within.is_none() {
                place.fault("has no `within`", "write within = \"10m\": how long it may take to come");
            }
            all.push(Self { alert: place.alert_within(missing), within: within.unwrap_or_default() });
        }
        all
    }

    fn test(&self, case: &Case, anchor: Timestamp) -> Truth {
        let inside = |at: Timestamp| at >= anchor && at.duration_since(anchor).unsigned_abs() <= self.within;
        let came = || case.state.alerts.values().filter(|alert| inside(alert.at));
        if let Some(alert) = came().find(|alert| fits(&self.alert, alert)) {
            let (summary, host) = (&alert.problem.summary, &alert.problem.host);
            return Truth::fails(format!("{summary} on {host} came"), format!("{host}の「{summary}」を検知済み"));
        }
        if self.settles(case, anchor).is_some_and(|over| case.now.wall < over) {
            let missing = Phrase::new("the time in which it may come is not over", "待機時間が経過していない");
            return Truth::not_known(missing);
        }
        if let Some((_, missing)) = doubtful(came(), &self.alert).next() {
            return Truth::not_known(missing);
        }
        // What did not come from a source that sees nothing is not missing.
        let blind = case.state.sources.iter().find(|(_, source)| matches!(source.sight, Sight::Blind { .. }));
        match blind {
            Some((source, _)) => Truth::blind(source),
            None => Truth::Holds(Vec::new()),
        }
    }

    fn words(&self) -> Phrase {
        let alert = self.alert.words();
        Phrase::new(
            format!("within {} s no alert came with {}", self.within.as_secs(), alert.en),
            format!("基準時刻から{}以内に警報なし（{}）", lasting(self.within), alert.ja),
        )
    }

    fn settles(&self, _: &Case, anchor: Timestamp) -> Option<Timestamp> {
        anchor.checked_add(self.within).ok()
    }

    /// What did not come in a longer time, of a wider kind, did not come in a shorter one.
    fn covers(&self, strong: &Self) -> bool {
        self.within <= strong.within && strong.alert.covers(&self.alert)
    }
}
