//! 相談: the office decides what no contract covers, what nobody answers for, and what cannot wait until a vendor opens.

use super::facts::{Reader, facts};
use super::phone;
use super::reports::{close_at, news, offices, rounded_up, supersede_to};
use super::unread::unsent_reports;
use super::{Draft, send};
use crate::desk::ids::{IncidentId, RequestId};
use crate::desk::incident::{Edit, Reason, ReportReason, StatusName};
use crate::desk::letter::Matter;
use crate::desk::owed::{Owed, Why, Work};
use crate::desk::turn::Turn;
use crate::desk::words::Words;
use std::collections::BTreeSet;
use std::time::Duration;

/// One business day (of a ten-hour reception) to answer a 相談.
const DAY_TO_DECIDE: Duration = Duration::from_secs(10 * 3600);

/// 相談: the office decides what no contract covers, or what the desk has put on hold (`held` = why, said once or found in the 相談
/// before). 第一報, where the office has none yet, is the same mail.
pub(in crate::desk) fn consultation(turn: &mut Turn, incident: IncidentId, nth: u32, held: Option<Words>) {
    let held = held.or_else(|| if nth > 1 { held_before(turn, incident) } else { None });
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let (severity, first) = (known.severity_value(), known.reporting.count == 0);
    let news = if first { Vec::new() } else { news(known) };
    let now = turn.now.wall;
    let mut told = BTreeSet::new();
    for office in offices(turn, incident) {
        let Some(mut incident_facts) = facts(turn, incident, Reader::House(&office)) else { continue };
        let opening = turn.book.reception().next_opening(now, &turn.book.zone).unwrap_or(now);
        // What is grave cannot wait for a day: as soon as possible.
        let wished_by = turn.book.reception().add(opening, DAY_TO_DECIDE, &turn.book.zone);
        let wished_by = wished_by.filter(|_| severity > 2).map(rounded_up);
        let not_before = Some(opening).filter(|at| severity > 2 && *at > now);
        close_at(turn, incident, &mut incident_facts, &office, not_before);
        let (held, news) = (held.clone(), news.clone());
        let matter = Matter::Consultation {
            incident: Box::new(incident_facts),
            wished_by,
            nth,
            closed: None,
            first,
            held,
            news,
        };
        let mut draft = Draft::new(Some(incident), severity, matter, Why::OutOfScope);
        draft.not_before = not_before;
        if send(turn, &office, draft).is_some() {
            told.insert(office);
        }
    }
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    // What was promised stays promised, unless the incident rests until the office decides.
    let next = known.reporting.next.filter(|_| known.status.name() != StatusName::OnHold);
    let count = known.reporting.count.max(1);
    let reported = Edit::Reported { count, at: now, next, silent: false, offices: told };
    turn.edit(incident, reported, Reason::Report(ReportReason::First));
}

/// Why it was put on hold, as the 相談 before said.
fn held_before(turn: &Turn, incident: IncidentId) -> Option<Words> {
    let told = |row: &Owed| match &row.work {
        Work::Message { letter, .. } => match &letter.matter {
            Matter::Consultation { held, .. } => held.clone(),
            _ => None,
        },
        _ => None,
    };
    turn.state.owed_of(incident).filter_map(told).last()
}

/// A vendor is closed for long: the office decides whether things go on as they are. Its emergency contact gets it where it is
/// closed, with a call beside it; 第一報, where the office has none yet, is the same mail.
pub(in crate::desk) fn consult_closed(turn: &mut Turn, id: RequestId) {
    let Some(request) = turn.state.requests.get(&id).cloned() else { return };
    let Some(closure) = phone::closure_of(turn, &request) else { return };
    let incident = request.incident;
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let (severity, first) = (known.severity_value(), known.reporting.count == 0);
    let (next, earlier) = (known.reporting.next, unsent_reports(turn, incident));
    let first = first || !earlier.is_empty();
    let news = if first { Vec::new() } else { news(known) };
    let (mut told, mut calls) = (BTreeSet::new(), Vec::new());
    for office in offices(turn, incident) {
        let Some(mut incident_facts) = facts(turn, incident, Reader::House(&office)) else { continue };
        incident_facts.next_report = next;
        let matter = Matter::Consultation {
            incident: Box::new(incident_facts),
            wished_by: None,
            nth: 1,
            closed: Some(closure.clone()),
            first,
            held: None,
            news: news.clone(),
        };
        let mut draft = Draft::new(Some(incident), severity, matter, Why::ClosedForLong);
        // It is read now, or it is of no use.
        draft.critical = true;
        if let Some(row) = send(turn, &office, draft) {
            supersede_to(turn, row, &office, &earlier);
            calls.extend(phone::consultation_call(turn, &office, &closure));
            told.insert(office);
        }
    }
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let (count, next) = (known.reporting.count.max(1), known.reporting.next);
    let reported = Edit::Reported { count, at: turn.now.wall, next, silent: false, offices: told };
    turn.edit(incident, reported, Reason::Report(ReportReason::First));
    if !calls.is_empty() {
        phone::note(turn, incident, calls);
    }
}
