//! The table: which deed is possible in which state, where it leads, and why not.

use super::deed::DeedName;
use crate::desk::incident::StatusName;

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
    const MERGED: &str = "it goes on under another number";
    match (deed, status) {
        (D::Note | D::Link, _) => Ok(Leads::Stays),

        (
            D::Cause,
            S::Isolating
            | S::Requested
            | S::InProgress
            | S::WorkedAround
            | S::Verifying
            | S::OnHold
            | S::Restored
            | S::AwaitingAcceptance
            | S::Closed,
        ) => Ok(Leads::Stays),

        (
            D::Looked | D::Called,
            S::Accepted | S::Isolating | S::Requested | S::InProgress | S::WorkedAround | S::Verifying | S::OnHold,
        ) => Ok(Leads::Stays),

        (D::WorkAround, S::Accepted | S::Isolating | S::Requested | S::InProgress | S::OnHold) => {
            Ok(Leads::To(S::WorkedAround))
        }
        (D::WorkAround, S::WorkedAround) => Ok(Leads::Stays),
        (D::WorkAround, S::Verifying) => Err("monitoring shows normal: `restore` it when operation was checked"),

        (
            D::Merge,
            S::Watched
            | S::Accepted
            | S::Isolating
            | S::Requested
            | S::InProgress
            | S::WorkedAround
            | S::Verifying
            | S::OnHold,
        ) => Ok(Leads::To(S::Merged)),
        (D::Split, S::Accepted | S::Isolating | S::Requested | S::InProgress | S::WorkedAround | S::OnHold) => {
            Ok(Leads::Stays)
        }
        (D::Split, S::Verifying) => Err("monitoring shows normal: what is still red gets its own number at `restore`"),

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

        // A workaround may cease to hold.
        (D::Reopen, S::WorkedAround | S::Verifying | S::Restored | S::AwaitingAcceptance | S::Closed) => {
            Ok(Leads::ByRequests)
        }
        (D::Reopen, S::Accepted | S::Isolating | S::Requested | S::InProgress | S::OnHold) => Err("it is not over"),

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
        (D::Cause, S::Accepted) => Err("it is not isolated yet"),
        (D::Cancel, S::Cancelled) => Err("it was cancelled already"),
        (D::Cancel, S::Restored | S::AwaitingAcceptance | S::Closed) => {
            Err("it is restored: there is nothing to cancel")
        }

        (_, S::Detected) => Err(NOT_YET),
        (_, S::Watched) => Err("it is only watched: `confirm` takes it in"),
        (_, S::Restored | S::AwaitingAcceptance | S::Closed) => Err(OVER),
        (_, S::Cancelled) => Err(GONE),
        (_, S::Merged) => Err(MERGED),
    }
}

/// What is possible in `status`, as a sentence for a refused act.
pub fn possible(status: StatusName) -> String {
    let names: Vec<&str> =
        DeedName::ALL.into_iter().filter(|deed| allowed(*deed, status).is_ok()).map(DeedName::as_str).collect();
    format!("Possible now ({}): {}.", status.as_str(), names.join(", "))
}
