//! Isolation rules that can never hold, because their own conditions contradict each other or the rest of the configuration.
//!
//! Only plain cases are seen; what is not seen is not claimed. Not here: whether one rule hides another (`overlap`), what
//! excludes what (`desk::isolate::condition`).

use super::Checker;
use crate::config::tree::Path;
use crate::desk::ids::{ComponentId, ProbeName};
use crate::desk::isolate::condition::{Absent, Behind, Condition, Count, Missing, Of, Probe, Root};
use crate::desk::pattern::Pattern;
use crate::desk::phrase::Phrase;
use crate::desk::probe::{Probe as ProbeRule, Sign};
use crate::desk::rules::{Component, Known};
use std::collections::{BTreeMap, BTreeSet};

/// The conditions of one rule, each with the place it was written at.
pub(super) type Placed = Vec<(Path, Condition)>;

/// What rules go by.
pub(super) struct World<'a> {
    pub(super) known: Known<'a>,
    pub(super) probes: &'a BTreeMap<ProbeName, ProbeRule>,
    /// What somebody on site may be asked to look at (現地確認).
    pub(super) looks: &'a BTreeSet<&'a str>,
}

impl Checker<'_> {
    /// Notes what can never hold, once for each rule.
    pub(super) fn contradictions(&mut self, rules: &[Placed], world: &World) {
        for conditions in rules {
            if let Some((path, message, help)) = conflict(conditions, world) {
                self.findings.warn(&path, message, help);
            }
        }
    }
}

type Conflict = (Path, String, &'static str);

fn conflict(conditions: &Placed, world: &World) -> Option<Conflict> {
    impossible(conditions, world)
        .or_else(|| never_looked_at(conditions, world))
        .or_else(|| excluded(conditions))
        .or_else(|| expected_gone(conditions))
        .or_else(|| root_beside(conditions, world))
        .or_else(|| unreachable(conditions, world))
}

/// A condition that is impossible by itself.
fn impossible(conditions: &Placed, world: &World) -> Option<Conflict> {
    let help = "correct what is asked, or take the rule away";
    conditions.iter().find_map(|(path, condition)| {
        let by_itself = condition.impossible().map(|why| format!("can never hold: {why}"));
        let fits = condition.all().into_iter().find_map(|inside| {
            let asked = match inside {
                Condition::Absent(Absent(matcher)) | Condition::Missing(Missing { alert: matcher, .. }) => {
                    Some(matcher)
                }
                other => other.alert(),
            };
            asked?.never(&world.known)
        });
        let fits = fits.map(|why| format!("asks for what never comes: {why}"));
        let few = || condition.all().into_iter().find_map(|inside| too_few(inside, &world.known));
        let message = by_itself.or(fits).or_else(few)?;
        Some((path.clone(), message, help))
    })
}

/// More hosts of components are to fail than these have by name.
fn too_few(condition: &Condition, known: &Known) -> Option<String> {
    let Condition::Count(Count { alert, at_least, of: Of::Hosts, .. }) = condition else { return None };
    let of = |id| known.components.get(id).map(|component| component.matches.iter().map(|fits| exact(&fits.host)));
    let each: Option<Vec<_>> = alert.component.iter().map(of).collect();
    let each: Vec<BTreeSet<&str>> = each?.into_iter().flatten().collect();
    // Where one of them is not named, it may be any.
    if each.is_empty() || each.iter().any(BTreeSet::is_empty) {
        return None;
    }
    let there = each.into_iter().flatten().collect::<BTreeSet<_>>().len();
    (there < *at_least)
        .then(|| format!("can never hold: it asks for {at_least} hosts, and its components have {there}"))
}

/// The names that patterns stand for, where each is one; empty otherwise.
fn exact(patterns: &[Pattern]) -> BTreeSet<&str> {
    let names: Option<BTreeSet<&str>> = patterns.iter().map(Pattern::exact).collect();
    names.unwrap_or_default()
}

/// What somebody should have seen and nobody is asked to look at.
fn never_looked_at(conditions: &Placed, world: &World) -> Option<Conflict> {
    conditions.iter().find_map(|(path, condition)| {
        let unasked = condition.all().into_iter().find_map(|inside| match inside {
            Condition::Seen(seen) => {
                let asked = world.looks.iter().any(|look| seen.item.iter().any(|pattern| pattern.matches(look)));
                (!asked).then_some(seen)
            }
            _ => None,
        })?;
        let message = format!("nobody is ever asked to look at {}", Phrase::any_of(&unasked.item).en);
        let help = "name it in `look` of a component or of [policy], as it stands in 現地確認依頼";
        Some((path.key("item"), message, help))
    })
}

/// Two conditions that exclude each other.
fn excluded(conditions: &Placed) -> Option<Conflict> {
    let help = "all conditions of a rule must hold at once: take one of the two away, or make two rules of it";
    pairs(conditions).find(|((_, one), (_, two))| one.excludes(two)).map(|((_, one), (path, two))| {
        let message = format!("can never hold beside `{}`: {} / {}", one.key(), one.words().en, two.words().en);
        (path.clone(), message, help)
    })
}

/// All that fails is to lie behind a component, and none of the roots that are asked for does.
fn root_beside(conditions: &Placed, world: &World) -> Option<Conflict> {
    let components = world.known.components;
    let roots = conditions.iter().find_map(|(_, condition)| match condition {
        Condition::Root(Root(roots)) if !roots.is_empty() => Some(roots),
        _ => None,
    })?;
    conditions.iter().find_map(|(path, condition)| {
        let Condition::Behind(Behind { component, percent: 100, .. }) = condition else { return None };
        let lies_behind = |root: &ComponentId| root == component || needed(root, components).contains(component);
        if roots.iter().any(lies_behind) {
            return None;
        }
        let message = format!(
            "does not hold while {} itself fails: that neither is `{component}` nor needs it, and all that fails is to",
            Phrase::any_of(roots).en
        );
        Some((path.clone(), message, "name a component that the root is or needs, or take `root` away"))
    })
}

/// Everything a component needs.
fn needed<'a>(
    component: &'a ComponentId,
    components: &'a BTreeMap<ComponentId, Component>,
) -> BTreeSet<&'a ComponentId> {
    let mut all = BTreeSet::new();
    let mut next = vec![component];
    while let Some(id) = next.pop() {
        let needs = components.get(id).map(|component| component.needs.as_slice()).unwrap_or_default();
        next.extend(needs.iter().filter(|id| all.insert(*id)));
    }
    all
}

/// An alert that a rule asks for and wants to be absent, or not to come.
fn expected_gone(conditions: &Placed) -> Option<Conflict> {
    let opening = conditions.iter().find_map(|(_, condition)| condition.opening());
    conditions.iter().find_map(|(path, condition)| match condition {
        // The first alert itself came in that time.
        Condition::Missing(Missing { alert, .. }) if opening.is_some_and(|opening| alert.covers(opening)) => {
            let message = "can never hold: what is to be missing fits the alert that `alert` asks for".to_owned();
            Some((path.clone(), message, "`missing` is for what should have followed: say what differs"))
        }
        Condition::Absent(Absent(matcher)) => {
            let asked =
                conditions.iter().find(|(_, other)| other.alert().is_some_and(|asked| matcher.covers(asked)))?;
            let message = format!("holds only once what `{}` asks for is over: it is not to be open", asked.1.key());
            Some((path.clone(), message, "`absent` is for other alerts: say what differs"))
        }
        _ => None,
    })
}

/// A probe that is asked about although a rung below it is to have failed: above a broken rung nothing is tried.
fn unreachable(conditions: &Placed, world: &World) -> Option<Conflict> {
    let asked = || {
        conditions.iter().filter_map(|(path, condition)| match condition {
            Condition::Probe(probe) => Some((path, probe)),
            _ => None,
        })
    };
    let broken = |probe: &&Probe| !Sign::Ok.is(probe.result);
    asked().find_map(|(path, upper)| {
        let below = below(&upper.name, world.probes);
        let lower = asked().map(|(_, probe)| probe).filter(broken).find(|probe| below.contains(&probe.name))?;
        let message = format!(
            "can never hold: `{}` is not tried where `{}`, a rung below it, is not good",
            upper.name, lower.name
        );
        Some((path.clone(), message, "ask about the lower rung alone"))
    })
}

/// Every rung below a probe.
fn below<'a>(name: &'a ProbeName, probes: &'a BTreeMap<ProbeName, ProbeRule>) -> BTreeSet<&'a ProbeName> {
    let mut all = BTreeSet::new();
    let mut next = vec![name];
    while let Some(name) = next.pop() {
        let rungs = probes.get(name).map(|probe| probe.after.as_slice()).unwrap_or_default();
        next.extend(rungs.iter().filter(|rung| all.insert(*rung)));
    }
    all
}

fn pairs(conditions: &Placed) -> impl Iterator<Item = (&(Path, Condition), &(Path, Condition))> {
    conditions.iter().enumerate().flat_map(move |(nth, one)| conditions[nth + 1..].iter().map(move |two| (one, two)))
}
