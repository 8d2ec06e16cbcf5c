//! The second unit of a pair fails while the first is still open: the two incidents are linked, so that nobody goes on believing
//! in 片系運転.

use super::case;
use crate::desk::ids::IncidentId;
use crate::desk::incident::{Edit, Incident, Link, Reason};
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
    let linked = |other: &&Incident| known.links.iter().any(|(_, id)| *id == other.id);
    let open = turn.state.open.iter().filter_map(|id| turn.state.incidents.get(id));
    let others: Vec<IncidentId> = open.filter(carried).filter(|other| !linked(other)).map(|other| other.id).collect();
    for other in others {
        turn.edit(incident, Edit::Linked { link: Link::Related, other }, Reason::SpareFails);
        turn.edit(other, Edit::Linked { link: Link::Related, other: incident }, Reason::SpareFails);
    }
}
