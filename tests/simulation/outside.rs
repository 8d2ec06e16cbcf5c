//! The world outside: the ways out take messages or do not, the sources hold what they saw until it is read.

use crate::dice::Dice;
use crate::script::{MINUTE, Mood, SECOND, Way};
use kiriwake::desk::ids::SourceId;
use kiriwake::desk::observation::{Cursor, Observation, Report, Seen};
use kiriwake::desk::outcome::{Delivery, Outcome, Refused};
use std::collections::BTreeSet;
use std::time::Duration;

/// No attempt of the daemon takes longer (`daemon/work.rs`).
pub(crate) const LONGEST: u64 = 240 * SECOND;
/// Older news is fetched after an outage.
const LATE: i64 = 300;

/// An attempt on its way.
pub(crate) struct Flight {
    /// Its place among the attempts of the history.
    pub(crate) attempt: usize,
    /// When the far end has it, if ever.
    pub(crate) arrives: Option<u64>,
    /// Who of the addressees gets a copy.
    pub(crate) copies: Vec<String>,
    /// When the worker comes back.
    pub(crate) back: u64,
    pub(crate) outcome: Outcome,
}

/// What becomes of a message on a way.
pub(crate) struct Taken {
    pub(crate) arrives: u64,
    pub(crate) copies: Vec<String>,
    pub(crate) back: u64,
    pub(crate) results: Vec<(String, Delivery)>,
}

/// One attempt on a way at `now`; `known` holds what was sent away once already.
pub(crate) fn take(
    dice: &mut Dice,
    way: &Way,
    now: u64,
    (key, words, addresses): (&str, &str, &[String]),
    known: &mut BTreeSet<String>,
) -> Taken {
    let why = || "as the script says".to_owned();
    let mut taken = Taken { arrives: now + SECOND, copies: Vec::new(), back: now + 2 * SECOND, results: Vec::new() };
    let all = |delivery: Delivery| addresses.iter().map(|one| (one.clone(), delivery.clone())).collect::<Vec<_>>();
    let mood = way.mood(now);
    match mood {
        Some(Mood::Down | Mood::Flapping(_)) => taken.results = all(Delivery::Unreachable { why: why() }),
        Some(Mood::Busy) => {
            let after = dice.one_in(2).then(|| Duration::from_secs(30 + dice.below(7_200)));
            taken.results = all(Delivery::Later { why: why(), after });
        }
        Some(Mood::Refuses) => {
            taken.results = all(Delivery::Refused { what: Refused::Destination, why: why() });
        }
        Some(Mood::Hangs | Mood::Unsure) => {
            if dice.one_in(2) {
                taken.copies = addresses.to_vec();
            }
            taken.back = now + if mood == Some(Mood::Hangs) { LONGEST } else { 10 * SECOND };
            taken.results = all(Delivery::Unknown { why: why() });
        }
        Some(Mood::Slow) | None => {
            accepted(dice, way, (key, words, addresses), known, &mut taken);
            if mood.is_some() {
                taken.back = now + SECOND + dice.below(5 * MINUTE);
                taken.arrives = now + dice.below(taken.back - now);
            }
            if way.lossy > 0 && dice.one_in(way.lossy) {
                taken.results = all(Delivery::Unknown { why: why() });
            }
        }
    }
    if taken.back > now + LONGEST {
        taken.back = now + LONGEST;
        taken.results = all(Delivery::Unknown { why: "no answer within 240 s".to_owned() });
        if taken.arrives > taken.back {
            taken.copies.clear();
        }
    }
    taken
}

/// A way that works, with its own ideas of what it takes.
fn accepted(
    dice: &mut Dice,
    way: &Way,
    (key, words, addresses): (&str, &str, &[String]),
    known: &mut BTreeSet<String>,
    taken: &mut Taken,
) {
    let why = || "as the script says".to_owned();
    // What is in a message decides, so that the same one is never taken on another day.
    let weight = key.bytes().map(u64::from).sum::<u64>();
    for address in addresses {
        let delivery = if way.gone.contains(address) {
            Delivery::Refused { what: Refused::Recipient, why: why() }
        } else if way.longest.is_some_and(|longest| words.len() > longest) {
            Delivery::TooBig { why: why() }
        } else if way.filter > 0 && weight.is_multiple_of(way.filter) {
            Delivery::Refused { what: Refused::Message, why: why() }
        } else if way.grey && known.insert(format!("{key} {address}")) {
            let after = dice.one_in(2).then(|| Duration::from_secs(60 + dice.below(240)));
            Delivery::Later { why: why(), after }
        } else {
            taken.copies.push(address.clone());
            Delivery::Accepted { answer: "250 ok".to_owned() }
        };
        taken.results.push((address.clone(), delivery));
    }
}

/// What a source holds, and how far it was read.
#[derive(Default)]
pub(crate) struct Origin {
    pub(crate) held: Vec<Observation>,
    /// The reader's own idea; after a start it is what is on record.
    pub(crate) read: usize,
    pub(crate) looked: bool,
}

impl Origin {
    /// One look: what came since, in pages; the last one is complete.
    pub(crate) fn look(&mut self, source: &SourceId, wall: jiff::Timestamp, page: usize) -> Vec<Report> {
        let mut reports = Vec::new();
        loop {
            let until = self.held.len().min(self.read + page);
            let mut observations = self.held[self.read..until].to_vec();
            for observation in &mut observations {
                let old = wall.duration_since(observation.at).as_secs() > LATE;
                if let Seen::Problem(problem) = &mut observation.seen {
                    problem.late = old;
                }
            }
            let cursor = (until > self.read || !self.looked).then(|| Cursor(until.to_string()));
            self.read = until;
            let complete = until == self.held.len();
            reports.push(Report {
                source: source.clone(),
                cursor,
                first_look: !self.looked,
                complete,
                observations,
                remarks: Vec::new(),
                maintenance: None,
            });
            if complete {
                self.looked = true;
                return reports;
            }
        }
    }
}
