//! The example configuration (`config/`), turned into one that touches nothing but loopback and a scratch folder.
//!
//! Only addresses, ports, secrets, folders and times are rewritten: parties, systems, rules, patterns and wording are
//! those an administrator starts from, so the tests prove the example, too.

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
    /// One file per log source, in the order of the configuration.
    pub(crate) logs: Vec<PathBuf>,
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
        copy(example, &site.config);
        fs::create_dir_all(folder.join("run")).expect("ours");
        let mut files: Vec<PathBuf> = entries(&site.config).into_iter().filter(|path| is_toml(path)).collect();
        files.sort();
        assert!(!files.is_empty(), "{} holds no *.toml", example.display());
        for file in files {
            let text = fs::read_to_string(&file).expect("ours");
            let mut document: DocumentMut = text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            site.rewrite(folder, &mut document, neighbours);
            fs::write(&file, document.to_string()).expect("ours");
        }
        site
    }

    fn rewrite(&mut self, folder: &Path, document: &mut DocumentMut, neighbours: &Neighbours<'_>) {
        if let Some(site) = table(document, "state") {
            site["directory"] = path(&self.state);
        }
        if let Some(control) = table(document, "control") {
            control["socket"] = path(&self.socket);
        }
        if let Some(policy) = table(document, "policy") {
            for (key, time) in [("window", "5s"), ("stable", "5s")] {
                policy[key] = value(time);
            }
        }
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
            each(sources, "logfile", |nth, logfile| {
                let file = folder.join(format!("log/{nth}/messages"));
                fs::create_dir_all(folder.join(format!("log/{nth}"))).expect("ours");
                fs::write(&file, "").expect("ours");
                logfile["paths"] = value(Value::Array([file.to_string_lossy().into_owned()].into_iter().collect()));
                logs.push(file);
            });
        }
        if let Some(channels) = table(document, "channel") {
            // Both may reach outside: a command on this machine, a folder somewhere else.
            channels.remove("command");
            channels.remove("maildir");
            let mut hosts = 0;
            each(channels, "smtp", |_, smtp| {
                hosts += 1;
                smtp["host"] = value(neighbours.smtp.ip().to_string());
                smtp["port"] = value(i64::from(neighbours.smtp.port()));
                smtp["tls"] = value("none");
                for key in ["username", "password_file", "ca_file"] {
                    smtp.remove(key);
                }
            });
            for kind in ["webhook", "teams"] {
                match neighbours.webhook {
                    None => drop(channels.remove(kind)),
                    Some(url) => each(channels, kind, |nth, webhook| {
                        webhook.remove("url");
                        webhook["url_file"] = secret(&self.config, &format!("{kind}-{nth}.url"), url);
                        webhook.remove("secret_file");
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

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("ours");
    for path in entries(from) {
        let target = to.join(path.file_name().expect("it has a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("ours");
        }
    }
}
