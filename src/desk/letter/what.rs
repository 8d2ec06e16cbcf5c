//! What happened, for the course of events in reports and on the record.

use super::{Ask, CallResult, KeptBy, Sign, UnderWork, Unseeing};
use crate::desk::rules::{CauseClass, DataImpact, VerdictCode};
use crate::desk::words::Words;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One thing that happened, for 続報.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Happening {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum What {
    /// A vendor was asked.
    Asked {
        /// Party name.
        party: String,
        /// What was asked.
        ask: Ask,
    },
    /// 受領.
    Acknowledged {
        /// Party name.
        party: String,
    },
    /// 業者着手.
    Started {
        /// Party name.
        party: String,
    },
    /// 窓口着手.
    DeskStarted,
    /// A reminder was sent.
    Chased {
        /// Party name.
        party: String,
    },
    /// Somebody was called.
    Called {
        /// Party name.
        party: String,
        /// Which contact of it.
        contact: String,
        /// How the call ended.
        result: CallResult,
    },
    /// A vendor answered that it is not its part (範囲外の回答).
    HandedBack {
        /// Party name.
        party: String,
    },
    /// A request was taken back (取下げ).
    Withdrawn {
        /// Party name.
        party: String,
    },
    /// The data centre was asked to look (現地確認依頼).
    LookAsked {
        /// Its name.
        party: String,
    },
    /// What was found on site.
    Looked {
        /// At what.
        item: String,
        /// What was found.
        words: Words,
    },
    /// Somebody called about it, too (申告).
    Reported {
        /// What was said.
        text: String,
    },
    /// It comes and goes (断続).
    Flapping {
        /// How often so far.
        times: usize,
    },
    /// 暫定復旧.
    WorkedAround {
        /// What was done, in the desk's words.
        text: Words,
    },
    /// 原因 was recorded.
    CauseFound {
        /// 原因分類
        class: CauseClass,
        /// 直接原因
        direct: Words,
    },
    /// Another incident turned out to be the same fault (統合).
    Merged {
        /// Its number.
        number: String,
        /// How many alerts came with it.
        alerts: usize,
    },
    /// It turned out to be an echo (波及) of another incident, under whose number it is worked on.
    EchoOf {
        /// The number of that one.
        number: String,
    },
    /// Another incident turned out to be an echo (波及) of this one.
    Echo {
        /// Its number.
        number: String,
    },
    /// It was on hold until somebody decided, and goes on.
    Resumed {
        /// What was decided, in the desk's words.
        decision: Words,
    },
    /// Monitoring sees no more of what stands for it, and has not seen it end.
    NotSeen {
        /// Host people know.
        host: String,
        /// Why.
        why: Unseeing,
    },
    /// A request was given up: none of its addresses takes mail.
    NotReached {
        /// Of whom.
        party: String,
    },
    /// While it is checked, it shows red again, and something keeps that apart.
    RedApart {
        /// What does.
        by: KeptBy,
    },
    /// Words of the desk for the office.
    Note {
        /// The words.
        text: Words,
    },
    /// More alerts joined.
    Spread {
        /// How many.
        alerts: usize,
    },
    /// The verdict changed.
    Verdict {
        /// New code.
        code: VerdictCode,
        /// Names of the parties that should act.
        parties: Vec<String>,
    },
    /// Monitoring shows normal again; the check is under way.
    BackToNormal {
        /// What is still red, by host name.
        still_red: Vec<String>,
    },
    /// By the desk's word it may work again; the check is under way, whatever monitoring shows.
    DeskVerifies {
        /// What is still red, by host name.
        still_red: Vec<String>,
    },
    /// The desk made a part of it a number of its own.
    SplitOff {
        /// That number.
        number: String,
        /// What went there, by name.
        about: Vec<String>,
        /// Why, in the desk's words.
        reason: Words,
    },
    /// It hits systems it was not known to hit.
    Reaches {
        /// Which, by name.
        systems: Vec<String>,
    },
    /// It hits nobody any more: spares carry on.
    Carried {
        /// Which, by name.
        by: Vec<String>,
    },
    /// Spares carried it, and fail as well: it hits somebody again.
    NotCarried {
        /// Which, by name.
        by: Vec<String>,
    },
    /// What must come by its hour did not come once more.
    MissedAgain {
        /// The hour.
        hour: Timestamp,
    },
    /// What it was reported as is over, and something else stays red.
    Eased {
        /// When the source says that it ended.
        since: Timestamp,
        /// What is over; records from before do not say.
        #[serde(default)]
        sign: Option<Box<Sign>>,
        /// The planned work whose end is waited for before anybody is asked about what stays.
        #[serde(default)]
        work: Option<Box<UnderWork>>,
    },
    /// The alerts came back or the check failed.
    Relapsed,
    /// The desk took it up again.
    Reopened {
        /// Why, in its words.
        reason: Words,
    },
    /// What is feared for the data, or that nothing is, was recorded (データ影響).
    Data {
        /// What.
        impact: DataImpact,
    },
    /// Severity changed.
    Severity {
        /// From.
        from: u8,
        /// To.
        to: u8,
    },
    /// Planned work where the incident is began, is to take longer, or ended.
    PlannedWork {
        /// What is done.
        name: String,
        /// How far it is.
        stage: WorkStage,
        /// When it ends, or ended.
        until: Timestamp,
    },
}

/// How far planned work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkStage {
    /// It began.
    Began,
    /// Its end was moved.
    Moved,
    /// It ended.
    Ended,
}
