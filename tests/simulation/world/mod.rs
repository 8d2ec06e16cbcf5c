//! Worlds: what an administrator wrote, loaded the way the daemon loads it, with secrets that must turn up nowhere.
//!
//! A world has a number and is the same for each seed that plays in it. What may be told to whom is read from the very text
//! once more, by nothing of the product: the judge must not believe what it judges.

mod text;

use crate::dice::Dice;
use kiriwake::channel::Origin;
use kiriwake::config::{self, Environment, Settings};
use kiriwake::desk::ids::SourceId;
use kiriwake::desk::rules::{Rules, SourceKind};
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

/// So many worlds there are; number 0 is the example town.
pub(crate) const WORLDS: u64 = 60;

/// The year all of them live in, and the day on which their story begins.
pub(crate) const BEGINS: &str = "2026-10-09T07:00:00+09:00";

/// One world.
pub(crate) struct World {
    pub(crate) rules: Rules,
    /// Technical names that alerts may come from, known and unknown ones.
    pub(crate) hosts: Vec<String>,
    pub(crate) sources: Vec<SourceId>,
    pub(crate) logs: BTreeSet<SourceId>,
    pub(crate) told: Told,
    /// Each stands in one secret file and must stand nowhere else.
    pub(crate) canaries: Vec<String>,
}

/// Whom and what the configuration names, as its text says it.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Mail addresses by party, each with the days on which it is valid.
    pub(crate) mails: BTreeMap<String, Vec<Address>>,
    /// Channels that carry mail.
    pub(crate) mail_channels: BTreeSet<String>,
    /// Channels that carry copies, and whose.
    pub(crate) copies: BTreeMap<String, String>,
    pub(crate) pings: BTreeSet<String>,
    pub(crate) probes: BTreeSet<String>,
    pub(crate) write_back: BTreeSet<String>,
}

#[derive(Debug)]
pub(crate) struct Address {
    pub(crate) mail: String,
    pub(crate) from: Option<String>,
    pub(crate) until: Option<String>,
}

impl World {
    /// The world of this number.
    pub(crate) fn of(number: u64) -> World {
        let mut dice = Dice(number.wrapping_mul(0x5851_F42D_4C95_7F2D) ^ 0x6B77);
        let (files, secrets) = if number == 0 { text::town() } else { text::written(&mut dice) };
        let folder = tempfile::tempdir().unwrap();
        for (name, words) in &files {
            std::fs::write(folder.path().join(name), words).unwrap();
        }
        for (name, words) in &secrets {
            let path = folder.path().join(name);
            std::fs::write(&path, words).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        let (settings, warnings) = config::load(folder.path(), &Environment::default(), "2026-09-01".parse().unwrap())
            .unwrap_or_else(|report| {
                let faults: Vec<String> = report.faults().map(|fault| format!("{fault:?}")).collect();
                panic!("world {number} cannot be loaded:\n{}", faults.join("\n"))
            });
        let canaries: Vec<String> = secrets.iter().map(|(_, words)| canary_of(words)).collect();
        keeps_its_secrets(number, &settings, &warnings.to_string(), &canaries);
        let mut told = Told::default();
        for (_, words) in &files {
            told.read(words);
        }
        World::with(settings, told, canaries)
    }

    fn with(settings: Settings, told: Told, canaries: Vec<String>) -> World {
        let rules = Arc::unwrap_or_clone(settings.rules);
        let matchers = rules.components.values().flat_map(|component| &component.matches);
        let exact = matchers.flat_map(|matcher| &matcher.host).filter_map(|pattern| pattern.exact().map(str::to_owned));
        let mut hosts: Vec<String> = exact.collect();
        hosts.extend(["floor-sw-1f-01".to_owned(), "unknown-host".to_owned()]);
        let logs = rules.sources.iter().filter(|(_, source)| source.kind == SourceKind::Log);
        let logs = logs.map(|(id, _)| id.clone()).collect();
        World { hosts, sources: rules.sources.keys().cloned().collect(), logs, told, canaries, rules }
    }
}

/// The part of a secret that cannot stand anywhere by chance.
fn canary_of(secret: &str) -> String {
    let from = secret.find("canary").unwrap();
    secret[from..].trim().to_owned()
}

/// Settings, warnings and opened channels are printed by somebody some day.
fn keeps_its_secrets(number: u64, settings: &Settings, warnings: &str, canaries: &[String]) {
    let origin = Origin { site: settings.rules.site.name.clone(), instance: "simulated".to_owned() };
    // What a channel builds of its secret does not want the providers of TLS twice.
    let channels = settings.kinds.open_channels(&origin);
    for (name, opened) in &channels {
        assert!(opened.is_ok(), "world {number}: channel {name} cannot be opened: {opened:?}");
    }
    let printed = format!("{settings:?} {warnings} {channels:?}");
    for canary in canaries {
        assert!(!printed.contains(canary), "world {number} prints the secret {canary}");
    }
}

impl Told {
    /// Adds what one file says.
    fn read(&mut self, words: &str) {
        let table: toml::Table = words.parse().unwrap();
        let text = |table: &toml::Value, key: &str| table.get(key).map(|value| value.to_string().replace('"', ""));
        let all = |root: &str| table.get(root).and_then(toml::Value::as_table).cloned().unwrap_or_default();
        let list = |value: &toml::Value| value.as_array().cloned().unwrap_or_default();
        for (party, known) in all("party") {
            for contact in known.get("contact").map(list).unwrap_or_default() {
                let Some(mail) = text(&contact, "mail") else { continue };
                let address = Address { mail, from: text(&contact, "from"), until: text(&contact, "until") };
                self.mails.entry(party.clone()).or_default().push(address);
            }
        }
        for (_, channels) in all("channel") {
            for channel in list(&channels) {
                let name = text(&channel, "name").unwrap();
                match text(&channel, "party") {
                    Some(party) => drop(self.copies.insert(name, party)),
                    None => drop(self.mail_channels.insert(name)),
                }
            }
        }
        self.pings.extend(all("component").values().filter_map(|known| text(known, "ping")));
        self.probes.extend(all("probe").values().flat_map(list).filter_map(|probe| text(&probe, "name")));
        for source in all("source").get("zabbix").map(list).unwrap_or_default() {
            let written = source.get("write_back").map(list);
            if written.is_none_or(|written| !written.is_empty()) {
                self.write_back.insert(text(&source, "name").unwrap());
            }
        }
    }
}
