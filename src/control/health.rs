//! The desk's own health as numbers: for `/healthz`, `/metrics` and the heartbeat.
//!
//! States and ages, never names, words or addresses: whoever may look at these is nobody the desk knows. Not here:
//! whether the core moves and the journal can be written (`daemon/watchdog.rs`).

use crate::desk::Desk;
use crate::desk::now::Now;
use crate::desk::owed::{OwedState, cut_off, untold};
use crate::desk::source::Sight;
use std::time::Duration;

/// Counts and ages at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// On trial (試行): nobody outside is told anything.
    pub shadow: bool,
    /// Open incidents with a number, by 重大度 1 to 4; the last are those without one.
    pub open: [usize; 5],
    /// Rows that wait for an attempt or have one under way.
    pub waiting: usize,
    /// Rows given up.
    pub dead: usize,
    /// How long ago the oldest waiting row was decided, or might first leave.
    pub oldest_waiting: Option<Duration>,
    /// Critical mails nobody accepted in their time (`deliver_by`), on no path.
    pub overdue: usize,
    /// Critical mails that were given up, and the desk could not be told of it.
    pub untold: usize,
    /// Mails of any severity that wait beyond their time while every channel for mail fails.
    pub cut_off: usize,
    /// Channels that failed so often in a row that they are left alone but for one attempt a minute.
    pub failing_channels: usize,
    /// Sources, in the order `kiriwake status` lists them.
    pub sources: Vec<SourceHealth>,
}

/// One source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceHealth {
    /// `sees`, `failing`, `blind` or `not_looked`.
    pub state: &'static str,
    /// Since its last complete look on record.
    pub age: Duration,
}

/// All of it now.
pub fn health(desk: &Desk, now: Now) -> Health {
    let state = desk.state();
    let mut health = Health::default();
    for incident in state.open.iter().filter_map(|id| state.incidents.get(id)) {
        let known = incident.severity.as_ref().map(|severity| usize::from(severity.value));
        let place = known.filter(|value| (1..=4).contains(value)).map_or(4, |value| value - 1);
        health.open[place] += 1;
    }
    for row in state.owed.values() {
        match &row.state {
            OwedState::Waiting { .. } | OwedState::Started { .. } => {
                health.waiting += 1;
                let Some(age) = row.ready_for(now) else { continue };
                health.oldest_waiting = health.oldest_waiting.max(Some(age));
                health.overdue += usize::from(row.is_overdue(&desk.book().rules, now));
            }
            // It waits for the desk, not for a way out.
            OwedState::Held { .. } => health.waiting += 1,
            OwedState::Dead { .. } => health.dead += 1,
            OwedState::Done { .. } | OwedState::Superseded | OwedState::Dropped { .. } => {}
        }
    }
    let rules = &desk.book().rules;
    (health.untold, health.cut_off) = (untold(state, rules).count(), cut_off(state, rules, now));
    health.shadow = rules.site.shadow.is_some();
    let flows = rules.channels.iter().filter_map(|channel| state.house.flows.0.get(&channel.id));
    health.failing_channels = flows.filter(|flow| flow.fails()).count();
    let known = state.sources.iter().filter(|(id, _)| rules.sources.contains_key(*id));
    health.sources = known
        .map(|(_, source)| SourceHealth {
            state: match &source.sight {
                Sight::Sees if !source.looked => "not_looked",
                Sight::Sees => "sees",
                Sight::Failing { .. } => "failing",
                Sight::Blind { .. } => "blind",
            },
            age: now.elapsed.since(source.last_complete.elapsed),
        })
        .collect();
    health
}
