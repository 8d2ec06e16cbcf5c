//! 3. At each address arrives one copy, and one more at most for each attempt whose outcome nobody knows - under one key.

use super::Case;
use crate::history::{Broken, Judgement, Leaves};
use kiriwake::desk::outcome::Delivery;
use std::collections::BTreeMap;

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    one_key(case)?;
    let mut copies: BTreeMap<(&str, &str), (u64, u64)> = BTreeMap::new();
    for copy in &case.history.copies {
        let (count, last) = copies.entry((&copy.key, &copy.address)).or_default();
        (*count, *last) = (*count + 1, copy.at);
    }
    let by_key: BTreeMap<&str, _> = case.record.rows.values().map(|row| (row.decided.key.as_str(), row)).collect();
    for ((key, address), (count, at)) in copies {
        let Some(row) = by_key.get(key) else {
            return Err(Broken::whenever(format!("{address} got {key}, which is not on record")));
        };
        // What the record says of each attempt that named the address; one of which it says nothing is on its way.
        let tried = case.history.attempts.iter().filter(|attempt| {
            attempt.key == key && matches!(&attempt.to, Leaves::Message { addresses, .. } if addresses.iter().any(|one| one == address))
        });
        let unknown = tried.filter(|attempt| {
            let came = row.came.iter().find(|came| came.attempt == attempt.attempt);
            let result = came.and_then(|came| came.results.iter().find(|(known, _)| known == address));
            matches!(result, None | Some((_, Delivery::Unknown { .. })))
        });
        let allowed = 1 + unknown.count() as u64;
        if count > allowed {
            let id = row.decided.id;
            let what = format!("{id} reached {address} {count} times, {allowed} would be right (the last at {at} ms)");
            return Err(Broken::whenever(what));
        }
    }
    Ok(())
}

/// A row has one key in all its attempts, no two rows have the same, and what is decided once does not leave under two.
fn one_key(case: &Case<'_>) -> Judgement {
    let mut rows = BTreeMap::new();
    let mut words = BTreeMap::new();
    for attempt in &case.history.attempts {
        let known = rows.entry(attempt.key.as_str()).or_insert(attempt.owed);
        if *known != attempt.owed {
            let what = format!("{known} and {} leave under one key", attempt.owed);
            return Err(Broken::at(attempt.at, what));
        }
        let decided = case.record.rows.get(&attempt.owed).map(|row| row.decided.key.as_str());
        if decided != Some(attempt.key.as_str()) {
            let what = format!("{} leaves under {}, and {decided:?} is on record", attempt.owed, attempt.key);
            return Err(Broken::at(attempt.at, what));
        }
        let Leaves::Message { channel, addresses, words: text, .. } = &attempt.to else { continue };
        // The desk may hear the same again later on: of another call, of another failure.
        // And of each message that was not taken it hears, whatever they have in common.
        let Some(row) = case.record.rows.get(&attempt.owed).filter(|row| !row.is_notice()) else { continue };
        // A clock put forward by hours between the two makes them two: what fell due in between is told late, not twice.
        let decided = (row.decided.decided.elapsed, row.decided.decided.wall);
        for address in addresses {
            let known = words.entry((channel, address, text, decided)).or_insert(attempt.owed);
            if *known != attempt.owed {
                let what = format!("{known} and {} say the same to {address}:\n{text}", attempt.owed);
                return Err(Broken::at(attempt.at, what));
            }
        }
    }
    Ok(())
}
