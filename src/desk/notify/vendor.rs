//! Words to vendors: 対応依頼, 調査依頼, 督促, 追加情報, 取下げ.

use super::facts::{Reader, facts};
use super::{Draft, least, phone, reach, send, send_to, target, unread};
use crate::desk::act::CancelKind;
use crate::desk::alert::Alert;
use crate::desk::deliver;
use crate::desk::evidence::{Gap, Kind, Lack};
use crate::desk::ids::{ComponentId, IncidentId, OwedId, PartyId, RequestId};
use crate::desk::incident::{Edit, Link, Reason};
use crate::desk::letter::{AskedBefore, Call, Extract, Fact, Facts, Matter, NoLog, Notice, Purpose, What, facts_of};
use crate::desk::owed::{Owed, Why, Work};
use crate::desk::request::{Request, RequestState};
use crate::desk::rules::Contact;
use crate::desk::state::Place;
use crate::desk::turn::Turn;

/// Log lines quoted at most.
const LOG_LINES: usize = 30;
/// Files quoted from at most.
const EXTRACTS: usize = 6;

/// 対応依頼 or 調査依頼.
pub(in crate::desk) fn request(turn: &mut Turn, id: RequestId, why: Why, before: Option<AskedBefore>) {
    let Some(request) = turn.state.requests.get(&id).cloned() else { return };
    let Some(incident_facts) = facts(turn, request.incident, Reader::Vendor(&request.party)) else { return };
    let severity = incident_facts.severity;
    // An earlier request that never left is not spoken of: this one is the first the vendor reads.
    let unread = unread_requests(turn, &request);
    let before = before.filter(|_| unread.is_empty());
    let entered = turn.state.incidents.get(&request.incident);
    let entered = entered.is_some_and(|known| target::is_entered(turn, known, &request.party));
    let matter = Matter::Request {
        incident: Box::new(incident_facts),
        ask: request.ask,
        acknowledge_by: request.acknowledge_by,
        entry_phone: turn.book.rules.site.entry_phone.clone().filter(|_| entered),
        log: log_lines(turn, &request),
        before,
        extracts: extracts(turn, &request),
        no_log: no_log(turn, &request),
    };
    let mut draft = Draft::new(Some(request.incident), severity, matter, why);
    draft.request = Some(id);
    if let Some(row) = send(turn, &request.party, draft) {
        deliver::supersede(turn, row, &unread);
    }
}

/// The latest request to a party that is over without its work: taken back in words, if it reads, or has read, that before
/// anything else, or answered as not its part.
pub(in crate::desk) fn asked_before(turn: &Turn, incident: IncidentId, party: &PartyId) -> Option<AskedBefore> {
    let before = turn.state.requests_of(incident).filter(|request| request.party == *party).last()?;
    let known = turn.state.incidents.get(&incident)?;
    let asked = AskedBefore { at: before.asked, severity: known.severity_value(), withdrawn: None, not_ours: None };
    match before.state {
        RequestState::Withdrawn => {
            let told = turn.state.owed_of(incident).filter(|row| row.party() == Some(party));
            let reads = |row: &Owed| row.kind() == "withdrawal" && !(row.state.ended() && row.is_unread());
            let told = told.filter(|row| reads(row) && row.decided.wall >= before.asked).last()?;
            Some(AskedBefore { withdrawn: Some(told.decided.wall), ..asked })
        }
        RequestState::NotOurs => {
            let what = What::HandedBack { party: turn.book.party_name(party) };
            let answer = known.happenings.iter().rev().find(|known| known.what == what)?;
            Some(AskedBefore { not_ours: Some(answer.at), ..asked })
        }
        _ => None,
    }
}

/// Requests of the same incident to the same party that surely nobody has read, and that are still to leave.
fn unread_requests(turn: &Turn, request: &Request) -> Vec<OwedId> {
    let rows = turn.state.owed_of(request.incident).filter(|row| row.party() == Some(&request.party));
    let asks = rows.filter(|row| row.request != Some(request.id) && matches!(row.kind(), "request" | "inquiry"));
    asks.filter(|row| row.is_unread() && !row.state.ended()).map(|row| row.id).collect()
}

/// Recorded lines about the vendor's own components, newest last.
fn log_lines(turn: &Turn, request: &Request) -> Vec<String> {
    let own = |component: &Option<ComponentId>| {
        component
            .as_ref()
            .and_then(|id| turn.book.rules.components.get(id))
            .is_some_and(|known| known.party == request.party)
    };
    let mut lines: Vec<_> = turn
        .state
        .members_of(request.incident)
        .filter(|alert| !alert.problem.raw.is_empty() && own(&alert.component))
        .map(|alert| (alert.at, alert.problem.raw.clone()))
        .collect();
    lines.sort();
    let skip = lines.len().saturating_sub(LOG_LINES);
    lines.into_iter().skip(skip).map(|(_, line)| line.into()).collect()
}

/// Files of log lines about hosts that are the vendor's alone. What others keep on the same host writes into the same log: of
/// such a host nobody but the desk reads.
fn extracts(turn: &Turn, request: &Request) -> Vec<Extract> {
    let Some(known) = turn.state.incidents.get(&request.incident) else { return Vec::new() };
    let lines = known.evidence.parts.iter().filter(|part| part.kind == Kind::Lines && part.lines > 0);
    let own = lines.filter(|part| is_alone_on(turn, &request.party, &part.host));
    own.take(EXTRACTS)
        .map(|part| Extract {
            sha256: part.sha256.clone(),
            encoding: part.encoding.clone(),
            lines: part.lines,
            before: part.before,
        })
        .collect()
}

/// Whether lines about the vendor's hosts were wanted and could not be had.
fn no_log(turn: &Turn, request: &Request) -> Option<NoLog> {
    let pack = &turn.state.incidents.get(&request.incident)?.evidence;
    let lines = pack.gaps.iter().filter(|gap| gap.kind == Kind::Lines);
    let own = |gap: &&Gap| gap.what.is_empty() || is_alone_on(turn, &request.party, &gap.what);
    if pack.out.values().any(|out| out.kind == Kind::Lines) {
        return Some(NoLog::Late);
    }
    lines.filter(own).find_map(|gap| match gap.why {
        Lack::Failed { .. } => Some(NoLog::Failed),
        Lack::Late { .. } => Some(NoLog::Late),
        Lack::NotThere | Lack::Nothing | Lack::Limit { .. } => None,
    })
}

/// Whether everything on a host is this party's, as far as components and alerts tell.
fn is_alone_on(turn: &Turn, party: &PartyId, host: &str) -> bool {
    let keeper = |id: &ComponentId| turn.book.keeper(id);
    let alerts = turn.state.alerts.values().filter(|alert| alert.problem.host == host);
    let by_alert = alerts.filter_map(|alert| keeper(alert.component.as_ref()?));
    let by_name = turn.book.rules.components.values().filter(|known| known.names_host(host)).map(|known| &known.party);
    let mut keepers = by_name.chain(by_alert).peekable();
    keepers.peek().is_some() && keepers.all(|keeper| keeper == party)
}

/// 督促 to the next contact, and a call for the desk to make.
pub(in crate::desk) fn chaser(turn: &mut Turn, id: RequestId) {
    let Some(request) = turn.state.requests.get(&id).cloned() else { return };
    let Some(incident_facts) = facts(turn, request.incident, Reader::Vendor(&request.party)) else { return };
    let severity = incident_facts.severity;
    let resolved = reach(turn, &request.party, severity);
    // Each rung reaches the next contact; another contact behind the same address is nobody new.
    let mut mails: Vec<(Contact, String)> = Vec::new();
    for candidate in &resolved.open {
        if let Some(mail) = &candidate.contact.mail
            && !mails.iter().any(|(_, known)| known == mail)
        {
            mails.push((candidate.contact.clone(), mail.clone()));
        }
    }
    let rung = usize::try_from(request.chased).unwrap_or(usize::MAX);
    let next = mails.get(rung.min(mails.len().saturating_sub(1))).cloned();
    let next = next.or_else(|| resolved.mail.as_ref().map(|mail| (mail.contact.clone(), mail.address.to_owned())));
    // Nobody is reminded of what has never reached anybody: it is asked by phone.
    let lost = deliver::is_request_lost(turn.state, &request);
    let purpose = if lost { Purpose::Ask(request.ask) } else { Purpose::Chase };
    let rung = rung.min(resolved.phone.len().saturating_sub(1));
    let call = resolved.phone.get(rung).map(|known| {
        let call = phone::to_vendor(turn, &request, known, purpose);
        Call { then: phone::then(&resolved, rung + 1), ..call }
    });
    let reader = next.as_ref().map(|(contact, _)| contact);
    let matter = Matter::Chaser {
        incident: Box::new(incident_facts),
        ask: request.ask,
        asked_at: request.asked,
        nth: request.chased,
        answer_by: request.chase_at,
        asked_of: asked_of(turn, &request).filter(|(name, _)| reader.is_some_and(|reader| reader.name != *name)),
    };
    let draft = Draft::new(Some(request.incident), severity, matter, Why::NotAcknowledged);
    let reminded = !lost && send_to(turn, &request.party, next, draft).is_some();
    match call {
        Some(call) => phone::note(turn, request.incident, vec![call]),
        None => {
            let party = turn.book.party_name(&request.party);
            let notice = Notice::NotAcknowledged { party, asked_at: request.asked, reminded, phone: Some(false) };
            super::internal(turn, Some(request.incident), notice, Why::NotAcknowledged);
        }
    }
}

/// Whom of the vendor the request went to, and whether that is a person.
fn asked_of(turn: &Turn, request: &Request) -> Option<(String, bool)> {
    turn.state.owed_of(request.incident).filter(|row| row.request == Some(request.id)).find_map(|row| {
        let Work::Message { letter, .. } = &row.work else { return None };
        Some((letter.to.contact.clone()?, letter.to.person))
    })
}

/// 運用責任者 hears that nobody answers.
pub(in crate::desk) fn manager(turn: &mut Turn, id: RequestId) {
    let Some(request) = turn.state.requests.get(&id) else { return };
    let party = turn.book.party_name(&request.party);
    let is_reminder = |row: &&Owed| {
        let dropped = row.state.is_dropped() && row.is_unread();
        row.kind() == "chaser" && row.party() == Some(&request.party) && !dropped
    };
    let reminded = request.chased > 0 && turn.state.owed_of(request.incident).any(|row| is_reminder(&row));
    let severity = turn.state.incidents.get(&request.incident).map_or(3, |incident| incident.severity_value());
    let phone = Some(!reach(turn, &request.party, severity).phone.is_empty());
    let notice = Notice::NotAcknowledged { party, asked_at: request.asked, reminded, phone };
    let incident = request.incident;
    to_manager(turn, incident, notice);
}

/// To 運用責任者: the last of the desk's contacts that answer now.
pub(super) fn to_manager(turn: &mut Turn, incident: IncidentId, notice: Notice) {
    let desk = turn.book.rules.site.desk.clone();
    let Some(incident_facts) = facts(turn, incident, Reader::House(&desk)) else { return };
    let severity = incident_facts.severity;
    let resolved = reach(turn, &desk, severity);
    let last = resolved.open.iter().rev().find_map(|known| Some((known.contact.clone(), known.contact.mail.clone()?)));
    let last = last.or_else(|| resolved.mail.map(|mail| (mail.contact.clone(), mail.address.to_owned())));
    let matter = Matter::Internal { incident: Some(Box::new(incident_facts)), notice };
    send_to(turn, &desk, last, Draft::new(Some(incident), severity, matter, Why::NotAcknowledged));
}

/// 追加情報: alerts of the vendor's own things that came since it was asked.
pub(in crate::desk) fn addition(turn: &mut Turn, id: RequestId, alerts: Vec<Fact>) {
    let Some(request) = turn.state.requests.get(&id).cloned() else { return };
    let Some(incident_facts) = facts(turn, request.incident, Reader::Vendor(&request.party)) else { return };
    let severity = incident_facts.severity;
    let incident = Box::new(asked_about(turn, &request, incident_facts));
    let (ask, asked_at) = (request.ask, request.asked);
    let matter = Matter::Addition { incident, ask, asked_at, alerts };
    send(turn, &request.party, Draft::new(Some(request.incident), severity, matter, Why::ShowsMore));
}

/// What the incident shows now, as far as the vendor was asked about that: another alert may stand for it since.
fn asked_about(turn: &Turn, request: &Request, now: Facts) -> Facts {
    let Some(asked) = worded(turn, request) else { return now };
    if (&asked.summary, &asked.host) == (&now.summary, &now.host) {
        return now;
    }
    let Facts { summary, host, beside, first_sign, component, shown_by, also, alerts, hosts, flapping, .. } = asked;
    Facts {
        summary,
        host,
        beside,
        first_sign,
        component,
        shown_by,
        also,
        alerts,
        hosts,
        flapping,
        eased: None,
        unseen: None,
        ..now
    }
}

/// What the vendor read when it was asked.
fn worded(turn: &Turn, request: &Request) -> Option<Facts> {
    let mut rows = turn.state.owed_of(request.incident).filter(|row| row.request == Some(request.id));
    rows.find_map(|row| match &row.work {
        Work::Message { letter, .. } => facts_of(&letter.matter).cloned(),
        _ => None,
    })
}

/// 取下げ, if the vendor was asked at all.
pub(in crate::desk) fn withdrawal(turn: &mut Turn, id: RequestId, cancelled: Option<CancelKind>) {
    let Some(request) = turn.state.requests.get(&id).cloned() else { return };
    if let Some(rows) = unread::unknown_request(turn, &request) {
        return deliver::forgo(turn, &rows);
    }
    let elsewhere = goes_on_under(turn, &request).filter(|_| cancelled.is_none());
    // What became an incident of its own is told of as it stands there.
    let shown = elsewhere.as_ref().filter(|(_, parted)| *parted).map_or(request.incident, |(id, _)| *id);
    let Some(mut incident_facts) = facts(turn, shown, Reader::Vendor(&request.party)) else { return };
    if let Some(number) = turn.state.incidents.get(&request.incident).and_then(|known| known.number.clone()) {
        incident_facts.number = number;
    }
    let severity = incident_facts.severity;
    if let Some(asked) = asked_as(turn, &request) {
        let (number, severity) = (incident_facts.number, incident_facts.severity);
        incident_facts = Facts { number, severity, severity_by: incident_facts.severity_by, ..asked };
    }
    if least::is_secret(turn, request.incident) {
        // It reads that, and no word of why: neither is its part cleared, nor is anything known of it.
        let now = facts(turn, request.incident, Reader::Vendor(&request.party));
        let verdict = now.and_then(|facts| facts.verdict);
        incident_facts = Facts { verdict, summary: String::new(), host: Default::default(), ..incident_facts };
    }
    // What is suspected now may be another thing than it was asked about.
    incident_facts.target = target::asked(turn, &request).or(incident_facts.target);
    let (incident, asked_at) = (Box::new(incident_facts), request.asked);
    let under = elsewhere.and_then(|(id, _)| turn.state.incidents.get(&id)?.number.clone());
    let matter = Matter::Withdrawal { incident, asked_at, cancelled, under };
    let draft = Draft::new(Some(request.incident), severity, matter, Why::Verdict);
    if send(turn, &request.party, draft).is_some() {
        let what = What::Withdrawn { party: turn.book.party_name(&request.party) };
        turn.edit(request.incident, Edit::happened(turn.now.wall, what), Reason::OnRecord);
    }
}

/// What a vendor read when it was asked, where no alert was of its part then: whose machine it is now is not its matter, and what
/// its own shows since was not what it was asked about.
fn asked_as(turn: &Turn, request: &Request) -> Option<Facts> {
    let keeper = |alert: &Alert| alert.component.as_ref().and_then(|component| turn.book.keeper(component));
    let own = |alert: &Alert| keeper(alert) == Some(&request.party) && alert.received.wall <= request.asked;
    if turn.state.members_of(request.incident).any(own) {
        return None;
    }
    worded(turn, request)
}

/// The incident under which what a vendor was asked about goes on: it is an echo of one for which the same vendor is asked, or the
/// desk parted it off (`true`).
fn goes_on_under(turn: &Turn, request: &Request) -> Option<(IncidentId, bool)> {
    let known = turn.state.incidents.get(&request.incident)?;
    let verdict = known.verdict()?;
    if let Some(of) = verdict.echo_of.filter(|_| verdict.parties.contains(&request.party)) {
        return Some((of, false));
    }
    let place = Place::Component(request.component.clone()?);
    let parted = known.links.iter().filter(|(link, _)| *link == Link::Split).map(|(_, other)| *other);
    let mut there = parted.filter(|other| turn.state.places.get(other).is_some_and(|here| here.contains_key(&place)));
    there.next().map(|other| (other, true))
}
