//! Order: what tells of one incident reaches one party over one channel in the order in which it was decided - never 復旧
//! before 発生, also where several messages became one.

use crate::desk::ids::{IncidentId, OwedId};
use crate::desk::owed::Owed;
use crate::desk::turn::Turn;
use std::borrow::Cow;

/// The incidents a row tells of.
fn incidents(row: &Owed) -> impl Iterator<Item = IncidentId> {
    row.incident.into_iter().chain(row.bundle.iter().flat_map(|bundle| bundle.incidents.iter().copied()))
}

/// Rows that must have ended before `row` may leave. What waits for its reader's opening holds nothing up.
pub(super) fn earlier<'a>(turn: &'a Turn, row: &'a Owed) -> impl Iterator<Item = OwedId> + 'a {
    earlier_on(turn, row, row.destination())
}

/// Those that would have to end first if `row` were to leave to `destination`.
pub(super) fn earlier_on<'a>(
    turn: &'a Turn,
    row: &'a Owed,
    destination: impl Into<Cow<'a, str>>,
) -> impl Iterator<Item = OwedId> + 'a {
    let destination = destination.into();
    let shares = move |other: &&Owed| {
        other.party() == row.party()
            && other.destination() == destination
            && !other.state.ended()
            && other.not_before.is_none()
    };
    // Only messages are in any order; of the rest an incident may have thousands.
    let about = incidents(row).filter(|_| row.party().is_some());
    let single = about.flat_map(|incident| turn.state.owed_of(incident));
    let single = single.filter(|other| other.id < row.id);
    let told = |other: &&Owed| incidents(other).any(|one| incidents(row).any(|incident| incident == one));
    let bundles = turn.state.bundles.range(..row.id).filter(|_| row.party().is_some());
    let bundles = bundles.filter_map(|id| turn.state.owed.get(id)).filter(shares.clone()).filter(told);
    single.filter(shares).chain(bundles).map(|other| other.id)
}

/// Whether something that must not wait stands behind `row`: then `row` must not wait either.
pub(super) fn urgent(turn: &Turn, row: &Owed) -> bool {
    row.critical
        || incidents(row).flat_map(|incident| turn.state.owed_of(incident)).any(|later| {
            later.id > row.id
                && later.critical
                && !later.is_held()
                && !later.state.ended()
                && later.not_before.is_none()
                && later.party() == row.party()
                && later.destination() == row.destination()
        })
}
