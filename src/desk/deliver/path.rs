//! Paths: the mail channels in the order of the configuration, each the way around another that fails.

use super::order;
use crate::desk::ids::ChannelId;
use crate::desk::outcome::{Delivery, Refused};
use crate::desk::owed::{Owed, Work};
use crate::desk::rules::{Carries, Rules};
use crate::desk::turn::Turn;

/// How many mail channels there are, at least 1.
pub(super) fn paths(turn: &Turn) -> u32 {
    u32::try_from(mails(&turn.book.rules).count()).unwrap_or(u32::MAX).max(1)
}

/// Whether it leaves by mail, over whichever path.
pub(super) fn is_mail(rules: &Rules, row: &Owed) -> bool {
    matches!(&row.work, Work::Message { channel, .. } if carries_mail(rules, channel))
}

/// Whether mail goes by this channel.
pub(super) fn carries_mail(rules: &Rules, channel: &ChannelId) -> bool {
    mails(rules).any(|known| known == channel)
}

/// The mail channel after the present one; `None` for copies and where there is only one.
pub(super) fn next_path(turn: &Turn, row: &Owed) -> Option<ChannelId> {
    after(turn, row).next().cloned()
}

/// The next mail channel on which nothing stands before `row`, for a row that is late and has failed where it is, or stands behind
/// something there. Where something stands on each, the next for what has failed.
///
/// What went ahead on another path and hangs there would keep this one waiting past its time once more.
pub(super) fn free_path(turn: &Turn, row: &Owed) -> Option<ChannelId> {
    let is_free = |channel: &str| order::earlier_on(turn, row, channel).next().is_none();
    let behind = row.is_late(turn.now) && !is_free(&row.destination());
    // What has not failed where it is does not go where nothing is tried at the moment.
    let works = |channel: &&ChannelId| row.failures > 0 || turn.state.house.flows.closed_until(channel).is_none();
    let mut others = after(turn, row).filter(works);
    let free = others.find(|channel| is_free(channel.as_str())).filter(|_| row.failures > 0 || behind);
    free.cloned().or_else(|| next_path(turn, row).filter(|_| row.failures > 0 && behind))
}

/// What came of an attempt, as far as it goes for the message: what one server does not take of a critical mail, for reasons that
/// are its own, another may. An address that does not exist does so nowhere.
pub(super) fn elsewhere(turn: &Turn, row: &Owed, results: &[(String, Delivery)]) -> Vec<(String, Delivery)> {
    let untried = row.failures > 0 || !row.attempts.is_multiple_of(paths(turn));
    if !row.critical || !untried || next_path(turn, row).is_none() {
        return results.to_vec();
    }
    let turned = |delivery: &Delivery| match delivery {
        Delivery::Refused { what: Refused::Recipient, why } if !is_the_servers(why) => delivery.clone(),
        Delivery::Refused { what: Refused::Recipient | Refused::Message, why } | Delivery::TooBig { why } => {
            Delivery::Unreachable { why: why.clone() }
        }
        _ => delivery.clone(),
    };
    results.iter().map(|(address, delivery)| (address.clone(), turned(delivery))).collect()
}

/// A refused recipient is the server's own matter where it says that it relays, or takes, nothing from us: 554, or a status of
/// class 5.7 (security or policy). Source: RFC 3463 §3.8, RFC 5321 §4.2.3.
fn is_the_servers(why: &str) -> bool {
    why.starts_with("554") || why.contains(" 5.7.")
}

fn mails(rules: &Rules) -> impl Iterator<Item = &ChannelId> + Clone {
    rules.channels.iter().filter(|known| known.carries == Carries::Mail).map(|known| &known.id)
}

/// The other mail channels, beginning with the one after the present; all of them where the present one is not configured any more.
fn after<'a>(turn: &'a Turn, row: &Owed) -> impl Iterator<Item = &'a ChannelId> {
    let all = mails(&turn.book.rules).count();
    let known = |channel: &ChannelId| turn.book.rules.channels.iter().any(|known| known.id == *channel);
    let (skip, take) = match &row.work {
        Work::Message { channel, addresses, .. } => match mails(&turn.book.rules).position(|known| known == channel) {
            Some(here) => (here + 1, all.saturating_sub(1)),
            // Of what is not configured any more only the address tells that it was mail.
            None if !known(channel) && addresses.iter().all(|known| known.address.contains('@')) => (0, all),
            None => (0, 0),
        },
        _ => (0, 0),
    };
    mails(&turn.book.rules).cycle().skip(skip).take(take)
}
