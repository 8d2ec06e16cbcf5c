//! The second unit of a pair fails while the first is still open, or watched: the two incidents are linked, and the first is graded
//! anew, so that nobody goes on believing in 片系運転.

use super::case;
use crate::desk::alert::Alert;
use crate::desk::correlate;
use crate::desk::ids::IncidentId;
use crate::desk::incident::{Edit, Link, Reason, StatusName};
use crate::desk::turn::Turn;
use std::collections::BTreeSet;

/// Links an incident with those that its failing things were carrying on.
pub(in crate::desk) fn link(turn: &mut Turn, incident: IncidentId) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let mut fails = case::failing(turn.state, incident);
    fails.extend(known.root.clone());
    let carried = fails.iter().flat_map(|id| turn.state.carried.get(id).into_iter().flatten()).copied();
    let others: BTreeSet<IncidentId> =
        carried.filter(|other| *other != incident && turn.state.burning.contains(other)).collect();
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
