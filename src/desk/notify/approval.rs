//! 送信前承認: what is held is shown to the desk in full, all of one moment in one notice.

use super::internal;
use crate::desk::ids::{IncidentId, OwedId};
use crate::desk::letter::{HeldMessage, HeldRow, MeantFor, Notice, facts_of};
use crate::desk::owed::{Owed, OwedState, Why, Work};
use crate::desk::turn::Turn;
use std::collections::BTreeSet;

/// Messages shown in full in one notice; the others are named.
const IN_FULL: usize = 10;

/// Shows what is held from now on. A copy waits with its mail and is named there.
pub(in crate::desk) fn held(turn: &mut Turn, rows: &[OwedId]) {
    let is_copy = |row: &&Owed| matches!(row.why, Why::CopyOf(mail) if rows.contains(&mail));
    let own: Vec<&Owed> = rows.iter().filter_map(|id| turn.state.owed.get(id)).filter(|row| !is_copy(row)).collect();
    let incidents: BTreeSet<Option<IncidentId>> = own.iter().map(|row| row.incident).collect();
    let messages = own.iter().take(IN_FULL).filter_map(|row| message(turn, row, rows)).collect();
    let more = own.iter().skip(IN_FULL).filter_map(|row| line(row)).collect();
    let about = match incidents.first() {
        Some(Some(one)) if incidents.len() == 1 => Some(*one),
        _ => None,
    };
    internal(turn, about, Notice::Held { messages, more }, Why::Approval);
}

fn message(turn: &Turn, row: &Owed, rows: &[OwedId]) -> Option<HeldMessage> {
    let (Work::Message { addresses, letter, channel, .. }, OwedState::Held { wall, .. }) = (&row.work, &row.state)
    else {
        return None;
    };
    let to = addresses.iter().map(|known| MeantFor {
        organization: letter.to.organization.clone(),
        name: known.name.clone(),
        address: known.address.clone(),
    });
    let copies = rows.iter().filter_map(|id| turn.state.owed.get(id)).filter_map(|copy| match &copy.work {
        Work::Message { channel, .. } if copy.why == Why::CopyOf(row.id) => Some(channel.to_string()),
        _ => None,
    });
    Some(HeldMessage {
        row: row.id.to_string(),
        kind: row.kind().to_owned(),
        channel: channel.to_string(),
        to: to.collect(),
        copies: copies.collect(),
        until: *wall,
        letter: letter.clone(),
    })
}

fn line(row: &Owed) -> Option<HeldRow> {
    let Work::Message { letter, .. } = &row.work else { return None };
    let number = facts_of(&letter.matter).map(|facts| facts.number.clone());
    let to = letter.to.organization.clone();
    Some(HeldRow { row: row.id.to_string(), kind: row.kind().to_owned(), number, to })
}
