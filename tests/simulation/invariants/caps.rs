//! 6. No more leaves than the configuration allows: by the minute and the hour, to each party and over each channel.

use super::Case;
use crate::history::{Broken, Judgement, Leaves};
use crate::script::{HOUR, MINUTE};
use kiriwake::desk::Change;
use kiriwake::desk::house::{self, FlowChange};
use kiriwake::desk::letter::{Matter, facts_of};
use kiriwake::desk::now::Now;
use kiriwake::desk::rules::Rate;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    let caps = &case.world.rules.policy.caps;
    let released = released(case);
    let mut by_channel: BTreeMap<&str, Vec<Now>> = BTreeMap::new();
    let mut by_party: BTreeMap<(&str, &str), Vec<Now>> = BTreeMap::new();
    let mut bundles: BTreeMap<(&str, &str), Vec<Now>> = BTreeMap::new();
    for attempt in case.history.attempts.iter().filter(|attempt| attempt.attempt == 1) {
        let Leaves::Message { channel, party, .. } = &attempt.to else { continue };
        let Some(row) = case.record.rows.get(&attempt.owed) else { continue };
        let Some((_, _, letter)) = row.message() else { continue };
        // What was held back and is alone when its time is over leaves as it is, in place of a bundle.
        let alone = released.contains(&(attempt.at.elapsed.0, channel.as_str(), party.as_str()));
        if row.decided.bundle.is_some() || alone {
            bundles.entry((channel, party)).or_default().push(attempt.at);
        } else if is_counted(&letter.matter) {
            by_channel.entry(channel).or_default().push(attempt.at);
            by_party.entry((channel, party)).or_default().push(attempt.at);
        }
    }
    for (channel, times) in by_channel {
        within(&times, caps.channel, &format!("over {channel}"))?;
    }
    for ((channel, party), times) in by_party {
        within(&times, caps.party, &format!("to {party} over {channel}"))?;
    }
    // What is too much is told together, once a minute at most.
    for ((channel, party), times) in bundles {
        most(&times, HOUR, 61, &format!("in bundles to {party} over {channel}"))?;
    }
    Ok(())
}

/// When what was held back for a party on a channel was let go.
fn released<'a>(case: &Case<'a>) -> BTreeSet<(u64, &'a str, &'a str)> {
    let entries = case.history.frames.iter().flat_map(|frame| frame.entries.iter().map(|entry| (frame.at, entry)));
    let released = entries.filter_map(|(at, entry)| match &entry.change {
        Change::House(house::Change::Flow(FlowChange::Held { channel, party, until: None })) => {
            Some((at.elapsed.0, channel.as_str(), party.as_str()))
        }
        _ => None,
    });
    released.collect()
}

/// What is a list itself, or asks for a decision, is rare and counts for nothing.
fn is_counted(matter: &Matter) -> bool {
    match matter {
        Matter::Consultation { .. } => false,
        Matter::Blind { .. } | Matter::Sighted { .. } => true,
        other => facts_of(other).is_some(),
    }
}

fn within(times: &[Now], rate: Rate, whose: &str) -> Judgement {
    most(times, MINUTE, u64::from(rate.burst + rate.per_minute), whose)?;
    most(times, HOUR, u64::from(rate.per_hour.div_ceil(2)) * 2, whose)
}

/// No stretch of this length, wherever it begins, sees more than so many.
fn most(times: &[Now], length: u64, allowed: u64, whose: &str) -> Judgement {
    let mut first = 0;
    for (place, at) in times.iter().enumerate() {
        while times[first].elapsed.0 + length <= at.elapsed.0 {
            first += 1;
        }
        let count = (place - first + 1) as u64;
        if count > allowed {
            let what = format!("{count} messages left {whose} within {} s, {allowed} may", length / 1_000);
            return Err(Broken::at(*at, what));
        }
    }
    Ok(())
}
