//! Faults that nobody can tell from another party's: all that is shown of them is what the fault of another thing shows.
//!
//! A lost power supply nobody watches is seen as the death of the switch it feeds; a change of the firewall that nobody
//! announced and that stops one application for now is seen as a fault of that application. Decided from the truth and
//! from what was shown, never from what the desk made of it.

use super::fault::{Fault, Right};
use super::signs::Sign;
use super::things::{DESK, State, Town, keeper};
use std::collections::BTreeSet;

/// The thing whose own fault would show the same and is another party's, if there is one.
pub(super) fn looks_like(town: &Town, fault: &Fault, signs: &[Sign]) -> Option<usize> {
    let right = match fault.right {
        Right::Party(party) => party,
        Right::Desk => DESK,
        Right::Nobody => return None,
    };
    let shown: BTreeSet<usize> =
        signs.iter().filter(|sign| sign.fault == Some(fault.number)).map(|sign| sign.thing).collect();
    let states = town.spread(fault.hit, fault.state, |_, _| true);
    // Whoever asks it finds that it does not answer.
    let silent = |index: usize| {
        let thing = &town.things[index];
        states[index] >= State::Cut && thing.address.is_some() && !thing.blocked
    };
    if fault.announced.is_some() || shown.is_empty() || shown.contains(&fault.hit) || silent(fault.hit) {
        return None;
    }
    let explains = |of: usize| shown.iter().all(|index| *index == of || town.needs(*index, of));
    let another = |of: &usize| *of != fault.hit && keeper(town.things[*of].kind) != right;
    (0..town.things.len()).filter(another).find(|of| (shown.contains(of) || silent(*of)) && explains(*of))
}
