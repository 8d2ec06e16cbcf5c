//! 10. No secret is in anything that leaves or stays: words, frames, state, the rule set beside the record.

use super::Case;
use crate::history::{Broken, Judgement, Leaves};

/// Of very long histories only so many frames are searched; short ones are many.
const SEARCHED: usize = 1_500;

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    let holds = |text: &str| case.world.canaries.iter().find(|canary| text.contains(canary.as_str())).cloned();
    for attempt in &case.history.attempts {
        let text = match &attempt.to {
            Leaves::Message { words, .. } => words,
            Leaves::Note { text, .. } => text,
            Leaves::Ping(_) | Leaves::Probe(_) | Leaves::Asks(_) => continue,
        };
        if let Some(canary) = holds(text) {
            return Err(Broken::at(attempt.at, format!("{} says the secret {canary}", attempt.owed)));
        }
    }
    // Every fourth seed is searched frame by frame; what stays of all frames is the state.
    let searched = if case.history.seed.is_multiple_of(4) { SEARCHED } else { 0 };
    for frame in case.history.frames.iter().take(searched) {
        if let Some(canary) = holds(&serde_json::to_string(frame).unwrap()) {
            return Err(Broken::at(frame.at, format!("a frame holds the secret {canary}: {}", frame.input.kind())));
        }
    }
    let rules = serde_json::to_string(&case.world.rules).unwrap();
    match holds(case.state).map(|one| ("state", one)).or_else(|| holds(&rules).map(|one| ("rule set", one))) {
        Some((what, canary)) => Err(Broken::whenever(format!("the {what} holds the secret {canary}"))),
        None => Ok(()),
    }
}
