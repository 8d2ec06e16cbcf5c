//! Order: what tells of one incident reaches one party in the order in which it was decided - never 復旧 before 発生, also where
//! several messages became one, and where one of them went another way.
//!
//! Copies keep the order of their own channel. Among mails, what hangs on another path holds up what comes after it until that
//! one's own time (`deliver_by`) has come: then being heard counts more than order.

use super::path;
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
    let elsewhere = row.deliver_by > turn.now.elapsed && path::is_mail(turn, row);
    let beside = elsewhere.then(|| before(turn, row, move |other| path::is_mail(turn, other)));
    let here = row.destination();
    let beside = beside
        .into_iter()
        .flatten()
        .filter(move |id| turn.state.owed.get(id).is_some_and(|other| other.destination() != here));
    earlier_on(turn, row, row.destination()).chain(beside)
}

/// Those that would have to end first if `row` were to leave to `destination`.
pub(super) fn earlier_on<'a>(
    turn: &'a Turn,
    row: &'a Owed,
    destination: impl Into<Cow<'a, str>>,
) -> impl Iterator<Item = OwedId> + 'a {
    let destination = destination.into();
    before(turn, row, move |other| other.destination() == destination)
}

/// Rows before `row`, about the same to the same party, that have not ended, of those that stand in the `same` line.
fn before<'a>(
    turn: &'a Turn,
    row: &'a Owed,
    same: impl Fn(&Owed) -> bool + Clone + 'a,
) -> impl Iterator<Item = OwedId> + 'a {
    let shares = move |other: &&Owed| {
        other.party() == row.party() && !other.state.ended() && other.not_before.is_none() && same(other)
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
