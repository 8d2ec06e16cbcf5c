//! What people at the desk do: one table of acts and states, and what each act changes (`DECISIONS.md` 21).
//!
//! [`allowed`] is the table. It is printed as a golden text in the tests and answers a refused act with what is
//! possible instead. Only people acknowledge, restore and accept; nothing in the product does it for them (P16).

mod confirm;
mod cover;
mod covers;
mod finish;
mod naming;
mod perform;

pub(super) use perform::perform;

pub use cover::{CoverAct, Fitting, Terms};

use super::ids::{ComponentId, OwedId, PartyId};
use super::incident::StatusName;
use super::letter::{Ask, DetectedBy};
use super::rules::VerdictCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// 氏名
    pub name: String,
    /// 役割
    pub role: Role,
}

impl Actor {
    /// Somebody at the control socket: `by` is who it is where several people use the account `account`, which stays on
    /// record beside the name.
    pub fn at_account(by: Option<String>, account: String, role: Role) -> Self {
        let name = match by.filter(|by| !by.trim().is_empty()) {
            Some(by) => format!("{by} ({account})"),
            None => account,
        };
        Self { name, role }
    }

    /// The name for people outside, without the account beside it.
    pub fn person(&self) -> &str {
        let shared = self.name.strip_suffix(')').and_then(|name| name.rsplit_once(" ("));
        shared.map_or(self.name.as_str(), |(person, _)| person)
    }
}

/// 役割 of a person at the control socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 窓口
    Operator,
    /// 運用責任者
    Manager,
    /// システム管理者
    Administrator,
    /// 監査: reads only.
    Auditor,
}

/// What somebody does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Act {
    /// Registers a call (起票).
    Open {
        /// What is wrong, in words.
        summary: String,
        /// What it is about, if that is known.
        component: Option<ComponentId>,
        /// 受付契機
        detected_by: DetectedBy,
        /// 発生 by the caller's word; the present moment where none is given.
        occurred: Option<Timestamp>,
        /// 重大度, if the desk sets it.
        severity: Option<u8>,
    },
    /// Tries a row of the outbox again that was given up.
    Retry {
        /// Which row.
        owed: OwedId,
    },
    /// Something about planned work or a silence.
    Cover(CoverAct),
    /// Everything else is done to an incident, named by its number (or internal id before 受付).
    On {
        /// The incident's name.
        incident: String,
        /// What is done to it.
        deed: Deed,
    },
}

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
    /// Words for the record and the next 続報.
    Note {
        /// The words.
        text: String,
    },
    /// 復旧確認中 by the desk's word.
    Verify,
    /// 復旧: operation was checked.
    Restore {
        /// How it was checked, with what result.
        check: String,
        /// When it became usable; as monitored where none is given.
        usable: Option<Timestamp>,
        /// 対処内容
        treatment: Option<String>,
    },
    /// The check failed, or the fault is back.
    Reopen {
        /// Why.
        reason: String,
    },
    /// The report was handed in (報告確認待ち).
    Submit,
    /// 報告確認 by the office.
    Accept {
        /// Who accepted.
        name: String,
        /// When; now where none is given.
        at: Option<Timestamp>,
    },
    /// 保留 (別途検討), with 相談 to the office.
    Hold {
        /// Why.
        reason: String,
    },
    /// The office has decided: handling goes on.
    Resume {
        /// The decision.
        decision: String,
    },
    /// 取消
    Cancel {
        /// Why (誤検知, 計画作業, 重複).
        reason: String,
    },
    /// A vendor's answer that it is not its part (範囲外): the verdict is decided anew without it.
    HandBack {
        /// The vendor; may be left out when only one was asked.
        party: Option<PartyId>,
        /// Its words.
        reason: String,
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
}

impl DeedName {
    /// All of them, in the order of the journey.
    pub const ALL: [DeedName; 14] = [
        DeedName::Confirm,
        DeedName::Assign,
        DeedName::Acknowledge,
        DeedName::HandBack,
        DeedName::Start,
        DeedName::Note,
        DeedName::Hold,
        DeedName::Resume,
        DeedName::Verify,
        DeedName::Restore,
        DeedName::Reopen,
        DeedName::Submit,
        DeedName::Accept,
        DeedName::Cancel,
    ];

    /// The word of the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            DeedName::Confirm => "confirm",
            DeedName::Acknowledge => "ack",
            DeedName::Start => "start",
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
        }
    }
}

/// Where a deed leads from a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leads {
    /// To this state.
    To(StatusName),
    /// Whichever the requests imply: 対応中, 対応依頼中 or 切り分け中.
    ByRequests,
    /// The state stays.
    Stays,
}

/// The table: where `deed` leads from `status`, or why not.
///
/// # Errors
/// One sentence that says why it is not possible in that state.
pub fn allowed(deed: DeedName, status: StatusName) -> Result<Leads, &'static str> {
    use DeedName as D;
    use StatusName as S;
    const NOT_YET: &str = "it has no number yet: the grouping window is open";
    const OVER: &str = "it is over; if the fault is back, use `reopen`";
    const GONE: &str = "it was cancelled";
    match (deed, status) {
        (D::Note, _) => Ok(Leads::Stays),

        (D::Confirm, S::Watched) => Ok(Leads::To(S::Isolating)),
        (D::Confirm, S::Isolating | S::Accepted | S::Requested | S::InProgress | S::WorkedAround | S::OnHold) => {
            Ok(Leads::ByRequests)
        }
        (D::Confirm, S::Verifying) => Ok(Leads::Stays),

        (D::Assign, S::Accepted | S::Isolating | S::Requested | S::InProgress | S::WorkedAround | S::OnHold) => {
            Ok(Leads::ByRequests)
        }
        (D::Assign, S::Verifying) => Err("monitoring shows normal: `restore` it, or `reopen` it first"),

        (D::Acknowledge, S::Isolating | S::Requested | S::InProgress | S::WorkedAround | S::OnHold) => {
            Ok(Leads::ByRequests)
        }
        (D::Acknowledge, S::Verifying) => Ok(Leads::Stays),
        (D::Acknowledge, S::Accepted) => Err("nobody was asked yet"),

        (D::HandBack, S::Isolating | S::Requested | S::InProgress | S::WorkedAround) => Ok(Leads::ByRequests),
        (D::HandBack, S::OnHold) => Err("it is on hold: `resume` it with the office's decision first"),
        (D::HandBack, S::Verifying) => Err("monitoring shows normal: `restore` it, or `reopen` it first"),
        (D::HandBack, S::Accepted) => Err("nobody was asked yet"),

        (D::Start, S::Accepted | S::Isolating | S::Requested | S::InProgress | S::WorkedAround) => {
            Ok(Leads::To(S::InProgress))
        }
        (D::Start, S::Verifying) => Ok(Leads::Stays),
        (D::Start, S::OnHold) => Err("it is on hold: `resume` it with the office's decision first"),

        (D::Hold, S::Isolating | S::Requested | S::InProgress | S::WorkedAround) => Ok(Leads::To(S::OnHold)),
        (D::Hold, S::OnHold) => Err("it is on hold already"),
        (D::Hold, S::Accepted | S::Verifying) => {
            Err("only an incident that is being isolated or handled can be put on hold")
        }

        (D::Resume, S::OnHold) => Ok(Leads::ByRequests),
        (D::Resume, S::Accepted | S::Isolating | S::Requested | S::InProgress | S::WorkedAround | S::Verifying) => {
            Err("it is not on hold")
        }

        (D::Verify, S::Accepted | S::Isolating | S::Requested | S::InProgress | S::WorkedAround | S::OnHold) => {
            Ok(Leads::To(S::Verifying))
        }
        (D::Verify, S::Verifying) => Err("it is being verified already: `restore` it when operation was checked"),

        (D::Restore, S::Verifying) => Ok(Leads::To(S::Restored)),
        (D::Restore, S::Accepted | S::Isolating | S::Requested | S::InProgress | S::WorkedAround | S::OnHold) => {
            Err("monitoring does not show normal; if it works all the same, say so with `verify` first")
        }

        (D::Reopen, S::Verifying | S::Restored | S::AwaitingAcceptance | S::Closed) => Ok(Leads::ByRequests),
        (D::Reopen, S::Accepted | S::Isolating | S::Requested | S::InProgress | S::WorkedAround | S::OnHold) => {
            Err("it is not over")
        }

        (D::Submit, S::Restored) => Ok(Leads::To(S::AwaitingAcceptance)),
        (D::Submit, S::AwaitingAcceptance) => Err("the report was handed in already"),
        (D::Accept, S::Restored | S::AwaitingAcceptance) => Ok(Leads::To(S::Closed)),
        (
            D::Submit | D::Accept,
            S::Accepted | S::Isolating | S::Requested | S::InProgress | S::WorkedAround | S::Verifying | S::OnHold,
        ) => Err("it is not restored yet"),
        (D::Submit | D::Accept, S::Closed) => Err("it is closed already"),

        (
            D::Cancel,
            S::Detected
            | S::Watched
            | S::Accepted
            | S::Isolating
            | S::Requested
            | S::InProgress
            | S::WorkedAround
            | S::Verifying
            | S::OnHold,
        ) => Ok(Leads::To(S::Cancelled)),
        (D::Cancel, S::Cancelled) => Err("it was cancelled already"),
        (D::Cancel, S::Restored | S::AwaitingAcceptance | S::Closed) => {
            Err("it is restored: there is nothing to cancel")
        }

        (_, S::Detected) => Err(NOT_YET),
        (_, S::Watched) => Err("it is only watched: `confirm` takes it in"),
        (_, S::Restored | S::AwaitingAcceptance | S::Closed) => Err(OVER),
        (_, S::Cancelled) => Err(GONE),
    }
}

/// What is possible in `status`, as a sentence for a refused act.
pub fn possible(status: StatusName) -> String {
    let names: Vec<&str> =
        DeedName::ALL.into_iter().filter(|deed| allowed(*deed, status).is_ok()).map(DeedName::as_str).collect();
    format!("Possible now ({}): {}.", status.as_str(), names.join(", "))
}
