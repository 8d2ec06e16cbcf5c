//! Reasons in words, without `because`.

use super::{Names, one_line};
use crate::desk::ids::ComponentId;
use crate::desk::incident::ReportReason;
use crate::desk::owed::Why;
use crate::desk::{Reason, alert, cover, house, incident, modification, owed, past, probe, request, source};

pub(super) fn reason(names: Names, reason: &Reason) -> String {
    match reason {
        Reason::Source(reason) => source_reason(reason),
        Reason::Alert(reason) => alert_reason(reason),
        Reason::Incident(reason) => incident_reason(names, reason),
        Reason::Request(reason) => request_reason(reason).to_owned(),
        Reason::Modification(modification::Reason::Act { by }) => format!("{} said so", one_line(by)),
        Reason::Modification(modification::Reason::Old) => "it was long ago".to_owned(),
        Reason::Owed(reason) => owed_reason(names, reason),
        Reason::Cover(reason) => cover_reason(reason),
        Reason::Probe(reason) => probe_reason(*reason).to_owned(),
        Reason::Past(past::Reason::Old) => "it was long ago".to_owned(),
        Reason::House(reason) => house_reason(*reason),
    }
}

fn source_reason(reason: &source::Reason) -> String {
    match reason {
        source::Reason::Started => "a look is expected".to_owned(),
        source::Reason::SomethingNew => "it brought something new".to_owned(),
        source::Reason::Heartbeat => "it still sees".to_owned(),
        source::Reason::SeesAgain => "it sees again".to_owned(),
        source::Reason::LookFailed => "the look failed".to_owned(),
        source::Reason::FailedTooOften { count } => format!("{count} looks in a row failed"),
        source::Reason::SilentTooLong => "no complete look came for too long".to_owned(),
        source::Reason::AsReported => "the source said so".to_owned(),
    }
}

fn alert_reason(reason: &alert::Reason) -> String {
    match reason {
        alert::Reason::FirstSeen => "it is new".to_owned(),
        alert::Reason::SeenBefore => "it was reported before".to_owned(),
        alert::Reason::AsReported => "the source said so".to_owned(),
        alert::Reason::SameComponent => "the same component fails there".to_owned(),
        alert::Reason::Echo { of } => format!("it needs {of}, which fails"),
        alert::Reason::Cause { of } => format!("{of}, which fails, needs it"),
        alert::Reason::CommonNeed { of } => format!("both need {of}"),
        alert::Reason::Shares { what } => format!("it has {} in common with a young incident", one_line(what)),
        alert::Reason::DidNotCome => "it did not come by its hour".to_owned(),
        alert::Reason::Came => "it came after all".to_owned(),
        alert::Reason::Configuration => "it is expected no more".to_owned(),
        alert::Reason::NothingRelated => "no open incident is related to it".to_owned(),
        alert::Reason::SameCause { of } => format!("{of} explains both"),
        alert::Reason::Independent => "it does not share the cause of the others".to_owned(),
        alert::Reason::Relapse => "the same fault is back within the reopen window".to_owned(),
        alert::Reason::StillRed => "it is still red".to_owned(),
        alert::Reason::Suppressed => "something explains it".to_owned(),
        alert::Reason::SuppressionEnded => "what kept it apart is over".to_owned(),
        alert::Reason::Act => "the desk said so".to_owned(),
        alert::Reason::Old => "it ended long ago".to_owned(),
        alert::Reason::NotKnown => "nothing is known under that id".to_owned(),
    }
}

fn incident_reason(names: Names, reason: &incident::Reason) -> String {
    match reason {
        incident::Reason::NewFault { alert } => {
            let about =
                names.state.alerts.get(alert).map(|alert| {
                    format!("\"{}\" on {}", one_line(&alert.problem.summary), one_line(&alert.problem.host))
                });
            format!("no open incident is related to {}", about.unwrap_or_else(|| alert.to_string()))
        }
        incident::Reason::Blind => "a source sees nothing".to_owned(),
        incident::Reason::Call => "somebody called".to_owned(),
        incident::Reason::Independent { of } => {
            format!("it does not share the cause of the others in {}", names.incident(*of))
        }
        incident::Reason::SharesCause => "another incident has the same cause".to_owned(),
        incident::Reason::EchoOf { of } => format!("{} explains it", names.incident(*of)),
        incident::Reason::StillRed { of } => format!("it stayed red when {} was over", names.incident(*of)),
        incident::Reason::WindowOverStillRed { red } => format!("the window is over and {red} are still there"),
        incident::Reason::OwnWindow => "what joined it is not watched for as long".to_owned(),
        incident::Reason::TooYoung => "the window of what it shows now is not over".to_owned(),
        incident::Reason::LastedUnseen => "it is gone, and lasted while it could not be seen".to_owned(),
        incident::Reason::WindowOverAllGone => "the window is over and all are gone".to_owned(),
        incident::Reason::LowSeverity => "severity 4 is only watched".to_owned(),
        incident::Reason::Repeated { times } => format!("it came {times} times while watched"),
        incident::Reason::WatchedGotWorse => "watching it is not enough any more".to_owned(),
        incident::Reason::Quiet => "nothing happened while it was watched".to_owned(),
        incident::Reason::Accepted => "it was accepted".to_owned(),
        incident::Reason::NextNumber => "it is the next of the day".to_owned(),
        incident::Reason::Matrix => "of the severity matrix".to_owned(),
        incident::Reason::Members => "its alerts changed".to_owned(),
        incident::Reason::Isolated { rule: Some(rule) } => format!("rule \"{}\" holds", one_line(rule)),
        incident::Reason::Isolated { rule: None } => "of the responsibility table".to_owned(),
        incident::Reason::Overrun { work } => {
            format!("what planned work {work} kept apart still burns after its end")
        }
        incident::Reason::Disagreement { first, other } => {
            format!("rule \"{}\" disagrees with rule \"{}\"", one_line(other), one_line(first))
        }
        incident::Reason::Requested => "a vendor was asked".to_owned(),
        incident::Reason::TakenBack => "what was asked was taken back".to_owned(),
        incident::Reason::DeskLeads => "the next step is the desk's".to_owned(),
        incident::Reason::OutOfScope => "no contract covers it".to_owned(),
        incident::Reason::Probe => "isolation asks for it".to_owned(),
        incident::Reason::Gather => "what shows it is kept".to_owned(),
        incident::Reason::Act { by } => format!("{} said so", one_line(by)),
        incident::Reason::RootGone => "what it comes from is gone".to_owned(),
        incident::Reason::UnderWork { work } => format!("what stays is under planned work {work}"),
        incident::Reason::BorneOutNoMore => {
            "what bore out its cause is back, and what stays is explained without it".to_owned()
        }
        incident::Reason::Lesser => "what it was reported as is gone, and something lesser stays".to_owned(),
        incident::Reason::CameBack => "it came back".to_owned(),
        incident::Reason::Stable => "it stayed gone".to_owned(),
        incident::Reason::Report(reason) => match reason {
            ReportReason::First => "the office must know".to_owned(),
            ReportReason::Promised => "the promised hour came".to_owned(),
            ReportReason::News => "there is news".to_owned(),
            ReportReason::Verifying => "monitoring shows normal".to_owned(),
            ReportReason::DeskVerifies => "the desk says that it may work again".to_owned(),
            ReportReason::Restored => "operation was checked".to_owned(),
        },
        incident::Reason::OnRecord => "it is for the record".to_owned(),
        incident::Reason::SeesAgain => "the source sees again".to_owned(),
        incident::Reason::Relapse { alert } => format!("{alert} is the same fault within the reopen window"),
        incident::Reason::Digest => "the digest lists it".to_owned(),
        incident::Reason::HoldElapsed => "it was on hold long enough".to_owned(),
        incident::Reason::Recurs => "the same fault was there before".to_owned(),
        incident::Reason::NeededThere => "one needs what fails in the other".to_owned(),
        incident::Reason::SpareFails => "what carried it on fails now, too".to_owned(),
        incident::Reason::GoneOnceMore => "it is gone once more, and came back before".to_owned(),
        incident::Reason::Flaps { times } => format!("it comes and goes ({times} times)"),
        incident::Reason::Old => "it was long ago".to_owned(),
        incident::Reason::OnSite => "only eyes can see it".to_owned(),
        incident::Reason::Several => "things of several keepers fail by themselves".to_owned(),
        incident::Reason::KeptApart { component } => {
            let name = component.as_ref().map_or("what it needs", ComponentId::as_str);
            format!("{name} is red, and only kept apart")
        }
        incident::Reason::CauseMayShow => "its cause may show yet".to_owned(),
        incident::Reason::TimeTells => "only time tells what a rule asks".to_owned(),
        incident::Reason::TrialOver => "the trial is over".to_owned(),
        incident::Reason::DeskClosed => "the desk is closed".to_owned(),
        incident::Reason::OfficeClosed => "the office is closed".to_owned(),
    }
}

fn request_reason(reason: &request::Reason) -> &'static str {
    match reason {
        request::Reason::Old => "it was long ago",
        request::Reason::Verdict => "the verdict names it",
        request::Reason::HandedBack => "it answered that it is not its part",
        request::Reason::Act => "the desk said so",
        request::Reason::Delivered => "its server took the mail",
        request::Reason::NotAcknowledged => "no acknowledgement came in time",
        request::Reason::ShowsNormal => "monitoring shows normal",
        request::Reason::Restored => "the incident is restored",
        request::Reason::AskedForMore => "it is asked for more",
        request::Reason::OnTrial => "nobody can answer on trial",
        request::Reason::TrialOver => "the trial is over",
        request::Reason::NeverLeft => "its mail was dropped before anybody read it",
        request::Reason::ForApproval => "the desk looks at it before it leaves",
        request::Reason::LetGo => "it leaves now",
        request::Reason::Merged => "it goes on under another number",
        request::Reason::OnHold => "it is on hold",
        request::Reason::LongClosure => "it is closed for long",
        request::Reason::NobodyAnswers => "nobody answers there",
        request::Reason::Opens => "it opens",
        request::Reason::NoLongerWaited => "it is not waited for any more",
        request::Reason::Graver => "it has become graver",
        request::Reason::NoLongerAsked => "it is no longer asked",
    }
}

fn owed_reason(names: Names, reason: &owed::Reason) -> String {
    match reason {
        owed::Reason::Because(why) => why_with(names, why),
        owed::Reason::Due => "it is due".to_owned(),
        owed::Reason::AsReported => "the channel said so".to_owned(),
        owed::Reason::PathFailed { why } => format!("the path failed: {}", one_line(why)),
        owed::Reason::Late => "it is late".to_owned(),
        owed::Reason::TakesOver { from } => format!("it takes over from {}", names.row(*from)),
        owed::Reason::Ahead { of } => format!("{} must not wait and comes after it", names.row(*of)),
        owed::Reason::CutOff => "the daemon ended during the attempt".to_owned(),
        owed::Reason::GivenUp => "its time is over".to_owned(),
        owed::Reason::SaidBetter { by } => format!("{} says it better", names.row(*by)),
        owed::Reason::Needless => "nobody has read it, and it is not so any more".to_owned(),
        owed::Reason::Answered => "it reminds of what has been answered".to_owned(),
        owed::Reason::Configuration => "the configuration says so now".to_owned(),
        owed::Reason::Repaired => "what it hung on may be repaired".to_owned(),
        owed::Reason::Old => "it ended long ago".to_owned(),
        owed::Reason::Restored { made } => {
            format!("the record was restored from a backup of {} and it may have left since", names.at(*made))
        }
        owed::Reason::OnTrial => "the desk is on trial".to_owned(),
        owed::Reason::Dropped => "somebody at the desk gave it up".to_owned(),
        owed::Reason::Act { by } => format!("{by} wants it tried again"),
        owed::Reason::ForApproval => "the desk looks at it before it leaves".to_owned(),
        owed::Reason::Approved { by } => format!("{} approved it", one_line(by)),
        owed::Reason::LimitOver => "nobody had looked at it by its limit".to_owned(),
        owed::Reason::Unwritable => "the record cannot be written".to_owned(),
    }
}

fn why_with(names: Names, known: &Why) -> String {
    match known {
        Why::CopyOf(row) => format!("it is a copy of {}", names.row(*row)),
        Why::NextContact(row) => format!("{} did not reach its address", names.row(*row)),
        _ => why(known),
    }
}

/// Why a row is owed, where no state is at hand.
pub(super) fn why(why: &Why) -> String {
    match why {
        Why::FirstReport { severity } => format!("severity {severity} is reported"),
        Why::CopyOf(row) => format!("it is a copy of {row}"),
        Why::Interim => "news or the promised hour".to_owned(),
        Why::Recovery => "it is restored".to_owned(),
        Why::Verdict => "the verdict says who is asked".to_owned(),
        Why::Act => "the desk said so".to_owned(),
        Why::NotAcknowledged => "no acknowledgement came in time".to_owned(),
        Why::Call => "somebody must be called".to_owned(),
        Why::DeskLeads => "the next step is the desk's".to_owned(),
        Why::OnSite => "only eyes can see it".to_owned(),
        Why::CheckOperation => "operation must be checked".to_owned(),
        Why::OutOfScope => "the office must decide".to_owned(),
        Why::ClosedForLong => "the vendor is closed for long and nobody answers".to_owned(),
        Why::Graver => "it has become graver".to_owned(),
        Why::ShowsMore => "what was asked about shows something else, too".to_owned(),
        Why::HandOver => "the reception closes".to_owned(),
        Why::TooMuch => "more would leave than may".to_owned(),
        Why::ChannelFails => "a channel fails, or works again".to_owned(),
        Why::Heartbeat => "a sign of life is due".to_owned(),
        Why::Approval => "the desk is to look at it before it leaves".to_owned(),
        Why::Trial => "the trial begins or ends".to_owned(),
        Why::Storm => "of a storm of alerts".to_owned(),
        Why::ExternalService => "an external service fails".to_owned(),
        Why::Blind => "a source sees nothing".to_owned(),
        Why::SeesAgain => "a source sees again".to_owned(),
        Why::DigestHour => "the hour of the digest came".to_owned(),
        Why::FirstLook => "it was red before the first look".to_owned(),
        Why::NotDelivered => "a message could not be delivered".to_owned(),
        Why::NextContact(row) => format!("{row} did not reach its address"),
        Why::Evidence => "isolation asks for it".to_owned(),
        Why::WriteBack => "the problem should carry our number".to_owned(),
        Why::CoverEnds => "what is kept apart still burns shortly before the end".to_owned(),
        Why::CertificateEnds => "a certificate ends soon".to_owned(),
        Why::Certificates => "the hour came at which certificates are looked at".to_owned(),
        Why::Addresses => "the hour came at which addresses are asked".to_owned(),
        Why::Notice => "somebody should know".to_owned(),
    }
}

fn cover_reason(reason: &cover::Reason) -> String {
    match reason {
        cover::Reason::Configuration => "the configuration says so".to_owned(),
        cover::Reason::Source => "the source says so".to_owned(),
        cover::Reason::Act { by } => format!("{} said so", one_line(by)),
        cover::Reason::Hour => "the hour came".to_owned(),
        cover::Reason::Alerts => "it covers them".to_owned(),
        cover::Reason::Old => "it ended long ago".to_owned(),
    }
}

fn probe_reason(reason: probe::Reason) -> &'static str {
    match reason {
        probe::Reason::Isolation => "isolation asks for it",
        probe::Reason::AsReported => "it came back",
        probe::Reason::Daily => "it is looked at every day",
        probe::Reason::GivenUp => "its time is over",
        probe::Reason::Hour => "the hour came",
        probe::Reason::EndsSoon => "its day came",
    }
}

fn house_reason(reason: house::Reason) -> String {
    match reason {
        house::Reason::Start => "the daemon started".to_owned(),
        house::Reason::Restore => "a backup was put in the place of the record".to_owned(),
        house::Reason::Configuration => "the configuration was read".to_owned(),
        house::Reason::Planned => "planned work or a silence changed".to_owned(),
        house::Reason::Hour => "the hour came".to_owned(),
        house::Reason::Observed => "it was observed".to_owned(),
        house::Reason::Answered => "it answered".to_owned(),
        house::Reason::Calm => "nothing fails there, and it does not answer".to_owned(),
        house::Reason::TooMany { most } => format!("{most} or more came lately"),
        house::Reason::InTime => "it came in time".to_owned(),
        house::Reason::NotCome => "it did not come by its hour".to_owned(),
        house::Reason::NotWatched => "it may have come before it was watched for".to_owned(),
        house::Reason::NotSeen => "its source sees nothing".to_owned(),
        house::Reason::Fewer => "fewer come".to_owned(),
        house::Reason::Left => "a message leaves".to_owned(),
        house::Reason::TooMuch => "more would leave than may".to_owned(),
        house::Reason::Disk => "as the disk is".to_owned(),
        house::Reason::Failing => "it fails".to_owned(),
        house::Reason::Stuck => "a critical mail is stuck".to_owned(),
        house::Reason::Asked => "somebody asked for it".to_owned(),
        house::Reason::Removed => "its files are removed".to_owned(),
        house::Reason::TimeIsOver => "the time it is kept is over".to_owned(),
        house::Reason::Failed => "the desk failed on it".to_owned(),
    }
}
