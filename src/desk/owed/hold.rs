//! 送信前承認: a row that waits until somebody at the desk has looked at it, or until its limit.

use super::{Owed, OwedState};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A row the desk is to look at before it leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// How long it waits for the desk, from the moment at which it could leave.
    pub limit: Duration,
    /// How that ended; `None` = not yet.
    pub let_go: Option<LetGo>,
}

/// How a row was let go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetGo {
    /// When.
    pub at: Timestamp,
    /// Who approved it; `None` = nobody had by its limit.
    pub by: Option<String>,
}

impl Owed {
    /// The desk is to look at it before it leaves, and has not yet.
    pub fn awaits_approval(&self) -> bool {
        !self.state.ended() && self.hold.as_ref().is_some_and(|hold| hold.let_go.is_none())
    }

    /// It waits for the desk at this moment.
    pub fn is_held(&self) -> bool {
        matches!(self.state, OwedState::Held { .. })
    }
}
