//! What can be done to an incident, with everything each deed needs to know.

use crate::desk::ids::PartyId;
use crate::desk::letter::{Ask, CallResult};
use crate::desk::rules::{CauseClass, DataImpact, VerdictCode};
use crate::desk::words::Words;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What is done to an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Deed {
    /// 窓口確認: the verdict as it stands, or another one.
    Confirm {
        /// Another verdict.
        verdict: Option<VerdictCode>,
        /// Other parties; empty = as they stand.
        parties: Vec<PartyId>,
        /// Another 重大度.
        severity: Option<u8>,
        /// データ影響
        #[serde(default)]
        data: Option<DataImpact>,
        /// Why.
        because: Option<String>,
    },
    /// A vendor's 受領.
    Acknowledge {
        /// The vendor; may be left out when only one was asked.
        party: Option<PartyId>,
        /// When; now where none is given.
        at: Option<Timestamp>,
    },
    /// 着手: a vendor's, or the desk's own when no party is named.
    Start {
        /// The vendor; `None` = the desk.
        party: Option<PartyId>,
        /// When; now where none is given.
        at: Option<Timestamp>,
    },
    /// A call that was made, and how it ended (電話連絡票の結果).
    Called {
        /// Whom.
        party: PartyId,
        /// Which of its contacts, by name; the one whose turn it is where none is given.
        contact: Option<String>,
        /// How it ended.
        result: CallResult,
        /// When; now where none is given.
        at: Option<Timestamp>,
    },
    /// Words for the record and the next 続報.
    Note {
        /// The words.
        text: Words,
    },
    /// 復旧確認中 by the desk's word.
    Verify,
    /// 復旧: operation was checked.
    Restore {
        /// How it was checked, with what result.
        check: Words,
        /// When it became usable; as monitored where none is given.
        usable: Option<Timestamp>,
        /// 対処内容
        treatment: Option<Words>,
    },
    /// The check failed, or the fault is back.
    Reopen {
        /// Why.
        reason: Words,
    },
    /// The report was handed in (報告確認待ち).
    Submit,
    /// 報告確認 by the office.
    Accept {
        /// Who accepted.
        name: Words,
        /// When; now where none is given.
        at: Option<Timestamp>,
    },
    /// 保留 (別途検討), with 相談 to the office.
    Hold {
        /// Why.
        reason: Words,
    },
    /// The office has decided: handling goes on.
    Resume {
        /// The decision.
        decision: Words,
    },
    /// 取消
    Cancel {
        /// Why, in words for the record.
        reason: Words,
        /// Why, of those the office is told in set words.
        #[serde(default)]
        kind: CancelKind,
    },
    /// A vendor's answer that it is not its part (範囲外): the verdict is decided anew without it.
    HandBack {
        /// The vendor; may be left out when only one was asked.
        party: Option<PartyId>,
        /// Its words.
        reason: Words,
        /// When it answered; now where none is given.
        at: Option<Timestamp>,
    },
    /// Asks a party.
    Assign {
        /// Whom.
        party: PartyId,
        /// 対応依頼 or 調査依頼.
        ask: Ask,
    },
    /// 暫定復旧: a workaround is in place or was told; the repair goes on.
    WorkAround {
        /// What, for the office.
        text: Words,
        /// Since when; now where none is given.
        at: Option<Timestamp>,
    },
    /// What somebody on site saw (現地確認の結果).
    Looked {
        /// What was looked at, with what was found.
        findings: Vec<(String, Words)>,
        /// When; now where none is given.
        at: Option<Timestamp>,
    },
    /// 原因, as far as it is known.
    Cause {
        /// 原因分類
        class: CauseClass,
        /// 直接原因
        direct: Words,
        /// 根本原因; `None` = not known yet.
        root: Option<Words>,
        /// 契約区分; `None` = 未判定.
        contract: Option<ContractKind>,
    },
    /// 統合: it is the same fault as another incident and goes on under that number.
    Merge {
        /// The other incident's name.
        into: String,
        /// Why.
        reason: Words,
    },
    /// Part of its alerts is another fault: they get a number of their own.
    Split {
        /// Components or technical host names; all alerts there go.
        places: Vec<String>,
        /// Why.
        reason: Words,
    },
    /// A related incident.
    Link {
        /// The other incident's name.
        to: String,
        /// This one is a recurrence (再発) of the other.
        recurrence: bool,
    },
}

/// 契約区分 of a cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContractKind {
    /// 保守範囲
    Maintenance,
    /// 契約不適合
    Defect,
    /// 改修(不適合によらない)
    Improvement,
    /// 範囲外
    Outside,
}

/// Why an incident was cancelled, as far as the office is told in set words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelKind {
    /// 監視上の誤検知
    FalseAlarm,
    /// 計画作業
    Planned,
    /// 重複
    Duplicate,
    /// Something else: the reason's own words are told.
    #[default]
    Other,
}

/// The bare name of a deed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeedName {
    /// 窓口確認
    Confirm,
    /// 受領
    Acknowledge,
    /// 着手
    Start,
    /// 架電の結果
    Called,
    /// Words for the record.
    Note,
    /// 復旧確認中
    Verify,
    /// 復旧
    Restore,
    /// The fault is back.
    Reopen,
    /// 報告確認待ち
    Submit,
    /// 報告確認
    Accept,
    /// 保留
    Hold,
    /// Handling goes on.
    Resume,
    /// 取消
    Cancel,
    /// 範囲外の回答
    HandBack,
    /// Asks a party.
    Assign,
    /// 暫定復旧
    WorkAround,
    /// 現地確認の結果
    Looked,
    /// 原因
    Cause,
    /// 統合
    Merge,
    /// Part of it is another fault.
    Split,
    /// A related incident.
    Link,
}

impl DeedName {
    /// All of them, in the order of the journey.
    pub const ALL: [DeedName; 21] = [
        DeedName::Confirm,
        DeedName::Assign,
        DeedName::Acknowledge,
        DeedName::HandBack,
        DeedName::Start,
        DeedName::Called,
        DeedName::Note,
        DeedName::WorkAround,
        DeedName::Looked,
        DeedName::Cause,
        DeedName::Hold,
        DeedName::Resume,
        DeedName::Verify,
        DeedName::Restore,
        DeedName::Reopen,
        DeedName::Submit,
        DeedName::Accept,
        DeedName::Link,
        DeedName::Split,
        DeedName::Merge,
        DeedName::Cancel,
    ];

    /// The word of the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            DeedName::Confirm => "confirm",
            DeedName::Acknowledge => "ack",
            DeedName::Start => "start",
            DeedName::Called => "called",
            DeedName::Note => "note",
            DeedName::Verify => "verify",
            DeedName::Restore => "restore",
            DeedName::Reopen => "reopen",
            DeedName::Submit => "submit",
            DeedName::Accept => "accept",
            DeedName::Hold => "hold",
            DeedName::Resume => "resume",
            DeedName::Cancel => "cancel",
            DeedName::HandBack => "hand-back",
            DeedName::Assign => "assign",
            DeedName::WorkAround => "workaround",
            DeedName::Looked => "looked",
            DeedName::Cause => "cause",
            DeedName::Merge => "merge",
            DeedName::Split => "split",
            DeedName::Link => "link",
        }
    }
}

impl Deed {
    /// Its bare name.
    pub fn name(&self) -> DeedName {
        match self {
            Deed::Confirm { .. } => DeedName::Confirm,
            Deed::Acknowledge { .. } => DeedName::Acknowledge,
            Deed::Start { .. } => DeedName::Start,
            Deed::Called { .. } => DeedName::Called,
            Deed::Note { .. } => DeedName::Note,
            Deed::Verify => DeedName::Verify,
            Deed::Restore { .. } => DeedName::Restore,
            Deed::Reopen { .. } => DeedName::Reopen,
            Deed::Submit => DeedName::Submit,
            Deed::Accept { .. } => DeedName::Accept,
            Deed::Hold { .. } => DeedName::Hold,
            Deed::Resume { .. } => DeedName::Resume,
            Deed::Cancel { .. } => DeedName::Cancel,
            Deed::HandBack { .. } => DeedName::HandBack,
            Deed::Assign { .. } => DeedName::Assign,
            Deed::WorkAround { .. } => DeedName::WorkAround,
            Deed::Looked { .. } => DeedName::Looked,
            Deed::Cause { .. } => DeedName::Cause,
            Deed::Merge { .. } => DeedName::Merge,
            Deed::Split { .. } => DeedName::Split,
            Deed::Link { .. } => DeedName::Link,
        }
    }
}
