//! `init` and `check`.

use super::{Context, Trouble, text};
use crate::clock::Clock;
use crate::config::{self, Environment};
use std::io::IsTerminal;
use std::path::Path;

/// Writes the example.
pub(super) fn init(folder: &Path) -> Result<(), Trouble> {
    let written = config::init(folder).map_err(|error| Trouble::Said(text::full(&error), 73))?;
    for file in &written {
        text::out(&file.display().to_string());
    }
    let folder = folder.display();
    text::out(&format!(
        "\nThe example describes A町 and is complete. Make it yours, then:\n  kiriwake --config {folder} check\n  kiriwake --config {folder} run"
    ));
    Ok(())
}

/// Reads the configuration and says everything that is wrong with it.
pub(super) fn check(context: &Context, strict: bool) -> Result<(), Trouble> {
    let today = Clock::real(None).wall().to_zoned(jiff::tz::TimeZone::system()).date();
    let (report, settings) = match config::load(&context.folder, &Environment::of_process(), today) {
        Ok((settings, report)) => (report, Some(settings)),
        Err(report) => (report, None),
    };
    let (faults, warnings) = (report.faults().count(), report.warnings().count());
    if context.json {
        context.print_json(&report.json())?;
    } else {
        let _ = report.print(&mut std::io::stdout(), std::io::stdout().is_terminal());
        let rules = settings.as_ref().map(|settings| &settings.rules);
        let size = rules.map_or_else(String::new, |rules| {
            format!(
                ": {} parties, {} systems, {} components, {} isolation rules, {} channels (revision {})",
                rules.parties.len(),
                rules.systems.len(),
                rules.components.len(),
                rules.isolation.len(),
                rules.channels.len(),
                rules.hash.get(..12).unwrap_or(&rules.hash),
            )
        });
        text::out(&format!("{}: {faults} faults, {warnings} warnings{size}", context.folder.display()));
    }
    if faults > 0 {
        Err(Trouble::Silent(78))
    } else if strict && warnings > 0 {
        Err(Trouble::Silent(1))
    } else {
        Ok(())
    }
}
