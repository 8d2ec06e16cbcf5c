//! The sources, and the log patterns that belong to one of them.

use super::*;
use crate::config::secret;
use crate::desk::observation::Level;
use crate::desk::rules::SourceKind;
use crate::source::{logfile, zabbix};
use jiff::tz::TimeZone;
use std::collections::BTreeSet;

/// All sources as configured; those of one kind in the order of writing.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// `[[source.zabbix]]`
    pub zabbix: Vec<zabbix::Config>,
    /// `[[source.logfile]]`, checked.
    pub logfile: Vec<logfile::Settings>,
    /// `[[pattern]]`, compiled; sources pick theirs by the name of the set.
    pub patterns: Vec<logfile::Pattern>,
    rules: BTreeMap<SourceId, SourceRules>,
}

/// The tables as written.
#[derive(Debug)]
pub(in crate::config) struct Written {
    zabbix: Vec<Item<zabbix::Config>>,
    logfile: Vec<Item<logfile::Config>>,
    pattern: Vec<Item<logfile::PatternConfig>>,
}

impl Written {
    pub(in crate::config) fn read(tables: &mut Tables<'_>) -> Self {
        tables.words(&Path::of(&["source"]), &["zabbix", "logfile"]);
        Self {
            zabbix: tables.list(&Path::of(&["source", "zabbix"])),
            logfile: tables.list(&Path::of(&["source", "logfile"])),
            pattern: tables.list(&Path::of(&["pattern"])),
        }
    }

    pub(in crate::config) fn check(self, checker: &mut Checker<'_>, zone: &TimeZone, folders: &Folders) -> Sources {
        let mut sources = Sources::default();
        if self.zabbix.is_empty() && self.logfile.is_empty() && checker.tree.at(&Path::of(&["source"])).is_none() {
            let help = "write [[source.zabbix]] or [[source.logfile]] with its name";
            checker.findings.fault(&Path::default(), "there is no source: no fault would ever be seen", help);
        }
        let names = self.zabbix.iter().map(|item| (&item.path, item.value.name.as_str()));
        checker.names(names.chain(self.logfile.iter().map(|item| (&item.path, item.value.name.as_str()))));
        for Item { path, value: mut config, .. } in self.zabbix {
            for fault in config.faults() {
                match fault.warning {
                    true => checker.findings.warn(&path.key(fault.key), fault.text, ZABBIX_HELP),
                    false => checker.findings.plain_fault(&path.key(fault.key), fault.text),
                }
            }
            config.ca_file = config.ca_file.map(|file| folders.configuration.join(file));
            let write_back = config.writes_messages();
            let rules = SourceRules { kind: SourceKind::Zabbix, min_level: config.min_severity, write_back };
            sources.rules.insert(config.name.as_str().into(), rules);
            sources.zabbix.push(config);
        }
        let sets: BTreeSet<&str> = self.pattern.iter().map(|item| item.value.set.as_str()).collect();
        for Item { path, value: config, .. } in &self.logfile {
            for (index, set) in config.patterns.iter().enumerate() {
                checker.pattern_set(&path.key("patterns").index(index), set, &sets);
            }
            match config.check(zone.clone()) {
                Ok(settings) => sources.logfile.push(settings),
                Err(faults) => logfile_faults(checker, path, faults),
            }
            let rules = SourceRules { kind: SourceKind::Log, min_level: Level::NotClassified, write_back: false };
            sources.rules.insert(config.name.clone(), rules);
        }
        checker.names(self.pattern.iter().map(|item| (&item.path, item.value.name.as_str())));
        let read: BTreeSet<&str> =
            self.logfile.iter().flat_map(|item| &item.value.patterns).map(String::as_str).collect();
        for Item { path, value: pattern, .. } in &self.pattern {
            match pattern.check() {
                Ok(pattern) => sources.patterns.push(pattern),
                Err(faults) => logfile_faults(checker, path, faults),
            }
            if !read.contains(pattern.set.as_str()) && !checker.findings.is_made_up(&path.key("set")) {
                let message = format!("no source reads the set `{}`", pattern.set);
                checker.findings.warn(&path.key("set"), message, "name it in `patterns` of a [[source.logfile]]");
            }
        }
        sources
    }
}

const ZABBIX_HELP: &str = "it works as it is, if that is how it is meant";

fn logfile_faults(checker: &mut Checker<'_>, path: &Path, faults: Vec<logfile::Fault>) {
    for fault in faults {
        checker.findings.plain_fault(&path.key(fault.key), fault.what);
    }
}

impl Sources {
    /// What the desk must know of each.
    pub(in crate::config) fn rules(&self) -> BTreeMap<SourceId, SourceRules> {
        self.rules.clone()
    }

    /// Reads what is needed to enter a Zabbix.
    ///
    /// # Errors
    /// When the file of the token or password is not there or not safe.
    pub fn access(config: &zabbix::Config, folders: &Folders) -> Result<zabbix::Access, secret::Error> {
        match (&config.token_file, &config.user, &config.password_file) {
            (None, Some(user), Some(file)) => {
                Ok(zabbix::Access::Login { user: user.clone(), password: folders.read(file)? })
            }
            (token, ..) => folders.read(token.as_deref().unwrap_or("".as_ref())).map(zabbix::Access::Token),
        }
    }
}
