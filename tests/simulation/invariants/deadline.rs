//! 7. What is critical is there by its time, by some way, while one of them works all along.

use super::Case;
use crate::history::{Broken, Judgement};
use crate::outside::LONGEST;
use crate::script::{MINUTE, Mood};
use kiriwake::desk::owed::OwedState;
use std::collections::BTreeMap;

/// A message that is held back for the caps waits a minute at most, and so does one whose channel is left alone.
const GRACE: u64 = LONGEST + 3 * MINUTE;

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    let mut first: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for copy in &case.history.copies {
        first.entry((&copy.key, &copy.address)).or_insert(copy.at);
    }
    let mails = &case.world.told.mail_channels;
    for row in case.record.rows.values().filter(|row| row.decided.critical && row.decided.not_before.is_none()) {
        let Some((_, channel, _)) = row.message() else { continue };
        // What the desk was to look at first has its time from when it was let go.
        let (from, by) = match (&row.decided.hold, row.let_go) {
            (None, _) => (row.decided.decided.elapsed.0, row.decided.deliver_by.0),
            (Some(_), Some((at, by))) => (at.elapsed.0, by),
            (Some(_), None) => continue,
        };
        // What tells of others in one may be late when it is decided.
        let until = by.max(from) + GRACE;
        // Order comes first: where the way of those before it takes minutes to answer, they are waited for one by one.
        let slow = |mood: &Option<Mood>| matches!(mood, Some(Mood::Slow | Mood::Hangs));
        let own = case.script.ways.get(channel).into_iter().flat_map(|way| &way.moods);
        let one_by_one = own.into_iter().any(|(stretch, mood)| slow(mood) && stretch.meets(from, until));
        // What stands before it may be the desk's to look at first; that has a limit of its own.
        let looked_at = case.record.rows.range(..row.decided.id).any(|(_, other)| {
            let shares = other.incidents().any(|one| row.incidents().any(|incident| incident == one));
            let held = other.decided.hold.is_some() && other.let_go.is_none_or(|(at, _)| at.elapsed.0 > from);
            held && shares && other.decided.party() == row.decided.party()
        });
        let whole = case.history.ended.is_some_and(|end| end.elapsed.0 > until);
        let broken = case.history.breaks.iter().any(|(began, ended)| *began < until && from < *ended);
        let works = mails.iter().any(|name| case.script.ways[name].works(from, until));
        if !mails.contains(channel) || !whole || broken || !works || one_by_one || looked_at {
            continue;
        }
        // A later one that says it better, or a person, took it over.
        let since = case.history.frames[row.since].at.elapsed.0;
        if matches!(row.state, OwedState::Superseded | OwedState::Dropped { .. }) && since <= until {
            continue;
        }
        for address in row.addresses() {
            let refused = row.was_refused(address);
            let arrived = first.get(&(row.decided.key.as_str(), address));
            if !refused && arrived.is_none_or(|at| *at > until) {
                let what = format!(
                    "{} ({}) had to be at {address} by {} ms, and was there at {arrived:?}",
                    row.decided.id,
                    row.decided.kind(),
                    row.decided.deliver_by.0
                );
                return Err(Broken::at(row.decided.decided, what));
            }
        }
    }
    Ok(())
}
