//! Relapse (継続): what was restored a short while ago is back, so its number goes on.
//!
//! Decided at the end of the grouping window, not before: a thing that failed yesterday by itself fails today with many
//! others when something they all need has died, and that is another fault.

use super::absorb;
use super::cause::only_warns;
use super::{Reason, StatusName, Turn, accept, ease, resume};
use crate::desk::alert::{self, Alert, Standing};
use crate::desk::ids::{AlertId, IncidentId};
use crate::desk::isolate;
use crate::desk::letter::What;
use crate::desk::state::Here;

/// 受付, under the number of the restored incident it is a relapse of, else under a new one.
pub(in crate::desk) fn take_in(turn: &mut Turn, incident: IncidentId, reason: Reason) {
    match restored_lately(turn, incident) {
        Some((before, alert)) => go_on(turn, incident, before, alert),
        None => accept(turn, incident, reason),
    }
}

/// The restored incident `incident` is a relapse of, and the alert that shows it: the same place, the same trigger or
/// message, within the reopen window.
pub(super) fn restored_lately(turn: &Turn, incident: IncidentId) -> Option<(IncidentId, AlertId)> {
    let known = turn.state.incidents.get(&incident)?;
    let alert = turn.state.alerts.get(&known.representative?)?;
    if alert.component != known.root {
        return None;
    }
    // What burns on at the end of planned work or of a silence counts from that end, whatever was there the day before.
    if alert.began.is_some() {
        return None;
    }
    // With a larger fault around it, this is no more likely the old one than an effect of that.
    if isolate::amid_another_fault(turn, incident) {
        return None;
    }
    let reopen = turn.book.rules.policy.reopen;
    let at_place = turn.state.incidents_at.get(&alert.place())?;
    let before = at_place.iter().copied().find(|id| {
        let Some(before) = turn.state.incidents.get(id).filter(|_| *id != incident) else { return false };
        let fresh =
            before.restored.as_ref().is_some_and(|restored| known.detected.elapsed.since(restored.elapsed) <= reopen);
        let ended =
            matches!(before.status.name(), StatusName::Restored | StatusName::AwaitingAcceptance | StatusName::Closed);
        // What was an echo then says nothing about the cause now.
        let root = before.root.is_none()
            || alert.component.as_ref().is_some_and(|component| ease::was_about(turn, *id, component));
        // A warning that only stood beside a grave fault then does not bring that back.
        let here = turn.state.places.get(id).and_then(|places| places.get(&alert.place()));
        let grave = here.and_then(Here::shown).is_some_and(|level| !only_warns(level));
        let as_grave = !grave || !only_warns(alert.weight());
        let same = |member: &Alert| {
            member.place() == alert.place()
                && (member.problem.object.is_some() && member.problem.object == alert.problem.object
                    || member.problem.summary == alert.problem.summary)
        };
        fresh && ended && root && as_grave && turn.state.members_of(*id).any(same)
    });
    before.map(|before| (before, alert.id))
}

/// The same fault: all alerts go to the restored incident, and its handling goes on.
pub(super) fn go_on(turn: &mut Turn, incident: IncidentId, before: IncidentId, alert: AlertId) {
    let members: Vec<AlertId> = turn.state.members_of(incident).map(|member| member.id).collect();
    for member in members {
        let stands = alert::Change::Stands { alert: member, standing: Standing::Member(before) };
        turn.record(stands, alert::Reason::Relapse);
    }
    absorb::emptied(turn, incident, Reason::Relapse { alert });
    turn.touched.unmarked(before);
    // It may hit more than the last time: what carried it on then can have failed meanwhile. Whoever is asked is asked by that.
    super::grade(turn, before);
    isolate::link_spares(turn, before);
    resume(turn, before, None, What::Relapsed, Reason::Relapse { alert });
}
