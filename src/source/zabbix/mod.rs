//! Zabbix as a source of faults, versions 5.0 to 8.0, read through its API.
//!
//! [`run`] is the task; [`Notes`] writes back; [`Values`] reads what was measured around a fault; [`watched()`] tries the
//! way in and lists what could be told, for `check --live`. What a client must know about the API is in
//! `tests/zabbix/FACTS.md`; the poll algorithm is its §4. Deliberately not done: acknowledging or closing problems in
//! Zabbix, webhooks (they are lost while the receiver is down, so they could only be a hint to look at once).
//!
//! From the inside out: `parse` reads rows, `wire` carries bytes, `api` speaks JSON-RPC as each version wants it, `ask`
//! holds the calls, `memory` the place and the open problems, `known` what is known beside events, `poll` and `reconcile`
//! are the look, `maintenance` what is worked on there, `task` the loop, `history` what was measured.

mod api;
mod ask;
mod config;
mod cover;
#[cfg(test)]
mod fake;
mod history;
mod known;
mod maintenance;
mod memory;
mod note;
mod parse;
mod poll;
mod reconcile;
mod task;
#[cfg(test)]
mod tests;
mod wire;

pub use ask::INVENTORY;
pub use config::{Access, Config, Fault, WriteBackKind};
pub use cover::{Watched, watched};
pub use history::Values;
pub use note::Notes;
pub use task::run;
