//! Messages that wait while something of their incident is erased: they are worded anew, from what stays on record.
//!
//! What a call was about and what alerts said stays in the journal (`store erase` takes it out there), and whoever erases a name has
//! to know that it still leaves the house. Not here: what is erased.

use super::view::Dossier;
use crate::desk::owed::{Owed, Work};
use crate::record::ink::squeezed;
use crate::render;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A message that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsent {
    /// Its row: `O-12`.
    pub row: String,
    /// What it is.
    pub kind: String,
    /// Whose it is.
    pub to: String,
    /// Worded anew it still contains the text that was looked for.
    pub holds_text: bool,
}

/// Those of the incident that have not left: what they say still holds the text that was looked for, or they were `erased` as
/// first worded. Without a text none is said to hold anything.
pub(super) fn unsent(dossier: &Dossier, text: Option<&str>, erased: &BTreeSet<String>) -> Vec<Unsent> {
    let open = dossier.rows.iter().filter(|row| !row.state.ended());
    open.filter_map(|row| Some(line(row, text)?).filter(|line| line.holds_text || erased.contains(&row.key))).collect()
}

fn line(row: &Owed, text: Option<&str>) -> Option<Unsent> {
    let Work::Message { letter, .. } = &row.work else { return None };
    let holds_text = text.is_some_and(|text| {
        let words = render::mail(letter);
        squeezed(&format!("{}\n{}", words.subject, words.body)).contains(&squeezed(text))
    });
    let to = letter.to.organization.clone();
    Some(Unsent { row: row.id.to_string(), kind: row.kind().to_owned(), to, holds_text })
}
