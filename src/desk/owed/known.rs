//! What keeps the desk from being heard: given up and nobody told of it, or no way out at all.
//!
//! For whoever watches from outside. Not here: that mail is merely late (`late`), and what is done about it (`deliver`).

use super::{Addressed, Owed, OwedState, Why, Work};
use crate::desk::now::Now;
use crate::desk::rules::{Carries, Channel, Rules};
use crate::desk::state::State;

/// Critical mails that were given up, and whoever runs the desk has not been told: no notice of it was taken by any server
/// either. A person who has seen it tries the row again or drops it, and it counts no more.
pub fn untold<'a>(state: &'a State, rules: &'a Rules) -> impl Iterator<Item = &'a Owed> {
    let given_up = state.owed.values().filter(move |row| row.critical && is_mail(row, rules));
    // On trial what was decided in earnest waits for a person, and is no failure.
    let on_trial = |row: &Owed| match &row.work {
        Work::Message { letter, .. } => rules.site.shadow.is_some() && letter.meant.is_none(),
        _ => false,
    };
    given_up.filter(move |row| match row.state {
        OwedState::Dead { at, .. } => !on_trial(row) && !is_told(state, rules, row, at),
        _ => false,
    })
}

/// Whether a server took a word to the desk of what was given up `at` then.
fn is_told(state: &State, rules: &Rules, dead: &Owed, at: jiff::Timestamp) -> bool {
    let mut later = state.owed.values().rev().take_while(|row| row.decided.wall >= at);
    later.any(|row| {
        let of_it = row.why == Why::NotDelivered && row.incident == dead.incident;
        let of_all = row.incident.is_none() && row.why != Why::Heartbeat;
        (of_it || of_all) && row.party() == Some(&rules.site.desk) && is_mail(row, rules) && has_arrived(row)
    })
}

/// Mails of any severity that wait beyond their time while every channel for mail fails: the desk is cut off.
pub fn cut_off(state: &State, rules: &Rules, now: Now) -> usize {
    let fails = |channel: &Channel| state.house.flows.0.get(&channel.id).is_some_and(|flow| flow.failures > 0);
    let mut mails = rules.channels.iter().filter(|channel| channel.carries == Carries::Mail).peekable();
    if mails.peek().is_none() || !mails.all(fails) {
        return 0;
    }
    let waits = state.owed.values().filter(|row| !row.state.ended() && row.why != Why::Heartbeat);
    waits.filter(|row| is_mail(row, rules) && row.is_late(now)).count()
}

fn has_arrived(row: &Owed) -> bool {
    matches!(&row.work, Work::Message { addresses, .. } if addresses.iter().any(Addressed::accepted))
}

/// A copy is never the only way.
pub(super) fn is_mail(row: &Owed, rules: &Rules) -> bool {
    let Work::Message { channel, .. } = &row.work else { return false };
    !rules.channels.iter().any(|known| known.id == *channel && known.carries != Carries::Mail)
}
