//! What must hold after every transcript, whatever it is about: folding gives the state, replaying gives the entries, the
//! books balance, and what is stored can be read again.

use super::{Fault, Played};
use crate::desk::rules::Rules;
use crate::desk::state::State;
use crate::desk::{Desk, Frame, ledger};

/// Every promise that was broken, at the last line.
pub(super) fn audit(rules: &Rules, played: &Played) -> Vec<Fault> {
    let line = played.script.lines.len();
    let mut faults = Vec::new();
    let mut say = |what: String| faults.push(Fault { line, what });

    let mut folded = Desk::new(State::default(), rules.clone());
    for frame in &played.frames {
        // From bytes, as the store reads them: what reads texts would be in the program a second time, some megabytes of it.
        match serde_json::to_vec(frame).and_then(|bytes| serde_json::from_slice::<Frame>(&bytes)) {
            Ok(read) if read == *frame => folded.fold(&read),
            Ok(_) => say(format!("a frame reads differently from what was written: {:?}", frame.input)),
            Err(error) => say(format!("a frame cannot be stored: {error}")),
        }
    }
    if let Some(what) = differ(folded.state(), &played.state) {
        say(format!("folding the entries gives another state: {what}"));
    }
    let stored = serde_json::to_vec(&played.state).and_then(|bytes| serde_json::from_slice::<State>(&bytes));
    match stored {
        Ok(stored) => {
            let read = Desk::new(stored, rules.clone());
            if let Some(what) = differ(read.state(), &played.state) {
                say(format!("storing the state and reading it gives another: {what}"));
            }
        }
        Err(error) => say(format!("the state cannot be stored: {error}")),
    }
    let mut again = Desk::new(State::default(), rules.clone());
    for frame in &played.frames {
        let step = again.step(frame.at, frame.input.clone());
        if step.entries != frame.entries {
            say(format!("replaying {:?} gives other entries", frame.input));
            break;
        }
    }
    let books = ledger::balance(&played.state);
    if !books.balanced {
        say(format!("the books do not balance: {books:?}"));
    }
    faults
}

/// The first part in which two states differ.
fn differ(one: &State, other: &State) -> Option<String> {
    macro_rules! parts {
        ($($part:ident),+ $(,)?) => {
            $(if one.$part != other.$part {
                return Some(format!("{} differ: {:?} and {:?}", stringify!($part), one.$part, other.$part));
            })+
        };
    }
    parts!(
        sources,
        alerts,
        incidents,
        requests,
        modifications,
        owed,
        past,
        covers,
        counters,
        tally,
        house,
        agenda,
        by_key,
        members,
        live,
        incidents_at,
        rooted,
        places,
        reshaped,
        burning,
        detecting,
        open,
        by_number,
        requests_of,
        owed_of,
        settled,
        over,
        queues,
        sharing,
        held_back,
        active,
    );
    None
}
