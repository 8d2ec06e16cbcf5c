//! The script of a seed: how long it lasts, what befalls the ways out, the sources and the clock, and when the daemon dies.

use crate::dice::Dice;
use crate::world::World;
use kiriwake::desk::ids::SourceId;
use std::collections::BTreeMap;

pub(crate) const SECOND: u64 = 1_000;
pub(crate) const MINUTE: u64 = 60 * SECOND;
pub(crate) const HOUR: u64 = 60 * MINUTE;
pub(crate) const DAY: u64 = 24 * HOUR;

/// What is to happen, beside what the dice add.
pub(crate) struct Script {
    /// How long it lasts, in milliseconds.
    pub(crate) length: u64,
    /// Between two happenings pass up to so many milliseconds.
    pub(crate) gap: u64,
    pub(crate) ways: BTreeMap<String, Way>,
    /// When each source sees nothing.
    pub(crate) blind: BTreeMap<SourceId, Vec<Stretch>>,
    /// When the clock is set or the machine sleeps.
    pub(crate) clock: Vec<(u64, Clock)>,
    /// The daemon dies at one in so many commits; 0 = never.
    pub(crate) deadly: u64,
    /// Every frame boundary is tried: a restart from there must lose nothing.
    pub(crate) every_boundary: bool,
    /// The source brings its news in pages of so many.
    pub(crate) page: usize,
}

/// From, included, until, excluded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch {
    pub(crate) from: u64,
    pub(crate) until: u64,
}

impl Stretch {
    pub(crate) fn holds(&self, at: u64) -> bool {
        (self.from..self.until).contains(&at)
    }

    pub(crate) fn meets(&self, from: u64, until: u64) -> bool {
        self.from < until && from < self.until
    }
}

/// What befalls the clock.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Clock {
    /// The wall clock is set by so many minutes.
    Set(i64),
    /// The machine sleeps for so many minutes: the wall clock goes on, the elapsed time does not.
    Sleeps(i64),
}

/// How a way out behaves for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    /// Nobody is there.
    Down,
    /// Down and up by turns of so many milliseconds.
    Flapping(u64),
    /// Takes the connection and then says nothing.
    Hangs,
    /// "Not now", and perhaps when to come again.
    Busy,
    /// The account is locked, the address wrong.
    Refuses,
    /// Takes it or not, and the connection is gone before it says so.
    Unsure,
    /// Takes it and says so after up to five minutes.
    Slow,
}

/// One way out.
#[derive(Debug, Default, Clone)]
pub(crate) struct Way {
    pub(crate) moods: Vec<(Stretch, Option<Mood>)>,
    /// What comes for the first time is sent away once.
    pub(crate) grey: bool,
    /// One in so many attempts ends without an answer; 0 = none.
    pub(crate) lossy: u64,
    /// Nothing longer is taken.
    pub(crate) longest: Option<usize>,
    /// One in so many messages is never taken; 0 = none.
    pub(crate) filter: u64,
    /// These addresses are no longer there.
    pub(crate) gone: Vec<String>,
}

impl Way {
    /// How it behaves now; `None` = as it should.
    pub(crate) fn mood(&self, at: u64) -> Option<Mood> {
        let mood = self.moods.iter().find(|(stretch, _)| stretch.holds(at)).and_then(|(_, mood)| *mood)?;
        match mood {
            Mood::Flapping(turn) => (at / turn.max(1)).is_multiple_of(2).then_some(Mood::Down),
            other => Some(other),
        }
    }

    /// Whether it took everything it was given, at once, all this time.
    pub(crate) fn works(&self, from: u64, until: u64) -> bool {
        let calm = !self.moods.iter().any(|(stretch, _)| stretch.meets(from, until));
        calm && !self.grey && self.lossy == 0 && self.longest.is_none() && self.filter == 0
    }
}

/// The script of `seed`.
pub(crate) fn script(seed: u64, world: &World, dice: &mut Dice) -> Script {
    let (length, gap) = match seed % 200 {
        7 if seed % 400 == 7 => ((30 + dice.below(14)) * DAY, 10 * HOUR),
        17 | 97 => ((6 + dice.below(3)) * DAY, 3 * HOUR),
        n if n % 16 == 3 => ((1 + dice.below(2)) * DAY, 50 * MINUTE),
        _ => ((45 + dice.below(150)) * MINUTE, (3 + dice.below(7)) * MINUTE),
    };
    let channels = world.told.mail_channels.iter().chain(world.told.copies.keys());
    let mut ways: BTreeMap<String, Way> = channels.map(|name| (name.clone(), way(dice, length, world))).collect();
    // Where there is more than one way for mail, one of them is often sound: then what is critical must be in time.
    if world.told.mail_channels.len() > 1 && !dice.one_in(3) {
        let mails: Vec<&String> = world.told.mail_channels.iter().collect();
        let sound = (*dice.pick(&mails).unwrap()).clone();
        ways.insert(sound, Way::default());
    }
    let blind = world.sources.iter().map(|source| (source.clone(), stretches(dice, length, 3, 40 * MINUTE))).collect();
    let mut clock = Vec::new();
    if dice.one_in(3) {
        for _ in 0..=dice.below(3) {
            let minutes = i64::try_from(dice.below(240)).unwrap();
            let what = if dice.one_in(2) { Clock::Sleeps(minutes) } else { Clock::Set(minutes - 120) };
            clock.push((dice.below(length), what));
        }
        clock.sort_by_key(|(at, _)| *at);
    }
    let deadly = *dice.pick(&[0, 0, 400, 150, 60, 25, 8]).unwrap();
    let long = length > 7 * HOUR;
    Script {
        length,
        gap,
        ways,
        blind,
        clock,
        deadly: if long && deadly != 0 { deadly.max(150) } else { deadly },
        every_boundary: !long && dice.one_in(25),
        page: if dice.one_in(3) { 3 } else { 1_000 },
    }
}

fn way(dice: &mut Dice, length: u64, world: &World) -> Way {
    let moods = stretches(dice, length, 4, 90 * MINUTE).into_iter().map(|stretch| {
        let turn = (1 + dice.below(10)) * MINUTE;
        let moods = [
            Mood::Down,
            Mood::Down,
            Mood::Flapping(turn),
            Mood::Hangs,
            Mood::Busy,
            Mood::Refuses,
            Mood::Unsure,
            Mood::Slow,
        ];
        (stretch, dice.pick(&moods).copied())
    });
    let moods = moods.collect();
    let addresses: Vec<&String> = world.told.mails.values().flatten().map(|address| &address.mail).collect();
    let gone = if dice.one_in(4) { dice.pick(&addresses).map(|one| vec![(*one).clone()]) } else { None };
    Way {
        moods,
        grey: dice.one_in(6),
        lossy: if dice.one_in(3) { 5 + dice.below(30) } else { 0 },
        longest: dice.one_in(12).then(|| usize::try_from(500 + dice.below(1_500)).unwrap()),
        filter: if dice.one_in(6) { 20 } else { 0 },
        gone: gone.unwrap_or_default(),
    }
}

/// Up to `most` stretches in which something is not as it should be.
fn stretches(dice: &mut Dice, length: u64, most: u64, longest: u64) -> Vec<Stretch> {
    (0..dice.below(most))
        .map(|_| {
            let from = dice.below(length);
            Stretch { from, until: from + MINUTE + dice.below(longest) }
        })
        .collect()
}
