//! Paths: the mail channels in the order of the configuration, each the way around another that fails.

use super::order;
use crate::desk::ids::ChannelId;
use crate::desk::owed::{Owed, Work};
use crate::desk::rules::Carries;
use crate::desk::turn::Turn;

/// How many mail channels there are, at least 1.
pub(super) fn paths(turn: &Turn) -> u32 {
    u32::try_from(mails(turn).count()).unwrap_or(u32::MAX).max(1)
}

/// The mail channel after the present one; `None` for copies and where there is only one.
pub(super) fn next_path(turn: &Turn, row: &Owed) -> Option<ChannelId> {
    after(turn, row).next().cloned()
}

/// The next mail channel on which nothing stands before `row`; where something does on each, the next.
///
/// What went ahead on another path and hangs there would keep this one waiting past its time once more.
pub(super) fn free_path(turn: &Turn, row: &Owed) -> Option<ChannelId> {
    let free = after(turn, row).find(|channel| order::earlier_on(turn, row, channel.as_str()).next().is_none());
    free.cloned().or_else(|| next_path(turn, row))
}

fn mails<'a>(turn: &'a Turn) -> impl Iterator<Item = &'a ChannelId> + Clone {
    turn.book.rules.channels.iter().filter(|known| known.carries == Carries::Mail).map(|known| &known.id)
}

/// The other mail channels, beginning with the one after the present.
fn after<'a>(turn: &'a Turn, row: &Owed) -> impl Iterator<Item = &'a ChannelId> {
    let here = match &row.work {
        Work::Message { channel, .. } => mails(turn).position(|known| known == channel),
        _ => None,
    };
    let others = mails(turn).count().saturating_sub(1);
    here.into_iter().flat_map(move |here| mails(turn).cycle().skip(here + 1).take(others))
}
