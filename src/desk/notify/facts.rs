//! What one reader may know of an incident: the [`Facts`] of a letter.
//!
//! A vendor learns of its own part, of how much lies behind it and who is hit - never of another vendor.

use super::{changes, desk_word, former, impact, judged, reports, signs, target, unseen, untouched};
use crate::desk::alert::Alert;
use crate::desk::book::Book;
use crate::desk::contract::{Covering, covering};
use crate::desk::correlate;
use crate::desk::deliver;
use crate::desk::ids::{ComponentId, IncidentId, Number, PartyId};
use crate::desk::incident::{Incident, Link, StatusName, Told, Verdict};
use crate::desk::isolate::overrun;
use crate::desk::letter::{Asked, By, Facts, Said, Similar, Stage, What};
use crate::desk::likeness::{self, Like};
use crate::desk::request::{Request, RequestState};
use crate::desk::rules::{Effect, Rule};
use crate::desk::scope::Reach;
use crate::desk::turn::Turn;
use crate::desk::words::Words;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// Messages quoted at most.
const MESSAGES: usize = 20;
/// Echoes named at most.
const ECHOES: usize = 20;

/// Who reads.
#[derive(Clone, Copy)]
pub(super) enum Reader<'a> {
    /// An office, or the desk: everything that is not a contract.
    House(&'a PartyId),
    /// A vendor: its own part.
    Vendor(&'a PartyId),
}

/// The facts of `incident` for `reader`.
pub(super) fn facts(turn: &Turn, incident: IncidentId, reader: Reader) -> Option<Facts> {
    let known = turn.state.incidents.get(&incident)?;
    let book = turn.book;
    let members: Vec<&Alert> = turn.state.members_of(incident).collect();
    let own = |alert: &Alert| match reader {
        Reader::House(_) => true,
        Reader::Vendor(party) => {
            alert.component.as_ref().is_none_or(|component| its_part(book, known, component, party))
        }
    };
    let asked_about = match reader {
        Reader::Vendor(party) => {
            let requests = turn.state.requests_of(incident).filter(|request| request.party == *party);
            requests.max_by_key(|request| request.asked).and_then(|request| request.component.as_ref())
        }
        Reader::House(_) => None,
    };
    // A vendor that does not keep the root reads of its own failing part, which is all it can act on: of what it was asked about.
    let own_part = match reader {
        Reader::Vendor(party) if known.root.as_ref().is_some_and(|root| !its_part(book, known, root, party)) => members
            .iter()
            .filter(|alert| alert.component.as_ref().is_some_and(|component| kept_by(book, component, party)))
            // Another part of it that is over is not what it is asked about now.
            .filter(|alert| {
                !alert.recovered() || asked_about.is_none_or(|asked| alert.component.as_ref() == Some(asked))
            })
            .min_by_key(|alert| {
                let other = asked_about.is_none() || alert.component.as_ref() != asked_about;
                (other, alert.gone.is_some(), alert.at, alert.id)
            }),
        Reader::Vendor(_) | Reader::House(_) => None,
    };
    let representative = own_part.copied().or_else(|| known.representative.and_then(|id| turn.state.alerts.get(&id)));
    let root = own_part.and_then(|alert| alert.component.as_ref()).or(known.root.as_ref());
    // After an answer of "not ours" the verdict may be about something that shows no alert of its own.
    let suspected = known.verdict().and_then(|verdict| verdict.component.as_ref());
    let suspected = suspected.filter(|component| own_part.is_none() && known.root.as_ref() != Some(*component));
    // What is suspected now is of no concern to a vendor that was asked before.
    let suspected = suspected.filter(|component| match reader {
        Reader::House(_) => true,
        Reader::Vendor(party) => its_part(book, known, component, party),
    });
    let about = suspected.or(root);
    // Of what only people told of, what they named is what shows it.
    let named = || known.told.iter().find_map(|told| told.component.as_ref());
    let shows = match representative {
        Some(alert) => alert.component.as_ref(),
        None => named(),
    };
    let is_root = |alert: &&&Alert| root.is_some() && alert.component.as_ref() == root;
    let beside = target::others(turn, known, reader);
    let is_beside = |alert: &&&Alert| alert.component.as_ref().is_some_and(|id| beside.contains(id));
    // What failed below it before is no echo of it.
    let is_below =
        |alert: &&&Alert| root.zip(alert.component.as_ref()).is_some_and(|(root, other)| book.graph.needs(root, other));
    let echoes: BTreeSet<String> = members
        .iter()
        .filter(|alert| root.is_some() && !is_root(alert) && !is_beside(alert) && !is_below(alert))
        .map(|alert| alert.problem.host_name.to_string())
        .collect();
    let mut ordered: Vec<&&Alert> = members.iter().filter(|alert| own(alert)).collect();
    ordered.sort_by_key(|alert| (!is_root(alert), alert.at, alert.id));
    // What is told in the present tense is still there - or is what the letter is about.
    let over = !known.status.name().may_recover();
    let speaks = representative.map(|alert| alert.id);
    let there = || members.iter().filter(|alert| over || alert.gone.is_none() || Some(alert.id) == speaks);
    let reach = correlate::reach_of(turn.state, book, known);
    let office = match reader {
        Reader::House(party) => party,
        Reader::Vendor(_) => &book.rules.site.office,
    };
    Some(Facts {
        number: known.number.clone().unwrap_or_else(|| Number(known.id.to_string())),
        severity: known.severity_value(),
        severity_by: known.severity.as_ref().map_or(By::Machine, |severity| severity.by),
        summary: representative.map_or_else(|| known.summary.clone(), |alert| alert.problem.summary.to_string()),
        host: representative
            .map(|alert| (alert.problem.host.to_string(), alert.problem.host_name.to_string()))
            .unwrap_or_default(),
        eased: representative.and_then(|alert| signs::eased(turn, known, alert, &ordered)),
        beside: representative.map(|alert| signs::beside(turn, alert, &ordered)).unwrap_or_default(),
        first_sign: representative.and_then(|alert| signs::first(turn, known, alert, &ordered)),
        unseen: representative.and_then(|alert| unseen::of(turn, known, alert)),
        component: about.map(|component| book.component_name(component)),
        shown_by: shows.filter(|shows| about != Some(*shows)).map(|shows| book.component_name(shows)),
        occurred: known.occurred,
        occurred_mark: known.occurred_mark,
        part_since: match reader {
            Reader::Vendor(_) => about.and_then(|about| former::began(turn, known, about)),
            Reader::House(_) => None,
        },
        returned: desk_word::returned(known),
        related: related(turn, known, reader),
        restored_before: former::restored_before(turn, known, reader),
        desk: desk_word::of(turn, known),
        detected_by: known.detected_by,
        told: told(known, reader, book),
        alerts: there().map(|alert| (&alert.problem.host, &alert.problem.summary)).collect::<BTreeSet<_>>().len(),
        hosts: there().map(|alert| &alert.problem.host).collect::<BTreeSet<_>>().len(),
        echoes: match reader {
            Reader::House(_) => echoes.into_iter().take(ECHOES).collect(),
            Reader::Vendor(_) => Vec::new(),
        },
        messages: messages(&ordered),
        systems: impact::systems(&reach).map(|system| book.system_name(system)).collect(),
        effect: effect(turn, known, &reach),
        scope: reach.scope,
        residents: reach.residents,
        data: known.data,
        substitute: reach.substitute,
        office_closed: !book.party_open(office, turn.now.wall),
        impact: impact::impact(turn, known, &reach, office, matches!(reader, Reader::House(_))),
        verdict: known.verdict().map(|verdict| {
            let mut told = judged::verdict(turn, known, verdict, reader);
            // What was counted was counted of what the verdict is about.
            if verdict.component.as_ref().is_some_and(|counted| about != Some(counted)) {
                told.evidence.retain(|fact| !fact.counts_behind());
            }
            told
        }),
        target: target::main(turn, known, reader),
        also: target::also(turn, known, &beside, reader),
        asked: match reader {
            Reader::House(_) => asked(turn, incident),
            Reader::Vendor(_) => Vec::new(),
        },
        still_red: match reader {
            Reader::House(_) => correlate::still_red(turn, incident),
            Reader::Vendor(_) => Vec::new(),
        },
        untouched: matches!(reader, Reader::Vendor(party) if untouched::of(turn, known, party)),
        looked: (!known.looks.is_empty()).then(|| known.looks.values().any(Option::is_some)),
        flapping: correlate::flapping(turn, incident),
        cause: known.cause.as_ref().map(|cause| (cause.class, cause.direct.clone())),
        similar: similar(turn, known, reader),
        changes: changes::listed(turn, known, reader),
        other_changes: changes::hidden(turn, known, reader),
        stage: stage(known.status.name()),
        workaround: workaround(known).filter(|_| matches!(reader, Reader::House(_))),
        desk_started: known.desk_started.filter(|_| matches!(reader, Reader::House(_))),
        next_report: match reader {
            Reader::House(_) => reports::promised_next(turn, known),
            Reader::Vendor(_) => None,
        },
    })
}

/// What burns and may have to do with it, and what it is left of. A vendor reads of what it was asked about.
fn related(turn: &Turn, incident: &Incident, reader: Reader) -> Vec<Number> {
    let others = incident.links.iter().filter(|(link, _)| matches!(link, Link::Related | Link::RemainderOf));
    let others = others.filter_map(|(link, other)| Some((*link, turn.state.incidents.get(other)?)));
    let may_read = |other: &&Incident| match reader {
        Reader::House(_) => true,
        Reader::Vendor(party) => turn.state.requests_of(other.id).any(|request| request.party == *party),
    };
    let told = others.filter(|(link, other)| *link == Link::RemainderOf || other.status.name().burning());
    told.map(|(_, other)| other).filter(may_read).filter_map(|other| other.number.clone()).collect()
}

/// What people told of it. A vendor reads what was told of nothing in particular, of its part, or of what needs it.
fn told(incident: &Incident, reader: Reader, book: &Book) -> Vec<Said> {
    let concerns = |told: &&Told| match (reader, &told.component) {
        (Reader::House(_), _) | (Reader::Vendor(_), None) => true,
        (Reader::Vendor(party), Some(about)) => {
            let needs = || incident.root.as_ref().filter(|root| book.graph.needs(about, root));
            its_part(book, incident, about, party) || needs().is_some_and(|root| its_part(book, incident, root, party))
        }
    };
    incident.told.iter().filter(concerns).map(Told::said).collect()
}

/// What monitoring shows, in its words: each message of a host once, however often it came.
fn messages(members: &[&&Alert]) -> Vec<String> {
    let mut told = BTreeSet::new();
    let new = members.iter().filter(|alert| told.insert((&alert.problem.host, &alert.problem.summary)));
    new.map(|alert| alert.problem.summary.to_string()).take(MESSAGES).collect()
}

/// 暫定対応 as it was told last, while it holds.
fn workaround(incident: &Incident) -> Option<Words> {
    let told = incident.happenings.iter().rev().find_map(|known| match &known.what {
        What::WorkedAround { text } => Some(text.clone()),
        _ => None,
    });
    told.filter(|_| incident.status.name() == StatusName::WorkedAround)
}

/// The rule that gave the verdict, as it stands now.
pub(super) fn deciding_rule<'a>(book: &'a Book, incident: &Incident) -> Option<&'a Rule> {
    let name = incident.verdict()?.rule.as_ref()?;
    book.rules.isolation.iter().find(|rule| rule.name == *name)
}

/// How badly the systems are hit: as the rule of the verdict says, else as the severity took it. Not known of what only
/// people reported and no rule bears out, nor where the desk has judged the severity itself.
fn effect(turn: &Turn, incident: &Incident, reach: &Reach) -> Option<Effect> {
    let by_rule = deciding_rule(turn.book, incident);
    let judged_by_desk = incident.severity.as_ref().is_some_and(|severity| severity.by == By::Desk);
    if judged_by_desk {
        return None;
    }
    if turn.state.members_of(incident.id).next().is_none() {
        return by_rule.and_then(|rule| rule.then.effect);
    }
    if reach.is_carried() {
        return Some(Effect::None);
    }
    // What the rule says is said of what is over by now.
    let stated = by_rule.and_then(|rule| rule.then.effect).filter(|_| incident.eased.is_none());
    stated.or_else(|| Some(correlate::effect(turn, incident.id)))
}

/// Like faults, recurrences first. A vendor reads of those it was asked about then.
fn similar(turn: &Turn, incident: &Incident, reader: Reader) -> Vec<Similar> {
    let may_read = |like: &Like| match reader {
        Reader::House(_) => true,
        Reader::Vendor(party) => like.past.asked.contains(party),
    };
    // What planned work left behind is no fault come back.
    let recurs = incident.verdict().is_none_or(|verdict| !overran(verdict));
    let like = likeness::like(turn.state, turn.book, incident);
    like.into_iter()
        .filter(may_read)
        .map(|Like { past, recurrence }| Similar {
            number: past.number,
            occurred: past.occurred,
            treatment: past.treatment,
            recurrence: recurrence && recurs,
        })
        .collect()
}

pub(super) fn kept_by(book: &Book, component: &ComponentId, party: &PartyId) -> bool {
    book.keeper(component) == Some(party)
}

/// A vendor's part: what it keeps, what its planned work left burning, and what is kept apart on its account.
pub(super) fn its_part(book: &Book, incident: &Incident, component: &ComponentId, party: &PartyId) -> bool {
    kept_by(book, component, party)
        || incident.root.as_ref() == Some(component)
            && incident.verdict().is_some_and(|verdict| {
                (overran(verdict) || verdict.because.rests_on_what_is_kept_apart()) && verdict.parties.contains(party)
            })
}

pub(super) fn overran(verdict: &Verdict) -> bool {
    verdict.by == By::Machine && verdict.rule.as_deref() == Some(overrun::RULE)
}

/// The contract number to give on `day`, the day of 発生; empty where none on record covers it then.
pub(super) fn contract_of(book: &Book, party: &PartyId, component: Option<&ComponentId>, day: Date) -> String {
    match covering(book, party, component, day) {
        Covering::By(number) => number.to_owned(),
        Covering::Nothing(_) | Covering::NotKnown => String::new(),
    }
}

/// The present request to each party: what was answered before the fault came back is no answer now.
fn asked(turn: &Turn, incident: IncidentId) -> Vec<Asked> {
    let counts = |request: &&Request| !matches!(request.state, RequestState::Withdrawn | RequestState::NotOurs);
    let requests: Vec<&Request> = turn.state.requests_of(incident).filter(counts).collect();
    let later = |request: &Request| {
        requests
            .iter()
            .any(|other| other.party == request.party && (other.asked, other.id) > (request.asked, request.id))
    };
    requests
        .iter()
        .filter(|request| !later(request))
        .map(|request| Asked {
            party: turn.book.party_name(&request.party),
            ask: request.ask,
            at: request.asked,
            acknowledged: request.acknowledged,
            started: request.started,
            by: deliver::request_leaves_by(turn.state, turn.now.wall, request),
            over: former::over(turn, request),
            lost: deliver::is_request_lost(turn.state, request),
        })
        .collect()
}

/// The stage a reader is told.
pub(super) fn stage(status: StatusName) -> Stage {
    match status {
        StatusName::Detected | StatusName::Watched | StatusName::Accepted | StatusName::Isolating => Stage::Isolating,
        StatusName::Requested => Stage::Requested,
        StatusName::InProgress => Stage::InProgress,
        StatusName::WorkedAround => Stage::WorkedAround,
        StatusName::Verifying => Stage::Verifying,
        StatusName::Restored
        | StatusName::AwaitingAcceptance
        | StatusName::Closed
        | StatusName::Cancelled
        | StatusName::Merged => Stage::Restored,
        StatusName::OnHold => Stage::OnHold,
    }
}
