//! What the desk is to know or to decide, and what it is told of planned work and silences.

use super::{
    Closure, DigestLine, DroppedMessage, Fact, HeldMessage, Kept, NearestContract, Sign, Storms, UnderWork, Unseen,
};
use crate::desk::ids::Number;
use crate::desk::storage::{Cause, Resource, Room};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What an internal notice is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Notice {
    /// The desk owns this incident: what the machine found out, and why it stops here.
    YoursToDecide,
    /// Monitoring shows normal: please check operation.
    PleaseCheck,
    /// A vendor has not acknowledged.
    NotAcknowledged {
        /// Party name.
        party: String,
        /// Asked at.
        asked_at: Timestamp,
        /// 督促 left by mail.
        #[serde(default)]
        reminded: bool,
        /// It has a number that can be called now; `None` = not on record.
        #[serde(default)]
        phone: Option<bool>,
    },
    /// A vendor is closed for long, and nobody of it answers.
    ClosedForLong {
        /// Which, until when, and the calls so far.
        closure: Closure,
    },
    /// A vendor is asked although no contract on record covers its part on the day of 発生.
    NoContract {
        /// Its name.
        party: String,
        /// The one that runs nearest to it.
        nearest: NearestContract,
    },
    /// It turned out to be an echo (波及) of another incident: whether they become one (統合) is the desk's to decide.
    EchoOf {
        /// The number of that one.
        of: Number,
    },
    /// What a vendor answered not to be its part shows something new.
    NewSign {
        /// Its name.
        party: String,
        /// The alerts.
        alerts: Vec<Fact>,
    },
    /// What an incident was reported as is over, and something lesser of the same thing stays red.
    Eased,
    /// What an incident was reported as is over, and it is about what fails elsewhere now.
    GoesOn {
        /// What is over.
        over: Sign,
        /// Since when.
        since: Timestamp,
        /// What fails is worked on as planned, and nobody is asked about it before that ends.
        #[serde(default)]
        work: Option<UnderWork>,
    },
    /// Monitoring sees no more of what stands for an incident, and has not seen it end.
    NotSeen {
        /// Host people know.
        host: String,
        /// What it showed.
        summary: String,
        /// Since when, and why.
        unseen: Unseen,
    },
    /// While it is checked, it shows red again, and something keeps that apart: nobody outside is told.
    RedApart {
        /// What shows, and what keeps it apart.
        kept: Box<Kept>,
        /// The number of the silence, where it is one.
        cover: Option<String>,
    },
    /// An incident was reopened.
    Reopened,
    /// A message could not be delivered to somebody.
    NotDelivered(Undelivered),
    /// Somebody at the desk gave up a message that was to go to others.
    Dropped {
        /// Which, and why.
        message: DroppedMessage,
    },
    /// Messages wait for the desk to look at them before they leave (送信前承認).
    Held {
        /// Each, as it will read.
        messages: Vec<HeldMessage>,
        /// More of them than one notice can show.
        more: Vec<HeldRow>,
    },
    /// The desk is on trial (試行): every message goes to one address.
    TrialBegins {
        /// Messages and notes that were waiting to leave in earnest, and are held.
        held: usize,
        /// Open incidents.
        open: usize,
    },
    /// The trial is over: messages go to whom they are for.
    TrialEnds {
        /// Open incidents nobody outside was told of; at most 50.
        incidents: Vec<DigestLine>,
        /// How many in all.
        total: usize,
    },
    /// A channel fails: again and again, or for what is set up wrongly.
    ChannelFails {
        /// Which.
        channel: String,
        /// What was said last.
        why: String,
        /// The destination does not take what is sent as it is set up: credentials, an address that is gone.
        #[serde(default)]
        at_fault: bool,
    },
    /// A channel that had been left alone works again.
    ChannelWorks {
        /// Which.
        channel: String,
    },
    /// Configuration was not loaded.
    RulesRefused {
        /// How many faults, and the first ones.
        faults: Vec<String>,
    },
    /// A remark of a source.
    Remark {
        /// Source.
        source: String,
        /// Its words.
        text: String,
    },
    /// We were down.
    WasDown {
        /// From.
        from: Timestamp,
        /// Until.
        until: Timestamp,
    },
    /// The record was restored from a backup.
    Restored {
        /// When the backup was made.
        made: Timestamp,
        /// What is held, because it may have left since: at most 20.
        rows: Vec<HeldRow>,
        /// How many in all.
        total: usize,
    },
    /// The record cannot be written; messages leave all the same.
    Unwritable {
        /// Since when.
        since: Timestamp,
        /// Why.
        cause: Cause,
    },
    /// The record is written again, and holds all that had waited.
    Written {
        /// From.
        from: Timestamp,
        /// Until.
        until: Timestamp,
        /// How many steps had waited; `None` = the daemon ended in between.
        steps: Option<u64>,
    },
    /// The disk was full, and the reserve was given up for the record.
    ReserveUsed,
    /// The disk of the record has little room left.
    LowRoom {
        /// Of what.
        of: Resource,
        /// How much, in whole hundredths.
        percent: u8,
        /// How bad that is.
        room: Room,
    },
    /// An input made the desk fail and was set aside.
    SetAside {
        /// What was set aside.
        what: String,
    },
    /// Planned work or a silence ends soon, and what it keeps apart still burns.
    CoverEnds {
        /// Which.
        cover: CoverFacts,
        /// What still burns: host and message, the gravest first; at most 20.
        red: Vec<String>,
        /// How many in all.
        total: usize,
    },
    /// Planned work and silences that seem forgotten, or useless.
    CoversDoubtful {
        /// Which, and why.
        covers: Vec<CoverDoubt>,
    },
    /// Systems storm (警報の多発), or have ceased to.
    Storm {
        /// Which, and what is open on them.
        storms: Storms,
    },
    /// Records that could not be read or applied.
    Damage {
        /// What is known.
        what: String,
    },
}

/// A row that does not leave by itself after a restore.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldRow {
    /// Its number (`O-12`).
    pub row: String,
    /// What it is (`request`, `write_back` …).
    pub kind: String,
    /// Of which incident, where it has a number.
    pub number: Option<Number>,
    /// To whom, by name.
    pub to: String,
}

/// Planned work or a silence, for the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverFacts {
    /// Its number (`P-3`, `S-1`).
    pub id: String,
    /// It is a silence.
    pub silence: bool,
    /// What is done; of a silence its reason.
    pub name: String,
    /// Who answers for it, by name.
    pub owner: String,
    /// The owner's phone, where one is known and answers now.
    pub phone: Option<String>,
    /// Since when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// Planned work or a silence with what it keeps apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverState {
    /// Which.
    pub cover: CoverFacts,
    /// Alerts it kept apart so far.
    pub hid: u64,
    /// How many of them still burn.
    pub red: usize,
    /// It is over.
    pub ended: bool,
}

/// Planned work or a silence somebody should look at again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverDoubt {
    /// Which; planned work of the configuration has no number while it is not under way.
    pub cover: CoverFacts,
    /// Why.
    pub why: Doubt,
}

/// What is doubtful about planned work or a silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// No alert has fitted since it began.
    Useless,
    /// It has been there for long.
    Old {
        /// Whole days since it began.
        days: u32,
    },
    /// It recurs and no alert fitted the last times.
    UselessAgain {
        /// How often in a row.
        times: u32,
    },
}

/// A message that did not reach somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undelivered {
    /// Subject tag of the message (第一報, 対応依頼 …).
    pub kind: String,
    /// To whom.
    pub address: String,
    /// What the server said.
    pub why: String,
    /// Other addresses of the same message got it.
    #[serde(default)]
    pub others: bool,
    /// Who gets it instead: name and address.
    #[serde(default)]
    pub next: Option<(String, String)>,
    /// Who can be called instead: name and phone number, as configured.
    #[serde(default)]
    pub call: Option<(String, String)>,
}
