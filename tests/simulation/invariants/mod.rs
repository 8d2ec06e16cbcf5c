//! The judge: ten things that must hold of every history, each in a file of its own.

mod addresses;
mod caps;
mod copies;
mod deadline;
mod duties;
mod known;
mod order;
mod people;
mod recovery;
mod secrets;

use crate::history::{History, Judgement};
use crate::record::Record;
use crate::script::Script;
use crate::world::World;

/// What is judged.
pub(crate) struct Case<'a> {
    pub(crate) world: &'a World,
    pub(crate) script: &'a Script,
    pub(crate) history: &'a History,
    pub(crate) record: &'a Record<'a>,
    /// The state at the end, as it would be stored.
    pub(crate) state: &'a str,
}

type Judge = fn(&Case<'_>) -> Judgement;

/// The invariants, by name.
const INVARIANTS: [(&str, Judge); 10] = [
    ("known is recorded", known::judge),
    ("every duty is delivered, waiting, dead and told, or suppressed with a reason", duties::judge),
    ("copies are one and one for each unknown outcome, under one key", copies::judge),
    ("order at each destination", order::judge),
    ("no recovery without evidence", recovery::judge),
    ("caps", caps::judge),
    ("what is critical is in time by some way while one is up", deadline::judge),
    ("acts are people's", people::judge),
    ("only configured addresses", addresses::judge),
    ("no secrets", secrets::judge),
];

/// Judges a history; everything that is broken is said.
pub(crate) fn judge(case: &Case<'_>) -> Vec<String> {
    let said = INVARIANTS.iter().filter_map(|(name, judge)| {
        let broken = judge(case).err()?;
        Some(format!("[{name}] {broken}"))
    });
    said.collect()
}
