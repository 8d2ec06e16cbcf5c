//! What workers bring that look at things, as the dice fall: pings, probes, evidence, notes.

use super::dice::Dice;
use kiriwake::desk::evidence::{Ask, Gathered, Lack, Part};
use kiriwake::desk::outcome::{Outcome, Ping, Probed, WriteBack};
use kiriwake::desk::owed::Work;
use kiriwake::desk::probe::{Seen, Sign};

/// What comes of `work`, which is no message.
pub(crate) fn brought(dice: &mut Dice, calm: bool, work: &Work) -> Outcome {
    match work {
        Work::Ping { .. } => Outcome::Ping(ping(dice)),
        Work::Echoes { addresses } => {
            Outcome::Echoes(addresses.keys().map(|component| (component.clone(), ping(dice))).collect())
        }
        Work::Probe { .. } => {
            let sign = dice.pick(&Sign::ALL).copied().unwrap_or(Sign::Ok);
            Outcome::Probe(Probed::Seen(Seen::plain(sign)))
        }
        Work::Evidence(ask) => Outcome::Evidence(gathered(dice, calm, ask)),
        Work::WriteBack { .. } | Work::Message { .. } => {
            let later = !calm && dice.one_in(5);
            Outcome::WriteBack(if later { WriteBack::Later { why: "busy".to_owned() } } else { WriteBack::Written })
        }
    }
}
fn ping(dice: &mut Dice) -> Ping {
    match dice.below(3) {
        0 => Ping::Silent,
        1 => Ping::Answered { milliseconds: 3 },
        _ => Ping::NotKnown { why: "no permission".to_owned() },
    }
}

/// It comes, there is none, or a source does not answer.
fn gathered(dice: &mut Dice, calm: bool, ask: &Ask) -> Gathered {
    let part = || Part {
        kind: ask.kind(),
        source: ask.source_name().to_owned(),
        host: "core-sw-01".to_owned(),
        origin: "as the dice fell".to_owned(),
        from: ask.from,
        until: ask.until,
        encoding: "utf-8".to_owned(),
        lines: 3,
        of: 4,
        before: 1,
        bytes: 40,
        sha256: "ab".repeat(32),
    };
    match dice.below(4) {
        0 if !calm => Gathered::Later { why: "as the dice fell".to_owned() },
        1 => Gathered::Came { parts: Vec::new(), gaps: vec![ask.nothing(Lack::Nothing)] },
        _ => Gathered::Came { parts: vec![part()], gaps: Vec::new() },
    }
}
