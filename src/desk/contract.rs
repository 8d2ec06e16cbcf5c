//! Which maintenance contract covers a component on a day (an incident belongs to the contract of its 発生).
//!
//! Contracts of one `scope` follow each other; others run side by side and cover something else.

use super::book::Book;
use super::ids::{ComponentId, PartyId};
use super::rules::Contract;
use jiff::civil::Date;
use std::cmp::Reverse;

/// What is known of the contract that covers something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Covering<'a> {
    /// This number.
    By(&'a str),
    /// None runs on that day; this one is the nearest: it has ended, or has not begun.
    Nothing(&'a Contract),
    /// None is on record, or several run and nothing says which it is.
    NotKnown,
}

/// The contract of `party` that covers `component` on `day`.
pub fn covering<'a>(book: &'a Book, party: &PartyId, component: Option<&ComponentId>, day: Date) -> Covering<'a> {
    let contracts = book.party(party).map(|party| party.contracts.as_slice()).unwrap_or_default();
    let stated = component
        .and_then(|id| book.rules.components.get(id))
        .filter(|component| component.party == *party && !component.asset.contract.is_empty())
        .map(|component| component.asset.contract.as_str());
    of(contracts, stated, day)
}

/// As [`covering`], of a thing that states this number.
fn of<'a>(contracts: &'a [Contract], stated: Option<&'a str>, day: Date) -> Covering<'a> {
    let running = |contract: &&Contract| contract.from <= day && day <= contract.until;
    let known = stated.and_then(|number| contracts.iter().find(|contract| contract.number == number));
    let mut may_cover: Vec<&Contract> = match (stated, known) {
        // Of what no contract on record has, nothing says that it has ended.
        (Some(stated), None) => return Covering::By(stated),
        (Some(stated), Some(known)) if running(&known) => return Covering::By(stated),
        // The next fiscal year has another number.
        (Some(_), Some(known)) => contracts.iter().filter(|contract| contract.scope == known.scope).collect(),
        (None, _) => contracts.iter().collect(),
    };
    let mut run = may_cover.iter().copied().filter(running);
    match (run.next(), run.next()) {
        (Some(one), None) => return Covering::By(&one.number),
        (Some(one), Some(_)) if known.is_some() => return Covering::By(&one.number),
        (Some(_), Some(_)) => return Covering::NotKnown,
        (None, _) => {}
    }
    // The one that ended last, else the one that begins first.
    may_cover.sort_by_key(|contract| (contract.from > day, Reverse(contract.until.min(day)), contract.from));
    may_cover.first().map_or(Covering::NotKnown, |nearest| Covering::Nothing(nearest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn contract(number: &str, scope: &str, from: Date, until: Date) -> Contract {
        Contract { number: number.to_owned(), scope: scope.to_owned(), from, until }
    }

    #[test]
    fn a_contract_covers_what_it_is_for_while_it_runs() {
        let contracts = [
            contract("R7-1", "network", date(2025, 4, 1), date(2026, 3, 31)),
            contract("R8-1", "network", date(2026, 4, 1), date(2026, 9, 30)),
            contract("R8-2", "network", date(2026, 10, 2), date(2027, 3, 31)),
            contract("R8-9", "telephones", date(2026, 4, 1), date(2028, 3, 31)),
        ];
        let nearest = |nth: usize| Covering::Nothing(&contracts[nth]);
        for (stated, day, covering) in [
            (Some("R8-1"), date(2026, 9, 30), Covering::By("R8-1")),
            (Some("R7-1"), date(2026, 9, 30), Covering::By("R8-1")),
            (Some("R8-1"), date(2026, 10, 2), Covering::By("R8-2")),
            (Some("R8-1"), date(2026, 10, 1), nearest(1)),
            (Some("R8-1"), date(2027, 4, 1), nearest(2)),
            (Some("R8-1"), date(2025, 3, 31), nearest(0)),
            (Some("R8-9"), date(2026, 10, 1), Covering::By("R8-9")),
            (Some("unknown"), date(2026, 10, 1), Covering::By("unknown")),
            (None, date(2026, 10, 1), Covering::By("R8-9")),
            (None, date(2026, 10, 2), Covering::NotKnown),
            (None, date(2028, 4, 1), nearest(3)),
        ] {
            assert_eq!(of(&contracts, stated, day), covering, "{stated:?} on {day}");
        }
        assert_eq!(of(&[], None, date(2026, 10, 1)), Covering::NotKnown);
        assert_eq!(of(&contracts[..1], None, date(2026, 10, 1)), nearest(0));
    }
}
