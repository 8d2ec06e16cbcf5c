//! What somebody has decided, or what only few may know of, does not take in another fault: whoever keeps that would not be asked,
//! and nobody would hear of it.
//!
//! A word of the desk stands for what it was said of, and a suspicion of a security incident keeps silence about itself alone.

use super::cause::only_warns;
use crate::desk::alert::Alert;
use crate::desk::ids::{ComponentId, IncidentId};
use crate::desk::incident::{Incident, Verdict};
use crate::desk::letter::By;
use crate::desk::likeness;
use crate::desk::observation::Level;
use crate::desk::rules::VerdictCode;
use crate::desk::state::Place;
use crate::desk::turn::Turn;

/// Whether what fails at `component` with `level` is another fault than the one `incident` was decided to be.
pub(super) fn shuts_out(turn: &Turn, incident: IncidentId, component: &ComponentId, level: Level) -> bool {
    let Some((known, verdict)) = decided(turn, incident).filter(|_| level >= Level::High) else { return false };
    if is_asked(turn, verdict, component) {
        return false;
    }
    let about = verdict.component.as_ref().or(known.root.as_ref());
    if about.is_some_and(|about| turn.book.graph.needs(component, about)) {
        // A false alarm, an operator's slip or a suspicion stops nothing; a line that is down does.
        return matches!(verdict.code, VerdictCode::Monitor | VerdictCode::User | VerdictCode::Security);
    }
    let place = Place::Component(component.clone());
    let shown = turn.state.places.get(&incident).and_then(|places| places.get(&place)?.level());
    shown.is_none_or(|shown| shown < level)
}

/// Whether `alert` shows something else than the suspicion it would be silenced with, and no less grave.
pub(super) fn is_another_matter(turn: &Turn, incident: IncidentId, alert: &Alert) -> bool {
    let security = |(_, verdict): &(&Incident, &Verdict)| verdict.code == VerdictCode::Security;
    if only_warns(alert.weight()) || decided(turn, incident).filter(security).is_none() {
        return false;
    }
    !turn.state.members_of(incident).any(|member| likeness::is_alike(member, alert))
}

/// What is decided by a person, or suspected to be a matter for few.
fn decided<'a>(turn: &'a Turn, incident: IncidentId) -> Option<(&'a Incident, &'a Verdict)> {
    let known = turn.state.incidents.get(&incident)?;
    let verdict = known.verdict()?;
    (verdict.by == By::Desk || verdict.code == VerdictCode::Security).then_some((known, verdict))
}

/// Its keeper has been asked by that word: it hears of what grew worse.
fn is_asked(turn: &Turn, verdict: &Verdict, component: &ComponentId) -> bool {
    let asks = matches!(verdict.code, VerdictCode::Single | VerdictCode::Multi);
    asks && turn.book.keeper(component).is_some_and(|keeper| verdict.parties.contains(keeper))
}
