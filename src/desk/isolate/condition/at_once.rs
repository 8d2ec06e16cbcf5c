//! `at_once`: alerts of one and the same thing that burn at the same time.

use super::{Case, Kind, Place, Truth};
use crate::desk::alert::Alert;
use crate::desk::isolate::case::{fact_of, fits};
use crate::desk::phrase::Phrase;
use crate::desk::rules::{AlertMatch, WrittenMatch};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Member alerts that fit one each burn now, all of one component (of one host, where no component covers it).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AtOnce(pub Vec<AlertMatch>);

impl Kind for AtOnce {
    type Written = Vec<WrittenMatch>;

    fn checked(written: Self::Written, place: &mut Place) -> Vec<Self> {
        if written.len() < 2 {
            place.fault("names fewer than two alerts", "one alert is what `alert` asks about");
        }
        let each = written.into_iter().enumerate();
        vec![Self(each.map(|(index, alert)| place.element(index).alert(alert)).collect())]
    }

    fn test(&self, case: &Case, _: Timestamp) -> Truth {
        let Some((first, others)) = self.0.split_first() else { return Truth::Holds(Vec::new()) };
        let burning = || case.members.iter().copied().filter(|alert| alert.gone.is_none());
        let beside = |one: &Alert, matcher: &AlertMatch| {
            burning().find(|other| other.id != one.id && other.place() == one.place() && fits(matcher, other))
        };
        let all = |one: &Alert| {
            let others: Option<Vec<&Alert>> = others.iter().map(|matcher| beside(one, matcher)).collect();
            others.map(|others| std::iter::once(fact_of(one)).chain(others.into_iter().map(fact_of)).collect())
        };
        if let Some(facts) = burning().filter(|alert| fits(first, alert)).find_map(all) {
            return Truth::Holds(facts);
        }
        let doubtful = self.0.iter().find_map(|matcher| case.doubtful(matcher).find(|(alert, _)| alert.gone.is_none()));
        match doubtful {
            Some((_, missing)) => Truth::not_known(missing),
            None => Truth::fails(
                "no single component shows all of them at the same time",
                "一つの構成要素で同時に発生している組合せなし",
            ),
        }
    }

    fn words(&self) -> Phrase {
        let each = || self.0.iter().map(AlertMatch::words);
        let en: Vec<String> = each().map(|alert| alert.en.into_owned()).collect();
        let ja: Vec<String> = each().map(|alert| format!("（{}）", alert.ja)).collect();
        Phrase::new(
            format!("on one component, at the same time: an alert with {}", en.join(", and one with ")),
            format!("一つの構成要素で同時に警報あり：{}", ja.join("と")),
        )
    }

    /// Every alert asked for here is asked for there, and as narrowly.
    fn covers(&self, strong: &Self) -> bool {
        self.0.iter().all(|wide| strong.0.iter().any(|narrow| wide.covers(narrow)))
    }

    fn alert(&self) -> Option<&AlertMatch> {
        self.0.first()
    }
}
