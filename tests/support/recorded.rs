//! Recorded days in a real store, without a daemon: what commands on the record are tried on.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use kiriwake::config::{self, Environment};
use kiriwake::desk::state::State;
use kiriwake::play;
use kiriwake::store::{self, Store};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const DAYS: &str = include_str!("../trying/days.txt");

/// A configuration and a state directory.
pub(crate) struct Desk {
    pub(crate) folder: TempDir,
}

impl Desk {
    /// A configuration without any record.
    pub(crate) fn empty() -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap() };
        let config = desk.path("config");
        fs::create_dir(&config).unwrap();
        for (file, text) in config::EXAMPLE.iter().filter(|(file, _)| !file.starts_with("cases/")) {
            let state = format!("directory = \"{}\"", desk.state().display());
            let socket = format!("socket = \"{}\"", desk.path("control.sock").display());
            let text = text.replace("directory = \"/var/lib/kiriwake\"", &state);
            fs::write(config.join(file), text.replace("socket = \"/run/kiriwake/control.sock\"", &socket)).unwrap();
        }
        desk
    }

    /// Recorded days, in two journal files, with a body beside them.
    pub(crate) fn recorded() -> Self {
        let desk = Self::empty();
        fs::create_dir(desk.state()).unwrap();
        let today = "2026-10-01".parse().unwrap();
        let (settings, _) = config::load(&desk.path("config"), &Environment::default(), today).ok().unwrap();
        let played = play::run(&settings.rules, DAYS);
        assert_eq!(played.faults, [], "the days are sound");
        let (mut store, _) = Store::open(&desk.state(), store::Options::default()).unwrap();
        let (early, late) = played.frames.split_at(played.frames.len() / 2);
        let mut half = kiriwake::desk::Desk::new(State::default(), settings.rules);
        early.iter().for_each(|frame| half.fold(frame));
        store.commit(&early.iter().map(versioned).collect::<Vec<_>>()).unwrap();
        store.roll(&versioned(half.state())).unwrap();
        store.commit(&late.iter().map(versioned).collect::<Vec<_>>()).unwrap();
        store.bodies().put("2026-10-05 kernel: link down".as_bytes()).unwrap();
        store.close().unwrap();
        desk.says(0, &["store", "rebuild"]);
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.path("state")
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kiriwake"));
        command.current_dir(self.folder.path()).args(["--config", "config"]).args(arguments);
        command.env("LANG", "C").env_remove("LC_ALL").env_remove("LC_MESSAGES").stdin(Stdio::null());
        command
    }

    /// What a command says on both ways out; it must end with `code`.
    pub(crate) fn says(&self, code: i32, arguments: &[&str]) -> String {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        let text = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        assert_eq!(status.code(), Some(code), "{arguments:?}: {text}");
        text
    }

    pub(crate) fn export(&self) -> Vec<Value> {
        let lines = self.says(0, &["store", "export"]);
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

pub(crate) fn versioned(value: &impl Serialize) -> Vec<u8> {
    let mut payload = serde_json::to_value(value).unwrap();
    payload.as_object_mut().unwrap().insert("format".to_owned(), 1.into());
    serde_json::to_vec(&payload).unwrap()
}

/// Every file below `folder`, with its content.
pub(crate) fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// What is exported, without when it was.
pub(crate) fn facts(lines: &[Value]) -> Vec<&Value> {
    lines.iter().filter(|line| line["kind"] != "record").collect()
}
