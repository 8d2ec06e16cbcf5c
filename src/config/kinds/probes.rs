//! The probes.

use super::*;
use crate::probe::{self, Lists};
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;

/// Reads the probes, kind by kind.
pub(in crate::config) fn read(tables: &mut Tables<'_>) -> Vec<Item<Probe>> {
    struct Reading<'t, 'a>(&'t mut Tables<'a>);
    impl Lists for Reading<'_, '_> {
        type Item = Item<Probe>;
        fn list<T: DeserializeOwned>(&mut self, kind: &str, wrap: fn(T) -> Probe, all: &mut Vec<Item<Probe>>) {
            let items = self.0.list::<T>(&Path::of(&["probe", kind])).into_iter();
            all.extend(items.map(|Item { path, order, value }| Item { path, order, value: wrap(value) }));
        }
    }
    tables.words(&Path::of(&["probe"]), probe::KINDS);
    probe::read(&mut Reading(tables))
}

/// Checks them all: each kind says itself what it cannot try.
pub(in crate::config) fn check(written: Vec<Item<Probe>>, checker: &mut Checker<'_>, folders: &Folders) -> Vec<Probe> {
    checker.names(written.iter().map(|item| (&item.path, item.value.common().name)));
    let mut probes = Vec::new();
    for Item { path, value: mut probe, .. } in written {
        probe.make_absolute(&folders.configuration);
        let common = probe.common();
        checker.component(&path.key("component"), common.component);
        for (index, rung) in common.after.iter().enumerate() {
            let here = checker.element(&path.key("after"), index);
            checker.probe(&here, rung);
        }
        for (index, party) in probe.watched_by().unwrap_or_default().iter().enumerate() {
            let here = checker.element(&path.key("tell"), index);
            checker.party(&here, party);
        }
        if !checker.findings.is_torn(&path) {
            for fault in probe.faults() {
                checker.findings.plain_fault(&path.key(fault.key), fault.why);
            }
        }
        probes.push((path, probe));
    }
    circles(&probes, checker);
    probes.into_iter().map(|(_, probe)| probe).collect()
}

/// Notes rungs that wait for each other: none of them would ever be tried.
fn circles(probes: &[(Path, Probe)], checker: &mut Checker<'_>) {
    let below: BTreeMap<&str, &[String]> =
        probes.iter().map(|(_, probe)| (probe.common().name, probe.common().after)).collect();
    for (path, probe) in probes {
        let name = probe.common().name;
        let mut seen = BTreeSet::new();
        let mut next: Vec<&str> = vec![name];
        while let Some(rung) = next.pop() {
            for lower in below.get(rung).copied().unwrap_or_default() {
                if seen.insert(lower.as_str()) {
                    next.push(lower);
                }
            }
        }
        if seen.contains(name) {
            let message = format!("goes in a circle: `{name}` waits for itself");
            checker.findings.fault(&path.key("after"), message, "a rung stands on lower ones only");
        }
    }
}

/// What the desk must know of one.
pub(in crate::config) fn rule(probe: &Probe) -> (ProbeName, ProbeRule) {
    let common = probe.common();
    let rule = ProbeRule {
        component: common.component.into(),
        kind: probe.kind().to_owned(),
        target: probe.target(),
        every: common.every,
        watched_by: probe.watched_by().map(|tell| tell.iter().map(|party| party.as_str().into()).collect()),
        after: common.after.iter().map(|rung| rung.as_str().into()).collect(),
    };
    (common.name.into(), rule)
}
