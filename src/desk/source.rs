//! What the desk keeps of each source: where it reads on, and whether it sees.
//!
//! A thing. A source that does not see freezes what it last saw; blindness is never read as recovery (P6).

use super::ids::{IncidentId, SourceId};
use super::now::{Elapsed, Now};
use super::observation::{Cursor, Failure};
use super::state::{State, Wakeup, When};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// A source is blind after this many failed looks in a row …
pub const BLIND_FAILURES: u32 = 3;
/// … if they span at least this long …
pub const BLIND_SPAN: Duration = Duration::from_secs(45);
/// … or after this long without a complete look. (`DECISIONS.md` 25)
pub const BLIND_AFTER: Duration = Duration::from_secs(5 * 60);
/// A complete look with nothing new is put on record no more often than this.
pub const HEARTBEAT: Duration = Duration::from_secs(60);

/// The same remark is told again after this long.
pub const REMARK_HOLDS: Duration = Duration::from_secs(24 * 3600);
/// Remarks remembered per source.
const REMARKS: usize = 20;

/// One source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Where it reads on.
    pub cursor: Option<Cursor>,
    /// Its first look is on record; from then on what is new is new.
    pub looked: bool,
    /// The last complete look on record (up to [`HEARTBEAT`] older than the true one).
    pub last_complete: Now,
    /// Whether it sees.
    pub sight: Sight,
    /// Observations it could not read.
    pub unreadable: u64,
    /// What it said about itself lately, and when: the same words again, after a restart say, are no news.
    pub remarks: BTreeMap<String, Elapsed>,
}

/// Whether a source sees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Sight {
    /// It sees.
    Sees,
    /// Looks fail, not yet long enough to call it blind.
    Failing {
        /// The first failure in a row.
        first: Now,
        /// How many in a row.
        count: u32,
        /// The latest.
        failure: Failure,
    },
    /// It is blind: states are frozen.
    Blind {
        /// Nothing was seen since.
        since: Timestamp,
        /// The 監視不能 incident.
        incident: IncidentId,
    },
}

/// A change of a source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// A complete look is expected from now on (start of the daemon, a new source).
    Expected {
        /// When it began.
        at: Now,
    },
    /// It looked.
    Looked {
        /// When.
        at: Now,
        /// Where it reads on; `None` = as before.
        cursor: Option<Cursor>,
        /// Whether it looked at everything.
        complete: bool,
    },
    /// A look failed.
    Failed {
        /// When.
        at: Now,
        /// What happened.
        failure: Failure,
    },
    /// It is blind.
    Blind {
        /// Nothing was seen since.
        since: Timestamp,
        /// The incident opened for it.
        incident: IncidentId,
    },
    /// Something it brought could not be read; kept here, counted.
    Unreadable {
        /// The beginning of it.
        text: String,
        /// Why.
        why: String,
    },
    /// It had something to say about itself.
    Remarked {
        /// Its words.
        text: String,
        /// When.
        at: Elapsed,
    },
}

/// Why a source changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Reason {
    /// The daemon started, or the source is new.
    Started,
    /// It reported something new.
    SomethingNew,
    /// It reported nothing new; put on record from time to time.
    Heartbeat,
    /// It sees again after failing.
    SeesAgain,
    /// The look failed.
    LookFailed,
    /// Failed so often over so long.
    FailedTooOften {
        /// How often in a row.
        count: u32,
    },
    /// No complete look for too long.
    SilentTooLong,
    /// As the source said.
    AsReported,
}

impl Source {
    /// A source from which a first look is expected since `at`.
    pub fn expected(at: Now) -> Self {
        Self {
            cursor: None,
            looked: false,
            last_complete: at,
            sight: Sight::Sees,
            unreadable: 0,
            remarks: BTreeMap::new(),
        }
    }

    /// When it is blind if nothing complete comes.
    pub(super) fn due(&self) -> Option<When> {
        match self.sight {
            Sight::Blind { .. } => None,
            Sight::Sees | Sight::Failing { .. } => Some(When::Elapsed(self.last_complete.elapsed + BLIND_AFTER)),
        }
    }

    /// Whether it said the same not long ago.
    pub fn said_lately(&self, text: &str, now: Elapsed) -> bool {
        self.remarks.get(text).is_some_and(|said| now.since(*said) < REMARK_HOLDS)
    }

    /// Whether a complete look with nothing new is worth recording.
    pub fn heartbeat_due(&self, now: Elapsed) -> bool {
        !matches!(self.sight, Sight::Sees) || !self.looked || now.since(self.last_complete.elapsed) >= HEARTBEAT
    }
}

/// Applies `change` to the state. Total: a change to an unknown source makes it known.
pub(super) fn apply(state: &mut State, id: &SourceId, change: &Change) {
    let source = state
        .sources
        .entry(id.clone())
        .or_insert_with(|| Source::expected(Now { wall: Timestamp::UNIX_EPOCH, elapsed: Elapsed::default() }));
    match change {
        Change::Expected { at } => source.last_complete = *at,
        Change::Looked { at, cursor, complete } => {
            if let Some(cursor) = cursor {
                source.cursor = Some(cursor.clone());
            }
            if *complete {
                source.looked = true;
                source.last_complete = *at;
                source.sight = Sight::Sees;
            }
        }
        Change::Failed { at, failure } => {
            source.sight = match &source.sight {
                Sight::Sees => Sight::Failing { first: *at, count: 1, failure: failure.clone() },
                Sight::Failing { first, count, .. } => {
                    Sight::Failing { first: *first, count: count.saturating_add(1), failure: failure.clone() }
                }
                Sight::Blind { since, incident } => Sight::Blind { since: *since, incident: *incident },
            };
        }
        Change::Blind { since, incident } => source.sight = Sight::Blind { since: *since, incident: *incident },
        Change::Unreadable { .. } => {
            source.unreadable = source.unreadable.saturating_add(1);
            state.tally.observed += 1;
            state.tally.set_aside += 1;
        }
        Change::Remarked { text, at } => {
            source.remarks.retain(|_, said| at.since(*said) < REMARK_HOLDS);
            if source.remarks.len() < REMARKS {
                source.remarks.insert(text.clone(), *at);
            }
        }
    }
    let due = state.sources.get(id).and_then(Source::due);
    state.agenda.set(Wakeup::Blind(id.clone()), due);
}
