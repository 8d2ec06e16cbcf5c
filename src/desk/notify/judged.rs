//! The verdict on an incident, as far as a reader may know it.

use super::facts::{Reader, its_part, kept_by, overran};
use super::{changes, desk_word, owner, target};
use crate::desk::ids::PartyId;
use crate::desk::incident::{Incident, Verdict};
use crate::desk::letter::{Because, By, Fact, VerdictFacts};
use crate::desk::probe::Sign;
use crate::desk::rules::VerdictCode;
use crate::desk::turn::Turn;
use jiff::Timestamp;

/// What `reader` may know of a verdict: a vendor its own part, and what speaks of it.
pub(super) fn verdict(turn: &Turn, incident: &Incident, verdict: &Verdict, reader: Reader) -> VerdictFacts {
    let parties = verdict.parties.iter().filter(|party| match reader {
        Reader::House(_) => true,
        Reader::Vendor(own) => *party == own,
    });
    let own_host = |fact: &&Fact| match (reader, fact) {
        (Reader::Vendor(party), Fact::Alert { host, .. }) => turn.state.members_of_host(host).all(|alert| {
            alert.component.as_ref().is_none_or(|component| its_part(turn.book, incident, component, party))
        }),
        (Reader::Vendor(party), Fact::Kept(kept)) => turn.state.members_of_host(&kept.host).all(|alert| {
            alert.component.as_ref().is_none_or(|component| its_part(turn.book, incident, component, party))
        }),
        // What another vendor answered is not for a vendor to read.
        (Reader::Vendor(_), Fact::HandedBack { .. }) => false,
        // The words of a silence are the desk's own, and for whoever answers for it.
        (Reader::Vendor(party), Fact::Planned { silence: true, owner, .. }) => *owner == turn.book.party_name(party),
        _ => true,
    };
    let house = matches!(reader, Reader::House(_));
    let name = |party: &PartyId| turn.book.party_name(party);
    let asks = matches!(verdict.code, VerdictCode::Single | VerdictCode::Multi);
    VerdictFacts {
        code: verdict.code,
        confidence: verdict.confidence,
        by: verdict.by,
        parties: parties.map(name).collect(),
        cause: verdict.cause,
        because: match reader {
            Reader::Vendor(party) if desk_word::is_ordered(turn, incident, verdict, party) => Because::Ordered,
            _ => desk_word::ground(turn, incident, changes::ground(turn, &verdict.because, reader)),
        },
        echo_of: verdict.echo_of.and_then(|of| turn.state.incidents.get(&of)?.number.clone()),
        overrun: overran(verdict) && !matches!(reader, Reader::Vendor(party) if !verdict.parties.contains(party)),
        owner: owner::of(turn, verdict, reader),
        unplaced: asks && verdict.by == By::Desk && verdict.component.is_none() && incident.root.is_some(),
        evidence: (verdict.evidence.iter().chain(&target::shown(turn, incident, reader)).chain(&verdict.against))
            .filter(own_host)
            .filter_map(|fact| changes::stated(turn, verdict, fact, reader))
            .collect(),
        answers: answers(verdict).filter(|_| house && asks),
        not_known: not_known(turn, verdict, reader),
        unknown: verdict.unknown.as_ref().filter(|_| house).map(|unknown| unknown.named(name)),
        would_change: match house {
            true => verdict.would_change.iter().map(|lever| lever.named(name)).collect(),
            false => Vec::new(),
        },
    }
}

/// When what is suspected was last seen to answer, whatever monitoring shows.
fn answers(verdict: &Verdict) -> Option<Timestamp> {
    let good = verdict.against.iter().filter_map(|fact| match fact {
        Fact::Probe { seen, at, .. } if seen.sign == Sign::Ok => Some(*at),
        _ => None,
    });
    good.max()
}

/// What could not be learnt, as far as it is for the reader: of contracts, and of ways to machines, a vendor reads about its own.
fn not_known(turn: &Turn, verdict: &Verdict, reader: Reader) -> Vec<Fact> {
    let own = |fact: &Fact| match (reader, fact) {
        (Reader::Vendor(reader), Fact::NoContract { party, nearest }) => {
            let own = *party == turn.book.party_name(reader);
            own.then(|| Fact::NoContract { party: String::new(), nearest: nearest.clone() })
        }
        (Reader::Vendor(reader), Fact::ProbeNotKnown { kind, target }) => {
            let mut same =
                turn.book.rules.probes.values().filter(|probe| probe.kind == *kind && probe.target == *target);
            same.any(|probe| kept_by(turn.book, &probe.component, reader)).then(|| fact.clone())
        }
        (Reader::House(_) | Reader::Vendor(_), fact) => Some(fact.clone()),
    };
    verdict.not_known.iter().filter_map(own).collect()
}
