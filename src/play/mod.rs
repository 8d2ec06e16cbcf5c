//! Transcripts: a day at the desk as text, inputs and outcomes in one file, played in virtual time (`DECISIONS.md` 28).
//!
//! `play FILE`, `kiriwake check` (an administrator's cases) and our own scenarios use the same player. [`script`] reads
//! the text, [`world`] is everything around the desk (sources that look, channels that answer, a clock that jumps),
//! [`audit`] proves afterwards that folding, replaying and the books agree. Pure: no file, no clock, no network.
//!
//! ```text
//! @ 2026-09-20
//! 02:13:40 zabbix core-sw-01 "Ping応答なし" disaster component=core-switch
//!       > opened I-1 core-switch   because no open incident is related to …
//! 02:20 clock
//!       > 02:15:10 asked n-sha (repair)
//!       ! asked s-sha
//! ```
//!
//! What happens between two lines stands under the second, each with its hour where that differs from the line's own.
//! Lines that begin with `|` are TOML laid over the rules; whoever plays the text merges them ([`overlay`]).

mod audit;
mod compare;
mod input;
mod outside;
mod script;
mod world;

pub use compare::{Case, check_case};
pub(crate) use outside::Outside;

use crate::desk::Frame;
use crate::desk::rules::Rules;
use crate::desk::state::State;
use crate::render::sentences::Weight;

/// What became of a transcript.
#[derive(Debug)]
pub struct Played {
    /// Outcomes in order.
    pub outcomes: Vec<Outcome>,
    /// What is wrong with the text, or with the desk. Empty = sound.
    pub faults: Vec<Fault>,
    /// How the desk stands at the end.
    pub state: State,
    /// Everything that was recorded.
    pub frames: Vec<Frame>,
    /// Every mail that was owed: subject and body, in order.
    pub mails: Vec<Mail>,
    script: script::Script,
}

/// One thing the desk did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Index of the input it stands under.
    input: usize,
    /// The line of that input in the text, from 1.
    pub line: usize,
    /// The hour, where it differs from the input's own: `02:15:10`, with the date where that differs, too.
    pub at: Option<String>,
    /// What: `asked n-sha (repair) for KW-20260920-0001`.
    pub what: String,
    /// Why, without `because`.
    pub because: String,
    /// Headlines are listed, details only on demand.
    pub weight: Weight,
}

/// A mail as it was owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The row.
    pub row: crate::desk::ids::OwedId,
    /// To whom.
    pub party: crate::desk::ids::PartyId,
    /// Subject.
    pub subject: String,
    /// Body.
    pub body: String,
}

/// Something wrong, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Line in the text, from 1.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub what: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

/// Plays `text` under `rules` from a fresh desk.
pub fn run(rules: &Rules, text: &str) -> Played {
    let script = script::read(text);
    let mut world = world::World::new(rules);
    world.play(&script);
    let mut played = world.finish(script);
    played.faults.extend(audit::audit(rules, &played));
    played
}

/// The TOML a transcript lays over the rules; empty when it lays none.
pub fn overlay(text: &str) -> String {
    let lines = text.lines().filter_map(|line| line.strip_prefix('|'));
    lines.map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line))).collect()
}

impl Outcome {
    /// As a transcript lists it, without the leading `>`.
    pub fn line(&self) -> String {
        let at = self.at.as_ref().map_or_else(String::new, |at| format!("{at} "));
        let what = format!("{at}{}", self.what);
        if self.because.is_empty() { what } else { format!("{what}   because {}", self.because) }
    }
}

impl Played {
    /// The transcript with the outcomes as they really came: headlines only.
    pub fn rewritten(&self) -> String {
        let mut text = String::new();
        for (number, line) in self.script.lines.iter().enumerate() {
            if line.is_outcome {
                continue;
            }
            text.push_str(&line.text);
            text.push('\n');
            for outcome in self.outcomes.iter().filter(|outcome| outcome.line == number + 1) {
                if outcome.weight == Weight::Headline {
                    text.push_str(&format!("      > {}\n", outcome.line()));
                }
            }
        }
        text
    }
}
