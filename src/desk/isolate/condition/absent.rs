//! `absent`: no open alert of the whole desk fits.

use super::{Case, Kind, Place, Truth};
use crate::desk::isolate::case::{doubtful, fits};
use crate::desk::phrase::Phrase;
use crate::desk::rules::written::OneOrMany;
use crate::desk::rules::{AlertMatch, WrittenMatch};
use crate::desk::source::Sight;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// No open alert of the whole desk fits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Absent(pub AlertMatch);

impl Kind for Absent {
    type Written = OneOrMany<WrittenMatch>;

    fn checked(written: Self::Written, place: &mut Place) -> Vec<Self> {
        let each = written.0.into_iter().enumerate();
        each.map(|(index, absent)| Self(place.element(index).alert(absent))).collect()
    }

    /// Only a look at what monitoring covers: silence of a blind source is not quiet.
    fn test(&self, case: &Case, _: Timestamp) -> Truth {
        let blind = case.state.sources.iter().find(|(_, source)| matches!(source.sight, Sight::Blind { .. }));
        let live = || case.state.live.values().flatten().filter_map(|id| case.state.alerts.get(id));
        match (live().find(|alert| fits(&self.0, alert)), doubtful(live(), &self.0).next(), blind) {
            (Some(alert), ..) => {
                let (summary, host) = (&alert.problem.summary, &alert.problem.host);
                Truth::fails(format!("{summary} on {host} is open"), format!("{host}の「{summary}」が発生中"))
            }
            (None, Some((_, missing)), _) => Truth::not_known(missing),
            (None, None, Some((source, _))) => Truth::blind(source),
            (None, None, None) => Truth::Holds(Vec::new()),
        }
    }

    fn words(&self) -> Phrase {
        let alert = self.0.words();
        Phrase::new(format!("no open alert with {}", alert.en), format!("発生中の警報なし（{}）", alert.ja))
    }

    /// Nothing of a wider kind is open, so nothing of a narrower kind is.
    fn covers(&self, strong: &Self) -> bool {
        strong.0.covers(&self.0)
    }
}
