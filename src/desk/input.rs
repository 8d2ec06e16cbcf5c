//! What comes to the desk, and what whoever brought it is told.

use super::act::{Act, Actor, Means};
use super::ids::{CoverId, OwedId, SourceId};
use super::incident;
use super::observation::{Failure, Report};
use super::outcome::Outcome;
use super::removal::{Inked, Missing};
use super::retention::Found;
use super::storage::Storage;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Everything that can happen to the desk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(clippy::large_enum_variant, reason = "inputs are moved, never stored in numbers")]
pub enum Input {
    /// The daemon started on this store; attempts that were under way are cut off.
    Started {
        /// Names the store.
        store: String,
        /// Term of ownership.
        epoch: u64,
    },
    /// The record was restored from a backup, and this desk is the first to go on from it. Before [`Input::Started`]: what
    /// it owes may have left since, so nothing may start before that is settled.
    Restored {
        /// Drawn at the restore.
        mark: String,
        /// When the backup was made.
        made: Timestamp,
    },
    /// Rules came into force; the rule set itself is stored by its hash.
    RulesLoaded {
        /// Their revision.
        hash: String,
    },
    /// The configuration could not be loaded; the old rules stay in force.
    RulesRefused {
        /// The faults, as told to the administrator.
        faults: Vec<String>,
    },
    /// A source looked.
    Report(Report),
    /// A source could not look.
    SourceFailed {
        /// Which source.
        source: SourceId,
        /// What happened.
        failure: Failure,
    },
    /// A worker comes back with what became of one attempt.
    Outcome {
        /// Which row.
        owed: OwedId,
        /// Which attempt.
        attempt: u32,
        /// What became of it.
        outcome: Outcome,
    },
    /// Somebody at the desk acts.
    Act {
        /// Who.
        actor: Actor,
        /// What.
        act: Act,
    },
    /// Something of the record was found damaged at the start.
    Damaged {
        /// What is known.
        what: String,
    },
    /// An earlier input made the desk fail; it is set aside and told.
    Failed {
        /// What kind of input it was.
        what: String,
    },
    /// News of the disk the record is on.
    Storage(Storage),
    /// What has ended long ago, for the desk to decide what is kept no longer.
    Ended(Found),
    /// What was to be removed is no more.
    Removed {
        /// Which removal.
        removal: u64,
        /// Files that were there.
        files: u64,
    },
    /// Text was erased in the journal itself while no desk ran.
    Inked(Inked),
    /// It was looked which files beside the journal are not there.
    Missing(Missing),
    /// Time has passed.
    Tick,
}

/// Something by its name, with its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Number, or id.
    pub name: String,
    /// What it is, in the words on record.
    pub words: String,
}

/// What the desk should know when somebody calls.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AtOpen {
    /// Incidents that burn on the same systems.
    pub open: Vec<Named>,
    /// What was restored there lately, or was going on when it is said to have begun: it can be reopened.
    #[serde(default)]
    pub restored: Vec<Named>,
    /// Planned work under way on it, or on what it needs.
    pub works: Vec<Named>,
    /// What was changed there in the last 72 hours.
    pub changes: Vec<Named>,
    /// Like faults, with what helped then.
    pub like: Vec<Named>,
    /// Hosts of it, and of what it needs, that are red.
    pub red: Vec<String>,
    /// Monitoring would tell of it.
    pub watched: bool,
    /// A source sees nothing at present.
    pub blind: bool,
}

/// What whoever put an input in is told once it is on record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// It is on record.
    Recorded,
    /// An act is on record; the incident it made or changed.
    Done {
        /// Its name: number, or internal id before 受付.
        incident: String,
        /// Where it stands now.
        status: incident::StatusName,
        /// Of a call: what the desk should know of it at once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_open: Option<Box<AtOpen>>,
    },
    /// Planned work or a silence is on record.
    Cover {
        /// Its number.
        cover: CoverId,
        /// Start, included.
        from: Timestamp,
        /// End, excluded; of an ended one when it ended.
        until: Timestamp,
        /// It has begun.
        begun: bool,
        /// It is over.
        ended: bool,
        /// Open incidents it does not touch: they were there before, and go on.
        goes_on: Vec<String>,
    },
    /// A change was put on record under this name.
    Registered {
        /// Its name: `C-1`.
        name: String,
    },
    /// A row was dropped.
    Dropped {
        /// Which.
        row: String,
        /// What follows from it.
        means: Vec<Means>,
    },
    /// It is on record that something is erased; it is removed now.
    Erasing {
        /// Which removal.
        removal: u64,
    },
    /// An act was refused: why, and what is possible now.
    Refused(String),
}

impl Input {
    /// What kind of input it is, in a word.
    pub fn kind(&self) -> &'static str {
        match self {
            Input::Started { .. } => "start",
            Input::Restored { .. } => "restore",
            Input::RulesLoaded { .. } | Input::RulesRefused { .. } => "rule set",
            Input::Report(_) => "report of a source",
            Input::SourceFailed { .. } => "failed look of a source",
            Input::Outcome { .. } => "outcome of an attempt",
            Input::Act { .. } => "act",
            Input::Damaged { .. } => "damage report",
            Input::Failed { .. } => "failure report",
            Input::Storage(_) => "news of the disk",
            Input::Ended(_) => "list of what has ended",
            Input::Removed { .. } => "word of a removal",
            Input::Inked(_) => "word of an erasure in the journal",
            Input::Missing(_) => "look for missing files",
            Input::Tick => "tick",
        }
    }
}
