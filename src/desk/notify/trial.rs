//! Words to the desk when a trial (試行) begins and ends.

use super::{digest, internal};
use crate::desk::ids::IncidentId;
use crate::desk::letter::Notice;
use crate::desk::owed::Why;
use crate::desk::turn::Turn;

/// Incidents listed by line.
const LISTED: usize = 50;

/// From now on everything goes to one address; so much was waiting to leave in earnest.
pub(in crate::desk) fn trial_begins(turn: &mut Turn, held: usize) {
    let open = turn.state.open.len();
    internal(turn, None, Notice::TrialBegins { held, open }, Why::Trial);
}

/// From now on messages leave in earnest; of these open incidents nobody outside knows.
pub(in crate::desk) fn trial_ends(turn: &mut Turn, untold: &[IncidentId]) {
    let known = untold.iter().filter_map(|id| turn.state.incidents.get(id));
    let incidents = known.take(LISTED).map(|incident| digest::line(turn, incident)).collect();
    internal(turn, None, Notice::TrialEnds { incidents, total: untold.len() }, Why::Trial);
}
