//! What an incident was about before it ended as something else: to an office in turn, to a vendor what it kept of it.
//!
//! Whoever reads 復旧 reads the time of the whole. A vendor whose machine was back an hour before must not find that hour in its
//! own figures, and an office knows the fault by the name it first read.

use super::facts::{Reader, kept_by};
use super::sign;
use crate::desk::alert::Alert;
use crate::desk::correlate;
use crate::desk::ids::{ComponentId, IncidentId, Number, PartyId};
use crate::desk::incident::{Incident, Link};
use crate::desk::letter::{Former, Sign, What};
use crate::desk::observation::Level;
use crate::desk::request::Request;
use crate::desk::turn::Turn;
use jiff::{SignedDuration, Timestamp};

/// For `vendor`, or for an office.
pub(super) fn of(turn: &Turn, incident: IncidentId, vendor: Option<&PartyId>) -> Vec<Former> {
    let Some(known) = turn.state.incidents.get(&incident) else { return Vec::new() };
    match vendor {
        Some(party) => own(turn, known, party).into_iter().collect(),
        None => in_turn(turn, known),
    }
}

/// What eased in the course of it, and what ended last is not that.
fn in_turn(turn: &Turn, known: &Incident) -> Vec<Former> {
    let mut signs: Vec<&Sign> = Vec::new();
    for happening in &known.happenings {
        if let What::Eased { sign: Some(sign), .. } = &happening.what
            && !signs.contains(&&**sign)
        {
            signs.push(sign);
        }
    }
    let shows =
        |alert: &Alert, told: &Sign| *alert.problem.summary == *told.summary && *alert.problem.host == *told.host.0;
    let last = known.representative.and_then(|id| turn.state.alerts.get(&id));
    let of = |told: &Sign| {
        let alerts = turn.state.members_of(known.id).filter(|alert| shows(alert, told));
        span(alerts, told.clone())
    };
    let before = signs.into_iter().filter(|told| !last.is_some_and(|last| shows(last, told)));
    before.filter_map(of).collect()
}

/// All that the vendor keeps of it, where it is not what the incident was about all along.
fn own(turn: &Turn, known: &Incident, party: &PartyId) -> Option<Former> {
    let of_it = turn.state.requests_of(known.id).filter(|request| request.party == *party);
    let asked: &ComponentId = of_it.max_by_key(|request| request.asked)?.component.as_ref()?;
    let moved = known.happenings.iter().any(|happening| matches!(happening.what, What::Eased { .. }));
    if known.root.as_ref() == Some(asked) && !moved {
        return None;
    }
    // What merely warns may have done so for days.
    let kept = |alert: &&Alert| {
        alert.weight() > Level::Warning
            && alert.component.as_ref().is_some_and(|component| kept_by(turn.book, component, party))
    };
    let alerts: Vec<&Alert> = turn.state.members_of(known.id).filter(kept).collect();
    let first = alerts.iter().min_by_key(|alert| (alert.at, alert.id))?;
    let told = sign(turn, first);
    span(alerts.into_iter(), told)
}

/// From the first of them to the last end; `None` while one is red, or was not seen to end.
fn span<'a>(alerts: impl Iterator<Item = &'a Alert>, sign: Sign) -> Option<Former> {
    let mut former: Option<Former> = None;
    for alert in alerts {
        let until = alert.gone.as_ref().filter(|_| alert.recovered())?.at;
        let from = alert.began.unwrap_or(alert.at);
        let known = former.get_or_insert_with(|| Former { sign: sign.clone(), from, until });
        (known.from, known.until) = (known.from.min(from), known.until.max(until));
    }
    former
}

/// When a part began to fail, where that is at least a minute later than the whole.
pub(super) fn began(turn: &Turn, known: &Incident, about: &ComponentId) -> Option<Timestamp> {
    let own = turn.state.members_of(known.id).filter(|alert| alert.component.as_ref() == Some(about));
    // What planned work left burning counts from its end, and failed before.
    let first = own.map(|alert| alert.began.unwrap_or(alert.at)).min()?;
    (first.duration_since(known.occurred) >= SignedDuration::from_mins(1)).then_some(first)
}

/// When what was asked about ended, where the incident has moved on from it.
pub(super) fn over(turn: &Turn, request: &Request) -> Option<Timestamp> {
    let component = request.component.as_ref()?;
    let at = turn.state.members_of(request.incident).filter(|alert| alert.component.as_ref() == Some(component));
    let last = at.filter_map(|alert| alert.gone.as_ref()).map(|gone| gone.at).max();
    last.filter(|_| correlate::is_behind(turn, request.incident, component))
}

/// What was restored before somebody called about it. A vendor reads of what it was asked about.
pub(super) fn restored_before(turn: &Turn, incident: &Incident, reader: Reader) -> Vec<(Number, Timestamp, Timestamp)> {
    let others = incident.links.iter().filter(|(link, _)| *link == Link::Related);
    let others = others.filter_map(|(_, other)| turn.state.incidents.get(other));
    let may_read = |other: &&Incident| match reader {
        Reader::House(_) => true,
        Reader::Vendor(party) => turn.state.requests_of(other.id).any(|request| request.party == *party),
    };
    let told = others.filter(may_read).filter_map(|other| {
        let restored = other.restored.as_ref().filter(|restored| restored.at <= incident.detected.wall)?;
        Some((other.number.clone()?, other.occurred, restored.at)).filter(|_| other.status.name().is_over())
    });
    told.collect()
}
