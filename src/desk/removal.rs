//! Removals: what is taken out of the record on purpose - erased by somebody, or because its time is over.
//!
//! A part of the house. What is to be removed is put on record first, with who asked for it and why; whoever keeps the record
//! then removes it and says so. Until that is heard the removal is pending, over any crash: doing it again harms nothing.
//! The record names hashes, lengths and numbers, never what was in a body. Not here: which bodies hold some text (`control`), the
//! files themselves (`store`), and when something's time is over (`retention`).

use super::ids::IncidentId;
use super::state::{State, Wakeup, When};
use super::turn::Turn;
use super::{house, notify, words};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One body, as the record names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Body {
    /// SHA-256 of it, 64 hexadecimal digits.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
}

/// Text that was erased in the journal itself while nobody ran (墨消し): who had it erased, and how much it was, never what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inked {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Why, in words.
    pub reason: String,
    /// In how many records.
    pub records: u64,
    /// Messages as first worded that went with it.
    pub messages: u64,
}

/// Why something is removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Somebody asked for it.
    Person {
        /// Who.
        by: String,
        /// Why, in words.
        reason: String,
    },
    /// Its time was over.
    Retention,
}

/// The oldest part of the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Records {
    /// Its first frame.
    pub from: u64,
    /// Its last frame.
    pub to: u64,
    /// SHA-256 of that one, 64 hexadecimal digits: what the next one is linked to.
    pub link: String,
    /// The latest moment it tells of.
    pub until: Timestamp,
    /// How many files of the journal it is.
    pub files: u64,
    /// How large they are.
    pub bytes: u64,
    /// So many numbered incidents ended in it.
    pub incidents: u64,
}

/// What is to be removed: of one incident, of the lists, or of the record itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removal {
    /// Counts up.
    pub id: u64,
    /// When it was decided.
    pub at: Timestamp,
    /// The incident's name: number, or internal id before 受付. Of what is no single incident: what it is.
    pub of: String,
    /// Bodies.
    pub bodies: Vec<Body>,
    /// Messages as first worded, by their keys.
    #[serde(default)]
    pub messages: Vec<String>,
    /// Incidents that never got a number, and are listed and found no longer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unlisted: Vec<IncidentId>,
    /// The oldest part of the record, with all that only it tells of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<Records>,
    /// Why.
    pub why: Why,
}

/// Files beside the journal that are not there, although nobody removed them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Missing {
    /// How many.
    pub files: u64,
    /// Incidents they belong to, some of them.
    pub of: Vec<String>,
    /// The folder of messages as worded was gone at the start, although some were sent.
    pub messages: bool,
}

impl Missing {
    /// In one sentence.
    fn words(&self) -> String {
        let mut words = Vec::new();
        if self.files > 0 {
            let (files, of) = (self.files, self.of.join(", "));
            words.push(format!("{files} files in bodies/ that the record refers to are not there (of {of}, at least)"));
        }
        if self.messages {
            words.push("the folder messages/ was not there: messages as worded are gone".to_owned());
        }
        words.join("; ")
    }
}

/// A change of what is to be removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// It is to be removed.
    Decided(Box<Removal>),
    /// It is removed.
    Done {
        /// Which removal.
        id: u64,
        /// Files that were there, and are no more.
        files: u64,
    },
    /// Text was erased in the journal itself.
    Inked(Inked),
    /// So many files the record refers to are not there, and nobody removed them.
    Missing {
        /// How many.
        files: u64,
    },
    /// When it is next looked what is over; `None` = never.
    Due {
        /// The next hour.
        next: Option<Timestamp>,
    },
    /// It is asked for what has ended long ago.
    Asked {
        /// When.
        at: Timestamp,
    },
    /// What was over is to be removed.
    Swept {
        /// How much it was.
        swept: Swept,
        /// Where the next look begins: nothing is kept of what occurred before.
        from: Timestamp,
        /// There is more: it is asked for at once.
        more: bool,
        /// What is listed no longer; `None` = as before.
        #[serde(default)]
        unlisted: Option<Unlisted>,
    },
}

/// What one look found to be over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swept {
    /// When.
    pub at: Timestamp,
    /// Of how many incidents.
    pub incidents: u64,
    /// Files.
    pub files: u64,
    /// Their size.
    pub bytes: u64,
    /// Incidents without a number that are listed no longer.
    #[serde(default)]
    pub unlisted: u64,
    /// The oldest part of the record.
    #[serde(default)]
    pub records: Option<SweptRecords>,
}

/// What never got a number, as far as it is listed no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unlisted {
    /// Nothing that occurred before this.
    pub occurred: Timestamp,
    /// Nothing that ended then or before.
    pub ended: Timestamp,
}

/// How much of the record's beginning was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SweptRecords {
    /// The latest moment it told of.
    pub until: Timestamp,
    /// Files of the journal.
    pub files: u64,
    /// Numbered incidents that ended in it.
    pub incidents: u64,
}

impl Swept {
    /// Nothing yet.
    pub fn none(at: Timestamp) -> Self {
        Self { at, incidents: 0, files: 0, bytes: 0, unlisted: 0, records: None }
    }

    /// Whether anything was over.
    pub fn any(&self) -> bool {
        self.files > 0 || self.unlisted > 0 || self.records.is_some()
    }

    /// Both together, as of the later one.
    pub fn and(self, later: Self) -> Self {
        let records = match (self.records, later.records) {
            (Some(one), Some(other)) => Some(SweptRecords {
                until: one.until.max(other.until),
                files: one.files + other.files,
                incidents: one.incidents + other.incidents,
            }),
            (one, other) => other.or(one),
        };
        Self {
            at: later.at,
            incidents: self.incidents + later.incidents,
            files: self.files + later.files,
            bytes: self.bytes.saturating_add(later.bytes),
            unlisted: self.unlisted + later.unlisted,
            records,
        }
    }
}

/// Looks that found something are remembered up to this many: the digest tells of those since the last one.
const KEPT: usize = 100;

/// What is removed, at the moment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Removals {
    /// The last one.
    pub last: u64,
    /// Those that are not done yet.
    pub pending: BTreeMap<u64, Removal>,
    /// When it is next looked what is over.
    #[serde(default)]
    pub due: Option<Timestamp>,
    /// Since when the answer of a look is awaited.
    #[serde(default)]
    pub asked: Option<Timestamp>,
    /// Nothing is kept of what occurred before this.
    #[serde(default)]
    pub from: Option<Timestamp>,
    /// When it was last looked.
    #[serde(default)]
    pub looked: Option<Timestamp>,
    /// What the last looks found to be over, oldest first.
    #[serde(default)]
    pub swept: Vec<Swept>,
    /// What never got a number is listed no longer so far.
    #[serde(default)]
    pub unlisted: Option<Unlisted>,
    /// The last part of the record that was removed from its beginning, and when that was decided.
    #[serde(default)]
    pub begins: Option<(Records, Timestamp)>,
    /// How often text was erased in the journal itself, as far as it is on record.
    #[serde(default)]
    pub inked: u64,
    /// Files the record refers to that were not there at the last look: so many were told of.
    #[serde(default)]
    pub missing: u64,
}

/// Words that are to be removed are forgotten at once: of the incident, and wherever a message or a like fault repeats them.
fn forget(state: &mut State, removal: &Removal) {
    let names: BTreeSet<&str> = removal.bodies.iter().map(|body| body.sha256.as_str()).collect();
    let of = state.incidents.values().find(|incident| incident.name() == removal.of).map(|incident| incident.id);
    let links = of.and_then(|id| state.incidents.get(&id)).map(|incident| incident.links.clone()).unwrap_or_default();
    let near: BTreeSet<IncidentId> = links.into_iter().map(|(_, other)| other).chain(of).collect();
    for (_, incident) in state.incidents.iter_mut().filter(|(id, _)| near.contains(id)) {
        words::forget(incident, &names);
    }
    for row in state.owed.values_mut() {
        words::forget(row, &names);
    }
    for past in state.past.values_mut().flatten() {
        words::forget(past, &names);
    }
}

/// Applies `change` to the state. Total.
pub(super) fn apply(state: &mut State, change: &Change) {
    let removals = &mut state.house.removals;
    match change {
        Change::Decided(removal) => {
            removals.last = removals.last.max(removal.id);
            removals.pending.insert(removal.id, (**removal).clone());
            forget(state, removal);
        }
        Change::Done { id, .. } => {
            let done = removals.pending.remove(id);
            let records = done.and_then(|done| Some((done.records?, done.at)));
            removals.begins = records.or_else(|| removals.begins.take());
        }
        Change::Inked(_) => removals.inked = removals.inked.saturating_add(1),
        Change::Missing { files } => removals.missing = *files,
        Change::Due { next } => {
            removals.due = *next;
            state.agenda.set(Wakeup::Retention, next.map(When::Wall));
        }
        Change::Asked { at } => removals.asked = Some(*at),
        Change::Swept { swept, from, more, unlisted } => {
            // What one look brings in several answers is told as one, unless some of it was told already.
            let untold = |last: &Swept| state.house.digest_last.is_none_or(|told| last.at > told);
            let last = removals.swept.last().filter(|last| untold(last));
            let same = removals.asked.zip(last).is_some_and(|(asked, last)| last.at >= asked);
            removals.unlisted = unlisted.or(removals.unlisted);
            removals.asked = removals.asked.filter(|_| *more);
            (removals.from, removals.looked) = (Some(*from), Some(swept.at));
            if swept.any() {
                let before = if same { removals.swept.pop() } else { None };
                removals.swept.push(before.map_or(*swept, |before| before.and(*swept)));
                let surplus = removals.swept.len().saturating_sub(KEPT);
                removals.swept.drain(..surplus);
            }
        }
    }
}

/// It was looked which files are not there. What is new of it is told, all in one.
pub(super) fn missing(turn: &mut Turn, missing: &Missing) {
    let before = turn.state.house.removals.missing;
    if missing.files != before {
        turn.record(house::Change::Removal(Change::Missing { files: missing.files }), house::Reason::Observed);
    }
    if missing.files > before || missing.messages {
        notify::damaged(turn, missing.words());
    }
}
