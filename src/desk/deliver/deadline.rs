//! Deadlines: what must not wait takes another path at its time (`deliver_by`) - and so does what it would have to wait for.
//!
//! Source: `RELIABILITY.md` §3.7. Order stays as it is (`order`): nothing overtakes, what stands before hurries.

use super::schedule::{MAIL_PAUSES, pause};
use super::{next_path, order, paths, start};
use crate::desk::ids::OwedId;
use crate::desk::now::Elapsed;
use crate::desk::owed::{Change, Owed, OwedState, Reason, Work};
use crate::desk::turn::Turn;

/// When a row whose attempt failed is tried again that would else be tried `at`: at its time another path gets it, whatever pause
/// this one wants; what is critical is tried once on each path after it before a pause is kept.
pub(super) fn no_later(turn: &Turn, row: &Owed, at: Elapsed) -> Elapsed {
    if next_path(turn, row).is_none() {
        return at;
    }
    let now = turn.now.elapsed;
    if row.deliver_by > now {
        return at.min(row.deliver_by);
    }
    if !row.critical {
        return at;
    }
    let paths_left = row.failures == 0 && !row.attempts.is_multiple_of(paths(turn));
    // How long one path wants to be left alone is no matter of the next one's.
    if paths_left { now } else { at.min(now + pause(row, &MAIL_PAUSES, paths(turn))) }
}

/// What `id` must wait for does not keep its own pause when `id` must not wait: it takes another path now, or is tried by the
/// time of `id` at the latest, and counts as critical itself.
pub(super) fn hurry(turn: &mut Turn, id: OwedId) {
    let Some(row) = turn.state.owed.get(&id).filter(|row| row.critical) else { return };
    let (now, by, place) = (turn.now.elapsed, row.deliver_by, row.destination().into_owned());
    let before: Vec<OwedId> = order::earlier(&*turn, row).collect();
    for earlier in before {
        let Some(row) = turn.state.owed.get(&earlier) else { continue };
        let OwedState::Waiting { at } = row.state else { continue };
        if row.destination() != *place && at > now && row.ahead_of < Some(id) {
            pull(turn, earlier, id);
            continue;
        }
        // Where there is no other path, it is tried once more in time.
        let other = next_path(turn, row).filter(|_| !row.critical && at > now);
        let soon = if other.is_some() { now } else { at.min(by.max(now)) };
        if row.critical && row.deliver_by <= by && (by <= now || at <= by) {
            continue;
        }
        let failed = row.failures > 0;
        let hurried = Change::Hurried { owed: earlier, deliver_by: row.deliver_by.min(by), at: soon, ahead_of: None };
        turn.record(hurried, Reason::Ahead { of: id });
        let Some(channel) = other else { continue };
        if failed {
            turn.record(Change::Rerouted { owed: earlier, channel, at: now }, Reason::Ahead { of: id });
        }
        start(turn, earlier);
    }
}

/// What pauses on another path goes ahead of `id` on its path, once: whether that one works is seen at once, and in order.
fn pull(turn: &mut Turn, earlier: OwedId, id: OwedId) {
    let rows = (turn.state.owed.get(&earlier), turn.state.owed.get(&id));
    let (Some(row), Some(Owed { deliver_by, work: Work::Message { channel, .. }, .. })) = rows else { return };
    let now = turn.now.elapsed;
    // What is late takes the other path by itself.
    let stays = row.deliver_by > now || row.failures == 0;
    let (channel, deliver_by) = (channel.clone(), row.deliver_by.min(*deliver_by));
    let hurried = Change::Hurried { owed: earlier, deliver_by, at: now, ahead_of: Some(id) };
    turn.record(hurried, Reason::Ahead { of: id });
    if stays {
        turn.record(Change::Rerouted { owed: earlier, channel, at: now }, Reason::Ahead { of: id });
    }
    start(turn, earlier);
}
