//! The judge is judged: a sound history is spoiled in one place, and the invariant it breaks must say so.

use crate::history::{Attempt, History, Leaves, What};
use crate::invariants::{self, Case};
use crate::record::Record;
use crate::script::{HOUR, Script, Way};
use crate::world::World;
use crate::{played, world_of};
use kiriwake::desk::alert;
use kiriwake::desk::outcome::Delivery;
use kiriwake::desk::{Change, Input};

/// Spoils a history; `None` = there is nothing in it to spoil in this way.
type Spoil = fn(&mut History, &World) -> Option<()>;

/// What is done, and the name the invariant has.
const SPOILT: [(&str, Spoil); 10] = [
    ("known is recorded", forget_a_problem),
    ("every duty is delivered, waiting, dead and told, or suppressed with a reason", lose_what_was_taken),
    ("copies are one and one for each unknown outcome, under one key", deliver_twice),
    ("order at each destination", turn_round),
    ("no recovery without evidence", take_away_the_evidence),
    ("caps", flood),
    ("what is critical is in time by some way while one is up", be_late),
    ("acts are people's", nobody_was_there),
    ("only configured addresses", go_elsewhere),
    ("no secrets", tell_a_secret),
];

/// What was acknowledged is missing on record.
fn forget_a_problem(history: &mut History, _: &World) -> Option<()> {
    let opened =
        |change: &Change| matches!(change, Change::Alert(alert::Change::Opened(alert)) if alert.missed.is_none());
    for frame in &mut history.frames {
        if let Some(place) = frame.entries.iter().position(|entry| opened(&entry.change)) {
            frame.entries.remove(place);
            return Some(());
        }
    }
    None
}

/// What counts as delivered never arrived.
fn lose_what_was_taken(history: &mut History, _: &World) -> Option<()> {
    let key = accepted(history)?.key.clone();
    history.copies.retain(|copy| copy.key != key);
    Some(())
}

/// A second copy after an answer.
fn deliver_twice(history: &mut History, _: &World) -> Option<()> {
    let attempt = accepted(history)?;
    let key = attempt.key.clone();
    let copy = history.copies.iter().find(|copy| copy.key == key)?;
    let again = copy.clone();
    history.copies.push(again.clone());
    history.copies.push(again.clone());
    // More than any number of unknown outcomes explains.
    history.copies.extend(std::iter::repeat_n(again, 20));
    Some(())
}

/// The last thing that arrived arrives first.
fn turn_round(history: &mut History, _: &World) -> Option<()> {
    history.copies.reverse();
    (history.copies.len() > 20).then_some(())
}

/// The sources never held a recovery.
fn take_away_the_evidence(history: &mut History, _: &World) -> Option<()> {
    let before = history.signs.len();
    history.signs.retain(|sign| sign.what != What::Recovered);
    (history.signs.len() < before).then_some(())
}

/// A first report leaves hundreds of times in one second.
fn flood(history: &mut History, _: &World) -> Option<()> {
    let place = history.attempts.iter().position(|attempt| {
        attempt.attempt == 1 && matches!(&attempt.to, Leaves::Message { words, .. } if words.contains("第一報"))
    })?;
    let copies = (0..2_000).map(|_| history.attempts[place].clone()).collect::<Vec<_>>();
    history.attempts.splice(place..place, copies);
    Some(())
}

/// Everything arrives a day after it left.
fn be_late(history: &mut History, _: &World) -> Option<()> {
    history.copies.iter_mut().for_each(|copy| copy.at += 24 * HOUR);
    Some(())
}

/// The acts on record are nobody's.
fn nobody_was_there(history: &mut History, _: &World) -> Option<()> {
    let acted = history.frames.iter().any(|frame| matches!(frame.input, Input::Act { .. }));
    history.acts.clear();
    acted.then_some(())
}

fn go_elsewhere(history: &mut History, _: &World) -> Option<()> {
    for attempt in &mut history.attempts {
        if let Leaves::Message { addresses, .. } = &mut attempt.to {
            addresses.push("somebody@elsewhere.example".to_owned());
            return Some(());
        }
    }
    None
}

fn tell_a_secret(history: &mut History, world: &World) -> Option<()> {
    let canary = world.canaries.first()?.clone();
    for attempt in history.attempts.iter_mut().rev() {
        if let Leaves::Message { words, .. } = &mut attempt.to {
            words.push_str(&canary);
            return Some(());
        }
    }
    None
}

/// An attempt that was taken at once.
fn accepted(history: &History) -> Option<&Attempt> {
    let taken = |attempt: &&Attempt| attempt.answers.iter().any(|(_, one)| matches!(one, Delivery::Accepted { .. }));
    history.attempts.iter().find(taken)
}

fn said(world: &World, script: &Script, history: &History) -> Vec<String> {
    let record = Record::read(&history.frames);
    invariants::judge(&Case { world, script, history, record: &record, state: "" })
}

#[test]
fn the_judge_sees_what_is_spoiled() {
    let mut seen = [false; SPOILT.len()];
    for seed in 0..60 {
        let world = world_of(seed);
        // Long seeds take long, and short ones show the same; ways that work leave no excuse.
        let mut script = crate::script::script(seed, world, &mut crate::dice::Dice(seed));
        if script.length > 7 * HOUR || world.told.mail_channels.len() < 2 {
            continue;
        }
        script.ways.values_mut().for_each(|way| *way = Way::default());
        script.clock.clear();
        script.deadly = 0;
        for (place, (name, spoil)) in SPOILT.iter().enumerate() {
            if seen[place] {
                continue;
            }
            let mut history = played(world, &script, seed).history;
            let sound = said(world, &script, &history);
            assert!(sound.is_empty(), "seed {seed} is not sound before it is spoiled: {sound:?}");
            if spoil(&mut history, world).is_some() {
                let said = said(world, &script, &history);
                seen[place] = said.iter().any(|one| one.starts_with(&format!("[{name}]")));
            }
        }
        if seen.iter().all(|seen| *seen) {
            break;
        }
    }
    for ((name, _), seen) in SPOILT.iter().zip(seen) {
        assert!(seen, "the judge does not see that this is broken: {name}");
    }
}
