//! `init` and `check`.

use super::live::{self, Live};
use super::{Context, Trouble, text};
use crate::clock::Clock;
use crate::config::{self, Environment, Settings};
use crate::desk::rules::Rules;
use crate::play;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Writes the example.
pub(super) fn init(context: &Context, folder: &Path) -> Result<(), Trouble> {
    let written = config::init(folder).map_err(|error| Trouble::Said(text::full(&error), 73))?;
    if context.json {
        return context.print_json(&serde_json::json!({ "written": written }));
    }
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
pub(super) fn check(context: &Context, strict: bool, live: bool) -> Result<(), Trouble> {
    let today = Clock::real(None).wall().to_zoned(jiff::tz::TimeZone::system()).date();
    let (settings, report) = config::look(&context.folder, &Environment::of_process(), today);
    let (faults, warnings) = (report.faults().count(), report.warnings().count());
    if context.json && !live {
        context.print_json(&report.json())?;
    } else if !context.json {
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
    if let Some(address) = settings.as_ref().and_then(|settings| settings.rules.site.shadow.as_ref()) {
        let words = super::shadow(context.tongue, address);
        // A machine reads JSON and nothing else.
        if context.json { eprintln!("{words}") } else { text::out(&words) }
    }
    let failed = if settings.is_some() { cases(context)? } else { 0 };
    // What has faults is not tried: it would be tried as something else than is meant. A secret that cannot be used is no such.
    let found = match settings.as_ref().filter(|_| live) {
        Some(settings) => Some(tried(context, settings)?),
        None => None,
    };
    if context.json && live {
        context.print_json(&serde_json::json!({ "findings": report.json(), "live": found }))?;
    }
    let holes = found.as_ref().is_some_and(Live::has_holes);
    if faults > 0 || failed > 0 {
        Err(Trouble::Silent(78))
    } else if found.is_some_and(|found| !found.all_answer()) {
        Err(Trouble::Silent(69))
    } else if strict && (warnings > 0 || holes) {
        Err(Trouble::Silent(1))
    } else {
        Ok(())
    }
}

/// Tries the world.
fn tried(context: &Context, settings: &Settings) -> Result<Live, Trouble> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Trouble::Said(format!("no runtime: {error}"), 71))?;
    let found = runtime.block_on(live::live(context, settings));
    if !context.json {
        found.print(context);
    }
    Ok(found)
}

/// Plays the administrator's own cases, `cases/*.txt` in the configuration, and returns how many did not come out.
fn cases(context: &Context) -> Result<usize, Trouble> {
    let folder = context.folder.join("cases");
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(Trouble::Said(format!("{} cannot be read: {error}", folder.display()), 66)),
    };
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    let mut failed = 0;
    for path in &files {
        let text = read(path)?;
        let rules = rules_of(context, &text)?;
        let case = play::check_case(&rules, &text);
        for fault in &case.faults {
            let line = format!("{}:{}: {}", path.display(), fault.line, text::clean(&fault.what));
            // A machine reads JSON and nothing else.
            if context.json { eprintln!("{line}") } else { text::out(&line) }
        }
        failed += usize::from(!case.faults.is_empty());
    }
    if !files.is_empty() && !context.json {
        text::out(&format!("{} cases played, {failed} did not come out as listed", files.len()));
    }
    Ok(failed)
}

/// Plays a transcript under the configuration and prints it with what came of it.
pub(super) fn play(context: &Context, file: &Path, mails: bool) -> Result<(), Trouble> {
    let text = read(file)?;
    let rules = rules_of(context, &text)?;
    let case = play::check_case(&rules, &text);
    let shown = if mails { case.played.mails.as_slice() } else { &[] };
    if context.json {
        let mail = |mail: &play::Mail| {
            let play::Mail { row, party, subject, body, .. } = mail;
            serde_json::json!({ "row": row.to_string(), "party": party.to_string(), "subject": subject, "body": body })
        };
        let faults: Vec<String> = case.faults.iter().map(ToString::to_string).collect();
        context.print_json(&serde_json::json!({
            "transcript": case.played.rewritten(),
            "mails": shown.iter().map(mail).collect::<Vec<_>>(),
            "faults": faults,
        }))?;
    } else {
        text::out(case.played.rewritten().trim_end());
        for mail in shown {
            text::out(&format!("\n==== {} to {}\n{}\n\n{}", mail.row, mail.party, mail.subject, mail.body.trim_end()));
        }
    }
    for fault in &case.faults {
        eprintln!("{}:{}: {}", file.display(), fault.line, text::clean(&fault.what));
    }
    if case.faults.is_empty() { Ok(()) } else { Err(Trouble::Silent(65)) }
}

fn read(path: &Path) -> Result<String, Trouble> {
    std::fs::read_to_string(path)
        .map_err(|error| Trouble::Said(format!("{} cannot be read: {error}", path.display()), 66))
}

/// The rules of the configuration with what a transcript lays over them.
fn rules_of(context: &Context, transcript: &str) -> Result<Arc<Rules>, Trouble> {
    let overlay = play::overlay(transcript);
    let overlay = (!overlay.is_empty()).then_some(overlay.as_str());
    let today = Clock::real(None).wall().to_zoned(jiff::tz::TimeZone::system()).date();
    match config::load_over(&context.folder, overlay, &Environment::of_process(), today) {
        Ok((settings, _)) => Ok(settings.rules),
        Err(report) => Err(context.faults(&report)),
    }
}
