//! What leaves, and what arrives of it.

use crate::gathering;
use crate::history::{Arrival, Attempt, Leaves};
use crate::outside::{self, Flight};
use crate::run::Run;
use crate::script::{SECOND, Way};
use kiriwake::desk::outcome::Outcome;
use kiriwake::desk::owed::{Owed, Work};
use kiriwake::render;

impl Run<'_> {
    /// What is on record as begun leaves.
    pub(crate) fn leave(&mut self, row: &Owed, attempt: u32) {
        let back = self.elapsed + 1 + self.dice.below(4 * SECOND);
        let place = self.history.attempts.len();
        let (to, flight) = match &row.work {
            Work::Message { channel, party, addresses, letter, .. } => {
                let open = addresses.iter().filter(|known| known.open()).map(|known| known.address.clone());
                let addresses: Vec<String> = open.collect();
                let words = self.kept.entry(row.key.clone()).or_insert_with(|| {
                    let words = render::mail(letter);
                    format!("{}\n\n{}", words.subject, words.body)
                });
                let sound = Way::default();
                let way = if self.calm { &sound } else { &self.script.ways[channel.as_str()] };
                let what = (row.key.as_str(), words.as_str(), addresses.as_slice());
                let taken = outside::take(&mut self.dice, way, self.elapsed, what, &mut self.known_to_grey);
                let (channel, party) = (channel.to_string(), party.to_string());
                let to = Leaves::Message { channel, party, addresses, words: words.clone() };
                let arrives = Some(taken.arrives);
                let outcome = Outcome::Message(taken.results);
                (to, Flight { attempt: place, arrives, copies: taken.copies, back: taken.back, outcome })
            }
            work => {
                let to = match work {
                    Work::Ping { address, .. } => Leaves::Ping(vec![address.clone()]),
                    Work::Echoes { addresses } => Leaves::Ping(addresses.values().cloned().collect()),
                    Work::Probe { probe, .. } => Leaves::Probe(probe.to_string()),
                    Work::WriteBack { source, text, .. } => {
                        Leaves::Note { source: source.to_string(), text: text.clone() }
                    }
                    Work::Evidence(ask) => Leaves::Asks(ask.source.as_ref().map(ToString::to_string)),
                    Work::Message { .. } => unreachable!("handled above"),
                };
                let outcome = gathering::brought(&mut self.dice, self.calm, work);
                (to, Flight { attempt: place, arrives: None, copies: Vec::new(), back, outcome })
            }
        };
        let key = row.key.clone();
        let (at, owed) = (self.now(), row.id);
        self.history.attempts.push(Attempt { at, owed, attempt, key, to, answers: Vec::new() });
        self.flights.push(flight);
    }

    /// What has reached its far end by now.
    pub(crate) fn arrive(&mut self) {
        let due = |flight: &Flight| flight.arrives.filter(|at| *at <= self.elapsed);
        let mut arrived: Vec<(u64, usize, Vec<String>)> = Vec::new();
        for flight in &self.flights {
            if let Some(at) = due(flight) {
                arrived.push((at, flight.attempt, flight.copies.clone()));
            }
        }
        for flight in &mut self.flights {
            flight.arrives = flight.arrives.filter(|at| *at > self.elapsed);
        }
        arrived.sort_by_key(|(at, attempt, _)| (*at, *attempt));
        for (at, attempt, copies) in arrived {
            let attempt = &self.history.attempts[attempt];
            let Leaves::Message { channel, .. } = &attempt.to else { continue };
            let arrival = |address| Arrival { at, key: attempt.key.clone(), channel: channel.clone(), address };
            self.history.copies.extend(copies.into_iter().map(arrival));
        }
    }
}
