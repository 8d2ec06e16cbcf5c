//! 9. Nothing leaves but to addresses the configuration names, of the party it is for, while they are valid.

use super::Case;
use crate::history::{Attempt, Broken, Judgement, Leaves};
use jiff::Timestamp;
use jiff::tz::TimeZone;

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    for attempt in &case.history.attempts {
        if let Err(what) = goes_where_it_may(case, attempt) {
            return Err(Broken::at(attempt.at, format!("{} {what}", attempt.owed)));
        }
    }
    Ok(())
}

fn goes_where_it_may(case: &Case<'_>, attempt: &Attempt) -> Result<(), String> {
    let told = &case.world.told;
    match &attempt.to {
        Leaves::Message { channel, party, addresses, .. } => {
            if addresses.is_empty() {
                return Err("goes to nobody".to_owned());
            }
            if let Some(owner) = told.copies.get(channel) {
                let own = addresses.iter().all(|address| address == channel) && owner == party;
                return if own {
                    Ok(())
                } else {
                    Err(format!("to {party} goes to {channel} of {owner}: {addresses:?}"))
                };
            }
            if !told.mail_channels.contains(channel) {
                return Err(format!("goes over {channel}, which there is not"));
            }
            let decided = case.record.rows.get(&attempt.owed).map(|row| row.decided.decided.wall);
            for address in addresses {
                let mut known = told.mails.get(party).into_iter().flatten().filter(|known| known.mail == *address);
                let valid = |on: Timestamp| {
                    let day = on.to_zoned(TimeZone::get("Asia/Tokyo").unwrap()).date().to_string();
                    move |from: &Option<String>, until: &Option<String>| {
                        from.as_ref().is_none_or(|from| *from <= day)
                            && until.as_ref().is_none_or(|until| day <= *until)
                    }
                };
                let moments = [Some(attempt.at.wall), decided];
                let fits = known.any(|one| moments.into_iter().flatten().any(|on| valid(on)(&one.from, &one.until)));
                if !fits {
                    return Err(format!("goes to {address}, which {party} has not"));
                }
            }
            Ok(())
        }
        Leaves::Ping(addresses) => match addresses.iter().find(|address| !told.pings.contains(*address)) {
            Some(address) => Err(format!("pings {address}")),
            None => Ok(()),
        },
        Leaves::Probe(probe) if !told.probes.contains(probe) => Err(format!("tries {probe}")),
        Leaves::Note { source, .. } if !told.write_back.contains(source) => Err(format!("writes to {source}")),
        Leaves::Asks(Some(source)) if !case.world.sources.iter().any(|known| known.as_str() == source) => {
            Err(format!("asks {source}"))
        }
        Leaves::Probe(_) | Leaves::Note { .. } | Leaves::Asks(_) => Ok(()),
    }
}
