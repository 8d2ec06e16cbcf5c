//! Flapping (断続): what ends and comes back again and again is one fault, over only after a long quiet time.
//!
//! Read from the members themselves: each time the root was red is an episode, however many alerts overlap in it. Nothing is
//! stored, so nothing can disagree with the record.

use crate::desk::alert::Alert;
use crate::desk::letter::Flapping;
use crate::desk::observation::Level;
use crate::desk::rules::Policy;
use crate::desk::state::Place;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::time::Duration;

/// One time the root was red; `until` is open while it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Episode {
    from: Timestamp,
    until: Option<Timestamp>,
}

/// What these alerts, taken as one thing, have done so far by `now`; `None` = it does not flap.
pub(super) fn of<'a>(alerts: impl Iterator<Item = &'a Alert>, policy: &Policy, now: Timestamp) -> Option<Flapping> {
    let episodes = episodes(alerts);
    comes_and_goes(&episodes, policy.flap_repeats, policy.flap_span).then(|| Flapping {
        times: episodes.len(),
        since: episodes.first().map_or(now, |first| first.from),
        down: down_of(&episodes, now),
        with_echoes: None,
    })
}

/// How long in all any of these alerts was red by `now`.
pub(super) fn down<'a>(alerts: impl Iterator<Item = &'a Alert>, now: Timestamp) -> Duration {
    down_of(&episodes(alerts), now)
}

fn down_of(episodes: &[Episode], now: Timestamp) -> Duration {
    episodes.iter().map(|episode| lasted(episode, now)).sum()
}

/// How often these alerts, taken as one thing, were red, where that is often enough to look into it although nothing is red
/// now (静観 → 受付). What stops several things is looked into as soon as it counts as 断続: whoever works there has lost it so
/// many times.
pub(super) fn repeated<'a>(alerts: impl Iterator<Item = &'a Alert>, policy: &Policy) -> Option<u32> {
    let mut stopped: BTreeSet<Place> = BTreeSet::new();
    let episodes = episodes(alerts.inspect(|alert| {
        if alert.weight() >= Level::High {
            stopped.insert(alert.place());
        }
    }));
    let often = comes_and_goes(&episodes, policy.watch_repeats, policy.watch_span)
        || stopped.len() > 1 && comes_and_goes(&episodes, policy.flap_repeats, policy.flap_span);
    often.then(|| u32::try_from(episodes.len()).unwrap_or(u32::MAX))
}

/// Whether so many times in a row began within `span`.
fn comes_and_goes(episodes: &[Episode], times: u32, span: Duration) -> bool {
    let close = |run: &[Episode]| match run {
        [first, .., last] => last.from.duration_since(first.from).unsigned_abs() <= span,
        _ => false,
    };
    episodes.windows(usize::try_from(times).unwrap_or(usize::MAX).max(2)).any(close)
}

fn lasted(episode: &Episode, now: Timestamp) -> Duration {
    Duration::try_from(episode.until.unwrap_or(now).duration_since(episode.from)).unwrap_or_default()
}

/// The times something was red, in order; what overlaps or touches is one. What only happened (momentary) is no time.
fn episodes<'a>(alerts: impl Iterator<Item = &'a Alert>) -> Vec<Episode> {
    let mut all: Vec<Episode> = alerts
        .filter(|alert| !alert.problem.momentary)
        .map(|alert| Episode { from: alert.at, until: alert.gone.as_ref().map(|gone| gone.at.max(alert.at)) })
        .collect();
    all.sort_by_key(|episode| episode.from);
    let mut merged: Vec<Episode> = Vec::new();
    for next in all {
        match merged.last_mut() {
            Some(last) if last.until.is_none_or(|until| next.from <= until) => {
                last.until = last.until.zip(next.until).map(|(one, other)| one.max(other));
            }
            _ => merged.push(next),
        }
    }
    merged
}
