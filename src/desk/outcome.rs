//! What became of one attempt: the facts workers bring back. What follows from them is decided in `deliver`.

use super::evidence::Gathered;
use super::ids::ComponentId;
use super::probe::Seen;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// The result of one attempt at one owed effect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// A message: what became of it, address by address (for a webhook: its one address).
    Message(Vec<(String, Delivery)>),
    /// A ping.
    Ping(Ping),
    /// Pings of many addresses, each once.
    Echoes(BTreeMap<ComponentId, Ping>),
    /// A named probe.
    Probe(Probed),
    /// Evidence that was to be fetched.
    Evidence(Gathered),
    /// A note written back to the source.
    WriteBack(WriteBack),
}

/// What became of a message for one address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Delivery {
    /// The other side has taken responsibility for it.
    Accepted {
        /// The server's answer, shortened.
        answer: String,
    },
    /// Not now: try again (4xx, timeout before anything was sent, 429).
    Later {
        /// What the server said or what happened.
        why: String,
        /// When the server asked to come again.
        after: Option<Duration>,
    },
    /// Nobody there: refused, no route, no such name. Surely nothing was delivered.
    Unreachable {
        /// What happened.
        why: String,
    },
    /// No: trying the same again would not help.
    Refused {
        /// What was refused.
        what: Refused,
        /// What the server said.
        why: String,
    },
    /// Too big for this destination.
    TooBig {
        /// What the server said.
        why: String,
    },
    /// Sent, but no final answer: it may or may not have arrived.
    Unknown {
        /// What happened.
        why: String,
    },
}

impl Delivery {
    /// The same, in words that `word` makes of its own.
    pub fn worded(mut self, word: impl FnOnce(&str) -> String) -> Self {
        match &mut self {
            Delivery::Accepted { answer: why }
            | Delivery::Later { why, .. }
            | Delivery::Unreachable { why }
            | Delivery::Refused { why, .. }
            | Delivery::TooBig { why }
            | Delivery::Unknown { why } => *why = word(why),
        }
        self
    }

    /// What the other side said, or what happened.
    pub fn why(&self) -> &str {
        match self {
            Delivery::Accepted { answer: why }
            | Delivery::Later { why, .. }
            | Delivery::Unreachable { why }
            | Delivery::Refused { why, .. }
            | Delivery::TooBig { why }
            | Delivery::Unknown { why } => why,
        }
    }
}

/// What a refusal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// This address only.
    Recipient,
    /// This message, at any address.
    Message,
    /// The destination (credentials, wrong URL, redirect): an administrator must repair it.
    Destination,
}

/// The result of a ping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ping {
    /// It answered.
    Answered {
        /// Milliseconds, rounded up.
        milliseconds: u64,
    },
    /// No answer to any of the packets.
    Silent,
    /// It could not be tried (no permission, no such name): not known, neither alive nor dead.
    NotKnown {
        /// Why.
        why: String,
    },
}

/// The result of a named probe (`[[probe.*]]`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Probed {
    /// It was tried, and this was seen, good or bad.
    Seen(Seen),
    /// It could not be tried, or what came says nothing about the other side.
    NotKnown {
        /// Why.
        why: String,
    },
}

/// The result of a write-back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum WriteBack {
    /// The note stands on the problems (or stood there already).
    Written,
    /// Not now.
    Later {
        /// Why.
        why: String,
    },
    /// It will not be accepted.
    Refused {
        /// Why.
        why: String,
    },
}
