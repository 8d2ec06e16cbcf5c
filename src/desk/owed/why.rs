//! Why something is owed.

use crate::desk::ids::OwedId;
use serde::{Deserialize, Serialize};

/// Why something is owed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Why {
    /// 第一報: by severity.
    FirstReport {
        /// 重大度
        severity: u8,
    },
    /// 続報
    Interim,
    /// 復旧報
    Recovery,
    /// The verdict names the party.
    Verdict,
    /// The desk named the party.
    Act,
    /// No 受領 in time.
    NotAcknowledged,
    /// Somebody must be called.
    Call,
    /// The desk leads on.
    DeskLeads,
    /// Only eyes can see it.
    OnSite,
    /// Please check operation.
    CheckOperation,
    /// Outside every contract.
    OutOfScope,
    /// The vendor is closed for long, and nobody answers there.
    ClosedForLong,
    /// The incident became graver: what could wait cannot any more.
    Graver,
    /// What was asked about shows something else, too.
    ShowsMore,
    /// Too many alerts come on a system, or no longer.
    Storm,
    /// An external service.
    ExternalService,
    /// A source is blind.
    Blind,
    /// A source sees again.
    SeesAgain,
    /// The reception closes.
    HandOver,
    /// The hour of the digest.
    DigestHour,
    /// First start with red problems.
    FirstLook,
    /// A message could not be delivered.
    NotDelivered,
    /// The address of an earlier one does not exist: the next contact gets it.
    NextContact(OwedId),
    /// A rule or the evidence needs it.
    Evidence,
    /// Our number belongs on the problem.
    WriteBack,
    /// Copy of a message for a channel of the same party.
    CopyOf(OwedId),
    /// Certificates are looked at every day.
    Certificates,
    /// Addresses are asked every day.
    Addresses,
    /// A certificate ends soon, or has ended.
    CertificateEnds,
    /// Something an administrator should know.
    Notice,
    /// Planned work or a silence ends soon and something still burns.
    CoverEnds,
    /// More would leave than may: it is told in one.
    TooMuch,
    /// A channel fails, or works again.
    ChannelFails,
    /// The trial begins or ends.
    Trial,
    /// Messages wait for the desk to look at them.
    Approval,
    /// A sign of life is due.
    Heartbeat,
}
