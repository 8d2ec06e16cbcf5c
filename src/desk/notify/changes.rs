//! What one reader may know of changes: in the facts, as the ground of a verdict, and in the list of 直前の変更.
//!
//! A vendor reads of what it changed or keeps. Another party's change is said without that party's words, and only where a
//! rule rests on it; else it is left out. Facts and list say the same.

use super::facts::{Reader, kept_by};
use crate::desk::cover::{Cover, Over};
use crate::desk::ids::{ComponentId, ModificationId, PartyId};
use crate::desk::incident::{Incident, Verdict};
use crate::desk::isolate::case;
use crate::desk::letter::{Because, Changed, Fact, Kept};
use crate::desk::modification::{Modification, ModificationState, RECENT};
use crate::desk::turn::Turn;
use jiff::Timestamp;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// What was changed or worked on shortly before on what the incident is about, the latest first.
pub(super) fn listed(turn: &Turn, incident: &Incident, reader: Reader) -> Vec<Changed> {
    let mut all = changed(turn, incident, reader);
    for work in works(turn, incident) {
        if let Some(work) = worked(turn, incident, work, reader)
            && all.iter().all(|known| known.summary.is_empty() || known.summary != work.summary)
        {
            all.push(work);
        }
    }
    all.sort_by_key(|change| Reverse(change.at));
    all
}

/// Planned work that had ended shortly before on what the incident is about, or while it went on; of what recurs the last time.
fn works<'a>(turn: &'a Turn, incident: &Incident) -> Vec<&'a Cover> {
    let failing = case::failing(turn.state, incident.id);
    let detected = incident.detected.wall;
    let about = |work: &&Cover| match &work.over {
        Over::Work { components, .. } => {
            components.iter().any(|id| case::concerns(turn.book, incident, &failing, id))
                || incident
                    .verdict()
                    .and_then(|verdict| verdict.component.as_ref())
                    .is_some_and(|id| components.contains(id))
        }
        Over::Alerts(_) => false,
    };
    let stated = |work: &Cover| {
        let evidence = incident.verdict().into_iter().flat_map(|verdict| &verdict.evidence);
        evidence.into_iter().any(|fact| matches!(fact, Fact::Planned { name, .. } if *name == work.name))
    };
    let lately = |work: &&Cover| {
        let since = detected.duration_since(work.end());
        // What is among the facts already is not listed once more.
        let meanwhile = since.is_negative() && work.ended.is_some() && !stated(work);
        work.begun && (meanwhile || !since.is_negative() && since.unsigned_abs() <= RECENT)
    };
    let mut all: Vec<&Cover> = turn.state.covers.values().filter(lately).filter(about).collect();
    all.sort_by_key(|work| Reverse(work.end()));
    let mut names = BTreeSet::new();
    all.retain(|work| names.insert(&work.name));
    all
}

fn worked(turn: &Turn, incident: &Incident, work: &Cover, reader: Reader) -> Option<Changed> {
    let party = turn.book.party_name(&work.owner);
    let whole = Changed { summary: work.name.clone(), at: work.end(), party, rolled_back: None, done: true };
    let own = |party: &PartyId| {
        let keeps = |id: &ComponentId| kept_by(turn.book, id, party);
        work.owner == *party || matches!(&work.over, Over::Work { components, .. } if components.iter().any(keeps))
    };
    match reader {
        Reader::Vendor(party) if !own(party) => {
            let because = incident.verdict().map(|verdict| &verdict.because);
            let rests = matches!(because, Some(Because::Worked { .. }));
            rests.then(|| Changed { summary: String::new(), party: String::new(), ..whole })
        }
        // Who works on what it keeps is for the desk to tell.
        Reader::Vendor(party) if work.owner != *party => Some(Changed { party: String::new(), ..whole }),
        Reader::Vendor(_) | Reader::House(_) => Some(whole),
    }
}

fn changed(turn: &Turn, incident: &Incident, reader: Reader) -> Vec<Changed> {
    let book = turn.book;
    let shown = |change: &Modification| {
        let whole = Changed {
            summary: change.summary.clone(),
            at: change.at,
            party: change.party.as_ref().map(|party| book.party_name(party)).unwrap_or_default(),
            rolled_back: match change.state {
                ModificationState::RolledBack { at } => Some(at),
                ModificationState::Planned | ModificationState::Done => None,
            },
            done: change.state != ModificationState::Planned,
        };
        if may_read(turn, change, reader) {
            return Some(whole);
        }
        let rests = incident.verdict().is_some_and(|verdict| rests_on(verdict, change.id));
        rests.then(|| Changed { summary: String::new(), party: String::new(), ..whole })
    };
    concerned(turn, incident).into_iter().filter_map(shown).collect()
}

/// Whether there are changes that are not listed to the reader.
pub(super) fn hidden(turn: &Turn, incident: &Incident, reader: Reader) -> bool {
    concerned(turn, incident).len() > changed(turn, incident, reader).len()
}

/// The changes that have to do with an incident, the latest first.
fn concerned<'a>(turn: &'a Turn, incident: &Incident) -> Vec<&'a Modification> {
    let mut changes = case::recent_changes(turn.state, turn.book, incident);
    // A rule may rest on a change of something that nothing here needs, as far as the graph knows.
    let stated = incident.verdict().into_iter().flat_map(|verdict| &verdict.evidence).filter_map(|fact| match fact {
        Fact::Changed { change: Some(id), .. } => turn.state.modifications.get(id),
        _ => None,
    });
    let more: Vec<&Modification> = stated.filter(|known| changes.iter().all(|change| change.id != known.id)).collect();
    changes.extend(more);
    changes.sort_by_key(|change| (Reverse(change.at), Reverse(change.id)));
    changes
}

/// A fact of the verdict as the reader may know it; `None` = not at all.
pub(super) fn stated(turn: &Turn, verdict: &Verdict, fact: &Fact, reader: Reader) -> Option<Fact> {
    let Fact::Changed { summary, at, state, change } = fact else {
        return Some(match (fact, reader) {
            (Fact::Kept(kept), Reader::Vendor(party)) if !answers_for(turn, &kept.name, party) => {
                let kept = Kept { name: String::new(), owner: String::new(), ..(**kept).clone() };
                Fact::Kept(Box::new(kept))
            }
            (Fact::Planned { name, from, until, silence, owner }, Reader::Vendor(party))
                if !answers_for(turn, name, party) && !owner.is_empty() =>
            {
                let (name, owner) = (name.clone(), String::new());
                Fact::Planned { name, from: *from, until: *until, silence: *silence, owner }
            }
            _ => fact.clone(),
        });
    };
    let known = find(turn, *change, summary, *at);
    if matches!(reader, Reader::House(_)) || known.is_some_and(|known| may_read(turn, known, reader)) {
        return Some(fact.clone());
    }
    let rests = change.is_some_and(|change| rests_on(verdict, change));
    rests.then(|| Fact::Changed { summary: String::new(), at: *at, state: *state, change: *change })
}

/// The ground of a verdict as the reader may know it.
pub(super) fn ground(turn: &Turn, because: &Because, reader: Reader) -> Because {
    match because {
        Because::Changed { change, state, .. } => {
            let mut known = turn.state.modifications.values().filter(|known| known.summary == *change);
            match reader {
                Reader::Vendor(_) if !known.any(|known| may_read(turn, known, reader)) => {
                    Because::Changed { component: String::new(), change: String::new(), state: *state }
                }
                Reader::Vendor(_) | Reader::House(_) => because.clone(),
            }
        }
        Because::Several { components } => match reader {
            Reader::House(_) => because.clone(),
            // Of the others a vendor does not read.
            Reader::Vendor(party) => {
                let own = |name: &&String| {
                    let known = turn.book.rules.components.values();
                    known.into_iter().any(|component| component.party == *party && component.name == **name)
                };
                let own = components.iter().filter(own).cloned().collect::<Vec<_>>().join("、");
                Because::Alert { component: own }
            }
        },
        Because::Apart { component, by, name } => match reader {
            Reader::Vendor(party) if !answers_for(turn, name, party) => {
                Because::Apart { component: component.clone(), by: *by, name: String::new() }
            }
            Reader::Vendor(_) | Reader::House(_) => because.clone(),
        },
        other => other.clone(),
    }
}

/// It is that party's planned work or silence: its words are no other vendor's to read.
fn answers_for(turn: &Turn, name: &str, party: &PartyId) -> bool {
    turn.state.covers.values().any(|cover| cover.name == *name && cover.owner == *party)
}

/// A rule rests on the change, so that leaving it out would leave the verdict without its ground.
fn rests_on(verdict: &Verdict, id: ModificationId) -> bool {
    let of_it = |fact: &Fact| matches!(fact, Fact::Changed { change: Some(change), .. } if *change == id);
    verdict.rule.is_some() && verdict.evidence.iter().any(of_it)
}

/// The change a fact is about; a fact on record from before tells only its words and hour.
fn find<'a>(turn: &'a Turn, id: Option<ModificationId>, summary: &str, at: Timestamp) -> Option<&'a Modification> {
    match id {
        Some(id) => turn.state.modifications.get(&id),
        None => turn.state.modifications.values().find(|known| known.summary == *summary && known.at == at),
    }
}

fn may_read(turn: &Turn, change: &Modification, reader: Reader) -> bool {
    let own = |party: &PartyId| {
        change.party.as_ref() == Some(party) || change.components.iter().any(|id| kept_by(turn.book, id, party))
    };
    match reader {
        Reader::House(_) => true,
        Reader::Vendor(party) => own(party),
    }
}
