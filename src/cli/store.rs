//! `store` and `ledger`.

use super::{Context, Trouble, export, store_erase, text};
use crate::clock::Clock;
use crate::daemon;
use crate::desk::ledger::Ledger;
use crate::record;
use crate::store::{self as records, Error, Making, Point, Restoring};
use clap::Subcommand;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// The record on disk.
#[derive(Debug, Subcommand)]
pub(crate) enum Store {
    /// Reads all of it and checks checksums, chain and counts. Changes nothing; the daemon may run.
    Verify {
        /// Reads a backup instead, and compares every file with its list.
        #[arg(long, value_name = "DIR")]
        backup: Option<PathBuf>,
    },
    /// Copies the record into a new folder, and verifies the copy. The daemon may run. Nothing is overwritten; what is
    /// damaged is copied as it is and listed (exit code 1).
    Backup {
        /// The folder; it must not exist yet.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Puts a backup in the place of the record; no daemon may run. What waited to be sent when the backup was made is
    /// held, and the desk is told at the next start.
    Restore {
        /// The folder of the backup.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Moves a record that is there to quarantine/ first; without this the state directory must be empty or absent.
        #[arg(long)]
        set_aside: bool,
    },
    /// Writes incidents, requests, rows and alerts to stdout, one JSON object per line. The daemon may run.
    Export {
        /// Also every change of the record, with its reason.
        #[arg(long)]
        entries: bool,
    },
    /// Moves the working state (sled) to quarantine/ and builds it anew from the journal; no daemon may run.
    Rebuild,
    /// Writes over a text wherever it stands in the journal (墨消し), removes messages as worded that contain it, builds the working
    /// state anew and says where else the text still stands (exit code 1 if anywhere); no daemon may run. All of it is done or
    /// nothing: after a kill the next start finishes it, or the same command again.
    Erase(store_erase::Asked),
}

/// Does one of them.
pub(super) fn store(context: &Context, store: Store) -> Result<(), Trouble> {
    match store {
        Store::Verify { backup: None } => {
            let folder = context.settings()?.state_directory;
            let report = records::verify(&folder, record::SCHEMA, record::bodies_in, &mut |_| {}).map_err(said)?;
            show(context, &report, || text::out(&report.to_string()))?;
            if report.is_sound() { Ok(()) } else { Err(Trouble::Silent(1)) }
        }
        Store::Verify { backup: Some(folder) } => {
            let manifest = records::check_backup(&folder, record::SCHEMA).map_err(said)?;
            show(context, &manifest, || text::out(&manifest.to_string()))?;
            if manifest.findings.is_empty() { Ok(()) } else { Err(Trouble::Silent(1)) }
        }
        Store::Backup { folder } => backup(context, &folder),
        Store::Restore { folder, set_aside } => restore(context, &folder, set_aside),
        Store::Export { entries } => export::export(context, entries),
        Store::Rebuild => rebuild(context),
        Store::Erase(asked) => store_erase::erase(context, asked),
    }
}

pub(super) fn said(error: Error) -> Trouble {
    Trouble::Said(text::full(&error), error.exit_code())
}

fn show(context: &Context, value: &impl Serialize, print: impl FnOnce()) -> Result<(), Trouble> {
    if context.json {
        return context.print_json(value);
    }
    print();
    Ok(())
}

fn backup(context: &Context, folder: &Path) -> Result<(), Trouble> {
    let state = context.settings()?.state_directory;
    let making = Making {
        now: Clock::real(None).wall(),
        version: env!("CARGO_PKG_VERSION"),
        schema: record::SCHEMA,
        point: point(context, &state)?,
        refers: record::bodies_in,
    };
    let report = records::backup(&state, folder, &making).map_err(said)?;
    let manifest = &report.manifest;
    show(context, &report, || text::out(&format!("backup         {}\n{manifest}", report.folder.display())))?;
    if manifest.findings.is_empty() { Ok(()) } else { Err(Trouble::Silent(1)) }
}

/// How far the running daemon says its journal is; without a daemon there is nobody to ask. One that holds the lock and
/// does not answer keeps nobody from a backup: the witness beside the journal says the same.
fn point(context: &Context, state: &Path) -> Result<Option<Point>, Trouble> {
    if !records::Lock::is_held(state) {
        return Ok(None);
    }
    let client = context.client()?;
    let mut point = None;
    context.asking(async {
        match client.get::<Point>("/point").await {
            Ok(answer) => point = Some(answer),
            Err(error) => {
                let why = text::clean(&text::full(&error));
                eprintln!("kiriwake: the daemon was not asked ({why}); the backup goes up to what `head` tells");
            }
        }
        Ok(())
    })?;
    Ok(point)
}

/// What a restore did, and what follows.
#[derive(Debug, Serialize)]
struct Restored {
    #[serde(flatten)]
    report: records::RestoreReport,
    /// `None` when a daemon started meanwhile and builds it itself.
    working: Option<daemon::Rebuilt>,
}

fn restore(context: &Context, folder: &Path, set_aside: bool) -> Result<(), Trouble> {
    let settings = context.settings()?;
    let state = settings.state_directory;
    let how = Restoring { now: Clock::real(None).wall(), schema: record::SCHEMA, set_aside };
    let report = records::restore(&state, folder, how).map_err(said)?;
    // So that the next start has nothing to tell but the restore.
    let built = daemon::rebuild(&state, settings.rules);
    records::give_to_owner(&state).map_err(said)?;
    let working = match built {
        Ok(built) => Some(built),
        Err(daemon::CoreError::Store(Error::InUse { .. })) => None,
        Err(error) => return Err(not_built(&error)),
    };
    let restored = Restored { report, working };
    show(context, &restored, || {
        let Restored { report, working } = &restored;
        text::out(&format!("restored       {} as term {}", state.display(), report.epoch));
        text::out(&report.backup.to_string());
        if let Some(place) = &report.set_aside {
            text::out(&format!("set aside      what was there is in {}", place.display()));
        }
        if let Some(built) = working {
            text::out(&format!("working state  built, {} things, after frame {}", built.things, built.last_seq));
        }
        text::out(
            "What waited to be sent is held: start the daemon, the desk is told; `kiriwake outbox list` shows it.",
        );
    })
}

/// What a rebuild did.
#[derive(Debug, Serialize)]
struct Rebuilt<'a> {
    moved_to: Option<&'a Path>,
    #[serde(flatten)]
    built: &'a daemon::Rebuilt,
}

fn rebuild(context: &Context) -> Result<(), Trouble> {
    let settings = context.settings()?;
    let state = settings.state_directory;
    let moved_to = records::set_working_aside(&state, record::SCHEMA).map_err(said)?;
    let built = daemon::rebuild(&state, settings.rules);
    records::give_to_owner(&state).map_err(said)?;
    let mut built = built.map_err(|error| not_built(&error))?;
    // It is built from the newest file that begins with the whole state: what is damaged before that is told as well.
    let report = records::verify(&state, record::SCHEMA, record::bodies_in, &mut |_| {}).map_err(said)?;
    for found in report.findings.iter().map(ToString::to_string) {
        // Where a start keeps a copy, it says so behind the same words.
        if !built.found.iter().any(|known| known.starts_with(&found)) {
            built.found.push(found);
        }
    }
    show(context, &Rebuilt { moved_to: moved_to.as_deref(), built: &built }, || {
        match &moved_to {
            Some(place) => text::out(&format!("set aside      the working state is in {}", place.display())),
            None => text::out("set aside      nothing: there was no working state"),
        }
        text::out(&format!("working state  built, {} things, after frame {}", built.things, built.last_seq));
        for found in &built.found {
            text::out(&format!("  - {}", text::clean(found)));
        }
    })?;
    if built.found.is_empty() { Ok(()) } else { Err(Trouble::Silent(1)) }
}

pub(super) fn not_built(error: &daemon::CoreError) -> Trouble {
    let code = match error {
        daemon::CoreError::Store(error) => error.exit_code(),
        daemon::CoreError::Rules { .. } | daemon::CoreError::Desk { .. } => 74,
    };
    let text = text::full(error);
    Trouble::Said(
        format!("the working state was not built; the record is whole, the next start builds it: {text}"),
        code,
    )
}

/// Shows the books.
pub(super) async fn ledger(context: &Context, check: bool) -> Result<(), Trouble> {
    let books: Ledger = context.client()?.get("/ledger").await?;
    if context.json {
        context.print_json(&books)?;
    } else {
        let seen = &books.observations;
        text::out(&format!(
            "observations {}  =  {} members + {} duplicates + {} suppressed + {} set aside + {} pending",
            seen.accepted, seen.members, seen.duplicates, seen.suppressed, seen.set_aside, seen.pending
        ));
        let rows = &books.rows;
        text::out(&format!(
            "owed         {}  =  {} done + {} waiting + {} dead + {} dropped + {} superseded",
            rows.owed, rows.done, rows.waiting, rows.dead, rows.dropped, rows.superseded
        ));
        text::out(if books.balanced { "The books balance." } else { "THE BOOKS DO NOT BALANCE." });
    }
    if check && !books.balanced { Err(Trouble::Silent(1)) } else { Ok(()) }
}
