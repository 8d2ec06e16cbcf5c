//! What stands on the desk's word: that it may work again, or that it does not, whatever monitoring shows.

use crate::desk::alert::Alert;
use crate::desk::ids::PartyId;
use crate::desk::incident::{Incident, StatusName, Verdict};
use crate::desk::letter::{Because, DeskWord, Happening, What};
use crate::desk::request::Request;
use crate::desk::rules::VerdictCode;
use crate::desk::turn::Turn;
use jiff::Timestamp;

/// When it came back last, or was taken up again: it may have been seen to be back, and kept apart, before.
pub(super) fn returned(incident: &Incident) -> Option<Timestamp> {
    let last = incident.happenings.iter().rposition(is_return)?;
    let normal = |known: &&Happening| matches!(known.what, What::BackToNormal { .. } | What::DeskVerifies { .. });
    let denied = incident.happenings.iter().take(last).rev().take_while(|known| !normal(known));
    let denied = denied.filter(|known| matches!(known.what, What::RedApart { .. })).last();
    denied.or_else(|| incident.happenings.get(last)).map(|known| known.at)
}

fn is_return(known: &Happening) -> bool {
    matches!(known.what, What::Relapsed | What::Reopened { .. })
}

fn last_return(incident: &Incident) -> Option<&Happening> {
    incident.happenings.iter().rev().find(|known| is_return(known))
}

pub(super) fn of(turn: &Turn, incident: &Incident) -> DeskWord {
    let checks = |known: &&Happening| matches!(known.what, What::BackToNormal { .. } | What::DeskVerifies { .. });
    let last = incident.happenings.iter().rev().find(checks);
    let verifies = incident.status.name() == StatusName::Verifying
        && last.is_some_and(|known| matches!(known.what, What::DeskVerifies { .. }));
    let reopened = last_return(incident).and_then(|known| match &known.what {
        What::Reopened { reason } => Some(reason.clone()),
        _ => None,
    });
    let denied =
        incident.happenings.iter().rev().take_while(|known| !checks(known)).find_map(|known| match known.what {
            What::RedApart { by } => Some((known.at, by)),
            _ => None,
        });
    let red_apart = denied.filter(|_| incident.status.name() == StatusName::Verifying);
    DeskWord { verifies, still_burns: verifies && burns(turn, incident) || red_apart.is_some(), red_apart, reopened }
}

/// What stands for it in words is red.
fn burns(turn: &Turn, incident: &Incident) -> bool {
    incident.representative.and_then(|id| turn.state.alerts.get(&id)).is_some_and(Alert::red)
}

/// That an alert is there is no ground once it is not, and the desk took the incident up all the same.
pub(super) fn ground(turn: &Turn, incident: &Incident, because: Because) -> Because {
    match because {
        Because::Alert { component } if incident.reopened.is_some() && !burns(turn, incident) => {
            Because::Reopened { component }
        }
        other => other,
    }
}

/// The desk asked a party that the verdict does not name: its reasons are of somebody else's part. That no contract of ours
/// covers its part is no ground for a suspicion either.
pub(super) fn is_ordered(turn: &Turn, incident: &Incident, verdict: &Verdict, party: &PartyId) -> bool {
    let ordered = |request: &Request| request.party == *party && request.ordered && request.state.open();
    let suspected = verdict.parties.contains(party) && verdict.code != VerdictCode::ScopeOut;
    !suspected && turn.state.requests_of(incident.id).any(ordered)
}
