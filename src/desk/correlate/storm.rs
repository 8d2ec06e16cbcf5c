//! Storm mode (警報の多発): a system on which more alerts come within `storm_span` than anybody reads one by one.
//!
//! It changes nothing about what is recorded, joined or asked. It is told when it begins, while it goes on and when it is over, all
//! by time; meanwhile lesser notices to the desk are not sent one by one but listed there. Counted no more often than
//! [`LOOK_EVERY`], so that the storm itself does not pay for it.

use crate::desk::alert::{Alert, Standing};
use crate::desk::house::{self, StormChange};
use crate::desk::ids::{AlertId, SystemId};
use crate::desk::incident::Incident;
use crate::desk::notify;
use crate::desk::now::Elapsed;
use crate::desk::source::Sight;
use crate::desk::state::Storm;
use crate::desk::turn::Turn;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Arrivals are counted no more often than this.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// One cause hits many systems within seconds: the desk hears of them together.
const GATHER: Duration = Duration::from_secs(60);
/// Members looked at to tell whether an incident is part of a storm.
const MEMBERS: usize = 20;

/// More alerts have come: they are counted now, or a little later, if there may be too many.
pub(in crate::desk) fn arrived(turn: &mut Turn) {
    let Some(most) = turn.book.rules.policy.storm_alerts.filter(|_| may_be_too_many(turn)) else { return };
    let storms = &turn.state.house.storms;
    let next = storms.looked.map(|looked| looked + LOOK_EVERY).filter(|next| *next > turn.now.elapsed);
    match next {
        None => look(turn),
        Some(next) if storms.due.is_none_or(|due| due > next) => {
            let change = StormChange::Looked { at: storms.looked.unwrap_or(turn.now.elapsed), next: Some(next) };
            turn.record(house::Change::Storm(change), house::Reason::TooMany { most });
        }
        Some(_) => {}
    }
}

/// Whether so many came in all: alerts are numbered as they come, so the one that many before the last tells.
fn may_be_too_many(turn: &Turn) -> bool {
    let policy = &turn.book.rules.policy;
    let Some(most) = policy.storm_alerts else { return false };
    let last = turn.state.counters.alert;
    let first = last.checked_sub(u64::from(most)).map(|before| AlertId(before + 1));
    let first = first.and_then(|id| turn.state.alerts.get(&id));
    first.is_some_and(|alert| turn.now.elapsed.since(alert.received.elapsed) <= policy.storm_span)
}

/// Counts what came, begins and ends storms, and tells what is to be told.
pub(in crate::desk) fn look(turn: &mut Turn) {
    let policy = &turn.book.rules.policy;
    // With the policy switched off what goes on ends.
    let most = policy.storm_alerts.unwrap_or(u32::MAX);
    let reason = house::Reason::TooMany { most };
    let arrivals = arrivals(turn, usize::try_from(most).unwrap_or(usize::MAX));
    let full = |system: &Option<SystemId>| arrivals.get(system).and_then(|known| known.earliest);
    for system in arrivals.keys().filter(|system| full(system).is_some()) {
        if turn.state.house.storms.of(system.as_ref()).is_none() {
            let began = StormChange::Began { system: system.clone(), at: turn.now };
            turn.record(house::Change::Storm(began), reason);
        }
    }
    let over = |storm: &&Storm| full(&storm.system).is_none() && !is_blind(turn);
    let calm: Vec<Storm> = turn.state.house.storms.going_on().filter(over).cloned().collect();
    for storm in &calm {
        let alerts = brought(turn, storm);
        let ended = StormChange::Ended { system: storm.system.clone(), at: turn.now.wall, alerts };
        turn.record(house::Change::Storm(ended), house::Reason::Fewer);
    }
    if told_at(turn).is_some_and(|at| at <= turn.now.elapsed) {
        notify::storm(turn);
        turn.record(house::Change::Storm(StormChange::Told { at: turn.now.elapsed }), house::Reason::Hour);
    }
    let span = turn.book.rules.policy.storm_span;
    let over = turn.state.house.storms.going_on().map(|storm| match full(&storm.system) {
        // Fewer than too many are left of the last `storm_span` once the earliest of these is older.
        Some(earliest) => earliest + span + Duration::from_millis(1),
        None => turn.now.elapsed + span,
    });
    let next = over.chain(told_at(turn)).min().map(|next| next.max(turn.now.elapsed + Duration::from_millis(1)));
    let looked = StormChange::Looked { at: turn.now.elapsed, next };
    turn.record(house::Change::Storm(looked), reason);
}

/// Whether a source sees nothing: that nothing comes tells nothing then.
pub(in crate::desk) fn is_blind(turn: &Turn) -> bool {
    turn.state.sources.values().any(|source| matches!(source.sight, Sight::Blind { .. }))
}

/// When the desk hears of the storms next.
fn told_at(turn: &Turn) -> Option<Elapsed> {
    let storms = &turn.state.house.storms;
    let first = storms.all.iter().map(|storm| storm.since.elapsed).min()?;
    let goes_on = storms.going_on().next().is_some();
    Some(match storms.told {
        None => first + GATHER,
        Some(told) if goes_on => told + turn.book.rules.policy.storm_again,
        Some(_) => turn.now.elapsed,
    })
}

/// What came for one system lately.
#[derive(Default)]
struct Arrivals {
    count: usize,
    /// When the earliest of the last too many came, if there were so many.
    earliest: Option<Elapsed>,
}

/// What came within the span, by system. What was kept apart, or was red before the first look, makes no storm.
fn arrivals(turn: &Turn, most: usize) -> BTreeMap<Option<SystemId>, Arrivals> {
    let span = turn.book.rules.policy.storm_span;
    let lately = |alert: &&Alert| turn.now.elapsed.since(alert.received.elapsed) <= span;
    let mut all: Vec<(Option<SystemId>, Arrivals)> = Vec::new();
    // A storm brings tens of thousands: the systems of a component are looked up once - by where its name lies, which is one place
    // for all alerts.
    let mut places: BTreeMap<Option<*const u8>, Vec<usize>> = BTreeMap::new();
    for alert in turn.state.alerts.values().rev().take_while(lately).filter(|alert| counts(alert)) {
        let systems = places.entry(alert.component.as_ref().map(|id| id.as_str().as_ptr())).or_insert_with(|| {
            let place = |system| {
                all.iter().position(|(known, _)| *known == system).unwrap_or_else(|| {
                    all.push((system, Arrivals::default()));
                    all.len() - 1
                })
            };
            systems_of(turn, alert).into_iter().map(place).collect()
        });
        for place in systems.iter() {
            let Some((_, arrivals)) = all.get_mut(*place) else { continue };
            arrivals.count += 1;
            if arrivals.count == most {
                arrivals.earliest = Some(alert.received.elapsed);
            }
        }
    }
    all.into_iter().collect()
}

fn counts(alert: &Alert) -> bool {
    matches!(alert.standing, Standing::Member(_) | Standing::Pending)
}

/// The systems an alert is about; `None` among them where none is known to need its component.
fn systems_of(turn: &Turn, alert: &Alert) -> BTreeSet<Option<SystemId>> {
    let known = alert.component.iter().flat_map(|id| turn.book.graph.systems_of(id));
    let systems: BTreeSet<Option<SystemId>> = known.map(|system| Some(system.clone())).collect();
    if systems.is_empty() { BTreeSet::from([None]) } else { systems }
}

/// How many alerts a storm has brought since the span in which it began.
pub(in crate::desk) fn brought(turn: &Turn, storm: &Storm) -> u64 {
    let span = turn.book.rules.policy.storm_span;
    let since = |alert: &&Alert| {
        alert.received.elapsed >= storm.since.elapsed || storm.since.elapsed.since(alert.received.elapsed) <= span
    };
    let alerts = turn.state.alerts.values().rev().take_while(since).filter(|alert| counts(alert));
    alerts.filter(|alert| systems_of(turn, alert).contains(&storm.system)).count() as u64
}

/// Whether an incident is part of a storm, or of one that is over and not told of yet.
pub(in crate::desk) fn is_in_storm(turn: &Turn, incident: &Incident) -> bool {
    let storms = &turn.state.house.storms;
    if storms.all.is_empty() {
        return false;
    }
    let mut alerts = turn.state.members_of(incident.id).take(MEMBERS);
    alerts.any(|alert| {
        systems_of(turn, alert).iter().any(|system| storms.all.iter().any(|storm| storm.system == *system))
    })
}
