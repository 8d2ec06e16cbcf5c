//! How much has left lately, by channel and party, and which channels fail.
//!
//! Two clocks per gate instead of a list of times: a gate that admits something moves its clocks on, and admits no more
//! while they run too far ahead (the generic cell rate algorithm of ITU-T I.371).

use super::{State, Wakeup, When};
use crate::desk::ids::{ChannelId, PartyId};
use crate::desk::now::Elapsed;
use crate::desk::rules::Rate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// Of the burst and of the hour this part is kept for what is critical.
const KEPT_PERCENT: u32 = 30;

/// So many failures in a row, and a channel is left alone but for one attempt a minute.
pub const FAILURES: u32 = 5;

/// What has left over the channels.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Flows(pub BTreeMap<ChannelId, Flow>);

/// What has left over one channel.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Flow {
    /// Of all parties.
    pub gate: Gate,
    /// By party.
    pub parties: BTreeMap<PartyId, PartyFlow>,
    /// Attempts in a row in which the channel as such failed.
    pub failures: u32,
    /// It is left alone - it has failed too often, or asked for it: one attempt is made then, and nothing else before.
    /// `None` = it works.
    pub probe_at: Option<Elapsed>,
    /// The desk has been told that it fails.
    #[serde(default)]
    pub told: bool,
}

/// What has left to one party over one channel.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PartyFlow {
    /// What may leave.
    pub gate: Gate,
    /// What was too much is held back until then, and told together.
    pub held_until: Option<Elapsed>,
}

/// What may leave, by the minute and by the hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Gate {
    /// When the minute's clock is even again.
    minute: Elapsed,
    /// When the hour's clock is even again.
    hour: Elapsed,
}

impl Gate {
    /// Whether one more may leave.
    pub fn admits(self, now: Elapsed, rate: Rate, critical: bool) -> bool {
        let open = |clock: Elapsed, (interval, burst): (Duration, u32)| {
            let burst = if critical { burst } else { burst - burst * KEPT_PERCENT / 100 };
            clock.since(now) <= interval * burst.saturating_sub(1)
        };
        open(self.minute, by_minute(rate)) && open(self.hour, by_hour(rate))
    }

    /// The gate after one more has left.
    pub fn passed(self, now: Elapsed, rate: Rate) -> Self {
        Self { minute: self.minute.max(now) + by_minute(rate).0, hour: self.hour.max(now) + by_hour(rate).0 }
    }
}

fn by_minute(rate: Rate) -> (Duration, u32) {
    (Duration::from_secs(60) / rate.per_minute.max(1), rate.burst.max(1))
}

/// Half at once and half over the hour: so no hour, wherever it begins, sees more than is allowed.
fn by_hour(rate: Rate) -> (Duration, u32) {
    let half = rate.per_hour.div_ceil(2).max(1);
    (Duration::from_secs(3600) / half, half)
}

impl Flow {
    /// It fails, and the desk has been told so. What an earlier version left alone had been told.
    pub fn fails(&self) -> bool {
        self.told || self.failures >= FAILURES
    }
}

impl Flows {
    /// A channel that fails is not used before this time; `None` = it works.
    pub fn closed_until(&self, channel: &ChannelId) -> Option<Elapsed> {
        self.0.get(channel)?.probe_at
    }

    /// What is known of a party on a channel.
    pub fn party(&self, channel: &ChannelId, party: &PartyId) -> Option<&PartyFlow> {
        self.0.get(channel)?.parties.get(party)
    }
}

impl State {
    /// Sets when something may leave over a channel again.
    pub(in crate::desk) fn watch_channel(&mut self, channel: &ChannelId) {
        let flow = self.house.flows.0.get(channel);
        let held = flow.and_then(|flow| flow.parties.values().filter_map(|party| party.held_until).min());
        let probe_at = flow.and_then(|flow| flow.probe_at);
        self.agenda.set(Wakeup::Held(channel.clone()), held.map(When::Elapsed));
        self.agenda.set(Wakeup::Channel(channel.clone()), probe_at.map(When::Elapsed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_admits_a_burst_then_so_many_a_minute_and_keeps_a_share_for_what_is_critical() {
        let rate = Rate { burst: 10, per_minute: 6, per_hour: 100 };
        let (mut gate, mut sent) = (Gate::default(), 0);
        let mut send = |now: Elapsed, critical: bool| {
            let admits = gate.admits(now, rate, critical);
            if admits {
                gate = gate.passed(now, rate);
                sent += 1;
            }
            admits
        };
        let start = Elapsed(3_600_000);
        assert_eq!((0..20).filter(|_| send(start, false)).count(), 7, "the burst but for what is kept");
        assert_eq!((0..20).filter(|_| send(start, true)).count(), 3, "the rest of it");
        let minute = start + Duration::from_secs(60);
        assert_eq!((0..20).filter(|_| send(minute, false)).count(), 3, "six have flowed off, three of them are kept");
        // Never stopping, no hour sees more than the hour's number.
        let seconds = (0..7_200).map(|second| start + Duration::from_secs(60 + second));
        let times: Vec<Elapsed> = seconds.filter(|now| send(*now, true)).collect();
        let most = times
            .iter()
            .map(|from| times.iter().filter(|at| *at >= from && at.since(*from) < Duration::from_secs(3600)).count());
        assert!(most.max().is_some_and(|most| (80..=100).contains(&most)), "{times:?}");
    }
}
