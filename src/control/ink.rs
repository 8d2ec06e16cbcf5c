//! Text in the journal itself, for whoever has it erased: where it stands, why it has to stay, and what still holds it at the end.

use super::erase::{contains, says, squeezed};
use super::server::{Doors, Trouble};
use crate::desk::Desk;
use crate::desk::removal::Spot;
use crate::record::SCHEMA;
use crate::record::ink::{Found, Needle, look};
use crate::store::{self, Bodies, History};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// In no more records a text is erased at once: what stands everywhere is no name.
const MOST: usize = 10_000;
/// Fewer letters and digits stand in too much that is no name.
const FEWEST_PLAIN: usize = 4;
/// Files that still hold it are named up to this many.
const NAMED: usize = 20;

/// What in the journal is to be inked over.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub(super) spots: Vec<Spot>,
    /// Stretches of text.
    pub(super) places: u64,
}

/// Why a text is left in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stays {
    /// It is too little to look for everywhere: a single character, or fewer than four plain letters and digits.
    Short,
    /// The configuration contains it, too, and it would come again.
    Configured,
    /// The end of an alert that burns is known by it.
    Key {
        /// The alert.
        alert: String,
        /// Of which source.
        source: String,
    },
    /// A source needs it to go on reading.
    Cursor {
        /// Which.
        source: String,
    },
}

/// Why a journal was not searched to its end.
enum Cut {
    Store(store::Error),
    Said(String),
}

impl From<store::Error> for Cut {
    fn from(error: store::Error) -> Self {
        Cut::Store(error)
    }
}

/// Why `text` cannot be erased in the journal at the moment, if so.
pub(super) async fn hindrance(doors: &Doors, text: &str) -> Result<Option<Stays>, Trouble> {
    let told = squeezed(text);
    let count = told.chars().count();
    if count < 2 || told.is_ascii() && count < FEWEST_PLAIN {
        return Ok(Some(Stays::Short));
    }
    doors.read(move |desk, _| hindered(desk, &told)).await
}

fn hindered(desk: &Desk, told: &str) -> Option<Stays> {
    let rules = serde_json::to_value(&desk.book().rules).ok();
    if rules.is_some_and(|rules| says(&rules, told) || has_key(&rules, told)) {
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

/// Whether the name of anything in it contains the text.
fn has_key(value: &serde_json::Value, text: &str) -> bool {
    match value {
        serde_json::Value::Object(all) => {
            all.iter().any(|(key, value)| squeezed(key).contains(text) || has_key(value, text))
        }
        serde_json::Value::Array(all) => all.iter().any(|value| has_key(value, text)),
        _ => false,
    }
}

/// Where `text` stands in the journal.
pub(super) async fn places(doors: &Doors, text: &str) -> Result<Places, Trouble> {
    let Some(needle) = Needle::of(text) else { return Ok(Places::default()) };
    let (state, bodies) = (doors.state.clone(), doors.bodies.clone());
    let found = tokio::task::spawn_blocking(move || search(&state, &bodies, &needle));
    found.await.map_err(|_| Trouble::Stopping)?.map_err(|why| {
        Trouble::NotNow(match why {
            Cut::Store(error) => format!("The journal cannot be searched: {error}."),
            Cut::Said(why) => why,
        })
    })
}

fn search(state: &Path, bodies: &Bodies, needle: &Needle) -> Result<Places, Cut> {
    let mut all = Places::default();
    let damaged = History::open(state, SCHEMA)?.records(&mut |seen| {
        match look(seen, needle, bodies) {
            Found::Nothing => {}
            Found::Text { spot, places } => {
                let store::Spot { file, offset, seq, at } = spot;
                all.spots.push(Spot { file, offset, seq, at });
                all.places += places;
            }
            Found::Needed => {
                return Err(Cut::Said(format!(
                    "The text is one of the program's own words (frame {} would not read without it): give more of what stands there.",
                    seen.seq
                )));
            }
        }
        if all.spots.len() > MOST {
            return Err(Cut::Said(format!(
                "The text stands in more than {MOST} records of the journal: give more of what stands there."
            )));
        }
        Ok(())
    })?;
    // The state is read anew from the journal once that is inked over: what is damaged there would be lost with it.
    if damaged > 0 && !all.spots.is_empty() {
        return Err(Cut::Said(format!(
            "The journal is damaged in {damaged} places (`kiriwake store verify` names them), so nothing is erased in it: the state could \
             not be read from it in full afterwards. Leave --containing away to erase what the incident holds beside it."
        )));
    }
    Ok(all)
}

/// Keys of all messages as first worded, whatever they belong to.
pub(super) fn messages(state: &Path) -> Vec<String> {
    let names = std::fs::read_dir(state.join("messages")).into_iter().flatten().flatten();
    names.filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".json")?.to_owned())).collect()
}

/// Files of the state directory that still hold `text`, byte for byte: the first of them, and how many there are.
pub(super) async fn still(doors: &Doors, text: &str) -> Result<(Vec<String>, usize), Trouble> {
    let (state, text) = (doors.state.clone(), text.to_owned());
    tokio::task::spawn_blocking(move || {
        let mut files = Vec::new();
        holding(&state, &text, &mut files);
        let mut names: Vec<String> =
            files.iter().map(|file| file.strip_prefix(&state).unwrap_or(file).display().to_string()).collect();
        names.sort();
        let count = names.len();
        names.truncate(NAMED);
        (names, count)
    })
    .await
    .map_err(|_| Trouble::Stopping)
}

fn holding(folder: &Path, text: &str, files: &mut Vec<PathBuf>) {
    // What goes while it is looked at holds nothing any more.
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => holding(&path, text, files),
            Ok(kind) if kind.is_file() && holds(&path, text).unwrap_or(false) => files.push(path),
            _ => {}
        }
    }
}

/// Read in parts: a file may be large.
fn holds(path: &Path, text: &str) -> std::io::Result<bool> {
    use std::io::Read;
    const PART: usize = 1024 * 1024;
    let mut file = std::fs::File::open(path)?;
    let mut buffer = Vec::new();
    loop {
        let kept = buffer.len().min(text.len().saturating_sub(1));
        buffer.drain(..buffer.len() - kept);
        if file.by_ref().take(PART as u64).read_to_end(&mut buffer)? == 0 {
            return Ok(false);
        }
        if contains(&buffer, text) {
            return Ok(true);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::super::server::ActRequest;
    use super::*;
    use crate::desk::act::Erasure;
    use crate::desk::{Act, Input};

    /// Whoever may act may not write over any place of the journal.
    #[test]
    fn places_in_the_journal_are_never_taken_from_outside() {
        let (file, at) = ("000000000001.kwj".to_owned(), vec![(0, 1000)]);
        let asked = Erasure {
            incident: "KW-20261120-0001".to_owned(),
            bodies: Vec::new(),
            messages: vec!["ab12".to_owned()],
            ink: vec![Spot { file, offset: 0, seq: 1, at }],
            reason: "x".to_owned(),
        };
        let input = ActRequest { by: None, act: Act::Erase(asked) }.by_account("operator".to_owned());
        let Input::Act { act: Act::Erase(asked), .. } = input else { panic!("{input:?}") };
        assert_eq!((asked.ink, asked.messages), (Vec::new(), vec!["ab12".to_owned()]));
    }

    #[test]
    fn a_text_across_two_parts_of_a_file_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("large");
        let mut content = vec![b'x'; 1024 * 1024 - 4];
        content.extend_from_slice("山田花子".as_bytes());
        std::fs::write(&path, content).unwrap();
        assert!(holds(&path, "山田花子").unwrap() && !holds(&path, "山田太郎").unwrap());
        let mut files = Vec::new();
        holding(dir.path(), "花子", &mut files);
        assert_eq!(files, [path]);
    }

    #[test]
    fn what_the_configuration_names_is_met_in_keys_as_well() {
        let rules = serde_json::json!({ "components": { "core-sw-01": { "name": "L3SW" } } });
        assert!(has_key(&rules, "core-sw") && !has_key(&rules, "L3SW") && says(&rules, "L3SW"));
    }
}
