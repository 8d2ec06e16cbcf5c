//! What the log says aloud of what the desk records: that somebody is not reached, and that a way out fails.
//!
//! The rest of what is recorded is there at debug. Not here: that nothing leaves at all (`daemon/health`).

use crate::desk::Change;
use crate::desk::house::{self, FlowChange};
use crate::desk::owed::{self, OwedState, Work};
use crate::desk::state::{FAILURES, State};

/// Tells of `change`, which is in `state` already.
pub(super) fn tell(state: &State, change: &Change) {
    match change {
        Change::Owed(
            owed::Change::Ended { owed, state: OwedState::Dead { why, .. } }
            | owed::Change::Came { owed, state: OwedState::Dead { why, .. }, .. }
            | owed::Change::Held { owed, state: OwedState::Dead { why, .. } },
        ) => {
            let Some(row) = state.owed.get(owed) else { return };
            let Work::Message { channel, .. } = &row.work else { return };
            let kind = row.kind();
            if row.critical {
                tracing::error!(row = %owed, kind, %channel, why, "a message was given up; `kiriwake outbox` retries or drops it");
            } else {
                tracing::warn!(row = %owed, kind, %channel, why, "a message was given up; `kiriwake outbox` retries or drops it");
            }
        }
        Change::House(house::Change::Flow(FlowChange::Failed { channel, failures, .. })) if *failures == FAILURES => {
            tracing::error!(%channel, failures, "the channel fails; it is tried once a minute");
        }
        Change::House(house::Change::Flow(FlowChange::Failed { channel, failures: 1, told: true, .. })) => {
            tracing::error!(%channel, "the channel does not take what is sent as it is set up");
        }
        Change::House(house::Change::Flow(FlowChange::Failed { channel, failures: 1, .. })) => {
            tracing::warn!(%channel, "the channel failed");
        }
        Change::House(house::Change::Flow(FlowChange::Answered { channel, was_left: true })) => {
            tracing::info!(%channel, "the channel works again");
        }
        _ => {}
    }
}
