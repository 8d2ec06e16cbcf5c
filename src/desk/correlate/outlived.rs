//! A cause that was guessed, shows nothing itself, and explains nothing any more: what bore it out is back, and what stays is
//! explained without it. Whoever keeps what stays must be asked.

use super::cause::{self, Known, only_warns};
use super::ease::ECHOES_END;
use super::recovery::is_over_at;
use super::{Edit, Reason, Turn, group};
use crate::desk::alert::Alert;
use crate::desk::ids::{AlertId, IncidentId};
use crate::desk::incident::{Incident, Link};
use crate::desk::letter::{By, What};
use crate::desk::notify;
use crate::desk::state::Here;
use std::time::Duration;

/// The last alert that ended of those that bore out the cause of an incident, where that is such a one.
pub(super) fn last<'a>(turn: &'a Turn, incident: IncidentId) -> Option<&'a Alert> {
    let known = turn.state.incidents.get(&incident)?;
    let root = known.root.as_ref().filter(|_| !is_said(known))?;
    let places = turn.state.places.get(&incident)?;
    // What only warns may stay as long as it likes.
    let fails = |here: &Here| here.red_level().is_some_and(|level| !only_warns(level));
    if !group::stands_silent(turn.state, turn.book, incident) || !places.values().any(fails) {
        return None;
    }
    let over = |alert: &&Alert| {
        let at = alert.component.as_ref();
        alert.recovered() && !alert.problem.momentary && at.is_some_and(|id| is_over_at(turn, incident, id))
    };
    let last =
        turn.state.members_of(incident).filter(over).max_by_key(|alert| alert.gone.as_ref().map(|gone| gone.at))?;
    // As if it were judged now for the first time.
    let mut learnt = Known::of(turn.state, turn.book, known);
    learnt.remainder = false;
    learnt.forget_bygone();
    let causes = cause::causes(&learnt, &group::failing(turn.state, incident));
    (!causes.iter().any(|cause| cause.component() == Some(root))).then_some(last)
}

/// A person says that it is the cause, or that it fails, or made one of what has several.
fn is_said(known: &Incident) -> bool {
    let root = known.root.as_ref();
    let by_desk = known.verdict().is_some_and(|verdict| verdict.by == By::Desk);
    by_desk
        || known.links.iter().any(|(link, _)| *link == Link::Merged)
        || known.told.iter().any(|told| told.component.as_ref() == root)
}

/// How long what bore it out has to stay over still.
pub(super) fn waits(turn: &Turn, incident: IncidentId) -> Option<Duration> {
    let since = last(turn, incident)?.gone.as_ref()?.at;
    let passed = Duration::try_from(turn.now.wall.duration_since(since)).unwrap_or_default();
    let more = turn.book.rules.policy.stable.max(ECHOES_END).checked_sub(passed);
    more.filter(|more| !more.is_zero())
}

/// It is taken for the cause no longer; what is, shows from what fails. That the last of what bore it out is over is told, if what is
/// told anyway is that another thing is.
pub(super) fn give_up(turn: &mut Turn, incident: IncidentId, told: AlertId) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let (occurred, mark, representative) = (known.occurred, known.occurred_mark, known.representative);
    if let Some(alert) = last(turn, incident).filter(|alert| alert.id != told) {
        let since = alert.gone.as_ref().map_or(turn.now.wall, |gone| gone.at);
        let sign = Some(Box::new(notify::sign(turn, alert)));
        turn.edit(incident, Edit::happened(turn.now.wall, What::Eased { since, sign, work: None }), Reason::OnRecord);
    }
    turn.edit(incident, Edit::Reframed { occurred, mark, representative, root: None }, Reason::BorneOutNoMore);
}
