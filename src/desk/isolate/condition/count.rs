//! `count`: so many alerts of the incident fit, close together.

use super::{Case, Kind, Place, Truth};
use crate::desk::alert::Alert;
use crate::desk::letter::Fact;
use crate::desk::phrase::{Phrase, lasting};
use crate::desk::rules::written::span::Span;
use crate::desk::rules::{AlertMatch, WrittenMatch};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::time::Duration;

/// At least `at_least` member alerts fit, all within some stretch of `within`, both ends included.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Count {
    /// What is counted.
    pub alert: AlertMatch,
    /// How many.
    pub at_least: usize,
    /// How long the stretch is.
    pub within: Duration,
    /// What of them counts.
    pub of: Of,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    /// Alerts: one that comes again after it ended counts again.
    #[default]
    Alerts,
    /// The hosts they are on, each once.
    Hosts,
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    alert: WrittenMatch,
    at_least: usize,
    within: Span,
    #[serde(default)]
    of: Of,
}

impl Kind for Count {
    type Written = Written;

    fn checked(written: Written, place: &mut Place) -> Vec<Self> {
        if written.at_least < 2 {
            place.key("at_least").fault("is less than 2", "one alert is what `alert` asks about");
        }
        let alert = place.key("alert").alert(written.alert);
        vec![Self { alert, at_least: written.at_least, within: written.within.0, of: written.of }]
    }

    fn test(&self, case: &Case, _: Timestamp) -> Truth {
        let mut fitting: Vec<&Alert> = case.fitting(&self.alert).collect();
        fitting.sort_by_key(|alert| (alert.at, alert.id));
        let (times, last) = self.most(&fitting);
        match last {
            Some(last) if times >= self.at_least => Truth::Holds(vec![Fact::Counted {
                summary: last.problem.summary.to_string(),
                times,
                hosts: self.of == Of::Hosts,
                within: self.within,
            }]),
            Some(_) | None => match self.perhaps(case, fitting) {
                Some(missing) => Truth::not_known(missing),
                None => {
                    let unit = if self.of == Of::Hosts { "台" } else { "件" };
                    let ja = format!("任意の{}間に最大{times}{unit}", lasting(self.within));
                    Truth::fails(format!("{times} at most"), ja)
                }
            },
        }
    }

    fn impossible(&self) -> Option<String> {
        let exact: Option<BTreeSet<&str>> = self.alert.host.iter().map(|host| host.exact()).collect();
        let named = exact.map(|hosts| hosts.len()).filter(|named| *named > 0 && *named < self.at_least)?;
        (self.of == Of::Hosts).then(|| format!("it asks for {} hosts and names {named}", self.at_least))
    }

    fn alert(&self) -> Option<&AlertMatch> {
        Some(&self.alert)
    }

    fn words(&self) -> Phrase {
        let (of, unit) = match self.of {
            Of::Alerts => ("alerts", "件以上の警報あり"),
            Of::Hosts => ("hosts with an alert", "台以上のホストで警報あり"),
        };
        let alert = self.alert.words();
        Phrase::new(
            format!("{} {of} within {} s with {}", self.at_least, self.within.as_secs(), alert.en),
            format!("任意の{}間に{}{unit}（{}）", lasting(self.within), self.at_least, alert.ja),
        )
    }

    fn covers(&self, strong: &Self) -> bool {
        self.of == strong.of
            && self.at_least <= strong.at_least
            && self.within >= strong.within
            && self.alert.covers(&strong.alert)
    }
}

impl Count {
    /// What is missing to know that there are not enough, if those about which it is not known would make enough.
    fn perhaps<'a>(&self, case: &Case<'a>, mut fitting: Vec<&'a Alert>) -> Option<Phrase> {
        let doubtful: Vec<(&'a Alert, Phrase)> = case.doubtful(&self.alert).collect();
        let (_, missing) = doubtful.first()?;
        fitting.extend(doubtful.iter().map(|(alert, _)| *alert));
        fitting.sort_by_key(|alert| (alert.at, alert.id));
        (self.most(&fitting).0 >= self.at_least).then(|| missing.clone())
    }

    /// The most that falls into one stretch, and the alert that ends it. `fitting` is in order of time.
    fn most<'a>(&self, fitting: &[&'a Alert]) -> (usize, Option<&'a Alert>) {
        let mut first = 0;
        let mut most = (0, None);
        for (place, last) in fitting.iter().enumerate() {
            while fitting[first].at.duration_since(last.at).unsigned_abs() > self.within {
                first += 1;
            }
            let stretch = &fitting[first..=place];
            let times = match self.of {
                Of::Alerts => stretch.len(),
                Of::Hosts => stretch.iter().map(|alert| &alert.problem.host).collect::<BTreeSet<_>>().len(),
            };
            if times > most.0 {
                most = (times, Some(*last));
            }
        }
        most
    }
}
