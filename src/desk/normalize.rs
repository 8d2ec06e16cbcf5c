//! Normalise: an observation in our words - which component is it about, when did it begin.
//!
//! A stage. It only looks things up; what they mean is decided later.

use super::book::Book;
use super::ids::{ComponentId, SourceId};
use super::observation::Problem;
use super::rules::{AlertMatch, Rules, Share};
use super::text::{Hashed, Text};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// A source time further in the past than this is not believed as 発生 (`DECISIONS.md` 10).
const TOO_OLD: SignedDuration = SignedDuration::from_hours(24);

/// Which alert is about which component, prepared for looking up by host.
pub struct Index {
    by_host: BTreeMap<Hashed<Text>, Vec<Entry>>,
    others: Vec<Entry>,
}

#[derive(Clone)]
struct Entry {
    component: ComponentId,
    order: u32,
    weight: usize,
    /// What is asked beside a host found by its name; most components ask nothing more.
    matcher: Option<Box<AlertMatch>>,
}

impl Entry {
    fn fits(&self, source: &SourceId, problem: &Problem) -> bool {
        self.matcher.as_ref().is_none_or(|matcher| matcher.fits(source, problem, None))
    }
}

impl Index {
    /// Prepares the components' matches.
    pub fn new(rules: &Rules) -> Self {
        let mut index = Index { by_host: BTreeMap::new(), others: Vec::new() };
        for (id, component) in &rules.components {
            for matcher in &component.matches {
                let entry = |asked: AlertMatch| Entry {
                    component: id.clone(),
                    order: component.order,
                    weight: matcher.weight(),
                    matcher: (asked != AlertMatch::default()).then(|| Box::new(asked)),
                };
                let hosts: Option<Vec<&str>> = matcher.host.iter().map(|pattern| pattern.exact()).collect();
                match hosts {
                    Some(hosts) if !hosts.is_empty() => {
                        let entry = entry(AlertMatch { host: Vec::new(), ..matcher.clone() });
                        for host in hosts {
                            index.by_host.entry(Text::from(host).into()).or_default().push(entry.clone());
                        }
                    }
                    _ => index.others.push(entry(matcher.clone())),
                }
            }
        }
        index
    }

    /// The component a problem is about: the match naming most fields wins, then the component that stands first.
    pub fn component(&self, source: &SourceId, problem: &Problem) -> Option<ComponentId> {
        self.by_host
            .get(&problem.host.clone().into())
            .into_iter()
            .flatten()
            .chain(&self.others)
            .filter(|entry| entry.fits(source, problem))
            .min_by_key(|entry| (std::cmp::Reverse(entry.weight), entry.order))
            .map(|entry| entry.component.clone())
    }
}

/// 発生 of an alert: the source's time if it is plausible, else the time of receipt, marked 推定 (`true`).
///
/// A time in the future is never believed; one older than a day only when it was fetched after an outage.
pub(super) fn occurred(source_time: Timestamp, received: Timestamp, late: bool) -> (Timestamp, bool) {
    let too_old = received.duration_since(source_time) > TOO_OLD && !late;
    if source_time > received {
        (received, !near(source_time, received))
    } else if too_old {
        (received, true)
    } else {
        (source_time, false)
    }
}

/// Clocks of two machines are rarely equal to the second; that little needs no mark.
fn near(source_time: Timestamp, received: Timestamp) -> bool {
    source_time.duration_since(received) < SignedDuration::from_secs(5)
}

/// What a problem may have in common with others of one fault: the tags and fields the policy names, with their values.
pub(super) fn shares(book: &Book, problem: &Problem) -> Vec<Text> {
    let of = |list: &[(String, String)], kind: &str, wanted: &str| {
        let fitting = list.iter().filter(|(name, value)| name == wanted && !value.is_empty());
        fitting.map(|(name, value)| format!("{kind}.{name}={value}").into()).collect::<Vec<_>>()
    };
    let named = book.rules.policy.together.iter().flat_map(|share| match share {
        Share::Tag(name) => of(&problem.tags, "tag", name),
        Share::Field(name) => of(&problem.fields, "field", name),
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn implausible_times_become_the_time_of_receipt() {
        let received: Timestamp = "2026-09-19T17:13:40Z".parse().expect("a timestamp");
        for (offset_seconds, late, expected_offset, estimated) in [
            (-30, false, -30, false),
            (3, false, 0, false),
            (600, false, 0, true),
            (-25 * 3600, false, 0, true),
            (-25 * 3600, true, -25 * 3600, false),
            (-24 * 3600, false, -24 * 3600, false),
        ] {
            let source = received + SignedDuration::from_secs(offset_seconds);
            let expected = received + SignedDuration::from_secs(expected_offset);
            assert_eq!(occurred(source, received, late), (expected, estimated), "{offset_seconds} s, late {late}");
        }
    }
}
