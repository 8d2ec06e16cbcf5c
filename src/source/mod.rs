//! Where faults come from: each source is a task that looks again and again and hands what it saw to the desk.
//!
//! A source keeps a working copy of what the desk has on record for it and moves on only when the desk has recorded
//! what it was given; so after a crash it starts exactly where the record ends. Not here: what a fault means, who hears
//! of it, when a source counts as blind - all that is decided in the desk.
//!
//! A new source is one file or folder here (its configuration, its reading, a pure parser) and one line below.

pub mod logfile;
pub mod zabbix;

use crate::desk::evidence::{Gap, Part};
use crate::desk::observation::{Cursor, OpenProblem};
use jiff::Timestamp;
use std::time::Duration;

/// What the desk remembers of a source when its task starts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Standing {
    /// Where to go on reading; `None` before the first look ever.
    pub cursor: Option<Cursor>,
    /// The problems the desk holds open.
    pub open: Vec<OpenProblem>,
    /// Since when nothing was seen, if the desk knows of such a time: what happened since then is fetched late.
    pub down_since: Option<Timestamp>,
}

/// Evidence that was found: files with their content, and what could not be had. Size and hash of a file are filled in by
/// whoever keeps it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Find {
    /// Files.
    pub files: Vec<(Part, Vec<u8>)>,
    /// What could not be had.
    pub gaps: Vec<Gap>,
}

/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How long to wait after the `failures`th failure in a row (from 1): 1 s doubling to 60 s, less up to a fifth so that
/// several sources do not come back in step. The same name and number always give the same pause.
pub fn pause(name: &str, failures: u32) -> Duration {
    let doubled = Duration::from_secs(1 << failures.saturating_sub(1).min(6)).min(LONGEST_PAUSE);
    let shade = u64::from(crc32fast::hash(format!("{name} {failures}").as_bytes()) % 200);
    doubled - doubled.mul_f64(shade as f64 / 1_000.0)
}

/// `text` fit for a log line or a letter to an administrator: one line, no control characters, at most `most`
/// characters.
pub(crate) fn printable(text: &str, most: usize) -> String {
    let mut short: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(most).collect();
    if text.chars().nth(most).is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_grows_from_one_second_to_a_minute_and_is_the_same_each_time() {
        for failures in 1..100 {
            let pause = pause("zabbix", failures);
            let full = Duration::from_secs(1 << (failures - 1).min(6)).min(LONGEST_PAUSE);
            assert!(pause <= full && pause >= full.mul_f64(0.8), "{failures}: {pause:?}");
            assert_eq!(pause, super::pause("zabbix", failures));
        }
        assert_ne!(pause("a", 7), pause("b", 7));
    }

    #[test]
    fn text_from_outside_becomes_one_short_line() {
        assert_eq!(printable("a\r\nb\u{1b}[31m", 80), "a  b [31m");
        assert_eq!(printable("障害発生", 2), "障害…");
    }
}
