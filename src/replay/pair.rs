//! Which incident of then is which under the rules on trial: the two that share most, each being the other's best.

use super::course::{Course, Courses};
use crate::desk::ids::IncidentId;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// One incident on both sides, or on one.
pub(super) type Pair = (Option<IncidentId>, Option<IncidentId>);

/// Every incident worth speaking of, once; those of then in their order, then what is new.
pub(super) fn pairs(then: &Courses, anew: &Courses) -> Vec<Pair> {
    let mut found: BTreeMap<IncidentId, IncidentId> = BTreeMap::new();
    for id in then.all.keys() {
        if let Some(there) = best(then, *id, anew)
            && best(anew, there, then) == Some(*id)
        {
            found.insert(*id, there);
        }
    }
    let mut taken: BTreeSet<IncidentId> = found.values().copied().collect();
    // What everything has left is recognised by what it began with.
    let left = |courses: &Courses, id: IncidentId| {
        courses.all.get(&id).filter(|course| course.marks.is_empty()).and_then(|course| course.first)
    };
    let empty = anew.all.keys().filter(|id| !taken.contains(*id));
    let mut empty: BTreeMap<_, IncidentId> = empty.filter_map(|id| Some((left(anew, *id)?, *id))).collect();
    for id in then.all.keys() {
        if found.contains_key(id) {
            continue;
        }
        if let Some(there) = left(then, *id).and_then(|first| empty.remove(&first)) {
            found.insert(*id, there);
            taken.insert(there);
        }
    }
    let known = then.all.keys().map(|id| (Some(*id), found.get(id).copied()));
    let new = anew.all.keys().filter(|id| !taken.contains(id)).map(|id| (None, Some(*id)));
    let counts = |courses: &Courses, id: Option<IncidentId>| id.and_then(|id| courses.all.get(&id)).is_some_and(counts);
    known.chain(new).filter(|(old, new)| counts(then, *old) || counts(anew, *new)).collect()
}

/// Somebody may ask what became of it: it holds something, or somebody was told of it.
fn counts(course: &Course) -> bool {
    course.opened.is_some() && (!course.marks.is_empty() || course.number.is_some() || !course.told.is_empty())
}

/// The incident of the other side that holds most of what this one holds.
fn best(here: &Courses, id: IncidentId, other: &Courses) -> Option<IncidentId> {
    let course = here.all.get(&id)?;
    let lead = here.across(id, other);
    let mut votes: BTreeMap<IncidentId, usize> = BTreeMap::new();
    for there in course.marks.iter().filter_map(|mark| other.holder(*mark)) {
        *votes.entry(there).or_default() += 1;
    }
    votes.into_iter().max_by_key(|(there, count)| (*count, Some(*there) == lead)).map(|(there, _)| there)
}

/// Drops the rules tried from verdicts on which both sides agree, of incidents opened before `before`.
pub(super) fn forget_what_agrees(then: &mut Courses, anew: &mut Courses, before: Timestamp) {
    for id in std::mem::take(&mut then.detailed) {
        let Some(course) = then.all.get(&id) else { continue };
        if course.opened.is_some_and(|opened| opened >= before) {
            then.detailed.insert(id);
            continue;
        }
        let Some(there) = then.across(id, anew) else { continue };
        let (Some(old), Some(new)) = (then.all.get_mut(&id), anew.all.get_mut(&there)) else { continue };
        if super::compare::verdicts_agree(old, new) {
            let verdicts = old.verdicts.iter_mut().chain(&mut new.verdicts);
            verdicts.for_each(|verdict| verdict.tried = [].into());
        }
    }
}
