//! Systems and locations: what they need, what is done with them, and whom that hits.

use super::Checker;
use crate::config::file::{ImpactTable, LocationTable, SubstituteWord, SystemTable};
use crate::config::tables::Item;
use crate::config::tree::Path;
use crate::desk::ids::{LocationId, PartyId, SystemId};
use crate::desk::rules::{Impact, ImpactScope, Location, Site, System, Usage};
use std::collections::BTreeMap;

impl Checker<'_> {
    /// All systems.
    pub(super) fn systems(
        &mut self,
        tables: Vec<Item<SystemTable>>,
        site: Option<&Site>,
    ) -> BTreeMap<SystemId, System> {
        let mut systems = BTreeMap::new();
        for Item { path, value: table, .. } in tables {
            self.filled(&path.key("name"), &table.name);
            let office = self.office(&path, table.office.as_deref(), site);
            let (needs, spares) = self.needs(&path.key("needs"), &table.needs);
            if needs.is_empty() && !self.findings.is_made_up(&path.key("needs")) {
                let help =
                    "name the components and systems it cannot work without: 影響範囲 and 重大度 follow from them";
                self.findings.warn(&path, "needs nothing, so no fault ever hits it", help);
            }
            let impact = self.impact(&path.key("impact"), table.impact);
            let usage = Usage {
                work: self.words(&path.key("work"), table.work.0),
                departments: self.words(&path.key("departments"), table.departments.0),
                locations: table
                    .locations
                    .0
                    .iter()
                    .enumerate()
                    .map(|(index, name)| {
                        let at = self.element(&path.key("locations"), index);
                        self.refer("location", &at, name);
                        LocationId::from(name.as_str())
                    })
                    .collect(),
                users: self.users(&path.key("users"), table.users),
                hours: table.hours.map(|hours| self.calendar(&path.key("hours"), &hours)),
            };
            self.wide_enough(&path, &impact, usage.departments.len(), usage.locations.len());
            systems.insert(path.last().into(), System { name: table.name, office, needs, spares, impact, usage });
        }
        self.circles_of_systems();
        systems
    }

    /// All locations, in the order of writing (their `order`).
    pub(super) fn locations(
        &mut self,
        tables: Vec<Item<LocationTable>>,
        site: Option<&Site>,
        systems: &BTreeMap<SystemId, System>,
    ) -> BTreeMap<LocationId, Location> {
        let mut locations = BTreeMap::new();
        for (order, Item { path, value: table, .. }) in (0..).zip(tables) {
            self.filled(&path.key("name"), &table.name);
            let id = LocationId::from(path.last());
            let office = self.office(&path, table.office.as_deref(), site);
            let (needs, spares) = self.needs(&path.key("needs"), &table.needs);
            if needs.is_empty() && !systems.values().any(|system| system.usage.locations.contains(&id)) {
                let help =
                    "write what it needs (a line, a switch), or name it in `locations` of the systems used there";
                self.findings.warn(&path, "is named by no system and needs nothing, so no fault ever hits it", help);
            }
            let impact = self.impact(&path.key("impact"), table.impact);
            let departments = self.words(&path.key("departments"), table.departments.0);
            self.wide_enough(&path, &impact, 0, 1);
            let users = self.users(&path.key("users"), table.users);
            let hours = table.hours.map(|hours| self.calendar(&path.key("hours"), &hours));
            locations.insert(
                id,
                Location { name: table.name, office, needs, spares, departments, users, hours, impact, order },
            );
        }
        locations
    }

    fn office(&mut self, path: &Path, office: Option<&str>, site: Option<&Site>) -> PartyId {
        match office {
            Some(office) => self.party(&path.key("office"), office),
            None => site.map_or_else(|| "".into(), |site| site.office.clone()),
        }
    }

    fn impact(&mut self, path: &Path, table: ImpactTable) -> Impact {
        let (substitute, substitute_words) = match table.substitute {
            None => (None, String::new()),
            Some(SubstituteWord::Known(known)) => (Some(known), String::new()),
            Some(SubstituteWord::Words(words)) => {
                self.filled(&path.key("substitute"), &words);
                (Some(true), words)
            }
        };
        let at = path.key("substitute_needs");
        let (substitute_needs, substitute_spares) = self.needs(&at, &table.substitute_needs);
        if !substitute_needs.is_empty() && substitute != Some(true) {
            let help = "write what the substitute is, `substitute = \"…\"`, or take `substitute_needs` away";
            self.findings.fault(&at, "says what a substitute needs, and there is none", help);
        }
        Impact {
            scope: table.scope,
            residents: table.residents,
            substitute,
            substitute_words,
            substitute_needs,
            substitute_spares,
        }
    }

    fn words(&mut self, path: &Path, words: Vec<String>) -> Vec<String> {
        for (index, text) in words.iter().enumerate() {
            let here = self.element(path, index);
            self.filled(&here, text);
        }
        words
    }

    fn users(&mut self, path: &Path, users: Option<u32>) -> Option<u32> {
        if users == Some(0) && !self.findings.is_made_up(path) {
            self.findings.fault(path, "is 0", "write about how many people work with it, or leave it out");
        }
        users
    }

    /// How wide it is must be known, and be as wide as what is written beside it.
    fn wide_enough(&mut self, path: &Path, impact: &Impact, departments: usize, locations: usize) {
        if self.findings.is_torn(path) {
            return;
        }
        match impact.scope {
            None if departments == 0 && locations == 0 => {
                let help = "write `departments` or `locations`, or impact = { scope = \"…\" }; until then its faults count \
                            as hitting one department";
                self.findings.warn(path, "does not say whom it hits", help);
            }
            Some(scope @ (ImpactScope::One | ImpactScope::Person)) if departments > 1 || locations > 1 => {
                let (word, count, what) = match departments > 1 {
                    true => (scope, departments, "departments"),
                    false => (scope, locations, "locations"),
                };
                let word = if word == ImpactScope::One { "one" } else { "person" };
                let message = format!("is \"{word}\", but {count} {what} are named");
                let help = "take `scope` away, and it follows from them; or write \"several\" or \"all\"";
                self.findings.warn(&path.key("impact").key("scope"), message, help);
            }
            _ => {}
        }
    }
}
