//! The configuration: a folder of TOML files, checked as a whole, before anything relies on it.
//!
//! Files and environment become one tree with places (`folder`, `environment`, `tree`), the tree becomes tables
//! as written (`tables`, `reader`, `file`, `kinds`), the tables become [`Settings`] (`check`). Every fault on the way is
//! noted in one [`Report`] instead of ending it. The desk gets only `Settings::rules` and has never heard of files.
//! Not here: exit codes (the caller's), secrets beyond how they are read ([`secret`]), trying out servers.

mod check;
mod environment;
mod example;
mod file;
mod findings;
mod folder;
#[cfg(test)]
mod fuzz;
mod hash;
pub mod kinds;
mod machine;
mod reader;
mod report;
pub mod secret;
mod socket;
mod tables;
mod tree;

pub use crate::desk::rules::written::span;

pub use environment::Environment;
pub use example::{FILES as EXAMPLE, InitError, ask_nobody, init};
pub use report::{Finding, Report, Weight};
pub use socket::control_socket;

use crate::desk::rules::Rules;
use findings::Findings;
use jiff::civil::Date;
use kinds::Kinds;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A sound configuration.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What the desk relies on.
    pub rules: Arc<Rules>,
    /// Sources, log patterns and channels, each with its own configuration.
    pub kinds: Kinds,
    /// Where the journal and the state are kept.
    pub state_directory: PathBuf,
    /// Bytes kept back there for when the disk is full; 0 = none.
    pub reserve: u64,
    /// Whether it is told when room runs short there.
    pub watch_space: bool,
    /// Where the control socket is made.
    pub control_socket: PathBuf,
}

/// Reads and checks the configuration in `folder` as of `today` (warnings about what ends soon depend on the day).
/// Returns the settings with the report of warnings.
///
/// # Errors
/// A report with at least one fault. Every fault is in it, not only the first.
pub fn load(folder: &Path, environment: &Environment, today: Date) -> Result<(Settings, Report), Report> {
    load_over(folder, None, environment, today)
}

/// Reads and checks the configuration, and whether the secret files it names can be used on this machine. The settings are
/// there as well where nothing but such a file is at fault.
pub fn look(folder: &Path, environment: &Environment, today: Date) -> (Option<Settings>, Report) {
    let mut findings = Findings::default();
    let tree = folder::gather(folder, None, environment, &mut findings);
    let nothing = tree.is_empty() && findings.any_fault();
    let settings = if nothing { None } else { check::check(&tree, folder, today, &mut findings) };
    let settings = settings.filter(|_| !findings.any_fault());
    let state = settings.as_ref().map(|settings| settings.state_directory.as_path());
    machine::secrets(&tree, &secret::Folders::of_process(folder), state, &mut findings);
    (settings, findings.report(tree))
}

/// The same as [`load`] with one more text of TOML beside the files of the folder: what a transcript lays over the rules.
///
/// # Errors
/// As [`load`].
pub fn load_over(
    folder: &Path,
    overlay: Option<&str>,
    environment: &Environment,
    today: Date,
) -> Result<(Settings, Report), Report> {
    let mut findings = Findings::default();
    let tree = folder::gather(folder, overlay, environment, &mut findings);
    // Where nothing could be read, everything would be missing; that it could not says it all.
    let nothing = tree.is_empty() && findings.any_fault();
    let settings = if nothing { None } else { check::check(&tree, folder, today, &mut findings) };
    settled(settings, tree, findings)
}

/// The same from texts, each with the name of its file, without folder and environment: a configuration that was made
/// and not written.
///
/// # Errors
/// As [`load`].
pub fn of_texts(files: Vec<(String, String)>, today: Date) -> Result<(Settings, Report), Report> {
    let mut findings = Findings::default();
    let tree = folder::join(files, &mut findings);
    let settings = check::check(&tree, Path::new(""), today, &mut findings);
    settled(settings, tree, findings)
}

fn settled(settings: Option<Settings>, tree: tree::Tree, findings: Findings) -> Result<(Settings, Report), Report> {
    let faulty = findings.any_fault();
    let report = findings.report(tree);
    match settings {
        Some(settings) if !faulty => Ok((settings, report)),
        _ => Err(report),
    }
}
