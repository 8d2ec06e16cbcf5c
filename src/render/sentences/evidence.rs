//! Evidence in words.

use super::{Weight, one_line};
use crate::desk::evidence::{Ask, Change, Kind, Wanted};

/// `values of 3 problems from zabbix`.
pub(super) fn ask_words(ask: &Ask) -> String {
    match &ask.wanted {
        Wanted::Values { objects } => format!("values behind {} problems from {}", objects.len(), ask.source_name()),
        Wanted::Lines { hosts } => format!("lines of {} from {}", one_line(&hosts.join(", ")), ask.source_name()),
        Wanted::Record => "the record as it stands".to_owned(),
    }
}

fn kind_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Values => "values",
        Kind::Lines => "lines",
        Kind::Record => "the record",
    }
}

pub(super) fn evidence(incident: &str, change: &Change) -> (String, Weight) {
    match change {
        Change::Asked { ask, .. } => (format!("gathers {} for {incident}", ask_words(ask)), Weight::Detail),
        Change::Failed { row, why } => {
            (format!("evidence {row} for {incident} is not to be had now: {}", one_line(why)), Weight::Detail)
        }
        Change::Came { parts, gaps, .. } => {
            let kept = parts.iter().map(|part| {
                let whose = if part.host.is_empty() { String::new() } else { format!(" of {}", one_line(&part.host)) };
                match (part.kind, part.lines) {
                    (Kind::Values, 1) => format!("1 value{whose}"),
                    (Kind::Lines, 1) => format!("1 line{whose}"),
                    (Kind::Values | Kind::Lines, lines) => format!("{lines} {}{whose}", kind_words(part.kind)),
                    (Kind::Record, _) => kind_words(part.kind).to_owned(),
                }
            });
            let missing = gaps.iter().map(|gap| {
                let what = if gap.what.is_empty() { "all" } else { gap.what.as_str() };
                format!("{} of {} not had: {}", kind_words(gap.kind), one_line(what), one_line(&gap.why.words()))
            });
            let all: Vec<String> = kept.chain(missing).collect();
            let what = if all.is_empty() { "nothing".to_owned() } else { all.join(", ") };
            let news = parts.iter().any(|part| part.kind != Kind::Record) || !gaps.is_empty();
            (format!("gathered for {incident}: {what}"), if news { Weight::Headline } else { Weight::Detail })
        }
    }
}
