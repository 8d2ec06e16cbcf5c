//! One fact a verdict rests on.

use super::DetectedBy;
use crate::desk::ids::ModificationId;
use crate::desk::modification::{Modification, ModificationState};
use crate::desk::probe::Seen;
use crate::desk::words::Words;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The maintenance contract that runs nearest to a day on which none does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NearestContract {
    /// Its number.
    pub number: String,
    /// It has ended; else it has not begun.
    pub ended: bool,
    /// Its last day, or its first.
    pub day: Date,
}

/// What somebody told the desk (申告).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// How it came.
    pub by: DetectedBy,
    /// In the caller's words.
    pub text: Words,
    /// Since when, by the caller's word; else when it was told.
    pub at: Timestamp,
}

/// What keeps a red alert apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptBy {
    /// Planned work.
    Work,
    /// A silence.
    Silence,
    /// Maintenance in the monitoring system that no planned work stands for.
    Source,
    /// The desk's word that it comes from planned work.
    Desk,
}

/// A monitoring message that is kept apart, or was when it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Host people know.
    pub host: String,
    /// Message.
    pub summary: String,
    /// When it really began.
    pub at: Timestamp,
    /// What keeps it apart.
    pub by: KeptBy,
    /// The name of the work, or the reason of the silence; empty where there is none, or it is not for the reader.
    pub name: String,
    /// Who answers for it, by name; empty likewise.
    pub owner: String,
    /// Since when, and until when.
    pub times: Option<(Timestamp, Timestamp)>,
    /// That is over, and it went on.
    pub over: bool,
}

/// One fact on record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Fact {
    /// A monitoring message about a host.
    Alert {
        /// Host people know.
        host: String,
        /// Message.
        summary: String,
        /// When.
        at: Timestamp,
    },
    /// What somebody told the desk (申告).
    Told(Said),
    /// A monitoring message that is, or was, kept apart.
    Kept(Box<Kept>),
    /// So many components that need this one fail, too.
    Behind {
        /// Failing components that need it.
        failing: usize,
        /// All failing components.
        of: usize,
    },
    /// So many of all watched components that are this one or need it fail.
    OfAllBehind {
        /// Failing.
        failing: usize,
        /// Watched in all.
        all: usize,
    },
    /// Nothing fails that neither is, nor needs, nor is needed by this component.
    NothingBeside {
        /// The component.
        target: String,
    },
    /// Nothing that needs this component fails.
    Alone {
        /// The component.
        target: String,
    },
    /// The like came so many times.
    Counted {
        /// The last one's message.
        summary: String,
        /// How often, or on how many hosts.
        times: usize,
        /// Hosts were counted.
        hosts: bool,
        /// Within how long.
        within: Duration,
    },
    /// Something it needs failed, and does not any more.
    WasDown {
        /// The component.
        target: String,
        /// 発生.
        from: Timestamp,
        /// When the source says that it ended.
        until: Timestamp,
    },
    /// It has lasted since.
    Lasting {
        /// 発生.
        since: Timestamp,
    },
    /// Ping answered or was silent.
    Ping {
        /// Component or host.
        target: String,
        /// What came.
        answered: bool,
        /// When.
        at: Timestamp,
    },
    /// A ping that could not be tried, or is still awaited.
    PingNotKnown {
        /// Component or host.
        target: String,
    },
    /// What a named probe saw.
    Probe {
        /// Its kind, as the configuration writes it.
        kind: String,
        /// Where it went.
        target: String,
        /// What it saw.
        seen: Box<Seen>,
        /// When.
        at: Timestamp,
    },
    /// 予防通知 about the certificate that has ended.
    Noticed {
        /// When they left.
        at: Vec<Timestamp>,
    },
    /// A named probe that could not be tried, or is still awaited.
    ProbeNotKnown {
        /// Its kind, as the configuration writes it.
        kind: String,
        /// Where it would have gone.
        target: String,
    },
    /// Nothing of the kind is red.
    Quiet {
        /// Component or host.
        target: String,
    },
    /// What somebody saw on site.
    OnSite {
        /// At what.
        item: String,
        /// What was seen.
        words: Words,
        /// When.
        at: Timestamp,
    },
    /// Something was changed, or was to be changed, shortly before.
    Changed {
        /// What, in the words of whoever registered it; empty = another party's, whose words the reader does not see.
        summary: String,
        /// When it was made, or was to be made.
        at: Timestamp,
        /// Whether it was made, and taken back.
        #[serde(default)]
        state: ModificationState,
        /// Which; records from before do not say.
        #[serde(default)]
        change: Option<ModificationId>,
    },
    /// The same fault was there before.
    Recurred {
        /// Its number.
        number: String,
        /// Its 発生.
        at: Timestamp,
    },
    /// What somebody on site was asked to look at, and nobody has said yet what was seen.
    NotLooked {
        /// At what.
        item: String,
    },
    /// A party answered that it is not its part.
    HandedBack {
        /// Its name.
        party: String,
        /// When.
        at: Timestamp,
    },
    /// Planned work went on there, or a silence hid it, until then.
    Planned {
        /// What was done; of a silence its reason.
        name: String,
        /// Since when.
        from: Timestamp,
        /// Until when.
        until: Timestamp,
        /// It was a silence.
        silence: bool,
        /// Who answered for it, by name; records from before do not say.
        #[serde(default)]
        owner: String,
    },
    /// Planned work was under way there at 発生, or had ended shortly before.
    WorkBefore {
        /// What was done.
        name: String,
        /// Since when.
        from: Timestamp,
        /// Until when.
        until: Timestamp,
    },
    /// No maintenance contract that is on record covers it on the day of 発生.
    NoContract {
        /// Of which party, by name; empty = the reader's own.
        party: String,
        /// The one that runs nearest to it.
        nearest: NearestContract,
    },
    /// A rule's own words.
    Words(String),
}

impl Fact {
    /// It counts what lies behind what the verdict is about, and says nothing of anything else.
    pub fn counts_behind(&self) -> bool {
        matches!(self, Fact::Behind { .. } | Fact::OfAllBehind { .. })
    }

    /// That something was changed, as it is on record.
    pub fn changed(known: &Modification) -> Self {
        Fact::Changed { summary: known.summary.clone(), at: known.at, state: known.state, change: Some(known.id) }
    }
}
