//! The example configuration (`config/`), turned into one that touches nothing but loopback and a scratch folder.
//!
//! Only addresses, ports, secrets, folders and times are rewritten: parties, systems, rules, patterns and wording are
//! those an administrator starts from, so the tests prove the example, too.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use toml_edit::{DocumentMut, Item, Table, Value, value};

/// Where the rewritten site finds its neighbours; `None` takes that kind of source or channel away.
pub(crate) struct Neighbours<'a> {
    /// Zabbix: address of the API and a token.
    pub(crate) zabbix: Option<(&'a str, &'a str)>,
    /// The mail server.
    pub(crate) smtp: SocketAddr,
    /// Address webhooks are sent to.
    pub(crate) webhook: Option<&'a str>,
}

/// A configuration folder of our own, its state folder and its logs.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    /// What `--config` names.
    pub(crate) config: PathBuf,
    /// The state folder.
    pub(crate) state: PathBuf,
    /// The control socket.
    pub(crate) socket: PathBuf,
    /// The first path of each log source, in the order of the configuration; `*` may stand for the host in it.
    pub(crate) logs: Vec<String>,
}

impl Site {
    /// The example A町 below `folder`.
    pub(crate) fn a_town(folder: &Path, neighbours: &Neighbours<'_>) -> Self {
        Self::adapt(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config"), folder, neighbours)
    }

    /// The configuration `example`, copied below `folder` and rewritten.
    pub(crate) fn adapt(example: &Path, folder: &Path, neighbours: &Neighbours<'_>) -> Self {
        let mut site = Self {
            config: folder.join("config"),
            state: folder.join("state"),
            socket: folder.join("run/control.sock"),
            logs: Vec::new(),
        };
        super::copy(example, &site.config);
        for part in ["run", "state"] {
            fs::create_dir_all(folder.join(part)).expect("ours");
            // Whatever the umask is: a state directory that a group may write to is refused.
            fs::set_permissions(folder.join(part), fs::Permissions::from_mode(0o755)).expect("ours");
        }
        let before = site.clone();
        before.edit(|document| site.rewrite(folder, document, neighbours));
        site
    }

    /// The file the `nth` log source (from 0) reads for `host`.
    pub(crate) fn log_of(&self, nth: usize, host: &str) -> PathBuf {
        PathBuf::from(self.logs[nth].replace('*', host))
    }

    /// Adds a file of its own to the configuration, for what only a test needs.
    pub(crate) fn add(&self, name: &str, text: &str) {
        fs::write(self.config.join(name), text).expect("ours");
    }

    /// Writes one time of `[policy]` otherwise.
    pub(crate) fn set_policy(&self, key: &str, time: &str) {
        self.edit(|document| {
            if let Some(policy) = table(document, "policy") {
                policy[key] = value(time);
            }
        });
    }

    /// The file with the token of every Zabbix.
    pub(crate) fn keep_token(&self, file: &str) {
        self.edit(|document| {
            let Some(sources) = table(document, "source") else { return };
            each(sources, "zabbix", |_, zabbix| {
                if zabbix.contains_key("token_file") {
                    zabbix["token_file"] = value(file);
                }
            });
        });
    }

    /// How long something is kept: a key of `[policy.retention]`.
    pub(crate) fn keep(&self, what: &str, time: &str) {
        self.edit(|document| {
            if let Some(policy) = table(document, "policy") {
                policy["retention"][what] = value(time);
            }
        });
    }

    /// As many messages leave as there are.
    pub(crate) fn lift_caps(&self) {
        self.edit(|document| {
            let Some(policy) = table(document, "policy") else { return };
            for whose in ["party", "channel"] {
                for span in ["burst", "per_minute", "per_hour"] {
                    policy["caps"][whose][span] = value(100_000);
                }
            }
        });
    }

    /// The desk hears of each incident, however many there are.
    pub(crate) fn no_storms(&self) {
        self.edit(|document| {
            if let Some(policy) = table(document, "policy") {
                policy["storm_alerts"] = value(0);
            }
        });
    }

    /// So many mails are under way at once over each mail server.
    pub(crate) fn send_at_once(&self, mails: i64) {
        self.edit(|document| {
            let Some(channels) = table(document, "channel") else { return };
            each(channels, "smtp", |_, smtp| smtp["at_once"] = value(mails));
        });
    }

    /// The language of mails and reports.
    pub(crate) fn set_language(&self, language: &str) {
        self.edit(|document| {
            if let Some(site) = table(document, "site") {
                site["language"] = value(language);
            }
        });
    }

    /// Within what time mails of 重大度1 must be accepted.
    pub(crate) fn set_deliver_by(&self, time: &str) {
        self.edit(|document| {
            if let Some(policy) = table(document, "policy") {
                policy["severity"]["1"]["deliver_by"] = value(time);
            }
        });
    }

    /// How long rules that wait before anybody is asked do so.
    pub(crate) fn set_watch(&self, time: &str) {
        self.edit(|document| {
            each(document.as_table_mut(), "rule", |_, rule| {
                if rule.contains_key("watch") {
                    rule["watch"] = value(time);
                }
            });
        });
    }

    /// Has the daemon look after the file system of its state folder, with a reserve of so many MiB.
    pub(crate) fn look_after_the_disk(&self, reserve_mib: i64) {
        self.edit(|document| {
            if let Some(state) = table(document, "state") {
                state["reserve_mib"] = value(reserve_mib);
                state["watch_space"] = value(true);
            }
        });
    }

    /// Takes Zabbix's maintenances as planned work.
    pub(crate) fn take_maintenances(&self) {
        self.edit(|document| {
            let Some(sources) = table(document, "source") else { return };
            each(sources, "zabbix", |_, zabbix| zabbix["maintenance"] = value(true));
        });
    }

    /// Lets the first log source use one more set of patterns.
    pub(crate) fn use_patterns(&self, set: &str) {
        self.edit(|document| {
            let Some(sources) = table(document, "source") else { return };
            each(sources, "logfile", |nth, logfile| {
                if let (0, Some(sets)) = (nth, logfile["patterns"].as_array_mut()) {
                    sets.push(set);
                }
            });
        });
    }

    /// Parties of a kind (`vendor`, `desk`, `office`) and their mail addresses.
    pub(crate) fn parties(&self, kind: &str) -> BTreeMap<String, Vec<String>> {
        let mut parties = BTreeMap::new();
        self.edit(|document| {
            let Some(table) = table(document, "party") else { return };
            for (name, party) in table.iter().filter(|(_, party)| party["kind"].as_str() == Some(kind)) {
                let contacts = party.get("contact").and_then(Item::as_array_of_tables);
                let mails = contacts.into_iter().flat_map(|contacts| contacts.iter());
                let mails = mails.filter_map(|contact| contact.get("mail")?.as_str().map(str::to_owned)).collect();
                parties.insert(name.to_owned(), mails);
            }
        });
        parties
    }

    /// Reads, changes and writes every file.
    fn edit(&self, mut change: impl FnMut(&mut DocumentMut)) {
        let mut files: Vec<PathBuf> = entries(&self.config).into_iter().filter(|path| is_toml(path)).collect();
        files.sort();
        assert!(!files.is_empty(), "{} holds no *.toml", self.config.display());
        for file in files {
            let text = fs::read_to_string(&file).expect("ours");
            let mut document: DocumentMut = text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            change(&mut document);
            fs::write(&file, document.to_string()).expect("ours");
        }
    }

    fn rewrite(&mut self, folder: &Path, document: &mut DocumentMut, neighbours: &Neighbours<'_>) {
        kiriwake::config::ask_nobody(document);
        if let Some(site) = table(document, "state") {
            site["directory"] = path(&self.state);
            // What the disk of whoever runs the tests has left is no part of them.
            site["reserve_mib"] = value(0);
            site["watch_space"] = value(false);
        }
        if let Some(control) = table(document, "control") {
            control["socket"] = path(&self.socket);
        }
        if let Some(policy) = table(document, "policy") {
            for (key, time) in [("window", "5s"), ("stable", "5s")] {
                policy[key] = value(time);
            }
        }
        each(document.as_table_mut(), "rule", |_, rule| {
            if rule.contains_key("watch") {
                rule["watch"] = value("5s");
            }
        });
        if let Some(sources) = table(document, "source") {
            match neighbours.zabbix {
                None => drop(sources.remove("zabbix")),
                Some((url, token)) => each(sources, "zabbix", |_, zabbix| {
                    zabbix["url"] = value(url);
                    zabbix["token_file"] = secret(&self.config, "zabbix.token", token);
                    zabbix["poll"] = value("1s");
                }),
            }
            let logs = &mut self.logs;
            each(sources, "logfile", |_, logfile| {
                let paths = moved(logfile, "paths", folder);
                moved(logfile, "roots", folder);
                logfile["poll"] = value("200ms");
                logs.push(paths.first().expect("a log source names a path").clone());
            });
        }
        if let Some(channels) = table(document, "channel") {
            // Both may reach outside: a command on this machine, a folder somewhere else.
            channels.remove("command");
            channels.remove("maildir");
            each(channels, "smtp", |_, smtp| {
                smtp["host"] = value(neighbours.smtp.ip().to_string());
                smtp["port"] = value(i64::from(neighbours.smtp.port()));
                smtp["tls"] = value("none");
                for key in ["user", "password_file", "ca_file", "allow_plain"] {
                    smtp.remove(key);
                }
            });
            for kind in ["webhook", "teams"] {
                match neighbours.webhook {
                    None => drop(channels.remove(kind)),
                    Some(url) => each(channels, kind, |nth, webhook| {
                        for key in ["url", "ca_file", "allow_private"] {
                            webhook.remove(key);
                        }
                        webhook["url_file"] = secret(&self.config, &format!("{kind}-{nth}.url"), url);
                    }),
                }
            }
        }
        // Pings would leave loopback; without an address the probe is not tried.
        if let Some(components) = table(document, "component") {
            for (_, component) in components.iter_mut() {
                if let Some(component) = component.as_table_like_mut() {
                    component.remove("ping");
                }
            }
        }
    }
}

fn table<'a>(document: &'a mut DocumentMut, key: &str) -> Option<&'a mut Table> {
    document.get_mut(key).and_then(Item::as_table_mut)
}

/// Every `[[parent.kind]]`, counted from 0.
fn each(parent: &mut Table, kind: &str, mut change: impl FnMut(usize, &mut Table)) {
    let tables = parent.get_mut(kind).and_then(Item::as_array_of_tables_mut);
    for (nth, table) in tables.into_iter().flat_map(|tables| tables.iter_mut()).enumerate() {
        change(nth, table);
    }
}

/// Moves the absolute paths of a list below `folder` and makes the folders of the first; a glob stays a glob.
fn moved(table: &mut Table, key: &str, folder: &Path) -> Vec<String> {
    let Some(Item::Value(Value::Array(list))) = table.get(key) else { return Vec::new() };
    let paths: Vec<String> =
        list.iter().filter_map(Value::as_str).map(|path| format!("{}{path}", folder.display())).collect();
    for path in &paths {
        let fixed = path.split(['*', '?']).next().expect("splitting gives a first part");
        fs::create_dir_all(fixed.rsplit_once('/').map_or(fixed, |(folder, _)| folder)).expect("ours");
    }
    table[key] = value(Value::Array(paths.iter().map(String::as_str).collect()));
    paths
}

fn path(path: &Path) -> Item {
    value(path.to_string_lossy().into_owned())
}

/// Writes a secret only its owner can read, and gives the key's value.
fn secret(config: &Path, name: &str, content: &str) -> Item {
    let file = config.join(name);
    fs::write(&file, format!("{content}\n")).expect("ours");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("ours");
    value(name)
}

fn is_toml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.filter_map(Result::ok).map(|entry| entry.path()).collect()
}
