//! What `store erase` erases: where a text stands in the journal and in messages as worded, and why it may have to stay.
//!
//! It reads only, beside a running daemon as well. Not here: the erasing itself (`store`), and how it is told (`cli`).

use super::ink::{self, Needle, says, squeezed};
use super::read;
use crate::desk::rules::Rules;
use crate::desk::state::State;
use crate::desk::{Desk, Frame};
use crate::store::{self, Bodies, History, Messages, Plan};
use std::path::Path;
use std::sync::Arc;

/// In no more records a text is erased at once: what stands everywhere is no name.
pub(crate) const MOST: usize = 10_000;
/// Fewer letters and digits stand in too much that is no name.
const FEWEST_PLAIN: usize = 4;

/// What is to be erased.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) plan: Plan,
    /// Stretches of text in the journal.
    pub(crate) places: u64,
}

/// Why a text has to stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stays {
    /// It is too little to look for everywhere: a single character, or fewer than four plain letters and digits.
    Short,
    /// The configuration contains it, too, and it would come again.
    Configured,
    /// The end of an alert that burns is known by it.
    Key { alert: String, source: String },
    /// A source needs it to go on reading.
    Cursor { source: String },
    /// It is one of the program's own words: this record would not read without it.
    Own { seq: u64 },
    /// It stands in more records than [`MOST`].
    Everywhere,
}

/// Why nothing is erased.
#[derive(Debug)]
pub(crate) enum Refused {
    /// The text has to stay.
    Stays(Stays),
    /// What of the record does not read.
    Damaged(String),
    /// The store does not let itself be read.
    Store(store::Error),
}

impl From<store::Error> for Refused {
    fn from(error: store::Error) -> Self {
        Refused::Store(error)
    }
}

/// Looks for `text` in the record in the state directory `dir`, whose journal is `history`.
///
/// # Errors
/// [`Refused`]: why it cannot be erased there.
pub(crate) fn find(dir: &Path, history: &History, rules: Arc<Rules>, text: &str) -> Result<Found, Refused> {
    let told = squeezed(text);
    let few = if told.is_ascii() { FEWEST_PLAIN } else { 2 };
    let needle = Needle::of(text).filter(|_| told.chars().count() >= few);
    let needle = needle.ok_or(Refused::Stays(Stays::Short))?;
    let bodies = Bodies::look(dir);
    let (desk, seq) = desk(history, &bodies, rules)?;
    // It stands in every mail.
    if squeezed(env!("CARGO_PKG_NAME")).contains(&told) {
        return Err(Refused::Stays(Stays::Own { seq }));
    }
    hindered(&desk, &told).map_or(Ok(()), |stays| Err(Refused::Stays(stays)))?;
    if is_name_of_ours(&desk, &told) {
        return Err(Refused::Stays(Stays::Own { seq }));
    }
    let mut found = Found { plan: Plan { messages: worded(dir, &told)?, ..Plan::default() }, places: 0 };
    let damaged = history.records(&mut |seen| {
        match ink::look(seen, &needle, &bodies) {
            ink::Found::Nothing => {}
            ink::Found::Text { spot, places } => {
                found.plan.spots.push(spot);
                found.places += places;
            }
            ink::Found::Needed => return Err(Refused::Stays(Stays::Own { seq: seen.seq })),
        }
        if found.plan.spots.len() > MOST { Err(Refused::Stays(Stays::Everywhere)) } else { Ok(()) }
    })?;
    // The state is read anew from the journal afterwards: what is damaged there would be lost with the working state.
    if damaged > 0 {
        return Err(Refused::Damaged(format!("the journal is damaged in {damaged} places")));
    }
    Ok(found)
}

/// The desk as the journal tells it, and its last frame.
fn desk(history: &History, bodies: &Bodies, rules: Arc<Rules>) -> Result<(Desk, u64), Refused> {
    let (mut after, mut state) = (0, State::default());
    if let Some((seq, payload)) = history.snapshots().next() {
        let told = |error| Refused::Damaged(format!("the snapshot after frame {seq} does not read: {error}"));
        (after, state) = (seq, read(&payload, bodies).map_err(told)?);
    }
    let mut desk = Desk::new(state, rules);
    for frame in history.frames(after) {
        let told = |error| Refused::Damaged(format!("frame {} does not read: {error}", frame.seq));
        desk.fold(&read::<Frame>(&frame.payload, bodies).map_err(told)?);
        after = frame.seq;
    }
    Ok((desk, after))
}

/// Whether something of ours is called so: the names of fields and of their kinds stand in every record and are nobody's text.
fn is_name_of_ours(desk: &Desk, told: &str) -> bool {
    let ours = |key: &str| key.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    told.is_ascii() && serde_json::to_value(desk.state()).is_ok_and(|state| has_name(&state, told, &ours))
}

fn has_name(value: &serde_json::Value, text: &str, fits: &dyn Fn(&str) -> bool) -> bool {
    match value {
        serde_json::Value::Object(all) => {
            all.iter().any(|(key, value)| fits(key) && squeezed(key).contains(text) || has_name(value, text, fits))
        }
        serde_json::Value::Array(all) => all.iter().any(|value| has_name(value, text, fits)),
        _ => false,
    }
}

fn hindered(desk: &Desk, told: &str) -> Option<Stays> {
    let rules = serde_json::to_value(&desk.book().rules).ok();
    if rules.is_some_and(|rules| says(&rules, told) || has_name(&rules, told, &|_| true)) {
        return Some(Stays::Configured);
    }
    let state = desk.state();
    let open = state.alerts.values().filter(|alert| alert.gone.is_none());
    let mut held = open.filter(|alert| squeezed(&alert.key.0).contains(told));
    if let Some(alert) = held.next() {
        return Some(Stays::Key { alert: alert.id.to_string(), source: alert.source.to_string() });
    }
    let mut cursors = state.sources.iter().filter_map(|(id, source)| Some((id, source.cursor.as_ref()?)));
    let by = cursors.find(|(_, cursor)| squeezed(&cursor.0).contains(told));
    by.map(|(id, _)| Stays::Cursor { source: id.to_string() })
}

/// The keys of all messages as first worded that contain the text, whatever they belong to.
fn worded(dir: &Path, told: &str) -> Result<Vec<String>, store::Error> {
    let kept = Messages::of(dir);
    let mut keys = Vec::new();
    for key in kept.keys()? {
        let said = kept.read(&key)?.unwrap_or_default();
        let lossy = || serde_json::Value::String(String::from_utf8_lossy(&said).into_owned());
        let said = serde_json::from_slice(&said).unwrap_or_else(|_| lossy());
        if says(&said, told) {
            keys.push(key);
        }
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_configuration_names_is_met_in_keys_as_well() {
        let rules = serde_json::json!({ "components": { "core-sw-01": { "name": "L3SW" } } });
        assert!(has_name(&rules, "core-sw", &|_| true) && !has_name(&rules, "L3SW", &|_| true) && says(&rules, "L3SW"));
    }
}
