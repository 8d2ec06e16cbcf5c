//! 日次まとめ and 引継ぎ: what is open, what was watched, what is minor, what did not arrive.

use super::facts::stage;
use super::house::source_name;
use super::{Draft, covers, send};
use crate::desk::deliver;
use crate::desk::house;
use crate::desk::ids::IncidentId;
use crate::desk::incident::{Edit, Incident, Reason, StatusName};
use crate::desk::letter::{Digest, DigestLine, Matter};
use crate::desk::owed::{OwedState, Why, Work};
use crate::desk::removal::Swept;
use crate::desk::request::RequestState;
use crate::desk::turn::Turn;
use jiff::Timestamp;

/// Lines of one list of the daily digest.
const LINES: usize = 200;

/// 日次まとめ: what is open, what was watched, what is minor, what did not arrive.
pub(in crate::desk) fn digest(turn: &mut Turn) {
    let now = turn.now.wall;
    let Some(next) = turn.book.next_hour(now, turn.book.rules.policy.digest_at) else { return };
    covers::review(turn);
    let since = turn.state.house.digest_last;
    let listed: Vec<IncidentId> = turn
        .state
        .incidents
        .values()
        // One that gave its alerts to another is no case of its own.
        .filter(|incident| watched(incident) && turn.state.members_of(incident.id).next().is_some() || low(incident))
        .filter(|incident| !incident.digested)
        .map(|incident| incident.id)
        .collect();
    let removed = removed(turn, since);
    let digest = Digest {
        open: open(turn),
        watched: lines(turn, &listed, watched),
        low: lines(turn, &listed, |incident| low(incident) && !watched(incident)),
        unacknowledged: unacknowledged(turn),
        undelivered: undelivered(turn, since),
        blind: turn
            .state
            .house
            .blind_times
            .iter()
            .map(|(source, from, until)| (source_name(turn, source), *from, *until))
            .collect(),
        promised: promised(turn, now),
        covers: covers::states(turn, since),
        removed: (removed.files > 0).then_some((removed.files, removed.incidents)),
        unlisted: removed.unlisted,
        records: removed.records,
    };
    let empty = digest == Digest::default();
    for incident in listed {
        turn.edit(incident, Edit::Digested, Reason::Digest);
    }
    turn.record(house::Change::Digest { next, made: Some(now) }, house::Reason::Hour);
    if !empty {
        let desk = turn.book.rules.site.desk.clone();
        let mut draft = Draft::new(None, 4, Matter::Digest { digest }, Why::DigestHour);
        draft.critical = false;
        send(turn, &desk, draft);
    }
}

/// 引継ぎ: when the reception closes, whoever is on duty hears what is open. With nothing open there is nothing to hand over.
pub(in crate::desk) fn hand_over(turn: &mut Turn) {
    let now = turn.now.wall;
    let next = next_hand_over(turn);
    turn.record(house::Change::HandOver { next }, house::Reason::Hour);
    if turn.state.open.is_empty() {
        return;
    }
    let digest = Digest {
        open: open(turn),
        unacknowledged: unacknowledged(turn),
        promised: promised(turn, now),
        ..Digest::default()
    };
    let desk = turn.book.rules.site.desk.clone();
    send(turn, &desk, Draft::new(None, 4, Matter::HandOver { digest }, Why::HandOver));
}

/// When the reception closes next; `None` = never, or nobody wants to hear of it.
pub(in crate::desk) fn next_hand_over(turn: &Turn) -> Option<Timestamp> {
    if !turn.book.rules.policy.hand_over {
        return None;
    }
    let (reception, zone) = (turn.book.reception(), &turn.book.zone);
    reception.next_closing(reception.next_opening(turn.now.wall, zone)?, zone)
}

/// What was removed since, because its time was over.
fn removed(turn: &Turn, since: Option<Timestamp>) -> Swept {
    let swept = turn.state.house.removals.swept.iter().filter(|swept| since.is_none_or(|since| swept.at > since));
    swept.fold(Swept::none(turn.now.wall), |all, swept| all.and(*swept))
}

fn open(turn: &Turn) -> Vec<DigestLine> {
    let known = turn.state.open.iter().filter_map(|id| turn.state.incidents.get(id));
    known.map(|known| line(turn, known)).take(LINES).collect()
}

fn watched(incident: &Incident) -> bool {
    incident.number.is_none() && matches!(incident.status.name(), StatusName::Watched | StatusName::Closed)
}

fn low(incident: &Incident) -> bool {
    incident.number.is_some() && incident.severity_value() == 4
}

fn lines(turn: &Turn, incidents: &[IncidentId], which: impl Fn(&Incident) -> bool) -> Vec<DigestLine> {
    let known = incidents.iter().filter_map(|id| turn.state.incidents.get(id));
    known.filter(|incident| which(incident)).map(|incident| line(turn, incident)).take(LINES).collect()
}

pub(super) fn line(turn: &Turn, incident: &Incident) -> DigestLine {
    let representative = incident.representative.and_then(|id| turn.state.alerts.get(&id));
    let text = representative
        .map_or_else(|| incident.summary.clone(), |alert| format!("{} {}", alert.problem.host, alert.problem.summary));
    DigestLine {
        number: incident.number.clone(),
        severity: incident.severity.as_ref().map(|severity| severity.value),
        at: incident.occurred,
        text: if incident.is_secret() { String::new() } else { text },
        told: representative.is_none() && !incident.told.is_empty(),
        withheld: incident.is_secret(),
        stage: incident.number.is_some().then(|| stage(incident.status.name())),
        asked: None,
    }
}

fn unacknowledged(turn: &Turn) -> Vec<DigestLine> {
    let silent = turn.state.requests.values().filter(|request| {
        matches!(request.state, RequestState::Unsent | RequestState::Sent)
            && turn.state.open.contains(&request.incident)
            && !deliver::is_request_held(turn.state, request)
    });
    silent
        .filter_map(|request| {
            let incident = turn.state.incidents.get(&request.incident)?;
            Some(DigestLine {
                number: incident.number.clone(),
                severity: incident.severity.as_ref().map(|severity| severity.value),
                at: request.asked,
                text: turn.book.party_name(&request.party),
                told: false,
                withheld: false,
                stage: None,
                asked: Some((request.ask, request.acknowledge_by)),
            })
        })
        .take(LINES)
        .collect()
}

fn undelivered(turn: &Turn, since: Option<Timestamp>) -> Vec<DigestLine> {
    let dead = turn.state.owed.values().filter_map(|row| match &row.state {
        OwedState::Dead { at, why } if since.is_none_or(|since| *at > since) => Some((row, *at, why)),
        _ => None,
    });
    dead.filter(|(row, _, _)| matches!(row.work, Work::Message { .. }))
        .map(|(row, at, why)| DigestLine {
            number: row.incident.and_then(|id| turn.state.incidents.get(&id)?.number.clone()),
            severity: None,
            at,
            text: format!(
                "{} {}: {why}",
                row.party().map(|party| turn.book.party_name(party)).unwrap_or_default(),
                row.kind()
            ),
            told: false,
            withheld: false,
            stage: None,
            asked: None,
        })
        .take(LINES)
        .collect()
}

fn promised(turn: &Turn, now: Timestamp) -> Vec<DigestLine> {
    let today = turn.book.date(now);
    let open = turn.state.open.iter().filter_map(|id| turn.state.incidents.get(id));
    open.filter_map(|incident| Some((incident, incident.reporting.next?)))
        .filter(|(_, at)| turn.book.date(*at) == today)
        .map(|(incident, at)| DigestLine { at, ..line(turn, incident) })
        .take(LINES)
        .collect()
}
