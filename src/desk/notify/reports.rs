//! Reports to the offices (主管課): 第一報, 続報, 復旧報, 相談, 連絡.

use super::facts::{Reader, facts};
use super::former;
use super::unread::{dropped_news, graver, is_first_unread, minute_after, news_in, unknown_request, unsent_reports};
use super::{Draft, impact, policy, send};
use crate::desk::ids::{IncidentId, OwedId, PartyId};
use crate::desk::incident::{Edit, Incident, Reason, ReportReason, Verdict};
use crate::desk::letter::{Facts, Happening, Matter, Notice, RecoveryFacts, Stage, What};
use crate::desk::owed::Why;
use crate::desk::request::{Request, RequestState};
use crate::desk::rules::{FirstReport, VerdictCode};
use crate::desk::turn::Turn;
use crate::desk::{correlate, deliver, escalate};
use jiff::{SignedDuration, Timestamp, TimestampRound, Unit};
use std::collections::BTreeSet;

/// Promised hours are round ones: people look at the clock.
const ROUND_TO_MINUTES: i64 = 15;
/// A promised report that leaves no later than this after its hour counts from that hour: the clock of the next promise
/// does not slip by a quarter because a tick came some milliseconds late.
const PUNCTUAL: SignedDuration = SignedDuration::from_secs(60);
/// So many reports in a row may have nothing new; then only news is told.
const SILENT_REPORTS: u32 = 2;

/// 第一報, when the severity says so and no office was told yet.
pub(in crate::desk) fn first_report(turn: &mut Turn, incident: IncidentId) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    if known.reporting.count > 0 {
        return;
    }
    report_first(turn, incident);
}

fn report_first(turn: &mut Turn, incident: IncidentId) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    if known.is_secret() && known.reporting.count == 0 {
        // Whom it concerns hears of it otherwise.
        return;
    }
    let severity = known.severity_value();
    let not_before = match policy(turn, severity).first_report {
        FirstReport::AtOnce => None,
        FirstReport::ReceptionHours => turn.book.reception().next_opening(turn.now.wall, &turn.book.zone),
        FirstReport::Digest | FirstReport::Never => return,
    };
    let not_before = not_before.filter(|at| *at > turn.now.wall);
    let earlier = unsent_reports(turn, incident);
    let next = next_report(turn, severity, turn.now.wall);
    let offices = offices(turn, incident);
    let mut told = BTreeSet::new();
    for office in offices {
        let Some(mut incident_facts) = facts(turn, incident, Reader::House(&office)) else { continue };
        close_at(turn, incident, &mut incident_facts, &office, not_before);
        let matter = Matter::FirstReport { incident: Box::new(incident_facts), next_report: next };
        let mut draft = Draft::new(Some(incident), severity, matter, Why::FirstReport { severity });
        draft.not_before = not_before;
        if let Some(row) = send(turn, &office, draft) {
            supersede_to(turn, row, &office, &earlier);
            told.insert(office);
        }
    }
    let reported = Edit::Reported { count: 1, at: turn.now.wall, next, silent: false, offices: told };
    turn.edit(incident, reported, Reason::Report(ReportReason::First));
}

/// It is an echo (波及) of an incident that is reported: the offices read of it under that one's number.
pub(in crate::desk) fn is_reported_elsewhere(turn: &Turn, incident: IncidentId) -> bool {
    let of = turn.state.incidents.get(&incident).and_then(|known| known.verdict()?.echo_of);
    let cause = of.and_then(|of| turn.state.incidents.get(&of));
    cause.is_some_and(|cause| cause.status.name().burning() && cause.reporting.count > 0)
}

/// Whether the office is closed is said of the time at which it is written to.
pub(super) fn close_at(
    turn: &Turn,
    incident: IncidentId,
    facts: &mut Facts,
    office: &PartyId,
    not_before: Option<Timestamp>,
) {
    if let Some(at) = not_before.filter(|at| *at > turn.now.wall) {
        facts.office_closed = !turn.book.party_open(office, at);
        facts.impact.hours = impact::hours(turn, incident, office, at);
    }
}

/// The severity of reported incidents went up, or they hit others than was told: an office that was to be told later is told by the new severity, one
/// that knows hears the news, and phones ring where the new severity rings them.
pub(in crate::desk) fn severity_raised(turn: &mut Turn) {
    while let Some((incident, from)) = turn.touched.raised.pop_first() {
        raised(turn, incident, from);
    }
    while let Some(incident) = turn.touched.reach.pop_first() {
        let Some(known) = turn.state.incidents.get(&incident) else { continue };
        let at_once = policy(turn, known.severity_value()).first_report == FirstReport::AtOnce;
        // What was told in this very step told this, too.
        if at_once && !consulted_now(turn, incident) && known.status.name().may_recover() && !news(known).is_empty() {
            interim(turn, incident, ReportReason::News);
        }
    }
}

fn raised(turn: &mut Turn, incident: IncidentId, from: u8) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let to = known.severity_value();
    if to >= from || known.verdict().is_none() {
        return;
    }
    turn.edit(incident, Edit::happened(turn.now.wall, What::Severity { from, to }), Reason::OnRecord);
    let told = turn.state.incidents.get(&incident).is_some_and(|incident| incident.reporting.count > 0);
    if is_reported_elsewhere(turn, incident) {
        return;
    }
    if !told || is_first_unread(turn, incident) {
        report_first(turn, incident);
    } else if policy(turn, to).first_report == FirstReport::AtOnce && !consulted_now(turn, incident) {
        interim(turn, incident, ReportReason::News);
    }
    let noted = turn.state.owed_of(incident).any(|row| row.kind() == "phone_note" && row.decided == turn.now);
    let rings = |severity| {
        let policy = policy(turn, severity);
        (policy.phone_at_any_hour, policy.phone_before_opening.is_some())
    };
    if rings(to) > rings(from) && !noted {
        super::phone_note(turn, incident, true);
    }
}

/// A 相談 of this very step has told the offices how it stands.
fn consulted_now(turn: &Turn, incident: IncidentId) -> bool {
    turn.state.owed_of(incident).any(|row| row.kind() == "consultation" && row.decided == turn.now)
}

/// The offices of the systems and locations that are hit, or kept by a spare where none is; the site's where none is known.
pub(super) fn offices(turn: &Turn, incident: IncidentId) -> BTreeSet<PartyId> {
    let rules = &turn.book.rules;
    let Some(known) = turn.state.incidents.get(&incident) else { return BTreeSet::new() };
    let reach = correlate::reach_of(turn.state, turn.book, known);
    let (systems, locations) = match reach.hits() {
        true => (&reach.systems, &reach.locations),
        false => (&reach.kept, &reach.kept_locations),
    };
    let of_systems = systems.iter().filter_map(|id| rules.systems.get(id)).map(|system| &system.office);
    let of_locations = locations.iter().filter_map(|id| rules.locations.get(id)).map(|location| &location.office);
    let offices: BTreeSet<PartyId> = of_systems.chain(of_locations).cloned().collect();
    if offices.is_empty() { BTreeSet::from([rules.site.office.clone()]) } else { offices }
}

/// 次回報告: the promised span after `from`, rounded up to a quarter of an hour.
pub(super) fn next_report(turn: &Turn, severity: u8, from: Timestamp) -> Option<Timestamp> {
    let span = policy(turn, severity).next_report?;
    Some(rounded_up(from.checked_add(SignedDuration::try_from(span).ok()?).ok()?))
}

/// 次回報告 that the offices are promised, or are in this very step: 第一報 leaves behind the desk's own notice.
pub(super) fn promised_next(turn: &Turn, incident: &Incident) -> Option<Timestamp> {
    let severity = incident.severity_value();
    let is_reported = |verdict: &Verdict| {
        use VerdictCode::{External, Multi, Own, Single, Unknown};
        matches!(verdict.code, Single | Multi | Own | Unknown | External)
    };
    let leaves = incident.reporting.count == 0
        && incident.verdict().is_some_and(is_reported)
        && matches!(policy(turn, severity).first_report, FirstReport::AtOnce | FirstReport::ReceptionHours)
        && !escalate::holds_first_report(turn, incident.id);
    incident.reporting.next.or_else(|| if leaves { next_report(turn, severity, turn.now.wall) } else { None })
}

pub(super) fn rounded_up(at: Timestamp) -> Timestamp {
    let up = TimestampRound::new().smallest(Unit::Minute).increment(ROUND_TO_MINUTES).mode(jiff::RoundMode::Ceil);
    at.round(up).unwrap_or(at)
}

/// A later report to the same office says it better.
pub(super) fn supersede_to(turn: &mut Turn, by: OwedId, office: &PartyId, earlier: &[OwedId]) {
    let same: Vec<OwedId> = earlier
        .iter()
        .copied()
        .filter(|id| turn.state.owed.get(id).and_then(|row| row.party()) == Some(office))
        .collect();
    deliver::supersede(turn, by, &same);
}

/// The promised hour: what is new, or truthfully that nothing is - at most twice in a row.
pub(in crate::desk) fn promised_report(turn: &mut Turn, incident: IncidentId) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    if known.reporting.next.is_none_or(|at| at > turn.now.wall) {
        // Something else was told in this very step, with another promise or none.
        return;
    }
    let silent = news(known).is_empty();
    if silent && (known.reporting.silent >= SILENT_REPORTS || is_reported_elsewhere(turn, incident)) {
        return turn.edit(incident, Edit::NoMoreReports, Reason::Report(ReportReason::Promised));
    }
    interim(turn, incident, ReportReason::Promised);
}

/// What was entered since the last report, in order of time. What the office knows from that very report is not news;
/// what happened before it and was entered later is.
pub(super) fn news(incident: &Incident) -> Vec<Happening> {
    let mut fresh: Vec<&Happening> = incident.happenings.iter().skip(incident.reporting.told).collect();
    fresh.sort_by_key(|happening| happening.at);
    let mut news: Vec<Happening> = Vec::new();
    for happening in fresh {
        match (news.last_mut(), &happening.what) {
            (Some(Happening { what: What::Spread { alerts }, at }), What::Spread { alerts: more }) => {
                *alerts += more;
                *at = happening.at;
            }
            _ => news.push(happening.clone()),
        }
    }
    news
}

/// Tells the offices what was recorded in this step, where no hour is promised for it.
pub(in crate::desk) fn tell_news(turn: &mut Turn) {
    while let Some(incident) = turn.touched.news.pop_first() {
        news_came(turn, incident);
    }
}

/// Something was recorded while no hour is promised: after two reports with nothing new, news is told when it comes. Where none is
/// ever promised (重大度3), 第一報 says that what changes is reported: that work can go on again is such a change.
fn news_came(turn: &mut Turn, incident: IncidentId) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let promises = policy(turn, known.severity_value()).next_report.is_some();
    let quiet = known.reporting.count > 0 && known.reporting.next.is_none();
    let elsewhere = is_reported_elsewhere(turn, incident) || consulted_now(turn, incident);
    let news = news(known);
    let works = news.iter().any(|happening| matches!(happening.what, What::WorkedAround { .. }));
    if (promises || works) && quiet && !elsewhere && known.status.name().may_recover() && !news.is_empty() {
        interim(turn, incident, ReportReason::News);
    }
}

fn interim(turn: &mut Turn, incident: IncidentId, reason: ReportReason) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let severity = known.severity_value();
    let reporting = known.reporting.clone();
    // An office that has not read 第一報 yet gets a fresh 第一報, not a 第二報.
    if reporting.count == 0 || is_first_unread(turn, incident) {
        if reporting.count > 0 {
            report_first(turn, incident);
        }
        return;
    }
    // A 続報 that nobody has tried to send yet, or that the desk dropped unread, becomes this one, with what it told.
    let earlier = unsent_reports(turn, incident);
    let untold = earlier.iter().find_map(|id| news_in(turn.state.owed.get(id)?));
    let untold = untold.or_else(|| dropped_news(turn, incident, reporting.count));
    // What says the least is none of the numbered reports.
    let secret = known.is_secret();
    let nth = if untold.is_some() || secret { reporting.count } else { reporting.count + 1 };
    let news: Vec<Happening> = untold.into_iter().flatten().chain(news(known)).collect();
    let last = known.happenings.last().cloned();
    let silent = news.is_empty();
    let quiet_from_now = silent && reporting.silent + 1 >= SILENT_REPORTS;
    let verifying = matches!(reason, ReportReason::Verifying | ReportReason::DeskVerifies);
    let now = turn.now.wall;
    let from = reporting.next.filter(|at| *at <= now && now.duration_since(*at) <= PUNCTUAL).unwrap_or(now);
    let elsewhere = is_reported_elsewhere(turn, incident);
    let next =
        if quiet_from_now || verifying || elsewhere || secret { None } else { next_report(turn, severity, from) };
    for office in reporting.offices.clone() {
        let Some(incident_facts) = facts(turn, incident, Reader::House(&office)) else { continue };
        let matter = Matter::Interim {
            incident: Box::new(incident_facts),
            nth,
            news: news.clone(),
            last: last.clone(),
            next_report: next,
        };
        let mut draft = Draft::new(Some(incident), severity, matter, Why::Interim);
        draft.not_before = if graver(&news) { None } else { minute_after(turn, incident, &office) };
        if let Some(row) = send(turn, &office, draft) {
            supersede_to(turn, row, &office, &earlier);
        }
    }
    let reported = Edit::Reported { count: nth, at: turn.now.wall, next, silent, offices: BTreeSet::new() };
    turn.edit(incident, reported, Reason::Report(reason));
}

/// 復旧確認中: the offices hear that monitoring shows normal, or that the desk says so; the desk is asked to check.
pub(in crate::desk) fn verifying(turn: &mut Turn, incident: IncidentId, why: ReportReason) {
    interim(turn, incident, why);
    super::internal(turn, Some(incident), Notice::PleaseCheck, Why::CheckOperation);
}

/// What was reported is over, and something else stays: the desk hears, and the offices, who wait for just that.
pub(in crate::desk) fn tell_eased(turn: &mut Turn) {
    while let Some((incident, notice)) = turn.touched.eased.pop_first() {
        if !is_reported_elsewhere(turn, incident) {
            interim(turn, incident, ReportReason::News);
            super::internal(turn, Some(incident), notice, Why::CheckOperation);
        }
    }
}

/// The fault is back: the desk hears at once, the offices at the next promised hour.
pub(in crate::desk) fn reopened(turn: &mut Turn, incident: IncidentId) {
    super::internal(turn, Some(incident), Notice::Reopened, Why::DeskLeads);
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    if known.reporting.count > 0 {
        interim(turn, incident, ReportReason::News);
    } else if known.reporting.only_tried {
        report_first(turn, incident);
    }
}

/// 復旧報 to the offices that were told and to everybody who was asked. What was `still_red` goes on under other numbers,
/// by the names of its hosts; that is the offices' to know.
pub(in crate::desk) fn recovery(turn: &mut Turn, incident: IncidentId, recovery: RecoveryFacts, still_red: &[String]) {
    let Some(known) = turn.state.incidents.get(&incident) else { return };
    let severity = known.severity_value();
    let mut offices = known.reporting.offices.clone();
    if offices.is_empty() && escalate::holds_first_report(turn, incident) {
        // It was over before 第一報, which waited for the 相談 that carries it.
        offices = self::offices(turn, incident);
    }
    // A vendor that surely knows nothing of it hears neither that it was asked nor that it is over.
    let (mut asked, mut unknown) = (BTreeSet::new(), Vec::new());
    let stands = |request: &&Request| !matches!(request.state, RequestState::Withdrawn | RequestState::NotOurs);
    for request in turn.state.requests_of(incident).filter(stands) {
        match unknown_request(turn, request) {
            Some(rows) => unknown.extend(rows),
            None if offices.contains(&request.party) => {}
            None => _ = asked.insert(request.party.clone()),
        }
    }
    deliver::forgo(turn, &unknown);
    let earlier = unsent_reports(turn, incident);
    // 第一報 that waits for an opening becomes 復旧報, which waits for it, too; a 続報 that waits out its minute holds nothing up.
    let firsts = earlier.iter().filter_map(|id| turn.state.owed.get(id)).filter(|row| row.kind() != "interim");
    let waits = firsts.filter_map(|row| row.not_before).min();
    for (party, to_office) in
        offices.iter().map(|office| (office, true)).chain(asked.iter().map(|party| (party, false)))
    {
        let reader = if to_office { Reader::House(party) } else { Reader::Vendor(party) };
        let Some(mut incident_facts) = facts(turn, incident, reader) else { continue };
        incident_facts.stage = Stage::Restored;
        let mut told = recovery.clone();
        told.before = former::of(turn, incident, (!to_office).then_some(party));
        if to_office {
            let known = &mut incident_facts.still_red;
            known.extend(still_red.iter().filter(|host| !known.contains(host)).cloned().collect::<Vec<_>>());
        } else {
            told.remaining = None;
            told.elsewhere.clear();
        }
        let matter = Matter::Recovery { incident: Box::new(incident_facts), recovery: told, to_office };
        let mut draft = Draft::new(Some(incident), severity, matter, Why::Recovery);
        draft.not_before = if to_office { waits } else { None };
        if let Some(row) = send(turn, party, draft) {
            supersede_to(turn, row, party, &earlier);
        }
    }
    // 復旧報 carries no number: what follows when the fault comes back continues the count.
    let count = turn.state.incidents.get(&incident).map_or(0, |incident| incident.reporting.count);
    let reported = Edit::Reported { count, at: turn.now.wall, next: None, silent: false, offices: BTreeSet::new() };
    turn.edit(incident, reported, Reason::Report(ReportReason::Restored));
}
