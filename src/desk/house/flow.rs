//! How what has left over the channels changes.

use crate::desk::ids::{ChannelId, PartyId};
use crate::desk::now::Elapsed;
use crate::desk::state::{Gate, State};
use serde::{Deserialize, Serialize};

/// What changed about what leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlowChange {
    /// A message leaves for the first time.
    Passed {
        /// Over which channel.
        channel: ChannelId,
        /// To whom.
        party: PartyId,
        /// The gate of the party from now on.
        gate: Gate,
        /// The gate of the channel from now on.
        all: Gate,
    },
    /// What is too much for a party is held back.
    Held {
        /// On which channel.
        channel: ChannelId,
        /// Whose.
        party: PartyId,
        /// Until when; `None` = no longer.
        until: Option<Elapsed>,
    },
    /// A channel as such failed.
    Failed {
        /// Which.
        channel: ChannelId,
        /// How often in a row.
        failures: u32,
        /// It is left alone until then; `None` = not yet.
        probe_at: Option<Elapsed>,
        /// The desk knows that it fails.
        #[serde(default)]
        told: bool,
    },
    /// A channel that is left alone is tried once.
    Tried {
        /// Which.
        channel: ChannelId,
        /// It is left alone until then.
        probe_at: Elapsed,
    },
    /// A channel that failed answers.
    Answered {
        /// Which.
        channel: ChannelId,
        /// The desk had been told that it fails.
        was_left: bool,
    },
}

/// Applies `change` to the state. Total.
pub(super) fn apply(state: &mut State, change: &FlowChange) {
    let (FlowChange::Passed { channel, .. }
    | FlowChange::Held { channel, .. }
    | FlowChange::Failed { channel, .. }
    | FlowChange::Tried { channel, .. }
    | FlowChange::Answered { channel, .. }) = change;
    let flow = state.house.flows.0.entry(channel.clone()).or_default();
    match change {
        FlowChange::Passed { party, gate, all, .. } => {
            flow.gate = *all;
            flow.parties.entry(party.clone()).or_default().gate = *gate;
        }
        FlowChange::Held { party, until, .. } => {
            flow.parties.entry(party.clone()).or_default().held_until = *until;
            state.watch_channel(channel);
        }
        FlowChange::Failed { failures, probe_at, told, .. } => {
            flow.failures = *failures;
            flow.probe_at = *probe_at;
            flow.told = *told;
            state.watch_channel(channel);
        }
        FlowChange::Tried { probe_at, .. } => {
            flow.probe_at = Some(*probe_at);
            state.watch_channel(channel);
        }
        FlowChange::Answered { .. } => {
            flow.failures = 0;
            flow.probe_at = None;
            flow.told = false;
            state.watch_channel(channel);
        }
    }
}
