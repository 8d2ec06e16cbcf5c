//! `channel NAME …`: how a way out behaves from now on.

use super::{Step, Words};
use crate::desk::ids::ChannelId;
use crate::desk::rules::Rules;
use std::time::Duration;

/// How a channel behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::play) enum Line {
    Up,
    /// Not now (a 4xx, a time-out).
    Down,
    /// Nobody there.
    Unreachable,
    /// Sent, no answer.
    Unknown,
    /// The attempt never comes back.
    Hangs,
    /// It takes nothing from here, and says so for good.
    TurnsAway,
    /// The server does not take what it is sent for what is set up wrongly.
    AtFault,
    /// The server wants to be left alone for so long (`Retry-After`).
    Busy(Duration),
    /// This address is refused for good.
    Refuses(String),
}

pub(super) fn channel(rules: &Rules, words: &mut Words) -> Result<Step, String> {
    let name = ChannelId::from(words.next("a channel")?);
    if !rules.channels.iter().any(|channel| channel.id == name) {
        let known: Vec<&str> = rules.channels.iter().map(|channel| channel.id.as_str()).collect();
        return Err(format!("there is no channel `{name}` ({})", known.join(", ")));
    }
    let line = match words.next("up, down, unreachable, unknown, hangs, turns-away, at-fault, busy or refuses")? {
        "up" => Line::Up,
        "down" => Line::Down,
        "unreachable" => Line::Unreachable,
        "unknown" => Line::Unknown,
        "hangs" => Line::Hangs,
        "turns-away" => Line::TurnsAway,
        "at-fault" => Line::AtFault,
        "busy" => Line::Busy(seconds(words.next("for how many seconds")?)?),
        "refuses" => Line::Refuses(words.next("an address")?.to_owned()),
        other => {
            return Err(format!(
                "a channel is up, down, unreachable, unknown, hangs, turns-away, at-fault, busy or refuses, not `{other}`"
            ));
        }
    };
    Ok(Step::Channel(name, line))
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse().map(Duration::from_secs).map_err(|_| format!("`{text}` is no number of seconds"))
}
