//! What an incident shows beside the alert that stands for it: what stays when that is over, and what came to it.

use crate::desk::alert::Alert;
use crate::desk::correlate;
use crate::desk::incident::Incident;
use crate::desk::letter::{Eased, FirstSign, Sign};
use crate::desk::likeness::distinct;
use crate::desk::source::Sight;
use crate::desk::turn::Turn;
use std::cmp::Reverse;

/// Alerts named beside the one that stands for an incident.
const BESIDE: usize = 3;

/// The alert that stands for an incident is over, though monitoring does not show normal: since when, and the gravest of
/// `members`, the first of which count most, that stays red. What comes and goes is told as such.
pub(super) fn eased(turn: &Turn, incident: &Incident, alert: &Alert, members: &[&&Alert]) -> Option<Eased> {
    let gone = alert.gone.as_ref().filter(|_| alert.recovered() && !alert.problem.momentary)?;
    let before = incident.status.name().may_recover();
    let unseen = correlate::burns_unseen(turn.state, incident, &alert.place());
    if !before || unseen || correlate::flapping(turn, incident.id).is_some() {
        return None;
    }
    let red = || members.iter().filter(|member| member.red());
    let at_root = |member: &&&&Alert| incident.root.is_some() && member.component == incident.root;
    let stays = red().filter(at_root).max_by_key(|member| (member.weight(), Reverse(member.id)));
    let remains = stays.or_else(|| red().next()).map(|member| sign(turn, member));
    let blind = match turn.state.sources.get(&alert.source).map(|source| source.sight.clone()) {
        Some(Sight::Blind { since, .. }) => Some(since),
        Some(Sight::Sees | Sight::Failing { .. }) | None => None,
    };
    Some(Eased { since: gone.at, remains, blind })
}

/// What else the machine of the alert that stands for an incident shows at the same time and is no less, the gravest
/// first: another symptom each. Nothing where that alert is over.
pub(super) fn beside(turn: &Turn, alert: &Alert, members: &[&&Alert]) -> Vec<Sign> {
    let same = |member: &Alert| member.place() == alert.place() && member.problem.host == alert.problem.host;
    let as_grave = |member: &Alert| member.red() && same(member) && member.weight() >= alert.weight();
    let here = members.iter().map(|member| **member).filter(|member| alert.red() && as_grave(member));
    distinct(Some(alert), here).into_iter().take(BESIDE).map(|member| sign(turn, member)).collect()
}

/// What the machine of the alert that stands for an incident showed first, where that is the 発生 and another symptom. What is told
/// as beside it already is not told again.
pub(super) fn first(turn: &Turn, incident: &Incident, alert: &Alert, members: &[&&Alert]) -> Option<FirstSign> {
    let came = |member: &Alert| member.at == incident.occurred && member.at < alert.at;
    let own = members.iter().map(|member| **member).filter(|member| member.place() == alert.place() && came(member));
    let first = distinct(Some(alert), own).into_iter().next()?;
    let sign = sign(turn, first);
    (!beside(turn, alert, members).contains(&sign)).then_some(FirstSign { sign, at: first.at })
}

/// An alert as words tell of it.
pub(in crate::desk) fn sign(turn: &Turn, alert: &Alert) -> Sign {
    Sign {
        summary: alert.problem.summary.to_string(),
        host: (alert.problem.host.to_string(), alert.problem.host_name.to_string()),
        component: alert.component.as_ref().map(|component| turn.book.component_name(component)),
    }
}
