//! What monitoring does not see any more: told to the desk when it begins, and in every report as not known.

use super::internal;
use crate::desk::alert::Alert;
use crate::desk::ids::{AlertId, IncidentId};
use crate::desk::incident::{Edit, Incident, Reason};
use crate::desk::letter::{Kept, Notice, Unseeing, Unseen, What};
use crate::desk::owed::Why;
use crate::desk::source::Sight;
use crate::desk::turn::Turn;

/// Since when nothing is known of the alert that stands for an incident, and why; `None` = it is seen, or has ended.
pub(super) fn of(turn: &Turn, incident: &Incident, alert: &Alert) -> Option<Unseen> {
    if alert.vanished() {
        let since = alert.gone.as_ref()?.at;
        return Some(Unseen { since, why: Unseeing::Deleted });
    }
    if !alert.red() {
        return None;
    }
    if !alert.monitored {
        let why = Unseeing::Unmonitored;
        let told = |what: &What| matches!(what, What::NotSeen { host, why: Unseeing::Unmonitored } if *host == alert.problem.host_name);
        let since = incident.happenings.iter().rev().find(|known| told(&known.what))?.at;
        return Some(Unseen { since, why });
    }
    match turn.state.sources.get(&alert.source)?.sight {
        Sight::Blind { since, .. } => Some(Unseen { since, why: Unseeing::Blind }),
        Sight::Sees | Sight::Failing { .. } => None,
    }
}

/// An alert of an incident whose operation is checked was kept apart: the desk hears it once, as nobody else does.
pub(in crate::desk) fn red_apart(turn: &mut Turn, incident: IncidentId, kept: Kept, cover: Option<String>) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let last = known.happenings.iter().rev().find(|known| {
        matches!(known.what, What::RedApart { .. } | What::BackToNormal { .. } | What::DeskVerifies { .. })
    });
    // By the desk's word it may work whatever monitoring shows.
    if !matches!(last.map(|last| &last.what), Some(What::BackToNormal { .. })) {
        return;
    }
    let what = What::RedApart { by: kept.by };
    turn.edit(incident, Edit::happened(turn.now.wall, what), Reason::OnRecord);
    internal(turn, Some(incident), Notice::RedApart { kept: Box::new(kept), cover }, Why::DeskLeads);
}

/// An alert was deleted or is not monitored any more: where it stands for an incident that is handled, the desk hears it.
pub(in crate::desk) fn not_seen(turn: &mut Turn, id: AlertId, why: Unseeing) {
    let Some(alert) = turn.state.alerts.get(&id) else { return };
    let Some(incident) = alert.incident() else { return };
    let handled = turn.state.incidents.get(&incident).is_some_and(|known| {
        known.number.is_some() && known.representative == Some(id) && known.status.name().may_recover()
    });
    if !handled {
        return;
    }
    let since = alert.gone.as_ref().map_or(turn.now.wall, |gone| gone.at);
    let (host, summary) = (alert.problem.host_name.clone(), alert.problem.summary.clone());
    let what = What::NotSeen { host: host.to_string(), why };
    turn.edit(incident, Edit::happened(since, what), Reason::OnRecord);
    internal(
        turn,
        Some(incident),
        Notice::NotSeen { host: host.to_string(), summary: summary.to_string(), unseen: Unseen { since, why } },
        Why::Notice,
    );
}
