//! When a failed attempt is tried again.

use crate::desk::outcome::{Delivery, Refused};
use crate::desk::owed::Owed;
use std::time::Duration;

/// Pauses after a failed attempt, then the last one again and again. Source: RELIABILITY §3.5 (mail: greylisting first).
pub(super) const MAIL_PAUSES: [u64; 4] = [60, 5 * 60, 15 * 60, 30 * 60];
/// What is to be quoted in a request is wanted soon, and a source that does not answer now is not pressed.
pub(super) const EVIDENCE_PAUSES: [u64; 3] = [5, 30, 120];
pub(super) const COPY_PAUSES: [u64; 7] = [5, 30, 2 * 60, 5 * 60, 15 * 60, 30 * 60, 3600];
/// A destination fault is repaired by a person: no hurry, and no locked account.
pub(super) const REPAIR_PAUSE: u64 = 30 * 60;
/// The longest `Retry-After` that is obeyed.
const LONGEST_AFTER: Duration = Duration::from_secs(3600);

pub(super) fn pause_after(row: &Owed, pauses: &[u64], results: &[(String, Delivery)], paths: u32) -> Duration {
    let wanted = asked(results).or_else(|| is_at_fault(results).then_some(Duration::from_secs(REPAIR_PAUSE)));
    wanted.unwrap_or_else(|| pause(row, pauses, paths))
}

/// How long the destination wants to be left alone (`Retry-After`).
pub(super) fn asked(results: &[(String, Delivery)]) -> Option<Duration> {
    let asked = results.iter().filter_map(|(_, delivery)| match delivery {
        Delivery::Later { after, .. } => *after,
        _ => None,
    });
    // "At once" is no hurry: nothing says that it would be taken then.
    asked.max().filter(|asked| !asked.is_zero()).map(|asked| asked.min(LONGEST_AFTER))
}

/// Whether the destination does not take it for what is set up wrongly: credentials, an address that is gone.
pub(super) fn is_at_fault(results: &[(String, Delivery)]) -> bool {
    results.iter().any(|(_, delivery)| matches!(delivery, Delivery::Refused { what: Refused::Destination, .. }))
}

/// The pause before the next attempt, spread by ±20 % so that a thousand rows don't knock at once. The spread is a hash
/// of row and attempt: the desk throws no dice.
///
/// What was tried on several paths pauses by its rounds: a change of path is no reason to begin to hurry again.
pub(super) fn pause(row: &Owed, pauses: &[u64], paths: u32) -> Duration {
    let rounds = row.attempts.saturating_sub(1) / paths.max(1);
    let index = usize::try_from(row.failures.max(rounds)).unwrap_or(usize::MAX).min(pauses.len().saturating_sub(1));
    let seconds = pauses.get(index).copied().unwrap_or(REPAIR_PAUSE);
    let spread = crc(row.id.0, row.attempts) % 401;
    Duration::from_millis(seconds * (800 + u64::from(spread)))
}

fn crc(row: u64, attempt: u32) -> u32 {
    let mut hash = crc32fast::Hasher::new();
    hash.update(&row.to_be_bytes());
    hash.update(&attempt.to_be_bytes());
    hash.finalize()
}
