//! A vendor is asked although no maintenance contract on record covers its part on the day of 発生: the verdict says so, and the
//! desk hears of it.

use super::case::Case;
use crate::desk::contract::{Covering, covering};
use crate::desk::ids::{IncidentId, PartyId};
use crate::desk::incident::Verdict;
use crate::desk::letter::{Fact, NearestContract, Notice};
use crate::desk::notify;
use crate::desk::owed::Why;
use crate::desk::rules::VerdictCode;
use crate::desk::turn::Turn;

/// Of each vendor that the verdict asks, that no contract covers its part.
pub(super) fn facts(turn: &Turn, case: &Case, verdict: &Verdict) -> Vec<Fact> {
    if verdict.echo_of.is_some() || !matches!(verdict.code, VerdictCode::Single | VerdictCode::Multi) {
        return Vec::new();
    }
    let occurred = turn.book.date(case.incident.occurred);
    let none = |id: &PartyId| match covering(turn.book, id, verdict.component.as_ref(), occurred) {
        Covering::Nothing(nearest) => {
            let ended = nearest.until < occurred;
            let day = if ended { nearest.until } else { nearest.from };
            let nearest = NearestContract { number: nearest.number.clone(), ended, day };
            Some(Fact::NoContract { party: turn.book.party_name(id), nearest })
        }
        Covering::By(_) | Covering::NotKnown => None,
    };
    verdict.parties.iter().filter_map(none).collect()
}

/// 内部連絡 of what the latest verdict says of contracts and none before it did.
pub(in crate::desk) fn tell(turn: &mut Turn, incident: IncidentId) {
    let Some((latest, before)) = turn.state.incidents.get(&incident).and_then(|known| known.verdicts.split_last())
    else {
        return;
    };
    let told = |fact: &Fact| before.iter().any(|verdict| verdict.not_known.contains(fact));
    let fresh = latest.not_known.iter().filter(|fact| !told(fact)).filter_map(|fact| match fact {
        Fact::NoContract { party, nearest } => {
            Some(Notice::NoContract { party: party.clone(), nearest: nearest.clone() })
        }
        _ => None,
    });
    for notice in fresh.collect::<Vec<_>>() {
        notify::internal(turn, Some(incident), notice, Why::Notice);
    }
}
