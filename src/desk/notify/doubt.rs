//! What a verdict leaves open, with the names people know.

use crate::desk::book::Book;
use crate::desk::ids::PartyId;
use crate::desk::incident;
use crate::desk::letter::{Claim, Lever, Need, Unknown};

fn names(book: &Book, parties: &[PartyId]) -> Vec<String> {
    parties.iter().map(|party| book.party_name(party)).collect()
}

/// The kind of 不明.
pub(super) fn unknown(book: &Book, unknown: &incident::Unknown) -> Unknown {
    match unknown {
        incident::Unknown::NothingKnown { hosts } => Unknown::NothingKnown { hosts: hosts.clone() },
        incident::Unknown::NobodyLeft => Unknown::NobodyLeft,
        incident::Unknown::ByRule { rule } => Unknown::ByRule { rule: rule.clone() },
        incident::Unknown::Disagreement { claims } => Unknown::Disagreement {
            claims: claims
                .iter()
                .map(|claim| Claim {
                    rule: claim.rule.clone(),
                    parties: names(book, &claim.parties),
                    confidence: claim.confidence,
                    because: claim.because.clone(),
                })
                .collect(),
        },
    }
}

/// What would change the verdict.
pub(super) fn lever(book: &Book, lever: &incident::Lever) -> Lever {
    let need = match &lever.need {
        incident::Need::Rule { rule, facts, at, .. } => {
            Need::Rule { rule: rule.clone(), facts: facts.clone(), at: *at }
        }
        incident::Need::NotTheirs { party } => Need::NotTheirs { party: book.party_name(party) },
        incident::Need::Covered { hosts } => Need::Covered { hosts: hosts.clone() },
    };
    Lever { need, code: lever.code, parties: names(book, &lever.parties) }
}
