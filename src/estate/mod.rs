//! A generated estate (`kiriwake estate`): hundreds of hosts, six vendors, faults of known cause, and the real desk.
//!
//! From a seed come the things of an estate and how they depend on each other ([`build`], [`things`]), what an
//! administrator wrote down of it ([`paper`]: TOML through the ordinary check), faults ([`fault`]), and what monitoring
//! shows of them: late, with losses and echoes, and with noise in between ([`signs`], [`checks`]). The desk works
//! through it in virtual time ([`shift`]), and [`score`] says how often its first verdict named the right party, beside
//! two simple habits; what nobody could have told from what was shown is counted apart ([`alike`]). The desk is shown
//! nothing that an administrator and monitoring would not have.
//!
//! Not here: printing (`cli`), and any help for the desk. A kind of fault it judges badly stays as bad as it is.

mod alike;
mod build;
mod checks;
mod dice;
mod fault;
mod paper;
mod score;
mod shift;
mod signs;
mod things;

pub use score::{FaultScore, Line, Mark, SeedScore, WrongRequest, lines};

use crate::config::{self, Report};
use dice::Dice;
use fault::Fault;
use jiff::Timestamp;
use score::Truth;
use shift::Shift;

/// When every estate begins: a Monday, 8 June 2026, 00:00 in Tokyo.
const BEGIN: i64 = 1_780_844_400;

/// A run with what was asked to be seen of it.
#[derive(Debug)]
pub struct Run {
    /// How it went.
    pub score: SeedScore,
    /// What monitoring showed of the fault asked for, and what the desk did, line by line.
    pub diary: Vec<String>,
}

/// Plays the estate of `seed` with `faults` faults; `show` is the number of a fault whose story is wanted.
///
/// # Errors
/// The configuration of the estate is faulty; the report says where.
pub fn run(seed: u64, faults: usize, show: Option<usize>) -> Result<Run, Report> {
    let mut dice = Dice::new(seed);
    let town = build::town(&mut dice);
    let faults = fault::faults(&town, faults, &mut dice);
    let (signs, outages) = signs::signs(&town, &faults, &mut dice);
    let begin = Timestamp::from_second(BEGIN).unwrap_or_default();
    let today = begin.to_zoned(jiff::tz::TimeZone::UTC).date();
    let (settings, _) = config::of_texts(paper::files(&town, &faults, begin), today)?;
    let wanted = show.and_then(|number| faults.get(number));
    let span = wanted.map(|fault| ((fault.from() - 120) * 1000, (fault.until() + 1_800) * 1000));
    let shift = Shift::new(&town, &settings.rules, (&signs, &outages), begin, span);
    let record = shift.work();
    let mut diary = wanted.map_or_else(Vec::new, |fault| told(&town, fault, &signs, begin));
    diary.extend(record.diary.iter().cloned());
    let truth = Truth { town: &town, faults: &faults, signs: &signs };
    Ok(Run { score: score::score(seed, &truth, &record), diary })
}

/// The configuration of an estate, file by file, to be looked at.
pub fn configuration(seed: u64, faults: usize) -> Vec<(String, String)> {
    let mut dice = Dice::new(seed);
    let town = build::town(&mut dice);
    let faults = fault::faults(&town, faults, &mut dice);
    paper::files(&town, &faults, Timestamp::from_second(BEGIN).unwrap_or_default())
}

/// The most things told of that a fault may hurt.
const HURT: usize = 24;

/// What a fault may hurt, the nearest first, and what of that nobody has written down.
fn hurt(town: &things::Town, fault: &Fault) -> Option<String> {
    let states = town.spread(fault.hit, fault.state, |_, _| true);
    let hurt = states.iter().enumerate().filter(|(index, state)| *index != fault.hit && **state > things::State::Fine);
    let told = hurt.map(|(index, state)| {
        let thing = &town.things[index];
        let unwritten = if town.is_written(index, fault.hit) { "" } else { ", not written down" };
        format!("{} ({state:?}{unwritten})", thing.id)
    });
    let told: Vec<String> = told.take(HURT + 1).collect();
    let more = if told.len() > HURT { " ..." } else { "" };
    (!told.is_empty()).then(|| format!("  may hurt {}{more}", told[..told.len().min(HURT)].join(", ")))
}

/// What monitoring shows of a fault, line by line.
fn told(town: &things::Town, fault: &Fault, signs: &[signs::Sign], begin: Timestamp) -> Vec<String> {
    let zone = jiff::tz::TimeZone::get("Asia/Tokyo").unwrap_or(jiff::tz::TimeZone::UTC);
    let hour = |second: i64| {
        let at = begin.saturating_add(jiff::SignedDuration::from_secs(second)).unwrap_or(begin);
        at.to_zoned(zone.clone()).strftime("%m-%d %H:%M:%S").to_string()
    };
    let thing = &town.things[fault.hit];
    let mut lines = vec![format!("fault {}: {} of {} ({:?})", fault.number, fault.kind.as_str(), thing.id, thing.kind)];
    lines.extend(fault.spells.iter().map(|(from, until)| format!("  there {} - {}", hour(*from), hour(*until))));
    lines.extend(fault.announced.map(|(from, until)| format!("  announced {} - {}", hour(from), hour(until))));
    lines.extend(hurt(town, fault));
    let near = |sign: &&signs::Sign| (fault.from() - 120..fault.until() + 600).contains(&sign.at);
    lines.extend(signs.iter().filter(near).map(|sign| {
        let of = sign.fault.map_or_else(|| "noise".to_owned(), |fault| format!("fault {fault}"));
        let source = if sign.log { "log" } else { "zabbix" };
        format!("  {} {source} {} \"{}\" {}  ({of})", hour(sign.at), sign.host, sign.summary, sign.level.as_str())
    }));
    lines
}
