//! 連絡: an external service is down, and the offices wait for whoever runs it.

use super::facts::{Reader, facts};
use super::reports::{close_at, next_report, offices, supersede_to};
use super::unread::{is_first_unread, unsent_reports};
use super::{Draft, policy, send};
use crate::desk::ids::IncidentId;
use crate::desk::incident::{Edit, Reason, ReportReason, Verdict};
use crate::desk::letter::Matter;
use crate::desk::owed::Why;
use crate::desk::rules::FirstReport;
use crate::desk::turn::Turn;
use std::collections::BTreeSet;

/// 連絡: an external service is down. An office that has read a report hears it beside the reports, whose numbers and hours
/// go on.
pub(in crate::desk) fn external(turn: &mut Turn, incident: IncidentId, verdict: &Verdict) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let severity = known.severity_value();
    let reporting = known.reporting.clone();
    let reported = reporting.count > 0 && !is_first_unread(turn, incident);
    let service = verdict.parties.first().map(|party| turn.book.party_name(party)).unwrap_or_default();
    let not_before = match policy(turn, severity).first_report {
        FirstReport::AtOnce => None,
        FirstReport::ReceptionHours => turn.book.reception().next_opening(turn.now.wall, &turn.book.zone),
        FirstReport::Digest | FirstReport::Never if reported => None,
        FirstReport::Digest | FirstReport::Never => return,
    };
    let earlier = if reported { Vec::new() } else { unsent_reports(turn, incident) };
    let next = if reported { reporting.next } else { next_report(turn, severity, turn.now.wall) };
    let mut told = BTreeSet::new();
    for office in if reported { reporting.offices } else { offices(turn, incident) } {
        let Some(mut incident_facts) = facts(turn, incident, Reader::House(&office)) else { continue };
        close_at(turn, incident, &mut incident_facts, &office, not_before);
        incident_facts.next_report = next;
        let matter = Matter::External { incident: Box::new(incident_facts), service: service.clone() };
        let mut draft = Draft::new(Some(incident), severity, matter, Why::ExternalService);
        draft.not_before = not_before.filter(|at| *at > turn.now.wall);
        if let Some(row) = send(turn, &office, draft) {
            supersede_to(turn, row, &office, &earlier);
            told.insert(office);
        }
    }
    if reported && next.is_some() {
        // What else has happened is told at the promised hour.
        return;
    }
    let count = reporting.count.max(1);
    let reported = Edit::Reported { count, at: turn.now.wall, next, silent: false, offices: told };
    turn.edit(incident, reported, Reason::Report(ReportReason::First));
}
