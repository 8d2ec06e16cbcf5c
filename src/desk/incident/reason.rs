//! Why an incident changes.

use super::super::ids::{AlertId, ComponentId, CoverId, IncidentId};
use serde::{Deserialize, Serialize};

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
    /// All its alerts went to the incident that has the same cause.
    SharesCause,
    /// What that one is about explains it (波及).
    EchoOf {
        /// Of which incident.
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
    /// What joined it is not watched for as long as what it began with.
    OwnWindow,
    /// Some of it began late in the window and gets a window of its own.
    TooYoung,
    /// The window is over and everything is gone.
    WindowOverAllGone,
    /// All of it is gone, and it lasted while nobody could see it.
    LastedUnseen,
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
    /// What planned work kept apart still burns after its end.
    Overrun {
        /// The work.
        work: CoverId,
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
    /// What was asked of somebody was taken back.
    TakenBack,
    /// The verdict leaves the next step to the desk.
    DeskLeads,
    /// Outside every contract: the office decides.
    OutOfScope,
    /// A ping was owed or came back.
    Probe,
    /// What shows a fault is gathered before it is gone.
    Gather,
    /// The desk's act.
    Act {
        /// Who.
        by: String,
    },
    /// The root's alerts are gone.
    RootGone,
    /// They are gone once more after they came back from 復旧確認中 again and again: a longer quiet time counts.
    GoneOnceMore,
    /// They are gone, but come and go: a longer quiet time counts.
    Flaps {
        /// How often it was red so far.
        times: usize,
    },
    /// What it was reported as is gone, and something lesser stays.
    Lesser,
    /// What bore out its cause, which showed nothing itself, is back, and what stays is explained without it.
    BorneOutNoMore,
    /// What stays is worked on as planned: nobody is asked about it before that ends.
    UnderWork {
        /// The work.
        work: CoverId,
    },
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
    /// The trial is over, and nobody outside was told.
    TrialOver,
    /// The desk is closed; the inquiry waits for its opening.
    DeskClosed,
    /// The office is closed; the call waits until it is about to open.
    OfficeClosed,
    /// Only eyes can see it.
    OnSite,
    /// It is several numbers in one, and things of several keepers fail by themselves.
    Several,
    /// What it needs is red, and only kept apart.
    KeptApart {
        /// What that is.
        component: Option<ComponentId>,
    },
    /// A rule waits for time to pass, and for nothing else.
    TimeTells,
    /// Monitoring has begun to show what somebody called about, and its cause may show yet.
    CauseMayShow,
    /// A like fault was restored within the time of recurrence.
    Recurs,
    /// What carried the other on (冗長構成) fails now, too.
    SpareFails,
    /// What fails now is what the other needs, and may be why that fails.
    NeededThere,
    /// It is over for long.
    Old,
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
    /// The desk says that it may work again.
    DeskVerifies,
    /// 復旧報
    Restored,
}
