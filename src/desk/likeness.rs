//! Like faults (類似事例) and recurrence (再発): which incidents that are over were about the same thing.
//!
//! Pure lookups by the root component, in what is in memory and in what is archived. The symptom of an incident is kept with
//! its 復旧, because its alerts are forgotten long before it stops being an example.

use super::alert::Alert;
use super::book::Book;
use super::ids::{ComponentId, IncidentId};
use super::incident::Incident;
use super::past::{LOOK_BACK, Past};
use super::state::State;
use jiff::Timestamp;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// How many are told.
const TOLD: usize = 3;

/// One like fault.
#[derive(Debug, Clone, PartialEq)]
pub struct Like {
    /// What is known of it.
    pub past: Past,
    /// The same symptom, within the time of recurrence.
    pub recurrence: bool,
}

/// What an alert says, without what differs from time to time: numbers, and the names of its host.
pub fn symptom(alert: &Alert) -> String {
    let problem = &alert.problem;
    let mut text = problem.summary.to_string();
    for name in [&problem.host_name, &problem.host] {
        if !name.is_empty() {
            text = text.replace(name.as_str(), "");
        }
    }
    plain(&text)
}

/// Whether two things show the same: their messages say the same but for their first word, which in many messages names the
/// thing.
pub fn is_alike(one: &Alert, other: &Alert) -> bool {
    let (one, other) = (symptom(one), symptom(other));
    let rest = |text: &str| text.split_once(' ').map(|(_, rest)| rest.to_owned());
    one == other || rest(&one).is_some_and(|one| Some(one) == rest(&other))
}

/// Those of `others` that show something else than `told`, the gravest first, one of each symptom.
pub fn distinct<'a>(told: Option<&Alert>, others: impl Iterator<Item = &'a Alert>) -> Vec<&'a Alert> {
    let mut others: Vec<&Alert> = others.collect();
    others.sort_by_key(|alert| (Reverse(alert.weight()), alert.at, alert.id));
    let mut shown: BTreeSet<String> = told.map(symptom).into_iter().collect();
    others.retain(|alert| shown.insert(symptom(alert)));
    others
}

fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !plain.is_empty() {
            plain.push(' ');
        }
        for c in word.chars() {
            if !c.is_numeric() {
                plain.extend(c.to_lowercase());
            } else if !plain.ends_with('#') {
                plain.push('#');
            }
        }
    }
    plain
}

/// The symptom of an incident as far as it is known now.
pub fn symptom_of(state: &State, incident: &Incident) -> Option<String> {
    let alert = incident.representative.and_then(|id| state.alerts.get(&id));
    alert.map(symptom).or_else(|| incident.restored.as_ref()?.symptom.clone())
}

/// Like faults of `incident` that are over: of its root component, restored before it began, with the same symptom - or any
/// symptom for a call, whose words are nobody's pattern. Recurrences first, then the latest.
pub fn like(state: &State, book: &Book, incident: &Incident) -> Vec<Like> {
    let symptom = symptom_of(state, incident);
    let mut found = Vec::new();
    for known in roots(incident).flat_map(|root| of(state, root)).filter(|known| known.id() != incident.id) {
        let Some(restored) = known.restored().filter(|restored| *restored <= incident.occurred) else { continue };
        let ago = incident.occurred.duration_since(restored).unsigned_abs();
        let same = symptom.is_some() && symptom.as_ref() == known.symptom();
        if ago <= LOOK_BACK && (same || symptom.is_none()) {
            let recurrence = same && ago <= book.rules.policy.recurrence;
            found.push((Reverse(recurrence), Reverse(restored), known.id(), known));
        }
    }
    found.sort_by_key(|(recurrence, restored, id, _)| (*recurrence, *restored, *id));
    found.dedup_by_key(|(.., id, _)| *id);
    let told = found
        .into_iter()
        .filter_map(|(Reverse(recurrence), .., known)| Some(Like { past: known.past(state)?, recurrence }));
    told.take(TOLD).collect()
}

/// A fault that may be an example: there are many of a thing that fails often, so they are looked at where they are.
#[derive(Clone, Copy)]
enum Known<'a> {
    InMemory(&'a Incident),
    Archived(&'a Past),
}

impl Known<'_> {
    fn id(&self) -> IncidentId {
        match self {
            Known::InMemory(incident) => incident.id,
            Known::Archived(past) => past.incident,
        }
    }

    fn restored(&self) -> Option<Timestamp> {
        match self {
            Known::InMemory(incident) => incident.restored.as_ref().map(|restored| restored.at),
            Known::Archived(past) => Some(past.restored),
        }
    }

    fn symptom(&self) -> Option<&String> {
        match self {
            Known::InMemory(incident) => incident.restored.as_ref()?.symptom.as_ref(),
            Known::Archived(past) => past.symptom.as_ref(),
        }
    }

    fn past(self, state: &State) -> Option<Past> {
        match self {
            Known::InMemory(incident) => Past::of(state, incident),
            Known::Archived(past) => Some(past.clone()),
        }
    }
}

/// What is known of a component: in memory, and archived.
fn of<'a>(state: &'a State, root: &ComponentId) -> impl Iterator<Item = Known<'a>> {
    let here = state.rooted.get(root).into_iter().flatten().filter_map(|id| state.incidents.get(id));
    here.map(Known::InMemory).chain(state.past.get(root).into_iter().flatten().map(Known::Archived))
}

/// What the incident is about: its root, and what its verdict suspects.
fn roots(incident: &Incident) -> impl Iterator<Item = &ComponentId> {
    let suspected = incident.verdict().and_then(|verdict| verdict.component.as_ref());
    incident.root.iter().chain(suspected.filter(|suspected| Some(*suspected) != incident.root.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn numbers_and_case_make_no_other_symptom() {
        for (text, expected) in [
            ("ディスク使用率 91% (/var)", "ディスク使用率 #% (/var)"),
            ("ディスク使用率 ９３%  (/var)", "ディスク使用率 #% (/var)"),
            ("Interface Gi1/0/12 DOWN", "interface gi#/#/# down"),
            ("", ""),
        ] {
            assert_eq!(plain(text), expected);
        }
    }
}
