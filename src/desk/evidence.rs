//! Evidence (情報取得): what is gathered about an incident from where it lies - values, log lines, the record as it stood -
//! before it is gone.
//!
//! A part of an incident. What is gathered is kept as bodies outside the chain, named by their hash; the record holds hash,
//! length and where it came from, and of what could not be had, why. Not here: when something is asked for
//! (`isolate/gather.rs`), fetching (`source`, `daemon`), and who may read of it (`notify/vendor.rs`).

use super::ids::{OwedId, SourceId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Hosts whose lines are gathered for one incident at most.
pub const MOST_HOSTS: usize = 8;
/// Problems whose values are gathered for one incident at most.
pub const MOST_OBJECTS: usize = 20;
/// Files kept for one incident at most.
pub const MOST_PARTS: usize = 64;
/// What could not be had is listed up to this many.
const MOST_GAPS: usize = 64;

/// What is asked of one source, and about which time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// Whom; `None` = the record itself.
    pub source: Option<SourceId>,
    /// What.
    pub wanted: Wanted,
    /// The first moment of the range, included.
    pub from: Timestamp,
    /// 発生: what is nearest to it matters most.
    pub about: Timestamp,
    /// The last moment of the range, included.
    pub until: Timestamp,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// Recent values of what is measured behind these problems, by the source's ids of what raised them.
    Values {
        /// The ids (Zabbix: triggerids).
        objects: Vec<String>,
    },
    /// Log lines of these hosts.
    Lines {
        /// Technical names, the likeliest first.
        hosts: Vec<String>,
    },
    /// What the record says of the incident at that moment: alerts, probes, changes.
    Record,
}

/// A kind of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Measured values.
    Values,
    /// Log lines.
    Lines,
    /// The record as it stood.
    Record,
}

/// One file that was gathered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// What it holds.
    pub kind: Kind,
    /// The source's name; empty for the record.
    pub source: String,
    /// The technical name of the host it is about; empty for the record.
    pub host: String,
    /// Where it was read: the path of a log, the keys of what is measured.
    pub origin: String,
    /// The range that was asked, both ends included.
    pub from: Timestamp,
    /// Its end.
    pub until: Timestamp,
    /// The encoding of the bytes as they were found and are kept.
    pub encoding: String,
    /// Lines in it.
    pub lines: u64,
    /// Lines there were in the range; more than `lines` where the file was cut.
    pub of: u64,
    /// How many of its lines were written before 発生.
    pub before: u64,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of it, 64 hexadecimal digits: the name of the body.
    pub sha256: String,
}

/// Something that could not be had.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Gap {
    /// What it would have been.
    pub kind: Kind,
    /// The source's name.
    pub source: String,
    /// The host, file or measured thing; empty = everything that was asked of the source.
    pub what: String,
    /// Why.
    pub why: Lack,
}

/// Why something could not be had.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    /// There is nothing of the kind: no file of this host, a trigger that was deleted or may not be seen.
    NotThere,
    /// It is there, and holds nothing of that time.
    Nothing,
    /// There was more than is read or kept.
    Limit {
        /// What was left out.
        detail: String,
    },
    /// It could not be read.
    Failed {
        /// What happened.
        detail: String,
    },
    /// It did not come in its time.
    Late {
        /// What happened last, where that is known.
        detail: String,
    },
}

impl Lack {
    /// In English.
    pub fn words(&self) -> String {
        let with = |words: &str, detail: &str| {
            if detail.is_empty() { words.to_owned() } else { format!("{words}: {detail}") }
        };
        match self {
            Lack::NotThere => "there is none".to_owned(),
            Lack::Nothing => "nothing of that time".to_owned(),
            Lack::Limit { detail } => with("cut", detail),
            Lack::Failed { detail } => with("could not be read", detail),
            Lack::Late { detail } => with("did not come in time", detail),
        }
    }
}

/// What one attempt at gathering brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gathered {
    /// This; it is kept.
    Came {
        /// Files.
        parts: Vec<Part>,
        /// What could not be had.
        gaps: Vec<Gap>,
    },
    /// Not now: it may be tried again.
    Later {
        /// What happened.
        why: String,
    },
}

/// What was gathered about one incident.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Pack {
    /// Files, in order of arrival.
    pub parts: Vec<Part>,
    /// What could not be had.
    pub gaps: Vec<Gap>,
    /// What is still to come.
    pub out: BTreeMap<OwedId, Out>,
    /// Hosts and measured things that were asked about.
    pub asked: BTreeSet<String>,
}

/// Something that is still to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Out {
    /// What.
    pub kind: Kind,
    /// From which source; empty for the record.
    pub source: String,
    /// What happened at the last attempt.
    #[serde(default)]
    pub last: String,
}

/// How a pack changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// A fetch is owed.
    Asked {
        /// The row.
        row: OwedId,
        /// What.
        ask: Ask,
    },
    /// An attempt failed for now.
    Failed {
        /// The row.
        row: OwedId,
        /// What happened.
        why: String,
    },
    /// It came, or never will.
    Came {
        /// The row.
        row: OwedId,
        /// Files.
        parts: Vec<Part>,
        /// What could not be had.
        gaps: Vec<Gap>,
    },
}

impl Ask {
    /// What kind of evidence it brings.
    pub fn kind(&self) -> Kind {
        match self.wanted {
            Wanted::Values { .. } => Kind::Values,
            Wanted::Lines { .. } => Kind::Lines,
            Wanted::Record => Kind::Record,
        }
    }

    /// The source's name; empty for the record.
    pub fn source_name(&self) -> &str {
        self.source.as_ref().map_or("", SourceId::as_str)
    }

    /// Nothing of it can be had, because of `why`.
    pub fn nothing(&self, why: Lack) -> Gap {
        Gap { kind: self.kind(), source: self.source_name().to_owned(), what: String::new(), why }
    }

    /// The names under which [`Pack::asked`] remembers it.
    fn names(&self) -> Vec<String> {
        let source = self.source_name();
        match &self.wanted {
            Wanted::Values { objects } => objects.iter().map(|object| asked_name(source, object)).collect(),
            Wanted::Lines { hosts } => hosts.iter().map(|host| asked_name(source, host)).collect(),
            Wanted::Record => Vec::new(),
        }
    }
}

fn asked_name(source: &str, what: &str) -> String {
    format!("{source}/{what}")
}

impl Pack {
    /// Whether a verdict may still gain from what is out: the record itself tells it nothing new.
    pub fn is_awaited(&self) -> bool {
        self.out.values().any(|out| out.kind != Kind::Record)
    }

    /// Whether nothing was ever asked.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether this host, or measured thing, of a source was asked about.
    pub fn has_asked(&self, source: &SourceId, what: &str) -> bool {
        self.asked.contains(&asked_name(source.as_str(), what))
    }

    pub(super) fn apply(&mut self, change: &Change) {
        match change {
            Change::Asked { row, ask } => {
                self.asked.extend(ask.names());
                let out = Out { kind: ask.kind(), source: ask.source_name().to_owned(), last: String::new() };
                self.out.insert(*row, out);
            }
            Change::Failed { row, why } => {
                if let Some(out) = self.out.get_mut(row) {
                    out.last.clone_from(why);
                }
            }
            Change::Came { row, parts, gaps } => {
                self.out.remove(row);
                let room = MOST_PARTS.saturating_sub(self.parts.len());
                self.parts.extend(parts.iter().take(room).cloned());
                let over = parts.iter().skip(room).map(|part| Gap {
                    kind: part.kind,
                    source: part.source.clone(),
                    what: part.origin.clone(),
                    why: Lack::Limit { detail: format!("an incident keeps {MOST_PARTS} files") },
                });
                let room = MOST_GAPS.saturating_sub(self.gaps.len());
                self.gaps.extend(gaps.iter().cloned().chain(over).take(room));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(nth: usize) -> Part {
        let at = Timestamp::UNIX_EPOCH;
        Part {
            kind: Kind::Lines,
            source: "log".to_owned(),
            host: "a".to_owned(),
            origin: format!("/log/{nth}"),
            from: at,
            until: at,
            encoding: "utf-8".to_owned(),
            lines: 1,
            of: 1,
            before: 0,
            bytes: 2,
            sha256: "0".repeat(64),
        }
    }

    #[test]
    fn a_pack_is_bounded_and_says_what_it_left_out() {
        let mut pack = Pack::default();
        let row = OwedId(1);
        let at = Timestamp::UNIX_EPOCH;
        let wanted = Wanted::Lines { hosts: vec!["a".to_owned()] };
        let ask = Ask { source: Some("log".into()), wanted, from: at, about: at, until: at };
        pack.apply(&Change::Asked { row, ask });
        assert!(pack.is_awaited() && pack.has_asked(&"log".into(), "a") && !pack.has_asked(&"log".into(), "b"));
        pack.apply(&Change::Came { row, parts: (0..MOST_PARTS + 2).map(part).collect(), gaps: Vec::new() });
        assert_eq!((pack.parts.len(), pack.gaps.len(), pack.is_awaited()), (MOST_PARTS, 2, false));
        assert_eq!(pack.gaps[0].what, format!("/log/{MOST_PARTS}"));
    }
}
