//! From the tables as written to what the desk relies on; every fault and every doubt on the way is noted.
//!
//! The tables have the right shape when they come here (`reader` saw to that). Here references are followed, numbers
//! compared with each other and with the day, and the values put into the desk's own types. The result is used only if
//! no fault was noted. Not here: reading files, secrets, whether a server answers (`check --live`).

mod approval;
mod calendars;
mod components;
mod contacts;
mod contradiction;
mod expected;
mod isolation;
mod maintenance;
mod needs;
mod outside;
mod overlap;
mod parties;
mod policy;
mod systems;

use super::findings::{Findings, did_you_mean};
use super::kinds;
use super::tables::Tables;
use super::tree::{Path, Tree, Value};
use super::{Settings, file};
use crate::channel::check_address;
use crate::desk::ids::{CalendarId, ComponentId, PartyId, ProbeName};
use crate::desk::rules::{Known, Language, MailIdentity, Rules, Site};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;

/// What is checked against what.
pub(super) struct Checker<'a> {
    pub(super) tree: &'a Tree,
    pub(super) findings: &'a mut Findings,
    /// The day for which it should be right.
    pub(super) today: Date,
    /// Calendars that somebody works by.
    used: BTreeSet<String>,
}

/// Checks everything. `None` when something needed is missing altogether; the faults then say what.
pub(super) fn check(tree: &Tree, folder: &std::path::Path, today: Date, findings: &mut Findings) -> Option<Settings> {
    let mut tables = Tables { tree, findings };
    tables.known();
    let site = tables.required::<file::SiteTable>("site");
    let state = tables.one::<file::StateTable>("state");
    let control = tables.one::<file::ControlTable>("control");
    let policy = tables.one::<file::PolicyTable>("policy");
    let parties = tables.named::<file::PartyTable>("party");
    let systems = tables.named::<file::SystemTable>("system");
    let locations = tables.named::<file::LocationTable>("location");
    let components = tables.named::<file::ComponentTable>("component");
    let calendars = tables.named::<file::CalendarTable>("calendar");
    let rules = tables.list::<file::RuleTable>(&Path::of(&["rule"]));
    let maintenance = tables.list::<file::MaintenanceTable>(&Path::of(&["maintenance"]));
    let expected = tables.list::<file::ExpectTable>(&Path::of(&["expect"]));
    let kinds = kinds::Written::read(&mut tables);

    let mut checker = Checker { tree, findings, today, used: BTreeSet::new() };
    let zone = site.as_ref().map_or(TimeZone::UTC, |site| checker.zone(&site.timezone));
    let site = site.map(|site| checker.site(site));
    let calendars = checker.calendars(calendars);
    let parties = checker.parties(parties);
    let components = checker.components(components, site.as_ref(), &parties);
    let systems = checker.systems(systems, site.as_ref());
    let locations = checker.locations(locations, site.as_ref(), &systems);
    let (isolation, placed) = checker.isolation(rules, &components, &parties, site.as_ref());
    let maintenance = checker.maintenance(maintenance, &zone);
    let policy = policy.map(|policy| checker.policy(policy, site.as_ref(), &calendars));
    let name = site.as_ref().map_or("", |site| &site.name);
    let kinds = kinds.check(&mut checker, &zone, name, folder);
    let (sources, probes) = (kinds.source_rules(), kinds.probe_rules());
    let language = site.as_ref().map_or(Language::Ja, |site| site.language);
    let expected = checker
        .expected(expected, &expected::World { sources: &sources, calendars: &calendars, zone: &zone, language });
    let fields = kinds.fields();
    let known = Known { components: &components, sources: &sources, fields: &fields };
    let looks = components.values().flat_map(|component| &component.look);
    let looks = looks.chain(policy.iter().flat_map(|policy| &policy.look)).map(String::as_str).collect();
    checker.contradictions(&placed, &contradiction::World { known, probes: &probes, looks: &looks });
    checker.shared_fields(policy.as_ref(), &fields);
    let told = contacts::Told::of(site.as_ref(), (&systems, &locations), &components, &isolation, policy.as_ref());
    checker.contacts(&told, &parties, &calendars, &zone);
    checker.unused_calendars();

    let state = state?;
    Some(Settings {
        rules: Rules {
            hash: super::hash::of(tree),
            site: site?,
            sources,
            channels: kinds.channel_rules(),
            parties,
            systems,
            locations,
            components,
            probes,
            isolation,
            calendars,
            maintenance,
            expected,
            heartbeat: kinds.health.mail.clone(),
            policy: policy?,
        }
        .into(),
        kinds,
        state_directory: state.directory,
        reserve: u64::from(state.reserve_mib) << 20,
        watch_space: state.watch_space,
        control_socket: control?.socket,
    })
}

impl Checker<'_> {
    fn zone(&mut self, name: &str) -> TimeZone {
        TimeZone::get(name).unwrap_or_else(|_| {
            let path = Path::of(&["site", "timezone"]);
            self.findings.fault(&path, format!("{name:?} is no time zone"), "write a name like \"Asia/Tokyo\"");
            TimeZone::UTC
        })
    }

    fn site(&mut self, table: file::SiteTable) -> Site {
        let path = Path::of(&["site"]);
        self.filled(&path.key("name"), &table.name);
        self.filled(&path.key("mail").key("name"), &table.mail.name);
        self.address(&path.key("mail").key("from"), &table.mail.from);
        let shadow = self.shadow(&path, &table);
        Site {
            desk: self.party(&path.key("desk"), &table.desk),
            office: self.party(&path.key("office"), &table.office),
            name: table.name,
            timezone: table.timezone,
            language: table.language,
            mail: MailIdentity { from: table.mail.from, name: table.mail.name },
            entry_phone: table.entry_phone,
            shadow,
        }
    }

    /// The one address that gets everything while the desk is only on trial.
    fn shadow(&mut self, path: &Path, table: &file::SiteTable) -> Option<String> {
        if let Some(address) = &table.shadow_mail {
            self.address(&path.key("shadow_mail"), address);
        }
        if table.mode == file::Mode::Earnest {
            return None;
        }
        if table.shadow_mail.is_none() {
            let help = "write shadow_mail = \"trial@k.example\": the one address that gets every message";
            self.findings.fault(&path.key("mode"), "is \"shadow\", and no address is named for it", help);
        }
        let mails = ["smtp", "maildir"].map(|kind| self.tree.elements(&Path::of(&["channel", kind])).len());
        if mails.iter().sum::<usize>() == 0 && self.tree.torn.is_empty() {
            let help = "add a [[channel.smtp]] or [[channel.maildir]]: what would leave otherwise is sent as mail";
            self.findings.fault(&path.key("mode"), "is \"shadow\", and no channel carries mail", help);
        }
        table.shadow_mail.clone()
    }

    /// The party called `name` at `path`.
    pub(super) fn party(&mut self, path: &Path, name: &str) -> PartyId {
        self.refer("party", path, name);
        name.into()
    }

    /// The component called `name` at `path`.
    pub(super) fn component(&mut self, path: &Path, name: &str) -> ComponentId {
        self.refer("component", path, name);
        name.into()
    }

    /// The probe called `name` at `path`.
    pub(super) fn probe(&mut self, path: &Path, name: &str) -> ProbeName {
        let known = self.tree.entries(&Path::of(&["probe"]));
        let kinds = known.iter().flat_map(|(kind, _)| self.tree.elements(&Path::of(&["probe", kind.as_str()])));
        let names: Vec<&str> = kinds
            .filter_map(|node| match &node.value {
                Value::Table(table) => table.get("name"),
                _ => None,
            })
            .filter_map(|node| match &node.value {
                Value::Text(name) => Some(name.as_str()),
                _ => None,
            })
            .collect();
        // A definition may stand in the part of a file that could not be read.
        if !names.contains(&name) && self.tree.torn.is_empty() {
            let help = did_you_mean(name, names.iter().copied()).unwrap_or_else(|| {
                format!("write [[probe.tcp]] (or another kind) with name = \"{name}\", or correct it")
            });
            self.findings.fault(path, format!("there is no probe `{name}`"), help);
        }
        name.into()
    }

    /// The components named in the list (or alone) at `path`.
    pub(super) fn component_list(&mut self, path: &Path, names: &[String]) -> Vec<ComponentId> {
        names.iter().enumerate().map(|(index, name)| self.component(&self.element(path, index), name)).collect()
    }

    /// The calendar called `name` at `path`.
    pub(super) fn calendar(&mut self, path: &Path, name: &str) -> CalendarId {
        if name != calendars::ALWAYS {
            self.refer("calendar", path, name);
            self.used.insert(name.to_owned());
        }
        name.into()
    }

    fn refer(&mut self, table: &str, path: &Path, name: &str) {
        // A definition may stand in the part of a file that could not be read.
        if self.tree.at(&Path::of(&[table, name])).is_some() || !self.tree.torn.is_empty() {
            return;
        }
        let known = self.tree.entries(&Path::of(&[table]));
        let known = known.iter().map(|(known, _)| known.as_str());
        let help =
            did_you_mean(name, known).unwrap_or_else(|| format!("write a table [{table}.{name}], or correct it"));
        self.findings.fault(path, format!("there is no {table} `{name}`"), help);
    }

    /// The path of the `index`th value of what may be one value or a list.
    pub(super) fn element(&self, path: &Path, index: usize) -> Path {
        match self.tree.at(path).map(|node| &node.value) {
            Some(Value::List(_)) => path.index(index),
            _ => path.clone(),
        }
    }

    /// Notes a text that people would read and that is not there.
    pub(super) fn filled(&mut self, path: &Path, text: &str) {
        if text.trim().is_empty() {
            self.findings.fault(path, "is empty", "write it, or take the key away where it may be left out");
        }
    }

    /// Notes what is no mail address.
    pub(super) fn address(&mut self, path: &Path, address: &str) {
        if let Err(why) = check_address(address) {
            self.findings.fault(path, why, "write an address like noc@n.example");
        }
    }

    /// Notes names that are empty or come twice among these tables.
    pub(super) fn names<'n>(&mut self, named: impl Iterator<Item = (&'n Path, &'n str)>) {
        let mut seen = BTreeSet::new();
        for (path, name) in named {
            let path = path.key("name");
            self.filled(&path, name);
            if !self.findings.is_made_up(&path) && !seen.insert(name) {
                let message = format!("the name `{name}` is taken by an earlier one");
                self.findings.fault(&path, message, "give each its own name: records go by it");
            }
        }
    }

    /// Notes a pattern set that has no pattern.
    pub(super) fn pattern_set(&mut self, path: &Path, set: &str, known: &BTreeSet<&str>) {
        if !known.contains(set) && self.tree.torn.is_empty() {
            let help = did_you_mean(set, known.iter().copied())
                .unwrap_or_else(|| format!("write [[pattern]] tables with set = \"{set}\", or correct it"));
            self.findings.fault(path, format!("there is no pattern of the set `{set}`"), help);
        }
    }
}
