//! Components: who keeps them, which alerts are theirs, what needs what.

use super::Checker;
use super::needs::{CIRCLE, circle};
use crate::config::file::ComponentTable;
use crate::config::findings::did_you_mean;
use crate::config::tables::Item;
use crate::config::tree::Path;
use crate::desk::ids::{ComponentId, PartyId};
use crate::desk::rules::{AlertMatch, Asset, Component, ContractScope, Party, Site, WrittenMatch};
use crate::source::zabbix;
use std::collections::{BTreeMap, BTreeSet};

impl Checker<'_> {
    /// All components, in the order of writing (their `order`).
    pub(super) fn components(
        &mut self,
        tables: Vec<Item<ComponentTable>>,
        site: Option<&Site>,
        parties: &BTreeMap<PartyId, Party>,
    ) -> BTreeMap<ComponentId, Component> {
        let mut components = BTreeMap::new();
        let mut placed = Vec::new();
        for (order, table) in (0..).zip(tables) {
            let (id, component, paths) = self.one_component(table, order, site, parties);
            placed.push((id.clone(), paths));
            components.insert(id, component);
        }
        self.cycles(&components);
        self.unseen(&components);
        self.taken(&components, &placed);
        self.kept_in_house(&components, parties);
        self.namesakes(&components);
        components
    }

    /// What an earlier component takes every alert of. Where one asks for more fields than the other, the closer fit decides.
    fn taken(&mut self, components: &BTreeMap<ComponentId, Component>, placed: &[(ComponentId, Vec<Path>)]) {
        let sound = |path: &Path| !self.findings.is_faulty(path) && !self.findings.is_made_up(path);
        let written = placed.iter().flat_map(|(id, paths)| {
            let matches = components.get(id).into_iter().flat_map(|component| &component.matches);
            matches.zip(paths).map(move |(matcher, path)| (id, path, matcher))
        });
        let written: Vec<_> = written.filter(|(_, path, _)| sound(path)).collect();
        for (nth, (id, path, matcher)) in written.iter().enumerate() {
            let takes = |(other, _, earlier): &&(&ComponentId, &Path, &AlertMatch)| {
                other != id && earlier.weight() == matcher.weight() && earlier.covers(matcher)
            };
            if let Some((first, at, _)) = written.iter().take(nth).find(takes) {
                let place = self.tree.line(at).map(|line| format!(" ({line})")).unwrap_or_default();
                let message =
                    format!("finds nothing: `{first}`{place} stands before it and takes every alert that fits");
                self.findings.warn(path, message, "ask for more here, or take one of the two away");
            }
        }
    }

    /// What no alert is about and nothing needs. What something needs may be the cause of its faults without an alert.
    fn unseen(&mut self, components: &BTreeMap<ComponentId, Component>) {
        let needed: BTreeSet<&ComponentId> = components.values().flat_map(|component| &component.needs).collect();
        for (id, component) in components {
            let path = Path::of(&["component", id.as_str()]);
            let made_up = [path.key("match"), path.key("hosts")].iter().any(|path| self.findings.is_made_up(path));
            if component.matches.is_empty() && !made_up && !needed.contains(id) {
                let help = "write hosts = [\"…\"] or match = [{ … }]";
                self.findings.warn(&path, "has neither hosts nor match: no alert is ever about it", help);
            }
        }
    }

    fn one_component(
        &mut self,
        table: Item<ComponentTable>,
        order: u32,
        site: Option<&Site>,
        parties: &BTreeMap<PartyId, Party>,
    ) -> (ComponentId, Component, Vec<Path>) {
        let Item { path, value: table, .. } = table;
        let party = match &table.party {
            Some(party) => self.party(&path.key("party"), party),
            None => {
                if !self.findings.is_made_up(&path.key("party")) {
                    let help = "write party = \"…\"; until then its faults stay with the desk";
                    self.findings.warn(&path, "is kept by nobody", help);
                }
                site.map_or_else(|| "".into(), |site| site.desk.clone())
            }
        };
        let (mut matches, mut paths) = (Vec::new(), Vec::new());
        if !table.hosts.0.is_empty() {
            paths.push(path.key("hosts"));
            matches.push(AlertMatch { host: table.hosts.0, ..AlertMatch::default() });
        }
        for (index, written) in table.matches.0.into_iter().enumerate() {
            let here = self.element(&path.key("match"), index);
            if !written.component.0.is_empty() {
                let help = "match by host, group, tag, summary, level, source, field, item or inventory";
                self.findings.fault(
                    &here.key("component"),
                    "has no meaning here: this is what finds the component",
                    help,
                );
            }
            matches.push(self.alert_match(&here, written));
            paths.push(here);
        }
        if let Some(ping) = &table.ping {
            self.filled(&path.key("ping"), ping);
        }
        let asset = table.asset;
        let asset = Asset { model: asset.model, serial: asset.serial, place: asset.place, contract: asset.contract };
        self.contract(&path.key("asset").key("contract"), &asset.contract, parties.get(&party));
        let (needs, spares) = self.needs(&path.key("needs"), &table.needs);
        let component = Component {
            name: table.name.unwrap_or_else(|| path.last().to_owned()),
            party,
            scope: table.scope.unwrap_or(ContractScope::In),
            matches,
            needs,
            spares,
            effect: table.effect,
            asset,
            unseen: table.look.as_ref().is_some_and(Vec::is_empty),
            look: table.look.unwrap_or_default(),
            ping: table.ping,
            order,
        };
        (path.last().into(), component, paths)
    }

    /// The contract of a thing is one of its keeper's.
    fn contract(&mut self, path: &Path, number: &str, party: Option<&Party>) {
        let Some(party) = party.filter(|party| !party.contracts.is_empty() && !number.is_empty()) else { return };
        let known = party.contracts.iter().map(|contract| contract.number.as_str());
        if !known.clone().any(|known| known == number) {
            let help = did_you_mean(number, known.clone())
                .unwrap_or_else(|| format!("known: {}", known.collect::<Vec<_>>().join(", ")));
            self.findings.fault(path, format!("{} has no contract `{number}`", party.name), help);
        }
    }

    /// Conditions on an alert; `within` is the caller's business where it has a meaning.
    pub(super) fn alert_match(&mut self, path: &Path, table: WrittenMatch) -> AlertMatch {
        let components = self.component_list(&path.key("component"), &table.component.0);
        for field in table.inventory.keys() {
            self.inventory_field(&path.key("inventory"), field);
        }
        let all = AlertMatch::of(table, components);
        if all == AlertMatch::default() {
            let help = "an empty table would fit every alert: say what it should fit";
            self.findings.fault(path, "says nothing", help);
        }
        all
    }

    /// Only what a source reads can ever fit.
    pub(super) fn inventory_field(&mut self, path: &Path, field: &str) {
        if zabbix::INVENTORY.contains(&field) {
            return;
        }
        let help = did_you_mean(field, zabbix::INVENTORY).unwrap_or_else(|| {
            "write a field as Zabbix's API names it: type, model, location, vendor, contract_number, site_rack …"
                .to_owned()
        });
        let personal = field == "contact" || field.starts_with("poc_");
        let (message, help) = if personal {
            ("is not read: it names persons, who have no place in the record", "match by another field".to_owned())
        } else {
            ("is no field of a host inventory", help)
        };
        self.findings.fault(&path.key(field), message, help);
    }

    /// Notes each circle of `needs` once: nothing can be the cause of what it follows from.
    fn cycles(&mut self, components: &BTreeMap<ComponentId, Component>) {
        let mut settled: BTreeSet<&ComponentId> = BTreeSet::new();
        for start in components.keys() {
            // Depth first without recursion: a chain may be as long as the list.
            let mut trail: Vec<(&ComponentId, usize)> = vec![(start, 0)];
            let mut on_trail = BTreeSet::from([start]);
            while let Some((id, next)) = trail.last_mut() {
                let id: &ComponentId = id;
                let needed = components.get(id).filter(|_| !settled.contains(id)).and_then(|it| it.needs.get(*next));
                *next += 1;
                let Some(needed) = needed else {
                    settled.insert(id);
                    on_trail.remove(id);
                    trail.pop();
                    continue;
                };
                if on_trail.contains(needed) {
                    let at = trail.iter().position(|(id, _)| *id == needed).unwrap_or_default();
                    let names: Vec<&str> = trail[at..].iter().map(|(id, _)| id.as_str()).collect();
                    let path = Path::of(&["component", id.as_str(), "needs"]);
                    let place = self.where_needed(&path, needed.as_str());
                    self.findings.fault(&place, circle(&names), CIRCLE);
                } else if !settled.contains(needed) {
                    on_trail.insert(needed);
                    trail.push((needed, 0));
                }
            }
        }
    }
}
