//! A row of the outbox is given up: what hangs on it is settled, so that nothing counts on what never left.
//!
//! A request that nobody has read ends with its mail: a vendor that was not asked is not reminded, and the incident is the
//! desk's again. Where the vendor may have read it, or has answered, the request goes on. What an unread report told is told
//! by the next one (`notify`). The desk hears of everything grave that was dropped: whoever drops is not the only one there.

use super::Actor;
use super::perform::{move_to, needs_words};
use crate::desk::ids::{OwedId, RequestId};
use crate::desk::incident::{Edit, Reason, StatusName};
use crate::desk::letter::{DroppedMessage, Matter, Notice};
use crate::desk::owed::{Owed, OwedState, Why, Work};
use crate::desk::request::{self, RequestState};
use crate::desk::turn::Turn;
use crate::desk::{Reply, correlate, deliver, notify};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What follows from a row that was dropped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// The vendor counts as not asked: the request is over, nobody reminds it, and the incident is the desk's.
    NotAsked {
        /// The vendor.
        party: String,
        /// The incident.
        incident: String,
    },
    /// The request goes on, reminders included: the vendor may have read it, has answered, or gets it by another row.
    StillAsked {
        /// The vendor.
        party: String,
        /// The incident.
        incident: String,
    },
    /// The request was given up at another address as well, and can be tried again there.
    OtherRow {
        /// The vendor.
        party: String,
        /// The incident.
        incident: String,
        /// The row.
        row: String,
    },
    /// An earlier attempt ended without an answer, or an address took it.
    MayHaveArrived,
    /// The reports go on: what this one told stands in the next.
    NextReport {
        /// When, where an hour is promised; `None` = with the next news.
        at: Option<Timestamp>,
    },
    /// Its reader does not learn of the end of an incident it may know of.
    EndUntold {
        /// The reader.
        party: String,
    },
    /// It stood for several messages: none of them leaves.
    Several {
        /// How many.
        messages: usize,
    },
    /// The desk is told that it was dropped.
    DeskTold,
}

/// Gives a row up.
///
/// # Errors
/// Why it cannot be given up.
pub(super) fn drop(turn: &mut Turn, actor: &Actor, owed: OwedId, reason: String) -> Result<Reply, String> {
    needs_words("drop", &reason)?;
    deliver::drop(turn, owed, &actor.name, &reason)?;
    let Some(row) = turn.state.owed.get(&owed).cloned() else { return Ok(Reply::Recorded) };
    let mut means = Vec::new();
    if let Some(messages) = stands_for(&row) {
        means.push(Means::Several { messages });
    }
    if !row.is_unread() {
        means.push(Means::MayHaveArrived);
    }
    let requests: Vec<Means> = row.carried().filter_map(|request| settle(turn, actor, request)).collect();
    let parties = |asked: fn(&Means) -> Option<&String>| requests.iter().filter_map(asked).cloned().collect();
    let not_asked = parties(|means| if let Means::NotAsked { party, .. } = means { Some(party) } else { None });
    let still_asked = parties(|means| if let Means::StillAsked { party, .. } = means { Some(party) } else { None });
    means.extend(requests);
    means.extend(reports(turn, &row));
    if is_grave(turn, &row) {
        means.push(Means::DeskTold);
        let to = row.party().map(|party| turn.book.party_name(party)).unwrap_or_default();
        let message = DroppedMessage {
            row: owed.to_string(),
            kind: row.kind().to_owned(),
            to,
            by: actor.person().to_owned(),
            reason,
            unread: row.is_unread(),
            not_asked,
            still_asked,
        };
        notify::internal(turn, row.incident, Notice::Dropped { message }, Why::Act);
    }
    Ok(Reply::Dropped { row: owed.to_string(), means })
}

fn stands_for(row: &Owed) -> Option<usize> {
    match &row.work {
        Work::Message { letter, .. } => match &letter.matter {
            Matter::Bundle { lines, .. } => Some(lines.len()),
            _ => None,
        },
        Work::Ping { .. } | Work::Echoes { .. } | Work::Probe { .. } | Work::Evidence(_) | Work::WriteBack { .. } => {
            None
        }
    }
}

/// A request whose mail was dropped: over if nobody can have read it.
fn settle(turn: &mut Turn, actor: &Actor, id: RequestId) -> Option<Means> {
    let request = turn.state.requests.get(&id).filter(|request| request.state.open())?.clone();
    let party = turn.book.party_name(&request.party);
    let incident = turn.state.incidents.get(&request.incident).map(|known| known.name()).unwrap_or_default();
    let reaches = |row: &Owed| row.carried().any(|one| one == id) && !(row.state.ended() && row.is_unread());
    let singles = turn.state.owed_of(request.incident);
    let bundles = turn.state.bundles.iter().filter_map(|row| turn.state.owed.get(row));
    if request.state != RequestState::Unsent || singles.chain(bundles).any(reaches) {
        return Some(Means::StillAsked { party, incident });
    }
    let other = turn
        .state
        .owed_of(request.incident)
        .find(|row| row.request == Some(id) && matches!(row.state, OwedState::Dead { .. }));
    if let Some(other) = other {
        return Some(Means::OtherRow { party, incident, row: other.id.to_string() });
    }
    let ended = request::Change::Ended { request: id, state: RequestState::Withdrawn };
    turn.record(ended, request::Reason::NeverLeft);
    let desk = turn.book.rules.site.desk.clone();
    let asks = turn.state.requests_of(request.incident).any(|other| other.state.open());
    if !asks {
        turn.edit(request.incident, Edit::Owner(desk), Reason::DeskLeads);
    }
    let status = turn.state.incidents.get(&request.incident).map(|known| known.status.name());
    if matches!(status, Some(StatusName::Requested | StatusName::InProgress)) {
        let to = correlate::status_by_requests(turn, request.incident);
        move_to(turn, actor, request.incident, to);
    }
    Some(Means::NotAsked { party, incident })
}

fn reports(turn: &Turn, row: &Owed) -> Option<Means> {
    let incident = turn.state.incidents.get(&row.incident?)?;
    let party = turn.book.party_name(row.party()?);
    match row.kind() {
        "first_report" | "interim" if row.is_unread() && incident.status.name().may_recover() => {
            Some(Means::NextReport { at: incident.reporting.next })
        }
        "recovery" | "cancelled" | "merged" | "withdrawal" => Some(Means::EndUntold { party }),
        _ => None,
    }
}

/// Whether the desk as a whole must hear of it: what others were to read at once or to act on.
fn is_grave(turn: &Turn, row: &Owed) -> bool {
    let outside = row.party().is_some_and(|party| *party != turn.book.rules.site.desk);
    let asks = row.carried().next().is_some() || matches!(row.kind(), "on_site" | "recovery" | "withdrawal");
    outside && (row.critical || asks)
}
