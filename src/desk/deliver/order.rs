//! Order: what tells of one incident reaches one party in the order in which it was decided - never 復旧 before 発生, also where
//! several messages became one, and where one of them went another way.
//!
//! What tells of a channel keeps its order as well: that it fails is never read after that it works again.
//! Copies keep the order of their own channel. Among mails, what hangs on another path holds up what comes after it until that
//! one's own time (`deliver_by`) has come: then being heard counts more than order.

use super::path;
use crate::desk::ids::{IncidentId, OwedId};
use crate::desk::letter::{Matter, Notice};
use crate::desk::now::Elapsed;
use crate::desk::owed::{Owed, Work};
use crate::desk::rules::Rules;
use crate::desk::state::State;
use crate::desk::turn::Turn;

/// What order is read from: of a step, or of a desk that is only looked at.
#[derive(Clone, Copy)]
pub(super) struct Sight<'a> {
    pub(super) state: &'a State,
    pub(super) rules: &'a Rules,
    pub(super) now: Elapsed,
}

impl<'a> From<&'a Turn<'_>> for Sight<'a> {
    fn from(turn: &'a Turn<'_>) -> Self {
        Self { state: turn.state, rules: &turn.book.rules, now: turn.now.elapsed }
    }
}

/// The incidents a row tells of.
fn incidents(row: &Owed) -> impl Iterator<Item = IncidentId> {
    row.incident.into_iter().chain(row.bundle.iter().flat_map(|bundle| bundle.incidents.iter().copied()))
}

/// Rows that must have ended before `row` may leave. What waits for its reader's opening holds nothing up.
pub(super) fn earlier<'a>(sight: impl Into<Sight<'a>>, row: &'a Owed) -> impl Iterator<Item = OwedId> + 'a {
    let sight = sight.into();
    let in_time = row.deliver_by > sight.now;
    before(sight, row, move |other| {
        other.destination() == row.destination() || in_time && are_mails(sight.rules, row, other)
    })
}

/// Those that would have to end first if `row` were to leave to `destination`, whatever hangs on other paths.
pub(super) fn earlier_on<'a>(turn: &'a Turn, row: &'a Owed, destination: &'a str) -> impl Iterator<Item = OwedId> + 'a {
    before(turn.into(), row, move |other| other.destination() == destination)
}

fn are_mails(rules: &Rules, row: &Owed, other: &Owed) -> bool {
    path::is_mail(rules, row) && path::is_mail(rules, other)
}

/// Rows before `row`, about the same to the same party, that have not ended, of those that stand in the `same` line.
fn before<'a>(
    sight: Sight<'a>,
    row: &'a Owed,
    same: impl Fn(&Owed) -> bool + Clone + 'a,
) -> impl Iterator<Item = OwedId> + 'a {
    let shares = move |other: &&Owed| {
        other.party() == row.party() && !other.state.ended() && other.not_before.is_none() && same(other)
    };
    // Only messages are in any order; of the rest an incident may have thousands.
    let about = incidents(row).filter(|_| row.party().is_some());
    let single = about.flat_map(move |incident| sight.state.owed_of(incident));
    let single = single.filter(|other| other.id < row.id);
    let told = |other: &&Owed| incidents(other).any(|one| incidents(row).any(|incident| incident == one));
    let bundles = sight.state.bundles.range(..row.id).filter(|_| row.party().is_some());
    let bundles = bundles.filter_map(move |id| sight.state.owed.get(id)).filter(shares.clone()).filter(told);
    let fails = works_again(row).into_iter().flat_map(move |channel| {
        let owed = sight.state.owed.range(..row.id).map(|(_, other)| other);
        owed.filter(move |other| says_fails(other) == Some(channel))
    });
    single.filter(shares.clone()).chain(fails.filter(shares)).chain(bundles).map(|other| other.id)
}

/// The channel of which `row` says that it fails.
pub(super) fn says_fails(row: &Owed) -> Option<&str> {
    match notice(row)? {
        Notice::ChannelFails { channel, .. } => Some(channel),
        _ => None,
    }
}

/// The channel of which `row` says that it works again.
fn works_again(row: &Owed) -> Option<&str> {
    match notice(row)? {
        Notice::ChannelWorks { channel } => Some(channel),
        _ => None,
    }
}

fn notice(row: &Owed) -> Option<&Notice> {
    let Work::Message { letter, .. } = &row.work else { return None };
    match &letter.matter {
        Matter::Internal { notice, .. } => Some(notice),
        _ => None,
    }
}

/// Whether something that must not wait stands behind `row`: then `row` must not wait either.
pub(super) fn urgent(turn: &Turn, row: &Owed) -> bool {
    row.critical
        || incidents(row).flat_map(|incident| turn.state.owed_after(incident, row.id)).any(|later| {
            later.critical
                && !later.is_held()
                && !later.state.ended()
                && later.not_before.is_none()
                && later.party() == row.party()
                && (later.destination() == row.destination() || are_mails(&turn.book.rules, row, later))
        })
}
