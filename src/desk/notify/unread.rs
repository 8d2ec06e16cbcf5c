//! Which reports an office has not read yet, and which wait for the minute of the one before.

use crate::desk::ids::{IncidentId, OwedId, PartyId};
use crate::desk::letter::{Happening, Matter, What};
use crate::desk::owed::{Owed, Work};
use crate::desk::request::Request;
use crate::desk::turn::Turn;
use jiff::{SignedDuration, Timestamp};

/// What happens so soon after a report is told together.
const MINUTE: SignedDuration = SignedDuration::from_secs(60);

/// Reports of the incident that surely nobody has read yet, and that are still to leave.
pub(super) fn unsent_reports(turn: &Turn, incident: IncidentId) -> Vec<OwedId> {
    let is_report = |kind: &str| matches!(kind, "first_report" | "interim" | "recovery");
    turn.state
        .owed_of(incident)
        .filter(|row| is_report(row.kind()) && row.is_unread() && !row.state.ended())
        .map(|row| row.id)
        .collect()
}

/// The messages of a request of which its vendor surely knows nothing: it has not answered, and nothing about the incident may have
/// reached it.
pub(super) fn unknown_request(turn: &Turn, request: &Request) -> Option<Vec<OwedId>> {
    let answered = request.acknowledged.is_some() || request.started.is_some();
    let to_it = || turn.state.owed_of(request.incident).filter(|row| row.party() == Some(&request.party));
    let rows: Vec<OwedId> = to_it().filter(|row| row.request == Some(request.id)).map(|row| row.id).collect();
    let read = answered || turn.state.is_bundled(request.id) || to_it().any(|row| !row.is_unread());
    (!read && !rows.is_empty()).then_some(rows)
}

/// 第一報 waits for an opening, or for its first attempt; or the desk dropped it, and no report was read since.
pub(super) fn is_first_unread(turn: &Turn, incident: IncidentId) -> bool {
    let unsent = unsent_reports(turn, incident);
    let waits = unsent.iter().any(|id| turn.state.owed.get(id).is_some_and(|row| row.kind() == "first_report"));
    waits || (dropped(turn, incident, "first_report") && !any_report_read(turn, incident))
}

fn dropped(turn: &Turn, incident: IncidentId, kind: &str) -> bool {
    turn.state.owed_of(incident).any(|row| row.kind() == kind && row.state.is_dropped() && row.is_unread())
}

fn any_report_read(turn: &Turn, incident: IncidentId) -> bool {
    turn.state.owed_of(incident).any(|row| matches!(row.kind(), "first_report" | "interim") && !row.is_unread())
}

/// What the last 続報 told, where the desk dropped it at every office before anybody read it.
pub(super) fn dropped_news(turn: &Turn, incident: IncidentId, last: u32) -> Option<Vec<Happening>> {
    let of_last = |row: &&Owed| nth_of(row) == Some(last);
    let rows: Vec<&Owed> = turn.state.owed_of(incident).filter(of_last).collect();
    let all = rows.iter().all(|row| row.state.ended() && row.is_unread());
    let dropped = rows.iter().find(|row| row.state.is_dropped())?;
    if all { news_in(dropped) } else { None }
}

/// Which 続報 a row is.
fn nth_of(row: &Owed) -> Option<u32> {
    let Work::Message { letter, .. } = &row.work else { return None };
    let Matter::Interim { nth, .. } = &letter.matter else { return None };
    Some(*nth)
}

/// What got graver is told at once.
pub(super) fn graver(news: &[Happening]) -> bool {
    news.iter().any(|happening| matches!(happening.what, What::Severity { from, to } if to < from))
}

/// What happens within a minute of a report to an office is told in one: the next waits until the minute is over. Source:
/// `RELIABILITY.md` §3.9.
pub(super) fn minute_after(turn: &Turn, incident: IncidentId, office: &PartyId) -> Option<Timestamp> {
    let left = |row: &&Owed| {
        matches!(row.kind(), "first_report" | "interim") && row.party() == Some(office) && row.attempts > 0
    };
    let last = turn.state.owed_of(incident).filter(left).map(|row| row.left_at()).max()?;
    last.checked_add(MINUTE).ok().filter(|at| *at > turn.now.wall)
}

/// What a 続報 tells.
pub(super) fn news_in(row: &Owed) -> Option<Vec<Happening>> {
    let Work::Message { letter, .. } = &row.work else { return None };
    let Matter::Interim { news, .. } = &letter.matter else { return None };
    Some(news.clone())
}
