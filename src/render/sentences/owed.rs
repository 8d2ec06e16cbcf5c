//! Rows of the ledger in words.

use super::{Names, Weight, evidence, one_line};
use crate::desk::outcome::Delivery;
use crate::desk::owed::{Change, Owed, OwedState, Work};

/// `request to n-sha`, `ping of core-switch`, `note on 3 problems of zabbix`.
pub(super) fn about(row: &Owed) -> String {
    match &row.work {
        Work::Message { party, .. } => format!("{} to {party}", row.kind()),
        Work::Ping { component, .. } => format!("ping of {component}"),
        Work::Echoes { addresses } => format!("pings of {} addresses", addresses.len()),
        Work::Probe { probe, target } => format!("probe {probe} of {target}"),
        Work::Evidence(ask) => evidence::ask_words(ask),
        Work::WriteBack { source, keys, .. } => format!("note on {} problems of {source}", keys.len()),
    }
}

pub(super) fn owed(names: Names, change: &Change) -> (String, Weight) {
    let is_message = names.state.owed.get(&change.owed()).is_some_and(|row| matches!(row.work, Work::Message { .. }));
    let told = if is_message { Weight::Headline } else { Weight::Detail };
    match change {
        Change::Owed(row) => {
            let mut what = format!("owed {} {}", row.id, about(row));
            if let Some(incident) = row.incident {
                what.push_str(&format!(" for {}", names.incident(incident)));
            }
            if let Work::Message { addresses, channel, .. } = &row.work {
                let addresses: Vec<&str> = addresses.iter().map(|known| known.address.as_str()).collect();
                what.push_str(&format!(" at {} by {channel}", addresses.join(", ")));
            }
            if let Some(at) = row.not_before {
                what.push_str(&format!(", not before {}", names.at(at)));
            }
            (what, if matches!(row.work, Work::Message { .. }) { Weight::Headline } else { Weight::Detail })
        }
        Change::Started { owed, attempt, .. } => {
            (format!("started {} attempt {attempt}", names.row(*owed)), Weight::Detail)
        }
        Change::Came { owed, results, state, .. } => came(names, *owed, results, state, told),
        Change::Revived { owed, .. } => (format!("revived {}", names.row(*owed)), told),
        Change::Readdressed { owed, to } => {
            let to: Vec<&str> = to.iter().map(|one| one.address.as_str()).collect();
            (format!("readdressed {} to {}", names.row(*owed), to.join(", ")), told)
        }
        Change::Again { owed, .. } => (format!("{} is tried again", names.row(*owed)), told),
        Change::Hurried { owed, .. } => (format!("hurried {}", names.row(*owed)), told),
        Change::ForApproval { owed, wall, .. } => {
            (format!("held {} until {}", names.row(*owed), names.at(*wall)), told)
        }
        Change::LetGo { owed, .. } => (format!("let go {}", names.row(*owed)), told),
        Change::Held { owed, .. } => (format!("held {}", names.row(*owed)), told),
        Change::Rerouted { owed, channel, .. } => (format!("rerouted {} to {channel}", names.row(*owed)), told),
        Change::Ended { owed, state: OwedState::Dead { why, .. } } => {
            (format!("gave up {}: {}", names.row(*owed), one_line(why)), told)
        }
        Change::Ended { owed, state: OwedState::Superseded } => (format!("superseded {}", names.row(*owed)), told),
        Change::Ended { owed, state: OwedState::Dropped { by, reason, .. } } => {
            (format!("dropped {} by {}: {}", names.row(*owed), one_line(by), one_line(reason)), Weight::Headline)
        }
        Change::Ended { owed, state: OwedState::Done { .. } } => (format!("done {}", names.row(*owed)), told),
        Change::Ended {
            owed,
            state: OwedState::Waiting { .. } | OwedState::Held { .. } | OwedState::Started { .. },
        } => (format!("waits {}", names.row(*owed)), told),
        Change::Forgotten(owed) => (format!("forgot {owed}"), Weight::Detail),
    }
}

fn came(
    names: Names,
    owed: crate::desk::ids::OwedId,
    results: &[(String, Delivery)],
    state: &OwedState,
    told: Weight,
) -> (String, Weight) {
    let row = names.row(owed);
    let troubles: Vec<String> =
        results.iter().filter_map(|(address, delivery)| Some(format!("{address} {}", trouble(delivery)?))).collect();
    let (what, weight) = match state {
        OwedState::Done { .. } => (format!("delivered {row}"), Weight::Detail),
        OwedState::Dead { why, .. } => (format!("gave up {row}: {}", one_line(why)), told),
        OwedState::Waiting { .. } => (format!("failed {row}"), told),
        OwedState::Held { .. } | OwedState::Started { .. } | OwedState::Superseded | OwedState::Dropped { .. } => {
            (format!("came {row}"), Weight::Detail)
        }
    };
    if troubles.is_empty() { (what, weight) } else { (format!("{what} ({})", troubles.join("; ")), told) }
}

/// What went wrong at an address; `None` when nothing did.
fn trouble(delivery: &Delivery) -> Option<String> {
    match delivery {
        Delivery::Accepted { .. } => None,
        Delivery::Later { why, .. } => Some(format!("not now: {}", one_line(why))),
        Delivery::Unreachable { why } => Some(format!("unreachable: {}", one_line(why))),
        Delivery::Refused { why, .. } => Some(format!("refused: {}", one_line(why))),
        Delivery::TooBig { why } => Some(format!("too big: {}", one_line(why))),
        Delivery::Unknown { why } => Some(format!("no answer: {}", one_line(why))),
    }
}
