//! 1. What the desk said it has, it has on record: each observation, each act. And what the sources hold, it has at the end.

use super::Case;
use crate::history::{Broken, Judgement, What};
use kiriwake::desk::act::{Act, Deed};
use kiriwake::desk::{Input, Reply};
use std::collections::BTreeMap;

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    for sign in &case.history.signs {
        if !sign.acknowledged {
            let (source, key) = (&sign.source, &sign.key);
            return Err(Broken::whenever(format!("{source} holds {key} since {} ms, never taken in", sign.at)));
        }
    }
    problems(case)?;
    others(case)?;
    acts(case)
}

/// Every problem is an alert or the repetition of one, with the level the source gave it last.
fn problems(case: &Case<'_>) -> Judgement {
    let mut said = BTreeMap::new();
    for sign in &case.history.signs {
        let (count, last) = said.entry((sign.source.clone(), sign.key.clone())).or_insert((0_u64, None));
        match sign.what {
            What::Problem(level) => {
                *count += 1;
                *last = Some(level);
            }
            // What changed before it was known is not its level.
            What::Changed(Some(level)) if *count > 0 => *last = Some(level),
            What::Changed(_) | What::Recovered | What::Unreadable => {}
        }
    }
    for (key, (count, last)) in said {
        let known = case.record.by_key.get(&key).map(Vec::as_slice).unwrap_or_default();
        let alerts = || known.iter().filter_map(|id| case.record.alerts.get(id));
        let recorded: u64 = alerts().map(|alert| 1 + alert.repeats).sum();
        if recorded < count {
            let what = format!("{} of {} was acknowledged {count} times and recorded {recorded} times", key.1, key.0);
            return Err(Broken::whenever(what));
        }
        if let (Some(alert), Some(last)) = (alerts().next_back(), last)
            && alert.level != last
        {
            let what = format!("{} of {} is {last:?} and stands as {:?} on record", key.1, key.0, alert.level);
            return Err(Broken::at(alert.opened.received, what));
        }
    }
    Ok(())
}

/// Every recovery ended its alert or was counted as a stray; what could not be read is counted.
fn others(case: &Case<'_>) -> Judgement {
    let mut unreadable = BTreeMap::new();
    for sign in &case.history.signs {
        let key = (sign.source.clone(), sign.key.clone());
        match sign.what {
            What::Unreadable => *unreadable.entry(sign.source.clone()).or_insert(0_u64) += 1,
            What::Recovered => {
                let ended = case.record.by_key.get(&key).into_iter().flatten().any(|id| case.record.alerts[id].gone);
                if !ended && !case.record.strays.contains_key(&key) {
                    let what = format!("the recovery of {} of {} was acknowledged and is nowhere", key.1, key.0);
                    return Err(Broken::whenever(what));
                }
            }
            What::Problem(_) | What::Changed(_) => {}
        }
    }
    for (source, count) in unreadable {
        let recorded = case.record.unreadable.get(&source).copied().unwrap_or(0);
        if recorded < count {
            let what = format!("{source} brought {count} things nobody can read, {recorded} are recorded");
            return Err(Broken::whenever(what));
        }
    }
    Ok(())
}

/// Whoever was told that it is done finds it on record.
fn acts(case: &Case<'_>) -> Judgement {
    let mut recorded: Vec<_> = case
        .history
        .frames
        .iter()
        .filter_map(|frame| match &frame.input {
            Input::Act { actor, act } => Some((actor, act)),
            _ => None,
        })
        .collect();
    for done in &case.history.acts {
        if matches!(done.reply, None | Some(Reply::Refused(_))) {
            continue;
        }
        let place = recorded.iter().position(|known| *known == (&done.actor, &done.act));
        // Who asks a party that is asked already changes nothing, and nothing is recorded.
        let asks = matches!(&done.act, Act::On { deed: Deed::Assign { .. }, .. });
        if place.is_none() && asks {
            continue;
        }
        let Some(place) = place else {
            let what = format!("{} was told that {:?} is done, and it is not on record", done.actor.name, done.act);
            return Err(Broken::whenever(what));
        };
        recorded.remove(place);
    }
    Ok(())
}
