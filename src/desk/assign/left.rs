//! What is left to others than vendors: the office decides (保留), or the desk goes on.

use crate::desk::ids::IncidentId;
use crate::desk::incident::{Edit, Reason, Status};
use crate::desk::letter::Notice;
use crate::desk::notify;
use crate::desk::owed::Why;
use crate::desk::turn::Turn;
use crate::desk::words::Words;

/// 保留: the office decides.
pub(super) fn out_of_scope(turn: &mut Turn, incident: IncidentId) {
    hold(turn, incident, None, Reason::OutOfScope, None);
}

/// Puts an incident on hold and consults the office; `why` = in the desk's words.
pub(in crate::desk) fn hold(
    turn: &mut Turn,
    incident: IncidentId,
    by: Option<String>,
    reason: Reason,
    why: Option<Words>,
) {
    let days = i32::try_from(turn.book.rules.policy.hold_business_days).unwrap_or(i32::MAX);
    let raised = match turn.state.incidents.get(&incident).map(|incident| &incident.status) {
        Some(Status::OnHold { raised, .. }) => *raised,
        _ => 0,
    } + 1;
    let raise_at = turn.book.reception().add_business_days(turn.book.date(turn.now.wall), days).and_then(|date| {
        let opening = date.to_zoned(turn.book.zone.clone()).ok()?.timestamp();
        turn.book.reception().next_opening(opening, &turn.book.zone)
    });
    let to = Status::OnHold { raise_at, raised };
    turn.edit(incident, Edit::Status { to, at: turn.now.wall, by }, reason);
    if turn.state.incidents.get(&incident).is_some_and(|known| known.inquire_at.is_some()) {
        // Nobody is asked at the opening while the office decides.
        turn.edit(incident, Edit::InquireAt(None), Reason::OnRecord);
    }
    notify::consultation(turn, incident, raised, why);
}

/// The machine stops here: the desk owns the incident and is told what is known.
pub(super) fn desk_leads(turn: &mut Turn, incident: IncidentId) {
    let desk = turn.book.rules.site.desk.clone();
    turn.edit(incident, Edit::Owner(desk), Reason::DeskLeads);
    notify::internal(turn, Some(incident), Notice::YoursToDecide, Why::DeskLeads);
}
