//! What waits, is under way, or was given up: rows of the ledger, as lists show them.
//!
//! Not here: what becomes of them (`desk/deliver.rs`).

use crate::desk::ids::OwedId;
use crate::desk::incident::Incident;
use crate::desk::letter::Addressee;
use crate::desk::now::Now;
use crate::desk::owed::{Owed, OwedState, Work};
use crate::desk::{Desk, Waits};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One row in a list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RowLine {
    /// Its number.
    pub id: OwedId,
    /// What it is.
    pub kind: String,
    /// KW number of its incident.
    pub incident: Option<String>,
    /// To whom or what.
    pub to: String,
    /// By which channel.
    pub destination: String,
    /// Where it stands.
    pub state: OwedState,
    /// Attempts so far.
    pub attempts: u32,
    /// When it was decided.
    pub decided: Timestamp,
    /// Seconds until the next attempt, if one waits.
    pub next_seconds: Option<u64>,
    /// Why it has not left although its time has come.
    #[serde(default)]
    pub waits: Option<Waits>,
}

/// Rows of the ledger, newest first: those that have not ended well, or all still in memory.
pub fn outbox(desk: &Desk, all: bool, now: Now) -> Vec<RowLine> {
    let state = desk.state();
    let listed = state.owed.values().rev().filter(|row| {
        all || !matches!(row.state, OwedState::Done { .. } | OwedState::Superseded | OwedState::Dropped { .. })
    });
    listed.map(|row| row_line(desk, row, now)).collect()
}

fn row_line(desk: &Desk, row: &Owed, now: Now) -> RowLine {
    let incident = row.incident.and_then(|id| desk.state().incidents.get(&id));
    let waits_for = row.not_before.map(|at| at.duration_since(now.wall).unsigned_abs().as_secs());
    RowLine {
        id: row.id,
        kind: row.kind().to_owned(),
        incident: incident.map(Incident::name),
        to: match &row.work {
            Work::Message { letter, addresses, .. } => {
                let addresses: Vec<&str> = addresses.iter().map(|known| known.address.as_str()).collect();
                let trial = if letter.meant.is_some() { "(trial) " } else { "" };
                format!("{trial}{} <{}>", who(&letter.to), addresses.join(", "))
            }
            Work::Ping { address, .. } => address.clone(),
            Work::Echoes { addresses } => format!("{} addresses", addresses.len()),
            Work::Probe { target, .. } => target.clone(),
            Work::Evidence(ask) => ask.source_name().to_owned(),
            Work::WriteBack { keys, .. } => format!("{} problems", keys.len()),
        },
        destination: row.destination().into_owned(),
        state: row.state.clone(),
        attempts: row.attempts,
        decided: row.decided.wall,
        next_seconds: match row.state {
            OwedState::Held { until, .. } => Some(until.since(now.elapsed).as_secs()),
            OwedState::Waiting { at } => Some(waits_for.unwrap_or_else(|| at.since(now.elapsed).as_secs())),
            _ => None,
        },
        waits: desk.waits(row, now),
    }
}

fn who(to: &Addressee) -> String {
    let contact = to.contact.iter().map(|contact| format!(" {contact}"));
    to.organization.clone() + &contact.collect::<String>()
}

/// The row called `name` (`O-12`).
pub fn row(desk: &Desk, name: &str) -> Option<Owed> {
    let id = OwedId(name.strip_prefix("O-").unwrap_or(name).parse().ok()?);
    desk.state().owed.get(&id).cloned()
}
