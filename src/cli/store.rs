//! `store` and `ledger`.

use super::{Context, Trouble, text};
use crate::daemon::record;
use crate::desk::ledger::Ledger;
use crate::store as records;
use clap::Subcommand;

/// The record on disk.
#[derive(Debug, Subcommand)]
pub(crate) enum Store {
    /// Reads all of it and checks checksums, chain and counts. Changes nothing; the daemon may run.
    Verify,
}

/// Looks the record through.
pub(super) fn store(context: &Context, store: Store) -> Result<(), Trouble> {
    match store {
        Store::Verify => {
            let folder = context.settings()?.state_directory;
            let report = records::verify(&folder, record::SCHEMA, &mut |_| {})
                .map_err(|error| Trouble::Said(text::full(&error), error.exit_code()))?;
            if context.json {
                context.print_json(&report)?;
            } else {
                text::out(&report.to_string());
            }
            if report.is_sound() { Ok(()) } else { Err(Trouble::Silent(1)) }
        }
    }
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
            "owed         {}  =  {} done + {} waiting + {} dead + {} superseded",
            rows.owed, rows.done, rows.waiting, rows.dead, rows.superseded
        ));
        text::out(if books.balanced { "The books balance." } else { "THE BOOKS DO NOT BALANCE." });
    }
    if check && !books.balanced { Err(Trouble::Silent(1)) } else { Ok(()) }
}
