//! Incidents (障害): what is handled, from first sign to accepted report.
//!
//! A thing. The states are those of the life-cycle in the domain's law (§3); which act leads where is in `act`.

use super::ids::{AlertId, ComponentId, IncidentId, Number, PartyId};
use super::letter::{By, DetectedBy, Fact, Happening, OccurredMark, What};
use super::now::{Elapsed, Now};
use super::rules::{CauseClass, Confidence, VerdictCode};
use super::state::{State, Wakeup, When};
use jiff::Timestamp;
use jiff::civil::Date;
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
    /// The failing component everything else needs, where one is known.
    pub root: Option<ComponentId>,
    /// 重大度, with who set it.
    pub severity: Option<Severity>,
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
    pub acceptance: Option<(String, Timestamp)>,
    /// 対処内容 as the desk wrote it.
    pub treatment: String,
    /// Related incidents.
    pub links: BTreeSet<(Link, IncidentId)>,
    /// An inquiry waits for the desk's opening.
    pub inquire_at: Option<Timestamp>,
    /// When the root's alerts were first all gone.
    pub calm_since: Option<Elapsed>,
    /// When calm has lasted long enough.
    pub stable_at: Option<Elapsed>,
    /// When alerts joined while in 静観, for "repeats N times in M".
    pub watch_marks: Vec<Elapsed>,
    /// It was listed in a daily digest.
    pub digested: bool,
}

/// Where an incident stands. Each variant owns what only it needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Status {
    /// 検知: the grouping window is open.
    Detected {
        /// End of the window.
        until: Elapsed,
    },
    /// 静観
    Watched {
        /// 完了 when nothing happens until then.
        until: Elapsed,
    },
    /// 受付
    Accepted,
    /// 切り分け中
    Isolating {
        /// A verdict is made then with what is known; `None` = it is made, the desk leads on.
        until: Option<Elapsed>,
    },
    /// 対応依頼中
    Requested,
    /// 対応中
    InProgress,
    /// 暫定復旧
    WorkedAround,
    /// 復旧確認中
    Verifying,
    /// 復旧
    Restored,
    /// 報告確認待ち
    AwaitingAcceptance,
    /// 完了
    Closed,
    /// 保留 (別途検討)
    OnHold {
        /// 相談 is raised again then.
        raise_at: Option<Timestamp>,
        /// How often it was raised.
        raised: u32,
    },
    /// 取消
    Cancelled,
}

/// The bare name of a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusName {
    /// 検知
    Detected,
    /// 静観
    Watched,
    /// 受付
    Accepted,
    /// 切り分け中
    Isolating,
    /// 対応依頼中
    Requested,
    /// 対応中
    InProgress,
    /// 暫定復旧
    WorkedAround,
    /// 復旧確認中
    Verifying,
    /// 復旧
    Restored,
    /// 報告確認待ち
    AwaitingAcceptance,
    /// 完了
    Closed,
    /// 保留
    OnHold,
    /// 取消
    Cancelled,
}

impl StatusName {
    /// All of them, in the order of the journey.
    pub const ALL: [StatusName; 13] = [
        StatusName::Detected,
        StatusName::Watched,
        StatusName::Accepted,
        StatusName::Isolating,
        StatusName::Requested,
        StatusName::InProgress,
        StatusName::WorkedAround,
        StatusName::Verifying,
        StatusName::Restored,
        StatusName::AwaitingAcceptance,
        StatusName::Closed,
        StatusName::OnHold,
        StatusName::Cancelled,
    ];

    /// In English, as transcripts and the command line write it.
    pub fn as_str(self) -> &'static str {
        match self {
            StatusName::Detected => "detected",
            StatusName::Watched => "watched",
            StatusName::Accepted => "accepted",
            StatusName::Isolating => "isolating",
            StatusName::Requested => "requested",
            StatusName::InProgress => "in progress",
            StatusName::WorkedAround => "worked around",
            StatusName::Verifying => "verifying",
            StatusName::Restored => "restored",
            StatusName::AwaitingAcceptance => "awaiting acceptance",
            StatusName::Closed => "closed",
            StatusName::OnHold => "on hold",
            StatusName::Cancelled => "cancelled",
        }
    }

    /// In Japanese, as the record writes it.
    pub fn japanese(self) -> &'static str {
        match self {
            StatusName::Detected => "検知",
            StatusName::Watched => "静観",
            StatusName::Accepted => "受付",
            StatusName::Isolating => "切り分け中",
            StatusName::Requested => "対応依頼中",
            StatusName::InProgress => "対応中",
            StatusName::WorkedAround => "暫定復旧",
            StatusName::Verifying => "復旧確認中",
            StatusName::Restored => "復旧",
            StatusName::AwaitingAcceptance => "報告確認待ち",
            StatusName::Closed => "完了",
            StatusName::OnHold => "保留",
            StatusName::Cancelled => "取消",
        }
    }
}

impl Status {
    /// Its bare name.
    pub fn name(&self) -> StatusName {
        match self {
            Status::Detected { .. } => StatusName::Detected,
            Status::Watched { .. } => StatusName::Watched,
            Status::Accepted => StatusName::Accepted,
            Status::Isolating { .. } => StatusName::Isolating,
            Status::Requested => StatusName::Requested,
            Status::InProgress => StatusName::InProgress,
            Status::WorkedAround => StatusName::WorkedAround,
            Status::Verifying => StatusName::Verifying,
            Status::Restored => StatusName::Restored,
            Status::AwaitingAcceptance => StatusName::AwaitingAcceptance,
            Status::Closed => StatusName::Closed,
            Status::OnHold { .. } => StatusName::OnHold,
            Status::Cancelled => StatusName::Cancelled,
        }
    }
}

impl StatusName {
    /// The fault is not over: new alerts about it belong here.
    pub fn burning(self) -> bool {
        matches!(
            self,
            Self::Detected
                | Self::Watched
                | Self::Accepted
                | Self::Isolating
                | Self::Requested
                | Self::InProgress
                | Self::WorkedAround
                | Self::Verifying
                | Self::OnHold
        )
    }

    /// Numbered and not at its end.
    pub fn open(self) -> bool {
        self.burning() && !matches!(self, Self::Detected | Self::Watched)
            || matches!(self, Self::Restored | Self::AwaitingAcceptance)
    }

    /// From here monitoring that shows normal leads to 復旧確認中.
    pub fn may_recover(self) -> bool {
        matches!(
            self,
            Self::Accepted | Self::Isolating | Self::Requested | Self::InProgress | Self::WorkedAround | Self::OnHold
        )
    }
}

/// 重大度 with who set it and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Severity {
    /// 1 (重大) to 4 (低).
    pub value: u8,
    /// Machine or desk.
    pub by: By,
    /// Why, in English (the matrix cell and what raised it, or the desk's words).
    pub why: String,
}

/// 切り分け結果 with everything that led to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// When.
    pub at: Timestamp,
    /// Which of the ten.
    pub code: VerdictCode,
    /// 確度
    pub confidence: Confidence,
    /// Who should act; the first leads.
    pub parties: Vec<PartyId>,
    /// The component it is about.
    pub component: Option<ComponentId>,
    /// Suspected cause class.
    pub cause: Option<CauseClass>,
    /// Machine or desk.
    pub by: By,
    /// The rule that gave it; `None` = the responsibility table, or the desk.
    pub rule: Option<String>,
    /// The sentence for the mail.
    pub because: String,
    /// What speaks for it.
    pub evidence: Vec<Fact>,
    /// What speaks against it.
    pub against: Vec<Fact>,
    /// What could not be learnt.
    pub not_known: Vec<Fact>,
    /// Every rule in order, and where it failed.
    pub tried: Vec<Tried>,
    /// Revision of the rules that made it.
    pub rules_hash: String,
}

/// One rule and how it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    /// The rule's name.
    pub rule: String,
    /// How it went.
    pub result: TriedResult,
}

/// How a rule went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TriedResult {
    /// All conditions hold.
    Held,
    /// This one does not hold.
    Failed {
        /// The condition in words.
        condition: String,
        /// What was seen instead.
        saw: String,
    },
    /// This one is neither true nor false.
    NotKnown {
        /// The condition in words.
        condition: String,
        /// What is missing.
        missing: String,
    },
}

/// A ping owed for an incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Probe {
    /// Not back yet.
    Awaited,
    /// Answered or silent, when.
    Came {
        /// It answered.
        answered: bool,
        /// When.
        at: Timestamp,
    },
    /// Could not be tried.
    NotKnown {
        /// Why.
        why: String,
    },
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
    pub check: String,
}

/// How incidents are related.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Link {
    /// What stayed red there became this.
    RemainderOf,
    /// What stayed red here became that.
    Remainder,
    /// The same fault again (再発).
    RecurrenceOf,
    /// Split off while grouping.
    SplitFrom,
}

/// A change of an incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Which incident.
    pub incident: IncidentId,
    /// What changed.
    pub what: Edit,
}

/// What changed about an incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Edit {
    /// It came into being.
    Opened(Box<Incident>),
    /// It got its number.
    Numbered {
        /// The number.
        number: Number,
        /// Its date and count on it, so that none is given twice.
        date: Date,
        /// Count, from 1.
        nth: u32,
    },
    /// It moved on.
    Status {
        /// Where to.
        to: Status,
        /// When.
        at: Timestamp,
        /// Who; `None` = the machine.
        by: Option<String>,
    },
    /// 発生 moved, or another alert stands for it.
    Reframed {
        /// 発生
        occurred: Timestamp,
        /// How it is known.
        mark: OccurredMark,
        /// The alert that stands for it.
        representative: Option<AlertId>,
        /// The root component.
        root: Option<ComponentId>,
    },
    /// 重大度
    Severity(Severity),
    /// 切り分け結果
    Verdict(Box<Verdict>),
    /// Who has to do the next thing.
    Owner(PartyId),
    /// A ping was owed or came back.
    Probe {
        /// Of which component.
        component: ComponentId,
        /// What is known.
        probe: Probe,
    },
    /// Something worth telling happened.
    Happened(Happening),
    /// A report to the offices was decided.
    Reported {
        /// Which one.
        count: u32,
        /// When.
        at: Timestamp,
        /// 次回報告予定
        next: Option<Timestamp>,
        /// It had nothing new.
        silent: bool,
        /// To whom.
        offices: BTreeSet<PartyId>,
    },
    /// No further report is promised.
    NoMoreReports,
    /// 窓口着手
    DeskStarted(Timestamp),
    /// Monitoring is calm since; `None` = no longer.
    Calm {
        /// Since when.
        since: Option<Elapsed>,
        /// When it has lasted long enough.
        stable_at: Option<Elapsed>,
        /// When it became usable.
        usable: Option<Timestamp>,
    },
    /// 復旧
    Restored(Restored),
    /// 報告確認
    AcceptedBy {
        /// Who.
        name: String,
        /// When.
        at: Timestamp,
    },
    /// 対処内容
    Treatment(String),
    /// A related incident.
    Linked {
        /// How.
        link: Link,
        /// Which.
        other: IncidentId,
    },
    /// An inquiry waits for the desk's opening; `None` = no longer.
    InquireAt(Option<Timestamp>),
    /// Another alert joined while watched.
    WatchMark(Elapsed),
    /// Listed in a digest.
    Digested,
}

/// Why an incident changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Reason {
    /// An alert that belongs to nothing open.
    NewFault {
        /// The alert.
        alert: AlertId,
    },
    /// A source is blind.
    Blind,
    /// The desk registered a call.
    Call,
    /// The group turned out to be several faults.
    Independent {
        /// Split from.
        of: IncidentId,
    },
    /// What stayed red after 復旧.
    StillRed {
        /// Left over from.
        of: IncidentId,
    },
    /// The window is over and something is still red.
    WindowOverStillRed {
        /// How many alerts.
        red: usize,
    },
    /// The window is over and everything is gone.
    WindowOverAllGone,
    /// 重大度4.
    LowSeverity,
    /// It came again and again while watched.
    Repeated {
        /// How often.
        times: u32,
    },
    /// Something else is wrong now, so watching is not enough.
    WatchedGotWorse,
    /// Nothing happened while watched.
    Quiet,
    /// Isolation begins.
    Accepted,
    /// The next number of the day.
    NextNumber,
    /// Computed from the matrix.
    Matrix,
    /// The members changed.
    Members,
    /// A rule or the responsibility table.
    Isolated {
        /// The rule; `None` = responsibility table.
        rule: Option<String>,
    },
    /// Rules disagree.
    Disagreement {
        /// The rule that held first.
        first: String,
        /// A later, more confident one naming another party.
        other: String,
    },
    /// A request was decided.
    Requested,
    /// The verdict leaves the next step to the desk.
    DeskLeads,
    /// Outside every contract: the office decides.
    OutOfScope,
    /// A ping was owed or came back.
    Probe,
    /// The desk's act.
    Act {
        /// Who.
        by: String,
    },
    /// The root's alerts are gone.
    RootGone,
    /// They came back.
    CameBack,
    /// Gone and stable.
    Stable,
    /// The reason for a report.
    Report(ReportReason),
    /// Recorded for the reports.
    OnRecord,
    /// The source sees again; a complete look is the check.
    SeesAgain,
    /// The same fault within the reopen window.
    Relapse {
        /// The alert.
        alert: AlertId,
    },
    /// Listed.
    Digest,
    /// 相談 is raised again.
    HoldElapsed,
    /// The desk is closed; the inquiry waits for its opening.
    DeskClosed,
}

/// Why a report left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportReason {
    /// 第一報
    First,
    /// The promised hour.
    Promised,
    /// News, while no hour is promised.
    News,
    /// Back to normal, check under way.
    Verifying,
    /// 復旧報
    Restored,
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
            root: None,
            severity: None,
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
            treatment: String::new(),
            links: BTreeSet::new(),
            inquire_at: None,
            calm_since: None,
            stable_at: None,
            watch_marks: Vec::new(),
            digested: false,
        }
    }

    /// The verdict that counts.
    pub fn verdict(&self) -> Option<&Verdict> {
        self.verdicts.last()
    }

    /// Its severity's number; 3 while none is set, so that nothing waits for a digest by accident.
    pub fn severity_value(&self) -> u8 {
        self.severity.as_ref().map_or(3, |severity| severity.value)
    }

    /// The number, or the internal id before 受付.
    pub fn name(&self) -> String {
        self.number.as_ref().map_or_else(|| self.id.to_string(), Number::to_string)
    }

    pub(super) fn dues(&self) -> [(Wakeup, Option<When>); 6] {
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
            | Status::Cancelled => (None, None, None, None),
        };
        let name = self.status.name();
        let stable = if name.may_recover() { self.stable_at.map(When::Elapsed) } else { None };
        let report = if name.burning() { self.reporting.next.map(When::Wall) } else { None };
        [
            (Wakeup::Window(id), window),
            (Wakeup::Watch(id), watch),
            (Wakeup::Isolation(id), isolation.or(self.inquire_at.map(When::Wall))),
            (Wakeup::Hold(id), hold),
            (Wakeup::Stable(id), stable),
            (Wakeup::Report(id), report),
        ]
    }
}

/// Applies `change` to the state. Total: a change to an unknown incident is counted.
pub(super) fn apply(state: &mut State, change: &Change) {
    let id = change.incident;
    match &change.what {
        Edit::Opened(incident) => {
            state.counters.incident = state.counters.incident.max(id.0);
            state.put_incident((**incident).clone());
        }
        Edit::Numbered { number, date, nth } => {
            let last = state.counters.numbers.entry(*date).or_default();
            *last = (*last).max(*nth);
            state.by_number.insert(number.clone(), id);
        }
        Edit::Status { .. }
        | Edit::Reframed { .. }
        | Edit::Severity(_)
        | Edit::Verdict(_)
        | Edit::Owner(_)
        | Edit::Probe { .. }
        | Edit::Happened(_)
        | Edit::Reported { .. }
        | Edit::NoMoreReports
        | Edit::DeskStarted(_)
        | Edit::Calm { .. }
        | Edit::Restored(_)
        | Edit::AcceptedBy { .. }
        | Edit::Treatment(_)
        | Edit::Linked { .. }
        | Edit::InquireAt(_)
        | Edit::WatchMark(_)
        | Edit::Digested => {}
    }
    let Some(incident) = state.incidents.get_mut(&id) else {
        state.tally.strays += 1;
        return;
    };
    edit(incident, &change.what);
    let dues = incident.dues();
    let status = incident.status.name();
    for (wakeup, when) in dues {
        state.agenda.set(wakeup, when);
    }
    state.mark_incident(id, status);
}

fn edit(incident: &mut Incident, what: &Edit) {
    match what {
        Edit::Opened(_) => {}
        Edit::Numbered { number, .. } => incident.number = Some(number.clone()),
        Edit::Status { to, at, by } => {
            if to.name() != incident.status.name() {
                incident.transitions.push(Transition { at: *at, to: to.name(), by: by.clone() });
            }
            if to.name() == StatusName::Accepted && incident.accepted.is_none() {
                incident.accepted = Some(*at);
            }
            incident.status = to.clone();
        }
        Edit::Reframed { occurred, mark, representative, root } => {
            incident.occurred = *occurred;
            incident.occurred_mark = *mark;
            incident.representative = *representative;
            incident.root = root.clone();
        }
        Edit::Severity(severity) => incident.severity = Some(severity.clone()),
        Edit::Verdict(verdict) => incident.verdicts.push((**verdict).clone()),
        Edit::Owner(party) => incident.owner = Some(party.clone()),
        Edit::Probe { component, probe } => {
            incident.pings.insert(component.clone(), probe.clone());
        }
        Edit::Happened(happening) => incident.happenings.push(happening.clone()),
        Edit::Reported { count, at, next, silent, offices } => {
            let reporting = &mut incident.reporting;
            reporting.told = incident.happenings.len();
            reporting.count = *count;
            reporting.last = Some(*at);
            reporting.next = *next;
            reporting.silent = if *silent { reporting.silent.saturating_add(1) } else { 0 };
            reporting.offices.extend(offices.iter().cloned());
        }
        Edit::NoMoreReports => incident.reporting.next = None,
        Edit::DeskStarted(at) => {
            incident.desk_started.get_or_insert(*at);
        }
        Edit::Calm { since, stable_at, usable } => {
            incident.calm_since = *since;
            incident.stable_at = *stable_at;
            incident.usable = *usable;
        }
        Edit::Restored(restored) => incident.restored = Some(restored.clone()),
        Edit::AcceptedBy { name, at } => incident.acceptance = Some((name.clone(), *at)),
        Edit::Treatment(text) => incident.treatment.clone_from(text),
        Edit::Linked { link, other } => {
            incident.links.insert((*link, *other));
        }
        Edit::InquireAt(at) => incident.inquire_at = *at,
        Edit::WatchMark(at) => incident.watch_marks.push(*at),
        Edit::Digested => incident.digested = true,
    }
}

impl Edit {
    /// A happening at `at`.
    pub fn happened(at: Timestamp, what: What) -> Self {
        Edit::Happened(Happening { at, what })
    }
}
