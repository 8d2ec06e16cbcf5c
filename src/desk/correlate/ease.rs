//! Easing: what an incident was reported as is over, and something lesser of the same root stays red. No recovery - but
//! whoever reads that a database cannot be reached must hear that it can.

use super::recovery::{flapping, is_calm};
use super::{Edit, Reason, Turn, grade};
use crate::desk::alert::Alert;
use crate::desk::ids::IncidentId;
use crate::desk::letter::What;
use crate::desk::notify;
use crate::desk::source::Sight;
use crate::desk::state::Here;

/// Whether something began, or ceased, to be over for the time being.
pub(super) fn look(turn: &mut Turn, incident: IncidentId) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let over = over(turn, incident).map(|alert| alert.id);
    match (over, known.eased, known.eases_at) {
        (Some(now), before, None) if before != Some(now) => {
            let at = Some(turn.now.elapsed + turn.book.rules.policy.stable);
            turn.edit(incident, Edit::Eases { at, over: before }, Reason::Lesser);
        }
        (None, Some(_), _) if !is_calm(turn, incident) => {
            forget(turn, incident);
            turn.edit(incident, Edit::happened(turn.now.wall, What::Relapsed), Reason::OnRecord);
            notify::reopened(turn, incident);
        }
        (None, None, Some(_)) => forget(turn, incident),
        _ => {}
    }
}

/// Nothing of it counts as over any more.
pub(super) fn forget(turn: &mut Turn, incident: IncidentId) {
    let known = turn.state.incidents.get(&incident);
    if known.is_some_and(|known| known.eased.is_some() || known.eases_at.is_some()) {
        turn.edit(incident, Edit::Eases { at: None, over: None }, Reason::CameBack);
    }
}

/// It has been over for long enough - unless its source sees nothing, and would not know better.
pub(in crate::desk) fn eased(turn: &mut Turn, incident: IncidentId) {
    let Some(alert) = over(turn, incident) else { return forget(turn, incident) };
    let (id, since) = (alert.id, alert.gone.as_ref().map_or(turn.now.wall, |gone| gone.at));
    let source = turn.state.sources.get(&alert.source);
    if source.is_some_and(|source| matches!(source.sight, Sight::Blind { .. })) {
        let at = Some(turn.now.elapsed + turn.book.rules.policy.stable);
        return turn.edit(incident, Edit::Eases { at, over: None }, Reason::Blind);
    }
    turn.edit(incident, Edit::Eases { at: None, over: Some(id) }, Reason::Stable);
    turn.edit(incident, Edit::happened(turn.now.wall, What::Eased { since }), Reason::OnRecord);
    grade(turn, incident);
    notify::eased(turn, incident);
}

/// The alert that stands for an incident, where it has ended on evidence and does not come and go, and something else of
/// the incident's root is still red.
fn over<'a>(turn: &'a Turn, incident: IncidentId) -> Option<&'a Alert> {
    let known = turn.state.incidents.get(&incident)?;
    let told = turn.state.alerts.get(&known.representative?)?;
    let ended = told.recovered() && !told.problem.momentary;
    let stays = || turn.state.places.get(&incident).is_some_and(|places| places.values().any(Here::red));
    let so = ended && known.number.is_some() && stays() && !is_calm(turn, incident);
    (so && flapping(turn, incident).is_none()).then_some(told)
}
