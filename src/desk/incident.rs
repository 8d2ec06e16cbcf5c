//! Incidents (障害): what is handled, from first sign to accepted report.
//!
//! A thing. The states are those of the life-cycle in the domain's law (§3); which act leads where is in `act`.

mod change;
mod link;
mod outlook;
mod reason;
mod status;
mod told;
mod verdict;

pub(super) use change::apply;
pub use change::{Change, Edit};
pub use link::Link;
pub use outlook::{Claim, Lever, Need, Unknown};
pub use reason::{Reason, ReportReason};
pub use status::{Status, StatusName};
pub use told::Told;
pub use verdict::{Probe, Severity, Tried, TriedResult, Verdict};

use super::act::{CancelKind, ContractKind};
use super::evidence::Pack;
use super::ids::{AlertId, ComponentId, IncidentId, LocationId, Number, PartyId, ProbeName, SystemId};
use super::letter::{CallResult, DetectedBy, Happening, OccurredMark};
use super::now::{Elapsed, Now};
use super::probe::Trial;
use super::rules::{CauseClass, DataImpact};
use super::state::{Wakeup, When};
use super::words::Words;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// Internal id, from 検知 on.
    pub id: IncidentId,
    /// KW number, from 受付 on.
    pub number: Option<Number>,
    /// Where it stands.
    pub status: Status,
    /// 検知
    pub detected: Now,
    /// 発生: earliest source time among the members.
    pub occurred: Timestamp,
    /// How 発生 is known.
    pub occurred_mark: OccurredMark,
    /// 受付
    pub accepted: Option<Timestamp>,
    /// 受付契機
    pub detected_by: DetectedBy,
    /// The alert that stands for it in words; `None` for a call at the desk.
    pub representative: Option<AlertId>,
    /// What it is about in words, for an incident without alerts.
    pub summary: String,
    /// What people told the desk of it, in the order in which it was told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<Told>,
    /// The failing component everything else needs, where one is known.
    pub root: Option<ComponentId>,
    /// 重大度, with who set it.
    pub severity: Option<Severity>,
    /// Every system it was ever known to hit.
    #[serde(default)]
    pub hit: BTreeSet<SystemId>,
    /// Since when it hits anybody, where it did not from the first; `None` = since 発生, or nobody.
    #[serde(default)]
    pub hit_since: Option<Timestamp>,
    /// From when until when it hit somebody before a spare carried all of it again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hit_before: Vec<(Timestamp, Timestamp)>,
    /// Every location that it was ever known to cut off.
    #[serde(default)]
    pub hit_locations: BTreeSet<LocationId>,
    /// 切り分け結果, oldest first; the last one counts.
    pub verdicts: Vec<Verdict>,
    /// Who has to do the next thing.
    pub owner: Option<PartyId>,
    /// Pings that were owed for it and what they brought.
    pub pings: BTreeMap<ComponentId, Probe>,
    /// What was recorded, for 続報 and for people.
    pub happenings: Vec<Happening>,
    /// Every change of state.
    pub transitions: Vec<Transition>,
    /// Reports to the offices.
    pub reporting: Reporting,
    /// 窓口着手
    pub desk_started: Option<Timestamp>,
    /// 利用可能となった時刻: monitoring shows normal.
    pub usable: Option<Timestamp>,
    /// 復旧: usable and checked.
    pub restored: Option<Restored>,
    /// 報告確認: who accepted, when.
    pub acceptance: Option<(Words, Timestamp)>,
    /// データ影響; `None` = 確認中.
    #[serde(default)]
    pub data: Option<DataImpact>,
    /// 対処内容 as the desk wrote it.
    pub treatment: Words,
    /// Related incidents.
    pub links: BTreeSet<(Link, IncidentId)>,
    /// An inquiry waits for the desk's opening.
    pub inquire_at: Option<Timestamp>,
    /// When the office, which is closed, is to be called by phone.
    #[serde(default)]
    pub call_office_at: Option<Timestamp>,
    /// When the root's alerts were first all gone.
    pub calm_since: Option<Elapsed>,
    /// When calm has lasted long enough.
    pub stable_at: Option<Elapsed>,
    /// When the desk took it up again, whatever monitoring shows: what had ended by then speaks for nothing.
    #[serde(default)]
    pub reopened: Option<Timestamp>,
    /// The alert it was reported as, once that has been over for long enough while something lesser stays red.
    #[serde(default)]
    pub eased: Option<AlertId>,
    /// When that has lasted long enough.
    #[serde(default)]
    pub eases_at: Option<Elapsed>,
    /// When alerts joined while in 静観, for "repeats N times in M".
    pub watch_marks: Vec<Elapsed>,
    /// It was listed in a daily digest.
    pub digested: bool,
    /// Answers of parties that it is not their part, oldest first.
    #[serde(default)]
    pub handed_back: Vec<HandedBack>,
    /// 原因, once the desk has recorded it.
    #[serde(default)]
    pub cause: Option<Cause>,
    /// What was asked to be looked at on site, and what was found.
    #[serde(default)]
    pub looks: BTreeMap<String, Option<Found>>,
    /// When a rule will know what only time can tell.
    #[serde(default)]
    pub judge_at: Option<Timestamp>,
    /// Why it was cancelled, in set words; records from before do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called_off: Option<CancelKind>,
    /// Calls that were made about it, in the order in which they were recorded.
    #[serde(default)]
    pub calls: Vec<Called>,
    /// Named probes that were asked for it and what they brought.
    #[serde(default)]
    pub probes: BTreeMap<ProbeName, Trial>,
    /// What was gathered about it (情報取得).
    #[serde(default, skip_serializing_if = "Pack::is_empty")]
    pub evidence: Pack,
}

/// A party's answer that an incident is not its part (範囲外の回答).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedBack {
    /// Who.
    pub party: PartyId,
    /// When it answered.
    pub at: Timestamp,
    /// Its words.
    pub reason: Words,
    /// It was asked about something that was over by then, and the incident was about another thing: of that it says nothing.
    #[serde(default)]
    pub earlier: bool,
}

/// One change of state on record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transition {
    /// When.
    pub at: Timestamp,
    /// To which state.
    pub to: StatusName,
    /// Who: a person's name, or `None` for the machine.
    pub by: Option<String>,
}

/// Reports to the offices.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Reporting {
    /// Reports decided so far; 1 = 第一報.
    pub count: u32,
    /// When the last one was decided.
    pub last: Option<Timestamp>,
    /// 次回報告予定
    pub next: Option<Timestamp>,
    /// Reports in a row that had nothing new.
    pub silent: u32,
    /// Offices that were told.
    pub offices: BTreeSet<PartyId>,
    /// How many happenings were on record at the last report: what was entered since is news, whenever it happened.
    #[serde(default)]
    pub told: usize,
    /// It was reported on trial only, and not since.
    #[serde(default)]
    pub only_tried: bool,
}

/// 復旧 on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// When it was checked.
    pub at: Timestamp,
    /// The same fault within `reopen` of this belongs here.
    pub elapsed: Elapsed,
    /// Who checked; `None` = automatic.
    pub by: Option<String>,
    /// How, with what result.
    pub check: Words,
    /// What showed it, without what differs from time to time; `None` for what no alert showed.
    #[serde(default)]
    pub symptom: Option<String>,
}

/// A call that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Called {
    /// Whom.
    pub party: PartyId,
    /// Which of its contacts.
    pub contact: String,
    /// How it ended.
    pub result: CallResult,
    /// When.
    pub at: Timestamp,
    /// Who called.
    pub by: String,
}

/// What somebody found on site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// In words.
    pub words: Words,
    /// When it was seen.
    pub at: Timestamp,
}

/// 原因 as the desk recorded it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// 原因分類
    pub class: CauseClass,
    /// 直接原因
    pub direct: Words,
    /// 根本原因; `None` = not known yet.
    pub root: Option<Words>,
    /// 契約区分; `None` = 未判定.
    pub contract: Option<ContractKind>,
    /// Who says so.
    pub by: String,
    /// When it was recorded.
    pub at: Timestamp,
}

impl Incident {
    /// A new incident with nothing decided yet.
    pub fn new(id: IncidentId, now: Now, status: Status, detected_by: DetectedBy) -> Self {
        Self {
            id,
            number: None,
            status,
            detected: now,
            occurred: now.wall,
            occurred_mark: OccurredMark::Estimated,
            accepted: None,
            detected_by,
            representative: None,
            summary: String::new(),
            told: Vec::new(),
            root: None,
            severity: None,
            hit: BTreeSet::new(),
            hit_since: None,
            hit_before: Vec::new(),
            hit_locations: BTreeSet::new(),
            verdicts: Vec::new(),
            owner: None,
            pings: BTreeMap::new(),
            happenings: Vec::new(),
            transitions: Vec::new(),
            reporting: Reporting::default(),
            desk_started: None,
            usable: None,
            restored: None,
            acceptance: None,
            data: None,
            treatment: Words::default(),
            links: BTreeSet::new(),
            inquire_at: None,
            call_office_at: None,
            calm_since: None,
            stable_at: None,
            reopened: None,
            eased: None,
            eases_at: None,
            watch_marks: Vec::new(),
            digested: false,
            handed_back: Vec::new(),
            cause: None,
            looks: BTreeMap::new(),
            judge_at: None,
            called_off: None,
            calls: Vec::new(),
            probes: BTreeMap::new(),
            evidence: Pack::default(),
        }
    }

    /// Where it stands among those that neither are open nor burn: whether it has a number, since when, which it is.
    pub(super) fn ended(&self) -> Option<(bool, Timestamp, IncidentId)> {
        let name = self.status.name();
        let since = self.transitions.last().map_or(self.detected.wall, |last| last.at);
        (!name.open() && !name.burning()).then_some((self.number.is_some(), since, self.id))
    }

    /// The verdict that counts.
    pub fn verdict(&self) -> Option<&Verdict> {
        self.verdicts.last()
    }

    /// Whether a party has answered that it is not its part.
    pub fn is_handed_back_by(&self, party: &PartyId) -> bool {
        self.refusals().any(|answer| answer.party == *party)
    }

    /// Answers of "not ours" that are about what the incident is about now.
    pub fn refusals(&self) -> impl Iterator<Item = &HandedBack> {
        self.handed_back.iter().filter(|answer| !answer.earlier)
    }

    /// Its severity's number; 3 while none is set, so that nothing waits for a digest by accident.
    pub fn severity_value(&self) -> u8 {
        self.severity.as_ref().map_or(3, |severity| severity.value)
    }

    /// The number, or the internal id before 受付.
    pub fn name(&self) -> String {
        self.number.as_ref().map_or_else(|| self.id.to_string(), Number::to_string)
    }

    pub(super) fn dues(&self) -> [(Wakeup, Option<When>); 9] {
        let id = self.id;
        let (window, watch, isolation, hold) = match &self.status {
            Status::Detected { until } => (Some(When::Elapsed(*until)), None, None, None),
            Status::Watched { until } => (None, Some(When::Elapsed(*until)), None, None),
            Status::Isolating { until } => (None, None, until.map(When::Elapsed), None),
            Status::OnHold { raise_at, .. } => (None, None, None, raise_at.map(When::Wall)),
            Status::Accepted
            | Status::Requested
            | Status::InProgress
            | Status::WorkedAround
            | Status::Verifying
            | Status::Restored
            | Status::AwaitingAcceptance
            | Status::Closed
            | Status::Cancelled
            | Status::Merged => (None, None, None, None),
        };
        let name = self.status.name();
        let looks = name.may_recover() || name == StatusName::Verifying;
        let stable = if looks { self.stable_at.map(When::Elapsed) } else { None };
        let eased = if name.may_recover() { self.eases_at.map(When::Elapsed) } else { None };
        let judge = if name.may_recover() { self.judge_at.map(When::Wall) } else { None };
        let call = if name.may_recover() { self.call_office_at.map(When::Wall) } else { None };
        let report = if name.burning() { self.reporting.next.map(When::Wall) } else { None };
        [
            (Wakeup::Window(id), window),
            (Wakeup::Watch(id), watch),
            (Wakeup::Isolation(id), isolation.or(self.inquire_at.map(When::Wall))),
            (Wakeup::Hold(id), hold),
            (Wakeup::Stable(id), stable),
            (Wakeup::Eased(id), eased),
            (Wakeup::Report(id), report),
            (Wakeup::Judge(id), judge),
            (Wakeup::CallOffice(id), call),
        ]
    }
}
