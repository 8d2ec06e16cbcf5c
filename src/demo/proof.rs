//! Whether the story came out as it is told: the demonstration is also a test of the whole.
//!
//! Looks at what is on record at the end. Not here: what is printed when it did not.

use super::night::at;
use super::people::VENDOR;
use super::teller::Teller;
use crate::desk::evidence::Kind;
use crate::desk::ids::{IncidentId, PartyId};
use crate::desk::incident::{Link, StatusName};
use crate::desk::ledger::balance;
use crate::desk::letter::Ask;
use crate::desk::owed::Owed;
use crate::desk::rules::PartyKind;
use crate::desk::state::State;
use jiff::SignedDuration;

/// 第一報 for the gravest severity leaves within this time.
const FIRST_REPORT: SignedDuration = SignedDuration::from_mins(15);
/// A promised report leaves within this time of its hour.
const PROMISE: SignedDuration = SignedDuration::from_secs(60);

/// What did not come out as told; empty when all is well.
pub(super) fn faults(teller: &Teller<'_>, problems: usize, logged: usize) -> Vec<String> {
    let state = teller.desk().state();
    let Some(main) = teller.main() else { return vec!["no incident got a number".to_owned()] };
    let mut faults = Vec::new();
    let mut expect = |held: bool, what: String| {
        if !held {
            faults.push(what);
        }
    };
    let count = teller.count();
    expect(count.problems == problems, format!("{} problems were taken in, not {problems}", count.problems));
    expect(count.logged == logged, format!("{} problems were found in the logs, not {logged}", count.logged));
    let incidents = state.incidents.len();
    expect(incidents == 2, format!("there are {incidents} incidents instead of the fault and what stayed red"));
    the_fault(teller, main, &mut expect);
    the_remainder(state, main, &mut expect);
    expect(state.house.blind_times.is_empty(), "a source was blind for a while".to_owned());
    let books = balance(state);
    expect(books.balanced, format!("the books do not balance: {books:?}"));
    expect(books.rows.dead == 0, format!("{} messages were given up", books.rows.dead));
    faults
}

fn the_fault(teller: &Teller<'_>, main: IncidentId, expect: &mut impl FnMut(bool, String)) {
    let (state, rules) = (teller.desk().state(), &teller.desk().book().rules);
    let vendor = PartyId::from(VENDOR);
    let Some(incident) = state.incidents.get(&main) else { return };
    let severity = incident.severity_value();
    expect(severity == 1, format!("the fault has severity {severity}, not 1"));
    let right = incident.verdict().is_some_and(|verdict| verdict.parties == [vendor.clone()] && verdict.rule.is_some());
    expect(right, format!("the verdict is not a rule's word for {VENDOR}: {:?}", incident.verdict()));
    let gathered: Vec<Kind> = incident.evidence.parts.iter().map(|part| part.kind).collect();
    let whole = [Kind::Values, Kind::Lines, Kind::Record].iter().all(|kind| gathered.contains(kind));
    expect(
        whole,
        format!("gathered were {gathered:?}, not values, lines and the record: {:?}", incident.evidence.gaps),
    );
    let asked: Vec<_> = state.requests_of(main).map(|request| (request.party.clone(), request.ask)).collect();
    expect(asked == [(vendor.clone(), Ask::Repair)], format!("asked were {asked:?}, not {VENDOR} once"));
    for party in state.owed_of(main).filter_map(Owed::party) {
        let known = rules.parties.get(party).map(|party| party.kind);
        let may =
            *party == vendor || matches!(known, Some(PartyKind::Desk | PartyKind::Office | PartyKind::DataCentre));
        expect(may, format!("{party} was written to without being asked"));
    }
    let decided = |kind: &str| -> Vec<_> {
        let rows = state.owed_of(main).filter(|row| row.kind() == kind);
        rows.map(|row| row.decided.wall).collect()
    };
    let first = decided("first_report");
    let in_time = first.iter().all(|at| at.duration_since(incident.occurred) <= FIRST_REPORT);
    expect(first.len() == 1 && in_time, format!("first reports left at {first:?}, not once within 15 minutes"));
    let chasers = decided("chaser").len();
    expect(chasers == 1, format!("{chasers} reminders left instead of 1"));
    let promised = decided("interim").first().map(|left| left.duration_since(at("03:00:00")));
    let kept = promised.is_some_and(|late| (SignedDuration::ZERO..=PROMISE).contains(&late));
    expect(kept, format!("the report promised for 03:00 left {promised:?} after it"));
    let status = incident.status.name();
    expect(status == StatusName::Restored, format!("the fault is {} at the end, not restored", status.as_str()));
}

fn the_remainder(state: &State, main: IncidentId, expect: &mut impl FnMut(bool, String)) {
    let links = state.incidents.get(&main).map(|incident| incident.links.clone()).unwrap_or_default();
    let remainder = links.iter().find(|(link, _)| *link == Link::Remainder).map(|(_, other)| *other);
    let asked: Vec<String> = remainder
        .into_iter()
        .flat_map(|remainder| state.requests_of(remainder))
        .map(|request| request.party.to_string())
        .collect();
    expect(asked == ["s-sha"], format!("for what stayed red, asked were {asked:?}, not s-sha once"));
}
