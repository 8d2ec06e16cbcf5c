//! Zabbix as a source of faults, versions 5.0 to 8.0, read through its API.
//!
//! [`run`] is the task; [`Notes`] writes back; [`Values`] reads what was measured around a fault; [`hosts`] tries the way in
//! and lists what is visible, for `check --live`. What a client must know about the API is in `tests/zabbix/FACTS.md`; the
//! poll algorithm is its §4. Deliberately not done: acknowledging or closing problems in Zabbix, webhooks (they are lost
//! while the receiver is down, so they could only be a hint to look at once).
//!
//! From the inside out: `parse` reads rows, `wire` carries bytes, `api` speaks JSON-RPC as each version wants it, `ask`
//! holds the calls, `memory` the place and the open problems, `known` what is known beside events, `poll` and `reconcile`
//! are the look, `maintenance` what is worked on there, `task` the loop, `history` what was measured.

mod api;
mod ask;
mod config;
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
pub use history::Values;
pub use note::Notes;
pub use task::run;

use crate::desk::observation::Failure;
use api::Api;
use wire::Http;

/// A host as the user of the token sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// The technical name.
    pub host: String,
    /// The name people know it by.
    pub name: String,
    /// Its groups.
    pub groups: Vec<String>,
    /// Its own tags; problems carry those of item and trigger as well.
    pub tags: Vec<(String, String)>,
}

/// Tries the way in: the server's version and all hosts that are visible. Changes nothing.
///
/// # Errors
/// Whatever would make a look fail. No visible host at all is no error here; a look would take it for lost rights.
pub async fn hosts(config: &Config, access: Access) -> Result<(String, Vec<Host>), Failure> {
    let mut api = Api::new(Http::new(config), access);
    let version = api.version().await?;
    let hosts = api.hosts().await?.into_iter().map(|row| Host {
        name: if row.name.is_empty() { row.host.clone() } else { row.name },
        host: row.host,
        groups: row.hostgroups.into_iter().map(|group| group.name).collect(),
        tags: row.tags.into_iter().map(|tag| (tag.tag, tag.value)).collect(),
    });
    Ok((version.to_string(), hosts.collect()))
}
