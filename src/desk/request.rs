//! Requests (依頼): what one party was asked within one incident, and what it answered.
//!
//! A thing. Each request has its own state, so that several vendors can be at different points of one incident.

use super::ids::{ComponentId, IncidentId, PartyId, RequestId};
use super::letter::Ask;
use super::state::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Its number.
    pub id: RequestId,
    /// The incident.
    pub incident: IncidentId,
    /// Who was asked.
    pub party: PartyId,
    /// What was asked.
    pub ask: Ask,
    /// Somebody at the desk said that this party is to be asked: the machine does not take that back.
    #[serde(default)]
    pub ordered: bool,
    /// About what.
    pub component: Option<ComponentId>,
    /// When it was decided.
    pub asked: Timestamp,
    /// When 受領 is expected, by the vendor's hours.
    pub acknowledge_by: Timestamp,
    /// Reminders so far.
    pub chased: u32,
    /// When the next reminder is due; `None` = none.
    pub chase_at: Option<Timestamp>,
    /// Where it stands.
    pub state: RequestState,
    /// 受領.
    pub acknowledged: Option<Timestamp>,
    /// 業者着手.
    pub started: Option<Timestamp>,
    /// It was asked while its party is closed for long, and what is done about it next.
    #[serde(default)]
    pub closure: Option<Closure>,
}

/// A party that is closed for long when it is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closure {
    /// When it opens.
    pub opens: Timestamp,
    /// What is done next, if it stays silent …
    pub next: Step,
    /// … and when.
    pub due: Timestamp,
}

/// Steps while a party is closed for long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// 運用責任者 is told that nobody answers.
    Manager,
    /// 相談 to the office, with 第一報 in the same mail.
    Consult,
    /// It opens: the desk is to call.
    Opening,
}

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// 未送: decided, not accepted by any server yet.
    Unsent,
    /// 送付
    Sent,
    /// 受領
    Acknowledged,
    /// 着手
    Started,
    /// 完了報告
    Reported,
    /// 窓口確認済
    Checked,
    /// 範囲外回答
    NotOurs,
    /// 取下げ
    Withdrawn,
}

impl RequestState {
    /// The party still owes something.
    pub fn open(self) -> bool {
        matches!(self, Self::Unsent | Self::Sent | Self::Acknowledged | Self::Started)
    }
}

/// A change of a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// It was decided.
    Decided(Box<Request>),
    /// A server took the mail.
    Sent(RequestId),
    /// 受領.
    Acknowledged {
        /// Which request.
        request: RequestId,
        /// When the vendor said so.
        at: Timestamp,
    },
    /// 業者着手.
    Started {
        /// Which request.
        request: RequestId,
        /// When work began.
        at: Timestamp,
    },
    /// 督促.
    Chased {
        /// Which request.
        request: RequestId,
        /// When the next one is due, if any.
        next: Option<Timestamp>,
    },
    /// The reminder waits: monitoring shows normal, or it is over.
    Postponed {
        /// Which request.
        request: RequestId,
        /// When it is looked at again, if ever.
        next: Option<Timestamp>,
    },
    /// The desk has looked at it, or its limit is over: it counts from now.
    LetGo {
        /// Which request.
        request: RequestId,
        /// From when.
        asked: Timestamp,
        /// When 受領 is expected.
        acknowledge_by: Timestamp,
        /// When the first reminder is due.
        chase_at: Timestamp,
    },
    /// Its party is closed for long: what is done next; `None` = nothing more.
    Closed {
        /// Which request.
        request: RequestId,
        /// What is done next.
        closure: Option<Closure>,
    },
    /// It ended.
    Ended {
        /// Which request.
        request: RequestId,
        /// How.
        state: RequestState,
    },
    /// No longer in memory: its incident is archived.
    Forgotten(RequestId),
}

/// Why a request changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Reason {
    /// The verdict names the party.
    Verdict,
    /// The desk named the party.
    Act,
    /// The destination's server accepted the mail.
    Delivered,
    /// No 受領 by the agreed time.
    NotAcknowledged,
    /// Monitoring shows normal.
    ShowsNormal,
    /// The incident is restored.
    Restored,
    /// An inquiry became a request for repair.
    AskedForMore,
    /// The party answered that it is not its part.
    HandedBack,
    /// The verdict now names somebody else, or the incident was cancelled.
    NoLongerAsked,
    /// The incident goes on under another number.
    Merged,
    /// On trial nobody can answer.
    OnTrial,
    /// The trial is over, and it was asked on trial only.
    TrialOver,
    /// The desk looks at it before it leaves.
    ForApproval,
    /// It leaves now, and what was agreed runs from now.
    LetGo,
    /// Its mail was dropped before anybody read it.
    NeverLeft,
    /// The incident is on hold: the office decides first.
    OnHold,
    /// Its party is closed for long.
    LongClosure,
    /// Nobody of its party answers the phone.
    NobodyAnswers,
    /// Its party opens.
    Opens,
    /// It has answered, or nothing is to be repaired any more.
    NoLongerWaited,
    /// The incident became graver, so that it cannot wait.
    Graver,
    /// It is over for long.
    Old,
}

impl Change {
    /// Which request it is about.
    pub fn request(&self) -> RequestId {
        match self {
            Change::Decided(request) => request.id,
            Change::Sent(request)
            | Change::Acknowledged { request, .. }
            | Change::Started { request, .. }
            | Change::Chased { request, .. }
            | Change::Postponed { request, .. }
            | Change::Closed { request, .. }
            | Change::LetGo { request, .. }
            | Change::Ended { request, .. }
            | Change::Forgotten(request) => *request,
        }
    }
}

/// Applies `change` to the state. Total.
pub(super) fn apply(state: &mut State, change: &Change) {
    match change {
        Change::Decided(request) => {
            state.counters.request = state.counters.request.max(request.id.0);
            state.requests_of.entry(request.incident).or_default().insert(request.id);
            state.requests.insert(request.id, (**request).clone());
        }
        Change::Sent(id) => with(state, *id, |request| {
            if request.state == RequestState::Unsent {
                request.state = RequestState::Sent;
            }
        }),
        Change::Acknowledged { request, at } => with(state, *request, |request| {
            request.state = request.state.max(RequestState::Acknowledged);
            request.acknowledged = Some(*at);
            request.chase_at = None;
        }),
        Change::Started { request, at } => with(state, *request, |request| {
            request.state = request.state.max(RequestState::Started);
            request.started = Some(*at);
            request.chase_at = None;
        }),
        Change::Chased { request, next } => with(state, *request, |request| {
            request.chased = request.chased.saturating_add(1);
            request.chase_at = *next;
        }),
        Change::Postponed { request, next } => with(state, *request, |request| request.chase_at = *next),
        Change::LetGo { request, asked, acknowledge_by, chase_at } => with(state, *request, |request| {
            request.asked = *asked;
            request.acknowledge_by = *acknowledge_by;
            request.chase_at = Some(*chase_at);
        }),
        Change::Closed { request, closure } => with(state, *request, |request| request.closure.clone_from(closure)),
        Change::Ended { request, state: end } => with(state, *request, |request| {
            request.state = *end;
            request.chase_at = None;
        }),
        Change::Forgotten(id) => state.remove_request(*id),
    }
    let id = change.request();
    state.mark_request(id);
}

fn with(state: &mut State, id: RequestId, edit: impl FnOnce(&mut Request)) {
    if let Some(request) = state.requests.get_mut(&id) {
        edit(request);
    }
}
