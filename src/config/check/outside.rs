//! Who is asked, and who is not although somebody may think so: rules about what no contract covers, components whose keeper is no
//! vendor, and components that mails cannot tell apart.

use super::Checker;
use super::contradiction::Placed;
use crate::config::tree::Path;
use crate::desk::ids::{ComponentId, PartyId};
use crate::desk::isolate::condition::{Condition, Root};
use crate::desk::rules::{Component, ContractScope, Party, PartyKind, Then, VerdictCode};
use std::collections::BTreeMap;

impl Checker<'_> {
    /// A rule asks the keeper of what is outside the contracts of this desk.
    pub(super) fn asks_outside(
        &mut self,
        (path, then): (&Path, &Then),
        when: &Placed,
        components: &BTreeMap<ComponentId, Component>,
    ) {
        // Where several are named, somebody has thought of more than of its keeper.
        if then.verdict != VerdictCode::Single {
            return;
        }
        let outside = |id: &&ComponentId| {
            components.get(*id).is_some_and(|component| {
                let asked = then.parties.is_empty() || then.parties.contains(&component.party);
                asked && component.scope != ContractScope::In
            })
        };
        let about = when.iter().find_map(|(_, condition)| {
            let ids = named(condition);
            ids.first().filter(|_| ids.iter().all(outside)).copied()
        });
        if let Some(id) = about {
            let message = format!("asks whoever keeps `{id}`, which no contract of this desk covers");
            let help =
                "write verdict = \"scope_out\", so that the office decides; or take `scope` away from the component";
            self.findings.warn(&path.key("then"), message, help);
        }
    }

    /// Of what an office or the data centre keeps nobody is asked.
    pub(super) fn kept_in_house(
        &mut self,
        components: &BTreeMap<ComponentId, Component>,
        parties: &BTreeMap<PartyId, Party>,
    ) {
        for (id, component) in components.iter().filter(|(_, component)| component.scope == ContractScope::In) {
            let Some(party) = parties.get(&component.party) else { continue };
            let kind = match party.kind {
                PartyKind::Office => "an office",
                PartyKind::DataCentre => "the data centre",
                PartyKind::Vendor | PartyKind::Desk | PartyKind::External => continue,
            };
            let message =
                format!("names {kind}: {} is not asked, its faults stay with the desk (窓口対応)", party.name);
            let help =
                "name the vendor that repairs it; or write scope = \"out\" (or \"other\"), so that the office decides";
            self.findings.warn(&Path::of(&["component", id.as_str(), "party"]), message, help);
        }
    }

    /// Two components of one name.
    pub(super) fn namesakes(&mut self, components: &BTreeMap<ComponentId, Component>) {
        let mut known: BTreeMap<&str, &ComponentId> = BTreeMap::new();
        let mut all: Vec<(&ComponentId, &Component)> = components.iter().collect();
        all.sort_by_key(|(_, component)| component.order);
        for (id, component) in all {
            match known.get(component.name.as_str()) {
                None => _ = known.insert(&component.name, id),
                Some(first) => {
                    let message = format!("is the name of `{first}`, too: nobody who reads a mail can tell them apart");
                    let path = Path::of(&["component", id.as_str(), "name"]);
                    self.findings.warn(&path, message, "give each a name of its own, by its place or number");
                }
            }
        }
    }
}

/// The components a condition names of what is to fail.
fn named(condition: &Condition) -> Vec<&ComponentId> {
    match condition {
        Condition::Root(Root(ids)) => ids.iter().collect(),
        other => other.alert().map(|alert| alert.component.iter().collect()).unwrap_or_default(),
    }
}
