//! The example configuration, carried in the program: what `kiriwake init` writes, and where defaults come from.
//!
//! The files of `config/` are the documentation of the keys; taking the defaults out of the same files keeps the two
//! from drifting apart.

use super::tree::{self, Value};
use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, value};

/// Every file of the example with its content.
pub const FILES: [(&str, &str); 13] = [
    ("site.toml", include_str!("../../config/site.toml")),
    ("sources.toml", include_str!("../../config/sources.toml")),
    ("parties.toml", include_str!("../../config/parties.toml")),
    ("systems.toml", include_str!("../../config/systems.toml")),
    ("components.toml", include_str!("../../config/components.toml")),
    ("probes.toml", include_str!("../../config/probes.toml")),
    ("isolation.toml", include_str!("../../config/isolation.toml")),
    ("calendars.toml", include_str!("../../config/calendars.toml")),
    ("policy.toml", include_str!("../../config/policy.toml")),
    ("channels.toml", include_str!("../../config/channels.toml")),
    ("maintenance.toml", include_str!("../../config/maintenance.toml")),
    ("expected.toml", include_str!("../../config/expected.toml")),
    ("patterns.toml", include_str!("../../config/patterns.toml")),
];

/// The example of an administrator's own case.
const CASE: (&str, &str) = ("cases/core-switch.txt", include_str!("../../config/cases/core-switch.txt"));

/// The files that hold defaults.
pub(super) const DEFAULTS: [(&str, &str); 2] =
    [("site.toml", include_str!("../../config/site.toml")), ("policy.toml", include_str!("../../config/policy.toml"))];

/// Keeps of a default file what is a default and not A町's own.
pub(super) fn keep_defaults(table: &mut tree::Table) {
    table.retain(|name, _| ["site", "state", "control", "policy"].contains(&name.as_str()));
    if let Some(site) = table.get_mut("site")
        && let Value::Table(site) = &mut site.value
    {
        site.retain(|name, _| ["timezone", "language"].contains(&name.as_str()));
    }
}

/// Turns the probes of `document` into ones that ask nobody and know nothing: for stories and tests, in which the hosts
/// of the example do not exist.
pub fn ask_nobody(document: &mut DocumentMut) {
    let Some(Item::Table(kinds)) = document.remove("probe") else { return };
    let mut quiet = ArrayOfTables::new();
    for (_, kind) in &kinds {
        for asking in kind.as_array_of_tables().into_iter().flatten() {
            let kept =
                ["name", "component", "after"].into_iter().filter_map(|key| Some((key, asking.get(key)?.clone())));
            let mut table: Table = kept.collect();
            table.insert("command", value(Array::from_iter(["/bin/sh", "-c", "exit 3"])));
            quiet.push(table);
        }
    }
    let mut probe = Table::new();
    probe.set_implicit(true);
    probe.insert("command", Item::ArrayOfTables(quiet));
    document.insert("probe", Item::Table(probe));
}

/// Why the example was not written.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// A file of that name is there already.
    #[error("{} exists already; nothing was written. Choose an empty folder", .0.display())]
    Exists(PathBuf),
    /// The folder or a file cannot be written.
    #[error("{} cannot be written", .path.display())]
    Write {
        /// Which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Writes the example into `folder`, which is made if it is not there. Returns the files written.
///
/// # Errors
/// When one of the files exists already (then nothing is written), or the folder cannot be written.
pub fn init(folder: &Path) -> Result<Vec<PathBuf>, InitError> {
    let files: Vec<_> = FILES.iter().chain([&CASE]).map(|(name, text)| (folder.join(name), text)).collect();
    if let Some((path, _)) = files.iter().find(|(path, _)| path.symlink_metadata().is_ok()) {
        return Err(InitError::Exists(path.clone()));
    }
    let write = |path: &Path| {
        let path = path.to_owned();
        move |source| InitError::Write { path, source }
    };
    // Phone numbers and addresses of people will stand in here.
    for folder in [folder.to_owned(), folder.join("cases")] {
        DirBuilder::new().recursive(true).mode(0o750).create(&folder).map_err(write(&folder))?;
    }
    for (path, text) in &files {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o640).open(path).map_err(write(path))?;
        file.write_all(text.as_bytes()).map_err(write(path))?;
    }
    Ok(files.into_iter().map(|(path, _)| path).collect())
}
