//! 4. What tells of one incident arrives at one address over one channel in the order in which it was decided; a mail whose time
//!    had not come yet does not overtake one on another path either.

use super::Case;
use crate::history::{Broken, Judgement};
use kiriwake::desk::ids::OwedId;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    let by_key: BTreeMap<&str, _> = case.record.rows.values().map(|row| (row.decided.key.as_str(), row)).collect();
    let (mut latest, mut in_time) = (BTreeMap::new(), BTreeMap::new());
    let mut known = BTreeSet::new();
    for copy in &case.history.copies {
        if !known.insert((&copy.key, &copy.address)) {
            continue;
        }
        let Some(row) = by_key.get(copy.key.as_str()) else { continue };
        let id = row.decided.id;
        // What waits for its reader's opening holds nothing up, nor does what went another way, or was given up and tried
        // again by hand.
        let may_be_late = row.decided.not_before.is_some() || row.rerouted || row.revived.is_some();
        for incident in row.incidents() {
            let before = latest.entry((&copy.channel, &copy.address, incident)).or_insert(id);
            if *before > id && !may_be_late {
                let (channel, address) = (&copy.channel, &copy.address);
                let what = format!("{address} gets {id} of {incident} over {channel} after {before}, {} ms", copy.at);
                return Err(Broken::at(row.decided.decided, what));
            }
            *before = (*before).max(id);
            if !copy.address.contains('@') {
                continue;
            }
            let before = in_time.entry((&copy.address, incident)).or_insert(OwedId(0));
            if *before > id && row.decided.not_before.is_none() && row.revived.is_none() {
                let (channel, address) = (&copy.channel, &copy.address);
                let what = format!("{address} gets {id} of {incident} over {channel} after {before}, {} ms", copy.at);
                return Err(Broken::at(row.decided.decided, what));
            }
            // Past its time a mail takes what path there is.
            if copy.at < row.due {
                *before = (*before).max(id);
            }
        }
    }
    Ok(())
}
