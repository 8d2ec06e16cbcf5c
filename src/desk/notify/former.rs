//! What an incident was about before it ended as something else: to an office in turn, to a vendor what it kept of it.
//!
//! Whoever reads 復旧 reads the time of the whole. A vendor whose machine was back an hour before must not find that hour in its
//! own figures, and an office knows the fault by the name it first read.

use super::sign;
use crate::desk::alert::Alert;
use crate::desk::ids::{ComponentId, IncidentId, PartyId};
use crate::desk::incident::Incident;
use crate::desk::letter::{Former, Sign, What};
use crate::desk::turn::Turn;

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
    let of = |told: &&Sign| {
        let alerts = turn.state.members_of(known.id).filter(|alert| {
            alert.component != known.root
                && *alert.problem.summary == *told.summary
                && *alert.problem.host == *told.host.0
        });
        span(alerts, (*told).clone())
    };
    signs.iter().filter_map(of).collect()
}

/// The vendor's part, where it is not what the incident was about all along.
fn own(turn: &Turn, known: &Incident, party: &PartyId) -> Option<Former> {
    let of_it = turn.state.requests_of(known.id).filter(|request| request.party == *party);
    let asked: &ComponentId = of_it.max_by_key(|request| request.asked)?.component.as_ref()?;
    let moved = known.happenings.iter().any(|happening| matches!(happening.what, What::Eased { .. }));
    if known.root.as_ref() == Some(asked) && !moved {
        return None;
    }
    let alerts: Vec<&Alert> =
        turn.state.members_of(known.id).filter(|alert| alert.component.as_ref() == Some(asked)).collect();
    let first = alerts.iter().min_by_key(|alert| (alert.at, alert.id))?;
    let told = sign(turn, first);
    span(alerts.into_iter(), told)
}

/// From the first of them to the last end; `None` while one is red, or was not seen to end.
fn span<'a>(alerts: impl Iterator<Item = &'a Alert>, sign: Sign) -> Option<Former> {
    let mut former: Option<Former> = None;
    for alert in alerts {
        let until = alert.gone.as_ref().filter(|_| alert.recovered())?.at;
        let known = former.get_or_insert_with(|| Former { sign: sign.clone(), from: alert.at, until });
        (known.from, known.until) = (known.from.min(alert.at), known.until.max(until));
    }
    former
}
