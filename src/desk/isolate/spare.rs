//! The second unit of a pair fails while the first is still open, or watched: the two incidents are linked, and the first is graded
//! anew, so that nobody goes on believing in 片系運転.

use super::case;
use crate::desk::alert::Alert;
use crate::desk::correlate;
use crate::desk::ids::IncidentId;
use crate::desk::incident::{Edit, Incident, Link, Reason, StatusName};
use crate::desk::turn::Turn;

/// Links an incident with those that its failing things were carrying on.
pub(super) fn link(turn: &mut Turn, incident: IncidentId) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let mut fails = case::failing(turn.state, incident);
    fails.extend(known.root.clone());
    let carried = |other: &&Incident| {
        let reach = other.severity.as_ref().and_then(|severity| severity.reach.as_ref());
        let by_it = reach.is_some_and(|reach| reach.is_carried() && !reach.carried_by.is_disjoint(&fails));
        other.id != incident && other.status.name().burning() && by_it
    };
    let burning = turn.state.burning.iter().filter_map(|id| turn.state.incidents.get(id));
    let others: Vec<IncidentId> = burning.filter(carried).map(|other| other.id).collect();
    for other in others {
        let known = turn.state.incidents.get(&incident);
        if !known.is_some_and(|known| known.links.iter().any(|(_, id)| *id == other)) {
            turn.edit(incident, Edit::Linked { link: Link::Related, other }, Reason::SpareFails);
            turn.edit(other, Edit::Linked { link: Link::Related, other: incident }, Reason::SpareFails);
        }
        grade_anew(turn, other);
    }
}

/// What leant on the spare hits people now: it is as grave as that, and what was only watched is taken in.
fn grade_anew(turn: &mut Turn, incident: IncidentId) {
    let Some(status) = turn.state.incidents.get(&incident).map(|known| known.status.name()) else { return };
    let red = turn.state.members_of(incident).any(Alert::red);
    if status != StatusName::Watched && !status.may_recover() || !red {
        return;
    }
    correlate::grade(turn, incident);
    let grave = turn.state.incidents.get(&incident).is_some_and(|known| known.severity_value() < 4);
    if status == StatusName::Watched && grave {
        correlate::take_in(turn, incident, Reason::SpareFails);
    }
}
